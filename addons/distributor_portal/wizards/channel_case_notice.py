from odoo import api, fields, models


class ChannelCaseNotice(models.TransientModel):
    """The notice to the accused member: of what it is accused, what proves it, until when it may answer."""

    _name = 'channel.case.notice'
    _description = "Notice to the Member"

    case_id = fields.Many2one('channel.case', required=True, readonly=True)
    member_id = fields.Many2one(related='case_id.member_id')
    charge = fields.Text("Notice", required=True, help="The member reads this text as it stands.")
    days = fields.Integer("Days to Answer", required=True)
    evidence_ids = fields.Many2many(
        'channel.case.evidence', string="Evidence to Disclose", domain="[('case_id', '=', case_id)]",
        help="The member can download these files. Everything else stays with headquarters.")

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        case = self.env['channel.case'].browse(values.get('case_id'))
        return {'days': case.company_id.channel_hearing_days, 'charge': case.violation_id.description or "", **values}

    # === ACTION METHODS === #

    def action_send(self):
        self.check_access('write')
        self.case_id.check_access('write')
        evidence = self.evidence_ids.filtered(lambda one: one.case_id == self.case_id)
        self.case_id._send_notice(self.charge, self.days, evidence)
        return {'type': 'ir.actions.act_window_close'}

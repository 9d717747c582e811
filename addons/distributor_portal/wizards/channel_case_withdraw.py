from odoo import fields, models


class ChannelCaseWithdraw(models.TransientModel):
    """Asks why before evidence is struck out."""

    _name = 'channel.case.withdraw'
    _description = "Withdraw Evidence"

    evidence_id = fields.Many2one('channel.case.evidence', required=True, readonly=True)
    reason = fields.Char(required=True)

    # === ACTION METHODS === #

    def action_withdraw(self):
        self.check_access('write')
        self.evidence_id.case_id.check_access('write')
        self.evidence_id._withdraw(self.reason)
        return {'type': 'ir.actions.act_window_close'}

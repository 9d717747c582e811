from odoo import fields, models


class ChannelReconciliationAnswer(models.TransientModel):
    """What headquarters says to a disputed line."""

    _name = 'channel.reconciliation.answer'
    _description = "Answer to a Dispute"

    dispute_id = fields.Many2one('channel.reconciliation.dispute', required=True, readonly=True)
    partner_id = fields.Many2one(related='dispute_id.member_id.partner_id')
    reason = fields.Selection(related='dispute_id.reason')
    text = fields.Text(related='dispute_id.text', string="What the Member Says")
    answer = fields.Text(required=True, help="The member reads it.")
    correction_id = fields.Many2one(
        'account.move', "Correction",
        domain="[('commercial_partner_id', '=', partner_id),"
               " ('move_type', 'in', ('out_refund', 'out_invoice', 'entry'))]",
        help="The credit note or entry that puts it right, if it is there already.")

    # === ACTION METHODS === #

    def action_accept(self):
        self.check_access('write')
        self.dispute_id.check_access('read')
        self.dispute_id._answer('accepted', self.answer, self.correction_id)
        return {'type': 'ir.actions.act_window_close'}

    def action_refuse(self):
        self.check_access('write')
        self.dispute_id.check_access('read')
        self.dispute_id._answer('refused', self.answer)
        return {'type': 'ir.actions.act_window_close'}

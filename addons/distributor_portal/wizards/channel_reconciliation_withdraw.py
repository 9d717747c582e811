from odoo import fields, models


class ChannelReconciliationWithdraw(models.TransientModel):
    """Asks why statements are taken back."""

    _name = 'channel.reconciliation.withdraw'
    _description = "Withdraw Statements"

    reconciliation_ids = fields.Many2many('channel.reconciliation', string="Statements", required=True, readonly=True)
    reason = fields.Char(
        required=True, help="Stands in the record; the member is told that the statement is withdrawn.")

    # === ACTION METHODS === #

    def action_withdraw(self):
        self.check_access('write')
        self.reconciliation_ids.check_access('read')
        self.reconciliation_ids._check_manager()
        self.reconciliation_ids._withdraw(self.reason)
        return {'type': 'ir.actions.act_window_close'}

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command


class ChannelTransferReceipt(models.TransientModel):
    """Asks what has come to a member that does not scan it in itself."""

    _name = 'channel.transfer.receipt'
    _description = "Receive for the Member"

    transfer_id = fields.Many2one('channel.transfer', required=True, readonly=True, ondelete='cascade')
    receiver_id = fields.Many2one(related='transfer_id.receiver_id', string="Receiver")
    line_ids = fields.One2many('channel.transfer.receipt.line', 'receipt_id', "Goods")
    reason = fields.Char(help="How headquarters knows. Both members read it.")

    # === ACTION METHODS === #

    def action_receive(self):
        """Post it, in the receiver's name."""
        self.ensure_one()
        self.check_access('write')
        self.transfer_id.check_access('write')
        if not self.transfer_id._is_manager():
            raise AccessError(self.env._("Managers of the channel receive for a member."))
        reason = (self.reason or '').strip()
        if not reason:
            raise UserError(self.env._("Say why."))
        self.transfer_id.sudo()._receive_for_member(
            {line.line_id.id: (line.received_qty, line.damaged_qty) for line in self.line_ids}, reason)
        return {'type': 'ir.actions.act_window_close'}

    # === BUSINESS METHODS === #

    @api.model
    def _ask(self, transfer):
        """The action that opens this for a transfer: as if all that was sent had come."""
        receipt = self.create({'transfer_id': transfer.id, 'line_ids': [
            Command.create({'line_id': line.id, 'received_qty': line.packed_qty}) for line in transfer.line_ids]})
        return {
            'type': 'ir.actions.act_window', 'name': self.env._("Receive for the Member"), 'res_model': self._name,
            'res_id': receipt.id, 'view_mode': 'form', 'target': 'new'}

from odoo import fields, models


class ChannelTransferReceiptLine(models.TransientModel):
    """What has come of one line."""

    _name = 'channel.transfer.receipt.line'
    _description = "Receive for the Member: Line"

    receipt_id = fields.Many2one('channel.transfer.receipt', required=True, ondelete='cascade')
    line_id = fields.Many2one('channel.transfer.line', required=True, readonly=True, ondelete='cascade')
    product_id = fields.Many2one(related='line_id.product_id')
    lot_id = fields.Many2one(related='line_id.lot_id')
    packed_qty = fields.Float(related='line_id.packed_qty')
    received_qty = fields.Float("Received", digits='Product Unit')
    damaged_qty = fields.Float("Of These Damaged", digits='Product Unit')

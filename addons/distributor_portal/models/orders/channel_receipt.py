from odoo import api, fields, models


class ChannelReceipt(models.Model):
    """That a member has scanned in a delivery, and what it found."""

    _name = 'channel.receipt'
    _description = "Receipt at a Member"
    _order = 'received_at desc, id desc'

    name = fields.Char(related='picking_id.name')
    picking_id = fields.Many2one('stock.picking', "Delivery", required=True, ondelete='restrict')
    order_id = fields.Many2one('sale.order', required=True, index=True, ondelete='restrict')
    member_id = fields.Many2one('channel.member', required=True, index=True, ondelete='restrict')
    company_id = fields.Many2one('res.company', required=True)
    user_id = fields.Many2one('res.users', "Received By", required=True, ondelete='restrict')
    received_at = fields.Datetime("Received", required=True, default=fields.Datetime.now)
    line_ids = fields.One2many('channel.receipt.line', 'receipt_id', "Lines")
    has_difference = fields.Boolean("Differs", compute='_compute_has_difference', store=True)
    note = fields.Text()

    # Two taps on "Received" make one receipt.
    _one_per_delivery = models.Constraint('UNIQUE (picking_id)', "This delivery has been received already.")

    @api.depends('line_ids.shipped_qty', 'line_ids.received_qty', 'line_ids.damaged_qty', 'line_ids.wrong_qty')
    def _compute_has_difference(self):
        for receipt in self:
            receipt.has_difference = any(
                line.received_qty != line.shipped_qty or line.damaged_qty or line.wrong_qty
                for line in receipt.line_ids)

    # === BUSINESS METHODS === #

    def _after_booking(self, details):
        """The hook for what follows from a receipt. :param details: as `_channel_receive` takes them"""


class ChannelReceiptLine(models.Model):
    _name = 'channel.receipt.line'
    _description = "Receipt Line"
    _order = 'receipt_id, id'

    receipt_id = fields.Many2one('channel.receipt', required=True, index=True, ondelete='cascade')
    product_id = fields.Many2one('product.product', required=True, ondelete='restrict')
    uom_id = fields.Many2one(related='product_id.uom_id')
    shipped_qty = fields.Float("Shipped", digits='Product Unit', required=True)
    received_qty = fields.Float("Received", digits='Product Unit', required=True)
    damaged_qty = fields.Float("Of These Damaged", digits='Product Unit')
    wrong_qty = fields.Float(
        "Of These Wrong", digits='Product Unit', help="Another product came in the place of this one.")
    note = fields.Char(help="Lot, expiry date, what came instead: in the member's words.")

    _received_not_negative = models.Constraint('CHECK (received_qty >= 0)', "A received quantity is not negative.")
    _damaged_within_received = models.Constraint(
        'CHECK (damaged_qty >= 0 AND damaged_qty <= received_qty)', "Not more can be damaged than was received.")
    _wrong_within_received = models.Constraint(
        'CHECK (wrong_qty >= 0 AND COALESCE(damaged_qty, 0) + wrong_qty <= received_qty)',
        "Not more can be damaged or wrong than was received.")

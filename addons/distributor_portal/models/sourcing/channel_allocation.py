from odoo import api, fields, models


class ChannelAllocation(models.Model):
    """So much of an order line comes with this parcel."""

    _name = 'channel.allocation'
    _description = "Allocation"
    _order = 'parcel_id, id'

    parcel_id = fields.Many2one('channel.parcel', required=True, index=True, ondelete='cascade', readonly=True)
    order_id = fields.Many2one('sale.order', required=True, index=True, ondelete='cascade', readonly=True)
    line_id = fields.Many2one('sale.order.line', "Order Line", required=True, index=True, ondelete='cascade',
                              readonly=True)
    product_id = fields.Many2one('product.product', required=True, ondelete='restrict', readonly=True)
    uom_id = fields.Many2one(related='product_id.uom_id')
    company_id = fields.Many2one('res.company', required=True, readonly=True)
    warehouse_id = fields.Many2one('stock.warehouse', required=True, ondelete='restrict', readonly=True)
    carrier_id = fields.Many2one(related='parcel_id.carrier_id')
    parcel_no = fields.Integer(related='parcel_id.number', string="Parcel No.")
    promised_date = fields.Date(related='parcel_id.arrival_date', string="Promised For")
    qty = fields.Float("Quantity", digits='Product Unit', required=True, readonly=True)
    is_waiting = fields.Boolean("Follows Later", readonly=True, help="Out of stock: it ships when it has come in.")

    _positive = models.Constraint('CHECK (qty > 0)', "Nothing is allocated in vain.")

    # === COMPUTE METHODS === #

    @api.depends('order_id', 'product_id', 'warehouse_id')
    def _compute_display_name(self):
        for allocation in self:
            allocation.display_name = f"{allocation.qty:g} × {allocation.product_id.display_name}"

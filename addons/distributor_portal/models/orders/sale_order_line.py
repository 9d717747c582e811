from decimal import Decimal

from odoo import fields, models


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    channel_line_no = fields.Integer(copy=False, help="The line's index in the order as received, from 0.")
    channel_given_price = fields.Float(copy=False, help="The price the customer counted on.")
    channel_has_given_price = fields.Boolean(copy=False)

    # === BUSINESS METHODS === #

    def _channel_get_sku(self):
        self.ensure_one()
        return self.product_id.default_code or self.product_id.name or ""

    def _channel_get_qty(self):
        """The quantity in the product's own unit, as a Decimal."""
        self.ensure_one()
        qty = self.product_uom_qty
        if self.product_uom_id != self.product_id.uom_id:
            qty = self.product_uom_id._compute_quantity(qty, self.product_id.uom_id, round=False)
        return Decimal(str(round(qty, 3)))

    def _channel_get_thousandths(self):
        """The quantity in thousandths of the product's own unit, as sourcing counts."""
        return int(self._channel_get_qty() * 1000)

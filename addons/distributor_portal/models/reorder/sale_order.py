from decimal import Decimal

from odoo import models

from ...utils import to_decimal
from .channel_member_offers import PRICE_DIGITS


class SaleOrder(models.Model):
    """An order as the start of the next one."""

    _inherit = 'sale.order'

    # === PORTAL === #

    def _portal_get_wanted(self):
        """The lines as a sheet takes them, a product once; see `channel.member._portal_get_sheet`."""
        self.ensure_one()
        is_comparable = self.currency_id == self.channel_member_id._portal_get_currency()
        wanted = []
        for product, lines in self._channel_get_judged_lines().grouped('product_id').items():
            qty = sum(line._channel_get_qty() for line in lines)
            if qty <= 0:
                continue
            # Not the subtotal: it is without taxes, which a price may contain.
            paid = sum(to_decimal(
                line.product_uom_qty * line.price_unit * (1 - line.discount / 100), PRICE_DIGITS) for line in lines)
            before = (paid / qty).quantize(Decimal(10) ** -PRICE_DIGITS)
            wanted.append({
                'product': product, 'qty': qty, 'before': before if is_comparable else None, 'reason': ""})
        return wanted

    def _portal_get_sheet_form(self):
        """What goes along with an order sent again: ({'type', 'properties'} or None, whether its form is left behind).

        Only what members may fill in, and only as long as the kind of order is offered to them.
        """
        self.ensure_one()
        order_type = self.sudo().channel_order_type_id
        if not order_type:
            return None, False
        OrderType = self.env['channel.order.type'].sudo()
        offered = OrderType.search(OrderType._get_usable_domain(self.channel_member_id.sudo())) & order_type
        if not offered or not order_type.is_in_portal:
            return None, True
        names = {field.name for field in order_type._get_form('edit', with_choices=False)}
        values = {
            name: value for name, value in self._channel_get_form_values().items()
            if name in names and value not in (None, False)}
        return {'type': order_type.code, 'properties': values}, False

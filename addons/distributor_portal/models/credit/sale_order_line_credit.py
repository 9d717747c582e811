from odoo import api, models

from .sale_order_credit import CONFIRMED_STATES

WORTH_FIELDS = {'product_uom_qty', 'product_uom_id', 'price_unit', 'discount', 'tax_ids', 'product_id'}


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._channel_refresh_credit()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if WORTH_FIELDS & set(vals):
            self._channel_refresh_credit()
        return result

    # === BUSINESS METHODS === #

    def _channel_refresh_credit(self):
        """A confirmed order that grows must fit into the credit like a new one."""
        orders = self.sudo().order_id.filtered(lambda order: (
            order.channel_member_id and order.channel_state in CONFIRMED_STATES))
        if orders:
            orders._channel_refresh_credit(is_forced=False)

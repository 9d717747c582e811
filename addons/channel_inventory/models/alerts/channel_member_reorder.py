from decimal import ROUND_CEILING

from odoo import models
from odoo.fields import Domain

from odoo.addons.distributor_portal.engine import reorder
from odoo.addons.distributor_portal.utils import to_decimal

from .channel_alert import LOW_KINDS

MAX_LOW = 100


class ChannelMember(models.Model):
    """Sales decide what is due again, where the member tells them; habits, where it does not."""

    _inherit = 'channel.member'

    # === PORTAL === #

    def _portal_get_offtake(self, products):
        """Override of `distributor_portal`: for how many days it can still wait with an order of a product."""
        self.ensure_one()
        if not products:
            return {}
        known = super()._portal_get_offtake(products)
        figures = self.env['channel.stock.figure'].sudo().search_fetch(
            Domain('member_id', '=', self.id) & Domain('product_id', 'in', products.ids)
            & Domain('daily_sales', '>', 0), ['product_id', 'available', 'in_transit', 'daily_sales'])
        # What is safe must still be there when the new goods come.
        least = self.company_id.channel_stock_short_days
        return {**known, **{
            figure.product_id.id: int(max(0, figure.available + figure.in_transit) / figure.daily_sales) - least
            for figure in figures}}

    def _portal_get_low(self, product_id=None):
        """What runs low and can be ordered again, the most urgent first, in whole packs.

        :return: [{'product_id', 'qty'}]
        """
        self.ensure_one()
        domain = (
            Domain('member_id', '=', self.id) & Domain('kind', 'in', LOW_KINDS) & Domain('is_live', '=', True)
            & Domain('state', '!=', 'ignored') & Domain('order_qty', '>', 0))
        if product_id:
            domain &= Domain('product_id', '=', product_id)
        alerts = self.env['channel.alert'].sudo().search(domain, limit=MAX_LOW)
        products = self.env['product.product'].search(
            self._portal_get_products_domain() & Domain('id', 'in', alerts.product_id.ids))
        terms = self.env['channel.pack.rule']._resolve([(self, product) for product in products])
        return [{
            'product_id': alert.product_id.id,
            'qty': _round(alert.order_qty, terms[self, alert.product_id]),
        } for alert in alerts if alert.product_id in products]



def _round(qty, terms):
    """The next quantity that can be ordered: whole pieces, whole packs."""
    return float(reorder.fit(to_decimal(qty).to_integral_value(ROUND_CEILING), terms))

from odoo import http
from odoo.http import request

from odoo.addons.sale.controllers.portal import CustomerPortal

from ..const import MONEY_ROLES
from .dealer_centre import HOME, MAX_ID, DealerCentre


class OdooOrderPages(DealerCentre, CustomerPortal):
    """Odoo's own pages of orders, which know no roles: an order of the channel opens in the dealer centre instead."""

    @http.route()
    def portal_order_page(self, order_id, *args, **kwargs):
        """Override of `sale`: links of mails lead here, too."""
        order_sudo = request.env['sale.order'].sudo().search([
            ('id', '=', order_id), ('channel_member_id', '!=', False)]) if order_id <= MAX_ID else None
        if order_sudo and not request.env.user._is_internal():
            return request.redirect(f'{HOME}/orders/{order_id}')
        return super().portal_order_page(order_id, *args, **kwargs)

    def _prepare_orders_domain(self, partner):
        """Override of `sale`: the lists show amounts."""
        return [*super()._prepare_orders_domain(partner), *self._channel_get_listed_domain()]

    def _prepare_quotations_domain(self, partner):
        """Override of `sale`: the lists show amounts."""
        return [*super()._prepare_quotations_domain(partner), *self._channel_get_listed_domain()]

    def _channel_get_listed_domain(self):
        sees_all = self._channel_get_members() == self._channel_get_members(MONEY_ROLES)
        return [] if sees_all else [('channel_member_id', '=', False)]

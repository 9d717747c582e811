from odoo import http
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.portal.controllers.portal import pager as portal_pager

from ..const import ORDERING_ROLES, UNDER_WAY
from .dealer_centre import HOME, DealerCentre

PAGE = 20
FILTERS = {
    'open': UNDER_WAY,
    'done': ('received',),
    'cancelled': ('cancelled',),
    'all': (*UNDER_WAY, 'received', 'cancelled'),
}


class ChannelOrders(DealerCentre):

    @http.route(
        [f'{HOME}/orders', f'{HOME}/orders/page/<int:page>'],
        type='http', auth='user', website=True, methods=['GET'])
    def channel_orders(self, page=1, show='open', **_kw):
        """Orders of the user's members and of those below, newest first."""
        members_sudo = self._channel_get_members()
        if not members_sudo:
            return request.redirect('/my')
        show = show if show in FILTERS else 'open'
        Order = request.env['sale.order']
        domain = members_sudo._portal_get_orders_domain() & Domain('channel_state', 'in', FILTERS[show])
        # Searched as the user: the record rules say whose orders these are.
        pager = portal_pager(
            url=f'{HOME}/orders', url_args={'show': show}, page=page, step=PAGE,
            total=Order.search_count(domain, limit=10_000))
        orders = Order.search(domain, limit=PAGE, offset=pager['offset'], order='date_order desc, id desc')
        return request.render('distributor_portal.portal_orders', {
            **self._channel_prepare_values('orders'), 'orders': orders.sudo(), 'pager': pager, 'show': show})

    @http.route(f'{HOME}/orders/<int:order_id>', type='http', auth='user', website=True, methods=['GET'])
    def channel_order(self, order_id, missing='', **_kw):
        """One order: where it stands, what was found, what comes when."""
        order_sudo = self._channel_get_order(order_id)
        if not order_sudo:
            return request.redirect(f'{HOME}/orders')
        return request.render('distributor_portal.portal_order', {
            **self._channel_prepare_values('orders'),
            'order': order_sudo,
            'can_decide': order_sudo._channel_get_step_of(request.env.user) == 'upstream',
            'approvals': order_sudo._portal_get_approvals(),
            'form': order_sudo._portal_get_form(),
            'misses_reason': missing == 'reason',
            'can_cancel': self._channel_can_cancel(order_sudo),
            'is_own': order_sudo.channel_member_id in self._channel_get_members(),
        })

    @http.route(f'{HOME}/orders/<int:order_id>/cancel', type='http', auth='user', website=True, methods=['POST'])
    def channel_cancel(self, order_id, **_kw):
        """Take back an own order that nobody has accepted yet."""
        order_sudo = self._channel_get_order(order_id)
        if order_sudo and self._channel_can_cancel(order_sudo):
            order_sudo.with_user(request.env.user).sudo()._action_cancel()
        return request.redirect(f'{HOME}/orders/{order_id}')

    def _channel_can_cancel(self, order_sudo):
        return (
            order_sudo.channel_state in ('rejected', 'upstream', 'hq')
            and order_sudo.channel_member_id in self._channel_get_members(ORDERING_ROLES))

from odoo import http
from odoo.http import request

from ..const import MONEY_ROLES, ORDERING_ROLES, UNDER_WAY
from .dealer_centre import HOME, DealerCentre

SHOWN = 5
SHOWN_FIELDS = ['name', 'channel_member_id', 'channel_state', 'date_order', 'amount_total', 'currency_id']
PROMOTIONS_SHOWN = 3
REPEATABLE = ('confirmed', 'shipped', 'received')


class ChannelHome(DealerCentre):

    @http.route(HOME, type='http', auth='user', website=True, methods=['GET'])
    def channel_home(self, **_kw):
        """What waits, what to order again, credit left, what is under way."""
        if not self._channel_get_members():
            return request.redirect('/my')
        values = self._channel_prepare_values('home')
        return request.render('distributor_portal.portal_home', {
            **values, **self._channel_prepare_home(values['member'], values['tasks'])})

    def _channel_prepare_home(self, member_sudo, tasks):
        """What the home page shows of this member; addons add theirs."""
        links_sudo = request.env.user.sudo().channel_link_ids
        roles = set(links_sudo.filtered(lambda link: link.member_id == member_sudo).mapped('role'))
        sees_money, orders = bool(roles & set(MONEY_ROLES)), request.env['sale.order'].sudo()
        last_sudo = orders.search_fetch(
            [('channel_member_id', '=', member_sudo.id), ('channel_state', 'in', REPEATABLE),
             ('channel_claim_id', '=', False)], SHOWN_FIELDS,
            limit=1, order='date_order desc, id desc') if roles & set(ORDERING_ROLES) else None
        under_way = orders.search_fetch(
            [('channel_member_id', 'in', self._channel_get_members().ids), ('channel_state', 'in', UNDER_WAY)],
            SHOWN_FIELDS, limit=SHOWN, order='date_order desc, id desc')
        # Read together, with their lines.
        together = (under_way | last_sudo).ids if last_sudo else under_way.ids
        return {
            'sees_money': sees_money,
            'credit': member_sudo._portal_get_credit() if sees_money else None,
            'balances': member_sudo._portal_get_balances() if sees_money else [],
            'orders': under_way.with_prefetch(together),
            'waiting': member_sudo._portal_get_waiting(SHOWN) if tasks['to_approve'] else None,
            **self._channel_prepare_shortcuts(member_sudo, last_sudo and last_sudo.with_prefetch(together)),
        }

    def _channel_prepare_shortcuts(self, member_sudo, last_sudo):
        """What makes the next order short. :param last_sudo: None where the user does not order for this member"""
        if last_sudo is None:
            return {'last_order': None, 'last_sheet': None, 'usual_sheet': None, 'promotions': []}
        shortcuts = member_sudo._portal_get_shortcuts(last_sudo)
        return {**shortcuts, 'promotions': shortcuts['promotions'][:PROMOTIONS_SHOWN]}

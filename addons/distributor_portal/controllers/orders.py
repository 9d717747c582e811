from urllib.parse import urlencode

from odoo import http
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.portal.controllers.portal import pager as portal_pager

from ..const import MONEY_ROLES, ORDERING_ROLES, UNDER_WAY
from ..engine.parameters import read_day, read_number, read_page
from ..models.journey.channel_member_orders import SORTS, Asked
from .dealer_centre import HOME, DealerCentre
from .figures import _make_file

PAGE = 20
FILTERS = {
    'open': UNDER_WAY,
    'waiting': ('rejected', 'upstream', 'hq'),
    'done': ('received',),
    'cancelled': ('cancelled',),
    'all': (*UNDER_WAY, 'received', 'cancelled'),
}
SEARCH_LENGTH = 80
COUNTED = 1000  # a tab says "999+" beyond: how much more there is costs more than it tells
MAX_EXPORT = 10_000
PARAMETERS = ('search', 'whose', 'tier', 'date_from', 'date_to', 'differs', 'late', 'sort')


class ChannelOrders(DealerCentre):

    @http.route(
        [f'{HOME}/orders', f'{HOME}/orders/page/<int:page>'],
        type='http', auth='user', website=True, methods=['GET'])
    def channel_orders(self, page=1, show='open', **asked):
        """Orders of the user's members and of those below, as asked for in the address."""
        members_sudo = self._channel_get_members()
        if not members_sudo:
            return request.redirect('/my')
        show = show if show in FILTERS else 'open'
        asked = _read_asked(asked)
        domain = members_sudo._portal_get_list_domain(asked)
        counts = self._channel_count_orders(domain, show, is_narrow=asked != Asked(sort=asked.sort))
        # Searched as the user: the record rules say whose orders these are.
        pager = portal_pager(
            url=f'{HOME}/orders', url_args={'show': show, **_write_asked(asked)}, page=read_page(str(page)), step=PAGE,
            total=counts[show])
        orders = request.env['sale.order'].search(
            domain & Domain('channel_state', 'in', FILTERS[show]), limit=PAGE, offset=pager['offset'],
            order=SORTS[asked.sort])
        return request.render('distributor_portal.portal_orders', {
            **self._channel_prepare_values('orders'), **self._channel_prepare_list(members_sudo, asked, show),
            'orders': orders.sudo(), 'promises': orders.sudo()._channel_get_promises(), 'pager': pager,
            'counts': counts})

    @http.route(f'{HOME}/orders/export/<any(xlsx, csv):form>', type='http', auth='user', website=True, methods=['GET'])
    def channel_orders_file(self, form, show='open', **asked):
        """What the list shows, all pages of it, as a file."""
        members_sudo = self._channel_get_members()
        if not members_sudo:
            return request.redirect('/my')
        asked = _read_asked(asked)
        orders = request.env['sale.order'].search(
            members_sudo._portal_get_list_domain(asked)
            & Domain('channel_state', 'in', FILTERS.get(show, FILTERS['open'])),
            limit=MAX_EXPORT, order=SORTS[asked.sort])
        rows = members_sudo._portal_export_orders(
            orders, self._channel_get_members(MONEY_ROLES) and self._channel_sees_money)
        return _make_file(form, 'orders', rows, (16, 12, 20, 12, 36, 20, 10, 14, 14, 10))

    @http.route(f'{HOME}/orders/<int:order_id>', type='http', auth='user', website=True, methods=['GET'])
    def channel_order(self, order_id, missing='', find='', lines='', **_kw):
        """One order: where it stands, when it comes, what does not, what happened."""
        order_sudo = self._channel_get_order(order_id)
        if not order_sudo:
            return request.redirect(f'{HOME}/orders')
        return self._channel_render_order(
            order_sudo, find.strip()[:SEARCH_LENGTH], read_page(lines, 10**4),
            misses_reason=missing == 'reason')

    def _channel_render_order(self, order_sudo, find='', page=1, **more):
        is_own = order_sudo.channel_member_id in self._channel_get_members()
        may_order = order_sudo.channel_member_id in self._channel_get_members(ORDERING_ROLES)
        lines, line_count, page = order_sudo._portal_get_lines(find, page)
        events = order_sudo._portal_get_events()
        kinds = set(events.mapped('kind'))
        messages = order_sudo._portal_find_messages() if is_own else None
        return request.render('distributor_portal.portal_order', {
            **self._channel_prepare_values('orders'),
            'order': order_sudo,
            'can_decide': order_sudo.channel_state == 'upstream' and (
                order_sudo._channel_get_step_of(request.env.user) == 'upstream'),
            'approvals': order_sudo._portal_get_approvals(),
            'form': order_sudo._portal_get_form(),
            'can_cancel': may_order and order_sudo._portal_can_take_back(),
            'can_ask': may_order and order_sudo._channel_can_ask_to_cancel(),
            'cancel_request': order_sudo.channel_cancel_request_ids[:1] if is_own and 'cancel_asked' in kinds else None,
            'is_own': is_own,
            'shows_money': self._channel_sees_money(order_sudo.channel_member_id),
            'may_order': may_order,
            'progress': order_sudo._portal_get_progress(events),
            'timeline': order_sudo._portal_get_timeline(events),
            'promise': order_sudo._portal_get_promise('promise_changed' in kinds),
            'shortages': order_sudo._portal_get_shortages(),
            'messages': order_sudo._portal_get_messages(messages) if is_own else [],
            'version': order_sudo._portal_get_version(is_own, events, messages),
            'make_url': _make_url,
            'lines': lines, 'line_count': line_count, 'line_page': page, 'find': find,
            'misses_reason': False, 'error': '', 'text': '', **more,
        })

    def _channel_count_orders(self, domain, show, is_narrow):
        """{tab: how many orders}; beyond `COUNTED` only those of the tab that is open are counted on.

        What is looked for costs more than the counting, so then all tabs share one look; else each stops early.
        """
        # The user's rules are looked up once for all tabs, not once each.
        Order = request.env['sale.order'].sudo()
        domain &= request.env['ir.rule']._compute_domain('sale.order', 'read')
        limits = {key: MAX_EXPORT if key == show else COUNTED for key in FILTERS}
        if not is_narrow:
            return {key: Order.search_count(domain & Domain('channel_state', 'in', states), limit=limits[key])
                    for key, states in FILTERS.items()}
        found = dict(Order._read_group(domain, ['channel_state'], ['__count']))
        return {key: min(sum(found.get(state, 0) for state in states), limits[key])
                for key, states in FILTERS.items()}

    def _channel_prepare_list(self, members_sudo, asked, show):
        """What the form of the list needs."""
        below_sudo = members_sudo._portal_get_list_members()
        chosen = request.env['channel.member'].sudo().search(
            [('id', '=', int(asked.whose)), ('ancestor_ids', 'in', members_sudo.ids)],
        ) if asked.whose.isdecimal() else request.env['channel.member']
        tiers_sudo = request.env['channel.tier'].sudo().search(
            [('step', '>=', min(members_sudo.tier_id.mapped('step')))]) if below_sudo else None
        return {
            'show': show,
            'asked': asked,
            'asked_args': _write_asked(asked),
            'counted': COUNTED,
            'make_url': _make_url,
            'below': below_sudo | chosen.sudo(),
            'tiers': tiers_sudo or [],
        }


def _read_asked(values):
    """`Asked` of what stands in the address; what cannot be read counts as not asked for."""
    whose = values.get('whose', '')
    return Asked(
        search=values.get('search', '').strip()[:SEARCH_LENGTH],
        whose=whose if whose in ('own', 'below') else str(read_number(whose) or ''),
        tier=read_number(values.get('tier', '')),
        date_from=read_day(values.get('date_from', '')),
        date_to=read_day(values.get('date_to', '')),
        differs=values.get('differs') == '1',
        late=values.get('late') == '1',
        sort=values['sort'] if values.get('sort') in SORTS else 'newest')


def _write_asked(asked):
    """The parameters of an address that asks for the same; what is as usual is left out."""
    usual = Asked()
    values = {name: getattr(asked, name) for name in PARAMETERS}
    return {
        name: '1' if value is True else str(value)
        for name, value in values.items() if value != getattr(usual, name)}


def _make_url(path, **parameters):
    """An address with those of the parameters that say anything."""
    return f'{path}?{urlencode({name: value for name, value in parameters.items() if value})}'

import secrets

from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.web import Home

from ..const import MONEY_ROLES, ORDERING_ROLES, RECEIVING_ROLES, UNDER_WAY
from ..utils import Origin

HOME = '/my/channel'
DEVICE_COOKIE = 'channel_device'
DEVICE_COOKIE_AGE = 365 * 24 * 3600
MAX_ID = 2**31 - 1  # an int4: beyond it PostgreSQL raises, and there is no such record anyway


class DealerCentreHome(Home):

    def _login_redirect(self, uid, redirect=None):
        """Override of `portal` to bring the people of members straight to their dealer centre, in their language."""
        user_sudo = request.env['res.users'].browse(uid).sudo()
        if not redirect and user_sudo.channel_link_ids:
            # Named in the address it wins over what the browser prefers.
            redirect = request.env['ir.http']._url_lang(HOME, user_sudo.lang)
        return super()._login_redirect(uid, redirect=redirect)


class DealerCentre(CustomerPortal):
    """What all pages of the dealer centre share, and its home."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if 'channel_count' in counters:
            values['channel_count'] = len(self._channel_get_members())
        return values

    @http.route(HOME, type='http', auth='user', website=True, methods=['GET'])
    def channel_home(self, **_kw):
        """Open tasks, credit left, orders under way."""
        members_sudo = self._channel_get_members()
        if not members_sudo:
            return request.redirect('/my')
        values = self._channel_prepare_values('home')
        orders_sudo = request.env['sale.order'].sudo()
        own = [('channel_member_id', 'in', members_sudo.ids)]
        under_way = [*own, ('channel_state', 'in', UNDER_WAY)]
        return request.render('distributor_portal.portal_home', {
            **values,
            'credit': values['member']._portal_get_credit() if values['shows_money'] else None,
            'orders': orders_sudo.search(under_way, limit=5, order='date_order desc, id desc'),
            'last_order': orders_sudo.search(
                [('channel_member_id', '=', values['member'].id),
                 ('channel_state', 'in', ('confirmed', 'shipped', 'received'))],
                limit=1, order='date_order desc, id desc'),
        })

    # --- for all pages

    def _channel_get_members(self, roles=None):
        """The user's own nodes, as superuser's records; fields are picked by the pages. Asked once per request."""
        env = request.env
        known = vars(request).setdefault('channel_member_ids', {})
        key = (env.cr, env.uid, roles)  # a request that is tried again may get another cursor
        if key not in known:
            known[key] = env.user._channel_get_members(roles).ids
        return env['channel.member'].sudo().browse(known[key])

    def _channel_get_member(self, roles=None):
        """The node the user acts for: the one chosen in this session if it is its own, else the first."""
        members_sudo = self._channel_get_members(roles)
        chosen = members_sudo.filtered(lambda member: member.id == request.session.get('channel_member_id'))
        return chosen or members_sudo[:1]

    def _channel_prepare_values(self, page):
        """What the layout needs, on every page."""
        members_sudo = self._channel_get_members()
        links = request.env.user.sudo().channel_link_ids
        roles = set(links.mapped('role'))
        return {
            'page_name': 'channel',
            'no_breadcrumbs': True,
            'channel_page': page,
            'member': self._channel_get_member(),
            'members': members_sudo,
            'tasks': members_sudo._portal_get_tasks(),
            'can_order': bool(roles & set(ORDERING_ROLES)),
            'can_receive': bool(roles & set(RECEIVING_ROLES)),
            'shows_money': bool(roles & set(MONEY_ROLES)),
        }

    def _channel_get_document(self, model, document_id):
        """The record, as superuser, if the user may read it.

        :raise MissingError, AccessError: there is none, or it is none of the user's: the pages answer alike
        """
        if not 0 < document_id <= MAX_ID:
            raise MissingError(request.env._("This document does not exist."))
        return self._document_check_access(model, document_id)

    def _channel_get_order(self, order_id):
        """An order of the channel that the user may see, as superuser; an empty recordset where there is none."""
        try:
            order_sudo = self._channel_get_document('sale.order', order_id)
        except (AccessError, MissingError):
            return request.env['sale.order']
        return order_sudo.filtered('channel_member_id')

    def _channel_get_origin(self):
        """From where this request comes: the address, and a random number left in the browser (made now if new).

        It says that two orders come from one device, and nothing else about it.
        """
        device = request.httprequest.cookies.get(DEVICE_COOKIE, '')
        if not 16 <= len(device) <= 64:
            device = secrets.token_urlsafe(16)
            request.future_response.set_cookie(
                DEVICE_COOKIE, device, max_age=DEVICE_COOKIE_AGE, httponly=True, samesite='Lax', cookie_type='required')
        return Origin(request.httprequest.remote_addr, device)

    @http.route(f'{HOME}/switch', type='http', auth='user', website=True, methods=['POST'])
    def channel_switch(self, member_id='', **_kw):
        """Act for another of one's own members."""
        if member_id.isdecimal() and int(member_id) in self._channel_get_members().ids:
            request.session['channel_member_id'] = int(member_id)
        return request.redirect(HOME)

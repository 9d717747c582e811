import re
import secrets

from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.web import Home

from ..const import DEVICE_COOKIE, DEVICE_COOKIE_AGE, MONEY_ROLES, ORDERING_ROLES, RECEIVING_ROLES
from ..engine.parameters import MAX_ID, read_number
from ..utils import Origin

HOME = '/my/channel'
FORM_TOKEN = re.compile(r'[\w-]{16,64}', re.ASCII)


class DealerCentreHome(Home):

    def _login_redirect(self, uid, redirect=None):
        """Override of `portal` to bring the people of members straight to their dealer centre, in their language."""
        user_sudo = request.env['res.users'].browse(uid).sudo()
        if not redirect and user_sudo.channel_link_ids:
            # Named in the address it wins over what the browser prefers.
            redirect = request.env['ir.http']._url_lang(HOME, user_sudo.lang)
        return super()._login_redirect(uid, redirect=redirect)


class DealerCentre(CustomerPortal):
    """What all pages of the dealer centre share."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if 'channel_count' in counters:
            values['channel_count'] = len(self._channel_get_members())
        return values

    # --- for all pages

    def _channel_get_members(self, roles=None):
        """The user's own nodes, as superuser's records; fields are picked by the pages. Asked once per request."""
        env = request.env
        known = vars(request).setdefault('channel_member_ids', {})
        key = (env.cr, env.uid, roles)  # a request that is tried again may get another cursor
        if key not in known:
            if roles is None:
                known[key] = env.user._channel_get_members().ids
            else:
                # By the user's links, which every page reads: a page asks for several sets of roles.
                links_sudo = env.user.sudo().channel_link_ids.filtered(lambda link: link.role in roles)
                known[key] = (self._channel_get_members() & links_sudo.member_id).ids
        return env['channel.member'].sudo().browse(known[key])

    def _channel_get_member(self, roles=None):
        """The node the user acts for: chosen by this request, its page or else this session; else the first."""
        members_sudo, asked = self._channel_get_members(roles), vars(request)
        for chosen_id in (asked.get('channel_member_id'), asked.get('channel_acting_for')):
            if chosen_id in members_sudo._ids:
                return members_sudo.browse(chosen_id)
        chosen_id = request.session.get('channel_member_id')
        return members_sudo.filtered(lambda member: member.id == chosen_id) or members_sudo[:1]

    def _channel_sees_money(self, member_sudo):
        """Whether the user may know what this member pays: by a role there, or above it."""
        own_sudo, seeing_sudo = self._channel_get_members(), self._channel_get_members(MONEY_ROLES)
        return bool(seeing_sudo) and (own_sudo == seeing_sudo or bool(member_sudo.ancestor_ids & seeing_sudo))

    def _channel_get_node(self, roles, member_id):
        """The member asked for, own or below an own one; one's own without; empty where it is none of one's line."""
        own_sudo = self._channel_get_members(roles)
        if not member_id:
            return self._channel_get_member(roles)
        return own_sudo.search([('id', '=', read_number(member_id)), ('ancestor_ids', 'in', own_sudo.ids)])

    def _channel_prepare_values(self, page):
        """What the layout needs, on every page."""
        members_sudo = self._channel_get_members()
        links = request.env.user.sudo().channel_link_ids
        roles = set(links.mapped('role'))
        return {
            'page_name': 'channel',
            'new_form_token': lambda: secrets.token_urlsafe(16),
            'no_breadcrumbs': True,
            'channel_page': page,
            'member': self._channel_get_member(),
            'members': members_sudo,
            'tasks': members_sudo._portal_get_tasks(),
            'can_order': bool(roles & set(ORDERING_ROLES)),
            'can_receive': bool(roles & set(RECEIVING_ROLES)),
            'shows_money': bool(roles & set(MONEY_ROLES)),
            'sees_money_of': self._channel_sees_money,
        }

    def _channel_get_document(self, model, document_id):
        """The record, as superuser, if the user may read it.

        :raise MissingError, AccessError: there is none, or it is none of the user's: the pages answer alike
        """
        if not 0 < document_id <= MAX_ID:
            raise MissingError(request.env._("This document does not exist."))
        # Not ours: that is for Odoo's pages, which know no roles.
        return CustomerPortal._document_check_access(self, model, document_id)

    def _document_check_access(self, model_name, document_id, access_token=None):
        """Override of `portal`: Odoo's own pages know no roles, so what belongs to the channel has its pages here.

        There whoever only receives would read prices, and could decline an order that waits for approval; what is
        being paid here could be paid there once more.
        """
        document_sudo = super()._document_check_access(model_name, document_id, access_token)
        user = request.env.user
        if model_name == 'sale.order' and document_sudo.channel_member_id and not user._is_internal():
            raise AccessError(request.env._("Orders of the channel are in the dealer centre."))
        if model_name == 'account.move' and user.sudo().channel_link_ids:
            if document_sudo.is_sale_document() and document_sudo.commercial_partner_id.channel_member_ids:
                raise AccessError(request.env._("Invoices of members are in the dealer centre."))
            if not self._channel_get_members(MONEY_ROLES):
                raise AccessError(request.env._("Your role does not see money."))
        return document_sudo

    def _channel_get_order(self, order_id):
        """An order of the channel that the user may see, as superuser; an empty recordset where there is none."""
        try:
            order_sudo = self._channel_get_document('sale.order', order_id)
        except (AccessError, MissingError):
            return request.env['sale.order']
        return order_sudo.filtered('channel_member_id')

    def _channel_take_form(self, token):
        """Whether a form with the hidden tokens of `portal_form_tokens` is sent for the first time."""
        return FORM_TOKEN.fullmatch(token) is not None and request.env['channel.form.token'].sudo()._take(token)

    def _channel_show_document(self, record_sudo, report):
        """As a PDF; where nothing prints one, as a page that the browser prints."""
        state = request.env['ir.actions.report'].get_wkhtmltopdf_state()
        can_print = state not in ('install', 'broken')
        return self._show_report(record_sudo, 'pdf' if can_print else 'html', report, can_print)

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

    @http.route(f'{HOME}/more', type='http', auth='user', website=True, methods=['GET'])
    def channel_more(self, **_kw):
        """Every page of the dealer centre that the user has: what does not fit into a phone's bar."""
        if not self._channel_get_members():
            return request.redirect('/my')
        return request.render('distributor_portal.portal_more', self._channel_prepare_values('more'))

    @http.route(f'{HOME}/switch', type='http', auth='user', website=True, methods=['POST'])
    def channel_switch(self, member_id='', form_token='', **_kw):
        """Act for another of one's own members."""
        own = {str(id_) for id_ in self._channel_get_members().ids}
        if member_id in own and self._channel_take_form(form_token):
            request.session['channel_member_id'] = int(member_id)
        return request.redirect(HOME)

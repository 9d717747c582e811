import json
import math

import pytz

from odoo import http
from odoo.exceptions import UserError, ValidationError
from odoo.http import request

from ..const import FINANCE_ROLES, ORDERING_ROLES, OWNER_ROLES
from ..engine.parameters import read_day, read_number
from ..engine.tables import MAX_BYTES
from ..models.company.channel_change_request import FIELDS
from ..models.company.channel_member_profile import ADDRESS
from ..models.company.channel_member_user import WAYS
from ..models.network.channel_member import ROLES
from .dealer_centre import HOME, MAX_ID, DealerCentre
from .downloads import download

PEOPLE = f'{HOME}/people'
PROFILE = f'{HOME}/profile'
SETTINGS = f'{HOME}/settings'
PROFILE_ROLES = (*ORDERING_ROLES, 'finance')
MAX_AMOUNT = 10**12
COMPANY_FIELDS = (*(name for names in FIELDS.values() for name in names), 'acc_number', 'acc_holder_name')


class Company(DealerCentre):
    """A member's people, its data, and what each of its people may set for itself."""

    def _channel_prepare_values(self, page):
        values = super()._channel_prepare_values(page)
        # From the links, which the layout has read: no search on any page.
        roles = set(request.env.user.sudo().channel_link_ids.mapped('role'))
        return {
            **values,
            'can_manage_people': bool(roles & set(OWNER_ROLES)),
            'can_see_profile': bool(roles & set(PROFILE_ROLES)),
        }

    # --- people

    @http.route(PEOPLE, type='http', auth='user', website=True, methods=['GET'])
    def channel_people(self, **_kw):
        """Who acts for the member, who is invited, and what has changed. For its owners."""
        member_sudo = self._channel_get_member(OWNER_ROLES)
        return self._channel_render_people(member_sudo) if member_sudo else request.redirect(HOME)

    @http.route(f'{PEOPLE}/invite', type='http', auth='user', website=True, methods=['POST'])
    def channel_invite(self, name='', email='', role='', member_id='', form_token='', **_kw):
        """Invite somebody for the own member, or the first owner of one right below where the tier allows it."""
        member_sudo = self._channel_get_member(OWNER_ROLES)
        if not member_sudo or not self._channel_take_form(form_token):
            return request.redirect(PEOPLE)
        target_sudo = member_sudo
        if member_id:
            below_sudo = member_sudo._portal_get_without_owner()
            target_sudo = below_sudo.filtered(lambda one: str(one.id) == member_id)
        if not target_sudo:
            return request.redirect(PEOPLE)
        request.env['ir.http']._channel_limit('invite', f'member {member_sudo.id}')
        return self._channel_act_on_people(
            member_sudo, target_sudo._portal_invite, name, email, 'owner' if member_id else role)

    @http.route(
        f'{PEOPLE}/invitations/<int:invitation_id>/<any(resend, withdraw):what>', type='http', auth='user',
        website=True, methods=['POST'])
    def channel_invitation(self, invitation_id, what, form_token='', **_kw):
        """Send it again, or take it back."""
        member_sudo = self._channel_get_member(OWNER_ROLES)
        invitation_sudo = member_sudo.invitation_ids.filtered(lambda one: one.id == invitation_id)
        if not invitation_sudo or not self._channel_take_form(form_token):
            return request.redirect(PEOPLE)
        if what == 'resend':
            request.env['ir.http']._channel_limit('invite', f'member {member_sudo.id}')
            return self._channel_act_on_people(member_sudo, invitation_sudo._resend)
        return self._channel_act_on_people(member_sudo, invitation_sudo._withdraw)

    @http.route(f'{PEOPLE}/<int:link_id>', type='http', auth='user', website=True, methods=['POST'])
    def channel_person(self, link_id, role='', order_limit='', form_token='', **_kw):
        """Another role, another limit."""
        member_sudo = self._channel_get_member(OWNER_ROLES)
        link_sudo, limit = self._channel_get_link(member_sudo, link_id), _read_limit(order_limit)
        if not link_sudo or role not in dict(ROLES) or not self._channel_take_form(form_token):
            return request.redirect(PEOPLE)
        if limit is None:
            return self._channel_render_people(member_sudo, request.env._("This is no amount."))
        return self._channel_act_on_people(
            member_sudo, member_sudo._portal_change_person, link_sudo, role, limit)

    @http.route(f'{PEOPLE}/<int:link_id>/remove', type='http', auth='user', website=True, methods=['POST'])
    def channel_person_remove(self, link_id, form_token='', **_kw):
        """End somebody's access, or one's own."""
        member_sudo = self._channel_get_member(OWNER_ROLES)
        link_sudo = self._channel_get_link(member_sudo, link_id)
        if not link_sudo or not self._channel_take_form(form_token):
            return request.redirect(PEOPLE)
        return self._channel_act_on_people(member_sudo, member_sudo._portal_remove_person, link_sudo)

    def _channel_get_link(self, member_sudo, link_id):
        """A person of this member that is no longer only invited; empty where there is none."""
        if not member_sudo or not 0 < link_id <= MAX_ID:
            return request.env['channel.member.user'].sudo()
        return member_sudo._portal_get_people()['people'].filtered(lambda link: link.id == link_id)

    def _channel_act_on_people(self, member_sudo, act, *arguments):
        try:
            with request.env.cr.savepoint():
                act(*arguments)
        except (UserError, ValidationError) as error:
            return self._channel_render_people(member_sudo, error.args[0])
        return request.redirect(PEOPLE)

    def _channel_render_people(self, member_sudo, error=None):
        return request.render('distributor_portal.portal_people', {
            **self._channel_prepare_values('people'),
            'member': member_sudo,
            **member_sudo._portal_get_people(),
            'roles': request.env['channel.member.user']._fields['role']._description_selection(request.env),
            'error': error,
        })

    # --- profile

    @http.route(PROFILE, type='http', auth='user', website=True, methods=['GET'])
    def channel_profile(self, **_kw):
        """The company, its addresses, its licences, and whom to call."""
        member_sudo = self._channel_get_member(PROFILE_ROLES)
        return self._channel_render_profile(member_sudo) if member_sudo else request.redirect(HOME)

    @http.route(f'{PROFILE}/changes', type='http', auth='user', website=True, methods=['POST'])
    def channel_changes(self, form_token='', **post):
        """Ask headquarters to change the company's data: what differs becomes a request, nothing is written."""
        member_sudo = self._channel_get_member(OWNER_ROLES)
        if not member_sudo or not self._channel_take_form(form_token):
            return request.redirect(PROFILE)
        values = {name: post[name] for name in COMPANY_FIELDS if isinstance(post.get(name), str)}
        return self._channel_act_on_profile(member_sudo, member_sudo._portal_ask_for_changes, values)

    @http.route(f'{PROFILE}/changes/<int:change_id>/withdraw', type='http', auth='user', website=True, methods=['POST'])
    def channel_change_withdraw(self, change_id, form_token='', **_kw):
        """Take a request back that nobody has decided on."""
        member_sudo = self._channel_get_member(OWNER_ROLES)
        change_sudo = member_sudo.change_request_ids.filtered(
            lambda one: one.id == change_id and one.state == 'waiting' and one.topic != 'erase')
        if change_sudo and self._channel_take_form(form_token):
            change_sudo._close('withdrawn')
        return request.redirect(PROFILE)

    @http.route(
        [f'{PROFILE}/addresses', f'{PROFILE}/addresses/<int:address_id>'], type='http', auth='user', website=True,
        methods=['POST'])
    def channel_address(self, address_id=0, form_token='', **post):
        """Add a delivery address, or change one."""
        member_sudo = self._channel_get_member(ORDERING_ROLES)
        address_sudo = self._channel_get_address(member_sudo, address_id)
        if not member_sudo or (address_id and not address_sudo) or not self._channel_take_form(form_token):
            return request.redirect(PROFILE)
        values = {name: post[name] for name in (*ADDRESS, 'division') if isinstance(post.get(name), str)}
        return self._channel_act_on_profile(member_sudo, member_sudo._portal_keep_address, address_sudo, values)

    @http.route(
        f'{PROFILE}/addresses/<int:address_id>/remove', type='http', auth='user', website=True, methods=['POST'])
    def channel_address_remove(self, address_id, form_token='', **_kw):
        """Take an address off the list."""
        member_sudo = self._channel_get_member(ORDERING_ROLES)
        address_sudo = self._channel_get_address(member_sudo, address_id)
        if not address_sudo or not self._channel_take_form(form_token):
            return request.redirect(PROFILE)
        return self._channel_act_on_profile(member_sudo, member_sudo._portal_drop_address, address_sudo)

    @http.route(f'{PROFILE}/addresses/default', type='http', auth='user', website=True, methods=['POST'])
    def channel_address_default(self, address_id='', form_token='', **_kw):
        """Where orders go that name no address: one of the list, or the company itself."""
        member_sudo = self._channel_get_member(ORDERING_ROLES)
        address_sudo = self._channel_get_address(member_sudo, read_number(address_id))
        if member_sudo and (address_sudo or not address_id) and self._channel_take_form(form_token):
            member_sudo.delivery_partner_id = address_sudo
        return request.redirect(PROFILE)

    @http.route(f'{PROFILE}/licences/<int:licence_id>', type='http', auth='user', website=True, methods=['POST'])
    def channel_licence(self, licence_id, date_to='', form_token='', **_kw):
        """Hand in a renewed licence: headquarters looks at it."""
        member_sudo = self._channel_get_member(OWNER_ROLES)
        licence_sudo = member_sudo.authorization_ids.filtered(lambda one: one.id == licence_id)
        file = request.httprequest.files.get('file')
        if not licence_sudo or not self._channel_take_form(form_token):
            return request.redirect(PROFILE)
        if not file:
            return self._channel_render_profile(member_sudo, request.env._("Choose the file of the licence."))
        return self._channel_act_on_profile(
            member_sudo, member_sudo._portal_renew_licence, licence_sudo, read_day(date_to), file.filename,
            file.read(MAX_BYTES + 1))

    @http.route(f'{PROFILE}/changes/<int:change_id>/file', type='http', auth='user', methods=['GET'])
    def channel_change_own_file(self, change_id, **_kw):
        """The file that the member itself has handed in."""
        member_sudo = self._channel_get_member(OWNER_ROLES)
        change_sudo = member_sudo.change_request_ids.filtered(lambda one: one.id == change_id and one.file_name)
        return _download(change_sudo) if change_sudo else request.redirect(PROFILE)

    @http.route('/channel/change/<int:change_id>/file', type='http', auth='user', methods=['GET'])
    def channel_change_file(self, change_id, **_kw):
        """The file of any request, for headquarters."""
        Request = request.env['channel.change.request']
        may = change_id <= MAX_ID and request.env.user._is_internal() and Request.has_access('read')
        change = Request.search([('id', '=', change_id), ('file_name', '!=', False)]) if may else None
        if not change:
            raise request.not_found()
        return _download(change.sudo())

    def _channel_get_address(self, member_sudo, address_id):
        """A delivery address of this member; empty where there is none."""
        if not member_sudo or not address_id:
            return request.env['res.partner'].sudo()
        return member_sudo._portal_get_addresses().filtered(lambda one: one.id == address_id)

    def _channel_act_on_profile(self, member_sudo, act, *arguments):
        try:
            with request.env.cr.savepoint():
                act(*arguments)
        except (UserError, ValidationError) as error:
            return self._channel_render_profile(member_sudo, error.args[0])
        return request.redirect(PROFILE)

    def _channel_render_profile(self, member_sudo, error=None):
        links = request.env.user.sudo().channel_link_ids
        roles = set(links.filtered(lambda link: link.member_id == member_sudo).mapped('role'))
        return request.render('distributor_portal.portal_profile', {
            **self._channel_prepare_values('profile'),
            **member_sudo._portal_get_profile(),
            'member': member_sudo,
            'may_ask': bool(roles & set(OWNER_ROLES)),
            'may_keep_addresses': bool(roles & set(ORDERING_ROLES)),
            'may_see_bank': bool(roles & set(FINANCE_ROLES)),
            'today': member_sudo.company_id._channel_get_today(),
            'error': error,
        })

    # --- settings

    @http.route(SETTINGS, type='http', auth='user', website=True, methods=['GET'])
    def channel_settings(self, kept='', asked='', **_kw):
        """Language, time zone, what one wants to be told, security, one's data. For everybody."""
        if not self._channel_get_members():
            return request.redirect('/my')
        user_sudo = request.env.user.sudo()
        return request.render('distributor_portal.portal_settings', {
            **self._channel_prepare_values('settings'),
            'user': user_sudo,
            'languages': request.env['res.lang'].get_installed(),
            'zones': pytz.common_timezones,
            'notices': user_sudo.channel_link_ids._portal_get_notices(),
            'is_kept': kept == '1',
            'is_asked': asked == '1' or user_sudo._channel_is_erasure_asked(),
        })

    @http.route(SETTINGS, type='http', auth='user', website=True, methods=['POST'])
    def channel_settings_keep(self, lang='', tz='', form_token='', **post):
        """Keep one's own settings. What is none of the choices is left as it was."""
        if not self._channel_get_members() or not self._channel_take_form(form_token):
            return request.redirect(SETTINGS)
        user_sudo = request.env.user.sudo()
        chosen = {
            name: post[name] for name in (f'notice_{topic}' for topic in user_sudo.channel_link_ids._get_topics())
            if post.get(name) in dict(WAYS)}
        user_sudo.channel_link_ids.write(chosen)
        values = {'lang': lang} if lang in dict(request.env['res.lang'].get_installed()) else {}
        user_sudo.write({**values, **({'tz': tz} if tz in pytz.common_timezones_set else {})})
        return request.redirect(request.env['ir.http']._url_lang(f'{SETTINGS}?kept=1', user_sudo.lang))

    @http.route(f'{SETTINGS}/export/<any(json, csv):form>', type='http', auth='user', website=True, methods=['GET'])
    def channel_export(self, form, **_kw):
        """What names the user, as a file."""
        if not self._channel_get_members():
            return request.redirect('/my')
        request.env['ir.http']._channel_limit('export', f'user {request.env.uid}')
        user = request.env.user
        content = user._channel_export_csv() if form == 'csv' else json.dumps(
            user._channel_export(), ensure_ascii=False, indent=2).encode()
        return download(
            content, f'my-data.{form}', 'text/csv; charset=utf-8' if form == 'csv' else 'application/json')

    @http.route(f'{SETTINGS}/erase', type='http', auth='user', website=True, methods=['POST'])
    def channel_erase(self, form_token='', **_kw):
        """Ask headquarters to forget the user. What the law keeps stays without its name."""
        member_sudo = self._channel_get_member()
        if not member_sudo or not self._channel_take_form(form_token):
            return request.redirect(SETTINGS)
        request.env['channel.change.request']._ask(
            member_sudo, 'erase', request.env.user.name, person_id=request.env.uid)
        return request.redirect(f'{SETTINGS}?asked=1')


def _download(change_sudo):
    return download(change_sudo._get_content(), change_sudo.file_name, change_sudo.file_type)


def _read_limit(text):
    """An amount of at most two decimals, 0 where nothing stands; None if it is no amount."""
    if not text.strip():
        return 0.0
    try:
        amount = round(float(text.replace(',', '')), 2)
    except ValueError:
        return None
    return amount if math.isfinite(amount) and 0 <= amount < MAX_AMOUNT else None

from datetime import datetime, time, timedelta

import pytz

from odoo import fields, http
from odoo.exceptions import ValidationError
from odoo.http import request

from ..const import ORDERING_ROLES
from ..engine.parameters import read_numbers, read_page
from .dealer_centre import HOME, MAX_ID, DealerCentre

REASON_LENGTH = 200
MAX_AT_ONCE = 500
SHOWN_AT_ONCE = 15


class ChannelApprovals(DealerCentre):

    @http.route(f'{HOME}/approvals', type='http', auth='user', website=True, methods=['GET'])
    def channel_approvals(self, changed='', page='', **_kw):
        """What waits for the user: from below, of its own member, and for whom it stands in."""
        members_sudo = self._channel_get_members()
        if not members_sudo:
            return request.redirect(HOME)
        queue = request.env['sale.order'].sudo()._portal_get_queue(request.env.user, MAX_AT_ONCE)
        return request.render('distributor_portal.portal_approvals', {
            **self._channel_prepare_values('approvals'),
            **self._channel_prepare_queue(queue, page),
            'can_hand_on': bool(self._channel_get_members(ORDERING_ROLES)),
            'is_changed': changed == '1',
        })

    def _channel_prepare_queue(self, queue, page):
        """The page of the queue asked for, the first where there is none; only of its orders everything is read."""
        last = max(1, -(-len(queue) // SHOWN_AT_ONCE))
        page = read_page(page, last)
        orders_sudo = queue.browse(queue.ids[(page - 1) * SHOWN_AT_ONCE:page * SHOWN_AT_ONCE])
        entitled = request.env.user._channel_get_entitled(orders_sudo.channel_approval_ids)
        return {
            'orders': orders_sudo,
            'background': orders_sudo._portal_get_background(),
            'waiting': orders_sudo.channel_approval_ids.filtered(
                lambda row: row.step != 'hq' and row in entitled).grouped('order_id'),
            'entitled': entitled,
            'count': len(queue), 'page': page, 'page_size': SHOWN_AT_ONCE,
        }

    @http.route(f'{HOME}/orders/<int:order_id>/decide', type='http', auth='user', website=True, methods=['POST'])
    def channel_decide(self, order_id, decision='', reason='', form_token='', **_kw):
        """Approve or refuse an order that waits for the user. A refusal says why."""
        order_sudo = self._channel_get_order(order_id)
        reason = reason.strip()[:REASON_LENGTH]
        waits_for_user = order_sudo and order_sudo._channel_get_step_of(request.env.user) == 'upstream'
        if not waits_for_user or decision not in ('approve', 'refuse'):
            return request.redirect(f'{HOME}/approvals')
        if decision == 'refuse' and not reason:
            return request.redirect(f'{HOME}/orders/{order_id}?missing=reason')
        if not self._channel_take_form(form_token):
            return request.redirect(f'{HOME}/approvals')
        changed = self._channel_decide_orders(order_sudo, decision == 'approve', reason)
        return request.redirect(f'{HOME}/approvals?changed=1' if changed else f'{HOME}/approvals')

    @http.route(f'{HOME}/approvals/decide', type='http', auth='user', website=True, methods=['POST'])
    def channel_decide_many(self, form_token='', **_kw):
        """Approve all orders ticked; one that does not wait for the user is left alone, like one that is none."""
        if not self._channel_take_form(form_token):
            return request.redirect(f'{HOME}/approvals')
        ticked = read_numbers(request.httprequest.form.getlist('order')[:MAX_AT_ONCE])
        # Of what waits for the user: what does not is no order to it.
        orders_sudo = request.env['sale.order'].sudo().search([
            ('id', 'in', ticked), *self._channel_get_members()._portal_get_approvals_domain()])
        changed = self._channel_decide_orders(orders_sudo, True)
        return request.redirect(f'{HOME}/approvals?changed=1' if changed else f'{HOME}/approvals')

    def _channel_decide_orders(self, orders_sudo, is_approved, reason=''):
        return orders_sudo.with_user(request.env.user).sudo()._channel_decide('upstream', is_approved, reason or None)

    # --- away

    @http.route(f'{HOME}/away', type='http', auth='user', website=True, methods=['GET'])
    def channel_away(self, error='', **_kw):
        """Who decides for the user while it is away, and for whom it decides."""
        members_sudo = self._channel_get_members(ORDERING_ROLES)
        if not members_sudo:
            return request.redirect(HOME)
        delegations_sudo = request.env['channel.approval.delegation'].sudo()
        user, now = request.env.user, fields.Datetime.now()
        return request.render('distributor_portal.portal_away', {
            **self._channel_prepare_values('approvals'),
            'colleagues': self._channel_get_colleagues(),
            'given': delegations_sudo.search([('user_id', '=', user.id), ('date_to', '>=', now)]),
            'taken': delegations_sudo.search([('delegate_id', '=', user.id), ('date_to', '>=', now)]),
            'error': request.session.pop('channel_away_error', '') if error else '',
        })

    @http.route(f'{HOME}/away', type='http', auth='user', website=True, methods=['POST'])
    def channel_away_submit(self, delegate_id='', date_from='', date_to='', note='', form_token='', **_kw):
        """Hand on one's decisions to a colleague of the same member, for some days."""
        if not self._channel_take_form(form_token):
            return request.redirect(f'{HOME}/away')
        colleague_sudo = self._channel_get_colleagues().filtered(lambda user: str(user.id) == delegate_id)
        start, end = self._channel_read_day(date_from, time.min), self._channel_read_day(date_to, time.max)
        if not (colleague_sudo and start and end):
            return self._channel_refuse_away(request.env._("Choose a colleague and both days."))
        try:
            with request.env.cr.savepoint():
                delegations_sudo = request.env['channel.approval.delegation'].sudo()
                delegations_sudo._hand_on(colleague_sudo, start, end, note[:REASON_LENGTH])
        except ValidationError as error:
            return self._channel_refuse_away(str(error))
        return request.redirect(f'{HOME}/away')

    @http.route(f'{HOME}/away/<int:delegation_id>/end', type='http', auth='user', website=True, methods=['POST'])
    def channel_away_end(self, delegation_id, form_token='', **_kw):
        """Back again: the user decides itself. Another's delegation looks like none."""
        if self._channel_take_form(form_token):
            request.env['channel.approval.delegation'].sudo().search([
                ('id', '=', min(delegation_id, MAX_ID)), ('user_id', '=', request.env.uid)]).active = False
        return request.redirect(f'{HOME}/away')

    def _channel_get_colleagues(self):
        """Owners and buyers of the user's members, itself left out."""
        links_sudo = self._channel_get_members(ORDERING_ROLES).user_link_ids
        return links_sudo.filtered(lambda link: link.role in ORDERING_ROLES).user_id - request.env.user

    def _channel_refuse_away(self, text):
        request.session['channel_away_error'] = text
        return request.redirect(f'{HOME}/away?error=1')

    def _channel_read_day(self, text, of_day):
        """Begin or end of a day where the user is, as Odoo stores moments; None if it is no day of these years."""
        try:
            day = datetime.strptime(text, '%Y-%m-%d')  # noqa: DTZ007  made aware below
        except ValueError:
            return None
        if abs(day - datetime.now()) > timedelta(days=730):  # noqa: DTZ005  a bound, not a moment
            return None
        zone = pytz.timezone(request.env.user.tz or 'UTC')
        local = zone.localize(datetime.combine(day, of_day.replace(microsecond=0)))
        return local.astimezone(pytz.utc).replace(tzinfo=None)

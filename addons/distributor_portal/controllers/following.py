from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from ..const import ORDERING_ROLES
from .dealer_centre import HOME
from .orders import ChannelOrders

REASON_LENGTH = 200
TEXT_LENGTH = 2000


class ChannelFollowing(ChannelOrders):
    """What a member does with an order on its way: take it back, ask to cancel it, write about it."""

    @http.route(f'{HOME}/orders/<int:order_id>/version', type='http', auth='user', methods=['GET'], readonly=True)
    def channel_order_version(self, order_id, **_kw):
        """Whether anything has happened since the page was made; asked every half a minute, so little is read."""
        order_sudo = self._channel_get_order(order_id)
        if not order_sudo:
            return request.make_json_response({'version': None, 'state': None})
        return request.make_json_response({
            'version': order_sudo._portal_get_version(
                order_sudo.channel_member_id in self._channel_get_members()),
            'state': dict(order_sudo._fields['channel_state']._description_selection(request.env)).get(
                order_sudo.channel_state),
        }, headers=[('Cache-Control', 'no-store')])

    @http.route(f'{HOME}/orders/<int:order_id>/cancel', type='http', auth='user', website=True, methods=['POST'])
    def channel_cancel(self, order_id, form_token='', **_kw):
        """Take back an own order that nobody has accepted yet."""
        order_sudo = self._channel_get_followed_order(order_id)
        if order_sudo and self._channel_take_form(form_token):
            order_sudo._portal_take_back(request.env._("Taken back by the member"))
        return request.redirect(f'{HOME}/orders/{order_id}')

    @http.route(f'{HOME}/orders/<int:order_id>/edit', type='http', auth='user', website=True, methods=['POST'])
    def channel_edit(self, order_id, form_token='', **_kw):
        """Take back an own order and go on with its lines on the pad."""
        order_sudo = self._channel_get_followed_order(order_id)
        if not order_sudo:
            return request.redirect(f'{HOME}/orders/{order_id}')
        is_taken = self._channel_take_form(form_token) and order_sudo._portal_take_back(
            request.env._("Taken back to be changed"))
        # A second tap finds it taken back already, and goes to the pad just the same.
        if not is_taken and order_sudo.channel_state != 'cancelled':
            return request.redirect(f'{HOME}/orders/{order_id}')
        request.session['channel_member_id'] = order_sudo.channel_member_id.id
        return request.redirect(f'{HOME}/pad?again={order_id}')

    @http.route(f'{HOME}/orders/<int:order_id>/ask_cancel', type='http', auth='user', website=True, methods=['POST'])
    def channel_ask_cancel(self, order_id, reason='', form_token='', **_kw):
        """Ask headquarters to cancel an own order that it has accepted."""
        order_sudo = self._channel_get_followed_order(order_id)
        reason = reason.strip()[:REASON_LENGTH]
        if order_sudo and order_sudo._channel_can_ask_to_cancel():
            if not reason:
                return self._channel_render_order(order_sudo, error=request.env._("Say why you want to cancel."))
            if self._channel_take_form(form_token):
                request.env['channel.cancel.request']._ask(order_sudo.with_user(request.env.user).sudo(), reason)
        return request.redirect(f'{HOME}/orders/{order_id}')

    @http.route(f'{HOME}/orders/<int:order_id>/message', type='http', auth='user', website=True, methods=['POST'])
    def channel_message(self, order_id, text='', form_token='', **_kw):
        """Write to headquarters about an own order."""
        order_sudo = self._channel_get_followed_order(order_id, roles=None)
        text = text.strip()[:TEXT_LENGTH]
        if order_sudo and text and self._channel_take_form(form_token):
            try:
                order_sudo._portal_post_message(text)
            except UserError as error:
                return self._channel_render_order(order_sudo, error=str(error), text=text)
        return request.redirect(f'{HOME}/orders/{order_id}#messages')

    def _channel_get_followed_order(self, order_id, roles=ORDERING_ROLES):
        """An order of one of the user's own members, in the user's name; empty where there is none for it."""
        order_sudo = self._channel_get_order(order_id).with_user(request.env.user).sudo()
        return order_sudo.filtered(lambda order: order.channel_member_id in self._channel_get_members(roles))

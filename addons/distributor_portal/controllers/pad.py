import math
import secrets

from odoo import http
from odoo.http import request

from ..const import ORDERING_ROLES
from .dealer_centre import HOME, MAX_ID, DealerCentre

MAX_LINES = 5000
STATUS_TEXT_LENGTH = 2000
MAX_CODE = 64
MAX_FORM = 100


class OrderPad(DealerCentre):

    @http.route(f'{HOME}/pad', type='http', auth='user', website=True, methods=['GET'])
    def channel_pad(self, again='', **_kw):
        """The order pad. :param again: an order of the member's own, whose quantities fill it"""
        member_sudo = self._channel_get_member(ORDERING_ROLES)
        if not member_sudo:
            return request.redirect(HOME)
        credit = member_sudo._portal_get_credit()
        return request.render('distributor_portal.portal_pad', {
            **self._channel_prepare_values('pad'),
            'member': member_sudo,
            'pad_props': {
                'member': member_sudo.code,
                'currency': member_sudo.currency_id.id,
                'token': secrets.token_urlsafe(16),
                'credit_left': credit.left_amount if credit else None,
                'prefill': self._channel_get_prefill(member_sudo, again),
                'types': member_sudo._portal_get_order_types(),
            },
        })

    def _channel_get_prefill(self, member_sudo, again):
        order_sudo = self._channel_get_order(int(again)) if again.isdecimal() and len(again) < 12 else None
        if not order_sudo or order_sudo.channel_member_id != member_sudo:
            return []
        return [
            {'product_id': line.product_id.id, 'qty': float(line._channel_get_qty())}
            for line in order_sudo._channel_get_judged_lines()
        ]

    @http.route(f'{HOME}/pad/products', type='jsonrpc', auth='user', website=True, readonly=True)
    def channel_pad_products(self, search='', offset=0, product_ids=None, **_kw):
        """A page of products, or those of `product_ids`."""
        member_sudo = self._channel_get_member(ORDERING_ROLES)
        if not member_sudo:
            return {'products': [], 'more': False}
        product_ids = [
            id_ for id_ in product_ids[:MAX_LINES] if _is_id(id_)
        ] if isinstance(product_ids, list) else None
        return member_sudo._portal_get_products(
            search[:100] if isinstance(search, str) else '',
            offset if isinstance(offset, int) and 0 <= offset <= 10**6 else 0, product_ids)

    @http.route(f'{HOME}/pad/submit', type='jsonrpc', auth='user', website=True)
    def channel_pad_submit(self, lines=None, token='', note='', type='', form=None, **_kw):
        """Send the order. Quantities, products and the form only: prices, addresses and members are ours to know."""
        member_sudo = self._channel_get_member(ORDERING_ROLES)
        if not member_sudo:
            return {'status': 'rejected', 'verdicts': [], 'error': request.env._("You cannot order for this member.")}
        is_readable = isinstance(token, str) and 8 <= len(token) <= 64 and isinstance(note, str)
        # All or nothing: a line that cannot be read is not left out silently.
        is_readable = is_readable and isinstance(type, str) and len(type) <= MAX_CODE and _is_form(form)
        if not (is_readable and isinstance(lines, list) and all(_is_line(line) for line in lines)):
            return {
                'status': 'rejected', 'verdicts': [],
                'error': request.env._("Reload the page and send the order again."),
            }
        lines = [{'product_id': line['product_id'], 'qty': line['qty']} for line in lines[:MAX_LINES + 1]]
        if not lines:
            return {'status': 'rejected', 'verdicts': [], 'error': request.env._("The order is empty.")}
        member_sudo = member_sudo.with_context(channel_origin=self._channel_get_origin())
        answer = member_sudo._portal_submit(
            lines, token, note[:STATUS_TEXT_LENGTH], {'type': type, 'properties': form} if type else None)
        return {**answer, 'next_token': secrets.token_urlsafe(16), 'url': f"{HOME}/orders/{answer['order_id']}"}


def _is_line(line):
    return isinstance(line, dict) and _is_id(line.get('product_id')) and _is_number(line.get('qty'))


def _is_form(form):
    return form is None or (isinstance(form, dict) and len(form) <= MAX_FORM)


def _is_id(value):
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MAX_ID


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)

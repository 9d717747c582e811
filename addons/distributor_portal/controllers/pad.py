import math
import secrets
from datetime import date

from odoo import http
from odoo.http import request
from odoo.tools import html2plaintext

from ..const import ORDERING_ROLES
from ..engine.parameters import read_number
from .dealer_centre import HOME, MAX_ID, DealerCentre

MAX_LINES = 5000
MAX_QTY = 10**9
STATUS_TEXT_LENGTH = 2000
MAX_CODE = 64
MAX_FORM = 100
SORTS = ('code', 'name', 'price')


class OrderPad(DealerCentre):

    @http.route(f'{HOME}/pad', type='http', auth='user', website=True, methods=['GET'])
    def channel_pad(self, again='', list='', **_kw):
        """The order pad.

        :param again: an order of the member's own, whose quantities fill it
        :param list: "1" where the pad opens with the place for a pasted or uploaded list
        """
        member_sudo = self._channel_get_member(ORDERING_ROLES)
        if not member_sudo:
            return request.redirect(HOME)
        prefill = self._channel_get_prefill(member_sudo, again)
        return request.render('distributor_portal.portal_pad', {
            **self._channel_prepare_values('pad'),
            'member': member_sudo,
            'first_products': member_sudo._portal_get_first_products([line['product_id'] for line in prefill]),
            'pad_props': {
                **self._channel_prepare_pad(member_sudo),
                'prefill': prefill,
                'prefill_form': self._channel_get_prefill_form(member_sudo, again),
                'opens_list': list == '1',
            },
        })

    def _channel_prepare_pad(self, member_sudo):
        """What the pad knows from the start. Others add to it."""
        credit = member_sudo._portal_get_credit()
        currency = member_sudo._portal_get_currency()
        # Credit and the smallest order are in the company's currency: in another, no figure is better than a wrong one.
        is_own = currency == member_sudo.currency_id
        return {
            'member': member_sudo.code,
            'currency': currency.id,
            'token': secrets.token_urlsafe(16),
            'csrf': request.csrf_token(),
            'credit_left': credit.left_amount if credit and is_own else None,
            'least_amount': member_sudo.tier_id.min_order_amount if is_own else 0,
            'may_be_urgent': member_sudo.tier_id.may_order_urgently,
            'types': member_sudo._portal_get_order_types(),
            'categories': member_sudo._portal_get_categories(),
        }

    def _channel_get_own_order(self, member_sudo, number):
        """The member's own order that the address names, else an empty recordset."""
        order_sudo = self._channel_get_order(read_number(number))
        return order_sudo if order_sudo and order_sudo.channel_member_id == member_sudo else (
            request.env['sale.order'])

    def _channel_get_prefill(self, member_sudo, again):
        return [
            {'product_id': line.product_id.id, 'qty': float(line._channel_get_qty())}
            for line in self._channel_get_own_order(member_sudo, again)._channel_get_judged_lines()
        ]

    def _channel_get_prefill_form(self, member_sudo, again):
        """The kind of that order and what was filled in: but its days, which are over."""
        order_sudo = self._channel_get_own_order(member_sudo, again)
        if not order_sudo:
            return {}
        return {
            'type': order_sudo.channel_order_type_id.code or '', 'form': order_sudo._portal_get_form_again(),
            'note': html2plaintext(order_sudo.note, include_references=False), 'urgent': order_sudo.channel_is_urgent}

    @http.route(f'{HOME}/pad/products', type='jsonrpc', auth='user', website=True, readonly=True)
    def channel_pad_products(self, search='', offset=0, product_ids=None, category=None, sort='code', **_kw):
        """A page of products, or those of `product_ids`."""
        member_sudo = self._channel_get_member(ORDERING_ROLES)
        if not member_sudo:
            return {'products': [], 'more': False}
        product_ids = [
            id_ for id_ in product_ids[:MAX_LINES] if _is_id(id_)
        ] if isinstance(product_ids, list) else None
        return member_sudo._portal_get_products(
            search[:100] if isinstance(search, str) else '',
            offset if _is_id(offset) and offset <= 10**6 else 0, product_ids,
            category if _is_id(category) else None, sort if sort in SORTS else SORTS[0])

    @http.route(f'{HOME}/pad/promise', type='jsonrpc', auth='user', website=True, readonly=True)
    def channel_pad_promise(self, lines=None, urgent=False, requested_date='', **_kw):
        """On which day what is on the pad would arrive."""
        member_sudo = self._channel_get_member(ORDERING_ROLES)
        if not (member_sudo and isinstance(lines, list) and len(lines) <= MAX_LINES and all(map(_is_line, lines))):
            return {'day': False, 'days': {}, 'parcels': 0, 'is_urgent': False}
        return member_sudo._portal_promise(
            {line['product_id']: line['qty'] for line in lines if line['qty'] > 0}, urgent is True,
            _to_date(requested_date))

    @http.route(f'{HOME}/pad/picture/<int:product_id>', type='http', auth='user', methods=['GET'], readonly=True)
    def channel_pad_picture(self, product_id, **_kw):
        """The small picture of a product that the member may order."""
        member_sudo = self._channel_get_member(ORDERING_ROLES)
        product_sudo = member_sudo._portal_get_product(product_id) if member_sudo and product_id <= MAX_ID else None
        if not (product_sudo and product_sudo.image_128):
            raise request.not_found()
        stream = request.env['ir.binary']._get_image_stream_from(product_sudo, 'image_128')
        return stream.get_response(max_age=86400, content_security_policy="sandbox; default-src 'none'")

    @http.route(f'{HOME}/pad/submit', type='jsonrpc', auth='user', website=True)
    def channel_pad_submit(self, lines=None, token='', note='', type='', form=None, urgent=False, requested_date='',
                           **_kw):
        """Send the order. Quantities, products and the form only: prices, addresses and members are ours to know."""
        member_sudo = self._channel_get_member(ORDERING_ROLES)
        if not member_sudo:
            return _refuse(request.env._("You cannot order for this member."))
        is_readable = isinstance(token, str) and 8 <= len(token) <= 64 and isinstance(note, str)
        # All or nothing: a line that cannot be read is not left out silently.
        is_readable = is_readable and isinstance(type, str) and len(type) <= MAX_CODE and _is_form(form)
        if not (is_readable and isinstance(lines, list) and all(_is_line(line) for line in lines)):
            return _refuse(request.env._("Reload the page and send the order again."))
        if not lines:
            return _refuse(request.env._("The order is empty."))
        answer = self._channel_send_pad(
            member_sudo, lines[:MAX_LINES + 1], token, note[:STATUS_TEXT_LENGTH],
            {'type': type, 'properties': form} if type else None, _prepare_head(urgent, requested_date))
        return {**answer, 'next_token': secrets.token_urlsafe(16), 'url': f"{HOME}/orders/{answer['order_id']}"}

    def _channel_send_pad(self, member_sudo, lines, token, note, form, head):
        lines = [{'product_id': line['product_id'], 'qty': line['qty']} for line in lines]
        return member_sudo.with_context(
            channel_origin=self._channel_get_origin())._portal_submit(lines, token, note, form, head)


def _prepare_head(urgent, requested_date):
    day = _to_date(requested_date)
    return {**({'urgent': True} if urgent is True else {}), **({'requested_date': day.isoformat()} if day else {})}


def _refuse(sentence):
    return {'status': 'rejected', 'verdicts': [], 'error': sentence}


def _is_line(line):
    return isinstance(line, dict) and _is_id(line.get('product_id')) and _is_number(line.get('qty'))


def _is_form(form):
    return form is None or (isinstance(form, dict) and len(form) <= MAX_FORM)


def _is_id(value):
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MAX_ID


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value) and (
        abs(value) <= MAX_QTY)


def _to_date(value):
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return None

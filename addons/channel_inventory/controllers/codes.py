import json
import re

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.distributor_portal.const import RECEIVING_ROLES
from odoo.addons.distributor_portal.controllers.dealer_centre import HOME, DealerCentre
from odoo.addons.distributor_portal.controllers.receive import Receive

from ..engine import code_places, codes
from ..models.codes.channel_code_portal import MAX_SCANNED

CODES, INSPECT = f'{HOME}/codes', '/channel/inspect'
INSPECTOR = 'channel_inventory.group_channel_inspector'
TOKEN = re.compile(r'[\w-]{16,64}', re.ASCII)
PLACE_POLICY = 'camera=(self), microphone=(), geolocation=(self), payment=()'
MAX_RECEIVED = 2000
SHOWN = 20
PURPOSES = ('look', 'sell', 'sell_return')
# Whose goods these are is no business of whoever scans them.
HIDDEN = ('other_member', 'not_shipped')


class Codes(DealerCentre):
    """Codes that members and inspectors scan."""

    @http.route(CODES, type='http', auth='user', website=True, methods=['GET'])
    def channel_codes(self, **_kw):
        """Look up, sell or take back by code."""
        member_sudo = self._channel_get_member(RECEIVING_ROLES)
        if not member_sudo:
            return request.redirect(HOME)
        return _with_place(request.render('channel_inventory.portal_codes', {
            **self._channel_prepare_values('codes'),
            'scans': _describe_scans([('member_id', '=', member_sudo.id), ('who', '=', 'store')], False),
            'codes_props': {'url': f'{CODES}/scan', 'sells': True, 'most': MAX_SCANNED}}))

    @http.route(f'{CODES}/scan', type='jsonrpc', auth='user', website=True)
    def channel_codes_scan(self, texts=None, purpose='look', place=None, token='', **_kw):
        """What these codes mean to the member; sold or brought back, where it says so."""
        member_sudo = self._channel_get_member(RECEIVING_ROLES)
        if not (member_sudo and _are_texts(texts) and purpose in PURPOSES and _is_token(token)):
            return {'error': request.env._("Reload the page and scan again.")}
        return _scan(texts, 'store', purpose, member_sudo, _read_place(place), f'store {member_sudo.id} {token}')

    @http.route(INSPECT, type='http', auth='user', website=True, methods=['GET'])
    def channel_market(self, **_kw):
        """For people of headquarters in the market: to whom was this shipped, and is it where it may be sold?"""
        if not request.env.user.has_group(INSPECTOR):
            return request.redirect('/my')
        return _with_place(request.render('channel_inventory.portal_inspect', {
            'scans': _describe_scans([('user_id', '=', request.env.uid), ('who', '=', 'inspector')], True),
            'codes_props': {'url': f'{INSPECT}/scan', 'sells': False, 'most': MAX_SCANNED}}))

    @http.route(f'{INSPECT}/scan', type='jsonrpc', auth='user', website=True)
    def channel_market_scan(self, texts=None, place=None, token='', **_kw):
        """What these codes tell an inspector."""
        if not (request.env.user.has_group(INSPECTOR) and _are_texts(texts) and _is_token(token)):
            return {'error': request.env._("Reload the page and scan again.")}
        return _scan(texts, 'inspector', 'look', None, _read_place(place), f'inspector {request.env.uid} {token}')


class ReceiveCodes(Receive):
    """Scanning in by the codes on cases and items: each fills in its product and how many it holds, once."""

    def _channel_describe_shipped(self, picking_sudo):
        """Override of `distributor_portal` to name the codes that left with the delivery."""
        lines = super()._channel_describe_shipped(picking_sudo)
        found = picking_sudo._channel_get_item_codes()
        for line in lines:
            line['item_codes'] = {code.code: code.qty for code in found.get(line['id'], ())}
            line['item_parents'] = {
                code.code: code.parent_id.code for code in found.get(line['id'], ()) if code.parent_id}
        return lines

    def _channel_read_found(self, picking_sudo, post):
        """Override of `distributor_portal` to read which codes were scanned."""
        received, damaged, details = super()._channel_read_found(picking_sudo, post)
        for product_id, detail in details.items():
            keys = post.get(f'item_codes_{product_id}', '').split(',')[:MAX_RECEIVED]
            detail['codes'] = [key for key in keys if 0 < len(key) <= codes.MAX_CODE]
        return received, damaged, details


def _scan(texts, who, purpose, member_sudo, place, token):
    try:
        with request.env.cr.savepoint():
            return {'scans': request.env['channel.code'].sudo()._portal_scan(
                texts, who, purpose, member_sudo, place, token)}
    except UserError as error:
        return {'error': str(error)}


def _describe_scans(domain, shows_holder):
    scans = request.env['channel.code.scan'].sudo().search(domain, limit=SHOWN)
    verdicts = dict(scans._get_levels())
    return [{
        'text': codes.show_own(scan.text) if codes.is_own(scan.text) else codes.element_string(scan.text),
        'product': scan.product_id.display_name if shows_holder or scan.verdict not in HIDDEN else '',
        'when': request.env['ir.qweb.field.datetime'].value_to_html(scan.scanned_at, {'format': 'short'}),
        'place': scan.territory_id.full_name if scan.is_located else '', 'level': scan.level,
        'verdict': verdicts[scan.level], 'holder': scan.holder_id.display_name if shows_holder else '',
        'distance': round(scan.border_km) if shows_holder and scan.border_km >= 1 else 0,
    } for scan in scans]


def _with_place(response):
    response.headers['Permissions-Policy'] = PLACE_POLICY
    return response


def _are_texts(texts):
    return isinstance(texts, list) and 0 < len(texts) <= MAX_SCANNED and all(
        isinstance(text, str) and 0 < len(text) <= codes.MAX_LENGTH for text in texts)


def _is_token(token):
    return isinstance(token, str) and bool(TOKEN.fullmatch(token))


def _read_place(place):
    """(latitude, longitude, metres) as a device gives it; None where it is none."""
    if not isinstance(place, dict):
        return None
    latitude, longitude, metres = (place.get(name) for name in ('latitude', 'longitude', 'accuracy'))
    if not code_places.is_point(latitude, longitude):
        return None
    is_number = isinstance(metres, (int, float)) and not isinstance(metres, bool) and 0 <= metres <= 10**6
    return float(latitude), float(longitude), metres if is_number else 1000


def read_json(text):
    """The object that a body is, or {}."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.distributor_portal.controllers.dealer_centre import MAX_ID
from odoo.addons.distributor_portal.engine.tables import MAX_BYTES

from ..engine import codes
from ..models.codes.channel_code_report import MAX_CONTACT, MAX_PHOTOS, MAX_TEXT
from .codes import read_json

CHECK = '/channel/code'
HEADERS = {
    'Content-Security-Policy': (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"),
    'Permissions-Policy': 'camera=(), microphone=(), payment=(), geolocation=(self)',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'X-Robots-Tag': 'noindex, nofollow',
    'Cache-Control': 'no-store',
}
# No session: nobody logs in here, and nothing is left in the browser.
PUBLIC = {'type': 'http', 'auth': 'public', 'save_session': False, 'csrf': False}
MAX_TOKEN = 200


class CodeCheck(http.Controller):
    """The page that whoever has bought something opens with its code: no login, no cookie."""

    @http.route(CHECK, methods=['GET'], **PUBLIC)
    def channel_code_ask(self, code='', **_kw):
        """For those who type the code."""
        return _look(code) if code.strip() else _render('channel_inventory.verify_ask', {})

    @http.route(f'{CHECK}/<string:code>', methods=['GET'], **PUBLIC)
    def channel_code_check(self, code, **_kw):
        """What this code means to a consumer."""
        return _look(code)

    @http.route('/01/<string:gtin>/21/<string:serial>', methods=['GET'], **PUBLIC)
    def channel_code_link(self, gtin, serial, **_kw):
        """GS1 Digital Link: the same page for the code in a trade item's own barcode."""
        return _look(f'(01){gtin.zfill(14)}(21){serial}')

    @http.route(f'{CHECK}/logo/<int:company_id>', methods=['GET'], **PUBLIC)
    def channel_code_logo(self, company_id, **_kw):
        """The company's logo without the cookie that Odoo's own address of it leaves."""
        company = request.env['res.company'].sudo().search([('id', '=', min(company_id, MAX_ID))])
        if not company.logo_web:
            raise request.not_found()
        stream = request.env['ir.binary'].sudo()._get_image_stream_from(company, 'logo_web')
        return stream.get_response(max_age=86400, content_security_policy="sandbox; default-src 'none'")

    @http.route(f'{CHECK}/place', methods=['POST'], **PUBLIC)
    def channel_code_place(self, **_kw):
        """A consumer says where it is: asked for, optional, once a day and code."""
        _limit()
        body = read_json(request.httprequest.get_data(as_text=True)[:2000])
        place = [body.get(name) for name in ('latitude', 'longitude', 'accuracy')]
        token = body.get('token')
        is_token = isinstance(token, str) and len(token) <= MAX_TOKEN
        is_taken = is_token and request.env['channel.code'].sudo()._public_place(token, *place, _get_address())
        return request.make_json_response(
            {'taken': bool(is_taken)}, headers=list(HEADERS.items()), status=200 if is_taken else 403)

    @http.route(f'{CHECK}/report', methods=['POST'], **PUBLIC)
    def channel_code_report(self, token='', note='', contact='', **_kw):
        """A suspicion, in words and photos."""
        _limit()
        key = request.env['channel.code'].sudo()._read_signed(token[:MAX_TOKEN])
        if not key:  # no page of ours, or one that has lain open for too long: begin again
            return _render('channel_inventory.verify_ask', {}, status=403)
        files = request.httprequest.files.getlist('photos')[:MAX_PHOTOS]
        contents = [file.read(MAX_BYTES + 1) for file in files if file.filename]
        try:
            report = request.env['channel.code.report'].sudo()._submit(
                key, note[:MAX_TEXT], contact[:MAX_CONTACT], contents,
                request.env.company.sudo())
        except UserError as error:
            return _look(key, error=str(error), notes=False)
        return _render('channel_inventory.verify_thanks', {'report': report})


def _look(text, error=None, notes=True):
    _limit()
    _choose_language()
    # What fetches a page beforehand, or only its head, is nobody who checks.
    is_person = request.httprequest.method == 'GET' and 'prefetch' not in request.httprequest.headers.get(
        'Sec-Purpose', request.httprequest.headers.get('Purpose', ''))
    found = request.env['channel.code'].sudo()._public_look(
        text[:codes.MAX_LENGTH], _get_address(), notes=notes and is_person)
    return _render('channel_inventory.verify_result',
        {**found, 'error': error, 'shown': _show(found['key'] or text[:60])})


def _show(key):
    return codes.show_own(key) if codes.is_own(key) else codes.element_string(key)


def _render(template, values, status=200):
    _choose_language()
    html = request.env['ir.qweb'].sudo()._render(template, {
        'page_lang': (request.env.lang or 'en_US').replace('_', '-'), 'company': request.env.company.sudo(),
        'max_photos': MAX_PHOTOS, **values})
    return request.make_response(html, [*HEADERS.items(), ('Content-Type', 'text/html; charset=utf-8')], status=status)


def _choose_language():
    """Chinese or English, or whatever is installed and the browser asks for first."""
    installed = {code.replace('_', '-'): code for code, _name in request.env['res.lang'].sudo().get_installed()}
    short = {code.split('_')[0]: code for code in sorted(installed.values(), reverse=True)}
    wanted = request.httprequest.accept_languages.values()
    lang = next((installed.get(one) or short.get(one.split('-')[0].lower()) for one in wanted
                 if one in installed or one.split('-')[0].lower() in short), 'en_US')
    request.update_context(lang=lang)


def _get_address():
    return request.httprequest.remote_addr or '?'


def _limit():
    """So many checks from one address, counted for all workers together.

    :raise TooManyRequests: there is none left
    """
    request.env['ir.http']._channel_limit('verify', _get_address())

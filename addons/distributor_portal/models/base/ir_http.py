import inspect

from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import TooManyRequests, Unauthorized

from odoo import models
from odoo.http import SAFE_HTTP_METHODS, request

from ...engine.parameters import read_number

OURS = ('/my/channel', '/channel/')
HEADERS = {
    'Referrer-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'SAMEORIGIN',
    'Permissions-Policy': 'camera=(self), microphone=(), geolocation=(), payment=(self)',
}


class IrHttp(models.AbstractModel):
    _inherit = 'ir.http'

    @classmethod
    def _get_translation_frontend_modules_name(cls):
        """Override of `http_routing` so that the order pad speaks the reader's language."""
        return [*super()._get_translation_frontend_modules_name(), 'distributor_portal']

    @classmethod
    def _get_default_lang(cls):
        """Override of `http_routing` to ask once per request: finding the address asks, and every link with a language.

        A website, where there is one, is known only from some moment on, and has its own.
        """
        known = vars(request).setdefault('channel_default_langs', {})
        key = getattr(request, 'website', None)
        if key not in known:
            known[key] = super()._get_default_lang()
        return known[key]

    # --- limits

    @classmethod
    def _channel_limit(cls, kind, key):
        """Use up one of the tries that `key` has for `kind`, counted for all workers together.

        :raise TooManyRequests: there is none left; the answer says when there is one again
        """
        wait = request.env['channel.rate'].sudo()._take((kind, key))
        if wait:
            text = request.env._("That was too often. Please wait %s seconds and try again.", wait)
            raise TooManyRequests(text, retry_after=wait)

    @classmethod
    def _channel_admit(cls, kind, key):
        """Who has signed is no stranger at the door: its tries count for itself, not for its address.

        :raise TooManyRequests: its own are used up
        """
        request.env['channel.rate'].sudo()._give_back(('public', request.httprequest.remote_addr or '?'))
        cls._channel_limit(kind, key)

    @classmethod
    def _auth_method_bearer(cls):
        """Override of `base`: a wrong key counts. A right one is never slowed, nor asks for anything more."""
        try:
            return super()._auth_method_bearer()
        except Unauthorized:
            if 'Authorization' in request.httprequest.headers:
                cls._channel_limit('key', request.httprequest.remote_addr or '?')
            raise

    @classmethod
    def _pre_dispatch(cls, rule, args):
        """Override of `base`: what a user sends in the dealer centre is counted; reading it is not.

        A route whose form has a row for each product says by `max_form_parts` how many fields it takes.
        """
        routing = rule.endpoint.routing
        if 'max_form_parts' in routing:
            # Odoo's request hands on Werkzeug's limit of bytes, not that of fields. Nothing has read the form yet.
            request.httprequest._HTTPRequest__wrapped.max_form_parts = routing['max_form_parts']
        result = super()._pre_dispatch(rule, args)
        is_sent = request.httprequest.method not in SAFE_HTTP_METHODS and not routing.get('readonly')
        if is_sent and rule.rule.startswith(OURS):
            is_upload = request.httprequest.mimetype == 'multipart/form-data'
            if not request.env.uid or request.env.user._is_public():
                cls._channel_limit('public', request.httprequest.remote_addr or '?')
            else:
                cls._channel_limit('upload' if is_upload else 'post', f'user {request.env.uid}')
        return result

    @classmethod
    def _handle_error(cls, exception):
        """Override of `base`: who is limited is told for how long, also where the answer is a page or JSON."""
        response = super()._handle_error(exception)
        if isinstance(exception, TooManyRequests) and hasattr(response, 'status_code'):
            response.status_code = 429
            response.headers['Retry-After'] = str(exception.retry_after)
        return response

    # --- what is sent

    @classmethod
    def _dispatch(cls, endpoint):
        """Override of `base`: what is sent to the dealer centre is cleaned once, before any route reads it."""
        if any(route.startswith(OURS) for route in endpoint.routing['routes']):
            request.params = cls._channel_clean(endpoint, request.params)
            # For whom the page that sends this was made: another window may have switched since.
            vars(request)['channel_acting_for'] = read_number(str(request.params.pop('acting_for', '')))
        return super()._dispatch(endpoint)

    @classmethod
    def _channel_clean(cls, endpoint, params):
        """Without files where a text is awaited, and without NULs, of which PostgreSQL takes none.

        Routes that await a file name it with None for its absence, or read it from the request itself.
        """
        files = {name for name, value in params.items() if isinstance(value, FileStorage)}
        if files:
            method = inspect.unwrap(getattr(endpoint.func, '__func__', endpoint.func))
            files -= {name for name, one in inspect.signature(method).parameters.items() if one.default is None}
        return {
            name: value.replace('\x00', '') if isinstance(value, str) else value for name, value in params.items()
            if name not in files}

    @classmethod
    def _serve_fallback(cls):
        """Override of `base`: no page has a NUL in its address, and PostgreSQL takes none."""
        return None if '\x00' in request.httprequest.path else super()._serve_fallback()

    # --- headers

    @classmethod
    def _post_dispatch(cls, response):
        """Override of `base`: pages of the dealer centre load nothing from elsewhere and stand in nobody's frame."""
        result = super()._post_dispatch(response)
        path = request.httprequest.path
        if '/my/channel' in path and response.headers.get('Content-Type', '').startswith('text/html'):
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
            response.headers.setdefault('Content-Security-Policy', cls._channel_get_policy())
        return result

    @classmethod
    def _channel_get_policy(cls):
        """What a page may load. Owl compiles its templates and Odoo writes scripts into the page: both must stay.

        The parameter `channel.csp.sources` names hosts of payment providers that load a script or a frame.
        """
        more = request.env['ir.config_parameter'].sudo().get_param('channel.csp.sources') or ''
        more = ' '.join(word for word in more.split() if word.startswith('https://') and ';' not in word)
        return '; '.join((
            "default-src 'self'",
            f"script-src 'self' 'unsafe-inline' 'unsafe-eval' {more}".strip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "media-src 'self' blob:",
            "worker-src 'self' blob:",
            f"connect-src 'self' {more}".strip(),
            f"frame-src 'self' {more}".strip(),
            "object-src 'none'",
            "base-uri 'self'",
            "frame-ancestors 'self'",
        ))

"""What a printed document shows besides its text: style sheets, fonts, pictures, barcodes, read without HTTP."""
import base64
import mimetypes
from contextlib import nullcontext
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

from odoo import api
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.tools import file_open
from odoo.tools.mimetypes import guess_mimetype

from ...engine.paper import find_css_resources, find_resources

ORIGIN = 'http://report.invalid'  # where a document believes to come from: by RFC 2606 there is no such host
STATIC_TYPES = ('.css', '.svg', '.png', '.jpg', '.jpeg', '.gif', '.webp', '.woff', '.woff2', '.ttf', '.otf')
MAX_RESOURCES = 500


class ReportResources:
    """Finds what pages ask for, as the user who prints: what it may not see stays blank."""

    def __init__(self, env, base_url):
        self.env, self.base_url = env, base_url
        self.found = {}  # path and query: (content, MIME type)

    def collect(self, page):
        """Everything that this page of HTML asks for of our own, the needs of its style sheets included."""
        waiting = [(url, ORIGIN + '/') for url in find_resources(page)]
        while waiting and len(self.found) < MAX_RESOURCES:
            url, base = waiting.pop()
            path = to_own_path(url, self.base_url, base)
            if not path or path in self.found:
                continue
            content = self._read(path)
            if content is None:
                continue
            self.found[path] = content
            if content[1] == 'text/css':
                sheet = content[0].decode('utf-8', 'replace')
                waiting += [(one, ORIGIN + path) for one in find_css_resources(sheet)]

    def _read(self, path):
        """(content, MIME type), or None where there is none for this user."""
        parts = urlsplit(path)
        steps = [unquote(step) for step in parts.path.strip('/').split('/')]
        if '..' in steps:
            return None
        try:
            if steps[:2] == ['web', 'assets'] and len(steps) == 4:
                return self._read_assets(*steps[2:])
            if steps[:2] == ['web', 'image']:
                return self._read_image(steps[2:], dict(parse_qsl(parts.query)))
            if steps[:2] == ['report', 'barcode']:
                return self._read_barcode(steps[2:], dict(parse_qsl(parts.query)))
            if len(steps) > 2 and steps[1] == 'static':
                return self._read_static('/'.join(steps))
        except (AccessError, MissingError, UserError, ValueError, AttributeError, OSError, TypeError):
            return None  # a picture that is not there is no reason not to print
        return None

    def _read_assets(self, unique, filename):
        """A bundle of style sheets, made now if nobody has asked for it yet."""
        if not filename.endswith('.css'):
            return None
        env = self.env
        url = env['ir.asset']._get_asset_bundle_url(filename, unique, {})
        attachment = env['ir.attachment'].sudo().search([
            ('public', '=', True), ('url', '=', url), ('res_model', '=', 'ir.ui.view'), ('res_id', '=', 0)], limit=1)
        if attachment:
            return attachment.raw, 'text/css'
        with env.registry.cursor(readonly=False) if env.cr.readonly else nullcontext(env.cr) as cursor:
            writing = api.Environment(cursor, env.uid, {})
            name, rtl, _kind, autoprefix = writing['ir.asset']._parse_bundle_name(filename, False)
            bundle = writing['ir.qweb']._get_asset_bundle(name, css=True, js=False, rtl=rtl, autoprefix=autoprefix)
            return bundle.css().sudo().raw, 'text/css'

    def _read_static(self, path):
        with file_open(path, 'rb', filter_ext=STATIC_TYPES) as file:
            return file.read(), mimetypes.guess_type(path)[0] or 'application/octet-stream'

    def _read_image(self, steps, query):
        """A picture by its record: /web/image/<id>, /web/image/<model>/<id>/<field>, or the same as a query."""
        steps = [step for step in steps if 'x' not in step or not step.replace('x', '').isdecimal()]
        model, id_, field = 'ir.attachment', query.get('id'), query.get('field', 'raw')
        if len(steps) >= 3 and steps[1].isdecimal():
            model, id_, field = steps[:3]
        elif steps:
            id_ = steps[0].partition('-')[0]
        elif query.get('model'):
            model = query['model']
        record = self.env['ir.binary']._find_record(res_model=model, res_id=int(id_), field=field)
        content = record[field]  # of Odoo's own streams, those of files need an HTTP request
        if field != 'raw':
            content = base64.b64decode(content or b'')
        return (content, guess_mimetype(content)) if content else None

    def _read_barcode(self, steps, query):
        kind = query.pop('barcode_type', steps[0] if steps else '')
        value = query.pop('value', '/'.join(steps[1:]))
        query.pop('type', None)
        return self.env['ir.actions.report'].barcode(kind, value, **query), 'image/png'


def to_own_path(url, base_url, origin=ORIGIN):
    """The path on our own server that an address means, with its query; None for everything else, data included."""
    parts = urlsplit(urljoin(origin, url))
    own = {urlsplit(one).netloc for one in (base_url, ORIGIN)}
    if parts.scheme not in ('http', 'https') or parts.netloc not in own:
        return None
    return parts.path + (f'?{parts.query}' if parts.query else '')

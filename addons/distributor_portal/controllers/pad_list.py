import json

from odoo import http
from odoo.http import request

from ..const import ORDERING_ROLES
from ..engine import TableError, order_sheets, read_table_apart
from ..engine.tables import MAX_BYTES, MAX_COLUMNS
from .dealer_centre import HOME
from .downloads import download
from .pad import MAX_LINES, OrderPad, _is_id

MAX_PASTED = 2 * 2**20
MAX_FILE_ROWS = 50_000  # a list of all goods, of which only rows with a quantity count
MAX_CELL = 256
TEMPLATES = {
    'csv': 'text/csv;charset=utf-8',
    'xlsx': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
}


class OrderPadList(OrderPad):
    """Lists that people paste into the pad or upload, and files that they take away."""

    @http.route(f'{HOME}/pad/read', type='jsonrpc', auth='user', website=True, readonly=True)
    def channel_pad_read(self, text='', rows=None, columns=None, **_kw):
        """Read a pasted list; or, row by row, what somebody has mended: [[row number, code, quantity, unit]]."""
        member_sudo = self._channel_get_member(ORDERING_ROLES)
        if not member_sudo:
            return {'error': request.env._("You cannot order for this member.")}
        if isinstance(rows, list):
            if not (len(rows) <= MAX_LINES and all(map(_is_row, rows))):
                return {'error': request.env._("Reload the page and try again.")}
            return member_sudo._portal_match_rows([order_sheets.read_row(*row) for row in rows])
        if not isinstance(text, str) or len(text) > MAX_PASTED:
            return {'error': request.env._("That is too much text at once. Upload it as a file.")}
        cells, known = order_sheets.split_text(text)
        return self._channel_read_list(member_sudo, cells, _to_columns(columns) or known)

    @http.route(f'{HOME}/pad/upload', type='http', auth='user', website=True, methods=['POST'], readonly=True)
    def channel_pad_upload(self, file=None, columns='', **_kw):
        """Read an uploaded list. Its bytes are looked at in a process of their own."""
        member_sudo = self._channel_get_member(ORDERING_ROLES)
        if not member_sudo or not hasattr(file, 'read'):
            return request.make_json_response({'error': request.env._("Choose a file first.")})
        try:
            rows = read_table_apart(file.read(MAX_BYTES + 1), MAX_FILE_ROWS)
        except TableError as error:
            texts = request.env['channel.file.import']._get_table_texts()
            return request.make_json_response({'error': texts.get(error.key, error.key) % {'given': str(error)}})
        columns = _to_columns(_load(columns))
        return request.make_json_response(self._channel_read_list(member_sudo, rows, columns))

    def _channel_read_list(self, member_sudo, rows, columns):
        if not rows:
            return {'error': request.env._("The list is empty.")}
        answer = member_sudo._portal_read_list(rows, columns)
        if 'too_many' in answer:
            return {'error': request.env._(
                "The list has %(count)s rows with a quantity; one order takes %(most)s. Nothing was taken: "
                "split the list.", count=answer['too_many'], most=MAX_LINES)}
        return answer

    @http.route(f'{HOME}/pad/remember', type='jsonrpc', auth='user', website=True)
    def channel_pad_remember(self, code='', product_id=None, **_kw):
        """Keep a code of the member's own for one of its products."""
        member_sudo = self._channel_get_member(ORDERING_ROLES)
        if not member_sudo or not isinstance(code, str) or not _is_id(product_id):
            return {'is_kept': False}
        code = order_sheets.clean(code[:MAX_CELL])
        return {'is_kept': bool(0 < len(code) <= order_sheets.MAX_CODE) and member_sudo._portal_remember_code(
            code, product_id)}

    @http.route(f'{HOME}/pad/list.<string:extension>', type='http', auth='user', methods=['GET'], website=True,
                readonly=True)
    def channel_pad_template(self, extension, **_kw):
        """A list of the member's own products, to be filled in and uploaded."""
        member_sudo = self._channel_get_member(ORDERING_ROLES)
        if not member_sudo or extension not in TEMPLATES:
            raise request.not_found()
        return download(
            member_sudo._portal_write_list_template(extension), f'{member_sudo.code}.{extension}',
            TEMPLATES[extension])

    @http.route(f'{HOME}/pad/troubles', type='http', auth='user', methods=['POST'], website=True, readonly=True)
    def channel_pad_troubles(self, rows='', **_kw):
        """The rows that could not be taken, as they were sent here, in a workbook."""
        member_sudo = self._channel_get_member(ORDERING_ROLES)
        rows = _load(rows)
        if not member_sudo or not isinstance(rows, list) or len(rows) > MAX_LINES:
            raise request.not_found()
        texts = [[str(cell)[:MAX_CELL] for cell in row[:5]] for row in rows if isinstance(row, list)]
        return download(
            member_sudo._portal_write_troubles(texts), f'{member_sudo.code}-to-mend.xlsx', TEMPLATES['xlsx'])


def _load(text):
    try:
        return json.loads(text) if isinstance(text, str) and len(text) <= MAX_PASTED else None
    except (ValueError, RecursionError):
        return None


def _is_row(row):
    return isinstance(row, list) and len(row) == 4 and isinstance(row[0], int) and not isinstance(row[0], bool) and all(
        isinstance(cell, str) and len(cell) <= MAX_CELL for cell in row[1:])


def _to_columns(value):
    """The columns as a person has chosen them, or None where that makes no sense."""
    if not isinstance(value, dict):
        return None
    codes, header = value.get('codes'), value.get('header')
    places = [value.get('qty'), value.get('unit')]
    if not (isinstance(codes, list) and codes and all(_is_place(place) for place in codes)):
        return None
    if not all(place is None or _is_place(place) for place in places):
        return None
    is_header = isinstance(header, int) and not isinstance(header, bool) and 0 <= header <= MAX_FILE_ROWS
    return order_sheets.Columns(tuple(codes[:MAX_COLUMNS]), *places, header if is_header else 0)


def _is_place(value):
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MAX_COLUMNS

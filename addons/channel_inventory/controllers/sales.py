import hashlib
import re
from datetime import date, timedelta

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.distributor_portal.const import RECEIVING_ROLES
from odoo.addons.distributor_portal.controllers.dealer_centre import HOME, MAX_ID, DealerCentre
from odoo.addons.distributor_portal.engine import TableError, read_table_apart
from odoo.addons.distributor_portal.engine.tables import MAX_BYTES

from ..engine.feed_files import FileError

SALES = f'{HOME}/sales'
SALES_ROLES = RECEIVING_ROLES  # who handles the goods says what was sold
MAX_ROWS = 20_000
SHOWN = timedelta(days=750)
QTY = re.compile(r'qty_(\d{1,10})')


class Sales(DealerCentre):
    """What a member sold on: typed in, scanned, or uploaded as a list."""

    def _channel_prepare_values(self, page):
        """Override to say who reports sales."""
        return {
            **super()._channel_prepare_values(page), 'can_report_sales': bool(self._channel_get_members(SALES_ROLES))}

    @http.route(SALES, type='http', auth='user', website=True, methods=['GET'])
    def channel_sales(self, day='', search='', done='', **_kw):
        """The sheet of one day, the days before it, and a list to upload."""
        member_sudo = self._channel_get_member(SALES_ROLES)
        if not member_sudo:
            return request.redirect(HOME)
        return self._channel_render_sales(member_sudo, day, search=search[:100], done=done[:12])

    @http.route(SALES, type='http', auth='user', website=True, methods=['POST'])
    def channel_sales_save(self, day='', form_token='', **post):
        """Take the figures of one day: of each product one, which replaces what was said before."""
        member_sudo = self._channel_get_member(SALES_ROLES)
        if not member_sudo or not self._channel_take_form(form_token):
            return request.redirect(SALES)
        filled = {name: text for name, text in post.items() if QTY.fullmatch(name) and isinstance(text, str)}
        quantities = {int(name[4:]): text for name, text in filled.items() if int(name[4:]) <= MAX_ID}
        try:
            with request.env.cr.savepoint():
                count = member_sudo._portal_report_sales(self._channel_read_sales_day(member_sudo, day), quantities)
        except UserError as error:
            return self._channel_render_sales(member_sudo, day, error=str(error), filled=filled)
        return request.redirect(f'{SALES}?day={self._channel_read_sales_day(member_sudo, day)}&done={count}')

    @http.route(f'{SALES}/upload', type='http', auth='user', website=True, methods=['POST'])
    def channel_sales_upload(self, form_token='', file=None, **_kw):
        """Take an uploaded list. Its bytes are looked at in a process of their own."""
        member_sudo = self._channel_get_member(SALES_ROLES)
        if not member_sudo or not self._channel_take_form(form_token):
            return request.redirect(SALES)
        try:
            with request.env.cr.savepoint():
                feed_sudo = self._channel_take_list(member_sudo, file)
        except UserError as error:
            return self._channel_render_sales(member_sudo, '', error=str(error))
        return self._channel_render_sales(member_sudo, '', feed=feed_sudo)

    def _channel_take_list(self, member_sudo, file):
        if not hasattr(file, 'read'):
            raise UserError(request.env._("Choose a file first."))
        content = file.read(MAX_BYTES + 1)
        try:
            table = read_table_apart(content, MAX_ROWS)
            return member_sudo._portal_take_list(
                table, (file.filename or '')[:100], hashlib.sha256(content).hexdigest())
        except (TableError, FileError) as error:
            raise UserError(request.env['channel.feed'].sudo()._get_file_text(error)) from error

    def _channel_read_sales_day(self, member_sudo, text):
        """The day that is asked for, today where that is none or one that nobody remembers."""
        today = member_sudo._portal_get_sales_days()[1]
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return today
        return day if abs(day - today) <= SHOWN else today

    def _channel_render_sales(self, member_sudo, day, search='', error=None, filled=None, **values):
        first, today = member_sudo._portal_get_sales_days()
        day = min(self._channel_read_sales_day(member_sudo, day), today)
        return request.render('channel_inventory.portal_sales', {
            **self._channel_prepare_values('sales'),
            'member': member_sudo, 'day': day, 'today': today, 'first_day': first, 'is_open': day >= first,
            'sheet': member_sudo._portal_get_sales_sheet(day, search),
            'last_days': member_sudo._portal_get_last_sales(today),
            'search': search, 'error': error, 'filled': filled or {}, **values})

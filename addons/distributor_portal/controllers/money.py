import math
from datetime import date

from dateutil.relativedelta import relativedelta

from odoo import http
from odoo.exceptions import UserError, ValidationError
from odoo.http import content_disposition, request

from ..const import FINANCE_ROLES
from .dealer_centre import HOME, DealerCentre

MONEY = f'{HOME}/money'
REASON_LENGTH = 200
MAX_AMOUNT = 10**12
OLDEST = date(2000, 1, 1)
XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'


class Money(DealerCentre):
    """What a member owes, may owe and has paid: for its owners and its finance people."""

    def _channel_prepare_values(self, page):
        values = super()._channel_prepare_values(page)
        return {**values, 'can_see_money': bool(self._channel_get_members(FINANCE_ROLES))}

    @http.route(MONEY, type='http', auth='user', website=True, methods=['GET'])
    def channel_money(self, **_kw):
        """Credit and what it is made of, open invoices, raises asked for."""
        member_sudo = self._channel_get_member(FINANCE_ROLES)
        if not member_sudo:
            return request.redirect(HOME)
        return self._channel_render_money(member_sudo)

    @http.route(f'{MONEY}/raise', type='http', auth='user', website=True, methods=['POST'])
    def channel_raise(self, amount='', date_to='', reason='', **_kw):
        """Ask headquarters for more credit for a time."""
        member_sudo = self._channel_get_member(FINANCE_ROLES)
        if not member_sudo:
            return request.redirect(HOME)
        amount, day, reason = _read_amount(amount), _read_day(date_to), reason.strip()[:REASON_LENGTH]
        if not (amount and day and reason):
            return self._channel_render_money(member_sudo, request.env._("Give an amount, a day and a reason."))
        try:
            with request.env.cr.savepoint():
                member_sudo._portal_request_raise(request.env.user, amount, day, reason)
        except (UserError, ValidationError) as error:
            return self._channel_render_money(member_sudo, error.args[0])
        return request.redirect(MONEY)

    @http.route(f'{HOME}/statement', type='http', auth='user', website=True, methods=['GET'])
    def channel_statement(self, date_from='', date_to='', **_kw):
        """The account of one's own member, of any days."""
        statement_sudo = self._channel_prepare_statement(date_from, date_to)
        if not statement_sudo:
            return request.redirect(HOME)
        return request.render('distributor_portal.portal_statement', {
            **self._channel_prepare_values('money'), **statement_sudo._prepare_values()})

    @http.route(f'{HOME}/statement/<any(xlsx, pdf):form>', type='http', auth='user', website=True, methods=['GET'])
    def channel_statement_file(self, form, date_from='', date_to='', **_kw):
        """The same as a file."""
        statement_sudo = self._channel_prepare_statement(date_from, date_to)
        if not statement_sudo:
            return request.redirect(HOME)
        if form == 'pdf':
            # Without the program that makes PDFs the browser prints the page.
            can_print = request.env['ir.actions.report'].get_wkhtmltopdf_state() not in ('install', 'broken')
            return self._show_report(
                statement_sudo, 'pdf' if can_print else 'html', 'distributor_portal.statement_report', can_print)
        content = statement_sudo.member_id._get_statement_xlsx(statement_sudo._get_statement())
        return request.make_response(content, [
            ('Content-Type', XLSX), ('Content-Disposition', content_disposition(statement_sudo.file_name))])

    # --- helpers

    def _channel_render_money(self, member_sudo, error=None):
        credit = member_sudo._portal_get_credit()
        today = member_sudo.company_id._channel_get_today()
        return request.render('distributor_portal.portal_money', {
            **self._channel_prepare_values('money'),
            'member': member_sudo,
            'credit': credit,
            'parts': member_sudo._portal_describe_credit(credit) if credit else [],
            'invoices': member_sudo._portal_get_open_invoices(),
            'raises': credit.raise_ids[:5],
            'today': today,
            'last_day': today + relativedelta(years=1),
            'error': error,
        })

    def _channel_prepare_statement(self, date_from, date_to):
        """The statement asked for, of the user's own member; an empty recordset where it has no such role."""
        member_sudo = self._channel_get_member(FINANCE_ROLES)
        Statement = request.env['channel.statement'].sudo()
        if not member_sudo:
            return Statement
        end = _read_day(date_to) or member_sudo.company_id._channel_get_today()
        start = _read_day(date_from) or end.replace(day=1) - relativedelta(months=2)
        return Statement.with_company(member_sudo.company_id).create({
            'member_id': member_sudo.id, 'date_from': min(start, end), 'date_to': end})


def _read_amount(text):
    """A positive amount of at most two decimals, or None."""
    try:
        amount = round(float(text.replace(',', '')), 2)
    except ValueError:
        return None
    return amount if math.isfinite(amount) and 0 < amount < MAX_AMOUNT else None


def _read_day(text):
    """An ISO date of this century, or None."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if OLDEST <= day < date(2100, 1, 1) else None

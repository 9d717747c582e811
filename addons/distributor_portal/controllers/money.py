from dateutil.relativedelta import relativedelta

from odoo import http
from odoo.exceptions import UserError, ValidationError
from odoo.http import request

from ..const import FINANCE_ROLES
from ..engine.parameters import read_day
from ..engine.reconcile import parse_amount
from .dealer_centre import HOME, DealerCentre
from .downloads import download

MONEY = f'{HOME}/money'
REASON_LENGTH = 200
SHOWN = 5
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
    def channel_raise(self, amount='', date_to='', reason='', form_token='', **_kw):
        """Ask headquarters for more credit for a time."""
        member_sudo = self._channel_get_member(FINANCE_ROLES)
        if not member_sudo:
            return request.redirect(HOME)
        if not self._channel_take_form(form_token):
            return request.redirect(MONEY)
        amount, day, reason = _read_amount(amount), read_day(date_to), reason.strip()[:REASON_LENGTH]
        if not (amount and day and reason):
            return self._channel_render_money(member_sudo, request.env._("Give an amount, a day and a reason."))
        try:
            with request.env.cr.savepoint():
                member_sudo._portal_request_raise(request.env.user, amount, day, reason)
        except (UserError, ValidationError) as error:
            return self._channel_render_money(member_sudo, error.args[0])
        return request.redirect(MONEY)

    @http.route(f'{MONEY}/raise/<int:raise_id>/withdraw', type='http', auth='user', website=True, methods=['POST'])
    def channel_raise_withdraw(self, raise_id, form_token='', **_kw):
        """Take back a request that nobody has decided on yet."""
        member_sudo = self._channel_get_member(FINANCE_ROLES)
        if member_sudo and self._channel_take_form(form_token):
            member_sudo._portal_withdraw_raise(request.env.user, raise_id)
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
            return self._channel_show_document(statement_sudo, 'distributor_portal.statement_report')
        content = statement_sudo.member_id._get_statement_xlsx(statement_sudo._get_statement())
        return download(content, statement_sudo.file_name, XLSX)

    # --- helpers

    def _channel_render_money(self, member_sudo, error=None):
        credit = member_sudo._portal_get_credit()
        today = member_sudo.company_id._channel_get_today()
        return request.render('distributor_portal.portal_money', {
            **self._channel_prepare_values('money'),
            'member': member_sudo,
            'credit': credit,
            'parts': member_sudo._portal_describe_credit(credit) if credit else [],
            'invoices': member_sudo._portal_get_open_invoices(limit=SHOWN),
            'totals': member_sudo._portal_get_invoice_totals(),
            'bars': member_sudo._portal_get_due_bars(),
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
        end = read_day(date_to) or member_sudo.company_id._channel_get_today()
        start = read_day(date_from) or end.replace(day=1) - relativedelta(months=2)
        return Statement.with_company(member_sudo.company_id).create({
            'member_id': member_sudo.id, 'date_from': min(start, end), 'date_to': end})


def _read_amount(text):
    """A positive amount of at most two decimals, or None."""
    amount = parse_amount(text)
    return float(amount) if amount and amount > 0 else None

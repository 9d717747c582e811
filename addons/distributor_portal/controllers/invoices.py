from odoo import http
from odoo.http import request

from ..const import FINANCE_ROLES, ORDERING_ROLES
from ..engine.parameters import read_day, read_page
from .dealer_centre import HOME, MAX_ID, DealerCentre
from .downloads import download
from .money import XLSX

INVOICES = f'{HOME}/invoices'
PAGE = 40
SHOWS = ('open', 'overdue', 'soon', 'paid', 'credits', 'all')
SEARCH_LENGTH = 100


class Invoices(DealerCentre):
    """Invoices, credit notes and payments of a member, for its owners and finance people.

    A buyer opens the invoice of an order of its own member, without what is paid and open of it.
    """

    @http.route(INVOICES, type='http', auth='user', website=True, methods=['GET'])
    def channel_invoices(self, page='', **params):
        """The member's invoices and credit notes, filtered."""
        member_sudo = self._channel_get_member(FINANCE_ROLES)
        if not member_sudo:
            return request.redirect(HOME)
        filters, number = _read_filters(**params), read_page(page)
        invoices_sudo, count = member_sudo._portal_get_invoices(**filters, offset=(number - 1) * PAGE, limit=PAGE)
        return request.render('distributor_portal.portal_invoices', {
            **self._channel_prepare_values('invoices'), **filters, 'member': member_sudo, 'invoices': invoices_sudo,
            'count': count, 'pages': -(-count // PAGE), 'number': number,
            'totals': member_sudo._portal_get_invoice_totals(),
            'payable': member_sudo._portal_filter_payable(invoices_sudo),
            'today': member_sudo.company_id._channel_get_today()})

    @http.route(f'{INVOICES}/xlsx', type='http', auth='user', website=True, methods=['GET'])
    def channel_invoices_xlsx(self, **params):
        """The same list, whole, as a spreadsheet."""
        member_sudo = self._channel_get_member(FINANCE_ROLES)
        if not member_sudo:
            return request.redirect(HOME)
        content = member_sudo._portal_get_invoices_xlsx(**_read_filters(**params))
        return download(content, f'{member_sudo.code}.xlsx', XLSX)

    @http.route(f'{HOME}/payments', type='http', auth='user', website=True, methods=['GET'])
    def channel_payments(self, page='', **_kw):
        """What the member has paid, and which invoices it went to."""
        member_sudo = self._channel_get_member(FINANCE_ROLES)
        if not member_sudo:
            return request.redirect(HOME)
        number = read_page(page)
        lines_sudo, count = member_sudo._portal_get_payments((number - 1) * PAGE, PAGE)
        return request.render('distributor_portal.portal_payments', {
            **self._channel_prepare_values('invoices'), 'member': member_sudo, 'lines': lines_sudo,
            'settlements': member_sudo._portal_get_settlements(lines_sudo.move_id),
            'transactions': member_sudo._portal_get_transactions(), 'pages': -(-count // PAGE), 'number': number})

    @http.route(f'{INVOICES}/<int:invoice_id>', type='http', auth='user', website=True, methods=['GET'])
    def channel_invoice(self, invoice_id, **_kw):
        """One invoice or credit note."""
        invoice_sudo, member_sudo, shows_balance = self._channel_get_invoice(invoice_id)
        if not invoice_sudo:
            return request.redirect(INVOICES)
        return request.render('distributor_portal.portal_invoice', {
            **self._channel_prepare_values('invoices'), 'invoice': invoice_sudo, 'shows_balance': shows_balance,
            'orders': invoice_sudo._channel_get_orders() & self._channel_get_own_orders(invoice_sudo),
            'settlements': member_sudo._portal_get_settlements(invoice_sudo)[invoice_sudo.id] if shows_balance else [],
            'payable': shows_balance and member_sudo._portal_filter_payable(invoice_sudo),
            'disputes': member_sudo._portal_get_disputes(invoice_sudo) if shows_balance else [],
            'today': invoice_sudo.company_id._channel_get_today()})

    @http.route(f'{INVOICES}/<int:invoice_id>/pdf', type='http', auth='user', website=True, methods=['GET'])
    def channel_invoice_pdf(self, invoice_id, **_kw):
        """Odoo's own document of it; where no program makes PDFs, the page that the browser prints."""
        invoice_sudo, _member_sudo, shows_balance = self._channel_get_invoice(invoice_id)
        if not shows_balance:
            return request.redirect(INVOICES)
        return self._channel_show_document(invoice_sudo, 'account.account_invoices')

    # --- helpers

    def _channel_get_invoice(self, invoice_id):
        """(the invoice, its member, whether the user may see what is paid); empty where it is none of the user's"""
        invoice_sudo, members_sudo = request.env['account.move'].sudo(), request.env['channel.member'].sudo()
        shows_balance = True
        for roles in (FINANCE_ROLES, ORDERING_ROLES) if 0 < invoice_id <= MAX_ID else ():
            shows_balance = roles == FINANCE_ROLES
            members_sudo = self._channel_get_members(roles)
            invoice_sudo = members_sudo._portal_get_invoice(invoice_id, is_of_order=not shows_balance)
            if invoice_sudo:
                break
        member_sudo = members_sudo.filtered(lambda member: member.partner_id == invoice_sudo.commercial_partner_id)[:1]
        return invoice_sudo, member_sudo, bool(invoice_sudo) and shows_balance

    def _channel_get_own_orders(self, invoice_sudo):
        """The orders of an invoice that the user may open."""
        return invoice_sudo._channel_get_orders().filtered(
            lambda order: order.channel_member_id & self._channel_get_members())


def _read_filters(show='', search='', date_from='', date_to='', **_kw):
    """What the list is narrowed to; anything that makes no sense is left out."""
    return {
        'show': show if show in SHOWS else 'open', 'search': search.strip()[:SEARCH_LENGTH],
        'date_from': read_day(date_from), 'date_to': read_day(date_to)}

from odoo import http
from odoo.http import request

from ..const import FINANCE_ROLES, MONEY_ROLES
from ..engine import figures, write_csv
from ..engine.parameters import read_number, read_page
from ..engine.sheets import write_sheet
from .dealer_centre import HOME, DealerCentre
from .downloads import download
from .money import XLSX

FIGURES = f'{HOME}/figures'
MAX_BACK = 24
MAX_PAGE = 1000
MAX_ROWS = 10_000
PAGE = 50


class ChannelFigures(DealerCentre):
    """What a member has ordered, received and paid, and how those below it do: for whoever sees its money."""

    def _channel_prepare_values(self, page):
        values = super()._channel_prepare_values(page)
        return {**values, 'can_see_figures': bool(self._channel_get_members(MONEY_ROLES))}

    @http.route(FIGURES, type='http', auth='user', website=True, methods=['GET'])
    def channel_figures(self, period='', back='', **_kw):
        """One's own month, quarter or year against the one before."""
        member_sudo = self._channel_get_member(MONEY_ROLES)
        if not member_sudo:
            return request.redirect(HOME)
        kind, back = _read_period(period, back)
        return request.render('distributor_portal.portal_figures', {
            **self._channel_prepare_values('figures'), 'member': member_sudo, 'kind': kind, 'back': back,
            'max_back': MAX_BACK, 'can_see_payment': member_sudo in self._channel_get_members(FINANCE_ROLES),
            'figures': member_sudo._portal_get_figures(kind, back), 'places': member_sudo._portal_get_places(),
        })

    @http.route(f'{FIGURES}/below', type='http', auth='user', website=True, methods=['GET'])
    def channel_figures_below(self, member_id='', period='', back='', page='', **_kw):
        """What the members right below order, each with all below it; and so on downwards."""
        node_sudo = self._channel_get_node(MONEY_ROLES, member_id)
        if not node_sudo:
            return request.redirect(HOME)
        kind, back = _read_period(period, back)
        page = read_page(page)
        rows, count = node_sudo._portal_get_figures_below(kind, back, (page - 1) * PAGE, PAGE)
        return request.render('distributor_portal.portal_figures_below', {
            **self._channel_prepare_values('figures'), 'node': node_sudo, 'kind': kind, 'back': back, 'rows': rows,
            'count': count, 'page': page, 'page_size': PAGE, 'max_back': MAX_BACK,
            'period': figures.period_of(kind, node_sudo.company_id._channel_get_today(), back)})

    @http.route(f'{FIGURES}/below/<any(xlsx, csv):form>', type='http', auth='user', website=True, methods=['GET'])
    def channel_figures_below_file(self, form, member_id='', period='', back='', **_kw):
        """The same as a file."""
        node_sudo = self._channel_get_node(MONEY_ROLES, member_id)
        if not node_sudo:
            return request.redirect(HOME)
        rows, _count = node_sudo._portal_get_figures_below(*_read_period(period, back), limit=MAX_ROWS)
        _ = request.env._
        table = [
            [_("Code"), _("Member"), _("Orders"), _("Ordered Itself"), _("Ordered Below"), _("Total")],
            *([row['member'].code, row['member'].name, int(row['count']), row['amount'], row['below_amount'],
               row['total']] for row in rows)]
        return _make_file(form, f'figures-{node_sudo.code}', table, (14, 40, 10, 16, 16, 16))


def _read_period(period, back):
    """(kind, how many periods back) as asked for, or the present month."""
    kind = period if period in figures.MONTHS else 'month'
    return kind, min(read_number(back), MAX_BACK)


def _make_file(form, name, rows, widths):
    """A download. No cell of it is a formula."""
    content = write_csv(rows) if form == 'csv' else write_sheet(name, rows, widths, bold=[0])
    return download(content, f'{name}.{form}', 'text/csv; charset=utf-8' if form == 'csv' else XLSX)

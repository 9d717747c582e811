from urllib.parse import urlencode

from odoo import http
from odoo.http import request
from odoo.tools.misc import formatLang

from odoo.addons.distributor_portal.const import RECEIVING_ROLES
from odoo.addons.distributor_portal.controllers.dealer_centre import HOME, MAX_ID, DealerCentre
from odoo.addons.distributor_portal.controllers.downloads import download
from odoo.addons.distributor_portal.controllers.home import ChannelHome
from odoo.addons.distributor_portal.controllers.money import XLSX
from odoo.addons.distributor_portal.engine.parameters import read_page
from odoo.addons.distributor_portal.engine.sheets import write_sheet
from odoo.addons.distributor_portal.utils import to_decimal

from ..models.insight.channel_member_portal import SHOWS, Asked

STOCK = f'{HOME}/stock'
PAGE = 40
BELOW_PAGE = 50
SEARCH_LENGTH = 80
WIDTHS = (16, 40, 10, *[12] * 11)


class ChannelStockHome(ChannelHome):

    def _channel_prepare_home(self, member_sudo, tasks):
        """Override to say how the stock stands."""
        values = super()._channel_prepare_home(member_sudo, tasks)
        sees_stock = member_sudo in self._channel_get_members(RECEIVING_ROLES)
        return {**values, 'stock_node': member_sudo._portal_get_stock_tile() if sees_stock else None}


class ChannelStockPages(DealerCentre):
    """What lies at a member and below it: for whoever orders, receives or owns."""

    def _channel_prepare_values(self, page):
        values = super()._channel_prepare_values(page)
        return {
            **values, 'sees_stock': bool(self._channel_get_members(RECEIVING_ROLES)), 'qty': _show_qty,
            'make_query': _make_query}

    @http.route(STOCK, type='http', auth='user', website=True, methods=['GET'])
    def channel_stock(self, node='', show='', search='', scope='', page='', **_kw):
        """Product by product."""
        node_sudo = self._channel_get_node(RECEIVING_ROLES, node)
        if not node_sudo:
            return request.redirect(HOME)
        asked = _read_asked(show, search, scope)
        number = read_page(page)
        rows, counts = node_sudo._portal_list_stock(asked, (number - 1) * PAGE, PAGE)
        count = counts.get(asked.show, 0)
        if not rows and count:  # A page behind the last.
            number = -(-count // PAGE)
            rows, counts = node_sudo._portal_list_stock(asked, (number - 1) * PAGE, PAGE)
        return request.render('channel_inventory.portal_stock', {
            **self._channel_prepare_values('stock'), 'node': node_sudo, 'asked': asked, 'counts': counts,
            'rows': rows, 'count': count, 'page': number, 'page_size': PAGE,
            'args': _write_asked(node_sudo, asked), 'has_below': bool(node_sudo._portal_get_stock_below(0, 1)[1])})

    @http.route(f'{STOCK}/xlsx', type='http', auth='user', website=True, methods=['GET'])
    def channel_stock_file(self, node='', show='', search='', scope='', **_kw):
        """The same as a file, all pages of it."""
        node_sudo = self._channel_get_node(RECEIVING_ROLES, node)
        if not node_sudo:
            return request.redirect(HOME)
        asked = _read_asked(show, search, scope)
        rows = node_sudo._portal_export_stock(node_sudo._portal_list_stock(asked)[0], asked.scope)
        return download(write_sheet(node_sudo.code, rows, WIDTHS, bold=[0]), f'stock-{node_sudo.code}.xlsx', XLSX)

    @http.route(f'{STOCK}/below', type='http', auth='user', website=True, methods=['GET'])
    def channel_stock_below(self, node='', page='', **_kw):
        """The members right below, each with all below it."""
        node_sudo, number = self._channel_get_node(RECEIVING_ROLES, node), read_page(page)
        if not node_sudo:
            return request.redirect(HOME)
        nodes, count = node_sudo._portal_get_stock_below((number - 1) * BELOW_PAGE, BELOW_PAGE)
        return request.render('channel_inventory.portal_stock_below', {
            **self._channel_prepare_values('stock'), 'node': node_sudo, 'nodes': nodes, 'count': count, 'page': number,
            'page_size': BELOW_PAGE})

    @http.route(f'{STOCK}/<int:product_id>', type='http', auth='user', website=True, methods=['GET'])
    def channel_stock_product(self, product_id, node='', scope='', page='', **_kw):
        """One product: where it is, in which state, what happened."""
        node_sudo, number = self._channel_get_node(RECEIVING_ROLES, node), read_page(page)
        asked = _read_asked('', '', scope)
        rows = node_sudo._portal_read_stock(asked.scope, [product_id]) if node_sudo and product_id <= MAX_ID else []
        if not rows:
            return request.redirect(STOCK)
        product_sudo = request.env['product.product'].sudo().browse(product_id)
        return request.render('channel_inventory.portal_stock_product', {
            **self._channel_prepare_values('stock'), 'node': node_sudo, 'asked': asked, 'row': rows[0],
            'product': product_sudo, 'page': number, **node_sudo._portal_get_stock_product(product_sudo, number),
            'states': request.env['channel.stock.entry'].sudo()._get_states(),
            'holders': node_sudo._portal_get_stock_holders(product_sudo) if asked.scope == 'all' else []})


def _read_asked(show, search, scope):
    """`Asked` of what stands in the address; what cannot be read counts as not asked for."""
    return Asked(
        show if show in SHOWS else 'all', search.strip()[:SEARCH_LENGTH],
        'all' if scope == 'all' else 'own')


def _write_asked(node_sudo, asked):
    """{parameter: value} of what was asked for, to be asked again."""
    return {'node': node_sudo.id, **{
        name: value for name, value in asked._asdict().items() if value not in ('all', '', 'own')
            or (name, value) == ('scope', 'all')}}


def _make_query(args, **changes):
    """The same question with these parameters changed; None leaves one out."""
    return urlencode({name: value for name, value in {**args, **changes}.items() if value is not None})


def _show_qty(qty):
    """A quantity without digits that say nothing, as the user's language writes it."""
    digits = max(0, -to_decimal(qty).normalize().as_tuple().exponent)
    return formatLang(request.env, float(qty), digits=digits)

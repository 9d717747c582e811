from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.distributor_portal.controllers.dealer_centre import HOME, DealerCentre
from odoo.addons.distributor_portal.engine.parameters import read_number

from ..const import COUNT_ROLES
from .inspection import read_count

COUNT = f'{HOME}/stock/count'
NOTE_LENGTH = 1000


class Count(DealerCentre):
    """What lies on the shelf, counted by the people of a member."""

    def _channel_prepare_values(self, page):
        values = super()._channel_prepare_values(page)
        return {**values, 'can_count': bool(self._channel_get_members(COUNT_ROLES))}

    @http.route(COUNT, type='http', auth='user', website=True, methods=['GET'])
    def channel_count_choose(self, **_kw):
        """What headquarters asks to be counted, and what can be counted any time."""
        member_sudo = self._channel_get_member(COUNT_ROLES)
        if not member_sudo:
            return request.redirect(HOME)
        Request = request.env['channel.stock.count.request'].sudo()
        return request.render('channel_inventory.portal_count_choose', {
            **self._channel_prepare_values('count'),
            'counting': member_sudo,
            'requests': Request.search(Request._portal_get_domain(member_sudo), order='date_due, id'),
            'categories': member_sudo._portal_get_count_categories(),
            'counts': request.env['channel.stock.count'].sudo().search([('member_id', '=', member_sudo.id)], limit=10),
        })

    @http.route(f'{COUNT}/sheet', type='http', auth='user', website=True, methods=['GET'])
    def channel_count_sheet(self, asked='', category='', **_kw):
        """A sheet to count on. :param asked: a request of headquarters :param category: only these goods"""
        member_sudo = self._channel_get_member(COUNT_ROLES)
        request_sudo, category_sudo = self._channel_get_scope(member_sudo, asked, category)
        if not member_sudo or request_sudo is None:
            return request.redirect(COUNT)
        return self._channel_render_count_sheet(member_sudo, request_sudo, category_sudo)

    @http.route(f'{COUNT}/sheet', type='http', auth='user', website=True, methods=['POST'])
    def channel_count_submit(self, asked='', category='', note='', form_token='', **post):
        """Take in the sheet: of each product what `qty_…` says; what is left empty was not counted."""
        member_sudo = self._channel_get_member(COUNT_ROLES)
        request_sudo, category_sudo = self._channel_get_scope(member_sudo, asked, category)
        if not member_sudo or request_sudo is None or not self._channel_take_form(form_token):
            return request.redirect(COUNT)
        sheet = {'member_sudo': member_sudo, 'request_sudo': request_sudo, 'category_sudo': category_sudo}
        try:
            with request.env.cr.savepoint():
                again = self._channel_book_count(form_token, note.strip()[:NOTE_LENGTH], post, **sheet)
        except UserError as error:
            return self._channel_render_count_sheet(**sheet, error=str(error), filled={**post, 'note': note})
        if again:
            return self._channel_render_count_sheet(**sheet, filled={**post, 'note': note}, again=again)
        return request.redirect(f'{COUNT}?done=1')

    def _channel_book_count(self, token, note, post, member_sudo, request_sudo, category_sudo):
        """Book the sheet, or say which products have to be counted again first.

        :raise UserError: nothing was counted, or something is no quantity
        """
        counted, first = {}, {}
        for product in member_sudo._portal_get_count_products(request_sudo, category_sudo):
            qty = read_count(post.get(f'qty_{product.id}', ''))
            if qty is not None:
                counted[product] = qty
            before = read_count(post.get(f'first_{product.id}', ''))
            if before is not None:
                first[product] = before
        if not counted:
            raise UserError(request.env._("Nothing was counted yet."))
        again = member_sudo._portal_find_large({
            product: qty for product, qty in counted.items() if product not in first})
        if not again:
            member_sudo._portal_count(counted, first, token, request_sudo, note)
        return again

    def _channel_get_scope(self, member_sudo, asked, category):
        """(request, category), both as superuser and maybe empty; None for a request that is none of the member's."""
        Request = request.env['channel.stock.count.request'].sudo()
        Category = request.env['product.category'].sudo()
        Category = Category.search([('id', '=', read_number(category))]) if category else Category
        if not asked:
            return Request, Category
        found = Request.search([
            ('id', '=', read_number(asked)), ('state', '=', 'open'), ('member_ids', 'in', member_sudo.ids)])
        return found or None, Category

    def _channel_render_count_sheet(
            self, member_sudo, request_sudo, category_sudo, error=None, filled=None, again=None):
        products = member_sudo._portal_get_count_products(request_sudo, category_sudo)
        is_blind = request_sudo.is_blind if request_sudo else member_sudo.company_id.channel_count_blind
        return request.render('channel_inventory.portal_count_sheet', {
            **self._channel_prepare_values('count'),
            'counting': member_sudo,
            'asked': request_sudo,
            'category': category_sudo,
            'groups': products.grouped('categ_id'),
            'books': {} if is_blind else member_sudo._portal_get_books(products),
            'is_blind': is_blind,
            'codes': self._channel_get_count_codes(products),
            'error': error,
            'filled': filled or {},
            'again': again or (),
        })

    def _channel_get_count_codes(self, products):
        """{product: [[code, items it stands for]]}"""
        return {product: [
            *([code, 1] for code in (product.barcode, product.default_code) if code),
            *([pack.barcode, pack.uom_id._compute_quantity(1, product.uom_id, round=False)]
              for pack in product.product_uom_ids),
        ] for product in products}

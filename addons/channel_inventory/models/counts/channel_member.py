from odoo import fields, models
from odoo.fields import Domain

from odoo.addons.distributor_portal.utils import to_decimal

from ...const import COUNT_ROLES
from ...engine import counts as engine
from ..ledger.channel_stock_entry import DIGITS

MAX_SHEET = 2000


class ChannelMember(models.Model):
    """What a member counts in the dealer centre. The callers have checked who asks."""

    _inherit = 'channel.member'

    # === PORTAL === #

    def _portal_get_task_domains(self):
        """Override of ours to add what is to be counted and looked at."""
        mine = self & self.env.user._channel_get_members(COUNT_ROLES)
        Request, Stock = self.env['channel.stock.count.request'], self.env['channel.stock']
        return {
            **super()._portal_get_task_domains(),
            'to_count': [(Request, Request._portal_get_domain(mine))] if mine else [],
            'to_inspect': [(Stock, Stock._portal_get_inspections_domain(mine))] if mine else [],
        }

    def _portal_get_count_categories(self):
        """[(category, how many products of it the member holds)]"""
        self.ensure_one()
        return self.env['channel.stock']._read_group(
            [('member_id', '=', self.id), ('physical', '!=', 0)], ['product_id.categ_id'],
            ['product_id:count_distinct'], order='product_id.categ_id')

    def _portal_get_count_products(self, request, category):
        """What stands on the sheet: what the member holds of it, and what it is asked for by name."""
        self.ensure_one()
        domain = Domain('member_id', '=', self.id) & Domain('physical', '!=', 0)
        categories = request.categ_ids | category
        if categories:
            domain &= Domain('product_id.categ_id', 'child_of', categories.ids)
        elif request.product_ids:
            domain &= Domain('product_id', 'in', request.product_ids.ids)
        products = self.env['channel.stock'].search_fetch(domain, ['product_id']).product_id
        return (products | request.product_ids).filtered('is_storable').sorted(
            lambda product: (product.categ_id.complete_name or "", product.default_code or "", product.id))[:MAX_SHEET]

    def _portal_get_books(self, products):
        """{product: what stands for sale by the book}"""
        self.ensure_one()
        return {
            product: available + reserved
            for product, available, reserved in self.env['channel.stock']._read_group(
                [('member_id', '=', self.id), ('product_id', 'in', products.ids)], ['product_id'],
                ['available:sum', 'reserved:sum'])}

    def _portal_find_large(self, counted):
        """Products whose count differs so much that it is made again. :param counted: {product: quantity}"""
        self.ensure_one()
        company = self.company_id
        products = self.env['product.product'].union(*counted)
        books = self._portal_get_books(products)
        return products.filtered(lambda product: engine.is_large(
            to_decimal(books.get(product, 0), DIGITS), to_decimal(counted[product], DIGITS),
            to_decimal(company.channel_recount_rate, DIGITS), to_decimal(company.channel_recount_qty, DIGITS)))

    def _portal_count(self, counted, first, token, request=None, note=None):
        """Take in what a person has counted. The same form again changes nothing.

        :param counted: {product: quantity in its own unit}
        :param first: {product: what was counted before it was counted again}
        :return: the count
        """
        self.ensure_one()
        source = self.env.ref('distributor_portal.channel_source_portal')
        now = fields.Datetime.now()
        rows = [engine.Counted(
            number, source.id, f'{token}-{product.id}', self.id, product.id, None, to_decimal(qty, DIGITS), now)
            for number, (product, qty) in enumerate(counted.items(), 1)]
        self.env['channel.stock']._take_counts(
            rows, 'portal', request, note, {f'{token}-{product.id}': qty for product, qty in first.items()})
        return self.env['channel.stock.count.line'].search([
            ('source_id', '=', source.id), ('external_key', 'in', [row.key for row in rows])]).count_id

from decimal import Decimal

from odoo import fields, models
from odoo.fields import Domain

from ...engine.gtin import get_spellings

PAGE = 40
FIRST = 10
PLENTY = 100  # beyond this the pad says "100+": how much more there is, is nobody's business
SORTS = {'code': 'default_code, id', 'name': 'name, default_code, id', 'price': 'list_price, default_code, id'}


class ChannelMember(models.Model):
    """What the order pad offers a member. The callers have checked who asks."""

    _inherit = 'channel.member'

    # === PORTAL === #

    def _portal_get_products(self, search='', offset=0, product_ids=None, category_id=None, sort='code'):
        """A page of the order pad: what a product costs this member, how it is packed, and whether it is there.

        :param product_ids: these products, whatever page they are on
        :param category_id: only those of this category and those below it
        :return: {'products': list of dicts, 'more': whether another page follows}
        """
        self.ensure_one()
        domain = self._portal_get_products_domain() & self._portal_get_search_domain(search)
        if product_ids is not None:
            domain &= Domain('id', 'in', product_ids)
        if category_id:
            domain &= Domain('categ_id', 'child_of', category_id)
        limit = None if product_ids is not None else PAGE + 1
        products = self.env['product.product'].search(domain, offset=offset, limit=limit, order=SORTS[sort])
        shown = products if limit is None else products[:PAGE]
        return {'products': self._portal_describe_products(shown), 'more': len(products) > len(shown)}

    def _portal_get_first_products(self, wanted=()):
        """[(name, SKU)] of what the pad shows first: names only, to look at until the rest has come.

        :param wanted: ids of products that are on the pad, in their sequence
        """
        self.ensure_one()
        Product = self.env['product.product']
        if wanted:
            products = Product.browse(wanted[:FIRST]) & Product.search(
                self._portal_get_products_domain() & Domain('id', 'in', wanted[:FIRST]))
        else:
            products = Product.search(self._portal_get_products_domain(), limit=FIRST, order=SORTS['code'])
        return [(product.product_tmpl_id.name, product.default_code or "") for product in products]

    def _portal_get_search_domain(self, search):
        """Each word in the name or a code; a code under bars or one of the member's own as a whole."""
        domain = Domain.TRUE
        for word in search.split()[:5]:
            spellings = get_spellings(word)
            domain &= (
                Domain('name', 'ilike', word) | Domain('default_code', 'ilike', word)
                | Domain('channel_extension_code', '=', word) | Domain('barcode', 'in', spellings)
                | Domain('product_uom_ids.barcode', 'in', spellings)
                | Domain('id', 'in', self._portal_find_own_code(word)))
        return domain

    def _portal_find_own_code(self, code):
        """Ids of the products that this member calls `code`."""
        return self.env['channel.member.sku'].search(
            [('member_id', '=', self.id), ('code', '=', code)]).product_id.ids

    def _portal_describe_products(self, products):
        """The pad's facts about these products, whatever their number in the same few queries."""
        prices = self._portal_get_price_steps(products)
        stock = self._portal_get_stock(products)
        terms = self.env['channel.pack.rule']._resolve([(self, product) for product in products])
        own_codes = dict(self.env['channel.member.sku']._read_group(
            [('member_id', '=', self.id), ('product_id', 'in', products.ids)], ['product_id'], ['code:array_agg']))
        pictured = self._portal_get_pictured(products)
        factors = self._portal_get_tax_factors(products, {id_: steps[0][1] for id_, steps in prices.items()})
        return [{
            **self._portal_describe_product(product, prices[product.id], terms[self, product], *stock[product.id]),
            'own_codes': own_codes.get(product, []),
            'has_picture': product.id in pictured,
            'tax_factor': factors[product.id],
        } for product in products]

    def _portal_describe_product(self, product, prices, terms, free, arrives):
        """:param prices: [(from which quantity, price)]"""
        template = product.product_tmpl_id  # through the product, Odoo would copy each value one by one
        return {
            'id': product.id,
            'sku': product.default_code or "",
            'gtin': product.barcode or "",
            'name': template.name,
            'unit': template.uom_id.name,
            'category_id': template.categ_id.id,
            'category': template.categ_id.name,
            'price': prices[0][1],
            'steps': [list(step) for step in prices[1:]],
            'multiple': float(terms.multiple),
            'minimum': float(terms.minimum),
            'maximum': float(terms.maximum),
            'free': min(float(free), PLENTY),
            'is_plenty': free >= PLENTY,
            'arrives': fields.Date.to_string(arrives) if arrives else False,
            'codes': [pack.barcode for pack in product.product_uom_ids],
            'packs': [
                {'code': pack.barcode, 'name': pack.uom_id.name, 'qty': pack.channel_item_qty}
                for pack in product.product_uom_ids],
        }

    def _portal_get_product(self, product_id):
        """This product, or an empty recordset where it is not the member's to order."""
        return self.env['product.product'].search(self._portal_get_products_domain() & Domain('id', '=', product_id))

    def _portal_get_categories(self):
        """[[id, name]] of the categories in which there is something for this member."""
        groups = self.env['product.product']._read_group(self._portal_get_products_domain(), ['categ_id'])
        return sorted(([category.id, category.display_name] for category, in groups), key=lambda row: row[1])

    def _portal_get_pictured(self, products):
        """Ids of those that have a picture, without reading any."""
        found = self.env['ir.attachment'].search_fetch(
            Domain('res_field', 'in', ['image_128', 'image_variant_128']) & (
                Domain('res_model', '=', 'product.template') & Domain('res_id', 'in', products.product_tmpl_id.ids)
                | Domain('res_model', '=', 'product.product') & Domain('res_id', 'in', products.ids)),
            ['res_model', 'res_id'])
        having = {(one.res_model, one.res_id) for one in found}
        return {product.id for product in products if having & {
            ('product.product', product.id), ('product.template', product.product_tmpl_id.id)}}

    def _portal_get_stock(self, products):
        """{product id: (free quantity in the network, the day on which it can be here)}

        From the nearest warehouse that has any and from which a carrier comes.
        """
        distances, tariff = self._portal_get_ways()
        warehouses = self.env['stock.warehouse'].browse(one.key for _distance, one in distances)
        free = warehouses._channel_get_nearest_free(products)
        stock = dict.fromkeys(products.ids, (Decimal(0), None))
        arrivals = {}
        for product, (total, place) in free.items():
            if place not in arrivals:
                arrivals[place] = self._portal_get_arrival(tariff, *distances[place])
            stock[product] = (Decimal(total) / 1000, arrivals[place])
        return stock

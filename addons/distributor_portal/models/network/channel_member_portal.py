from decimal import Decimal

from odoo import fields, models
from odoo.fields import Domain

from ...engine import sourcing

PAGE = 40
PLENTY = 100  # beyond this the pad says "100+": how much more there is, is nobody's business


class ChannelMember(models.Model):
    """What the dealer centre shows a member of its own affairs. The callers have checked who asks."""

    _inherit = 'channel.member'

    # === PORTAL === #

    def _portal_get_products_domain(self):
        """What this member is licensed for and HQ sells."""
        self.ensure_one()
        licences = self.env['channel.authorization']._get_licences(
            self, fields.Date.context_today(self), is_strict=True)[self]
        scopes = [
            Domain('id', 'in', list(licence.products)) | Domain('categ_id', 'child_of', list(licence.categories))
            if licence.products or licence.categories else Domain.TRUE
            for licence in licences
        ]
        return Domain('sale_ok', '=', True) & Domain('type', '=', 'consu') & Domain.OR(scopes)

    def _portal_get_products(self, search='', offset=0, product_ids=None):
        """A page of the order pad: what a product costs this member, how it is packed, and whether it is there.

        :param product_ids: these products, whatever page they are on
        :return: {'products': list of dicts, 'more': whether another page follows}
        """
        self.ensure_one()
        domain = self._portal_get_products_domain()
        if product_ids is not None:
            domain &= Domain('id', 'in', product_ids)
        for word in search.split()[:5]:
            domain &= (
                Domain('name', 'ilike', word) | Domain('default_code', 'ilike', word) | Domain('barcode', '=', word)
                | Domain('product_uom_ids.barcode', '=', word))
        limit = None if product_ids is not None else PAGE + 1
        products = self.env['product.product'].search(domain, offset=offset, limit=limit, order='default_code, id')
        shown = products if limit is None else products[:PAGE]
        prices = self._portal_get_prices(shown)
        stock = self._portal_get_stock(shown)
        terms = self.env['channel.pack.rule']._resolve([(self, product) for product in shown])
        return {
            'products': [
                self._portal_describe_product(product, prices[product.id], terms[self, product], *stock[product.id])
                for product in shown
            ],
            'more': len(products) > len(shown),
        }

    def _portal_describe_product(self, product, price, terms, free, days):
        return {
            'id': product.id,
            'sku': product.default_code or "",
            'gtin': product.barcode or "",
            'name': product.name,
            'unit': product.uom_id.name,
            'price': price,
            'multiple': float(terms.multiple),
            'minimum': float(terms.minimum),
            'maximum': float(terms.maximum),
            'free': min(float(free), PLENTY),
            'is_plenty': free >= PLENTY,
            'days': days,
            'codes': [pack.barcode for pack in product.product_uom_ids],
            'packs': [
                {'code': pack.barcode, 'name': pack.uom_id.name, 'qty': pack.channel_item_qty}
                for pack in product.product_uom_ids],
        }

    def _portal_get_prices(self, products):
        pricelist = self._get_pricelists()[self]
        if not pricelist:
            return {product.id: product.lst_price for product in products}
        return pricelist._get_products_price(products, 1.0)

    def _portal_get_stock(self, products):
        """{product id: (free quantity in the network, days until here from the nearest warehouse that has some)}"""
        Warehouse = self.env['stock.warehouse']
        stands = Warehouse._channel_get_stands(self.company_id.id)
        distances = sourcing.by_distance(
            self.latitude or None, self.longitude or None,
            [sourcing.Warehouse(*stand[:3], {}) for stand in stands])
        free = Warehouse.browse(one.key for _distance, one in distances)._channel_get_nearest_free(products)
        stock = dict.fromkeys(products.ids, (Decimal(0), None))
        for product, (total, place) in free.items():
            stock[product] = (Decimal(total) / 1000, sourcing.DEFAULT_RATE.days(distances[place][0] or 0))
        return stock

    def _portal_get_credit(self):
        """The member's own credit line, or an empty recordset."""
        self.ensure_one()
        return self.env['channel.credit.line'].search([('member_id', '=', self.id)], limit=1)

    def _portal_submit(self, lines, token, note='', form=None):
        """Send in what the pad holds. Nothing is kept of an order that is sent back.

        :param lines: [{'product_id', 'qty'}], in the products' own units
        :param token: the page's own: the same token twice is the same order
        :param form: {'type', 'properties'} of an order with a form section
        :return: the answer of `channel_submit`; its lines count as `lines` does
        """
        self.ensure_one()
        skus = {product.id: product.default_code for product in self.env['product.product'].search(
            self._portal_get_products_domain() & Domain('id', 'in', [line['product_id'] for line in lines]))}
        raw = {
            'external_id': f'{self.code}-{token}',
            'member': self.code,
            'note': note,
            **(form or {}),
            # A product that is not the member's to order is unknown to it, like one that does not exist.
            'lines': [{
                'sku': skus.get(line['product_id'], str(line['product_id'])),
                'qty': line['qty'],
            } for line in lines],
        }
        orders = self.env['sale.order'].with_company(self.company_id)
        return orders._channel_take_in_turn([raw], source='portal', keeps_rejected=False)[0]

    def _portal_get_tasks(self):
        """Counts of what waits for the people of these members."""
        Order = self.env['sale.order']
        own = Domain('channel_member_id', 'in', self.ids)
        return {
            'to_approve': Order.search_count(self._portal_get_approvals_domain()),
            'to_receive': len(self._portal_get_deliveries_to_receive()),
            'sent_back': Order.search_count(own & Domain('channel_state', '=', 'rejected')),
        }

    def _portal_get_orders_domain(self):
        """Orders of these members and of those below.

        Record rules say the same, but in an OR, through which PostgreSQL finds no index: beside them this leads.
        """
        return Domain('channel_member_id', 'any!', [('ancestor_ids', 'in', self.ids)])

    def _portal_get_approvals_domain(self):
        return Domain('channel_state', '=', 'upstream') & Domain(
            'channel_approval_ids', 'any', [('state', '=', 'pending'), ('member_id', 'in', self.ids)])

    def _portal_get_deliveries_to_receive(self):
        """Shipped and not yet scanned in."""
        return self.env['stock.picking'].search([
            ('sale_id.channel_member_id', 'in', self.ids), ('sale_id.channel_state', 'in', ('confirmed', 'shipped')),
            ('picking_type_code', '=', 'outgoing'), ('state', '=', 'done'), ('channel_receipt_ids', '=', False),
        ], order='date_done, id')

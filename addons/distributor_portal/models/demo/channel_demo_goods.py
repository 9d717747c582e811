from odoo import api, models
from odoo.fields import Command

CATEGORIES = {
    'Yoghurt': "酸奶", 'Milk': "牛奶", 'Drinks': "饮料", 'Snacks': "零食", 'Chilled': "低温", 'Health': "健康"}
# Tier → (name, in Chinese, percent off the list price, percent off health goods, share of the list price at launch).
PRICELISTS = {
    'agent': ("Agent prices", "代理商价", 32, 38, .62),
    'dealer': ("Dealer prices", "经销商价", 24, 30, .70),
    'store': ("Store prices", "门店价", 14, 20, .80),
}
LAUNCHES = ('YOG-O-200', 'DRK-G-500', 'SNK-S-80')
OUT_OF_STOCK_RATE = .1
ALWAYS_THERE = {'YOG-B-200', 'YOG-S-200', 'MLK-W-250', 'DRK-T-500', 'DRK-W-550'}
# Goat milk powder is short everywhere: orders of more wait for headquarters.
SCARCE = {'HLT-M-800': 36}


class ChannelDemo(models.AbstractModel):
    """What the demo channel trades in: products, prices, warehouses and what lies in them."""

    _inherit = 'channel.demo'

    # === PRODUCTS === #

    @api.model
    def _load_products(self):
        """{SKU: product}, with a unit and a barcode for the case of each, and the price lists of the tiers."""
        rows = self._read('products')
        categories = self._create_categories()
        cases = self._create_cases(sorted({int(row['case_qty']) for row in rows}))
        templates = self.env['product.template'].create([{
            'name': row['name'],
            'default_code': row['sku'],
            'barcode': row['gtin'],
            'type': 'consu',
            'is_storable': True,
            'invoice_policy': 'delivery',
            'categ_id': categories[row['category']].id,
            'list_price': float(row['price']),
            'standard_price': round(float(row['price']) * .45, 2),
            'uom_ids': [Command.set(cases[int(row['case_qty'])].ids)],
            'channel_multiple_qty': float(row['multiple_qty']),
            'channel_min_qty': float(row['min_qty']),
        } for row in rows])
        self._translate({template: row['name_zh'] for template, row in zip(templates, rows, strict=True)})
        products = {row['sku']: template.product_variant_id for template, row in zip(templates, rows, strict=True)}
        self.env['product.uom'].create([{
            'product_id': products[row['sku']].id,
            'uom_id': cases[int(row['case_qty'])].id,
            'barcode': row['case_gtin'],
        } for row in rows])
        self._create_pricelists(categories['Health'], products)
        return products

    @api.model
    def _create_categories(self):
        brand = self.env['product.category'].create({'name': "禾泉 Hequan"})
        created = self.env['product.category'].create(
            [{'name': f"{zh} {en}", 'parent_id': brand.id} for en, zh in CATEGORIES.items()])
        categories = dict(zip(CATEGORIES, created, strict=True))
        self._name_records({f'demo_category_{en.lower()}': category for en, category in categories.items()})
        return categories

    @api.model
    def _create_cases(self, sizes):
        units = self.env['uom.uom'].create([{
            'name': f"Case of {size}",
            'relative_uom_id': self.env.ref('uom.product_uom_unit').id,
            'relative_factor': size,
            'channel_code': 'case',
        } for size in sizes])
        self._translate({unit: f"{size} 件装箱" for unit, size in zip(units, sizes, strict=True)})
        return dict(zip(sizes, units, strict=True))

    @api.model
    def _create_pricelists(self, health, products):
        def discount(percent):
            return {'compute_price': 'formula', 'base': 'list_price', 'price_discount': percent, 'price_round': .01}

        launches = [products[sku] for sku in LAUNCHES]
        pricelists = self.env['product.pricelist'].create([{
            'name': name,
            'currency_id': self.env.company.currency_id.id,
            'company_id': self.env.company.id,
            'item_ids': [
                Command.create({'applied_on': '3_global', **discount(percent)}),
                Command.create({
                    'applied_on': '2_product_category', 'categ_id': health.id, **discount(health_percent)}),
                *(Command.create({
                    'applied_on': '1_product', 'product_tmpl_id': product.product_tmpl_id.id, 'compute_price': 'fixed',
                    'fixed_price': round(product.lst_price * share, 2),
                }) for product in launches),
            ],
        } for name, _zh, percent, health_percent, share in PRICELISTS.values()])
        by_tier = dict(zip(PRICELISTS, pricelists, strict=True))
        self._translate({pricelist: PRICELISTS[tier][1] for tier, pricelist in by_tier.items()})
        self._name_records({f'demo_pricelist_{tier}': pricelist for tier, pricelist in by_tier.items()})

    # === WAREHOUSES === #

    @api.model
    def _load_warehouses(self, company):
        """Eight of them; the first is the one that the company has already."""
        rows = self._read('warehouses')
        divisions = {row['code']: row for row in self._read_geo('divisions')}
        self.env['channel.territory']._load_divisions()
        districts = {
            territory.code: territory
            for territory in self.env['channel.territory'].search([('code', 'in', [row['district'] for row in rows])])
        }
        addresses = self.env['res.partner'].create([{
            'name': row['name'],
            'type': 'delivery',
            'parent_id': company.partner_id.id,
            'street': f"{divisions[row['district']]['name']}{row['street']}",
            'city': divisions[row['district'][:4]]['name'],
            'state_id': self._get_state(divisions[row['district'][:2]]['name']).id,
            'country_id': self.env.ref('base.cn').id,
        } for row in rows])
        values = [{
            'name': row['name'],
            'code': row['code'],
            'partner_id': address.id,
            'channel_territory_id': districts[row['district']].id,
        } for row, address in zip(rows, addresses, strict=True)]
        first = self.env['stock.warehouse'].search([('company_id', '=', company.id)], order='id', limit=1)
        if not first:
            return self.env['stock.warehouse'].create([{**vals, 'company_id': company.id} for vals in values])
        first.write(values[0])
        return first + self.env['stock.warehouse'].create([{**vals, 'company_id': company.id} for vals in values[1:]])

    @api.model
    def _load_stock(self, products, warehouses):
        """Everywhere a few hundred to thousands of everything, but one in ten products is missing somewhere."""
        random_ = self._get_random('stock')
        counts = []
        for warehouse in warehouses:
            for sku, product in products.items():
                qty = random_.randrange(40, 400) * 12
                if random_.random() < OUT_OF_STOCK_RATE and sku not in ALWAYS_THERE | set(SCARCE):
                    continue
                counts.append({
                    'product_id': product.id,
                    'location_id': warehouse.lot_stock_id.id,
                    'inventory_quantity': SCARCE.get(sku, qty),
                })
        self.env['stock.quant'].with_context(inventory_mode=True).create(counts).action_apply_inventory()

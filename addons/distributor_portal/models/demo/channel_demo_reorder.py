from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command

# Days ago, and what the shop ordered then: taken over from the time before this portal.
RHYTHM = {
    'S00001': [
        (38, {'MLK-W-1000': 24, 'SNK-B-60': 24, 'YOG-P-1000': 12}),
        (29, {'MLK-W-1000': 24, 'SNK-B-60': 48}),
        (20, {'MLK-W-1000': 36, 'SNK-B-60': 24, 'YOG-P-1000': 12}),
        (11, {'MLK-W-1000': 24, 'SNK-B-60': 24, 'YOG-P-1000': 6}),
    ],
    'S00051': [
        (22, {'DRK-W-550': 48, 'YOG-B-200': 36}), (15, {'DRK-W-550': 48, 'YOG-B-200': 24}),
        (8, {'DRK-W-550': 72, 'YOG-B-200': 36}),
    ],
    'D0001': [(30, {'YOG-M-200': 240}), (20, {'YOG-M-200': 240}), (10, {'YOG-M-200': 360})],
}
# Tier → (product, from this quantity, percent off the list price) and percent off drinks for three weeks.
STEPS = {
    'dealer': [('YOG-B-200', 480, 28), ('YOG-S-200', 480, 28)],
    'store': [('YOG-B-200', 48, 18), ('SNK-B-60', 48, 19), ('MLK-W-1000', 48, 18)],
}
WEEKS_OF_DRINKS = {'dealer': 30, 'store': 21}
TEMPLATES = {
    'S00001': [
        ("周一补货 Monday order", {'YOG-B-200': 24, 'MLK-W-250': 24, 'DRK-T-500': 24, 'SNK-P-70': 24}, 'store'),
        ("考试周 Exam week", {'SNK-B-60': 48, 'DRK-T-500': 48}, 'store_buyer'),
    ],
    'S00051': [("周末 Weekend", {'YOG-B-200': 36, 'DRK-W-550': 48}, 'store2')],
    'D0001': [("常规补库 Stock up", {'YOG-B-200': 480, 'YOG-S-200': 480, 'MLK-W-250': 480}, 'dealer')],
}
SUMMER = {'DRK-W-550': 48, 'DRK-T-500': 24, 'DRK-L-500': 24, 'DRK-O-500': 24}
FAVOURITES = {'S00001': ('YOG-B-200', 'MLK-W-250', 'SNK-C-100'), 'S00051': ('DRK-W-550',)}


class ChannelDemo(models.AbstractModel):
    """What makes the next order short: a habit, templates, favourites, prices that fall for a time or by quantity."""

    _inherit = 'channel.demo'

    @api.model
    def _load_stories(self, members):
        """Override to add those of ordering again."""
        result = super()._load_stories(members)
        products = {product.default_code: product for product in self.env['product.product'].search(
            [('default_code', 'in', [row['sku'] for row in self._read('products')])])}
        self._load_prices(products)
        self._load_history(members, products)
        self._load_templates(members, products)
        self.env['channel.favourite'].create([
            {'member_id': members[code].id, 'product_id': products[sku].id}
            for code, skus in FAVOURITES.items() for sku in skus])
        return result

    @api.model
    def _load_prices(self, products):
        """Steps by quantity, and a price of drinks that ends in three weeks."""
        drinks = self.env.ref('distributor_portal.demo_category_drinks')
        values = {'compute_price': 'formula', 'base': 'list_price', 'price_round': .01}
        end = fields.Datetime.now().replace(hour=15, minute=59, second=59, microsecond=0) + timedelta(days=21)
        for tier, steps in STEPS.items():
            pricelist = self.env.ref(f'distributor_portal.demo_pricelist_{tier}')
            pricelist.item_ids = [
                *(Command.create({
                    **values, 'applied_on': '1_product', 'product_tmpl_id': products[sku].product_tmpl_id.id,
                    'min_quantity': qty, 'price_discount': percent,
                }) for sku, qty, percent in steps),
                Command.create({
                    **values, 'applied_on': '2_product_category', 'categ_id': drinks.id,
                    'price_discount': WEEKS_OF_DRINKS[tier], 'date_end': end}),
            ]

    @api.model
    def _load_history(self, members, products):
        """Orders from before, as the old system knew them: no deliveries, no invoices, just what was bought when."""
        now = fields.Datetime.now().replace(hour=2, minute=0, second=0, microsecond=0)
        source = self.env['channel.source'].search([('code', '=', 'portal')])
        for code, orders in RHYTHM.items():
            for days, lines in orders:
                order = self.env['sale.order'].create({
                    'partner_id': members[code].partner_id.id,
                    'channel_source_id': source.id,
                    'order_line': [
                        Command.create({'product_id': products[sku].id, 'product_uom_qty': qty, 'channel_line_no': i})
                        for i, (sku, qty) in enumerate(lines.items())],
                })
                order.write({
                    'state': 'sale', 'channel_state': 'received', 'date_order': now - timedelta(days=days)})

    @api.model
    def _load_templates(self, members, products):
        values = [
            (login, {'name': name, 'member_id': members[code].id, 'lines': lines})
            for code, templates in TEMPLATES.items() for name, lines, login in templates]
        tiers = self.env.ref('distributor_portal.channel_tier_store') | self.env.ref(
            'distributor_portal.channel_tier_dealer')
        values.append(('hq', {
            'name': "夏季组合 Summer set", 'tier_ids': [Command.set(tiers.ids)], 'lines': SUMMER,
            'note': "冰柜一层的量 One shelf of the cooler"}))
        for login, vals in values:
            self._as(login)['channel.order.template'].create({
                **{name: value for name, value in vals.items() if name != 'lines'},
                'company_id': self.env.company.id,
                'line_ids': [
                    Command.create({'product_id': products[sku].id, 'qty': qty, 'sequence': i})
                    for i, (sku, qty) in enumerate(vals['lines'].items())],
            })

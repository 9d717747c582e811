import json
from datetime import timedelta

from lxml import html

from odoo import fields
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import ChannelCommon


@tagged('-at_install', 'post_install')
class TestPad(ChannelCommon, HttpCase):
    """The order pad: prices by quantity, promises, urgent orders, pictures."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.store_user = cls._create_portal_user(cls.store, 'store_user')
        cls.dealer_user = cls._create_portal_user(cls.dealer, 'dealer_user')
        cls.warehouse_user = cls._create_portal_user(cls.store, 'warehouse_user', role='warehouse')

    def _login(self, login='store_user'):
        self.authenticate(login, login)

    def _ask(self, page, **params):
        return self.make_jsonrpc_request(f'/my/channel/pad/{page}', params)

    def _get_product(self, sku, member=None):
        return {row['sku']: row for row in (member or self.store)._portal_get_products()['products']}[sku]

    # --- prices

    def test_price_steps_are_those_of_the_price_list(self):
        self.pricelist.item_ids = [
            fields.Command.create({
                'applied_on': '3_global', 'compute_price': 'percentage', 'percent_price': 5, 'min_quantity': 0}),
            fields.Command.create({
                'applied_on': '3_global', 'compute_price': 'percentage', 'percent_price': 10, 'min_quantity': 48}),
            fields.Command.create({
                'applied_on': '0_product_variant', 'product_id': self.yoghurt.id, 'compute_price': 'fixed',
                'fixed_price': 8, 'min_quantity': 480})]
        yoghurt, milk = self._get_product('YOG-1'), self._get_product('MLK-1')
        self.assertEqual((yoghurt['price'], yoghurt['steps']), (9.5, [[48, 9], [480, 8]]))
        self.assertEqual((milk['price'], milk['steps']), (4.75, [[48, 4.5]]))
        for qty, price in ((12, 9.5), (48, 9), (480, 8)):
            order = self._submit_one(f'P-{qty}', member='S1', lines=[('YOG-1', qty)])[1]
            self.assertEqual(order.order_line.price_unit, price, "the order is priced as the pad has said")

    def test_steps_of_a_list_that_another_builds_on_count(self):
        base = self.env['product.pricelist'].create({'name': "Base", 'item_ids': [
            fields.Command.create({
                'applied_on': '3_global', 'compute_price': 'percentage', 'percent_price': 20, 'min_quantity': 100})]})
        self.pricelist.item_ids = [fields.Command.create({
            'applied_on': '3_global', 'compute_price': 'formula', 'base': 'pricelist', 'base_pricelist_id': base.id})]
        self.assertEqual(self._get_product('YOG-1')['steps'], [[100, 8]])

    def test_tax_factor_is_that_of_the_order(self):
        position = self.env['account.fiscal.position'].create({'name': "Reduced"})
        vat, levy = self.env['account.tax'].create([
            {'name': "VAT 13", 'amount': 13, 'amount_type': 'percent', 'type_tax_use': 'sale'},
            {'name': "Levy", 'amount': 0.1, 'amount_type': 'fixed', 'type_tax_use': 'sale'}])
        self.env['account.tax'].create({
            'name': "VAT 6", 'amount': 6, 'amount_type': 'percent', 'type_tax_use': 'sale',
            'fiscal_position_ids': position.ids, 'original_tax_ids': vat.ids})
        self.rival_store.partner_id.property_account_position_id = position
        for taxes, factors in ((vat, (1.13, 1.06)), (levy, (1.01, 1.01)), (self.env['account.tax'], (1, 1))):
            self.yoghurt.taxes_id = taxes
            for member, factor in zip((self.store, self.rival_store), factors, strict=True):
                told = self._get_product('YOG-1', member)['tax_factor']
                order = self._submit_one(f'T-{taxes.id}-{member.code}', member=member.code)[1]
                self.assertAlmostEqual(told, factor)
                self.assertAlmostEqual(order.amount_total, order.amount_untaxed * factor)

    def test_credit_is_shown_in_its_own_currency_only(self):
        self._create_credit(self.store, 1000)
        self.tiers['store'].min_order_amount = 500
        self._login()
        own, other = self.company.currency_id, self.env.ref('base.CHF')
        page = self.url_open('/my/channel/pad').text
        self.assertIn(f'&#34;currency&#34;: {own.id},', page)
        self.assertIn('&#34;credit_left&#34;: 1000.0', page)
        other.active = True
        self.pricelist.currency_id = other
        page = self.url_open('/my/channel/pad').text
        self.assertIn(f'&#34;currency&#34;: {other.id},', page)
        self.assertIn('&#34;credit_left&#34;: null', page)
        self.assertIn('&#34;least_amount&#34;: 0', page)

    def test_taxes_cost_the_same_for_more_products(self):
        vat = self.env['account.tax'].create({
            'name': "VAT 13", 'amount': 13, 'amount_type': 'percent', 'type_tax_use': 'sale'})

        def count(products):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.store._portal_get_tax_factors(products, dict.fromkeys(products.ids, 1.0))
            return self.cr.sql_log_count - before
        goods = self.yoghurt | self.milk | self.env['product.product'].union(*(
            self._create_goods(f'TAX-{number}', 1, stock=()) for number in range(10)))
        goods.taxes_id = vat
        count(goods)  # what is asked once per worker
        few = count(goods[:2])
        self.assertEqual(count(goods), few)

    # --- what is there before the rest has come

    def test_first_names_are_those_the_pad_begins_with(self):
        rows = [(row['name'], row['sku']) for row in self.store._portal_get_products()['products'][:10]]
        self.assertEqual(self.store._portal_get_first_products(), rows)
        self._login()
        page = self.url_open('/my/channel/pad?list=1').text
        self.assertIn("Paste rows from a spreadsheet", page)
        self.assertNotIn("Paste rows from a spreadsheet", self.url_open('/my/channel/pad?list=2').text)
        for name, _sku in rows:
            self.assertIn(name, page)

    def test_first_names_of_an_order_again_are_its_own_as_far_as_they_are_sold(self):
        wanted = [self.yoghurt.id, self.milk.id]
        self.assertEqual([sku for _name, sku in self.store._portal_get_first_products(wanted)], ['YOG-1', 'MLK-1'])
        self.milk.sale_ok = False
        self.assertEqual([sku for _name, sku in self.store._portal_get_first_products(wanted)], ['YOG-1'])

    # --- promises

    def test_arrival_is_what_sourcing_promises(self):
        self._login('dealer_user')
        promise = self._ask('promise', lines=[{'product_id': self.yoghurt.id, 'qty': 12}])
        order = self._submit_one('A-1', member='D1')[1]
        day = fields.Date.to_string(order.channel_parcel_ids.arrival_date)
        self.assertEqual((promise['day'], promise['parcels']), (day, 1))
        self.assertEqual(promise['days'], {str(self.yoghurt.id): day})
        self.assertEqual(self._get_product('YOG-1', self.dealer)['arrives'], day)

    def test_nothing_is_promised_of_what_is_not_there(self):
        for warehouse in self.south | self.west:
            self._set_stock(self.milk, warehouse, 0)
        self._login()
        promise = self._ask('promise', lines=[
            {'product_id': self.yoghurt.id, 'qty': 12}, {'product_id': self.milk.id, 'qty': 1}])
        self.assertFalse(promise['day'])
        self.assertEqual(list(promise['days']), [str(self.yoghurt.id)])
        self.assertFalse(self._get_product('MLK-1')['arrives'])

    def test_promise_keeps_to_the_day_asked_for(self):
        self._login()
        day = fields.Date.today() + timedelta(days=20)
        promise = self._ask(
            'promise', lines=[{'product_id': self.yoghurt.id, 'qty': 12}], requested_date=day.isoformat())
        self.assertGreater(promise['day'], (day - timedelta(days=8)).isoformat())

    def test_promise_books_nothing(self):
        before = self.env['channel.parcel'].search_count([])
        self._login()
        self._ask('promise', lines=[{'product_id': self.yoghurt.id, 'qty': 12}])
        self.assertEqual(self.env['channel.parcel'].search_count([]), before)

    def test_promise_takes_no_rubbish(self):
        self._login()
        nothing = {'day': False, 'days': {}, 'parcels': 0, 'is_urgent': False}
        for lines in (None, 'x', [1], [{'product_id': 'x', 'qty': 1}], [{'product_id': self.yoghurt.id, 'qty': 1e300}],
                      [{'product_id': self.yoghurt.id, 'qty': 1}] * 5001):
            self.assertEqual(self._ask('promise', lines=lines), nothing)
        for lines, day in (([], ''), ([{'product_id': 2**31 - 1, 'qty': 5}], 'x'),
                           ([{'product_id': self.yoghurt.id, 'qty': -5}], '9999-99-99')):
            self.assertFalse(self._ask('promise', lines=lines, requested_date=day, urgent='x')['day'])

    # --- sending

    def test_urgent_and_day_reach_the_order(self):
        self.tiers['store'].may_order_urgently = True
        self._login()
        day = fields.Date.today() + timedelta(days=9)
        answer = self._ask('submit', lines=[{'product_id': self.yoghurt.id, 'qty': 12}], token='token-urgent',
                           urgent=True, requested_date=day.isoformat())
        order = self.env['sale.order'].browse(answer['order_id'])
        self.assertTrue(order.channel_is_urgent)
        self.assertEqual(order.commitment_date.date(), day)

    def test_odd_days_and_flags_are_left_out(self):
        self._login()
        answer = self._ask('submit', lines=[{'product_id': self.yoghurt.id, 'qty': 12}], token='token-odd-1',
                           urgent='yes', requested_date=['2030-01-01'])
        order = self.env['sale.order'].browse(answer['order_id'])
        self.assertEqual((order.channel_is_urgent, order.commitment_date), (False, False))

    def test_product_without_sku_can_be_ordered(self):
        plain = self._create_goods('PLAIN', 4)
        plain.write({'default_code': False, 'barcode': '4006381333931'})
        self._login()
        answer = self._ask('submit', lines=[{'product_id': plain.id, 'qty': 2}], token='token-plain')
        self.assertEqual(self.env['sale.order'].browse(answer['order_id']).order_line.product_id, plain)

    def test_order_that_is_changed_brings_its_own_note_and_urgency(self):
        self.tiers['store'].may_order_urgently = True
        self._login()
        answer = self._ask('submit', lines=[{'product_id': self.yoghurt.id, 'qty': 12}], token='token-note-1',
                           note="Ring <twice>, see https://example.com/gate", urgent=True)
        page = html.fromstring(self.url_open(f'/my/channel/pad?again={answer["order_id"]}').text)
        props = json.loads(page.xpath('//owl-component[@name="distributor_portal.order_pad"]/@props')[0])
        self.assertEqual(props['prefill_form']['note'], "Ring <twice>, see https://example.com/gate")
        self.assertTrue(props['prefill_form']['urgent'])

    # --- pages and pictures

    def test_page_knows_the_smallest_amount_and_the_urgent_lane(self):
        self.tiers['store'].write({'min_order_amount': 500, 'may_order_urgently': True})
        self._login()
        page = self.url_open('/my/channel/pad').text
        self.assertIn('&#34;least_amount&#34;: 500.0', page)
        self.assertIn('&#34;may_be_urgent&#34;: true', page)

    def test_picture_is_shown_to_those_who_may_order_it(self):
        pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='
        self.yoghurt.image_1920 = pixel
        self.milk.image_1920 = pixel
        self._create_authorization(self.dealer, product_ids=self.yoghurt.ids)
        self.assertTrue(self._get_product('YOG-1')['has_picture'])
        self._login()
        path = '/my/channel/pad/picture/'
        found = self.url_open(f'{path}{self.yoghurt.id}')
        self.assertEqual((found.status_code, found.headers['Content-Type']), (200, 'image/png'))
        with mute_logger('odoo.http'):
            foreign = self.url_open(f'{path}{self.milk.id}')
            missing = self.url_open(f'{path}{2**31 - 1}')
            self.assertEqual(self.url_open(f'{path}99999999999').status_code, 404)
        self.assertEqual((foreign.status_code, missing.status_code), (404, 404))

    def test_search_finds_own_codes_and_either_spelling_of_a_barcode(self):
        self.yoghurt.barcode = '4006381333931'
        self.env['channel.member.sku'].create({
            'member_id': self.store.id, 'code': 'MINE-7', 'product_id': self.milk.id})
        self._login()
        for search, sku in (('04006381333931', 'YOG-1'), ('MINE-7', 'MLK-1')):
            self.assertEqual([row['sku'] for row in self._ask('products', search=search)['products']], [sku])
        self._login('dealer_user')
        self.assertFalse(self._ask('products', search='MINE-7')['products'], "another member's code says nothing")

    def test_category_and_sort_are_white_listed(self):
        self.milk.categ_id = self.chilled
        self._login()
        self.assertEqual(
            [row['sku'] for row in self._ask('products', category=self.chilled.id)['products']], ['MLK-1'])
        by_price = [row['sku'] for row in self._ask('products', sort='price')['products']]
        self.assertLess(by_price.index('MLK-1'), by_price.index('YOG-1'))
        count = len(self._ask('products')['products'])
        for odd in ({'category': 'x', 'sort': 'x'}, {'category': 2**30}, {'category': 2**40}, {'sort': ['id; drop']},
                    {'category': True}):
            expected = 0 if odd.get('category') == 2**30 else count
            self.assertEqual(len(self._ask('products', **odd)['products']), expected)

    def test_products_of_another_company_are_not_offered(self):
        other = self.env['res.company'].create({'name': "Other"})
        self._create_goods('FOREIGN', 1, company_id=other.id, stock=())
        self.assertNotIn('FOREIGN', [row['sku'] for row in self.store._portal_get_products()['products']])

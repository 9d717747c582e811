import io
import json
from urllib.parse import quote

from lxml import etree
from openpyxl import load_workbook

from odoo.service.model import call_kw
from odoo.tests import HttpCase, new_test_user, tagged

from .test_insight import InsightCommon

STOCK = '/my/channel/stock'


@tagged('-at_install', 'post_install')
class TestStockPages(InsightCommon, HttpCase):
    """What a member sees of its own stock and of that below it; what nobody else sees."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for member, role in (
                (cls.store, 'warehouse'), (cls.dealer, 'owner'), (cls.agent, 'buyer'), (cls.store, 'finance')):
            cls._create_portal_user(member, f'{member.code.lower()}_{role}', role)

    def _fill(self):
        lot = self.env['stock.lot'].create({'name': "L-77", 'product_id': self.yoghurt.id})
        lot.expiration_date = '2026-01-01 00:00:00'
        self._open(100, days=90)
        self._open(7, product=self.yoghurt, lot_id=lot.id, days=5)
        self._open(40, member=self.dealer)
        self._open(9, member=self.rival_store, product=self._create_goods('SEC-1', 1))
        self._post(self._move('shipment', None, 'in_transit', 24))
        self._sell(*[(day, self.yoghurt, 3) for day in range(2)])
        self.Figure._count_all()

    def _get(self, login, path=''):
        if vars(self).get('login') != login:
            self.authenticate(login, login)
            self.login = login
        response = self.url_open(f'{STOCK}{path}')
        self.assertEqual(response.status_code, 200, path)
        return response

    def test_own_stock_by_product(self):
        self._fill()
        page = self._get('s1_warehouse').text
        for text in ("YOG-1", "MLK-1", "on the way", "near expiry", "slow", "XLSX"):
            self.assertIn(text, page)
        self.assertNotIn("SEC-1", page)
        self.assertNotIn("With all below", page, "nobody is below")

    def test_what_is_expired_or_broken_is_not_near_its_expiry(self):
        past, soon = self.env['stock.lot'].create(
            [{'name': name, 'product_id': self.yoghurt.id} for name in ("P", "S")])
        past.expiration_date, soon.expiration_date = self._at(3), self._at(-9)
        for qty, state, lot in ((4, 'expired', past), (2, 'damaged', soon), (11, 'available', soon)):
            self._post(self._move('opening', None, state, qty, product=self.yoghurt, lot_id=lot.id, days=5))
        row, = self.store._portal_read_stock('own', self.yoghurt.ids)
        self.assertEqual((row['expiring'], row['expires'].date()), (11, soon.expiration_date.date()))

    def test_search_and_tabs(self):
        self._fill()
        for query, found in (
                ('?search=mlk', {'MLK-1'}), ('?search=YOG', {'YOG-1'}), ('?search=nothing', set()),
                ('?show=transit', {'MLK-1'}), ('?show=expiry', {'YOG-1'}), ('?show=slow', {'MLK-1'}),
                ('?show=out', set()),
                ('?show=bogus&page=x&scope=%00&node=', {'MLK-1', 'YOG-1'}), ('?search=%00%27%22%5C', set()),
                ('?page=9999999', {'MLK-1', 'YOG-1'}), ('?page=2', {'MLK-1', 'YOG-1'})):
            page = self._get('s1_warehouse', query).text
            self.assertEqual(
                {code for code in ('MLK-1', 'YOG-1') if f'>{code}<' in page.replace('<span>', '')}, found, query)

    def test_product_with_lots_and_movements_in_words(self):
        self._fill()
        page = self._get('s1_warehouse', f'/{self.yoghurt.id}').text
        for text in ("L-77", "Opening stock", "Sold", "Sold a day", "Physical"):
            self.assertIn(text, page)
        page = self._get('s1_warehouse', f'/{self.milk.id}').text
        self.assertIn("Shipped to the member: In Transit", page)

    def test_paging_of_movements_keeps_whose_stock_it_is(self):
        self._fill()
        for query, link in (('?scope=all&page=2', '&amp;scope=all&amp;page=1"'), ('?page=2', '&amp;page=1"')):
            page = self._get('d1_owner', f'/{self.milk.id}{query}').text
            self.assertRegex(page, rf'/my/channel/stock/{self.milk.id}\?node=\d+{link}')

    def test_those_below_and_their_sums(self):
        self._fill()
        for login, own in (('d1_owner', '40'), ('a1_buyer', None)):
            page = self._get(login, '?scope=all').text
            self.assertIn("164", self._get(login, f'/{self.milk.id}?scope=all').text)
            self.assertIn("YOG-1", page)
            self.assertEqual(self._get(login).text.count('o_stock_row'), 1 if own else 0)
        below = self._get('a1_buyer', '/below').text
        self.assertIn("D1", below)
        self.assertIn(f'node={self.dealer.id}', below)
        page = self._get('a1_buyer', f'?node={self.store.id}').text
        self.assertIn("Stock of Company S1", page)
        holders = self._get('a1_buyer', f'/{self.milk.id}?scope=all').text
        self.assertIn("Who has it", holders)
        self.assertIn("Company S1", holders)

    def test_sums_of_a_line_hold_before_and_after_the_fold(self):
        self._fill()
        self._post(self._move('sale', 'available', None, 1))
        for _round in range(2):
            for login in ('d1_owner', 'a1_buyer'):
                self.assertIn("163", self._get(login, f'/{self.milk.id}?scope=all').text)
            self.Summary._fold()

    def test_foreign_looks_like_missing(self):
        self._fill()
        secret = self.env['product.product'].search([('default_code', '=', 'SEC-1')])
        missing = 2**31 - 2
        for path in ('?node={}', '/below?node={}', '/xlsx?node={}', f'/{self.milk.id}?node={{}}'):
            answers = [self._get('d1_owner', path.format(node))
                       for node in (self.rival_store.id, self.agent.id, missing, 2**40, 'x', '-1')]
            self.assertEqual(len({(answer.url, answer.status_code) for answer in answers}), 1, path)
        for product in (secret.id, missing, 2**40):
            self.assertTrue(self._get('d1_owner', f'/{product}').url.endswith(STOCK))

    def test_finance_does_not_see_stock(self):
        self._fill()
        self.assertTrue(self._get('s1_finance').url.endswith('/my/channel'))
        self.assertNotIn(STOCK, self.url_open('/my/channel/more').text)

    def test_tile_on_the_home_page(self):
        self._fill()
        self.authenticate('s1_warehouse', 's1_warehouse')
        self.assertIn(f'href="{STOCK}"', self.url_open('/my/channel').text.split('Under way')[0])

    def test_file_of_the_own_stock(self):
        self._fill()
        self.milk.product_tmpl_id.name = "=cmd|' /C calc'!A0"
        answer = self._get('s1_warehouse', '/xlsx')
        self.assertEqual(answer.headers['X-Content-Type-Options'], 'nosniff')
        rows = list(load_workbook(io.BytesIO(answer.content)).active.iter_rows())
        self.assertEqual([cell.value for cell in rows[0]][:4], ["Code", "Product", "Unit", "Available"])
        by_code = {row[0].value: row for row in rows[1:]}
        self.assertEqual((by_code['MLK-1'][3].value, by_code['MLK-1'][5].value), (100, 24))
        self.assertEqual((by_code['MLK-1'][1].data_type, by_code['MLK-1'][1].value), ('s', "=cmd|' /C calc'!A0"))

    def test_queries_stay_constant(self):
        self._fill()
        self.authenticate('d1_owner', 'd1_owner')
        paths = ('', '?scope=all', '/below', f'/{self.milk.id}', f'/{self.milk.id}?scope=all')
        few = {path: self._count(path) for path in paths}
        for number in range(12):
            store = self._create_member(f'S1{number}', 'store', self.dealer)
            self._open(3, member=store)
            self._open(3, member=self.dealer, product=self._create_goods(f'MORE-{number}', 1))
        self.Figure._count_all()
        for path in paths:
            self.assertLessEqual(self._count(path), few[path] + 2, path)
            self.assertLessEqual(self._count(path), 45, path)

    def _count(self, path):
        def fetch():
            self.env.invalidate_all()
            self.assertEqual(self.url_open(f'{STOCK}{path}').status_code, 200)
        fetch()
        before = self.cr.sql_log_count
        fetch()
        return self.cr.sql_log_count - before


@tagged('-at_install', 'post_install')
class TestDaysOfSupplyInLists(InsightCommon):
    """A list says nothing of how long it lasts where nothing sells: a 0 would say that it is out today."""

    def test_lists(self):
        for model, told_by in (
                ('channel.stock', 'daily_sales'), ('channel.stock.report', 'daily_sales'),
                ('channel.stock.figure', 'daily_sales'), ('channel.stock.day', 'daily_sales'),
                ('channel.stock.node', 'days_of_supply')):
            with self.subTest(model=model):
                arch = etree.fromstring(self.env[model].get_view(view_type='list')['arch'])
                field, = arch.xpath('//field[@name="days_of_supply"]')
                self.assertEqual(field.get('invisible'), f'not {told_by}')
                self.assertTrue(arch.xpath(f'//field[@name="{told_by}"]'))


@tagged('-at_install', 'post_install')
class TestStockExport(InsightCommon, HttpCase):
    """Files of headquarters' lists."""

    def _read(self, kind, domain='[]'):
        answer = self.url_open(f'/channel_inventory/export/{kind}?domain={quote(domain)}')
        if answer.status_code != 200:
            return answer.status_code
        return list(load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))

    def test_lists_as_files(self):
        new_test_user(self.env, 'boss', groups='distributor_portal.group_channel_manager')
        self.milk.standard_price = 2
        self._open(10)
        self.Figure._count_all()
        self.authenticate('boss', 'boss')
        rows = self._read('network', json.dumps([['tier_id', '!=', False]]))
        row = dict(zip(rows[0], rows[1], strict=True))
        self.assertEqual((len(rows), row["Level"], row["Physical"], row["Value at Cost"]), (2, "Store", 10, 20))
        rows = self._read('members', json.dumps([['physical', '>', 0]]))
        self.assertEqual((len(rows), rows[1][0]), (2, "S1 Company S1"))

    def test_what_sells_nowhere_has_no_days_of_supply(self):
        new_test_user(self.env, 'boss', groups='distributor_portal.group_channel_manager')
        self._open(10)
        self._open(20, product=self.yoghurt)
        self._open(4, member=self.dealer)
        self._sell(*[(day, self.yoghurt, 1) for day in range(14)])
        self.Figure._count_all()
        self.authenticate('boss', 'boss')
        titles, *rows = self._read('network', json.dumps([['tier_id', '=', self.store.tier_id.id]]))
        rows = [dict(zip(titles, row, strict=True)) for row in rows]
        supply = {bool(row["Daily Sales"]): row["Days Of Supply"] for row in rows}
        self.assertIsNone(supply[False], "not a 0, which would say that it is out today")
        self.assertGreater(supply[True], 0)
        titles, *rows = self._read('members', json.dumps([['physical', '>', 0]]))
        rows = [dict(zip(titles, row, strict=True)) for row in rows]
        self.assertEqual(
            {row["Member"][:2]: bool(row["Days of Supply"]) for row in rows}, {'S1': True, 'D1': False})
        self.assertNotIn(0, [row["Days of Supply"] for row in rows])

    def test_button_of_a_list_makes_the_file(self):
        new_test_user(self.env, 'boss', groups='distributor_portal.group_channel_manager')
        self._open(10)
        self._open(4, member=self.dealer)
        self.Figure._count_all()
        self.env.flush_all()
        self.authenticate('boss', 'boss')
        for model in ('channel.stock.report', 'channel.stock.node'):
            domain = [('tier_id', '!=', False), ('physical', '>', 0)]
            Model = self.env[model].with_user(self.env['res.users'].search([('login', '=', 'boss')]))
            rows = Model.search(domain)
            self.assertGreater(len(rows), 1, model)
            for ticked, count in ((rows[:1], 1), (rows.browse(), len(rows))):
                # As the client calls it: the ids of what is ticked come first, also where nothing is.
                action = call_kw(
                    Model, 'action_export', [ticked.ids], {'context': {'active_domain': [list(one) for one in domain]}})
                answer = self.url_open(action['url'])
                sheet = load_workbook(io.BytesIO(answer.content)).active
                self.assertEqual(sheet.max_row, count + 1, f"{model}: {len(ticked)} ticked")

    def test_rights_hold_in_files(self):
        new_test_user(self.env, 'desk', groups='distributor_portal.group_channel_user')
        new_test_user(self.env, 'nobody', groups='base.group_user')
        self._open(10)
        self.authenticate('desk', 'desk')
        self.assertNotIn("Value at Cost", self._read('network')[0])
        self.assertEqual(self._read('network', '[["value", ">", 1]]'), 403)
        self.authenticate('nobody', 'nobody')
        self.assertEqual(self._read('network'), 403)

    def test_what_is_no_filter_is_refused(self):
        new_test_user(self.env, 'boss', groups='distributor_portal.group_channel_manager')
        self.authenticate('boss', 'boss')
        for domain in ('', '{', '7', '[1]', '"x"', '[["bogus", "=", 1]]', '[["id", "bogus", 1]]', '[' * 3000):
            self.assertIn(self._read('network', domain), (400, 403, 422), domain[:20])

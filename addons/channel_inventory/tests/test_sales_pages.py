import re
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from odoo.addons.distributor_portal.tests.common import ChannelCommon

SALES = '/my/channel/sales'


@tagged('-at_install', 'post_install')
class TestSalesPages(ChannelCommon, HttpCase):
    """A store says what it sold: by product and day, until the month closes, or as a list."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls._create_portal_user(cls.store, 'clerk', 'warehouse')
        cls.today = fields.Date.context_today(cls.user)

    def setUp(self):
        super().setUp()
        self.authenticate('clerk', 'clerk')

    def _get(self, path=SALES):
        return self.url_open(path, allow_redirects=False)

    def _tokens(self):
        page = self._get().text
        return {name: re.search(rf'name="{name}" value="([^"]+)"', page)[1] for name in ('csrf_token', 'form_token')}

    def _save(self, quantities, day=None, **values):
        fields_ = {f'qty_{product.id}': qty for product, qty in quantities.items()}
        return self.url_open(SALES, data={
            **self._tokens(), 'day': str(day or self.today), **fields_, **values}, allow_redirects=False)

    def _upload(self, content, name='list.csv'):
        return self.url_open(f'{SALES}/upload', data=self._tokens(), files={'file': (name, content)})

    def _sold(self, product=None, member=None):
        sales = self.env['channel.sell.through'].search([
            ('member_id', '=', (member or self.store).id), ('product_id', '=', (product or self.milk).id)])
        return sum(sales.mapped('qty'))

    def test_day_is_reported_and_mended(self):
        answer = self._save({self.milk: '5', self.yoghurt: ''})
        self.assertEqual(answer.status_code, 303)
        self.assertIn('done=1', answer.headers['Location'])
        self.assertEqual(self._sold(), 5)
        self.assertRegex(self._get().text, rf'name="qty_{self.milk.id}"[^>]*value="5"')
        self.assertIn('done=0', self._save({self.milk: '5'}).headers['Location'])
        self._save({self.milk: '2,5'})
        self.assertEqual(self._sold(), 2.5)
        self._save({self.milk: '0'})
        self.assertEqual(self._sold(), 0)
        self._save({self.milk: '4'}, self.today - timedelta(days=1) if self.today.day > 1 else self.today)
        self.assertEqual(self._sold(), 4)
        self.assertFalse(self.env['channel.stock']._check())

    def test_second_tap_does_nothing(self):
        tokens = self._tokens()
        for qty in ('5', '9'):
            self.url_open(SALES, data={**tokens, 'day': str(self.today), f'qty_{self.milk.id}': qty})
        self.assertEqual(self._sold(), 5)

    def test_month_closes(self):
        self.company.channel_sales_close_day = 0
        answer = self._save({self.milk: '5'}, self.today.replace(day=1) - timedelta(days=1))
        self.assertIn('role="alert"', answer.text)
        answer = self._save({self.milk: '5'}, self.today + timedelta(days=1))
        self.assertIn('role="alert"', answer.text)
        self.assertEqual(self._sold(), 0)
        self.company.channel_sales_close_day = 28
        if self.today.day <= 28:
            self._save({self.milk: '5'}, self.today.replace(day=1) - timedelta(days=1))
            self.assertEqual(self._sold(), 5)

    def test_what_is_no_quantity_comes_back_with_the_reason(self):
        for text in ('x', '-1', '1e9', '1.2.3', 'NaN'):
            answer = self._save({self.milk: text})
            self.assertEqual(answer.status_code, 200)
            self.assertIn('role="alert"', answer.text)
            self.assertIn(f'value="{text}"', answer.text)
        self.assertEqual(self._sold(), 0)

    def test_products_that_are_none_of_its_own(self):
        other = self._create_goods('OTHER', 1)
        self.env['channel.authorization'].search([]).product_ids = [(6, 0, self.milk.ids)]
        self._save({other: '5', self.milk: '1'}, **{'qty_99999999': '3', 'qty_x': '2', 'qty_9999999999': '1'})
        self.assertEqual((self._sold(other), self._sold()), (0, 1))

    def test_odd_parameters(self):
        for query in ('?day=x', '?day=9999-12-31', '?day=0001-01-01', '?search=%00%25', '?search=' + 'a b ' * 60,
                      '?done=%3Cb%3E'):
            self.assertEqual(self._get(SALES + query).status_code, 200, query)

    def test_who_may(self):
        for role, status in (('owner', 200), ('buyer', 200), ('finance', 303)):
            user = self._create_portal_user(self.store, f'one_{role}', role)
            self.authenticate(user.login, user.login)
            self.assertEqual(self._get().status_code, status, role)
        self.authenticate(None, None)
        self.assertEqual(self._get().status_code, 303)

    def test_list_of_own_sales(self):
        text = f"date,member,sku,qty\n{self.today},S2,MLK-1,2\n{self.today},S2,MLK-1,3\n{self.today},S2,NOPE,1\n"
        page = self._upload(text.encode()).text
        self.assertIn('role="status"', page)
        self.assertEqual((self._sold(), self._sold(member=self.rival_store)), (5, 0))
        self.assertEqual(self.env['channel.feed.row'].search([]).reason, 'unknown_product')
        self.assertIn('role="alert"', self._upload(text.encode()).text, "the very same file")
        self._upload(text.replace(',3\n', ',4\n').encode())
        self.assertEqual(self._sold(), 6, "mended, it replaces itself")
        self.assertIn('5', self._get().text)

    def test_list_cannot_touch_rows_of_others(self):
        self.env['channel.sell.through'].channel_ingest([{
            'source': 'portal', 'external_key': 'K', 'member': 'S2', 'sku': 'MLK-1', 'qty': 7,
            'date': str(self.today)}])
        self._upload(f"key,date,member,sku,qty,source\nK,{self.today},S2,MLK-1,1,api\n".encode())
        self.assertEqual((self._sold(), self._sold(member=self.rival_store)), (1, 7))

    def test_files_that_are_no_lists(self):
        for content in (b'%PDF-1.4', b'', b'a,b\n1,2\n', b'PK\x03\x04'):
            answer = self._upload(content)
            self.assertEqual(answer.status_code, 200)
            self.assertIn('role="alert"', answer.text)

    def test_day_that_is_closed_cannot_be_reported_by_call_either(self):
        with self.assertRaises(UserError):
            self.store._portal_report_sales(self.today - timedelta(days=100), {self.milk.id: '1'})

    def test_queries_do_not_grow_with_the_products(self):
        def count():
            self._get()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._get()
            return self.cr.sql_log_count - before
        few = count()
        for number in range(12):
            product = self._create_goods(f'MORE-{number}', 1, stock=())
            self._save({product: '2'})
        many = count()
        self.assertLessEqual(many, few + 3)
        self.assertLessEqual(many, 45)

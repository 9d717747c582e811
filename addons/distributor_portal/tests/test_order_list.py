from datetime import timedelta
from io import BytesIO

from openpyxl import load_workbook

from odoo import fields
from odoo.tests import tagged

from .test_journey import JourneyCommon

PLENTY = 600


@tagged('-at_install', 'post_install')
class TestOrderList(JourneyCommon):
    """Finding an order again, and taking the list along."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = cls.env['sale.order'].browse(cls.env['sale.order'].channel_submit(
            [cls._prepare_order('D-1')])[0]['order_id'])
        cls.below = cls.env['sale.order'].browse(cls.env['sale.order'].channel_submit(
            [cls._prepare_order('S-1', 'S1', [('MLK-1', 5)])])[0]['order_id'])
        cls.foreign = cls.env['sale.order'].browse(cls.env['sale.order'].channel_submit(
            [cls._prepare_order('D-2', 'D2')])[0]['order_id'])
        cls.own.client_order_ref = 'MY-REF-77'

    def _shown(self, query='', user=None):
        self._login(user or self.dealer_user)
        page = self._page(f'orders?show=all&{query}')
        return {name for name, order in (('own', self.own), ('below', self.below), ('foreign', self.foreign))
                if f'/my/channel/orders/{order.id}"' in page}

    def test_search_and_filters(self):
        for query, found in (
                ('', {'own', 'below'}), (f'search={self.own.name}', {'own'}), ('search=ref-77', {'own'}),
                ('search=mlk-1', {'below'}), ('search=Company+S1', {'below'}), ('search=nothing', set()),
                (f'search={self.foreign.name}', set()), ('whose=own', {'own'}), ('whose=below', {'below'}),
                (f'whose={self.store.id}', {'below'}), (f'whose={self.rival_dealer.id}', set()),
                ('whose=999999999', set()), (f'tier={self.tiers["store"].id}', {'below'}),
                ('date_from=2099-01-01', set()), ('date_to=2001-01-01', set()),
                (f'date_from={fields.Date.today() - timedelta(days=2)}', {'own', 'below'}),
                ('late=1', set()), ('differs=1', set()), ('sort=amount', {'own', 'below'})):
            with self.subTest(query=query):
                self.assertEqual(self._shown(query), found)
        self.assertEqual(self._shown(user=self.store_user), {'below'})

    def test_late_and_different_ones(self):
        self.own.channel_parcel_ids.sudo().arrival_date = fields.Date.today() - timedelta(days=1)
        self.assertEqual(self._shown('late=1'), {'own'})
        picking = self._ship(self.own)
        picking._channel_receive({self.yoghurt.id: 11})
        self.assertEqual(self._shown('late=1'), set())
        self.assertEqual(self._shown('differs=1'), {'own'})

    def test_tabs_count_and_keep_the_filter(self):
        self._login(self.dealer_user)
        page = self._page('orders?show=waiting&search=MLK-1')
        self.assertIn('href="/my/channel/orders?show=all&amp;search=MLK-1"', page)
        self.assertIn('value="MLK-1"', page)
        counts = page.split('o_channel_tab_count">')[1:]
        self.assertEqual([count.split('<')[0] for count in counts], ['1', '1', '0', '0', '1'])

    def test_odd_parameters_are_no_error_of_ours(self):
        self._login(self.dealer_user)
        for query in ('search=%00', 'search=%25_%5C', 'whose=²', 'whose=x', 'whose=99999999999999999999', 'tier=-1',
                      'date_from=x', 'date_to=9999-99-99', 'date_from=0001-01-01', 'sort=id;drop', 'show=x',
                      'late=x', 'page=9', 'search[]=1', 'unknown=1'):
            for path in ('orders', 'orders/export/csv'):
                with self.subTest(query=query, path=path):
                    self.assertEqual(self.url_open(f'/my/channel/{path}?{query}').status_code, 200)

    # --- files

    def _export(self, form, query=''):
        response = self.url_open(f'/my/channel/orders/export/{form}?show=all&{query}')
        self.assertEqual(response.headers['X-Content-Type-Options'], 'nosniff')
        self.assertIn('attachment', response.headers['Content-Disposition'])
        return response.content

    def test_a_file_holds_what_the_list_shows(self):
        self._login(self.dealer_user)
        sheet = load_workbook(BytesIO(self._export('xlsx'))).active
        rows = list(sheet.iter_rows(values_only=True))
        self.assertEqual({row[0] for row in rows[1:]}, {self.own.name, self.below.name})
        self.assertIn("Amount", rows[0])
        self.assertEqual(len(list(load_workbook(BytesIO(self._export('xlsx', 'whose=own'))).active.rows)), 2)
        self._login(self.keeper_user)
        text = self._export('csv').decode('utf-8-sig')
        self.assertIn(self.below.name, text)
        self.assertNotIn("Amount", text, "whoever sees no money exports none")
        self.assertNotIn(f'{self.below.amount_total:.1f}', text)

    def test_no_cell_is_a_formula(self):
        self.own.client_order_ref = '=cmd|calc'
        self.store.partner_id.name = '@SUM(1)'
        self._login(self.dealer_user)
        text = self._export('csv').decode('utf-8-sig')
        self.assertIn("'=cmd|calc", text)
        self.assertIn("'@SUM(1)", text)
        for row in load_workbook(BytesIO(self._export('xlsx'))).active.iter_rows():
            self.assertFalse([cell for cell in row if cell.data_type == 'f'])

    # --- cost

    def _count(self, path):
        self._page(path)
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        self.assertTrue(self._page(path))
        return self.cr.sql_log_count - before

    def test_pages_ask_a_constant_number_of_questions(self):
        self._login(self.dealer_user)
        few = self._count('orders?show=all')
        for start in range(0, PLENTY, 100):
            self.env['sale.order'].sudo().create([{
                'partner_id': self.store.partner_id.id, 'channel_state': 'received', 'order_line': [
                    (0, 0, {'product_id': self.milk.id, 'product_uom_qty': 1})],
            } for _i in range(start, start + 100)])
        many = self._count('orders?show=all')
        self.assertLessEqual(many, few + 4)
        self.assertLessEqual(many, 45)
        self.assertLessEqual(self._count('orders?show=all&search=MLK'), 45)

    def test_an_order_of_200_lines_and_5_deliveries(self):
        """Three parcels, two of them in two deliveries."""
        self._login(self.dealer_user)
        small = self._count(f'orders/{self.own.id}')
        places = self.south | self.west | self._create_warehouse("East", 'EAS', '440306')
        skus = [self._create_goods(f'BIG-{i:03}', 1, stock=[(places[i % 3], 50)]).default_code for i in range(200)]
        order = self._confirmed('D-BIG', lines=[(sku, 1) for sku in skus])
        self.assertEqual(len(order.channel_parcel_ids), 3)
        for picking in order.picking_ids[:2]:
            for move in picking.move_ids[:10]:
                move.quantity, move.picked = 1, True
            picking.with_context(skip_backorder=True).button_validate()
        self.assertEqual(len(order.picking_ids), 5)
        big = self._count(f'orders/{order.id}')
        self.assertLessEqual(big, small + 3)
        self.assertLessEqual(big, 50)

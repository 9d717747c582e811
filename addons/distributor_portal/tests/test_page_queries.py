from odoo.tests import HttpCase, tagged

from .common import ChannelCommon

ORDERS_MORE, STORES_MORE, WAREHOUSES_MORE = 15, 6, 4


@tagged('-at_install', 'post_install')
class TestPageQueries(ChannelCommon, HttpCase):
    """What a page asks the database for does not grow with what is on it, nor with what is below the member."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dealer_user = cls._create_portal_user(cls.dealer, 'dealer_user')

    def _count(self, path, **params):
        """Queries of the page, warm. The server shares this test's cursor."""
        def fetch():
            self.env.invalidate_all()
            if params:
                return self.make_jsonrpc_request(path, params)
            response = self.url_open(path)
            self.assertEqual(response.status_code, 200)
            return response.text

        fetch()
        before = self.cr.sql_log_count
        fetch()
        return self.cr.sql_log_count - before

    def _count_all(self):
        pages = ('', '/orders?show=all', '/approvals', '/pad')
        return {
            **{page: self._count(f'/my/channel{page}') for page in pages},
            'products': self._count('/my/channel/pad/products', offset=0)}

    def test_pages_cost_the_same_with_more_on_them(self):
        (self.yoghurt | self.milk).taxes_id = self.env['account.tax'].create({
            'name': "VAT 13", 'amount': 13, 'amount_type': 'percent', 'type_tax_use': 'sale'})
        self._submit(self._prepare_order('S-0', 'S1'), self._prepare_order('D-0', 'D1'))
        self.authenticate('dealer_user', 'dealer_user')
        few = self._count_all()
        for i in range(WAREHOUSES_MORE):
            self._create_warehouse(f"More {i}", f'M{i}', '440306')
        for i in range(ORDERS_MORE):
            self._create_goods(f'MORE-{i}', 3)
        stores = [self._create_member(f'S1{i}', 'store', self.dealer, territories='4403', district='440305').code
                  for i in range(STORES_MORE)]
        answers = self._submit(*(
            self._prepare_order(f'M-{i}', (['D1', 'S1', *stores])[i % (STORES_MORE + 2)],
                                [('YOG-1', 12), (f'MORE-{i}', 1)]) for i in range(ORDERS_MORE)))
        self.assertNotIn('rejected', [answer['status'] for answer in answers])
        many = self._count_all()
        for page, count in many.items():
            with self.subTest(page=page):
                self.assertLessEqual(count, few[page] + 3)
                self.assertLessEqual(count, 45)

    def test_order_list_starts_from_the_members_below(self):
        """Beside the record rules, whose OR leads PostgreSQL through every order of the channel."""
        mine = self._submit_one('D-1', member='D1')[1] | self._submit_one('S-1', member='S1')[1]
        foreign = self._submit_one('D-2', member='D2')[1]
        domain = self.dealer._portal_get_orders_domain()
        self.assertEqual(self.env['sale.order'].search(domain), mine.sorted(lambda order: order.id, reverse=True))
        self.assertFalse(self.env['sale.order'].search(self.store._portal_get_orders_domain()) & foreign)
        self.authenticate('dealer_user', 'dealer_user')
        page = self.url_open('/my/channel/orders?show=all').text
        for order in mine:
            self.assertIn(order.name, page)
        self.assertNotIn(foreign.name, page)

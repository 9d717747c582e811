import json
import secrets

from odoo import http
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import ChannelCommon


@tagged('-at_install', 'post_install')
class TestPortal(ChannelCommon, HttpCase):
    """The dealer centre over real HTTP: what each page does, and what it refuses."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.store_user = cls._create_portal_user(cls.store, 'store_user')
        cls.dealer_user = cls._create_portal_user(cls.dealer, 'dealer_user')
        cls.warehouse_user = cls._create_portal_user(cls.store, 'warehouse_user', role='warehouse')
        cls.rival_user = cls._create_portal_user(cls.rival_store, 'rival_user')
        cls.rival_dealer_user = cls._create_portal_user(cls.rival_dealer, 'rival_dealer_user')

    def _order(self, number='S-1', member='S1'):
        return self._submit_one(number, member=member)[1]

    def _login(self, user):
        self.authenticate(user.login, user.login.ljust(8, 'x'))

    def _submit_pad(self, lines=None, token='token-0001', **more):
        if lines is None:
            lines = [{'product_id': self.yoghurt.id, 'qty': 12}]
        return self.make_jsonrpc_request('/my/channel/pad/submit', {'lines': lines, 'token': token, **more})

    def _post(self, path, **data):
        return self.url_open(path, data={
            'csrf_token': self.csrf_token(), 'form_token': secrets.token_urlsafe(16), **data}, allow_redirects=False)

    def csrf_token(self):
        return http.Request.csrf_token(self)

    def _assert_sent_away(self, path, user=None):
        if user:
            self._login(user)
        response = self.url_open(path, allow_redirects=False)
        self.assertEqual(response.status_code, 303, path)

    # --- pages

    def test_login_leads_to_the_dealer_centre(self):
        page = self.url_open('/web/login').text
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        response = self.url_open('/web/login', data={
            'login': 'store_user', 'password': 'store_user', 'csrf_token': token}, allow_redirects=False)
        self.assertTrue(response.headers['Location'].endswith('/my/channel'), response.headers['Location'])

    def test_every_page_opens(self):
        order = self._order()
        paths = (
            '', '/pad', f'/pad?again={order.id}', '/orders', '/orders?show=all', f'/orders/{order.id}', '/approvals',
            '/receive',
        )
        for user in (self.store_user, self.dealer_user):
            self._login(user)
            for path in paths:
                with self.subTest(user=user.login, path=path):
                    self.assertEqual(self.url_open('/my/channel' + path).status_code, 200)

    def test_stranger_is_led_away(self):
        self._login(new_test_user(self.env, 'stranger', groups='base.group_portal'))
        for path in ('', '/pad', '/orders', '/approvals', '/receive'):
            self._assert_sent_away('/my/channel' + path)
        self.assertEqual(self._submit_pad()['status'], 'rejected')
        self.assertEqual(self.make_jsonrpc_request('/my/channel/pad/products', {})['products'], [])

    def test_odd_parameters_are_no_error_of_ours(self):
        self._login(self.store_user)
        for path in (
            '/orders/99999999999999', '/orders/0', '/orders/-1', '/orders/abc', '/orders/page/99999999',
            '/orders?show=x', '/orders?page=x', '/orders/1%27',
            '/pad?again=99999999999999999999', '/pad?again=%00', '/pad?again=²', '/pad?search[]=1',
            '/receive/99999999999999', '/receive/x',
        ):
            with self.subTest(path=path), mute_logger('odoo.http'):
                self.assertLess(self.url_open('/my/channel' + path).status_code, 500)
        for params in ({'search': ['x'], 'offset': 'y', 'product_ids': 'z'}, {'offset': -1}, {'offset': 10**30},
                       {'product_ids': [True, 'x', 10**30, None]}, {'search': '%_\\' * 50}, {'unknown': 1}):
            with self.subTest(params=params):
                self.assertIn('products', self.make_jsonrpc_request('/my/channel/pad/products', params))

    # --- pad

    def test_pad_offers_what_the_member_may_order(self):
        self._create_authorization(self.dealer, product_ids=self.yoghurt.ids)
        self._login(self.store_user)
        products = self.make_jsonrpc_request('/my/channel/pad/products', {})['products']
        self.assertEqual([product['sku'] for product in products], ['YOG-1'])
        self.assertEqual((products[0]['price'], products[0]['multiple'], products[0]['free']), (10, 12, 100))
        self.assertNotIn('standard_price', products[0])

    def test_pad_sends_an_order(self):
        self._login(self.store_user)
        answer = self._submit_pad(note="Back door")
        order = self.env['sale.order'].browse(answer['order_id'])
        self.assertEqual((answer['status'], order.channel_state), ('held', 'upstream'))
        self.assertEqual((order.channel_member_id, order.channel_source_id.code), (self.store, 'portal'))
        self.assertIn("Back door", order.note)
        self.assertFalse(order.client_order_ref)

    def test_pad_sent_twice_is_one_order(self):
        self._login(self.store_user)
        first, second = self._submit_pad(), self._submit_pad()
        self.assertEqual((second['status'], second['order_id']), ('duplicate', first['order_id']))

    def test_pad_sent_twice_with_other_content_is_told_and_kept(self):
        self._login(self.store_user)
        first = self._submit_pad()
        other = [{'product_id': self.yoghurt.id, 'qty': 24}]
        second = self._submit_pad(other)
        self.assertEqual((second['status'], second['order_id'], second['url']), (
            'rejected', first['order_id'], first['url']))
        self.assertIn(first['name'], second['error'])
        third = self._submit_pad(other, token=second['next_token'])
        self.assertEqual(third['status'], 'held')
        self.assertNotEqual(third['order_id'], first['order_id'])

    def test_pad_sent_back_keeps_nothing_and_says_which_line(self):
        self._login(self.store_user)
        before = self.env['sale.order'].search_count([])
        answer = self._submit_pad([{'product_id': self.milk.id, 'qty': 1}, {'product_id': self.yoghurt.id, 'qty': 13}])
        self.assertEqual((answer['status'], answer['order_id']), ('rejected', False))
        self.assertEqual(answer['verdicts'][0]['line'], 1)
        self.assertEqual(self.env['sale.order'].search_count([]), before)
        mended = self._submit_pad([{'product_id': self.yoghurt.id, 'qty': 24}])
        self.assertEqual(mended['status'], 'held', "the same form may be sent again, mended")

    def test_pad_reads_nothing_but_products_and_quantities(self):
        self._login(self.store_user)
        answer = self._submit_pad([{
            'product_id': self.yoghurt.id, 'qty': 12, 'price': 0.01, 'price_unit': 0.01, 'discount': 100,
            'partner_id': self.rival_store.partner_id.id,
        }], partner_id=self.rival_store.partner_id.id, member='S2', channel_state='accepted', state='sale', user_id=2)
        order = self.env['sale.order'].browse(answer['order_id'])
        self.assertEqual((order.amount_total, order.channel_member_id, order.state), (120, self.store, 'sent'))

    def test_pad_takes_no_rubbish(self):
        self._login(self.store_user)
        for i, lines in enumerate((
                [], 'x', None, [{}], [{'product_id': 'x', 'qty': 1}], [{'product_id': self.yoghurt.id, 'qty': 'NaN'}],
                [{'product_id': self.yoghurt.id, 'qty': 12}, {'product_id': self.milk.id, 'qty': 'x'}],
                [{'product_id': True, 'qty': 1}], [{'product_id': 10**12, 'qty': 1}], {'0': 1})):
            with self.subTest(lines=lines):
                answer = self.make_jsonrpc_request('/my/channel/pad/submit', {'lines': lines, 'token': f'rubbish-{i}'})
                self.assertEqual(answer['status'], 'rejected')
        for token in ('', 'short', 'x' * 65, 7, None, ['token-0001']):
            with self.subTest(token=token):
                self.assertEqual(self._submit_pad(token=token)['status'], 'rejected')

    def test_product_outside_the_licence_is_unknown_to_the_pad(self):
        self._create_authorization(self.dealer, product_ids=self.yoghurt.ids)
        self._login(self.store_user)
        foreign = self._submit_pad([{'product_id': self.milk.id, 'qty': 1}])
        missing = self._submit_pad([{'product_id': 2**31 - 1, 'qty': 1}])
        texts = [answer['verdicts'][0]['message'].replace(str(id_), 'N') for answer, id_ in (
            (foreign, self.milk.id), (missing, 2**31 - 1))]
        self.assertEqual(*texts)

    def test_warehouse_staff_cannot_order(self):
        self._login(self.warehouse_user)
        self._assert_sent_away('/my/channel/pad')
        self.assertEqual(self._submit_pad()['status'], 'rejected')

    # --- orders

    def test_foreign_order_looks_like_a_missing_one(self):
        order = self._order()
        self._login(self.rival_user)
        foreign = self.url_open(f'/my/channel/orders/{order.id}', allow_redirects=False)
        missing = self.url_open('/my/channel/orders/2147483647', allow_redirects=False)
        self.assertEqual(
            (foreign.status_code, foreign.headers['Location']), (missing.status_code, missing.headers['Location']))

    def test_dealer_approves_in_the_portal(self):
        order = self._order()
        self._login(self.dealer_user)
        self.assertIn(order.name, self.url_open('/my/channel/approvals').text)
        self._post(f'/my/channel/orders/{order.id}/decide', decision='approve')
        self.assertEqual((order.channel_state, order.channel_approval_ids[0].user_id), ('hq', self.dealer_user))

    def test_dealer_refuses_with_a_reason(self):
        order = self._order()
        self._login(self.dealer_user)
        self._post(f'/my/channel/orders/{order.id}/decide', decision='refuse', reason="  ")
        self.assertEqual(order.channel_state, 'upstream', "a refusal says why")
        self._post(f'/my/channel/orders/{order.id}/decide', decision='refuse', reason="Overstocked")
        self.assertEqual((order.channel_state, order.channel_approval_ids[0].reason), ('cancelled', "Overstocked"))

    def test_nobody_else_decides(self):
        order = self._order()
        agent_user = self._create_portal_user(self.agent, 'agent_user')
        for user in (self.store_user, self.rival_dealer_user, self.rival_user, agent_user):
            with self.subTest(user=user.login):
                self._login(user)
                self._post(f'/my/channel/orders/{order.id}/decide', decision='approve')
                self.assertEqual(order.channel_state, 'upstream')

    def test_store_takes_its_waiting_order_back(self):
        order = self._order()
        for user in (self.dealer_user, self.rival_user, self.warehouse_user):
            self._login(user)
            self._post(f'/my/channel/orders/{order.id}/cancel')
            self.assertEqual(order.channel_state, 'upstream')
        self._login(self.store_user)
        self._post(f'/my/channel/orders/{order.id}/cancel')
        self.assertEqual(order.channel_state, 'cancelled')

    def test_confirmed_order_is_not_taken_back_in_the_portal(self):
        order = self._submit_one('D-1')[1]
        self._login(self.dealer_user)
        self._post(f'/my/channel/orders/{order.id}/cancel')
        self.assertEqual(order.channel_state, 'confirmed')

    def test_post_without_a_token_is_refused(self):
        order = self._order()
        self._login(self.dealer_user)
        for path in (f'orders/{order.id}/decide', f'orders/{order.id}/cancel', 'receive/1', 'switch'):
            with mute_logger('odoo.http'):
                response = self.url_open(f'/my/channel/{path}', data={'decision': 'approve'}, allow_redirects=False)
            self.assertEqual(response.status_code, 400, path)
        self.assertEqual(order.channel_state, 'upstream')

    def test_staff_notes_and_silent_verdicts_are_not_on_the_page(self):
        self.rules['pack'].lane = 'signal'
        order = self._submit_one('S-1', member='S1', lines=[('YOG-1', 13)])[1]
        self.store.note = "<p>watch this one</p>"
        self._login(self.store_user)
        page = self.url_open(f'/my/channel/orders/{order.id}').text
        self.assertNotIn("packs of 12", page)
        self.assertNotIn("watch this one", page)

    def test_warehouse_staff_sees_no_money(self):
        order = self._order()
        self._login(self.warehouse_user)
        for path in ('', '/orders', f'/orders/{order.id}'):
            self.assertNotIn("120.00", self.url_open('/my/channel' + path).text)

    # --- receive

    def _shipped(self):
        order = self._submit_one('S-1', member='S1')[1]
        order.with_user(self.dealer_user).sudo()._channel_decide('upstream', True)
        order.action_channel_approve()
        return order, self._ship(order)

    def test_store_scans_in(self):
        order, picking = self._shipped()
        self._login(self.warehouse_user)
        self.assertIn(picking.name, self.url_open('/my/channel/receive').text)
        self.assertIn('YOG-1', self.url_open(f'/my/channel/receive/{picking.id}').text)
        self._post(f'/my/channel/receive/{picking.id}', **{
            f'qty_{self.yoghurt.id}': '11', f'damaged_{self.yoghurt.id}': '2', 'note': "Wet", 'member_id': '1',
            f'qty_{self.milk.id}': '5', 'state': 'x'})
        line = order.channel_receipt_ids.line_ids
        self.assertEqual((line.product_id, line.received_qty, line.damaged_qty), (self.yoghurt, 11, 2))
        self.assertEqual((order.channel_state, order.channel_receipt_ids.user_id), ('received', self.warehouse_user))
        self._post(f'/my/channel/receive/{picking.id}', **{f'qty_{self.yoghurt.id}': '12'})
        self.assertEqual(len(order.channel_receipt_ids), 1)
        self.assertEqual(order.invoice_ids.state, 'posted')

    def test_rubbish_is_not_booked(self):
        order, picking = self._shipped()
        self._login(self.store_user)
        for values in ({'qty': 'x'}, {'qty': '-1'}, {'qty': 'nan'}, {'qty': '1e99'}, {'qty': '1', 'damaged': '2'}):
            with self.subTest(values=values):
                response = self._post(f'/my/channel/receive/{picking.id}', **{
                    f'{name}_{self.yoghurt.id}': value for name, value in values.items()})
                self.assertEqual(response.status_code, 200)
                self.assertFalse(order.channel_receipt_ids)

    def test_nobody_else_receives(self):
        order, picking = self._shipped()
        for user in (self.rival_user, self.dealer_user):
            self._login(user)
            self._assert_sent_away(f'/my/channel/receive/{picking.id}')
            self._post(f'/my/channel/receive/{picking.id}', **{f'qty_{self.yoghurt.id}': '12'})
            self.assertFalse(order.channel_receipt_ids)

    def test_person_of_two_members_chooses_for_which_it_acts(self):
        second = self._create_member('S3', 'store', self.dealer, territories='4403')
        self.store_user.partner_id.parent_id = second.partner_id
        self.env['channel.member.user'].create({'member_id': second.id, 'user_id': self.store_user.id})
        self._login(self.store_user)
        self._post('/my/channel/switch', member_id=str(second.id))
        self.assertIn('S3', self.url_open('/my/channel').text)
        self._post('/my/channel/switch', member_id=str(self.rival_store.id))
        self.assertNotIn('S2', json.dumps(self.url_open('/my/channel').text))

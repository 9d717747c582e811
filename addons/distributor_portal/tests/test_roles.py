import json
import secrets
from urllib.parse import urlsplit

from odoo import http
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .test_journey import JourneyCommon


@tagged('-at_install', 'post_install')
class TestRoles(JourneyCommon):
    """A role holds for its member, on whichever page: Odoo's own ones too."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._create_member('S3', 'store', cls.dealer, territories='4403', district='440305')
        answers = cls.env['sale.order'].channel_submit([
            cls._prepare_order('S-1', 'S1'), cls._prepare_order('S-2', 'S3')])
        cls.order, cls.other_order = (cls.env['sale.order'].browse(answer['order_id']) for answer in answers)

    def _open(self, path, **options):
        return self.url_open(path, allow_redirects=False, **options)

    def _call(self, path, **params):
        return self._open(path, headers={'Content-Type': 'application/json'}, data=json.dumps({
            'jsonrpc': '2.0', 'params': params})).json()['result']

    # --- Odoo's own pages

    def test_orders_of_the_channel_open_in_the_dealer_centre(self):
        for user in (self.keeper_user, self.store_user):
            self._login(user)
            answer = self._open(f'/my/orders/{self.order.id}')
            self.assertEqual(answer.status_code, 303)
            self.assertTrue(answer.headers['Location'].endswith(f'/my/channel/orders/{self.order.id}'))
        self.authenticate(None, None)
        answer = self._open(f'/my/orders/{self.order.id}?access_token={self.order._portal_ensure_token()}')
        self.assertEqual(answer.status_code, 303, "a token of Odoo's shows no prices of the channel either")

    def test_nobody_declines_or_signs_on_odoos_page(self):
        state = self.order.channel_state
        self._login(self.store_user)
        self._open(f'/my/orders/{self.order.id}/decline', data={
            'csrf_token': http.Request.csrf_token(self), 'decline_message': "No"})
        answer = self._call(f'/my/orders/{self.order.id}/accept', name="Me", signature='R0lGODlhAQABAAAAACw=')
        self.assertIn('error', answer)
        self.assertEqual((self.order.channel_state, self.order.state in ('cancel', 'sale')), (state, False))

    def test_odoos_lists_show_amounts_to_those_who_see_money(self):
        order = self._confirmed('D-1')
        keeper = self._create_portal_user(self.dealer, 'keeper_d1', role='warehouse')
        for user, is_listed in ((self.dealer_user, True), (keeper, False)):
            self._login(user)
            self.assertEqual(f'/my/orders/{order.id}' in self._open('/my/orders').text, is_listed, user.login)

    def _invoice(self):
        order = self._confirmed('D-1')
        self._ship(order)
        invoice = order.sudo()._create_invoices()
        invoice.action_post()
        return invoice

    def _find_as(self, user, record):
        return record.with_user(user).search([('id', 'in', record.ids)])

    def test_invoices_open_in_the_dealer_centre(self):
        invoice = self._invoice()
        own = f'/my/channel/invoices/{invoice.id}'
        token = invoice._portal_ensure_token()
        for role, page in (('finance', own), ('buyer', own), ('warehouse', '/my')):
            user = self._create_portal_user(self.dealer, f'{role}_d1', role=role)
            self._login(user)
            with self.subTest(role=role):
                for query in ('', f'?access_token={token}'):
                    answer = self._open(f'/my/invoices/{invoice.id}{query}')
                    self.assertEqual(urlsplit(answer.headers['Location']).path, page)
                answer = self._open(f'/my/invoices/{invoice.id}?report_type=pdf&download=1')
                self.assertEqual(urlsplit(answer.headers['Location']).path, f'{own}/pdf' if page == own else page)
                answer = self._call_refused(
                    f'/invoice/transaction/{invoice.id}', access_token=token, provider_id=1, payment_method_id=1)
                self.assertIn('ValidationError', answer)
        self.authenticate(None, None)
        answer = self._open(f'/my/invoices/{invoice.id}?access_token={token}')
        self.assertEqual(answer.status_code, 200, "whoever was sent a link without a login has no other page")

    @mute_logger('odoo.http')
    def _call_refused(self, path, **params):
        return self._open(path, headers={'Content-Type': 'application/json'}, data=json.dumps({
            'jsonrpc': '2.0', 'params': params})).json()['error']['data']['name']

    def test_overdue_invoices_are_paid_in_the_dealer_centre(self):
        self._login(self.dealer_user)
        answer = self._open('/my/invoices/overdue')
        self.assertIn('/my/channel/invoices?show=overdue', answer.headers['Location'])
        self.assertIn('ValidationError', self._call_refused('/invoice/transaction/overdue', payment_reference='x'))

    def test_odoos_list_of_invoices_is_for_those_who_see_what_is_owed(self):
        invoice = self._invoice()
        for role, is_listed in (('owner', True), ('finance', True), ('buyer', False), ('warehouse', False)):
            user = self._create_portal_user(self.dealer, f'{role}_d1', role=role)
            self._login(user)
            with self.subTest(role=role):
                self.assertEqual(f'/my/invoices/{invoice.id}' in self._open('/my/invoices').text, is_listed)
                counts = self._call('/my/counters', counters=['invoice_count', 'overdue_invoice_count'])
                self.assertEqual(bool(counts['invoice_count']), is_listed)
                self.assertEqual(bool(self._find_as(user, invoice)), is_listed)
                self.assertEqual(bool(self._find_as(user, invoice.line_ids)), is_listed)
                link = self.env['channel.member.user'].search([('user_id', '=', user.id)])
                link.role = 'warehouse' if is_listed else 'finance'
                self.assertEqual(bool(self._find_as(user, invoice)), not is_listed, "a new role holds at once")

    def test_people_outside_the_channel_read_their_invoices_as_ever(self):
        customer = self.env['res.partner'].create({'name': "Walk-in"})
        user = new_test_user(self.env, 'walk_in', groups='base.group_portal', partner_id=customer.id)
        invoice = self.init_invoice('out_invoice', partner=customer, products=self.milk, post=True)
        self.assertEqual(self._find_as(user, invoice), invoice)
        self._login(user)
        self.assertEqual(self._open(f'/my/invoices/{invoice.id}').status_code, 200)

    # --- a person with several members

    def _join_other(self, user, role):
        user.partner_id.parent_id = self.other.partner_id
        self.env['channel.member.user'].create({'member_id': self.other.id, 'user_id': user.id, 'role': role})
        self._login(user)

    def test_prices_are_shown_of_the_member_whose_role_sees_them(self):
        """Warehouse at one store, buyer at another."""
        self._join_other(self.keeper_user, 'buyer')
        for order, is_shown in ((self.order, False), (self.other_order, True)):
            amount = f'{order.amount_total:,.2f}'
            self.assertEqual(amount in self._page_of(order), is_shown)
            answer = self._open(f'/my/channel/orders/{order.id}/pdf')
            self.assertEqual(answer.status_code, 200 if is_shown else 303)
        self.order.order_line.price_unit = 77.13
        self.assertNotEqual(self.order.amount_total, self.other_order.amount_total)
        for path in ('orders?show=all', 'orders/export/csv?show=all'):
            page = self._page(path).replace(',', '')
            self.assertNotIn(f'{self.order.amount_total:.2f}', page, path)
            self.assertIn(f'{self.other_order.amount_total:.2f}'.rstrip('0'), page, path)

    def test_page_acts_for_the_member_it_was_made_for(self):
        """Two windows: in one the user goes on with what was opened before switching in the other."""
        self._join_other(self.store_user, 'owner')
        page = self._page('pad')
        self.assertIn(f'name="acting_for" value="{self.store.id}"', page)
        self._post('switch', member_id=self.other.id)
        lines = [{'product_id': self.milk.id, 'qty': 5}]
        for acting_for, member in ((str(self.store.id), self.store), (str(self.dealer.id), self.other),
                                   ('x', self.other), (None, self.other)):
            answer = self._call(
                '/my/channel/pad/submit', lines=lines, token=secrets.token_urlsafe(16), acting_for=acting_for)
            order = self.env['sale.order'].browse(answer['order_id'])
            self.assertEqual(order.channel_member_id, member, acting_for)

    # --- pages by number

    def test_pages_by_odd_numbers(self):
        self._login(self.dealer_user)
        for path in ('orders', 'claims'):
            for page in ('²', '9' * 5000, '-1', 'x', '999999999', '١'):
                self.assertEqual(self._open(f'/my/channel/{path}?page={page}').status_code, 200, (path, page[:9]))

import re

from odoo.exceptions import UserError
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from .common_money import MoneyCommon


@tagged('-at_install', 'post_install')
class TestMoneyPayments(MoneyCommon, HttpCase):
    """Paying over real HTTP: what the page shows is what is paid, once, and it lifts a hold."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider = cls._create_provider()
        cls.credit.write({'holds_overdue': True, 'grace_days': 7})

    def _open(self, query):
        """What the payment form on the page would send: (route, parameters)."""
        page = self._get(f'/pay?{query}').text

        def read(name):
            return re.search(rf'data-{name}="([^"]*)"', page).group(1)

        return read('transaction-route'), {
            'provider_id': self.provider.id, 'payment_method_id': self.method.id, 'token_id': None,
            'amount': float(read('amount')), 'flow': 'redirect', 'tokenization_requested': False,
            'landing_route': read('landing-route'), 'is_validation': False, 'access_token': read('access-token'),
            'csrf_token': 'x'}

    def _start(self, query, **changes):
        route, params = self._open(query)
        with mute_logger('odoo.http'):
            answer = self.make_jsonrpc_request(route, {**params, **changes})
        return self.env['payment.transaction'].search([('reference', '=', answer['reference'])])

    def _finish(self, payment):
        payment._set_done()
        payment._post_process()
        self.env.invalidate_all()

    def _refused(self, query, **changes):
        before = self.env['payment.transaction'].search_count([])
        with self.assertRaises(JsonRpcException):
            self._start(query, **changes)
        self.assertEqual(self.env['payment.transaction'].search_count([]), before)

    def test_overdue_invoice_is_paid_and_the_hold_lifts(self):
        self._login(self.finance)
        self.assertTrue(self.credit.is_on_hold)
        answer, held = self._submit_one('HELD-1')
        self.assertIn('overdue', self._rules_broken(answer))
        payment = self._start('show=overdue')
        self.assertEqual(payment.partner_id, self.dealer.partner_id)
        self.assertEqual((payment.amount, payment.invoice_ids, payment.channel_user_id), (60, self.late, self.finance))
        self._finish(payment)
        self.assertEqual((self.late.amount_residual, self.next.amount_residual), (0, 40.5))
        self.assertFalse(self.credit.is_on_hold)
        self.assertNotIn('overdue', self._rules_broken(self._submit_one('FREE-1')[0]))
        self._assert_exact()
        page = self.url_open(payment.landing_route).text
        self.assertIn("your payment is in", page)
        self.assertIn("Nothing holds your orders", page)
        self.assertTrue(held)

    def test_several_invoices_and_a_part_of_one(self):
        self._login(self.owner)
        payment = self._start(f'invoice={self.late.id}&invoice={self.next.id}')
        self.assertEqual(payment.amount, 100.5)
        payment._set_canceled()
        part = self._start(f'invoice={self.late.id}&amount=12.34')
        self._finish(part)
        self.assertAlmostEqual(self.late.amount_residual, 47.66)
        self.assertTrue(self.credit.is_on_hold, "a part is not all")

    def test_on_account_goes_to_the_oldest_and_the_rest_stays(self):
        self._login(self.finance)
        page = self._get('/pay?account=1&amount=150').text
        self.assertIn("Stays on your account", page)
        self.assertIn("49.50", page)
        payment = self._start('account=1&amount=150')
        self.assertEqual(payment.invoice_ids, self.late | self.next)
        self._finish(payment)
        self.assertEqual((self.late.amount_residual, self.next.amount_residual), (0, 0))
        self.assertAlmostEqual(self.credit.payment_amount, -49.5)
        self._assert_exact()

    def test_smaller_advance_pays_the_oldest(self):
        self._login(self.finance)
        payment = self._start('account=1&amount=20')
        self._finish(payment)
        self.assertEqual((self.late.amount_residual, self.next.amount_residual), (40, 40.5))

    def test_more_than_is_open_is_refused(self):
        self._login(self.finance)
        page = self._get(f'/pay?invoice={self.late.id}&amount=60.01').text
        self.assertIn("more than the", page)
        self.assertNotIn('data-transaction-route', page)

    def test_amounts_that_make_no_sense_are_ignored(self):
        self._login(self.finance)
        for amount in ('-5', '0', 'nan', '1e9', 'x', '0.001', '9' * 30, '%00'):
            with self.subTest(amount=amount):
                response = self._get(f'/pay?invoice={self.late.id}&amount={amount}')
                self.assertEqual(response.status_code, 200)
                if 'data-amount' in response.text:
                    self.assertIn('data-amount="60.0"', response.text)

    def test_nothing_of_the_payment_can_be_changed(self):
        self._login(self.finance)
        query = f'invoice={self.late.id}'
        for changes in ({'amount': 0.01}, {'amount': '60.0x'}, {'amount': None}, {'access_token': 'x'},
                        {'access_token': None}, {'provider_id': 0}, {'provider_id': '1'}, {'flow': 'x'},
                        {'payment_method_id': 0}, {'flow': 'token', 'token_id': 999999},
                        {'flow': 'token', 'token_id': None}):
            with self.subTest(changes=changes):
                self._refused(query, **changes)

    def test_address_of_another_plan_is_refused(self):
        self._login(self.finance)
        route, params = self._open(f'invoice={self.late.id}')
        other = route.replace(str(self.late.id), str(self.next.id))
        for path in (other, route.replace('invoices-', 'account-'), route[:-1] + 'x',
                     re.sub('start/[^/]+', 'start/' + 'A' * 22, route)):
            with self.subTest(path=path), self.assertRaises(JsonRpcException), mute_logger('odoo.http'):
                self.make_jsonrpc_request(path, params)
        self.assertFalse(self.env['payment.transaction'].search_count([('channel_member_id', '!=', False)]))

    def test_extra_keys_are_ignored(self):
        self._login(self.finance)
        extra = {f'key_{i}': i for i in range(30)}
        payment = self._start(
            f'invoice={self.late.id}', **extra, partner_id=1, currency_id=1, state='done', invoice_ids=[[6, 0, []]],
            reference='mine', is_validation=True, operation='refund', landing_route='https://evil.example',
            custom_create_values={'state': 'done'}, company_id=99)
        self.assertEqual((payment.state, payment.partner_id, payment.amount), ('draft', self.dealer.partner_id, 60))
        self.assertEqual(payment.landing_route, f'/my/channel/pay/{payment.id}')
        self.assertEqual(payment.operation, 'online_redirect')

    def test_same_page_twice_is_one_payment(self):
        self._login(self.finance)
        route, params = self._open(f'invoice={self.late.id}')
        answers = [self.make_jsonrpc_request(route, params)['reference'] for _tap in range(2)]
        self.assertEqual(answers[0], answers[1])
        self.assertEqual(self.late.transaction_ids.mapped('reference'), answers[:1])

    def test_two_tabs_pay_once(self):
        self._login(self.finance)
        tabs = [self._open('show=overdue'), self._open(f'invoice={self.late.id}&invoice={self.next.id}')]
        self.make_jsonrpc_request(*tabs[0])
        for state in ('draft', 'pending', 'done'):
            payment = self.late.transaction_ids
            if state != 'draft':
                getattr(payment, f'_set_{state}')()
            with self.subTest(state=state), self.assertRaises(JsonRpcException), mute_logger('odoo.http'):
                self.make_jsonrpc_request(*tabs[1])
        payment._post_process()
        with self.assertRaises(JsonRpcException), mute_logger('odoo.http'):
            self.make_jsonrpc_request(*tabs[1])
        self.assertEqual(len(self.late.transaction_ids), 1)

    def test_paid_meanwhile_is_not_paid_again(self):
        self._login(self.finance)
        route, params = self._open(f'invoice={self.late.id}')
        self._pay(self.late)
        with self.assertRaises(JsonRpcException), mute_logger('odoo.http'):
            self.make_jsonrpc_request(route, params)
        self.assertFalse(self.late.transaction_ids)

    def test_abandoned_payment_does_not_stand_in_the_way_for_long(self):
        self._login(self.finance)
        first = self._start('show=overdue')
        self._refused('show=overdue')
        self.env.cr.execute(
            "UPDATE payment_transaction SET create_date = create_date - interval '11 minutes' WHERE id = %s",
            [first.id])
        self.env.invalidate_all()
        self.assertTrue(self._start('show=overdue'))

    def test_states_are_told(self):
        self._login(self.finance)
        payment = self._start('show=overdue')
        for state, text in (('pending', "on its way"), ('error', "has failed")):
            payment._set_error("No money") if state == 'error' else payment._set_pending()
            page = self._get(f'/pay/{payment.id}').text
            self.assertIn(text, page)
            self.assertIn(payment.reference, self._get('/payments').text)
        self.assertIn("Try again", page)
        payment = self._start('show=overdue')
        payment._set_canceled()
        self.assertIn("cancelled", self._get(f'/pay/{payment.id}').text)

    def test_pending_payment_takes_the_invoice_out_of_the_list(self):
        self._login(self.finance)
        self._start('show=overdue')._set_pending()
        self.assertIn("Nothing is left to pay", self._get(f'/pay?invoice={self.late.id}').text)
        self.assertIn("on its way", self._get(f'/invoices/{self.late.id}').text)

    def test_failed_payment_can_be_tried_again(self):
        self._login(self.finance)
        self._start('show=overdue')._set_error("No")
        self.assertTrue(self._start('show=overdue'))

    def test_others_pay_nothing_of_it(self):
        self._login(self.finance)
        route, params = self._open(f'invoice={self.late.id}')
        payment = self._start(f'invoice={self.next.id}')
        for user in (self.buyer, self.rival, self.agent_user):
            self._login(user)
            with self.subTest(user=user.login), self.assertRaises(JsonRpcException), mute_logger('odoo.http'):
                self.make_jsonrpc_request(route, params)
            self._assert_like_missing(f'/pay/{payment.id}', '/pay/999999')
            self.assertNotIn(self.late.name, self._get(f'/pay?invoice={self.late.id}').text)
        self.assertFalse(self.late.transaction_ids)

    def test_unpublished_provider_is_not_offered(self):
        self._login(self.finance)
        self.provider.is_published = False
        page = self._get(f'/pay?invoice={self.late.id}').text
        self.assertIn("not set up online payment", page)
        self.assertNotIn('data-transaction-route', page)

    def test_payment_in_another_currency_is_not_offered(self):
        foreign = self._create_invoice(self.dealer, 10, due_days=-20, currency_id=self.setup_other_currency('EUR').id)
        self.assertNotIn(foreign, self.dealer.sudo()._portal_get_payable())
        with self.assertRaises(UserError):
            self.dealer.sudo()._portal_plan_payment(foreign.browse())

    def test_invoice_of_another_own_member_is_paid_by_that_member(self):
        self.env['res.partner'].flush_model()
        self.finance.partner_id.parent_id = self.store.partner_id
        self.env['channel.member.user'].create({
            'member_id': self.store.id, 'user_id': self.finance.id, 'role': 'finance'})
        self._login(self.finance)
        payment = self._start(f'invoice={self.store_invoice.id}')
        self.assertEqual((payment.partner_id, payment.amount), (self.store.partner_id, 33))

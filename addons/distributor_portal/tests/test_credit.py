from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ChannelCommon


@tagged('-at_install', 'post_install')
class TestCredit(ChannelCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.credit = cls._create_credit(cls.dealer, 300)

    def test_order_takes_credit_and_a_cancelled_one_gives_it_back(self):
        _answer, order = self._submit_one()
        self.assertEqual(
            (order.channel_credit_amount, self.credit.used_amount, self.credit.left_amount), (120, 120, 180))
        order._action_cancel()
        self.assertEqual((order.channel_credit_amount, self.credit.used_amount), (0, 0))

    def test_order_beyond_the_limit_is_sent_back(self):
        self._submit_one('C-1', lines=[('YOG-1', 24)])
        answer, order = self._submit_one('C-2')
        self.assertEqual((answer['status'], self._rules_broken(answer)), ('rejected', ['credit']))
        self.assertIn("60.00", answer['verdicts'][0]['message'])
        self.assertEqual((order.channel_credit_amount, self.credit.used_amount), (0, 240))

    def test_limit_itself_may_be_used_up(self):
        answer, _order = self._submit_one(lines=[('MLK-1', 60)])
        self.assertEqual((answer['status'], self.credit.left_amount), ('accepted', 0))

    def test_earlier_order_of_a_batch_takes_the_credit(self):
        answers = self._submit(*(self._prepare_order(f'C-{i}') for i in range(3)))
        self.assertEqual([answer['status'] for answer in answers], ['accepted', 'accepted', 'rejected'])
        self.assertEqual(self.credit.used_amount, 240)

    def test_order_sent_back_takes_nothing_from_the_next(self):
        answers = self._submit(
            self._prepare_order('C-1', lines=[('YOG-1', 13)]), self._prepare_order('C-2', lines=[('YOG-1', 24)]))
        self.assertEqual([answer['status'] for answer in answers], ['rejected', 'accepted'])

    def test_waiting_order_holds_credit(self):
        self._set_stock(self.milk, self.south, 0)
        self._set_stock(self.milk, self.west, 0)
        answer, _order = self._submit_one(lines=[('MLK-1', 40)])
        self.assertEqual((answer['status'], self.credit.used_amount), ('held', 200))

    def test_checked_again_counts_once(self):
        self._set_stock(self.milk, self.south, 0)
        self._set_stock(self.milk, self.west, 0)
        _answer, order = self._submit_one(lines=[('MLK-1', 40)])
        order.action_channel_check()
        self.assertEqual((order.channel_state, self.credit.used_amount), ('hq', 200))

    def test_payment_frees_credit_and_taken_back_binds_it(self):
        _answer, order = self._submit_one()
        self._ship(order)
        invoice = order._create_invoices()
        invoice.action_post()
        self.assertEqual(self.credit.used_amount, 120, "invoiced is still owed")
        self._pay(invoice, 50)
        self.assertEqual(self.credit.used_amount, 70)
        invoice.line_ids.remove_move_reconcile()
        self.assertEqual(self.credit.used_amount, 70, "paid, if not allocated")
        self.env['account.payment'].search([('partner_id', '=', self.dealer.partner_id.id)]).action_draft()
        self.assertEqual(self.credit.used_amount, 120)
        self._pay(invoice)
        self.assertEqual((invoice.amount_residual, self.credit.used_amount), (0, 0))

    def test_credit_note_against_the_invoice_frees_credit(self):
        _answer, order = self._submit_one()
        self._ship(order)
        invoice = order._create_invoices()
        invoice.action_post()
        wizard = self.env['account.move.reversal'].with_context(
            active_model='account.move', active_ids=invoice.ids).create({'journal_id': invoice.journal_id.id})
        refund = self.env['account.move'].browse(wizard.refund_moves()['res_id'])
        refund.invoice_line_ids.quantity = 3
        refund.action_post()
        (invoice | refund).line_ids.filtered(
            lambda line: line.account_id.account_type == 'asset_receivable').reconcile()
        self.assertEqual((invoice.amount_residual, self.credit.used_amount), (90, 90))

    def test_order_in_another_currency_takes_its_worth(self):
        euro = self.env.ref('base.EUR')
        euro.active = True
        self.env['res.currency.rate'].create({'currency_id': euro.id, 'rate': 0.5, 'name': '2020-01-01'})
        self.dealer.pricelist_id = self.env['product.pricelist'].create({'name': "Euro", 'currency_id': euro.id})
        _answer, order = self._submit_one()
        self.assertEqual((order.currency_id, order.amount_total), (euro, 60))
        self.assertEqual((order.channel_credit_amount, self.credit.used_amount), (120, 120))

    def test_headquarters_may_go_beyond_where_a_rule_asks_it(self):
        self.rules['credit'].lane = 'approve'
        answer, order = self._submit_one(lines=[('YOG-1', 60)])
        self.assertEqual((answer['status'], self.credit.used_amount, self.credit.left_amount), ('held', 600, 0))
        order.action_channel_approve()
        self.assertEqual(order.channel_state, 'confirmed')

    def test_lowered_limit_stands_and_lets_nothing_more_through(self):
        _answer, order = self._submit_one()
        self.credit.limit_amount = 50
        answer, _order = self._submit_one('C-2', lines=[('MLK-1', 1)])
        self.assertEqual(answer['status'], 'rejected')
        order._action_cancel()
        self.assertEqual((self.credit.used_amount, self.credit.ceiling_amount), (0, 50))
        answer, _order = self._submit_one('C-3', lines=[('MLK-1', 10)])
        self.assertEqual(answer['status'], 'accepted')

    @mute_logger('odoo.sql_db')
    def test_database_itself_refuses_an_overdraft(self):
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self.env['channel.credit.line']._add({self.credit.id: 301})

    def test_counters_are_not_written_by_hand(self):
        for values in ({'used_amount': 0}, {'ceiling_amount': 10**6}):
            with self.assertRaises(AccessError):
                self.credit.write(values)
        with self.assertRaises(AccessError):
            self.env['channel.credit.line'].create({'member_id': self.agent.id, 'limit_amount': 1, 'used_amount': -5})

    def test_member_without_a_line_orders_freely_unless_the_rule_requires_one(self):
        answer, _order = self._submit_one('C-1', member='A1')
        self.assertEqual(answer['status'], 'accepted')
        self.rules['credit'].params_text = '{"line_required": true}'
        answer, _order = self._submit_one('C-2', member='A1')
        self.assertEqual(self._rules_broken(answer), ['credit'])

    def test_nightly_check_finds_and_mends_a_wrong_counter(self):
        self._submit_one()
        self.env.flush_all()
        self.env.cr.execute("UPDATE channel_credit_line SET used_amount = 7 WHERE id = %s", [self.credit.id])
        self.env.invalidate_all()
        self.assertEqual(self.env['channel.credit.line']._cron_check(), 1)
        self.assertEqual(self.credit.used_amount, 120)
        self.assertEqual(self.env['channel.credit.line']._cron_check(), 0)

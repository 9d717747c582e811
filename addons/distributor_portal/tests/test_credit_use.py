import random

from psycopg2.errors import CheckViolation

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_credit import CreditCommon


@tagged('-at_install', 'post_install')
class TestCreditUse(CreditCommon):
    """What takes credit: each thing once, whatever becomes of it."""

    def test_order_moves_from_part_to_part_and_never_counts_twice(self):
        _answer, order = self._submit_one()
        self.assertEqual(self._get_components(), (120, 0, 0, 0, 0))
        self._ship(order)
        self.assertEqual(self._get_components(), (0, 120, 0, 0, 0))
        invoice = order._create_invoices()
        self.assertEqual(self._get_components(), (0, 120, 0, 0, 0), "a draft is no debt yet")
        invoice.action_post()
        self.assertEqual(self._get_components(), (0, 0, 120, 0, 0))
        payment = self._create_payment(self.dealer, 120)
        self.assertEqual(self._get_components(), (0, 0, 120, 0, -120))
        self._reconcile(invoice, payment.move_id)
        self.assertEqual(self._get_components(), (0, 0, 0, 0, 0))
        self._assert_exact()

    def test_invoice_without_an_order_counts(self):
        invoice = self._create_invoice(self.dealer, 250)
        self.assertEqual(self.credit.used_amount, 250)
        answer, _order = self._submit_one()
        self.assertEqual(self._rules_broken(answer), ['credit'])
        invoice.button_draft()
        self.assertEqual(self.credit.used_amount, 0)
        self._assert_exact()

    def test_credit_note_and_payment_in_advance_give_room(self):
        self._create_invoice(self.dealer, 40, move_type='out_refund')
        self._create_payment(self.dealer, 100)
        self.assertEqual((self.credit.used_amount, self.credit.left_amount), (-140, 440))
        answer, _order = self._submit_one(lines=[('MLK-1', 88)])
        self.assertEqual((answer['status'], self.credit.left_amount), ('accepted', 0))
        self.assertEqual(self._get_components(), (440, 0, 0, -40, -100))

    def test_debts_of_others_do_not_count(self):
        self._create_invoice(self.rival_dealer, 250)
        self._create_invoice(self.store, 250)
        self.assertEqual(self.credit.used_amount, 0)

    def test_bill_of_a_supplier_is_no_debt_of_a_member(self):
        self.env['account.move'].create({
            'move_type': 'in_invoice', 'partner_id': self.dealer.partner_id.id, 'invoice_date': self.today,
            'invoice_line_ids': [Command.create({'name': "Service", 'price_unit': 99, 'tax_ids': False})],
        }).action_post()
        self.assertEqual(self.credit.used_amount, 0)

    def test_contact_of_the_member_is_the_member(self):
        contact = self.env['res.partner'].create({'name': "Shop 2", 'parent_id': self.dealer.partner_id.id})
        self._create_invoice(self.dealer, 60, partner_id=contact.id)
        self.assertEqual(self.credit.used_amount, 60)

    def test_what_is_called_off_takes_no_credit(self):
        _answer, order = self._submit_one(lines=[('MLK-1', 40)])
        picking = order.picking_ids
        picking.move_ids.write({'quantity': 10, 'picked': True})
        picking.with_context(skip_backorder=True, picking_ids_not_to_backorder=picking.ids).button_validate()
        self.assertEqual(self._get_components(), (0, 50, 0, 0, 0))
        self._assert_exact()

    def test_rest_that_follows_stays_held(self):
        _answer, order = self._submit_one(lines=[('MLK-1', 40)])
        picking = order.picking_ids
        picking.move_ids.write({'quantity': 10, 'picked': True})
        picking.with_context(skip_backorder=True).button_validate()
        self.assertEqual(self._get_components(), (150, 50, 0, 0, 0))
        order._create_invoices().action_post()
        self.assertEqual(self._get_components(), (150, 0, 50, 0, 0))
        self._assert_exact()

    def test_down_payment_counts_once(self):
        _answer, order = self._submit_one()
        wizard = self.env['sale.advance.payment.inv'].with_context(
            active_model='sale.order', active_ids=order.ids).create({
                'advance_payment_method': 'percentage', 'amount': 25})
        advance = wizard._create_invoices(order)
        advance.action_post()
        self.assertEqual(self._get_components(), (90, 0, 30, 0, 0))
        self._pay(advance)
        self.assertEqual(self._get_components(), (90, 0, 0, 0, 0))
        self._ship(order)
        order._create_invoices(final=True).action_post()
        self.assertEqual(self._get_components(), (0, 0, 90, 0, 0))
        self._assert_exact()

    def test_confirmed_order_does_not_grow_beyond_the_limit(self):
        _answer, order = self._submit_one(lines=[('MLK-1', 40)])
        order.order_line.product_uom_qty = 50
        self.assertEqual((order.channel_credit_amount, self.credit.used_amount), (250, 250))
        with self.assertRaises(CheckViolation), mute_logger('odoo.sql_db'), self.env.cr.savepoint():
            order.order_line.product_uom_qty = 61

    def test_line_given_later_counts_what_is_there(self):
        self.credit.unlink()
        self._submit_one(lines=[('MLK-1', 20)])
        self._create_invoice(self.dealer, 30)
        credit = self._create_credit(self.dealer, 50)
        self.assertEqual((credit.used_amount, credit.ceiling_amount), (130, 130))
        answer, _order = self._submit_one('C-2', lines=[('MLK-1', 1)])
        self.assertEqual(self._rules_broken(answer), ['credit'])

    def test_line_put_away_counts_nothing_and_catches_up(self):
        self.credit.active = False
        answer, _order = self._submit_one(lines=[('MLK-1', 100)])
        self.assertEqual(answer['status'], 'accepted')
        self.credit.active = True
        self.assertEqual(self.credit.used_amount, 500)
        self._assert_exact()

    def test_invoice_in_another_currency_counts_its_worth(self):
        euro = self.env.ref('base.EUR')
        euro.active = True
        self.env['res.currency.rate'].create({'currency_id': euro.id, 'rate': 0.5, 'name': '2020-01-01'})
        self._create_invoice(self.dealer, 60, currency_id=euro.id)
        self.assertEqual(self.credit.used_amount, 120)
        self._assert_exact()

    def test_credit_belongs_to_the_company_of_its_member(self):
        other = self.env['res.company'].create({'name': "Other"})
        with self.assertRaises(ValidationError):
            self.env['channel.credit.line'].create({
                'member_id': self.agent.id, 'company_id': other.id, 'limit_amount': 1})

    # --- shared with the upstream

    def _share(self, limit=None):
        self.tiers['store'].needs_hq_approval = False
        self.dealer.reviews_downstream = False
        self.store.shares_upstream_credit = True
        return self._create_credit(self.store, limit) if limit else None

    def test_order_must_fit_into_both_lines(self):
        own = self._share(200)
        answer, _order = self._submit_one('B-1', member='S1')
        self.assertEqual((answer['status'], own.used_amount, self.credit.used_amount), ('accepted', 120, 120))
        answer, _order = self._submit_one('B-2', member='S1')
        self.assertEqual(self._rules_broken(answer), ['credit'], "its own has 80 left")
        self.assertIn("80.00", answer['verdicts'][0]['message'])
        answer, _order = self._submit_one('B-3', lines=[('MLK-1', 30)])
        self.assertEqual((answer['status'], self.credit.left_amount), ('accepted', 30))
        answer, _order = self._submit_one('B-4', member='S1', lines=[('MLK-1', 10)])
        self.assertEqual(self._rules_broken(answer), ['credit'], "the dealer's has 30 left")
        self._assert_exact(own, self.credit)

    def test_store_does_not_learn_what_its_upstream_has_left(self):
        self._share(10_000)
        answer, _order = self._submit_one(member='S1', lines=[('MLK-1', 61)])
        verdict = answer['verdicts'][0]
        self.assertEqual((verdict['rule'], verdict['measured'], verdict['limit']), ('credit', '305.00', False))
        self.assertNotIn("300", str(verdict))

    def test_member_without_a_line_uses_that_of_its_upstream_alone(self):
        self._share()
        answer, order = self._submit_one(member='S1')
        self.assertEqual((answer['status'], self.credit.used_amount), ('accepted', 120))
        self.assertEqual(order.channel_credit_line_id, self.credit)
        self._ship(order)
        order._create_invoices().action_post()
        self.assertEqual(self._get_components(), (0, 0, 120, 0, 0))
        self.assertEqual(self.credit.pool_member_ids, self.dealer | self.store)
        self._assert_exact()

    def test_sharing_ends_where_a_member_does_not_share(self):
        agents = self._create_credit(self.agent, 10_000)
        self._share()
        self._submit_one(member='S1')
        self.assertEqual(agents.used_amount, 0)
        self.dealer.shares_upstream_credit = True
        self.assertEqual((agents.used_amount, self.credit.used_amount), (120, 120))
        self.assertEqual(
            self.env['channel.credit.line']._get_line_ids_for(self.store | self.dealer), (agents | self.credit).ids
            if agents.id < self.credit.id else (self.credit | agents).ids)
        self.store.shares_upstream_credit = False
        self.assertEqual((agents.used_amount, self.credit.used_amount), (0, 0))
        self._assert_exact(agents, self.credit)

    def test_moved_member_takes_its_debts_along(self):
        self._share()
        rivals = self._create_credit(self.rival_dealer, 500)
        self._create_invoice(self.store, 70)
        self.assertEqual((self.credit.used_amount, rivals.used_amount), (70, 0))
        self.store.upstream_id = self.rival_dealer
        self.assertEqual((self.credit.used_amount, rivals.used_amount), (0, 70))
        self._assert_exact(rivals, self.credit)

    # --- exact, and at a fixed price

    def _get_query_count(self, orders):
        self.env.flush_all()
        self.env.invalidate_all()
        rules = self.env['channel.rule']._get_rules_in_force()
        before = self.env.cr.sql_log_count
        lines = self.env['channel.credit.line']._get_locked_lines(orders.channel_member_id)
        orders._channel_judge_credit(rules, lines, set())
        orders._channel_refresh_credit()
        return self.env.cr.sql_log_count - before

    def test_queries_do_not_grow_with_orders_or_members(self):
        self._share(10**6)
        self.credit.limit_amount = 10**6
        members = self.store
        for number in range(12):
            member = self._create_member(f'S9{number}', 'store', self.dealer, '4403', shares_upstream_credit=True)
            self._create_credit(member, 10**6)
            members |= member
        answers = self._submit(*(
            self._prepare_order(f'{member.code}-{i}', member=member.code) for member in members for i in range(2)))
        orders = self.env['sale.order'].browse([answer['order_id'] for answer in answers])
        self.assertEqual({answer['status'] for answer in answers}, {'accepted'})
        few, many = orders[:1], orders
        self._get_query_count(few)
        self.assertLessEqual(self._get_query_count(many), self._get_query_count(few) + 2)
        self.assertLessEqual(self._get_query_count(many), 25)

    def test_components_of_many_lines_cost_the_same_queries(self):
        lines = self.credit
        for number in range(10):
            lines |= self._create_credit(self._create_member(f'D9{number}', 'dealer', self.agent), 10)
        names = ['open_order_amount', 'overdue_amount', 'left_amount']

        def count(some):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some.read(names)
            return self.env.cr.sql_log_count - before
        count(lines)
        self.assertLessEqual(count(lines), count(self.credit) + 2)

    def test_counter_stays_exact_through_a_random_walk(self):
        walk = _Walk(self, random.Random(20261122))
        for _step in range(60):
            walk.step()
            walk.check()
        self._assert_exact(self.credit, walk.own)
        self.assertGreater(len(walk.taken), 8, "the walk took too few kinds of steps to prove anything")


class _Walk:
    """A random history of two members: orders, deliveries, invoices, payments, credit notes, cancellations."""

    def __init__(self, case, random_):
        self.case, self.random, self.number, self.taken = case, random_, 0, set()
        case.credit.limit_amount = 3000
        case._share()
        self.own = case._create_credit(case.store, 2000)
        self.orders = case.env['sale.order']
        self.invoices = self.payments = case.env['account.move']
        self.steps = [
            getattr(self, name) for name in dir(self) if name.startswith('_do_') for _weight in range(3 if name in (
                '_do_order', '_do_ship', '_do_invoice', '_do_pay') else 1)]

    def step(self):
        while not (chosen := self.random.choice(self.steps))():
            pass
        self.taken.add(chosen.__name__)

    def check(self):
        case = self.case
        case.env.flush_all()
        for line in (case.credit, self.own):
            case.assertAlmostEqual(sum(case._get_components(line)), line.used_amount, 2, self.taken)
        case.assertEqual(case.env['channel.credit.line']._find_differences(), {})

    def _pick(self, records, **conditions):
        found = records.filtered(lambda record: all(record[name] == value for name, value in conditions.items()))
        return self.random.choice(found) if found else found

    def _do_order(self):
        self.number += 1
        answer, order = self.case._submit_one(
            f'W-{self.number}', member=self.random.choice(('D1', 'S1')),
            lines=[('MLK-1', self.random.randrange(1, 80)), ('YOG-1', 12 * self.random.randrange(1, 4))])
        self.orders |= order
        return True

    def _do_ship(self):
        order = self._pick(self.orders, channel_state='confirmed')
        pickings = order.picking_ids.filtered(lambda picking: picking.state not in ('done', 'cancel'))
        for move in pickings.move_ids:
            move.quantity = self.random.choice((1, move.product_uom_qty, move.product_uom_qty))
            move.picked = True
        never = pickings.ids if self.random.random() < .5 else []
        pickings.with_context(skip_backorder=True, picking_ids_not_to_backorder=never).button_validate()
        return bool(pickings)

    def _do_invoice(self):
        order = self._pick(self.orders, invoice_status='to invoice')
        if order:
            invoice = order._create_invoices()
            invoice.action_post()
            self.invoices |= invoice
        return bool(order)

    def _do_pay(self):
        invoice = self._pick(self.invoices, state='posted', payment_state='not_paid')
        if invoice and invoice.amount_residual > 2:
            amount = self.random.choice((invoice.amount_residual, round(invoice.amount_residual / 2, 2)))
            self.payments |= self.case._pay(invoice, amount).move_id
        return bool(invoice)

    def _do_pay_ahead(self):
        member = self.random.choice((self.case.dealer, self.case.store))
        self.payments |= self.case._create_payment(member, self.random.randrange(1, 200)).move_id
        return True

    def _do_allocate(self):
        invoice = self._pick(self.invoices, state='posted')
        payment = self._pick(self.payments, state='posted', partner_id=invoice.partner_id)
        if invoice and payment and invoice.amount_residual:
            self.case._reconcile(invoice, payment)
        return bool(payment)

    def _do_take_payment_back(self):
        payment = self._pick(self.payments, state='posted')
        if payment:
            payment.button_draft()
        return bool(payment)

    def _do_credit_note(self):
        invoice = self._pick(self.invoices, state='posted', payment_state='not_paid')
        if invoice:
            refund = invoice._reverse_moves([{'invoice_date': self.case.today}])
            refund.invoice_line_ids[:1].quantity = 1
            refund.action_post()
            if self.random.random() < .5 and invoice.amount_residual and refund.amount_residual:
                self.case._reconcile(invoice, refund)
        return bool(invoice)

    def _do_unpost(self):
        invoice = self._pick(self.invoices, state='posted', payment_state='not_paid')
        if invoice:
            invoice.button_draft()
        return bool(invoice)

    def _do_post_again(self):
        invoice = self._pick(self.invoices, state='draft')
        if invoice:
            invoice.action_post()
        return bool(invoice)

    def _do_cancel(self):
        order = self._pick(self.orders, channel_state=self.random.choice(('confirmed', 'hq')))
        if order:
            order._action_cancel()
        return bool(order)

    def _do_invoice_without_order(self):
        self.invoices |= self.case._create_invoice(
            self.random.choice((self.case.dealer, self.case.store)), self.random.randrange(1, 99))
        return True

from freezegun import freeze_time
from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common_credit import CreditCommon


@tagged('-at_install', 'post_install')
class TestCreditTerms(CreditCommon):
    """Temporary raises, policies, and the hold on who does not pay."""

    # --- raises

    def test_raise_counts_from_its_first_to_its_last_day(self):
        self._create_raise(100, start=1, end=2).with_user(self.manager).action_approve()
        for days, status, expected in ((0, 'upcoming', 'rejected'), (1, 'in_force', 'accepted'),
                                       (2, 'in_force', 'accepted'), (3, 'expired', 'rejected')):
            self.env.invalidate_all()
            with self.subTest(days=days), self._freeze(days):
                self.assertEqual(self.credit.raise_ids.status, status)
                answer, order = self._submit_one(f'R-{days}', lines=[('MLK-1', 80)])
                self.assertEqual(answer['status'], expected)
                order._action_cancel()

    def _freeze(self, days):
        return freeze_time(f'{self._day(days)} 12:00:00', tick=True)

    def test_raise_that_is_over_does_not_let_the_database_overdraw(self):
        self._create_raise(100, end=1).with_user(self.manager).action_approve()
        self.assertEqual((self.credit.ceiling_amount, self.credit.left_amount), (400, 400))
        with (self._freeze(2), mute_logger('odoo.sql_db'), self.assertRaises(CheckViolation),
              self.env.cr.savepoint()):
            self.env['channel.credit.line']._add({self.credit.id: 301})
        with self._freeze(2):
            self.env['channel.credit.line']._cron_check()
        self.assertEqual(self.credit.ceiling_amount, 300)

    def test_raise_that_waits_or_was_refused_gives_nothing(self):
        waiting = self._create_raise(100)
        self.assertEqual(self.credit.left_amount, 300)
        waiting.decision_note = "Pay first"
        waiting.with_user(self.manager).action_refuse()
        self.assertEqual((waiting.state, self.credit.left_amount), ('refused', 300))

    def test_nobody_approves_what_he_asked_for(self):
        own = self._create_raise(user=self.manager)
        with self.assertRaises(UserError):
            own.action_approve()
        with self.assertRaises(AccessError):
            self._create_raise().with_user(self.desk).action_approve()
        with mute_logger('odoo.sql_db'), self.assertRaises(CheckViolation), self.env.cr.savepoint():
            own.sudo().write({'state': 'approved', 'decided_by': self.manager.id})
            own.flush_recordset()

    def test_refusal_says_why(self):
        with self.assertRaises(UserError):
            self._create_raise().with_user(self.manager).action_refuse()

    def test_decision_is_not_written_by_hand_nor_changed(self):
        waiting = self._create_raise()
        for values in ({'state': 'approved'}, {'requested_by': self.manager.id}, {'decided_by': self.manager.id}):
            with self.assertRaises(AccessError):
                waiting.with_user(self.manager).write(values)
        with self.assertRaises(AccessError):
            self._create_raise(state='approved')
        wanted = {'state': 'approved', 'decided_by': self.manager.id}
        for name, value in wanted.items():
            self.env['ir.default'].with_user(self.desk).set('channel.credit.raise', name, value, user_id=True)
        context = {f'default_{name}': value for name, value in wanted.items()}
        for raises in (self.env['channel.credit.raise'], self.env['channel.credit.raise'].with_context(**context)):
            wishful = raises.with_user(self.desk).create({
                'line_id': self.credit.id, 'amount': 100, 'date_to': self._day(10), 'reason': "More"})
            self.assertEqual((wishful.state, wishful.decided_by.id, wishful.requested_by), (
                'requested', False, self.desk))
        waiting.with_user(self.manager).action_approve()
        with self.assertRaises(UserError):
            waiting.with_user(self.manager).amount = 10**6
        with self.assertRaises(UserError):
            waiting.with_user(self.manager).action_approve()
        with self.assertRaises(UserError):
            waiting.with_user(self.manager).unlink()

    def test_bad_raises_are_refused(self):
        for values in ({'amount': 0}, {'amount': -5}, {'start': 5, 'end': 4}):
            with (self.subTest(values=values), mute_logger('odoo.sql_db'), self.assertRaises(CheckViolation),
                  self.env.cr.savepoint()):
                self._create_raise(**values)
        for values in ({'start': -9, 'end': -1}, {'end': 400}):
            with self.subTest(values=values), self.assertRaises(ValidationError), self.env.cr.savepoint():
                self._create_raise(**values)

    def test_raise_ended_early_cancels_nothing_and_lets_nothing_more_through(self):
        granted = self._create_raise(100)
        granted.with_user(self.manager).action_approve()
        _answer, order = self._submit_one(lines=[('MLK-1', 80)])
        with self.assertRaises(AccessError):
            granted.with_user(self.desk).action_withdraw()
        granted.with_user(self.manager).action_withdraw()
        self.assertEqual((order.state, self.credit.used_amount, self.credit.left_amount), ('sale', 400, 0))
        answer, _order = self._submit_one('C-2', lines=[('MLK-1', 1)])
        self.assertEqual(self._rules_broken(answer), ['credit'])

    # --- hold

    def _hold(self, grace=7):
        self.credit.write({'holds_overdue': True, 'grace_days': grace})

    def test_overdue_invoice_holds_orders_until_it_is_paid(self):
        self._hold()
        invoice = self._create_invoice(self.dealer, 50, due_days=-8)
        answer, order = self._submit_one('H-1', lines=[('MLK-1', 1)])
        self.assertEqual((answer['status'], self._rules_broken(answer)), ('rejected', ['overdue']))
        for part in (invoice.name, str(self._day(-8)), "8 days"):
            self.assertIn(part, answer['verdicts'][0]['message'])
        self.assertIn("50.00", answer['verdicts'][0]['fix'])
        self.assertEqual((order.channel_credit_amount, self.credit.used_amount), (0, 50))
        self.assertTrue(self.credit.is_on_hold)
        self.assertIn(self.credit, self.env['channel.credit.line'].search([('is_on_hold', '=', True)]))
        self._pay(invoice)
        self.env.invalidate_all()
        self.assertFalse(self.credit.is_on_hold)
        self.assertNotIn(self.credit, self.env['channel.credit.line'].search([('is_on_hold', '=', True)]))
        answer, _order = self._submit_one('H-2', lines=[('MLK-1', 1)])
        self.assertEqual(answer['status'], 'accepted')

    def test_grace_and_dispute_and_money_on_the_way_do_not_hold(self):
        self._hold()
        in_grace = self._create_invoice(self.dealer, 50, due_days=-7)
        self.assertFalse(self.credit.is_on_hold)
        disputed = self._create_invoice(self.dealer, 50, due_days=-40)
        self.env.invalidate_all()
        self.assertTrue(self.credit.is_on_hold)
        disputed.no_followup = True
        self.env.invalidate_all()
        self.assertFalse(self.credit.is_on_hold)
        disputed.no_followup = False
        self._create_payment(self.dealer, 50)
        self.env.invalidate_all()
        self.assertFalse(self.credit.is_on_hold, "money not yet allocated covers the oldest")
        self.assertTrue(in_grace.amount_residual)

    def test_line_that_does_not_hold_lets_orders_through(self):
        self._create_invoice(self.dealer, 50, due_days=-99)
        answer, _order = self._submit_one(lines=[('MLK-1', 1)])
        self.assertEqual(answer['status'], 'accepted')
        self.assertEqual((self.credit.overdue_amount, self.credit.overdue_days), (50, 99))

    def test_hold_of_the_upstream_holds_who_draws_on_it_and_names_nothing(self):
        self._hold()
        self.store.shares_upstream_credit = True
        invoice = self._create_invoice(self.dealer, 50, due_days=-30)
        answer, _order = self._submit_one(member='S1')
        self.assertEqual(self._rules_broken(answer), ['overdue'])
        self.assertNotIn(invoice.name, str(answer))
        self.store.shares_upstream_credit = False
        answer, _order = self._submit_one('H-2', member='S1')
        self.assertEqual(answer['status'], 'held', "by the tier's approval alone")

    # --- policies

    def _create_policy(self, **values):
        return self.env['channel.credit.policy'].create({
            'name': "Small shops", 'tier_id': self.tiers['store'].id, 'limit_amount': 500, **values})

    def test_policy_gives_limit_terms_grace_and_hold(self):
        policy = self._create_policy(grace_days=5)
        action = (self.store | self.dealer).action_give_credit()
        line = self.env['channel.credit.line'].search(action['domain'])
        self.assertEqual((line.member_id, line.policy_id), (self.store, policy))
        self.assertEqual((line.limit_amount, line.grace_days, line.holds_overdue), (500, 5, True))
        self.assertEqual(self.store.partner_id.property_payment_term_id, policy.payment_term_id)
        invoice = self.env['account.move'].create({'move_type': 'out_invoice', 'partner_id': self.store.partner_id.id})
        self.assertEqual(invoice.invoice_payment_term_id, policy.payment_term_id)

    def test_closest_policy_wins(self):
        self._create_policy(tier_id=False)
        self._create_policy()
        closest = self._create_policy(segment='vip', limit_amount=900, sequence=99)
        self.store.segment = 'vip'
        found = self.env['channel.credit.policy']._find_for(self.store | self.rival_store | self.agent)
        self.assertEqual(found[self.store], closest)
        self.assertEqual((found[self.rival_store].tier_id, found[self.agent].tier_id), (
            self.tiers['store'], self.env['channel.tier']))

    def test_terms_agreed_for_one_member_stand_against_the_policy(self):
        self._create_policy()
        line = self._create_credit(self.store, 40)
        self.assertEqual((line.limit_amount, line.policy_id.limit_amount), (40, 500))
        line.grace_days = 30
        self.assertEqual((line.limit_amount, line.grace_days), (40, 30))

    def test_form_fills_in_the_policy(self):
        self._create_policy()
        with Form(self.env['channel.credit.line'].with_context(default_member_id=self.store.id)) as form:
            self.assertEqual(form.limit_amount, 500)

    def test_without_a_fitting_policy_nothing_is_given(self):
        with self.assertRaises(UserError):
            self.agent.action_give_credit()

    def test_bad_terms_are_refused(self):
        for values in ({'grace_days': -1}, {'limit_amount': -1}):
            with mute_logger('odoo.sql_db'), self.assertRaises(CheckViolation), self.env.cr.savepoint():
                self.credit.write(values)
                self.credit.flush_recordset()
            with mute_logger('odoo.sql_db'), self.assertRaises(CheckViolation), self.env.cr.savepoint():
                self._create_policy(**values)

    def test_board_filters_by_share_used(self):
        Line = self.env['channel.credit.line']
        self._create_invoice(self.dealer, 250)
        self.assertIn(self.credit, Line.search([('used_rate', '>=', 0.8)]))
        self._create_raise(100).with_user(self.manager).action_approve()
        self.assertNotIn(self.credit, Line.search([('used_rate', '>=', 0.8)]))

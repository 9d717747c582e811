from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common import ChannelCommon

DESK = 'distributor_portal.group_channel_user'


class ApprovalCommon(ChannelCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.desk_group = cls.env.ref(DESK)
        cls.store_user = cls._create_portal_user(cls.store, 'store_user')
        cls.store_finance = cls._create_portal_user(cls.store, 'store_finance', role='finance')
        cls.dealer_user = cls._create_portal_user(cls.dealer, 'dealer_user')
        cls.dealer_buyer = cls._create_portal_user(cls.dealer, 'dealer_buyer', role='buyer')
        cls.dealer_warehouse = cls._create_portal_user(cls.dealer, 'dealer_warehouse', role='warehouse')
        cls.desk, cls.second, cls.third = (cls._create_desk(login) for login in ('desk', 'second', 'third'))
        cls.seller = new_test_user(cls.env, 'seller', groups='sales_team.group_sale_salesman_all_leads')

    @classmethod
    def _create_desk(cls, login, **values):
        return new_test_user(
            cls.env, login, groups=DESK, email=f'{login}@example.com', company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)], **values)

    @classmethod
    def _create_chain(cls, *steps, **values):
        return cls.env['channel.approval.chain'].create({
            'name': "Test chain", 'sequence': 5, 'is_final': True,
            'step_ids': [Command.create({'sequence': 10 * i, **step}) for i, step in enumerate(steps, 1)], **values})

    @classmethod
    def _persons(cls, *users, **values):
        return {'kind': 'users', 'user_ids': [Command.set([user.id for user in users])], **values}

    def _held(self, number='X-1', **values):
        """An order of the dealer that waits."""
        answer, order = self._submit_one(number, **values)
        self.assertEqual(answer['status'], 'held')
        return order

    def _states(self, order):
        return [(row.who, row.state) for row in order.channel_approval_ids]

    def _delegate(self, user, to, **values):
        now = fields.Datetime.now()
        return self.env['channel.approval.delegation'].create({
            'user_id': user.id, 'delegate_id': to.id, 'date_from': now - timedelta(days=1),
            'date_to': now + timedelta(days=1), **values})


@tagged('-at_install', 'post_install')
class TestApprovalChains(ApprovalCommon):
    """Which orders ask whom, and in which words."""

    def test_chain_is_a_sentence(self):
        chain = self._create_chain(
            {'kind': 'upstream'},
            {'kind': 'group', 'group_id': self.desk_group.id, 'deadline': 8, 'on_deadline': 'refuse'},
            tier_ids=self.tiers['store'].ids, amount_from=5000, discount_rate=0.1)
        currency = self.company.currency_id.name
        self.assertEqual(
            chain.description,
            f"Orders of the tier Store over 5,000.00 {currency} with a discount above 10 %: first the upstream, "
            "then Order Desk within 8 working hours (else refused).")

    def test_every_demand_has_words(self):
        order_type = self.env['channel.order.type'].create({'name': "Engineering", 'code': 'eng'})
        chain = self._create_chain(
            {'kind': 'salesperson'}, is_for_confirmed_tiers=True, member_ids=self.dealer.ids,
            territory_ids=self._find_territory('4403').ids, amount_to=9, product_ids=self.milk.ids,
            categ_ids=self.category.ids, decision='approve', rule_ids=self.rules['stock'].ids,
            order_type_ids=order_type.ids, source_ids=self.env.ref('distributor_portal.channel_source_api').ids,
            form_field="Project", form_value="P-7")
        for words in ("headquarters confirms", "D1", "up to 9.00", "MLK-1", "Yoghurt", "Ask HQ", "Goods are there",
                      "Engineering", "Integration", "Project is P-7", "the salesperson"):
            self.assertIn(words, chain.description)

    def test_sentence_is_live_in_the_form(self):
        with Form(self.env['channel.approval.chain']) as form:
            form.name = "Big"
            form.amount_from = 100
            self.assertIn("over 100.00", form.description)
            self.assertIn("nobody yet", form.description)

    def test_no_chain_at_all_lets_orders_through(self):
        self.env['channel.approval.chain'].search([]).active = False
        answer, order = self._submit_one(member='S1')
        self.assertEqual((answer['status'], order.channel_approval_ids), ('accepted', self.env['channel.approval']))

    def test_chain_by_amount(self):
        self._create_chain({}, amount_from=120)
        self.assertEqual(self._submit_one('X-1', lines=[('YOG-1', 12)])[0]['status'], 'accepted')
        order = self._held('X-2', lines=[('YOG-1', 24)])
        self.assertIn("over 120.00", order.channel_approval_ids.why)
        self.assertIn("Test chain", order.channel_approval_ids.why)

    def test_amount_is_compared_in_the_companys_currency(self):
        other = self.env['res.currency'].with_context(active_test=False).search(
            [('id', '!=', self.company.currency_id.id)], limit=1)
        other.active = True
        self.env['res.currency.rate'].create({
            'currency_id': other.id, 'rate': 10, 'name': '2020-01-01', 'company_id': self.company.id})
        self._create_chain({}, amount_from=100)
        self.dealer.pricelist_id = self.env['product.pricelist'].create({'name': "Other", 'currency_id': other.id})
        answer, order = self._submit_one(lines=[('YOG-1', 12)])
        self.assertAlmostEqual(order._channel_get_company_amount(), 120, places=2)
        self.assertEqual(answer['status'], 'held')

    def test_chain_by_product_category_member_and_place(self):
        for i, values in enumerate((
                {'product_ids': self.yoghurt.ids}, {'categ_ids': self.category.ids}, {'member_ids': self.agent.ids},
                {'territory_ids': self._find_territory('4403').ids}, {'tier_ids': self.tiers['dealer'].ids},
                {'source_ids': self.env.ref('distributor_portal.channel_source_api').ids})):
            chain = self._create_chain({}, **values)
            self._held(f'yes-{i}')
            chain.active = False
        for i, values in enumerate((
                {'product_ids': self.milk.ids}, {'categ_ids': self.chilled.ids}, {'member_ids': self.rival_agent.ids},
                {'territory_ids': self._find_territory('51').ids}, {'tier_ids': self.tiers['store'].ids},
                {'source_ids': self.env.ref('distributor_portal.channel_source_portal').ids})):
            chain = self._create_chain({}, **values)
            self.assertEqual(self._submit_one(f'no-{i}')[0]['status'], 'accepted', values)
            chain.active = False

    def test_chain_by_discount(self):
        self._create_chain({}, discount_rate=0.05)
        order = self.env['sale.order'].create({
            'partner_id': self.dealer.partner_id.id,
            'order_line': [Command.create({'product_id': self.yoghurt.id, 'product_uom_qty': 12, 'discount': 10})]})
        order.action_channel_check()
        self.assertEqual(order.channel_state, 'hq')
        self.assertIn("discount above 5 %", order.channel_approval_ids.why)

    def test_chain_by_finding_of_one_rule(self):
        self.rules['pack'].lane = 'warn'
        self._create_chain({}, rule_ids=self.rules['pack'].ids)
        self.assertEqual(self._submit_one('X-1')[0]['status'], 'accepted')
        self._held('X-2', lines=[('YOG-1', 13)])

    def test_later_chain_adds_its_steps_unless_one_is_final(self):
        first = self._create_chain({}, is_final=False)
        self._create_chain(self._persons(self.second), sequence=6)
        self.assertEqual(len(self._held('X-1').channel_approval_ids), 2)
        first.is_final = True
        self.assertEqual(len(self._held('X-2').channel_approval_ids), 1)

    def test_step_of_two_chains_is_asked_once_and_names_both(self):
        order = self._held(lines=[('MLK-1', 3000)], member='S1')
        hq = order.channel_approval_ids.filtered(lambda row: row.step == 'hq')
        self.assertEqual(len(hq), 1)
        self.assertIn("A check asks headquarters", hq.why)
        self.assertIn("Headquarters confirms the tier", hq.why)

    def test_chain_of_another_company_is_not_for_ours(self):
        other = self.env['res.company'].create({'name': "Other"})
        self._create_chain({}, company_id=other.id)
        self.assertEqual(self._submit_one()[0]['status'], 'accepted')

    def test_chain_in_use_is_archived_not_deleted(self):
        chain = self._create_chain({})
        self._held()
        with self.assertRaisesRegex(UserError, "archive"):
            chain.unlink()
        self.assertEqual(chain.order_count, 1)

    def test_nonsense_is_no_chain(self):
        for values in ({'amount_from': 9, 'amount_to': 5}, {'discount_rate': 1.5}):
            with self.subTest(values=values), mute_logger('odoo.sql_db'), self.assertRaises(CheckViolation), \
                    self.env.cr.savepoint():
                self._create_chain({}, **values)
        for step in ({'kind': 'users'}, self._persons(self.seller), self._persons(self.store_user),
                     {'deadline': 5, 'on_deadline': 'escalate'}):
            with self.subTest(step=step), self.assertRaises(ValidationError):
                self._create_chain(step)
        for step in ({'on_deadline': 'approve'}, {'deadline': 2, 'remind_before': 3}):
            with self.subTest(step=step), mute_logger('odoo.sql_db'), self.assertRaises(CheckViolation), \
                    self.env.cr.savepoint():
                self._create_chain(step)

    def test_what_would_an_order_take(self):
        self._create_chain({'name': "Big ones"}, amount_from=1000, is_final=False)
        _answer, order = self._submit_one()
        test = self.env['channel.approval.test'].with_user(self.desk).create({'order_id': order.id})
        self.assertIn("Nobody", test.summary)
        self.assertIn("over 1,000.00", test.result)
        self.assertIn("fa-times", test.result)
        big = self._held('X-2', lines=[('YOG-1', 120)])
        test.order_id = big
        self.assertIn("Big ones", test.summary)
        self.assertIn("fa-check", test.result)

    def test_names_are_no_markup(self):
        self._create_chain({'name': "<b>x</b>"}, name="<i>chain</i>")
        order = self._held()
        test = self.env['channel.approval.test'].create({'order_id': order.id})
        self.assertIn("&lt;i&gt;chain", test.result)
        self.assertNotIn("<b>x", test.result)

    def test_chains_cost_the_same_for_many_orders(self):
        self._create_chain(
            {}, self._persons(self.second, self.third, needs_all=True), amount_from=1, discount_rate=0.0,
            categ_ids=self.category.ids, is_final=False)
        self._create_chain({'needs_all': True}, sequence=7, tier_ids=self.tiers['dealer'].ids, is_final=False)

        def count(orders):
            with self.env.cr.savepoint():
                answers = self._submit(*(self._prepare_order(f'Q-{orders}-{i}') for i in range(orders)))
                made = self.env['sale.order'].browse(answer['order_id'] for answer in answers)
                self.env.flush_all()
                self.env.invalidate_all()
                made.channel_approval_ids.fetch([])
                before = self.env.cr.sql_log_count
                asked = made._channel_plan_approvals()
                self.assertEqual({len(steps) >= 4 for steps in asked.values()}, {True})
                return self.env.cr.sql_log_count - before

        count(2)
        few, many = count(5), count(40)
        self.assertLessEqual(many, few)
        self.assertLessEqual(few, 16)

    def test_reading_the_chains_costs_nothing_the_second_time(self):
        Chain = self.env['channel.approval.chain']
        Chain._get_chains(self.company)
        before = self.env.cr.sql_log_count
        Chain._get_chains(self.company)
        self.assertEqual(self.env.cr.sql_log_count, before)


@tagged('-at_install', 'post_install')
class TestApprovalDecisions(ApprovalCommon):
    """Who may decide, and what follows."""

    def test_two_steps_one_after_the_other(self):
        self._create_chain(self._persons(self.desk), self._persons(self.second))
        order = self._held()
        self.assertEqual(order.channel_approval_ids.mapped('is_open'), [True, False])
        with self.assertRaises(UserError):
            order.with_user(self.second).action_channel_approve()
        order.with_user(self.desk).action_channel_approve()
        self.assertEqual((order.channel_state, order.channel_approval_ids.mapped('is_open')), ('hq', [False, True]))
        order.with_user(self.second).action_channel_approve()
        self.assertEqual((order.channel_state, order.state), ('confirmed', 'sale'))

    def test_parallel_steps_wait_for_each_other(self):
        self._create_chain(self._persons(self.desk, sequence=10), self._persons(self.second, sequence=10))
        order = self._held()
        self.assertEqual(order.channel_approval_ids.mapped('is_open'), [True, True])
        order.with_user(self.second).action_channel_approve()
        self.assertEqual(order.channel_state, 'hq')
        order.with_user(self.desk).action_channel_approve()
        self.assertEqual(order.channel_state, 'confirmed')

    def test_all_of_them_or_any_of_them(self):
        chain = self._create_chain(self._persons(self.desk, self.second, needs_all=True))
        order = self._held('X-1')
        order.with_user(self.desk).action_channel_approve()
        self.assertEqual(order.channel_state, 'hq')
        order.with_user(self.second).action_channel_approve()
        self.assertEqual(order.channel_state, 'confirmed')
        chain.step_ids.needs_all = False
        order = self._held('X-2')
        order.with_user(self.second).action_channel_approve()
        self.assertEqual(order.channel_state, 'confirmed')

    def test_all_of_the_upstreams_people(self):
        self._create_chain({'kind': 'upstream', 'needs_all': True})
        order = self._held(member='S1')
        self.assertEqual(len(order.channel_approval_ids), 2)
        order.with_user(self.dealer_user).channel_decide('approve')
        self.assertEqual(order.channel_state, 'upstream')
        with self.assertRaises(AccessError):
            order.with_user(self.dealer_user).channel_decide('approve')
        order.with_user(self.dealer_buyer).channel_decide('approve')
        self.assertEqual(order.channel_state, 'confirmed')

    def test_members_own_finance_decides_first(self):
        self._create_chain({'kind': 'member', 'role': 'finance'}, {'kind': 'upstream', 'role': 'owner'})
        order = self._held(member='S1')
        for user in (self.store_user, self.dealer_user, self.desk):
            with self.assertRaises(AccessError):
                order.with_user(user).channel_decide('approve')
        order.with_user(self.store_finance).channel_decide('approve')
        with self.assertRaises(AccessError):
            order.with_user(self.dealer_buyer).channel_decide('approve')
        order.with_user(self.dealer_user).channel_decide('approve')
        self.assertEqual(order.channel_state, 'confirmed')
        self.assertIn('member_approved', order.channel_event_ids.mapped('kind'))

    def test_salesperson_decides_else_the_desk(self):
        self._create_chain({'kind': 'salesperson'})
        self.dealer.partner_id.user_id = self.second
        order = self._held('X-1')
        self.assertFalse(order.with_user(self.desk).channel_can_decide)
        self.assertTrue(order.with_user(self.second).channel_can_decide)
        self.dealer.partner_id.user_id = False
        self.assertTrue(self._held('X-2').with_user(self.desk).channel_can_decide)

    def test_group_decides_only_with_the_right_of_the_desk(self):
        group = self.env['res.groups'].create({
            'name': "Sales Management", 'user_ids': [Command.set([self.second.id, self.seller.id])]})
        self._create_chain({'group_id': group.id})
        order = self._held()
        self.assertEqual(order.channel_waiting_for, "Sales Management")
        for user, error in ((self.desk, UserError), (self.seller, AccessError)):
            with self.assertRaises(error):
                order.with_user(user).action_channel_approve()
        order.with_user(self.second).action_channel_approve()
        self.assertEqual(order.channel_state, 'confirmed')

    def test_desk_of_another_company_decides_nothing_here(self):
        other = self.env['res.company'].create({'name': "Other"})
        stranger = new_test_user(
            self.env, 'far', groups=DESK, company_id=other.id, company_ids=[Command.set(other.ids)])
        self._create_chain({})
        order = self._held()
        self.assertFalse(stranger._channel_get_entitled(order.channel_approval_ids))

    def test_decided_twice_is_decided_once(self):
        self._create_chain({}, self._persons(self.second))
        order = self._held()
        order.with_user(self.desk).action_channel_approve()
        with self.assertRaises(UserError):
            order.with_user(self.desk).action_channel_approve()
        self.assertEqual(order.channel_event_ids.mapped('kind').count('hq_approved'), 1)

    def test_wrong_person_is_refused_below_the_buttons_too(self):
        self._create_chain(self._persons(self.second))
        order = self._held()
        with self.assertRaises(AccessError):
            order.channel_approval_ids.with_user(self.desk).sudo()._decide('approved')
        with self.assertRaises(UserError):
            self.env['channel.refuse'].with_user(self.desk).create(
                {'order_ids': order.ids, 'reason': "No"}).action_refuse()
        with self.assertRaises(AccessError):
            order.channel_approval_ids.with_user(self.second).write({'state': 'approved'})

    def test_own_order_needs_four_eyes(self):
        self._create_chain({'is_four_eyes': True})
        order = self.env['sale.order'].with_user(self.desk).create({
            'partner_id': self.dealer.partner_id.id,
            'order_line': [Command.create({'product_id': self.yoghurt.id, 'product_uom_qty': 12})]})
        order.action_channel_check()
        with self.assertRaises(UserError):
            order.action_channel_approve()
        self._delegate(self.second, self.desk)
        with self.assertRaises(UserError):
            order.action_channel_approve()
        order.with_user(self.second).action_channel_approve()
        self.assertEqual(order.channel_state, 'confirmed')

    def test_who_approved_before_is_not_asked_again(self):
        chain = self._create_chain(self._persons(self.desk), {}, self._persons(self.second))
        order = self._held('X-1')
        order.with_user(self.desk).action_channel_approve()
        group_row = order.channel_approval_ids[1]
        self.assertEqual((group_row.state, group_row.is_automatic, group_row.user_id), ('approved', True, self.desk))
        self.assertTrue(order.channel_approval_ids[2].is_open)
        chain.step_ids.skips_repeat = False
        order = self._held('X-2')
        order.with_user(self.desk).action_channel_approve()
        self.assertTrue(order.channel_approval_ids[1].is_open)

    def test_refused_by_one_of_several_is_over(self):
        self._create_chain(self._persons(self.desk, sequence=10), self._persons(self.second, sequence=10))
        order = self._held()
        order.with_user(self.desk).channel_decide('refuse', "No")
        self.assertEqual(order.channel_state, 'cancelled')
        self.assertEqual(sorted(order.channel_approval_ids.mapped('state')), ['refused', 'void'])
        self.assertFalse(any(order.channel_approval_ids.mapped('is_open')))

    # --- changed orders

    def test_changed_order_is_judged_again_and_not_approved(self):
        self._create_chain({}, amount_from=100)
        order = self._held()
        order.order_line.product_uom_qty = 24
        result = order.with_user(self.desk).action_channel_approve()
        self.assertEqual((result['tag'], order.channel_state, order.channel_run), ('display_notification', 'hq', 2))
        order.with_user(self.desk).action_channel_approve()
        self.assertEqual(order.channel_state, 'confirmed')

    def test_changed_order_may_need_nobody_any_more(self):
        self._create_chain({}, amount_from=200)
        order = self._held(lines=[('YOG-1', 24)])
        order.order_line.product_uom_qty = 12
        order.with_user(self.desk).action_channel_approve()
        self.assertEqual((order.channel_state, order.channel_approval_ids.state), ('confirmed', 'void'))

    def test_approval_is_asked_again_only_when_the_amount_grows(self):
        self._create_chain(self._persons(self.desk, asks_again=True), self._persons(self.second))
        order = self._held(lines=[('YOG-1', 24)])
        order.with_user(self.desk).action_channel_approve()
        order.order_line.product_uom_qty = 12
        order.action_channel_check()
        self.assertEqual(order.channel_approval_ids.mapped('state'), ['approved', 'pending'])
        order.order_line.product_uom_qty = 36
        order.action_channel_check()
        self.assertEqual(
            sorted(order.channel_approval_ids.mapped('state')), ['outgrown', 'pending', 'pending'])
        self.assertTrue(order.with_user(self.desk).channel_can_decide)
        self.assertFalse(order.with_user(self.second).channel_can_decide)

    def test_approval_stays_where_the_step_does_not_mind(self):
        self._create_chain(self._persons(self.desk), self._persons(self.second))
        order = self._held()
        order.with_user(self.desk).action_channel_approve()
        order.order_line.product_uom_qty = 36
        order.action_channel_check()
        self.assertTrue(order.with_user(self.second).channel_can_decide)

    # --- lists

    def test_waits_for_me_is_searched_and_grouped(self):
        self._create_chain(self._persons(self.second))
        order = self._held()
        Order = self.env['sale.order']
        self.assertIn(order, Order.with_user(self.second).search([('channel_can_decide', '=', True)]))
        self.assertNotIn(order, Order.with_user(self.desk).search([('channel_can_decide', '=', True)]))
        self.assertEqual(order.channel_approval_ids.with_user(self.second).action_open_order()['res_id'], order.id)
        order.channel_approval_ids.with_user(self.second).action_approve()
        self.assertEqual(order.channel_state, 'confirmed')

    def test_comment_reaches_the_member(self):
        self._create_chain({})
        order = self._held()
        order.with_user(self.desk).channel_decide('approve', "Ships in two parts")
        self.assertIn("Ships in two parts", order.channel_event_ids.mapped('detail'))
        shown = order._portal_get_approvals()[0]
        self.assertEqual((shown['comment'], shown['person']), ("Ships in two parts", False))


@tagged('-at_install', 'post_install')
class TestApprovalDelegation(ApprovalCommon):

    def test_decided_by_one_in_place_of_the_other(self):
        self._create_chain(self._persons(self.desk))
        order = self._held()
        self.assertFalse(order.with_user(self.second).channel_can_decide)
        self._delegate(self.desk, self.second)
        order.invalidate_recordset()
        self.assertTrue(order.with_user(self.second).channel_can_decide)
        order.with_user(self.second).action_channel_approve()
        row = order.channel_approval_ids
        self.assertEqual((row.user_id, row.on_behalf_id), (self.second, self.desk))

    def test_delegation_begins_ends_and_is_handed_on(self):
        self._create_chain(self._persons(self.desk))
        order = self._held()
        now = fields.Datetime.now()
        first = self._delegate(self.desk, self.second, date_from=now + timedelta(hours=1))
        self.assertFalse(self.second._channel_get_entitled(order.channel_approval_ids))
        first.date_from = now - timedelta(hours=1)
        self.assertTrue(self.second._channel_get_entitled(order.channel_approval_ids))
        self._delegate(self.second, self.third)
        entitled = self.third._channel_get_entitled(order.channel_approval_ids)
        self.assertEqual(entitled, {order.channel_approval_ids: self.desk})
        with freeze_time(now + timedelta(days=2)):
            self.assertFalse(self.second._channel_get_entitled(order.channel_approval_ids))

    def test_nobody_without_the_right_stands_in(self):
        for user, to in (
                (self.desk, self.seller), (self.desk, self.store_user), (self.dealer_user, self.desk),
                (self.dealer_user, self.dealer_warehouse), (self.dealer_user, self.store_user),
                (self.store_user, self.dealer_user)):
            with self.subTest(user=user.login, to=to.login), self.assertRaises(ValidationError):
                self._delegate(user, to)

    def test_right_that_is_lost_is_lost_for_the_other_too(self):
        self._create_chain(self._persons(self.desk))
        order = self._held()
        self._delegate(self.desk, self.second)
        self.second.group_ids -= self.desk_group
        self.assertFalse(self.second._channel_get_entitled(order.channel_approval_ids))

    def test_no_circles(self):
        self._delegate(self.desk, self.second)
        self._delegate(self.second, self.third)
        for to in (self.desk, self.second):
            with self.assertRaises(ValidationError):
                self._delegate(self.third, to)
        with mute_logger('odoo.sql_db'), self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self._delegate(self.third, self.third)

    def test_one_hands_on_ones_own_only(self):
        Delegation = self.env['channel.approval.delegation'].with_user(self.desk)
        until = fields.Datetime.now() + timedelta(days=1)
        own = Delegation.create({'delegate_id': self.second.id, 'date_to': until})
        self.assertEqual(own.user_id, self.desk)
        with self.assertRaises(AccessError):
            Delegation.create({'user_id': self.third.id, 'delegate_id': self.desk.id, 'date_to': until})
        with self.assertRaises(AccessError):
            own.with_user(self.second).date_to = until + timedelta(days=1)
        foreign = self._delegate(self.third, self.second)
        with self.assertRaises(AccessError):
            foreign.with_user(self.desk).unlink()

    def test_owner_of_a_member_is_stood_in_for_by_its_buyer(self):
        self._create_chain({'kind': 'upstream', 'role': 'owner'})
        order = self._held(member='S1')
        with self.assertRaises(AccessError):
            order.with_user(self.dealer_buyer).channel_decide('approve')
        self._delegate(self.dealer_user, self.dealer_buyer)
        order.with_user(self.dealer_buyer).channel_decide('approve')
        self.assertEqual(order.channel_approval_ids.on_behalf_id, self.dealer_user)


@tagged('-at_install', 'post_install')
class TestApprovalDeadlines(ApprovalCommon):
    """Monday 9 November 2026, nine o'clock; the company works 8 to 12 and 13 to 17."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time('2026-11-09 09:00:00'))
        cls.company.resource_calendar_id = cls.env['resource.calendar'].create({
            'name': "Forty hours", 'tz': 'UTC', 'company_id': cls.company.id, 'hours_per_day': 8})

    def _run(self):
        Approval = self.env['channel.approval'].sudo()
        due = Approval.search(Approval._get_due_domain())
        due._take_deadlines()
        return due

    def test_due_in_working_time(self):
        chain = self._create_chain({'deadline': 10, 'remind_before': 8})
        row = self._held('X-1').channel_approval_ids
        self.assertEqual(row.deadline, fields.Datetime.to_datetime('2026-11-10 11:00:00'))
        self.assertEqual(row.remind_at, fields.Datetime.to_datetime('2026-11-09 11:00:00'))
        chain.step_ids.write({'deadline': 5, 'remind_before': 0, 'deadline_unit': 'days'})
        row = self._held('X-2').channel_approval_ids
        self.assertEqual(row.deadline, fields.Datetime.to_datetime('2026-11-16 09:00:00'))
        self.assertFalse(row.remind_at)

    def test_clock_starts_when_the_turn_comes(self):
        self._create_chain(self._persons(self.desk, deadline=1), self._persons(self.second, deadline=1))
        order = self._held()
        self.assertEqual([bool(row.deadline) for row in order.channel_approval_ids], [True, False])
        order.with_user(self.desk).action_channel_approve()
        self.assertTrue(order.channel_approval_ids[1].deadline)

    def test_reminded_once(self):
        self._create_chain(self._persons(self.desk, deadline=4, remind_before=2))
        order = self._held()
        self.assertFalse(self._run())
        with freeze_time('2026-11-09 11:01:00'):
            self.assertEqual(self._run(), order.channel_approval_ids)
            self.assertFalse(self._run())
        mails = self.env['mail.mail'].search([('recipient_ids', 'in', self.desk.partner_id.ids)])
        self.assertEqual([mail.state for mail in mails], ['outgoing'], "in Odoo's queue, not sent yet")
        self.assertIn(order.name, mails.subject)
        activity = order.activity_ids
        self.assertEqual((activity.user_id, len(activity)), (self.desk, 1))
        order.with_user(self.desk).action_channel_approve()
        self.assertFalse(order.activity_ids.filtered('active'))

    def test_people_of_members_are_reminded_by_mail(self):
        self._create_chain({'kind': 'upstream', 'deadline': 4, 'remind_before': 2})
        order = self._held(member='S1')
        with freeze_time('2026-11-09 11:01:00'):
            self._run()
        mails = self.env['mail.mail'].search([('model', '=', 'channel.approval')])
        self.assertEqual(mails.recipient_ids, (self.dealer_user | self.dealer_buyer).partner_id)
        self.assertFalse(order.activity_ids)

    def test_who_stands_in_is_reminded_too(self):
        self._create_chain(self._persons(self.desk, deadline=4, remind_before=2))
        order = self._held()
        self._delegate(self.desk, self.second)
        with freeze_time('2026-11-09 11:01:00'):
            self._run()
        self.assertEqual(order.activity_ids.user_id, self.desk | self.second)

    def test_others_are_asked_after_the_deadline(self):
        self._create_chain(self._persons(
            self.desk, deadline=2, on_deadline='escalate', escalation_user_ids=[Command.set(self.second.ids)]))
        order = self._held()
        self.assertFalse(order.with_user(self.second).channel_can_decide)
        with freeze_time('2026-11-09 11:01:00'):
            self._run()
            self.assertFalse(self._run())
            order.invalidate_recordset()
            self.assertTrue(order.with_user(self.second).channel_can_decide)
            self.assertTrue(order.with_user(self.desk).channel_can_decide)
            self.assertIn('escalated', order.channel_event_ids.mapped('kind'))
            order.with_user(self.second).action_channel_approve()
        self.assertEqual(order.channel_state, 'confirmed')

    def test_passed_on_once_where_the_reminder_was_due_too(self):
        self._create_chain(self._persons(
            self.desk, deadline=2, remind_before=1, on_deadline='escalate',
            escalation_user_ids=[Command.set(self.second.ids)]))
        order = self._held()
        with freeze_time('2026-11-09 11:01:00'):
            self._run_job(self.env['channel.approval'].sudo()._cron_deadlines)
        self.assertEqual(order.channel_event_ids.mapped('kind').count('escalated'), 1)
        self.assertEqual(self.env['mail.mail'].search_count([('recipient_ids', 'in', self.second.partner_id.ids)]), 1)

    def test_approved_or_refused_by_its_deadline(self):
        chain = self._create_chain({'deadline': 2, 'on_deadline': 'approve'})
        approved = self._held('X-1')
        chain.step_ids.on_deadline = 'refuse'
        refused = self._held('X-2')
        with freeze_time('2026-11-09 11:01:00'):
            self._run()
        self.assertEqual((approved.channel_state, refused.channel_state), ('confirmed', 'cancelled'))
        self.assertTrue(approved.channel_approval_ids.is_automatic)
        self.assertIn("Not decided", refused.channel_approval_ids.reason)

    def test_changed_order_is_judged_again_and_keeps_no_other_waiting(self):
        self._create_chain({'deadline': 2, 'on_deadline': 'approve'})
        changed, other = self._held('X-1'), self._held('X-2')
        changed.order_line.sudo().product_uom_qty = 24
        with freeze_time('2026-11-09 11:01:00'):
            self._run_job(self.env['channel.approval'].sudo()._cron_deadlines)
        self.assertEqual(other.channel_state, 'confirmed')
        self.assertEqual((changed.channel_state, changed.channel_approval_ids.state), ('hq', 'pending'))
        self.assertEqual((changed.channel_run, changed._channel_is_changed()), (2, False))
        self.assertEqual(changed.channel_approval_ids.deadline, fields.Datetime.to_datetime('2026-11-09 14:01:00'))

    def test_order_that_cannot_be_confirmed_keeps_no_other_waiting(self):
        self._create_chain({'deadline': 2, 'on_deadline': 'approve'})
        bad, other = self._held('X-1'), self._held('X-2')
        confirm = type(other)._channel_confirm

        def fail(orders):
            if bad in orders:
                raise UserError(self.env._("No"))
            return confirm(orders)

        logger = 'odoo.addons.distributor_portal.models.approvals.channel_approval_deadline'
        with (freeze_time('2026-11-09 11:01:00'), mute_logger(logger),
              patch.object(self.env.registry['sale.order'], '_channel_confirm', fail)):
            self._run_job(self.env['channel.approval'].sudo()._cron_deadlines)
        self.assertEqual((bad.channel_state, other.channel_state), ('hq', 'confirmed'))
        self.assertTrue(bad.channel_approval_ids.is_open, "somebody decides")

    def test_deadline_over_with_nothing_but_a_reminder(self):
        self._create_chain(self._persons(self.desk, deadline=2))
        order = self._held()
        with freeze_time('2026-11-09 11:01:00'):
            self._run()
            self.assertFalse(self._run())
        self.assertEqual((order.channel_state, len(order.activity_ids)), ('hq', 1))

    def test_cron_runs(self):
        self._create_chain(self._persons(self.desk, deadline=2, on_deadline='approve'))
        order = self._held()
        with freeze_time('2026-11-09 11:01:00'), self.enter_registry_test_mode():
            self.env.ref('distributor_portal.ir_cron_approval_deadlines').method_direct_trigger()
        order.invalidate_recordset()
        self.assertEqual(order.channel_state, 'confirmed')

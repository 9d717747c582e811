from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from .common import ChannelCommon


class DeskCommon(ChannelCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.desk = cls._create_login('desk.anna', 'distributor_portal.group_channel_user')
        cls.colleague = cls._create_login('desk.bert', 'distributor_portal.group_channel_user')
        cls.seller = cls._create_login('seller.carl', 'sales_team.group_sale_salesman_all_leads')
        cls.tiers['dealer'].needs_hq_approval = False

    @classmethod
    def _create_login(cls, login, groups):
        return new_test_user(
            cls.env, login, groups=groups, company_id=cls.company.id, company_ids=[Command.set(cls.company.ids)])

    def _short(self, external_id='X-1', qty=12000):
        """An order that waits for headquarters, since its warehouse lacks the goods."""
        order = self._submit_one(external_id, lines=[('YOG-1', qty)])[1]
        self.assertEqual(order.channel_state, 'hq')
        return order.with_user(self.desk)

    def _find_queue(self, user=None):
        return self.env['sale.order'].with_user(user or self.desk).search(
            [('channel_desk_cause', '!=', False)], order='channel_urgency desc, channel_waits_since, id')

    def _age(self, order, **delta):
        """Let the order wait since then."""
        since = fields.Datetime.now() - timedelta(**delta)
        order.sudo().channel_approval_ids.opened_at = since
        order.sudo()._channel_rate_again()
        return since


@tagged('-at_install', 'post_install')
class TestDeskQueue(DeskCommon):
    """Which orders wait for headquarters, and why: a test for each cause."""

    def test_what_waits_for_nobody_is_not_in_the_queue(self):
        order = self._submit_one()[1]
        self.assertEqual(order.channel_state, 'confirmed')
        self.assertFalse(order.channel_desk_cause)
        self.assertNotIn(order, self._find_queue())

    def test_short_stock(self):
        order = self._short()
        self.assertEqual(order.channel_desk_cause, 'stock')
        self.assertTrue(order.channel_waits_since)
        self.assertIn(order, self._find_queue())

    def test_credit_comes_before_stock(self):
        self._create_credit(self.dealer, 1)
        self.rules['credit'].lane = 'approve'
        self.assertEqual(self._short().channel_desk_cause, 'credit')

    def test_price(self):
        self.rules['price'].lane = 'approve'
        order = self.env['sale.order'].browse(self._submit({
            'external_id': 'P-1', 'member': 'D1', 'lines': [{'sku': 'YOG-1', 'qty': 12, 'price': 1}]})[0]['order_id'])
        self.assertEqual((order.channel_state, order.channel_desk_cause), ('hq', 'price'))

    def test_form(self):
        self.rules['intake'].lane = 'approve'
        order = self._submit_one(requested_date='2020-01-01')[1]
        self.assertEqual((order.channel_state, order.channel_desk_cause), ('hq', 'form'))

    def test_another_rule(self):
        self.rules['pack'].lane = 'approve'
        order = self._submit_one(lines=[('YOG-1', 5)])[1]
        self.assertEqual((order.channel_state, order.channel_desk_cause), ('hq', 'rule'))

    def test_an_approval_alone(self):
        self.tiers['dealer'].needs_hq_approval = True
        order = self._submit_one()[1]
        self.assertEqual((order.channel_state, order.channel_desk_cause), ('hq', 'approval'))

    def test_sent_back_twice(self):
        order = self._submit_one(lines=[('YOG-1', 5)])[1]
        self.assertEqual(order.channel_state, 'rejected')
        self.assertFalse(order.channel_desk_cause, "the member's turn")
        order.action_channel_check()
        self.assertEqual((order.channel_state, order.channel_desk_cause), ('rejected', 'returned'))

    def test_overdue_to_ship(self):
        order = self._submit_one()[1]
        order.channel_parcel_ids.sudo().ship_date = fields.Date.add(fields.Date.today(), days=-3)
        self.assertEqual((order.channel_state, order.channel_desk_cause), ('confirmed', 'late'))
        self.assertTrue(order.channel_is_at_risk)
        self._ship(order)
        self.assertFalse(order.channel_desk_cause, "it has left")

    def test_time_alone_makes_it_overdue(self):
        order = self._submit_one()[1]
        self.assertFalse(order.channel_desk_cause)
        later = fields.Datetime.now() + timedelta(days=5)
        with patch.object(fields.Datetime, 'now', lambda *_args: later), \
                patch.object(fields.Date, 'today', lambda *_args: later.date()), self.enter_registry_test_mode():
            self.env.ref('distributor_portal.ir_cron_rate_queue').method_direct_trigger()
        order.invalidate_recordset()
        self.assertEqual(order.channel_desk_cause, 'late')

    def test_received_with_differences_until_the_claim_is_decided(self):
        order = self._submit_one()[1]
        self._ship(order)._channel_receive({self.yoghurt.id: 10}, None)
        claim = order.channel_receipt_ids.claim_ids
        self.assertEqual((order.channel_desk_cause, claim.state), ('difference', 'sent'))
        result = order.with_user(self.desk).channel_desk_work('settle')
        self.assertIn(claim.name, result['skipped'][0]['message'])
        claim.sudo()._withdraw()
        self.assertFalse(order.channel_desk_cause)

    def test_difference_without_a_claim_until_settled(self):
        order = self._submit_one()[1]
        picking = self._ship(order)
        with patch.object(self.registry['channel.receipt'], '_create_claim', lambda *_args: None):
            picking._channel_receive({self.yoghurt.id: 10}, None)
        self.assertEqual((order.channel_state, order.channel_desk_cause), ('received', 'difference'))
        result = order.with_user(self.desk).channel_desk_work('settle', {'reason': "Credit note sent"})
        self.assertEqual([done['id'] for done in result['done']], order.ids)
        self.assertFalse(order.channel_desk_cause)

    def test_received_in_full_does_not_wait(self):
        order = self._submit_one()[1]
        self._ship(order)._channel_receive({self.yoghurt.id: 12}, None)
        self.assertFalse(order.channel_desk_cause)

    def test_decided_is_out_of_the_queue(self):
        order = self._short()
        order.action_channel_approve()
        self.assertEqual((order.channel_state, order.channel_desk_cause), ('confirmed', False))

    def test_cancelled_is_out_of_the_queue(self):
        order = self._short()
        order.sudo()._action_cancel()
        self.assertFalse(order.channel_desk_cause)

    def test_longer_waiting_and_vip_stand_higher(self):
        new, old, vip = self._short('X-1'), self._short('X-2'), self._short('X-3')
        self._age(old, days=2)
        self._create_member('D9', 'dealer', self.agent, territories='4403', segment='vip')
        vip.sudo().channel_member_id.segment = 'regular'
        self.assertEqual(self._find_queue()[:1], old)
        self.assertGreater(old.channel_urgency, new.channel_urgency)
        self.assertIn("2 days", old.channel_why_now)

    def test_deadline_that_is_over_is_for_now(self):
        order = self._short()
        order.sudo().channel_approval_ids.deadline = fields.Datetime.now() - timedelta(hours=3)
        self.assertEqual(order.channel_desk_level, '1')
        self.assertIn("overdue by 3 hours", order.channel_why_now)

    def test_results_are_not_written_by_hand(self):
        order = self._short()
        for values in ({'channel_desk_cause': False}, {'channel_urgency': 999}, {'channel_held_at': False},
                       {'channel_settled_at': fields.Datetime.now()}):
            with self.assertRaises(AccessError):
                order.write(values)

    def test_members_do_not_see_the_desk(self):
        user = self._create_portal_user(self.dealer, 'nosy')
        order = self._short().with_user(user)
        for name in ('channel_desk_cause', 'channel_why_now', 'channel_hold_reason', 'channel_desk_user_id'):
            with self.assertRaises(AccessError):
                order.read([name])
        with self.assertRaises(AccessError):
            order.channel_desk_work('approve')
        with self.assertRaises(AccessError):
            order.channel_desk_overview()

    def test_overview_counts_what_the_list_shows(self):
        orders = self._short('X-1') | self._short('X-2')
        orders[0].channel_desk_work('assign', {'user_id': self.desk.id})
        overview = self.env['sale.order'].with_user(self.desk).channel_desk_overview()
        queue = self._find_queue()
        self.assertEqual(overview['total'], len(queue))
        self.assertEqual(
            {cause['code']: cause['count'] for cause in overview['causes']}['stock'],
            len(queue.filtered(lambda order: order.channel_desk_cause == 'stock')))
        self.assertEqual((overview['mine'], overview['unassigned']), (1, len(queue) - 1))
        view = self.env.ref('distributor_portal.channel_desk_view_search').arch
        for cause, _label in self.env['sale.order']._fields['channel_desk_cause'].selection:
            self.assertIn(f'name="cause_{cause}"', view, "the figure's click needs its filter")

    def test_overview_is_for_the_desk(self):
        with self.assertRaises(AccessError):
            self.env['sale.order'].with_user(self.seller).channel_desk_overview()

    def test_requested_raise_is_among_the_others(self):
        line = self._create_credit(self.dealer, 100)
        self.env['channel.credit.raise'].create({
            'line_id': line.id, 'amount': 10, 'reason': "Fair",
            'date_to': fields.Date.add(fields.Date.today(), days=9)})
        others = self.env['sale.order'].with_user(self.desk).channel_desk_overview()['others']
        self.assertIn(1, [other['count'] for other in others])
        for other in others:
            self.assertTrue(self.env.ref(other['action']))


@tagged('-at_install', 'post_install')
class TestDeskWork(DeskCommon):
    """Work on many orders at once: each is done or skipped, and says why."""

    def _names(self, answers):
        return {answer['name'] for answer in answers}

    def test_approves_what_waits_and_skips_the_rest(self):
        waiting, done = self._short('X-1'), self._submit_one('X-2')[1].with_user(self.desk)
        result = (waiting | done).channel_desk_work('approve')
        self.assertEqual((self._names(result['done']), self._names(result['skipped'])), ({waiting.name}, {done.name}))
        self.assertIn("Does not wait", result['skipped'][0]['message'])
        self.assertEqual(waiting.channel_state, 'confirmed')

    def test_what_was_changed_is_looked_at_first(self):
        order = self._short()
        order.order_line.product_uom_qty = 11988
        result = order.channel_desk_work('approve')
        self.assertIn("Changed since", result['skipped'][0]['message'])
        self.assertEqual(order.channel_state, 'hq')

    def test_nobody_approves_own_order_where_four_eyes_are_asked(self):
        self.env.ref('distributor_portal.channel_approval_chain_verdict').step_ids.is_four_eyes = True
        own, other = self._short('X-1'), self._short('X-2')
        self.env.cr.execute(
            'UPDATE sale_order SET create_uid = %s WHERE id = %s', [self.desk.id, own.id])
        self.env.invalidate_all()
        result = (own | other).channel_desk_work('approve')
        self.assertEqual((self._names(result['done']), self._names(result['skipped'])), ({other.name}, {own.name}))
        self.assertIn("somebody else", result['skipped'][0]['message'])

    def test_who_is_not_asked_is_told_who_is(self):
        self.env.ref('distributor_portal.channel_approval_chain_verdict').step_ids.write({
            'kind': 'users', 'user_ids': self.colleague.ids, 'group_id': False})
        order = self._short()
        result = order.channel_desk_work('approve')
        self.assertIn(self.colleague.name, result['skipped'][0]['message'])
        result = order.with_user(self.colleague).channel_desk_work('approve')
        self.assertEqual(order.channel_state, 'confirmed')

    def test_one_that_fails_hurts_no_other(self):
        good, bad = self._short('X-1'), self._short('X-2')
        decide = self.registry['sale.order']._channel_decide_rows

        def fail(orders, rows, *args):
            if bad.id in orders.ids:
                raise UserError(self.env._("Broken"))
            return decide(orders, rows, *args)

        with patch.object(self.registry['sale.order'], '_channel_decide_rows', fail):
            result = (good | bad).channel_desk_work('approve')
        self.assertEqual((self._names(result['done']), self._names(result['skipped'])), ({good.name}, {bad.name}))
        self.assertEqual(result['skipped'][0]['message'], "Broken")
        self.assertEqual((good.channel_state, bad.channel_state), ('confirmed', 'hq'))

    def test_refusal_says_why(self):
        order = self._short()
        with self.assertRaises(UserError):
            order.channel_desk_work('refuse', {'reason': "  "})
        order.channel_desk_work('refuse', {'reason': "No truck"})
        self.assertEqual(order.channel_state, 'cancelled')
        self.assertIn("No truck", order.channel_event_ids.mapped('detail'))

    def test_check_again(self):
        order, shipped = self._short(), self._submit_one('X-2')[1].with_user(self.desk)
        self._set_stock(self.yoghurt, self.south, 20000)
        result = (order | shipped).channel_desk_work('check')
        self.assertEqual(self._names(result['skipped']), {shipped.name})
        self.assertEqual(order.channel_state, 'confirmed')

    def test_choose_warehouse(self):
        order = self._short()
        result = order.channel_desk_work('warehouse', {'warehouse_id': self.west.id, 'reason': "Fetched there"})
        self.assertEqual(order.warehouse_id, self.west)
        self.assertIn("West", result['done'][0]['message'])
        result = order.channel_desk_work('warehouse', {'warehouse_id': self.south.id, 'reason': ""})
        self.assertFalse(result['done'], "without a reason")

    def test_assign_and_back(self):
        orders = self._short('X-1') | self._short('X-2')
        orders[0].channel_desk_work('assign', {'user_id': self.colleague.id})
        result = orders.channel_desk_work('assign', {'user_id': self.desk.id})
        self.assertEqual(orders.channel_desk_user_id, self.desk)
        undo = result['undo']
        orders.browse(undo['ids']).channel_desk_work(undo['operation'], undo['values'])
        self.assertEqual(orders.mapped('channel_desk_user_id'), self.colleague)
        self.assertFalse(orders[1].channel_desk_user_id)

    def test_only_to_people_of_the_desk(self):
        order = self._short()
        result = order.channel_desk_work('assign', {'user_id': self.seller.id})
        self.assertFalse(result['done'])
        self.assertFalse(order.channel_desk_user_id)

    def test_message_goes_to_who_orders(self):
        user = self._create_portal_user(self.dealer, 'buyer.of.d1', 'buyer')
        order = self._short()
        order.channel_desk_work('message', {'body': "Half of it today?"})
        message = order.message_ids[0]
        self.assertIn("Half of it", message.body)
        self.assertIn(user.partner_id, message.notified_partner_ids)

    def test_activity(self):
        order = self._short()
        order.channel_desk_work('activity', {
            'activity_type_id': self.env.ref('mail.mail_activity_data_call').id, 'summary': "Ring", 'user_id': False,
            'date_deadline': '2030-01-01'})
        self.assertEqual((order.activity_ids.summary, order.activity_ids.user_id), ("Ring", self.desk))

    def test_only_the_desk_and_only_known_work(self):
        order = self._short()
        with self.assertRaises(AccessError):
            order.with_user(self.seller).channel_desk_work('approve')
        with self.assertRaises(UserError):
            order.channel_desk_work('unlink')
        order.channel_desk_work('approve', {'reason': "x", 'nonsense': 1})

    def test_wizard_hands_on_what_it_was_told(self):
        order = self._short()
        action = order.action_desk_hold()
        wizard = Form(self.env['channel.desk.work'].with_user(self.desk).with_context(**action['context']))
        self.assertEqual(wizard.operation, 'hold')
        wizard.reason = "Ask sales"
        work = wizard.save().action_work()
        self.assertEqual(
            (work['tag'], work['params']['ids'], work['params']['operation'], work['params']['values']['reason']),
            ('channel_desk_work', order.ids, 'hold', "Ask sales"))

    def test_wizard_is_for_the_desk(self):
        with self.assertRaises(AccessError):
            self._short().with_user(self.seller).action_desk_more()

    def test_200_orders_cost_the_queries_of_few(self):
        def count(orders):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            orders.channel_desk_work('assign', {'user_id': self.desk.id})
            self.env.flush_all()
            between = self.cr.sql_log_count
            self.env.invalidate_all()
            orders._channel_rate_again()
            self.env.flush_all()
            return between - before, self.cr.sql_log_count - between

        orders = self.env['sale.order'].browse(answer['order_id'] for answer in self._submit(*(
            self._prepare_order(f'Q-{i}', lines=[('YOG-1', 12000)]) for i in range(200)))).with_user(self.desk)
        few, many = count(orders[:5]), count(orders)
        for one, other in zip(few, many, strict=True):
            self.assertLessEqual(other, one + 6)
        self.assertLessEqual(many[1], 30)

        def read(limit):
            """What the list asks for."""
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            names = ('channel_desk_level', 'name', 'channel_desk_cause', 'channel_why_now', 'channel_worst_message',
                     'channel_waits_since', 'channel_segment', 'amount_total', 'channel_waiting_for')
            found = orders.browse().web_search_read(
                [('channel_desk_cause', '!=', False)], dict.fromkeys(names, {}), limit=limit,
                order='channel_urgency desc, channel_waits_since, id')
            self.assertEqual(len(found['records']), limit)
            return self.cr.sql_log_count - before

        read(5)
        self.assertLessEqual(read(200), read(5) + 3)


@tagged('-at_install', 'post_install')
class TestDeskHold(DeskCommon):
    """What is on hold is neither approved nor confirmed, by nobody and nothing, until it is released."""

    def _hold(self, order):
        order.channel_desk_work('hold', {'reason': "Ask sales"})
        self.assertEqual((order.channel_desk_cause, order.channel_held_by_id), ('hold', self.desk))
        return order

    def test_held_is_not_approved(self):
        order = self._hold(self._short())
        with self.assertRaises(UserError):
            order.action_channel_approve()
        result = order.channel_desk_work('approve')
        self.assertIn("Ask sales", result['skipped'][0]['message'])

    def test_held_may_be_refused(self):
        order = self._hold(self._short())
        order.channel_desk_work('refuse', {'reason': "No"})
        self.assertEqual((order.channel_state, order.channel_held_at), ('cancelled', False))

    def test_deadline_does_not_approve_it(self):
        order = self._hold(self._short())
        order.sudo().channel_approval_ids.write({
            'deadline': fields.Datetime.now() - timedelta(hours=1), 'on_deadline': 'approve'})
        with self.enter_registry_test_mode():
            self.env.ref('distributor_portal.ir_cron_approval_deadlines').method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(order.channel_state, 'hq')
        self.assertTrue(order.sudo().channel_approval_ids.escalated_at, "its deadline was seen")

    def test_check_does_not_confirm_it_and_release_does(self):
        order = self._hold(self._short())
        self._set_stock(self.yoghurt, self.south, 20000)
        order.channel_desk_work('check')
        self.assertEqual((order.channel_state, order.channel_desk_cause), ('accepted', 'hold'))
        with self.assertRaisesRegex(UserError, "on hold"):
            order.action_confirm()
        order.channel_desk_work('release')
        self.assertEqual((order.channel_state, order.channel_held_at), ('confirmed', False))

    def test_upstream_goes_on_deciding(self):
        self.dealer.reviews_downstream = True
        self.tiers['store'].needs_hq_approval = False
        order = self._submit_one(member='S1')[1].with_user(self.desk)
        self.assertEqual(order.channel_state, 'upstream')
        self.assertFalse(order.channel_desk_cause)
        self._hold(order)
        owner = self._create_portal_user(self.dealer, 'owner.of.d1')
        order.with_user(owner).sudo()._channel_decide('upstream', True)
        self.assertEqual((order.channel_state, order.channel_desk_cause), ('accepted', 'hold'))

    def test_confirmed_is_not_held(self):
        order = self._submit_one()[1].with_user(self.desk)
        self.assertFalse(order.channel_desk_work('hold', {'reason': "x"})['done'])
        self.assertFalse(order.channel_desk_work('release')['done'])

    def test_undo_releases(self):
        order = self._short()
        undo = order.channel_desk_work('hold', {'reason': "x"})['undo']
        self.assertEqual((undo['operation'], undo['ids']), ('release', order.ids))

    def test_hold_of_a_colleague_is_neither_taken_over_nor_undone(self):
        held, other = self._hold(self._short('X-1')), self._short('X-2')
        answer = (held | other).with_user(self.colleague).channel_desk_work('hold', {'reason': "Stock count"})
        self.assertEqual([one['id'] for one in answer['done']], other.ids)
        self.assertEqual([one['message'] for one in answer['skipped']], ["On hold already: Ask sales"])
        self.assertEqual(answer['undo']['ids'], other.ids)
        self.assertEqual((held.channel_held_by_id, held.channel_hold_reason), (self.desk, "Ask sales"))


@tagged('-at_install', 'post_install')
class TestDeskScreens(DeskCommon):

    def test_card_shows_what_the_order_does_to_the_credit(self):
        self._create_credit(self.dealer, 200000)
        order = self._short()
        effect = order._channel_get_credit_effect()
        self.assertEqual((effect['limit'], effect['own'], effect['left']), (200000, 120000, 80000))
        self.assertIn("Company D1", order.channel_member_card)
        self.assertFalse(self._submit_one('X-2', member='D2', lines=[('YOG-1', 12)])[1]._channel_get_credit_effect())

    def test_names_on_the_card_are_no_markup(self):
        self.dealer.partner_id.name = "<b>D1</b>"
        self.assertIn("&lt;b&gt;D1", self._short().channel_member_card)

    def test_buttons_lead_on(self):
        order = self._short()
        for action in (order.action_open_full_order(), order.action_open_desk(), order.action_open_member(),
                       order.action_view_parcels(), order.action_view_receipts()):
            self.assertIn(action['res_model'], self.env)

    def test_cards_of_the_network_cost_the_same_for_many(self):
        names = ['month_order_count', 'month_order_amount', 'people_count', 'credit_rate', 'has_credit',
                 'waiting_count', 'alerts', 'downstream_count']

        def count(members):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            members.with_user(self.desk).read(names)
            return self.cr.sql_log_count - before

        few = self.dealer | self.store
        for i in range(30):
            self._create_member(f'N{i}', 'dealer', self.agent, territories='4403')
        count(few)
        self.assertLessEqual(count(self.env['channel.member'].search([])), count(few) + 2)

    def test_card_of_a_member(self):
        self._create_credit(self.dealer, 100000)
        self._submit_one()
        self._create_portal_user(self.dealer, 'only.one')
        self._create_authorization(self.dealer, date_to=fields.Date.add(fields.Date.today(), days=9))
        member = self.dealer.with_user(self.desk)
        member.invalidate_recordset()
        self.assertEqual((member.month_order_count, member.month_order_amount), (1, 120))
        self.assertEqual((member.people_count, member.has_credit), (1, True))
        self.assertGreater(member.credit_rate, 0)
        self.assertEqual(member.alerts, "Licence ends")
        self.assertIn("Nobody can log in", self.store.with_user(self.desk).alerts)

    def test_network_unfolds_below_headquarters(self):
        rows = self.env['channel.member'].with_user(self.desk).hierarchy_read(
            [('upstream_id', '=', False)], {'name': {}, 'alerts': {}}, 'upstream_id', 'downstream_ids')
        self.assertLessEqual({self.agent.id, self.rival_agent.id}, {row['id'] for row in rows})


@tagged('-at_install', 'post_install')
class TestChannelSetup(DeskCommon):
    """What is still to be set up, by what is there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._create_login('manager.dora', 'distributor_portal.group_channel_manager')

    def _find_missing(self):
        setup = self.env['channel.setup'].with_user(self.manager).with_company(self.company)
        return {
            code for code, (_name, _what, model, domain, _action) in setup._get_steps().items()
            if not setup._has_any(model, domain)}

    def test_steps_are_done_by_what_is_there(self):
        self.assertLessEqual({'credit', 'users', 'order'}, self._find_missing())
        self._create_credit(self.dealer, 100)
        self._create_portal_user(self.dealer, 'first.one')
        self._submit_one()
        self.assertFalse({'credit', 'users', 'order'} & self._find_missing())

    def test_managers_see_it_until_it_is_done_or_dismissed(self):
        progress = self.env['sale.order'].with_user(self.manager).channel_desk_overview()['setup']
        self.assertEqual(progress['done'] + len(self._find_missing()), progress['all'])
        self.assertFalse(self.env['sale.order'].with_user(self.desk).channel_desk_overview()['setup'])
        self.env['channel.setup'].with_user(self.manager).create({}).action_dismiss()
        self.assertFalse(self.env['sale.order'].with_user(self.manager).channel_desk_overview()['setup'])

    def test_nothing_left_hides_it(self):
        self._create_credit(self.dealer, 100)
        self._create_portal_user(self.dealer, 'first.one')
        self._submit_one()
        self.assertFalse(self._find_missing())
        self.assertFalse(self.env['channel.setup'].with_user(self.manager)._get_progress())

    def test_every_step_leads_to_a_screen(self):
        setup = self.env['channel.setup'].with_user(self.manager).create({})
        for code, step in setup._get_steps().items():
            self.assertEqual(self.env.ref(step[-1])._name, 'ir.actions.act_window', code)
            self.assertIn(f'/odoo/action-{step[-1]}', setup.steps_html)

    def test_only_managers_set_up(self):
        with self.assertRaises(AccessError):
            self.env['channel.setup'].with_user(self.desk).create({})


@tagged('-at_install', 'post_install')
class TestOverrideLeavesNothingOpen(DeskCommon):

    def test_decision_that_is_not_needed_any_more_is_closed(self):
        order = self._short()
        verdict = order.channel_current_verdict_ids.filtered(lambda verdict: verdict.decision == 'approve')
        manager = self._create_login('manager.emil', 'distributor_portal.group_channel_manager')
        self.env['channel.override.wizard'].with_user(manager).create({
            'verdict_ids': verdict.ids, 'reason': "Agreed"}).action_override()
        self.assertEqual(order.channel_state, 'confirmed')
        self.assertFalse(order.sudo().channel_approval_ids.filtered('is_open'))


@tagged('-at_install', 'post_install')
class TestLicenceEnds(DeskCommon):

    def test_who_looks_after_the_member_is_told_once(self):
        self.dealer.partner_id.user_id = self.desk
        soon = fields.Date.add(fields.Date.today(), days=9)
        ending = self._create_authorization(self.dealer, date_to=soon)
        followed = self._create_authorization(self.rival_dealer, date_to=soon)
        self._create_authorization(self.rival_dealer)
        for _again in range(2):
            self.env['channel.authorization']._cron_note_ends()
        self.assertEqual((ending.activity_ids.user_id, ending.activity_ids.date_deadline), (self.desk, soon))
        self.assertFalse(followed.activity_ids, "another one goes on")
        ending.date_to = fields.Date.add(soon, days=5)
        self.env['channel.authorization']._cron_note_ends()
        self.assertEqual(len(ending.activity_ids), 2, "the new end is told too")

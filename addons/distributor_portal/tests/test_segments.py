from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..models.segments import channel_segment_rule
from .common import ChannelCommon


@tagged('-at_install', 'post_install')
class TestSegments(ChannelCommon):
    """VIP, core, regular by a rule; by hand wins; each move is noted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stores = cls.store | cls.rival_store
        for number in range(3, 11):
            cls.stores |= cls._create_member(f'S{number}', 'store', cls.dealer)
        cls.rule = cls.env['channel.segment.rule'].create({
            'tier_id': cls.tiers['store'].id, 'vip_share': .1, 'vip_orders': 2, 'core_share': .5, 'core_orders': 1})
        cls.now = fields.Datetime.now()

    @classmethod
    def _bought(cls, member, amount, count=1, days=10):
        """Confirmed orders, as the rule reads them; how they came to be does not matter here."""
        orders = cls.env['sale.order'].create([{
            'partner_id': member.partner_id.id,
            'order_line': [(0, 0, {'product_id': cls.milk.id, 'product_uom_qty': 1, 'price_unit': amount / count})],
        } for _number in range(count)])
        orders.sudo().write({'state': 'sale', 'date_order': cls.now - timedelta(days=days)})
        return orders

    def _run(self, rule=None):
        rule = rule or self.rule
        moves = rule._find_moves()
        rule._apply(moves)
        return moves

    def test_the_best_are_vip_the_next_core(self):
        for number, store in enumerate(self.stores):
            self._bought(store, 1000 - number, 2)
        self._run()
        self.assertEqual(self.stores[0].segment, 'vip')
        self.assertEqual(set(self.stores[1:5].mapped('segment')), {'core'})
        self.assertEqual(set(self.stores[5:].mapped('segment')), {'regular'})

    def test_history_says_why(self):
        self._bought(self.store, 1000, 2)
        self._run()
        (change,) = self.store.segment_change_ids
        self.assertEqual((change.segment_before, change.segment, change.rule_id), ('regular', 'vip', self.rule))
        self.assertIn("best 10 % by value", change.message)
        self.assertIn("1000.00 in 2 orders in 12 months", change.message)
        for act in (lambda: change.write({'segment': 'core'}), change.unlink):
            with self.assertRaises(UserError):
                act()

    def test_a_second_run_moves_nobody(self):
        self._bought(self.store, 1000, 2)
        self.assertEqual(len(self._run()), 1)
        self.assertEqual(self._run(), [])
        self.assertEqual(len(self.store.segment_change_ids), 1)

    def test_by_hand_wins_until_the_rules_are_let_again(self):
        self._bought(self.store, 1000, 2)
        self.store.segment = 'core'
        self.assertTrue(self.store.segment_is_manual)
        self._run()
        self.assertEqual(self.store.segment, 'core')
        self.assertEqual(self.store.segment_change_ids.mapped('message'), ["Set by hand."])
        self.store.action_segment_by_rule()
        self._run()
        self.assertEqual(self.store.segment, 'vip')

    def test_only_confirmed_orders_of_the_window_count(self):
        self._bought(self.store, 1000, 2, days=400)
        self._bought(self.stores[2], 500, 2).write({'state': 'draft'})
        self.assertEqual(self._run(), [])

    def test_who_sleeps_falls(self):
        self.rule.idle_days = 30
        self.store.segment = 'vip'
        self.store.segment_is_manual = False
        self._bought(self.store, 1000, 3, days=31)
        self._run()
        self.assertEqual(self.store.segment, 'regular')
        self.assertIn("31 days ago", self.store.segment_change_ids[0].message)

    def test_other_tiers_have_their_own_rule_or_the_one_for_all(self):
        for member in (self.store, self.dealer):
            self._bought(member, 1000, 2)
        general = self.env['channel.segment.rule'].create({
            'basis': 'amount', 'vip_amount': 10, 'vip_orders': 1, 'core_amount': 5})
        self.assertEqual([move[0] for move in general._find_moves()], self.dealer.ids)

    def test_rule_sees_its_company_only(self):
        other = self.env['res.company'].create({'name': "Other"})
        self._bought(self.store, 1000, 2)
        self.rule.company_id = other
        self.assertEqual(self.rule._find_moves(), [])

    def test_preview_writes_nothing_then_applies(self):
        self._bought(self.store, 1000, 2)
        preview = self.env['channel.segment.preview'].browse(self.rule.action_preview()['res_id'])
        self.assertEqual((preview.move_count, preview.vip_count, preview.line_ids.member_id), (1, 1, self.store))
        self.assertEqual(self.store.segment, 'regular')
        preview.action_apply()
        self.assertEqual(self.store.segment, 'vip')
        with self.assertRaises(UserError):
            preview.action_apply()

    def test_desk_looks_and_does_not_move(self):
        desk = new_test_user(self.env, 'desk', groups='distributor_portal.group_channel_user')
        self.assertTrue(self.rule.with_user(desk).name)
        with self.assertRaises(AccessError):
            self.rule.with_user(desk).action_preview()

    def test_one_query_whatever_the_number_of_members(self):
        self._bought(self.store, 1000, 2)
        counts = []
        for tens in (2, 4):
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.rule._find_moves()
            counts.append(self.env.cr.sql_log_count - before)
            for number in range(tens * 10, tens * 10 + 20):
                self._create_member(f'S{number}', 'store', self.dealer)
        self.assertLessEqual(counts[1], counts[0])

    def test_cron_goes_on_until_all_are_placed(self):
        dealers = self.rule.create({
            'tier_id': self.tiers['dealer'].id, 'vip_share': 1, 'vip_orders': 1, 'core_share': 1})
        for store in self.stores[:4]:
            self._bought(store, 1000, 2)
        self._bought(self.dealer, 1000)
        with patch.object(channel_segment_rule, 'CHUNK', 2):
            self._run_job(self.rule._cron_place)
        self.assertTrue(self.rule.last_run)
        self.assertTrue(dealers.last_run)
        self.assertFalse(self.rule._find_moves())
        self.assertEqual((self.store.segment, self.dealer.segment), ('vip', 'vip'))

    def test_cron_places_members(self):
        self._bought(self.store, 1000, 2)
        with self.enter_registry_test_mode():
            self.env.ref('distributor_portal.ir_cron_place_segments').method_direct_trigger()
        self.assertEqual(self.store.segment, 'vip')
        self.assertTrue(self.rule.last_run)

from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..models.simulation import channel_simulation_run
from .common import ChannelCommon


@tagged('-at_install', 'post_install')
class TestSimulation(ChannelCommon):
    """A rule is tried on past orders: what it says is what happens when it is live, and nothing is written to them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        answers = cls.env['sale.order'].channel_submit([
            cls._prepare_order('O-1', lines=[('YOG-1', 12)]),
            cls._prepare_order('O-2', lines=[('YOG-1', 13), ('MLK-1', 1)]),
            cls._prepare_order('O-3', member='S1', lines=[('YOG-1', 14)]),
            cls._prepare_order('O-4', lines=[('MLK-1', 7)]),
        ])
        cls.orders = cls.env['sale.order'].browse([answer['order_id'] for answer in answers])

    def _simulate(self, **values):
        simulation = self.env['channel.simulation'].create({'rule_id': self.rules['pack'].id, **values})
        return self._run(simulation)

    def _run(self, simulation):
        simulation.action_run()
        while simulation.sudo()._judge_next():
            pass
        return simulation

    def _compare(self, simulation):
        return {
            result.order_id.channel_external_id: (result.decision_present, result.decision_new)
            for result in simulation.result_ids}

    def test_change_of_lane_is_seen_before_it_is_made(self):
        simulation = self._simulate(lane='warn')
        self.assertEqual(self._compare(simulation), {'O-2': ('block', 'warn'), 'O-3': ('block', 'warn')})
        self.assertEqual((simulation.state, simulation.order_count, simulation.done_count), ('done', 4, 4))
        result = simulation.result_ids[0]
        self.assertEqual((result.decision_was, result.change, result.line_count), ('block', 'milder', 1))
        self.assertIn("packs of 12", result.message)
        self.assertIn("Changed rule", simulation.summary)

    def test_new_rule_is_tried(self):
        simulation = self._simulate(rule_id=False, kind='pack', lane='approve', tier_ids=self.tiers['store'].ids)
        self.assertEqual(self._compare(simulation), {'O-3': ('pass', 'approve')})

    def test_settings_and_present_facts_count(self):
        self.env['sale.order.line'].search([('order_id', '=', self.orders[3].id)]).write({
            'channel_has_given_price': True, 'channel_given_price': 5.2})
        strict = self._simulate(rule_id=self.rules['price'].id, params_text='{"tolerance": 0.01}')
        self.assertEqual(self._compare(strict), {'O-4': ('block', 'block')})
        mild = self._simulate(rule_id=self.rules['price'].id, params_text='{"tolerance": 0.1}')
        self.assertEqual(self._compare(mild), {'O-4': ('block', 'pass')})

    def test_simulation_says_what_then_happens(self):
        for values in ({'lane': 'warn'}, {'lane': 'approve', 'tier_ids': self.tiers['store'].ids}):
            simulation = self._simulate(**values)
            expected = {result.order_id: result.decision_new for result in simulation.result_ids}
            with self.env.cr.savepoint() as savepoint:
                simulation.action_make_live()
                found = {}
                for finding in self.orders._channel_judge(self.env['channel.rule']._get_rules_in_force(), ['pack']):
                    found[self.env['sale.order'].browse(finding.order)] = finding.decision
                savepoint.rollback()
            self.env.invalidate_all()
            self.assertEqual({order: found.get(order, 'pass') for order in expected}, expected)
            self.assertLessEqual(set(found), set(expected))

    def test_nothing_is_written_to_the_orders(self):
        self.env.flush_all()
        def snapshot():
            self.env.cr.execute("SELECT * FROM sale_order ORDER BY id")
            orders = self.env.cr.fetchall()
            self.env.cr.execute("SELECT count(*), max(id) FROM channel_verdict")
            return orders, self.env.cr.fetchall()
        before = snapshot()
        self._simulate(lane='warn')
        self.env.flush_all()
        self.assertEqual(snapshot(), before)

    def test_period_members_and_tiers_choose_the_orders(self):
        self.assertEqual(self._simulate(date_from='2020-01-01', date_to='2020-01-31').order_count, 0)
        self.assertEqual(self._simulate(order_tier_ids=self.tiers['store'].ids).order_count, 1)
        self.assertEqual(self._simulate(member_ids=self.dealer.ids).order_count, 4)
        self.assertEqual(self._simulate(member_ids=self.rival_dealer.ids).order_count, 0)

    def test_batches_go_on_where_the_last_one_stopped(self):
        with patch.object(channel_simulation_run, 'ORDERS_AT_ONCE', 2):
            simulation = self.env['channel.simulation'].create({'rule_id': self.rules['pack'].id, 'lane': 'warn'})
            simulation.action_run()
            self.assertEqual(simulation.sudo()._judge_next(), 2)
            self.assertEqual((simulation.state, simulation.progress), ('running', 50))
            while simulation.sudo()._judge_next():
                pass
        self.assertEqual((simulation.state, len(simulation.result_ids)), ('done', 2))

    def test_number_of_queries_does_not_grow_with_the_orders(self):
        def count(simulation):
            simulation.action_run()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            simulation.sudo()._judge_next()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before
        simulation = self.env['channel.simulation'].create({'rule_id': self.rules['pack'].id, 'lane': 'warn'})
        count(simulation)
        few = count(simulation)
        self._submit(*(self._prepare_order(f'Q-{i}', lines=[('YOG-1', 13), ('MLK-1', 3)]) for i in range(20)))
        self.assertLessEqual(count(simulation), few + 2)

    def test_stored_facts_stand_in_for_what_cannot_be_looked_up(self):
        self._create_credit(self.dealer, 10)
        answer, order = self._submit_one('C-1')
        self.assertEqual(answer['status'], 'rejected')
        self.dealer.credit_line_ids.limit_amount = 10_000  # what holds now says nothing about then
        simulation = self._simulate(rule_id=self.rules['credit'].id, lane='approve')
        self.assertTrue(simulation.sees_only_broken)
        self.assertEqual(self._compare(simulation), {'C-1': ('block', 'approve')})
        self.assertIn("of your credit is left", simulation.result_ids.message)
        self.assertEqual(simulation.result_ids.order_id, order)

    def test_kind_whose_facts_nobody_keeps_is_refused(self):
        simulation = self.env['channel.simulation'].create({'rule_id': self.rules['pack'].id})
        no_facts = patch.object(type(simulation), '_get_facts_method', lambda self, orders: None)
        with no_facts, self.assertRaisesRegex(UserError, "cannot be tried"):
            simulation.action_run()

    def test_kind_that_waits_for_data_is_refused(self):
        # An addon that brings the data says so here.
        self.patch(self.env.registry['channel.rule'], '_get_waiting_kinds', lambda model: {'clone': "Scans"})
        simulation = self.env['channel.simulation'].create({'kind': 'clone', 'lane': 'warn'})
        with self.assertRaisesRegex(UserError, "wait for"):
            simulation.action_run()

    def test_live_rule_is_a_new_version(self):
        rule = self.rules['pack']
        simulation = self._simulate(lane='warn')
        simulation.action_make_live()
        self.assertEqual((rule.lane, rule.version, simulation.state), ('warn', 2, 'live'))
        with self.assertRaises(UserError):
            simulation.action_make_live()

    def test_new_rule_goes_live(self):
        simulation = self._simulate(rule_id=False, name="Packs of stores", kind='pack', lane='warn')
        simulation.action_make_live()
        self.assertEqual((simulation.rule_id.name, simulation.rule_id.kind), ("Packs of stores", 'pack'))

    def test_only_what_was_run_goes_live(self):
        simulation = self.env['channel.simulation'].create({'rule_id': self.rules['pack'].id, 'lane': 'warn'})
        with self.assertRaises(UserError):
            simulation.action_make_live()
        self._run(simulation)
        manager = self._create_manager()
        simulation.with_user(manager).lane = 'signal'
        self.assertEqual(simulation.state, 'draft', "another value needs another run")

    def test_rule_that_was_changed_meanwhile_is_tried_again_first(self):
        simulation = self._simulate(lane='warn')
        self.rules['pack'].lane = 'approve'
        with self.assertRaisesRegex(UserError, "run it again"):
            simulation.action_make_live()

    def test_wrong_settings_are_refused(self):
        for values in ({'params_text': 'no json'}, {'params_text': '{"x": 1}'}, {'kind': 'price'}):
            with self.subTest(values=values), self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.env['channel.simulation'].create({'rule_id': self.rules['pack'].id, **values})

    def test_break_down_is_said_and_stops_nobody(self):
        bad = self.env['channel.simulation'].create({'rule_id': self.rules['pack'].id, 'lane': 'warn'})
        bad.action_run()
        with patch.object(type(bad), '_judge', side_effect=ZeroDivisionError("oops")), mute_logger(
                'odoo.addons.distributor_portal.models.simulation.channel_simulation_run'):
            bad.sudo()._judge_next_safely()
        self.assertEqual((bad.state, bad.error), ('failed', "ZeroDivisionError: oops"))

    def _create_manager(self):
        return new_test_user(self.env, 'manager', groups='distributor_portal.group_channel_manager')

    def test_results_are_not_written_by_hand_and_the_desk_changes_no_rule(self):
        simulation = self._simulate(lane='warn')
        with self.assertRaises(AccessError):
            simulation.with_user(self._create_manager()).write({'state': 'live'})
        desk = new_test_user(self.env, 'desk', groups='distributor_portal.group_channel_user')
        with self.assertRaises(AccessError):
            simulation.with_user(desk).action_make_live()
        with self.assertRaises(AccessError):
            simulation.with_user(desk).action_run()

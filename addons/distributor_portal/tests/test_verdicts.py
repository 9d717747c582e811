from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL, mute_logger

from ..engine import KINDS
from .common import ChannelCommon

CANARY = 'CANARY-9731'


@tagged('-at_install', 'post_install')
class TestVerdicts(ChannelCommon):
    """Verdicts: their two texts, overrides, replay, seals, and what happens when a rule breaks down."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = new_test_user(cls.env, 'clerk', groups='distributor_portal.group_channel_user')
        cls.senior = new_test_user(cls.env, 'senior', groups='distributor_portal.group_channel_override')
        cls.tomorrow = fields.Date.context_today(cls.env['sale.order']) + timedelta(days=1)

    def _override(self, verdicts, user=None, scope='order', reason="Agreed", date_to=None):
        wizard = self.env['channel.override.wizard'].with_user(user or self.env.user).create({
            'verdict_ids': verdicts.ids, 'scope': scope, 'reason': reason, 'date_to': date_to or self.tomorrow})
        return wizard.action_override()

    def _hold(self, number='H-1', **values):
        """An order that waits for headquarters: more than there is in stock."""
        return self._submit_one(number, lines=[('MLK-1', 3000)], **values)[1]

    # --- the two texts

    def test_no_text_for_members_shows_what_only_headquarters_may_know(self):
        Text = self.env['channel.text']
        secret = dict.fromkeys((
            'owner', 'limit', 'window', 'median', 'spread', 'peers', 'bound', 'floor', 'net', 'rebate', 'p_value',
            'expected', 'pipeline', 'network', 'members', 'orders', 'payer', 'usual', 'total', 'pieces', 'speed',
            'matched_by', 'contract', 'shop', 'code_of', 'share', 'error', 'problem', 'rule'), CANARY)
        texts = Text._get_texts()
        for key in texts:
            message, fix = Text._fill(texts, key, secret)
            self.assertNotIn(CANARY, message + fix, key)
        for key, text in Text._get_analyst_texts().items():
            self.assertIn(key, texts, "whoever tells headquarters tells the member something too")
            self.assertTrue(text)

    def test_member_learns_whom_to_ask(self):
        answer, order = self._submit_one(lines=[('YOG-1', 13)])
        self.assertEqual(answer['verdicts'][0]['ask'], "Company A1", "the member above")
        seller = new_test_user(self.env, 'seller', groups='sales_team.group_sale_salesman', name="Ms Seller")
        self.dealer.partner_id.user_id = seller
        answer, order = self._submit_one('Y-2', lines=[('YOG-1', 13)])
        self.assertEqual(answer['verdicts'][0]['ask'], "Ms Seller")
        _answer, order = self._submit_one('Y-3', member='A1', lines=[('YOG-1', 13)])
        self.assertIn("order desk", order.channel_verdict_ids.contact)

    def test_analysis_is_for_employees(self):
        _answer, order = self._submit_one(lines=[('YOG-1', 13)])
        self.assertIn("pack v1: measured 13, limit 12", order.channel_verdict_ids.analysis)
        owner = self._create_portal_user(self.dealer, 'owner')
        with self.assertRaises(AccessError):
            order.channel_verdict_ids.with_user(owner).read(['analysis'])

    # --- overrides

    def test_override_lets_a_held_order_go_on(self):
        order = self._hold()
        verdict = order.channel_current_verdict_ids
        self._override(verdict, self.senior, reason="Truck arrives tonight")
        self.assertEqual((order.channel_state, order.state), ('confirmed', 'sale'))
        now = order.channel_current_verdict_ids
        self.assertEqual((now.decision, now.rule_decision), ('signal', 'approve'))
        self.assertEqual((now.override_id.user_id, now.override_id.reason), (self.senior, "Truck arrives tonight"))
        self.assertEqual(verdict.decision, 'approve', "the first verdict stands as it was")
        self.assertFalse(order.channel_approval_ids.filtered(lambda approval: approval.state == 'pending'))
        rule = self.rules['stock']
        rule.invalidate_recordset()
        self.assertEqual((rule.verdict_count, rule.overridden_rate), (2, 0.5))

    def test_override_of_a_block_is_for_managers(self):
        _answer, order = self._submit_one(lines=[('YOG-1', 13)])
        for user in (self.clerk, self.senior):
            with self.subTest(user=user.login), self.assertRaises(AccessError), self.env.cr.savepoint():
                self._override(order.channel_verdict_ids, user)
        self._override(order.channel_verdict_ids)
        self.assertEqual(order.channel_state, 'confirmed')

    def test_override_needs_right_reason_and_a_day_to_come(self):
        verdict = self._hold().channel_current_verdict_ids
        Override = self.env['channel.override']
        with self.assertRaises(AccessError):
            Override.with_user(self.clerk)._override(verdict.with_user(self.clerk), 'order', "x", self.tomorrow)
        for reason, date_to in (("", self.tomorrow), ("  ", self.tomorrow), ("x", False), (
                "x", self.tomorrow - timedelta(days=2))):
            with self.subTest(reason=reason, date_to=date_to), self.assertRaises(UserError):
                Override._override(verdict, 'order', reason, date_to)

    def test_what_cannot_be_read_or_is_old_is_not_overridden(self):
        _answer, order = self._submit_one(lines=[('NO-SUCH', 1)])
        with self.assertRaisesRegex(UserError, "nothing that could go on"):
            self._override(order.channel_verdict_ids)
        order = self._hold()
        old = order.channel_current_verdict_ids
        order.action_channel_check()
        with self.assertRaisesRegex(UserError, "earlier check"):
            self._override(old)

    def test_override_of_an_order_holds_for_it_as_it_stands(self):
        self.rules['pack'].lane = 'approve'
        _answer, order = self._submit_one('O-1', lines=[('YOG-1', 13), ('MLK-1', 3000)])
        pack = order.channel_current_verdict_ids.filtered(lambda verdict: verdict.rule_id.code == 'pack')
        self._override(pack)
        self.assertEqual(order.channel_state, 'hq', "the stock rule still holds it")
        self.assertEqual(
            order.channel_current_verdict_ids.filtered('override_id').rule_id, self.rules['pack'])
        order.order_line[0].product_uom_qty = 14
        order.action_channel_check()
        self.assertFalse(order.channel_current_verdict_ids.filtered('override_id'), "changed: judged anew")
        answer, _order = self._submit_one('O-2', lines=[('YOG-1', 13)])
        self.assertEqual(answer['status'], 'held', "another order is not meant")

    def test_override_for_a_member_holds_for_rule_and_product_until_its_day(self):
        self.rules['pack'].lane = 'approve'
        _answer, order = self._submit_one('M-1', lines=[('YOG-1', 13)])
        self._override(order.channel_current_verdict_ids, scope='member')
        def status(number, **values):
            return self._submit_one(number, **{'lines': [('YOG-1', 13)], **values})[0]['status']
        self.assertEqual(status('M-2'), 'accepted')
        self.assertEqual(status('M-3', member='D2'), 'held', "another member")
        self.milk.channel_multiple_qty = 12
        self.assertEqual(status('M-4', lines=[('MLK-1', 13)]), 'held', "another product")
        self.assertEqual(status('M-5', lines=[('YOG-1', 13), ('MLK-1', 13)]), 'held')
        later = self.tomorrow + timedelta(days=1)
        self.patch(fields.Date, 'context_today', lambda record, timestamp=None: later)
        self.assertEqual(status('M-6'), 'held', "the override is over")
        self.assertTrue(self.env['channel.override'].search([('is_expired', '=', True)]))

    @mute_logger('odoo.sql_db')
    def test_overrides_are_facts(self):
        self._override(self._hold().channel_current_verdict_ids)
        override = self.env['channel.override'].search([])
        with self.assertRaises(UserError):
            override.sudo().write({'reason': "Other"})
        with self.assertRaises(UserError):
            override.sudo().unlink()

    def test_button_on_the_order(self):
        order = self._hold()
        action = order.action_channel_override()
        self.assertEqual(action['context']['default_verdict_ids'], order.channel_current_verdict_ids.ids)
        order.action_channel_approve()
        with self.assertRaises(UserError):
            self._submit_one('F-1')[1].action_channel_override()

    # --- replay

    def test_judging_again_gives_the_same_and_shows_a_difference(self):
        self._submit_one('R-1', lines=[('YOG-1', 13), ('NO-SUCH', 1), ('MLK-1', 5000)],
                         ship_to={'street': "Far", 'street_code': '510104001'})
        self._create_credit(self.dealer, 1)
        self._submit_one('R-2', lines=[('MLK-1', 5)])
        self._submit_one('R-3', lines=[('MLK-1', 1)], requested_date='2020-01-01')
        verdicts = self.env['channel.verdict'].search([('order_id.channel_member_id', '=', self.dealer.id)])
        self.assertGreaterEqual(
            set(verdicts.rule_id.mapped('kind')), {'intake', 'product', 'pack', 'territory', 'stock', 'credit'})
        self.assertFalse(any(verdicts._replay().values()))
        self.assertEqual(verdicts.action_replay()['params']['type'], 'success')
        self.patch(KINDS['pack'], 'judge', lambda fact, params: None)
        pack = verdicts.filtered(lambda verdict: verdict.rule_id.kind == 'pack')
        self.assertEqual(pack._replay()[pack]['decision'], ('block', 'pass'))
        self.assertEqual(verdicts.action_replay()['params']['type'], 'danger')

    def test_replay_uses_the_version_of_then(self):
        _answer, order = self._submit_one(lines=[('YOG-1', 13)])
        self.rules['pack'].lane = 'warn'
        self.assertFalse(any(order.channel_verdict_ids._replay().values()))

    # --- breakdowns

    @mute_logger('odoo.addons.distributor_portal.models.rules.sale_order_check')
    def test_facts_that_break_down_stop_nobody_and_raise_one_alarm(self):
        def fail(orders):
            orders.env.cr.execute("SELECT 1 / 0")
        self.patch(type(self.env['sale.order']), '_channel_get_pack_facts', fail)
        responsible = new_test_user(self.env, 'responsible', groups='distributor_portal.group_channel_manager')
        self.rules['pack'].user_id = responsible
        with mute_logger('odoo.sql_db'):
            answers = self._submit(self._prepare_order('F-1'), self._prepare_order('F-2', lines=[('NO-SUCH', 1)]))
        self.assertEqual([answer['status'] for answer in answers], ['held', 'rejected'], "the other rules judged")
        self.assertNotIn('ZeroDivision', str(answers))
        self.assertNotIn('DivisionByZero', str(answers))
        alarm = self.env['channel.alarm'].search([])
        self.assertEqual((alarm.rule_id, alarm.activity_ids.user_id), (self.rules['pack'], responsible))
        self.assertIn('DivisionByZero', alarm.detail)
        self.rules['pack'].fails_open = True
        with mute_logger('odoo.sql_db'):
            answer, order = self._submit_one('F-3')
            self.assertEqual((answer['status'], order.channel_verdict_ids.decision), ('accepted', 'signal'))
            self.assertEqual(self.env['channel.alarm'].search_count([]), 1, "once until somebody has seen to it")
            alarm.action_clear()
            self.assertFalse(alarm.activity_ids)
            self._submit_one('F-4')
        self.assertEqual(self.env['channel.alarm'].search_count([('cleared_at', '=', False)]), 1)
        self.assertFalse(any(order.channel_verdict_ids._replay().values()), "nothing was judged")

    def test_alarm_without_a_responsible_goes_to_all_managers(self):
        self.env['channel.alarm']._raise('test', "Test", "Detail")
        alarm = self.env['channel.alarm'].search([('key', '=', 'test')])
        self.assertIn(self.env.user, alarm.activity_ids.user_id)
        self.assertFalse(alarm.activity_ids.user_id & (self.clerk | self.senior))
        with self.assertRaises(AccessError):
            alarm.with_user(self.clerk).action_clear()

    # --- seals

    def _sealed(self, count=6):
        for number in range(count):
            self._submit_one(f'Z-{number}', lines=[('YOG-1', 13 + number)])
        Seal = self.env['channel.verdict.seal'].sudo()
        while Seal._seal():
            pass
        self.assertIsNone(Seal._verify())
        return Seal

    def _tamper(self, *statements):
        """As somebody does who owns the database: with triggers and foreign keys off."""
        self.env.flush_all()
        self.env.cr.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            self.env.cr.execute(statement)
        self.env.cr.execute("SET LOCAL session_replication_role = origin")
        self.env.invalidate_all()

    def test_seals_chain_every_verdict_once(self):
        Seal = self._sealed()
        self.assertEqual(Seal._seal(), 0)
        self.assertEqual(Seal.search_count([]), self.env['channel.verdict'].search_count([]))
        self.assertEqual(Seal.action_verify()['params']['type'], 'success')
        _answer, order = self._submit_one('Z-new', lines=[('YOG-1', 13)])
        self.assertEqual(Seal._seal(limit=1), 1)
        self.assertEqual(order.channel_verdict_ids.seal_ids, Seal.search([], limit=1))
        self.assertIsNone(Seal._verify())

    def test_each_way_of_tampering_is_found_and_named(self):
        Seal = self._sealed()
        seals = Seal.search([], order='number')
        third, fourth = seals[2], seals[3]
        columns = SQL(", ").join(SQL.identifier(name) for name in (
            'order_id', 'company_id', 'run', 'line_no', 'sku', 'rule_version_id', 'decision', 'rule_decision',
            'measured', '"limit"'.strip('"'), 'text_key', 'args', 'details', 'inputs', 'create_uid'))
        a, b = third.verdict_id.id, fourth.verdict_id.id
        ways = {
            'changed': (third, [SQL("UPDATE channel_verdict SET decision = 'warn' WHERE id = %s", a)]),
            'deleted': (third, [SQL("DELETE FROM channel_verdict WHERE id = %s", a)]),
            'inserted': (None, [SQL(
                "INSERT INTO channel_verdict (%s, create_date) SELECT %s, create_date - interval '3 days'"
                " FROM channel_verdict WHERE id = %s", columns, columns, a)]),
            'reordered': (third, [
                SQL("UPDATE channel_verdict SET id = -1 WHERE id = %s", a),
                SQL("UPDATE channel_verdict SET id = %s WHERE id = %s", a, b),
                SQL("UPDATE channel_verdict SET id = %s WHERE id = -1", b)]),
            'truncated': (seals[-2], [
                SQL("DELETE FROM channel_verdict WHERE id >= %s", seals[-2].verdict_id.id),
                SQL("DELETE FROM channel_verdict_seal WHERE number >= %s", seals[-2].number)]),
            'emptied': (seals[0], [SQL("DELETE FROM channel_verdict_seal"), SQL("DELETE FROM channel_verdict")]),
            'seal gone': (third, [SQL("DELETE FROM channel_verdict_seal WHERE id = %s", third.id)]),
            'seal forged': (third, [SQL("UPDATE channel_verdict_seal SET digest = repeat('a', 64) WHERE id = %s",
                                        third.id)]),
        }
        for way, (first_bad, statements) in ways.items():
            with self.subTest(way=way):
                numbers = [seal.number for seal in seals]
                with self.env.cr.savepoint() as savepoint:
                    self._tamper(*statements)
                    Seal._seal()  # nor does sealing heal it
                    problem = Seal._verify()
                    savepoint.rollback()
                self.env.invalidate_all()
                self.assertTrue(problem, way)
                if first_bad:
                    self.assertEqual(problem['number'], numbers[seals.ids.index(first_bad.id)], way)
                else:
                    self.assertEqual(problem['problem'], 'inserted')
        self.assertIsNone(Seal._verify(), "all is as it was")

    def test_nightly_check_raises_an_alarm(self):
        Seal = self._sealed(2)
        Seal._cron_verify()
        self.assertFalse(self.env['channel.alarm'].search_count([]))
        self._tamper(SQL("UPDATE channel_verdict SET measured = '12' WHERE id = %s", Seal.search([])[0].verdict_id.id))
        Seal._cron_verify()
        alarm = self.env['channel.alarm'].search([])
        self.assertIn("changed after it was sealed", alarm.detail)
        self.assertEqual(Seal.action_verify()['params']['type'], 'danger')

    def test_sealing_and_verifying_are_for_managers(self):
        Seal = self.env['channel.verdict.seal']
        for user in (self.clerk, self.senior):
            for action in ('action_seal', 'action_verify'):
                with self.subTest(user=user.login, action=action), self.assertRaises(AccessError):
                    getattr(Seal.with_user(user), action)()
        with self.assertRaises(AccessError):
            Seal.with_user(self.clerk).search([])

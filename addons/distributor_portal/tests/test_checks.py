from decimal import Decimal

from psycopg2.errors import RestrictViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..engine import KINDS
from .common import ChannelCommon


@tagged('-at_install', 'post_install')
class TestChecks(ChannelCommon):
    """Each rule refuses what it must, says why, and lets pass what it should."""

    def _assert_rejected(self, rule, text, **values):
        answer, order = self._submit_one(f'R-{rule}-{self.env.cr.sql_log_count}', **values)
        self.assertEqual(answer['status'], 'rejected')
        self.assertEqual(self._rules_broken(answer), [rule])
        self.assertIn(text, answer['verdicts'][0]['message'])
        self.assertTrue(answer['verdicts'][0]['fix'])
        self.assertEqual((order.state, order.channel_state), ('draft', 'rejected'))
        return answer['verdicts'][0]

    def test_product_must_be_sold(self):
        self.milk.sale_ok = False
        self._assert_rejected('product', "no longer sold", lines=[('MLK-1', 1)])
        self.yoghurt.active = False
        self._assert_rejected('product', "no longer sold", lines=[('YOG-1', 12)])

    def test_price_must_be_known(self):
        self.milk.list_price = 0
        self._assert_rejected('price', "No price", lines=[('MLK-1', 1)])

    def test_price_must_be_the_expected_one(self):
        def submit(number, price):
            return self._submit({
                **self._prepare_order(number), 'lines': [{'sku': 'YOG-1', 'qty': 12, 'price': price}]})[0]
        self.assertEqual(submit('P-1', 10.04)['status'], 'accepted', "within half a per cent")
        wrong = submit('P-2', 10.06)
        self.assertEqual(self._rules_broken(wrong), ['price'])
        self.assertEqual((wrong['verdicts'][0]['measured'], wrong['verdicts'][0]['limit']), ('10.06', '10.00'))

    def test_packs_must_be_whole(self):
        verdict = self._assert_rejected('pack', "packs of 12", lines=[('YOG-1', 13)])
        self.assertEqual((verdict['measured'], verdict['limit'], verdict['fix']), ('13', '12', "Order 12 or 24."))
        self._assert_rejected('pack', "less than one", lines=[('YOG-1', 3)])
        self._assert_rejected('pack', "is 0", lines=[('YOG-1', 0)])
        self._assert_rejected('pack', "is -12", lines=[('YOG-1', -12)])

    def test_minimum_must_be_reached(self):
        self.milk.channel_min_qty = 6
        verdict = self._assert_rejected('pack', "smallest order of 6", lines=[('MLK-1', 5)])
        self.assertEqual(verdict['fix'], "Order 6 or more.")

    def test_product_must_be_licensed(self):
        self._create_authorization(self.dealer, name="C-0412", categ_ids=self.chilled.ids)
        self._assert_rejected('licence', "your licence (C-0412) does not cover it")
        self.category.parent_id = self.chilled
        answer, _order = self._submit_one('OK-1')
        self.assertEqual(answer['status'], 'accepted', "a category is licensed with all below it")

    def test_licence_must_be_in_force(self):
        self.agent.authorization_ids.date_to = '2020-12-31'
        self._assert_rejected('licence', "no licence in force")

    def test_store_sells_under_the_licence_of_its_upstream(self):
        self.tiers['store'].needs_hq_approval = False
        self.dealer.reviews_downstream = False
        answer, _order = self._submit_one(member='S1')
        self.assertEqual(answer['status'], 'accepted')

    def test_delivery_must_lie_in_the_territory(self):
        verdict = self._assert_rejected(
            'territory', "is for another territory", ship_to={'street': "Far", 'street_code': '510104001'})
        self.assertEqual((verdict['measured'], verdict['limit']), ('510104001', '4403'))
        self.assertIn("Chengdu", verdict['message'])

    def test_place_of_delivery_must_be_known(self):
        self.dealer.street_id = False
        self._assert_rejected('territory', "is not known")

    def test_address_without_its_division_is_not_the_members_own_place(self):
        self._assert_rejected('territory', "is not known", ship_to={'name': "Site", 'street': "Renmin Road, Chengdu"})

    def test_licence_of_a_territory_bounds_its_product_only(self):
        self._create_authorization(
            self.dealer, name="C-W", product_ids=self.milk.ids, territory_ids=self._find_territory('51').ids)
        self._create_authorization(self.dealer, name="C-S", categ_ids=self.category.ids)
        west = {'street': "Far", 'street_code': '510104001'}
        answer, _order = self._submit_one('T-1', lines=[('MLK-1', 1)], ship_to=west)
        self.assertEqual(answer['status'], 'accepted')
        self._assert_rejected('territory', "YOG-1", lines=[('YOG-1', 12)], ship_to=west)

    def test_all_that_is_wrong_is_said_at_once(self):
        self._create_credit(self.dealer, 1)
        answer, _order = self._submit_one(lines=[('YOG-1', 13), ('NO-SUCH', 1), ('MLK-1', 5000)])
        self.assertEqual(answer['status'], 'rejected')
        self.assertEqual(set(self._rules_broken(answer)), {'pack', 'product', 'credit', 'stock'})

    def test_missing_stock_is_for_headquarters_to_decide(self):
        answer, order = self._submit_one(lines=[('MLK-1', 3000)])
        self.assertEqual((answer['status'], order.channel_state), ('held', 'hq'))
        self.assertEqual(answer['verdicts'][0]['decision'], 'approve')
        self.assertIn("Only 1000 of 3000", answer['verdicts'][0]['message'])
        order.action_channel_approve()
        self.assertEqual((order.state, order.channel_state), ('sale', 'confirmed'))

    def test_earlier_order_of_a_batch_takes_the_stock(self):
        self._set_stock(self.milk, self.west, 0)
        answers = self._submit(*(self._prepare_order(f'S-{i}', lines=[('MLK-1', 600)]) for i in range(2)))
        self.assertEqual([answer['status'] for answer in answers], ['accepted', 'held'])
        self.assertEqual(answers[1]['verdicts'][0]['limit'], '400')

    def test_two_lines_of_one_product_share_its_stock(self):
        answer, _order = self._submit_one(lines=[('MLK-1', 600), ('MLK-1', 600)])
        self.assertEqual(answer['status'], 'held')
        self.assertEqual(answer['verdicts'][0]['line'], 1)

    # --- the lanes

    def test_warning_lets_the_order_pass_and_tells(self):
        self.rules['pack'].lane = 'warn'
        answer, _order = self._submit_one(lines=[('YOG-1', 13)])
        self.assertEqual(answer['status'], 'accepted')
        self.assertEqual(answer['verdicts'][0]['decision'], 'warn')

    def test_silent_note_is_for_headquarters_only(self):
        self.rules['pack'].lane = 'signal'
        answer, order = self._submit_one(lines=[('YOG-1', 13)])
        self.assertEqual((answer['status'], answer['verdicts']), ('accepted', []))
        self.assertEqual(order.channel_verdict_ids.decision, 'signal')

    def test_rule_is_for_its_tiers_only(self):
        self.rules['pack'].tier_ids = self.tiers['store']
        answer, _order = self._submit_one(lines=[('YOG-1', 13)])
        self.assertEqual(answer['status'], 'accepted')

    def test_broken_rule_stops_nobody_but_is_said(self):
        def fail(kind, fact, params):
            raise ZeroDivisionError
        self.patch(type(KINDS['pack']), 'judge', fail)
        answer, order = self._submit_one('E-1')
        self.assertEqual((answer['status'], order.channel_verdict_ids.text_key), ('held', 'not_evaluated'))
        self.rules['pack'].fails_open = True
        answer, order = self._submit_one('E-2')
        self.assertEqual((answer['status'], order.channel_verdict_ids.decision), ('accepted', 'signal'))

    # --- versions and facts

    def test_change_of_a_rule_is_a_new_version_and_verdicts_keep_theirs(self):
        rule = self.rules['price']
        self.assertEqual((rule.version, len(rule.version_ids)), (1, 1))
        _answer, order = self._submit_one(lines=[('YOG-1', 13)])
        rule.params_text = '{"tolerance": 0.1}'
        self.assertEqual((rule.version, len(rule.version_ids)), (2, 2))
        self.assertEqual(
            rule.version_ids.sorted('version').mapped('params'), [{'tolerance': 0.005}, {'tolerance': 0.1}])
        rule.name = "Renamed"
        self.assertEqual(rule.version, 2, "a name judges nothing")
        self.assertEqual(order.channel_verdict_ids.rule_version_id.version, 1)

    def test_settings_of_a_rule_are_checked(self):
        for text in ('{"tolerance": "much"}', '{"tolerence": 1}', 'not json', '[]'):
            with self.subTest(text=text), self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.rules['price'].params_text = text

    def test_every_kind_offered_is_registered(self):
        self.assertLessEqual(set(dict(self.env['channel.rule']._fields['kind'].selection)), set(KINDS))

    def test_judging_the_stored_facts_again_gives_the_same(self):
        _answer, order = self._submit_one(lines=[('YOG-1', 13)])
        verdict = order.channel_verdict_ids
        kind = KINDS[verdict.rule_id.kind]
        inputs = {name: Decimal(value) if name in ('qty', 'multiple', 'minimum') else value
                  for name, value in verdict.inputs.items()}
        broken = kind.judge(kind.fact(order.id, verdict.line_no - 1, **inputs), verdict.rule_version_id.params)
        self.assertEqual(
            (broken.text, broken.measured, broken.limit), (verdict.text_key, verdict.measured, verdict.limit))

    @mute_logger('odoo.sql_db')
    def test_verdicts_events_and_versions_never_change(self):
        _answer, order = self._submit_one(lines=[('YOG-1', 13)])
        for record in (order.channel_verdict_ids, order.channel_event_ids[0], self.rules['pack'].version_ids[0]):
            with self.subTest(record=record):
                with self.assertRaises(UserError):
                    record.sudo().write({'create_uid': 1})
                with self.assertRaises(UserError):
                    record.sudo().unlink()
                self.env.flush_all()
                for query in ("UPDATE %s SET create_uid = 1", "DELETE FROM %s", "TRUNCATE %s CASCADE"):
                    with self.assertRaises(RestrictViolation), self.env.cr.savepoint():
                        self.env.cr.execute(query % record._table)

    def test_checked_again_after_mending(self):
        self.rules['pack'].lane = 'block'
        _answer, order = self._submit_one(lines=[('YOG-1', 13)])
        order.order_line.product_uom_qty = 24
        order.action_channel_check()
        self.assertEqual(order.channel_state, 'confirmed')
        self.assertEqual((order.channel_run, len(order.channel_verdict_ids)), (2, 1))
        self.assertFalse(order.channel_current_verdict_ids)

    # --- the gate

    def test_unchecked_order_of_a_member_cannot_be_confirmed(self):
        order = self.env['sale.order'].create({
            'partner_id': self.dealer.partner_id.id,
            'order_line': [(0, 0, {'product_id': self.yoghurt.id, 'product_uom_qty': 13})]})
        self.assertEqual(order.channel_member_id, self.dealer)
        with self.assertRaises(UserError):
            order.action_confirm()
        order.action_channel_check()
        self.assertEqual(order.channel_state, 'rejected')
        with self.assertRaises(UserError):
            order.action_confirm()

    def test_order_of_a_stranger_is_stock_odoo(self):
        stranger = self.env['res.partner'].create({'name': "Stranger"})
        order = self.env['sale.order'].create({
            'partner_id': stranger.id,
            'order_line': [(0, 0, {'product_id': self.yoghurt.id, 'product_uom_qty': 13})]})
        order.action_confirm()
        self.assertEqual((order.state, order.channel_state), ('sale', False))

    def test_order_with_a_history_is_not_deleted(self):
        _answer, order = self._submit_one(lines=[('YOG-1', 13)])
        with self.assertRaises(UserError):
            order.unlink()

    def test_order_changed_while_it_waits_is_judged_again_before_it_is_approved(self):
        credit = self._create_credit(self.dealer, 20000)
        _answer, order = self._submit_one(lines=[('MLK-1', 3000)])
        self.assertEqual((order.channel_state, credit.used_amount), ('hq', 15000))
        order.order_line.product_uom_qty = 5000
        notice = order.action_channel_approve()
        self.assertIn(order.name, notice['params']['message'])
        self.assertEqual((order.channel_state, order.channel_run), ('rejected', 2), "beyond the credit")
        order.order_line.product_uom_qty = 3500
        order.action_channel_check()
        self.assertEqual((order.channel_state, credit.used_amount), ('hq', 17500))
        self.assertIs(order.action_channel_approve(), True)
        self.assertEqual(order.channel_state, 'confirmed')

    def test_results_of_the_checks_are_not_written_by_hand(self):
        _answer, order = self._submit_one(lines=[('YOG-1', 13)])
        for values in ({'channel_state': 'accepted'}, {'channel_credit_amount': 0}, {'channel_problems': False}):
            with self.subTest(values=values), self.assertRaises(AccessError):
                order.write(values)
        with self.assertRaises(AccessError):
            self.env['sale.order'].create({'partner_id': self.dealer.partner_id.id, 'channel_state': 'accepted'})

    def test_order_is_not_written_as_confirmed(self):
        seller = new_test_user(self.env, 'writes.orders', groups='sales_team.group_sale_salesman_all_leads')
        orders = self.env['sale.order'].with_user(seller)
        stranger = self.env['res.partner'].create({'name': "Stranger"})
        line = [(0, 0, {'product_id': self.yoghurt.id, 'product_uom_qty': 12})]
        wanted = {'partner_id': self.dealer.partner_id.id, 'order_line': line}
        for env_orders, values in ((orders, {'state': 'sale'}), (orders.with_context(default_state='sale'), {})):
            with self.assertRaises(UserError):
                env_orders.create({**wanted, **values})
        order = orders.with_context(default_channel_state='accepted').create(wanted)
        self.assertFalse(order.channel_state)
        with self.assertRaises(UserError):
            order.state = 'sale'
        sold = orders.create({**wanted, 'partner_id': stranger.id, 'state': 'sale'})
        self.assertEqual(sold.state, 'sale', "stock Odoo")
        with self.assertRaises(UserError):
            sold.partner_id = self.dealer.partner_id
        history = orders.sudo().create({**wanted, 'state': 'sale'})
        self.assertEqual(history.state, 'sale', "an import of what was sold before")

    def test_order_does_not_leave_the_channel_by_dropping_its_member(self):
        order = self.env['sale.order'].create({
            'partner_id': self.dealer.partner_id.id, 'channel_member_id': False,
            'order_line': [(0, 0, {'product_id': self.yoghurt.id, 'product_uom_qty': 13})]})
        order.channel_member_id = False
        with self.assertRaises(UserError):
            order.action_confirm()

    def test_verdict_speaks_its_readers_language(self):
        self.env['res.lang']._activate_lang('zh_CN')
        answer, order = self._submit_one(ship_to={'street': "Far", 'street_code': '510104001'})
        self.assertIn("Sichuan Chengdu", answer['verdicts'][0]['message'])
        self.assertIn("四川省 成都市", order.channel_verdict_ids.with_context(lang='zh_CN').message)

    def test_warehouse_worker_ships_without_rights_on_sales(self):
        worker = new_test_user(self.env, 'worker', groups='stock.group_stock_user')
        _answer, order = self._submit_one()
        picking = order.picking_ids.with_user(worker)
        picking.move_ids.picked = True
        picking.button_validate()
        self.assertEqual(order.channel_state, 'shipped')

from datetime import timedelta
from decimal import Decimal

from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..engine import KINDS
from .common import ChannelCommon


@tagged('-at_install', 'post_install')
class TestDiversion(ChannelCommon):
    """Each rule against diversion finds what it must, on real orders, and lets pass what it should."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.all_rules = {rule.code: rule for rule in cls.env['channel.rule'].with_context(active_test=False).search([])}
        cls.tiers['store'].needs_hq_approval = False
        cls.dealer.reviews_downstream = False

    def _activate(self, code, lane='approve', **params):
        rule = self.all_rules[code]
        rule.write({'active': True, 'lane': lane, **({'params': params} if params else {})})
        return rule

    def _make_order(self, member=None, lines=(('MLK-1', 10, {}),), **values):
        """An order made by hand and checked."""
        member = member or self.dealer
        products = {'MLK-1': self.milk, 'YOG-1': self.yoghurt}
        order = self.env['sale.order'].create({
            'partner_id': member.partner_id.id,
            'order_line': [Command.create({'product_id': products[sku].id, 'product_uom_qty': qty, **more})
                           for sku, qty, more in lines],
            **values})
        order.action_channel_check()
        return order

    def _texts(self, order):
        return order.channel_current_verdict_ids.mapped('text_key')

    def test_ready_rules_wait_to_be_switched_on(self):
        self.assertEqual(
            {code for code, rule in self.all_rules.items() if not rule.active},
            {'floor', 'discount', 'split', 'account', 'origin', 'travel'})
        answer, _order = self._submit_one()
        self.assertEqual((answer['status'], answer['verdicts']), ('accepted', []))

    def test_clean_order_passes_with_every_rule_in_force(self):
        for code in ('floor', 'discount', 'split', 'account', 'origin', 'travel'):
            self._activate(code, 'block')
        for number in range(3):
            answer, _order = self._submit_one(f'C-{number}', lines=[('YOG-1', 12 * (number + 1)), ('MLK-1', 3)])
            self.assertEqual((answer['status'], answer['verdicts']), ('accepted', []))

    # --- R2: another dealer's store

    def test_delivery_to_a_contact_of_another_line(self):
        order = self._make_order(partner_shipping_id=self.rival_store.partner_id.id, channel_ship_code='440305')
        self.assertEqual((order.channel_state, self._texts(order)), ('rejected', ['ship_to_of_another']))
        verdict = order.channel_verdict_ids
        answer = verdict._to_answer()[0]
        self.assertNotIn('S2', str(answer))
        self.assertEqual((answer['measured'], answer['limit']), (False, False))
        self.assertIn('S2', verdict.analysis)

    def test_delivery_along_the_own_line(self):
        order = self._make_order(partner_shipping_id=self.store.partner_id.id, channel_ship_code='440305')
        self.assertEqual(order.channel_state, 'confirmed')

    def test_delivery_to_the_street_or_phone_of_anothers_store(self):
        self.rival_store.street_id = self._find_territory('440305')
        self.rival_store.partner_id.write({'street': "Garden Road 5", 'phone': "+86 755 1234 5678"})
        for number, (street, phone, status) in enumerate([
                ("garden road 5 ", "", 'rejected'), ("Elsewhere", "86-75512345678", 'rejected'),
                ("Garden Road 6", "", 'accepted')]):
            answer, _order = self._submit_one(f'S-{number}', ship_to={
                'name': "Somebody", 'street': street, 'phone': phone, 'street_code': '440305'})
            self.assertEqual(answer['status'], status, street)
        self.rival_store.upstream_id = self.dealer
        answer, _order = self._submit_one('S-9', ship_to={
            'name': "Somebody", 'street': "Garden Road 5", 'street_code': '440305'})
        self.assertEqual(answer['status'], 'accepted', "now it is the dealer's own store")

    # --- R3: assortment

    def test_region_only_product(self):
        self.milk.channel_territory_ids = self._find_territory('51')
        answer, _order = self._submit_one('G-1', lines=[('MLK-1', 1)])
        self.assertEqual((answer['status'], self._rules_broken(answer)), ('rejected', ['region']))
        self.assertIn("Sichuan", answer['verdicts'][0]['message'])
        answer, _order = self._submit_one('G-2', member='D2', lines=[('MLK-1', 1)])
        self.assertEqual(answer['status'], 'accepted')

    def test_pad_leaves_out_what_is_sold_elsewhere_only(self):
        self.milk.channel_territory_ids = self._find_territory('51')
        shown = [product['sku'] for product in self.dealer.sudo()._portal_get_products()['products']]
        self.assertNotIn('MLK-1', shown)
        self.assertIn('YOG-1', shown)
        shown = [product['sku'] for product in self.rival_dealer.sudo()._portal_get_products()['products']]
        self.assertIn('MLK-1', shown)
        answer = self.dealer.sudo()._portal_submit([{'product_id': self.milk.id, 'qty': 1}], 'token-12')
        self.assertEqual(answer['status'], 'rejected')

    def test_licence_is_for_a_sales_channel(self):
        self.agent.authorization_ids.sales_channel = 'offline'
        self._create_authorization(self.agent, name="C-ON", sales_channel='online', product_ids=self.milk.ids)
        online = self.env['channel.source'].create({'name': "Shop", 'code': 'shop', 'sales_channel': 'online'})
        answer, order = self._submit_one('L-1', source='shop', lines=[('MLK-1', 1)])
        self.assertEqual((answer['status'], order.channel_sales_channel), ('accepted', 'online'))
        answer, _order = self._submit_one('L-2', source='shop')
        self.assertEqual(self._rules_broken(answer), ['licence'])
        self.agent.authorization_ids.filtered(lambda grant: grant.sales_channel == 'online').active = False
        answer, _order = self._submit_one('L-3', source='shop')
        self.assertIn("not for this sales channel (Online)", answer['verdicts'][0]['message'])
        online.sales_channel = 'offline'
        answer, _order = self._submit_one('L-4', source='shop')
        self.assertEqual(answer['status'], 'accepted')

    # --- R4: exclusivity

    def test_exclusivity_of_another_line(self):
        grant = self._create_authorization(
            self.rival_dealer, name="C-EX", is_exclusive=True, product_ids=self.milk.ids,
            territory_ids=self._find_territory('4403').ids)
        answer, order = self._submit_one('E-1', lines=[('MLK-1', 1), ('YOG-1', 12)])
        self.assertEqual(self._rules_broken(answer), ['exclusivity'])
        self.assertEqual(answer['verdicts'][0]['line'], 0)
        self.assertNotIn('D2', str(answer['verdicts']))
        self.assertNotIn('C-EX', str(answer['verdicts']))
        self.assertIn('D2', order.channel_verdict_ids.analysis)
        grant.member_id = self.agent
        answer, _order = self._submit_one('E-2', lines=[('MLK-1', 1)])
        self.assertEqual(answer['status'], 'accepted', "its own agent's exclusivity is its own")
        grant.write({'member_id': self.rival_dealer.id, 'date_to': '2020-12-31'})
        answer, _order = self._submit_one('E-3', lines=[('MLK-1', 1)])
        self.assertEqual(answer['status'], 'accepted', "it is over")

    # --- R5: floors

    def test_price_below_the_floor(self):
        self._activate('floor')
        Floor = self.env['channel.price.floor']
        Floor.create({'categ_id': self.category.id, 'price': 4.6})
        self.assertEqual(self._make_order(lines=[('MLK-1', 10, {'discount': 8})]).channel_state, 'confirmed')
        order = self._make_order(lines=[('MLK-1', 10, {'discount': 10})])
        self.assertEqual((order.channel_state, self._texts(order)), ('hq', ['below_floor']))
        self.assertNotIn('4.6', str(order.channel_verdict_ids._to_answer()))
        self.assertIn('4.60', order.channel_verdict_ids.analysis)
        Floor.create({'product_id': self.milk.id, 'price': 4, 'territory_id': self._find_territory('4403').id})
        order.action_channel_check()
        self.assertEqual(order.channel_state, 'confirmed', "the narrower floor holds")

    def test_accrued_rebate_counts(self):
        self._activate('floor')
        self.env['channel.price.floor'].create({'product_id': self.milk.id, 'price': 4.6})
        self.patch(type(self.env['sale.order']), '_channel_get_rebates_per_unit',
                   lambda orders: dict.fromkeys(orders.order_line, Decimal(1)))
        self.assertEqual(self._texts(self._make_order()), ['below_floor'])

    @mute_logger('odoo.sql_db')
    def test_floor_has_a_scope_and_a_price(self):
        for error, values in (
                (ValidationError, {'price': 4}),
                (ValidationError, {'price': 4, 'product_id': self.milk.id, 'categ_id': self.category.id}),
                (CheckViolation, {'price': 0, 'product_id': self.milk.id}),
                (CheckViolation, {
                    'price': 1, 'product_id': self.milk.id, 'date_from': '2026-02-01', 'date_to': '2026-01-01'})):
            with self.subTest(values=values), self.assertRaises(error), self.env.cr.savepoint():
                self.env['channel.price.floor'].create(values).flush_recordset()

    # --- R6: discounts

    def test_discount_beyond_the_policy_and_far_from_peers(self):
        self._activate('discount', max_discount=0.5, min_peers=3)
        for number in range(3):
            dealer = self._create_member(f'P{number}', 'dealer', self.agent, territories='4403')
            self.assertEqual(self._make_order(dealer, [('MLK-1', 10, {'discount': 5})]).channel_state, 'confirmed')
        self.assertEqual(self._make_order(lines=[('MLK-1', 10, {'discount': 11})]).channel_state, 'confirmed')
        order = self._make_order(lines=[('MLK-1', 10, {'discount': 12})])
        self.assertEqual(self._texts(order), ['discount_unusual'])
        self.assertIn("median 5.0%", order.channel_verdict_ids.analysis)
        self.assertNotIn('%', str(order.channel_verdict_ids._to_answer()))
        self.assertEqual(
            self._texts(self._make_order(lines=[('YOG-1', 12, {'discount': 51})])), ['discount_beyond_policy'])

    # --- R13: split and duplicate orders

    def test_duplicate_order(self):
        self._activate('split', 'warn')
        self._submit_one('Q-1', lines=[('MLK-1', 3), ('YOG-1', 12)])
        answer, order = self._submit_one('Q-2', lines=[('YOG-1', 12), ('MLK-1', 3)])
        self.assertEqual((answer['status'], self._texts(order)), ('accepted', ['duplicate_order']))
        answer, order = self._submit_one('Q-3', lines=[('YOG-1', 12), ('MLK-1', 4)])
        self.assertEqual(answer['verdicts'], [])
        answer, _order = self._submit_one('Q-4', member='D2', lines=[('YOG-1', 12), ('MLK-1', 3)])
        self.assertEqual(answer['verdicts'], [], "another member's order is no duplicate")

    def test_duplicates_within_one_batch(self):
        self._activate('split')
        answers = self._submit(*(self._prepare_order(f'B-{number}') for number in range(3)))
        self.assertEqual([answer['status'] for answer in answers], ['accepted', 'held', 'held'])

    def test_order_sent_back_is_no_twin_of_its_better_self(self):
        self._activate('split')
        self._submit_one('T-1', lines=[('YOG-1', 13)])
        self.rules['pack'].lane = 'signal'
        answer, _order = self._submit_one('T-2', lines=[('YOG-1', 13)])
        self.assertEqual(answer['status'], 'accepted')

    def test_order_in_pieces_below_a_limit(self):
        self._activate('split', limit_amount=100.0)
        self._submit_one('W-1', lines=[('MLK-1', 10)])
        answer, order = self._submit_one('W-2', lines=[('MLK-1', 11)])
        self.assertEqual((answer['status'], self._texts(order)), ('held', ['split_order']))
        self.assertNotIn('100', str(answer['verdicts']))

    # --- R15: accounts

    def test_large_first_order_and_dormant_account(self):
        self._activate('account', large_amount=500.0)
        answer, order = self._submit_one('A-1', lines=[('MLK-1', 101)])
        self.assertEqual((answer['status'], self._texts(order)), ('held', ['large_first_order']))
        answer, first = self._submit_one('A-2', lines=[('MLK-1', 20)])
        self.assertEqual(answer['status'], 'accepted')
        answer, _order = self._submit_one('A-3', lines=[('MLK-1', 101)])
        self.assertEqual(answer['status'], 'accepted', "it has ordered before")
        orders = self.env['sale.order'].search([('channel_member_id', '=', self.dealer.id)])
        self.env.flush_all()
        self.env.cr.execute(SQL("UPDATE sale_order SET create_date = %s WHERE id IN %s",
                                fields.Datetime.now() - timedelta(days=200), tuple(orders.ids)))
        answer, order = self._submit_one('A-4', lines=[('MLK-1', 400)])
        self.assertEqual((answer['status'], self._texts(order)), ('held', ['dormant_account']))

    def test_third_party_payer(self):
        self._activate('account')
        payer = self.env['res.partner'].create({'name': "Trading House", 'is_company': True})
        order = self._make_order(partner_invoice_id=payer.id)
        self.assertEqual(self._texts(order), ['third_party_payer'])
        self.assertNotIn("Trading House", str(order.channel_verdict_ids._to_answer()))

    # --- settings of rules

    def test_kind_that_waits_for_data_is_not_switched_on(self):
        waiting = self.env['channel.rule']._get_waiting_kinds()
        # Other addons bring the facts of some.
        self.assertLessEqual(
            set(waiting), {'quantity', 'leakage', 'scan_place', 'clone', 'foreign_return', 'online_leak'})
        self.assertIn('online_leak', waiting)
        for kind in waiting:
            with self.subTest(kind=kind):
                with self.assertRaisesRegex(ValidationError, "would judge nothing"), self.env.cr.savepoint():
                    self.env['channel.rule'].create({'name': "X", 'code': 'x', 'kind': kind, 'lane': 'signal'})
                rule = self.env['channel.rule'].create({
                    'name': "X", 'code': kind, 'kind': kind, 'lane': 'signal', 'active': False})
                self.assertTrue(rule.waits_for)
                self.assertEqual(getattr(self.env['sale.order'], f'_channel_get_{kind}_facts')(), [])

    def test_blocking_by_place_or_price_needs_a_legal_basis(self):
        for code in ('territory', 'price', 'ship_to', 'region', 'exclusivity'):
            with self.subTest(code=code), (
                    self.assertRaisesRegex(ValidationError, "legal basis")), self.env.cr.savepoint():
                self.all_rules[code].legal_basis = " "
        self.all_rules['territory'].write({'lane': 'warn', 'legal_basis': False})
        self.rules['pack'].legal_basis = False

    def test_floor_under_resale_prices_never_blocks(self):
        floor = self.all_rules['floor']
        floor.params = {'applies_to': 'resale'}
        with self.assertRaisesRegex(ValidationError, "third parties"):
            floor.lane = 'block'

    def test_setting_out_of_its_bounds_is_named_in_a_sentence(self):
        for params, sentence in (
                ({'factor': 0.1}, "“factor” must be at least 1.0"), ({'max_discount': 2}, "“max_discount” must be at"),
                ({'window_days': "long"}, "“window_days” must be of type int"), ({'windw': 1}, "no “windw”")):
            with self.subTest(params=params), (
                    self.assertRaisesRegex(ValidationError, sentence)), self.env.cr.savepoint():
                self.all_rules['discount'].params = params

    def test_schema_is_explained_on_the_rule(self):
        html = self.all_rules['discount'].schema_html
        for word in ('min_peers', 'median absolute deviations', '90', 'keeps to the policy'):
            self.assertIn(word, html)
        self.assertIn("has no settings", self.rules['pack'].schema_html)

    def test_every_kind_and_parameter_has_its_words(self):
        Text = self.env['channel.text']
        kinds, params = Text._get_kind_texts(), Text._get_param_texts()
        for code in dict(self.env['channel.rule']._fields['kind'].selection):
            self.assertTrue(kinds.get(code), code)
            for name in KINDS[code].schema():
                self.assertTrue(params.get((code, name)), f"{code}.{name} has no help text")

    def test_rule_holds_within_its_dates(self):
        today = fields.Date.context_today(self.env['channel.rule'])
        rule, version = self.rules['pack'], self.rules['pack'].version
        for values, status in (
                ({'date_from': today + timedelta(days=1), 'date_to': False}, 'accepted'),
                ({'date_from': False, 'date_to': today - timedelta(days=1)}, 'accepted'),
                ({'date_from': today, 'date_to': today}, 'rejected')):
            rule.write(values)
            answer, _order = self._submit_one(f"D-{status}-{values['date_from']}", lines=[('YOG-1', 13)])
            self.assertEqual(answer['status'], status)
        self.assertEqual(rule.version, version + 3)
        self.assertEqual(rule.version_ids[0].date_to, today)

    def test_statistics_of_a_rule(self):
        self._submit_one('N-1', lines=[('YOG-1', 13), ('YOG-1', 14)])
        rule = self.rules['pack']
        rule.invalidate_recordset()
        self.assertEqual((rule.verdict_count, rule.block_count, rule.overridden_rate), (2, 2, 0))
        action = rule.action_view_verdicts()
        self.assertEqual(self.env['channel.verdict'].search_count(action['domain']), 2)

    # --- what it costs

    def test_facts_take_as_many_queries_for_many_orders_as_for_one(self):
        Order = self.env['sale.order']
        codes = {rule.kind for rule in self.all_rules.values() if Order._channel_get_facts_method(rule.kind)}
        for rule in self.all_rules.values():
            rule.active = True
        self.env['channel.price.floor'].create({'product_id': self.milk.id, 'price': 1})

        def count(prefix, orders, lines):
            answers = self._submit(*(self._prepare_order(
                f'{prefix}{number}', lines=[('MLK-1', 1 + number), ('YOG-1', 12)] * lines) for number in range(orders)))
            records = self.env['sale.order'].browse([answer['order_id'] for answer in answers])
            taken = {}
            for code in codes:
                self.env.invalidate_all()
                # What is not the facts' own: orders, lines, products and members, which a batch has read already.
                records.mapped('order_line.product_id.categ_id.parent_path')
                records.mapped('order_line.product_uom_id.factor')
                records.mapped('channel_member_id.partner_id.name')
                records.mapped('partner_invoice_id.commercial_partner_id.name')
                records.mapped('currency_id.name')
                records.mapped('channel_tier_id.code')
                before = self.env.cr.sql_log_count
                getattr(records, f'_channel_get_{code}_facts')()
                taken[code] = self.env.cr.sql_log_count - before
            return taken
        count('warm', 1, 1)
        one, many = count('one', 1, 1), count('many', 10, 6)
        self.assertEqual(one, many)
        self.assertLessEqual(max(many.values()), 6, many)

    def test_batch_costs_few_queries_of_our_own(self):
        def judge(prefix, orders, lines):
            answers = self._submit(*(self._prepare_order(
                f'{prefix}{number}', lines=[('MLK-1', 1 + number), ('YOG-1', 12)] * lines) for number in range(orders)))
            records = self.env['sale.order'].browse([answer['order_id'] for answer in answers])
            rules = self.env['channel.rule']._get_rules_in_force()
            records.mapped('order_line.product_id.categ_id.parent_path')
            before = self.env.cr.sql_log_count
            records._channel_judge(rules)
            return self.env.cr.sql_log_count - before
        judge('warm', 1, 1)
        one, many = judge('one', 1, 1), judge('many', 10, 6)
        self.assertLessEqual(many, one)
        self.assertLessEqual(many, 12)

    def test_archived_rule_fetches_no_facts(self):
        def fail(orders):
            raise AssertionError("nobody asked for these")
        for code in ('discount', 'split', 'account', 'origin', 'travel', 'floor', 'territory'):
            self.patch(type(self.env['sale.order']), f'_channel_get_{code}_facts', fail)
        self.rules['territory'].active = False
        answer, _order = self._submit_one()
        self.assertEqual((answer['status'], answer['verdicts']), ('accepted', []))

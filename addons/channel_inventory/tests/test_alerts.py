import random
from datetime import timedelta
from decimal import Decimal
from unittest.mock import patch

import psycopg2

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.distributor_portal.utils import to_decimal

from ..engine import alerts
from .test_insight import InsightCommon

KEEP = 'odoo.addons.channel_inventory.models.alerts.channel_alert_keep'


class AlertCommon(InsightCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Alert = cls.env['channel.alert'].sudo()
        cls.Policy = cls.env['channel.stock.policy'].sudo()
        cls.manager = new_test_user(cls.env, 'chief', groups='distributor_portal.group_channel_manager')
        cls.clerk = new_test_user(cls.env, 'clerk', groups='distributor_portal.group_channel_user')

    def _evaluate(self):
        self.Figure._count_all()
        self.company.channel_alert_upto = 0
        self.Alert._evaluate_all(self.company)
        return self.Alert.search([('member_id.code', 'in', ('A1', 'D1', 'S1'))])

    def _find(self, kind, **values):
        domain = [('kind', '=', kind), ('is_live', '=', True), *((name, '=', value) for name, value in values.items())]
        return self.Alert.search(domain)

    def _count_shelf(self, missing, days):
        self._post(self._move('adjustment', 'available', None, missing, days=days, source='count'))

    def _sell_daily(self, qty, product=None, days=28, member=None):
        self._sell(*[(ago, product or self.milk, qty) for ago in range(days)], member=member)

    def _leak(self):
        """A hundred came, two a day are sold, and two counts miss fifteen each."""
        self._open(200, days=29)
        self._sell(*[(ago, self.milk, 2) for ago in range(1, 20)])
        self._count_shelf(15, 10)
        self._count_shelf(15, 3)
        self._evaluate()
        return self._find('leakage', member_id=self.store.id)


@tagged('-at_install', 'post_install')
class TestAlertKinds(AlertCommon):
    """What is found, and by which numbers."""

    def test_short_by_days_of_supply_at_its_limit(self):
        self._open(28 * 4 + 28, days=40)
        self._sell_daily(4)
        self._evaluate()
        self.assertFalse(self._find('short'), "seven days are left, and seven are safe")
        self._sell((0, self.milk, 1))
        self._evaluate()
        alert = self._find('short')
        self.assertEqual((alert.member_id, alert.product_id, alert.state), (self.store, self.milk, 'open'))
        self.assertIn("27", alert.why)
        self.assertGreater(alert.order_qty, 50)
        self.assertGreater(alert.urgency, 0)

    def test_out_of_stock_with_what_is_on_its_way(self):
        self._open(28, days=40)
        self._sell_daily(1)
        self._evaluate()
        self.assertEqual(self._find('out').qty, 7)
        self._post(self._move('shipment', None, 'in_transit', 20))
        self._evaluate()
        alert = self._find('out')
        self.assertEqual((alert.qty, alert.inputs['incoming']), (0, 20))
        self.assertIn("on their way", alert.why)

    def test_empty_shelf_of_what_must_be_there(self):
        self.Policy.create({'name': "Ten", 'method': 'fixed', 'tier_id': self.store.tier_id.id, 'qty': 10})
        self._open(10, days=100)
        self._evaluate()
        self.assertFalse(self._find('short'))
        self._post(self._move('adjustment', 'available', None, 10, days=99, source='count'))
        self._evaluate()
        alert = self._find('short')
        self.assertEqual((alert.member_id, alert.qty, alert.order_qty), (self.store, 10, 10))
        self.assertFalse(self._find('out'), "it does not sell")

    def test_what_must_be_there_and_never_came(self):
        policy = self.Policy.create({
            'name': "Ten", 'method': 'fixed', 'member_id': self.store.id, 'product_id': self.milk.id, 'qty': 10})
        policy.action_try()
        self.assertEqual((policy.tried_counts, policy.tried_positions), ({'short': 1}, 1))
        self._evaluate()
        alert = self._find('short')
        self.assertEqual((alert.member_id, alert.product_id, alert.qty), (self.store, self.milk, 10))
        self._open(10)
        self._evaluate()
        self.assertEqual(alert.state, 'cleared')

    def test_nothing_must_be_there_where_no_stock_is_kept(self):
        self.store.tracks_stock = False
        self.Policy.create({
            'name': "Ten", 'method': 'fixed', 'member_id': self.store.id, 'product_id': self.milk.id, 'qty': 10})
        self._evaluate()
        self.assertFalse(self._find('short'))

    def test_negative_and_what_to_do(self):
        self._open(10, days=40)
        self._sell((1, self.milk, 12))
        self._evaluate()
        alert = self._find('negative')
        self.assertEqual(alert.qty, 2)
        self.assertIn("count", alert._get_advice())
        self.assertFalse(self._find('out') | self._find('short'))

    def test_slow_only_where_sales_are_told(self):
        self._open(10, days=100)
        self._evaluate()
        self.assertFalse(self._find('slow'), "nobody knows what it sells")
        self._open(50, product=self.yoghurt, days=100)
        self._sell((1, self.yoghurt, 1))
        self._evaluate()
        self.assertEqual(self._find('slow', product_id=self.milk.id).qty, 10)
        self.assertIn("none was sold", self._find('slow', product_id=self.milk.id).why)

    def test_lot_that_expires_before_it_sells(self):
        lots = self.env['stock.lot'].create([
            {'name': name, 'product_id': self.milk.id, 'expiration_date': fields.Datetime.now() + timedelta(days)}
            for name, days in (('EARLY', 20), ('LATE', 400))])
        for lot in lots:
            self._open(60, lot_id=lot.id, days=29)
        self._sell_daily(1)
        self._evaluate()
        alert = self._find('expiry')
        self.assertEqual(alert.lot_id, lots[0])
        self.assertTrue(alert.inputs['is_lost'])
        self.assertIn('EARLY', alert.why)

    def test_deviation_from_the_policys_limit(self):
        for qty, is_told in ((4, False), (5, True)):
            run = self.env['channel.stock.reconciliation'].sudo().create({'member_ids': [(6, 0, self.store.ids)]})
            deviation = self.env['channel.deviation'].sudo().create({
                'member_id': self.store.id, 'company_id': self.company.id, 'product_id': self.milk.id, 'qty': qty,
                'abs_qty': qty, 'kind': 'unexplained', 'day': self.today, 'key': f'K{qty}', 'run_id': run.id,
                'found_at': fields.Datetime.now(), 'evaluated_at': fields.Datetime.now()})
            self._open(1)
            self._evaluate()
            self.assertEqual(bool(self._find('deviation', key=str(deviation.id))), is_told)
        deviation.state = 'accepted'
        deviation.closed_at = fields.Datetime.now()
        self._evaluate()
        self.assertFalse(self._find('deviation'))

    def test_leak_with_its_book(self):
        alert = self._leak()
        self.assertEqual(alert.qty, 30)
        self.assertEqual((alert.inputs['days'], alert.inputs['counts'], alert.inputs['missing']), (30, 2, 30))
        self.assertIn("30", alert.why)
        self.assertEqual(float(alert.inputs['sold']), 38)

    def test_one_count_is_a_deviation_and_no_leak(self):
        self._open(200, days=29)
        self._sell(*[(ago, self.milk, 2) for ago in range(1, 20)])
        self._count_shelf(40, 3)
        self._evaluate()
        self.assertFalse(self._find('leakage'))

    def test_leak_that_is_accepted_is_none(self):
        alert = self._leak()
        run = self.env['channel.stock.reconciliation'].sudo().create({'member_ids': [(6, 0, self.store.ids)]})
        self.env['channel.deviation'].sudo().create({
            'member_id': self.store.id, 'company_id': self.company.id, 'product_id': self.milk.id, 'qty': 25,
            'abs_qty': 25, 'kind': 'unexplained', 'state': 'accepted', 'day': self.today, 'key': 'K', 'run_id': run.id,
            'found_at': fields.Datetime.now(), 'evaluated_at': fields.Datetime.now()})
        self._evaluate()
        self.assertEqual(alert.state, 'cleared')

    def test_without_a_rule_nobody_looks_for_leaks(self):
        self.env.ref('channel_inventory.channel_rule_leakage').active = False
        self.assertFalse(self._leak())

    def test_leak_stands_beside_the_next_order(self):
        self._leak()
        _answer, order = self._submit_one(member='S1')
        verdict = order.channel_verdict_ids.filtered(lambda verdict: verdict.text_key == 'stock_leaks')
        self.assertEqual(len(verdict), 1)
        self.assertNotIn('leakage', self.env['channel.rule']._get_waiting_kinds())

    def test_found_by_sql_as_the_engine_says(self):
        random_ = random.Random(5)
        lots = self.env['stock.lot'].create([
            {'name': f"L{days}", 'product_id': self.milk.id,
             'expiration_date': fields.Datetime.now() + timedelta(days)} for days in (2, 15, 45, 200)])
        self.Policy.create([
            {'name': "Store", 'method': 'service', 'tier_id': self.store.tier_id.id, 'lead_days': 9, 'service': 97,
             'lead_deviation': 2},
            {'name': "Milk", 'method': 'fixed', 'product_id': self.milk.id, 'qty': 30, 'member_id': self.dealer.id},
        ])
        for _round in range(4):
            self._post_random(random_, 30, [self.milk, self.yoghurt], [None, *lots.ids])
            for member in (self.store, self.dealer, self.agent):
                self._sell(*[(ago, product, random_.randint(1, 9)) for product in (self.milk, self.yoghurt)
                             for ago in random_.sample(range(60), random_.choice((0, 3, 20)))], member=member)
            self._evaluate()
            for member in (self.store, self.dealer, self.agent, self.rival_store):
                for product in (self.milk, self.yoghurt):
                    self._compare(member, product)

    def _compare(self, member, product):
        figure = self.Figure.search([('member_id', '=', member.id), ('product_id', '=', product.id)])
        stock = self.env['channel.stock'].search([('member_id', '=', member.id), ('product_id', '=', product.id)])
        if not stock:
            return
        policy = self.Policy._explain(member, product)
        terms = policy._to_engine() if policy else self.company._channel_get_usual_policy()
        lots = [alerts.Lot(one.lot_id.id, to_decimal(one.available, 6), (
            self._day(one.lot_id.expiration_date) - self.today).days)
            for one in stock if one.lot_id and one.available > 0]
        node = self.Node.search([('member_id', '=', member.id)])
        position = alerts.Position(
            to_decimal(sum(stock.mapped('available')), 6), to_decimal(sum(stock.mapped('in_transit')), 6),
            to_decimal(figure.daily_sales, 6), self._deviation(member, product),
            (self.today - figure.last_sale).days if figure.last_sale else None,
            (self.today - self._day(min(stock.mapped('first_at')))).days, figure.days_out, not node.is_silent,
            to_decimal(product.lst_price), to_decimal(product.standard_price or product.lst_price), lots)
        expected = {(one.kind, one.lot or False): one for one in alerts.judge(position, terms)}
        found = {(one.kind, one.lot_id.id): one for one in self.Alert.search([
            ('member_id', '=', member.id), ('product_id', '=', product.id), ('is_live', '=', True),
            ('kind', 'in', ('out', 'short', 'negative', 'slow', 'expiry'))])}
        self.assertEqual(set(found), set(expected))
        for key, one in found.items():
            self.assertAlmostEqual(one.qty, float(expected[key].qty), 2)
            self.assertAlmostEqual(one.urgency, float(expected[key].urgency), delta=.02 + .001 * one.urgency)

    def _day(self, moment):
        return fields.Datetime.context_timestamp(
            self.Alert.with_context(tz=self.company.partner_id.tz or 'UTC'), moment).date()

    def _deviation(self, member, product):
        days = self.company.channel_stock_pace_days
        self.env.cr.execute(
            """SELECT day, SUM(qty) FROM channel_sell_through
                WHERE member_id = %s AND product_id = %s AND day > %s AND day <= %s GROUP BY 1""",
            [member.id, product.id, self.today - timedelta(days), self.today])
        sold = [to_decimal(qty, 6) for _day, qty in self.env.cr.fetchall()]
        mean = sum(sold, Decimal(0)) / days
        return max(Decimal(0), sum((qty * qty for qty in sold), Decimal(0)) / days - mean * mean).sqrt()


@tagged('-at_install', 'post_install')
class TestAlertLife(AlertCommon):
    """One for each cause: it clears, comes back as a new one, is snoozed, ignored, dealt out."""

    def setUp(self):
        super().setUp()
        self._open(28, days=40)
        self._sell_daily(1)
        self._evaluate()
        self.alert = self._find('out', member_id=self.store.id)

    def _restock(self):
        self._post(self._move('surplus', None, 'available', 30))
        self._evaluate()

    def _sell_out(self):
        self._post(self._move('sale', 'available', None, 30))
        self._evaluate()

    def test_seen_again_it_is_the_same(self):
        self._evaluate()
        self.assertEqual(self._find('out', member_id=self.store.id), self.alert)

    def test_database_refuses_a_second_of_one_cause(self):
        with self.assertRaises(psycopg2.IntegrityError), mute_logger('odoo.sql_db'), self.env.cr.savepoint():
            self.Alert.create({name: self.alert[name].id if name.endswith('_id') else self.alert[name] for name in (
                'company_id', 'member_id', 'product_id', 'kind', 'key', 'first_at', 'last_at')})
            self.env.flush_all()

    def test_clears_by_itself_and_comes_back_as_a_new_one(self):
        self._restock()
        self.assertEqual((self.alert.state, self.alert.is_live), ('cleared', False))
        self.assertTrue(self.alert.closed_at)
        self._sell_out()
        again = self._find('out', member_id=self.store.id)
        self.assertEqual(len(again), 1)
        self.assertNotEqual(again, self.alert)

    def test_snoozed_until_its_day(self):
        until = self.today + timedelta(3)
        self.alert.with_user(self.clerk)._snooze(until, "the agent comes on Friday")
        self._evaluate()
        self.assertEqual(self.alert.state, 'snoozed')
        with patch.object(type(self.company), '_channel_get_today', lambda company: until):
            self.company.channel_alert_upto = 0
            self.Alert._evaluate_members(self.company, self.store.ids)
        self.assertEqual((self.alert.state, self.alert.is_live), ('open', True))
        self.assertEqual(self.alert.event_ids.mapped('kind'), ['woken', 'snoozed'])
        self.assertEqual(self.alert.event_ids[1].user_id, self.clerk)

    def test_snoozed_clears_when_its_cause_is_gone(self):
        self.alert._snooze(self.today + timedelta(3), "soon")
        self._restock()
        self.assertEqual(self.alert.state, 'cleared')

    def test_ignored_as_long_as_its_cause_is_there(self):
        self.alert._ignore("runs out for good")
        self._evaluate()
        self.assertEqual(self._find('out', member_id=self.store.id), self.alert)
        self.assertEqual(self.alert.state, 'ignored')
        self._restock()
        self._sell_out()
        self.assertEqual((self.alert.state, self.alert.is_live), ('ignored', False))
        self.assertEqual(self._find('out', member_id=self.store.id).state, 'open')

    def test_reopened_by_hand(self):
        self.alert._ignore("no matter")
        self.alert.with_user(self.clerk).action_reopen()
        self.assertEqual((self.alert.state, self.alert.reason), ('open', False))

    def test_snooze_and_ignore_want_a_reason_and_a_day(self):
        for act in (lambda: self.alert._snooze(self.today, "x"), lambda: self.alert._snooze(False, "x"),
                    lambda: self.alert._snooze(self.today + timedelta(1), " "), lambda: self.alert._ignore("")):
            with self.assertRaises(UserError):
                act()
        self._restock()
        with self.assertRaises(UserError):
            self.alert._ignore("gone already")

    def test_wizard_snoozes_many(self):
        action = self.alert.with_user(self.clerk).action_snooze()
        wizard = self.env['channel.alert.decide'].with_user(self.clerk).with_context(**action['context']).create(
            {'reason': "next week"})
        wizard.action_decide()
        self.assertEqual((self.alert.state, self.alert.reason), ('snoozed', "next week"))

    def test_facts_are_nobodys_to_write(self):
        alert = self.alert.with_user(self.manager)
        for vals in ({'state': 'cleared'}, {'urgency': 0}, {'inputs': {}}):
            with self.assertRaises(AccessError):
                alert.write(vals)
        with self.assertRaises(AccessError):
            self.Alert.with_user(self.manager).create({})
        alert.action_assign()
        self.assertEqual(alert.user_id, self.manager)
        self.assertEqual(alert.event_ids[:1].kind, 'assigned')
        with self.assertRaises(UserError):
            alert.event_ids.sudo().write({'note': "x"})

    def test_only_people_of_the_channel(self):
        stranger = new_test_user(self.env, 'stranger', groups='base.group_user')
        for act in ('action_assign', 'action_snooze', 'action_make_case', 'action_view_positions'):
            with self.assertRaises(AccessError):
                getattr(self.alert.with_user(stranger), act)()
        with self.assertRaises(AccessError):
            self.Policy.with_user(self.clerk).create({'name': "x"})

    def test_other_company_sees_nothing(self):
        other = self.env['res.company'].create({'name': "Other"})
        user = new_test_user(
            self.env, 'elsewhere', groups='distributor_portal.group_channel_manager', company_id=other.id,
            company_ids=[(6, 0, other.ids)])
        self.assertFalse(self.Alert.with_user(user).search_count([]))
        self.assertFalse(self.env['channel.alert.event'].with_user(user).search_count([]))

    def test_budget_of_a_day_the_most_urgent_first(self):
        Round = self.env['channel.alert.round'].sudo()
        Round.search([]).unlink()
        self.Alert._raise('silent', [
            {'member_id': self.store.id, 'key': f'DEV-{number}', 'value': number, 'inputs': {'text': "silent"}}
            for number in range(1, 30)])
        self.company.write({
            'channel_watcher_ids': [(6, 0, (self.clerk | self.manager).ids)], 'channel_stock_alert_budget': 5})
        self.clerk.partner_id.write({'email': 'clerk@example.com', 'phone': '+8613800000000'})
        Round._deal_out(self.company)
        rounds = Round.search([])
        self.assertEqual(rounds.mapped('alert_count'), [5, 5])
        mails = self.env['mail.mail'].search([('model', '=', Round._name), ('res_id', 'in', rounds.ids)])
        self.assertEqual(mails.recipient_ids, (self.clerk | self.manager).partner_id, "one for each person")
        self.assertEqual(len(mails), 2)
        self.assertIn("5 stock alerts for you", mails[0].subject)
        self.assertEqual(mails[0].body_html.count('<li'), 5)
        self.assertFalse(self.env['sms.sms'].search([('partner_id', '=', self.clerk.partner_id.id)]), "only if wanted")
        open_count = self.Alert.search_count([('state', '=', 'open'), ('kind', '!=', 'leakage')])
        self.assertEqual(set(rounds.mapped('waiting_count')), {open_count - 10})
        least = min(rounds.alert_ids.mapped('urgency'))
        left = self.Alert.search([('state', '=', 'open'), ('round_id', '=', False), ('kind', '!=', 'leakage')])
        self.assertGreaterEqual(least, max(left.mapped('urgency')))
        self.assertEqual(len(rounds.activity_ids), 2, "one for each person, not one for each alert")
        self.assertIn(f"{open_count - 10} more wait", rounds.activity_ids[0].summary)
        Round._deal_out(self.company)
        self.assertEqual(sum(Round.search([]).mapped('alert_count')), 10, "no more on the same day")
        self.assertEqual(len(rounds.activity_ids), 2)
        self.assertEqual(self.env['mail.mail'].search_count([('model', '=', Round._name)]), 2, "one mail a day")

    def test_headquarters_is_told_by_sms_where_it_wants_that(self):
        Round = self.env['channel.alert.round'].sudo()
        Round.search([]).unlink()
        self.Alert._raise('silent', [
            {'member_id': self.store.id, 'key': 'DEV-1', 'value': 1, 'inputs': {'text': "silent"}}])
        self.clerk.partner_id.phone = '+8613800000000'
        self.company.write({'channel_watcher_ids': [(6, 0, self.clerk.ids)], 'channel_alert_sms': True})
        Round._deal_out(self.company)
        Round._deal_out(self.company)
        sms = self.env['sms.sms'].search([('partner_id', '=', self.clerk.partner_id.id)])
        self.assertEqual(sms.number, '+8613800000000')
        self.assertIn("stock alerts for you", sms.body)

    def test_touched_positions_are_looked_at_again(self):
        self.env.cr.execute("DELETE FROM channel_alert_touched")
        self._post(self._move('surplus', None, 'available', 30))
        self.Summary._fold()
        with patch.object(type(self.env['ir.cron']), '_commit_progress', lambda *_args, **_kwargs: 1):
            with patch.object(type(self.Alert), '_is_night_under_way', lambda _alerts: True):
                self.Alert._cron_touched()
            self.assertEqual(self.alert.state, 'open', "the night comes to it anyway")
            self.Alert._cron_touched()
        self.assertEqual(self.alert.state, 'cleared')
        self.env.cr.execute("SELECT COUNT(*) FROM channel_alert_touched")
        self.assertEqual(self.env.cr.fetchone()[0], 0)

    def test_night_goes_on_where_it_was(self):
        self._post(self._move('surplus', None, 'available', 30))
        self.company.write({'channel_alert_day': self.today, 'channel_alert_upto': self.store.id})
        with patch.object(type(self.env['ir.cron']), '_commit_progress', lambda *_args, **_kwargs: 1):
            self.Alert._cron_night()
            self.assertEqual(self.alert.state, 'open', "its turn was over")
            self.company.channel_alert_day = self.today - timedelta(1)
            self.Alert._cron_night()
        self.assertEqual(self.alert.state, 'cleared')

    def test_night_comes_to_everybody_however_slow(self):
        """Alerts of the last member and the hands of the day do not depend on Odoo's ten seconds."""
        self._post(self._move('surplus', None, 'available', 30))
        self.company.write({'channel_watcher_ids': [(6, 0, self.clerk.ids)], 'channel_alert_day': False})
        with patch(f'{KEEP}.CHUNK', 1):
            calls = self._run_job(self.Alert._cron_night)
        self.assertGreater(calls, 1)
        self.assertEqual(self.alert.state, 'cleared')
        self.assertEqual(self.company.channel_alert_day, self.today)

    def test_hands_are_dealt_when_the_last_chunk_took_all_the_time(self):
        self.company.write({'channel_watcher_ids': [(6, 0, self.clerk.ids)], 'channel_alert_day': False})
        self._run_job(self.Alert._cron_night)
        self.assertTrue(self.env['channel.alert.round'].search([('user_id', '=', self.clerk.id)]).alert_ids)

    def test_others_raise_and_settle(self):
        rows = [{'member_id': self.store.id, 'product_id': self.milk.id, 'key': 'FRIDGE-1', 'value': 40, 'days': 2,
                 'inputs': {'text': "9.5 °C for 40 minutes."}}]
        self.assertEqual(self.Alert._raise('temperature', rows), 1)
        self.assertEqual(self.Alert._raise('temperature', rows), 0)
        alert = self._find('temperature')
        self.assertEqual((alert.urgency, alert.why), (80, "9.5 °C for 40 minutes."))
        self._evaluate()
        self.assertTrue(alert.is_live, "the night looks for other kinds")
        self.assertEqual(self.Alert._settle('temperature', ['FRIDGE-1']), 1)
        self.assertEqual(alert.state, 'cleared')

    def test_leak_becomes_a_case_with_its_book(self):
        self._post(self._move('surplus', None, 'available', 200, days=29))
        self._count_shelf(15, 10)
        self._count_shelf(15, 3)
        self._evaluate()
        alert = self._find('leakage', member_id=self.store.id)
        action = alert.with_user(self.manager).action_make_case()
        case = self.env['channel.case'].browse(action['res_id'])
        self.assertEqual((case.member_id, alert.case_id), (self.store, case))
        self.assertEqual(case.evidence_ids.mapped('name'), ['stock-books.csv'])
        self.assertIn(b'S1,MLK-1,30', alert._to_csv())
        self.assertEqual(alert.event_ids[:1].kind, 'case')
        self.assertEqual(alert.with_user(self.manager).action_make_case()['res_id'], case.id, "once")
        with self.assertRaises(UserError):
            self._find('out').with_user(self.manager)._make_case()


@tagged('-at_install', 'post_install')
class TestStockPolicy(AlertCommon):
    """What is safe: the most specific policy holds, and says so."""

    def _policy(self, name, **values):
        return self.Policy.create({'name': name, **values})

    def test_most_specific_holds(self):
        everybody = self._policy("All")
        category = self._policy("Category", categ_id=self.milk.categ_id.id)
        product = self._policy("Product", product_id=self.milk.id)
        tier = self._policy("Tier", tier_id=self.store.tier_id.id)
        member = self._policy("Member", member_id=self.store.id)
        both = self._policy("Both", member_id=self.store.id, product_id=self.milk.id)
        for policy in (both, member, tier, product, category, everybody):
            self.assertEqual(self.Policy._explain(self.store, self.milk), policy)
            policy.active = False
        self.assertFalse(self.Policy._explain(self.store, self.milk))

    def test_sql_and_explanation_agree(self):
        self._policy("All", days=3)
        self._policy("Category", categ_id=self.milk.categ_id.id, tier_id=self.store.tier_id.id)
        self._policy("Old", product_id=self.milk.id, date_to=self.today - timedelta(1))
        self._policy("Dealer", member_id=self.dealer.id, method='fixed', qty=9)
        self.Policy._stage_terms(self.company)
        for member in (self.store, self.dealer, self.agent):
            for product in (self.milk, self.yoghurt):
                self.env.cr.execute(
                    """SELECT policy_id FROM channel_alert_term WHERE product_id = %s AND class = (
                           SELECT CASE WHEN EXISTS (SELECT FROM channel_alert_term WHERE class = %s) THEN %s
                                       ELSE -%s END)
                    """, [product.id, member.id, member.id, member.tier_id.id])
                self.assertEqual(self.env.cr.fetchone()[0], self.Policy._explain(member, product).id)

    def test_silent_policy_and_dates(self):
        self._open(28, days=40)
        self._sell_daily(1)
        policy = self._policy("Runs out", product_id=self.milk.id, is_silent=True)
        self._evaluate()
        self.assertFalse(self._find('out'))
        policy.date_from = self.today + timedelta(1)
        self._evaluate()
        self.assertTrue(self._find('out'))

    def test_try_without_keeping_anything(self):
        self._open(20, days=40)
        self._open(20, product=self.yoghurt, days=40)
        self.Figure._count_all()
        before = self.Alert.search_count([])
        policy = self._policy("Try", active=False, method='fixed', qty=21, member_id=self.store.id)
        policy.with_user(self.manager).action_try()
        self.assertEqual((policy.tried_counts, policy.tried_positions), ({'short': 2}, 2))
        self.assertIn("2 alerts on the 2 positions", policy.tried_text)
        self.assertEqual(self.Alert.search_count([]), before)
        policy.qty = 20
        policy.action_try()
        self.assertFalse(policy.tried_counts)

    def test_settings_that_make_no_sense(self):
        with self.assertRaises(ValidationError):
            self._policy("x", method='fixed')
        for values in ({'member_id': self.store.id, 'tier_id': self.store.tier_id.id}, {'service': 100}, {'days': -1},
                       {'lead_days': 0}, {'ahead_days': 1, 'near_days': 3},
                       {'date_from': self.today, 'date_to': self.today - timedelta(1)}):
            with self.assertRaises(psycopg2.IntegrityError), mute_logger('odoo.sql_db'), self.env.cr.savepoint():
                self._policy("x", **values).flush_recordset()

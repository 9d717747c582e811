from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields, http
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.distributor_portal.tests.common_claims import ClaimsCommon


class StatesCommon(ClaimsCommon):
    """A dealer whose milk comes in lots."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.milk.tracking = 'lot'
        cls.now = fields.Datetime.now()
        cls.soon, cls.later, cls.past = cls.env['stock.lot'].create([
            {'name': name, 'product_id': cls.milk.id, 'expiration_date': cls.now + timedelta(days=days)}
            for name, days in (("SOON", 10), ("LATER", 90), ("PAST", -1))])
        cls.robot = cls._create_hq('states_robot', 'distributor_portal.group_channel_integrator')

    def _open(self, qty, state='available', product=None, **values):
        self.env['channel.stock.entry']._post([{
            'member_id': self.dealer.id, 'product_id': (product or self.milk).id, 'kind': 'opening', 'from_state': None,
            'to_state': state, 'qty': qty, 'occurred_at': self.now - timedelta(hours=1), **values}])

    def _sell(self, qty, key='K', **values):
        return self.env['channel.sell.through'].with_user(self.robot).channel_ingest([{
            'source': 'api', 'external_key': key, 'member': 'D1', 'sku': 'MLK-1', 'qty': qty,
            'date': str(self.now.date()), **values}])

    def _lots(self, state='available'):
        """{lot's name: quantity}, '' for none"""
        return {(stock.lot_id.name or '') + ('*' if stock.owner_id else ''): stock[state]
                for stock in self.env['channel.stock'].search([('member_id', '=', self.dealer.id)])}

    def _assert_true(self):
        self.assertFalse(self.env['channel.stock']._check())


@tagged('-at_install', 'post_install')
class TestStockStates(StatesCommon):
    """What time, recalls and inspections do to stock; which lot is sold."""

    # --- first expired, first out

    def test_nearest_expiry_is_sold_first(self):
        self._open(5, lot_id=self.later.id)
        self._open(3, lot_id=self.soon.id)
        self._sell(4)
        self.assertEqual(self._lots(), {"SOON": 0, "LATER": 4})
        self._assert_true()

    def test_what_exceeds_every_lot_is_sold_without_one(self):
        self._open(3, lot_id=self.soon.id)
        self._sell(5)
        self.assertEqual(self._lots(), {"SOON": 0, "": -2})

    def test_own_goods_before_consigned_ones(self):
        brand = self.env['res.partner'].create({'name': "Brand"})
        self._open(3, lot_id=self.soon.id, owner_id=brand.id)
        self._open(3, lot_id=self.later.id)
        self._open(1)
        self._sell(5)
        self.assertEqual(self._lots(), {"LATER": 0, "": 0, "SOON*": 2})

    def test_several_days_in_one_call_share_what_there_is(self):
        self._open(3, lot_id=self.soon.id)
        self._open(3, lot_id=self.later.id)
        rows = [{'source': 'api', 'external_key': f'M{i}', 'member': 'D1', 'sku': 'MLK-1', 'qty': 2,
                 'date': str(self.now.date() - timedelta(days=i))} for i in range(4)]
        self.env['channel.sell.through'].with_user(self.robot).channel_ingest(rows)
        self.assertEqual(self._lots(), {"SOON": 0, "LATER": 0, "": -2})
        self._assert_true()

    def test_named_lot_is_sold_though_it_is_not_the_first(self):
        self._open(3, lot_id=self.soon.id)
        self._open(3, lot_id=self.later.id)
        self._sell(2, lot="LATER")
        self.assertEqual(self._lots(), {"SOON": 3, "LATER": 1})

    def test_services_are_sold_but_not_kept(self):
        self.env['product.product'].create({'name': "Delivery", 'default_code': 'SRV', 'type': 'service'})
        self._sell(1, sku='SRV')
        self.assertFalse(self._lots())

    def test_sold_before_it_was_scanned_in(self):
        self._sell(4)
        self._open(3, lot_id=self.later.id)
        self._open(3, lot_id=self.soon.id)
        self.env['channel.stock.entry']._cron_states()
        self.assertEqual(self._lots(), {"": 0, "SOON": 0, "LATER": 2})
        before = self.env['channel.stock.entry'].search_count([])
        self.env['channel.stock.entry']._cron_states()
        self.assertEqual(self.env['channel.stock.entry'].search_count([]), before, "again changes nothing")
        self._assert_true()

    def test_late_lots_and_expiry_wait_each_for_their_turn(self):
        turns = []
        with patch.object(type(self.env['channel.sell.through']), '_in_turn',
                          lambda sales, act: turns.append(act(sales))):
            self.env['channel.stock.entry']._cron_states()
        self.assertEqual(len(turns), 2)

    # --- expiry

    def test_lots_expire_by_themselves(self):
        self._open(5, lot_id=self.past.id)
        self._open(5, lot_id=self.soon.id)
        self.env['channel.stock.entry']._cron_states()
        self.assertEqual((self._lots()["PAST"], self._lots('expired')["PAST"], self._lots()["SOON"]), (0, 5, 5))
        entry = self.env['channel.stock.entry'].search([('source', '=', 'expiry')], limit=1)
        self.assertIn(str(self.past.expiration_date.date()), entry.note)
        with freeze_time(self.now + timedelta(days=11)):
            self.env['channel.stock.entry']._cron_states()
        self.assertEqual(self._lots('expired')["SOON"], 5)
        self._assert_true()

    # --- recalls

    def test_recall_is_not_lifted_past_its_button(self):
        clerk = new_test_user(self.env, 'picker', groups='stock.group_stock_user')
        for vals in ({'channel_is_frozen': False}, {'channel_is_frozen': True}, {'channel_frozen_reason': "x"}):
            with self.assertRaises(AccessError):
                self.soon.with_user(clerk).write(vals)
        with self.assertRaises(AccessError):
            self.env['stock.lot'].with_user(clerk).create(
                {'name': "N", 'product_id': self.milk.id, 'channel_is_frozen': True})
        lot = self.env['stock.lot'].with_context(default_channel_is_frozen=True).create(
            {'name': "FRESH", 'product_id': self.milk.id})
        self.assertFalse(lot.channel_is_frozen)
        self.env['stock.lot'].with_user(clerk).create({'name': "N", 'product_id': self.milk.id})
        self.soon.with_user(clerk).note = "seen"

    def test_recall_freezes_a_lot_everywhere_and_gives_it_back(self):
        self._open(5, lot_id=self.soon.id)
        self._open(2, 'inspection', lot_id=self.soon.id)
        self._open(1, 'damaged', lot_id=self.soon.id)
        self._open(7, lot_id=self.soon.id, member_id=self.store.id)
        action = self.soon.with_user(self.boss).action_channel_freeze()
        wizard = self.env['channel.stock.change'].browse(action['res_id']).with_user(self.boss)
        self.assertEqual((wizard.position_count, wizard.member_count, wizard.held_qty), (2, 2, 14))
        wizard.reason = "Seal not tight"
        wizard.action_confirm()
        stock = self.env['channel.stock'].search([('member_id', '=', self.dealer.id)])
        self.assertEqual((stock.available, stock.inspection, stock.frozen, stock.damaged), (0, 0, 7, 1))
        self.assertEqual((self.soon.channel_is_frozen, self.soon.channel_frozen_reason), (True, "Seal not tight"))
        wizard = self.env['channel.stock.change'].browse(
            self.soon.with_user(self.boss).action_channel_release()['res_id']).with_user(self.boss)
        wizard.reason = "Laboratory: all well"
        wizard.action_confirm()
        self.assertEqual((stock.available, stock.frozen, self.soon.channel_is_frozen), (7, 0, False))
        self._assert_true()

    def test_part_of_one_position_is_frozen(self):
        self._open(5, lot_id=self.soon.id)
        stock = self.env['channel.stock'].search([('member_id', '=', self.dealer.id)])
        wizard = self.env['channel.stock.change'].browse(stock.action_freeze()['res_id'])
        wizard.write({'reason': "A case", 'qty': 2})
        wizard.action_confirm()
        self.assertEqual((stock.available, stock.frozen), (3, 2))
        wizard.qty = 9
        with self.assertRaises(UserError):
            wizard.action_confirm()

    def test_only_managers_change_states_and_say_why(self):
        self._open(5, lot_id=self.soon.id)
        stock = self.env['channel.stock'].search([('member_id', '=', self.dealer.id)])
        for ask in ('action_freeze', 'action_release', 'action_pass_inspection', 'action_fail_inspection'):
            with self.assertRaises(AccessError):
                getattr(stock.with_user(self.desk), ask)()
        with self.assertRaises(AccessError):
            self.soon.with_user(self.desk).action_channel_freeze()
        wizard = self.env['channel.stock.change'].browse(stock.action_freeze()['res_id'])
        wizard.reason = "  "
        with self.assertRaises(UserError):
            wizard.action_confirm()
        wizard = self.env['channel.stock.change'].browse(stock.action_release()['res_id'])
        wizard.reason = "x"
        with self.assertRaises(UserError):
            wizard.action_confirm()


@tagged('-at_install', 'post_install')
class TestInspection(StatesCommon, HttpCase):
    """The store looks at what came in."""

    def setUp(self):
        super().setUp()
        self._open(5, 'inspection', lot_id=self.soon.id)
        self.stock = self.env['channel.stock'].search([('member_id', '=', self.dealer.id)])

    def _post(self, token='t' * 16, stock=None, **values):
        return self.url_open(f'/my/channel/inspection/{stock or self.stock.id}', data={
            'csrf_token': http.Request.csrf_token(self), 'form_token': token, **values})

    def test_good_and_bad_once(self):
        self.authenticate('claims_keeper', 'claims_keeper')
        page = self.url_open('/my/channel/inspection').text
        self.assertIn("SOON", page)
        self.assertEqual(self.dealer.with_user(self.keeper).sudo()._portal_get_tasks()['to_inspect'], 1)
        for _tap in range(2):
            self._post(passed='3', failed='1', note="One is swollen")
        self.stock.invalidate_recordset()
        self.assertEqual((self.stock.available, self.stock.damaged, self.stock.inspection), (3, 1, 1))
        self.assertIn("swollen", self.env['channel.stock.entry'].search([('kind', '=', 'state')], limit=1).note)

    def test_more_than_there_is_or_nothing_is_refused(self):
        self.authenticate('claims_keeper', 'claims_keeper')
        for number, values in enumerate((
                {'passed': '6'}, {'passed': '4', 'failed': '2'}, {'passed': '0'}, {}, {'passed': 'x'},
                {'passed': 'nan'}, {'passed': '-1'})):
            response = self._post(f'{number}' * 16, **values)
            self.assertEqual(response.status_code, 200)
            self.assertIn('role="alert"', response.text, values)
        self.stock.invalidate_recordset()
        self.assertEqual(self.stock.inspection, 5)

    def test_foreign_position_looks_like_a_missing_one(self):
        self.authenticate('claims_rival', 'claims_rival')
        answers = [self._post(str(number) * 16, stock, passed='5')
                   for number, stock in enumerate((self.stock.id, 2**31 - 1, 10**15))]
        self.assertEqual(len({(answer.status_code, answer.url) for answer in answers}), 1)
        self.stock.invalidate_recordset()
        self.assertEqual(self.stock.inspection, 5)

    def test_people_of_money_do_not_inspect(self):
        self.authenticate('claims_accountant', 'claims_accountant')
        self.assertNotIn("SOON", self.url_open('/my/channel/inspection').text)
        self._post(passed='5')
        self.stock.invalidate_recordset()
        self.assertEqual(self.stock.inspection, 5)

    def test_page_costs_the_same_with_more_on_it(self):
        self.authenticate('claims_keeper', 'claims_keeper')

        def count():
            self.url_open('/my/channel/inspection')
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.url_open('/my/channel/inspection')
            return self.cr.sql_log_count - before
        few = count()
        for lot in self.env['stock.lot'].create([{'name': f"N{i}", 'product_id': self.milk.id} for i in range(12)]):
            self._open(2, 'inspection', lot_id=lot.id)
        many = count()
        self.assertLessEqual(many, few + 3)
        self.assertLessEqual(many, 45)


@tagged('-at_install', 'post_install')
class TestMonths(ClaimsCommon):
    """Months are made ahead, over the turn of the year, too."""

    def test_over_the_turn_of_the_year(self):
        Entry = self.env['channel.stock.entry']
        with freeze_time('2031-11-30 22:00:00'):
            self.assertEqual(Entry._find_missing_months(), sorted(
                f'{table}_y{month}' for table in ('channel_stock_entry', 'channel_sell_through', 'channel_reading')
                for month in ('2031m11', '2031m12', '2032m01', '2032m02')))
            Entry._cron_partitions()
            self.assertFalse(Entry._find_missing_months())
        with freeze_time('2031-12-31 23:59:59'):
            Entry._cron_partitions()
            Entry._post([{
                'member_id': self.dealer.id, 'product_id': self.milk.id, 'kind': 'opening', 'from_state': None,
                'to_state': 'available', 'qty': 1, 'occurred_at': datetime(2032, 1, 1, 1)}])
        self.env.cr.execute("SELECT tableoid::regclass::text FROM channel_stock_entry WHERE occurred_at > '2032-01-01'")
        self.assertEqual(self.env.cr.fetchone()[0], 'channel_stock_entry_y2032m01')
        for table in ('channel_stock_entry', 'channel_sell_through'):
            self.env.cr.execute("SELECT to_regclass(%s)", [f'{table}_y2032m03'])
            self.assertTrue(self.env.cr.fetchone()[0])

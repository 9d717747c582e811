import random
from datetime import datetime, timedelta
from decimal import Decimal

import psycopg2

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.distributor_portal.tests.common import ChannelCommon

from ..engine import ledger


@tagged('-at_install', 'post_install')
class TestLedger(ChannelCommon):
    """Movements in, balances out; nothing else changes stock."""

    def _move(self, kind, from_state, to_state, qty, **values):
        return {'member_id': self.store.id, 'product_id': self.milk.id, 'kind': kind, 'from_state': from_state,
                'to_state': to_state, 'qty': qty, **values}

    def _post(self, *moves, **options):
        return self.env['channel.stock.entry']._post(list(moves), **options)

    def _stock(self, member=None, product=None):
        return self.env['channel.stock'].search([
            ('member_id', '=', (member or self.store).id), ('product_id', '=', (product or self.milk).id)])

    def test_states_change_with_the_movements(self):
        self._post(
            self._move('opening', None, 'available', 100), self._move('state', 'available', 'reserved', 30),
            self._move('sale', 'available', None, 20), self._move('shipment', None, 'in_transit', 12))
        stock = self._stock()
        self.assertEqual((stock.available, stock.reserved, stock.in_transit, stock.physical), (50, 30, 12, 92))
        self.assertFalse(self.env['channel.stock']._check())

    def test_any_history_sums_up(self):
        """Random histories of several members, products and lots: the balance is the sum, the states the whole."""
        random_ = random.Random(1)
        lots = self.env['stock.lot'].create([{'name': f"L{i}", 'product_id': self.milk.id} for i in range(2)])
        expected = {}
        for _round in range(30):
            moves = []
            for _number in range(10):
                kind = random_.choice(list(ledger.KINDS))
                from_state, to_state = random_.choice(sorted(ledger.KINDS[kind], key=str))
                if from_state not in (None, 'available'):
                    continue  # the others may not fall below zero, which has a test of its own
                key = random_.choice([self.store.id, self.dealer.id]), random_.choice([None, *lots.ids])
                qty = Decimal(random_.randint(1, 9999)) / 1000
                moves.append(self._move(
                    kind, from_state, to_state, qty, member_id=key[0], lot_id=key[1],
                    occurred_at=datetime(2026, random_.randint(1, 10), 5)))
                for state, change in ((from_state, -qty), (to_state, qty)):
                    if state:
                        states = expected.setdefault(key, dict.fromkeys(ledger.STATES, Decimal()))
                        states[state] += change
            self._post(*moves)
        self.assertFalse(self.env['channel.stock']._check())
        for (member, lot), states in expected.items():
            stock = self.env['channel.stock'].search([('member_id', '=', member), ('lot_id', '=', lot or False)])
            self.assertEqual({state: Decimal(f'{stock[state]:.3f}') for state in ledger.STATES}, states)
            self.assertAlmostEqual(stock.physical, float(sum(states.values())), 3)

    def test_movement_that_cannot_be_is_refused(self):
        for move in (
                self._move('sold', 'available', None, 1), self._move('sale', 'in_transit', None, 1),
                self._move('receipt', None, 'available', 1), self._move('sale', 'available', None, 0),
                self._move('sale', 'available', None, -3), self._move('sale', 'available', None, 10**12),
                self._move('sale', 'available', None, 1, occurred_at=fields.Datetime.now() + timedelta(days=2)),
                self._move('sale', 'available', None, 1, occurred_at=datetime(1999, 12, 31))):
            with self.subTest(move=move), self.assertRaises(UserError):
                self._post(self._move('opening', None, 'available', 5), move)
        self.assertFalse(self._stock(), "all or nothing")

    def test_fact_is_taken_though_the_book_has_less_but_nothing_is_promised_that_is_not_there(self):
        self._post(self._move('sale', 'available', None, 3))
        self.assertEqual(self._stock().available, -3)
        with self.assertRaises(UserError):
            self._post(self._move('transfer_out', 'available', None, 1), guards=True)

    @mute_logger('odoo.sql_db')
    def test_no_other_state_falls_below_zero(self):
        with self.assertRaises(psycopg2.errors.CheckViolation), self.env.cr.savepoint():
            self._post(self._move('receipt', 'in_transit', 'available', 1))

    def test_stock_is_not_changed_by_hand(self):
        self._post(self._move('opening', None, 'available', 5))
        stock = self._stock()
        for change in (
                lambda: stock.write({'available': 9}), lambda: self.env['channel.stock'].create({}),
                lambda: self.env['channel.stock.entry'].create({}),
                lambda: self.env['channel.stock.entry'].search([], limit=1).write({'qty': 1}),
                lambda: self.env['channel.stock.entry'].search([], limit=1).unlink()):
            with self.assertRaises(UserError):
                change()

    @mute_logger('odoo.sql_db')
    def test_database_refuses_to_change_an_entry(self):
        self._post(self._move('opening', None, 'available', 5))
        for statement in ("UPDATE channel_stock_entry SET qty = 7", "DELETE FROM channel_stock_entry",
                          "TRUNCATE channel_stock_entry"):
            with self.assertRaises(psycopg2.Error), self.env.cr.savepoint():
                self.env.cr.execute(statement)

    def test_wrong_balance_is_found_and_made_anew(self):
        self._post(self._move('opening', None, 'available', 5), self._move('opening', None, 'frozen', 2))
        self.env.cr.execute(
            "UPDATE channel_stock SET available = 6, physical = 8 WHERE member_id = %s", [self.store.id])
        self.env.invalidate_all()
        found = self.env['channel.stock']._check(self.store)
        self.assertEqual([(row['state'], row['balance'], row['entries']) for row in found], [('available', 6, 5)])
        self.assertEqual(self.env['channel.stock']._rebuild(), 1)
        self.assertEqual((self._stock().available, self._stock().frozen, self._stock().physical), (5, 2, 7))
        self.assertEqual(self.env['channel.stock']._rebuild(), 0)

    def test_months_are_there_ahead(self):
        self._post(self._move('opening', None, 'available', 5, occurred_at=datetime(2019, 2, 28, 23, 59)))
        self.env.cr.execute(
            "SELECT tableoid::regclass::text FROM channel_stock_entry WHERE member_id = %s", [self.store.id])
        self.assertEqual(self.env.cr.fetchone()[0], 'channel_stock_entry_y2019m02')
        ahead = fields.Datetime.now().replace(day=1) + timedelta(days=95)
        self.env.cr.execute("SELECT to_regclass(%s)", [f'channel_stock_entry_y{ahead.year}m{ahead.month:02}'])
        self.assertTrue(self.env.cr.fetchone()[0])

    def test_goods_travel_from_the_warehouse_to_the_shelf(self):
        order = self._submit_one('D-1', lines=[('YOG-1', 24), ('MLK-1', 10)])[1]
        picking = self._ship(order)
        self.assertEqual(self._stock(self.dealer, self.yoghurt).in_transit, 24)
        picking._channel_receive(
            {self.yoghurt.id: 20, self.milk.id: 12}, {self.yoghurt.id: 3})
        yoghurt, milk = self._stock(self.dealer, self.yoghurt), self._stock(self.dealer, self.milk)
        self.assertEqual((yoghurt.in_transit, yoghurt.available, yoghurt.damaged, yoghurt.physical), (0, 17, 3, 20))
        self.assertEqual((milk.in_transit, milk.available, milk.physical), (0, 12, 12))
        kinds = self.env['channel.stock.entry'].search([('member_id', '=', self.dealer.id)]).mapped('kind')
        self.assertEqual(set(kinds), {'shipment', 'receipt', 'shortage', 'surplus'})
        self.assertFalse(self.env['channel.stock']._check())

    def test_what_is_inspected_first_cannot_be_sold_at_once(self):
        self.milk.channel_inspects_arrivals = True
        order = self._submit_one('D-1', lines=[('MLK-1', 10)])[1]
        self._ship(order)._channel_receive({self.milk.id: 10})
        stock = self._stock(self.dealer)
        self.assertEqual((stock.available, stock.inspection), (0, 10))

    def test_lots_travel_too(self):
        self.milk.tracking = 'lot'
        lots = self.env['stock.lot'].create([{'name': name, 'product_id': self.milk.id} for name in ("A", "B")])
        self._set_stock(self.milk, self.south, 0)
        self._set_stock(self.milk, self.west, 0)
        for lot, qty in zip(lots, (6, 50), strict=True):
            self.env['stock.quant']._update_available_quantity(self.milk, self.south.lot_stock_id, qty, lot_id=lot)
        order = self._submit_one('D-1', lines=[('MLK-1', 10)])[1]
        picking = order.picking_ids
        picking.move_ids.picked = True
        picking.button_validate()
        picking._channel_receive({self.milk.id: 9})
        stock = {row.lot_id.name: row for row in self._stock(self.dealer)}
        self.assertEqual(sum(row.physical for row in stock.values()), 9)
        self.assertEqual(set(stock), {"A", "B"})
        self.assertFalse(any(row.in_transit for row in stock.values()))

    def test_goods_that_come_back_have_left_the_member(self):
        order = self._submit_one('D-1', lines=[('MLK-1', 10)])[1]
        picking = self._ship(order)
        picking._channel_receive({self.milk.id: 10})
        wizard = self.env['stock.return.picking'].with_context(
            active_id=picking.id, active_ids=picking.ids, active_model='stock.picking').create({})
        wizard.product_return_moves.quantity = 4
        back = self.env['stock.picking'].browse(wizard.action_create_returns()['res_id'])
        back.move_ids.quantity = 4
        back.move_ids.picked = True
        back.button_validate()
        self.assertEqual(self._stock(self.dealer).available, 6)

    def test_positions_for_integrators(self):
        lot = self.env['stock.lot'].create({'name': "L9", 'product_id': self.milk.id})
        self._post(self._move('opening', None, 'available', 5), self._move('opening', None, 'damaged', 1),
                   self._move('opening', None, 'available', 3, lot_id=lot.id, member_id=self.dealer.id),
                   self._move('opening', None, 'available', 7, member_id=self.rival_store.id))
        integrator = new_test_user(self.env, 'robot', groups='distributor_portal.group_channel_integrator')
        Stock = self.env['channel.stock'].with_user(integrator)
        row, = Stock.channel_positions(['S1'])
        self.assertEqual((row['member'], row['sku'], row['lot']), ('S1', 'MLK-1', ""))
        self.assertEqual((row['available'], row['damaged'], row['physical'], row['frozen']), (5, 1, 6, 0))
        self.assertFalse(Stock.channel_positions(['S1'], ['YOG-1']))
        row, = Stock.channel_positions(['D1'])
        self.assertEqual((row['lot'], row['available']), ("L9", 3))
        for bad in ('S1', ['S1'] * 2000, [7], None):
            with self.assertRaises(UserError):
                Stock.channel_positions(bad)

    def test_queries_do_not_grow_with_the_movements(self):
        self._post(self._move('opening', None, 'available', 1))
        def count(number):
            moves = [self._move('sale_return', None, 'available', 1, occurred_at=datetime(2026, 3, 1))] * number
            before = self.cr.sql_log_count
            self._post(*moves)
            return self.cr.sql_log_count - before
        count(1)
        self.assertEqual(count(500), count(5))

    def test_random_histories_of_documents_checked_and_rebuilt(self):
        """Whatever the history (kinds, lots, owners), `_check` finds the planted errors, `_rebuild` mends those."""
        lots = self.env['stock.lot'].create([{'name': f"R{i}", 'product_id': self.milk.id} for i in range(2)])
        owners = self.env['res.partner'].create([{'name': "Brand"}])
        for seed in range(5):
            random_ = random.Random(seed)
            self._post(*[
                self._move('opening', None, state, 10**6, lot_id=lot, owner_id=owner)
                for state in ledger.STATES for lot in (None, *lots.ids) for owner in (None, owners.id)])
            routes = sorted(((kind, *route) for kind in ledger.KINDS for route in ledger.KINDS[kind]), key=str)
            for _batch in range(6):
                self._post(*[self._move(
                    *random_.choice(routes), Decimal(random_.randint(1, 10**6)) / 1000,
                    lot_id=random_.choice((None, *lots.ids)), owner_id=random_.choice((None, owners.id)),
                    occurred_at=datetime(2026, random_.randint(1, 10), random_.randint(1, 28)),
                ) for _number in range(random_.randint(1, 60))])
            stocks = self._stock()
            for stock in stocks:
                self.assertAlmostEqual(stock.physical, sum(stock[state] for state in ledger.STATES), 6)
            self.assertFalse(self.env['channel.stock']._check())
            planted = random_.sample(stocks.ids, 2)
            self.env.cr.execute(
                "UPDATE channel_stock SET frozen = frozen + 1, physical = physical + 1 WHERE id = ANY(%s)", [planted])
            self.env['channel.stock'].invalidate_model()
            self.assertEqual(len(self.env['channel.stock']._check()), 2)
            self.assertEqual(self.env['channel.stock']._rebuild(), 2)
            self.assertFalse(self.env['channel.stock']._check())

    def test_floats_are_no_noise(self):
        self._post(*[self._move('sale_return', None, 'available', .1) for _time in range(3)])
        self.env.cr.execute("SELECT SUM(qty)::text FROM channel_stock_entry WHERE member_id = %s", [self.store.id])
        self.assertEqual(Decimal(self.env.cr.fetchone()[0]), Decimal('0.3'))

    def test_guard_looks_at_the_very_lot(self):
        lot = self.env['stock.lot'].create({'name': "G", 'product_id': self.milk.id})
        self._post(self._move('opening', None, 'available', 5, lot_id=lot.id), self._move('sale', 'available', None, 2))
        self._post(self._move('transfer_out', 'available', None, 5, lot_id=lot.id), guards=True)
        with self.assertRaises(UserError):
            self._post(self._move('transfer_out', 'available', None, 1, lot_id=lot.id), guards=True)

    def test_position_of_another_company_is_its_own(self):
        other = self.env['res.company'].create({'name': "Other"})
        partner = self.env['res.partner'].create({'name': "Foreign", 'is_company': True})
        foreign = self.env['channel.member'].with_company(other).create({
            'code': 'F1', 'partner_id': partner.id, 'tier_id': self.tiers['agent'].id, 'company_id': other.id})
        self._post(self._move('opening', None, 'available', 5, member_id=foreign.id))
        boss = new_test_user(self.env, 'ledger_boss', groups='distributor_portal.group_channel_manager')
        for model in ('channel.stock', 'channel.stock.entry'):
            self.assertFalse(self.env[model].with_user(boss).search([('member_id', '=', foreign.id)]))
        self.assertFalse(self.env['channel.stock'].with_user(boss).channel_positions(['F1']))

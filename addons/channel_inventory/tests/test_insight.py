import random
from datetime import datetime, timedelta
from decimal import Decimal
from unittest.mock import patch

import psycopg2

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.distributor_portal.tests.common import ChannelCommon
from odoo.addons.distributor_portal.utils import to_decimal

from ..engine import insight, ledger
from ..models.insight import channel_stock_report as report

KINDS = [(kind, states) for kind, pairs in ledger.KINDS.items() for states in sorted(pairs, key=str)
         if states[0] in (None, 'available')]


class InsightCommon(ChannelCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Summary = cls.env['channel.stock.summary']
        cls.Report = cls.env['channel.stock.report']
        cls.Node = cls.env['channel.stock.node']
        cls.Figure = cls.env['channel.stock.figure']
        cls.today = cls.company._channel_get_today()

    def _at(self, days, hour=4):
        """A moment so many days ago."""
        return datetime.combine(self.today - timedelta(days), datetime.min.time()) + timedelta(hours=hour)

    def _move(self, kind, from_state, to_state, qty, member=None, product=None, days=0, **values):
        return {'member_id': (member or self.store).id, 'product_id': (product or self.milk).id, 'kind': kind,
                'from_state': from_state, 'to_state': to_state, 'qty': qty,
                'occurred_at': self._at(days) if days else fields.Datetime.now(), **values}

    def _post(self, *moves):
        return self.env['channel.stock.entry']._post(list(moves))

    def _open(self, qty, **values):
        self._post(self._move('opening', None, 'available', qty, **values))

    def _sell(self, *sales, member=None):
        """:param sales: (days ago, product, quantity)"""
        feed = self.env['channel.feed'].create({'name': "Test", 'kind': 'rpc'})
        rows = [{'source': 'api', 'external_key': f'{feed.id}-{number}', 'member': (member or self.store).code,
                 'sku': product.default_code, 'qty': qty, 'date': str(self.today - timedelta(days))}
                for number, (days, product, qty) in enumerate(sales)]
        counts, held = self.env['channel.sell.through']._ingest(rows, feed)
        self.assertFalse(held)
        return counts

    def _sum(self, measure='physical', *domain):
        return self.Report._read_group([('tier_id', '!=', False), *domain], [], [f'{measure}:sum'])[0][0] or 0

    def _post_random(self, random_, count, products, lots=(None,)):
        members = [self.store.id, self.dealer.id, self.agent.id, self.rival_store.id]
        moves = []
        for _number in range(count):
            kind, (from_state, to_state) = random_.choice(KINDS)
            product = random_.choice(products)
            moves.append({
                'member_id': random_.choice(members), 'product_id': product.id, 'kind': kind, 'from_state': from_state,
                'to_state': to_state, 'qty': Decimal(random_.randint(1, 9999)) / 1000,
                'lot_id': random_.choice(lots) if product == self.milk else None,
                'occurred_at': self._at(random_.randint(1, 200), random_.randint(0, 23))})
        self.env['channel.stock.entry']._post(moves)


@tagged('-at_install', 'post_install')
class TestNetworkSums(InsightCommon):
    """Sums and slips are the ledger, before a fold, after it, and whoever moves in the network."""

    def test_what_is_posted_is_in_the_report_at_once_and_after_the_fold(self):
        self._open(10)
        self._post(self._move('shipment', None, 'in_transit', 4), self._move('sale', 'available', None, 3))
        for _round in range(2):
            self.assertEqual((self._sum('available'), self._sum('in_transit'), self._sum()), (7, 4, 11))
            self.assertFalse(self.Summary._check())
            self.Summary._fold()
        self.assertEqual(self.Summary._fold(), 0, "a slip is taken once")
        node = self.Node.search([('member_id', '=', self.agent.id)])
        self.assertEqual((node.physical, node.all_physical, node.all_in_transit), (0, 11, 4))

    def test_any_history_sums_up_however_often_it_is_folded(self):
        random_ = random.Random(3)
        lots = [None, *self.env['stock.lot'].create(
            [{'name': f"L{i}", 'product_id': self.milk.id} for i in range(2)]).ids]
        for _round in range(12):
            self._post_random(random_, 15, [self.milk, self.yoghurt], lots)
            if random_.random() < .5:
                self.Summary._fold()
            if random_.random() < .4:
                self.store.upstream_id = random_.choice((self.dealer, self.rival_dealer))
            if random_.random() < .3:
                self.dealer.street_id = self._find_territory(random_.choice(('440304', '510104', '110105')))
            self.assertFalse(self.Summary._check())
            balances = self.env['channel.stock']._read_group([], [], ['physical:sum'])[0][0]
            self.assertAlmostEqual(self._sum(), balances, 3)
        self.Summary._fold()
        self.assertFalse(self.Summary._check())
        self.assertEqual(self.Summary._rebuild(), 0)

    def test_a_member_that_moves_takes_its_stock_along(self):
        self._open(10)
        self._open(5, member=self.dealer)
        self.Summary._fold()
        self.dealer.upstream_id = self.rival_agent
        self.assertEqual(self._sum('physical', ('branch_id', '=', self.agent.id)), 15, "until the next fold")
        self.Summary._fold()
        self.assertEqual(self._sum('physical', ('branch_id', '=', self.agent.id)), 0)
        self.assertEqual(self._sum('physical', ('branch_id', '=', self.rival_agent.id)), 15)
        nodes = {node.member_id: node.all_physical for node in self.Node.search([])}
        self.assertEqual((nodes[self.agent], nodes[self.rival_agent], nodes[self.dealer]), (0, 15, 15))
        self.assertFalse(self.Summary._check())

    def test_moved_and_sold_between_two_folds(self):
        self._open(10)
        self.Summary._fold()
        self._post(self._move('sale', 'available', None, 4))
        self.store.upstream_id = self.rival_dealer
        self._post(self._move('sale', 'available', None, 1))
        self.Summary._fold()
        self.assertEqual(self._sum('physical', ('branch_id', '=', self.rival_agent.id)), 5)
        self.assertFalse(self.Summary._check())

    def test_wrong_sums_are_found_and_made_anew(self):
        self._open(10)
        self._open(2, member=self.dealer, product=self.yoghurt)
        self.Summary._fold()
        self._post(self._move('sale', 'available', None, 4))  # not folded yet: no error
        self.env.cr.execute("UPDATE channel_stock_summary SET available = 99, physical = 99 WHERE product_id = %s",
            [self.milk.id])
        self.env.cr.execute("UPDATE channel_stock_node SET all_physical = 7 WHERE member_id = %s", [self.agent.id])
        self.env.cr.execute("DELETE FROM channel_stock_summary WHERE product_id = %s", [self.yoghurt.id])
        self.env.invalidate_all()
        self.assertEqual(sorted(row['kind'] for row in self.Summary._check()), ['branch', 'place', 'place'])
        self.assertEqual(self.Summary._rebuild(), 3)
        self.assertFalse(self.Summary._check())
        self.assertEqual(self._sum(), 8)

    def test_sums_are_not_changed_by_hand(self):
        self._open(1)
        self.env['channel.stock.figure']._count_all()
        for model in ('summary', 'node', 'figure', 'day'):
            records = self.env[f'channel.stock.{model}'].search([], limit=1)
            self.assertTrue(records)
            for change in (lambda records=records: records.write({'available': 1}),
                           lambda records=records: records.create({})):
                with self.assertRaises(UserError):
                    change()

    def test_headquarters_stands_beside_the_members(self):
        self._open(10)
        levels = dict(self.Report._read_group([('product_id', '=', self.milk.id)], ['level'], ['physical:sum']))
        self.assertEqual(levels, {'00 hq': 2000, '03 store': 10})
        order = self._submit_one('D-1', lines=[('MLK-1', 10)])[1]
        reserved = self.Report._read_group(
            [('product_id', '=', self.milk.id), ('tier_id', '=', False)], [], ['reserved:sum', 'available:sum'])
        self.assertEqual(reserved, [(10, 1990)])
        self._ship(order)
        levels = dict(self.Report._read_group([('product_id', '=', self.milk.id)], ['level'], ['physical:sum']))
        self.assertEqual(levels, {'00 hq': 1990, '02 dealer': 10, '03 store': 10})

    def test_goods_on_the_way_to_a_warehouse(self):
        supplier = self.env.ref('stock.stock_location_suppliers')
        self.env['stock.move'].create({
            'product_id': self.milk.id, 'product_uom_qty': 30, 'location_id': supplier.id,
            'location_dest_id': self.south.lot_stock_id.id,
            'picking_type_id': self.south.in_type_id.id})._action_confirm()
        row, = self.Report._read_group(
            [('product_id', '=', self.milk.id), ('tier_id', '=', False)], ['warehouse_id'], ['in_transit:sum'],
            having=[('in_transit:sum', '>', 0)])
        self.assertEqual(row, (self.south, 30))

    def test_much_stock_of_headquarters_is_added_up_before(self):
        """Sums and single rows agree, by warehouse and without, whichever of them is read."""
        self._open(10)
        self.milk.standard_price = 2
        few = self._read_own()
        with patch.object(report, 'MANY_QUANTS', -2):
            self.Report._sum_own()
            self.assertEqual(self._read_own(), few)
            rows = self.Report.search([('product_id', '=', self.milk.id), ('tier_id', '=', False)])
            self.assertEqual((len(rows), rows.physical, rows.warehouse_id.ids), (1, 2000, []))
            self.assertEqual(self.env['stock.quant'].search(rows.action_drill()['domain']).product_id, self.milk)
            rows = self.Report.search([('product_id', '=', self.milk.id), ('warehouse_id', '=', self.south.id)])
            self.assertEqual((rows.physical, rows.warehouse_id), (1000, self.south))
            self._set_stock(self.milk, self.south, 0)
            self.Report._sum_own()
            self.assertEqual(self._read_own()[0], [(1000, 2000)])

    def _read_own(self):
        domain, sums = [('product_id', '=', self.milk.id), ('tier_id', '=', False)], ['physical:sum', 'value:sum']
        return (
            self.Report._read_group(domain, [], sums),
            sorted((warehouse.code or '', qty) for warehouse, qty, _value in self.Report._read_group(
                domain, ['warehouse_id'], sums) if qty),
            self.Report._read_group([('product_id', '=', self.milk.id)], ['level'], sums))

    def test_value_is_for_managers_only(self):
        self.milk.standard_price = 4
        self._open(10)
        self.Figure._count_all()
        desk = new_test_user(self.env, 'desk', groups='distributor_portal.group_channel_user')
        manager = new_test_user(self.env, 'manager', groups='distributor_portal.group_channel_manager')
        value = self.Report.with_user(manager)._read_group([('tier_id.code', '=', 'store')], [], ['value:sum'])[0][0]
        self.assertEqual(value, 40)
        self.assertEqual(self.Node.with_user(manager).search([('member_id', '=', self.agent.id)]).all_value, 40)
        with self.assertRaises(AccessError):
            self.Report.with_user(desk)._read_group([], [], ['value:sum'])
        self.assertNotIn('value', self.Report.with_user(desk)._get_export_columns())
        models = self.Report.with_user(desk).get_views([(False, 'list')])['models']
        self.assertNotIn('value', models['channel.stock.report']['fields'])
        self.assertTrue(self.Report.with_user(desk).search([], limit=1))

    def test_other_companies_see_nothing(self):
        self._open(10)
        self.Figure._count_all()
        other = self.env['res.company'].create({'name': "Other"})
        user = new_test_user(
            self.env, 'other', groups='distributor_portal.group_channel_manager', company_id=other.id,
            company_ids=[(6, 0, other.ids)])
        for model in ('report', 'node', 'figure', 'day', 'summary'):
            self.assertTrue(self.env[f'channel.stock.{model}'].search([], limit=1))
            self.assertFalse(self.env[f'channel.stock.{model}'].with_user(user).search([]), model)

    def test_drill_from_the_region_to_the_entry(self):
        self._open(10)
        self._open(3, member=self.rival_store)
        for _round in range(2):
            row = self.Report.search([('branch_id', '=', self.agent.id), ('product_id', '=', self.milk.id)])
            action = row.action_drill()
            stock = self.env[action['res_model']].search(action['domain'])
            self.assertEqual(stock.member_id, self.store)
            action = stock.action_view_entries()
            self.assertEqual(self.env[action['res_model']].search(list(action['domain'])).qty, 10)
            self.Summary._fold()
        quants = self.Report.search(
            [('tier_id', '=', False), ('product_id', '=', self.milk.id)], limit=1).action_drill()
        self.assertEqual(self.env[quants['res_model']].search(quants['domain']).product_id, self.milk)
        node = self.Node.search([('member_id', '=', self.dealer.id)])
        action = node.action_view_below()
        self.assertEqual(self.env[action['res_model']].search(action['domain']).member_id, self.store)

    def test_buttons_of_member_and_product(self):
        self._open(10)
        self.Summary._fold()
        self.assertEqual(self.store.channel_stock_physical, 10)
        self.assertEqual(self.agent.channel_stock_all_physical, 10)
        self.assertEqual(self.env['channel.stock'].search(self.store.action_view_stock()['domain']).available, 10)
        self.assertEqual(self.milk.product_tmpl_id.channel_stock_physical, 10)
        action = self.milk.product_tmpl_id.action_view_channel_stock()
        self.assertTrue(self.Report.search_count(action['domain']))


@tagged('-at_install', 'post_install')
class TestFigures(InsightCommon):
    """What the database counts is what the engine defines."""

    def _count(self):
        self.Figure._count_all()
        return {(figure.member_id, figure.product_id): figure for figure in self.Figure.search([])}

    def test_sales_of_a_product_that_is_gone_stop_nobody(self):
        self._sell((1, self.milk, 28))
        self.cr.execute(
            """INSERT INTO channel_sell_through (member_id, product_id, qty, day, source_id, external_key, revision)
               SELECT member_id, 2000000000, qty, day, source_id, 'gone', 0 FROM channel_sell_through
                WHERE member_id = %s""", [self.store.id])
        self.assertEqual([figure.product_id for figure in self._count().values()], [self.milk])

    def test_figures_of_a_simple_story(self):
        self.milk.standard_price = 2
        self._open(100, days=40)
        self._sell(*[(day, self.milk, 2) for day in range(28)])
        figure = self._count()[self.store, self.milk]
        self.assertEqual((figure.at_hand, figure.daily_sales, figure.days_of_supply), (44, 2, 22))
        self.assertEqual((figure.sold, figure.age_days, figure.days_out, figure.days_active), (56, 40, 0, 28))
        self.assertEqual((figure.slow_qty, figure.old_qty, figure.is_short), (0, 0, False))
        node = self.Node.search([('member_id', '=', self.store.id)])
        self.assertEqual((node.value, node.days_of_supply, node.age_days, node.product_count), (88, 22, 40, 1))
        self.assertFalse(node.is_silent)
        day = self.env['channel.stock.day'].search([('tier_id', '=', self.store.tier_id.id)])
        self.assertEqual((day.at_hand, day.days_of_supply, day.value, day.day), (44, 22, 88, self.today))

    def test_slow_short_old_out_and_silent(self):
        self._open(100, days=61)
        self._open(5, days=200, product=self.yoghurt)
        self._open(10, days=20, member=self.dealer)
        self._sell(*[(day, self.milk, 1) for day in range(19, 9, -1)], member=self.dealer)
        figures = self._count()
        self.assertEqual(figures[self.store, self.milk].slow_qty, 100)
        self.assertEqual(
            (figures[self.store, self.yoghurt].old_qty, figures[self.store, self.yoghurt].age_days), (5, 200))
        out = figures[self.dealer, self.milk]
        self.assertEqual(
            (out.available, out.is_short, out.days_of_supply, out.days_out, out.days_active), (0, True, 0, 11, 21))
        node = self.Node.search([('member_id', '=', self.dealer.id)])
        self.assertEqual((node.out_count, node.out_rate), (1, 11 / 21))
        self.assertTrue(self.Node.search([('member_id', '=', self.store.id)]).is_silent, "it has never reported")
        self.assertFalse(node.is_silent)
        self.company.channel_stock_slow_days = 62
        self.assertEqual(self._count()[self.store, self.milk].slow_qty, 0, "it was not there long enough")

    def test_stock_near_its_expiry_is_old(self):
        lot = self.env['stock.lot'].create({'name': "L", 'product_id': self.milk.id})
        lot.expiration_date = fields.Datetime.now() + timedelta(20)
        self._open(6, lot_id=lot.id, days=3)
        self._open(4, days=3)
        figure = self._count()[self.store, self.milk]
        self.assertEqual((figure.expiring_qty, figure.old_qty), (6, 6))

    def test_products_of_different_worth_count_by_their_cost(self):
        self.milk.standard_price, self.yoghurt.standard_price = 1, 9
        self._open(10, days=10)
        self._open(10, days=30, product=self.yoghurt)
        self._count()
        self.assertEqual(self.Node.search([('member_id', '=', self.store.id)]).age_days, 28)

    def test_any_history_is_counted_as_defined(self):
        """Random histories: what one statement counts for all members is what the engine says of each position."""
        random_ = random.Random(5)
        lots = self.env['stock.lot'].create([{'name': f"L{i}", 'product_id': self.milk.id} for i in range(2)])
        lots[0].expiration_date = fields.Datetime.now() + timedelta(10)
        goods = [self.milk, self.yoghurt, self._create_goods('BTR-1', 3)]
        for round_ in range(4):
            self._post_random(random_, 60, goods, [None, *lots.ids])
            for member in (self.store, self.dealer):
                self._sell(*[(random_.randint(0, 100), random_.choice(goods), random_.choice((1, 2, 5, -1)))
                             for _sale in range(30)], member=member)
            self.company.channel_stock_old_days = (180, 100, 30, 60)[round_]
            self.company.channel_stock_out_days = (28, 60, 120, 7)[round_]
            for (member, product), figure in self._count().items():
                self._compare(figure, insight.judge(
                    self._get_position(member, product), self.today, self.company._channel_get_stock_limits()))

    def _get_position(self, member, product):
        stock = self.env['channel.stock'].search([('member_id', '=', member.id), ('product_id', '=', product.id)])
        entries = self.env['channel.stock.entry'].search(
            [('member_id', '=', member.id), ('product_id', '=', product.id)], order='occurred_at, id')
        soon = fields.Datetime.now() + timedelta(self.company.channel_stock_expiry_days)
        sales, changes = {}, {'hand': {}, 'free': {}}
        for sale in self.env['channel.sell.through'].search(
                [('member_id', '=', member.id), ('product_id', '=', product.id)]):
            sales[sale.day] = sales.get(sale.day, 0) + to_decimal(sale.qty)
        for entry in entries:
            for name in ['hand'] * (entry.state != 'in_transit') + ['free'] * (entry.state == 'available'):
                day = entry.occurred_at.date()
                changes[name][day] = changes[name].get(day, 0) + to_decimal(entry.qty)
        return insight.Position(
            available=sum((to_decimal(row.available) for row in stock), Decimal()),
            at_hand=sum((to_decimal(row.physical) - to_decimal(row.in_transit) for row in stock), Decimal()),
            first_day=min(stock.mapped('first_at')).date(),
            arrivals=[(entry.occurred_at.date(), to_decimal(entry.qty)) for entry in entries
                      if entry.qty > 0 and entry.state != 'in_transit' and entry.kind != 'state'],
            hand_changes=changes['hand'], free_changes=changes['free'], sales=sales,
            last_sale=max((day for day, qty in sales.items() if qty > 0), default=None),
            expiring=sum((to_decimal(row.physical) - to_decimal(row.in_transit) for row in stock
                          if row.lot_id.expiration_date and row.lot_id.expiration_date <= soon), Decimal()))

    def _compare(self, figure, true):
        where = f"{figure.member_id.code} {figure.product_id.default_code}"
        for name in ('daily_sales', 'mean_stock', 'sold', 'slow_qty'):
            self.assertAlmostEqual(figure[name], float(getattr(true, name)), 2, f"{where} {name}")
        self.assertAlmostEqual(figure.days_of_supply, float(true.supply or 0), 1, where)
        self.assertAlmostEqual(figure.turn, float(true.turn or 0), 1, where)
        self.assertAlmostEqual(figure.old_qty, float(max(true.old_qty, 0)), 2, where)
        self.assertEqual((figure.days_out, figure.days_active), (true.days_out, true.days_active), where)
        self.assertEqual(figure.is_short, true.is_short, where)
        if true.age is not None:
            self.assertLessEqual(abs(figure.age_days - float(true.age)), .51, where)

    def test_counting_again_changes_nothing(self):
        self._open(10, days=5)
        self._count()
        self.env.cr.execute("SELECT xmin::text FROM channel_stock_figure")
        before = self.env.cr.fetchall()
        self._count()
        self.env.cr.execute("SELECT xmin::text FROM channel_stock_figure")
        self.assertEqual(self.env.cr.fetchall(), before)

    def test_member_that_keeps_no_stock_has_sales_only(self):
        self.store.tracks_stock = False
        self._sell((1, self.milk, 28))
        figure = self._count()[self.store, self.milk]
        self.assertEqual((figure.daily_sales, figure.at_hand, figure.days_active), (1, 0, 0))

    def test_queries_do_not_grow_with_the_positions(self):
        def count(number):
            for name in range(number):
                self._open(1, product=self._create_goods(f'G-{number}-{name}', 1))
            self.env.flush_all()
            before = self.cr.sql_log_count
            self.Figure._count_all()
            return self.cr.sql_log_count - before
        count(1)
        self.assertEqual(count(9), count(2))

    def test_the_night_ends_with_the_network_however_slow(self):
        self._post(self._move('opening', None, 'available', 10))
        with patch('odoo.addons.channel_inventory.models.insight.channel_stock_figure_count.CHUNK', 1):
            self.assertGreater(self._run_job(self.Figure._cron_count), 1)
        day = self.env['channel.stock.day'].search([('day', '=', self.company._channel_get_today())])
        self.assertEqual(sum(day.mapped('at_hand')), 10)

    def test_limits_are_days(self):
        with self.assertRaises(psycopg2.errors.CheckViolation), mute_logger('odoo.sql_db'), self.env.cr.savepoint():
            self.company.channel_stock_pace_days = 0
            self.env.flush_all()

    def test_nights_of_the_past_are_filled_from_the_ledger(self):
        Day = self.env['channel.stock.day']
        self.milk.standard_price = 2
        self._open(100, days=20)
        self._open(30, days=10, product=self.yoghurt)
        self._post(self._move('state', 'available', 'damaged', 10, days=12))
        self._sell(*[(day, self.milk, 1) for day in range(14)])
        self.assertEqual(Day._fill_past(self.company, weeks=4), 2)
        nights = {(self.today - day.day).days: day for day in Day.search([])}
        self.assertEqual(sorted(nights), [7, 14], "before there was nothing, and today is counted tonight")
        self.assertEqual((nights[14].at_hand, nights[14].available, nights[14].value), (100, 100, 200))
        self.assertEqual((nights[7].at_hand, nights[7].available), (100 + 30 - 7, 100 + 30 - 7 - 10))
        self.assertEqual(nights[7].daily_sales, 1)
        self.assertEqual(Day._fill_past(self.company, weeks=4), 0, "a night is filled once")

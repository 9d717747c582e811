from datetime import date, datetime

from freezegun import freeze_time
from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import ChannelCommon

MONDAY = '2026-11-23 02:00:00'  # ten in the morning in China


class SourcingCommon(ChannelCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.north = cls._create_warehouse("North", 'NOR', '110115')
        (cls.south | cls.west | cls.north).channel_tz = 'Asia/Shanghai'
        cls.desk = new_test_user(cls.env, 'desk', groups='distributor_portal.group_channel_user')

    @classmethod
    def _create_carrier(cls, name="Haul", capacity=None, **values):
        """A carrier that takes 10 per parcel everywhere. :param capacity: {warehouse: parcels a day}"""
        return cls.env['channel.carrier'].create({
            'name': name,
            'rate_ids': [(0, 0, {'parcel_price': 10, 'km_price': .01, 'lead_days': 1, 'km_per_day': 500})],
            'capacity_ids': [
                (0, 0, {'warehouse_id': warehouse.id, 'daily_parcels': parcels})
                for warehouse, parcels in (capacity or {}).items()],
            **values,
        })

    def _split(self, external_id='X-1', **values):
        """An order whose milk lies in the south, whose yoghurt in the west."""
        self._set_stock(self.milk, self.west, 0)
        self._set_stock(self.yoghurt, self.south, 0)
        return self._submit_one(external_id, lines=[('YOG-1', 24), ('MLK-1', 5)], **values)

    def _day(self, carrier, warehouse):
        return carrier.capacity_ids.filtered(lambda one: one.warehouse_id == warehouse).day_ids


@tagged('-at_install', 'post_install')
class TestSourcing(SourcingCommon):
    """Orders in several parcels: planned, procured, shipped, received, invoiced."""

    def test_order_comes_in_two_parcels_where_no_warehouse_has_all(self):
        answer, order = self._split()
        self.assertEqual(answer['status'], 'accepted')
        self.assertEqual(
            {entry['warehouse']: entry['lines'] for entry in answer['sourcing']},
            {"West": [['YOG-1', 24.0]], "South": [['MLK-1', 5.0]]})
        self.assertEqual(set(answer['sourcing'][0]), {'warehouse', 'lines', 'distance_km', 'cost', 'eta'})
        self.assertEqual(order.warehouse_id, self.west, "where most of its value comes from")
        self.assertEqual(
            {picking.picking_type_id.warehouse_id: (picking.state, picking.move_ids.product_id)
             for picking in order.picking_ids},
            {self.west: ('assigned', self.yoghurt), self.south: ('assigned', self.milk)})
        self.assertEqual(order.channel_parcel_ids.allocation_ids.mapped('qty'), [24, 5])

    def test_parcels_are_shipped_received_and_invoiced_one_by_one(self):
        _answer, order = self._split()
        first, second = order.channel_parcel_ids
        self._ship_some(first)
        self.assertEqual((first.state, second.state), ('shipped', 'preparing'))
        self.assertEqual((order.channel_state, order.channel_is_part_shipped), ('confirmed', True))
        first.picking_ids._channel_receive({self.yoghurt.id: 24})
        self.assertEqual((first.state, order.channel_state), ('received', 'confirmed'))
        self.assertEqual(order.invoice_ids.amount_total, 240)
        self._ship_some(second)
        self.assertEqual((order.channel_state, order.channel_is_part_shipped), ('shipped', False))
        second.picking_ids._channel_receive({self.milk.id: 5})
        self.assertEqual(order.channel_state, 'received')
        self.assertEqual(sum(order.invoice_ids.mapped('amount_total')), order.amount_total)
        self.assertEqual(order.order_line.mapped('qty_delivered'), [24, 5])

    def _ship_some(self, parcel):
        for move in parcel.picking_ids.move_ids:
            move.quantity = move.product_uom_qty
            move.picked = True
        parcel.picking_ids.button_validate()

    def test_delivery_to_receive_shows_while_another_is_still_to_leave(self):
        _answer, order = self._split()
        parcel = order.channel_parcel_ids[0]
        self._ship_some(parcel)
        self.assertEqual(self.dealer._portal_get_deliveries_to_receive(), parcel.picking_ids)

    def test_order_whose_last_delivery_is_called_off_has_shipped(self):
        _answer, order = self._split()
        self._ship_some(order.channel_parcel_ids[0])
        order.channel_parcel_ids[1].picking_ids.action_cancel()
        self.assertEqual((order.channel_state, order.channel_parcel_ids[1].state), ('shipped', 'cancelled'))

    def test_line_is_split_where_the_product_may_be(self):
        self._set_stock(self.milk, self.south, 6)
        self._set_stock(self.milk, self.west, 7)
        answer, order = self._submit_one(lines=[('MLK-1', 10)])
        self.assertEqual(self._rules_broken(answer), ['stock'])
        self.milk.channel_split = 'yes'
        _answer, order = self._submit_one('X-2', lines=[('MLK-1', 10)])
        self.assertEqual(order.channel_state, 'confirmed')
        line = order.order_line
        self.assertEqual(sum(line.move_ids.mapped('product_uom_qty')), 10)
        self.assertEqual(line.move_ids.warehouse_id, self.south | self.west)
        self.assertEqual(set(order.picking_ids.mapped('state')), {'assigned'})
        self._set_stock(self.milk, self.south, 16)
        self._set_stock(self.milk, self.west, 17)
        self.company.channel_splits_lines = True
        for choice, broken in (('no', ['stock']), (False, [])):
            self.milk.channel_split = choice
            answer, _order = self._submit_one(f'X-{choice}', lines=[('MLK-1', 14)])
            self.assertEqual(self._rules_broken(answer), broken)

    def test_quantity_changed_after_confirmation_finds_its_warehouses(self):
        self._set_stock(self.milk, self.south, 6)
        self._set_stock(self.milk, self.west, 7)
        self.milk.channel_split = 'yes'
        _answer, order = self._submit_one(lines=[('MLK-1', 10)])
        line = order.order_line
        before = {move.warehouse_id: move.product_uom_qty for move in line.move_ids}
        main, other = order.channel_parcel_ids.warehouse_id
        line.product_uom_qty = 12
        self.assertEqual(self._asked(line), {main: before[main] + 2, other: before[other]})
        line.product_uom_qty = 8
        self.assertEqual(sum(self._asked(line).values()), 8)
        self.assertEqual(self._asked(line)[main], 8 - self._asked(line).get(other, 0))
        self.assertGreaterEqual(min(self._asked(line).values()), 0)

    def _asked(self, line):
        asked = {}
        for move in line.move_ids.filtered(lambda move: move.state != 'cancel'):
            asked[move.warehouse_id] = asked.get(move.warehouse_id, 0) + move.product_uom_qty
        return asked

    def test_warehouse_changed_on_the_order_itself_holds(self):
        self.dealer.reviews_downstream = False
        _answer, order = self._submit_one(member='S1', lines=[('MLK-1', 3)])
        self.assertEqual((order.channel_state, order.warehouse_id), ('hq', self.south))
        order.warehouse_id = self.north
        order.with_user(self.desk).action_channel_approve()
        self.assertEqual(order.picking_ids.picking_type_id.warehouse_id, self.north)

    def test_other_units_are_shared_without_loss(self):
        dozen = self.env['uom.uom'].create({
            'name': "Dozen of milk", 'relative_uom_id': self.milk.uom_id.id, 'relative_factor': 12,
            'channel_code': 'dz'})
        self.milk.uom_ids = dozen
        self.milk.channel_split = 'yes'
        self._set_stock(self.milk, self.south, 15)
        self._set_stock(self.milk, self.west, 21)
        answer = self._submit({
            'external_id': 'U-1', 'member': 'D1', 'lines': [{'sku': 'MLK-1', 'qty': 3, 'uom': 'dz'}]})[0]
        order = self.env['sale.order'].browse(answer['order_id'])
        line = order.order_line
        self.assertEqual(sum(line.channel_allocation_ids.mapped('qty')), 36)
        total = sum(
            move.product_uom._compute_quantity(move.product_uom_qty, self.milk.uom_id) for move in line.move_ids)
        self.assertAlmostEqual(total, 36)

    def test_short_order_takes_what_there_is_and_the_rest_follows(self):
        self._set_stock(self.milk, self.south, 2)
        self._set_stock(self.milk, self.west, 1)
        answer, order = self._submit_one(lines=[('YOG-1', 12), ('MLK-1', 5)])
        self.assertEqual((answer['status'], self._rules_broken(answer)), ('held', ['stock']))
        self.assertEqual(answer['verdicts'][0]['limit'], '2')
        waiting = order.channel_parcel_ids.allocation_ids.filtered('is_waiting')
        self.assertEqual((waiting.qty, waiting.warehouse_id), (3, self.south))
        order.with_user(self.desk).action_channel_approve()
        self.assertEqual(sum(order.order_line[1].move_ids.mapped('product_uom_qty')), 5)
        backorder = self._ship_available(order)
        self.assertEqual((order.channel_state, order.channel_is_part_shipped), ('confirmed', True))
        self.assertEqual(backorder.move_ids.product_uom_qty, 3)
        self._set_stock(self.milk, self.south, 10)
        self._ship(order)
        self.assertEqual(order.channel_state, 'shipped')

    def _ship_available(self, order):
        picking = order.picking_ids
        for move in picking.move_ids:
            move.picked = True
        picking.with_context(skip_backorder=True).button_validate()
        return order.picking_ids - picking

    def test_earlier_order_of_the_batch_takes_the_goods(self):
        self._set_stock(self.milk, self.south, 3)
        answers = self._submit(*(self._prepare_order(f'X-{n}', lines=[('MLK-1', 3)]) for n in range(2)))
        self.assertEqual([answer['sourcing'][0]['warehouse'] for answer in answers], ["South", "West"])

    def test_one_parcel_only_where_the_company_wants_it(self):
        self.company.channel_max_parcels = 1
        answer, order = self._split()
        self.assertEqual(self._rules_broken(answer), ['stock'])
        self.assertEqual(len(order.channel_parcel_ids), 1)
        with self.assertRaises(CheckViolation), mute_logger('odoo.sql_db'), self.cr.savepoint():
            self.company.channel_max_parcels = 4
            self.company.flush_recordset()

    def test_blocked_order_has_no_parcels(self):
        answer, order = self._submit_one(lines=[('YOG-1', 7)])
        self.assertEqual((answer['status'], answer['sourcing']), ('rejected', []))
        self.assertFalse(order.channel_parcel_ids)
        self.assertTrue(order.channel_sourcing)

    def test_every_option_says_why(self):
        _answer, order = self._split()
        rows = {row['warehouse']: row for row in order._channel_get_sourcing_rows()}
        self.assertIn("Part of the cheapest way", rows["West"]['why'])
        self.assertIn("Has nothing", rows["North"]['why'])
        self.assertNotIn('%(', "".join(row['why'] for row in rows.values()))
        self.assertIn("Together", order.channel_sourcing_html)

    # --- queries

    def test_queries_do_not_grow_with_orders_lines_or_warehouses(self):
        self._create_carrier(capacity={self.south: 1000, self.west: 1000})

        def count(orders, lines):
            drafts = self.env['sale.order'].create([{
                'partner_id': self.dealer.partner_id.id,
                'order_line': [(0, 0, {'product_id': product.id, 'product_uom_qty': 12})
                               for product in (self.yoghurt, self.milk) * lines],
            } for _n in range(orders)])
            drafts._channel_complete()
            self.env.flush_all()
            self.env.invalidate_all()
            drafts = drafts.sudo().with_prefetch()
            before = self.env.cr.sql_log_count
            drafts._channel_source()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        few = count(2, 1)
        for n in range(20):
            self._create_warehouse(f"W{n}", f'W{n}', '440306')
        # Up to a hundred lines: beyond, Odoo inserts the next hundred rows with another query.
        self.assertLessEqual(count(12, 4), few + 1)
        self.assertLessEqual(count(2, 1), 24, "rates, hours and room are read once")


@tagged('-at_install', 'post_install')
class TestCarriers(SourcingCommon):
    """Rates, room, cut-off times and closing days."""

    def _order(self, external_id='X-1', now=MONDAY, **values):
        with freeze_time(now):
            return self._submit_one(external_id, **values)[1]

    def test_order_before_the_cut_off_leaves_today(self):
        parcel = self._order().channel_parcel_ids
        self.assertEqual((parcel.ship_date, parcel.arrival_date), (date(2026, 11, 23), date(2026, 11, 25)))

    def test_order_after_the_cut_off_leaves_tomorrow(self):
        order = self._order(now='2026-11-23 08:30:00')
        self.assertEqual((order.channel_parcel_ids.ship_date, order.channel_parcel_ids.note),
                         (date(2026, 11, 24), 'past_cut_off'))
        self.assertIn("past today's cut-off", order._channel_get_sourcing_rows()[0]['why'])

    def test_nothing_leaves_on_sundays_and_closing_days(self):
        self.assertEqual(self._order(now='2026-11-22 02:00:00').channel_parcel_ids.ship_date, date(2026, 11, 23))
        self.env['channel.closing'].create(
            {'name': "Stock-taking", 'date_from': '2026-11-23', 'date_to': '2026-11-24',
             'warehouse_ids': [(6, 0, self.south.ids)]})
        parcel = self._order('X-2').channel_parcel_ids
        self.assertEqual((parcel.ship_date, parcel.note), (date(2026, 11, 25), 'closed'))

    def test_goods_wanted_later_leave_later(self):
        parcel = self._order(requested_date='2026-12-10').channel_parcel_ids
        self.assertEqual((parcel.arrival_date, parcel.note), (date(2026, 12, 10), 'wanted_later'))

    def test_cheapest_carrier_goes(self):
        dear = self._create_carrier("Dear")
        dear.rate_ids.parcel_price = 90
        cheap = self._create_carrier("Cheap")
        order = self._order()
        self.assertEqual(order.channel_parcel_ids.carrier_id, cheap)
        self.assertEqual(order.channel_sourcing[0]['carrier'], "Cheap")
        cheap.active = False
        self.assertEqual(self._order('X-2').channel_parcel_ids.carrier_id, dear)

    def test_changed_setup_holds_for_the_next_order(self):
        carrier = self._create_carrier()
        self.assertEqual(self._order().channel_parcel_ids.arrival_date, date(2026, 11, 25))
        carrier.rate_ids.lead_days = 3
        self.assertEqual(self._order('X-2').channel_parcel_ids.arrival_date, date(2026, 11, 27))
        self.south.channel_cut_off = 9
        self.assertEqual(self._order('X-3').channel_parcel_ids.arrival_date, date(2026, 11, 28))
        carrier.rate_ids.unlink()
        self.assertFalse(self._order('X-4').channel_parcel_ids.carrier_id)

    def test_where_no_carrier_goes_the_order_waits_and_says_so(self):
        carrier = self._create_carrier()
        carrier.rate_ids.territory_id = self._find_territory('51')
        answer, order = self._submit_one()
        self.assertEqual(self._rules_broken(answer), ['stock'])
        self.assertEqual({option['reason'] for option in order.channel_sourcing}, {'no_carrier'})

    def test_weight_costs(self):
        carrier = self._create_carrier()
        carrier.rate_ids.write({'kg_price': 2, 'km_price': 0})
        self.milk.weight = 1.5
        self.assertEqual(self._order(lines=[('MLK-1', 4)]).channel_parcel_ids.cost, 22)

    def test_full_carrier_takes_it_the_next_day_and_never_more_than_fits(self):
        carrier = self._create_carrier(capacity={self.south: 2})
        orders = [self._order(f'X-{n}') for n in range(3)]
        self.assertEqual([order.channel_parcel_ids.ship_date.day for order in orders], [23, 23, 24])
        self.assertEqual(orders[2].channel_parcel_ids.note, 'full')
        self.assertEqual(self._day(carrier, self.south).mapped('used_parcels'), [1, 2])
        self.assertEqual(self._day(carrier, self.south).mapped('left_parcels'), [1, 0])

    def test_batch_counts_what_its_own_orders_take(self):
        carrier = self._create_carrier(capacity={self.south: 2})
        with freeze_time(MONDAY):
            answers = self._submit(*(self._prepare_order(f'X-{n}') for n in range(5)))
        self.assertEqual(len({answer['eta'] for entry in answers for answer in entry['sourcing']}), 3)
        self.assertEqual(self._day(carrier, self.south).mapped('used_parcels'), [1, 2, 2])

    def test_database_refuses_more_than_there_is_room_for(self):
        carrier = self._create_carrier(capacity={self.south: 2})
        room = carrier.capacity_ids
        Day = self.env['channel.carrier.day']
        Day._add({(room.id, date(2026, 11, 23), False): 2})
        with self.assertRaises(CheckViolation), mute_logger('odoo.sql_db'), self.cr.savepoint():
            Day._add({(room.id, date(2026, 11, 23), False): 1})
        room.urgent_parcels = 1
        with self.assertRaises(CheckViolation), mute_logger('odoo.sql_db'), self.cr.savepoint():
            Day._add({(room.id, date(2026, 11, 24), False): 2})

    def test_waiting_can_be_worth_another_warehouse(self):
        self._create_carrier(capacity={self.south: 1})
        self._order()
        self.company.channel_day_cost = 100
        self.assertEqual(self._order('X-2').warehouse_id, self.west)

    def test_cancelled_and_rejected_orders_give_their_room_back(self):
        carrier = self._create_carrier(capacity={self.south: 5})
        order = self._order()
        order._action_cancel()
        self.assertEqual(self._day(carrier, self.south).used_parcels, 0)
        self._create_credit(self.dealer, 10)
        self.assertEqual(self._order('X-2').channel_state, 'rejected')
        self.assertEqual(self._day(carrier, self.south).used_parcels, 0)

    def test_order_that_is_checked_again_takes_its_room_once(self):
        carrier = self._create_carrier(capacity={self.south: 5})
        with freeze_time(MONDAY):
            _answer, order = self._submit_one(lines=[('MLK-1', 3)], member='S1')
            order.action_channel_check()
        self.assertEqual(len(order.channel_parcel_ids), 1)
        self.assertEqual(self._day(carrier, self.south).used_parcels, 1)

    def test_promise_that_time_has_overtaken_is_renewed_at_confirmation(self):
        carrier = self._create_carrier(capacity={self.south: 5})
        self.dealer.reviews_downstream = False
        order = self._order(member='S1')
        self.assertEqual((order.channel_state, order.channel_parcel_ids.ship_date.day), ('hq', 23))
        late = self._order('X-2', member='S1')
        with freeze_time('2026-11-23 08:01:00'):
            late.with_user(self.desk).action_channel_approve()
        self.assertEqual(late.channel_parcel_ids.ship_date.day, 24, "approved after the cut-off of the same day")
        late._action_cancel()
        with freeze_time('2026-11-25 02:00:00'):
            order.with_user(self.desk).action_channel_approve()
        self.assertEqual(order.channel_parcel_ids.ship_date, date(2026, 11, 25))
        taken = {day.day.day: day.used_parcels for day in self._day(carrier, self.south)}
        self.assertEqual(taken, {23: 0, 24: 0, 25: 1})

    def test_recount_agrees_and_puts_right(self):
        carrier = self._create_carrier(capacity={self.south: 5})
        with freeze_time(MONDAY):
            for n in range(3):
                self._submit_one(f'X-{n}')
            self.env.flush_all()
            Day = self.env['channel.carrier.day']
            self.assertEqual(Day._cron_check(), 0)
            day = self._day(carrier, self.south)
            self.env.cr.execute("UPDATE channel_carrier_day SET used_parcels = 1 WHERE id = %s", [day.id])
            day.invalidate_recordset()
            with mute_logger('odoo.addons.distributor_portal.models.sourcing.channel_carrier_day'):
                self.assertEqual(Day._cron_check(), 1)
        self.assertEqual(day.used_parcels, 3)

    def test_lower_capacity_never_falls_below_what_is_booked(self):
        carrier = self._create_carrier(capacity={self.south: 5})
        with freeze_time(MONDAY):
            for n in range(3):
                self._submit_one(f'X-{n}')
        carrier.capacity_ids.daily_parcels = 2
        self.env.cr.execute("UPDATE channel_carrier_day SET day = CURRENT_DATE")
        carrier.capacity_ids._refresh_days()
        self.assertEqual(self._day(carrier, self.south).max_parcels, 3)

    def test_tracking_page_is_a_web_page(self):
        carrier = self._create_carrier(tracking_url='https://track.example.com/{ref}')
        self.assertEqual(carrier._get_tracking_link('A/1 2'), 'https://track.example.com/A%2F1%202')
        self.assertFalse(carrier._get_tracking_link(False))
        for bad in ('javascript:alert(1)//{ref}', 'https://track.example.com/'):
            with self.subTest(bad=bad), self.assertRaises(ValidationError):
                carrier.tracking_url = bad

    def test_rates_and_hours_make_sense(self):
        carrier = self._create_carrier()
        for values in ({'parcel_price': -1}, {'lead_days': -1}):
            with self.assertRaises(CheckViolation), mute_logger('odoo.sql_db'), self.cr.savepoint():
                carrier.rate_ids.write(values)
                self.env.flush_all()
        with self.assertRaises(CheckViolation), mute_logger('odoo.sql_db'), self.cr.savepoint():
            self.south.channel_cut_off = 25
            self.env.flush_all()

    # --- by hand

    def _held(self):
        self._set_stock(self.milk, self.south, 1)
        self._set_stock(self.milk, self.west, 2)
        return self._submit_one(lines=[('MLK-1', 3)])[1]

    def test_desk_chooses_by_hand_with_a_reason(self):
        order = self._held()
        action = order.with_user(self.desk).action_channel_choose_warehouse()
        form = Form(self.env[action['res_model']].with_user(self.desk).with_context(**action['context']))
        form.warehouse_id = self.north
        form.reason = "Fetched there"
        form.save().action_choose()
        self.assertEqual((order.warehouse_id, order.channel_hand_warehouse_id), (self.north, self.north))
        self.assertIn("North, by hand: Fetched there", order.channel_event_ids.mapped('detail'))
        reasons = {option['warehouse']: option['reason'] for option in order.channel_sourcing}
        self.assertEqual(
            [reasons[name] for name in ("South", "West", "North")], ['not_by_hand', 'not_by_hand', 'by_hand'])
        order.action_channel_check()
        self.assertEqual(order.warehouse_id, self.north, "a check does not forget it")
        order.with_user(self.desk).action_channel_source()
        self.assertEqual((order.warehouse_id, bool(order.channel_hand_warehouse_id)), (self.west, False))

    def test_only_the_desk_chooses_and_only_before_confirmation(self):
        order = self._held()
        seller = new_test_user(self.env, 'seller', groups='sales_team.group_sale_salesman_all_leads')
        for method in ('action_channel_choose_warehouse', 'action_channel_source'):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(order.with_user(seller), method)()
        Wizard = self.env['channel.choose.warehouse'].with_user(self.desk)
        with self.assertRaises(UserError):
            Wizard.create({'order_id': order.id, 'warehouse_id': self.west.id, 'reason': "  "}).action_choose()
        order.with_user(self.desk).action_channel_approve()
        with self.assertRaises(UserError):
            Wizard.create({'order_id': order.id, 'warehouse_id': self.west.id, 'reason': "x"}).action_choose()
        with self.assertRaises(UserError):
            order.with_user(self.desk).action_channel_source()
        with self.assertRaises(AccessError):
            order.with_user(self.desk).channel_hand_warehouse_id = self.south

    # --- ranks

    def test_ranks_give_the_same_plan_and_go_stale_when_a_warehouse_moves(self):
        Rank = self.env['channel.source.rank']
        warehouses = self.env['stock.warehouse'].search([('company_id', '=', self.company.id)])
        self.assertGreater(Rank._rank(self.company), 40_000)
        self.assertEqual(Rank._rank(self.company), 0, "they are up to date")
        found = Rank._find(self.company, {'440305', '440305001', 'nonsense', '99'})
        self.assertEqual(set(found), {'440305', '440305001'})
        placed = warehouses._channel_get_places()
        self.assertEqual({key for key, _distance in found['440305'].nearest}, {key for key, *_point in placed})
        for code in ('440305', '440305001', '110101'):
            territory = self.env['channel.territory']._find_by_codes([code])[code]
            rank = Rank._find(self.company, {code})[code]
            self.assertTrue(rank.is_at(*territory._channel_get_point(code)))
        with_ranks = self._submit_one('X-1', ship_to={'street_code': '440305001'})[0]['sourcing']
        self.south.channel_territory_id = self._find_territory('440305')
        self.assertFalse(Rank._find(self.company, {'440305'}))
        self.south.channel_territory_id = self._find_territory('440306')
        Rank.sudo().search([]).unlink()
        without = self._submit_one('X-2', ship_to={'street_code': '440305001'})[0]['sourcing']
        self.assertEqual(without, with_ranks)


@tagged('-at_install', 'post_install')
class TestUrgent(SourcingCommon):
    """Orders that leave within hours."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tiers['dealer'].may_order_urgently = True
        (cls.south | cls.west).write({'channel_urgent_from': 8, 'channel_urgent_until': 15})

    def _urgent(self, now=MONDAY, external_id='X-1', **values):
        with freeze_time(now):
            return self._submit_one(external_id, urgent=True, **values)

    def test_urgent_order_leaves_within_two_hours(self):
        answer, order = self._urgent()
        self.assertEqual((answer['status'], answer['verdicts']), ('accepted', []))
        self.assertEqual(answer['sourcing'][0]['ship_by'], '2026-11-23 04:00:00')
        self.assertEqual(order.channel_urgent_until, datetime(2026, 11, 23, 4))
        picking = order.picking_ids
        self.assertEqual((picking.date_deadline, picking.priority), (datetime(2026, 11, 23, 4), '1'))
        self.assertEqual(order.channel_sourcing[0]['reason'], 'urgent')

    def test_urgent_takes_the_nearest_not_the_cheapest(self):
        dear = self._create_carrier(takes_urgent=True)
        dear.rate_ids.write({'parcel_price': 5, 'km_price': 0})
        dear.rate_ids = [(0, 0, {'warehouse_id': self.south.id, 'parcel_price': 500, 'lead_days': 1})]
        self.assertEqual(self._urgent()[1].warehouse_id, self.south)
        with freeze_time(MONDAY):
            self.assertEqual(self._submit_one('X-2')[1].warehouse_id, self.west)

    def test_too_late_takes_the_normal_way_and_says_so(self):
        answer, order = self._urgent('2026-11-23 08:00:00')
        self.assertEqual((answer['status'], self._rules_broken(answer)), ('accepted', ['urgent']))
        self.assertIn("within 2 hours", answer['verdicts'][0]['message'])
        self.assertFalse(order.channel_urgent_until)
        self.assertFalse(order.channel_parcel_ids.is_urgent)

    def test_refused_where_the_rule_says_so(self):
        self.rules['urgent'].lane = 'block'
        answer, _order = self._urgent('2026-11-23 08:00:00')
        self.assertEqual((answer['status'], self._rules_broken(answer)), ('rejected', ['urgent']))

    def test_tier_without_the_right_takes_the_normal_way(self):
        self.tiers['dealer'].may_order_urgently = False
        answer, order = self._urgent()
        self.assertEqual(self._rules_broken(answer), ['urgent'])
        self.assertIn("not agreed", answer['verdicts'][0]['message'])
        self.assertFalse(order.channel_urgent_until)

    def test_room_kept_for_urgent_orders(self):
        carrier = self._create_carrier(capacity={self.south: 1}, takes_urgent=True)
        carrier.capacity_ids.urgent_parcels = 1
        with freeze_time(MONDAY):
            normal = self._submit_one('X-1')[1]
        self.assertEqual(normal.warehouse_id, self.west, "the south keeps its only room")
        self.assertEqual(self._urgent(external_id='X-2')[1].warehouse_id, self.south)
        self.assertEqual(self._day(carrier, self.south).urgent_parcels, 1)
        self.assertEqual(self._urgent(external_id='X-3')[1].warehouse_id, self.west)

    def test_desk_is_told_once_when_it_has_not_left(self):
        self.south.channel_urgent_user_id = self.desk
        _answer, order = self._urgent()
        Parcel = self.env['channel.parcel']
        with freeze_time('2026-11-23 03:00:00'):
            Parcel._cron_alarm()
            self.assertFalse(order.activity_ids)
        with freeze_time('2026-11-23 03:31:00'):
            Parcel._cron_alarm()
            Parcel._cron_alarm()
        self.assertEqual(len(order.activity_ids), 1)
        self.assertEqual((order.activity_ids.user_id, order.activity_ids.summary),
                         (self.desk, "Urgent: South ships by 12:00"))

    def test_what_has_left_raises_no_alarm(self):
        _answer, order = self._urgent()
        self._ship(order)
        with freeze_time('2026-11-23 03:31:00'):
            self.env['channel.parcel']._cron_alarm()
        self.assertFalse(order.activity_ids)

    def test_approved_too_late_is_no_longer_urgent(self):
        self.tiers['store'].may_order_urgently = True
        self.dealer.reviews_downstream = False
        for external_id, now, until in (('X-1', '2026-11-23 05:00:00', datetime(2026, 11, 23, 7)),
                                        ('X-2', '2026-11-23 09:00:00', False)):
            with self.subTest(now=now):
                _answer, order = self._urgent(external_id=external_id, member='S1')
                self.assertEqual(order.channel_state, 'hq')
                with freeze_time(now):
                    order.with_user(self.desk).action_channel_approve()
                self.assertEqual((order.channel_urgent_until, order.channel_parcel_ids.is_urgent), (until, bool(until)))
        self.assertIn("No longer urgent", " ".join(order.channel_event_ids.filtered('detail').mapped('detail')))

    def test_urgent_is_a_flag_and_part_of_what_was_judged(self):
        answer = self._submit({**self._prepare_order('X-1'), 'urgent': 'yes'})[0]
        self.assertEqual((answer['status'], self._rules_broken(answer)), ('rejected', ['intake']))
        order = self._submit_one('X-2', lines=[('MLK-1', 3000)])[1]
        order.channel_is_urgent = True
        self.assertTrue(order._channel_is_changed())


@tagged('-at_install', 'post_install')
class TestSourcingAccess(SourcingCommon):

    @mute_logger('odoo.addons.base.models.ir_rule', 'odoo.addons.base.models.ir_model')
    def test_portal_and_employees_reach_nothing_the_desk_reads_the_manager_configures(self):
        self._create_carrier(capacity={self.south: 5})
        self._submit_one()
        portal = self._create_portal_user(self.dealer, 'owner')
        employee = new_test_user(self.env, 'employee', groups='base.group_user')
        models = ('channel.carrier', 'channel.carrier.rate', 'channel.carrier.capacity', 'channel.carrier.day',
                  'channel.closing', 'channel.parcel', 'channel.allocation')
        for model in (*models, 'channel.source.rank'):
            for user in (portal, employee):
                with self.subTest(model=model, user=user.login), self.assertRaises(AccessError):
                    self.env[model].with_user(user).search([])
        for model in models:
            records = self.env[model].with_user(self.desk).search([])
            self.assertTrue(records or model == 'channel.closing', model)
            with self.subTest(model=model), self.assertRaises(AccessError):
                (records or self.env[model].with_user(self.desk)).check_access('write')

    def test_other_companies_see_nothing(self):
        carrier = self._create_carrier(capacity={self.south: 5})
        _answer, order = self._submit_one()
        other = self.env['res.company'].create({'name': "Other"})
        stranger = new_test_user(
            self.env, 'stranger', groups='distributor_portal.group_channel_manager',
            company_id=other.id, company_ids=[(6, 0, other.ids)])
        for records in (carrier, carrier.rate_ids, carrier.capacity_ids, carrier.capacity_ids.day_ids,
                        order.channel_parcel_ids, order.channel_parcel_ids.allocation_ids):
            with self.subTest(model=records._name):
                self.assertFalse(records.with_user(stranger).search([('id', 'in', records.ids)]))


@tagged('-at_install', 'post_install')
class TestParcelPages(SourcingCommon, HttpCase):

    def test_member_sees_each_parcel_with_its_carrier_day_and_tracking(self):
        self._create_carrier("Haul", tracking_url='https://track.example.com/{ref}')
        _answer, order = self._split()
        order.channel_parcel_ids[0].picking_ids.channel_tracking_ref = 'HY 1'
        self._create_portal_user(self.dealer, 'dealer_user')
        self.authenticate('dealer_user', 'dealer_user')
        page = self.url_open(f'/my/channel/orders/{order.id}').text
        for text in ("of 2", "South", "West", "Haul", "Promised for", 'https://track.example.com/HY%201',
                     "Being Prepared", "being prepared"):
            with self.subTest(text=text):
                self.assertIn(text, page)
        picking = order.channel_parcel_ids[0].picking_ids
        for move in picking.move_ids:
            move.quantity = move.product_uom_qty
            move.picked = True
        picking.button_validate()
        page = self.url_open(f'/my/channel/orders/{order.id}').text
        self.assertIn("Part of the order has been shipped", page)
        self.assertIn(f'/my/channel/receive/{picking.id}', page)

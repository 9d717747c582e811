import json
import re
from datetime import datetime

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from ..models.fast.memo import KEY, BatchMemo, get_memo
from ..models.fast.sale_order_fast import SWITCH
from .common import ChannelCommon

COMPARED = (
    'sale.order', 'sale.order.line', 'stock.move', 'stock.move.line', 'stock.picking', 'stock.quant', 'stock.reference')
RANDOM = {'access_token'}
INSIDE = {'reference_ids': 'stock.reference', 'sale_line_id': 'sale.order.line'}  # ids inside procurement_values
QUIET = {
    'tracking_disable': True, 'mail_notrack': True, 'mail_create_nolog': True, 'mail_create_nosubscribe': True,
    'mail_auto_subscribe_no_notify': True,
}


class Snapshot:
    """Every stored value of what some orders consist of, the ids and names of new records replaced by their place."""

    def __init__(self, orders, products):
        self.labels, self.names = {}, {}
        env = orders.env
        env.flush_all()
        env.invalidate_all()
        records = {
            'sale.order': orders,
            'sale.order.line': orders.order_line.sorted('id'),
            'stock.reference': orders.stock_reference_ids.sorted('id'),
            'stock.move': self._sort(
                (orders.order_line.move_ids | orders.stock_reference_ids.move_ids), 'sale_line_id', 'location_id'),
        }
        records['stock.picking'] = self._sort(records['stock.move'].picking_id, 'sale_id', 'location_id')
        places = {move: place for place, move in enumerate(records['stock.move'])}
        records['stock.move.line'] = records['stock.move'].move_line_ids.sorted(
            lambda line: (places[line.move_id], line.location_id.id, line.lot_id.id, line.id))
        records['stock.quant'] = env['stock.quant'].search([('product_id', 'in', products.ids)], order='id')
        for model in COMPARED:
            for place, record in enumerate(records[model]):
                self.labels[model, record.id] = f'{model} {place}'
                if model in ('sale.order', 'stock.picking'):
                    self.names[record.name] = f'{model} {place}'
        self.values = {
            self.labels[model, record.id]: self._read(record) for model in COMPARED for record in records[model]
        }

    def _sort(self, records, *fields):
        return records.sorted(lambda record: (*(record[field].ids for field in fields), record.id))

    def _read(self, record):
        names = [
            name for name, field in record._fields.items()
            if field.store and name not in RANDOM and field.type not in ('one2many', 'binary')]
        values = record.read(names, load=None)[0]
        return {name: self._plain(record._fields[name], value) for name, value in values.items()}

    def _plain(self, field, value):
        if field.name == 'id':
            return None
        if field.type == 'json' or field.name == 'procurement_values':
            return self._replace_names(json.dumps({
                key: self._label(INSIDE.get(key), inner) for key, inner in (value or {}).items()
            }, default=str, sort_keys=True))
        if field.type == 'many2one' and value:
            return self._label(field.comodel_name, value)
        if field.type == 'many2many':
            return sorted(map(str, self._label(field.comodel_name, value)))
        return self._replace_names(value) if isinstance(value, str) else value

    def _label(self, model, value):
        if isinstance(value, (list, tuple)):
            return [self._label(model, inner) for inner in value]
        return self.labels.get((model, value), value)

    def _replace_names(self, text):
        for name, label in self.names.items():
            text = re.sub(rf'(?<!\w){re.escape(name)}(?!\w)', label, text)
        return text


class _Back(Exception):
    """Leaves the savepoint of one way."""


@tagged('-at_install', 'post_install')
class TestShortPath(ChannelCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls.env['res.partner'].create([
            {'name': f"Plain {number}", 'is_company': True, 'property_product_pricelist': cls.pricelist.id}
            for number in range(3)])
        cls.tax = cls.env['account.tax'].create({'name': "VAT", 'amount': 13, 'amount_type': 'percent'})
        cls.dozen = cls.env['uom.uom'].create({
            'name': "Dozen here", 'relative_factor': 12, 'relative_uom_id': cls.env.ref('uom.product_uom_unit').id})
        cls.taxed = cls._create_goods('TAX-1', 7, taxes_id=[Command.set(cls.tax.ids)])
        cls.scarce = cls._create_goods('SCA-1', 3, stock=((None, 7),))
        cls.none = cls._create_goods('NON-1', 3, stock=())
        cls.spread = cls._create_goods('SPR-1', 4, stock=())
        cls._spread_stock(cls.spread)
        cls.goods = cls.yoghurt | cls.milk | cls.taxed | cls.scarce | cls.none | cls.spread

    @classmethod
    def _spread_stock(cls, product, **details):
        """Several quants on several shelves, the oldest not the one with the lowest id."""
        shelves = cls.env['stock.location'].create([
            {'name': f"Shelf {number}", 'location_id': cls.south.lot_stock_id.id} for number in range(3)])
        for number, (shelf, day) in enumerate(zip(shelves | cls.south.lot_stock_id, (3, 1, 2, 4), strict=True)):
            cls.env['stock.quant']._update_available_quantity(
                product, shelf, 5 + number, in_date=datetime(2025, 1, day), **details)
        return shelves

    def _set_prices(self):
        chilled = self.env['product.category'].create({'name': "Very chilled", 'parent_id': self.category.id})
        self.taxed.categ_id = chilled
        base = self.env['product.pricelist'].create({'name': "Base", 'item_ids': [
            Command.create({'applied_on': '3_global', 'compute_price': 'percentage', 'percent_price': 3})]})
        self.pricelist.item_ids = [Command.create(values) for values in (
            {'applied_on': '2_product_category', 'categ_id': self.category.id, 'compute_price': 'percentage',
             'percent_price': 10},
            {'applied_on': '0_product_variant', 'product_id': self.yoghurt.id, 'compute_price': 'fixed',
             'fixed_price': 8, 'min_quantity': 24},
            {'applied_on': '1_product', 'product_tmpl_id': self.milk.product_tmpl_id.id, 'compute_price': 'fixed',
             'fixed_price': 1, 'date_start': '2020-01-01 00:00:00', 'date_end': '2020-02-01 00:00:00'},
            {'applied_on': '1_product', 'product_tmpl_id': self.milk.product_tmpl_id.id, 'compute_price': 'fixed',
             'fixed_price': 4.5, 'date_start': '2026-01-01 00:00:00', 'date_end': '2027-02-01 00:00:00'},
            {'applied_on': '3_global', 'compute_price': 'formula', 'base': 'pricelist', 'base_pricelist_id': base.id,
             'price_discount': 5, 'price_surcharge': 0.2, 'price_round': 0.1, 'min_quantity': 3})]

    def _order(self, customer, *lines, **values):
        return {
            'partner_id': self.customers[customer].id, 'warehouse_id': self.south.id, **values,
            'order_line': [Command.create({
                'product_id': product.id, 'product_uom_qty': qty, **({'product_uom_id': unit.id} if unit else {}),
            }) for product, qty, unit in ((*line, None)[:3] for line in lines)]}

    def _take(self, orders, products, is_short, after=None):
        """The snapshot that the orders leave, by stock Odoo one by one or by us all at once; nothing of it stays."""
        try:
            with self.env.cr.savepoint():
                if is_short:
                    Order = self.env['sale.order'].with_context(**QUIET)._channel_on_short_path(products.ids)
                    made = Order.create([dict(values) for values in orders])
                    self.assertTrue(get_memo(made))
                    made._channel_confirm()
                    made = made.with_env(self.env)
                else:
                    made = self.env['sale.order']
                    for values in orders:
                        order = self.env['sale.order'].with_context(**QUIET).create(dict(values))
                        order.with_context(**QUIET).action_confirm()
                        made |= order.with_env(self.env)
                if after:
                    after(made)
                snapshot = Snapshot(made, products)
                raise _Back
        except _Back:
            self.env.invalidate_all()
        return snapshot

    def _assert_same(self, orders, products=None, after=None):
        products = products or self.goods
        with freeze_time('2026-11-22 09:00:00'):
            stock = self._take(orders, products, False, after)
            short = self._take(orders, products, True, after)
        self.assertEqual(set(stock.values), set(short.values))
        for label, values in stock.values.items():
            with self.subTest(record=label):
                self.assertEqual(values, short.values[label])
        return stock

    # === THE SAME DOCUMENTS === #

    def test_plain_orders(self):
        stock = self._assert_same([
            self._order(0, (self.yoghurt, 12), (self.milk, 3)), self._order(1, (self.milk, 5)),
            self._order(2, (self.yoghurt, 24), (self.taxed, 2), warehouse_id=self.west.id)])
        self.assertEqual(stock.values['stock.picking 0']['state'], 'assigned')

    def test_one_order_alone(self):
        self._assert_same([self._order(0, (self.yoghurt, 12))])

    def test_prices_of_every_kind(self):
        self._set_prices()
        self._assert_same([
            self._order(0, (self.yoghurt, 12), (self.yoghurt, 24), (self.milk, 1), (self.taxed, 10)),
            self._order(1, (self.taxed, 1), (self.taxed, 2, self.dozen), (self.spread, 2)),
            self._order(2, (self.milk, 5), date_order='2020-01-15 12:00:00')])

    def test_partial_and_missing_stock(self):
        stock = self._assert_same([
            self._order(0, (self.scarce, 5), (self.none, 1)), self._order(1, (self.scarce, 5)),
            self._order(2, (self.scarce, 1))])
        states = [stock.values[f'stock.move {place}']['state'] for place in range(4)]
        self.assertEqual(sorted(states), ['assigned', 'confirmed', 'confirmed', 'partially_available'])

    def test_several_quants_and_lines_of_one_product(self):
        self._assert_same([
            self._order(0, (self.spread, 4), (self.spread, 7), (self.spread, 3)), self._order(1, (self.spread, 20))])

    def test_other_units_and_fractions(self):
        self._assert_same([
            self._order(0, (self.milk, 2, self.dozen), (self.scarce, 0.5, self.dozen)),
            self._order(1, (self.scarce, 1, self.dozen), (self.milk, 1.5))])

    def test_negative_quant_beside_others(self):
        self.env['stock.quant'].create({
            'product_id': self.milk.id, 'location_id': self.south.lot_stock_id.id, 'quantity': -990})
        self._assert_same([self._order(0, (self.milk, 6)), self._order(1, (self.milk, 6))])

    def test_delivery_all_at_once_and_requested_date(self):
        self._assert_same([
            self._order(0, (self.yoghurt, 12), (self.scarce, 9), picking_policy='one'),
            self._order(1, (self.milk, 3), commitment_date='2026-12-05 00:00:00')])

    def test_backorder_after_a_partial_delivery(self):
        def deliver(orders):
            for move in orders.picking_ids.move_ids:
                move.quantity = 2
                move.picked = True
            orders.picking_ids._action_done()
        self._assert_same([self._order(0, (self.yoghurt, 12), (self.spread, 11)), self._order(1, (self.milk, 2))],
                          after=deliver)

    def test_services_notes_and_nothing(self):
        service = self.env['product.product'].create({'name': "Advice", 'type': 'service', 'list_price': 9})
        loose = self.env['product.product'].create({'name': "Leaflet", 'type': 'consu', 'is_storable': False})
        order = self._order(0, (service, 1), (loose, 4), (self.milk, 0), (self.milk, 2))
        order['order_line'].append(Command.create({'display_type': 'line_note', 'name': "by noon"}))
        self._assert_same([order, self._order(1, (service, 2)), self._order(2, (self.milk, 0))],
                          self.goods | service | loose)

    def test_reordering_rule(self):
        self.env['stock.warehouse.orderpoint'].create({
            'product_id': self.scarce.id, 'location_id': self.south.lot_stock_id.id, 'warehouse_id': self.south.id,
            'product_min_qty': 5, 'product_max_qty': 20, 'trigger': 'manual'})
        wanted = []

        def look(orders):
            wanted.append(orders.env['stock.warehouse.orderpoint'].search(
                [('product_id', '=', self.scarce.id)]).qty_to_order)
        self._assert_same([self._order(0, (self.scarce, 6)), self._order(1, (self.milk, 6))], after=look)
        self.assertEqual(wanted[0], wanted[1])
        self.assertGreater(wanted[0], 0)

    def test_analytic_distribution(self):
        plan = self.env['account.analytic.plan'].create({'name': "Channel plan"})
        accounts = self.env['account.analytic.account'].create([
            {'name': name, 'plan_id': plan.id} for name in ("One", "Two")])
        self.env['account.analytic.distribution.model'].create([
            {'product_id': self.milk.id, 'analytic_distribution': {accounts[0].id: 100}},
            {'partner_id': self.customers[1].id, 'analytic_distribution': {accounts[1].id: 100}}])
        stock = self._assert_same([
            self._order(0, (self.yoghurt, 12), (self.milk, 3)), self._order(1, (self.yoghurt, 5))])
        self.assertTrue(stock.values['sale.order.line 1']['analytic_distribution'] != '{}')

    # === WHERE STOCK ODOO DECIDES === #

    def test_lots(self):
        lots = self._create_goods('LOT-1', 2, stock=(), tracking='lot')
        for name in ('B', 'A'):
            self._spread_stock(lots, lot_id=self.env['stock.lot'].create({'name': name, 'product_id': lots.id}))
        self._assert_same([self._order(0, (lots, 7), (self.milk, 1)), self._order(1, (lots, 30))], self.goods | lots)

    def test_packages_and_owners(self):
        packed = self._create_goods('PAK-1', 2, stock=())
        self._spread_stock(packed, package_id=self.env['stock.package'].create({'name': "P1"}))
        owned = self._create_goods('OWN-1', 2, stock=())
        self._spread_stock(owned, owner_id=self.customers[0])
        self._assert_same([self._order(0, (packed, 7), (owned, 9)), self._order(1, (packed, 30), (self.milk, 2))],
                          self.goods | packed | owned)

    def test_removal_strategies(self):
        for method in ('lifo', 'closest'):
            strategy = self.env['product.removal'].search([('method', '=', method)])
            category = self.env['product.category'].create({'name': method, 'removal_strategy_id': strategy.id})
            product = self._create_goods(f'REM-{method}', 2, stock=(), categ_id=category.id)
            self._spread_stock(product)
            self._assert_same([self._order(0, (product, 7), (self.milk, 2)), self._order(1, (product, 8))],
                              self.goods | product)

    def test_whole_packs_only(self):
        category = self.env['product.category'].create({'name': "Packs", 'packaging_reserve_method': 'full'})
        product = self._create_goods('FUL-1', 2, stock=((self.south, 30),), categ_id=category.id)
        product.uom_ids = self.dozen
        self._assert_same([self._order(0, (product, 2, self.dozen)), self._order(1, (product, 1, self.dozen))],
                          self.goods | product)

    def test_make_to_order_from_another_warehouse(self):
        route = self.env['stock.route'].create({'name': "By way of West", 'product_selectable': True, 'rule_ids': [
            Command.create({
                'name': "South to customer", 'action': 'pull', 'procure_method': 'make_to_order',
                'location_src_id': self.south.lot_stock_id.id, 'warehouse_id': self.south.id,
                'location_dest_id': self.env.ref('stock.stock_location_customers').id,
                'picking_type_id': self.south.out_type_id.id}),
            Command.create({
                'name': "West to South", 'action': 'pull', 'procure_method': 'make_to_stock',
                'location_src_id': self.west.lot_stock_id.id, 'warehouse_id': self.south.id,
                'location_dest_id': self.south.lot_stock_id.id, 'picking_type_id': self.south.int_type_id.id})]})
        product = self._create_goods('MTO-1', 2, route_ids=[Command.set(route.ids)])
        stock = self._assert_same([self._order(0, (product, 7), (self.milk, 2)), self._order(1, (self.milk, 8))],
                                  self.goods | product)
        self.assertIn('waiting', [values.get('state') for values in stock.values.values()])

    def test_delivery_in_several_steps(self):
        self.south.delivery_steps = 'pick_ship'
        self._assert_same([self._order(0, (self.milk, 7), (self.spread, 12)), self._order(1, (self.milk, 8))])

    def test_return_by_a_negative_line(self):
        self._assert_same([self._order(0, (self.milk, 7), (self.yoghurt, -2)), self._order(1, (self.milk, 8))])

    def test_reservation_by_hand(self):
        self.south.out_type_id.reservation_method = 'manual'
        self._assert_same([self._order(0, (self.milk, 7)), self._order(1, (self.milk, 8))])

    # === THE TEST TESTED === #

    def test_any_difference_is_seen(self):
        """The control: one value changed, and the comparison fails."""
        def change(orders):
            orders.order_line.move_ids.move_line_ids.date = '2026-11-23 09:00:00'

        with freeze_time('2026-11-22 09:00:00'):
            orders = [self._order(0, (self.milk, 3))]
            stock = self._take(orders, self.goods, False)
            short = self._take(orders, self.goods, True, change)
        self.assertEqual(
            [label for label, values in stock.values.items() if values != short.values[label]], ['stock.move.line 0'])
        self.assertGreater(len(stock.values['stock.move 0']), 40)

    # === HOW SHORT, AND THE SWITCH === #

    def _count_queries(self, count):
        orders = [self._order(number % 3, (self.yoghurt, 12), (self.milk, 1), (self.taxed, 2))
                  for number in range(count)]
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        made = self.env['sale.order'].with_context(**QUIET)._channel_on_short_path(self.goods.ids).create(orders)
        made._channel_confirm()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_queries_hardly_grow_with_orders(self):
        self._count_queries(3)
        few, many = self._count_queries(5), self._count_queries(40)
        self.assertLessEqual(many - few, 35, "less than a query for each further order")

    def test_switch(self):
        self.assertTrue(get_memo(self.env['sale.order']._channel_on_short_path()))
        self.env['ir.config_parameter'].set_param(SWITCH, 'False')
        self.assertFalse(get_memo(self.env['sale.order']._channel_on_short_path()))
        answer, order = self._submit_one()
        self.assertEqual((answer['status'], order.picking_ids.state), ('accepted', 'assigned'))

    def test_context_of_a_client_is_no_memo(self):
        order = self.env['sale.order'].with_context(**{KEY: {'quants': {}}})
        self.assertIsNone(get_memo(order))
        self.assertIsNotNone(get_memo(order.with_context(**{KEY: BatchMemo()})))

    def test_submitted_orders_carry_no_memo(self):
        _answer, order = self._submit_one()
        self.assertIsNone(get_memo(order))

    def test_delivery_has_no_note_of_its_origin(self):
        """The one difference that the short path makes on purpose: two fields say it."""
        _answer, order = self._submit_one()
        self.assertEqual((order.picking_ids.origin, order.picking_ids.sale_id), (order.name, order))
        self.assertNotIn('origin', " ".join(order.picking_ids.message_ids.mapped('body')))

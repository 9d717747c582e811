"""Create and confirm orders of 5 lines: stock Odoo one by one, and channel_submit in batches.

    ./dev bench orders [--orders 300] [--stock 60] [--batch 100] [--lines 5] [--rounds 3] [--seed 1]
    ./dev bench orders --parts [--singles 40] [--lines 12]       the parts of a single order
    ./dev bench orders --sizes 1000,20000,100000                 with so many old orders in the tables

Stock: `create` and `action_confirm` in one transaction per order, for plain customers, whom none of our checks look at.
Channel: `channel_submit` in one transaction per batch, for dealers; all checks, sourcing, credit and the timeline
included. Same products, price list, warehouses and quantities; both end in reserved stock moves. The rounds alternate,
the table shows their medians. "Core ms" is the processor time of Python and of PostgreSQL's backend together: it
depends far less than the orders per second on what else the machine is doing.
"""
import argparse
import gc
import os
import random
import statistics
import time
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from odoo import SUPERUSER_ID, api, sql_db

from odoo.addons.distributor_portal.engine import parse_order
from odoo.addons.distributor_portal.models.orders.sale_order_intake import QUIET

COLUMNS = ('orders/s', 'core ms', 'of these PostgreSQL', 'queries')


@dataclass
class Cost:
    """What a number of orders took."""

    orders: int = 0
    wall: float = 0.0
    python: float = 0.0
    postgresql: float = 0.0
    queries: int = 0

    def add(self, before, after):
        """Add what was spent between two readings of the clocks."""
        wall, python, postgresql, queries = (late - early for early, late in zip(before, after, strict=True))
        self.wall += wall
        self.python += python
        self.postgresql += postgresql
        self.queries += queries

    def per_order(self):
        """The values of COLUMNS."""
        core = self.python + self.postgresql
        return (self.orders / self.wall, *(
            cost / self.orders for cost in (core * 1e3, self.postgresql * 1e3, self.queries)))


class Bench:

    def __init__(self, registry, options):
        self.registry, self.options = registry, options
        self.random = random.Random(options.seed)
        self.next_number = 0
        with self.transaction('__system__') as env:
            self.facts = self._prepare(env)

    # === SETTING UP === #

    def _prepare(self, env):
        """Enough stock and credit that every order goes through; customers who are not in the channel."""
        products = env['product.product'].search(
            [('barcode', '=like', '6900000%'), ('channel_territory_ids', '=', False)], order='default_code')
        warehouses = env['stock.warehouse'].search([], order='id')
        for warehouse in warehouses:
            for product in products:
                env['stock.quant']._update_available_quantity(product, warehouse.lot_stock_id, 10**7)
        env['channel.credit.line'].search([]).limit_amount = 10**9
        dealers = env['channel.member'].search([('tier_id.code', '=', 'dealer')], order='code')
        pricelist = env.ref('distributor_portal.demo_pricelist_dealer')
        customers = env['res.partner'].create([{
            'name': f"Plain customer {number}", 'is_company': True, 'property_product_pricelist': pricelist.id,
            'street': dealer.partner_id.street, 'city': dealer.partner_id.city,
            'country_id': dealer.partner_id.country_id.id,
        } for number, dealer in enumerate(dealers)])
        return {
            'products': [(product.id, product.default_code, product.channel_multiple_qty or 1, product.channel_min_qty)
                         for product in products],
            # Every fourth may not buy chilled goods.
            'dealers': [code for code in dealers.mapped('code') if int(code[1:]) % 4],
            'customers': customers.ids,
            'warehouses': warehouses.ids,
        }

    def draw_lines(self):
        """[(product, SKU, quantity)], in whole packs."""
        lines = []
        for product, sku, multiple, minimum in self.random.sample(self.facts['products'], self.options.lines):
            lines.append((product, sku, max(multiple * self.random.randint(1, 10), minimum)))
        return lines

    def draw_stock_order(self):
        return {
            'partner_id': self.random.choice(self.facts['customers']),
            'warehouse_id': self.random.choice(self.facts['warehouses']),
            'order_line': [
                (0, 0, {'product_id': product, 'product_uom_qty': qty}) for product, _sku, qty in self.draw_lines()],
        }

    def draw_channel_order(self):
        self.next_number += 1
        return {
            'external_id': f'BENCH-{self.options.seed}-{self.next_number:06}',
            'member': self.random.choice(self.facts['dealers']),
            'lines': [{'sku': sku, 'qty': qty} for _product, sku, qty in self.draw_lines()],
        }

    # === MEASURING === #

    @contextmanager
    def transaction(self, login, cost=None):
        """An environment as a request of `login` has it. What is done in it, commit included, is added to `cost`."""
        with self.registry.cursor() as cr:
            system = api.Environment(cr, SUPERUSER_ID, {})
            user = system['res.users'].with_context(active_test=False).search([('login', '=', login)])
            env = api.Environment(cr, user.id, dict(user.context_get()))
            cr.commit()  # finding the user is not measured
            start = self._read_clocks()
            yield env
            env.flush_all()
            cr.commit()
            if cost:
                cost.add(start, self._read_clocks())

    def _read_clocks(self):
        backends = 0.0  # stays so where PostgreSQL runs on another machine
        for pid in self._find_backends():
            with suppress(OSError), open(f'/proc/{pid}/schedstat', encoding='ascii') as file:
                backends += int(file.read().split()[0]) / 1e9
        return time.perf_counter(), time.process_time(), backends, sql_db.sql_counter

    def _find_backends(self):
        """Processes of PostgreSQL that serve us: an order may use two connections."""
        return [connection.info.backend_pid for connection in sql_db._Pool._connections if not connection.closed]

    def run_stock(self, count):
        cost, ids = Cost(orders=count), []
        for _i in range(count):
            values = self.draw_stock_order()
            with self.transaction('admin', cost) as env:
                order = env['sale.order'].create(values)
                order.action_confirm()
                ids.append(order.id)
        self._check(ids)
        return cost

    def run_channel(self, count):
        cost, ids = Cost(orders=count), []
        while len(ids) < count:
            orders = [self.draw_channel_order() for _i in range(min(self.options.batch, count - len(ids)))]
            with self.transaction('integrator', cost) as env:
                answers = env['sale.order'].channel_submit(orders)
            failed = [answer for answer in answers if answer['status'] != 'accepted']
            assert not failed, failed[0]
            ids += [answer['order_id'] for answer in answers]
        self._check(ids)
        return cost

    def _check(self, ids):
        """Both ways end in the same: a confirmed order with one delivery, all of its lines reserved."""
        with self.transaction('__system__') as env:
            orders = env['sale.order'].browse(ids)
            moves = orders.order_line.move_ids
            assert set(orders.mapped('state')) == {'sale'}
            assert set(orders.mapped(lambda order: len(order.picking_ids))) == {1}
            assert len(moves) == len(ids) * self.options.lines and set(moves.mapped('state')) == {'assigned'}, (
                len(moves), Counter(moves.mapped('state')))


class Parts(Bench):
    """What a single order costs, and which part of it is ours."""

    def run(self):
        self.run_stock(3)
        self.run_channel(3)
        samples = {name: [] for name in (
            'stock: create', 'stock: confirm', 'channel: submit to confirmed', 'of these, decision',
            'decision anew, nothing read before')}
        for _i in range(self.options.singles):
            self._measure_stock(samples)
            self._measure_submit(samples)
            self._measure_decision(samples['decision anew, nothing read before'])
        print(f"\nSingle orders of {self.options.lines} lines, {self.options.singles} of each:")
        print("\n| part | p50 ms | p95 ms | core ms | queries |\n|---|---|---|---|---|")
        for name, costs in samples.items():
            walls = sorted(cost.wall * 1e3 for cost in costs)
            core = statistics.median((cost.python + cost.postgresql) * 1e3 for cost in costs)
            print(f"| {name} | {statistics.median(walls):.0f} | {walls[int(len(walls) * .95)]:.0f} | {core:.0f} "
                  f"| {statistics.median(cost.queries for cost in costs):.0f} |", flush=True)

    def _measure_stock(self, samples):
        create, confirm = Cost(orders=1), Cost(orders=1)
        with self.transaction('admin', create) as env:
            order = env['sale.order'].create(self.draw_stock_order())
        with self.transaction('admin', confirm) as env:
            env['sale.order'].browse(order.id).action_confirm()
        samples['stock: create'].append(create)
        samples['stock: confirm'].append(confirm)

    def _measure_submit(self, samples):
        """A whole order, and what of it the decision takes: facts, checks, sourcing, verdicts, credit, timeline."""
        Order, whole, decision = self.registry['sale.order'], Cost(orders=1), Cost(orders=1)
        process, confirm, seen = Order._channel_process, Order._channel_confirm, []

        def start(orders):
            orders.env.flush_all()
            seen.append(self._read_clocks())
            return process(orders)

        def stop(orders):
            orders.env.flush_all()
            decision.add(seen[-1], self._read_clocks())
            return confirm(orders)

        Order._channel_process, Order._channel_confirm = start, stop
        try:
            with self.transaction('integrator', whole) as env:
                answer, = env['sale.order'].channel_submit([self.draw_channel_order()])
        finally:
            Order._channel_process, Order._channel_confirm = process, confirm
        assert answer['status'] == 'accepted', answer
        samples['channel: submit to confirmed'].append(whole)
        samples['of these, decision'].append(decision)

    def _measure_decision(self, costs):
        """The decision on an order that stands in the database, in a transaction that has read nothing yet."""
        cost, seen = Cost(orders=1), []
        confirm = self.registry['sale.order']._channel_confirm
        with self.transaction('integrator') as env:
            env = env(su=True)
            raw = parse_order(self.draw_channel_order())
            values, _problems = env['sale.order']._channel_prepare_values(
                raw, '', env['sale.order']._channel_look_up([raw]))
            order = env['sale.order'].with_context(**QUIET).create(values)
        self.registry['sale.order']._channel_confirm = lambda orders: seen.append(orders)
        try:
            with self.transaction('integrator', cost) as env:
                statuses = env(su=True)['sale.order'].with_context(**QUIET).browse(order.id)._channel_process()
        finally:
            self.registry['sale.order']._channel_confirm = confirm
        assert seen and set(statuses.values()) == {'accepted'}, statuses
        costs.append(cost)


class Sizes(Bench):
    """Whether an order costs the same, however many there are."""

    TABLES = ('sale_order', 'sale_order_line', 'stock_picking', 'stock_move', 'stock_move_line', 'channel_order_event')
    STATES = {'stock_picking': 'done', 'stock_move': 'done', 'stock_move_line': 'done'}
    OFFSET = 1_000_000

    def run(self):
        self.run_channel(100)
        with self.transaction('__system__') as env:
            self.originals = env['sale.order'].search([('channel_external_id', '=like', 'BENCH-%')]).ids
        rows, copies = [], 0
        for size in map(int, self.options.sizes.split(',')):
            wanted = size // len(self.originals)
            self._copy(copies + 1, wanted)
            copies = wanted
            gc.collect()
            self.run_channel(self.options.batch)
            rows.append((size, self.run_channel(self.options.orders).per_order()))
            show(f"{size} old orders", rows[-1][1])
        print("\n| old orders | orders/s | core ms | queries |\n|---|---|---|---|")
        for size, (speed, core, _postgresql, queries) in rows:
            print(f"| {size:,} | {speed:.1f} | {core:.1f} | {queries:.1f} |", flush=True)

    def _copy(self, first, last):
        """Bring these orders, long delivered, in once more for each number."""
        with self.transaction('__system__') as env:
            env.cr.execute("SET LOCAL session_replication_role = replica")  # foreign keys hold by construction
            env.cr.execute("CREATE TEMP TABLE IF NOT EXISTS origin ON COMMIT DROP AS SELECT unnest(%s) AS id",
                           [self.originals])
            for table in self.TABLES:
                env.cr.execute(f"INSERT INTO {table} {self._select(env, table)}", [first, last])  # noqa: S608  # ours
        with self.transaction('__system__') as env:
            for table in self.TABLES:
                env.cr.execute(f"SELECT setval('{table}_id_seq', (SELECT MAX(id) FROM {table}))")  # noqa: S608
                env.cr.execute(f"ANALYZE {table}")

    def _select(self, env, table):
        env.cr.execute("SELECT column_name FROM information_schema.columns WHERE table_name = %s"
                       " AND is_generated = 'NEVER'", [table])
        columns = [name for name, in env.cr.fetchall()]
        own = {
            'sale_order_line': {'order_id'}, 'stock_picking': {'sale_id'},
            'stock_move': {'sale_line_id', 'picking_id'}, 'stock_move_line': {'move_id', 'picking_id'},
            'channel_order_event': {'order_id'}}.get(table, set()) | {'id'}
        values = {name: f'{name} + copy * {self.OFFSET}' for name in own}
        values |= {name: f"{name} || '-' || copy" for name in ('name', 'channel_external_id')
                   if name in columns and table in ('sale_order', 'stock_picking')}
        # A hundred a day, the days before: the past of a channel, not its last hour.
        values |= {name: f"{name} - copy * interval '1 day'" for name in ('create_date', 'date_order', 'at')
                   if name in columns and table in ('sale_order', 'sale_order_line', 'channel_order_event')}
        if table in self.STATES:
            values['state'] = f"'{self.STATES[table]}'"
        if table == 'sale_order':
            values['channel_credit_amount'] = '0'
        parent = {
            'sale_order': 'id', 'sale_order_line': 'order_id', 'stock_picking': 'sale_id',
            'channel_order_event': 'order_id'}.get(table)
        scope = f'{parent} IN (SELECT id FROM origin)' if parent else (  # noqa: S608
            'picking_id IN (SELECT id FROM stock_picking WHERE sale_id IN (SELECT id FROM origin))')
        quoted = ', '.join(f'"{name}"' for name in columns)
        chosen = ', '.join(values.get(name, f'"{name}"') for name in columns)
        source = f'{table}, generate_series(%s, %s) AS copy'
        return f'({quoted}) SELECT {chosen} FROM {source} WHERE {scope}'  # noqa: S608


def main(env):
    parser = argparse.ArgumentParser(prog='./dev bench orders', description=__doc__.splitlines()[0])
    for name, default in (('orders', 300), ('stock', 60), ('batch', 100), ('rounds', 3), ('singles', 40),
                          ('seed', 1)):
        parser.add_argument(f'--{name}', type=int, default=default)
    parser.add_argument('--lines', type=int)
    parser.add_argument('--parts', action='store_true')
    parser.add_argument('--sizes')
    options = parser.parse_args(os.environ.get('CHANNEL_BENCH', '').split())
    registry = env.registry
    env.cr.rollback()  # an open transaction of ours would slow PostgreSQL down
    options.lines = options.lines or (12 if options.parts else 5)
    if options.parts or options.sizes:
        (Parts if options.parts else Sizes)(registry, options).run()
        return
    bench = Bench(registry, options)
    bench.run_stock(3)
    bench.run_channel(min(20, options.orders))
    ways = {'stock': (bench.run_stock, options.stock), 'channel': (bench.run_channel, options.orders)}
    costs = {name: [] for name in ways}
    for i in range(options.rounds):
        for name, (run, count) in ways.items():
            gc.collect()
            costs[name].append(run(count).per_order())
            show(f"round {i + 1} {name}", costs[name][-1])
    report(options, {
        name: [statistics.median(column) for column in zip(*rows, strict=True)] for name, rows in costs.items()})


def report(options, medians):
    stock, channel = medians['stock'], medians['channel']
    speed, core = channel[0] / stock[0], stock[1] / channel[1]
    print(f"\n{options.lines} lines per order, medians of {options.rounds} rounds:")
    show("stock, one by one", stock)
    show(f"channel, by {options.batch}", channel)
    print("\n| orders | stock: orders/s | core ms | queries "
          "| channel: orders/s | core ms | queries | core ms × | orders/s × |")
    print("|---|---|---|---|---|---|---|---|---|")
    print(f"| {options.orders} by {options.batch}, {options.lines} lines "
          f"| {stock[0]:.1f} | {stock[1]:.0f} | {stock[3]:.0f} "
          f"| {channel[0]:.1f} | {channel[1]:.0f} | {channel[3]:.1f} | {core:.1f} | {speed:.1f} |", flush=True)


def show(title, values):
    print(f"{title:20}", "  ".join(
        f"{value:8.1f} {column}" for column, value in zip(COLUMNS, values, strict=True)), flush=True)


main(env)

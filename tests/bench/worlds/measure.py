"""Pages, lists, decisions and batches on a built world, over HTTP, with a server of two workers."""
import contextlib
import random
from collections.abc import Iterator

import psutil
from devkit import odoo

from . import clients
from .dirt import Day

WORKERS = 2
LINES = 12
ROUNDS = 30
BATCH, BATCHES = 100, 3
WARM = 3
HOME = '/my/channel'
# What is measured → the most that its p95 may take, in ms.
GOALS = {'page': 300, 'list': 300, 'decide': 500, 'confirm': 2000}
STOCK_PAGE = 'stock /my/orders'


class Measure:
    """`rows`: (name, goal in ms or None, clients.Times)"""

    def __init__(self, env, loader, database, seed, orders):
        self.env, self.loader, self.database, self.orders = env, loader, database, orders
        self.random = random.Random(f'{seed} measure')
        self.day = Day(loader.baskets, seed + 1000, 1, LINES, prefix='LIVE')
        self.rows, self.rates, self.store_number = [], [], 0
        env.cr.execute("SELECT pg_backend_pid()")
        self.postmaster = _find_parent(env.cr.fetchone()[0])

    def run(self):
        self.prepare()
        with self.serve() as server:
            self.clock = clients.Clock(server.pid, self.postmaster)
            call = clients.connect(server.base_url, self.database, 'integrator')
            self.measure_portal(server)
            self.measure_office(server)
            self.measure_decisions(call)
            self.measure_batches(call)

    @contextlib.contextmanager
    def serve(self) -> Iterator[odoo.Server]:
        server = odoo.Server(
            self.database, odoo.free_port(), 'bench-world',
            arguments=['--workers', str(WORKERS), '--max-cron-threads', '0', '--log-level', 'warn'])
        try:
            yield server.wait_until_served()
        finally:
            server.stop()

    def prepare(self):
        """Orders that wait, and orders under way, at the members whose people look at pages."""
        stores = {}
        for place, node in enumerate(self.loader.network.stores):
            stores.setdefault(node.upstream, []).append(place)
        self.dealers = {
            login: place for login, tier, place in self.loader.get_portal_nodes() if tier == 'dealer'}
        orders = []
        for dealer in self.dealers.values():
            orders += [self.draw('dealer', dealer) for _i in range(10)]
            orders += [self.draw('store', store) for store in stores[dealer][:20]]
        integrator = self.env['res.users'].search([('login', '=', 'integrator')])
        answers = self.env['sale.order'].with_user(integrator).channel_submit(orders)
        self.env.flush_all()
        self.env.cr.commit()
        self.env.cr.execute("ANALYZE sale_order")
        self.env.cr.commit()
        states = {status: sum(answer['status'] == status for answer in answers) for status in ('accepted', 'held')}
        assert states['accepted'] and states['held'], answers[:3]
        self.shown = {
            login: self.env['sale.order'].search(
                [('channel_member_id', '=', self.loader.members['dealer'][place]),
                 ('channel_state', '=', 'confirmed')], limit=1).id
            for login, place in self.dealers.items()}
        self.env.cr.rollback()  # an open transaction of ours would slow PostgreSQL down

    def draw(self, tier, place):
        """An order as an integrator sends it, that breaks no rule."""
        self.store_number += 1
        basket = self.loader.baskets.draw(self.random, tier, place, LINES)
        return {
            'external_id': f'LIVE-{tier}-{self.store_number:06}', 'member': self.loader.network.tiers[tier][place].code,
            'lines': [{'sku': self.loader.goods.products[i].sku, 'qty': qty} for i, qty in basket]}

    def note(self, name, goal, calls):
        for call in calls[:WARM]:
            call()
        times = self.clock.time(calls[WARM:])
        self.rows.append((name, GOALS.get(goal), times))
        count, median, high, core = times.row()
        print(f"    {name:40} n {count:>4}  p50 {median:7.1f}  p95 {high:7.1f} ms  core {core:7.1f} ms", flush=True)

    # === PAGES === #

    def measure_portal(self, server):
        """As dealers with forty and more stores below, in turns."""
        browsers = {login: clients.Browser(server.base_url, self.database, login) for login in self.dealers}
        words = [product.name.split()[0] for product in self.loader.goods.products[:50]]
        pages = {
            STOCK_PAGE: lambda browser, _login: browser.get('/my/orders'),
            'home': lambda browser, _login: browser.get(HOME),
            'order list': lambda browser, _login: browser.get(f'{HOME}/orders?show=all'),
            'order page': lambda browser, login: browser.get(f'{HOME}/orders/{self.shown[login]}'),
            'approvals': lambda browser, _login: browser.get(f'{HOME}/approvals'),
            'pad': lambda browser, _login: browser.get(f'{HOME}/pad'),
            'pad: products': lambda browser, _login: browser.call(f'{HOME}/pad/products', offset=0),
            'pad: search': lambda browser, _login: browser.call(
                f'{HOME}/pad/products', search=self.random.choice(words)),
        }
        for name, page in pages.items():
            turns = list(browsers.items())
            calls = [lambda login=login, browser=browser, page=page: page(browser, login)
                     for _i in range(-(-(ROUNDS + WARM) // len(turns))) for login, browser in turns]
            self.note(name, None if name == STOCK_PAGE else 'page', calls)

    def measure_office(self, server):
        browser = clients.Browser(server.base_url, self.database, 'hq')
        newest = 'date_order desc, id desc'
        lists = {
            'members': browser.read_list('channel.member', [], 'code'),
            'members of a tier': browser.read_list('channel.member', [('tier_id.code', '=', 'dealer')], 'code'),
            'members by a word': browser.read_list('channel.member', [('display_name', 'ilike', '绿源')], 'code'),
            'members by a code': browser.read_list('channel.member', [('display_name', 'ilike', 'd00012')], 'code'),
            'orders, all': browser.read_list('sale.order', [('channel_member_id', '!=', False)], newest),
            'orders that wait': browser.read_list(
                'sale.order', [('channel_state', 'in', ('upstream', 'hq', 'accepted'))], newest),
        }
        for name, read in lists.items():
            self.note(f'office: {name}', 'list', [read] * (ROUNDS + WARM))

    # === ORDERS === #

    def measure_decisions(self, call):
        """One order of twelve lines a call, over XML-RPC: stores' are decided and wait, dealers' are confirmed."""
        def submit(raw, expected):
            answer = call('sale.order', 'channel_submit', [raw])[0]
            assert answer['status'] == expected, answer

        count = self.orders + WARM
        stores = [self.draw('store', self.random.randrange(len(self.loader.network.stores))) for _i in range(count)]
        self.note('decided: 12 lines, store', 'decide', [lambda raw=raw: submit(raw, 'held') for raw in stores])
        dealers = [self.day.draw_clean().as_raw() for _i in range(count)]
        self.note('submitted to confirmed: 12 lines, dealer', 'confirm',
                  [lambda raw=raw: submit(raw, 'accepted') for raw in dealers])

    def measure_batches(self, call):
        batches = [[self.day.draw_clean().as_raw() for _j in range(BATCH)] for _i in range(BATCHES + 1)]

        def submit(raws):
            answers = call('sale.order', 'channel_submit', raws)
            assert {answer['status'] for answer in answers} <= {'accepted', 'held'}, answers[0]

        submit(batches.pop())
        times = self.clock.time([lambda raws=raws: submit(raws) for raws in batches])
        total = sum(times.walls)
        rate, core = BATCH * BATCHES / total, times.core / BATCH / BATCHES * 1e3
        self.rates.append(f"channel_submit by {BATCH}, {LINES} lines: {rate:.1f} orders/s, {core:.0f} core ms an order")
        print(f"    {self.rates[-1]}", flush=True)

    # === RESULT === #

    def get_failures(self):
        """The goals that were not reached, a sentence each."""
        failures = []
        for name, goal, times in self.rows:
            if goal and times.row()[2] > goal:
                failures.append(f"{name}: p95 {times.row()[2]:.0f} ms (goal: {goal} ms)")
        return failures

    def table(self):
        rows = ["| what | n | p50 ms | p95 ms | goal p95 | core ms |", "|---|---|---|---|---|---|"]
        for name, goal, times in self.rows:
            count, median, high, core = times.row()
            rows.append(f"| {name} | {count} | {median:.0f} | {high:.0f} | {goal or ''} | {core:.0f} |")
        return "\n".join([*rows, "", *self.rates])


def _find_parent(pid):
    """The postmaster, where PostgreSQL runs on this machine."""
    try:
        return psutil.Process(pid).ppid()
    except psutil.Error:
        return None

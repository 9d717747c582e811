"""The boards and pages of the network's stock on a world of stated size: what each of their queries takes.

    ./dev bench stock S|C|M [--rounds 20] [--keep] [--only build]

The network is that of `./dev bench world` (M: 20 agents, 12,000 dealers, 500,000 stores, 200 warehouses). Every dealer
holds 1,000 products and every store two: 13,000,000 positions in M. Balances and figures are written straight into the
database; the sums are then made by the code that makes them anew, and checked.
"""
# template: bare
import argparse
import os
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2] / 'tools')]

import psutil  # noqa: E402  the path comes first
from devkit import odoo  # noqa: E402
from worlds import clients, loader  # noqa: E402

from odoo.tools import split_every  # noqa: E402

GOAL_MS, GOAL_CORE_MS = 300, 60
PER_DEALER, PER_STORE = {'S': 40, 'C': 1000, 'M': 1000}, 2
WARM = 2
STEPS = (
    'company', 'territories', 'catalogue', 'products', 'warehouses', 'stock', 'members', 'people')
POSITIONS = """
    INSERT INTO channel_stock (member_id, company_id, product_id, available, reserved, in_transit, inspection, frozen,
                               damaged, expired, physical, first_at, last_at)
    SELECT member, %(company)s, product, a, r, i, 0, 0, d, 0, a + r + i + d, now() - interval '1 year', now()
      FROM (SELECT member, (%(products)s::int4[])[1 + (n * %(step)s + member) %% %(count)s] AS product,
                   (member * 7 + n * 13) %% 200 AS a, CASE WHEN n %% 9 = 0 THEN 3 ELSE 0 END AS r,
                   CASE WHEN n %% 5 = 0 THEN 24 ELSE 0 END AS i, CASE WHEN n %% 40 = 0 THEN 1 ELSE 0 END AS d
              FROM unnest(%(members)s::int4[]) member, generate_series(0, %(each)s - 1) n) drawn
    ON CONFLICT DO NOTHING
"""
FIGURES = """
    INSERT INTO channel_stock_figure (
        member_id, company_id, product_id, at_hand, available, in_transit, daily_sales, days_of_supply, sold,
        mean_stock, turn, aged_from, last_sale, slow_qty, old_qty, expiring_qty, days_out, days_active, is_short)
    SELECT member_id, company_id, product_id, physical - in_transit, available, in_transit, pace,
           available / NULLIF(pace, 0),
           pace * 90, available, NULL, current_date - (product_id %% 200), current_date - 3,
           CASE WHEN (member_id + product_id) %% 12 = 0 THEN available ELSE 0 END,
           CASE WHEN (member_id + product_id) %% 20 = 0 THEN available ELSE 0 END, 0,
           CASE WHEN available <= 0 THEN 5 ELSE 0 END, 28, available < pace * 7
      FROM (SELECT s.*, (product_id %% 11) / 2.0 AS pace FROM channel_stock s WHERE member_id = ANY(%s)) s
"""


def main(env):
    parser = argparse.ArgumentParser(prog='./dev bench stock', description=__doc__.splitlines()[0])
    parser.add_argument('world', choices=sorted(loader.SHAPES))
    parser.add_argument('--rounds', type=int, default=20)
    parser.add_argument('--only', choices=('build',))
    options = parser.parse_args(os.environ.get('CHANNEL_BENCH', '').split())
    world = get_world(env, options.world)
    if options.only == 'build':
        sys.exit(0)
    rows = [*measure_boards(env, world, options.rounds), *measure_pages(env, options.rounds)]
    print("\n| what | p50 ms | p95 ms | core ms |\n|---|---|---|---|")
    for name, (_count, median, high, core) in rows:
        print(f"| {name} | {median:.0f} | {high:.0f} | {core:.0f} |")
    missed = [name for name, (_count, _median, high, core) in rows
              if high > GOAL_MS or (name.startswith('page') and core > GOAL_CORE_MS)]
    if missed:
        print(f"GOAL MISSED: {', '.join(missed)}", flush=True)
    sys.exit(1 if missed else 0)


# --- the world

def get_world(env, name):
    world = loader.Loader(env, loader.draw_world(name, 1), say=say)
    if env['ir.config_parameter'].sudo().get_param(loader.MARKER):
        world.find()
        return world
    env.cr.execute("SET synchronous_commit = off")
    for step in STEPS:
        timed(step, lambda step=step: (getattr(world, f'load_{step}')(), env.flush_all(), env.cr.commit(),
                                       env.invalidate_all()))
    env.cr.execute("ANALYZE channel_member, channel_territory")
    company = {'company': env.company.id, 'products': world.products, 'count': len(world.products), 'step': 3}
    for tier, each in (('agent', PER_DEALER[name]), ('dealer', PER_DEALER[name]), ('store', PER_STORE)):
        timed(f"positions of {tier}s",
              lambda tier=tier, each=each: fill(env, POSITIONS, world.members[tier], each, company))
    timed("figures", lambda: fill(env, FIGURES, [id_ for ids in world.members.values() for id_ in ids], 0, None))
    env.cr.execute("ANALYZE channel_stock, channel_stock_figure")
    timed("sums made anew", lambda: (env['channel.stock.summary']._rebuild(), env.cr.commit()))
    env.cr.execute("ANALYZE channel_stock_summary, channel_stock_node")
    timed("members' figures", lambda: count_members(env, world))
    timed("sums checked", lambda: check(env))
    env.cr.execute("ANALYZE")
    world.finish()
    for table in ('channel_stock', 'channel_stock_figure', 'channel_stock_summary',
        'channel_stock_node', 'stock_quant'):
        statement = f"SELECT COUNT(*), pg_size_pretty(pg_total_relation_size('{table}')) FROM {table}"  # noqa: S608  ours
        env.cr.execute(statement)
        say("    {:24} {:>12,} rows, {}".format(table, *env.cr.fetchone()))
    env.cr.commit()
    return world


def fill(env, statement, members, each, values):
    # Without foreign keys: what is written are keys that were read.
    table = 'channel_stock' if values else 'channel_stock_figure'
    env.cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
    for chunk in split_every(2000 if each > 10 or values is None else 50_000, members, list):
        env.cr.execute(statement, {**values, 'members': chunk, 'each': each} if values else (chunk,))
        env.cr.commit()
    env.cr.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")
    env.cr.commit()


def count_members(env, world):
    Figure = env['channel.stock.figure']
    for chunk in split_every(2000, [id_ for ids in world.members.values() for id_ in ids], list):
        Figure._sum_members(env.company, chunk)
        env.cr.commit()
    Figure._finish()
    env.cr.commit()


def check(env):
    wrong = env['channel.stock.summary']._check()
    assert not wrong, wrong[:3]


# --- the boards of headquarters

def measure_boards(env, world, rounds):
    env.cr.execute("SELECT pg_backend_pid()")
    backend = env.cr.fetchone()[0]
    clock = clients.Clock(os.getpid(), backend)
    hq = env(user=env['res.users'].search([('login', '=', 'hq')]).id)
    for name, call in get_boards(hq, world).items():
        def once(call=call):
            hq.invalidate_all()
            call()
        for _round in range(WARM):
            once()
        times = clock.time([once] * rounds).row()
        say(f"    {name:44} p50 {times[1]:7.1f}  p95 {times[2]:7.1f} ms  core {times[3]:7.1f} ms")
        yield name, times
    env.cr.rollback()


def get_boards(env, world):
    """{name: what the web client asks for}"""
    report, node = env['channel.stock.report'], env['channel.stock.node']
    figure, stock = env['channel.stock.figure'], env['channel.stock']
    agent, dealer = world.members['agent'][0], world.members['dealer'][0]
    sums = [f'{name}:sum' for name in ('available', 'reserved', 'in_transit', 'physical', 'value', 'daily_sales')]
    all_sums = [*sums, 'days_of_supply:avg']
    product = world.products[7]
    store_level = report._get_levels()[-1][0]

    def spec(model, names):
        return {name: {'fields': {'display_name': {}}} if model._fields[name].type == 'many2one' else {}
            for name in names}

    def read(model, domain, names, order=''):
        return lambda: model.web_search_read(
            domain, spec(model, names), limit=80, order=order, count_limit=10_001)

    report_names = ('level', 'branch_id', 'product_id', 'available', 'in_transit', 'physical',
        'value', 'days_of_supply')
    node_names = ('member_id', 'tier_id', 'physical', 'all_physical', 'value', 'days_of_supply', 'turn', 'age_days',
                  'slow_share', 'old_share', 'out_rate', 'short_count', 'last_report_at')
    figure_names = ('member_id', 'product_id', 'at_hand', 'daily_sales', 'days_of_supply', 'slow_qty', 'old_qty')
    stock_names = ('member_id', 'product_id', 'available', 'in_transit', 'physical', 'days_of_supply')
    below = [('branch_id', '=', agent)]
    return {
        "network: by level": lambda: report.web_read_group([], ['level'], all_sums, limit=80),
        "network: one level by branch": lambda: report.web_read_group(
            [('level', '=', store_level)], ['branch_id'], all_sums, limit=80),
        "network: by product": lambda: report.web_read_group([], ['product_id'], all_sums, limit=80),
        "network: by province": lambda: report.web_read_group([], ['province_id'], all_sums, limit=80),
        "network: pivot level x category": lambda: report.formatted_read_grouping_sets(
            [], [[], ['level'], ['level', 'categ_id']], all_sums),
        "network: graph branch x level": lambda: report.formatted_read_group(
            [], ['branch_id', 'level'], ['physical:sum', '__count']),
        "network: rows of a branch": read(report, below, report_names),
        "network: rows of a product": read(report, [('product_id', '=', product)], report_names),
        "network: damaged": read(report, [('damaged', '>', 0)], report_names),
        "members: list": read(node, [('physical', '!=', 0)], node_names),
        "members: below an agent, slow": read(
            node, [('member_id', 'child_of', agent), ('slow_count', '>', 0)], node_names),
        "members: silent": read(node, [('is_silent', '=', True)], node_names),
        "members: by branch": lambda: node.web_read_group(
            [], ['branch_id'], ['physical:sum', 'days_of_supply:avg'], limit=80),
        "tree: top": lambda: env['channel.member'].hierarchy_read(
            [('upstream_id', '=', False)], {'name': {}, 'channel_stock_physical': {},
            'channel_stock_all_physical': {}}, 'upstream_id'),
        "products: slow": read(figure, [('slow_qty', '>', 0)], figure_names),
        "products: slow below an agent": read(
            figure, [('slow_qty', '>', 0), ('member_id', 'child_of', agent)], figure_names),
        "products: short at a dealer": read(
            figure, [('is_short', '=', True), ('member_id', '=', dealer)], figure_names),
        "positions: of a dealer": read(stock, [('member_id', '=', dealer), ('physical', '!=', 0)], stock_names),
        "positions: of a product below an agent": read(
            stock, [('product_id', '=', product), ('member_id', 'child_of', agent)], stock_names),
        "entries: of a position": read(
            env['channel.stock.entry'], [('member_id', '=', dealer), ('product_id', '=', product)],
            ('occurred_at', 'member_id', 'product_id', 'kind', 'state', 'qty')),
        "trend: by night and tier": lambda: env['channel.stock.day'].formatted_read_group(
            [], ['day:day', 'tier_id'], ['at_hand:sum', 'slow_share:avg', '__count']),
    }


# --- the pages of the dealer centre

def measure_pages(env, rounds):
    env.cr.execute("SELECT pg_backend_pid()")
    postmaster = psutil.Process(env.cr.fetchone()[0]).ppid()
    env.cr.rollback()  # an open transaction of ours would slow PostgreSQL down
    server = odoo.Server(
        os.environ['CHANNEL_DB'], odoo.free_port(), 'bench-stock',
        arguments=['--workers', '2', '--max-cron-threads', '0', '--log-level', 'warn'])
    try:
        server.wait_until_served()
        clock = clients.Clock(server.pid, postmaster)
        for login in ('dealer1', 'agent1'):
            browser = clients.Browser(server.base_url, server.database, login)
            for path in ('/my/channel', '/my/channel/stock', '/my/channel/stock?show=short',
                         '/my/channel/stock?scope=all', '/my/channel/stock/below'):
                for _round in range(WARM + 1):
                    browser.get(path)
                times = clock.time([lambda browser=browser, path=path: browser.get(path)] * rounds).row()
                name = f"page {path} of {login}"
                say(f"    {name:44} p50 {times[1]:7.1f}  p95 {times[2]:7.1f} ms  core {times[3]:7.1f} ms")
                yield name, times
    finally:
        server.stop()


def timed(name, call):
    start = time.monotonic()
    call()
    say(f"    {name:24} in {time.monotonic() - start:6.1f} s")


def say(text):
    print(text, flush=True)


main(env)

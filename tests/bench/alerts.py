"""Stock alerts on a world of stated size: seconds for a night, for a night in which nothing has changed, for a feed.

    ./dev bench alerts [--members 1200] [--products 200] [--low 0.05] [--lots 0.1] [--policies 20] [--seed 7]

Every member holds every product, a share of them too few, a share in lots with dates. Balances and figures are written
by SQL, alerts are found by the code of the cron. The goal, 12,000 members with 1,000 products in 15 minutes, is
13,333 positions a second.
"""
# template: bare
import argparse
import os
import resource
import sys
import time

from odoo.tools import split_every

GOAL_RATE = 12_000 * 1_000 / 900


def main(env):
    parser = argparse.ArgumentParser(prog='./dev bench alerts', description=__doc__.splitlines()[0])
    for name, kind, default in (
            ('members', int, 1200), ('products', int, 200), ('low', float, .05), ('lots', float, .1),
            ('policies', int, 20), ('seed', int, 7)):
        parser.add_argument(f'--{name}', type=kind, default=default)
    options = parser.parse_args(os.environ.get('CHANNEL_BENCH', '').split())
    env.cr.execute("SELECT setseed(%s)", [options.seed / 1000])
    started = time.perf_counter()
    members, products = build(env, options)
    positions = len(members) * len(products)
    print(f"{len(members)} members, {len(products)} products: {positions:,} positions in "
          f"{time.perf_counter() - started:.0f} s", flush=True)
    print(f"{'':24}{'seconds':>9}{'positions/s':>13}{'new':>9}{'cleared':>9}")
    rate = show("first night", positions, *night(env, members))
    show("night without change", positions, *night(env, members))
    env.cr.execute("UPDATE channel_stock SET available = available + 500, physical = physical + 500 "
                   "WHERE available < 50 AND random() < .5")
    show("night after deliveries", positions, *night(env, members))
    env.cr.execute("SELECT member_id, product_id FROM channel_stock ORDER BY random() LIMIT 20000")
    pairs, started = env.cr.fetchall(), time.perf_counter()
    env['channel.alert'].sudo()._evaluate_pairs(pairs)
    show("what a feed touched", len(pairs), time.perf_counter() - started, 0, 0)
    env.cr.execute("SELECT COUNT(*), pg_size_pretty(pg_total_relation_size('channel_alert')) FROM channel_alert")
    count, size = env.cr.fetchone()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{count:,} alerts, {size}; peak memory of the process {peak:.0f} MB")
    sys.exit(rate < GOAL_RATE)


def build(env, options):
    company = env.company
    tier = env.ref('distributor_portal.channel_tier_dealer')
    env.cr.execute("""
        INSERT INTO res_partner (name, active, is_company, type, autopost_bills)
        SELECT 'Bench ' || n, true, true, 'contact', 'ask' FROM generate_series(1, %s) n RETURNING id
    """, [options.members])
    partners = [id_ for id_, in env.cr.fetchall()]
    env.cr.execute("""
        INSERT INTO channel_member (code, partner_id, tier_id, company_id, state, active, tracks_stock, segment)
        SELECT 'B' || p, p, %s, %s, 'active', true, true, 'regular' FROM unnest(%s) p RETURNING id""",
        [tier.id, company.id, partners])
    members = [id_ for id_, in env.cr.fetchall()]
    products = env['product.product'].create([
        {'name': f"Bench {number}", 'default_code': f'BENCH-{number}', 'type': 'consu', 'is_storable': True,
         'list_price': 1 + number % 50} for number in range(options.products)])
    lots = env['stock.lot'].create([{'name': f"L{product.id}", 'product_id': product.id} for product in products])
    env.cr.execute("UPDATE stock_lot SET expiration_date = now() + (id %% 90) * interval '1 day' WHERE id = ANY(%s)",
                   [lots.ids])
    env['channel.stock.policy'].create([
        {'name': f"Bench {number}", 'days': 3 + number % 10, **({'product_id': products[number].id} if number % 2 else {
            'member_id': members[number]})} for number in range(options.policies)])
    env.flush_all()
    env.cr.execute("""
        INSERT INTO channel_stock (member_id, company_id, product_id, lot_id, available, reserved, in_transit,
                                   inspection, frozen, damaged, expired, physical, first_at, last_at)
        SELECT m, %(company)s, p, lot, qty, 0, 0, 0, 0, 0, 0, qty, now() - interval '90 days', now()
          FROM (SELECT m, p, CASE WHEN random() < %(lots)s THEN l END AS lot,
                       CASE WHEN random() < %(low)s THEN (random() * 20)::int ELSE 60 + (random() * 200)::int END AS qty
                  FROM unnest(%(members)s) m, unnest(%(products)s, %(lot_ids)s) AS goods (p, l)) drawn""", {
        'company': company.id, 'lots': options.lots, 'low': options.low, 'members': members,
        'products': products.ids, 'lot_ids': lots.ids})
    env.cr.execute("""
        INSERT INTO channel_stock_figure (
            member_id, company_id, product_id, at_hand, available, in_transit, daily_sales, days_of_supply, sold,
            last_sale, days_out, days_active)
        SELECT member_id, company_id, product_id, available, available, 0, 1 + product_id %% 5, NULL, 0,
               current_date - 1, 0, 28 FROM channel_stock WHERE member_id = ANY(%s)""", [members])
    env['channel.stock.figure']._create_nodes()
    env.cr.execute("UPDATE channel_stock_node SET is_silent = FALSE")
    env.cr.execute("ANALYZE")
    return members, products


def night(env, members):
    """(seconds, new, cleared) of a night over these members, in the portions of the cron."""
    new = cleared = 0
    started = time.perf_counter()
    for chunk in split_every(500, members, list):
        kept = env['channel.alert'].sudo()._evaluate_members(env.company, chunk)
        new, cleared = new + kept.new, cleared + kept.cleared
    return time.perf_counter() - started, new, cleared


def show(name, positions, seconds, new, cleared):
    print(f"{name:24}{seconds:>9.1f}{positions / seconds:>13,.0f}{new:>9,}{cleared:>9,}", flush=True)
    return positions / seconds


main(env)  # noqa: F821  of the shell

"""The nightly comparison on a middle world: seconds per night, by how much has moved and how much does not match.

    ./dev bench reconcile [--members 12000] [--products 100] [--days 60] [--moved 0.2] [--deviations 0.005] [--seed 7]

Members sell some of their products every day; each row is in the sell-through and in the ledger, as the ingest posts
them. Of the positions that moved in the last night a share was counted, and a share of those differs; the first night
reads all, the second what was posted since. Rows are written by SQL, the comparison is the one of the cron.
"""
# template: bare
import argparse
import os
import resource
import sys
import time
from datetime import date, timedelta

from odoo import fields

GOAL_SECONDS = 900


def main(env):
    parser = argparse.ArgumentParser(prog='./dev bench reconcile', description=__doc__.splitlines()[0])
    for name, kind, default in (
            ('members', int, 12_000), ('products', int, 100), ('days', int, 60), ('moved', float, .2),
            ('deviations', float, .005), ('seed', int, 7)):
        parser.add_argument(f'--{name}', type=kind, default=default)
    options = parser.parse_args(os.environ.get('CHANNEL_BENCH', '').split())
    env.cr.execute("SELECT setseed(%s)", [options.seed / 1000])
    started = time.perf_counter()
    members, products = build(env, options)
    env.cr.commit()
    env.cr.execute("SELECT COUNT(*) FROM channel_stock_entry")
    print(f"{options.members} members, {options.products} products, {options.days} days: {env.cr.fetchone()[0]:,} "
          f"entries in {time.perf_counter() - started:.0f} s", flush=True)
    Run = env['channel.stock.reconciliation']
    print(f"{'':22}{'seconds':>9}{'members':>9}{'positions':>11}{'looked at':>11}{'new':>8}{'unexplained':>13}"
          f"{'rate':>9}")
    show("first night", night(env, Run))
    move(env, options, members, products)
    env.cr.commit()
    run = night(env, Run)
    show("night with movement", run)
    show("night without", night(env, Run))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of the process {peak:.0f} MB")
    sys.exit(run.seconds > GOAL_SECONDS)


def build(env, options):
    """Members, products, balances and the history of sales, all balances as the entries say."""
    company = env.company
    tier = env.ref('distributor_portal.channel_tier_dealer')
    source = env.ref('distributor_portal.channel_source_api')
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
        {'name': f"Bench {number}", 'default_code': f'BENCH-{number}', 'type': 'consu', 'is_storable': True}
        for number in range(options.products)]).ids
    today = date.today()
    start = today - timedelta(days=options.days)
    env['channel.stock.entry']._create_partitions(
        [fields.Datetime.to_datetime(start + timedelta(days=day)) for day in range(options.days + 1)])
    env['channel.sell.through']._create_partitions([start + timedelta(days=day) for day in range(options.days + 1)])
    env.cr.execute("""
        INSERT INTO channel_stock_entry (member_id, product_id, state, kind, qty, occurred_at, posted_at)
        SELECT m, p, 'available', 'opening', 5000, %s, %s FROM unnest(%s) m, unnest(%s) p""",
        [start, start, members, products])
    for day in range(options.days):
        sell(env, options, members, products, start + timedelta(days=day), source, 1000 + day)
    env.cr.execute("""
        INSERT INTO channel_stock (member_id, company_id, product_id, available, reserved, in_transit, inspection,
                                   frozen, damaged, expired, physical, first_at, last_at)
        SELECT member_id, %s, product_id, SUM(qty), 0, 0, 0, 0, 0, 0, SUM(qty), MIN(occurred_at), MAX(occurred_at)
          FROM channel_stock_entry GROUP BY member_id, product_id""", [company.id])
    env.cr.execute("ANALYZE")
    return members, products


def sell(env, options, members, products, day, source, feed, posted="%(day)s::timestamp + interval '1 day'"):
    """One day: a share of the positions sells, each in one row."""
    env.cr.execute(f"""
        WITH sold AS (
            SELECT m, p, 1 + (random() * 9)::int AS qty FROM unnest(%(members)s) m, unnest(%(products)s) p
             WHERE random() < %(moved)s
        ), told AS (
            INSERT INTO channel_sell_through (member_id, product_id, qty, day, source_id, external_key, revision,
                                              feed_id, posted_at)
            SELECT m, p, qty, %(day)s, %(source)s, m || '-' || p || '-' || %(day)s, 0, %(feed)s, {posted} FROM sold
        )
        INSERT INTO channel_stock_entry (member_id, product_id, state, kind, qty, occurred_at, posted_at, source,
                                         ref_model, ref_id)
        SELECT m, p, 'available', 'sale', -qty, %(day)s::date + interval '12 hours', {posted}, 'sell_through',
               'channel.feed', %(feed)s FROM sold""", {  # noqa: S608  a constant of this file
        'members': members, 'products': products, 'moved': options.moved, 'day': day, 'source': source.id,
        'feed': feed})


def move(env, options, members, products):
    """Last night: a day of sales, and counts of a tenth of what sold; a share of them differs, half by a late feed."""
    today, now = date.today(), "now() AT TIME ZONE 'UTC'"
    source = env.ref('distributor_portal.channel_source_api')
    sell(env, options, members, products, today, source, 5000, posted=now)
    env.cr.execute(f"""
        WITH counted AS (
            SELECT k.member_id, k.product_id, k.available AS book, random() AS luck, 1 + (random() * 20)::int AS gap
              FROM channel_stock k WHERE random() < %s * .1
        ), kept AS (
            INSERT INTO channel_stock_counted (member_id, company_id, product_id, counted_at, posted_at, book_qty,
                                               found_qty, source, external_key)
            SELECT member_id, %s, product_id, {now} - interval '1 day', {now} - interval '1 day', book,
                   CASE WHEN luck < %s THEN book - gap ELSE book END, 'count', member_id || '-' || product_id
              FROM counted
        )
        INSERT INTO channel_sell_through (member_id, product_id, qty, day, source_id, external_key, revision, feed_id,
                                          posted_at)
        SELECT member_id, product_id, gap, %s, %s, 'late-' || member_id || '-' || product_id, 0, NULL, {now}
          FROM counted WHERE luck < %s / 2""", [  # noqa: S608  a constant of this file
        options.moved, env.company.id, options.deviations * 10, today - timedelta(days=4), source.id,
        options.deviations * 10])
    env.cr.execute("""
        INSERT INTO channel_stock_entry (member_id, product_id, state, kind, qty, occurred_at, source, external_key)
        SELECT member_id, product_id, 'available', 'adjustment', found_qty - book_qty, counted_at, 'count', external_key
          FROM channel_stock_counted WHERE found_qty != book_qty""")
    env.cr.execute("ANALYZE channel_stock_counted")


def night(env, Run):
    Run._cron_run()
    env.cr.commit()
    return Run.search([('company_id', '=', env.company.id)], limit=1)


def show(name, run):
    print(f"{name:22}{run.seconds:9.1f}{run.members_seen:9,}{run.cells_seen:11,}{run.cells_differing:11,}"
          f"{run.found_count:8,}{run.unexplained_count:13,}{100 * run.rate:8.3f}%", flush=True)


main(env)  # noqa: F821  of the shell

"""Place members in segments, look for duplicates, count the quality board, on a large list of members.

    ./dev bench master_data [--members 100000] [--orders 2] [--seed 1]

The list is that of tests/unit/duplicate_world.py: a third of the members are entered twice. Orders are copied in by
SQL, as many per member on average as --orders says. Everything runs in one transaction on a scratch database.
"""
# template: bare
import argparse
import importlib.util
import io
import os
import resource
import time
from pathlib import Path


def load_world():
    path = Path(__file__).parents[1] / 'unit' / 'duplicate_world.py'
    spec = importlib.util.spec_from_file_location('duplicate_world', path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def fill(rows, orders):
    """Members and confirmed orders, past the ORM."""
    cr, company = env.cr, env.company
    for table in ('res_partner', 'channel_member', 'sale_order'):
        cr.execute("""SELECT column_name FROM information_schema.columns
                      WHERE table_name = %s AND is_nullable = 'NO' AND column_name != 'id'""", [table])
        for (column,) in cr.fetchall():  # what the queries timed here do not read stays empty; all is rolled back
            cr.execute(f'ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL')
    cr.execute("CREATE TEMPORARY TABLE stage (key int, name text, phone text, tax text, street text, code text)")
    names = ('key', 'name', 'phone', 'tax_id', 'street', 'division')
    cr.copy_from(io.StringIO("".join("\t".join(str(row[name]) for name in names) + "\n" for row in rows)), 'stage')
    cr.execute("""
        INSERT INTO res_partner (name, complete_name, phone, vat, street, is_company, active, type, ref, company_id)
        SELECT name, name, phone, tax, street, TRUE, TRUE, 'contact', 'bench ' || key, %(company)s FROM stage;
        INSERT INTO channel_member (partner_id, name, code, company_id, tier_id, segment, state, active, street_id)
        SELECT partner.id, stage.name, 'B' || stage.key, %(company)s, tier.id, 'regular', 'active', TRUE, street.id
          FROM stage JOIN res_partner partner ON partner.ref = 'bench ' || stage.key
          JOIN channel_tier tier ON tier.code = 'agent'
          LEFT JOIN channel_territory street ON street.code = stage.code;
        INSERT INTO sale_order (name, partner_id, partner_invoice_id, partner_shipping_id, company_id, state,
                                date_order, amount_untaxed, currency_rate, channel_member_id, warehouse_id,
                                picking_policy)
        SELECT 'B', member.partner_id, member.partner_id, member.partner_id, %(company)s, 'sale',
               now() - random() * interval '400 days', random() * random() * 10000, 1, member.id, warehouse.id,
               'direct'
          FROM channel_member member, generate_series(1, %(orders)s * 2) number,
               (SELECT id FROM stock_warehouse WHERE company_id = %(company)s ORDER BY id LIMIT 1) warehouse
         WHERE random() < .5;
        ANALYZE res_partner; ANALYZE channel_member; ANALYZE sale_order;
    """, {'company': company.id, 'orders': orders})
    env.invalidate_all()


def timed(title, act):
    start, before = time.perf_counter(), env.cr.sql_log_count
    result = act()
    print(f"    {title:44} {time.perf_counter() - start:8.2f} s  {env.cr.sql_log_count - before:6} queries  {result}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--members', type=int, default=100_000)
    parser.add_argument('--orders', type=int, default=2)
    parser.add_argument('--seed', type=int, default=1)
    options = parser.parse_args(os.environ.get('CHANNEL_BENCH', '').split())
    rows, truth = load_world().make_world(options.members, .35, options.seed)
    timed("members and orders loaded", lambda: fill(rows, options.orders))
    rule = env['channel.segment.rule'].create({'vip_orders': 3, 'core_orders': 2})
    moves = []
    timed("segments: who would move", lambda: moves.extend(rule._find_moves()) or f"{len(moves)} of {len(rows)}")
    timed("segments: move them", lambda: rule._apply(moves))
    timed("segments: a second look", lambda: f"{len(rule._find_moves())} move")
    timed("duplicates: find", lambda: f"{env['channel.duplicate']._find(env.company)} pairs, {len(truth)} planted")
    timed("duplicates: find again", lambda: f"{env['channel.duplicate']._find(env.company)} new")
    checks = env['channel.quality.check'].search([('active', '=', True)])
    timed("quality board", lambda: f"{sum(checks.mapped('bad_count'))} records in {len(checks)} checks")
    print(f"    at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB of memory")
    env.cr.rollback()


main()

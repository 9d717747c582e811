"""Item codes: loaded, looked up, judged, exploded, scanned, watched at night.

    ./dev bench codes [--codes 5000000] [--chunk 500000] [--scans 2000]

Pallets of 50 cases of 20 items. Everything but the codes themselves runs in one transaction on a scratch database.
"""
# template: bare
import argparse
import os
import random
import resource
import statistics
import time

from odoo import fields

from odoo.addons.channel_inventory.engine import code_checks

PER_CASE, CASES = 20, 50
PLACES = ((22.53, 113.93), (30.66, 104.06), (31.23, 121.47), (39.90, 116.40))


def say(title, value):
    print(f"    {title:58} {value}", flush=True)


def make_rows(start, count, product):
    """Pallets until `count` codes are there."""
    rows, number = [], start
    while len(rows) < count:
        pallet = f'PAL-{number:010}'
        rows.append((pallet, 'other', '', product, None, 0.0))
        for box in range(CASES):
            case = f'CASE-{number:010}-{box:02}'
            rows.append((case, 'other', pallet, product, None, 0.0))
            rows += [(f'ITEM-{number:010}-{box:02}-{item:02}', 'other', case, product, None, 1.0)
                for item in range(PER_CASE)]
        number += 1
    return rows, number


def timed(act, times):
    taken = []
    for _time in range(times):
        start = time.perf_counter()
        act()
        taken.append((time.perf_counter() - start) * 1000)
    taken.sort()
    return f"p50 {statistics.median(taken):.2f} ms, p95 {taken[int(len(taken) * .95)]:.2f} ms"


def load(Code, product, options):
    """How many pallets there are."""
    total = pallets = 0
    seconds = 0.0
    while total < options.codes:
        rows, pallets = make_rows(pallets, min(options.chunk, options.codes - total), product.id)
        start = time.perf_counter()
        Code._load_codes(rows, env.company)
        env.cr.commit()
        seconds += time.perf_counter() - start
        total += len(rows)
    env.cr.execute("ANALYZE channel_code; ANALYZE channel_code_pack")
    env.cr.execute("""
        SELECT pg_total_relation_size('channel_code') / 2^20, pg_total_relation_size('channel_code_pack') / 2^20""")
    sizes = env.cr.fetchone()
    say(f"{total:,} codes with {pallets:,} pallets loaded", f"{total / seconds:,.0f} codes/s")
    say("table and indexes of codes, of containment", f"{sizes[0]:,.0f} MiB, {sizes[1]:,.0f} MiB")
    return pallets


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--codes', type=int, default=5_000_000)
    parser.add_argument('--chunk', type=int, default=500_000)
    parser.add_argument('--scans', type=int, default=2000)
    options = parser.parse_args(os.environ.get('CHANNEL_BENCH', '').split())
    random_ = random.Random(1)
    Code, Scan = env['channel.code'], env['channel.code.scan']
    env['channel.territory']._load_divisions()
    product = env['product.product'].create({'name': "Bench", 'default_code': 'BENCH', 'is_storable': True})
    start = time.perf_counter()
    made = Code._make(product, 20_000, per_case=20)
    say("own codes made, with cases", f"{len(made) / (time.perf_counter() - start):,.0f} codes/s")
    pallets = load(Code, product, options)

    def any_item():
        return f'ITEM-{random_.randrange(pallets):010}-{random_.randrange(CASES):02}-{random_.randrange(PER_CASE):02}'

    asker = code_checks.Asker('store', 'look', fields.Date.today())
    say("look up one code", timed(lambda: Code._find([any_item()]), 300))
    say("verdict on one item of a pallet", timed(lambda: Code._judge_texts([any_item()], asker), 300))
    say("verdicts on 1,000 items", timed(lambda: Code._judge_texts([any_item() for _i in range(1000)], asker), 10))
    pallet = Code.search([('code', '=', f'PAL-{random_.randrange(pallets):010}')])
    say(f"explode a pallet of {pallet.n_leaf:,}", timed(lambda: (env.invalidate_all(), pallet._explode()), 20))
    say("contents of it by product", timed(pallet._count_contents, 20))
    partner = env['res.partner'].create({'name': "Bench", 'is_company': True})
    member = env['channel.member'].create({
        'code': 'BENCH', 'partner_id': partner.id,
            'tier_id': env['channel.tier'].search([('is_root', '=', True)], limit=1).id,
        'territory_ids': env['channel.territory'].search([('code', '=', '4403')]).ids})
    some = iter(Code.search([('code', '=like', 'PAL-%'), ('state', '=', 'new')], limit=150))
    say("ship a pallet", timed(lambda: next(some)._act('ship', member), 100))
    shipped = [code.code.replace('PAL', 'ITEM')
        for code in Code.search([('code', '=like', 'PAL-%'), ('state', '=', 'shipped')])]
    scan(Code, Scan, member, shipped, random_, options.scans)
    start = time.perf_counter()
    Code._cron_watch()
    say(f"the night: {Scan.search_count([]):,} scans looked at", f"{time.perf_counter() - start:.2f} s")
    say("most memory", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")
    env.cr.rollback()


def scan(Code, Scan, member, shipped, random_, count):
    """Scans by members and consumers, one by one and in fifties."""
    def texts(number):
        return [f'{random_.choice(shipped)}-{random_.randrange(CASES):02}-{random_.randrange(PER_CASE):02}'
            for _i in range(number)]

    def one():
        Code._portal_scan(texts(1), 'inspector', 'look', None, (*random_.choice(PLACES), 10),
            f'bench {random_.random()}')

    def public():
        Code._public_look(texts(1)[0], f'{random_.random()}'[:32])

    say("scan by an inspector, judged and noted", timed(one, 200))
    say("check on the public page, without the page itself", timed(public, 200))
    start = time.perf_counter()
    for _time in range(count // 50):
        Code._portal_scan(texts(50), 'store', 'look', member, (*PLACES[0], 10), f'bench {random_.random()}')
    say("scans in fifties", f"{count / (time.perf_counter() - start):,.0f} scans/s")


main()

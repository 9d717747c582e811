"""The order pad with long lists: reading, matching, facts, promise and sending, as the server does them.

    ./dev bench pad [--products 5000] [--warehouses 8] [--runs 3]

A price list with steps, packs and stock in every warehouse. Each figure is the best of the runs, in milliseconds by the
clock, the child process that reads a file included. What the browser adds is measured in tests/flows/test_pad.py.
"""
# template: bare
import argparse
import io
import os
import sys
import time

from openpyxl import Workbook

from odoo.addons.distributor_portal.engine import order_sheets, read_table_apart

BATCH = 500
# Goals of the dealer centre for what the server does, in ms; the browser has the rest of 1 s and 3 s.
GOALS = {'paste 200': 700, 'file 1,000': 2500, 'facts of 500': 1000, 'prices of 40': 300}


def build(env, options):
    """A member that may order `--products` products."""
    company = env.company
    places = env['channel.territory'].search([('code', 'in', ('440306', '510104', '110105', '310115', '330106'))])
    for number in range(options.warehouses):
        env['stock.warehouse'].create({
            'name': f'W{number}', 'code': f'W{number}',
            'channel_territory_id': places[number % len(places)].id})
    category = env['product.category'].create({'name': "Bench"})
    unit, case = env.ref('uom.product_uom_unit'), env.ref('uom.product_uom_dozen')
    products = env['product.product'].create([{
        'name': f"Product {number} of the bench", 'default_code': f'BEN-{number:05}', 'list_price': 1 + number % 90,
        'type': 'consu', 'is_storable': True, 'categ_id': category.id, 'uom_id': unit.id, 'uom_ids': [(4, case.id)],
        'barcode': _gtin(number), 'channel_multiple_qty': (0, 6, 12)[number % 3], 'taxes_id': False,
    } for number in range(options.products)])
    env.flush_all()
    env.cr.execute("""
        INSERT INTO stock_quant (product_id, location_id, company_id, quantity, reserved_quantity, in_date)
        SELECT product, location, %s, 5000, 0, now() AT TIME ZONE 'UTC'
          FROM unnest(%s) AS product, unnest(%s) AS location
    """, (company.id, products.ids, env['stock.warehouse'].search([]).lot_stock_id.ids))
    env.invalidate_all()
    pricelist = env['product.pricelist'].create({'name': "Bench", 'item_ids': [
        (0, 0, {'applied_on': '3_global', 'compute_price': 'percentage', 'percent_price': percent, 'min_quantity': qty})
        for qty, percent in ((0, 5), (48, 8), (480, 12))]})
    partner = env['res.partner'].create({'name': "Bench", 'is_company': True})
    member = env['channel.member'].create({
        'code': 'BENCH', 'partner_id': partner.id, 'pricelist_id': pricelist.id, 'company_id': company.id,
        'tier_id': env.ref('distributor_portal.channel_tier_agent').id, 'street_id': places[0].id,
        'territory_ids': places.ids})
    env['channel.authorization'].create({'name': "Bench", 'member_id': member.id, 'date_from': '2020-01-01'})
    env.flush_all()
    return member, products


def _gtin(number):
    digits = f'69{number:010}'
    return digits + str(-sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10)


def write_file(rows):
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def best(env, runs, call):
    times = []
    for _run in range(runs):
        env.invalidate_all()
        start = time.perf_counter()
        answer = call()
        times.append((time.perf_counter() - start) * 1e3)
    return min(times), answer


def main(env):
    parser = argparse.ArgumentParser(prog='./dev bench pad', description=__doc__.splitlines()[0])
    parser.add_argument('--products', type=int, default=5000)
    parser.add_argument('--warehouses', type=int, default=8)
    parser.add_argument('--runs', type=int, default=3)
    options = parser.parse_args(os.environ.get('CHANNEL_BENCH', '').split())
    member, products = build(env, options)
    rows = [[product.default_code, 12, ''] for product in products]
    results = {}

    def measure(name, call, runs=options.runs):
        results[name], answer = best(env, runs, call)
        print(f"| {name} | {results[name]:,.0f} | {GOALS.get(name, '')} |", flush=True)
        return answer

    print("| what | ms | at most |\n|---|---|---|")

    def read(text):
        cells, columns = order_sheets.split_text(text)
        return member._portal_read_list(cells, columns)

    def read_file(content):
        return member._portal_read_list(read_table_apart(content, 50_000))

    wrong = ['BEN-0O001\t12', 'nothing\t3', 'BEN-00005\tx']
    pasted = '\n'.join([*(f'{code}\t{qty}' for code, qty, _unit in rows[:197]), *wrong])
    answer = measure('paste 200', lambda: read(pasted))
    assert (len(answer['lines']), len(answer['troubles'])) == (197, 3), (len(answer['lines']), answer['troubles'])
    for count in (1000, 5000):
        content = write_file([['SKU', 'Quantity', 'Unit'], *rows[:count]])
        answer = measure(f'file {count:,}', lambda content=content: read_file(content))
        assert len(answer['lines']) + len(answer['troubles']) == min(count, len(rows))
    ids = products.ids
    measure('prices of 40', lambda: member._portal_get_price_steps(products[:40]))
    measure('page of 40', lambda: member._portal_get_products())
    measure('facts of 500', lambda: member._portal_get_products(product_ids=ids[:BATCH]))
    for count in (12, 1000, 5000):
        measure(f'promise of {count:,}', lambda count=count: member._portal_promise(dict.fromkeys(ids[:count], 12)))
    for count in (12, 1000, 5000):
        lines = [{'product_id': id_, 'qty': 12} for id_ in ids[:count]]
        answer = measure(f'send {count:,}', lambda lines=lines, count=count: member._portal_submit(
            lines, f'bench-{count}'), 1)
        assert answer['status'] != 'rejected', answer['verdicts'][:3]
        order = env['sale.order'].browse(answer['order_id'])
        assert len(order.order_line) == min(count, len(rows))
    missed = {name: results[name] for name, goal in GOALS.items() if results[name] > goal}
    print(f"\nGoals: {'MISSED ' + str(missed) if missed else 'met'}", flush=True)
    sys.exit(1 if missed else 0)


main(env)  # noqa: F821  the shell of Odoo has it

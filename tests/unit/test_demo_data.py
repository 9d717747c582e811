"""The demo channel's files: codes that a scanner, a map and Odoo accept."""
import csv
import gzip
import re
from collections import Counter
from pathlib import Path

ADDON = Path(__file__).parents[2] / 'addons' / 'distributor_portal'


def read(name):
    with (ADDON / 'demo' / f'{name}.csv').open(encoding='utf-8') as file:
        return list(csv.DictReader(file))


def check_digit(digits):
    """GS1: weights 3 and 1 from the right."""
    return str(-sum(int(digit) * (3, 1)[i % 2] for i, digit in enumerate(reversed(digits))) % 10)


def divisions():
    with (ADDON / 'data' / 'geo' / 'divisions.csv').open(encoding='utf-8') as file:
        return {row['code']: row for row in csv.DictReader(file)}


def streets():
    with gzip.open(ADDON / 'data' / 'geo' / 'streets.csv.gz', 'rt', encoding='utf-8') as file:
        return [row['code'] for row in csv.DictReader(file)]


def test_sixty_products_bear_valid_codes():
    products = read('products')
    codes = [row[name] for row in products for name in ('sku', 'gtin', 'case_gtin')]
    assert len(products) == 60
    assert len(set(codes)) == len(codes)
    for row in products:
        assert re.fullmatch(r'690\d{10}', row['gtin'])
        assert re.fullmatch(r'1690\d{10}', row['case_gtin'])
        assert row['case_gtin'][1:13] == row['gtin'][:12]
        assert all(row[name][-1] == check_digit(row[name][:-1]) for name in ('gtin', 'case_gtin'))
        assert float(row['price']) > 0


def test_a_case_and_the_smallest_order_are_whole_packs():
    for row in read('products'):
        multiple = int(row['multiple_qty'])
        assert not multiple or not int(row['case_qty']) % multiple
        assert not multiple or not int(row['min_qty']) % multiple


def test_twenty_agents_have_ten_areas_each_in_their_province():
    agents, places, counts = read('agents'), divisions(), Counter()
    for street in streets():
        counts.update((street[:4], street[:6]))
    assert [row['code'] for row in agents] == [f'A{number:02}' for number in range(1, 21)]
    assert len({row['province'] for row in agents}) == 20
    for row in agents:
        units = row['units'].split()
        assert len(set(units)) == 10
        assert all(unit in places and unit.startswith(row['province']) and counts[unit] >= 5 for unit in units)


def test_warehouses_stand_in_known_districts():
    places = divisions()
    assert all(row['district'] in places and len(row['district']) == 6 for row in read('warehouses'))
    assert all(len(row['code']) <= 5 for row in read('warehouses'))


def test_orders_name_their_people_and_steps():
    logins = {row['login'] for row in read('users')}
    numbers = [row['number'] for row in read('orders')]
    assert len(set(numbers)) == len(numbers)
    for row in read('orders'):
        assert row['user'] in logins
        assert all(re.fullmatch(r'[\w-]+\*\d+[a-z]*(@[\d.]+)?', line) for line in row['lines'].split())


def test_orders_ask_for_products_that_exist_except_one_planted_mistake():
    known = {row[name] for row in read('products') for name in ('sku', 'gtin', 'case_gtin')}
    asked = [line.partition('*')[0] for row in read('orders') for line in row['lines'].split()]
    assert [code for code in asked if code not in known] == ['YOG-B-250']

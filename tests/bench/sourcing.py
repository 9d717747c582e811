"""Which warehouses ship: ours against nearest-first, the nearest complete one, and every possible plan.

    ./dev bench sourcing [--orders 3000] [--warehouses 200] [--exhaustive 300] [--seed 7]

The streets are the addon's own, each order goes to one of them, warehouses stand on random ones. A warehouse lacks each
of 2,000 products with the probability in the first column; an order wants 8 products on average. A parcel costs 12 and
0.02 per kilometre. "Greedy": each takes what it has, nearest first. "Complete": the nearest that has all, else greedy.
"Exhaustive": the cheapest of all sets of up to three of all warehouses, on a sample; the ratio is of the same orders.
Milliseconds are processor time of one decision with looked-up ranks, its explanations included. No database is used.
"""
# template: bare
import argparse
import csv
import gzip
import os
import random
import statistics
import time
from datetime import datetime, timezone

from odoo.tools import file_path

from odoo.addons.distributor_portal.engine import place_in_district, sourcing

PRODUCTS, LINES = 2000, 8
MISSING = (.05, .15, .30)


def read_streets():
    """[(latitude, longitude)] of every street."""
    with open(file_path('distributor_portal/data/geo/divisions.csv'), encoding='utf-8') as file:
        seats = {row['code']: (float(row['latitude']), float(row['longitude'])) for row in csv.DictReader(file)}
    with gzip.open(file_path('distributor_portal/data/geo/streets.csv.gz'), 'rt', encoding='utf-8') as file:
        return [place_in_district(row['code'], *seats[row['code'][:6]]) for row in csv.DictReader(file)]


def greedy(asked, houses, near, cost):
    """(cost, parcels) of nearest first, each taking all it has of what is left."""
    left, total, parcels = set(asked), 0, 0
    for key, distance in near:
        taken = left & houses[key].free.keys()
        if taken:
            left -= taken
            total += cost(distance)
            parcels += 1
        if not left:
            break
    return total, parcels


def nearest_complete(asked, houses, near, cost):
    for key, distance in near:
        if set(asked) <= houses[key].free.keys():
            return cost(distance), 1
    return greedy(asked, houses, near, cost)


def exhaustive(asked, houses, near, cost):
    """Cost of the cheapest set of up to three of all; None where none has all. Stops where no set can be cheaper."""
    asked = list(asked)
    all_ = (1 << len(asked)) - 1
    ones = sorted(
        (cost(distance), sum(1 << i for i, product in enumerate(asked) if product in houses[key].free))
        for key, distance in near)
    best = min((price for price, mask in ones if mask == all_), default=None)
    for i, (one, mask1) in enumerate(ones):
        for j in range(i + 1, len(ones)):
            two, mask2 = one + ones[j][0], mask1 | ones[j][1]
            if best is not None and two >= best:
                break
            if mask2 == all_:
                best = two
                break
            for price, mask in ones[j + 1:]:
                if best is not None and two + price >= best:
                    break
                if mask2 | mask == all_:
                    best = two + price
                    break
    return best


def draw_order(random_, streets):
    """(number of the street, the products)"""
    count = max(1, sum(random_.random() < LINES / 40 for _try in range(40)))
    return random_.randrange(len(streets)), random_.sample(range(PRODUCTS), count)


def simulate(missing, options, streets, ranks, places):
    random_ = random.Random(f'{options.seed} {missing}')
    houses = {
        key: sourcing.Warehouse(key, latitude, longitude, {
            product: 1000 for product in range(PRODUCTS) if random_.random() >= missing})
        for key, latitude, longitude in places}
    all_houses = list(houses.values())
    cost = sourcing.DEFAULT_RATE.cost
    tariff = sourcing.Tariff(datetime.now(timezone.utc))
    results, times, ratios = {'greedy': [], 'complete': [], 'ours': []}, [], []
    for number in range(options.orders):
        street, products = draw_order(random_, streets)
        asked = dict.fromkeys(products, 1000)
        wanted = sourcing.Wanted(*streets[street], asked)
        start = time.process_time()
        plan = sourcing.plan(wanted, all_houses, tariff, near=ranks[street])
        times.append(time.process_time() - start)
        near = [(house.key, distance) for distance, house in sourcing.by_distance(*streets[street], all_houses)]
        results['greedy'].append(greedy(asked, houses, near, cost))
        results['complete'].append(nearest_complete(asked, houses, near, cost))
        results['ours'].append((plan.cost, len(plan.parcels)))
        if number < options.exhaustive:
            ratios.append((plan.cost, exhaustive(asked, houses, near, cost) if plan.is_complete else None))
    return results, times, ratios


def report(missing, results, times, ratios):
    means = {name: [statistics.mean(column) for column in zip(*rows)] for name, rows in results.items()}
    known = [(ours, best) for ours, best in ratios if best]
    ratio = sum(ours for ours, _best in known) / sum(best for _ours, best in known)
    cells = [f"{cost / 100:.2f}, {parcels:.2f}" for cost, parcels in means.values()]
    saved = 1 - means['ours'][0] / means['greedy'][0]
    ms = sorted(taken * 1e3 for taken in times)
    print(f"| {missing:.0%} | {' | '.join(cells)} | {saved:.0%} | {ratio:.4f} | "
          f"{statistics.mean(ms):.2f} | {ms[int(len(ms) * .95)]:.2f} |")
    return saved, ratio, statistics.mean(ms)


def run():
    parser = argparse.ArgumentParser(prog='./dev bench sourcing')
    parser.add_argument('--orders', type=int, default=3000)
    parser.add_argument('--warehouses', type=int, default=200)
    parser.add_argument('--exhaustive', type=int, default=300)
    parser.add_argument('--seed', type=int, default=7)
    options = parser.parse_args(os.environ.get('CHANNEL_BENCH', '').split())
    streets = read_streets()
    chosen = random.Random(options.seed).sample(range(len(streets)), options.warehouses)
    places = [(key, *streets[street]) for key, street in enumerate(chosen, 1)]
    start = time.process_time()
    ranks = sourcing.make_ranks(streets, places)
    print(f"\n{len(streets)} streets × {len(places)} warehouses ranked in {time.process_time() - start:.2f} s of "
          f"processor time; {options.orders} orders, seed {options.seed}\n")
    print("| missing | greedy: cost, parcels | complete | ours | ours below greedy | ours ÷ exhaustive | ms | p95 ms |")
    print("|---|---|---|---|---|---|---|---|")
    goals = []
    for missing in MISSING:
        saved, ratio, ms = report(missing, *simulate(missing, options, streets, ranks, places))
        goals += [ratio <= 1.02, ms <= 5, saved >= .2 or missing < .15]
    verdict = "met" if all(goals) else "MISSED"
    print("\nGoals (≤ 1.02 × exhaustive, ≤ 5 ms, ≥ 20 % below greedy at 15 and 30 %):", verdict)


run()

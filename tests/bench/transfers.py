"""Sharing stock between members against shipping the same needs from the DC: cost, gap to the bound, seconds.

    ./dev bench transfers [--dealers 12] [--products 12] [--region 120] [--seed 7]

A province is an agent with its dealers; dealers stand on districts of the addon's own division table, DCs where the
demo channel has its warehouses. Of the positions about 18 % are slow and 12 % below their safety stock, some lots are
close to expiry. A parcel of up to 20 kg costs 12 and 0.02 per kilometre of road, a shipment 8 on top at a member and 5
at the DC, a pack 0.50 and 0.80. "Group": every agent with its dealers by itself. "Region": members of six provinces
together.

"DC only" serves what is below its safety stock from the cheapest DC, "ours" the same from members and DCs: costs of
shipping, nothing else. "With expiry" counts what would expire where it lies as lost, and moves it where that pays; both
sides of it then hold that loss. The gap is that to a bound that no plan can beat, as a share of the cost of the DC.
Seconds are processor time. No database is used.
"""
# template: bare
import argparse
import csv
import os
import random
import time
from dataclasses import replace
from datetime import date, timedelta

from odoo.tools import file_path

from odoo.addons.channel_inventory.engine import transfers
from odoo.addons.distributor_portal.engine import sourcing

TODAY = date(2026, 11, 1)
RATES = (replace(sourcing.DEFAULT_RATE, is_urgent=False),)
# As many of them as the world has, in this order.
DCS = ('440112', '310114', '110115', '420112', '510114', '610116', '210114', '370112')
WORLDS = (1, 3, 8)
SLOW, SHORT, DATED = .18, .12, .3
REGION = ('32', '33', '34', '36', '42', '43')  # along the Yangtze
GOAL = .15


def read_divisions():
    """{code: (latitude, longitude)} of cities and districts."""
    with open(file_path('distributor_portal/data/geo/divisions.csv'), encoding='utf-8') as file:
        return {row['code']: (float(row['latitude']), float(row['longitude'])) for row in csv.DictReader(file)
                if row['latitude']}


def draw_goods(random_, count):
    return tuple(transfers.Goods(key, 12_000, random_.randrange(800, 7_000), random_.randrange(2_000, 20_000))
                 for key in range(1, count + 1))


def draw_position(random_, node, goods, pack):
    """A position with its rate and days of supply, as the shares above want them."""
    days, rate = 28, random_.lognormvariate(0, .6)  # packs a week
    kind = random_.random()
    supply = (random_.uniform(70, 200) if kind < SLOW else random_.uniform(0, 10) if kind < SLOW + SHORT
              else random_.uniform(12, 55))
    sold = round(rate * 4 * pack)
    qty = round(sold * supply / days)
    expires = TODAY + timedelta(random_.randrange(20, 240)) if random_.random() < DATED else None
    return transfers.Position(node, goods, (transfers.Lot(goods, qty, expires),), sold=sold, days=days)


def draw_world(random_, divisions, provinces, members, products):
    """A problem of so many members in these provinces, with every DC."""
    districts = sorted(code for code in divisions if len(code) == 6 and code[:2] in provinces)
    chosen = random_.sample(districts, min(members, len(districts)))
    nodes = tuple(transfers.Node(key, *divisions[code], code) for key, code in enumerate(chosen, 1))
    goods = draw_goods(random_, products)
    positions = tuple(
        draw_position(random_, node.key, one.key, one.pack) for node in nodes for one in goods)
    dcs = tuple(transfers.Node(10_000 + i, *divisions[code]) for i, code in enumerate(DCS))
    return transfers.Problem(transfers.Terms(TODAY), nodes, goods, positions, dcs, RATES)


def solve(problem):
    start = time.process_time()
    plan = transfers.propose(problem)
    return plan, time.process_time() - start


def worthless(problem):
    """The same where nothing is lost by expiring: costs of shipping alone."""
    return replace(problem, goods=tuple(replace(goods, value=0) for goods in problem.goods))


def total_loss(problem):
    """What expires if nothing is moved, as value of whole packs."""
    values = {goods.key: goods.value for goods in problem.goods}
    return sum(surplus.packs * values[surplus.goods] for surplus in transfers.find_surpluses(problem)
               if surplus.would_expire)


def report(name, problems):
    results = [solve(worthless(problem)) for problem in problems]
    plans = [plan for plan, _seconds in results]
    cost, dc_only = (sum(getattr(plan, field) for plan in plans) for field in ('cost', 'dc_only'))
    gap = sum(plan.net - plan.bound for plan in plans) / dc_only
    saving = 1 - cost / dc_only
    exact = sum(plan.method == 'exact' for plan in plans)
    whole = [transfers.propose(problem) for problem in problems]
    lost = sum(map(total_loss, problems))
    saved = 1 - (lost + sum(plan.net for plan in whole)) / (lost + dc_only)
    print(f"| {name} | {len(plans)} | {exact} | {sum(len(plan.shipments) for plan in plans)} | {dc_only / 100:,.0f} | "
          f"{cost / 100:,.0f} | {saving:.1%} | {gap:.2%} | {saved:.1%} | "
          f"{sum(seconds for _plan, seconds in results):.1f} | {max(seconds for _plan, seconds in results):.1f} |")
    return saving


def run():
    parser = argparse.ArgumentParser(prog='./dev bench transfers')
    parser.add_argument('--dealers', type=int, default=12)
    parser.add_argument('--products', type=int, default=12)
    parser.add_argument('--region', type=int, default=80)
    parser.add_argument('--seed', type=int, default=7)
    options = parser.parse_args(os.environ.get('CHANNEL_BENCH', '').split())
    divisions = read_divisions()
    provinces = sorted({code[:2] for code in divisions if len(code) == 6 and code[:2] < '70'})
    random_ = random.Random(options.seed)
    groups = [draw_world(random_, divisions, (province,), options.dealers + 1, options.products)
              for province in provinces]
    region = draw_world(random_, divisions, REGION, options.region, options.products)
    print(f"\n{len(groups)} agents with {options.dealers} dealers, a region of {options.region} members, "
          f"{options.products} products, seed {options.seed}\n")
    print("| world | problems | exact | shipments | DC only | ours | saving | gap | with expiry | s | longest s |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    savings = {}
    for count in WORLDS:
        for name, problems in (('groups', groups), ('region', [region])):
            savings[count, name] = report(f"{count} DCs, {name}", [
                replace(problem, dcs=problem.dcs[:count]) for problem in problems])
    least = min(savings[3, name] for name in ('groups', 'region'))
    print(f"\nGoal (≥ {GOAL:.0%} below three DCs, for groups and region):", "met" if least >= GOAL else "MISSED")


run()

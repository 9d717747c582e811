"""Build a world of stated size by bulk load, check it against the ORM, and measure pages, decisions and RPC on it.

    ./dev bench world S|C|M [--seed 1] [--orders 200] [--keep] [--only build]

S, C, M: 2, 12, 20 agents; 6, 180, 12,000 dealers; 60, 5,000, 500,000 stores; 5, 20, 200 warehouses; 50, 1,500, 3,000
products.
"""
# template: bare
import argparse
import os
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2] / 'tools')]

from worlds import checker, loader, measure  # noqa: E402  the path comes first

SAMPLE, SHOWN = 100, 10


def main(env):
    parser = argparse.ArgumentParser(prog='./dev bench world', description=__doc__.splitlines()[0])
    parser.add_argument('world', choices=sorted(loader.SHAPES))
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--orders', type=int, default=200)
    parser.add_argument('--only', choices=('build',))
    options = parser.parse_args(os.environ.get('CHANNEL_BENCH', '').split())
    world = loader.get_world(env, options.world, options.seed)
    failures = checker.check(world, SAMPLE, options.seed)[:SHOWN]
    if options.only != 'build':
        failures += run(env, world, options)
    for failure in failures:
        print(f"GOAL MISSED: {failure}", flush=True)
    sys.exit(1 if failures else 0)


def run(env, world, options):
    measured = measure.Measure(env, world, os.environ['CHANNEL_DB'], options.seed, options.orders)
    measured.run()
    print(f"\nWorld {options.world}, server with {measure.WORKERS} workers:\n\n{measured.table()}", flush=True)
    return measured.get_failures()


main(env)

"""Build a world of stated size by bulk load, check it against the ORM, and measure pages, decisions and RPC on it.

    ./dev bench world S|C|M [--seed 1] [--orders 200] [--keep] [--only build]

S, C, M: 2, 12, 20 agents; 6, 180, 12,000 dealers; 60, 5,000, 500,000 stores; 5, 20, 200 warehouses; 50, 1,500, 3,000
products.
"""
# template: bare
import argparse
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from worlds import loader  # noqa: E402  the path comes first


def main(env):
    parser = argparse.ArgumentParser(prog='./dev bench world', description=__doc__.splitlines()[0])
    parser.add_argument('world', choices=sorted(loader.SHAPES))
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--orders', type=int, default=200)
    parser.add_argument('--only', choices=('build',))
    options = parser.parse_args(os.environ.get('CHANNEL_BENCH', '').split())
    start = time.monotonic()
    built = loader.Loader(env, loader.draw_world(options.world, options.seed))
    print(f"drawn in {time.monotonic() - start:.1f} s", flush=True)
    built.load()
    built.finish()
    print(f"World {options.world} built in {time.monotonic() - start:.0f} s", flush=True)


main(env)

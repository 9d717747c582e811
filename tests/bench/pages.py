"""What every page of the dealer centre costs, against stock Odoo's own list of orders in the same run.

    ./dev bench pages [--rounds 30]

Core milliseconds: CPU time of the server and of PostgreSQL together, which does not depend on what else the machine
does. Times are those of one reader at a time, warm.
"""
import argparse
import os
import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / 'tools'), str(HERE.parent)]

import psutil  # noqa: E402  the path comes first
from devkit import odoo  # noqa: E402
from flows.pages import PAGES  # noqa: E402
from worlds import clients  # noqa: E402

STOCK, STOCK_PATH = 'stock /my/orders', '/my/orders'
GOAL_CORE_MS = 60
WARM = 3
LINK = r'<a[^>]*class="[^"]*{}[^"]*"[^>]*href="([^"]+)"|<a[^>]*href="([^"]+)"[^>]*class="[^"]*{}[^"]*"'


def main(env):
    parser = argparse.ArgumentParser(prog='./dev bench pages', description=__doc__.splitlines()[0])
    parser.add_argument('--rounds', type=int, default=30)
    options = parser.parse_args(os.environ.get('CHANNEL_BENCH', '').split())
    env.cr.execute("SELECT pg_backend_pid()")
    postmaster = psutil.Process(env.cr.fetchone()[0]).ppid()
    env.cr.rollback()  # an open transaction of ours would slow PostgreSQL down
    server = odoo.Server(
        os.environ['CHANNEL_DB'], odoo.free_port(), 'bench-pages',
        arguments=['--workers', '2', '--max-cron-threads', '0', '--log-level', 'warn'])
    try:
        rows = list(measure(server.wait_until_served(), postmaster, options.rounds))
    finally:
        server.stop()
    print_table(rows)
    dear = [name for name, (_count, _median, _high, core) in rows if name != STOCK and core > GOAL_CORE_MS]
    if dear:
        print(f"GOAL MISSED: more than {GOAL_CORE_MS} core ms: {', '.join(dear)}", flush=True)
    sys.exit(1 if dear else 0)


def measure(server, postmaster, rounds):
    """(name, (count, p50, p95, core ms)) of the stock page and of every page of the list."""
    clock = clients.Clock(server.pid, postmaster)
    browsers = {}
    for name, login, path, *selector in [(STOCK, 'store', STOCK_PATH), *PAGES]:
        if login not in browsers:
            browsers[login] = clients.Browser(server.base_url, server.database, login)
        browser = browsers[login]
        path = find(browser, path, selector[0]) if selector else path
        for _i in range(WARM):
            browser.get(path)
        times = clock.time([lambda browser=browser, path=path: browser.get(path)] * rounds).row()
        print(f"    {name:24} p50 {times[1]:7.1f}  p95 {times[2]:7.1f} ms  core {times[3]:7.1f} ms", flush=True)
        yield name, times


def find(browser, path, selector):
    """The address behind the first link of a class; of 'OUTER INNER', the first behind the first of OUTER."""
    *outer, inner = (re.escape(word.rpartition('.')[2]) for word in selector.split())
    text = browser.get(path)
    for word in outer:
        text = text[re.search(rf'class="[^"]*{word}', text).start():]
    found = re.search(LINK.format(inner, inner), text)
    return found[1] or found[2]


def print_table(rows):
    print("\n| page | p50 ms | p95 ms | core ms |\n|---|---|---|---|")
    for name, (_count, median, high, core) in rows:
        print(f"| {name} | {median:.0f} | {high:.0f} | {core:.0f} |")


main(env)

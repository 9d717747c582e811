"""Sell-through at full speed: files of sales into sales, keys, ledger and balances, sustained.

    ./dev bench ingest [--seconds 60] [--processes 2] [--slice 10] [--members 3000] [--products 1000] [--seed 1]
    ./dev bench ingest --seconds 600                                the goal: 11,600 rows a second for ten minutes

Each process takes CSV files out of a folder, as the cron does: read, understood, staged by COPY, posted, committed
chunk by chunk, moved to done/. Products are drawn by Zipf's law; 3 of 100 rows come twice, 1 corrects an earlier one, 1
in 200 is held. The files are written before the clock starts. "Core" is processor time of Python and PostgreSQL: rows
per core second depend little on what else the machine does. At the end the sums are compared with those drawn.
"""
# template: bare
import argparse
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time
from bisect import bisect
from contextlib import suppress
from datetime import timedelta
from itertools import accumulate
from pathlib import Path

import psutil

from odoo import SUPERUSER_ID, api, sql_db
from odoo.modules.registry import Registry
from odoo.tools import config

ROWS = 100_000  # of one file
DAYS = 14
TWICE, CORRECTED, HELD = .03, .01, .005
REMEMBERED = 5000  # rows that may come again
GOAL = 11_600
AT_MOST = 30_000  # rows a second that are drawn in advance
TABLES = ('channel_sell_through', 'channel_sell_key', 'channel_stock_entry', 'channel_stock', 'channel_feed_row')


class Draw:
    """Rows as tills send them, and what they come to."""

    def __init__(self, options, number, today):
        self.random = random.Random(f'{options.seed} {number}')
        self.products = list(accumulate(1 / (place + 1) for place in range(options.products)))
        self.members = list(accumulate(1 / (place + 10) ** .6 for place in range(options.members)))
        self.days = [(today - timedelta(days=ago)).isoformat() for ago in range(DAYS)]
        self.next_key, self.remembered, self.sold, self.new = 0, [], 0, 0

    def write(self, path):
        """:return: (items sold, keys) after this file"""
        with path.open('w', encoding='ascii') as file:
            file.write('key,member,sku,qty,date,price\n')
            file.writelines(','.join(self._next()) + '\n' for _row in range(ROWS))
        return self.sold, self.new

    def _next(self):
        chance = self.random.random()
        if self.remembered and chance < TWICE + CORRECTED:
            place = self.random.randrange(len(self.remembered))
            row = list(self.remembered[place])
            if chance < CORRECTED:
                row[3] = str(int(row[3]) + 1)
                self.sold += 1
                self.remembered[place] = row
            return row
        self.next_key += 1
        row = [f'{self.next_key:09}', f'M{self._pick(self.members) + 1}', f'P{self._pick(self.products)}',
               self.random.choice('1112236'), self.random.choice(self.days), '4.50']
        if chance > 1 - HELD:
            return [*row[:2], 'UNKNOWN', *row[3:]]
        self.sold += int(row[3])
        self.new += 1
        if len(self.remembered) < REMEMBERED:
            self.remembered.append(row)
        else:
            self.remembered[self.random.randrange(REMEMBERED)] = row
        return row

    def _pick(self, cumulated):
        return bisect(cumulated, self.random.random() * cumulated[-1])


def prepare(env, options, root):
    """Members, products, a folder for each process. What this does not read stays empty: it is a scratch database."""
    cr = env.cr
    for table in ('res_partner', 'channel_member'):
        cr.execute("""SELECT column_name FROM information_schema.columns
                       WHERE table_name = %s AND is_nullable = 'NO' AND column_name != 'id'""", [table])
        for (column,) in cr.fetchall():
            cr.execute(f'ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL')
    cr.execute("""
        INSERT INTO res_partner (name, complete_name, is_company, active, type, ref)
        SELECT 'M' || g, 'M' || g, TRUE, TRUE, 'contact', 'bench' FROM generate_series(1, %s) g;
        INSERT INTO channel_member (partner_id, name, code, company_id, tier_id, segment, state, active, tracks_stock)
        SELECT p.id, p.name, p.name, %s, t.id, 'regular', 'active', TRUE, TRUE
          FROM res_partner p, (SELECT id FROM channel_tier WHERE code = 'agent') t WHERE p.ref = 'bench'
    """, [options.members, env.company.id])
    env['product.product'].create([
        {'name': f'P{number}', 'default_code': f'P{number}', 'type': 'consu', 'is_storable': True}
        for number in range(options.products)])
    env['ir.config_parameter'].set_param('channel_inventory.feed_root', str(root))
    for number in range(options.processes):
        name = f'bench{number}'
        source = env['channel.source'].create({'name': name, 'code': name})
        format_ = env['channel.feed.format'].create({'name': name, 'source_id': source.id})
        env['channel.feed.folder'].create({'name': name, 'path': name, 'format_id': format_.id})
    cr.commit()


def work(database, options, number, root, today, gate, over, out):
    """One process: draws its files, waits for the others, takes file after file until it is told to stop."""
    folder = root / f'bench{number}'
    folder.mkdir()
    draw = Draw(options, number, today)
    files = options.seconds * AT_MOST // ROWS // options.processes + 2
    expected = [draw.write(folder / f'{place:05}.csv') for place in range(files)]
    del draw
    registry = Registry(database)
    gate.wait()
    done = 0
    while done < files and not over.is_set():
        take(registry, number, f'{done:05}.csv')
        done += 1
    out.put((number, done, *expected[done - 1]))
    gate.wait()


def take(registry, number, name):
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        folder = env['channel.feed.folder'].search([('path', '=', f'bench{number}')])
        feed_id = env['channel.feed'].create({
            'name': name, 'kind': 'folder', 'filename': name, 'folder_id': folder.id, 'format_id': folder.format_id.id,
            'source_id': folder.format_id.source_id.id}).id
    with registry.cursor() as cr:
        feed = api.Environment(cr, SUPERUSER_ID, {})['channel.feed'].browse(feed_id)
        feed._run()
    with registry.cursor() as cr:
        feed = feed.with_env(feed.env(cr=cr))
        assert feed.state == 'done', feed.error


class Watch:
    """Reads clocks and counts while the others work."""

    def __init__(self, env, processes):
        self.env, self.processes, self.backends = env, processes, {}

    def read(self):
        """(moment, rows taken, processor seconds of Python, of PostgreSQL, MiB of Python's memory)"""
        cr = self.env.cr
        cr.execute("SELECT COALESCE(SUM(rows_read), 0) FROM channel_feed")
        rows = cr.fetchone()[0]
        cr.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid != pg_backend_pid()")
        for (pid,) in cr.fetchall():
            with suppress(OSError), open(f'/proc/{pid}/schedstat', encoding='ascii') as file:
                self.backends[pid] = int(file.read().split()[0]) / 1e9
        cr.rollback()
        python, memory = 0.0, 0.0
        for process in self.processes:
            with suppress(psutil.Error):
                one = psutil.Process(process.pid)
                python += sum(one.cpu_times()[:2])
                memory = max(memory, one.memory_info().rss / 2**20)
        return time.monotonic(), rows, python, sum(self.backends.values()), memory


def measure(env, options, processes, gate, over):
    watch = Watch(env, processes)
    print(f"{options.processes} processes draw their rows …", flush=True)
    gate.wait()
    first = last = watch.read()
    print("| second | rows | rows/s | rows per core s | Python ms/1000 rows | PostgreSQL ms/1000 rows | RSS MiB |\n"
          "|---|---|---|---|---|---|---|", flush=True)
    while last[0] - first[0] < options.seconds and any(process.is_alive() for process in processes):
        time.sleep(options.slice)
        now = watch.read()
        show(f"{now[0] - first[0]:.0f}", last, now)
        last = now
    over.set()
    show("all", first, last)
    return (last[1] - first[1]) / (last[0] - first[0])


def show(title, before, after):
    wall, rows, python, postgresql = (late - early for early, late in zip(before[:4], after[:4], strict=True))
    core = python + postgresql
    print(f"| {title} | {rows:,} | {rows / wall:,.0f} | {rows / core if core else 0:,.0f} | "
          f"{1e6 * python / max(rows, 1):.1f} | {1e6 * postgresql / max(rows, 1):.1f} | {after[4]:.0f} |", flush=True)


def check(env, results):
    """Sums and keys as they were drawn; balances as the ledger says. :return: [what differs]"""
    cr, wrong = env.cr, []
    for number, files, sold, new in results:
        cr.execute("""SELECT COALESCE(SUM(s.qty), 0) FROM channel_sell_through s JOIN channel_source c
                        ON c.id = s.source_id WHERE c.code = %s""", [f'bench{number}'])
        found = cr.fetchone()[0]
        cr.execute("SELECT COUNT(*) FROM channel_sell_key k JOIN channel_source c ON c.id = k.source_id"
                   " WHERE c.code = %s", [f'bench{number}'])
        keys = cr.fetchone()[0]
        print(f"process {number}: {files} files, {found:,} items of {keys:,} keys, drawn {sold:,} of {new:,}")
        if (int(found), keys) != (sold, new):
            wrong.append(f"process {number} took {found} items of {keys} keys, not {sold} of {new}")
    cr.execute("SELECT (SELECT SUM(qty) FROM channel_sell_through), (SELECT -SUM(physical) FROM channel_stock), "
               "(SELECT -SUM(qty) FROM channel_stock_entry)")
    sums = cr.fetchone()
    if len(set(sums)) != 1:
        wrong.append(f"sales, balances and ledger differ: {sums}")
    for table in TABLES:
        cr.execute("SELECT COALESCE(SUM(pg_total_relation_size(relid)), pg_total_relation_size(%(table)s::regclass))"
                   "  FROM pg_partition_tree(%(table)s)", {'table': table})
        print(f"    {table:24} {cr.fetchone()[0] / 2**20:8,.0f} MiB")
    return wrong


def main(env):
    parser = argparse.ArgumentParser(prog='./dev bench ingest', description=__doc__.splitlines()[0])
    for name, default in (
            ('seconds', 60), ('processes', 2), ('slice', 10), ('members', 3000), ('products', 1000), ('seed', 1)):
        parser.add_argument(f'--{name}', type=int, default=default)
    options = parser.parse_args(os.environ.get('CHANNEL_BENCH', '').split())
    root = Path(os.path.realpath(tempfile.mkdtemp(prefix='bench-ingest-', dir=config['data_dir'])))
    try:
        prepare(env, options, root)
        today = env.company._channel_get_today()
        env.cr.commit()
        sql_db.close_all()  # the processes open their own connections
        fork = multiprocessing.get_context('fork')
        gate, over, out = fork.Barrier(options.processes + 1), fork.Event(), fork.Queue()
        processes = [fork.Process(target=work, args=(
            os.environ['CHANNEL_DB'], options, number, root, today, gate, over, out))
            for number in range(options.processes)]
        for process in processes:
            process.start()
        with env.registry.cursor() as cr:
            env = env(cr=cr)
            speed = measure(env, options, processes, gate, over)
            results = [out.get(timeout=120) for _process in processes]
            gate.wait()
            failures = check(env, sorted(results))
    finally:
        shutil.rmtree(root, ignore_errors=True)
    if speed < GOAL:
        failures.append(f"{speed:,.0f} rows/s, not {GOAL:,}")
    for failure in failures:
        print(f"GOAL MISSED: {failure}", flush=True)
    sys.exit(1 if failures else 0)


main(env)

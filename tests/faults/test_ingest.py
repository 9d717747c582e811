"""Sales that come in while everything breaks: killed workers, a PostgreSQL that falls over, files in any order, clocks.

Whatever happens, what is in the database in the end is what the rows say, counted independently here.
"""
import contextlib
import http.client
import os
import random
import signal
import subprocess
import threading
import time
import urllib.error
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import psycopg2
import pytest
from devkit import databases, odoo
from devkit.base import LOCAL, ROOT
from devkit.live import ApiError, LiveServer

SKUS = ('YOG-B-200', 'YOG-S-200', 'YOG-P-200', 'DRK-T-500', 'SNK-M-150')
MEMBERS = tuple(f'S{number:05}' for number in range(1, 30))
HEADER = 'key,member,sku,qty,date,revision\n'
LARGE = 60_000  # rows: three chunks


@pytest.fixture(scope='module')
def place(tmp_path_factory):
    """(database, root of the folders): as safe as a real one, since PostgreSQL falls over here."""
    root = tmp_path_factory.mktemp('feeds').resolve()
    with databases.scratch(databases.template('demo'), 'ingest', fast=False) as name:
        for folder in ('kill', 'power', 'order', 'clock'):
            (root / folder).mkdir()
        shell(name, f"""
env['ir.config_parameter'].set_param('channel_inventory.feed_root', {str(root)!r})
for code in ('kill', 'power', 'order', 'clock', 'api2'):
    source = env['channel.source'].create({{'name': code, 'code': code}})
    format_ = env['channel.feed.format'].create({{'name': code, 'source_id': source.id}})
    if code != 'api2':
        env['channel.feed.folder'].create({{'name': code, 'path': code, 'format_id': format_.id, 'is_on': True}})
env.cr.commit()
""")
        # In a database that was just copied PostgreSQL forgets, when it falls over before its next checkpoint, how far
        # sequences had counted: no installation is that young.
        with contextlib.suppress(psycopg2.errors.InsufficientPrivilege), databases.cursor(name) as cr:
            cr.execute("CHECKPOINT")
        yield name, root


def shell(name, script):
    odoo.shell(name, script, 'ingest-shell', what="a script of a test")


def draw(seed, count, start=0):
    """[(key, member, sku, qty, day, revision)]"""
    random_, today = random.Random(seed), date.today()
    return [(f'K{number:07}', random_.choice(MEMBERS), random_.choice(SKUS), random_.randint(1, 9),
             (today - timedelta(days=random_.randrange(9))).isoformat(), 1) for number in range(start, start + count)]


def write(path, rows):
    path.write_text(HEADER + ''.join(','.join(map(str, row)) + '\n' for row in rows), encoding='utf-8')


def add_up(rows):
    """{(member, sku, day): quantity} of what each key says in its newest report"""
    newest = {}
    for row in rows:
        if row[0] not in newest or row[5] >= newest[row[0]][5]:
            newest[row[0]] = row
    sums = {}
    for _key, member, sku, qty, day, _revision in newest.values():
        sums[member, sku, day] = sums.get((member, sku, day), 0) + qty
    return {position: qty for position, qty in sums.items() if qty}


def query(name, text, *values):
    with databases.cursor(name) as cr:
        cr.execute(text, values)
        return cr.fetchall()


def find_sums(name, source):
    """The same, as the database says it."""
    return {(member, sku, day.isoformat()): int(qty) for member, sku, day, qty in query(name, """
        SELECT m.code, p.default_code, s.day, SUM(s.qty) FROM channel_sell_through s
          JOIN channel_member m ON m.id = s.member_id JOIN product_product p ON p.id = s.product_id
          JOIN channel_source c ON c.id = s.source_id
         WHERE c.code = %s GROUP BY 1, 2, 3 HAVING SUM(s.qty) != 0""", source)}


def assert_true(name, source, rows):
    assert find_sums(name, source) == add_up(rows)
    # Sales, ledger and balances agree on what was sold.
    differences = query(name, """
        SELECT COALESCE(s.member_id, e.member_id), COALESCE(s.product_id, e.product_id), s.qty, e.qty
          FROM (SELECT member_id, product_id, SUM(qty) AS qty FROM channel_sell_through GROUP BY 1, 2) s
          FULL JOIN (SELECT member_id, product_id, -SUM(qty) AS qty FROM channel_stock_entry
                      WHERE ref_model = 'channel.feed' GROUP BY 1, 2) e
            ON e.member_id = s.member_id AND e.product_id = s.product_id
         WHERE COALESCE(s.qty, 0) != COALESCE(e.qty, 0)""")
    assert not differences
    assert not query(name, """
        SELECT 1 FROM (SELECT member_id, product_id, SUM(physical) AS qty FROM channel_stock GROUP BY 1, 2) b
          FULL JOIN (SELECT member_id, product_id, SUM(qty) AS qty FROM channel_stock_entry GROUP BY 1, 2) e
            ON e.member_id = b.member_id AND e.product_id = b.product_id
         WHERE COALESCE(b.qty, 0) != COALESCE(e.qty, 0)""")


class Worker:
    """An Odoo of its own that looks into the folders, as the cron does every minute."""

    SCRIPT = "env['channel.feed']._cron_run()\nenv.cr.commit()\n"

    def __init__(self, name, script=SCRIPT):
        with odoo.log_path('ingest-worker').open('a') as log:
            self.process = subprocess.Popen(
                [ROOT / 'bin' / 'odoo', 'shell', '-d', name, '--no-http'], cwd=ROOT, stdin=subprocess.PIPE, text=True,
                stdout=log, stderr=log, start_new_session=True)
        self.process.stdin.write(script)
        self.process.stdin.close()

    def kill(self):
        odoo.kill(self.process)

    def wait(self):
        assert self.process.wait(300) == 0


def wait_for_rows(name, source, least, seconds=120):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = query(name, """SELECT COALESCE(MAX(f.rows_read), 0) FROM channel_feed f JOIN channel_source c
                                   ON c.id = f.source_id WHERE c.code = %s""", source)[0][0]
        if found >= least:
            return found
        time.sleep(.02)
    raise AssertionError("nothing was read")


def finish(name, root, source):
    """Look twice, as two minutes would, and once more. :return: the feeds' states"""
    shell(name, Worker.SCRIPT * 2)
    assert not [path for path in (root / source).iterdir() if path.is_file()]
    return sorted(state for state, in query(name, """
        SELECT f.state FROM channel_feed f JOIN channel_source c ON c.id = f.source_id WHERE c.code = %s""", source))


def look_once(name):
    """The first look only notes the files: they may still be being written."""
    shell(name, Worker.SCRIPT)


def test_killed_in_the_middle_of_a_file(place):
    name, root = place
    rows = draw('kill', LARGE)
    write(root / 'kill' / 'a.csv', rows)
    look_once(name)
    worker = Worker(name)
    read = wait_for_rows(name, 'kill', 1)
    worker.kill()
    assert 0 < read < LARGE, "killed in the middle"
    assert finish(name, root, 'kill') == ['done']
    assert_true(name, 'kill', rows)
    counts = query(name, "SELECT rows_read, accepted, duplicate FROM channel_feed f JOIN channel_source c"
                         " ON c.id = f.source_id WHERE c.code = 'kill'")
    assert counts == [(LARGE, LARGE, 0)], "each row was taken in once"


@pytest.mark.alone
def test_postgresql_falls_over_in_the_middle_of_a_file(place):
    name, root = place
    directory = Path(query(name, "SHOW data_directory")[0][0])
    if LOCAL not in directory.parents and not str(directory).startswith('/var/lib/postgresql/channel-'):
        pytest.skip("this PostgreSQL is not ours to stop")
    rows = draw('power', LARGE, LARGE)
    write(root / 'power' / 'a.csv', rows)
    look_once(name)
    worker = Worker(name)
    wait_for_rows(name, 'power', 1)
    # Other tests' databases are allowed to lose their last seconds; they shall not.
    with databases.cursor() as cr:
        cr.execute("CHECKPOINT")
    # What pg_ctl stop -m immediate does: nobody may finish anything.
    postmaster = int((directory / 'postmaster.pid').read_text().splitlines()[0])
    try:
        os.kill(postmaster, signal.SIGQUIT)
        worker.process.wait(120)
        while Path(f'/proc/{postmaster}').exists():
            time.sleep(.1)
    finally:
        bring_up(name)
    assert finish(name, root, 'power') == ['done']
    assert_true(name, 'power', rows)


def bring_up(name):
    """Recovery takes as long as it takes: on a busy disk, minutes."""
    # With PGHOST it would take the server for somebody else's.
    environment = {key: value for key, value in os.environ.items() if not key.startswith('PG')}
    for _try in range(20):
        subprocess.run([ROOT / 'bin' / 'pg', 'start'], check=False, capture_output=True, env=environment)
        with contextlib.suppress(psycopg2.OperationalError):
            query(name, "SELECT 1")
            return
        time.sleep(3)


def test_files_twice_and_in_any_order_by_two_at_once(place):
    """Revisions of the same rows in six files, shuffled, some twice; two workers take them at the same time."""
    name, root = place
    random_, rows = random.Random('order'), draw('order', 3000)
    reports = [[(*row[:3], row[3] + revision, row[4], revision) for row in random_.sample(rows, 2000)]
               for revision in range(1, 7)]
    everything = [row for report in reports for row in report]
    for place_, number in enumerate(random_.sample(range(6), 6)):
        write(root / 'order' / f'{place_}.csv', reports[number])
        if number in (2, 4):
            write(root / 'order' / f'{place_}-again.csv', random_.sample(reports[number], 2000))
    (root / 'order' / '9-copy.csv').write_bytes((root / 'order' / '0.csv').read_bytes())
    look_once(name)
    workers = [Worker(name), Worker(name)]
    for worker in workers:
        worker.wait()
    assert finish(name, root, 'order') == ['done'] * 8 + ['known']
    assert_true(name, 'order', everything)


def test_clock_that_jumps(place):
    """The clock of the process is replaced: everything asks `res.company._channel_get_today()`, and that asks Python.

    Three days ahead, what is sold by then is taken. Two days behind, today's sales are held as too early;
    once the clock is right they are mended, and nothing of all that is lost or doubled.
    """
    name, root = place
    today = date.today()
    early = [(*row[:4], (today + timedelta(days=3)).isoformat(), 1) for row in draw('early', 500, 500_000)]
    late = draw('late', 500, 600_000)
    too_early = [(*row[:4], (today + timedelta(days=5)).isoformat(), 1) for row in draw('too', 100, 700_000)]
    jump = ("from freezegun import freeze_time\nfrom datetime import datetime, timedelta\n"
            "with freeze_time(datetime.utcnow() + timedelta(days={days}), tick=True):\n"
            "    env['channel.feed']._cron_run()\n    env.cr.commit()\n    env['channel.feed']._cron_run()\n"
            "    env.cr.commit()\n")
    write(root / 'clock' / 'early.csv', early)
    shell(name, jump.format(days=3))
    assert_true(name, 'clock', early)
    write(root / 'clock' / 'late.csv', late + too_early)
    shell(name, jump.format(days=-2))
    yesterday = (today - timedelta(days=1)).isoformat()
    assert_true(name, 'clock', early + [row for row in late if row[4] <= yesterday])
    assert find_held(name) == {'future': 100 + sum(row[4] > yesterday for row in late)}
    shell(name, "env['channel.feed.row'].search([('source', '=', 'clock')]).action_mend()\nenv.cr.commit()\n")
    assert_true(name, 'clock', early + late)
    assert find_held(name) == {'future': 100}
    assert finish(name, root, 'clock') == ['done', 'done']


def find_held(name):
    return dict(query(
        name, "SELECT reason, COUNT(*) FROM channel_feed_row WHERE source = 'clock' AND state = 'open' GROUP BY 1"))


# --- calls

@pytest.fixture(scope='module')
def server(place):
    odoo.log_path('ingest-server').unlink(missing_ok=True)
    running = odoo.Server(place[0], odoo.free_port(), 'ingest-server', arguments=[
        '--workers', '2', '--max-cron-threads', '0', '--gevent-port', str(odoo.free_port())])
    try:
        yield LiveServer(running.wait_until_served())
    finally:
        running.stop()


def to_raw(rows):
    return [{'source': 'api2', 'external_key': key, 'member': member, 'sku': sku, 'qty': qty, 'date': day,
             'revision': revision} for key, member, sku, qty, day, revision in rows]


def test_same_rows_at_the_same_moment_are_taken_once(place, server):
    rows, call = draw('same', 3000, 800_000), server.json2('integrator')
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(
            lambda raws: call('channel.sell.through', 'channel_ingest', rows=raws), [to_raw(rows)] * 4))
    assert sorted(answer['accepted'] for answer in answers) == [0, 0, 0, 3000]
    assert sum(answer['duplicate'] for answer in answers) == 9000
    assert_true(place[0], 'api2', rows)


def test_killed_in_the_middle_of_a_call(place, server):
    outcomes, everything = set(), draw('same', 3000, 800_000)
    for number, delay in enumerate((.2, .4, .6, .8, 1, 2)):
        rows = draw(f'call {number}', 20_000, 900_000 + number * 20_000)
        everything += rows
        call = server.json2('integrator')

        def send(call=call, rows=rows):
            with contextlib.suppress(OSError, http.client.HTTPException, ApiError, urllib.error.URLError):
                call('channel.sell.through', 'channel_ingest', rows=to_raw(rows))
        thread = threading.Thread(target=send)
        thread.start()
        time.sleep(delay)
        server.kill_workers()
        thread.join()
        kept = query(place[0], """SELECT COUNT(*) FROM channel_sell_through s
                                     JOIN channel_source c ON c.id = s.source_id
                                    WHERE c.code = 'api2' AND external_key = ANY(%s)""", [row[0] for row in rows])[0][0]
        assert kept in (0, len(rows)), "a call is one transaction"
        outcomes.add(kept)
        answer = call('channel.sell.through', 'channel_ingest', rows=to_raw(rows))
        assert (answer['accepted'], answer['duplicate']) == ((0, 20_000) if kept else (20_000, 0))
    assert 0 in outcomes, "no worker was killed in the middle"
    assert_true(place[0], 'api2', everything)

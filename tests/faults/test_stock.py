"""Many at once on the same shelves, a worker killed in the middle: no unit lost or doubled, both sides or none."""
import contextlib
import datetime
import http.client
import json
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from xmlrpc.client import Fault

import pytest
from devkit import databases, odoo
from devkit.live import ApiError, LiveServer

PARALLEL, EACH = 8, 25
SKUS = ('YOG-P-200', 'YOG-B-200', 'DRK-T-500')
ROWS = 6000


@pytest.fixture(scope='module')
def busy():
    """A server with several worker processes, as in production."""
    with databases.scratch(databases.template('demo'), 'stock') as name:
        odoo.log_path('stock-server').unlink(missing_ok=True)
        running = odoo.Server(name, odoo.free_port(), 'stock-server', arguments=[
            '--workers', '4', '--max-cron-threads', '0', '--gevent-port', str(odoo.free_port())])
        try:
            yield LiveServer(running.wait_until_served())
        finally:
            running.stop()


def told(server, script):
    return json.loads(server.shell(f"import json\n{script}").partition('json: ')[2].splitlines()[0])


def make_rows(prefix, count, member='D0031'):
    day = str(datetime.datetime.now(datetime.timezone.utc).date())
    return [{'source': 'api', 'external_key': f'{prefix}-{number}', 'member': member, 'sku': SKUS[number % len(SKUS)],
             'qty': 1 + number % 3, 'date': day} for number in range(count)]


def patiently(call, *arguments):
    """As an integrator does: sent again after a lost race, which the rows' keys make harmless."""
    for _try in range(30):
        try:
            return call(*arguments)
        except Fault as fault:
            if 'serialize' not in str(fault) and 'concurrent' not in str(fault).lower():
                raise
            time.sleep(.1)
    raise AssertionError("refused thirty times by races")


def look(server, member, prefix):
    """(rows wrong between balances and ledger, sold, taken from the stock) of a member."""
    return told(server, f"""
member = env['channel.member'].search([('code', '=', {member!r})])
of_member = [('member_id', '=', member.id)]
sold = env['channel.sell.through'].search([*of_member, ('external_key', '=like', {prefix!r} + '-%')])
taken = env['channel.stock.entry'].search([*of_member, ('source', '=', 'sell_through')])
print('json: ' + json.dumps([len(env['channel.stock']._check()), sum(sold.mapped('qty')), -sum(taken.mapped('qty'))]))
""")


def test_parallel_posts_on_the_same_positions_lose_nothing(busy):
    """New positions and old ones, sales and counts, all of them by eight at once."""
    prefix = uuid.uuid4().hex
    feeds = [make_rows(f'{prefix}-{number}', EACH) for number in range(PARALLEL)]
    calls = [busy.rpc('integrator') for _feed in feeds]
    before = look(busy, 'D0031', prefix)[2]
    barrier = threading.Barrier(PARALLEL, timeout=120)

    def send(number):
        barrier.wait()
        return patiently(calls[number], 'channel.sell.through', 'channel_ingest', feeds[number])
    with ThreadPoolExecutor(PARALLEL) as pool:
        answers = list(pool.map(send, range(PARALLEL)))
    assert [answer['accepted'] for answer in answers] == [EACH] * PARALLEL
    assert not any(answer['held'] for answer in answers), answers
    wanted = sum(row['qty'] for feed in feeds for row in feed)
    wrong, sold, taken = look(busy, 'D0031', prefix)
    assert (wrong, sold, taken - before) == (0, wanted, wanted)
    # The same count by all of them is one count.
    rows = [{'source': 'api', 'external_key': f'{prefix}-count', 'member': 'D0031', 'sku': SKUS[0], 'qty': 7,
             'date': str(datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None, microsecond=0))}]
    with ThreadPoolExecutor(PARALLEL) as pool:
        answers = list(pool.map(lambda call: patiently(call, 'channel.stock', 'channel_count', rows), calls))
    assert sum(answer['accepted'] for answer in answers) == 1
    assert sum(answer['duplicate'] for answer in answers) == PARALLEL - 1
    positions = busy.rpc('integrator')('channel.stock', 'channel_positions', ['D0031'], [SKUS[0]])
    assert sum(position['available'] + position['reserved'] for position in positions) == 7
    assert look(busy, 'D0031', prefix)[0] == 0


def test_killed_worker_leaves_both_sides_or_none(busy):
    outcomes = set()
    for delay in (.2, .5, 1):
        prefix = uuid.uuid4().hex
        rows = make_rows(prefix, ROWS, 'D0032')
        call = busy.json2('integrator')  # XML-RPC's client would send again by itself
        before = look(busy, 'D0032', prefix)[2]

        def send(call=call, rows=rows):
            with contextlib.suppress(OSError, http.client.HTTPException, ApiError):
                call('channel.sell.through', 'channel_ingest', rows=rows)
        thread = threading.Thread(target=send)
        thread.start()
        time.sleep(delay)
        assert busy.kill_workers()
        thread.join()
        wanted = sum(row['qty'] for row in rows)
        wrong, sold, taken = look(busy, 'D0032', prefix)
        assert (wrong, sold) in ((0, 0), (0, wanted)), "a call is one transaction"
        assert taken - before == sold, "sales and stock, or neither"
        outcomes.add(sold)
        answer = patiently(busy.rpc('integrator'), 'channel.sell.through', 'channel_ingest', rows)
        assert answer['accepted' if not sold else 'duplicate'] == ROWS
        assert look(busy, 'D0032', prefix)[:2] == [0, wanted]
    assert 0 in outcomes, "no worker was killed in the middle"

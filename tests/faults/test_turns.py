"""A thousand orders on one credit line, twenty on the last unit, a worker killed: nothing too much, nothing lost."""
import contextlib
import http.client
import json
import queue
import statistics
import threading
import time
import urllib.error
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from devkit import databases, odoo
from devkit.live import ApiError, LiveServer

WORKERS = 4
# As many as such a server keeps waiting at its door; others would only measure how their connections are tried again.
CLIENTS = 8 * WORKERS
ORDERS, ROOM = 1000, 100
LINE = {'sku': 'YOG-P-200', 'qty': 24}


@pytest.fixture(scope='module')
def busy():
    """A server with several worker processes, as in production."""
    with databases.scratch(databases.template('demo'), 'turns') as name:
        odoo.log_path('turns-server').unlink(missing_ok=True)
        running = odoo.Server(name, odoo.free_port(), 'turns-server', arguments=[
            '--workers', str(WORKERS), '--max-cron-threads', '0', '--gevent-port', str(odoo.free_port())])
        try:
            yield LiveServer(running.wait_until_served())
        finally:
            running.stop()


def drain(server, raws, clients):
    """[(seconds it took, answer)] of single orders, sent by so many clients as fast as each gets its answers.

    A client whose connection was not taken sends again, as its number allows.
    """
    waiting, results, call = queue.Queue(), [], server.json2('integrator')
    for raw in raws:
        waiting.put(raw)

    def run():
        with contextlib.suppress(queue.Empty):
            while True:
                raw, start, answer = waiting.get_nowait(), time.perf_counter(), None
                while not answer:
                    with contextlib.suppress(ConnectionError, urllib.error.URLError):
                        answer, = call('sale.order', 'channel_submit', orders=[raw])
                results.append((time.perf_counter() - start, answer))
    with ThreadPoolExecutor(clients) as pool:
        for future in [pool.submit(run) for _client in range(clients)]:
            future.result()
    return results


def told(server, script):
    """What a script in the database prints as JSON."""
    return json.loads(server.shell(f"import json\n{script}").partition('json: ')[2].splitlines()[0])


def find_room(server, member, orders):
    """Leave room for exactly so many orders of one LINE: [credit line, used before, what an order costs]."""
    return told(server, f"""
line = env['channel.credit.line'].search([('member_id.code', '=', {member!r})])
answer, = env['sale.order'].channel_submit([{{'external_id': 'first', 'member': {member!r}, 'lines': [{LINE!r}]}}])
env.cr.commit()
env.invalidate_all()
cost = env['sale.order'].browse(answer['order_id']).amount_total
line.limit_amount = line.used_amount + {orders} * cost
for product in env['product.product'].search([('default_code', '=', {LINE['sku']!r})]):
    for warehouse in env['stock.warehouse'].search([]):
        env['stock.quant']._update_available_quantity(product, warehouse.lot_stock_id, 10**6)
env.cr.commit()
print('json: ' + json.dumps([line.id, line.used_amount, cost]))
""")


def test_thousand_orders_on_one_credit_line(busy, capsys):
    line, used, cost = find_room(busy, 'D0011', ROOM)
    start = time.perf_counter()
    results = drain(busy, [
        {'external_id': uuid.uuid4().hex, 'member': 'D0011', 'lines': [LINE]} for _order in range(ORDERS)], CLIENTS)
    took = time.perf_counter() - start
    found = busy.rpc('hq')('sale.order', 'search_read', [
        ('channel_external_id', 'in', [answer['external_id'] for _seconds, answer in results])], ['channel_state'])
    statuses = [order['channel_state'] for order in found]
    refusals = {
        tuple(verdict['rule'] for verdict in answer['verdicts'] if verdict['decision'] == 'block')
        for _seconds, answer in results if answer['status'] == 'rejected'}
    assert (len(statuses), statuses.count('confirmed'), statuses.count('rejected')) == (ORDERS, ROOM, ORDERS - ROOM)
    assert refusals == {('credit',)}, refusals
    assert {order['id'] for order in found} == {answer['order_id'] for _seconds, answer in results}
    now, = busy.rpc('hq')('channel.credit.line', 'read', [line], ['used_amount'])
    assert abs(now['used_amount'] - used - ROOM * cost) < 0.005
    assert told(busy, "print('json: ' + json.dumps(len(env['channel.credit.line']._find_differences())))") == 0
    latencies = sorted(seconds for seconds, _answer in results)
    p50, p95 = statistics.median(latencies), latencies[int(len(latencies) * .95)]
    with capsys.disabled():
        print(f"\n    {ORDERS} orders by {CLIENTS} clients on {WORKERS} workers: {ORDERS / took:.1f} orders/s, "
              f"p50 {p50:.2f} s, p95 {p95:.2f} s, longest {latencies[-1]:.2f} s")
    assert latencies[-1] < 10 * p50 + 10, "nobody waits much longer than the others"


def test_last_unit_goes_to_one(busy):
    buyers = 20
    members = told(busy, f"""
product = env['product.product'].search([('default_code', '=', 'YOG-P-200')])
left = {LINE['qty']}
for quant in env['stock.quant'].search([('product_id', '=', product.id), ('location_id.usage', '=', 'internal')]):
    free = left if left else 0
    env['stock.quant']._update_available_quantity(
        product, quant.location_id, quant.reserved_quantity + free - quant.quantity)
    left -= free
members = [code for code in env['channel.member'].search(
    [('tier_id.code', '=', 'dealer')], order='code').mapped('code') if int(code[1:]) % 4][20:20 + {buyers}]
env['channel.credit.line'].search([('member_id.code', 'in', members)]).limit_amount = 10**7
env.cr.commit()
print('json: ' + json.dumps(members))
""")
    results = drain(busy, [
        {'external_id': uuid.uuid4().hex, 'member': member, 'lines': [LINE]} for member in members], buyers)
    statuses = [answer['status'] for _seconds, answer in results]
    assert (statuses.count('accepted'), statuses.count('held')) == (1, buyers - 1), statuses
    assert all('stock' in {verdict['rule'] for verdict in answer['verdicts']}
               for _seconds, answer in results if answer['status'] == 'held')
    oversold = told(busy, """
env.cr.execute("SELECT product_id FROM stock_quant WHERE location_id IN (SELECT id FROM stock_location WHERE usage = "
               "'internal') GROUP BY product_id HAVING SUM(reserved_quantity) > SUM(quantity)")
print('json: ' + json.dumps(env.cr.fetchall()))
""")
    assert not oversold


def test_killed_worker_leaves_all_or_nothing(busy):
    outcomes = set()
    for delay in (.3, .6, 1, 2):
        raws = [
            {'external_id': uuid.uuid4().hex, 'member': member, 'lines': [LINE, {'sku': 'YOG-B-200', 'qty': 12}]}
            for member in ('D0021', 'D0022', 'D0023') for _order in range(20)]
        numbers = [raw['external_id'] for raw in raws]
        call = busy.json2('integrator')  # XML-RPC's client would send again by itself

        def send(call=call, raws=raws):
            with contextlib.suppress(OSError, http.client.HTTPException, ApiError):
                call('sale.order', 'channel_submit', orders=raws)
        thread = threading.Thread(target=send)
        thread.start()
        time.sleep(delay)
        assert busy.kill_workers()
        thread.join()
        kept = busy.rpc('hq')('sale.order', 'search_count', [('channel_external_id', 'in', numbers)])
        assert kept in (0, len(raws)), "a batch is one transaction"
        outcomes.add(kept)
        again = busy.rpc('integrator')('sale.order', 'channel_submit', raws)
        third = busy.rpc('integrator')('sale.order', 'channel_submit', raws)
        assert all(answer['order_id'] for answer in again)
        assert {answer['status'] == 'duplicate' for answer in again} == {bool(kept)}
        assert {answer['status'] for answer in third} == {'duplicate'}
        assert [answer['order_id'] for answer in third] == [answer['order_id'] for answer in again]
    assert 0 in outcomes, "no worker was killed in the middle"
    assert told(busy, "print('json: ' + json.dumps(len(env['channel.credit.line']._find_differences())))") == 0

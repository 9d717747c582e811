"""Two workers on one queue, one of them killed in the middle of a call: each message has one effect, none is lost."""
import importlib.util
import os
import signal
import subprocess
import time

import pytest
from devkit.base import ROOT

COUNTERPART = ROOT / 'addons/channel_inventory/tests/counterpart.py'
MESSAGES = 40
SETUP = """
env['ir.config_parameter'].set_param('channel.connect.hosts', '127.0.0.1:%(port)s')
connector = env['channel.connector'].create({
    'name': 'Faults', 'role': 'tms', 'auth': 'none', 'endpoint': 'http://127.0.0.1:%(port)s', 'is_paused': False,
    'warehouse_ids': [(6, 0, env['stock.warehouse'].search([], limit=1).ids)], 'polls': False, 'asks_first': True})
from odoo.addons.channel_inventory.engine.connect import messages
partner = env['res.partner'].search([], limit=%(count)s)
env['channel.connector.message']._put([{
    'connector': connector, 'kind': 'order_cancel', 'record': one, 'body': messages.OrderCancel(f'X{one.id}')}
    for one in partner])
env.cr.commit()
print('connector:', connector.id, len(partner))
"""
WORK = """
import time
connector = env['channel.connector'].browse(%s)
until = time.monotonic() + 60
while time.monotonic() < until:
    connector._work()
    left = env['channel.connector.message'].search_count([
        ('connector_id', '=', connector.id), ('state', 'in', ('waiting', 'failed', 'sent'))])
    env.cr.rollback()
    if not left:
        break
    time.sleep(.2)
"""

FREE = """
env['channel.connector.message'].search([('connector_id', '=', %s), ('state', '=', 'sent')]).next_try_at = '2026-01-01'
env.cr.commit()
"""


@pytest.fixture
def side():
    spec = importlib.util.spec_from_file_location('counterpart', COUNTERPART)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    class Slow(module.Counterpart):
        def take(self, message):
            self.orders[message['body']['ref']] = {}
            answer = super().take(message)
            time.sleep(0.1)
            return answer
    # It does again whatever it is told again: that it is told once is up to us.
    with Slow(knows_keys=False) as running:
        yield running


def start_worker(server, connector):
    script = WORK % connector
    process = subprocess.Popen(
        [ROOT / 'bin' / 'odoo', 'shell', '-d', server.db, '--no-http', '--log-level', 'warn'], stdin=subprocess.PIPE,
        start_new_session=True)
    process.stdin.write(script.encode())
    process.stdin.close()
    return process


def test_a_worker_killed_in_mid_call_doubles_and_loses_nothing(server, side):
    answer = server.shell(SETUP % {'port': side.port, 'count': MESSAGES})
    connector, count = map(int, answer.partition('connector:')[2].split()[:2])
    first, second = start_worker(server, connector), start_worker(server, connector)
    deadline = time.monotonic() + 120
    while sum(side.effects.values()) < 5 and time.monotonic() < deadline:
        time.sleep(0.02)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    second.wait(120)
    # What the killed one had taken comes back when its lease is over.
    server.shell(FREE % connector + WORK % connector)
    states = server.shell(
        "print('states:', env['channel.connector.message']._read_group("
        f"[('connector_id', '=', {connector})], ['state'], ['__count']))")
    assert f"('answered', {count})" in states, states
    assert len(side.effects) == count
    assert set(side.effects.values()) == {1}, side.effects

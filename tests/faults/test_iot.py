"""A worker between a real MQTT broker and the database, killed in the middle: nothing is lost, nothing is doubled."""
import json
import os
import signal
import subprocess
import time
from contextlib import contextmanager

import pytest
from devkit.base import ROOT
from devkit.broker import Broker
from paho.mqtt import client as mqtt

DEVICES = 30
MESSAGES = 1500
SETUP = """
devices = env['channel.device'].create([{
    'name': f'%(name)s {i}', 'code': f'%(name)s-{i}', 'kind': 'temperature', 'silent_minutes': 0}
    for i in range(%(count)s)])
env.cr.commit()
print('company:', devices.company_id.id)
"""
COUNT = """
devices = env['channel.device'].search([('code', '=like', '%(name)s-%%')])
refused = env['channel.reading.refused'].search([('topic', 'like', '/%(name)s-')])
env.cr.execute('SELECT count(*), count(DISTINCT value) FROM channel_reading WHERE device_id = ANY(%%s)', [devices.ids])
print('counted:', *env.cr.fetchone(), *sorted(refused.mapped('reason')))
"""


@pytest.fixture
def broker(tmp_path):
    with Broker(tmp_path) as running:
        yield running


@pytest.fixture
def work(server):
    """work(broker, *options) -> a worker on the server's database; ended at the end."""
    running = []

    def start(broker, *options, password=''):
        told = f'channel-{server.db} 1 channel/+/+/+'
        known = broker.read_log().count(told)
        process = subprocess.Popen(
            [ROOT / 'bin' / 'odoo', 'channel_mqtt', '-d', server.db, '--broker', broker.url, '--log-level', 'warn',
             *options], start_new_session=True, env=os.environ | {'CHANNEL_MQTT_PASSWORD': password})
        running.append(process)
        wait_until(lambda: broker.read_log().count(told) > known, "the worker is there")
        return process

    yield start
    for process in running:
        kill(process)


def kill(process):
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_until(is_so, what, seconds=60):
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"it never came that {what}"
        time.sleep(.1)


@contextmanager
def sender(broker, user=None, password=None, cafile=None):
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    client.max_queued_messages_set(0)
    if user:
        client.username_pw_set(user, password)
    if cafile:
        client.tls_set(cafile)
    client.connect('127.0.0.1', broker.port)
    client.loop_start()
    yield client
    client.disconnect()
    client.loop_stop()


def publish(client, messages, retain=False):
    """:param messages: (topic, content)"""
    sent = [client.publish(topic, content if isinstance(content, bytes) else json.dumps(content), 1, retain)
            for topic, content in messages]
    for one in sent:
        one.wait_for_publish(60)


def make_devices(server, name, count=1):
    answer = server.shell(SETUP % {'name': name, 'count': count})
    return int(answer.partition('company:')[2].split()[0])


def count(server, name):
    """[readings, different values, reasons of what was refused…]"""
    words = server.shell(COUNT % {'name': name}).partition('counted:')[2].split('\n')[0].split()
    return [int(words[0]), int(words[1]), *words[2:]]


def test_killed_in_the_middle_nothing_is_lost_or_doubled(server, broker, work):
    company = make_devices(server, 'KILL', DEVICES)
    messages = [
        (f'channel/{company}/KILL-{i % DEVICES}/temperature', {'value': i / 100, 'id': f'{i}'})
        for i in range(MESSAGES)]
    first = work(broker, '--batch', '10')
    with sender(broker) as client:
        publish(client, messages[:500])
        kill(first)  # Some batches are committed by now, one is under way, and most wait.
        publish(client, [*messages[500:1000], *messages[:50]])
        second = work(broker, '--batch', '10')
        publish(client, messages[1000:])
        os.killpg(second.pid, signal.SIGKILL)
        broker.stop()
        broker.start()
        work(broker)
        wait_until(lambda: count(server, 'KILL')[0] >= MESSAGES, "all readings are taken")
    time.sleep(1)
    assert count(server, 'KILL') == [MESSAGES, MESSAGES]


def test_what_the_broker_kept_for_long_is_no_flood(server, broker, work):
    company = make_devices(server, 'KEPT')
    messages = [(f'channel/{company}/KEPT-0/temperature', {'value': i / 100, 'id': i}) for i in range(MESSAGES)]
    kill(work(broker))
    with sender(broker) as client:
        publish(client, messages)
    work(broker, '--burst', '20', '--rate', '0.01')
    wait_until(lambda: count(server, 'KEPT')[0] >= MESSAGES, "all readings are taken")
    assert count(server, 'KEPT') == [MESSAGES, MESSAGES]


def test_poison_floods_and_memory_do_not_stop_it(server, broker, work):
    company = make_devices(server, 'ODD', 2)
    with sender(broker) as client:
        publish(client, [(f'channel/{company}/ODD-0/temperature', b'1.5')], retain=True)
        work(broker, '--burst', '20', '--rate', '0.01')
        time.sleep(5)  # Until then all is taken: it might have been kept.
        publish(client, [
            (f'channel/{company}/ODD-0/temperature', b'{'), (f'channel/{company}/ODD-0/humidity', b'4'),
            ('channel/999999/ODD-0/temperature', b'4'), (f'channel/{company}/ODD-99/temperature', b'4'),
            (f'channel/{company}/ODD-0/temperature', b'\xff\x00'), (f'channel/{company}/ODD-0/temperature', b''),
            *((f'channel/{company}/ODD-1/temperature', {'value': i, 'id': i}) for i in range(100)),
            (f'channel/{company}/ODD-0/temperature', {'value': 5, 'id': 'last'})])
        wait_until(lambda: count(server, 'ODD')[0] >= 21, "the good ones are taken")
    found = count(server, 'ODD')
    assert found[0] == 21
    assert found[2:] == ['flood', 'not_json', 'not_json', 'not_json', 'unknown_device', 'unknown_device', 'wrong_topic']


def test_with_tls_and_passwords_each_device_speaks_for_itself(server, tmp_path, work):
    company = make_devices(server, 'SAFE', 2)
    users = {'odoo': 'hq-secret', 'SAFE-0': 'secret-0', 'SAFE-1': 'secret-1'}
    with Broker(tmp_path, users=users, tls=True) as broker:
        cafile = str(tmp_path / 'broker.crt')
        work(broker, '--user', 'odoo', '--cafile', cafile, password='hq-secret')
        with sender(broker, 'SAFE-0', 'secret-0', cafile) as client:
            publish(client, [(f'channel/{company}/SAFE-1/temperature', {'value': 66}),
                             (f'channel/{company}/SAFE-0/temperature', {'value': 4})])
        wait_until(lambda: count(server, 'SAFE')[0] >= 1, "the reading is taken")
    assert count(server, 'SAFE') == [1, 1], "what the other name was used for came in"

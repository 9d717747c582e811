"""Readings of devices at full speed: messages as the broker brings them, taken, followed and committed.

    ./dev bench iot [--seconds 20] [--devices 1000] [--batch 500] [--mqtt]

Without --mqtt batches are handed to what takes them in; with it they go through a broker of its own and the worker as
it runs in earnest. Nine in ten devices are thermometers, the others scales; one message in a hundred comes twice, one
in five hundred is nonsense. At the end the readings are counted.
"""
# template: bare
import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from odoo import fields

from odoo.addons.channel_inventory.models.iot.channel_device_take import Message

parser = argparse.ArgumentParser()
parser.add_argument('--seconds', type=int, default=20)
parser.add_argument('--devices', type=int, default=1000)
parser.add_argument('--batch', type=int, default=500)
parser.add_argument('--mqtt', action='store_true')
options = parser.parse_args(os.environ.get('CHANNEL_BENCH', '').split())
ROOT = Path(__file__).resolve().parents[2]
draw = random.Random(1)


def make_devices():
    env['channel.device'].create([{
        'name': f"Bench {i}", 'code': f'B-{i}', 'kind': 'weight' if i % 10 == 0 else 'temperature', 'has_high': True,
        'high': 8 if i % 10 else 5000} for i in range(options.devices)])
    env.cr.commit()
    return env.company.id


def messages(company):
    """Endless, each with an id of its own but for those that come twice."""
    number, before = 0, None
    while True:
        number += 1
        device = number % options.devices
        kind = 'weight' if device % 10 == 0 else 'temperature'
        if number % 500 == 0:
            yield f'channel/{company}/B-{device}/{kind}', b'{', 0
        elif number % 100 == 0:
            yield (*before[:2], 0)
        else:
            before = (f'channel/{company}/B-{device}/{kind}', json.dumps(
                {'value': round(draw.gauss(5, 2.2), 2), 'id': str(number)}).encode(), 1)
            yield before


def run_directly(source):
    sent, started = 0, time.monotonic()
    while time.monotonic() - started < options.seconds:
        batch = [next(source) for _turn in range(options.batch)]
        env['channel.device']._take_messages([
            Message(topic, content, fields.Datetime.now()) for topic, content, _new in batch])
        env.cr.commit()
        env.invalidate_all()
        sent += sum(new for _topic, _content, new in batch)
    return sent, time.monotonic() - started


def count():
    env.cr.rollback()
    env.cr.execute("SELECT count(*) FROM channel_reading")
    return env.cr.fetchone()[0]


def run_with_broker(source):
    sys.path.insert(0, str(ROOT / 'tools'))
    from devkit.broker import Broker
    from paho.mqtt import client as mqtt

    with tempfile.TemporaryDirectory() as folder, Broker(Path(folder)) as broker:
        worker = subprocess.Popen([
            ROOT / 'bin' / 'odoo', 'channel_mqtt', '-d', env.cr.dbname, '--broker', broker.url, '--batch',
            str(options.batch), '--burst', '1000000', '--log-level', 'warn'])
        while 'channel/+/+/+' not in broker.read_log():
            time.sleep(.1)
        sender = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        sender.connect('127.0.0.1', broker.port)
        sender.loop_start()
        sent, started = 0, time.monotonic()
        while time.monotonic() - started < options.seconds:
            told = [(sender.publish(topic, content, 1), new) for topic, content, new in (
                next(source) for _turn in range(options.batch))]
            for one, _new in told:
                one.wait_for_publish(30)
            sent += sum(new for _one, new in told)
        while count() < sent and time.monotonic() - started < 3 * options.seconds:
            time.sleep(.1)
        seconds = time.monotonic() - started
        sender.disconnect()
        worker.terminate()
        worker.wait(15)
    return sent, seconds


source = messages(make_devices())
sent, seconds = (run_with_broker if options.mqtt else run_directly)(source)
found = count()
print(f"    {found} readings of {options.devices} devices in {seconds:.1f} s: {found / seconds:.0f} a second"
      f"{' through the broker' if options.mqtt else ''}; {sent - found} missing or doubled")
sys.exit(0 if sent == found else 1)

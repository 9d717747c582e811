from datetime import datetime
from unittest.mock import patch

from odoo.tests import BaseCase, tagged

from ..engine.iot import flood
from ..models.iot.channel_device_take import Message
from ..mqtt_worker import Arrived, Pace, Worker


@tagged('post_install', '-at_install')
class TestMqttWorker(BaseCase):
    """What the worker takes and what it holds for a flood. tests/faults has a broker and a database."""

    def test_what_the_broker_kept_is_taken_and_a_flood_is_not(self):
        worker = Worker('none', None, Pace(burst=20, rate=.01))
        worker.connection = 1
        self.assertEqual(self._send(worker, 100), (100, 0), "It was kept while the worker was away.")
        with patch('odoo.addons.channel_inventory.mqtt_worker.time.monotonic', side_effect=range(1000)):
            for _look in range(flood.RESTS):
                self.assertFalse(worker._collect())
        self.assertEqual(self._send(worker, 100), (20, 80))
        worker.connection = 2
        self.assertEqual(self._send(worker, 100), (100, 0), "The connection was lost.")

    def _send(self, worker, count):
        """:return: (how many of these were taken, how many were a flood)"""
        for number in range(count):
            worker.arrived.put(Arrived(
                Message('channel/1/F-1/temperature', b'4', datetime.now()), number, 0, worker.connection))
        with patch.object(worker, '_take_safely') as took:
            worker._work(worker._collect())
        return tuple(map(len, took.call_args.args))

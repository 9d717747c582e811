from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..models.connect import channel_connector_work as rounds
from .common_connect import ConnectCommon


@tagged('post_install', '-at_install')
class TestConnectRounds(ConnectCommon):
    """Whose turn it is, and for how long."""

    def test_a_busy_one_leaves_time_to_the_others_and_to_the_alarms(self):
        busy = self._create_connector(name="A", warehouse_ids=self.west.ids)
        for number in range(12):
            self._push(self._event(f'e{number}'), connector=busy)
        self._push(self._event('mine'))
        with self._slow_messages() as said:
            self.env['channel.connector']._cron_work()
        messages = self.env['channel.connector.message'].search([('connector_id', '=', busy.id)])
        self.assertEqual(sum(message.state == 'waiting' for message in messages), 12 - rounds.STEP_SECONDS)
        self.assertEqual(set(messages.mapped('attempts')), {0, 1}, "What was taken and not tried is nobody's.")
        self.assertNotEqual(self._messages(key='mine').state, 'waiting')
        self.assertEqual(said[-1], 1, "Odoo is told that one has not finished.")
        with self._slow_messages() as said:
            for _round in range(3):
                self.env['channel.connector']._cron_work()
        self.assertNotIn('waiting', messages.mapped('state'))
        self.assertEqual(said[-1], 0)

    def test_who_waited_longest_is_first_and_alarms_are_given_whatever_the_time(self):
        other = self._create_connector(name="A", warehouse_ids=self.west.ids)
        worked = []
        self.connector.write({'failing_since': fields.Datetime.now() - timedelta(days=1), 'is_paused': False})

        def work(connector, seconds):
            worked.append(connector.id)
            self.now += rounds.ROUND_SECONDS
            connector.worked_at = fields.Datetime.now() + timedelta(minutes=len(worked))
            return True

        self.patch(type(other), '_work', work)
        with self._slow_messages() as said:
            self.env['channel.connector']._cron_work()
            self.assertEqual(said[-1], 1, "One had no turn.")
            self.assertTrue(self.connector.alerted_at)
            self.env['channel.connector']._cron_work()
            self.env['channel.connector']._cron_work()
        self.assertEqual(worked, [other.id, self.connector.id, other.id])

    def _event(self, key):
        return {'kind': 'tracking_event', 'key': key, 'at': '2026-11-22', 'body': {
            'status': 'in_transit', 'happened_at': '2026-11-01T10:00:00Z', 'ref': 'nothing'}}

    @contextmanager
    def _slow_messages(self):
        """Each message takes a second. :yield: what Odoo is told is left"""
        self.now, said = 0, []
        Message = type(self.env['channel.connector.message'])
        take = Message._take_now

        def slowly(message):
            self.now += 1
            return take(message)

        def commit(_connector, done=0, remaining=None):
            if remaining is not None:
                said.append(remaining)

        with patch.object(Message, '_take_now', slowly), \
                patch.object(type(self.connector), '_commit', commit), \
                patch(f'{rounds.__name__}.time', SimpleNamespace(monotonic=lambda: self.now)):
            yield said

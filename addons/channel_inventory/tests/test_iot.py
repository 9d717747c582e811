import json
import time
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import RestrictViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.distributor_portal.tests.common import ChannelCommon

from ..engine import push
from ..engine.iot import payload
from ..models.iot import channel_device_follow
from ..models.iot.channel_device_take import Message

URL = '/channel/iot/readings'


class IotCommon(ChannelCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Device, cls.Excursion = cls.env['channel.device'], cls.env['channel.excursion']
        cls.fridge = cls._create_device('F-1', high=8, has_high=True, low=2, has_low=True, minutes=30)
        cls.now = fields.Datetime.now().replace(microsecond=0)

    @classmethod
    def _create_device(cls, code, kind='temperature', **values):
        return cls.env['channel.device'].create({
            'name': code, 'code': code, 'kind': kind, 'member_id': cls.store.id, **values})

    @classmethod
    def _create_scale(cls, **values):
        return cls._create_device('W-1', 'weight', **{
            'product_id': cls.milk.id, 'unit_weight': 100, 'tare': 50, 'steady_seconds': 30, **values})

    def _message(self, content, topic='F-1/temperature', company=None, **values):
        content = content if isinstance(content, bytes) else json.dumps(content).encode()
        return Message(f'channel/{(company or self.company).id}/{topic}', content, values.pop('at', self.now), **values)

    def _send(self, *contents, topic='F-1/temperature', **values):
        return [answer for answers in self.Device._take_messages([
            self._message(content, topic, **values) for content in contents]) for answer in answers]

    def _send_values(self, *values, device=None, minutes=10, start=None):
        device = device or self.fridge
        start = start or self.now - timedelta(minutes=minutes * len(values))
        return self._send(*[
            {'value': value, 'at': str(start + timedelta(minutes=number * minutes))}
            for number, value in enumerate(values)], topic=f'{device.code}/{device.kind}')

    def _readings(self, device=None):
        return self.env['channel.reading'].search([('device_id', '=', (device or self.fridge).id)], order='at')

    def _refused(self):
        return self.env['channel.reading.refused'].search([])


@tagged('-at_install', 'post_install')
class TestReadings(IotCommon, TransactionCase):
    """Readings are taken once, from whom they are, when they can be true."""

    def test_three_forms_of_a_message(self):
        metrics = {'timestamp': time.time(), 'metrics': [
            {'name': 'temperature', 'value': 5.5}, {'name': 'battery', 'value': 70}]}
        self.assertEqual(self._send({'value': 4.5, 'id': 'a'}, b'5.0', metrics), ['accepted'] * 3)
        self.assertEqual(sorted(self._readings().mapped('value')), [4.5, 5, 5.5])
        self.assertEqual((self.fridge.battery, self.fridge.has_battery), (70, True))
        self.assertEqual(self.fridge.state, 'fine')

    def test_each_once_by_its_id_or_its_time(self):
        at = str(self.now)
        one, other = {'value': 4.5, 'id': 'a', 'at': at}, {'value': 5, 'at': str(self.now - timedelta(minutes=1))}
        self.assertEqual(self._send(one, one, other), ['accepted', 'duplicate', 'accepted'])
        self.assertEqual(self._send(one, other), ['duplicate', 'duplicate'])
        later = {**one, 'at': str(self.now + timedelta(minutes=1))}
        self.assertEqual(self._send(later), ['duplicate'], "an id names one reading, whatever time it tells")
        self.assertEqual(len(self._readings()), 2)

    def test_what_the_broker_brings_again_without_time_or_id(self):
        self.assertEqual(self._send(b'4.5'), ['accepted'])
        later = self.now + timedelta(seconds=20)
        self.assertEqual(self._send(b'4.5', at=later, is_again=True), ['duplicate'])
        self.assertEqual(self._send(b'4.6', at=later, is_again=True), ['accepted'])
        self.assertEqual(len(self._readings()), 2)

    def test_memory_of_the_broker_has_no_time(self):
        self.assertEqual(self._send(b'4.5', is_retained=True), ['retained'])
        self.assertEqual(self._send({'value': 4.5, 'at': str(self.now)}, is_retained=True), ['accepted'])
        self.assertEqual((len(self._readings()), len(self._refused())), (1, 0))

    def test_months_are_made_as_needed(self):
        self._send({'value': 4.5, 'at': str(self.now - timedelta(days=30))})
        self.assertEqual(len(self._readings()), 1)
        with freeze_time(self.now + timedelta(days=200)):
            self.env['channel.stock.entry']._cron_partitions()
            self._send({'value': 4.5, 'at': str(self.now + timedelta(days=200))})
        self.assertEqual(len(self._readings()), 2)

    def test_old_months_and_keys_go(self):
        self._send({'value': 4.5, 'id': 'a'})
        with freeze_time(self.now + timedelta(days=70)):
            self.env['channel.reading']._gc_readings()
        self.env.cr.execute("SELECT count(*) FROM channel_reading_key WHERE device_id = %s", [self.fridge.id])
        self.assertEqual((self.env.cr.fetchone()[0], len(self._readings())), (0, 1))
        self.env['ir.config_parameter'].set_param('channel.iot.months', '2')
        with freeze_time(self.now + timedelta(days=124)):
            self.env['channel.reading']._gc_readings()
        self.env.invalidate_all()
        self.assertFalse(self._readings())

    def test_readings_are_facts(self):
        self._send({'value': 4.5})
        reading = self._readings()
        for act in (lambda: reading.write({'value': 1}), reading.unlink, lambda: reading.create({'value': 1})):
            with self.assertRaises(UserError):
                act()
        with self.assertRaises(RestrictViolation), mute_logger('odoo.sql_db'), self.env.cr.savepoint():
            self.env.cr.execute("UPDATE channel_reading SET value = 1")

    def test_poison_waits_for_a_person(self):
        for content, reason in (
                (b'{', 'not_json'), (b'\xff', 'not_json'),
                (b'"warm"', 'not_a_reading'), ({'value': 'x'}, 'wrong_value'), ({'value': 500}, 'implausible'),
                ({'value': 1, 'at': '2020-01-01'}, 'too_old'),
                ({'value': 1, 'at': time.time() + 7200}, 'future'), ({}, 'no_value')):
            self.assertEqual(self._send(content), [reason])
        self._send(b'{')
        refused = self._refused()
        self.assertEqual((len(refused), sum(refused.mapped('count'))), (8, 9))
        self.assertEqual(refused.device_id, self.fridge)
        self.assertFalse(self._readings())

    def test_good_readings_beside_wrong_ones(self):
        answers = self._send([{'value': 4, 'id': 'a'}, {'value': 'x'}, {'value': 900}, {'value': 5, 'id': 'b'}])
        self.assertEqual(answers, ['accepted', 'wrong_value', 'implausible', 'accepted'])
        self.assertEqual(len(self._refused()), 1)

    def test_topics_of_others(self):
        foreign = self.env['res.company'].create({'name': "Foreign"})
        gateway = self._create_device('G-1', 'gateway')
        own = self._create_device('F-2', gateway_id=gateway.id)
        for topic, company, content, answer in (
                ('F-1/temperature', foreign, b'4', 'unknown_device'), ('X-1/temperature', None, b'4', 'unknown_device'),
                ('F-1/humidity', None, b'4', 'wrong_topic'), ('F-1/door', None, b'1', 'wrong_kind'),
                ('F-1/temperature/x', None, b'4', 'wrong_topic'),
                ('G-1/readings', None, {'device': 'F-1', 'value': 4}, 'unknown_device'),
                ('F-2/temperature', None, {'device': 'F-1', 'value': 4}, 'unknown_device'),
                ('G-1/readings', None, {'device': 'F-2', 'value': 4, 'id': 1}, 'accepted'),
                ('F-2/temperature', None, {'value': 5}, 'accepted')):
            self.assertEqual(self._send(content, topic=topic, company=company), [answer], topic)
        self.assertEqual((len(self._readings(own)), len(self._readings())), (2, 0))
        self.fridge.active = False
        self.assertEqual(self._send(b'4'), ['unknown_device'])

    def test_refused_message_is_taken_once_its_device_is_known(self):
        self.assertEqual(self._send({'value': 4.5, 'id': 'a'}, topic='N-1/temperature'), ['unknown_device'])
        refused = self._refused()
        with self.assertRaises(UserError):
            refused.action_retry()
        new = self._create_device('N-1')
        refused.action_retry()
        self.assertEqual((refused.state, self._readings(new).value), ('taken', 4.5))

    def test_late_and_swapped_readings_are_kept(self):
        self._send_values(4, 5, 6)
        self._send_values(9, 9, 9, 9, start=self.now - timedelta(hours=9))
        self.assertEqual(len(self._readings()), 7)
        self.assertEqual(self.fridge.last_value, 6)
        self.assertFalse(self.Excursion.search([]))

    def test_companies_do_not_see_each_other(self):
        self._send(b'{')
        self._send_values(9, 9, 9, 9, 9)
        foreign = self.env['res.company'].create({'name': "Foreign"})
        spy = new_test_user(self.env, 'spy', groups='distributor_portal.group_channel_manager', company_id=foreign.id,
                            company_ids=[(6, 0, foreign.ids)])
        desk = new_test_user(self.env, 'desk', groups='distributor_portal.group_channel_user')
        for model in ('channel.device', 'channel.reading', 'channel.excursion', 'channel.reading.refused'):
            self.assertFalse(self.env[model].with_user(spy).search([]), model)
            self.assertTrue(self.env[model].with_user(desk).search([]), model)
        with self.assertRaises(AccessError):
            self.fridge.with_user(desk).action_new_secret()
        with self.assertRaises(AccessError):
            self.fridge.with_user(desk).minutes = 900


@tagged('-at_install', 'post_install')
class TestExcursions(IotCommon, TransactionCase):
    """A fridge that is too warm, a door that stays open, a shelf that runs empty, a device that says nothing."""

    def test_fridge_too_warm(self):
        opened, closed = [], []
        cls = type(self.Excursion)
        with patch.object(cls, '_on_opened', lambda some: opened.extend(some)), \
                patch.object(cls, '_on_closed', lambda some: closed.extend(some)):
            self._send_values(5, 9, 10, start=self.now - timedelta(minutes=120))
            self.assertFalse(opened)
            self._send_values(11, 12, start=self.now - timedelta(minutes=90))
            self.assertEqual((len(opened), len(closed), self.fridge.state), (1, 0, 'out'))
            self._send_values(11, 7, start=self.now - timedelta(minutes=70))
            self.assertEqual((len(opened), len(closed)), (1, 1))
        one = self.Excursion.search([])
        self.assertEqual((one.kind, one.peak, one.limit, one.minutes, one.state), ('high', 12, 8, 50, 'ended'))
        self.assertEqual(one.started_at, self.now - timedelta(minutes=110))
        self.assertTrue(9 < one.kinetic < 12)
        self.assertAlmostEqual(one.beyond, 10 * (1.5 + 2.5 + 3.5 + 3.5 + 1.5))
        self.assertEqual(self.fridge.state, 'fine')
        one.action_seen()
        self.assertEqual((one.state, one.seen_by_id), ('seen', self.env.user))
        self.assertEqual(self.Excursion.search([('state', 'in', ['seen'])]), one)
        self.assertFalse(self.Excursion.search([('state', 'in', ['open', 'ended'])]))

    def test_alert_until_it_is_over(self):
        self.fridge.product_ids = self.milk
        self.env['channel.stock.entry']._post([{
            'member_id': self.store.id, 'product_id': self.milk.id, 'kind': 'opening', 'from_state': None,
            'to_state': 'available', 'qty': 10}])
        self.milk.standard_price = 3
        Alert = self.env['channel.alert']
        self._send_values(5, 9, 10, 11, 12, start=self.now - timedelta(minutes=120))
        alert = Alert.search([('kind', '=', 'temperature')])
        self.assertEqual((alert.member_id, alert.key, alert.value, alert.state), (self.store, 'F-1', 30, 'open'))
        self.assertIn("warmer than 8 °C", alert.why)
        self._send_values(11, 7, start=self.now - timedelta(minutes=60))
        self.assertEqual(alert.state, 'cleared')

    def test_shelf_and_silence_are_alerts_of_their_own(self):
        Alert, scale = self.env['channel.alert'], self._create_scale(has_low=True, low=5, minutes=5)
        self._send_values(150, 150, 150, device=scale)
        self.assertIn("below 5", Alert.search([('kind', '=', 'device')]).why)
        self._send_values(5, start=self.now - timedelta(minutes=90))
        self.fridge.sudo().last_seen_at = self.now - timedelta(minutes=90)
        self.Device._cron_follow()
        silent = Alert.search([('kind', '=', 'silent'), ('key', '=', 'F-1')])
        self.assertIn("said nothing since", silent.why)
        self._send_values(5, start=self.now)
        self.assertEqual(silent.state, 'cleared')

    def test_what_was_found_is_not_written_by_hand(self):
        scale = self._create_scale(count_policy='propose')
        self._send_values(5, 9, 10, 11, 12, 7, start=self.now - timedelta(minutes=120))
        self._send_values(1750, 1750, device=scale)
        self._send(b'{')
        one, count, refused = self.Excursion.search([]), self.env['channel.device.count'].search([]), self._refused()
        desk = new_test_user(self.env, 'desk', groups='distributor_portal.group_channel_user')
        boss = new_test_user(self.env, 'boss', groups='distributor_portal.group_channel_manager')
        for record, user, values in (
                (one, desk, {'peak': 4}), (one, desk, {'ended_at': self.now}), (one, desk, {'seen_by_id': 2}),
                (count, boss, {'qty': 900}), (count, boss, {'state': 'posted'}),
                (refused, boss, {'topic': 'channel/1/F-1/temperature'}), (refused, boss, {'content': '4'}),
                (refused, boss, {'state': 'open'})):
            with self.subTest(values=values), self.assertRaises(AccessError):
                record.with_user(user).write(values)
        one.with_user(desk).note = "Moved to the cold room"
        one.with_user(desk).action_seen()
        self.assertEqual((one.note, one.seen_by_id, one.peak), ("Moved to the cold room", desk, 12))
        count.with_user(boss).action_drop()
        refused.with_user(boss).action_drop()
        self.assertEqual((count.state, refused.state), ('dropped', 'dropped'))

    def test_device_of_headquarters_alerts_no_member(self):
        self.fridge.member_id = False
        self._send_values(5, 9, 10, 11, 12, start=self.now - timedelta(minutes=120))
        self.assertTrue(self.Excursion.search([]))
        self.assertFalse(self.env['channel.alert'].search([]))

    def test_same_messages_again_open_nothing_twice(self):
        for _time in range(2):
            self._send_values(9, 9, 9, 9, 9, start=self.now - timedelta(minutes=50))
        self.assertEqual(len(self.Excursion.search([])), 1)

    def test_states_can_be_searched(self):
        quiet, new = self._create_device('F-2'), self._create_device('F-3')
        self._send_values(9, 9, 9, 9, 9)
        self._send_values(4, device=quiet)
        for state, found in (('out', self.fridge), ('fine', quiet), ('new', new), ('silent', self.Device)):
            self.assertEqual(self.Device.search([('state', 'in', [state])]), found, state)

    def test_silence_and_its_end(self):
        self._send_values(4)
        with freeze_time(self.now + timedelta(minutes=59)):
            self.Device._cron_follow()
            self.assertFalse(self.Excursion.search([]))
        with freeze_time(self.now + timedelta(minutes=62)):
            self.Device._cron_follow()
            self.Device._cron_follow()
            self.env.invalidate_all()
            self.assertEqual(self.fridge.state, 'silent')
        with freeze_time(self.now + timedelta(minutes=70)):
            self._send({'value': 4, 'at': str(self.now + timedelta(minutes=70))})
        self.env.invalidate_all()
        one = self.Excursion.search([])
        self.assertEqual((one.kind, one.state, self.fridge.state), ('silent', 'ended', 'fine'))
        self.fridge.silent_minutes = 0
        with freeze_time(self.now + timedelta(days=2)):
            self.Device._cron_follow()
        self.assertEqual(len(self.Excursion.search([])), 1)

    def test_out_of_use_nothing_goes_on(self):
        Alert = self.env['channel.alert']
        quiet = self._create_device('F-2')
        self._send_values(4, device=quiet)
        self._send_values(5, 9, 10, 11, 12)
        with freeze_time(self.now + timedelta(hours=2)):
            self.Device._cron_follow()
            self.assertEqual(len(Alert.search([('key', 'in', ['F-1', 'F-2']), ('state', '=', 'open')])), 3)
            boss = new_test_user(self.env, 'boss', groups='distributor_portal.group_channel_manager')
            (self.fridge | quiet).with_user(boss).action_archive()
            self.assertEqual(set(Alert.search([('key', 'in', ['F-1', 'F-2'])]).mapped('state')), {'cleared'})
            self.assertEqual(set(self.Excursion.search([]).mapped('state')), {'ended'})
            self.assertEqual(len(self.Excursion.search([('ended_at', '=', fields.Datetime.now())])), 3)
            self.Device._cron_follow()
            self.assertEqual(len(self.Excursion.search([])), 3)
        with freeze_time(self.now + timedelta(hours=3)):
            (self.fridge | quiet).action_unarchive()
            self.Device._cron_follow()
            self.env.invalidate_all()
            self.assertEqual((quiet.state, len(quiet.excursion_ids)), ('silent', 2), "it still says nothing")
            self._send_values(9, 9, 9, 9, 9, start=self.now + timedelta(minutes=125))
            self.env.invalidate_all()
            self.assertEqual(self.fridge.open_excursion_ids.kind, 'high', "it is still too warm")

    def test_door_that_sends_nothing_but_changes(self):
        door = self._create_device('T-1', 'door', has_high=True, high=.5, minutes=10, silent_minutes=0)
        self._send({'value': True, 'at': str(self.now)}, topic='T-1/door')
        self.assertEqual(door.now_text, "Open")
        with freeze_time(self.now + timedelta(minutes=9)):
            self.Device._cron_follow()
            self.assertFalse(self.Excursion.search([]))
        with freeze_time(self.now + timedelta(minutes=13)):
            self.Device._cron_follow()
            self.assertEqual(self.Excursion.search([]).device_id, door)
            self._send({'value': False, 'at': str(self.now + timedelta(minutes=13))}, topic='T-1/door')
        self.assertEqual(self.Excursion.search([]).minutes, 13)

    def test_many_devices_are_followed_once(self):
        for number in range(3):
            door = self._create_device(f'T-{number}', 'door', has_high=True, high=.5, minutes=10, silent_minutes=0)
            self._send({'value': True, 'at': str(self.now)}, topic=f'{door.code}/door')
        with freeze_time(self.now + timedelta(minutes=13)), patch.object(channel_device_follow, 'CHUNK', 1):
            self.assertEqual(self._run_job(self.Device._cron_follow), 1)
        self.assertEqual(len(self.Excursion.search([]).device_id), 3)

    def test_shelf_runs_empty(self):
        shelf = self._create_device('S-9', 'shelf', facings=12, has_low=True, low=25, minutes=0, steady_seconds=0)
        self._send_values(12, 6, 3, 2, device=shelf)
        one = self.Excursion.search([])
        self.assertEqual((one.kind, one.limit), ('low', 25))
        self.assertEqual(self._readings(shelf).mapped('measure')[:3], [100, 50, 25])
        self.assertIn('17', shelf.now_text)

    def test_odd_settings_are_refused(self):
        for values in (
                {'has_low': True, 'low': 9}, {'code': 'a b'}, {'code': 'x/y'}, {'count_policy': 'post'},
                {'gateway_id': self._create_device('F-7').id}):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.fridge.write(values)
        self._send_values(4)
        with self.assertRaises(UserError):
            self.fridge.kind = 'door'


@tagged('-at_install', 'post_install')
class TestScales(IotCommon, TransactionCase):
    """A scale proposes what came to rest on it; only where it may, it counts."""

    def _put_stock(self, qty):
        self.env['channel.stock.entry']._post([{
            'member_id': self.store.id, 'product_id': self.milk.id, 'kind': 'opening', 'from_state': None,
            'to_state': 'available', 'qty': qty, 'occurred_at': self.now - timedelta(days=1)}])

    def _stock(self):
        return sum(self.env['channel.stock'].search([
            ('member_id', '=', self.store.id), ('product_id', '=', self.milk.id)]).mapped('available'))

    def _weigh(self, scale, *pairs):
        """:param pairs: (seconds ago, pieces)"""
        self._send(*[
            {'value': 50 + 100 * pieces, 'at': str(self.now - timedelta(seconds=ago))} for ago, pieces in pairs],
            topic=f'{scale.code}/weight')

    def _counts(self):
        return self.env['channel.device.count'].search([], order='counted_at')

    def test_what_came_to_rest_is_proposed_and_counted_by_a_person(self):
        self._put_stock(20)
        scale = self._create_scale(count_policy='propose')
        self._weigh(scale, (3600, 17), (3500, 17.02), (3400, 30), (3395, 2))
        count = self._counts()
        self.assertEqual((count.qty, count.book_qty, count.difference, count.state), (17, 20, -3, 'open'))
        self.assertEqual(self._stock(), 20)
        count.action_post()
        count.action_post()
        self.assertEqual((count.state, self._stock()), ('posted', 17))
        self.assertEqual(self.env['channel.stock.count'].search([]).kind, 'device')
        self.assertFalse(self.env['channel.stock']._check())

    def test_where_it_may_it_counts_once(self):
        self._put_stock(20)
        scale = self._create_scale(count_policy='post', count_minutes=30)
        for _time in range(2):
            self._weigh(scale, (7200, 17), (7100, 17))
        self.assertEqual((self._stock(), self._counts().mapped('state')), (17, ['posted']))
        self._weigh(scale, (6900, 16), (6800, 16))
        self.assertEqual(len(self._counts()), 1, "so soon it does not count again")
        self._weigh(scale, (3600, 15), (3500, 15))
        self.assertEqual((self._stock(), len(self._counts())), (15, 2))

    def test_later_proposal_overtakes(self):
        scale = self._create_scale(count_policy='propose', count_minutes=10)
        self._weigh(scale, (7200, 17), (7100, 17))
        self._weigh(scale, (3600, 15), (3500, 15))
        self.assertEqual(self._counts().mapped('state'), ['overtaken', 'open'])
        self._counts()[1].action_drop()
        self.assertEqual(self._counts().mapped('state'), ['overtaken', 'dropped'])

    def test_scale_that_cannot_count_keeps_nobody_back(self):
        self._put_stock(20)
        good = self._create_scale(count_policy='post')
        tin = self.env['product.product'].create({'name': "Tin", 'type': 'consu', 'is_storable': True})
        bad = self._create_device('W-2', 'weight', product_id=tin.id, unit_weight=100, tare=50, count_policy='post')
        quiet = self._create_device('F-2')
        self._send_values(4, device=quiet, start=self.now - timedelta(minutes=5))
        tin.is_storable = False
        for scale in (bad, good):
            self._weigh(scale, (10, 17))
        with freeze_time(self.now + timedelta(hours=2)):
            self.Device._cron_follow()
        stays, counted = (self._counts().filtered(lambda one, of=of: one.device_id == of) for of in (bad, good))
        self.assertEqual((stays.state, stays.trouble), ('open', "Of Tin no stock is kept."))
        self.assertEqual((counted.state, self._stock()), ('posted', 17))
        self.assertIn(quiet, self.Excursion.search([('kind', '=', 'silent')]).device_id)
        tin.is_storable = True
        stays.action_post()
        self.assertEqual((stays.state, stays.trouble), ('posted', False))

    def test_only_what_stock_is_kept_of_is_counted(self):
        service = self.env['product.product'].create({'name': "Tin", 'type': 'consu', 'is_storable': False})
        with self.assertRaisesRegex(ValidationError, "no stock is kept"):
            self._create_scale(product_id=service.id, count_policy='propose')

    def test_no_count_of_what_no_pieces_explain(self):
        scale = self._create_scale(count_policy='post')
        self._weigh(scale, (7200, 17.45), (7100, 17.45))
        self._weigh(scale, (3600, -3), (3500, -3))
        self.assertFalse(self._counts())

    def test_scale_that_sends_changes_only(self):
        scale = self._create_scale(count_policy='propose')
        self._weigh(scale, (10, 9))
        self.assertFalse(self._counts())
        with freeze_time(self.now + timedelta(minutes=5)):
            self.Device._cron_follow()
        self.assertEqual(self._counts().qty, 9)

    def test_without_policy_nothing_is_proposed(self):
        self._weigh(self._create_scale(), (7200, 17), (7100, 17))
        self.assertFalse(self._counts())

    def test_limit_in_pieces(self):
        scale = self._create_scale(has_low=True, low=3, minutes=0)
        self._weigh(scale, (7200, 2.95), (7100, 2.95))
        self.assertFalse(self.Excursion.search([]))
        self._weigh(scale, (3600, 2), (3500, 2))
        self.assertEqual(self.Excursion.search([]).kind, 'low')


@tagged('-at_install', 'post_install')
class TestIotHttp(IotCommon, HttpCase):
    """Devices without a broker sign what they send."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        action = cls.fridge.action_new_secret()
        cls.secret = action['context']['default_secret']

    def _post(self, body, code='F-1', secret=None, stamp=None, signature=None):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        stamp = stamp or str(int(time.time()))
        signature = signature or push.sign(self.Device._hash(secret or self.secret), stamp, body)
        return self.url_open(URL, data=body, headers={
            'Content-Type': 'application/json', 'X-Channel-Device': code, 'X-Channel-Timestamp': stamp,
            'X-Channel-Signature': signature})

    def test_answer_for_each_reading(self):
        told = self._post([{'value': 4.5, 'id': 'a'}, {'value': 900}, {'value': 5, 'id': 'a'}, {'value': 5}]).json()
        self.assertEqual((told['accepted'], told['duplicate'], told['refused']), (2, 1, 1))
        self.assertEqual(told['readings'], [
            {'row': 1, 'answer': 'accepted', 'id': 'a'}, {'row': 2, 'answer': 'implausible'},
            {'row': 3, 'answer': 'duplicate', 'id': 'a'}, {'row': 4, 'answer': 'accepted'}])
        self.assertEqual((len(self._readings()), self._refused().way), (2, 'http'))

    def test_replayed_message_changes_nothing(self):
        stamp = str(int(time.time()))
        body = b'{"value": 4.5}\n{"value": 4.5}\n'
        self.assertEqual(self._post(body, stamp=stamp).json()['accepted'], 2)
        self.assertEqual(self._post(body, stamp=stamp).json()['duplicate'], 2)
        self.assertEqual(len(self._readings()), 2)

    def test_who_is_not_signed_is_refused_alike(self):
        self._create_device('F-2')
        now = int(time.time())
        answers = [
            self._post({'value': 1}, secret='x'), self._post({'value': 1}, stamp=str(now - 400)),
            self._post({'value': 1}, stamp=str(now + 400)), self._post({'value': 1}, code='F-2'),
            self._post({'value': 1}, code='nobody'), self._post({'value': 1}, signature='x'),
            self._post({'value': 1}, stamp='now'), self.url_open(URL, data=b'{}')]
        self.fridge.active = False
        answers.append(self._post({'value': 1}))
        self.assertEqual({(answer.status_code, answer.text) for answer in answers}, {(401, answers[0].text)})
        self.assertFalse(self._readings())

    def test_gateway_speaks_for_its_own(self):
        gateway = self._create_device('G-1', 'gateway')
        secret = gateway.action_new_secret()['context']['default_secret']
        own = self._create_device('F-2', gateway_id=gateway.id)
        told = self._post({'readings': [
            {'device': 'F-2', 'value': 4}, {'device': 'F-1', 'value': 4}, {'device': 'X', 'value': 4},
            {'battery': 50}]}, code='G-1', secret=secret).json()
        self.assertEqual([one['answer'] for one in told['readings']], [
            'accepted', 'unknown_device', 'unknown_device', 'accepted'])
        self.assertEqual((len(self._readings(own)), len(self._readings()), gateway.battery), (1, 0, 50))

    def test_bodies_that_hold_nothing(self):
        for body, status in ((b'{', 400), (b' ', 400), (b'[]', 400), (b'[' + b'1,' * 5000 + b'1]', 413),
                             (b' ' * (payload.MAX_BYTES + 1), 413)):
            self.assertEqual(self._post(body).status_code, status)

    def test_too_often(self):
        self.env['ir.config_parameter'].set_param('channel.rate.iot', '2/60')
        self.assertEqual([self._post({'value': 4, 'id': str(i)}).status_code for i in range(3)], [200, 200, 429])

    def test_secret_is_kept_as_a_hash_that_nobody_reads(self):
        self.env.cr.execute("SELECT secret_hash FROM channel_device WHERE id = %s", [self.fridge.id])
        self.assertNotIn(self.secret, self.env.cr.fetchone()[0])
        for name in ('secret_hash', 'watch'):
            with self.assertRaises(AccessError):
                self.fridge.read([name])
        shown = self.env['channel.device.onboard'].new({'device_id': self.fridge.id, 'secret': self.secret})
        self.assertTrue(shown.qr)
        self.assertIn(self.secret, shown.command)
        old, new = self.secret, self.fridge.action_new_secret()['context']['default_secret']
        self.assertEqual(self._post({'value': 4}, secret=old).status_code, 401)
        self.fridge.action_drop_secret()
        self.assertEqual(self._post({'value': 4}, secret=new).status_code, 401)


@tagged('-at_install', 'post_install')
class TestDevicePages(IotCommon, HttpCase):
    """What a member sees of its fridges and shelves; what nobody else sees."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for member, role in ((cls.store, 'warehouse'), (cls.rival_store, 'owner'), (cls.store, 'finance')):
            cls._create_portal_user(member, f'{member.code.lower()}_{role}', role)

    def _get(self, login, path=''):
        self.authenticate(login, login)
        return self.url_open(f'/my/channel/devices{path}', allow_redirects=False)

    def test_own_devices(self):
        self._send_values(5, 9, 10, 11, 12, 13)
        page = self._get('s1_warehouse').text
        for text in ("F-1", "13.0 °C", "Outside its limits", "Too high"):
            self.assertIn(text, page)
        self.assertIn("F-1", self._get('s1_warehouse', '?show=out').text)
        page = self._get('s1_warehouse', f'/{self.fridge.id}').text
        for text in ("polyline", "Mean kinetic temperature", "Not above", "8.0 °C"):
            self.assertIn(text, page)

    def test_nothing_of_others(self):
        self._send_values(9, 9, 9, 9, 9)
        self.assertNotIn("F-1", self._get('s2_owner').text)
        missing, foreign = (self._get('s2_owner', f'/{id_}') for id_ in (99999999, self.fridge.id))
        self.assertEqual((missing.status_code, missing.headers['Location']), (
            foreign.status_code, foreign.headers['Location']))
        self.assertEqual(self._get('s1_finance').status_code, 303)
        self.assertEqual(self._get('s1_finance', f'/{self.fridge.id}').status_code, 303)

    def test_odd_parameters(self):
        for path in ('?show=%00&page=x', '/page/99999999999999999999', '/99999999999999999999', '?show[]=1', '/0'):
            self.assertLess(self._get('s1_warehouse', path).status_code, 500, path)

    def test_pages_take_few_queries_however_many_devices_there_are(self):
        for number in range(25):
            self._send_values(9, 9, 9, 9, 9, device=self._create_device(
                f'M-{number}', has_high=True, high=8, place=f"Row {number}"))
        self.authenticate('s1_warehouse', 's1_warehouse')
        for path in ('', f'/{self.fridge.id}'):
            self.url_open(f'/my/channel/devices{path}')
            before = self.cr.sql_log_count
            self.url_open(f'/my/channel/devices{path}')
            self.assertLessEqual(self.cr.sql_log_count - before, 45, path)


@tagged('-at_install', 'post_install')
class TestIotDemo(IotCommon, TransactionCase):
    """What the demo shows can be simulated on, there only."""

    def test_simulation(self):
        with self.assertRaises(UserError):
            self.fridge.action_simulate()
        with patch.object(type(self.Device), '_compute_is_demo', lambda some: some.update({'is_demo': True})):
            scale = self._create_scale(count_policy='propose')
            shelf = self._create_device('S-9', 'shelf', facings=12, has_low=True, low=25, minutes=0)
            door = self._create_device('T-1', 'door')
            (self.fridge | scale | shelf | door).action_simulate()
        self.assertTrue(all(self._readings(device) for device in self.fridge | scale | shelf | door))
        self.assertIn('high', self.Excursion.search([('device_id', '=', self.fridge.id)]).mapped('kind'))

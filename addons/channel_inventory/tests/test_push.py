import json
import time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.distributor_portal.tests.common import ChannelCommon

from ..engine import push


@tagged('-at_install', 'post_install')
class TestPush(ChannelCommon, HttpCase):
    """Tills push their sales; who cannot sign, pushes nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.source = cls.env['channel.source'].create({'name': "Till", 'code': 'till', 'push_member_id': cls.dealer.id})
        cls.source.action_new_push_secret()
        cls.today = str(fields.Date.context_today(cls.source))

    def _row(self, key='1', **values):
        return {'external_key': key, 'member': 'S1', 'sku': 'MLK-1', 'qty': 2, 'date': self.today, **values}

    def _push(self, body, code='till', stamp=None, secret=None, signature=None):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        stamp = stamp or str(int(time.time()))
        signature = signature or push.sign(secret or self.source.push_secret, stamp, body)
        return self.url_open(f'/channel/push/{code}', data=body, headers={
            'Content-Type': 'application/json', 'X-Channel-Timestamp': stamp,
            'X-Channel-Signature': f'sha256={signature}'})

    def _sold(self, member=None):
        return sum(self.env['channel.sell.through'].search([
            ('member_id', '=', (member or self.store).id)]).mapped('qty'))

    def test_rows_are_taken_in_the_name_of_the_source(self):
        answer = self._push([self._row(source='api'), self._row('2', member=None), self._row('3', sku='X')])
        self.assertEqual(answer.status_code, 200)
        told = answer.json()
        self.assertEqual((told['accepted'], told['held']), (2, [{'external_key': '3', 'reason': 'unknown_product'}]))
        self.assertEqual((self._sold(), self._sold(self.dealer)), (2, 2))
        feed = self.env['channel.feed'].search([('kind', '=', 'pos')])
        self.assertEqual((feed.source_id, feed.accepted, feed.state), (self.source, 2, 'done'))
        self.assertEqual(self.env['channel.sell.through'].search([]).source_id, self.source)

    def test_lines_of_json(self):
        body = b'\n'.join(json.dumps(self._row(str(i))).encode() for i in range(3))
        self.assertEqual(self._push(body).json()['accepted'], 3)

    def test_same_message_again_gets_the_same_answer(self):
        stamp = str(int(time.time()))
        first, again = self._push([self._row()], stamp=stamp), self._push([self._row()], stamp=stamp)
        self.assertEqual((first.json(), again.status_code), (again.json(), 200))
        self.assertEqual(first.json()['accepted'], 1)
        self.assertEqual((self._sold(), self.env['channel.feed'].search_count([('kind', '=', 'pos')])), (2, 1))

    def test_replayed_message_does_not_bring_back_what_was_corrected(self):
        stamp = str(int(time.time()))
        self._push([self._row()], stamp=stamp)
        self._push([self._row(qty=5)])
        self._push([self._row()], stamp=stamp)
        self.assertEqual(self._sold(), 5)

    def test_members_of_others_are_unknown_to_it(self):
        self.assertEqual(self._push([self._row(member='S2')]).json()['held'][0]['reason'], 'unknown_member')
        self.assertFalse(self._sold(self.rival_store))

    def test_who_is_not_signed_is_refused_alike(self):
        self.env['channel.source'].create({'name': "Mute", 'code': 'mute'})
        now = int(time.time())
        answers = [
            self._push([self._row()], secret='wrong'), self._push([self._row()], stamp=str(now - 400)),
            self._push([self._row()], stamp=str(now + 400)), self._push([self._row()], signature='x'),
            self._push([self._row()], code='mute'), self._push([self._row()], code='nobody'),
            self._push([self._row()], stamp='now'),
            self.url_open('/channel/push/till', data=b'[]', headers={'Content-Type': 'application/json'})]
        self.assertEqual({(answer.status_code, answer.text) for answer in answers}, {(401, answers[0].text)})
        self.assertFalse(self._sold())

    def test_body_that_holds_no_rows(self):
        self.assertEqual(self._push(b'{').status_code, 400)
        self.assertEqual(self._push(b'[' + b'1,' * 100_000 + b'1]').status_code, 413)
        told = self._push(b'[1, null, "x", {}]').json()
        self.assertEqual([row['reason'] for row in told['held']], ['not_a_row', 'not_a_row', 'not_a_row', 'no_key'])

    def test_too_often(self):
        self.env['ir.config_parameter'].set_param('channel.rate.push', '2/60')
        answers = [self._push([self._row(str(i))]).status_code for i in range(3)]
        self.assertEqual(answers, [200, 200, 429])

    def test_new_secret_ends_the_old_one(self):
        old = self.source.push_secret
        self.source.action_new_push_secret()
        self.assertNotEqual(self.source.push_secret, old)
        self.assertEqual(self._push([self._row()], secret=old).status_code, 401)
        self.source.action_stop_push()
        self.assertEqual(self._push([self._row()], secret=old).status_code, 401)

    def test_only_managers_see_the_secret(self):
        desk = new_test_user(self.env, 'desk', groups='distributor_portal.group_channel_user')
        with self.assertRaises(AccessError):
            self.source.with_user(desk).read(['push_secret'])
        with self.assertRaises(AccessError):
            self.source.with_user(desk).action_new_push_secret()

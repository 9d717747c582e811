from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_connect import ConnectCommon
from .counterpart import Counterpart


class FaultCases:
    """Whatever the other side does: nothing is lost, nothing done twice, what a person must mend says why."""

    def _send_through(self, *faults):
        """Have a delivery told to a side that fails so, until it works. :return: its message"""
        picking = self._order()
        message = self._messages(direction='out')
        self.assertEqual(message.state, 'waiting')
        self.side.faults.extend(faults)
        for _try in range(len(faults) + 1):
            self._work()
        self.assertEqual((message.state, message.is_unsure), ('answered', False), message.reason)
        self.assertEqual(self.side.effects['shipment_order', picking.name], 1)
        self.assertEqual(set(self.side.seen_keys), {message.key})
        return message

    def _fail_once(self, fault, failure, is_unsure):
        self._order()
        message = self._messages(direction='out')
        self.side.faults.append(fault)
        self.connector._work()
        self.assertEqual((message.state, message.failure, message.is_unsure), ('failed', failure, is_unsure))
        self.assertTrue(message.reason)
        self.side.faults.clear()
        self._work()
        self.assertEqual(message.state, 'answered')
        self.assertEqual(sum(self.side.effects.values()), 1)
        self.assertFalse(self.connector.failing_since)

    def test_works(self):
        message = self._send_through()
        self.assertEqual((message.attempts, message.answer), (1, 'W1'))
        self.assertEqual(self.connector.state, 'fine')

    def test_nobody_there(self):
        self.side.stop()
        try:
            self._order()
            message = self._messages(direction='out')
            for _night in range(20):
                self._work()
        finally:
            self.side.start_again()
        self.assertEqual((message.state, message.failure, message.attempts), ('failed', 'unreachable', 0))
        self.assertFalse(message.is_unsure)
        self.assertEqual((self.connector.state, self.connector.failures), ('failing', 20))
        self._work()
        self.assertEqual((message.state, self.connector.state), ('answered', 'fine'))

    def test_no_answer_in_time(self):
        self._fail_once('hang', 'timeout', True)

    def test_connection_cut_in_mid_answer(self):
        self._fail_once('cut', 'cut', True)

    def test_error_then_works(self):
        self._fail_once('error', 'server_error', True)

    def test_busy_is_not_disturbed_before_it_asks_for(self):
        self._order()
        message = self._messages(direction='out')
        self.side.faults.append('busy')
        self.connector._work()
        earliest = fields.Datetime.now() + timedelta(minutes=19)
        self.assertGreater(message.next_try_at, earliest)
        self.assertGreater(self.connector.next_try_at, earliest)
        calls = sum(self.side.calls.values())
        self.connector._work()
        self.assertEqual(sum(self.side.calls.values()), calls)
        self._work()
        self.assertEqual(message.state, 'answered')

    def test_token_that_has_run_out_is_renewed(self):
        self.connector.write({'auth': 'token', 'login': 'us', 'endpoint': self.side.url, 'kind': 'rest'})
        self.connector.new_secret = 'right'
        self.side.token = 'second'
        message = self._send_through()
        self.assertEqual((message.attempts, self.side.calls['token']), (1, 1))
        self.side.token = 'third'
        self._order('C-2')
        self._work()
        self.assertEqual(self.side.calls['token'], 2)
        self.assertEqual(set(self._messages(direction='out').mapped('state')), {'answered'})

    def test_who_is_not_let_in_waits(self):
        self._fail_once('expired', 'unauthorised', False)

    @mute_logger('zeep.wsdl.bindings.soap')
    def test_answer_that_is_none(self):
        self._fail_once('garbage', 'not_understood', True)

    def test_right_status_wrong_body(self):
        self._fail_once('contradict', 'contradicts', True)

    def test_answer_to_another_message(self):
        self._fail_once('other_key', 'contradicts', True)

    def test_acts_but_its_answer_is_lost(self):
        self._send_through('lost')
        self.assertEqual(len(self.side.seen_keys), 1, "It was asked first, and not sent again.")

    def test_acts_and_says_error(self):
        self._send_through('act_and_error', 'error')

    def test_who_knows_no_keys_is_asked_first(self):
        with Counterpart(knows_keys=False) as side:
            self.env['ir.config_parameter'].set_param('channel.connect.hosts', '127.0.0.1')
            self.connector.endpoint = side.url + ('/soap' if self.kind == 'soap' else '')
            picking = self._order()
            for fault in ('lost', 'hang', 'act_and_error'):
                side.faults.append(fault)
                self._work()
            self._work()
            self.assertEqual(side.effects['shipment_order', picking.name], 1)

    def test_all_of_it_has_to_come_in_time(self):
        self._fail_once('drip', 'timeout', True)

    def test_head_has_to_come_in_time(self):
        self._fail_once('drip_head', 'timeout', True)

    def test_huge_answer(self):
        self._fail_once('huge', 'too_large', True)

    def test_huge_answer_announced(self):
        self._fail_once('huge_announced', 'too_large', True)

    def test_nobody_is_followed_elsewhere(self):
        self._fail_once('redirect', 'redirect', False)
        self.assertFalse(self.side.is_secret_read)

    @mute_logger('zeep.wsdl.bindings.soap')
    def test_answer_that_means_harm(self):
        self._fail_once('bomb', 'not_understood', True)

    @mute_logger('zeep.wsdl.bindings.soap')
    def test_everything_one_after_the_other(self):
        self.connector.max_attempts = 50
        self._send_through(
            'hang', 'cut', 'error', 'busy', 'expired', 'garbage', 'contradict', 'lost', 'drip', 'redirect')

    def test_what_is_refused_is_a_dead_letter_with_its_reason(self):
        self._order()
        message = self._messages(direction='out')
        self.side.faults.append('reject')
        self.connector._work()
        self.assertEqual((message.state, message.is_unsure), ('dead', False))
        self.assertIn("street is missing", message.reason)
        self.assertFalse(self.connector.failing_since, "It concerns the message, not the other side.")

    def test_who_never_answers_rightly_ends_as_a_dead_letter(self):
        self.connector.max_attempts = 3
        self._order()
        message = self._messages(direction='out')
        self.side.faults.extend(['other_key', 'other_key', 'error'] * 3)
        for _try in range(6):
            self._work()
        self.assertEqual((message.state, message.attempts), ('dead', 3))

    # --- what it says

    def test_what_is_fetched_twice_is_done_once(self):
        picking = self._order()
        self.side.say(**self._as_said(self._confirm(picking, ('YOG-1', 12))))
        self._work()
        self.assertEqual(picking.state, 'done')
        self.connector.cursor = False  # as after a restore of one of the two sides
        self._work()
        self.assertEqual(self._messages(direction='in').mapped('state'), ['answered'])

    def test_fetching_goes_on_where_it_ended(self):
        picking = self._order()
        self._work()
        for number in range(450):
            self.side.say(
                'tracking_event', f'e{number}', status='in_transit', happened_at='2026-11-01T10:00:00Z', ref='x')
        self.side.say(**self._as_said(self._confirm(picking, ('YOG-1', 12))))
        self._work()
        self.assertEqual(picking.state, 'done')
        self.assertEqual(self.connector.cursor, '451')

    def test_fetching_fails_and_nothing_is_lost(self):
        picking = self._order()
        self.side.say(**self._as_said(self._confirm(picking, ('YOG-1', 12))))
        self._work()
        self.assertEqual(picking.state, 'done')
        later = self._order('C-2')
        self._work()
        self.side.say(**self._as_said(self._confirm(later, ('YOG-1', 12))))
        for fault in ('cut', 'error', 'garbage', 'contradict', 'hang', 'huge'):
            self.side.faults.append(fault)
            with mute_logger('zeep.wsdl.bindings.soap'):
                self._work()
            self.assertEqual(self.connector.state, 'failing', fault)
            self.assertEqual(later.state, 'assigned')
        self._work()
        self.assertEqual(later.state, 'done')

    def test_hello(self):
        self.assertIn("Counterpart", self.connector.action_test()['params']['message'])
        self.side.clock_off = 600
        answer = self.connector.action_test()['params']
        self.assertEqual(answer['type'], 'warning')
        self.assertIn("10 minutes", answer['message'])

    def _as_said(self, message):
        return {'kind': message['kind'], 'key': message['key'], **message['body']}


@tagged('post_install', '-at_install')
class TestConnectFaultsRest(FaultCases, ConnectCommon):
    kind = 'rest'
    allow_inherited_tests_method = True


@tagged('post_install', '-at_install')
class TestConnectFaultsSoap(FaultCases, ConnectCommon):
    kind = 'soap'
    allow_inherited_tests_method = True

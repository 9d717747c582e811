from contextlib import closing
from unittest.mock import patch

from psycopg2.errors import SerializationFailure
from psycopg2.pool import PoolError

from odoo.sql_db import db_connect
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.fast import sale_order_turn
from .common import ChannelCommon

LOGGER = sale_order_turn.__name__


@tagged('-at_install', 'post_install')
class TestTurns(ChannelCommon):
    """Submissions take turns. That nothing is overdrawn or lost under load is shown by tests/faults/test_turns.py."""

    def setUp(self):
        super().setUp()
        self.line = self._create_credit(self.dealer, 10**6)
        self.registry_enter_test_mode()
        self.patch(self.registry['sale.order'], '_channel_has_written', lambda orders: False)
        self.patch(sale_order_turn, 'LONGEST_PAUSE', 0)
        self.queued = []
        self.patch(self.registry['sale.order'], '_channel_wait_for_turn', self._note_turn)

    def _note_turn(self, model, ids):
        self.queued.append((model, set(ids)))
        return True

    def _fail(self, times, error):
        """The first so many attempts end with this error."""
        take_in, attempts = self.registry['sale.order']._channel_take_in, []

        def fail(orders, raws, **options):
            attempts.append(orders.env.cr)
            answers = take_in(orders, raws, **options)
            if len(attempts) <= times:
                raise error
            return answers
        self.patch(self.registry['sale.order'], '_channel_take_in', fail)
        return attempts

    def test_order_is_taken_on_a_connection_of_its_own(self):
        attempts = self._fail(0, None)
        answer, order = self._submit_one(lines=[('YOG-1', 12)])
        self.assertEqual((answer['status'], order.state), ('accepted', 'sale'))
        self.assertIsNot(attempts[0], self.env.cr)
        self.assertEqual(self.queued, [('channel.credit.line', set(self.line.ids))])

    def test_user_company_and_language_go_along(self):
        self.env['res.lang']._activate_lang('fr_FR')
        seen = []
        take_in = self.registry['sale.order']._channel_take_in
        self.patch(self.registry['sale.order'], '_channel_take_in', lambda orders, raws, **options: (
            seen.append((orders.env.uid, orders.env.su, orders.env.company.id, orders.env.lang)),
            take_in(orders, raws, **options))[1])
        self.env['sale.order'].with_context(lang='fr_FR').channel_submit([self._prepare_order('L-1')])
        self.assertEqual(seen, [(self.env.uid, True, self.company.id, 'fr_FR')])

    def test_dry_run_keeps_nothing(self):
        answer = self._submit(self._prepare_order('Y-1'), dry_run=True)[0]
        self.assertEqual((answer['status'], answer['order_id']), ('accepted', False))
        self.assertFalse(self.env['sale.order'].search([('channel_external_id', '=', 'Y-1')]))

    @mute_logger(LOGGER)
    def test_lost_race_is_run_again_and_queues_for_the_goods(self):
        attempts = self._fail(2, SerializationFailure("could not serialize"))
        answers = self._submit(self._prepare_order('R-1', lines=[('YOG-1', 12), ('MLK-1', 1)]))
        self.assertEqual(([answer['status'] for answer in answers], len(attempts)), (['accepted'], 3))
        self.assertEqual(self.queued[1:], 2 * [('product.product', {self.yoghurt.id, self.milk.id})])
        self.assertEqual(self.env['sale.order'].search_count([('channel_external_id', '=', 'R-1')]), 1)

    @mute_logger(LOGGER)
    def test_race_lost_again_and_again_is_sent_back_with_a_name(self):
        for error in (SerializationFailure("could not serialize"), PoolError("no connection left")):
            self._fail(100, error)
            answer, = self._submit(self._prepare_order('R-2'))
            self.assertEqual((answer['status'], answer['order_id'], answer['external_id']), ('rejected', False, 'R-2'))
            self.assertIn("Many orders", answer['verdicts'][0]['message'])
            self.assertIn("Send it again", answer['verdicts'][0]['fix'])
            self.assertFalse(self.env['sale.order'].search([('channel_external_id', '=', 'R-2')]))

    def test_error_of_our_own_is_not_run_again(self):
        attempts = self._fail(100, ZeroDivisionError())
        with self.assertRaises(ZeroDivisionError):
            self._submit(self._prepare_order('R-3'))
        self.assertEqual(len(attempts), 1)

    def test_portal_takes_turns_too(self):
        answer = self.dealer.sudo()._portal_submit([{'product_id': self.yoghurt.id, 'qty': 12}], 'token-0001')
        self.assertEqual(answer['status'], 'accepted')
        self.assertEqual(self.queued, [('channel.credit.line', set(self.line.ids))])


@tagged('-at_install', 'post_install')
class TestQueue(ChannelCommon):
    """The queue itself, on real connections."""

    def test_transaction_that_has_written_goes_on_itself(self):
        self.assertTrue(self.env['sale.order']._channel_has_written())
        with closing(db_connect(self.env.cr.dbname).cursor()) as cr:
            Order = self.env['sale.order'].with_env(self.env(cr=cr))
            self.assertFalse(Order._channel_has_written())
            cr.execute("SELECT txid_current()")
            self.assertTrue(Order._channel_has_written())

    @mute_logger(LOGGER)
    def test_who_waits_too_long_is_sent_back(self):
        first, second = (db_connect(self.env.cr.dbname).cursor() for _i in range(2))
        with closing(first), closing(second), patch.object(sale_order_turn, 'LONGEST_WAIT', 0.2):
            here, there = (self.env['sale.order'].with_env(self.env(cr=cr)) for cr in (first, second))
            self.assertTrue(here._channel_wait_for_turn('channel.credit.line', {7, 3}))
            self.assertFalse(there._channel_wait_for_turn('channel.credit.line', {3}))
            self.assertTrue(there._channel_wait_for_turn('channel.credit.line', {4}), "another's line is free")
            self.assertTrue(there._channel_wait_for_turn('product.product', {3}), "and so is another kind")
            second.execute("SHOW lock_timeout")
            self.assertEqual(second.fetchone(), ('0',), "the rest of the request waits as ever")
            first.rollback()
            self.assertTrue(there._channel_wait_for_turn('channel.credit.line', {3}), "freed with the transaction")

import logging
import math
import time
from datetime import timedelta

import psycopg2

from odoo import api, fields, models

from odoo.addons.base.models.ir_cron import MIN_TIME_PER_JOB

from ...engine.connect import messages, retry
from .channel_connector import _close

_logger = logging.getLogger(__name__)

BATCH = 10  # taken at once by one worker
FETCH = 200  # messages of one call
MAX_PAGES = 50  # of one round
IN_BATCH = 50
STEP_SECONDS = 5  # of one connector, to send, to fetch, to do: the others wait so long
ROUND_SECONDS = 40  # of all of them: Odoo ends who takes minutes


class ChannelConnector(models.Model):
    """The rounds: what waits is sent, what the others say is fetched, what came in is done.

    Each message is a transaction of its own, and a worker says which it takes before it begins: a crash leaves what is
    done done, and the rest to be tried again under the same key.
    """

    _inherit = 'channel.connector'

    # === CRON === #

    @api.model
    def _cron_work(self):
        """One round of everything, first of whom waited longest.

        Whoever has much to do goes on in the next round, which Odoo begins at once while there is time: neither the
        other connectors nor the alarms wait for it. One that fails costs the others one call of patience.
        """
        connectors = self.sudo().search([('is_paused', '=', False)], order='worked_at NULLS FIRST, name, id')
        unfinished, until = len(connectors), self._get_round_end()
        for connector in connectors:
            if time.monotonic() >= until:
                break
            unfinished -= connector._work(STEP_SECONDS)
            self._commit(done=1)
        connectors._alert()
        self._commit(remaining=unfinished)

    @api.model
    def _get_round_end(self):
        """When all rounds of this run of the scheduled action are over."""
        soon = self.env.context.get('cron_end_time', time.monotonic() + MIN_TIME_PER_JOB)
        return soon - MIN_TIME_PER_JOB + ROUND_SECONDS

    @api.model
    def _cron_ask_snapshots(self):
        """Nightly: have everybody who stores goods say what there is."""
        today = fields.Date.context_today(self)
        for connector in self.sudo().search([
                ('asks_snapshot', '=', True), ('role', '!=', 'tms'), ('is_paused', '=', False)]):
            connector._ask_snapshot(today)

    # === BUSINESS METHODS === #

    def _work(self, seconds=math.inf):
        """Send, fetch, do: errors of one step do not keep the next from being taken, nor the other connectors.

        :param seconds: of each step; what is under way then is ended, the rest is left
        :return: whether nothing was left for want of time
        """
        self.ensure_one()
        round_ = {'is_finished': True}
        worker = self.sudo().with_context(channel_round=round_)
        try:
            for step in (worker._work_outbox, worker._work_poll, worker._work_inbox, worker._note_worked):
                round_['until'] = time.monotonic() + seconds
                trouble = worker._try_step(step)
                if trouble:
                    worker._try_step(lambda trouble=trouble: worker._keep_trouble(trouble))
        finally:
            _close(round_)
        return round_['is_finished']

    def _has_time(self):
        return time.monotonic() < self.env.context['channel_round']['until']

    def _leave(self, claimed=()):
        """The time of this step is over: what was taken and not tried is for the next round."""
        self.env.context['channel_round']['is_finished'] = False
        self.env['channel.connector.message']._release(claimed)

    def _note_worked(self):
        self.worked_at = fields.Datetime.now()
        self._commit()

    def _try_step(self, step):
        """:return: the failure where `step` did not end as anybody expects; nothing of it stays"""
        try:
            step()
        except psycopg2.OperationalError as error:
            # Somebody else wrote the same row just now. What was taken comes back when its lease is over.
            _logger.info("connector %s: %s, later again", self.id, type(error).__name__)
            self._rollback()
        except Exception as error:
            _logger.exception("connector %s", self.id)
            self._rollback()
            return retry.Failure('error', type(error).__name__)
        return None

    def _keep_trouble(self, failure):
        self._note_trouble(failure)
        self._commit()

    def _work_outbox(self):
        """Send what waits, oldest first, one document's messages in their sequence."""
        Message = self.env['channel.connector.message']
        while self._is_open() and self._has_time():
            claimed = Message._claim(self, 'out', BATCH)
            self._commit()
            if not claimed:
                return
            for number, (message, was_unsure) in enumerate(claimed):
                failure = message._send_now(was_unsure)
                self._commit()
                if failure and failure.concerns_all:
                    Message._release(claimed[number + 1:])
                    self._keep_trouble(failure)
                    return
                if not self._has_time():
                    self._leave(claimed[number + 1:])
                    break
            self._note_fine(self._get_clock_off())
            self._commit()

    def _work_poll(self):
        """Fetch what the other side has to say: its messages and the cursor are kept in one transaction."""
        now = fields.Datetime.now()
        if not self.polls or not self._is_open() or self.next_poll_at and self.next_poll_at > now:
            return
        more, pages = True, 0
        while more and pages < MAX_PAGES:
            pages += 1
            try:
                found, cursor, more = self._get_way()._fetch(self, self.cursor or '', FETCH)
            except retry.Failure as failure:
                self._keep_trouble(failure)
                return
            more = more and cursor != (self.cursor or '')
            self.env['channel.connector.message']._take_in(self, found)
            self.write({'cursor': cursor, 'next_poll_at': now + timedelta(minutes=self.poll_minutes)})
            self._note_fine(self._get_clock_off())
            if more and not self._has_time():
                self.next_poll_at = False
                self._leave()
                more = False
            self._commit()

    def _work_inbox(self):
        """Do what came in; each message in a transaction of its own."""
        Message = self.env['channel.connector.message']
        while self._has_time() and (claimed := Message._claim(self, 'in', IN_BATCH)):
            self._commit()
            for number, (message, _was_unsure) in enumerate(claimed):
                message._take_now()
                self._commit()
                if not self._has_time():
                    self._leave(claimed[number + 1:])
                    self._commit()
                    break

    def _get_clock_off(self):
        return self.env.context.get('channel_round', {}).get('clocks', {}).get(self.id)

    def _ask_snapshot(self, day):
        """Have it say what it holds at each of its places; once a day, however often this is called."""
        self.ensure_one()
        places = [(place, place.code) for place in self.warehouse_ids] if self.role == 'wms' else [
            (self.member_id, self.member_id.code)]
        self.env['channel.connector.message']._put([{
            'connector': self, 'kind': 'snapshot_request', 'record': place, 'revision': int(day.strftime('%Y%m%d')),
            'body': messages.SnapshotRequest(code), 'thread': f'snapshot/{code}'} for place, code in places])

    @api.model
    def _commit(self, done=0, remaining=None):
        """End the transaction; inside of a cron, say what is done and left."""
        self.env['ir.cron']._commit_progress(done, remaining=remaining)

    @api.model
    def _rollback(self):
        self.env.cr.rollback()

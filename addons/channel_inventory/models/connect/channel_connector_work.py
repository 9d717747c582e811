import logging
from datetime import timedelta

import psycopg2

from odoo import api, fields, models

from ...engine.connect import messages, retry
from .channel_connector import _close

_logger = logging.getLogger(__name__)

BATCH = 10  # taken at once by one worker
FETCH = 200  # messages of one call
MAX_PAGES = 50  # of one round
IN_BATCH = 50


class ChannelConnector(models.Model):
    """The rounds: what waits is sent, what the others say is fetched, what came in is done.

    Each message is a transaction of its own, and a worker says which it takes before it begins: a crash leaves what is
    done done, and the rest to be tried again under the same key.
    """

    _inherit = 'channel.connector'

    # === CRON === #

    @api.model
    def _cron_work(self):
        """One round of everything, of each connector; one that fails costs the others one call of patience."""
        connectors = self.sudo().search([('is_paused', '=', False)])
        for connector in connectors:
            connector._work()
            if not self._commit():
                return
        connectors._alert()

    @api.model
    def _cron_ask_snapshots(self):
        """Nightly: have everybody who stores goods say what there is."""
        today = fields.Date.context_today(self)
        for connector in self.sudo().search([
                ('asks_snapshot', '=', True), ('role', '!=', 'tms'), ('is_paused', '=', False)]):
            connector._ask_snapshot(today)

    # === BUSINESS METHODS === #

    def _work(self):
        """Send, fetch, do: errors of one step do not keep the next from being taken, nor the other connectors."""
        self.ensure_one()
        round_ = {}
        worker = self.sudo().with_context(channel_round=round_)
        try:
            for step in (worker._work_outbox, worker._work_poll, worker._work_inbox):
                trouble = worker._try_step(step)
                if trouble:
                    worker._try_step(lambda trouble=trouble: worker._keep_trouble(trouble))
        finally:
            _close(round_)

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
        while self._is_open():
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
            self._commit()

    def _work_inbox(self):
        """Do what came in; each message in a transaction of its own."""
        Message = self.env['channel.connector.message']
        while claimed := Message._claim(self, 'in', IN_BATCH):
            self._commit()
            for message, _was_unsure in claimed:
                message._take_now()
                self._commit()

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
    def _commit(self):
        """End the transaction; inside of a cron, say so. :return: whether there is time left"""
        return self.env['ir.cron']._commit_progress(0) > 0

    @api.model
    def _rollback(self):
        self.env.cr.rollback()

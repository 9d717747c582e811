import json
import logging
import random

import psycopg2
from psycopg2.extras import Json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...engine.connect import messages, reading, retry

_logger = logging.getLogger(__name__)

# The oldest of each document that is due; what is another's at this moment is passed over. What itself waits for
# something else keeps nothing back: it may be that.
CLAIM = """
    WITH due AS (
        SELECT m.id, m.is_unsure
          FROM channel_connector_message m
         WHERE m.connector_id = %(connector)s AND m.direction = %(direction)s
           AND m.state IN ('waiting', 'sent', 'failed') AND m.next_try_at <= %(now)s
           AND (m.thread IS NULL OR NOT EXISTS (
               SELECT 1 FROM channel_connector_message b
                WHERE b.connector_id = m.connector_id AND b.direction = m.direction AND b.thread = m.thread
                  AND b.id < m.id AND b.state IN ('waiting', 'sent', 'failed', 'dead')
                  AND b.failure IS DISTINCT FROM 'not_yet'))
      ORDER BY m.next_try_at, m.id LIMIT %(limit)s FOR UPDATE OF m SKIP LOCKED
    )
    UPDATE channel_connector_message m
       SET state = 'sent', attempts = attempts + 1, next_try_at = %(lease)s, is_unsure = TRUE
      FROM due WHERE due.id = m.id
 RETURNING m.id, COALESCE(due.is_unsure, FALSE)
"""
ADD = """
    INSERT INTO channel_connector_message (
        connector_id, company_id, direction, kind, key, thread, state, payload, digest, failure, failure_detail,
        res_model, res_id, attempts, next_try_at, is_unsure, create_uid, create_date, write_uid, write_date)
    SELECT *, 0, %(now)s, FALSE, %(uid)s, %(now)s, %(uid)s, %(now)s FROM (VALUES %(rows)s) AS v
        ON CONFLICT (connector_id, direction, key) DO NOTHING
 RETURNING id
"""


class ChannelConnectorMessage(models.Model):
    """The queue: putting in, taking out, and what became of it."""

    _inherit = 'channel.connector.message'

    # === PUTTING IN === #

    @api.model
    def _put(self, rows):
        """Have something said, after this transaction has held.

        :param rows: dicts of `connector`, `kind`, `body` (a message), `record` it is about, and perhaps `thread`
            (messages of one are said in their sequence; the record without one) and `revision` (to say it anew)
        :return: number of messages that are new
        """
        now = fields.Datetime.now()
        values = []
        for row in rows:
            record = row['record']
            key = messages.make_key(row['kind'], record._name, record.id, row.get('revision', 0))
            raw = messages.write_envelope(messages.Envelope(row['kind'], key, now, row['body']))
            values.append((
                row['connector'].id, row['connector'].company_id.id, 'out', row['kind'], key,
                row.get('thread') or f'{record._name}/{record.id}', 'waiting', raw, messages.digest(raw['body']), None,
                None, record._name, record.id))
        added = self._add(values)
        if added:
            self.env['channel.connector']._nudge()
        return len(added)

    @api.model
    def _take_in(self, connector, raws):
        """Keep what came in, each once. What cannot be read is kept too, for a person.

        :return: an `Ack` for each, in the same sequence
        """
        read = [self._read_in(connector, raw) for raw in raws]
        known = {row.key: row for row in self.search([
            ('connector_id', '=', connector.id), ('direction', '=', 'in'), ('key', 'in', [one[0] for one in read])])}
        acks, rows = [], {}
        for key, kind, thread, raw, problem in read:
            digest = messages.digest(raw if problem else raw['body'])
            ack, row = self._judge_in(key, digest, known.get(key) or rows.get(key), problem)
            acks.append(ack)
            if row:
                at, failure = row
                rows[at] = (
                    connector.id, connector.company_id.id, 'in', kind, at, thread, 'dead' if failure else 'waiting',
                    raw, digest, failure, problem, None, None)
        if rows:
            self._add(list(rows.values()))
        return acks

    @api.model
    def _read_in(self, connector, raw):
        """(key, kind, thread, what it says, what is wrong with it)"""
        try:
            envelope = messages.read_envelope(raw, messages.IN)
        except reading.Unreadable as bad:
            said = raw.get('key') if isinstance(raw, dict) else None
            is_key = isinstance(said, str) and 0 < len(said) <= messages.MAX_KEY and reading.is_kept(said)
            key = said if is_key else None
            return key or f'content:{messages.digest(raw)}', 'unreadable', None, _storable(raw), (
                connector._write_problems(bad))
        raw = messages.write_envelope(envelope)
        return envelope.key, envelope.kind, self._get_thread(envelope) or None, raw, None

    @api.model
    def _judge_in(self, key, digest, known, problem):
        """(what to answer, (key to keep it under, failure) or None where nothing is kept)"""
        text = problem and self.env['channel.connector']._explain('unreadable', problem)
        if not known:
            if problem:
                return messages.Ack(key, 'rejected', text[:500]), (key, 'unreadable')
            return messages.Ack(key, 'accepted'), (key, None)
        is_row = isinstance(known, models.BaseModel)
        if (known.digest if is_row else known[8]) == digest:
            if problem:
                return messages.Ack(key, 'rejected', text[:500]), None
            return messages.Ack(key, 'duplicate'), None
        if is_row and known.state == 'dead' and known.failure == 'unreadable' and not problem:
            known._replace(digest)  # the sender has mended it himself
            return messages.Ack(key, 'accepted'), (key, None)
        return messages.Ack(key, 'rejected', self.env._("This key has said something else before.")), (
            f'{key[:80]}!{digest[:12]}', 'unreadable' if problem else 'conflict')

    def _replace(self, digest):
        """Make room for the same key with the right words; what could not be read stays on record."""
        self.write({'key': f'{self.key[:80]}!{(self.digest or digest)[:12]}', 'state': 'dropped',
                    'drop_reason': self.env._("Mended by the sender."), 'done_at': fields.Datetime.now()})
        self.flush_recordset()

    @api.model
    def _add(self, values):
        """Insert; what is known by its key is left alone, whoever comes first. :return: the new messages"""
        found = []
        self.flush_model()
        for start in range(0, len(values), 500):
            rows = SQL(", ").join(
                SQL("(%s::int4, %s::int4, %s, %s, %s, %s::varchar, %s, %s::jsonb, %s, %s::varchar, %s::text, "
                    "%s::varchar, %s::int4)", *(Json(one) if isinstance(one, (dict, list)) else one for one in row))
                for row in values[start:start + 500])
            found += [id_ for id_, in self.env.execute_query(SQL(
                ADD, rows=rows, now=fields.Datetime.now(), uid=self.env.uid))]
        return self.browse(found)

    # === TAKING OUT === #

    @api.model
    def _claim(self, connector, direction, limit):
        """Take what is due, as ours for a while. :return: [(message, whether an earlier try may have been taken)]"""
        self.flush_model()
        now = fields.Datetime.now()
        rows = self.env.execute_query(SQL(
            CLAIM, connector=connector.id, direction=direction, limit=limit, now=now,
            lease=now + connector._get_lease(direction, limit)))
        self.invalidate_model()
        order = dict(rows)
        return [(message, order[message.id]) for message in self.browse(sorted(order))]

    @api.model
    def _release(self, claimed):
        """What was taken and not tried is nobody's again."""
        for message, was_unsure in claimed:
            message.write({
                'state': 'waiting' if message.attempts <= 1 else 'failed', 'attempts': message.attempts - 1,
                'next_try_at': fields.Datetime.now(), 'is_unsure': was_unsure})

    # === WHAT BECAME OF IT === #

    def _send_now(self, was_unsure):
        """One try. :return: the failure, or None"""
        self.ensure_one()
        connector = self.connector_id
        way = connector._get_way().with_context(channel_round=self.env.context.get('channel_round', {}))
        try:
            ack = way._ask(connector, self.key) if was_unsure and connector.asks_first else None
            if ack is None or ack.status == 'unknown':
                ack = way._send(connector, self.payload)
            if ack.status == 'rejected':
                raise retry.Failure('rejected', ack.reason)
            if ack.status == 'unknown':
                raise retry.Failure('contradicts', ack.status)
        except retry.Failure as failure:
            return self._note_failure(failure, was_unsure)
        except psycopg2.OperationalError:
            raise
        except Exception as error:
            _logger.exception("connector %s, message %s", connector.id, self.id)
            return self._note_failure(retry.Failure('error', type(error).__name__), was_unsure)
        self._note_done(ack.ref or ack.reason or ack.status)
        return None

    def _note_done(self, answer=''):
        self.write({
            'state': 'answered', 'answer': (answer or '')[:500], 'done_at': fields.Datetime.now(), 'is_unsure': False,
            'failure': False, 'failure_detail': False})

    def _note_failure(self, failure, was_unsure=False):
        """Tried again later, or a dead letter. :return: the failure"""
        attempts = self.attempts if failure.counts else max(self.attempts - 1, 0)
        at = retry.next_try(
            self.connector_id._get_policy(), failure, attempts, fields.Datetime.now(), random.random())  # noqa: S311
        # Who refuses has not acted, now or before; who is not there now may have acted before.
        is_unsure = failure.may_have_acted or was_unsure and failure.concerns_all
        self.write({
            'state': 'failed' if at else 'dead', 'next_try_at': at or fields.Datetime.now(), 'attempts': attempts,
            'failure': failure.key, 'failure_detail': failure.detail,
            'is_unsure': is_unsure and self.direction == 'out'})
        return failure

    def _take_now(self):
        """Do what a message says: all of it and that it is done, or nothing and why."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                envelope = messages.read_envelope(self.payload, messages.IN)
                answer = getattr(self, f'_take_{envelope.kind}')(envelope.body)
                self._note_done(answer)
            return
        except retry.Failure as error:
            failure = error
        except reading.Unreadable as error:
            failure = retry.Failure('unreadable')
            failure.detail = self.connector_id._write_problems(error)
        except UserError as error:
            failure = retry.Failure('cannot', str(error.args[0]))
        except psycopg2.OperationalError:
            raise
        except Exception as error:
            _logger.exception("connector %s, message %s", self.connector_id.id, self.id)
            failure = retry.Failure('error', type(error).__name__)
        self.invalidate_recordset()
        self._note_failure(failure)


def _storable(raw):
    """What is no message, as something that PostgreSQL keeps."""
    try:
        text = json.dumps(raw, default=str, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        text = json.dumps(str(raw)[:2000], ensure_ascii=False)
    if '\\u0000' in text or not reading.is_kept(text) or len(text) > 1_000_000:
        return {'text': text[:2000].encode('utf-8', 'backslashreplace').decode().replace('\\', '/')}
    found = json.loads(text)
    return found if isinstance(found, (dict, list)) else {'text': str(found)[:2000]}

import logging
import random
import time
from datetime import timedelta

from psycopg2.errors import SerializationFailure

from odoo import api, fields, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

# kind: (tries at once, seconds until one more). In any W seconds that is never more than tries + W / seconds.
RATES = {
    'login': (5, 180),  # wrong passwords of one login from everywhere: at most 10 in 15 minutes
    'source': (5, 180),  # … and of one login from one place
    'address': (50, 18),  # wrong passwords of any login from one address
    'key': (20, 45),  # wrong API keys from one address
    'reset': (3, 1200),  # mails with a link to a new password, to one login
    'reset_address': (20, 180),
    'post': (120, 1),  # whatever a user sends in the dealer centre
    'upload': (30, 20),
    'invite': (20, 180),  # people invited by one member
    'export': (10, 360),
    'public': (60, 1),  # pages that need no login, from one address
}
# Of a login's tries, so many are kept for places from which it has logged in before.
RESERVED = 2
SEEN = 'seen'
SEEN_DAYS = 90
KEPT_DAYS = 2
TRIES = 60
LONGEST_PAUSE = 0.05  # seconds; a busy machine gives each its turn within the tries
KEY_LENGTH = 120


class ChannelRate(models.Model):
    """How often somebody has tried something, counted for all workers together.

    Each kind is a bucket that empties drop by drop: a try is a drop, a full bucket refuses. The row is written in a
    short transaction of its own, so that a request that fails still counts, and so does one before a restart.
    """

    _name = 'channel.rate'
    _description = "Rate Limit"
    _log_access = False
    _order = 'until desc, last_at desc, id desc'
    _rec_name = 'key'

    kind = fields.Selection(
        [('login', "Wrong passwords of a login"), ('source', "Wrong passwords of a login from one place"),
         ('address', "Wrong passwords from an address"), ('key', "Wrong API keys"),
         ('reset', "Password mails"), ('reset_address', "Password mails asked for from an address"),
         ('post', "Sent in the dealer centre"), ('upload', "Uploads"), ('invite', "Invitations"),
         ('export', "Exports of personal data"), ('public', "Pages without login"),
         (SEEN, "Has logged in from here")], "What", required=True)
    key = fields.Char("Who", required=True, help="A login, an address, or both; a device by a number made of it.")
    free_at = fields.Datetime(required=True, help="When all tries so far are forgotten.")
    tries = fields.Integer(help="Since the row was made; tries that turned out right are taken off.")
    last_at = fields.Datetime("Last Try", required=True, index=True)
    refused = fields.Integer(help="How often it was turned away.")
    until = fields.Datetime("Limited Until", index='btree_not_null', help="From then on one more try is taken.")
    is_limited = fields.Boolean("Limited Now", compute='_compute_is_limited', search='_search_is_limited')

    _one_each = models.UniqueIndex('(kind, key)')

    # === COMPUTE METHODS === #

    @api.depends('until')
    def _compute_is_limited(self):
        now = fields.Datetime.now()
        for rate in self:
            rate.is_limited = bool(rate.until and rate.until > now)

    def _search_is_limited(self, operator, value):
        if operator != 'in':
            return NotImplemented
        return [('until', '>', fields.Datetime.now())]

    # === ACTION METHODS === #

    def action_release(self):
        """Forget the tries: whoever is limited may go on at once."""
        self.check_access('write')
        _logger.info("%s releases %s", self.env.user.login, ", ".join(f"{rate.kind} {rate.key}" for rate in self))
        self.sudo().unlink()

    # === BUSINESS METHODS === #

    @api.model
    def _get_rate(self, kind):
        """(tries at once, seconds until one more), as the parameter `channel.rate.<kind>` says: "5/180"."""
        text = self.env['ir.config_parameter'].sudo().get_param(f'channel.rate.{kind}') or ''
        tries, _slash, seconds = text.partition('/')
        if tries.isdecimal() and seconds.isdecimal() and int(tries) and int(seconds):
            return int(tries), int(seconds)
        return RATES[kind]

    @api.model
    def _take(self, *buckets):
        """Use up one try of every bucket, or of none if one is full.

        :param buckets: (kind, key) or (kind, key, tries that are kept for others)
        :return: seconds to wait; 0 when the try was taken
        """
        return self._alone(lambda rates: rates._take_here(buckets))

    @api.model
    def _get_wait(self, *buckets):
        """Seconds until every bucket would take a try, without taking one; 0 when all do now."""
        return self._alone(lambda rates: rates._get_wait_here(buckets))

    @api.model
    def _give_back(self, *buckets, seen=None):
        """The try was none to count: it turned out right. :param seen: remember this login and place"""
        self._alone(lambda rates: rates._give_back_here(buckets, seen))

    @api.model
    def _was_seen(self, key):
        """Whether this login has come from this place lately."""
        return bool(self.sudo().search_count([('kind', '=', SEEN), ('key', '=', _shorten(key))], limit=1))

    @api.model
    def _release(self, login):
        """Forget the wrong passwords of this login."""
        self._alone(lambda rates: rates.env.cr.execute(SQL(
            "DELETE FROM channel_rate WHERE kind IN ('login', 'source') AND (key = %s OR starts_with(key, %s))",
            _shorten(login), _shorten(f'{login} ')), log_exceptions=False))

    # --- in a transaction of their own

    @api.model
    def _alone(self, act):
        """`act` on a connection of its own, again when another has written the same row just now."""
        for tries_left in reversed(range(TRIES)):
            try:
                with self.env.registry.cursor() as cr:
                    return act(self.with_env(self.env(cr=cr)))
            except SerializationFailure:
                if tries_left:
                    time.sleep(random.uniform(0, LONGEST_PAUSE))  # noqa: S311  no secret
        return 1  # so many at once are no person: wait

    @api.model
    def _take_here(self, buckets):
        now = fields.Datetime.now()
        savepoint = self.env.cr.savepoint(flush=False)
        with savepoint:
            for kind, key, tries, pace in self._read_buckets(buckets):
                if not self._fill(kind, key, tries, pace, now):
                    savepoint.rollback()
                    return self._note_refusal(kind, key, tries, pace, now)
        return 0

    @api.model
    def _get_wait_here(self, buckets):
        now = fields.Datetime.now()
        for kind, key, tries, pace in self._read_buckets(buckets):
            rate = self.search([('kind', '=', kind), ('key', '=', key)], limit=1)
            if rate and rate.free_at + timedelta(seconds=pace) > now + timedelta(seconds=pace * tries):
                return self._note_refusal(kind, key, tries, pace, now)
        return 0

    @api.model
    def _read_buckets(self, buckets):
        """(kind, key as it is kept, tries it takes, seconds a try) of each, less what is reserved for others."""
        for kind, key, *reserved in buckets:
            tries, pace = self._get_rate(kind)
            yield kind, _shorten(key), max(tries - sum(reserved), 1), pace

    @api.model
    def _fill(self, kind, key, tries, pace, now):
        drop, full = timedelta(seconds=pace), timedelta(seconds=pace * tries)
        self.env.cr.execute(SQL("""
            INSERT INTO channel_rate AS rate (kind, key, free_at, tries, last_at, refused)
                 VALUES (%(kind)s, %(key)s, %(first)s, 1, %(now)s, 0)
            ON CONFLICT (kind, key) DO UPDATE
                    SET free_at = GREATEST(rate.free_at, %(now)s) + %(drop)s, tries = rate.tries + 1,
                        last_at = %(now)s, until = NULL
                  WHERE GREATEST(rate.free_at, %(now)s) + %(drop)s <= %(full)s
              RETURNING id
        """, kind=kind, key=key, now=now, drop=drop, first=now + drop, full=now + full), log_exceptions=False)
        return bool(self.env.cr.fetchone())

    @api.model
    def _note_refusal(self, kind, key, tries, pace, now):
        """:return: seconds until one more try is taken"""
        self.env.cr.execute(SQL(
            """UPDATE channel_rate SET refused = refused + 1, last_at = %(now)s, until = free_at - %(room)s
                WHERE kind = %(kind)s AND key = %(key)s RETURNING until""",
            now=now, kind=kind, key=key, room=timedelta(seconds=pace * (tries - 1))), log_exceptions=False)
        found = self.env.cr.fetchone()
        return max(int((found[0] - now).total_seconds()), 1) if found else pace

    @api.model
    def _give_back_here(self, buckets, seen):
        now = fields.Datetime.now()
        for kind, key, *_reserved in buckets:
            self.env.cr.execute(SQL(
                """UPDATE channel_rate SET free_at = free_at - %s, tries = tries - 1
                    WHERE kind = %s AND key = %s AND tries > 0""",
                timedelta(seconds=self._get_rate(kind)[1]), kind, _shorten(key)), log_exceptions=False)
        if seen:
            # Once a day is enough.
            self.env.cr.execute(SQL("""
                INSERT INTO channel_rate AS rate (kind, key, free_at, tries, last_at, refused)
                     VALUES (%(kind)s, %(key)s, %(now)s, 0, %(now)s, 0)
                ON CONFLICT (kind, key) DO UPDATE SET last_at = %(now)s WHERE rate.last_at < %(day)s
            """, kind=SEEN, key=_shorten(seen), now=now, day=now - timedelta(days=1)), log_exceptions=False)

    # === CRON === #

    @api.autovacuum
    def _gc_old(self):
        now = fields.Datetime.now()
        self.sudo().search([
            '|', '&', ('kind', '!=', SEEN), ('last_at', '<', now - timedelta(days=KEPT_DAYS)),
            ('last_at', '<', now - timedelta(days=SEEN_DAYS)),
        ], limit=10_000).unlink()


def _shorten(key):
    return key.replace('\x00', '')[:KEY_LENGTH]

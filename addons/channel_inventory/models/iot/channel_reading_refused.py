import hashlib
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

MAX_CONTENT = 20_000
MOST = 20_000
KEPT_DAYS = 90
# The same message again is the same row: a device that always sends the same nonsense fills no table.
KEEP = """
    INSERT INTO channel_reading_refused AS kept (
        digest, way, topic, content, reason, company_id, device_id, count, first_at, last_at, state, create_uid,
        create_date, write_uid, write_date)
    SELECT digest, way, topic, content, reason, company_id, device_id, 1, at, at, 'open', %(uid)s, %(now)s, %(uid)s,
           %(now)s FROM (VALUES %(rows)s) AS v (digest, way, topic, content, reason, company_id, device_id, at)
        ON CONFLICT (digest) DO UPDATE SET count = kept.count + 1, last_at = GREATEST(kept.last_at, EXCLUDED.last_at)
"""


class ChannelReadingRefused(models.Model):
    """A message of a device, or of somebody who says to be one, that could not be taken."""

    _name = 'channel.reading.refused'
    _description = "Refused Message of a Device"
    _inherit = ['channel.by.hand']
    _order = 'last_at desc, id desc'
    _rec_name = 'topic'

    digest = fields.Char(required=True, readonly=True)
    way = fields.Selection([('mqtt', "MQTT"), ('http', "HTTP")], required=True, readonly=True)
    topic = fields.Char("From", readonly=True, help="The topic, or the code of the device that has signed.")
    content = fields.Text("Says", readonly=True)
    reason = fields.Selection(selection='_get_reasons', required=True, readonly=True)
    company_id = fields.Many2one(
        'res.company', readonly=True, help="Empty: it came under a name that no company has.")
    device_id = fields.Many2one('channel.device', readonly=True, index='btree_not_null', ondelete='set null')
    count = fields.Integer("Times", readonly=True)
    first_at = fields.Datetime("First", required=True, readonly=True)
    last_at = fields.Datetime("Last", required=True, readonly=True, index=True)
    state = fields.Selection(
        [('open', "To Look At"), ('taken', "Taken After All"), ('dropped', "Dropped")], required=True, default='open',
        readonly=True, index=True)

    _once = models.UniqueIndex('(digest)')

    # === SELECTION METHODS === #

    @api.model
    def _get_reasons(self):
        _ = self.env._
        return [
            ('wrong_topic', _("A topic that means nothing")), ('unknown_device', _("A device that is not known here")),
            ('not_json', _("Neither JSON nor a number")), ('too_large', _("Too large")),
            ('too_many', _("Too many readings at once")), ('empty', _("No reading in it")),
            ('not_a_reading', _("No reading")), ('no_value', _("Without a value")),
            ('wrong_value', _("A value that is no number")), ('wrong_time', _("A time that is none")),
            ('wrong_id', _("An id that is none")), ('wrong_kind', _("Not what this device measures")),
            ('wrong_device', _("A code that is none")), ('implausible', _("A value that cannot be true")),
            ('future', _("In the future")), ('too_old', _("Too long ago")), ('flood', _("Too many messages")),
            ('error', _("It could not be processed"))]

    # === ACTION METHODS === #

    def action_retry(self):
        """Take these now, if they can be: a device that was not known may be so by now."""
        self.check_access('write')
        Device = self.env['channel.device'].sudo()
        taken = self.browse()
        for refused in self.filtered(lambda one: one.state == 'open' and one.content):
            if all(answer in ('accepted', 'duplicate') for answer in Device._take_refused(refused.sudo())):
                taken |= refused
        taken.sudo().state = 'taken'
        if not taken:
            raise UserError(self.env._("None of these can be taken."))

    def action_drop(self):
        """Nobody needs to look at these any more."""
        self.check_access('write')
        self.filtered(lambda one: one.state == 'open').sudo().state = 'dropped'

    # === BUSINESS METHODS === #

    @api.model
    def _keep(self, way, rows):
        """Keep what was refused, for a person.

        :param rows: dicts of `topic`, `content` (bytes), `reason`, `at`, and `device` where it is known
        """
        now, kept = fields.Datetime.now(), {}
        for row in rows:
            content = row['content'][:MAX_CONTENT].decode('utf-8', 'backslashreplace').replace('\x00', '\\x00')
            topic = row['topic'][:200].replace('\x00', '\\x00')
            text = '\n'.join((way, topic, row['reason'], content))
            digest = hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()
            device = row.get('device')
            kept[digest] = (
                digest, way, topic, content, row['reason'], device.company_id.id if device else None,
                device.id if device else None, row['at'])
        if kept:
            values = SQL(", ").join(
                SQL("(%s, %s, %s, %s, %s, %s::int4, %s::int4, %s::timestamp)", *row) for row in kept.values())
            self.env.cr.execute(SQL(KEEP, rows=values, uid=self.env.uid, now=now))
            self.invalidate_model()

    # === CRON === #

    @api.autovacuum
    def _gc_old(self):
        """What is old, and the oldest where there are too many."""
        self.sudo().search(
            [('last_at', '<', fields.Datetime.now() - timedelta(days=KEPT_DAYS))], limit=10_000).unlink()
        self.sudo().search([], offset=MOST, limit=10_000).unlink()

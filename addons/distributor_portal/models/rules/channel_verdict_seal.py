import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...engine import chain

_logger = logging.getLogger(__name__)

# What a seal covers, by its form: a field that verdicts get later makes a new form, older seals keep theirs.
SEALED_FIELDS = {
    1: ('id', 'order_id', 'company_id', 'run', 'line_no', 'sku', 'rule_version_id', 'decision', 'rule_decision',
        'measured', 'limit', 'text_key', 'args', 'details', 'inputs', 'override_id', 'create_uid', 'create_date'),
}
FORM = 1
HEAD = 'distributor_portal.seal_head'
BATCH = 1000
# A verdict's number is drawn before its transaction commits: so many later ones may have been sealed before it.
LATE_VERDICTS = 100_000
# No transaction takes longer: what is dated this much before the last sealed verdict was put in later.
LATE_HOURS = 24


class ChannelVerdictSeal(models.Model):
    """A link of the chain over all verdicts: whoever changes, deletes or inserts one behind our back breaks it."""

    _name = 'channel.verdict.seal'
    _description = "Seals"
    _inherit = ['channel.append.only']
    _order = 'number desc'
    _rec_name = 'number'

    number = fields.Integer(required=True)
    verdict_id = fields.Many2one('channel.verdict', required=True, ondelete='restrict')
    form = fields.Integer(required=True, default=FORM, help="Which fields of the verdict the digest covers.")
    digest = fields.Char(required=True, help="SHA-256 of the verdict in canonical JSON.")
    previous = fields.Char(required=True, help="Hash of the seal before.")
    hash = fields.Char(required=True)

    _number_unique = models.Constraint('UNIQUE (number)', "This number is taken.")
    _verdict_unique = models.Constraint('UNIQUE (verdict_id)', "This verdict is sealed already.")

    # === ACTION METHODS === #

    def action_seal(self):
        """Seal at once what the next run would. Only managers read seals, so only they get past the check."""
        self.check_access('read')
        return self._notify('success', self.env._("%s verdicts sealed.", self.sudo()._seal()))

    def action_verify(self):
        """Check the whole chain now and say what is wrong."""
        self.check_access('read')
        problem = self.sudo()._verify()
        if problem:
            return self._notify('danger', problem['message'])
        return self._notify('success', self.env._("All %s seals hold.", self.sudo().search_count([])))

    # === BUSINESS METHODS === #

    @api.model
    def _notify(self, type_, message):
        return {
            'type': 'ir.actions.client', 'tag': 'display_notification',
            'params': {'type': type_, 'message': message, 'sticky': type_ == 'danger'},
        }

    @api.model
    def _seal(self, limit=None):
        """Chain the verdicts that are not sealed yet, oldest first. :return: how many"""
        # One at a time: the number of the last seal must not move while others are appended.
        self.env.cr.execute(SQL("LOCK TABLE channel_verdict_seal IN SHARE ROW EXCLUSIVE MODE"))
        number, previous, last_verdict = self._get_last()
        ids = self._get_unsealed(last_verdict, limit or BATCH)
        links = []
        for values in self._read_verdicts(ids, FORM):
            link = chain.link(number + 1, values['id'], chain.digest(values), previous)
            links.append(link)
            number, previous = link.number, link.hash
        self.create([{
            'number': link.number, 'verdict_id': link.fact, 'digest': link.digest, 'previous': link.previous,
            'hash': link.hash,
        } for link in links])
        if links:
            self.env['ir.config_parameter'].sudo().set_param(HEAD, f'{number}:{previous}')
            # The log lies outside the database: whoever rewrites the one does not rewrite the other.
            _logger.info("Verdicts sealed up to number %s, hash %s", number, previous)
        return len(links)

    @api.model
    def _get_last(self):
        """(number, hash, verdict's id) of the last seal."""
        last = self.search([], order='number desc', limit=1)
        return (last.number, last.hash, last.verdict_id.id) if last else (0, chain.START, 0)

    @api.model
    def _get_unsealed(self, last_verdict, limit):
        rows = self.env.execute_query(SQL("""
            SELECT verdict.id
              FROM channel_verdict verdict
             WHERE verdict.id > %(first)s
               AND NOT EXISTS (SELECT FROM channel_verdict_seal seal WHERE seal.verdict_id = verdict.id)
               AND verdict.create_date >= COALESCE(
                       (SELECT create_date FROM channel_verdict WHERE id = %(last)s), '-infinity') - %(late)s
             ORDER BY verdict.id
             LIMIT %(limit)s
        """, first=last_verdict - LATE_VERDICTS, last=last_verdict, late=timedelta(hours=LATE_HOURS), limit=limit))
        return [id_ for (id_,) in rows]

    @api.model
    def _read_verdicts(self, ids, form):
        """The sealed values of these verdicts as the database holds them, in the sequence of their ids."""
        if not ids:
            return []
        names = SEALED_FIELDS[form]
        columns = SQL(", ").join(
            SQL("to_char(create_date, 'YYYY-MM-DD HH24:MI:SS.US')") if name == 'create_date' else SQL.identifier(name)
            for name in names)
        rows = self.env.execute_query(SQL(
            "SELECT %s FROM channel_verdict WHERE id = ANY(%s) ORDER BY id", columns, list(ids)))
        return [dict(zip(names, row, strict=True)) for row in rows]

    @api.model
    def _verify(self):
        """The first place where the chain does not hold, or None.

        :rtype: {'problem', 'number', 'verdict', 'message'}
        """
        self.env.flush_all()
        number, previous = 0, chain.START
        while True:
            pairs = self._read_links(number)
            if not pairs:
                break
            found = chain.find_break(pairs, number, previous)
            if isinstance(found, chain.Break):
                return self._describe(found)
            number, previous = found
        head_number, _colon, head = (self.env['ir.config_parameter'].sudo().get_param(HEAD) or '0:').partition(':')
        if (number, previous if number else '') != (int(head_number), head):
            return self._describe(chain.Break('truncated', number + 1, None))
        inserted = self._find_inserted()
        return self._describe(chain.Break('inserted', 0, inserted)) if inserted else None

    @api.model
    def _read_links(self, after):
        """[(link, digest of its verdict now)] of the next seals after number `after`."""
        rows = self.env.execute_query(SQL("""
            SELECT number, verdict_id, digest, previous, hash, form FROM channel_verdict_seal
             WHERE number > %s ORDER BY number, id LIMIT %s
        """, after, BATCH))
        now = {}
        for form in {row[-1] for row in rows}:
            for values in self._read_verdicts([row[1] for row in rows if row[-1] == form], form):
                now[values['id']] = chain.digest(values)
        return [(chain.Link(*row[:-1]), now.get(row[1])) for row in rows]

    @api.model
    def _find_inserted(self):
        """A verdict that is dated before sealed ones, and is not sealed: it was put in later."""
        rows = self.env.execute_query(SQL("""
            SELECT min(verdict.id)
              FROM channel_verdict verdict,
                   (SELECT max(create_date) AS create_date, max(id) AS id
                      FROM channel_verdict WHERE id = (
                          SELECT verdict_id FROM channel_verdict_seal ORDER BY number DESC LIMIT 1)) last
             WHERE (verdict.create_date < last.create_date - %s OR verdict.id <= last.id - %s)
               AND NOT EXISTS (SELECT FROM channel_verdict_seal seal WHERE seal.verdict_id = verdict.id)
        """, timedelta(hours=LATE_HOURS), LATE_VERDICTS))
        return rows[0][0]

    @api.model
    def _describe(self, found):
        _ = self.env._
        message = {
            'changed': _("Verdict %(verdict)s (seal %(number)s) was changed after it was sealed."),
            'deleted': _("Verdict %(verdict)s (seal %(number)s) was deleted."),
            'missing': _("Seal %(number)s is missing."),
            'reordered': _("The seals are out of sequence at number %(number)s (verdict %(verdict)s)."),
            'forged': _("Seal %(number)s (verdict %(verdict)s) does not follow from the one before it."),
            'truncated': _("The last seals are gone: the chain ends before number %(number)s."),
            'inserted': _("Verdict %(verdict)s was put in later: it is dated before sealed ones."),
        }[found.problem] % {'verdict': found.fact, 'number': found.number}
        return {'problem': found.problem, 'number': found.number, 'verdict': found.fact, 'message': message}

    # === CRON === #

    @api.model
    def _cron_seal(self):
        """Seal what has come since, batch after batch."""
        while done := self._seal():
            if not self.env['ir.cron']._commit_progress(done, remaining=BATCH if done == BATCH else 0):
                break
            if done < BATCH:
                break

    @api.model
    def _cron_verify(self):
        """Look over the whole chain; an alarm says what is wrong."""
        problem = self._verify()
        if problem:
            self.env['channel.alarm']._raise(
                'verdict_seal', self.env._("The chain of verdicts is broken"), problem['message'])

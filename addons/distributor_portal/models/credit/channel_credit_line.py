from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

COUNTER_FIELDS = {'used_amount', 'ceiling_amount'}


class ChannelCreditLine(models.Model):
    """What a member may owe, and how much of it its orders hold.

    `used_amount` is a counter that changes in the same transaction as the order it counts. Whoever judges by it
    first writes the row (`_lock`): at Odoo's isolation level a second transaction then fails and is run again on
    what the first has left, where reading alone would oversell.
    """

    _name = 'channel.credit.line'
    _description = "Credit Line"
    _inherit = ['mail.thread']
    _rec_name = 'member_id'
    _order = 'member_id'

    member_id = fields.Many2one('channel.member', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one('res.company', required=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related='company_id.currency_id')
    limit_amount = fields.Monetary("Limit", required=True, tracking=True)
    used_amount = fields.Monetary("Used", required=True, default=0, readonly=True, copy=False)
    ceiling_amount = fields.Monetary(
        required=True, default=0, readonly=True, copy=False,
        help="How far the counter may go: the limit, or what was used already when the limit was lowered below it.")
    left_amount = fields.Monetary("Left", compute='_compute_left_amount')
    used_rate = fields.Float("Used Share", compute='_compute_left_amount')
    active = fields.Boolean(default=True)

    _one_line = models.Constraint('UNIQUE (member_id, company_id)', "The member has a credit line already.")
    _limit_not_negative = models.Constraint('CHECK (limit_amount >= 0)', "A credit limit is not negative.")
    _used_within_ceiling = models.Constraint(
        'CHECK (used_amount <= ceiling_amount)', "The credit of this member does not suffice.")

    # === COMPUTE METHODS === #

    @api.depends('limit_amount', 'used_amount')
    def _compute_left_amount(self):
        for line in self:
            line.left_amount = max(line.limit_amount - line.used_amount, 0)
            line.used_rate = line.used_amount / line.limit_amount if line.limit_amount else 0

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        self._refuse_counters(*vals_list)
        return super().create([{**vals, 'ceiling_amount': vals.get('limit_amount', 0)} for vals in vals_list])

    def write(self, vals):
        self._refuse_counters(vals)
        result = super().write(vals)
        if 'limit_amount' in vals:
            self._add({line.id: 0 for line in self})
        return result

    # === BUSINESS METHODS === #

    def _refuse_counters(self, *vals_list):
        if any(COUNTER_FIELDS & set(vals) for vals in vals_list):
            raise AccessError(self.env._(
                "What is used of a credit follows from the orders; it is not written by hand."))

    def _lock(self):
        """Write these rows, lowest id first, so that no other transaction decides on them before this one ends."""
        if not self:
            return
        self.flush_recordset()
        self.env.cr.execute(SQL(
            "SELECT id FROM channel_credit_line WHERE id = ANY(%s) ORDER BY id FOR UPDATE", self.ids))
        self.env.cr.execute(SQL(
            "UPDATE channel_credit_line SET used_amount = used_amount WHERE id = ANY(%s)", self.ids))
        self.invalidate_recordset(['used_amount', 'limit_amount'])

    @api.model
    def _add(self, deltas, is_forced=False):
        """Add to the counters. :param deltas: {id of a line: amount, negative to release}

        :param is_forced: somebody entitled has decided that the order goes beyond the limit
        :raise psycopg2.errors.CheckViolation: an amount that does not fit
        """
        if not deltas:
            return
        lines = self.browse(sorted(deltas))
        lines.flush_recordset()
        self.env.cr.execute(SQL("""
            UPDATE channel_credit_line line
               SET used_amount = line.used_amount + delta.amount,
                   ceiling_amount = GREATEST(
                       line.limit_amount, line.used_amount + CASE WHEN %s THEN delta.amount ELSE 0 END)
              FROM unnest(%s, %s) AS delta(id, amount)
             WHERE line.id = delta.id
        """, is_forced, lines.ids, [deltas[line.id] for line in lines]))
        lines.invalidate_recordset(['used_amount', 'ceiling_amount'])

    @api.model
    def _get_locked_lines(self, members):
        """{member: its own credit line}, each locked for a decision; members without one are missing."""
        lines = self.sudo().search([('member_id', 'in', members.ids)])
        lines._lock()
        return {line.member_id: line for line in lines}

    # === CRON === #

    @api.model
    def _cron_check(self):
        """Recompute every counter from the orders; put right and report what differs."""
        differences = self._find_differences()
        for line, expected in differences.items():
            line._lock()
            line._add({line.id: expected - line.used_amount}, is_forced=True)
            line.message_post(body=self.env._(
                "The nightly check found %(found)s held by orders where the counter said %(counted)s; "
                "it was corrected.",
                found=expected, counted=differences[line]))
        return len(differences)

    @api.model
    def _find_differences(self):
        """{line: what its member's orders hold} where that is not what the counter says."""
        held = dict(self.env['sale.order'].sudo()._read_group(
            [('channel_credit_amount', '!=', 0)], ['channel_credit_line_id'], ['channel_credit_amount:sum']))
        return {
            line: held.get(line, 0) for line in self.sudo().with_context(active_test=False).search([])
            if line.currency_id.compare_amounts(line.used_amount, held.get(line, 0))
        }

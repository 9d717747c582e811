from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, split_every

from .memo import get_memo

COUNTER_FIELDS = {'used_amount', 'booked_amount', 'ceiling_amount'}
CHUNK = 500


class ChannelCreditLine(models.Model):
    """What a member may owe, and how much of it is used.

    Used is what open orders hold plus what is open on the member's account, of the member itself and of those below
    that draw on this line too. `used_amount` is a counter that changes in the same transaction as the order or entry
    it counts. Whoever judges by it first writes the row (`_lock`): at Odoo's isolation level a second transaction
    then fails and is run again on what the first has left, where reading alone would oversell.
    """

    _name = 'channel.credit.line'
    _description = "Credit Line"
    _inherit = ['mail.thread']
    _rec_name = 'member_id'
    _order = 'member_id'

    member_id = fields.Many2one('channel.member', required=True, index=True, ondelete='cascade')
    tier_id = fields.Many2one(related='member_id.tier_id', store=True)
    upstream_id = fields.Many2one(related='member_id.upstream_id', store=True)
    segment = fields.Selection(related='member_id.segment')
    company_id = fields.Many2one('res.company', required=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related='company_id.currency_id')
    policy_id = fields.Many2one(
        'channel.credit.policy', "Policy", compute='_compute_policy_id', store=True, precompute=True, readonly=False,
        ondelete='restrict', tracking=True, help="Fills in limit, grace and hold; each can be changed for this member.")
    limit_amount = fields.Monetary(
        "Limit", required=True, tracking=True, compute='_compute_from_policy', store=True, precompute=True,
        readonly=False, help="Agreed until further notice. A temporary raise comes on top while it is in force.")
    grace_days = fields.Integer(
        "Days of Grace", tracking=True, compute='_compute_from_policy', store=True, precompute=True, readonly=False,
        help="How long after its due date an invoice may stay unpaid before new orders are held.")
    holds_overdue = fields.Boolean(
        "Hold When Overdue", tracking=True, compute='_compute_from_policy', store=True, precompute=True,
        readonly=False,
        help="While an invoice is unpaid beyond its grace, no new order goes through. A payment ends it.")
    used_amount = fields.Monetary(
        "Used", required=True, default=0, readonly=True, copy=False,
        help="Open orders, goods delivered and not invoiced, and what is open on the account.")
    booked_amount = fields.Monetary(
        "Open on Account", required=True, default=0, readonly=True, copy=False,
        help="The part of it that is booked: open invoices, less credit notes and payments not yet allocated.")
    ceiling_amount = fields.Monetary(
        required=True, default=0, readonly=True, copy=False,
        help="How far the counter may go: the limit with its raises, or what was used already beyond it.")
    raise_ids = fields.One2many('channel.credit.raise', 'line_id', "Temporary Raises")
    raised_amount = fields.Monetary(
        "Raised By", compute='_compute_left_amount', help="Temporary raises in force today.")
    total_limit_amount = fields.Monetary("Limit Today", compute='_compute_left_amount')
    left_amount = fields.Monetary("Left", compute='_compute_left_amount')
    used_rate = fields.Float("Used Share", compute='_compute_left_amount', search='_search_used_rate')
    active = fields.Boolean(default=True)

    _one_line = models.Constraint('UNIQUE (member_id, company_id)', "The member has a credit line already.")
    _limit_not_negative = models.Constraint('CHECK (limit_amount >= 0)', "A credit limit is not negative.")
    _grace_not_negative = models.Constraint('CHECK (grace_days >= 0)', "Days of grace are not negative.")
    _used_within_ceiling = models.Constraint(
        'CHECK (used_amount <= ceiling_amount)', "The credit of this member does not suffice.")

    # === COMPUTE METHODS === #

    @api.depends('member_id')
    def _compute_policy_id(self):
        policies = self.env['channel.credit.policy'].sudo()._find_for(self.member_id)
        for line in self:
            line.policy_id = line.policy_id or policies.get(line.member_id)

    @api.depends('policy_id')
    def _compute_from_policy(self):
        for line in self:
            policy = line.policy_id
            line.limit_amount = policy.limit_amount if policy else line.limit_amount
            line.grace_days = policy.grace_days if policy else line.grace_days
            line.holds_overdue = policy.holds_overdue if policy else line.holds_overdue

    @api.depends('limit_amount', 'used_amount', 'raise_ids.state', 'raise_ids.date_to')
    def _compute_left_amount(self):
        raised = self._get_raised()
        for line in self:
            line.raised_amount = raised.get(line.id, 0)
            line.total_limit_amount = total = line.limit_amount + line.raised_amount
            line.left_amount = max(total - line.used_amount, 0)
            line.used_rate = line.used_amount / total if total else 0

    def _search_used_rate(self, operator, value):
        if operator not in ('>', '>=', '<', '<='):
            return NotImplemented
        raised = SQL("""(
            SELECT COALESCE(SUM(amount), 0) FROM channel_credit_raise
             WHERE line_id = channel_credit_line.id AND state = 'approved' AND %s BETWEEN date_from AND date_to
        )""", self.env.company._channel_get_today())
        self.flush_model(['limit_amount', 'used_amount'])
        self.env['channel.credit.raise'].flush_model()
        rows = self.env.execute_query(SQL("""
            SELECT id FROM channel_credit_line
             WHERE limit_amount + %(raised)s > 0
               AND used_amount %(operator)s (limit_amount + %(raised)s) * %(value)s
        """, raised=raised, operator=SQL(operator), value=value))
        return [('id', 'in', [id_ for id_, in rows])]

    # === CONSTRAINT METHODS === #

    @api.constrains('member_id', 'company_id')
    def _check_company_is_members(self):
        for line in self:
            if line.company_id != line.member_id.company_id:
                raise ValidationError(self.env._(
                    "%(member)s buys from %(company)s: its credit belongs there.",
                    member=line.member_id.code, company=line.member_id.company_id.name))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        self._refuse_counters(*vals_list)
        lines = super().create(vals_list)
        lines.sudo()._recount()
        lines.policy_id.sudo()._apply_terms(lines)
        return lines

    def write(self, vals):
        self._refuse_counters(vals)
        result = super().write(vals)
        if 'active' in vals:
            self.sudo()._recount()
        elif {'limit_amount', 'policy_id'} & set(vals):
            self._add({line.id: 0 for line in self})
        if vals.get('policy_id'):
            self.policy_id.sudo()._apply_terms(self)
        return result

    # === BUSINESS METHODS === #

    def _refuse_counters(self, *vals_list):
        if any(COUNTER_FIELDS & set(vals) for vals in vals_list):
            raise AccessError(self.env._(
                "What is used of a credit follows from the orders; it is not written by hand."))

    def _lock(self):
        """Write these rows, lowest id first, so that no other transaction decides on them before this one ends."""
        memo = get_memo(self)
        if not self or (memo and memo.locked.issuperset(self.ids)):
            return
        self.flush_recordset()
        self.env.cr.execute(SQL("""
            WITH locked AS MATERIALIZED (%s)
            UPDATE channel_credit_line line SET used_amount = line.used_amount FROM locked WHERE line.id = locked.id
        """, self._get_lock_query()))
        self.invalidate_recordset(['used_amount', 'booked_amount', 'limit_amount'])
        if memo:
            memo.locked.update(self.ids)

    def _get_lock_query(self):
        """Everybody takes rows in the same sequence: nobody waits for somebody who waits for him."""
        return SQL("SELECT id FROM channel_credit_line WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", self.ids)

    @api.model
    def _add(self, deltas, is_forced=False, booked=None):
        """Add to the counters. :param deltas: {id of a line: amount, negative to release}

        :param is_forced: a fact of the books, or somebody entitled has decided that it goes beyond the limit
        :param booked: {id of a line: what is open on the account now}
        :raise psycopg2.errors.CheckViolation: an amount that does not fit
        """
        if not deltas:
            return
        lines = self.browse(sorted(deltas))
        lines.flush_recordset()
        raised, memo = lines._get_raised(), get_memo(self)
        if len(lines) > 1 and not (memo and memo.locked.issuperset(lines.ids)):
            self.env.cr.execute(lines._get_lock_query())
        self.env.cr.execute(SQL("""
            UPDATE channel_credit_line line
               SET used_amount = line.used_amount + delta.amount,
                   booked_amount = COALESCE(delta.booked, line.booked_amount),
                   ceiling_amount = GREATEST(
                       line.limit_amount + delta.raised,
                       line.used_amount + CASE WHEN %s THEN delta.amount ELSE LEAST(delta.amount, 0) END)
              FROM unnest(%s::int[], %s::numeric[], %s::numeric[], %s::numeric[]) AS delta(id, amount, raised, booked)
             WHERE line.id = delta.id
        """, is_forced, lines.ids, [line.currency_id.round(deltas[line.id]) for line in lines],
            [raised.get(line.id, 0) for line in lines], [(booked or {}).get(line.id) for line in lines]))
        lines.invalidate_recordset([*COUNTER_FIELDS, 'left_amount', 'used_rate'])

    def _get_raised(self):
        """{id of a line: what its raises in force today come to}"""
        memo = get_memo(self)
        known = memo.raised if memo else {}
        Raise = self.env['channel.credit.raise'].sudo()
        if missing := [line_id for line_id in self.ids if line_id not in known]:
            known.update(dict.fromkeys(missing, 0.0))
            known.update((line.id, amount) for line, amount in Raise._read_group(
                Domain('line_id', 'in', missing) & Raise._get_in_force_domain(), ['line_id'], ['amount:sum']))
        return {line_id: known[line_id] for line_id in self.ids if known[line_id]}

    # --- which lines an order or an entry touches

    @api.model
    def _get_pools(self, members):
        """{member: the lines it draws on}, its own first, then those above as far as it shares them; in one query."""
        memo = get_memo(self)
        known = memo.pools if memo else {}
        if missing := [member_id for member_id in members.ids if member_id not in known]:
            known.update(self._find_pools(missing))
        lines = self.sudo().browse(line_id for member_id in members.ids for line_id in known[member_id])
        return {
            member: lines.browse(known[member.id]).with_prefetch(lines._prefetch_ids)
            for member in members if known[member.id]
        }

    @api.model
    def _find_pools(self, member_ids):
        """{id of a member: ids of the lines it draws on}"""
        self.env['channel.member'].flush_model(['upstream_id', 'shares_upstream_credit', 'company_id'])
        self.flush_model(['member_id', 'company_id', 'active'])
        rows = self.env.execute_query(SQL("""
            WITH RECURSIVE pool AS (
                SELECT id AS member_id, id AS holder_id, upstream_id, shares_upstream_credit AS goes_on, 0 AS step
                  FROM channel_member
                 WHERE id = ANY(%s)
             UNION ALL
                SELECT pool.member_id, above.id, above.upstream_id, above.shares_upstream_credit, pool.step + 1
                  FROM pool
                  JOIN channel_member above ON above.id = pool.upstream_id
                 WHERE pool.goes_on
            )
            SELECT pool.member_id, line.id
              FROM pool
              JOIN channel_member holder ON holder.id = pool.holder_id
              JOIN channel_credit_line line ON line.member_id = holder.id AND line.company_id = holder.company_id
             WHERE line.active
          ORDER BY pool.member_id, pool.step
        """, member_ids))
        ids = {member_id: [] for member_id in member_ids}
        for member_id, line_id in rows:
            ids[member_id].append(line_id)
        return ids

    @api.model
    def _get_line_ids_for(self, members):
        """The ids of all lines, own and shared, that orders of these members may touch, lowest first; in one query."""
        return sorted({line_id for lines in self._get_pools(members).values() for line_id in lines.ids})

    @api.model
    def _get_locked_lines(self, members):
        """{member: the nearest line it draws on}, with all lines it draws on locked for a decision.

        Members without credit are missing.
        """
        pools = self._get_pools(members)
        self.sudo().union(*pools.values())._lock()
        return {member: lines[:1] for member, lines in pools.items()}

    def _get_pool_member_ids(self):
        """{id of a line: ids of the members that draw on it}; in one query."""
        rows = self.env.execute_query(SQL("""
            WITH RECURSIVE pool AS (
                SELECT line.id AS line_id, line.member_id FROM channel_credit_line line
                 WHERE line.id = ANY(%s) AND line.active
             UNION ALL
                SELECT pool.line_id, below.id
                  FROM pool
                  JOIN channel_member below ON below.upstream_id = pool.member_id AND below.shares_upstream_credit
            )
            SELECT line_id, array_agg(member_id) FROM pool GROUP BY line_id
        """, self.ids))
        return dict(rows)

    # --- counting

    def _get_booked(self, pool):
        """{id of a line: {'invoice' | 'refund' | 'payment': amount open on the accounts of its members}}; one query

        Whatever stands open on a receivable account counts, whether an order was its reason or not.

        :param pool: as from `_get_pool_member_ids`
        """
        self.env['account.move.line'].flush_model()
        self.env['account.move'].flush_model(['move_type', 'state'])
        pairs = [(line_id, member_id) for line_id, member_ids in pool.items() for member_id in member_ids]
        rows = self.env.execute_query(SQL("""
            SELECT pool.line_id,
                   CASE WHEN move.move_type IN ('out_invoice', 'out_receipt') THEN 'invoice'
                        WHEN move.move_type = 'out_refund' THEN 'refund' ELSE 'payment' END AS kind,
                   SUM(entry.amount_residual)
              FROM unnest(%s::int[], %s::int[]) AS pool(line_id, member_id)
              JOIN channel_member member ON member.id = pool.member_id
              JOIN res_partner partner ON partner.commercial_partner_id = member.partner_id
              JOIN account_move_line entry ON entry.partner_id = partner.id AND entry.reconciled IS NOT TRUE
                   AND entry.parent_state = 'posted' AND entry.company_id = member.company_id
              JOIN account_account account ON account.id = entry.account_id
                   AND account.account_type = 'asset_receivable'
              JOIN account_move move ON move.id = entry.move_id
          GROUP BY pool.line_id, kind
        """, [pair[0] for pair in pairs], [pair[1] for pair in pairs])) if pairs else []
        booked = {line_id: dict.fromkeys(('invoice', 'refund', 'payment'), 0.0) for line_id in self.ids}
        for line_id, kind, amount in rows:
            booked[line_id][kind] = float(amount)
        return booked

    def _get_held(self, pool):
        """{id of a line: (what orders hold, which part of it is delivered)}; one query"""
        held = {
            member.id: (amount, delivered)
            for member, amount, delivered in self.env['sale.order'].sudo()._read_group(
                [('channel_member_id', 'in', list({id_ for ids in pool.values() for id_ in ids})),
                 ('channel_credit_amount', '!=', 0)],
                ['channel_member_id'], ['channel_credit_amount:sum', 'channel_delivered_amount:sum'])
        }
        return {
            line_id: tuple(sum(held.get(member_id, (0, 0))[i] for member_id in pool.get(line_id, ())) for i in (0, 1))
            for line_id in self.ids
        }

    @api.model
    def _refresh_booked(self, partners):
        """Bring the counters in line with what is open on the accounts of these companies now."""
        members = self.env['channel.member'].sudo().with_context(active_test=False).search(
            [('partner_id', 'in', partners.commercial_partner_id.ids)])
        lines = self.sudo().browse(self._get_line_ids_for(members)) if members else self.sudo()
        if not lines:
            return
        kinds = lines._get_booked(lines._get_pool_member_ids())
        booked = {line_id: sum(amounts.values()) for line_id, amounts in kinds.items()}
        deltas = {line.id: booked[line.id] - line.booked_amount for line in lines}
        changed = lines.filtered(lambda line: not line.currency_id.is_zero(deltas[line.id]))
        self.sudo()._add(
            {line.id: deltas[line.id] for line in changed}, is_forced=True,
            booked={line.id: line.currency_id.round(booked[line.id]) for line in changed})

    def _recount(self):
        """Count these lines anew from orders and accounts. :return: {line: (found, counted)} of those that differed"""
        self._lock()
        pool = self._get_pool_member_ids()
        self.env['sale.order'].sudo()._channel_recount([id_ for ids in pool.values() for id_ in ids])
        booked = {line_id: sum(kinds.values()) for line_id, kinds in self._get_booked(pool).items()}
        found = {line_id: held + booked[line_id] for line_id, (held, _delivered) in self._get_held(pool).items()}
        differing = {
            line: (line.currency_id.round(found[line.id]), line.used_amount) for line in self
            if line.currency_id.compare_amounts(line.used_amount, found[line.id])
        }
        self._add({line.id: found[line.id] - line.used_amount for line in self}, is_forced=True, booked={
            line.id: line.currency_id.round(booked[line.id]) for line in self})
        return differing

    # === CRON === #

    @api.model
    def _cron_check(self):
        """Recompute every counter from the documents; put right and report what differs. :return: how many did"""
        ids, count = self.sudo().search([('active', '=', True)], order='id').ids, 0
        for done in split_every(CHUNK, ids, list):
            lines = self.sudo().browse(done)
            differing = lines._recount()
            for line, (found, counted) in differing.items():
                line.message_post(body=self.env._(
                    "The nightly check found %(found)s where the counter said %(counted)s; it was corrected.",
                    found=found, counted=counted))
            count += len(differing)
            if self.env.context.get('cron_id'):
                self.env['ir.cron']._commit_progress(len(done), remaining=sum(1 for id_ in ids if id_ > done[-1]))
        return count

    @api.model
    def _find_differences(self):
        """{line: what it should say} where that is not what the counter says; changes nothing."""
        lines = self.sudo().search([('active', '=', True)])
        pool = lines._get_pool_member_ids()
        booked, held = lines._get_booked(pool), lines._get_held(pool)
        found = {line: held[line.id][0] + sum(booked[line.id].values()) for line in lines}
        return {
            line: amount for line, amount in found.items()
            if line.currency_id.compare_amounts(line.used_amount, amount)
        }

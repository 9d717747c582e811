from datetime import timedelta
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL, split_every

from ...engine import segments
from ...utils import to_decimal

CHUNK = 10_000
SEGMENTS = [('vip', "VIP"), ('core', "Core"), ('regular', "Regular")]
BASES = [('share', "Rank: the best so many percent"), ('amount', "Amount: at least so much")]


class ChannelSegmentRule(models.Model):
    """Which members are VIP or core: by what they bought in the last months, and in how many orders."""

    _name = 'channel.segment.rule'
    _description = "Segment Rule"
    _inherit = ['mail.thread']
    _order = 'company_id, tier_id, id'

    name = fields.Char(compute='_compute_name')
    company_id = fields.Many2one('res.company', required=True, index=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related='company_id.currency_id')
    tier_id = fields.Many2one(
        'channel.tier', "Tier", ondelete='cascade', tracking=True,
        help="Members of this tier are compared with one another. Empty: all tiers without a rule of their own.")
    window_months = fields.Integer(
        "Months Looked At", required=True, default=12, tracking=True, help="Up to the day of the run.")
    idle_days = fields.Integer(
        "Regular After Days Without Order", tracking=True,
        help="Who has not ordered for longer is regular, whatever it bought before. 0: no matter.")
    basis = fields.Selection(BASES, "Decides By", required=True, default='share', tracking=True)
    vip_share = fields.Float("VIP: Best", default=.05, tracking=True, help="Of those that bought anything, by value.")
    vip_amount = fields.Monetary("VIP: Bought at Least", tracking=True)
    vip_orders = fields.Integer("VIP: Orders at Least", default=12, tracking=True)
    core_share = fields.Float("Core: Best", default=.25, tracking=True, help="VIP included.")
    core_amount = fields.Monetary("Core: Bought at Least", tracking=True)
    core_orders = fields.Integer("Core: Orders at Least", default=4, tracking=True)
    last_run = fields.Datetime("Last Run", readonly=True, copy=False)
    active = fields.Boolean(default=True)

    _one_per_tier = models.UniqueIndex(
        '(company_id, COALESCE(tier_id, 0)) WHERE active', "This tier has a segment rule already.")
    _window_positive = models.Constraint(
        'CHECK (window_months BETWEEN 1 AND 60)', "Between 1 and 60 months are looked at.")
    _shares_sensible = models.Constraint(
        "CHECK (basis != 'share' OR (vip_share > 0 AND vip_share <= core_share AND core_share <= 1))",
        "Shares lie between 0 and 100 %, and VIP is part of core.")
    _amounts_sensible = models.Constraint(
        "CHECK (basis != 'amount' OR (core_amount > 0 AND vip_amount >= core_amount))",
        "Amounts are positive, and VIP asks for no less than core.")
    _counts_not_negative = models.Constraint(
        'CHECK (vip_orders >= 0 AND core_orders >= 0 AND idle_days >= 0)', "Counts are not negative.")

    # === COMPUTE METHODS === #

    @api.depends('tier_id', 'basis', 'vip_share', 'vip_amount', 'vip_orders', 'window_months')
    @api.depends_context('lang')
    def _compute_name(self):
        """Dealer: VIP the best 5 % with 12 orders in 12 months"""
        for rule in self:
            entry = self.env._("the best %(share)g %%", share=rule.vip_share * 100) if rule.basis == 'share' else (
                self.env._("from %(amount)g", amount=rule.vip_amount))
            rule.name = self.env._(
                "%(tier)s: VIP %(entry)s with %(orders)s orders in %(months)s months",
                tier=rule.tier_id.name or self.env._("All tiers"), entry=entry, orders=rule.vip_orders,
                months=rule.window_months)

    # === ACTION METHODS === #

    def action_preview(self):
        """Who would move, before anybody is moved."""
        self.check_access('write')
        return self.env['channel.segment.preview']._open(self)

    def action_view_changes(self):
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('distributor_portal.channel_segment_change_action')
        return {**action, 'domain': [('rule_id', 'in', self.ids)]}

    # === BUSINESS METHODS === #

    def _to_engine(self):
        self.ensure_one()
        is_share = self.basis == 'share'

        def grade(share, amount, orders):
            return segments.Grade(
                to_decimal(share, 4) if is_share else Decimal(0),
                Decimal(0) if is_share else to_decimal(amount, 2), orders)

        return segments.SegmentRule(
            grade(self.vip_share, self.vip_amount, self.vip_orders),
            grade(self.core_share, self.core_amount, self.core_orders), self.window_months, self.idle_days)

    def _find_moves(self, now=None):
        """[(member id, segment today, engine's `Placed`)] of those that belong elsewhere; set by hand stays."""
        self.ensure_one()
        rows = self._get_buyers(now or fields.Datetime.now())
        placed = segments.place_all([segments.Buyer(*row[:4]) for row in rows], self._to_engine())
        return [
            (row[0], row[4], one) for row, one in zip(rows, placed, strict=True)
            if one.segment != row[4] and not row[5]]

    def _get_buyers(self, now):
        """(member id, amount, orders, days since the last, segment, by hand) of all members the rule is about.

        One query, whatever their number: amounts before tax in the company's currency, of confirmed orders.
        """
        for model, names in (
                ('channel.member', ['segment', 'segment_is_manual', 'tier_id', 'active', 'state']),
                ('sale.order', ['channel_member_id', 'state', 'amount_untaxed', 'currency_rate', 'date_order'])):
            self.env[model].flush_model(names)
        others = self.sudo().search([('company_id', '=', self.company_id.id), ('tier_id', '!=', False)]).tier_id
        in_scope = SQL("member.tier_id = %s", self.tier_id.id) if self.tier_id else SQL(
            "member.tier_id != ALL(%s)", others.ids)
        since = now - relativedelta(months=self.window_months)
        return self.env.execute_query(SQL("""
            WITH bought AS (
                SELECT channel_member_id AS member_id, COUNT(*) AS orders,
                       SUM(amount_untaxed / COALESCE(NULLIF(currency_rate, 0), 1))::numeric(20, 2) AS amount,
                       MAX(date_order) AS latest
                  FROM sale_order
                 WHERE channel_member_id IS NOT NULL AND state = 'sale' AND company_id = %(company)s
                   AND date_order >= %(since)s AND date_order <= %(now)s
                 GROUP BY channel_member_id
            )
            SELECT member.id, COALESCE(bought.amount, 0), COALESCE(bought.orders, 0),
                   DATE_PART('day', %(now)s - bought.latest)::int, member.segment,
                   COALESCE(member.segment_is_manual, FALSE)
              FROM channel_member member
              LEFT JOIN bought ON bought.member_id = member.id
             WHERE member.company_id = %(company)s AND member.active AND %(in_scope)s
             ORDER BY member.id
        """, company=self.company_id.id, since=since, now=now, in_scope=in_scope))

    def _apply(self, moves, step=None):
        """Write these moves, and what for, in chunks.

        :param step: called with the number done after each chunk; says whether there is time for more
        :return: whether the run is finished
        """
        self.ensure_one()
        for chunk in split_every(CHUNK, moves, list):
            self._write_chunk(chunk)
            if step and not step(len(chunk)):
                return False
        self.sudo().last_run = fields.Datetime.now()
        return True

    def _write_chunk(self, moves):
        """The members by one UPDATE, what was noted of them by one INSERT."""
        ids = [member for member, _before, _placed in moves]
        members = self.env['channel.member'].browse(ids)
        self.env.cr.execute(SQL("""
            UPDATE channel_member member SET segment = new.segment
              FROM unnest(%s::int[], %s::varchar[]) AS new(id, segment) WHERE member.id = new.id
        """, ids, [placed.segment for _member, _before, placed in moves]))
        members.invalidate_recordset(['segment'])
        self.env['channel.segment.change'].sudo()._note([{
            'member_id': member,
            'company_id': self.company_id.id,
            'rule_id': self.id,
            'segment_before': before,
            'segment': placed.segment,
            'reason': placed.reason,
            'args': placed.args,
        } for member, before, placed in moves])

    # === CRON === #

    @api.model
    def _cron_place(self):
        """Every rule in turn; what a run does not finish, the next one does: nothing counts twice."""
        Cron = self.env['ir.cron']
        rules = self.search([('last_run', '<', fields.Datetime.now() - timedelta(days=27))]) | self.search(
            [('last_run', '=', False)])
        Cron._commit_progress(remaining=len(rules))
        for left, rule in zip(range(len(rules), 0, -1), rules, strict=True):
            # A rule that is not finished is still among those that are left.
            if not rule._apply(rule._find_moves(), lambda done, left=left: Cron._commit_progress(done, remaining=left)):
                return
            if not Cron._commit_progress(1, remaining=left - 1):
                return

from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from ...engine import figures
from ...utils import to_decimal

RECENT, YEAR = 3, 12
MEASURES = [
    ('growth', "Growth: the last three months against the three before"),
    ('amount', "Amount: ordered in the last three months"),
    ('regular', "Regularity: months with an order, of the last twelve"),
    ('punctual', "Punctuality: invoices paid in time, of the last twelve months")]


class ChannelRanking(models.Model):
    """That members of a tier see their own place among their like by a measure. Nobody sees another's figures."""

    _name = 'channel.ranking'
    _description = "Ranking"
    _order = 'company_id, tier_id, sequence, id'

    company_id = fields.Many2one('res.company', required=True, default=lambda self: self.env.company)
    tier_id = fields.Many2one('channel.tier', "Tier", required=True, ondelete='cascade')
    sequence = fields.Integer(default=10)
    measure = fields.Selection(
        MEASURES, required=True, default='growth', help="Counted over full months, the present one left out.")
    is_regional = fields.Boolean(
        "Within the Province", default=False,
        help="Members are compared with those of their province only. Where they are fewer than five, they see none.")
    active = fields.Boolean("Shown", default=True)
    ranked_at = fields.Datetime("Ranked", readonly=True, copy=False)
    place_ids = fields.One2many('channel.ranking.place', 'ranking_id', "Places", readonly=True)
    ranked_count = fields.Integer("Members Ranked", compute='_compute_ranked_count')

    _one_each = models.UniqueIndex(
        '(company_id, tier_id, measure, COALESCE(is_regional, FALSE))', "This ranking of the tier is there already.")

    # === COMPUTE METHODS === #

    @api.depends('tier_id', 'measure')
    @api.depends_context('lang')
    def _compute_display_name(self):
        names = dict(self._fields['measure']._description_selection(self.env))
        for ranking in self:
            ranking.display_name = f"{ranking.tier_id.name or ''}: {names.get(ranking.measure, '')}"

    @api.depends('place_ids')
    def _compute_ranked_count(self):
        counts = dict(self.env['channel.ranking.place']._read_group(
            [('ranking_id', 'in', self.ids)], ['ranking_id'], ['__count']))
        for ranking in self:
            ranking.ranked_count = counts.get(ranking, 0)

    # === CRUD METHODS === #

    def write(self, vals):
        """Override: places by another measure, or among others, are not those of this ranking any more."""
        if {'measure', 'is_regional', 'tier_id', 'company_id'} & set(vals) or vals.get('active') is False:
            self.sudo().with_context(active_test=False).place_ids.unlink()
        return super().write(vals)

    # === ACTION METHODS === #

    def action_rank(self):
        """Rank now, by the figures that were counted last."""
        self.check_access('write')
        self.sudo()._rank()

    # === BUSINESS METHODS === #

    def _rank(self):
        """Give every member its place, in the place of the last."""
        for ranking in self:
            places = {}
            for values in ranking._get_values().values():
                places |= figures.rank(values, is_relative=ranking.measure == 'amount')
            self.env['channel.ranking.place']._replace(ranking, places)
        self.ranked_at = fields.Datetime.now()

    def _get_values(self):
        """{group: {member id: value}}: of active members of the tier, by the province they are in where it matters."""
        self.ensure_one()
        self.env.flush_all()
        today = self.company_id._channel_get_today()
        starts = [figures.add_months(today, -months) for months in (0, RECENT, 2 * RECENT, YEAR)]
        rows = self.env.execute_query(SQL(
            """SELECT member.id, %(group)s,
                      COALESCE(SUM(figure.order_amount) FILTER (WHERE figure.month >= %(recent)s), 0),
                      COALESCE(SUM(figure.order_amount) FILTER (
                          WHERE figure.month >= %(before)s AND figure.month < %(recent)s), 0),
                      COUNT(*) FILTER (WHERE figure.order_count > 0),
                      COALESCE(SUM(figure.paid_on_time_count), 0), COALESCE(SUM(figure.paid_count), 0)
                 FROM channel_member member
            LEFT JOIN channel_territory place ON place.id = member.street_id
                 JOIN channel_member_figure figure ON figure.member_id = member.id
                      AND figure.month >= %(year)s AND figure.month < %(now)s
                WHERE member.company_id = %(company)s AND member.tier_id = %(tier)s AND member.active
                  AND member.state = 'active'
                GROUP BY 1, 2""",
            group=SQL("LEFT(place.code, 2)") if self.is_regional else SQL("''"),
            now=starts[0], recent=starts[1], before=starts[2], year=starts[3],
            company=self.company_id.id, tier=self.tier_id.id))
        values = {}
        for member, group, recent, before, months, in_time, paid in rows:
            value = self._get_value(
                to_decimal(recent, 2), to_decimal(before, 2), months, Decimal(in_time), Decimal(paid))
            if value is not None and group is not None:
                values.setdefault(group, {})[member] = value
        return values

    def _get_value(self, recent, before, months, in_time, paid):
        """What one member is ranked by; None where there is nothing to compare."""
        if self.measure == 'growth':
            return figures.change(recent, before)
        if self.measure == 'punctual':
            return figures.share(in_time, paid)
        if self.measure == 'regular':
            return figures.share(Decimal(months), Decimal(YEAR))
        return recent or None

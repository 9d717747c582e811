from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .channel_stock_figure_count import get_day

# The stock of a night is the sum of all that came before it: changes by week, added up along the weeks.
PAST = """
    WITH night AS (SELECT n, %(today)s - 7 * n AS day FROM generate_series(1, %(weeks)s) n),
    place AS (
        SELECT n.member_id, n.branch_id, n.province_id, n.tier_id FROM channel_stock_node n
         WHERE n.company_id = %(company)s AND n.branch_id IS NOT NULL),
    cost AS (
        SELECT x.id AS product_id, t.categ_id, COALESCE((x.standard_price->>(%(company)s::text))::numeric, 0) AS cost
          FROM product_product x JOIN product_template t ON t.id = x.product_tmpl_id),
    moved AS (
        SELECT p.branch_id, p.province_id, p.tier_id, c.categ_id,
               GREATEST(0, LEAST(%(weeks)s, (%(today)s - %(entry_day)s) / 7)) AS n,
               SUM(e.qty) FILTER (WHERE e.state != 'in_transit') AS hand,
               SUM(e.qty) FILTER (WHERE e.state = 'available') AS free,
               SUM(e.qty) FILTER (WHERE e.state = 'in_transit') AS coming, 0 AS sold,
               SUM(e.qty * c.cost) FILTER (WHERE e.state != 'in_transit') AS value
          FROM channel_stock_entry e JOIN place p ON p.member_id = e.member_id
            JOIN cost c ON c.product_id = e.product_id
      GROUP BY 1, 2, 3, 4, 5
     UNION ALL
        SELECT p.branch_id, p.province_id, p.tier_id, c.categ_id, (%(today)s - s.day) / 7, 0, 0, 0, SUM(s.qty), 0
          FROM channel_sell_through s JOIN place p ON p.member_id = s.member_id
            JOIN cost c ON c.product_id = s.product_id
         WHERE s.day > %(today)s - 7 * (%(weeks)s + 1) AND s.day <= %(today)s
      GROUP BY 1, 2, 3, 4, 5
    ),
    kind AS (SELECT DISTINCT branch_id, province_id, tier_id, categ_id FROM moved),
    stood AS (
        SELECT k.*, w.day, SUM(COALESCE(m.hand, 0)) OVER weeks AS hand, SUM(COALESCE(m.free, 0)) OVER weeks AS free,
               SUM(COALESCE(m.coming, 0)) OVER weeks AS coming, SUM(COALESCE(m.value, 0)) OVER weeks AS value,
               GREATEST(COALESCE(m.sold, 0), 0) / 7.0 AS sold
          FROM kind k CROSS JOIN night w
     LEFT JOIN (SELECT branch_id, province_id, tier_id, categ_id, n, SUM(hand) AS hand, SUM(free) AS free,
                       SUM(coming) AS coming, SUM(sold) AS sold, SUM(value) AS value
                         FROM moved GROUP BY 1, 2, 3, 4, 5) m
            ON m.branch_id = k.branch_id AND m.tier_id = k.tier_id AND m.categ_id = k.categ_id AND m.n = w.n
           AND m.province_id IS NOT DISTINCT FROM k.province_id
        WINDOW weeks AS (
            PARTITION BY k.branch_id, k.province_id, k.tier_id, k.categ_id ORDER BY w.n DESC)
    )
    INSERT INTO channel_stock_day (
        day, company_id, branch_id, province_id, tier_id, categ_id, available, in_transit, at_hand, daily_sales,
        slow_qty, old_qty, active_count, out_count, value, days_of_supply)
    SELECT s.day, %(company)s, branch_id, province_id, tier_id, categ_id, free, coming, hand, sold,
           NULL, NULL, NULL, NULL, value,
           GREATEST(free, 0) / NULLIF(sold, 0)
      FROM stood s
     WHERE (hand != 0 OR coming != 0 OR sold != 0)
       AND NOT EXISTS (SELECT FROM channel_stock_day d WHERE d.company_id = %(company)s AND d.day = s.day)
"""


class ChannelStockDay(models.Model):
    """How the stock of the network stood each night: what trends are drawn from."""

    _name = 'channel.stock.day'
    _description = "Stock of the Network, Night by Night"
    _log_access = False
    _order = 'day desc, company_id, branch_id, tier_id, id'

    day = fields.Date(required=True, readonly=True)
    company_id = fields.Many2one('res.company', required=True, readonly=True, ondelete='cascade')
    currency_id = fields.Many2one(related='company_id.currency_id')
    branch_id = fields.Many2one('channel.member', "Branch", readonly=True, ondelete='cascade')
    province_id = fields.Many2one('channel.territory', "Province", readonly=True, ondelete='set null')
    tier_id = fields.Many2one('channel.tier', readonly=True, ondelete='cascade')
    categ_id = fields.Many2one('product.category', "Product Category", readonly=True, ondelete='set null')
    available = fields.Float(digits='Product Unit', readonly=True)
    in_transit = fields.Float(digits='Product Unit', readonly=True)
    at_hand = fields.Float(digits='Product Unit', readonly=True, help="All states but in transit.")
    daily_sales = fields.Float(digits='Product Unit', readonly=True)
    slow_qty = fields.Float("Slow", digits='Product Unit', readonly=True)
    old_qty = fields.Float("Old", digits='Product Unit', readonly=True)
    active_count = fields.Integer("Positions", readonly=True, help="Products dealt in, counted at every member.")
    out_count = fields.Integer("Positions Out of Stock", readonly=True)
    value = fields.Monetary("Value at Cost", readonly=True, groups='distributor_portal.group_channel_manager')
    days_of_supply = fields.Float(readonly=True, digits=(16, 1), aggregator='avg', help="Available by daily sales.")
    slow_share = fields.Float(readonly=True, aggregator='avg', help="Slow by at hand.")
    old_share = fields.Float(readonly=True, aggregator='avg', help="Old by at hand.")
    out_rate = fields.Float("Out-of-Stock Rate", readonly=True, aggregator='avg', help="Out of stock by positions.")

    _once = models.UniqueIndex(
        '(day, company_id, branch_id, tier_id, COALESCE(province_id, 0), COALESCE(categ_id, 0))', "A night has one.")

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        # pylint: disable=method-required-super  # Counted at night.
        raise UserError(self.env._("Stock figures are counted, not made by hand."))

    def write(self, vals):
        # pylint: disable=method-required-super  # As above.
        raise UserError(self.env._("Stock figures are counted, not changed by hand."))

    # === AGGREGATES === #

    def _read_group_select(self, aggregate_spec, query):
        """Override: a share of several rows is that of their sums; of several nights the mean is told."""
        shares = {
            'days_of_supply': ('available', 'daily_sales'), 'slow_share': ('slow_qty', 'at_hand'),
            'old_share': ('old_qty', 'at_hand'), 'out_rate': ('out_count', 'active_count')}
        share = self.env['channel.stock.report']._get_share_sql(self, shares, aggregate_spec, query)
        if share is not None:
            return share
        selected = super()._read_group_select(aggregate_spec, query)
        if aggregate_spec.endswith(':sum'):
            return SQL("%s / COUNT(DISTINCT %s)", selected, self._field_to_sql(self._table, 'day', query))
        return selected

    # === BUSINESS METHODS === #

    @api.model
    def _take_picture(self):
        """Tonight's rows, made anew where they are there already."""
        for company, in self.env['channel.stock.node'].sudo()._read_group([], ['company_id']):
            today = company._channel_get_today()
            self.env.cr.execute("DELETE FROM channel_stock_day WHERE company_id = %s AND day = %s", [company.id, today])
            self.env.cr.execute(
                """
                INSERT INTO channel_stock_day (
                    day, company_id, branch_id, province_id, tier_id, categ_id, available, in_transit, at_hand,
                    daily_sales, slow_qty, old_qty, active_count, out_count, value, days_of_supply,
                    slow_share, old_share, out_rate)
                SELECT %(today)s, n.company_id, n.branch_id, n.province_id, n.tier_id, t.categ_id, SUM(f.available),
                       SUM(f.in_transit), SUM(f.at_hand), SUM(f.daily_sales), SUM(f.slow_qty), SUM(f.old_qty),
                       COUNT(*) FILTER (WHERE f.days_active > 0),
                       COUNT(*) FILTER (WHERE f.days_active > 0 AND f.available <= 0),
                       SUM(f.at_hand * COALESCE((p.standard_price->>%(company)s)::numeric, 0)),
                       SUM(f.available) / NULLIF(SUM(f.daily_sales), 0), SUM(f.slow_qty) / NULLIF(SUM(f.at_hand), 0),
                       SUM(f.old_qty) / NULLIF(SUM(f.at_hand), 0),
                       COUNT(*) FILTER (WHERE f.days_active > 0 AND f.available <= 0)::numeric
                           / NULLIF(COUNT(*) FILTER (WHERE f.days_active > 0), 0)
                  FROM channel_stock_figure f JOIN channel_stock_node n ON n.member_id = f.member_id
                  JOIN product_product p ON p.id = f.product_id JOIN product_template t ON t.id = p.product_tmpl_id
                 WHERE n.company_id = %(company)s::int AND n.branch_id IS NOT NULL
              GROUP BY 1, 2, 3, 4, 5, 6
                """, {'today': today, 'company': str(company.id)})
        self.invalidate_model()

    @api.model
    def _fill_past(self, company, weeks=104):
        """Nights of the past that nobody counted, one a week, from the ledger.

        Quantities and sales only: what was slow, old or out of stock then is not told by them. :return: rows made
        """
        today = company._channel_get_today()
        self.env['channel.stock.summary']._fold()
        self.env.flush_all()
        self.env.cr.execute(SQL(
            PAST, company=company.id, today=SQL("%s::date", today), weeks=weeks,
            entry_day=get_day(SQL("e.occurred_at"), company.partner_id.tz or 'UTC')))
        self.invalidate_model()
        return self.env.cr.rowcount

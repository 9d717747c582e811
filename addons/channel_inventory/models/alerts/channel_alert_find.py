from odoo import api, fields, models
from odoo.tools import SQL

from ...engine import alerts
from ..insight.channel_stock_figure_count import get_day
from .channel_alert import LEVEL_KINDS

INPUTS = (
    'available', 'incoming', 'pace', 'deviation', 'safety', 'supply', 'last_sale', 'days_out', 'method', 'days', 'qty',
    'lead_days', 'cover_days', 'slow_days', 'supply_days')
# What a policy of one member names and never came: as empty a shelf as one that was sold out.
NAMED = """
    SELECT DISTINCT a.member_id, a.product_id FROM channel_alert_policy a
      JOIN channel_member m ON m.id = a.member_id AND m.tracks_stock
     WHERE a.product_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM channel_stock k WHERE k.member_id = a.member_id AND k.product_id = a.product_id)
"""
# `engine/alerts.py` for many members in one statement, into the table of what is found.
FIND = """
    INSERT INTO channel_alert_found (
        member_id, product_id, lot_id, kind, key, policy_id, qty, order_qty, value, days, inputs)
    WITH held AS (
        SELECT s.member_id, s.product_id, SUM(s.available) AS available, SUM(s.in_transit) AS incoming,
               %(first_day)s AS first_day
          FROM channel_stock s WHERE %(scope)s GROUP BY 1, 2
     UNION ALL
        SELECT s.member_id, s.product_id, 0, 0, %(today)s FROM (%(named)s) s WHERE %(scope)s
    ),
    demand AS (%(demand)s),
    position AS (
        SELECT h.*, COALESCE(d.pace, 0) AS pace, COALESCE(d.deviation, 0) AS deviation, d.last_sale,
               COALESCE(d.days_out, 0) AS days_out, COALESCE(NOT n.is_silent, FALSE) AS reports, %(terms)s
          FROM held h JOIN channel_member m ON m.id = h.member_id AND m.active AND m.state != 'closed'
          JOIN channel_alert_term t
            ON t.class = CASE WHEN m.id = ANY(%(special)s) THEN m.id ELSE -m.tier_id END
           AND t.product_id = h.product_id AND NOT t.is_silent
     LEFT JOIN demand d ON d.member_id = h.member_id AND d.product_id = h.product_id
     LEFT JOIN channel_stock_node n ON n.member_id = h.member_id
         WHERE m.company_id = %(company)s
    ),
    judged AS (
        SELECT p.*, CASE WHEN pace > 0 THEN GREATEST(available, 0) / pace END AS supply,
               LEAST(COALESCE(%(today)s - last_sale, %(longest)s), %(longest)s) AS idle,
               CASE method WHEN 'fixed' THEN qty WHEN 'days' THEN days * pace
                    ELSE GREATEST(0, pace * lead_days
                                     + z * SQRT(lead_days * deviation ^ 2 + pace ^ 2 * lead_deviation ^ 2))
               END AS safety
          FROM position p
    ),
    lot AS (
        SELECT j.*, s.lot_id, s.lot_qty, s.left_days, SUM(s.lot_qty) OVER first_expired AS upto,
               MAX(s.expires) OVER first_expired AS lot_expires
          FROM judged j JOIN (
            SELECT s.member_id, s.product_id, s.lot_id, SUM(s.available) AS lot_qty, %(expires)s AS expires,
                   %(expires)s - %(today)s AS left_days
              FROM channel_stock s JOIN stock_lot lot ON lot.id = s.lot_id
             WHERE %(scope)s AND s.available > 0 AND lot.expiration_date IS NOT NULL
          GROUP BY s.member_id, s.product_id, s.lot_id, lot.expiration_date
          ) s ON s.member_id = j.member_id AND s.product_id = j.product_id
        WINDOW first_expired AS (PARTITION BY j.member_id, j.product_id ORDER BY s.left_days, s.lot_id)
    ),
    over AS (
        SELECT l.*, GREATEST(0, MAX(upto - CASE WHEN reports THEN pace ELSE 0 END * GREATEST(left_days, 0)) OVER (
                   PARTITION BY member_id, product_id ORDER BY left_days, lot_id)) AS over_all
          FROM lot l
    ),
    unsold AS (
        SELECT o.*, over_all - LAG(over_all, 1, 0::numeric) OVER (
                   PARTITION BY member_id, product_id ORDER BY left_days, lot_id) AS over_lot
          FROM over o
    ),
    expiring AS (
        SELECT u.*, reports AND left_days <= ahead_days AND over_lot >= 1 AS is_lost FROM unsold u
    )
    SELECT member_id, product_id, NULL::int4, 'negative', '', policy_id, -available, 0, -available * cost, 1, %(inputs)s
      FROM judged WHERE available < 0
 UNION ALL
    SELECT member_id, product_id, NULL, 'out', '', policy_id, GREATEST(0, safety - incoming), %(order_qty)s,
           pace * price, LEAST(days_out, %(longest)s) + GREATEST(1, lead_days), %(inputs)s
      FROM judged WHERE available = 0 AND pace > 0
 UNION ALL
    SELECT member_id, product_id, NULL, 'short', '', policy_id, safety - available - incoming, %(order_qty)s,
           pace * price,
           GREATEST(1, lead_days - CASE WHEN pace > 0 THEN (available + incoming) / pace ELSE lead_days END),
           %(inputs)s
      FROM judged WHERE (available > 0 OR available = 0 AND pace <= 0) AND available + incoming < safety
 UNION ALL
    SELECT member_id, product_id, NULL, 'slow', '', policy_id, available, 0, available * cost * %(carry)s,
           GREATEST(1, CASE WHEN is_idle THEN idle ELSE LEAST(FLOOR(supply), %(longest)s) END),
           %(inputs)s || JSONB_BUILD_OBJECT('is_idle', is_idle)
      FROM (SELECT *, %(today)s - first_day > slow_days AND idle >= slow_days AS is_idle FROM judged
             WHERE reports AND available > 0) j
     WHERE is_idle OR supply > supply_days
 UNION ALL
    SELECT member_id, product_id, lot_id, 'expiry', '', policy_id, CASE WHEN is_lost THEN over_lot ELSE lot_qty END, 0,
           CASE WHEN is_lost THEN over_lot ELSE lot_qty END * cost, %(grave)s::numeric / GREATEST(1, left_days),
           %(inputs)s || JSONB_BUILD_OBJECT(
               'lot_qty', lot_qty, 'left_days', left_days, 'expires', lot_expires, 'is_lost', is_lost)
      FROM expiring WHERE is_lost OR left_days <= near_days
"""


class ChannelAlert(models.Model):
    """How alerts are found: set by set, the formulas of `engine/alerts.py` in one statement."""

    _inherit = 'channel.alert'

    # === BUSINESS METHODS === #

    @api.model
    def _stage(self):
        """An empty table of what is found, in this transaction."""
        self.env.cr.execute("""
            DROP TABLE IF EXISTS channel_alert_found;
            CREATE TEMP TABLE channel_alert_found (
                member_id int4, product_id int4, lot_id int4, kind varchar, key varchar, policy_id int4, qty numeric,
                order_qty numeric, value numeric, days numeric, inputs jsonb) ON COMMIT DROP
        """)

    @api.model
    def _find_levels(self, company, scope):
        """Too little, too much, near expiry. The terms are staged.

        :param scope: a function that gives the condition for a table with a member and a product, by its alias
        """
        today = company._channel_get_today()
        zone = company.partner_id.tz or 'UTC'
        self.env.cr.execute(SQL(
            FIND, scope=scope("s"), named=SQL(NAMED), company=company.id, today=SQL("%s::date", today),
            first_day=get_day(SQL("MIN(s.first_at)"), zone), expires=get_day(SQL("lot.expiration_date"), zone),
            demand=self._get_demand_sql(company, scope, today), longest=alerts.LONGEST, carry=alerts.CARRY,
            grave=alerts.GRAVE_DAYS,
            special=SQL("ARRAY(SELECT DISTINCT class FROM channel_alert_term WHERE class > 0)"),
            terms=SQL(", ").join(SQL("t.%s", SQL.identifier(name)) for name in (
                'policy_id', 'method', 'qty', 'days', 'z', 'lead_days', 'lead_deviation', 'cover_days', 'near_days',
                'ahead_days', 'slow_days', 'supply_days', 'price', 'cost')),
            order_qty=SQL("GREATEST(0, safety + cover_days * pace - available - incoming)"),
            inputs=SQL("JSONB_BUILD_OBJECT(%s, 'out_span', %s)", SQL(", ").join(
                SQL("%s, %s", SQL("'" + name + "'"), SQL.identifier(name)) for name in INPUTS),
                company.channel_stock_out_days)))

    @api.model
    def _get_demand_sql(self, company, scope, today):
        """A query of (member_id, product_id, pace, deviation, last_sale, days_out): what is expected to sell a day.

        Here the mean of the last weeks, and how it varied. The hook for whoever forecasts: a forecast's pace and
        deviation in their place, all formulas stay.
        """
        days = company.channel_stock_pace_days
        varied = SQL("SELECT NULL::int4 AS member_id, NULL::int4 AS product_id, NULL::numeric AS deviation WHERE FALSE")
        if self._asks_for_deviation():
            varied = SQL(
                """SELECT member_id, product_id,
                          SQRT(GREATEST(0, SUM(qty ^ 2) / %(days)s - (SUM(qty) / %(days)s) ^ 2)) AS deviation
                     FROM (SELECT s.member_id, s.product_id, s.day, SUM(s.qty) AS qty FROM channel_sell_through s
                            WHERE %(scope)s AND s.day > %(today)s - %(days)s AND s.day <= %(today)s
                         GROUP BY 1, 2, 3) a_day GROUP BY 1, 2""",
                scope=scope("s"), days=days, today=SQL("%s::date", today))
        return SQL(
            """SELECT f.member_id, f.product_id, f.daily_sales AS pace, v.deviation, f.last_sale, f.days_out
                 FROM channel_stock_figure f
            LEFT JOIN (%s) v ON v.member_id = f.member_id AND v.product_id = f.product_id WHERE %s""",
            varied, scope("f"))

    @api.model
    def _asks_for_deviation(self):
        self.env.cr.execute("SELECT EXISTS (SELECT FROM channel_alert_policy WHERE method = 'service')")
        return self.env.cr.fetchone()[0]

    @api.model
    def _find_deviations(self, scope):
        """Open deviations that nothing explains, from so many units on."""
        self.env.cr.execute(SQL(
            """INSERT INTO channel_alert_found (
                   member_id, product_id, lot_id, kind, key, policy_id, qty, order_qty, value, days, inputs)
               SELECT d.member_id, d.product_id, d.lot_id, 'deviation', d.id::varchar, t.policy_id, d.abs_qty, 0,
                      d.abs_qty * t.cost, %s, JSONB_BUILD_OBJECT(
                          'deviation', d.id, 'missing', d.qty, 'day', d.day, 'limit', t.deviation_qty)
                 FROM channel_deviation d JOIN channel_member m ON m.id = d.member_id
                 JOIN channel_alert_term t ON t.product_id = d.product_id
                  AND t.class = CASE WHEN m.id IN (SELECT class FROM channel_alert_term) THEN m.id ELSE -m.tier_id END
                WHERE d.state = 'open' AND d.abs_qty >= t.deviation_qty AND NOT t.is_silent AND %s""",
            alerts.GRAVE_DAYS, scope("d")))

    # === POLICIES === #

    @api.model
    def _try_policy(self, policy):
        """({kind: how many}, positions that it decides) if the policy were in force today. Nothing is kept."""
        Policy = self.env['channel.stock.policy']
        Policy._stage_terms(policy.company_id, policy)
        self._stage()
        members = policy.member_id or self.env['channel.member'].sudo()
        company = policy.company_id.id

        def scope(alias):
            table = SQL.identifier(alias)
            if members:
                return SQL("%s.member_id = ANY(%s)", table, members.ids)
            return SQL("%s.company_id = %s", table, company) if alias != 's' else SQL("TRUE")

        self._find_levels(policy.company_id, scope)
        cr = self.env.cr
        cr.execute("SELECT kind, COUNT(*) FROM channel_alert_found WHERE policy_id = %s GROUP BY 1", [policy.id])
        counts = dict(cr.fetchall())
        cr.execute(SQL("""
            SELECT COUNT(*) FROM (SELECT member_id, product_id FROM channel_stock UNION %s) s
              JOIN channel_member m ON m.id = s.member_id AND m.active AND m.state != 'closed'
              JOIN channel_alert_term t ON t.product_id = s.product_id AND t.policy_id = %s
               AND t.class = CASE WHEN m.id IN (SELECT class FROM channel_alert_term WHERE class > 0) THEN m.id
                                  ELSE -m.tier_id END
             WHERE m.company_id = %s""", SQL(NAMED), policy.id, company))
        return {kind: counts[kind] for kind in LEVEL_KINDS if kind in counts}, cr.fetchone()[0]

    @api.model
    def _now(self):
        return fields.Datetime.now()

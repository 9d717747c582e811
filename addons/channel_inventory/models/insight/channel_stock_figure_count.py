from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, split_every

CHUNK = 500  # members in one transaction
SILENCE_SEEN = 400  # days that are looked back for the last report
FIGURES = (
    'at_hand', 'available', 'in_transit', 'daily_sales', 'days_of_supply', 'sold', 'mean_stock', 'turn', 'aged_from',
    'last_sale', 'slow_qty', 'old_qty', 'expiring_qty', 'days_out', 'days_active', 'is_short')
# All of `engine/insight.py` for many members in one statement. `local_day`: the day at headquarters.
COUNT = """
    WITH held AS (
        SELECT s.member_id, s.product_id, SUM(s.available) AS available, SUM(s.in_transit) AS in_transit,
               SUM(s.physical - s.in_transit) AS at_hand, %(first_day)s AS first_day,
               COALESCE(SUM(s.physical - s.in_transit) FILTER (WHERE lot.expiration_date <= %(expires_before)s), 0)
                   AS expiring
          FROM channel_stock s LEFT JOIN stock_lot lot ON lot.id = s.lot_id
         WHERE s.member_id = ANY(%(members)s) GROUP BY 1, 2
    ),
    sold AS (
        SELECT sale.member_id, sale.product_id, COALESCE(SUM(qty) FILTER (WHERE day > %(pace_after)s), 0) AS pace,
               COALESCE(SUM(qty) FILTER (WHERE day > %(turn_after)s), 0) AS turn,
               MAX(day) FILTER (WHERE qty > 0) AS last_sale,
               COALESCE(BOOL_OR(day > %(out_after)s), FALSE) AS is_dealt_in
          FROM (SELECT member_id, product_id, day, SUM(qty) AS qty FROM channel_sell_through
                 WHERE member_id = ANY(%(members)s) AND day > %(sales_after)s AND day <= %(today)s
              GROUP BY 1, 2, 3 HAVING SUM(qty) != 0) sale
          JOIN product_product p ON p.id = sale.product_id  -- sales have no foreign keys
      GROUP BY 1, 2
    ),
    arrival AS (
        SELECT e.member_id, e.product_id, %(local_day)s AS day, e.qty, SUM(e.qty) OVER (
                   PARTITION BY e.member_id, e.product_id ORDER BY e.occurred_at DESC, e.id DESC) AS upto
          FROM channel_stock_entry e
         WHERE e.member_id = ANY(%(members)s) AND e.qty > 0 AND e.state != 'in_transit' AND e.kind != 'state'
    ),
    layer AS (
        SELECT a.member_id, a.product_id, a.day, LEAST(a.qty, h.at_hand - (a.upto - a.qty)) AS qty
          FROM arrival a JOIN held h ON h.member_id = a.member_id AND h.product_id = a.product_id
         WHERE a.upto - a.qty < h.at_hand
    ),
    aged AS (
        SELECT member_id, product_id, SUM(qty * (%(today)s - day)) / SUM(qty) AS age,
               COALESCE(SUM(qty) FILTER (WHERE day < %(old_before)s), 0) AS old
          FROM layer GROUP BY 1, 2
    ),
    change AS (
        SELECT e.member_id, e.product_id, LEAST(%(local_day)s, %(today)s) AS day,
               COALESCE(SUM(e.qty) FILTER (WHERE e.state != 'in_transit'), 0) AS hand,
               COALESCE(SUM(e.qty) FILTER (WHERE e.state = 'available'), 0) AS free
          FROM channel_stock_entry e
         WHERE e.member_id = ANY(%(members)s) AND e.occurred_at > %(changes_after)s
           AND %(local_day)s > LEAST(%(turn_after)s, %(out_after)s)
      GROUP BY 1, 2, 3
    ),
    running AS (
        SELECT c.*, h.available - SUM(c.free) OVER latest_first AS before,
               h.available - SUM(c.free) OVER latest_first + c.free AS after,
               COALESCE(LEAD(c.day) OVER (PARTITION BY c.member_id, c.product_id ORDER BY c.day), %(today)s + 1)
                   AS until,
               LAG(c.day) OVER (PARTITION BY c.member_id, c.product_id ORDER BY c.day) IS NULL AS is_first,
               GREATEST(%(out_after)s + 1, h.first_day) AS first
          FROM change c JOIN held h ON h.member_id = c.member_id AND h.product_id = c.product_id
        WINDOW latest_first AS (PARTITION BY c.member_id, c.product_id ORDER BY c.day DESC)
    ),
    moved AS (
        SELECT member_id, product_id,
               SUM(hand * GREATEST(0, day - %(turn_after)s - 1)) AS missing,
               BOOL_OR(day >= first AND free != 0) AS is_active,
               COALESCE(SUM(GREATEST(0, until - GREATEST(day, first))) FILTER (WHERE after <= 0), 0)
             + COALESCE(SUM(GREATEST(0, day - first)) FILTER (WHERE is_first AND before <= 0), 0) AS days_out
          FROM running GROUP BY 1, 2
    ),
    position AS (
        SELECT member_id, product_id, COALESCE(h.at_hand, 0) AS at_hand, COALESCE(h.available, 0) AS available,
               COALESCE(h.in_transit, 0) AS in_transit, COALESCE(h.expiring, 0) AS expiring, h.first_day,
               GREATEST(COALESCE(s.pace, 0), 0) / %(pace_days)s::numeric AS pace,
               COALESCE(s.turn, 0) AS sold, s.last_sale,
               a.age, COALESCE(a.old, 0) AS old,
               COALESCE(h.at_hand, 0) - COALESCE(m.missing, 0) / %(turn_days)s::numeric AS mean_stock,
               COALESCE(h.available > 0 OR m.is_active OR (s.is_dealt_in AND h.member_id IS NOT NULL), FALSE)
                   AS is_active,
               GREATEST(%(out_after)s + 1, h.first_day) AS first, m.days_out,
               m.member_id IS NOT NULL AS has_moved
          FROM held h FULL JOIN sold s USING (member_id, product_id)
     LEFT JOIN aged a USING (member_id, product_id) LEFT JOIN moved m USING (member_id, product_id)
    ),
    judged AS (
        SELECT p.*, CASE WHEN pace > 0 THEN GREATEST(available, 0) / pace END AS supply FROM position p
    )
    INSERT INTO channel_stock_figure AS kept (member_id, product_id, company_id, %(names)s)
    SELECT member_id, product_id, %(company)s, at_hand, available, in_transit, ROUND(pace, 6), ROUND(supply, 3), sold,
           ROUND(mean_stock, 6),
           CASE WHEN mean_stock > 0 THEN ROUND(GREATEST(sold, 0) * 365 / %(turn_days)s::numeric / mean_stock, 3) END,
           %(today)s - ROUND(age)::int,
           last_sale,
           CASE WHEN at_hand > 0 AND (COALESCE(supply > %(supply_days)s, FALSE) OR first_day < %(slow_after)s
                                      AND COALESCE(last_sale <= %(slow_after)s, TRUE)) THEN at_hand ELSE 0 END,
           LEAST(GREATEST(old, expiring), GREATEST(at_hand, 0)), LEAST(expiring, GREATEST(at_hand, 0)),
           CASE WHEN NOT is_active THEN 0 WHEN has_moved THEN days_out
                WHEN available <= 0 THEN GREATEST(%(today)s - first + 1, 0) ELSE 0 END,
           CASE WHEN is_active THEN GREATEST(%(today)s - first + 1, 0) ELSE 0 END,
           COALESCE(supply < %(short_days)s, FALSE)
      FROM judged
     WHERE at_hand != 0 OR in_transit != 0 OR sold != 0 OR pace != 0 OR is_active
        OR EXISTS (SELECT FROM channel_stock_figure k WHERE k.member_id = judged.member_id
                   AND k.product_id = judged.product_id)
    ON CONFLICT (member_id, product_id) DO UPDATE SET %(updates)s, company_id = EXCLUDED.company_id
     WHERE (%(kept)s, kept.company_id) IS DISTINCT FROM (%(excluded)s, EXCLUDED.company_id)
"""
# Of products of different worth: each counts by its cost, one without a cost as one.
NODE = """
    UPDATE channel_stock_node n
       SET counted_on = %(today)s, value = COALESCE(t.value, 0), product_count = COALESCE(t.product_count, 0),
           days_of_supply = t.supply, turn = t.turn, age_days = t.age, slow_share = COALESCE(t.slow, 0),
           old_share = COALESCE(t.old, 0), out_rate = COALESCE(t.out, 0), short_count = COALESCE(t.short_count, 0),
           out_count = COALESCE(t.out_count, 0), slow_count = COALESCE(t.slow_count, 0),
           old_count = COALESCE(t.old_count, 0), last_report_at = GREATEST(n.last_report_at, r.at),
           is_silent = COALESCE(GREATEST(n.last_report_at, r.at) < %(silent_before)s, TRUE)
      FROM unnest(%(members)s) AS asked (member_id)
 LEFT JOIN (
        SELECT f.member_id, SUM(f.at_hand * cost) AS value, COUNT(*) FILTER (WHERE f.at_hand > 0) AS product_count,
               SUM(GREATEST(f.available, 0) * weight) / NULLIF(SUM(f.daily_sales * weight), 0) AS supply,
               SUM(GREATEST(f.sold, 0) * weight) * 365 / %(turn_days)s
                   / NULLIF(SUM(GREATEST(f.mean_stock, 0) * weight), 0) AS turn,
               SUM(f.at_hand * weight * (%(today)s - f.aged_from))
                   / NULLIF(SUM(f.at_hand * weight) FILTER (WHERE f.aged_from IS NOT NULL), 0) AS age,
               SUM(f.slow_qty * weight) / NULLIF(SUM(GREATEST(f.at_hand, 0) * weight), 0) AS slow,
               SUM(f.old_qty * weight) / NULLIF(SUM(GREATEST(f.at_hand, 0) * weight), 0) AS old,
               SUM(f.days_out)::float / NULLIF(SUM(f.days_active), 0) AS out,
               COUNT(*) FILTER (WHERE f.is_short) AS short_count,
               COUNT(*) FILTER (WHERE f.days_active > 0 AND f.available <= 0) AS out_count,
               COUNT(*) FILTER (WHERE f.slow_qty > 0) AS slow_count, COUNT(*) FILTER (WHERE f.old_qty > 0) AS old_count
          FROM channel_stock_figure f JOIN (%(costs)s) c ON c.product_id = f.product_id
         WHERE f.member_id = ANY(%(members)s) GROUP BY 1
    ) t ON t.member_id = asked.member_id
 LEFT JOIN (
        SELECT member_id, MAX(posted_at) AS at FROM channel_sell_through
         WHERE member_id = ANY(%(members)s) AND day > %(today)s - %(seen)s GROUP BY 1
    ) r ON r.member_id = asked.member_id
     WHERE n.member_id = asked.member_id
"""


class ChannelStockFigure(models.Model):
    """How figures are counted: member by member at night, each in statements over all its products."""

    _inherit = 'channel.stock.figure'

    # === CRON === #

    @api.model
    def _cron_count(self):
        """Every night: all members that are not yet counted today, some hundred in a transaction."""
        Cron = self.env['ir.cron']
        self.env['channel.stock.summary']._fold()
        self._create_nodes()
        companies = self.env['channel.stock.node'].sudo()._read_group([], ['company_id'])
        waiting = {company: self._get_waiting(company) for company, in companies}
        Cron._commit_progress(remaining=sum(map(len, waiting.values())) + 1)  # what comes after all members, too
        for company, members in waiting.items():
            for chunk in split_every(CHUNK, members, list):
                self._count(company, chunk)
                if not Cron._commit_progress(len(chunk)):
                    return
        self._finish()
        Cron._commit_progress(1)

    # === BUSINESS METHODS === #

    @api.model
    def _count_all(self, companies=None):
        """Count everything now, in this transaction."""
        self.env['channel.stock.summary']._fold()
        self._create_nodes()
        Node = self.env['channel.stock.node'].sudo()
        for company, in Node._read_group([('company_id', 'in', companies.ids)] if companies else [], ['company_id']):
            members = self.env.execute_query(SQL(
                "SELECT member_id FROM channel_stock_node WHERE company_id = %s ORDER BY 1", company.id))
            for chunk in split_every(CHUNK, [member for member, in members], list):
                self._count(company, chunk)
        self._finish()

    @api.model
    def _create_nodes(self):
        """Of members that have none yet."""
        # The first night all have none, and PostgreSQL takes their table for empty while it is filled.
        self.env.cr.execute("SET LOCAL enable_nestloop = off")
        self.env['channel.stock.summary']._create_nodes(SQL(
            """SELECT m.id FROM channel_member m WHERE m.active
                  AND NOT EXISTS (SELECT FROM channel_stock_node n WHERE n.member_id = m.id)"""))
        self.env.cr.execute("SET LOCAL enable_nestloop = on")

    @api.model
    def _get_waiting(self, company):
        return [member for member, in self.env.execute_query(SQL(
            """SELECT member_id FROM channel_stock_node
                WHERE company_id = %s AND (counted_on IS NULL OR counted_on < %s) ORDER BY member_id""",
            company.id, company._channel_get_today()))]

    @api.model
    def _count(self, company, members):
        """:param members: ids of members of this company"""
        self.env.flush_all()
        self.env.cr.execute(SQL(COUNT, **self._get_facts(company, members)))
        self.invalidate_model()
        self._sum_members(company, members)

    @api.model
    def _sum_members(self, company, members):
        """What the counted products of each member come to."""
        self.env.cr.execute(SQL(NODE, **self._get_facts(company, members)))
        self.env['channel.stock.node'].invalidate_model()

    @api.model
    def _get_facts(self, company, members):
        limits, today = company._channel_get_stock_limits(), company._channel_get_today()
        zone = company.partner_id.tz or 'UTC'
        longest = max(limits.turn_days, limits.out_days)
        return {
            'company': company.id, 'members': SQL("%s::int4[]", list(members)), 'today': SQL("%s::date", today),
            'local_day': get_day(SQL("e.occurred_at"), zone), 'first_day': get_day(SQL("MIN(s.first_at)"), zone),
            'pace_days': limits.pace_days, 'turn_days': limits.turn_days, 'short_days': limits.short_days,
            'supply_days': limits.supply_days, 'seen': SILENCE_SEEN,
            **{name: SQL("%s::date", today - timedelta(days)) for name, days in (
                ('pace_after', limits.pace_days), ('turn_after', limits.turn_days), ('out_after', limits.out_days),
                ('slow_after', limits.slow_days), ('old_before', limits.old_days),
                ('sales_after', max(longest, limits.pace_days, limits.slow_days)))},
            'changes_after': SQL("%s::timestamp", fields.Datetime.now() - timedelta(longest + 2)),
            'expires_before': SQL("%s::timestamp", fields.Datetime.now() + timedelta(limits.expiry_days)),
            'silent_before': SQL(
                "%s::timestamp", fields.Datetime.now() - timedelta(company.channel_stock_silent_days)),
            'costs': self._get_costs(company), 'names': _list(FIGURES),
            'updates': SQL(", ").join(SQL("%s = EXCLUDED.%s", *[SQL.identifier(name)] * 2) for name in FIGURES),
            'kept': _list(FIGURES, "kept"), 'excluded': _list(FIGURES, "EXCLUDED"),
        }

    @api.model
    def _get_costs(self, company):
        """A query of (product, cost, weight): what one unit stands for where products are put together."""
        return SQL(
            """SELECT id AS product_id, COALESCE((standard_price->>%(company)s)::numeric, 0) AS cost,
                      COALESCE(NULLIF((standard_price->>%(company)s)::numeric, 0), 1) AS weight
                 FROM product_product""", company=str(company.id))

    @api.model
    def _finish(self):
        """What is put together of all members: values of branches, daily sales of the network, the day's picture."""
        self.env.cr.execute("""
            UPDATE channel_stock_node n SET all_value = t.value
              FROM (SELECT above::int4 AS member_id, SUM(value) AS value
                      FROM channel_stock_node, unnest(string_to_array(rtrim(path, '/'), '/')) above GROUP BY 1) t
             WHERE t.member_id = n.member_id AND n.all_value IS DISTINCT FROM t.value
        """)
        self._sum_daily_sales()
        self.env['channel.stock.day']._take_picture()
        self.env['channel.stock.summary']._forget()

    @api.model
    def _sum_daily_sales(self):
        self.env.cr.execute("""
            UPDATE channel_stock_summary s SET daily_sales = COALESCE(t.qty, 0)
              FROM channel_stock_summary o
         LEFT JOIN (SELECT n.company_id, n.branch_id, n.province_id, n.tier_id, f.product_id, SUM(f.daily_sales) AS qty
                      FROM channel_stock_figure f JOIN channel_stock_node n ON n.member_id = f.member_id
                     WHERE f.daily_sales != 0
                  GROUP BY 1, 2, 3, 4, 5) t
                ON t.company_id = o.company_id AND t.branch_id = o.branch_id AND t.tier_id = o.tier_id
               AND t.product_id = o.product_id AND COALESCE(t.province_id, 0) = COALESCE(o.province_id, 0)
             WHERE o.id = s.id AND s.daily_sales IS DISTINCT FROM COALESCE(t.qty, 0)
        """)


def get_day(moment, zone):
    """The day at headquarters of a moment stored in UTC."""
    return SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", moment, zone)


def _list(names, alias=None):
    return SQL(", ").join(
        SQL("%s.%s", SQL(alias), SQL.identifier(name)) if alias else SQL.identifier(name) for name in names)

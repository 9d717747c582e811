from odoo import api, models
from odoo.tools import SQL

from ...engine import ledger
from .channel_stock_summary_fold import LOCK, NODE_SUMS, PLACE, SUMMED, _names, _sums

# Balances less what no fold has taken yet: what the sums must say.
HELD = """
    SELECT member_id, product_id, %(summed)s FROM channel_stock
 UNION ALL
    SELECT member_id, product_id, %(slips)s, -qty FROM channel_stock_slip
"""
# Sums over millions are made in memory, not on the disk.
ROOM = "SET LOCAL work_mem = '256MB'"


class ChannelStockSummary(models.Model):
    """The sums can be checked against the balances at any time, and made anew from them."""

    _inherit = 'channel.stock.summary'

    # === CHECK AND REBUILD === #

    @api.model
    def _check(self):
        """Sums that are not what the balances come to.

        :return: [{'kind': 'place', 'member' or 'branch', 'place', 'kept': physical, 'true': physical}]
        """
        self.env.flush_all()
        self.env.cr.execute(ROOM)
        return self.env.execute_query_dict(SQL(
            """
            WITH held AS NOT MATERIALIZED (%(held)s),
            node AS NOT MATERIALIZED (
                SELECT member_id, company_id, branch_id, province_id, tier_id, path FROM channel_stock_node),
            place AS (SELECT %(place)s, %(sums)s FROM held f LEFT JOIN node USING (member_id) GROUP BY 1, 2, 3, 4, 5),
            member AS (SELECT member_id, %(sums)s FROM held f GROUP BY 1),
            branch AS (
                SELECT above::int4 AS member_id, %(node_sums)s
                  FROM member f JOIN node USING (member_id), unnest(string_to_array(rtrim(path, '/'), '/')) above
              GROUP BY 1)
            SELECT 'place' AS kind, CONCAT_WS('/', %(place_both)s) AS place, k.physical AS kept, t.physical AS true
              FROM channel_stock_summary k
         FULL JOIN place t ON k.branch_id = t.branch_id AND k.product_id = t.product_id AND k.tier_id = t.tier_id
               AND COALESCE(k.province_id, 0) = COALESCE(t.province_id, 0) AND k.company_id = t.company_id
             WHERE %(place_differs)s
         UNION ALL
            SELECT 'member', COALESCE(k.member_id, t.member_id)::text, k.physical, t.physical
              FROM channel_stock_node k FULL JOIN member t ON t.member_id = k.member_id WHERE %(member_differs)s
         UNION ALL
            SELECT 'branch', COALESCE(k.member_id, t.member_id)::text, k.all_physical, t.physical
              FROM channel_stock_node k FULL JOIN branch t ON t.member_id = k.member_id WHERE %(branch_differs)s
            """,
            held=self._get_held(), place=_names(PLACE), sums=_sums("f"), node_sums=_sums("f", 1, NODE_SUMS),
            place_both=SQL(", ").join(SQL("COALESCE(k.%s, t.%s)", *[SQL.identifier(name)] * 2) for name in PLACE),
            place_differs=_differs(SUMMED), member_differs=_differs(SUMMED),
            branch_differs=_differs(NODE_SUMS, 'all_')))

    @api.model
    def _rebuild(self):
        """Make the sums anew from the balances. :return: how many were wrong"""
        cr = self.env.cr
        cr.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [LOCK])
        wrong = len(self._check())
        members = SQL("SELECT DISTINCT member_id FROM channel_stock")
        # PostgreSQL takes what is being filled for empty, and would go through all of it for every row.
        cr.execute("SET LOCAL enable_nestloop = off")
        cr.execute("DELETE FROM channel_stock_slip; DELETE FROM channel_stock_moved; DELETE FROM channel_stock_summary")
        self._create_nodes(members)
        self._place_nodes(SQL("SELECT member_id FROM channel_stock_node"))
        self._add_to_summary(SQL(
            """SELECT n.company_id, n.branch_id, n.province_id, n.tier_id, s.product_id, %s
                 FROM channel_stock s JOIN channel_stock_node n ON n.member_id = s.member_id GROUP BY 1, 2, 3, 4, 5""",
            _sums("s")))
        cr.execute(SQL("UPDATE channel_stock_node SET %s", SQL(", ").join(
            SQL("%s = 0", SQL.identifier(name)) for name in (*SUMMED, *(f'all_{name}' for name in NODE_SUMS)))))
        cr.execute(SQL(
            """UPDATE channel_stock_node n SET %s
                 FROM (SELECT member_id, %s FROM channel_stock s GROUP BY 1) t WHERE t.member_id = n.member_id""",
            SQL(", ").join(SQL("%s = t.%s", *[SQL.identifier(name)] * 2) for name in SUMMED), _sums("s")))
        self._add_to_lines(SQL(
            "SELECT path, available, in_transit, physical FROM channel_stock_node WHERE physical != 0 "
                               "OR available != 0 OR in_transit != 0"))
        self.env['channel.stock.figure']._sum_daily_sales()
        cr.execute("SET LOCAL enable_nestloop = on")
        self._forget()
        return wrong

    @api.model
    def _build_first(self):
        """When the module is installed or updated: sums of the stock that was there before them."""
        self.env.cr.execute("SELECT EXISTS (SELECT FROM channel_stock), EXISTS (SELECT FROM channel_stock_summary)")
        if self.env.cr.fetchone() == (True, False):
            self._rebuild()
        self.env['channel.stock.report']._sum_own()

    @api.model
    def _get_held(self):
        return SQL(
            HELD, summed=_names(SUMMED), slips=SQL(", ").join(
                SQL("CASE WHEN state = %s THEN -qty ELSE 0 END", state) for state in ledger.STATES))


def _differs(names, prefix=''):
    return SQL(" OR ").join(
        SQL("COALESCE(k.%s, 0) != COALESCE(t.%s, 0)", SQL.identifier(prefix + name), SQL.identifier(name))
        for name in names)

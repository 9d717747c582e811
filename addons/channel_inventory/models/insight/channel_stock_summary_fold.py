import time

from odoo import api, models
from odoo.tools import SQL

from ...engine import ledger

LOCK = 'channel.stock.summary'
BUSY = 20_000  # slips; as long as a fold takes so many, the job stays awake
PAUSE, ROUNDS = 5, 10
SUMMED = (*ledger.STATES, 'physical')
PLACE = ('company_id', 'branch_id', 'province_id', 'tier_id', 'product_id')
NODE_SUMS = ('available', 'in_transit', 'physical')
STAGE = """
    CREATE TEMP TABLE IF NOT EXISTS channel_stock_change (
        member_id int4, product_id int4, {states}, physical numeric) ON COMMIT DELETE ROWS;
    CREATE TEMP TABLE IF NOT EXISTS channel_stock_going (member_id int4 PRIMARY KEY) ON COMMIT DELETE ROWS;
    TRUNCATE channel_stock_change, channel_stock_going;
""".format(states=", ".join(f'{state} numeric' for state in ledger.STATES))
# Where a member stands: its branch is the first of its line, its province the widest division of its street.
DIMENSIONS = """
    m.company_id, split_part(m.parent_path, '/', 1)::int4 AS branch_id,
    NULLIF(split_part(street.parent_path, '/', 1), '')::int4 AS province_id, m.tier_id, m.parent_path AS path
"""


class ChannelStockSummary(models.Model):
    """How what has changed gets into the sums: once, by one at a time, in a transaction of its own."""

    _inherit = 'channel.stock.summary'

    # === CRON === #

    @api.model
    def _cron_fold(self):
        """Every minute; while feeds pour in every few seconds, so that readers never have many slips to add."""
        self.env['channel.stock.report']._sum_own()
        for _round in range(ROUNDS):
            count = self._fold()
            left = self.env['ir.cron']._commit_progress(count)
            if count < BUSY or not left:
                return
            time.sleep(PAUSE)

    # === BUSINESS METHODS === #

    @api.model
    def _fold(self):
        """Take away what slips are there and add them to the sums. :return: how many slips"""
        cr = self.env.cr
        cr.execute("SELECT pg_try_advisory_xact_lock(hashtext(%s))", [LOCK])
        if not cr.fetchone()[0]:
            return 0  # another one is at it
        self.env.flush_all()
        cr.execute(STAGE)
        count = self._take_slips()
        cr.execute("""
            WITH gone AS (DELETE FROM channel_stock_moved RETURNING member_id)
            INSERT INTO channel_stock_going SELECT DISTINCT g.member_id FROM gone g
                   JOIN channel_stock_node n ON n.member_id = g.member_id
        """)
        has_moved = bool(cr.rowcount)
        if count:
            self._add_changes()
        if has_moved:
            # What has moved is all folded by now: it goes with the balances, as they are.
            self._move_nodes()
        if count or has_moved:
            self._forget()
        return count

    @api.model
    def _take_slips(self):
        sums = SQL(", ").join(
            SQL("COALESCE(SUM(qty) FILTER (WHERE state = %s), 0)", state) for state in ledger.STATES)
        self.env.cr.execute(SQL("""
            WITH gone AS (DELETE FROM channel_stock_slip RETURNING member_id, product_id, state, qty),
            summed AS (
                INSERT INTO channel_stock_change
                SELECT member_id, product_id, %s, SUM(qty) FROM gone GROUP BY 1, 2
            )
            SELECT COUNT(*) FROM gone
        """, sums))
        return self.env.cr.fetchone()[0]

    @api.model
    def _add_changes(self):
        cr = self.env.cr
        cr.execute("ANALYZE channel_stock_change")
        self._create_nodes(SQL("SELECT DISTINCT member_id FROM channel_stock_change"))
        self._add_to_summary(SQL(
            """SELECT n.company_id, n.branch_id, n.province_id, n.tier_id, c.product_id, %s
                 FROM channel_stock_change c JOIN channel_stock_node n ON n.member_id = c.member_id
             GROUP BY 1, 2, 3, 4, 5""", _sums("c")))
        cr.execute(SQL(
            """UPDATE channel_stock_node n SET %s
                 FROM (SELECT member_id, %s FROM channel_stock_change c GROUP BY 1) t
                  WHERE t.member_id = n.member_id""",
            _added("n"), _sums("c")))
        self._add_to_lines(SQL(
            """SELECT n.path, c.available, c.in_transit, c.physical
                 FROM channel_stock_change c JOIN channel_stock_node n ON n.member_id = c.member_id"""))

    @api.model
    def _move_nodes(self):
        """Members that stand elsewhere now take what they hold from the old sums to the new ones."""
        cr = self.env.cr
        cr.execute(SQL(
            """DELETE FROM channel_stock_going g USING channel_stock_node n, (%s) now
                WHERE n.member_id = g.member_id AND now.member_id = g.member_id
                  AND (n.company_id, n.branch_id, n.province_id, n.tier_id, n.path) IS NOT DISTINCT FROM
                      (now.company_id, now.branch_id, now.province_id, now.tier_id, now.path)""",
            self._get_places(SQL("SELECT member_id FROM channel_stock_going"))))
        held = SQL("SELECT n.*, s.product_id, %s FROM channel_stock s JOIN channel_stock_going g USING (member_id) "
                   "JOIN (SELECT member_id, company_id, branch_id, province_id, tier_id FROM channel_stock_node) n "
                   "USING (member_id)", SQL(", ").join(SQL("s.%s", SQL.identifier(name)) for name in SUMMED))
        own = SQL("SELECT n.path, n.available, n.in_transit, n.physical FROM channel_stock_node n "
                  "JOIN channel_stock_going g USING (member_id)")
        self._add_to_summary(SQL("SELECT company_id, branch_id, province_id, tier_id, product_id, %s FROM (%s) h "
                                 "GROUP BY 1, 2, 3, 4, 5", _sums("h", -1), held))
        self._add_to_lines(own, -1)
        self._place_nodes(SQL("SELECT member_id FROM channel_stock_going"))
        # Whoever stands above them now may never have held anything.
        self._create_nodes(SQL("SELECT member_id FROM channel_stock_going"))
        self._add_to_summary(SQL("SELECT company_id, branch_id, province_id, tier_id, product_id, %s FROM (%s) h "
                                 "GROUP BY 1, 2, 3, 4, 5", _sums("h"), held))
        self._add_to_lines(own)
        cr.execute(SQL("DELETE FROM channel_stock_summary WHERE %s", SQL(" AND ").join(
            SQL("%s = 0", SQL.identifier(name)) for name in SUMMED)))

    # --- parts

    @api.model
    def _get_places(self, members):
        """SELECT of where these members stand. :param members: a query of ids"""
        return SQL(
            """SELECT m.id AS member_id, %s FROM channel_member m
            LEFT JOIN channel_territory street ON street.id = m.street_id WHERE m.id IN (%s)""",
            SQL(DIMENSIONS), members)

    @api.model
    def _create_nodes(self, members):
        """Nodes of these members and of all above them, where they are missing."""
        zeros = SQL(", ").join(SQL("0") for _name in (*SUMMED, *NODE_SUMS))
        self.env.cr.execute(SQL(
            """INSERT INTO channel_stock_node (member_id, company_id, branch_id, province_id, tier_id, path, %s, %s)
               SELECT place.*, %s FROM (%s) place
                WHERE NOT EXISTS (SELECT FROM channel_stock_node n WHERE n.member_id = place.member_id)
               ON CONFLICT DO NOTHING""",
            _names(SUMMED), _names([f'all_{name}' for name in NODE_SUMS]), zeros,
            self._get_places(SQL(
                "SELECT ancestor_id FROM channel_member_ancestor_rel WHERE member_id IN (%s)", members))))

    @api.model
    def _place_nodes(self, members):
        """Nodes of these members stand where the members stand."""
        self.env.cr.execute(SQL(
            """UPDATE channel_stock_node n
                  SET company_id = now.company_id, branch_id = now.branch_id, province_id = now.province_id,
                      tier_id = now.tier_id, path = now.path
                 FROM (%s) now WHERE now.member_id = n.member_id""", self._get_places(members)))

    @api.model
    def _add_to_summary(self, rows):
        """:param rows: a query of the columns of `PLACE`, then `SUMMED`"""
        self.env.cr.execute(SQL(
            """INSERT INTO channel_stock_summary AS n (%s, %s) %s
               ON CONFLICT (branch_id, product_id, tier_id, COALESCE(province_id, 0), company_id) DO UPDATE SET %s""",
            _names(PLACE), _names(SUMMED), rows, _added("n", table="EXCLUDED")))

    @api.model
    def _add_to_lines(self, rows, sign=1):
        """Each member's change to itself and to all above it. :param rows: a query of (path, `NODE_SUMS`)"""
        self.env.cr.execute(SQL(
            """UPDATE channel_stock_node n SET %s
                 FROM (SELECT above::int4 AS member_id, %s
                         FROM (SELECT c.path, %s FROM (%s) c GROUP BY 1) c,
                              unnest(string_to_array(rtrim(c.path, '/'), '/')) above
                     GROUP BY 1) t WHERE t.member_id = n.member_id""",
            SQL(", ").join(SQL("%s = n.%s + t.%s", *[SQL.identifier(f'all_{name}')] * 2, SQL.identifier(name))
                           for name in NODE_SUMS),
            _sums("c", sign, NODE_SUMS), _sums("c", 1, NODE_SUMS), rows))

    @api.model
    def _forget(self):
        for model in ('channel.stock.summary', 'channel.stock.node', 'channel.stock.report'):
            self.env[model].invalidate_model()


def _names(names):
    return SQL(", ").join(map(SQL.identifier, names))


def _sums(alias, sign=1, names=SUMMED):
    return SQL(", ").join(
        SQL("%s SUM(%s.%s) AS %s", SQL("-" if sign < 0 else ""), SQL(alias), SQL.identifier(name), SQL.identifier(name))
        for name in names)


def _added(alias, names=SUMMED, table="t"):
    return SQL(", ").join(
        SQL("%s = %s.%s + %s.%s", SQL.identifier(name), SQL(alias), SQL.identifier(name), SQL(table),
            SQL.identifier(name)) for name in names)

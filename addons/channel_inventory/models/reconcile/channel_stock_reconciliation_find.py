from odoo import models
from odoo.tools import SQL

from ...engine import causes

# Counts of which the book said something else, and counts before which something became known after them.
COUNTS = """
    SELECT c.member_id, c.product_id FROM channel_stock_counted c
     WHERE %(own)s AND c.counted_at >= %(window)s AND c.posted_at >= %(since)s AND c.book_qty != c.found_qty
 UNION
    SELECT c.member_id, c.product_id FROM channel_stock_counted c
     WHERE %(own)s AND c.counted_at >= %(window)s AND EXISTS (
        SELECT FROM channel_sell_through s
         WHERE s.member_id = c.member_id AND s.product_id = c.product_id AND s.day >= %(window)s
           AND s.day <= c.counted_at + interval '1 day' AND s.posted_at >= %(since)s AND s.posted_at > c.posted_at)
"""
# More sold than was there.
NEGATIVE = """
    SELECT k.member_id, k.product_id FROM channel_stock k
      JOIN channel_member m ON m.id = k.member_id AND m.tracks_stock
      JOIN channel_reconcile_cell c ON c.member_id = k.member_id AND c.product_id = k.product_id
  GROUP BY k.member_id, k.product_id HAVING SUM(k.available) < 0
"""
# Scanned in with a difference.
RECEIPTS = """
    SELECT r.member_id, l.product_id FROM channel_receipt r JOIN channel_receipt_line l ON l.receipt_id = r.id
      JOIN channel_member c ON c.id = r.member_id
     WHERE %(member)s AND r.received_at >= %(since)s AND l.received_qty != l.shipped_qty
"""
# Shipped, in the ledger or not, not come back, and not scanned in for too long.
OVERDUE = """
    SELECT o.channel_member_id, l.product_id FROM stock_picking p
      JOIN stock_picking_type t ON t.id = p.picking_type_id AND t.code = 'outgoing'
      JOIN sale_order o ON o.id = p.sale_id
      JOIN channel_member c ON c.id = o.channel_member_id
      JOIN stock_move_line l ON l.picking_id = p.id AND l.state = 'done'
     WHERE %(member)s AND p.state = 'done' AND p.date_done >= %(window)s
       AND p.date_done < (now() AT TIME ZONE 'UTC') - %(lead)s * interval '1 day'
       AND NOT EXISTS (SELECT FROM channel_receipt r WHERE r.picking_id = p.id)
  GROUP BY o.channel_member_id, l.product_id, l.move_id HAVING SUM(l.quantity_product_uom) > COALESCE((
        SELECT SUM(bl.quantity_product_uom) FROM stock_move bm JOIN stock_move_line bl ON bl.move_id = bm.id
         WHERE bm.origin_returned_move_id = l.move_id AND bm.state = 'done'), 0)
"""
# Sent by another member: not scanned in within its days, or scanned in with a difference.
TRANSFERS = """
    SELECT l.receiver_id, l.product_id FROM channel_transfer_line l
      JOIN channel_transfer t ON t.id = l.transfer_id
      JOIN channel_member c ON c.id = l.receiver_id
     WHERE %(member)s AND l.packed_qty > 0 AND t.shipped_at >= %(window)s AND (
           t.received_at >= %(since)s AND l.received_qty != l.packed_qty
           OR t.state = 'shipped' AND t.shipped_at < (now() AT TIME ZONE 'UTC') - t.days * interval '1 day')
"""
# Reported and not in the ledger.
UNTRACKED = """
    SELECT s.member_id, s.product_id FROM channel_sell_through s
      JOIN channel_member c ON c.id = s.member_id AND c.tracks_stock
      JOIN product_product p ON p.id = s.product_id JOIN product_template t ON t.id = p.product_tmpl_id
     WHERE %(member)s AND s.posted_at >= %(since)s AND s.day >= %(window)s AND s.feed_id IS NOT NULL AND t.is_storable
       AND NOT EXISTS (
        SELECT FROM channel_stock_entry e
         WHERE e.member_id = s.member_id AND e.product_id = s.product_id AND e.ref_model = 'channel.feed'
           AND e.ref_id = s.feed_id AND e.occurred_at = s.day + interval '12 hours')
  GROUP BY s.member_id, s.product_id, s.feed_id, s.day HAVING SUM(s.qty) != 0
"""
# Sold to another member, by the one above it.
UPSTREAM = """
    SELECT c.id, s.product_id FROM channel_sell_through s
      JOIN channel_member c ON c.code = s.sold_to AND c.tracks_stock
      JOIN channel_member_ancestor_rel a ON a.member_id = c.id AND a.ancestor_id = s.member_id
      JOIN product_product p ON p.id = s.product_id JOIN product_template t ON t.id = p.product_tmpl_id
     WHERE %(member)s AND s.posted_at >= %(since)s AND s.day >= %(window)s AND s.member_id != c.id AND t.is_storable
"""
# What is known and not over: it may be over tonight.
KNOWN = """
    SELECT d.member_id, d.product_id FROM channel_deviation d
     WHERE %(own)s AND d.state IN ('open', 'explained') AND d.day >= %(window)s
"""
# The rows of a feed that another feed of the same member has, too: nearly all of both. What was taken back repeats
# nothing any more, though its rows stay.
DOUBLES = """
    WITH told AS (
        SELECT s.member_id, s.feed_id, s.product_id, COALESCE(s.lot_id, 0) AS lot_id, s.day, s.qty, COUNT(*) AS number,
               MAX(s.posted_at) AS posted_at
          FROM channel_sell_through s JOIN channel_feed f ON f.id = s.feed_id AND f.state != 'undone'
         WHERE s.member_id = ANY(%(members)s) AND s.day >= %(window)s AND s.revision = 0
      GROUP BY 1, 2, 3, 4, 5, 6
    ),
    size AS (
        SELECT member_id, feed_id, SUM(number) AS number FROM told GROUP BY 1, 2
    ),
    pair AS (
        SELECT l.member_id, l.feed_id AS later, e.feed_id AS earlier, SUM(LEAST(l.number, e.number)) AS number
          FROM told l JOIN told e USING (member_id, product_id, lot_id, day, qty)
         WHERE e.feed_id < l.feed_id GROUP BY 1, 2, 3
    )
    SELECT p.member_id, p.later, MIN(p.earlier) FROM pair p
      JOIN size l ON l.member_id = p.member_id AND l.feed_id = p.later
      JOIN size e ON e.member_id = p.member_id AND e.feed_id = p.earlier
     WHERE p.number >= %(rows)s AND p.number >= %(share)s * GREATEST(l.number, e.number)
  GROUP BY 1, 2
"""


class ChannelStockReconciliation(models.Model):
    """Which positions are looked at: each kind of difference is one query over all members."""

    _inherit = 'channel.stock.reconciliation'

    # === BUSINESS METHODS === #

    def _find_differing(self):
        """[(member, product)] at which anything may not match, sorted"""
        self.ensure_one()
        values = self._prepare_find_values()
        found = set()
        for query in (COUNTS, NEGATIVE, RECEIPTS, OVERDUE, TRANSFERS, UNTRACKED, UPSTREAM, KNOWN):
            found.update(self.env.execute_query(SQL(query, **values) if '%(' in query else SQL(query)))
        return sorted(found | self._find_doubled(values))

    def _prepare_find_values(self):
        company = self.company_id
        member = SQL("c.company_id = %s", company.id)
        # Facts carry their company themselves; the alias is that of either query.
        own = SQL("company_id = %s", company.id)
        if self.member_ids:
            member = SQL("%s AND c.id = ANY(%s)", member, self.member_ids.ids)
            own = SQL("%s AND member_id = ANY(%s)", own, self.member_ids.ids)
        window = self._get_window()
        return {'own': own, 'member': member, 'window': window, 'lead': company.channel_transit_days,
                'since': window if self.member_ids else self.since}

    def _find_doubled(self, values):
        """Positions of members to which a feed came tonight that repeats another."""
        fresh = self.env.execute_query(SQL(
            """SELECT s.member_id, s.feed_id FROM channel_sell_through s JOIN channel_member c ON c.id = s.member_id
                 JOIN channel_feed f ON f.id = s.feed_id AND f.state != 'undone'
                WHERE %(member)s AND s.posted_at >= %(since)s AND s.day >= %(window)s AND s.revision = 0
             GROUP BY 1, 2 HAVING COUNT(*) >= %(rows)s""", rows=causes.DOUBLE_ROWS, **values))
        doubles = self._load_doubles({member for member, _feed in fresh})
        pairs = {(member, feed) for member, feeds in doubles.items() for feed in feeds} & set(fresh)
        if not pairs:
            return set()
        return set(self.env.execute_query(SQL(
            """SELECT DISTINCT member_id, product_id FROM channel_sell_through
                WHERE (member_id, feed_id) IN %s AND day >= %s""", tuple(pairs), values['window'])))

    def _load_doubles(self, members):
        """{member: {feed: the earlier feed that it repeats}}, by the same measure as `causes.find_doubles`"""
        found = {}
        if members:
            for member, later, earlier in self.env.execute_query(SQL(
                    DOUBLES, members=list(members), window=self._get_window(), rows=causes.DOUBLE_ROWS,
                    share=causes.DOUBLE_SHARE)):
                found.setdefault(member, {})[later] = earlier
        return found

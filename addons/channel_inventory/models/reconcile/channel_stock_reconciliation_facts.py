from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from odoo import models
from odoo.tools import SQL

from odoo.addons.distributor_portal.utils import to_decimal

from ...engine import causes

DIGITS = 6
TRADE_BEGINS = 9  # o'clock: a count before it has nothing of that day's sales
SNAPSHOT = 'channel.connector.snapshot'
CLAIMED = {'short': 'short', 'wrong': 'short', 'surplus': 'surplus'}

SALES = """
    SELECT s.member_id, s.product_id, s.id, s.source_id, s.external_key, s.feed_id, s.lot_id, s.qty, s.day, s.posted_at,
           s.revision, s.feed_id IS NULL OR NOT m.tracks_stock OR EXISTS (
               SELECT FROM channel_stock_entry e
                WHERE e.member_id = s.member_id AND e.product_id = s.product_id AND e.ref_model = 'channel.feed'
                  AND e.ref_id = s.feed_id AND e.occurred_at = s.day + interval '12 hours') AS is_booked
      FROM channel_sell_through s JOIN asked a ON a.member_id = s.member_id AND a.product_id = s.product_id
      JOIN channel_member m ON m.id = s.member_id
     WHERE s.day >= %(window)s AND s.posted_at <= %(known_at)s
"""
# A delivery older than the member's ledger is none of its business; what was refused at the door was never delivered.
DELIVERIES = """
    SELECT a.member_id, a.product_id, p.id, p.name, p.date_done, l.qty - back.qty, r.received_at,
           COALESCE(SUM(rl.received_qty), 0) AS arrived, b.is_booked
      FROM (SELECT p.id AS picking_id, o.channel_member_id AS member_id, l.product_id,
                   SUM(l.quantity_product_uom) AS qty
              FROM sale_order o
              JOIN stock_picking p ON p.sale_id = o.id AND p.state = 'done' AND p.date_done >= %(window)s
              JOIN stock_picking_type t ON t.id = p.picking_type_id AND t.code = 'outgoing'
              JOIN stock_move_line l ON l.picking_id = p.id AND l.state = 'done'
             WHERE o.channel_member_id = ANY(%(members)s) GROUP BY 1, 2, 3) l
      JOIN asked a ON a.member_id = l.member_id AND a.product_id = l.product_id
      JOIN stock_picking p ON p.id = l.picking_id
 LEFT JOIN channel_receipt r ON r.picking_id = p.id
 LEFT JOIN channel_receipt_line rl ON rl.receipt_id = r.id AND rl.product_id = l.product_id
CROSS JOIN LATERAL (SELECT EXISTS (
                        SELECT FROM channel_stock_entry e
                         -- Shipped to one that was merged into this one: booked there, and moved.
                         WHERE e.member_id IN (SELECT m.id FROM channel_member m
                                                WHERE l.member_id IN (m.id, m.merged_into_id))
                           AND e.product_id = l.product_id AND e.kind IN ('shipment', 'transfer_in') AND (
                               (e.ref_model = 'stock.picking' AND e.ref_id = p.id)
                               OR (e.source = 'reconcile' AND e.external_key = p.name))) AS is_booked) b
CROSS JOIN LATERAL (SELECT COALESCE(SUM(bl.quantity_product_uom), 0) AS qty
                      FROM stock_move m
                      JOIN stock_move bm ON bm.origin_returned_move_id = m.id AND bm.state = 'done'
                      JOIN stock_move_line bl ON bl.move_id = bm.id AND bl.product_id = l.product_id
                     WHERE m.picking_id = p.id AND (r.received_at IS NULL OR bm.date <= r.received_at)) back
     WHERE (r.id IS NOT NULL OR l.qty > back.qty) AND (b.is_booked OR EXISTS (
         SELECT FROM channel_stock_entry e WHERE e.member_id = l.member_id AND e.occurred_at < p.date_done
                                             AND e.posted_at <= p.date_done))
  GROUP BY 1, 2, 3, 4, 5, 6, 7, 9
"""
# What members above say that they sold to this one, where its ledger has nothing like it.
UPSTREAM = """
    SELECT * FROM (
        SELECT a.member_id, a.product_id, MIN(s.id) AS id, s.day, SUM(s.qty) AS qty, above.code
          FROM asked a JOIN channel_member m ON m.id = a.member_id AND m.tracks_stock
          JOIN channel_member_ancestor_rel r ON r.member_id = m.id AND r.ancestor_id != m.id
          JOIN channel_member above ON above.id = r.ancestor_id
          JOIN channel_sell_through s ON s.member_id = r.ancestor_id AND s.product_id = a.product_id
                                     AND s.sold_to = m.code AND s.day >= %(window)s AND s.posted_at <= %(known_at)s
      GROUP BY 1, 2, 4, 6 HAVING SUM(s.qty) > 0
    ) sold
     WHERE NOT EXISTS (
        SELECT FROM channel_stock_entry e
         WHERE e.member_id = sold.member_id AND e.product_id = sold.product_id AND e.qty = sold.qty
           AND e.kind IN ('shipment', 'transfer_in')
           AND e.occurred_at BETWEEN sold.day - %(lead)s * interval '1 day' AND sold.day + %(lead)s * interval '1 day')
"""
# Between members: the giver's book is settled when it ships, the receiver's when it scans in.
TRANSFERS = """
    SELECT a.member_id, a.product_id, t.id, t.name, t.shipped_at, SUM(l.packed_qty), t.received_at, SUM(l.received_qty),
           t.days
      FROM channel_transfer_line l JOIN channel_transfer t ON t.id = l.transfer_id
      JOIN asked a ON a.member_id = l.receiver_id AND a.product_id = l.product_id
     WHERE t.shipped_at >= %(window)s AND l.packed_qty > 0
  GROUP BY 1, 2, 3, 4, 5, 7, 9
"""
CLAIMS = """
    SELECT c.member_id, l.product_id, c.id, l.kind, p.name, c.sent_at,
           CASE WHEN c.state IN ('accepted', 'partly', 'settled') THEN l.accepted_qty ELSE l.claimed_qty END AS qty,
           c.receipt_id IS NOT NULL OR EXISTS (
               SELECT FROM channel_stock_entry e WHERE e.ref_model = 'channel.claim' AND e.ref_id = c.id) AS is_booked
      FROM channel_claim_line l JOIN channel_claim c ON c.id = l.claim_id
      JOIN asked a ON a.member_id = c.member_id AND a.product_id = l.product_id
      JOIN stock_picking p ON p.id = c.picking_id
     WHERE c.state NOT IN ('draft', 'upstream', 'withdrawn', 'refused') AND c.sent_at >= %(window)s
       AND l.kind IN ('short', 'wrong', 'surplus')
"""
RETURNS = """
    SELECT c.member_id, l.product_id, c.id, c.name, l.accepted_qty, MAX(v.at), p.state, p.date_done
      FROM channel_claim_line l JOIN channel_claim c ON c.id = l.claim_id
      JOIN asked a ON a.member_id = c.member_id AND a.product_id = l.product_id
      JOIN stock_picking p ON p.id = l.return_id
      JOIN channel_claim_event v ON v.claim_id = c.id AND v.kind = 'tracking'
     WHERE c.state NOT IN ('withdrawn', 'refused') AND p.state != 'cancel' AND v.at >= %(window)s
  GROUP BY 1, 2, 3, 4, 5, 7, 8
"""
# Of a key that was corrected the later fact holds, as of when the first was taken. What the count was followed by is
# what was posted for it beyond itself. A key that turned out to be of other goods is a count of those alone. What
# another system tells changes no book: the latest of it holds.
COUNTS = """
    SELECT c.*, COALESCE((
               SELECT SUM(e.qty) - (c.found_qty - c.book_qty) FROM channel_stock_entry e
                WHERE e.member_id = c.member_id AND e.product_id = c.product_id AND e.kind = 'adjustment'
                  AND e.source = 'count' AND e.external_key = c.external_key), 0) AS followed
      FROM (SELECT DISTINCT ON (c.member_id, c.product_id, COALESCE(c.source, ''), COALESCE(c.external_key, c.id::text))
                   c.member_id, c.product_id, c.id, c.lot_id, c.counted_at, MIN(c.posted_at) OVER (
                       PARTITION BY c.member_id, c.product_id, c.source, COALESCE(c.external_key, c.id::text)
                   ) AS posted_at, c.book_qty, c.found_qty, c.external_key, c.ref_model, c.ref_id
              FROM channel_stock_counted c
              JOIN asked a ON a.member_id = c.member_id AND a.product_id = c.product_id
             WHERE c.counted_at >= %(window)s AND c.posted_at <= %(known_at)s
               AND (c.ref_model IS DISTINCT FROM 'channel.stock.count' OR NOT EXISTS (
                   SELECT FROM channel_stock_counted n
                    WHERE n.external_key = c.external_key AND n.source = c.source AND n.ref_model = c.ref_model
                      AND n.id > c.id AND n.posted_at <= %(known_at)s
                      AND (n.member_id, n.product_id) != (c.member_id, c.product_id)))
               AND (c.ref_model IS DISTINCT FROM %(snapshot)s OR NOT EXISTS (
                   SELECT FROM channel_stock_counted n
                    WHERE n.member_id = c.member_id AND n.product_id = c.product_id AND n.ref_model = c.ref_model
                      AND n.lot_id IS NOT DISTINCT FROM c.lot_id AND n.posted_at <= %(known_at)s
                      AND (n.counted_at, n.id) > (c.counted_at, c.id)))
          ORDER BY c.member_id, c.product_id, COALESCE(c.source, ''), COALESCE(c.external_key, c.id::text), c.id DESC) c
"""


class ChannelStockReconciliation(models.Model):
    """What is on record of many positions: one query per kind of fact."""

    _inherit = 'channel.stock.reconciliation'

    # === BUSINESS METHODS === #

    def _load_facts(self, cells, known_at=None):
        """{cell: `causes.Facts`} :param known_at: as it was known at that moment; now, where it is not given"""
        self.ensure_one()
        values = {
            'window': self._get_window(), 'lead': self.company_id.channel_transit_days,
            'members': list({member for member, _product in cells}), 'known_at': known_at or SQL("'infinity'"),
            'snapshot': SNAPSHOT}
        doubles = self._load_doubles(values['members'])
        factors = self._load_factors({product for _member, product in cells})
        available = self._load_available(cells)
        loaded = {name: load(cells, values) for name, load in (
            ('sales', self._load_sales), ('deliveries', self._load_deliveries), ('claims', self._load_claims),
            ('returns', self._load_returns), ('counts', self._load_counts))}
        return {
            cell: causes.Facts(
                **{name: rows.get(cell, ()) for name, rows in loaded.items()}, factors=factors[cell[1]],
                doubled=doubles.get(cell[0], {}), available=available.get(cell)) for cell in cells}

    def _query(self, query, cells, values):
        """Rows of a query over `asked`, the positions in question: of what is not kept in stock nothing is missing."""
        return self.env.execute_query(SQL(
            """WITH asked AS MATERIALIZED (
                   SELECT a.* FROM unnest(%s::int4[], %s::int4[]) AS a (member_id, product_id)
                     JOIN product_product p ON p.id = a.product_id
                     JOIN product_template t ON t.id = p.product_tmpl_id AND t.is_storable) %s""",
            [member for member, _product in cells], [product for _member, product in cells], SQL(query, **values)))

    def _load_sales(self, cells, values):
        found = defaultdict(list)
        for member, product, id_, source, key, feed, lot, qty, day, posted_at, revision, is_booked in self._query(
                SALES, cells, values):
            found[member, product].append(causes.Sale(
                id_, (source, key), feed or 0, product, lot, _decimal(qty), day, posted_at, revision, is_booked))
        return found

    def _load_deliveries(self, cells, values):
        """Those of headquarters, of the member above, and of others that share their stock."""
        found = defaultdict(list)
        for member, product, picking, name, done_at, qty, received_at, arrived, is_booked in self._query(
                DELIVERIES, cells, values):
            found[member, product].append(causes.Delivery(
                picking, 'hq', None, _decimal(qty), done_at, _decimal(arrived), received_at, is_booked, name))
        for member, product, sale, day, qty, code in self._query(UPSTREAM, cells, values):
            moment = datetime.combine(day, causes.NOON)
            found[member, product].append(causes.Delivery(
                sale, 'upstream', None, _decimal(qty), moment, is_booked=False, ref=code))
        for member, product, transfer, name, shipped_at, qty, received_at, arrived, days in self._query(
                TRANSFERS, cells, values):
            found[member, product].append(causes.Delivery(
                transfer, 'transfer', None, _decimal(qty), shipped_at, _decimal(arrived), received_at, ref=name,
                days=days))
        return found

    def _load_claims(self, cells, values):
        found = defaultdict(list)
        for member, product, claim, kind, picking, sent_at, qty, is_booked in self._query(CLAIMS, cells, values):
            found[member, product].append(causes.Claim(
                claim, CLAIMED[kind], _decimal(qty), sent_at, is_booked, picking))
        return found

    def _load_returns(self, cells, values):
        found = defaultdict(list)
        for member, product, claim, name, qty, sent_at, state, done_at in self._query(RETURNS, cells, values):
            found[member, product].append(causes.Return(
                claim, _decimal(qty), sent_at, done_at if state == 'done' else None, name))
        return found

    def _load_counts(self, cells, values):
        found, zone = defaultdict(list), ZoneInfo(self.company_id.partner_id.tz or 'UTC')
        for member, product, id_, lot, at, posted_at, book, counted, _key, model, document, followed in self._query(
                COUNTS, cells, values):
            local = at.replace(tzinfo=ZoneInfo('UTC')).astimezone(zone)
            found[member, product].append(causes.Count(
                id_, lot, at, local.date(), posted_at, _decimal(book), _decimal(counted),
                local.hour >= TRADE_BEGINS, _decimal(followed), model != SNAPSHOT,
                (model, document) if model == SNAPSHOT else None))
        return found

    def _load_factors(self, products):
        """{product: own units in each of its packs}"""
        return {
            product.id: frozenset(
                Decimal(str(unit._compute_quantity(1, product.uom_id, round=False))) for unit in product.uom_ids)
            for product in self.env['product.product'].sudo().browse(products)}

    def _load_available(self, cells):
        """{cell: what can be sold, by the book}"""
        rows = self._query(
            """SELECT k.member_id, k.product_id, SUM(k.available) FROM channel_stock k
                 JOIN asked a ON a.member_id = k.member_id AND a.product_id = k.product_id
                 JOIN channel_member m ON m.id = k.member_id AND m.tracks_stock GROUP BY 1, 2""", cells, {})
        return {(member, product): _decimal(qty) for member, product, qty in rows}


def _decimal(value):
    """As the driver gives it, a float, as the number that it stands for."""
    return to_decimal(value, DIGITS).normalize() + 0



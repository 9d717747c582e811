from odoo import api, fields, models
from odoo.tools import SQL

# Whose goods first, and of which lot: the member's own before consigned ones, the nearest expiry first, unknown last.
FEFO = SQL("k.owner_id IS NOT NULL, l.expiration_date NULLS LAST, k.lot_id NULLS LAST, k.id")

# Sales of which nobody says the lot, cut into what each lot gives: a sale's stretch of all that is sold meets a lot's
# stretch of all that is held. What exceeds every lot stays without one. Lots are looked up sale by sale, on the index
# of positions: a join of all sales with all lots is planned wrongly where nobody knows how many there are.
ALLOTTED = """
    WITH asked AS MATERIALIZED (
        SELECT m.*, kind = 'sale' AND from_state = 'available' AND lot_id IS NULL AND owner_id IS NULL
               AND (SELECT true FROM channel_stock k
                     WHERE k.member_id = m.member_id AND k.product_id = m.product_id
                       AND (k.lot_id IS NOT NULL OR k.owner_id IS NOT NULL) LIMIT 1) IS NOT NULL AS has_lots
          FROM (%(moves)s) m (%(columns)s)
         WHERE m.product_id NOT IN (
               SELECT p.id FROM product_product p JOIN product_template t ON t.id = p.product_tmpl_id
                WHERE t.is_storable IS NOT TRUE)
    ),
    reach AS MATERIALIZED (
        SELECT *, SUM(qty) OVER (
                   PARTITION BY member_id, product_id ORDER BY occurred_at ROWS UNBOUNDED PRECEDING) AS upto
          FROM asked WHERE has_lots
    )
    SELECT member_id, product_id, lot_id, owner_id, kind, from_state, to_state, qty, occurred_at, source, external_key,
           ref_model, ref_id, note
      FROM asked WHERE NOT has_lots
 UNION ALL
    SELECT r.member_id, r.product_id, part.lot_id, part.owner_id, r.kind, r.from_state, r.to_state, part.qty,
           r.occurred_at, r.source, r.external_key, r.ref_model, r.ref_id, r.note
      FROM reach r CROSS JOIN LATERAL (
           SELECT h.lot_id, h.owner_id, LEAST(r.upto, h.upto) - GREATEST(r.upto - r.qty, h.upto - h.available) AS qty
             FROM (SELECT k.lot_id, k.owner_id, k.available,
                          SUM(k.available) OVER (ORDER BY k.is_rest, %(fefo)s) AS upto
                     FROM (SELECT id, lot_id, owner_id, available, false AS is_rest FROM channel_stock
                            WHERE member_id = r.member_id AND product_id = r.product_id AND available > 0
                        UNION ALL
                           SELECT NULL, NULL, NULL, r.upto, true) k
                     LEFT JOIN stock_lot l ON l.id = k.lot_id) h
            WHERE h.upto - h.available < r.upto AND h.upto > r.upto - r.qty
      ) part
"""
# What was sold without a lot before the lots had come, against the lots that have come since: both sides of each part.
LATE = """
    WITH owed AS (
        SELECT member_id, product_id, -available AS upto FROM channel_stock
         WHERE available < 0 AND lot_id IS NULL AND owner_id IS NULL
    ),
    held AS (
        SELECT k.member_id, k.product_id, k.lot_id, k.available, o.upto,
               SUM(k.available) OVER (PARTITION BY k.member_id, k.product_id ORDER BY %(fefo)s) - k.available AS beyond
          FROM owed o
          JOIN channel_stock k ON k.member_id = o.member_id AND k.product_id = o.product_id AND k.available > 0
           AND k.lot_id IS NOT NULL AND k.owner_id IS NULL
          LEFT JOIN stock_lot l ON l.id = k.lot_id
    ),
    part AS (
        SELECT member_id, product_id, lot_id, LEAST(available, upto - beyond) AS qty FROM held WHERE beyond < upto
    )
    SELECT p.member_id, p.product_id, CASE WHEN side.is_lot THEN p.lot_id END, NULL::int4, 'allotment'::varchar,
           CASE WHEN side.is_lot THEN 'available' END, CASE WHEN NOT side.is_lot THEN 'available' END, p.qty,
           %(now)s::timestamp, 'ledger'::varchar, NULL::varchar, 'stock.lot'::varchar, p.lot_id, NULL::varchar
      FROM part p CROSS JOIN (VALUES (true), (false)) side (is_lot)
"""
EXPIRED = """
    SELECT k.member_id, k.product_id, k.lot_id, k.owner_id, 'state'::varchar, 'available'::varchar, 'expired'::varchar,
           k.available, %(now)s::timestamp, 'expiry'::varchar, l.name, 'stock.lot'::varchar, l.id,
           replace(%(note)s, '{date}', to_char(l.expiration_date, 'YYYY-MM-DD'))
      FROM stock_lot l JOIN channel_stock k ON k.lot_id = l.id
     WHERE l.expiration_date <= %(now)s AND k.available > 0
"""


class ChannelStockEntry(models.Model):
    """Lots in the ledger: which of them a sale takes, and what becomes of them over time."""

    _inherit = 'channel.stock.entry'

    # === BUSINESS METHODS === #

    @api.model
    def _allot(self, moves):
        """The same movements, sales without a lot shared out over the lots that the member holds.

        Of what is not kept in stock (services, articles that are not storable) nothing is left.

        :param moves: a query as for `_post_from`, with the columns of `COLUMNS`
        :return: a query
        """
        self.env['channel.stock'].flush_model()
        return SQL(ALLOTTED, moves=moves, columns=self._get_columns(), fefo=FEFO)

    @api.model
    def _allot_late(self):
        """Give a lot to what was sold before the goods were scanned in."""
        self._post_query(SQL(LATE, fefo=FEFO, now=fields.Datetime.now()))

    @api.model
    def _expire(self):
        """What is past its lot's expiration date can no longer be sold."""
        self._post_query(SQL(
            EXPIRED, now=fields.Datetime.now(), note=self.env._("Past its expiration date, {date}")))

    @api.model
    def _post_query(self, moves):
        """Post what a query gives, now."""
        self.env.flush_all()
        self._create_partitions([fields.Datetime.now().replace(day=1)])
        self._post_from(moves)

    # === CRON === #

    @api.model
    def _cron_states(self):
        """What time does to stock. Again it changes nothing.

        Each waits for its turn, as feeds do, and is kept by itself: feeds sell the same goods, and a job that loses a
        race against them is not tried again by anybody else.
        """
        in_turn = self.env['channel.sell.through']._in_turn
        in_turn(lambda sales: sales.env[self._name]._allot_late())
        in_turn(lambda sales: sales.env[self._name]._expire())

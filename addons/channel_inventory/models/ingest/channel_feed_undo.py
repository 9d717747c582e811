from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .channel_sell_through_take import STAGE, Terms

STAGE_UNDO = """
    CREATE TEMP TABLE IF NOT EXISTS channel_sell_undo (
        source_id int4, key uuid, external_key text, last_revision int4, first_day date
    ) ON COMMIT DELETE ROWS;
    TRUNCATE channel_sell_undo;
"""
TOUCHED = """
    INSERT INTO channel_sell_undo
    SELECT source_id, md5(external_key)::uuid, external_key, MAX(revision), MIN(day)
      FROM channel_sell_through WHERE feed_id = %s GROUP BY source_id, external_key
"""
LOOK = """
    SELECT COUNT(*) FILTER (WHERE k.revision != u.last_revision), MIN(u.first_day), COUNT(*)
      FROM channel_sell_undo u JOIN channel_sell_key k ON k.source_id = u.source_id AND k.key = u.key
"""
# What the feed has sold is taken back, what it has taken back is sold again. What a key said before the feed is what it
# says now, less all that the feed has changed: one position, or none where the key was new.
UNDO = """
    WITH facts AS (
        SELECT s.source_id, s.external_key, s.member_id, s.product_id, s.lot_id, -s.qty AS qty, s.day, s.price,
               s.sold_to, u.last_revision + 1 AS revision, u.key
          FROM channel_sell_through s
          JOIN channel_sell_undo u ON u.source_id = s.source_id AND u.external_key = s.external_key
         WHERE s.feed_id = %(undone)s
    ),
    before AS (
        SELECT source_id, key, member_id, product_id, lot_id, day, price, sold_to, SUM(qty) AS qty
          FROM (SELECT source_id, key, member_id, product_id, lot_id, day, price, sold_to, qty FROM facts
             UNION ALL
                SELECT k.source_id, k.key, k.member_id, k.product_id, k.lot_id, k.day, k.price, k.sold_to, k.qty
                  FROM channel_sell_key k JOIN channel_sell_undo u ON u.source_id = k.source_id AND u.key = k.key) said
      GROUP BY source_id, key, member_id, product_id, lot_id, day, price, sold_to HAVING SUM(qty) != 0
    ),
    restored AS (
        UPDATE channel_sell_key k
           SET member_id = COALESCE(b.member_id, k.member_id), product_id = COALESCE(b.product_id, k.product_id),
               lot_id = b.lot_id, day = COALESCE(b.day, k.day), price = b.price, sold_to = b.sold_to,
               qty = COALESCE(b.qty, 0), version = NULL, revision = u.last_revision + 1
          FROM channel_sell_undo u LEFT JOIN before b ON b.source_id = u.source_id AND b.key = u.key
         WHERE k.source_id = u.source_id AND k.key = u.key
    ),
    sold AS (
        INSERT INTO channel_sell_through (member_id, product_id, lot_id, qty, day, price, sold_to, source_id,
                                          external_key, revision, feed_id)
        SELECT member_id, product_id, lot_id, qty, day, price, sold_to, source_id, external_key, revision, %(feed)s
          FROM facts
    )
    INSERT INTO channel_sell_fact
    SELECT source_id, external_key, member_id, product_id, lot_id, qty, day, price, sold_to, revision FROM facts
"""


class ChannelFeed(models.Model):
    """A feed that was a mistake is taken back: by corrections, as everything here."""

    _inherit = 'channel.feed'

    # === ACTION METHODS === #

    def action_undo(self):
        """Take back exactly what this feed has brought; the same rows may then come again."""
        self.ensure_one()
        self.check_access('write')
        undo = self.sudo()._undo()
        return {
            'type': 'ir.actions.act_window', 'res_model': 'channel.feed', 'res_id': undo.id, 'view_mode': 'form'}

    # === BUSINESS METHODS === #

    def _undo(self):
        """:return: the feed that takes this one back
        :raise UserError: nothing to take back, or something has happened to it since
        """
        self.ensure_one()
        if self.state not in ('done', 'failed') or self.kind == 'undo':
            raise UserError(self.env._("Only a feed that is over can be taken back, and only once."))
        sales, cr = self.env['channel.sell.through'], self.env.cr
        sales._wait_for_turn()
        self.env.flush_all()
        cr.execute(STAGE)
        cr.execute(STAGE_UNDO)
        cr.execute(SQL(TOUCHED, self.id))
        cr.execute(LOOK)
        self._check_undo(*cr.fetchone())
        undo = self.create({
            'name': self.env._("%s, taken back", self.name), 'kind': 'undo', 'state': 'running', 'undo_of_id': self.id,
            'company_id': self.company_id.id, 'source_id': self.source_id.id, 'user_id': self.env.uid,
            'started_at': fields.Datetime.now()})
        self.env.flush_all()
        cr.execute(SQL(UNDO, undone=self.id, feed=undo.id))
        sales._post_facts(undo)
        undo.corrected = undo.rows_read = self.accepted + self.corrected
        undo._finish()
        self.row_ids.filtered(lambda row: row.state == 'open').state = 'dropped'
        self.state = 'undone'
        return undo

    def _check_undo(self, later, first_day, count):
        if not count:
            raise UserError(self.env._("This feed has brought nothing that could be taken back."))
        if later:
            raise UserError(self.env._(
                "%s of its rows were corrected by a later feed: take that one back first.", later))
        if first_day < self.env['channel.sell.through']._get_limits(self.company_id, Terms()).oldest:
            raise UserError(self.env._("It holds sales of months that are closed."))

from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.distributor_portal.utils import to_decimal

from ...engine.transfers import scans


class ChannelCode(models.Model):
    """Codes that are transferred between members."""

    _inherit = 'channel.code'

    # === BUSINESS METHODS === #

    def _get_ways_up(self):
        """{id: its own id and those of what it lies in, the outermost last}, in one query."""
        self.flush_model()
        found = {}
        for id_, node in self.env.execute_query(SQL("""
            WITH RECURSIVE up AS (
                SELECT id, id AS node, parent_id, 0 AS depth FROM channel_code WHERE id = ANY(%s)
                 UNION ALL
                SELECT up.id, c.id, c.parent_id, depth + 1 FROM up JOIN channel_code c ON c.id = up.parent_id
                 WHERE depth < 10
            ) SELECT id, node FROM up ORDER BY id, depth
        """, self.ids)):
            found.setdefault(id_, []).append(node)
        return found

    def _bind_to_transfer(self, transfer):
        """These are packed for a transfer, or for none any more."""
        if self:
            self.env.cr.execute(SQL(
                "UPDATE channel_code SET transfer_id = %s WHERE id = ANY(%s)", transfer.id if transfer else None,
                self.ids))
            self.invalidate_model(['transfer_id'])
            self.env['channel.transfer'].invalidate_model(['code_ids', 'code_count', 'missing_code_count'])

    # --- scans of goods that were sent on

    @api.model
    def _find_outside(self, since):
        """Override of ours: where goods were lawfully sent, a scan is no diversion, be they scanned in or not."""
        found = super()._find_outside(since)
        lawful = self._find_lawful_scans({one.scan: member for member, some in found.items() for one in some})
        left = {member: [one for one in some if one.scan not in lawful] for member, some in found.items()}
        return {member: some for member, some in left.items() if some}

    @api.model
    def _find_lawful_scans(self, holders):
        """Ids of scans where the holder had sent such goods. :param holders: {scan id: id of who held it}"""
        if not holders:
            return set()
        rows = self.env.execute_query_dict(SQL("""
            SELECT s.id, s.code_id, s.latitude, s.longitude, s.accuracy, s.scanned_at, c.product_id, c.lot_id,
                   c.qty::float8 AS qty, top.transfer_id
              FROM channel_code_scan s JOIN channel_code c ON c.id = s.code_id
              JOIN channel_code top ON top.id = c.top_id
             WHERE s.id = ANY(%s)
        """, list(holders)))
        ways = self.env['channel.transfer']._find_lawful_ways(
            list(set(holders.values())), [row['product_id'] for row in rows if row['product_id']])
        territories = self._get_territories(list({way.receiver for some in ways.values() for way in some}))
        places, seen = self._get_places(), defaultdict(list)
        for row in rows:
            giver = holders[row['id']]
            near = frozenset(
                way.receiver for way in ways.get(giver, ()) if way.receiver in territories and places.border_km(
                    row['latitude'], row['longitude'], territories[way.receiver]) <= row['accuracy'] / 1000)
            if near:
                seen[giver].append(scans.Seen(
                    row['id'], row['code_id'], row['product_id'], row['lot_id'], to_decimal(row['qty']),
                    row['scanned_at'], row['transfer_id'], near))
        return {scan for giver, some in seen.items() for scan in scans.find_lawful(some, ways[giver])}

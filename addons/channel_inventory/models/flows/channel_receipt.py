from odoo import api, models

from odoo.addons.distributor_portal.utils import to_decimal

from ...engine import ledger
from .stock_picking import DIGITS


class ChannelReceipt(models.Model):
    """What a member scans in is no longer in transit: it can be sold, or it is damaged, or it never came."""

    _inherit = 'channel.receipt'

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        receipts = super().create(vals_list)
        moves = []
        for receipt in receipts.sudo():
            moves += receipt._prepare_stock_moves()
        if moves:
            self.env['channel.stock.entry'].sudo()._post(moves)
        return receipts

    # === BUSINESS METHODS === #

    def _prepare_stock_moves(self):
        """The movements of this receipt, from what the ledger has on its way: no more can arrive or be missing.

        A delivery that left before the ledger was kept is on nobody's way: what arrives of it opens the book.
        """
        self.ensure_one()
        picking = self.picking_id
        is_known = bool(self.env['channel.stock.entry']._get_posted(picking._name, picking.ids))
        on_its_way = {}
        for (product, lot, owner), qty in picking._channel_get_on_its_way().items():
            on_its_way.setdefault(product, {})[lot, owner] = qty
        moves = []
        for line in self.line_ids.filtered(
                lambda line: line.product_id.is_storable or line.product_id.id in on_its_way):
            received, damaged, wrong = (
                to_decimal(line[name], DIGITS) for name in ('received_qty', 'damaged_qty', 'wrong_qty'))
            found = {'': received - damaged - wrong, 'damaged': damaged, 'frozen': wrong}
            arrivals = ledger.arrivals(
                {state: qty for state, qty in found.items() if qty > 0}, on_its_way.get(line.product_id.id, {}))
            moves += [self._prepare_stock_move(line, one, 'surplus' if is_known else 'opening') for one in arrivals]
        return moves

    def _prepare_stock_move(self, line, arrival, beyond):
        """:param beyond: the kind of what nobody had on its way"""
        lot, owner = arrival.lot or (None, None)
        state = arrival.state or line.product_id._channel_get_arrival_state(lot)
        return {
            'member_id': self.member_id.id, 'product_id': line.product_id.id, 'lot_id': lot, 'owner_id': owner,
            'kind': beyond if arrival.kind == 'surplus' else arrival.kind,
            'from_state': None if arrival.kind == 'surplus' else 'in_transit',
            'to_state': None if arrival.kind == 'shortage' else state, 'qty': arrival.qty,
            'occurred_at': self.received_at, 'source': 'receipt', 'external_key': self.picking_id.name,
            'ref_model': self._name, 'ref_id': self.id, 'note': line.note or None,
        }

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.distributor_portal.utils import to_decimal


class ChannelTransfer(models.Model):
    """What a transfer does to the stock of both sides: every step in one posting, so both change or neither."""

    _inherit = 'channel.transfer'

    # === BUSINESS METHODS === #

    def _reserve(self):
        """At the giver: available → reserved. :raise UserError: not so much is there"""
        self._post([self._prepare_move(line, 'state', 'available', 'reserved', line.qty) for line in self.line_ids])
        self._check_giver_has_it()

    def _release(self):
        """At the giver: reserved → available."""
        self._post([self._prepare_move(line, 'state', 'reserved', 'available', line.qty) for line in self.line_ids])

    def _post_shipment(self):
        """Out of the giver's book, into the receiver's as on its way; what was not packed is free again."""
        moves = []
        for line in self.line_ids:
            moves += [
                self._prepare_move(line, 'transfer_out', 'reserved', None, line.packed_qty),
                self._prepare_move(line, 'transfer_in', None, 'in_transit', line.packed_qty, self.receiver_id),
                self._prepare_move(
                    line, 'state', 'reserved', 'available', to_decimal(line.qty) - to_decimal(line.packed_qty))]
        self._post(moves)

    def _post_receipt(self):
        """What arrives can be sold, or waits, or is damaged, what does not is lost, what is too much is there, too."""
        moves = []
        for line in self.line_ids:
            packed, received, damaged = (
                to_decimal(line[name]) for name in ('packed_qty', 'received_qty', 'damaged_qty'))
            arrived = min(packed, received)
            broken = min(damaged, arrived)
            kept_as = line.product_id._channel_get_arrival_state(line.lot_id.id)
            moves += [self._prepare_move(line, kind, from_state, to_state, qty, self.receiver_id)
                      for kind, from_state, to_state, qty in (
                          ('receipt', 'in_transit', kept_as, arrived - broken),
                          ('receipt', 'in_transit', 'damaged', broken),
                          ('shortage', 'in_transit', None, packed - arrived),
                          ('surplus', None, kept_as, received - arrived - (damaged - broken)),
                          ('surplus', None, 'damaged', damaged - broken))]
        self._post(moves)

    def _post(self, moves):
        self.env['channel.stock.entry'].sudo()._post([move for move in moves if move['qty'] > 0])

    def _prepare_move(self, line, kind, from_state, to_state, qty, member=None):
        return {
            'member_id': (member or self.giver_id).id, 'product_id': line.product_id.id,
            'lot_id': line.lot_id.id or None, 'kind': kind, 'from_state': from_state, 'to_state': to_state,
            'qty': to_decimal(qty),
            'occurred_at': fields.Datetime.now(), 'source': 'transfer', 'external_key': self.name,
            'ref_model': self._name, 'ref_id': self.id}

    def _check_giver_has_it(self):
        """Of each lot, and of the product as a whole: sales that name no lot have been taken from some.

        Asked after posting: of two that take the last at once the second is run again, and finds nothing.
        """
        stock = self.env['channel.stock'].sudo().search([
            ('member_id', '=', self.giver_id.id), ('product_id', 'in', self.line_ids.product_id.ids),
            ('owner_id', '=', False)])
        for line in self.line_ids:
            rows = stock.filtered(lambda row, line=line: row.product_id == line.product_id)
            own = rows.filtered(lambda row, line=line: row.lot_id == line.lot_id)
            if sum(own.mapped('available')) < 0 or sum(rows.mapped('available')) < 0:
                raise UserError(self.env._(
                    "%(member)s does not have %(qty)s of %(product)s any more.", member=self.giver_id.name,
                    qty=f'{line.qty:g}', product=line.product_id.display_name))

from odoo import fields, models

from odoo.addons.distributor_portal.utils import to_decimal

from ...engine import ledger

DIGITS = 6


class StockPicking(models.Model):
    """What headquarters ships lies at the member from then on, in transit; what comes back no longer does.

    The ledger is brought to what a document says: posting a document again posts what it says more or less by now.
    """

    _inherit = 'stock.picking'

    channel_owner_id = fields.Many2one(
        'res.partner', "Consigned By", copy=False, check_company=True,
        help="Whose goods these stay until the member sells them: consignment. Empty: the member's own. The goods are "
        "not invoiced when the member receives them.")

    # === BUSINESS METHODS === #

    def _action_done(self):
        """Override of `stock` to post what has left and what has come back."""
        result = super()._action_done()
        self.sudo()._channel_post_stock()
        return result

    def _channel_post_stock(self):
        """Bring the ledger to what these documents have moved. Again: nothing is posted twice."""
        done = self.filtered(lambda picking: picking.state == 'done' and picking._channel_get_stock_member())
        if not done:
            return
        posted = self.env['channel.stock.entry']._get_posted(self._name, done.ids)
        moves = []
        for picking in done:
            known = posted.get(picking.id, {})
            if picking._channel_is_delivery() or picking._channel_is_dropship():
                moves += picking._channel_prepare_shipment(known)
            elif picking._channel_is_return():
                moves += picking._channel_prepare_return(known)
        if moves:
            self.env['channel.stock.entry']._post(moves)

    def _channel_is_dropship(self):
        """Whether a supplier brings these goods of a channel order: nobody scans them in."""
        self.ensure_one()
        return self.picking_type_code == 'dropship' and bool(self.sale_id.channel_member_id)

    def _channel_is_return(self):
        """Whether this brings goods of a member back to headquarters."""
        self.ensure_one()
        return self.picking_type_code == 'incoming' and bool(
            self.channel_claim_id or self._channel_get_returned_deliveries())

    def _channel_get_returned_deliveries(self):
        return self.move_ids.origin_returned_move_id.picking_id.filtered(
            lambda origin: origin._channel_is_delivery() or origin._channel_is_dropship())

    def _channel_get_stock_member(self):
        """The member whose stock this changes, or none."""
        self.ensure_one()
        if self.picking_type_code == 'incoming':
            return self.channel_claim_id.member_id or self._channel_get_returned_deliveries()[
                :1].sale_id.channel_member_id
        return self.sale_id.channel_member_id

    def _channel_get_owner(self, line):
        """Whose the goods of a move line are, if not the member's."""
        member = self._channel_get_stock_member()
        owner = line.owner_id or self.channel_owner_id or self._channel_get_returned_deliveries()[:1].channel_owner_id
        return owner if owner != member.partner_id else owner.browse()

    def _channel_get_moved(self):
        """{(product, lot, owner): quantity done, in the product's own unit} of what is kept in stock at all."""
        self.ensure_one()
        found = {}
        lines = self.move_ids.filtered(lambda move: move.state == 'done').move_line_ids
        for line in lines.filtered('product_id.is_storable'):
            key = line.product_id.id, line.lot_id.id or None, self._channel_get_owner(line).id or None
            qty = line.product_uom_id._compute_quantity(
                line.quantity, line.product_id.uom_id, rounding_method='HALF-UP')
            found[key] = found.get(key, 0) + to_decimal(qty, DIGITS)
        return found

    def _channel_prepare_shipment(self, posted):
        """What has left and is not in the ledger yet; what a correction has taken back.

        After the receipt the ledger follows what the member has counted, not what headquarters corrects.
        """
        self.ensure_one()
        if self.channel_receipt_ids:
            return []
        moved = self._channel_get_moved()
        moves = []
        for key in {**moved, **posted}:
            qty = moved.get(key, 0) - posted.get(key, 0)
            if qty > 0:
                moves.append(self._channel_prepare_move(key, 'shipment', None, 'in_transit', qty))
                if self._channel_is_dropship():
                    state = self.env['product.product'].browse(key[0])._channel_get_arrival_state(key[1])
                    moves.append(self._channel_prepare_move(key, 'receipt', 'in_transit', state, qty))
            elif qty < 0 and not self._channel_is_dropship():
                moves.append(self._channel_prepare_move(key, 'shipment', 'in_transit', None, -qty))
        return moves

    def _channel_prepare_return(self, posted):
        """Goods that come back are taken from where they lay: damaged from the damaged, refused from the road."""
        self.ensure_one()
        moved = self._channel_get_moved()
        held = self._channel_get_held(moved)
        kinds = self.channel_claim_id.line_ids.filtered(
            lambda line: line.return_id == self and line.accepted_qty).grouped('product_id')
        moves = []
        for key in {**moved, **posted}:
            qty = moved.get(key, 0) + posted.get(key, 0)
            if qty < 0:
                moves.append(self._channel_prepare_move(key, 'return', None, 'available', -qty))
                continue
            product = self.env['product.product'].browse(key[0])
            kind = kinds[product][:1].kind if product in kinds else ''
            states = ledger.RETURNED_FROM.get(kind, ledger.RETURNED_FROM[''])
            for state, part in ledger.take_from(qty, held.get(key, {}), ('in_transit', *states)).items():
                moves.append(self._channel_prepare_move(key, 'return', state, None, part))
        return moves

    def _channel_get_held(self, keys):
        """{(product, lot, owner): {state: what the member holds}}. On its way is only what its delivery has brought."""
        member = self._channel_get_stock_member()
        positions = self.env['channel.stock'].search([
            ('member_id', '=', member.id), ('product_id', 'in', [key[0] for key in keys])])
        held = {
            (one.product_id.id, one.lot_id.id or None, one.owner_id.id or None): {
                state: to_decimal(one[state], DIGITS) for state in ledger.AT_HAND}
            for one in positions}
        open_ = self._channel_get_returned_deliveries().filtered(lambda origin: not origin.channel_receipt_ids)
        for key, qty in open_._channel_get_on_its_way().items():
            held.setdefault(key, {})['in_transit'] = qty
        return held

    def _channel_get_on_its_way(self):
        """{(product, lot, owner): quantity} of these deliveries that the ledger has in transit, first shipped first."""
        if not self:
            return {}
        documents = self | self.move_ids.returned_move_ids.picking_id
        return self.env['channel.stock.entry']._get_in_transit(self._name, documents.ids)

    def _channel_prepare_move(self, key, kind, from_state, to_state, qty):
        product, lot, owner = key
        return {
            'member_id': self._channel_get_stock_member().id, 'product_id': product, 'lot_id': lot, 'owner_id': owner,
            'kind': kind, 'from_state': from_state, 'to_state': to_state, 'qty': qty,
            'occurred_at': self.date_done or fields.Datetime.now(), 'source': 'hq', 'external_key': self.name,
            'ref_model': self._name, 'ref_id': self.id,
        }

    # === RECEIVING === #

    def _channel_get_shipped(self):
        """Override of ours: what has gone back before anybody scanned it in did not arrive."""
        shipped = super()._channel_get_shipped()
        if not self.move_ids.returned_move_ids or not self._channel_is_delivery():
            return shipped
        received_at = self.channel_receipt_ids[:1].received_at
        for move in self.move_ids.returned_move_ids.filtered(lambda move: move.state == 'done'):
            if (not received_at or move.date <= received_at) and move.product_id in shipped:
                shipped[move.product_id] = max(0.0, shipped[move.product_id] - move.product_uom._compute_quantity(
                    move.quantity, move.product_id.uom_id, rounding_method='HALF-UP'))
        return shipped

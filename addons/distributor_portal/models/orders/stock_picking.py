from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

MAX_COUNT = 10**6


class StockPicking(models.Model):
    _inherit = 'stock.picking'

    channel_receipt_ids = fields.One2many('channel.receipt', 'picking_id', "Receipt at the Member")

    # === BUSINESS METHODS === #

    def _action_done(self):
        """Override of `stock` to tell the channel that goods have left."""
        result = super()._action_done()
        shipped = self.filtered(lambda picking: picking._channel_is_delivery() and picking.state == 'done')
        for picking in shipped.sudo():
            self.env['channel.order.event']._note('shipped', picking.sale_id, {picking.sale_id: picking.name})
        shipped.sale_id.sudo()._channel_refresh_shipping()
        return result

    def _channel_is_delivery(self):
        """Whether this picking brings goods of a channel order to its member."""
        self.ensure_one()
        return self.picking_type_code == 'outgoing' and bool(self.sale_id.channel_member_id)

    def _channel_get_shipped(self):
        """{product: quantity shipped, in the product's own unit}"""
        self.ensure_one()
        shipped = {}
        for move in self.move_ids.filtered(lambda move: move.state == 'done'):
            qty = move.product_uom._compute_quantity(move.quantity, move.product_id.uom_id, rounding_method='HALF-UP')
            shipped[move.product_id] = shipped.get(move.product_id, 0) + qty
        return shipped

    def _channel_receive(self, received, damaged=None, note=None, details=None):
        """The member has scanned in this delivery.

        :param received, damaged: {product id: quantity in the product's own unit}; what is not named was not received
        :param details: {product id: {'wrong': quantity, 'note': text, ...}} of what else was found
        :return: the receipt; the first one where the delivery has been received before
        """
        self.ensure_one()
        Receipt = self.env['channel.receipt'].sudo()
        known = Receipt.search([('picking_id', '=', self.id)])
        if known:
            return known
        if self.state != 'done' or not self._channel_is_delivery():
            raise UserError(self.env._("%s has not been shipped.", self.name))
        order = self.sale_id.sudo()
        receipt = Receipt.create(self._channel_prepare_receipt(received, damaged or {}, note, details or {}))
        order._channel_refresh_shipping()
        self.env['channel.order.event']._note('received', order, {order: self.name})
        order._channel_invoice_received()
        receipt._after_booking(details or {})
        return receipt

    def _channel_prepare_receipt(self, received, damaged, note, details):
        shipped = {product.id: qty for product, qty in self._channel_get_shipped().items()}
        foreign = (set(received) | set(damaged) | set(details)) - set(shipped)
        if foreign:
            raise UserError(self.env._("%s does not contain all of these products.", self.name))
        return {
            'picking_id': self.id,
            'order_id': self.sale_id.id,
            'member_id': self.sale_id.channel_member_id.id,
            'company_id': self.company_id.id,
            'user_id': self.env.uid,
            'note': note or False,
            'line_ids': [Command.create({
                'product_id': product,
                'shipped_qty': qty,
                'received_qty': received.get(product, 0),
                'damaged_qty': damaged.get(product, 0),
                'wrong_qty': details.get(product, {}).get('wrong', 0),
                'note': details.get(product, {}).get('note') or False,
            }) for product, qty in shipped.items()],
        }

    def _channel_read_counts(self, lines):
        """({product id: received}, {product id: damaged}) of what a program has counted, by the products' codes."""
        codes = {}
        for product in self._channel_get_shipped():
            codes |= {code: product.id for code in (product.default_code, product.barcode) if code}
        received, damaged = {}, {}
        for line in lines if isinstance(lines, (list, tuple)) else [lines]:
            code = isinstance(line, dict) and (line.get('sku') or line.get('gtin'))
            counts = [line.get(name) or 0 for name in ('received', 'damaged')] if code else []
            if code not in codes or not all(_is_count(count) for count in counts) or counts[1] > counts[0]:
                raise UserError(self.env._(
                    "%(line)s is no line of delivery %(name)s.", line=str(line)[:80], name=self.name))
            received[codes[code]] = received.get(codes[code], 0) + counts[0]
            damaged[codes[code]] = damaged.get(codes[code], 0) + counts[1]
        return received, damaged


def _is_count(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= MAX_COUNT

from odoo import fields, models
from odoo.fields import Command


class StockPicking(models.Model):
    """What of a delivery can be claimed, and how goods come back."""

    _inherit = 'stock.picking'

    channel_claim_id = fields.Many2one(
        'channel.claim', "Claim", readonly=True, index='btree_not_null', ondelete='restrict',
        help="The claim whose goods come back here.")
    channel_claim_ids = fields.One2many('channel.claim', 'picking_id', "Claims", readonly=True)

    # === BUSINESS METHODS === #

    def _action_done(self):
        """Override of `stock`: returned goods settle their claim."""
        result = super()._action_done()
        self.sudo().channel_claim_id._take_returned()
        return result

    def action_cancel(self):
        """Override of `stock`: a return that is called off keeps no claim waiting."""
        result = super().action_cancel()
        self.sudo().channel_claim_id._take_returned()
        return result

    def _channel_get_received_day(self):
        """When the goods came: the day of the receipt, else that of shipping."""
        self.ensure_one()
        at = self.channel_receipt_ids[:1].received_at or self.date_done or fields.Datetime.now()
        return self.company_id._channel_get_day(at)

    def _channel_get_claim_limits(self):
        """{(product, is it surplus): what can be claimed in all}"""
        self.ensure_one()
        limits = {(product, False): qty for product, qty in self._channel_get_shipped().items()}
        for line in self.channel_receipt_ids.line_ids:
            if line.received_qty > line.shipped_qty:
                limits[line.product_id, True] = line.received_qty - line.shipped_qty
        return limits

    def _channel_get_lots(self):
        """{product: [what is printed on it]} of the lots that were shipped, with their expiry where it is known."""
        self.ensure_one()
        lots = {}
        for line in self.move_line_ids.filtered('lot_id'):
            expiry = line.lot_id.expiration_date if 'expiration_date' in line.lot_id._fields else False
            text = f"{line.lot_id.name} ({fields.Date.to_string(expiry)})" if expiry else line.lot_id.name
            lots.setdefault(line.product_id, {})[text] = True
        return {product: list(texts) for product, texts in lots.items()}

    # --- goods that come back

    def _channel_create_return(self, quantities):
        """A return of this delivery, ready to be received. :param quantities: {product: in its own unit}"""
        self.ensure_one()
        wizard = self.env['stock.return.picking'].create({'picking_id': self.id})
        left = dict(quantities)
        for line in wizard.product_return_moves:
            move = line.move_id
            shipped = move.product_uom._compute_quantity(move.quantity, move.product_id.uom_id, round=False)
            qty = min(left.get(line.product_id, 0.0), shipped)
            left[line.product_id] = left.get(line.product_id, 0.0) - qty
            line.quantity = move.product_id.uom_id._compute_quantity(qty, move.product_uom, round=False)
        return wizard._create_return()

    def _channel_create_surplus_return(self, quantities):
        """A receipt of what came beyond what was shipped: no delivery to return it from."""
        self.ensure_one()
        kind = self.picking_type_id.return_picking_type_id or self.picking_type_id.warehouse_id.in_type_id
        place = kind.default_location_dest_id
        picking = self.create({
            'picking_type_id': kind.id,
            'partner_id': self.partner_id.id,
            'location_id': self.location_dest_id.id,
            'location_dest_id': place.id,
            'move_ids': [Command.create({
                'product_id': product.id, 'product_uom_qty': qty, 'product_uom': product.uom_id.id,
                'location_id': self.location_dest_id.id, 'location_dest_id': place.id,
            }) for product, qty in quantities.items()],
        })
        picking.action_confirm()
        return picking

    # === PORTAL === #

    def _portal_get_codes(self):
        """{delivery: codes that are printed on it and on what is in it}, in a few queries for all."""
        products = self.move_ids.product_id
        packs = {product: product.product_uom_ids.mapped('barcode') for product in products}
        return {
            picking: [code for code in dict.fromkeys([
                picking.name, picking.channel_tracking_ref, picking.sale_id.name,
                *(code for product in picking.move_ids.product_id
                  for code in (product.barcode, product.default_code, *packs[product]))]) if code]
            for picking in self}

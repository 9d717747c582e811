from odoo import fields, models


class SaleOrderLine(models.Model):
    """A line of a channel order is procured from the warehouses that its order was planned for."""

    _inherit = 'sale.order.line'

    channel_allocation_ids = fields.One2many('channel.allocation', 'line_id', "Allocations", readonly=True)

    # === BUSINESS METHODS === #

    def _create_procurements(self, product_qty, procurement_uom, values):
        """Override of `sale_stock` to ask each warehouse for its share of the line."""
        shares = self._channel_get_shares(product_qty, procurement_uom)
        if not shares:
            return super()._create_procurements(product_qty, procurement_uom, values)
        procurements = []
        for parcel, qty in shares:
            procurements += super()._create_procurements(
                qty, procurement_uom, {**values, **parcel._prepare_procurement_values()})
        return procurements

    def _channel_get_shares(self, product_qty, uom):
        """[(parcel, quantity in `uom`)] of what is to be procured; empty where Odoo's own way is the right one."""
        self.ensure_one()
        allocations = self.channel_allocation_ids.sudo()
        parcels = allocations.parcel_id
        if not parcels or (parcels.warehouse_id == self.warehouse_id and not parcels[0].is_urgent):
            return []
        if self.order_id.warehouse_id not in self.order_id.sudo().channel_parcel_ids.warehouse_id:
            return []  # somebody has put the order on another warehouse since
        if product_qty < 0:
            return self._channel_get_cuts(parcels, -product_qty, uom)
        if self.move_ids.filtered(lambda move: move.state != 'cancel'):
            return [(parcels[0], product_qty)]  # more than was planned comes from where most of it comes from
        shares, left = [], product_qty
        for parcel in parcels:
            here = sum(allocations.filtered(lambda one, parcel=parcel: one.parcel_id == parcel).mapped('qty'))
            qty = min(self.product_id.uom_id._compute_quantity(here, uom, rounding_method='HALF-UP'), left)
            if parcel == parcels[-1]:
                qty = left
            if qty > 0:
                shares.append((parcel, qty))
            left -= qty
        return shares

    def _channel_get_cuts(self, parcels, qty, uom):
        """What is ordered less is taken off the last parcel first, off no parcel more than it still has to ship."""
        cuts = []
        for parcel in reversed(parcels):
            moves = self.move_ids.filtered(lambda move, parcel=parcel: (
                move.state not in ('done', 'cancel') and move.warehouse_id == parcel.warehouse_id))
            here = sum(move.product_uom._compute_quantity(move.product_uom_qty, uom) for move in moves)
            cut = min(here, qty)
            if parcel == parcels[0]:
                cut = qty
            if cut > 0:
                cuts.append((parcel, -cut))
            qty -= cut
        return cuts

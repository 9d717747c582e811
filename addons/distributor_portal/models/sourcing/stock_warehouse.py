from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models

from ...engine import Warehouse


class StockWarehouse(models.Model):
    _inherit = 'stock.warehouse'

    channel_territory_id = fields.Many2one(
        'channel.territory', "Street or District", ondelete='restrict',
        help="Where it stands: sourcing measures from there.")
    channel_latitude = fields.Float(
        "Latitude", digits=(10, 6), compute='_compute_channel_coordinates', store=True, readonly=False)
    channel_longitude = fields.Float(
        "Longitude", digits=(10, 6), compute='_compute_channel_coordinates', store=True, readonly=False)

    # === COMPUTE METHODS === #

    @api.depends('channel_territory_id')
    def _compute_channel_coordinates(self):
        for warehouse in self:
            if warehouse.channel_territory_id:
                warehouse.channel_latitude = warehouse.channel_territory_id.latitude
                warehouse.channel_longitude = warehouse.channel_territory_id.longitude

    # === BUSINESS METHODS === #

    def _channel_to_engine(self, free):
        """:param free: {product id: quantity} that it can give"""
        self.ensure_one()
        return Warehouse(self.id, self.channel_latitude or None, self.channel_longitude or None, free)

    def _channel_get_free_quantities(self, products):
        """{warehouse id: {product id: on hand less reserved}} in the products' own units, in one query."""
        free = {warehouse.id: {} for warehouse in self}
        groups = self.env['stock.quant'].sudo()._read_group(
            [('location_id.usage', '=', 'internal'), ('location_id.warehouse_id', 'in', self.ids),
             ('product_id', 'in', products.ids)],
            ['location_id', 'product_id'], ['quantity:sum', 'reserved_quantity:sum'])
        sums = defaultdict(float)
        for location, product, quantity, reserved in groups:
            sums[location.warehouse_id.id, product.id] += quantity - reserved
        for (warehouse, product), qty in sums.items():
            free[warehouse][product] = Decimal(str(round(qty, 3)))
        return free

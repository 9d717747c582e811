from collections import defaultdict
from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.tools import SQL, ormcache

from odoo.addons.base.models.res_partner import _tz_get

from ...engine import sourcing
from ...utils import to_decimal

WEEKDAYS = ('monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday')
PLACE_FIELDS = {'channel_territory_id', 'channel_latitude', 'channel_longitude', 'active', 'company_id'}
SHOWN_FIELDS = {'name', 'sequence'}
TIME_FIELDS = {'channel_tz', 'channel_cut_off', 'channel_urgent_from', 'channel_urgent_until'} | {
    f'channel_open_{day}' for day in WEEKDAYS}


class StockWarehouse(models.Model):
    """Where a warehouse stands, when it ships, and what of its goods is free."""

    _inherit = 'stock.warehouse'

    channel_territory_id = fields.Many2one(
        'channel.territory', "Street or District", ondelete='restrict',
        help="Where it stands: sourcing measures from there.")
    channel_latitude = fields.Float(
        "Latitude", digits=(10, 6), compute='_compute_channel_coordinates', store=True, readonly=False)
    channel_longitude = fields.Float(
        "Longitude", digits=(10, 6), compute='_compute_channel_coordinates', store=True, readonly=False)
    channel_tz = fields.Selection(
        _tz_get, "Time Zone", required=True,
        default=lambda self: self.env.company.partner_id.tz or self.env.user.tz or 'UTC')
    channel_cut_off = fields.Float(
        "Cut-Off", default=16.0, help="Orders accepted later leave on the next working day. Its own time.")
    channel_urgent_from = fields.Float("Urgent Orders From", default=8.0)
    channel_urgent_until = fields.Float(
        "Urgent Orders Until", default=0.0,
        help="Until when it still gets urgent orders out of the house in time. 0: it takes none.")
    channel_urgent_user_id = fields.Many2one(
        'res.users', "Alarm To", domain=[('share', '=', False)],
        help="Who is told when an urgent parcel has not left in time. Empty: the salesperson of the order.")
    channel_open_monday = fields.Boolean("Monday", default=True)
    channel_open_tuesday = fields.Boolean("Tuesday", default=True)
    channel_open_wednesday = fields.Boolean("Wednesday", default=True)
    channel_open_thursday = fields.Boolean("Thursday", default=True)
    channel_open_friday = fields.Boolean("Friday", default=True)
    channel_open_saturday = fields.Boolean("Saturday", default=True)
    channel_open_sunday = fields.Boolean("Sunday")
    channel_capacity_ids = fields.One2many('channel.carrier.capacity', 'warehouse_id', "Carriers' Room")

    _channel_hours_of_a_day = models.Constraint(
        'CHECK (channel_cut_off BETWEEN 0 AND 24 AND channel_urgent_from BETWEEN 0 AND 24'
        ' AND channel_urgent_until BETWEEN 0 AND 24)', "A time of day lies between 0:00 and 24:00.")

    # === COMPUTE METHODS === #

    @api.depends('channel_territory_id')
    def _compute_channel_coordinates(self):
        for warehouse in self:
            if warehouse.channel_territory_id:
                warehouse.channel_latitude = warehouse.channel_territory_id.latitude
                warehouse.channel_longitude = warehouse.channel_territory_id.longitude

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        warehouses = super().create(vals_list)
        self.env.registry.clear_cache()
        self._channel_rank_soon()
        return warehouses

    def write(self, vals):
        result = super().write(vals)
        if (PLACE_FIELDS | SHOWN_FIELDS | TIME_FIELDS) & set(vals):
            self.env.registry.clear_cache()
        if PLACE_FIELDS & set(vals):
            self._channel_rank_soon()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    # === BUSINESS METHODS === #

    def _channel_rank_soon(self):
        """Streets are ranked anew in the background; until then distances are measured."""
        cron = self.env.ref('distributor_portal.ir_cron_rank_warehouses', raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger()

    def _channel_get_places(self):
        """[(id, latitude, longitude)] of those that have coordinates."""
        return [
            (warehouse.id, round(warehouse.channel_latitude, 6), round(warehouse.channel_longitude, 6))
            for warehouse in self if warehouse.channel_latitude or warehouse.channel_longitude
        ]

    @api.model
    @ormcache('company_id')
    def _channel_get_stands(self, company_id):
        """((id, latitude, longitude, name), …) of a company's warehouses; read once, until one of them changes."""
        return tuple(
            (warehouse.id, round(warehouse.channel_latitude, 6) or None, round(warehouse.channel_longitude, 6) or None,
             warehouse.name)
            for warehouse in self.sudo().search([('company_id', '=', company_id)]))

    def _channel_get_free(self, products):
        """{warehouse id: {product id: on hand less reserved, in thousandths}} in one query, whatever their number."""
        free = {warehouse.id: {} for warehouse in self}
        if not self or not products:
            return free
        for warehouse, product, qty in self.env.execute_query(self._channel_get_free_query(products)):
            free[warehouse][product] = qty
        return free

    def _channel_get_nearest_free(self, products):
        """{product id: (thousandths that all of these can give, place among them of the first that can give any)}

        Summed up by PostgreSQL: a page of products in hundreds of warehouses is thousands of rows.
        """
        if not self or not products:
            return {}
        return {product: (int(total), place - 1) for product, total, place in self.env.execute_query(SQL("""
            SELECT free.product_id, sum(free.qty), min(array_position(%s, free.warehouse_id))
              FROM (%s) free
             WHERE free.qty > 0
             GROUP BY free.product_id
        """, self.ids, self._channel_get_free_query(products)))}

    def _channel_get_free_query(self, products):
        self.env['stock.quant'].flush_model(['quantity', 'reserved_quantity', 'location_id', 'product_id'])
        self.env['stock.location'].flush_model(['usage', 'warehouse_id'])
        return SQL("""
            SELECT place.warehouse_id, quant.product_id,
                   round(sum(quant.quantity - quant.reserved_quantity)::numeric * 1000)::bigint AS qty
              FROM stock_quant quant
              JOIN stock_location place ON place.id = quant.location_id
             WHERE place.usage = 'internal' AND place.warehouse_id = ANY(%s) AND quant.product_id = ANY(%s)
             GROUP BY place.warehouse_id, quant.product_id
        """, self.ids, products.ids)

    @api.model
    @ormcache('company_id')
    def _channel_get_setup(self, company_id):
        """How a company ships, as the engine wants it; read once and kept until somebody changes it.

        :return: ({warehouse id: hours}, rates, {(carrier id, warehouse id): room}, signature of the places)
        """
        company = [('company_id', '=', company_id)]
        warehouses = self.sudo().search(company)
        rates = self.env['channel.carrier.rate'].sudo().search([*company, ('carrier_id.active', '=', True)])
        capacities = self.env['channel.carrier.capacity'].sudo().search(
            [*company, ('carrier_id', 'in', rates.carrier_id.ids)])
        return (
            warehouses._channel_get_hours(), tuple(rate._to_engine() for rate in rates),
            {(room.carrier_id.id, room.warehouse_id.id): room._to_engine() for room in capacities},
            sourcing.rank_signature(warehouses._channel_get_places()))

    def _channel_get_hours(self):
        """{warehouse id: the engine's hours}"""
        closed = defaultdict(set)
        for closing in self.env['channel.closing'].sudo().search([('company_id', 'in', self.company_id.ids)]):
            days = [
                closing.date_from + timedelta(days=n) for n in range((closing.date_to - closing.date_from).days + 1)]
            for warehouse in closing.warehouse_ids or self.grouped('company_id').get(closing.company_id, self.browse()):
                closed[warehouse.id].update(days)
        return {
            warehouse.id: sourcing.Hours(
                pytz.timezone(warehouse.channel_tz), warehouse.channel_cut_off,
                frozenset(n for n, day in enumerate(WEEKDAYS) if warehouse[f'channel_open_{day}']),
                frozenset(closed[warehouse.id]), warehouse.channel_urgent_from, warehouse.channel_urgent_until)
            for warehouse in self
        }

    @api.model
    def _channel_get_tariff(self, company, now):
        """The engine's tariff of `company`: hours, rates, room, and what of it is taken."""
        hours, rates, slots, _signature = self._channel_get_setup(company.id)
        used = {
            (day.capacity_id.id, day.day): (day.used_parcels, day.urgent_parcels)
            for day in self.env['channel.carrier.day'].sudo().search_fetch(
                [('capacity_id', 'in', [slot.key for slot in slots.values()]), ('day', '>=', 'today -1d')],
                ['capacity_id', 'day', 'used_parcels', 'urgent_parcels'])
        } if slots else {}
        return sourcing.Tariff(
            pytz.utc.localize(now), hours, rates, slots, used, int(to_decimal(company.channel_day_cost, 2) * 100),
            company.channel_urgent_hours)

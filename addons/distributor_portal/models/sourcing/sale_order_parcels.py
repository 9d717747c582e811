from collections import defaultdict

import pytz

from odoo import fields, models


class SaleOrder(models.Model):
    """The parcels of a channel order: what was planned, what room it takes, and how far it has shipped."""

    _inherit = 'sale.order'

    channel_parcel_ids = fields.One2many('channel.parcel', 'order_id', "Parcels", readonly=True)
    channel_parcel_count = fields.Integer("Parcels Planned", compute='_compute_channel_parcel_count')
    channel_is_part_shipped = fields.Boolean(
        "Part Shipped", copy=False, readonly=True, help="Some of its deliveries have left, others have not.")

    # === COMPUTE METHODS === #

    def _compute_channel_parcel_count(self):
        counts = dict(self.env['channel.parcel'].sudo()._read_group(
            [('order_id', 'in', self.ids)], ['order_id'], ['__count']))
        for order in self:
            order.channel_parcel_count = counts.get(order, 0)

    # === BUSINESS METHODS === #

    def _action_confirm(self):
        """Override of `sale`: a promise that time has overtaken is made anew; urgent deliveries stand out."""
        orders = self.sudo().filtered('channel_member_id')
        orders._channel_renew_promises()
        result = super()._action_confirm()
        urgent = orders.filtered('channel_urgent_until')
        if urgent:
            urgent.picking_ids.priority = '1'
        return result

    def _action_cancel(self):
        """Override of `sale`: what is cancelled takes no room at a carrier."""
        result = super()._action_cancel()
        self.sudo().channel_parcel_ids._release()
        return result

    def _channel_set_rejected(self, rejected):
        """Override: what is sent back takes no room at a carrier."""
        result = super()._channel_set_rejected(rejected)
        rejected._channel_drop_parcels()
        return result

    def _channel_drop_parcels(self):
        parcels = self.sudo().channel_parcel_ids
        if parcels:
            parcels._release()
            parcels.unlink()
            self.invalidate_recordset(['channel_parcel_ids'])

    # --- planning

    def _channel_store_plans(self, plans, tariffs):
        """Write down what was planned for these orders, and take the carriers' room for it.

        :param plans: {order: engine plan}; orders without one get nothing
        """
        prepared = [
            (order, values) for order, plan in plans.items() for values in order._channel_prepare_parcels(plan)]
        parcels = self.env['channel.parcel'].sudo().create([values for _order, values in prepared])
        by_key = {(parcel.order_id.id, parcel.warehouse_id.id): parcel for parcel in parcels}
        self.env['channel.allocation'].sudo().create([
            values for order, plan in plans.items() for values in order._channel_prepare_allocations(plan, by_key)])
        deltas = defaultdict(int)
        for tariff in tariffs:
            for key, count in tariff.booked.items():
                deltas[key] += count
        self.env['channel.carrier.day'].sudo()._add(deltas)

    def _channel_prepare_parcels(self, plan):
        self.ensure_one()
        if not plan.parcels and plan.home:
            return [{
                'order_id': self.id, 'company_id': self.company_id.id, 'number': 1, 'warehouse_id': plan.home}]
        return [{
            'order_id': self.id,
            'company_id': self.company_id.id,
            'number': number,
            'warehouse_id': parcel.warehouse,
            'distance_km': (parcel.distance or 0) / 10,
            'cost': parcel.cost / 100,
            **self._channel_prepare_offer(parcel.offer),
        } for number, parcel in enumerate(plan.parcels, 1)]

    def _channel_prepare_offer(self, offer):
        return {
            'carrier_id': offer.carrier or False,
            'capacity_id': offer.slot or False,
            'is_booked': bool(offer.slot),
            'ship_date': offer.day,
            'arrival_date': offer.arrives,
            'note': offer.note or False,
            'is_urgent': bool(offer.ship_by),
            'ship_by': offer.ship_by and offer.ship_by.astimezone(pytz.utc).replace(tzinfo=None),
        }

    def _channel_prepare_allocations(self, plan, parcels):
        """Spread the parcels over the lines, in their sequence. :param parcels: {(order id, warehouse id): parcel}"""
        self.ensure_one()
        loads = [(parcel.warehouse, dict(parcel.quantities), False) for parcel in plan.parcels]
        if plan.missing:
            loads += [(self._channel_find_waiting_place(plan, product), {product: qty}, True)
                      for product, qty in plan.missing.items()]
        values = []
        for line in self._channel_get_judged_lines().filtered('product_id.is_storable'):
            left = line._channel_get_thousandths()
            for warehouse, load, is_waiting in loads:
                qty = min(load.get(line.product_id.id, 0), left)
                if qty <= 0 or (self.id, warehouse) not in parcels:
                    continue
                load[line.product_id.id] -= qty
                left -= qty
                values.append({
                    'parcel_id': parcels[self.id, warehouse].id, 'order_id': self.id, 'line_id': line.id,
                    'product_id': line.product_id.id, 'company_id': self.company_id.id, 'warehouse_id': warehouse,
                    'qty': qty / 1000, 'is_waiting': is_waiting})
        return values

    def _channel_find_waiting_place(self, plan, product):
        """What is missing waits where part of it ships from, else where most ships from."""
        return next((parcel.warehouse for parcel in plan.parcels if product in parcel.quantities), plan.home)

    def _channel_get_shipping_from(self):
        """The names of the warehouses that ship, as the timeline shows them."""
        self.ensure_one()
        return ", ".join((self.sudo().channel_parcel_ids.warehouse_id or self.warehouse_id).mapped('name'))

    # --- promises

    def _channel_renew_promises(self):
        """Parcels planned for a day or an hour that is over get a new one, by the same warehouse."""
        now = fields.Datetime.now()
        for company, parcels in self.channel_parcel_ids.grouped('company_id').items():
            parcels = parcels._find_stale(company, now)
            if not parcels:
                continue
            parcels._release()
            tariff = parcels.warehouse_id._channel_get_tariff(company, now)
            for parcel in parcels:
                parcel.order_id._channel_renew_promise(parcel, tariff)
            self.env['channel.carrier.day'].sudo()._add(tariff.booked)

    def _channel_renew_promise(self, parcel, tariff):
        self.ensure_one()
        arguments = (parcel.warehouse_id.id, round(parcel.distance_km * 10), self.channel_ship_code or '')
        offer = tariff.quote(*arguments, is_urgent=True) if parcel.is_urgent else None
        if parcel.is_urgent and isinstance(offer, str):
            self.env['channel.order.event']._note(
                'sourced', self, {self: self.env._("No longer urgent: approved too late to ship in time")})
            self.channel_urgent_until = False
        if not offer or isinstance(offer, str):
            offer = tariff.quote(*arguments, self._channel_get_wanted_day())
        if isinstance(offer, str):
            return  # nobody takes it at present: the warehouse will see, and the desk with it
        tariff.book(offer)
        parcel.write(self._channel_prepare_offer(offer))
        if parcel.ship_by:
            self.channel_urgent_until = parcel.ship_by

    # --- shipping

    def _channel_refresh_shipping(self):
        """Bring the orders' status in line with their deliveries: shipped is what has shipped as a whole."""
        for order in self.filtered(lambda order: order.channel_state in ('confirmed', 'shipped')):
            deliveries = order.picking_ids.filtered(
                lambda picking: picking._channel_is_delivery() and picking.state != 'cancel')
            done = deliveries.filtered(lambda picking: picking.state == 'done')
            order.channel_is_part_shipped = bool(done) and done != deliveries
            if not done:
                continue
            if done == deliveries:
                is_received = all(picking.channel_receipt_ids for picking in done)
                order.channel_state = 'received' if is_received else 'shipped'

from odoo import fields, models
from odoo.fields import Domain

from ...engine import sourcing
from ...utils import to_decimal


class ChannelMember(models.Model):
    """When goods would be here, by the hours, carriers and warehouses that decide on orders too."""

    _inherit = 'channel.member'

    # === PORTAL === #

    def _portal_get_ways(self):
        """([(distance, the engine's warehouse)] from the nearest on, the tariff of this moment)"""
        self.ensure_one()
        Warehouse = self.env['stock.warehouse']
        distances = sourcing.by_distance(self.latitude or None, self.longitude or None, [
            sourcing.Warehouse(*stand[:3], {}) for stand in Warehouse._channel_get_stands(self.company_id.id)])
        return distances, Warehouse._channel_get_tariff(self.company_id, fields.Datetime.now())

    def _portal_get_arrival(self, tariff, distance, warehouse):
        """The day on which a parcel from there would arrive, or None where nobody brings it."""
        offer = tariff.quote(warehouse.key, distance, self.street_code or '')
        return offer.arrives if isinstance(offer, sourcing.Offer) else None

    def _portal_promise(self, quantities, is_urgent=False, wanted_day=None):
        """What sourcing would plan for these goods now. Nothing is booked: it is a promise once the order is sent.

        :param quantities: {product id: quantity in its own unit}
        :return: {'day': of the last parcel, or False where something is missing, 'days': {product id: day},
            'parcels': their number, 'is_urgent': whether it leaves within the hours promised}
        """
        self.ensure_one()
        products = self.env['product.product'].search(
            self._portal_get_products_domain() & Domain('id', 'in', list(quantities)))
        stored = products.filtered('is_storable')
        plan = self._portal_plan(stored, quantities, is_urgent, wanted_day)
        days = {}
        for parcel in plan.parcels:
            for product in parcel.quantities:
                days[product] = max(days.get(product, parcel.offer.arrives), parcel.offer.arrives)
        missing = set(plan.missing)
        shown = {product: fields.Date.to_string(day) for product, day in days.items() if product not in missing}
        complete = bool(days) and not missing
        return {
            'day': fields.Date.to_string(max(days.values())) if complete else False,
            'days': shown,
            'parcels': len(plan.parcels),
            'is_urgent': plan.is_urgent and plan.is_complete,
        }

    def _portal_plan(self, products, quantities, is_urgent, wanted_day):
        company = self.company_id
        Warehouse = self.env['stock.warehouse']
        stands = Warehouse._channel_get_stands(company.id)
        free = Warehouse.browse(stand[0] for stand in stands)._channel_get_free(products)
        places = [sourcing.Warehouse(*stand[:3], free[stand[0]]) for stand in stands]
        splits = 'yes' if company.channel_splits_lines else 'no'
        wanted = sourcing.Wanted(
            self.latitude or None, self.longitude or None,
            {product.id: int(to_decimal(quantities[product.id]) * 1000) for product in products},
            self.street_code or '', {}, {
                product.id: round(product.weight * 1000) for product in products if product.weight},
            frozenset(product.id for product in products if (product.channel_split or splits) == 'yes'))
        tariff = Warehouse._channel_get_tariff(company, fields.Datetime.now())
        rank = self.env['channel.source.rank']._find(company, {self.street_code or ''}).get(self.street_code)
        arguments = {
            'near': rank.nearest if rank and rank.is_at(wanted.latitude, wanted.longitude) else None,
            'limits': sourcing.Limits(company.channel_max_parcels, explained=0),
        }
        if is_urgent and self.tier_id.may_order_urgently:
            plan = sourcing.plan(wanted, places, tariff, is_urgent=True, **arguments)
            if plan.is_complete:
                return plan
        return sourcing.plan(
            wanted, places, tariff, preferred=self.warehouse_id.id or None, wanted_day=wanted_day, **arguments)

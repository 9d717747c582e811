from datetime import date

from odoo import models
from odoo.tools import format_date


class SaleOrder(models.Model):
    """Why these warehouses and not the others, as a person reads it."""

    _inherit = 'sale.order'

    # === BUSINESS METHODS === #

    def _channel_describe_plan(self, plan, names):
        """What an order keeps of the warehouses weighed: plain values, put into words when somebody looks.

        :param names: {warehouse id: name}
        """
        carriers = self.env['channel.carrier'].sudo()._get_names(self.company_id.id)
        parcels = {parcel.warehouse: parcel for parcel in plan.parcels}
        return [
            self._channel_describe_option(option, names, carriers, parcels.get(option.warehouse), plan)
            for option in plan.options
        ]

    def _channel_describe_option(self, option, names, carriers, parcel, plan):
        offer = option.offer
        cost = parcel.cost if parcel else option.cost
        return {
            'warehouse_id': option.warehouse,
            'warehouse': names[option.warehouse],
            'distance_km': None if option.distance is None else option.distance / 10,
            'cost': None if cost is None else f'{cost / 100:.2f}',
            'surcharge': f'{offer.surcharge / 100:.2f}' if offer and offer.surcharge else None,
            'carrier': carriers.get(offer.carrier) if offer else None,
            'ship_date': offer and offer.day.isoformat(),
            'arrival_date': offer and offer.arrives.isoformat(),
            'note': offer.note if offer else '',
            'missing': {str(product): f'{qty / 1000:g}' for product, qty in option.missing.items()},
            'is_chosen': option.is_chosen,
            'is_urgent': plan.is_urgent,
            'reason': option.reason,
            'extra': option.extra / (10 if plan.is_urgent else 100),
            'others': option.others,
            'unweighed': plan.unweighed,
        }

    def _channel_get_sourcing_rows(self):
        """The options as a person reads them: warehouse, carrier, distance, cost, days, and why (not)."""
        self.ensure_one()
        products = self.env['product.product'].sudo().browse(
            int(product) for option in self.channel_sourcing or () for product in option['missing'])
        skus = {str(product.id): product.default_code or product.name for product in products}
        reasons, notes = self._channel_get_reason_texts(), self._channel_get_note_texts()
        rows = []
        for option in self.channel_sourcing or ():
            extra = f"{option.get('extra', 0):.2f} {self.channel_currency_id.name}"
            blanks = {
                'what': ", ".join(f"{skus[product]} × {float(qty):g}" for product, qty in option['missing'].items()),
                'extra': f"{option['extra']:.0f} km" if option.get('is_urgent') else extra,
                'parcels': self.company_id.channel_max_parcels,
            }
            sentence = reasons.get(option['reason'], option['reason']) % blanks
            days = {
                name: option.get(name) and format_date(self.env, date.fromisoformat(option[name]))
                for name in ('ship_date', 'arrival_date')}
            note = notes.get(option.get('note'))
            rows.append({**option, **days, 'why': sentence + (
                "; " + note % {'day': days['ship_date']} if note and days['ship_date'] else "")})
        return rows

    def _channel_get_reason_texts(self):
        _ = self.env._
        return {
            'nearest_complete': _("Nearest with the whole order"),
            'cheapest_complete': _("Has the whole order, and ships it cheapest"),
            'preferred': _("Preferred, and has the whole order"),
            'by_hand': _("Chosen by hand"),
            'part': _("Part of the cheapest way to everything"),
            'best_partial': _("None has all; this one lacks the least"),
            'urgent': _("Nearest that ships an urgent order in time"),
            'dearer': _("Has all; with it the order would take %(extra)s more"),
            'lacks_dearer': _("Lacks %(what)s; a plan with it would take %(extra)s more"),
            'lacks_needs_more': _("Lacks %(what)s; with it the order would need more than %(parcels)s parcels"),
            'ships_less': _("Lacks %(what)s; with it less of the order would ship"),
            'nothing': _("Has nothing of the order"),
            'not_preferred': _("The member's preferred warehouse has the whole order"),
            'not_by_hand': _("Another was chosen by hand"),
            'no_carrier': _("No carrier goes there"),
            'full': _("Its carriers have no room for the next two weeks"),
            'closed': _("It is closed"),
            'not_urgent': _("Does not ship urgent orders at this time"),
        }

    def _channel_get_note_texts(self):
        """Why an option does not leave at once."""
        _ = self.env._
        return {
            'past_cut_off': _("past today's cut-off, leaves on %(day)s"),
            'closed': _("closed today, leaves on %(day)s"),
            'full': _("the carrier is full before, leaves on %(day)s"),
            'wanted_later': _("wanted later, leaves on %(day)s"),
        }

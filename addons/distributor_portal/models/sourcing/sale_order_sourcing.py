from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models

from ...engine import Wanted, kinds, plan

SHOWN_OPTIONS = 5  # how many weighed warehouses an order keeps, the chosen one among them


class SaleOrder(models.Model):
    """Which warehouse ships a channel order, and why."""

    _inherit = 'sale.order'

    channel_sourcing_html = fields.Html(
        "Warehouses Weighed", compute='_compute_channel_sourcing_html', sanitize=False, groups='base.group_user')

    # === COMPUTE METHODS === #

    @api.depends('channel_sourcing')
    @api.depends_context('lang')
    def _compute_channel_sourcing_html(self):
        for order in self:
            rows = order._channel_get_sourcing_rows()
            order.channel_sourcing_html = rows and self.env['ir.qweb']._render(
                'distributor_portal.sourcing_table', {'rows': rows, 'currency': order.currency_id})

    # === BUSINESS METHODS === #

    def _channel_source(self, blocked=()):
        """Choose the warehouse of each of these orders and keep the options weighed.

        :param blocked: ids of orders that take nothing from what later ones may have
        :return: {(order id, product id): quantity the chosen warehouse can give, in the product's own unit}
        """
        warehouses = self.env['stock.warehouse'].sudo().search([('company_id', 'in', self.company_id.ids)])
        products = self.order_line.product_id.filtered('is_storable')
        free = warehouses._channel_get_free_quantities(products)
        places = {
            warehouse: warehouse._channel_to_engine(free[warehouse.id]) for warehouse in warehouses
        }
        names = {warehouse.id: warehouse.name for warehouse in warehouses}
        promised = {}
        for order in self:
            wanted = order._channel_get_wanted()
            chosen = plan(
                wanted, [places[warehouse] for warehouse in warehouses if warehouse.company_id == order.company_id],
                preferred=order.channel_member_id.sudo().warehouse_id.id or None)
            order.channel_sourcing = order._channel_describe_plan(chosen, names)
            if not chosen.chosen:
                continue
            order.warehouse_id = chosen.chosen.warehouse
            here = free[chosen.chosen.warehouse]
            for product, qty in wanted.quantities.items():
                promised[order.id, product] = here.get(product, Decimal(0))
                if order.id not in blocked:
                    here[product] = here.get(product, Decimal(0)) - qty
        return promised

    def _channel_judge_stock(self, rules, free):
        """:param free: {(order id, product id): what the chosen warehouse can give} in the product's own unit"""
        facts, left = [], dict(free)
        for line in self._channel_get_judged_lines().filtered('product_id.is_storable'):
            key, qty = (line.order_id.id, line.product_id.id), line._channel_get_qty()
            here = left.get(key, Decimal(0))
            facts.append(kinds.StockFact(
                line.order_id.id, line.channel_line_no, line._channel_get_sku(), qty, here, line.product_id.uom_id.id))
            left[key] = here - qty
        return self._channel_judge_facts(rules, {'stock': facts})

    def _channel_get_wanted(self):
        quantities = defaultdict(Decimal)
        for line in self._channel_get_judged_lines().filtered('product_id.is_storable'):
            quantities[line.product_id.id] += line._channel_get_qty()
        return Wanted(self.channel_latitude or None, self.channel_longitude or None, dict(quantities))

    def _channel_describe_plan(self, chosen, names):
        shown = [option for option in chosen.options[:SHOWN_OPTIONS] if not option.is_chosen]
        if chosen.chosen:
            shown = sorted([chosen.chosen, *shown[:SHOWN_OPTIONS - 1]], key=lambda option: option.distance_km or 1e9)
        return [{
            'warehouse_id': option.warehouse,
            'warehouse': names[option.warehouse],
            'distance_km': option.distance_km,
            'cost': str(option.cost),
            'lead_days': option.lead_days,
            'missing': {str(product): str(qty) for product, qty in option.missing.items()},
            'is_chosen': option.is_chosen,
            'reason': option.reason,
        } for option in shown]

    def _channel_get_sourcing_rows(self):
        """The options as a person reads them: warehouse, distance, cost, days, and why (not)."""
        self.ensure_one()
        _ = self.env._
        reasons = {
            'nearest_complete': _("Nearest with the whole order"),
            'preferred': _("Preferred, and has the whole order"),
            'best_partial': _("None has all; this one lacks the least"),
            'farther': _("Has all, but lies farther"),
        }
        products = self.env['product.product'].sudo().browse(
            int(product) for option in self.channel_sourcing or () for product in option['missing'])
        skus = {str(product.id): product.default_code or product.name for product in products}

        def lacking(option):
            return ", ".join(f"{skus[product]} × {float(qty):g}" for product, qty in option['missing'].items())

        return [{
            **option,
            'why': reasons.get(option['reason']) or _("Lacks %(what)s", what=lacking(option)),
        } for option in self.channel_sourcing or ()]

    def _channel_get_arrival(self):
        """The day the chosen warehouse's goods should arrive, or False."""
        self.ensure_one()
        chosen = [option for option in self.channel_sourcing or () if option['is_chosen']]
        if not chosen:
            return False
        return fields.Date.context_today(self) + timedelta(days=chosen[0]['lead_days'])

    def _channel_get_sourcing_answer(self):
        """As `channel_submit` returns it."""
        self.ensure_one()
        lines = [[line._channel_get_sku(), float(line._channel_get_qty())] for line in self._channel_get_judged_lines()]
        return [{
            'warehouse': option['warehouse'],
            'lines': lines,
            'distance_km': option['distance_km'] if option['distance_km'] is not None else False,
            'cost': float(option['cost']),
            'eta': fields.Date.to_string(self._channel_get_arrival()),
        } for option in self.channel_sourcing or () if option['is_chosen']]

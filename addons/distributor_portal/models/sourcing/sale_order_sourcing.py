from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...const import OPEN_STATES
from ...engine import kinds, sourcing
from ...utils import to_decimal

SHOWN_OPTIONS = 5  # how many weighed warehouses an order keeps, those chosen among them


class SaleOrder(models.Model):
    """Which warehouses ship a channel order, and why."""

    _inherit = 'sale.order'

    channel_sourcing_html = fields.Html(
        "Warehouses Weighed", compute='_compute_channel_sourcing_html', sanitize=False, groups='base.group_user')
    channel_is_urgent = fields.Boolean(
        "Urgent", copy=False, help="Asked to leave within hours. The nearest warehouse that can ships it.")
    channel_urgent_until = fields.Datetime(
        "Must Leave By", copy=False, readonly=True,
        help="Promised for an urgent order; empty: it takes the normal way.")
    channel_hand_warehouse_id = fields.Many2one(
        'stock.warehouse', "Chosen by Hand", copy=False, readonly=True, ondelete='set null', check_company=True,
        groups='base.group_user')

    # === COMPUTE METHODS === #

    @api.depends('channel_sourcing')
    @api.depends_context('lang')
    def _compute_channel_sourcing_html(self):
        for order in self:
            rows = order._channel_get_sourcing_rows()
            order.channel_sourcing_html = rows and self.env['ir.qweb']._render(
                'distributor_portal.sourcing_table', {
                    'rows': rows, 'currency': order.channel_currency_id,
                    'unweighed': rows[0].get('unweighed'), 'total': sum(
                        float(row['cost'] or 0) for row in rows if row['is_chosen'])})

    # === ACTION METHODS === #

    def action_channel_source(self):
        """Weigh the warehouses anew, forget what was chosen by hand, and judge the order on what comes of it."""
        self.check_access('write')
        self._channel_check_desk()
        orders = self.filtered(lambda order: order.channel_state in OPEN_STATES)
        if not orders:
            raise UserError(self.env._("Only orders that are not confirmed yet are sourced again."))
        orders.sudo().channel_hand_warehouse_id = False
        orders.sudo()._channel_process()

    def action_channel_choose_warehouse(self):
        """Ask which warehouse shall ship, and why."""
        self.ensure_one()
        self.check_access('write')
        self._channel_check_desk()
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Choose the Warehouse"),
            'res_model': 'channel.choose.warehouse',
            'view_mode': 'form',
            'target': 'new',
            'context': {'default_order_id': self.id},
        }

    # === BUSINESS METHODS === #

    def _channel_source(self, blocked=()):
        """Plan the parcels of each of these orders, keep them and the warehouses weighed.

        Orders are taken in their sequence: what an earlier one takes of stock and room, a later one lacks.

        :param blocked: ids of orders that take nothing from what later ones may have
        :return: {(order id, product id): quantity that the plan ships, in the product's own unit}
        """
        Warehouse = self.env['stock.warehouse'].sudo()
        names = {
            warehouse: name for company in self.company_id
            for warehouse, _latitude, _longitude, name in Warehouse._channel_get_stands(company.id)}
        free = Warehouse.browse(names)._channel_get_free(self.order_line.product_id.filtered('is_storable'))
        self._channel_drop_parcels()
        desks = {company: self._channel_prepare_desk(company, free) for company in self.company_id}
        promised, plans = {}, {}
        for order in self:
            places, near, tariff = desks[order.company_id]
            plan = order._channel_plan(places, near, tariff)
            order._channel_keep_plan(plan, names)
            for product, qty in order._channel_get_wanted().quantities.items():
                promised[order.id, product] = Decimal(qty - plan.missing.get(product, 0)) / 1000
            if order.id in blocked:
                continue
            plans[order] = plan
            for parcel in plan.parcels:
                tariff.book(parcel.offer)
                for product, qty in parcel.quantities.items():
                    free[parcel.warehouse][product] -= qty
        self._channel_store_plans(plans, [tariff for _places, _near, tariff in desks.values()])
        return promised

    def _channel_prepare_desk(self, company, free):
        """(the engine's warehouses, {code: rank}, the tariff) of one company."""
        orders = self.filtered(lambda order: order.company_id == company)
        Warehouse = self.env['stock.warehouse']
        return (
            [sourcing.Warehouse(warehouse, latitude, longitude, free[warehouse])
             for warehouse, latitude, longitude, _name in Warehouse._channel_get_stands(company.id)],
            self.env['channel.source.rank']._find(company, {order.channel_ship_code for order in orders}),
            Warehouse._channel_get_tariff(company, fields.Datetime.now()))

    def _channel_plan(self, places, ranks, tariff):
        """The engine's plan: in the urgent lane where it is asked for, allowed and possible, else in the normal one."""
        self.ensure_one()
        wanted = self._channel_get_wanted()
        rank = ranks.get(self.channel_ship_code)
        company = self.company_id
        arguments = {
            'near': rank.nearest if rank and rank.is_at(wanted.latitude, wanted.longitude) else None,
            'limits': sourcing.Limits(company.channel_max_parcels, explained=SHOWN_OPTIONS - 1),
            'by_hand': self.channel_hand_warehouse_id.id or None,
        }
        if self.channel_urgent_until:
            self.channel_urgent_until = False
        if self.channel_is_urgent and self.channel_tier_id.may_order_urgently:
            plan = sourcing.plan(wanted, places, tariff, is_urgent=True, **arguments)
            if plan.is_complete:
                self.channel_urgent_until = min(parcel.offer.ship_by for parcel in plan.parcels).replace(tzinfo=None)
                return plan
        return sourcing.plan(
            wanted, places, tariff, preferred=self.channel_member_id.sudo().warehouse_id.id or None,
            wanted_day=self._channel_get_wanted_day(), **arguments)

    def _channel_get_wanted_day(self):
        """The day asked for, in the company's time."""
        self.ensure_one()
        return self.commitment_date.date() if self.commitment_date else None

    def _channel_get_wanted(self):
        quantities, values = defaultdict(int), {}
        lines = self._channel_get_judged_lines().filtered('product_id.is_storable')
        for line in lines:
            qty = line._channel_get_thousandths()
            quantities[line.product_id.id] += qty
            worth = round(line.price_subtotal * 100_000 / qty) if qty > 0 else 0
            values[line.product_id.id] = max(values.get(line.product_id.id, 0), worth)
        products = lines.product_id
        splits = 'yes' if self.company_id.channel_splits_lines else 'no'
        return sourcing.Wanted(
            self.channel_latitude or None, self.channel_longitude or None,
            {product: qty for product, qty in quantities.items() if qty > 0}, self.channel_ship_code or '', values,
            {product.id: round(product.weight * 1000) for product in products if product.weight},
            frozenset(product.id for product in products if (product.channel_split or splits) == 'yes'))

    def _channel_keep_plan(self, plan, names):
        """The warehouse of the order is that of the parcel that carries most. :param names: {warehouse id: name}"""
        self.ensure_one()
        values = {'channel_sourcing': self._channel_describe_plan(plan, names)}
        if plan.home and plan.home != self.warehouse_id.id:
            values['warehouse_id'] = plan.home
        self.write(values)

    # --- judging

    def _channel_judge_stock(self, rules, free):
        """Judge what was planned: whether all of it ships, and whether an urgent order leaves in time.

        :param free: {(order id, product id): what the parcels carry} in the product's own unit
        """
        facts, left = [], dict(free)
        for line in self._channel_get_judged_lines().filtered('product_id.is_storable'):
            key, qty = (line.order_id.id, line.product_id.id), line._channel_get_qty()
            here = left.get(key, Decimal(0))
            facts.append(kinds.StockFact(
                line.order_id.id, line.channel_line_no, line._channel_get_sku(), qty, here, line.product_id.uom_id.id))
            left[key] = here - qty
        urgent = [
            kinds.UrgentFact(
                order.id, None, order.channel_tier_id.may_order_urgently, bool(order.channel_urgent_until),
                to_decimal(order.company_id.channel_urgent_hours, 1))
            for order in self if order.channel_is_urgent
        ]
        return self._channel_judge_facts(rules, {'stock': facts, 'urgent': urgent})

    # --- answering

    def _channel_get_sourcing_answer(self):
        """As `channel_submit` returns it: one entry per parcel."""
        self.ensure_one()
        answers = []
        for parcel in self.sudo().channel_parcel_ids:
            lines = [
                [allocation.line_id._channel_get_sku(), allocation.qty] for allocation in parcel.allocation_ids]
            if parcel.number == 1:  # what no warehouse counts comes with the first parcel
                lines += [
                    [line._channel_get_sku(), float(line._channel_get_qty())]
                    for line in self._channel_get_judged_lines() if not line.channel_allocation_ids]
            answers.append({
                'warehouse': parcel.warehouse_id.name,
                'lines': lines,
                'distance_km': parcel.distance_km,
                'cost': parcel.cost,
                'eta': fields.Date.to_string(parcel.arrival_date) if parcel.arrival_date else False,
                **({'ship_by': fields.Datetime.to_string(parcel.ship_by)} if parcel.ship_by else {}),
            })
        return answers

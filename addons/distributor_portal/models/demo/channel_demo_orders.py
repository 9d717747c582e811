import re

from odoo import api, models
from odoo.tools import groupby

LINE = re.compile(r'(?P<code>[\w-]+)\*(?P<qty>\d+)(?P<uom>[a-z]*)(@(?P<price>[\d.]+))?')
TEMPORARY = "临时仓 Temporary store"


class ChannelDemo(models.AbstractModel):
    """Some orders, in every state an order can be in. They go the way of real ones, by the people of the story."""

    _inherit = 'channel.demo'

    @api.model
    def _load_orders(self):
        """Take in all orders of orders.csv, then take each of its `steps`, all orders of a step together."""
        rows = self._read('orders')
        for (source, login), group in groupby(rows, key=lambda row: (row['source'], row['user'])):
            self._as(login)['sale.order']._channel_take_in([self._prepare_order(row) for row in group], source=source)
        orders = {
            order.channel_external_id: order
            for order in self.env['sale.order'].search([('channel_external_id', 'in', [row['number'] for row in rows])])
        }
        steps = {}
        for row in rows:
            for step in row['steps'].split():
                steps.setdefault(step, []).append((orders[row['number']], row['reason']))
        for step, taken in self._sort_steps(steps):
            getattr(self, f'_step_{step}')(taken)

    @api.model
    def _as(self, login):
        """An environment in which `login` acts, with the rights of the server: as controllers do after their checks."""
        user = self.env['res.users'].search([('login', '=', login)])
        return self.env(user=user.id, su=True)

    @api.model
    def _prepare_order(self, row):
        return {
            'external_id': row['number'],
            'member': row['member'],
            'lines': [self._prepare_order_line(**LINE.fullmatch(text).groupdict()) for text in row['lines'].split()],
            **({'ship_to': {'name': TEMPORARY, 'street_code': row['street_code']}} if row['street_code'] else {}),
        }

    @api.model
    def _prepare_order_line(self, code, qty, uom, price):
        return {
            'gtin' if code.isdigit() else 'sku': code, 'qty': int(qty),
            **({'uom': uom} if uom else {}),
            **({'price': float(price)} if price else {}),
        }

    # === STEPS === #

    @api.model
    def _sort_steps(self, steps):
        sequence = ('upstream_approved', 'upstream_refused', 'hq_approved', 'hq_refused', 'shipped', 'received',
                    'received_damaged', 'paid')
        return sorted(steps.items(), key=lambda item: sequence.index(item[0]))

    @api.model
    def _step_upstream_approved(self, taken):
        self._decide_upstream(taken, True)

    @api.model
    def _step_upstream_refused(self, taken):
        self._decide_upstream(taken, False)

    @api.model
    def _decide_upstream(self, taken, is_approved):
        for order, reason in taken:
            owner = order.channel_member_id.upstream_id.user_link_ids.user_id
            order.with_env(self._as(owner.login))._channel_decide('upstream', is_approved, reason or None)

    @api.model
    def _step_hq_approved(self, taken):
        self._join(taken).with_env(self._as('hq')).action_channel_approve()

    @api.model
    def _step_hq_refused(self, taken):
        for order, reason in taken:
            order.with_env(self._as('hq'))._channel_decide('hq', False, reason)

    @api.model
    def _step_shipped(self, taken):
        pickings = self._join(taken).picking_ids.with_env(self._as('hq'))
        for move in pickings.move_ids:
            move.quantity = move.product_uom_qty
            move.picked = True
        pickings.button_validate()

    @api.model
    def _step_received(self, taken):
        for order, _reason in taken:
            for picking in order.picking_ids:
                self._receive(picking, 0)

    @api.model
    def _step_received_damaged(self, taken):
        for order, reason in taken:
            for picking in order.picking_ids:
                self._receive(picking, 6, reason)

    @api.model
    def _receive(self, picking, damaged, note=None):
        """:param damaged: so many of the first product"""
        links = picking.sale_id.channel_member_id.user_link_ids
        person = links.filtered(lambda link: link.role == 'warehouse')[:1] or links[:1]
        shipped = {product.id: qty for product, qty in picking._channel_get_shipped().items()}
        picking.with_env(self._as(person.user_id.login or 'integrator'))._channel_receive(
            shipped, {next(iter(shipped)): damaged} if damaged else None, note)

    @api.model
    def _step_paid(self, taken):
        """The members transfer what they owe; the bank's entry is matched with the invoices."""
        for invoice in self._join(taken).invoice_ids:
            self.env['account.payment.register'].with_context(
                active_model='account.move', active_ids=invoice.ids).create({})._create_payments()

    @api.model
    def _join(self, taken):
        return self.env['sale.order'].union(*(order for order, _reason in taken))

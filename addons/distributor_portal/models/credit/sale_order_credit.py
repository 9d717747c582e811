from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from ...const import OPEN_STATES
from ...engine import credit, kinds, worst
from ...utils import to_decimal

# A confirmed order takes credit until all of it is invoiced or called off.
CONFIRMED_STATES = ('confirmed', 'shipped', 'received')
HOLDING_STATES = (*OPEN_STATES, *CONFIRMED_STATES)


class SaleOrder(models.Model):
    """What a channel order takes of the credit its member draws on."""

    _inherit = 'sale.order'

    channel_delivered_amount = fields.Monetary(
        "Delivered, Not Invoiced", currency_field='channel_currency_id', copy=False, readonly=True,
        help="The part of the credit held that was delivered and waits for its invoice.")

    # === BUSINESS METHODS === #

    @api.model
    def _channel_get_result_fields(self):
        """Override to guard what this file adds."""
        return super()._channel_get_result_fields() | {'channel_delivered_amount'}

    def _channel_judge_credit(self, rules, credit_lines, blocked):
        """One order after the other: an earlier one's amount is used credit for the next.

        An order must fit into every line that it draws on. What cannot go through anyway (`blocked`) is judged, so
        that its member learns all at once, but takes nothing.
        """
        findings = []
        pools = self.env['channel.credit.line']._get_pools(self.channel_member_id)
        lines = self.env['channel.credit.line'].sudo().union(*pools.values())
        overdue = lines._get_overdue()
        left = {line: [to_decimal(line.total_limit_amount, 2), to_decimal(line.used_amount, 2)] for line in lines}
        for order in self:
            own = pools.get(order.channel_member_id, lines.browse())
            amount, currency = to_decimal(order._channel_get_amount(), 2), order.channel_currency_id.name
            for line in own:  # checked again: what it holds already does not count twice
                left[line][1] -= to_decimal(order.channel_credit_amount, 2)
            facts = [
                kinds.CreditFact(order.id, None, *left[line], amount, currency, order._channel_is_shared(line))
                for line in own
            ] or [kinds.CreditFact(order.id, None, None, Decimal(0), amount, currency)]
            found = order._channel_judge_facts(rules, {
                'credit': facts, 'overdue': [order._channel_get_overdue_fact(line, overdue[line]) for line in own]})
            findings += found
            if order.id not in blocked and worst(finding.decision for finding in found) != 'block':
                for line in own:
                    left[line][1] += amount
        return findings

    def _channel_is_shared(self, line):
        """Whether this credit is that of a member above: its figures are not for the member that orders."""
        return line.member_id != self.channel_member_id

    def _channel_get_overdue_fact(self, line, late):
        return kinds.OverdueFact(
            self.id, None, late.name if late else '', late.due.isoformat() if late else '', late.days if late else 0,
            line.grace_days, late.amount if late else Decimal(0), line.currency_id.name, self._channel_is_shared(line))

    def _channel_get_amount(self):
        """The order's amount in the currency of its company, which is the credit's."""
        self.ensure_one()
        return self.channel_currency_id.round(self.amount_total / (self.currency_rate or 1.0))

    def _channel_get_uses(self):
        """{order: its `OrderUse`}; in one query however many there are. Override to count other things.

        Before it is confirmed an order counts whole. From then on, what is invoiced counts on the account and no
        more here, so that no amount ever counts twice.
        """
        uses = {
            order: credit.OrderUse(to_decimal(order._channel_get_amount(), 6))
            if order.channel_state in OPEN_STATES else credit.OrderUse()
            for order in self
        }
        confirmed = self.filtered(lambda order: order.channel_state in CONFIRMED_STATES and order.state != 'cancel')
        facts = confirmed._channel_get_line_uses()
        for order in confirmed:
            rate = to_decimal(order.currency_rate or 1.0, 12)
            lines, advance = facts.get(order.id, ([], Decimal(0)))
            lines = [credit.LineUse(*line[:3], line[3] / rate, line[4]) for line in lines]
            uses[order] = credit.order_use(
                to_decimal(order.amount_total, 6) / rate, lines, advance / rate,
                to_decimal(order.channel_currency_id.rounding, 6))
        return uses

    def _channel_get_line_uses(self):
        """{order id: ([values of a `LineUse`], down payments not yet deducted)}, in the order's currency; one query"""
        if not self:
            return {}
        self.env.flush_all()
        rows = self.env.execute_query(SQL("""
            SELECT line.order_id, line.is_downpayment, line.product_uom_qty, line.qty_delivered,
                   COALESCE(invoiced.qty, 0), line.price_total, COALESCE(deliveries.is_pending, TRUE),
                   COALESCE(invoiced.net, 0)
              FROM sale_order_line line
         LEFT JOIN uom_uom unit ON unit.id = line.product_uom_id
         LEFT JOIN LATERAL (
                   SELECT SUM(entry.quantity * COALESCE(entry_unit.factor / NULLIF(unit.factor, 0), 1))
                              FILTER (WHERE move.move_type != 'out_refund') AS qty,
                          SUM(entry.price_total * CASE move.move_type WHEN 'out_refund' THEN -1 ELSE 1 END) AS net
                     FROM sale_order_line_invoice_rel rel
                     JOIN account_move_line entry ON entry.id = rel.invoice_line_id
                     JOIN account_move move ON move.id = entry.move_id AND move.state = 'posted'
                          AND move.move_type IN ('out_invoice', 'out_receipt', 'out_refund')
                LEFT JOIN uom_uom entry_unit ON entry_unit.id = entry.product_uom_id
                    WHERE rel.order_line_id = line.id
                   ) invoiced ON TRUE
         LEFT JOIN LATERAL (
                   SELECT bool_or(move.state NOT IN ('done', 'cancel')) AS is_pending
                     FROM stock_move move WHERE move.sale_line_id = line.id
                   ) deliveries ON TRUE
             WHERE line.order_id = ANY(%s) AND line.display_type IS NULL
          ORDER BY line.order_id, line.id
        """, self.ids))
        facts = defaultdict(lambda: ([], Decimal(0)))
        for order_id, is_advance, ordered, delivered, invoiced, amount, is_pending, net in rows:
            lines, advance = facts[order_id]
            if is_advance:
                facts[order_id] = lines, advance + to_decimal(net, 6)
            else:
                lines.append((
                    *(to_decimal(qty, 6) for qty in (ordered, delivered, invoiced)), to_decimal(amount, 6), is_pending))
        return facts

    def _channel_refresh_credit(self, is_forced=True):
        """Bring what these orders hold in line with what they are worth now.

        :param is_forced: whether they may go beyond the limit: headquarters has decided, or it is a fact already
        """
        changes = self.sudo().filtered('channel_member_id')._channel_write_uses()
        changes = {order: delta for order, delta in changes.items() if delta}
        if not changes:
            return
        CreditLine = self.env['channel.credit.line'].sudo()
        pools = CreditLine._get_pools(self.browse().union(*changes).channel_member_id)
        deltas = defaultdict(float)
        for order, delta in changes.items():
            for line in pools.get(order.channel_member_id, ()):
                deltas[line.id] += delta
        CreditLine._add(deltas, is_forced=is_forced)

    def _channel_write_uses(self):
        """Write on these orders what they hold now. :return: {order: how much more than before}"""
        changes = {}
        for order, use in self._channel_get_uses().items():
            total, delivered = float(use.total), float(use.delivered)
            currency = order.channel_currency_id
            delta = currency.round(total - order.channel_credit_amount)
            if not currency.is_zero(delta):
                order.channel_credit_amount = total
                changes[order] = delta
            if currency.compare_amounts(order.channel_delivered_amount, delivered):
                order.channel_delivered_amount = delivered
        return changes

    def _channel_recount(self, member_ids):
        """Write anew what the orders of these members hold, without touching the counters."""
        self.search([
            ('channel_member_id', 'in', member_ids),
            '|', ('channel_credit_amount', '!=', 0),
            '&', ('channel_state', 'in', HOLDING_STATES), ('invoice_status', '!=', 'invoiced'),
        ])._channel_write_uses()

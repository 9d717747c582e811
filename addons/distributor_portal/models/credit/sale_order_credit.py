from decimal import Decimal

from odoo import models

from ...const import OPEN_STATES
from ...engine import kinds, worst
from ...utils import to_decimal


class SaleOrder(models.Model):
    """What a channel order takes of its member's credit."""

    _inherit = 'sale.order'

    # === BUSINESS METHODS === #

    def _channel_judge_credit(self, rules, credit_lines, blocked):
        """One order after the other: an earlier one's amount is used credit for the next.

        What cannot go through anyway (`blocked`) is judged, so that its member learns all at once, but takes nothing.
        """
        findings = []
        used = {line: to_decimal(line.used_amount, 2) for line in credit_lines.values()}
        for order in self:
            line = credit_lines.get(order.channel_member_id)
            if line and order.channel_credit_line_id == line:
                used[line] -= to_decimal(order.channel_credit_amount, 2)  # checked again: its own does not count twice
            fact = kinds.CreditFact(
                order.id, None, to_decimal(line.limit_amount, 2) if line else None, used.get(line, Decimal(0)),
                to_decimal(order._channel_get_amount(), 2), order.channel_currency_id.name)
            found = order._channel_judge_facts(rules, {'credit': [fact]})
            findings += found
            if line and order.id not in blocked and worst(finding.decision for finding in found) != 'block':
                used[line] += fact.amount
        return findings

    def _channel_get_amount(self):
        """The order's amount in the currency of its company, which is the credit's."""
        self.ensure_one()
        return self.channel_currency_id.round(self.amount_total / (self.currency_rate or 1.0))

    def _channel_get_exposure(self):
        """What this order takes of its member's credit: its amount less what is settled of its invoices."""
        self.ensure_one()
        if self.channel_state not in (*OPEN_STATES, 'confirmed', 'shipped', 'received'):
            return 0.0
        invoices = self.sudo().invoice_ids.filtered(
            lambda move: move.state == 'posted' and move.move_type == 'out_invoice')
        settled = sum(move.amount_total_signed - move.amount_residual_signed for move in invoices)
        return max(self.channel_currency_id.round(self._channel_get_amount() - settled), 0.0)

    def _channel_refresh_credit(self, is_forced=True):
        """Bring what these orders hold in line with what they are worth now."""
        deltas = {}
        for order in self.sudo().filtered('channel_credit_line_id'):
            exposure = order._channel_get_exposure()
            delta = exposure - order.channel_credit_amount
            if not order.channel_currency_id.is_zero(delta):
                line = order.channel_credit_line_id.id
                deltas[line] = deltas.get(line, 0) + delta
                order.channel_credit_amount = exposure
        self.env['channel.credit.line'].sudo()._add(deltas, is_forced=is_forced)

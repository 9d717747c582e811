from collections import defaultdict
from decimal import Decimal

from odoo import models

from ...engine import kinds
from ...utils import to_decimal


class SaleOrder(models.Model):
    """What the pack rules judge, and the smallest amount of an order."""

    _inherit = 'sale.order'

    # === BUSINESS METHODS === #

    def _channel_get_pack_facts(self):
        lines = self._channel_get_judged_lines()
        totals = defaultdict(Decimal)
        for line in lines:
            totals[line.order_id, line.product_id] += line._channel_get_qty()
        terms, holders = self._channel_get_pack_terms(lines)
        return [
            self._channel_get_pack_fact(line, terms[line], holders, totals[line.order_id, line.product_id])
            for line in lines]

    def _channel_get_pack_terms(self, lines):
        """({line: engine terms}, {id of a pack rule: for whom it is and in what it counts})"""
        Rule = self.env['channel.pack.rule'].sudo()
        resolved = Rule._resolve([(line.order_id.channel_member_id, line.product_id) for line in lines])
        terms = {line: resolved[line.order_id.channel_member_id, line.product_id] for line in lines}
        used = {key for term in terms.values() for key in (term.minimum_by, term.multiple_by, term.maximum_by) if key}
        return terms, {rule.id: rule._get_holder() for rule in Rule.browse(sorted(used))}

    def _channel_get_pack_fact(self, line, terms, holders, total):
        return kinds.PackFact(
            line.order_id.id, line.channel_line_no, line._channel_get_sku(), line._channel_get_qty(), terms.multiple,
            terms.minimum, line.product_id.uom_id.id, terms.maximum, total,
            *(holders.get(by, ()) for by in (terms.minimum_by, terms.multiple_by, terms.maximum_by)))

    def _channel_get_order_minimum_facts(self):
        """Of orders whose tier has a smallest amount; compared in the company's currency."""
        facts = []
        for order in self.filtered(lambda order: order.channel_tier_id.min_order_amount):
            currency = order.company_id.currency_id
            amount = order.amount_untaxed / (order.currency_rate or 1)
            facts.append(kinds.OrderMinimumFact(
                order.id, None, to_decimal(currency.round(amount), currency.decimal_places),
                to_decimal(order.channel_tier_id.min_order_amount, currency.decimal_places), currency.name,
                order.channel_tier_id.name))
        return facts

from collections import defaultdict

from odoo import fields, models

from ...engine import kinds
from ...utils import to_decimal


class SaleOrder(models.Model):
    """The facts that the rules judge, one method per kind: read for a whole batch in a few queries."""

    _inherit = 'sale.order'

    # === BUSINESS METHODS === #

    def _channel_get_judged_lines(self):
        """The lines that ask for goods. What is read of one is read of those of all orders at hand."""
        memo = self._channel_get_check()
        if not memo:
            return self._channel_find_judged_lines()
        if missing := [order.id for order in self if order.id not in memo.lines]:
            lines = self.browse(missing)._channel_find_judged_lines()
            memo.lines.update(dict.fromkeys(missing, ()))
            memo.lines.update((order.id, some.ids) for order, some in lines.grouped('order_id').items())
            memo.line_ids += lines.ids
        lines = self.env['sale.order.line'].browse(line_id for order in self for line_id in memo.lines[order.id])
        return lines.with_prefetch(memo.line_ids)

    def _channel_find_judged_lines(self):
        lines = self.order_line
        return lines.filtered(lambda line: line.product_id and not line.display_type).with_prefetch(lines._prefetch_ids)

    def _channel_get_intake_facts(self):
        return [
            kinds.IntakeFact(order.id, problem['line'], problem['text'], problem['field'], problem['given'])
            for order in self for problem in order.channel_problems or () if problem['text'] != 'product_unknown'
        ]

    def _channel_get_product_facts(self):
        unknown = [
            kinds.ProductFact(order.id, problem['line'], problem['given'], False)
            for order in self for problem in order.channel_problems or () if problem['text'] == 'product_unknown'
        ]
        return unknown + [
            kinds.ProductFact(
                line.order_id.id, line.channel_line_no, line._channel_get_sku(), True, line.product_id.active,
                line.product_id.sale_ok)
            for line in self._channel_get_judged_lines()
        ]

    def _channel_get_price_facts(self):
        return [
            kinds.PriceFact(
                line.order_id.id, line.channel_line_no, line._channel_get_sku(), to_decimal(line.price_unit, 6),
                to_decimal(line.channel_given_price, 6) if line.channel_has_given_price else None,
                line.currency_id.name)
            for line in self._channel_get_judged_lines()
        ]

    def _channel_get_authorisation_facts(self):
        return [
            kinds.AuthorisationFact(*values, channel=line.order_id.channel_sales_channel or 'offline')
            for line, values in self._channel_get_licence_values()
        ]

    def _channel_get_territory_facts(self):
        return [
            kinds.TerritoryFact(
                *values, line.order_id.channel_ship_code or '',
                channel=line.order_id.channel_sales_channel or 'offline')
            for line, values in self._channel_get_licence_values()
        ]

    def _channel_get_licence_values(self):
        """[(line, values of its `AuthorisationFact`)], looked up once for the kinds of a batch."""
        memo = self._channel_get_check()
        if memo and memo.licence_values is not None and memo.orders == self:
            return memo.licence_values
        licences = {}
        for channel, orders in self.grouped('channel_sales_channel').items():
            found = self.env['channel.authorization'].sudo()._get_licences(
                orders.channel_member_id.sudo(), fields.Date.context_today(self), channel or 'offline')
            licences |= {(member, channel): granted for member, granted in found.items()}
        categories = self._channel_get_categories()
        values = [
            (line, (
                line.order_id.id, line.channel_line_no, line._channel_get_sku(), line.product_id.id,
                frozenset(categories[line.product_id.categ_id]),
                licences[line.order_id.channel_member_id.sudo(), line.order_id.channel_sales_channel]))
            for line in self._channel_get_judged_lines()
        ]
        if memo:
            memo.licence_values = values
        return values

    def _channel_get_categories(self):
        """{category of a product ordered: ids of all from the top down to it}"""
        categories = self.order_line.product_id.categ_id
        return defaultdict(tuple, {
            categ: tuple(int(part) for part in (categ.parent_path or '').split('/') if part) for categ in categories})

    def _channel_query(self, query):
        """Rows of a hand-written query, as dicts, over what has been written so far."""
        self.env.flush_all()
        return self.env.execute_query_dict(query)

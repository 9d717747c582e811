from collections import defaultdict

from odoo import fields, models


class ChannelMember(models.Model):
    """Prices by quantity, as the member's price list has them."""

    _inherit = 'channel.member'

    # === PORTAL === #

    def _portal_get_price_steps(self, products):
        """{product id: [(from which quantity, price)]}, the first from 0; so the pad knows the price of any quantity.

        A price can change only where a rule of the list begins to hold, so those quantities are asked for, and each
        product only at its own.
        """
        pricelist = self._get_pricelists()[self]
        if not pricelist:
            return {product.id: [(0, product.lst_price)] for product in products}
        steps = {product: [(0, price)] for product, price in pricelist._get_products_price(products, 1.0).items()}
        thresholds = defaultdict(lambda: self.env['product.product'])
        for quantity, concerned in self._portal_get_thresholds(pricelist, products):
            thresholds[quantity] |= concerned
        for quantity in sorted(thresholds):
            for product, price in pricelist._get_products_price(thresholds[quantity], quantity).items():
                if price != steps[product][-1][1]:
                    steps[product].append((quantity, price))
        return steps

    def _portal_get_thresholds(self, pricelist, products):
        """[(quantity above 1, products)] at which a rule of the list, or of one that it builds on, begins."""
        found, lists, now = [], pricelist, fields.Datetime.now()
        seen = self.env['product.pricelist']
        while lists:
            seen |= lists
            rules = self.env['product.pricelist.item'].union(
                *(one._get_applicable_rules(products, now) for one in lists))
            found += [
                (rule.min_quantity, products.filtered(lambda product, rule=rule: rule._is_applicable_for(
                    product, rule.min_quantity)))
                for rule in rules if rule.min_quantity > 1]
            lists = rules.base_pricelist_id - seen
        return found

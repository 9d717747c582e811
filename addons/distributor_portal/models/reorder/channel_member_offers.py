from decimal import Decimal

import pytz
from babel.dates import format_skeleton

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools.misc import babel_locale_parse, format_amount, get_lang

from ...engine import reorder
from ...utils import to_decimal
from ..fast.memo import KEY, BatchMemo
from ..pad.channel_member_products import PLENTY
from .memo import get_memo

PRICE_DIGITS = 4
ENOUGH = Decimal(10**9)


class ChannelMember(models.Model):
    """What a member gets of a product today, and at which price from which quantity on."""

    _inherit = 'channel.member'

    # === PORTAL === #

    def _portal_get_products_domain(self, is_sold=True):
        """Override to ask once per page."""
        memo = get_memo(self)
        if not memo or not is_sold:
            return super()._portal_get_products_domain(is_sold)
        if memo.domain is None:
            memo.domain = super()._portal_get_products_domain(is_sold)
        return memo.domain

    def _portal_get_offers(self, products):
        """{product id: engine offer} of those among `products` that this member may order today."""
        self.ensure_one()
        memo = get_memo(self)
        known = memo.offers if memo else {}
        missing = products.filtered(lambda product: product.id not in known)
        known.update(dict.fromkeys(missing.ids) | self._portal_find_offers(missing))
        return {product.id: known[product.id] for product in products if known[product.id]}

    def _portal_find_offers(self, products):
        if not products:
            return {}
        memo = get_memo(self)
        if memo and memo.checked.issuperset(products.ids):
            products = products.filtered(lambda product: product.id in memo.licensed)
        else:
            products = products.search(self._portal_get_products_domain() & Domain('id', 'in', products.ids))
        steps = self._portal_get_steps(products)
        stock = self._portal_get_stock(products)
        terms = self.env['channel.pack.rule']._resolve([(self, product) for product in products])
        offers = {}
        for product in products:
            free, arrives = stock[product.id]
            term = terms[self, product]
            offers[product.id] = reorder.Offer(
                steps[product.id], term.multiple, term.minimum, term.maximum, ENOUGH if free >= PLENTY else free,
                arrives)
        return offers

    def _portal_get_steps(self, products, is_everyday=False):
        """{product id: engine steps} by the member's price list, in one query for all of its rules.

        :param is_everyday: as if no rule that ends on some day were there
        """
        self.ensure_one()
        memo = get_memo(self)
        # Also for rules that build on another price list: they would ask for its rules product by product.
        prices = memo.prices if memo else BatchMemo()
        prices.products |= frozenset(products.ids)
        pricelist = self._get_pricelists()[self].with_context(**{KEY: prices})
        now = fields.Datetime.now()
        rules = pricelist._get_applicable_rules(products, now) if pricelist else pricelist.item_ids
        if is_everyday:
            rules = rules.filtered(lambda rule: not rule.date_end)
        currency = self._portal_get_currency()
        return {product.id: self._portal_find_steps(product, rules, currency, now) for product in products}

    def _portal_find_steps(self, product, rules, currency, now):
        fitting = [rule for rule in rules if rule._is_applicable_for(product, max(rule.min_quantity, 1))]
        steps = []
        for start in sorted({0, *(rule.min_quantity for rule in fitting if rule.min_quantity > 1)}):
            qty = start or 1.0
            rule = next((rule for rule in fitting if rule.min_quantity <= qty), rules.browse())
            price = rule._compute_price(product, qty, product.uom_id, date=now, currency=currency)
            steps.append(reorder.Step(
                to_decimal(start), to_decimal(price, PRICE_DIGITS), self._portal_get_last_day(rule), rule.id or 0))
        return tuple(steps)

    def _portal_get_last_day(self, rule):
        """The last day of a rule of a price list, as headquarters counts days."""
        if not rule.date_end:
            return None
        zone = pytz.timezone(self.company_id.partner_id.tz or 'UTC')
        return pytz.utc.localize(rule.date_end).astimezone(zone).date()

    def _portal_get_currency(self):
        """The currency that this member's orders are in."""
        return self._get_pricelists()[self].currency_id or self.currency_id

    def _portal_show_amount(self, amount):
        """An amount of this member's orders, as the reader writes it."""
        return format_amount(self.env, float(amount), self._portal_get_currency())

    def _portal_show_day(self, day, skeleton='MMMEd'):
        """Tue, Nov 24 or 11月24日周二: a day close by, as the reader writes it."""
        return format_skeleton(skeleton, day, locale=babel_locale_parse(get_lang(self.env).code))

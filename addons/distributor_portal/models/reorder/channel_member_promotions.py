from collections import defaultdict
from decimal import Decimal

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools.misc import format_date

from ...engine import packs, reorder
from .memo import get_memo

MAX_PRODUCTS = 200


class ChannelMember(models.Model):
    """What a member's own price list gives for a time or from a quantity on. No other list is ever read."""

    _inherit = 'channel.member'

    # === PORTAL === #

    def _portal_get_balances(self):
        """What the member has earned and may use, for its home: [{'title', 'amount', 'currency', 'text', 'url'}]

        Nothing here: an addon that keeps rebates overrides it, and says in `text` what the next tier needs.
        """
        self.ensure_one()
        return []

    def _portal_get_promotions(self, lines=None, limit=MAX_PRODUCTS):
        """What is cheaper for a time or from a quantity on; addons with rebates add theirs.

        :param lines: [{'product_id', 'qty'}] of an order at hand: only what concerns it, measured by its quantities
            instead of the usual ones
        :param limit: look at so many products, those usually ordered first
        :return: list of {'kind': 'until' or 'step', 'product_ids', 'title', 'text', 'hint', 'until': date or False,
            'saves': float}, the most useful first; all but `product_ids` is for reading
        """
        self.ensure_one()
        if lines is None:
            quantities = {habit.product: habit.usual for habit in self._portal_get_habits()}
            products = self._portal_pick_promoted(quantities, limit)
        else:
            quantities = {line['product_id']: Decimal(str(line['qty'])) for line in lines}
            products = self.env['product.product'].browse(quantities)
        offers = self._portal_get_offers(products)
        products = products.filtered(lambda product: product.id in offers)
        deals = self._portal_find_deals(products, {product: offer.steps for product, offer in offers.items()})
        found = [
            self._portal_describe_deal(kind, step, percent, some, quantities, offers, lines is not None)
            for (kind, step, percent), some in deals.items()]
        return sorted(found, key=lambda deal: (-deal['saves'], deal['until'] or fields.Date.to_date('9999-12-31')))

    def _portal_pick_promoted(self, quantities, limit):
        """So many of the promoted products, those of `quantities` first."""
        return self._portal_get_promoted_products().sorted(lambda product: product.id not in quantities)[:limit]

    def _portal_get_promoted_products(self):
        """Products this member may order that a rule of its price list names which ends or starts at a quantity."""
        memo = get_memo(self)
        if not memo:
            return self._portal_find_promoted_products()
        if memo.promoted is None:
            memo.promoted = self._portal_find_promoted_products()
        return memo.promoted

    def _portal_find_promoted_products(self):
        now = fields.Datetime.now()
        pricelist = self._get_pricelists()[self]
        rules = self.env['product.pricelist.item'].search_fetch(
            Domain('pricelist_id', '=', pricelist.id)
            & (Domain('date_start', '=', False) | Domain('date_start', '<=', now))
            & (Domain('date_end', '>=', now) | (Domain('date_end', '=', False) & Domain('min_quantity', '>', 1))),
            ['applied_on', 'product_tmpl_id', 'product_id', 'categ_id'])
        if not pricelist or not rules:
            return self.env['product.product']
        scope = Domain.TRUE if rules.filtered(lambda rule: rule.applied_on == '3_global') else (
            Domain('product_tmpl_id', 'in', rules.product_tmpl_id.ids) | Domain('id', 'in', rules.product_id.ids)
            | Domain('categ_id', 'child_of', rules.categ_id.ids))
        # What the page asks for besides comes along, which spares a search; without a deal it is no promotion.
        memo = get_memo(self)
        wanted = memo.wanted if memo else []
        found = self.env['product.product'].search(
            self._portal_get_products_domain() & (scope | Domain('id', 'in', wanted)), order='default_code, id')
        if memo:
            memo.licensed |= set(found.ids)
            memo.checked |= {*found.ids, *wanted}
        return found

    def _portal_find_deals(self, products, steps):
        """{(kind, engine step, percent off): products}; those of one rule and percentage together.

        :param steps: {product id: engine steps}
        """
        dated = products.filtered(lambda product: steps[product.id][0].until)
        everyday = self._portal_get_steps(dated, is_everyday=True) if dated else {}
        deals = defaultdict(self.env['product.product'].browse)
        for product in products:
            own = steps[product.id]
            usual_price = everyday[product.id][0].price if own[0].until else own[0].price
            if own[0].price < usual_price:
                self._portal_add_deal(deals, 'until', product, own[0], usual_price)
            for before, step in zip(own, own[1:], strict=False):
                if step.price < before.price:
                    self._portal_add_deal(deals, 'step', product, step, before.price)
        return deals

    def _portal_add_deal(self, deals, kind, product, step, before):
        # Whole: prices rounded to cents would tear one rule apart.
        percent = round(100 * (1 - step.price / before)) if before else 0
        rule = self.env['product.pricelist.item'].browse(step.key)
        # A rule for one product names its price; one for many, what it takes off.
        is_single = rule.applied_on in ('0_product_variant', '1_product')
        key = step if is_single else reorder.Step(step.start, Decimal(0), step.until, step.key)
        deals[kind, key, percent] |= product

    def _portal_describe_deal(self, kind, step, percent, products, quantities, offers, is_order):
        hints = [
            self._portal_get_deal_hint(product, offers[product.id], quantities.get(product.id), is_order)
            for product in products] if kind == 'step' else []
        saves, hint = max(hints, default=(Decimal(0), ""))
        return {
            'kind': kind,
            'product_ids': products.ids,
            'title': self._portal_get_deal_title(step, products),
            'text': self._portal_get_deal_text(kind, step, percent),
            'hint': hint,
            'until': step.until or False,
            'saves': float(saves),
        }

    def _portal_get_deal_title(self, step, products):
        """The product; for a rule of many its category."""
        rule = self.env['product.pricelist.item'].browse(step.key)
        if len(products) == 1:
            return products.name
        if rule.applied_on == '2_product_category':
            return rule.categ_id.name
        return self.env._("All goods") if rule.applied_on == '3_global' else products[0].product_tmpl_id.name

    def _portal_get_deal_text(self, kind, step, percent):
        _ = self.env._
        price = self._portal_show_amount(step.price) if step.price else ""
        args = {'qty': packs.plain(step.start) if step.start else "", 'price': price, 'percent': percent,
                'day': format_date(self.env, step.until) if step.until else ""}
        if kind == 'step':
            if step.until:
                return _("from %(qty)s until %(day)s: %(price)s each, −%(percent)s%%", **args) if price else _(
                    "from %(qty)s until %(day)s: −%(percent)s%%", **args)
            return _("from %(qty)s: %(price)s each, −%(percent)s%%", **args) if price else _(
                "from %(qty)s: −%(percent)s%%", **args)
        return _("until %(day)s: %(price)s each, −%(percent)s%%", **args) if price else _(
            "until %(day)s: −%(percent)s%%", **args)

    def _portal_get_deal_hint(self, product, offer, qty, is_order):
        """(what it saves, "You usually order 36: 12 more saves ¥24.") or (0, "")."""
        found = qty and reorder.advise(offer, qty)
        if not found or found[2] <= 0:
            return Decimal(0), ""
        args = {'qty': packs.plain(qty), 'more': packs.plain(found[0]), 'product': product.name,
                'saved': self._portal_show_amount(found[2])}
        if is_order:
            return found[2], self.env._("%(more)s more of %(product)s saves %(saved)s.", **args)
        return found[2], self.env._("You usually order %(qty)s: %(more)s more saves %(saved)s.", **args)

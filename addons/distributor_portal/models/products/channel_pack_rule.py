from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Domain

from ...engine import packs
from ...utils import to_decimal

LEVELS = [('item', "Items"), ('case', "Cases of Goods"), ('pallet', "Pallets")]
ALL_GOODS = 0


class ChannelPackRule(models.Model):
    """How many one may order: by product, category or all goods, for a member, a tier or everybody."""

    _name = 'channel.pack.rule'
    _description = "Pack Rule"
    _order = 'member_id, tier_id, product_id, categ_id, id'
    _check_company_auto = True

    company_id = fields.Many2one('res.company', required=True, index=True, default=lambda self: self.env.company)
    member_id = fields.Many2one(
        'channel.member', "Member", index='btree_not_null', ondelete='cascade', check_company=True,
        help="Empty: the members of the tier, or everybody.")
    tier_id = fields.Many2one(
        'channel.tier', "Tier", index='btree_not_null', ondelete='cascade', help="Empty: members of every tier.")
    product_id = fields.Many2one(
        'product.product', "Product", index='btree_not_null', ondelete='cascade', check_company=True)
    categ_id = fields.Many2one(
        'product.category', "Product Category", index='btree_not_null', ondelete='cascade',
        help="With all below it. Empty, and no product either: all goods.")
    level = fields.Selection(
        LEVELS, "Counted In", required=True, default='item',
        help="The unit of the three numbers. A product without such a unit is not touched by the rule.")
    min_qty = fields.Float("At Least", digits='Product Unit', help="0: not stated here.")
    multiple_qty = fields.Float(
        "In Steps Of", digits='Product Unit', help="0: not stated here; 1 with Items: single pieces are allowed.")
    max_qty = fields.Float("At Most per Order", digits='Product Unit', help="Over all lines of an order; 0: no limit.")
    note = fields.Char(help="Why, for staff: a contract, a shelf plan.")
    active = fields.Boolean(default=True)

    _numbers_not_negative = models.Constraint(
        'CHECK (min_qty >= 0 AND multiple_qty >= 0 AND max_qty >= 0)', "Quantities are not negative.")
    _states_something = models.Constraint(
        'CHECK (min_qty > 0 OR multiple_qty > 0 OR max_qty > 0)', "State a minimum, a step or a maximum.")
    _max_not_below_min = models.Constraint(
        'CHECK (max_qty = 0 OR max_qty >= min_qty)', "The most is less than the least.")
    _product_or_category = models.Constraint(
        'CHECK (product_id IS NULL OR categ_id IS NULL)', "Choose a product or a category, not both.")
    _member_or_tier = models.Constraint(
        'CHECK (member_id IS NULL OR tier_id IS NULL)', "Choose a member or a tier, not both.")
    _one_per_scope = models.UniqueIndex(
        '(company_id, COALESCE(member_id, 0), COALESCE(tier_id, 0), COALESCE(product_id, 0), COALESCE(categ_id, 0), '
        'level) WHERE active',
        "There is such a rule already: change that one.")

    # === COMPUTE METHODS === #

    @api.depends('member_id', 'tier_id', 'product_id', 'categ_id', 'level', 'min_qty', 'multiple_qty', 'max_qty')
    @api.depends_context('lang')
    def _compute_display_name(self):
        """Dealer, Yoghurt: cases, at least 2, in steps of 1"""
        _ = self.env._
        levels = dict(self._fields['level']._description_selection(self.env))
        for rule in self:
            who = rule.member_id.display_name or rule.tier_id.name or _("Everybody")
            what = rule.product_id.display_name or rule.categ_id.name or _("all goods")
            numbers = [
                text % f"{value:g}" for text, value in (
                    (_("at least %s"), rule.min_qty), (_("in steps of %s"), rule.multiple_qty),
                    (_("at most %s"), rule.max_qty)) if value]
            rule.display_name = f"{who}, {what}: {levels.get(rule.level, '')}, {', '.join(numbers)}"

    # === BUSINESS METHODS === #

    @api.model
    def _get_rules(self, members, products):
        """Every active rule that can hold for one of these members and one of these products, in one query."""
        categories = {category for product in products for category in self._get_category_path(product)}
        return self.sudo().search_fetch(
            Domain('company_id', 'in', members.company_id.ids)
            & Domain('member_id', 'in', [*members.ids, False])
            & Domain('tier_id', 'in', [*members.tier_id.ids, False])
            & Domain('product_id', 'in', [*products.ids, False])
            & Domain('categ_id', 'in', [*categories, False]),
            ['company_id', 'member_id', 'tier_id', 'product_id', 'categ_id', 'level', 'min_qty', 'multiple_qty',
             'max_qty'])

    @api.model
    def _resolve(self, pairs):
        """{(member, product): engine terms}, in the products' own units; the same answer for orders and the pad.

        :param pairs: list of (member, product)
        """
        members = self.env['channel.member'].union(*(member for member, _product in pairs)).sudo()
        products = self.env['product.product'].union(*(product for _member, product in pairs)).sudo()
        rules = self._get_rules(members, products)
        resolved = {}
        for member, product in pairs:
            if (member, product) not in resolved:
                fitting = [term for rule in rules if (term := rule._to_term(member.sudo(), product.sudo()))]
                own = product.sudo().product_tmpl_id
                resolved[member, product] = packs.resolve_terms(
                    fitting, to_decimal(own.channel_min_qty), to_decimal(own.channel_multiple_qty))
        return resolved

    def _to_term(self, member, product):
        """The rule as the engine knows it, or None where it does not hold for this member and product."""
        self.ensure_one()
        if self.company_id != member.company_id or (self.member_id and self.member_id != member) or (
                self.tier_id and self.tier_id != member.tier_id) or (self.product_id and self.product_id != product):
            return None
        path = self._get_category_path(product)
        if self.categ_id and self.categ_id.id not in path:
            return None
        factor = self._get_factor(product)
        if not factor:
            return None
        # The nearer a category is to the product, the deeper it stands; a product is nearer than any.
        what = 10**6 if self.product_id else path.index(self.categ_id.id) + 1 if self.categ_id else ALL_GOODS
        who = 2 if self.member_id else 1 if self.tier_id else 0
        return packs.PackTerm(
            self.id, who, what, to_decimal(self.min_qty) * factor, to_decimal(self.multiple_qty) * factor,
            to_decimal(self.max_qty) * factor)

    @api.model
    def _get_category_path(self, product):
        """Ids of the product's category and those above it, the topmost first."""
        return [int(part) for part in (product.product_tmpl_id.categ_id.parent_path or '').split('/') if part]

    def _get_factor(self, product):
        """How many of the product's own units make one of the rule's; None where it has no such unit."""
        if self.level == 'item':
            return Decimal(1)
        unit = product._channel_find_unit(self.level)
        return unit and to_decimal(unit.factor, 6) / to_decimal(product.uom_id.factor, 6)

    def _get_holder(self):
        """(whom it is for, in what it counts), as a verdict names them; empty for a rule of everybody's."""
        self.ensure_one()
        who = self.member_id.name or self.tier_id.name
        return (who, self.level) if who else ()

from collections import defaultdict

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ...engine.kinds import Floor
from ...utils import to_decimal


class ChannelPriceFloor(models.Model):
    """The lowest net price for some products, at some places, on a sales channel, for a time."""

    _name = 'channel.price.floor'
    _description = "Price Floor"
    _inherit = ['mail.thread', 'channel.kept.setup']
    _order = 'date_from desc, id desc'

    company_id = fields.Many2one('res.company', required=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related='company_id.currency_id')
    product_id = fields.Many2one(
        'product.product', index=True, ondelete='cascade', tracking=True, help="Empty: all products of the category.")
    categ_id = fields.Many2one(
        'product.category', "Product Category", index=True, ondelete='cascade', tracking=True, help="With all below.")
    territory_id = fields.Many2one(
        'channel.territory', "Where", ondelete='restrict', tracking=True, help="Place of delivery. Empty: everywhere.")
    sales_channel = fields.Selection(
        [('any', "Any"), ('offline', "Shops"), ('online', "Online"), ('project', "Projects")],
        required=True, default='any', tracking=True)
    price = fields.Monetary(
        "Floor", required=True, tracking=True,
        help="Per product unit, before tax, after discounts and later rebates. "
             "Of several floors the one with the narrowest scope holds.")
    date_from = fields.Date("From", required=True, default=fields.Date.context_today, tracking=True)
    date_to = fields.Date("Until", tracking=True, help="Empty: without end.")
    reason = fields.Char(help="Why there is a floor: a margin to keep, a subsidy from a budget.")
    active = fields.Boolean(default=True)

    _price_positive = models.Constraint('CHECK (price > 0)', "A floor is more than zero.")
    _dates_in_order = models.Constraint(
        'CHECK (date_to IS NULL OR date_from <= date_to)', "The floor ends before it starts.")

    # === COMPUTE METHODS === #

    @api.depends('product_id', 'categ_id', 'price')
    def _compute_display_name(self):
        for floor in self:
            floor.display_name = f"{floor.product_id.display_name or floor.categ_id.display_name}: {floor.price:g}"

    # === CONSTRAINT METHODS === #

    @api.constrains('product_id', 'categ_id', 'price')
    def _check_has_scope(self):
        for floor in self:
            if bool(floor.product_id) == bool(floor.categ_id):
                raise ValidationError(self.env._("A floor is for a product or for a category of products."))

    # === BUSINESS METHODS === #

    @api.model
    @tools.ormcache()
    def _has_any(self):
        """Whether there is a floor at all: every order asks."""
        return bool(self.sudo().search_count([], limit=1))

    @api.model
    def _get_floors(self, companies, products, today):
        """{company id: engine floors that these products may fall under}"""
        if not self._has_any():
            return {}
        categories = {int(part) for categ in products.categ_id for part in (categ.parent_path or '').split('/') if part}
        floors = self.search_fetch(
            Domain('company_id', 'in', companies.ids)
            & (Domain('product_id', 'in', products.ids) | Domain('categ_id', 'in', list(categories)))
            & Domain('date_from', '<=', today) & (Domain('date_to', '=', False) | Domain('date_to', '>=', today)),
            ['company_id', 'product_id', 'categ_id', 'territory_id', 'sales_channel', 'price'])
        found = defaultdict(list)
        for floor in floors:
            found[floor.company_id.id].append(Floor(
                floor.product_id.id or 0, floor.categ_id.id or 0, floor.territory_id.code or '', floor.sales_channel,
                to_decimal(floor.price, 6)))
        return found

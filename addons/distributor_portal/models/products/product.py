from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = 'product.template'

    channel_min_qty = fields.Float(
        "Smallest Order", digits='Product Unit', help="In the product's own unit; 0: any quantity.")
    channel_multiple_qty = fields.Float(
        "Ordered in Packs of", digits='Product Unit', help="In the product's own unit; 0: single pieces.")

    _channel_min_not_negative = models.Constraint('CHECK (channel_min_qty >= 0)', "The smallest order is not negative.")
    _channel_multiple_not_negative = models.Constraint('CHECK (channel_multiple_qty >= 0)', "A pack is not negative.")


class ProductProduct(models.Model):
    _inherit = 'product.product'

    # === BUSINESS METHODS === #

    def _channel_find_unit(self, name):
        """The unit that an order calls `name`, by its code ("case") or its name; empty if the product has none such."""
        self.ensure_one()
        wanted = name.strip().casefold()
        units = self.uom_id | self.uom_ids
        return units.filtered(lambda unit: (unit.channel_code or '').casefold() == wanted)[:1] or units.filtered(
            lambda unit: unit.name.casefold() == wanted)[:1]


class UomUom(models.Model):
    _inherit = 'uom.uom'

    channel_code = fields.Char(
        "Channel Code", help="How orders name the unit: item, case, pallet. May serve several units.")


class ProductPricelist(models.Model):
    _inherit = 'product.pricelist'

    channel_member_ids = fields.One2many('channel.member', 'pricelist_id', "Channel Members", groups='base.group_user')

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...engine import packs
from ...utils import to_decimal


class ProductTemplate(models.Model):
    """The packs of a product, and the code that headquarters itself gives it."""

    _inherit = 'product.template'

    channel_min_qty = fields.Float(
        "Smallest Order", digits='Product Unit',
        help="In the product's own unit; 0: any quantity. Pack rules for members and tiers come before it.")
    channel_multiple_qty = fields.Float(
        "Ordered in Packs of", digits='Product Unit',
        help="In the product's own unit; 0: single pieces. Pack rules for members and tiers come before it.")
    channel_extension_code = fields.Char(
        "Extension Code", compute='_compute_channel_extension_code', inverse='_inverse_channel_extension_code',
        search='_search_channel_extension_code',
        help="Headquarters' own code beside the GTIN; orders may name the product by it.")
    channel_gtin_state = fields.Selection(
        related='product_variant_ids.channel_gtin_state', string="Barcode Check")

    _channel_min_not_negative = models.Constraint('CHECK (channel_min_qty >= 0)', "The smallest order is not negative.")
    _channel_multiple_not_negative = models.Constraint('CHECK (channel_multiple_qty >= 0)', "A pack is not negative.")

    # === COMPUTE METHODS === #

    @api.depends('product_variant_ids.channel_extension_code')
    def _compute_channel_extension_code(self):
        self._compute_template_field_from_variant_field('channel_extension_code')

    def _inverse_channel_extension_code(self):
        self._set_product_variant_field('channel_extension_code')

    @api.model
    def _search_channel_extension_code(self, operator, value):
        return [('product_variant_ids.channel_extension_code', operator, value)]

    # === CONSTRAINT METHODS === #

    @api.constrains('uom_id', 'uom_ids')
    def _check_channel_packs(self):
        """A case holds whole items, a pallet whole cases."""
        for template in self:
            leveled = template.uom_ids.filtered('channel_code')
            problem = leveled and packs.find_level_problem(to_decimal(template.uom_id.factor, 6), [
                (unit.name, unit.channel_code.strip().lower(), to_decimal(unit.factor, 6)) for unit in leveled])
            if problem:
                raise ValidationError(self.env['channel.text']._get_sentence(*problem))

    # === ACTION METHODS === #

    def action_channel_generate_pack_gtins(self):
        """Give each pack of these products that has no barcode a GTIN-14 of its own."""
        self.check_access('write')
        return self.product_variant_ids.action_channel_generate_pack_gtins()

    def action_channel_generate_extension_codes(self):
        """Give these products the next free extension codes."""
        self.check_access('write')
        return self.product_variant_ids.action_channel_generate_extension_codes()

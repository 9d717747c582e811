from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...engine import gtin
from .product_product import GTIN_STATES


class ProductUom(models.Model):
    """A pack of a product: Odoo's own barcode of a unit, with what a logistics label says of it."""

    _inherit = 'product.uom'

    channel_level = fields.Char(related='uom_id.channel_code', string="Level", help="item, case, pallet")
    channel_item_qty = fields.Float(
        "Holds", compute='_compute_channel_item_qty', digits='Product Unit', help="In the product's own unit.")
    channel_gtin_state = fields.Selection(
        GTIN_STATES, "Barcode Check", compute='_compute_channel_gtin_state', store=True, precompute=True)
    channel_weight = fields.Float(
        "Gross Weight (kg)", digits='Stock Weight', help="Of the full pack; 0: not known.")
    channel_length = fields.Integer("Length (mm)", help="Outer measure; 0: not known.")
    channel_width = fields.Integer("Width (mm)")
    channel_height = fields.Integer("Height (mm)")

    _channel_measures_not_negative = models.Constraint(
        'CHECK (channel_weight >= 0 AND channel_length >= 0 AND channel_width >= 0 AND channel_height >= 0)',
        "A pack's weight and measures are not negative.")

    # === COMPUTE METHODS === #

    @api.depends('uom_id.factor', 'product_id.uom_id.factor')
    def _compute_channel_item_qty(self):
        for pack in self:
            own = pack.product_id.uom_id.factor
            pack.channel_item_qty = pack.uom_id.factor / own if own else 0

    @api.depends('barcode')
    def _compute_channel_gtin_state(self):
        for pack in self:
            pack.channel_gtin_state = gtin.get_gtin_state(pack.barcode)

    # === CONSTRAINT METHODS === #

    @api.constrains('barcode')
    def _check_channel_gtin(self):
        for pack in self.filtered('barcode'):
            company = pack.company_id or self.env.company
            self.env['channel.text']._check_gtin(pack.barcode, company.channel_requires_gtin)
        spellings = {
            spelling: pack for pack in self for spelling in gtin.get_spellings(pack.barcode)
            if spelling != pack.barcode}
        for model in ('product.product', 'product.uom'):
            for found in self.env[model].sudo().search([('barcode', 'in', list(spellings))]):
                if found != spellings[found.barcode]:
                    raise ValidationError(self.env._(
                        "%(code)s is the same number as %(other)s, which is in use already.",
                        code=spellings[found.barcode].barcode, other=found.barcode))

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...engine import gtin


class ResCompany(models.Model):
    _inherit = 'res.company'

    channel_requires_gtin = fields.Boolean(
        "Only GTINs as Barcodes",
        help="Refuses a product's or a pack's barcode that is no GTIN at all. A GTIN with a wrong check digit is "
             "refused in any case.")
    channel_extension_mask = fields.Char(
        "Shape of Extension Codes", default='EX-######',
        help="# is a digit, @ a capital letter or digit, all else stands as it is: EX-######. The button on products "
             "fills the #s. Empty: any code of capital letters, digits, dots, dashes and slashes.")

    @api.constrains('channel_extension_mask')
    def _check_channel_extension_mask(self):
        for company in self:
            problem = gtin.find_mask_problem(company.channel_extension_mask or '')
            if problem:
                raise ValidationError(self.env['channel.text']._get_code_sentence(problem))


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    channel_requires_gtin = fields.Boolean(related='company_id.channel_requires_gtin', readonly=False)
    channel_extension_mask = fields.Char(related='company_id.channel_extension_mask', readonly=False)

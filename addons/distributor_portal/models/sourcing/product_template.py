from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = 'product.template'

    channel_split = fields.Selection(
        [('yes', "From several warehouses"), ('no', "From one warehouse")], "One Line Ships",
        help="Whether the quantity of one order line may be split over warehouses. Empty: as the company does.")

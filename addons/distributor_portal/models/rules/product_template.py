from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = 'product.template'

    channel_territory_ids = fields.Many2many(
        'channel.territory', 'product_template_channel_territory_rel', 'template_id', 'territory_id', "Sold Only In",
        help="Orders of the channel for other places of delivery break the rule on region-only products. "
             "Empty: sold everywhere.")

from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = 'product.template'

    channel_inspects_arrivals = fields.Boolean(
        "Inspect at the Member",
        help="What a member scans in of it is in inspection first, and sold only when that is over.")

from odoo import fields, models


class ProductPricelist(models.Model):
    _inherit = 'product.pricelist'

    channel_member_ids = fields.One2many('channel.member', 'pricelist_id', "Channel Members", groups='base.group_user')

from odoo import fields, models


class ChannelMemberSku(models.Model):
    """How a member calls our product in its own system."""

    _name = 'channel.member.sku'
    _description = "Member's Product Code"
    _rec_name = 'code'
    _order = 'member_id, code'

    member_id = fields.Many2one('channel.member', required=True, index=True, ondelete='cascade')
    code = fields.Char("Its Code", required=True)
    product_id = fields.Many2one('product.product', "Our Product", required=True, index=True, ondelete='cascade')

    _code_unique = models.Constraint('UNIQUE (member_id, code)', "The member uses this code for another product.")

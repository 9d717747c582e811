from odoo import fields, models


class ChannelFavourite(models.Model):
    """A product that the people of a member have given a star; all of them share it."""

    _name = 'channel.favourite'
    _description = "Favourite Product of a Member"
    _order = 'member_id, id'

    member_id = fields.Many2one('channel.member', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='member_id.company_id', store=True, index=True)
    product_id = fields.Many2one('product.product', "Product", required=True, index=True, ondelete='cascade')

    _one_star = models.Constraint('UNIQUE (member_id, product_id)', "The product is a favourite already.")

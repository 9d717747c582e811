from odoo import fields, models


class ChannelRule(models.Model):
    _inherit = 'channel.rule'

    kind = fields.Selection(
        selection_add=[('order_minimum', "Smallest order amount")], ondelete={'order_minimum': 'cascade'})

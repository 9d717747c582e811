from odoo import fields, models


class ChannelRule(models.Model):
    _inherit = 'channel.rule'

    kind = fields.Selection(
        selection_add=[('overdue', "No invoice is overdue")], ondelete={'overdue': 'cascade'})

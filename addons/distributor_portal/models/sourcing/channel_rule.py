from odoo import fields, models


class ChannelRule(models.Model):
    _inherit = 'channel.rule'

    kind = fields.Selection(
        selection_add=[('urgent', "Urgent order can leave in time")], ondelete={'urgent': 'cascade'})

from odoo import fields, models


class ChannelStockCount(models.Model):
    _inherit = 'channel.stock.count'

    kind = fields.Selection(selection_add=[('device', "Scale")], ondelete={'device': 'cascade'})

from odoo import fields, models


class ChannelTier(models.Model):
    _inherit = 'channel.tier'

    may_order_urgently = fields.Boolean(
        help="Orders of this tier may be urgent: they ship within hours, from the nearest warehouse, at any cost.")

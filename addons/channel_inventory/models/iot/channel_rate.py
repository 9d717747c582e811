from odoo import fields, models

from odoo.addons.distributor_portal.models.base import channel_rate

# A gateway that sends what a day without network has left, and then a message a second.
channel_rate.RATES.setdefault('iot', (300, 1))


class ChannelRate(models.Model):
    _inherit = 'channel.rate'

    kind = fields.Selection(selection_add=[('iot', "Readings of a device")], ondelete={'iot': 'cascade'})

from odoo import fields, models

from odoo.addons.distributor_portal.models.base import channel_rate

# A till that sends each receipt at once, and all of them after a day without network.
channel_rate.RATES.setdefault('push', (600, 1))


class ChannelRate(models.Model):
    _inherit = 'channel.rate'

    kind = fields.Selection(selection_add=[('push', "Pushes of a source")], ondelete={'push': 'cascade'})

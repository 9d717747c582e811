from odoo import fields, models


class ChannelMember(models.Model):
    _inherit = 'channel.member'

    tracks_stock = fields.Boolean(
        "Stock Is Kept", default=True, help="What the member sells on is taken from its stock. Switch it off for "
        "members that report sales only, or their stock falls ever further below nothing.")

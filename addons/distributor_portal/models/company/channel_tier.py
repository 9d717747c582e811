from odoo import fields, models


class ChannelTier(models.Model):
    _inherit = 'channel.tier'

    invites_below = fields.Boolean(
        "Invites First Owners Below",
        help="Owners of this tier may invite the first owner of a member right below that nobody acts for yet.")

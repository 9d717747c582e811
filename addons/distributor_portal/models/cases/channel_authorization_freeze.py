from odoo import fields, models


class ChannelAuthorization(models.Model):
    _inherit = 'channel.authorization'

    channel_frozen_until = fields.Date(related='member_id.channel_frozen_until')

    # === BUSINESS METHODS === #

    def _get_licences(self, members, today, *args, **kwargs):
        """Override of ours to suspend what a frozen member sells under; when the day is over it sells again."""
        licences = super()._get_licences(members, today, *args, **kwargs)
        for member in members:
            if member.channel_frozen_until and member.channel_frozen_until >= today:
                licences[member] = ()
        return licences

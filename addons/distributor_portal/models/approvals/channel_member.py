from odoo import models
from odoo.fields import Domain


class ChannelMember(models.Model):
    _inherit = 'channel.member'

    # === PORTAL === #

    def _portal_get_approvals_domain(self):
        """Override: orders that wait for the user itself, in person or for whom it stands in."""
        return Domain('channel_approval_ids', 'any', self.env.user._channel_get_waiting_domain())

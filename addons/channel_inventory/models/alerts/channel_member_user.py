from odoo import api, fields, models

from odoo.addons.distributor_portal.const import RECEIVING_ROLES
from odoo.addons.distributor_portal.models.company.channel_member_user import WAYS


class ChannelMemberUser(models.Model):
    """Whether a person wants to be told how its stock stands."""

    _inherit = 'channel.member.user'

    notice_stock = fields.Selection(WAYS, "Stock runs low or expires", required=True, default='mail')

    # === BUSINESS METHODS === #

    @api.model
    def _get_topics(self):
        """Override of `distributor_portal` to add stock."""
        return {**super()._get_topics(), 'stock': RECEIVING_ROLES}

from odoo import api, models


class ChannelRule(models.Model):
    _inherit = 'channel.rule'

    # === BUSINESS METHODS === #

    @api.model
    def _get_waiting_kinds(self):
        """Override of `distributor_portal`: stock books are kept here."""
        return {kind: text for kind, text in super()._get_waiting_kinds().items() if kind != 'leakage'}

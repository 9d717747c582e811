from odoo import api, fields, models


class ChannelRule(models.Model):
    _inherit = 'channel.rule'

    opens_case = fields.Boolean(
        "Opens Cases", tracking=True,
        help="What scans of codes tell at night is taken into a case at once, with the scans as evidence. "
             "Without, an analyst looks at the signal first.")

    # === BUSINESS METHODS === #

    @api.model
    def _get_waiting_kinds(self):
        """Override of `distributor_portal`: codes are scanned here."""
        waiting = super()._get_waiting_kinds()
        return {kind: text for kind, text in waiting.items() if kind not in ('scan_place', 'clone')}

from odoo import models

# Of a claim: headquarters decides.
DECIDED_BY_HQ = ('sent', 'second')


class ChannelReceipt(models.Model):
    """Whether what a receipt found waits for headquarters."""

    _inherit = 'channel.receipt'

    # === BUSINESS METHODS === #

    def _channel_waits_for_hq(self, settled_at):
        """A receipt that differs waits with its claim; without one, until settled, unless within the tolerance."""
        self.ensure_one()
        if self.claim_ids:
            return any(claim.state in DECIDED_BY_HQ for claim in self.claim_ids)
        return (not settled_at or self.received_at > settled_at) and bool(self._find_differences())

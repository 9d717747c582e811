from odoo import models
from odoo.tools import ormcache


class SaleOrder(models.Model):
    """What leaks at a member stands beside its next order."""

    _inherit = 'sale.order'

    # === BUSINESS METHODS === #

    def _channel_get_leakage_facts(self):
        """Override of `distributor_portal`: stock books are kept here."""
        if not self._channel_has_leaks():
            return []
        found = self.env['channel.alert']._get_leaks_of(self.channel_member_id).grouped('member_id')
        return [
            alert._to_leak_fact(order.id) for order in self
            for alert in found.get(order.channel_member_id.sudo(), ())]

    @ormcache()
    def _channel_has_leaks(self):
        """Every order asks: nearly always there is none."""
        return bool(self.env['channel.alert'].sudo().search_count(
            [('kind', '=', 'leakage'), ('is_live', '=', True)], limit=1))

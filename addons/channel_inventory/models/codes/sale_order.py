from odoo import models


class SaleOrder(models.Model):
    """What scans tell about a member stands beside its next order."""

    _inherit = 'sale.order'

    # === BUSINESS METHODS === #

    def _channel_get_scan_place_facts(self):
        """Override of `distributor_portal`: codes are scanned here."""
        return self._channel_get_scan_facts('scan_place')

    def _channel_get_clone_facts(self):
        """Override of `distributor_portal`: codes are scanned here."""
        return self._channel_get_scan_facts('clone')

    def _channel_get_scan_facts(self, kind):
        Finding = self.env['channel.code.finding'].sudo()
        if not Finding._has_any(kind):
            return []
        found = Finding.search(
            [('kind', '=', kind), ('member_id', 'in', self.channel_member_id.ids)]).grouped('member_id')
        territories = self.env['channel.code'].sudo()._get_territories([member.id for member in found])
        return [
            finding._to_fact(order.id, territories) for order in self
            for finding in found.get(order.channel_member_id.sudo(), Finding)]

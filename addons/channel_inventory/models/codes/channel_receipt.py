from odoo import models
from odoo.tools import float_compare


class ChannelReceipt(models.Model):
    """What a member scans in by its codes, or counts in full, is received; other codes stay on their way."""

    _inherit = 'channel.receipt'

    # === BUSINESS METHODS === #

    def _after_booking(self, details):
        """Override of `distributor_portal`. :param details: {product id: {…, 'codes': keys that were scanned}}"""
        result = super()._after_booking(details)
        Code = self.env['channel.code'].sudo()
        packed = Code.search([('picking_id', '=', self.picking_id.id), ('state', '=', 'shipped')])
        if not packed:
            return result
        is_full = all(
            not float_compare(line.received_qty, line.shipped_qty, precision_digits=3) for line in self.line_ids)
        keys = [key for detail in details.values() for key in detail.get('codes', ())]
        named = Code.search([('code', 'in', keys), ('top_id', 'in', packed.ids)]) if keys else Code
        received = packed if is_full else self._get_received_codes(named)
        received._act('receive', self.member_id, self.received_at, self)
        return result

    def _get_received_codes(self, named):
        """Of a case and things in it, both scanned, the case: who has it has them."""
        return named.filtered(lambda code: not self._lies_in(code, named))

    def _lies_in(self, code, others):
        parent = code.parent_id
        while parent and parent not in others:
            parent = parent.parent_id
        return bool(parent)

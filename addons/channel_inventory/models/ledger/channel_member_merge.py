from odoo import api, models

from odoo.addons.distributor_portal.utils import to_decimal

from ...engine import ledger
from .channel_stock_entry import DIGITS

# What was counted, found or measured at the one that goes stays its history: of the survivor it would be untrue.
FACTS = {
    'channel.stock.count', 'channel.stock.counted', 'channel.deviation', 'channel.excursion', 'channel.device.count',
    'channel.stock.figure', 'channel.stock.node', 'channel.connector.snapshot',
}


class ChannelMember(models.Model):
    """Two members become one: what lies at the one, or is on its way to it, lies at the other from then on."""

    _inherit = 'channel.member'

    # === BUSINESS METHODS === #

    def _get_merge_problems(self, survivor):
        """Override of `distributor_portal`: stock cannot move to where none is kept."""
        refused, doubts = super()._get_merge_problems(survivor)
        if not survivor.tracks_stock and any(self.sudo().channel_stock_ids.mapped('physical')):
            refused.append(self.env._(
                "Stock lies at %(gone)s, and none is kept of %(stays)s: let its stock be kept first.",
                gone=self.code, stays=survivor.code))
        return refused, doubts

    @api.model
    def _get_merge_fields(self):
        """Override of `distributor_portal`: facts stay with the one they are about."""
        return [field for field in super()._get_merge_fields() if field[0] not in FACTS]

    def _merge_into(self, survivor, is_confirmed=False, adds_limits=False):
        """Override of `distributor_portal` to move the stock, too."""
        result = super()._merge_into(survivor, is_confirmed=is_confirmed, adds_limits=adds_limits)
        self._merge_stock(survivor)
        return result

    def _merge_stock(self, survivor):
        """Out of each position of the one, into the same of the other: all or nothing."""
        note = self.env._("%(gone)s was merged into %(stays)s", gone=self.code, stays=survivor.code)
        moves = []
        for stock in self.env['channel.stock'].sudo().search([('member_id', '=', self.id)]):
            for state in ledger.STATES:
                qty = to_decimal(stock[state], DIGITS)
                for member, sign in ((self, 1), (survivor, -1)):
                    leaves = qty * sign > 0  # what was sold beyond the book goes the other way
                    if qty:
                        moves.append({
                            'member_id': member.id, 'product_id': stock.product_id.id,
                            'lot_id': stock.lot_id.id or None, 'owner_id': stock.owner_id.id or None, 'kind': 'merge',
                            'from_state': state if leaves else None, 'to_state': None if leaves else state,
                            'qty': abs(qty), 'source': 'hq', 'ref_model': self._name, 'ref_id': self.id, 'note': note})
        if moves:
            self.env['channel.stock.entry'].sudo()._post(moves)

from odoo import models

from odoo.addons.distributor_portal.utils import to_decimal

from ..ledger.channel_stock_entry import DIGITS
from .channel_transfer import RESERVED


class ChannelStock(models.Model):
    """What is frozen is promised to nobody."""

    _inherit = 'channel.stock'

    # === BUSINESS METHODS === #

    def _change(self, action, note, qty=None, source='hq'):
        """Override of ours to call off what has reserved the goods: frozen, they could neither leave nor be freed."""
        if action == 'freeze':
            self._get_promised(qty)._cancel(self.env._("The goods were frozen: %s", note))
        return super()._change(action, note, qty, source)

    def _get_promised(self, qty=None):
        """Transfers that have not left, whose goods freezing so much of each of these positions would take."""
        reserved = self.filtered(lambda stock: stock.reserved > 0 and not stock.owner_id and (
            qty is None or qty > to_decimal(stock.available, DIGITS)))
        positions = {(stock.member_id, stock.product_id, stock.lot_id) for stock in reserved}
        return self.env['channel.transfer.line'].sudo().search([
            ('giver_id', 'in', reserved.member_id.ids), ('product_id', 'in', reserved.product_id.ids),
            ('state', 'in', RESERVED)]).filtered(
                lambda line: (line.giver_id, line.product_id, line.lot_id) in positions).transfer_id

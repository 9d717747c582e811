from odoo import models


class StockMove(models.Model):
    _inherit = 'stock.move'

    # === BUSINESS METHODS === #

    def _action_done(self, cancel_backorder=False):
        """Override of `stock`: what is shipped, more or less than ordered, changes what the order takes of credit."""
        moves = super()._action_done(cancel_backorder=cancel_backorder)
        (self.exists() | moves)._channel_refresh_credit()
        return moves

    def _action_cancel(self):
        """Override of `stock`: what is called off takes no credit any more."""
        result = super()._action_cancel()
        # Not forced: Odoo also cancels a move that it merges into another while an order grows.
        self._channel_refresh_credit(is_forced=False)
        return result

    def _channel_refresh_credit(self, is_forced=True):
        orders = self.sudo().sale_line_id.order_id.filtered('channel_member_id')
        orders._channel_refresh_credit(is_forced=is_forced)

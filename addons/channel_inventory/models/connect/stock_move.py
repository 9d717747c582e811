from odoo import models


class StockMove(models.Model):
    """What a warehouse has to know of moves: that they are ready, that they are called off."""

    _inherit = 'stock.move'

    # === BUSINESS METHODS === #

    def _action_assign(self, force_qty=False):
        """Override of `stock`: a delivery that is ready, an arrival that is awaited, is told to its warehouse."""
        result = super()._action_assign(force_qty=force_qty)
        self.picking_id._connect_tell()
        return result

    def _action_confirm(self, merge=True, merge_into=False, create_proc=True):
        """Override of `stock`: arrivals are ready without being assigned."""
        moves = super()._action_confirm(merge=merge, merge_into=merge_into, create_proc=create_proc)
        arrivals = moves.picking_id.filtered(lambda picking: picking.picking_type_code == 'incoming')
        arrivals._connect_tell()
        return moves

    def _action_cancel(self):
        """Override of `stock`: what the warehouse was told of and is called off, it is told too."""
        pickings = self.picking_id.filtered(lambda picking: picking.state != 'cancel')
        result = super()._action_cancel()
        pickings.filtered(lambda picking: picking.state == 'cancel')._connect_tell_cancelled()
        return result

from odoo import models


class StockMove(models.Model):
    """Codes do not wait for a delivery that is called off."""

    _inherit = 'stock.move'

    # === BUSINESS METHODS === #

    def _action_cancel(self):
        """Override of `stock`: what was packed for a delivery that is off can go with another."""
        result = super()._action_cancel()
        cancelled = self.picking_id.filtered(lambda picking: picking.state == 'cancel')
        if cancelled:
            self.env['channel.code'].sudo().search([('picking_id', 'in', cancelled.ids)])._leave_delivery()
        return result

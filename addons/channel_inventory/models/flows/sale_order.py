from odoo import models


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    # === BUSINESS METHODS === #

    def _channel_invoice_received(self):
        """Override of ours: consigned goods are not the member's yet, so nothing is billed by itself."""
        return super(SaleOrder, self.filtered(
            lambda order: not order.sudo().picking_ids.channel_owner_id))._channel_invoice_received()

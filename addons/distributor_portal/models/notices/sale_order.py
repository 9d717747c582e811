from odoo import models


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    # === BUSINESS METHODS === #

    def _get_channel_url(self):
        """Where a member finds the order."""
        self.ensure_one()
        return f'{self.get_base_url()}/my/channel/orders/{self.id}'

    def _get_channel_deliveries(self):
        """What has left: the deliveries, for a mail."""
        self.ensure_one()
        return self.sudo().picking_ids.filtered(
            lambda picking: picking.state == 'done' and picking._channel_is_delivery())

from odoo import models


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    # === PORTAL === #

    def _portal_get_tracking(self):
        """{delivery: what its carrier said, the latest first}, in one query. The caller has checked who asks."""
        self.ensure_one()
        events = self.env['channel.tracking.event'].sudo().search_fetch(
            [('order_id', '=', self.id)], ['picking_id', 'status', 'happened_at', 'place', 'note'], limit=200)
        return events.grouped('picking_id')

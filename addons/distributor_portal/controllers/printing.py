from odoo import http
from odoo.http import request

from .dealer_centre import HOME, DealerCentre


class Printing(DealerCentre):
    """The documents of an order as files."""

    @http.route(f'{HOME}/orders/<int:order_id>/pdf', type='http', auth='user', website=True, methods=['GET'])
    def channel_order_pdf(self, order_id, **_kw):
        """The order as a document, for those who may know its prices."""
        order_sudo = self._channel_get_order(order_id)
        if not order_sudo or not self._channel_sees_money(order_sudo.channel_member_id):
            return request.redirect(f'{HOME}/orders')
        return self._channel_show_document(order_sudo, 'sale.action_report_saleorder')

    @http.route(
        f'{HOME}/orders/<int:order_id>/deliveries/<int:picking_id>/pdf',
        type='http', auth='user', website=True, methods=['GET'])
    def channel_delivery_pdf(self, order_id, picking_id, **_kw):
        """The note that comes with a delivery of the order, from the moment it has left."""
        order_sudo = self._channel_get_order(order_id)
        picking_sudo = order_sudo.picking_ids.filtered(
            lambda picking: picking.id == picking_id and picking.state == 'done' and picking._channel_is_delivery())
        if not picking_sudo:
            return request.redirect(f'{HOME}/orders')
        return self._channel_show_document(picking_sudo, 'stock.action_report_delivery')

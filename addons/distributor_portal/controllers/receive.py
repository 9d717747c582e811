import math

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from ..const import RECEIVING_ROLES
from .dealer_centre import HOME, MAX_ID, DealerCentre

NOTE_LENGTH = 1000
MAX_QTY = 10**6


class Receive(DealerCentre):

    @http.route(f'{HOME}/receive', type='http', auth='user', website=True, methods=['GET'])
    def channel_receive_list(self, **_kw):
        """What is on its way to the user's members."""
        members_sudo = self._channel_get_members(RECEIVING_ROLES)
        if not members_sudo:
            return request.redirect(HOME)
        return request.render('distributor_portal.portal_receive_list', {
            **self._channel_prepare_values('receive'),
            'deliveries': members_sudo._portal_get_deliveries_to_receive(),
            'receipts': request.env['channel.receipt'].sudo().search([('member_id', 'in', members_sudo.ids)], limit=10),
        })

    @http.route(f'{HOME}/receive/<int:picking_id>', type='http', auth='user', website=True, methods=['GET'])
    def channel_receive(self, picking_id, **_kw):
        """Scan in one delivery."""
        picking_sudo = self._channel_get_delivery(picking_id)
        if not picking_sudo:
            return request.redirect(f'{HOME}/receive')
        return self._channel_render_receive(picking_sudo)

    @http.route(f'{HOME}/receive/<int:picking_id>', type='http', auth='user', website=True, methods=['POST'])
    def channel_receive_submit(self, picking_id, note='', **post):
        """Book what was counted: `qty_<product>` and `damaged_<product>`, nothing else is read."""
        picking_sudo = self._channel_get_delivery(picking_id)
        if not picking_sudo:
            return request.redirect(f'{HOME}/receive')
        products = picking_sudo._channel_get_shipped()
        try:
            received = {product.id: _quantity(post.get(f'qty_{product.id}')) for product in products}
            damaged = {product.id: _quantity(post.get(f'damaged_{product.id}')) for product in products}
            if any(damaged[id_] > received[id_] for id_ in received):
                raise UserError(request.env._("Not more can be damaged than was received."))
            picking_sudo._channel_receive(received, damaged, note.strip()[:NOTE_LENGTH])
        except UserError as error:
            return self._channel_render_receive(picking_sudo, error=str(error))
        return request.redirect(f'{HOME}/orders/{picking_sudo.sale_id.id}')

    def _channel_render_receive(self, picking_sudo, error=None):
        return request.render('distributor_portal.portal_receive', {
            **self._channel_prepare_values('receive'),
            'picking': picking_sudo,
            'receipt': picking_sudo.channel_receipt_ids,
            'error': error,
            'receive_props': {
                'lines': [{
                    'id': product.id,
                    'sku': product.default_code or "",
                    'name': product.name,
                    'unit': product.uom_id.name,
                    'shipped': qty,
                    'codes': [code for code in (product.barcode, product.default_code) if code],
                    'packs': [
                        {'code': pack.barcode, 'qty': pack.uom_id._compute_quantity(1, product.uom_id, round=False)}
                        for pack in product.product_uom_ids],
                } for product, qty in picking_sudo._channel_get_shipped().items()],
            },
        })

    def _channel_get_delivery(self, picking_id):
        """A delivery to one of the user's own members, as superuser; empty where there is none for it."""
        if not 0 < picking_id <= MAX_ID:
            return request.env['stock.picking']
        members_sudo = self._channel_get_members(RECEIVING_ROLES)
        return request.env['stock.picking'].sudo().search([
            ('id', '=', picking_id), ('sale_id.channel_member_id', 'in', members_sudo.ids),
            ('picking_type_code', '=', 'outgoing'), ('state', '=', 'done')])


def _quantity(text):
    """A count as a person types it.

    :raise UserError: it is none
    """
    if not text:
        return 0.0
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not (math.isfinite(number) and 0 <= number <= MAX_QTY):
        raise UserError(request.env._("%s is not a quantity.", text[:20]))
    return number

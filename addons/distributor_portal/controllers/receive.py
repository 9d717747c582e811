from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from ..const import RECEIVING_ROLES
from ..engine.parameters import read_number, read_numbers
from ..engine.tables import MAX_BYTES
from ..models.claims.channel_claim_photo import MAX_PHOTOS
from .dealer_centre import HOME, MAX_ID, DealerCentre
from .quantities import read_quantity

NOTE_LENGTH = 1000
SHORT_NOTE = 200
MAX_PARTS = 50_000  # of a form: ten for each of 5,000 products; Werkzeug itself stops at 1,000


class Receive(DealerCentre):

    @http.route(f'{HOME}/receive', type='http', auth='user', website=True, methods=['GET'])
    def channel_receive_list(self, **_kw):
        """What is on its way to the user's members."""
        members_sudo = self._channel_get_members(RECEIVING_ROLES)
        if not members_sudo:
            return request.redirect(HOME)
        deliveries_sudo = members_sudo._portal_get_deliveries_to_receive()
        return request.render('distributor_portal.portal_receive_list', {
            **self._channel_prepare_values('receive'),
            'deliveries': deliveries_sudo,
            'codes': deliveries_sudo._portal_get_codes(),
            'receipts': request.env['channel.receipt'].sudo().search([('member_id', 'in', members_sudo.ids)], limit=10),
        })

    @http.route(f'{HOME}/receive/<int:picking_id>', type='http', auth='user', website=True, methods=['GET'])
    def channel_receive(self, picking_id, scan='', **_kw):
        """Scan in one delivery. :param scan: a code that was scanned to find it, counted at once"""
        picking_sudo = self._channel_get_delivery(picking_id)
        if not picking_sudo:
            return request.redirect(f'{HOME}/receive')
        return self._channel_render_receive(picking_sudo, scan=scan[:100])

    @http.route(
        f'{HOME}/receive/<int:picking_id>', type='http', auth='user', website=True, methods=['POST'],
        max_form_parts=MAX_PARTS)
    def channel_receive_submit(self, picking_id, form_token='', note='', **post):
        """Book what was counted: of each product what `_channel_read_found` reads, nothing else."""
        picking_sudo = self._channel_get_delivery(picking_id)
        if not picking_sudo or not self._channel_take_form(form_token):
            return request.redirect(f'{HOME}/receive/{picking_id}' if picking_sudo else f'{HOME}/receive')
        try:
            with request.env.cr.savepoint():
                received, damaged, details = self._channel_read_found(picking_sudo, post)
                receipt = picking_sudo._channel_receive(received, damaged, note.strip()[:NOTE_LENGTH], details)
        except UserError as error:
            return self._channel_render_receive(picking_sudo, error=str(error), filled={**post, 'note': note})
        claim = receipt.claim_ids[:1]
        return request.redirect(f'{HOME}/claims/{claim.id}' if claim else f'{HOME}/orders/{picking_sudo.sale_id.id}')

    def _channel_read_found(self, picking_sudo, post):
        """({product id: received}, {…: damaged}, {…: wrong, note, reason, photos}) as the form says."""
        received, damaged, details = {}, {}, {}
        reasons = self._channel_get_reasons()
        for product in picking_sudo._channel_get_shipped():
            key = product.id
            received[key], damaged[key], wrong = (
                read_quantity(post.get(f'{name}_{key}')) for name in ('qty', 'damaged', 'wrong'))
            if damaged[key] + wrong > received[key]:
                raise UserError(request.env._("Not more can be damaged or wrong than was received."))
            reason = post.get(f'reason_{key}', '')
            details[key] = {
                'wrong': wrong, 'note': post.get(f'note_{key}', '').strip()[:SHORT_NOTE],
                'reason': read_number(reason) if read_number(reason) in reasons.ids else False,
                'photos': self._channel_read_photos(picking_sudo, product, post)}
        return received, damaged, details

    def _channel_read_photos(self, picking_sudo, product, post):
        """Photos of a product: those sent before the form, and those that come with it.

        :raise UserError: a file that is not taken
        """
        Photo = request.env['channel.claim.photo']
        photos = Photo._find_waiting(
            picking_sudo, read_numbers(post.get(f'photo_{product.id}', '').split(',')[:MAX_PHOTOS]))
        for file in request.httprequest.files.getlist(f'photos_{product.id}')[:MAX_PHOTOS]:
            if file.filename:
                photos |= Photo._add(picking_sudo, product, file.read(MAX_BYTES + 1), photos.ids)
        return photos

    def _channel_get_reasons(self):
        return request.env['channel.claim.reason'].sudo().search([('use', '=', 'claim')])

    def _channel_render_receive(self, picking_sudo, error=None, scan='', filled=None):
        lines = self._channel_describe_shipped(picking_sudo)
        reasons = [{'id': reason.id, 'name': reason.name} for reason in self._channel_get_reasons()]
        return request.render('distributor_portal.portal_receive', {
            **self._channel_prepare_values('receive'),
            'picking': picking_sudo,
            'receipt': picking_sudo.channel_receipt_ids,
            'error': error,
            'filled': filled or {},
            'lines': lines,
            'reasons': reasons,
            'receive_props': {
                'delivery': picking_sudo.id, 'lines': lines, 'reasons': reasons, 'scan': scan,
                'max_photos': MAX_PHOTOS},
        })

    def _channel_describe_shipped(self, picking_sudo):
        """What the page needs of each product of a delivery."""
        lots = picking_sudo._channel_get_lots()
        return [{
            'id': product.id,
            'sku': product.default_code or "",
            'name': product.name,
            'unit': product.uom_id.name,
            'shipped': qty,
            'lots': lots.get(product, []),
            'codes': [code for code in (product.barcode, product.default_code) if code],
            'packs': [
                {'code': pack.barcode, 'qty': pack.uom_id._compute_quantity(1, product.uom_id, round=False)}
                for pack in product.product_uom_ids],
        } for product, qty in picking_sudo._channel_get_shipped().items()]

    def _channel_get_delivery(self, picking_id):
        """A delivery to one of the user's own members, as superuser; empty where there is none for it."""
        if not 0 < picking_id <= MAX_ID:
            return request.env['stock.picking']
        members_sudo = self._channel_get_members(RECEIVING_ROLES)
        return request.env['stock.picking'].sudo().search([
            ('id', '=', picking_id), ('sale_id.channel_member_id', 'in', members_sudo.ids),
            ('picking_type_code', '=', 'outgoing'), ('state', '=', 'done')])

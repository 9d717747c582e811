from odoo import http
from odoo.http import request

from odoo.addons.distributor_portal.controllers.dealer_centre import HOME, MAX_ID, DealerCentre
from odoo.addons.distributor_portal.engine.parameters import read_page
from odoo.addons.portal.controllers.portal import pager as portal_pager

from ..models.iot.channel_device_portal import DEVICE_ROLES

DEVICES = f'{HOME}/devices'
PAGE = 20
EXCURSIONS = 10


class Devices(DealerCentre):
    """The fridges, shelves and doors of a member: what they show, and when they were outside their limits."""

    def _channel_prepare_values(self, page):
        values = super()._channel_prepare_values(page)
        return {**values, 'sees_devices': bool(self._channel_get_members(DEVICE_ROLES))}

    @http.route([DEVICES, f'{DEVICES}/page/<int:page>'], type='http', auth='user', website=True, methods=['GET'])
    def channel_devices(self, page=1, show='all', **_kw):
        """The devices at the user's members."""
        members_sudo = self._channel_get_members(DEVICE_ROLES)
        if not members_sudo:
            return request.redirect(HOME)
        Device = request.env['channel.device'].sudo()
        show = show if show == 'out' else 'all'
        domain = Device._portal_get_domain(members_sudo, show)
        pager = portal_pager(url=DEVICES, url_args={'show': show}, page=read_page(str(page)), step=PAGE,
                             total=Device.search_count(domain, limit=10_000))
        return request.render('channel_inventory.portal_devices', {
            **self._channel_prepare_values('devices'), 'pager': pager, 'show': show,
            'rows': Device.search(domain, limit=PAGE, offset=pager['offset'])._portal_prepare()})

    @http.route(f'{DEVICES}/<int:device_id>', type='http', auth='user', website=True, methods=['GET'])
    def channel_device(self, device_id, **_kw):
        """One of them: what it shows now, the last day, and its excursions."""
        Device = request.env['channel.device'].sudo()
        device_sudo = Device.search([
            ('id', '=', device_id), *Device._portal_get_domain(self._channel_get_members(DEVICE_ROLES))]
        ) if 0 < device_id <= MAX_ID else Device
        if not device_sudo:
            return request.redirect(DEVICES)
        return request.render('channel_inventory.portal_device', {
            **self._channel_prepare_values('devices'), 'device': device_sudo,
            'curve': device_sudo._portal_get_curve(),
            'excursions': request.env['channel.excursion'].sudo().search(
                [('device_id', '=', device_sudo.id)], limit=EXCURSIONS)})

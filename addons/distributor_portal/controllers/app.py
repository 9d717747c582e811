from odoo import http
from odoo.http import request
from odoo.tools import file_open

from ..const import ORDERING_ROLES
from .dealer_centre import HOME
from .pad import OrderPad

ICONS = '/distributor_portal/static/app'
PAD_PARAMETERS = ('lines', 'token', 'note', 'type', 'form', 'urgent', 'requested_date')  # of channel_pad_submit
WORKER = 'distributor_portal/static/app/service_worker.js'


class DealerApp(OrderPad):
    """The dealer centre as an app: what a browser asks to install it, and to open it without network."""

    @http.route(
        f'{HOME}/manifest.webmanifest', type='http', auth='public', website=True, methods=['GET'], readonly=True)
    def channel_manifest(self, **_kw):
        """What a browser needs to install the dealer centre, in the language of the page that asks."""
        return request.make_json_response(
            self._channel_prepare_manifest(), {'Content-Type': 'application/manifest+json'})

    def _channel_prepare_manifest(self):
        _ = request.env._
        app_url = request.env['ir.http']._url_for(HOME)
        name = request.env.company.sudo().name
        entries = [(_("Order"), 'pad'), (_("Receive"), 'receive'), (_("Orders"), 'orders')]
        icon = {'src': f'{ICONS}/icon-192.png', 'sizes': '192x192', 'type': 'image/png'}
        return {
            'id': app_url, 'name': name, 'short_name': name[:12].strip(), 'lang': request.env.lang.replace('_', '-'),
            'start_url': app_url, 'scope': app_url, 'display': 'standalone', 'prefer_related_applications': False,
            'background_color': '#f4f6f8', 'theme_color': '#ffffff',
            'icons': [
                icon,
                {**icon, 'src': f'{ICONS}/icon-512.png', 'sizes': '512x512'},
                {**icon, 'src': f'{ICONS}/icon-maskable-512.png', 'sizes': '512x512', 'purpose': 'maskable'},
            ],
            'shortcuts': [{'name': label, 'url': f'{app_url}/{path}', 'icons': [icon]} for label, path in entries],
        }

    @http.route(f'{HOME}/service-worker.js', type='http', auth='public', methods=['GET'], readonly=True)
    def channel_service_worker(self, **_kw):
        """The service worker, for the pages of the dealer centre in every language."""
        with file_open(WORKER) as worker:
            script = worker.read()
        version = request.env.ref('distributor_portal.portal_offline').sudo().write_date
        return request.make_response(script.replace('__VERSION__', f'{version:%Y%m%d%H%M%S}'), [
            ('Content-Type', 'text/javascript'), ('Service-Worker-Allowed', '/'), ('Cache-Control', 'no-cache')])

    @http.route(f'{HOME}/offline', type='http', auth='public', website=True, methods=['GET'], readonly=True)
    def channel_offline(self, **_kw):
        """What can be done without network. It names nobody: the worker keeps it for whoever holds the device."""
        return request.render('distributor_portal.portal_offline')

    @http.route()
    def channel_pad(self, **kw):
        """Override to say whose page it is: the worker keeps the pad for this person only."""
        response = super().channel_pad(**kw)
        response.headers['X-Channel-User'] = str(request.env.uid)
        return response

    @http.route(f'{HOME}/outbox', type='jsonrpc', auth='user', website=True)
    def channel_outbox(self, member='', user='', **order):
        """Take an order that waited on the device: for the member it was filled for, from the person who filled it.

        The token in it makes a second sending harmless: `channel_pad_submit` answers it with the first result.
        """
        if user != str(request.env.uid):
            return {'status': 'other'}
        wanted = self._channel_get_members(ORDERING_ROLES).filtered(lambda own: own.code == member)
        if not wanted:
            return {'status': 'rejected', 'verdicts': [], 'error': request.env._("You cannot order for this member.")}
        vars(request)['channel_member_id'] = wanted[0].id
        return self.channel_pad_submit(**{key: order[key] for key in PAD_PARAMETERS if key in order})

import time

from odoo import http
from odoo.http import request

from ..engine.iot.payload import MAX_BYTES, Unreadable
from ..engine.push import PushRefused

STATUS = {'unsigned': 401, 'too_large': 413, 'too_many': 413}


class Iot(http.Controller):
    """Where devices and gateways without a broker send their readings, each message signed."""

    @http.route('/channel/iot/readings', type='http', auth='public', methods=['POST'], csrf=False, save_session=False)
    def channel_iot_readings(self, **_kw):
        """Readings as JSON or as one JSON object per line; the answer has one for each."""
        try:
            return request.make_json_response(self._channel_take_readings())
        except (PushRefused, Unreadable) as refused:
            return request.make_json_response({'error': refused.key}, status=STATUS.get(refused.key, 400))

    def _channel_take_readings(self):
        call, headers = request.httprequest, request.httprequest.headers
        if not 0 <= (call.content_length or 0) <= MAX_BYTES:
            raise Unreadable('too_large')
        body = call.get_data(cache=False)
        code, stamp, signature = (headers.get(f'X-Channel-{name}', '') for name in ('Device', 'Timestamp', 'Signature'))
        device_sudo = request.env['channel.device'].sudo()._find_signer(code, stamp, signature, body, time.time())
        request.env['ir.http']._channel_admit('iot', device_sudo.code)
        return device_sudo._take_signed(body, stamp, signature)

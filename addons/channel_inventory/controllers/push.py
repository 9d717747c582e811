import time

from odoo import http
from odoo.http import request

from ..engine import push
from ..engine.push import MAX_BYTES, PushRefused

STATUS = {'unsigned': 401, 'not_json': 400, 'too_many': 413, 'too_large': 413}


class Push(http.Controller):
    """Sales that tills and dealers' systems push, each message signed with the secret of its source."""

    @http.route('/channel/push/<string:source>', type='http', auth='public', methods=['POST'], csrf=False,
                save_session=False)
    def channel_push(self, source, **_kw):
        """Rows as a JSON array or as one object per line; the answer is that of `channel_ingest`."""
        try:
            return request.make_json_response(self._channel_take_push(source))
        except PushRefused as refused:
            return request.make_json_response({'error': refused.key}, status=STATUS[refused.key])

    def _channel_take_push(self, source):
        headers = request.httprequest.headers
        if (request.httprequest.content_length or 0) > MAX_BYTES:
            raise PushRefused('too_large')
        body = request.httprequest.get_data(cache=False)
        if len(body) > MAX_BYTES:
            raise PushRefused('too_large')
        stamp, signature = headers.get('X-Channel-Timestamp', ''), headers.get('X-Channel-Signature', '')
        sources = request.env['channel.source'].sudo()
        signed = sources._find_pusher(source, stamp, signature, body, time.time())
        request.env['ir.http']._channel_admit('push', source)
        return signed._push(push.read_rows(body), signature)

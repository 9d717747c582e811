from odoo import http
from odoo.http import request

from ..engine.connect import signing, soap
from ..engine.connect.reading import write
from ..models.connect.channel_connector_push import MAX_PUSH

XML = ('text/xml', 'application/xml', 'application/soap+xml')


class ChannelConnect(http.Controller):
    """Where the systems of warehouses and carriers call. Signed, so it needs neither login nor form token."""

    @http.route('/channel-connect/<string:token>', type='http', auth='public', methods=['POST'], csrf=False,
                save_session=False)
    def take(self, token, **_ignored):
        """Messages of a connector, as JSON or XML; answered with an ack for each."""
        call = request.httprequest
        limits = request.env['ir.http']
        limits._channel_limit('public', call.remote_addr or '?')
        if not 0 < (call.content_length or 0) <= MAX_PUSH:
            return request.make_json_response({'error': 'size', 'most': MAX_PUSH}, status=413)
        is_xml, body = call.mimetype in XML, call.get_data()
        connector, refusal = request.env['channel.connector']._find_pusher(
            token, body, call.headers.get(signing.HEADER))
        if refusal:
            return request.make_json_response(refusal[1], status=refusal[0])
        limits._channel_admit('push', f'connector {connector.id}')
        status, answer = connector._take_push(body, is_xml)
        if is_xml and status == 200:
            return request.make_response(soap.write_acks(answer['acks']), [('Content-Type', 'text/xml; charset=utf-8')])
        if 'acks' in answer:
            answer = {'acks': [write(ack) for ack in answer['acks']]}
        return request.make_json_response(answer, status=status)

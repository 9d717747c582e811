import json
from decimal import Decimal
from urllib.parse import quote, urlencode

from odoo import api, fields, models

from ...engine.connect import messages, retry
from ...engine.connect.reading import Unreadable

# With one of these the other side may say more than that it refuses.
TELLING = (400, 404, 409, 410, 422)
JSON = {'Content-Type': 'application/json; charset=utf-8', 'Accept': 'application/json'}


class ChannelConnectorRest(models.AbstractModel):
    """Neutral JSON over HTTP: POST /messages, GET /messages?after=…, GET /messages/KEY, GET /ping, POST /token."""

    _name = 'channel.connector.rest'
    _description = "Way of a Connector: REST"
    _inherit = 'channel.connector.way'

    # === HOOKS === #

    @api.model
    def _send(self, connector, envelope):
        """Override to post the message; its key is the idempotency key."""
        body = json.dumps(envelope, ensure_ascii=False, separators=(',', ':')).encode()
        reply = self._call(connector, 'POST', '/messages', body, {**JSON, 'Idempotency-Key': envelope['key']})
        return self._read_ack(reply, envelope['key'])

    @api.model
    def _ask(self, connector, key):
        """Override to look the key up there."""
        reply = self._call(connector, 'GET', f"/messages/{quote(key, safe='')}", headers=JSON)
        if reply.status in (404, 405, 501):
            return messages.Ack(key, 'unknown') if reply.status == 404 else None
        return self._read_ack(reply, key)

    @api.model
    def _fetch(self, connector, after, limit):
        """Override to page through what the other side has to say."""
        query = urlencode({'after': after or '', 'limit': limit})
        data = self._read_json(self._call(connector, 'GET', f'/messages?{query}', headers=JSON))
        found = data.get('messages') if isinstance(data, dict) else None
        cursor = data.get('cursor') if isinstance(data, dict) else None
        if not isinstance(found, list) or not isinstance(cursor, (str, int)) or len(found) > limit:
            raise retry.Failure('contradicts', 'messages')
        return found, str(cursor), data.get('more') is True

    @api.model
    def _test(self, connector):
        data = self._read_json(self._call(connector, 'GET', '/ping', headers=JSON))
        return str(data.get('name') or '')[:60] if isinstance(data, dict) else ''

    @api.model
    def _renew_token(self, connector):
        """Override: OAuth 2, client credentials. The new one is kept with the connector."""
        body = urlencode({
            'grant_type': 'client_credentials', 'client_id': connector.login or '',
            'client_secret': connector.secret or ''}).encode()
        reply = self._get_door(connector).send(
            'POST', f"{connector.endpoint.rstrip('/')}/token", body,
            {'Content-Type': 'application/x-www-form-urlencoded'})
        data = self._read_json(reply)
        token = data.get('access_token') if isinstance(data, dict) else None
        if not isinstance(token, str) or not token.isascii() or not 0 < len(token) <= 4000 or not token.isprintable():
            raise retry.Failure('unauthorised', 'token')
        connector.token = token
        return True

    # === HELPERS === #

    @api.model
    def _read_ack(self, reply, key):
        failure = retry.judge_status(reply.status, fields.Datetime.now(), reply.headers.get('retry-after'))
        if failure and reply.status not in TELLING:
            raise failure
        try:
            return messages.read_ack(_parse(reply.body), key)
        except Unreadable as bad:
            raise failure or retry.Failure('contradicts', str(bad)) from bad
        except ValueError as bad:
            raise failure or retry.Failure('not_understood', 'JSON') from bad

    @api.model
    def _read_json(self, reply):
        failure = retry.judge_status(reply.status, fields.Datetime.now(), reply.headers.get('retry-after'))
        if failure:
            raise failure
        try:
            return _parse(reply.body)
        except ValueError as bad:
            raise retry.Failure('not_understood', 'JSON') from bad


def _parse(body):
    """JSON with numbers as they were written, in UTF-8. :raise ValueError: it is none"""
    try:
        return json.loads(body.decode('utf-8'), parse_float=Decimal)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error

import base64

from odoo import api, fields, models

from ...engine.connect import door, signing
from ...engine.connect.messages import Ack
from ...transport import Door

ALLOWED_HOSTS = 'channel.connect.hosts'


class ChannelConnectorWay(models.AbstractModel):
    """How a connector talks to the other side: what a further implementation inherits, and fills in.

    `_send` and `_fetch` are asked for; `_ask` and `_test` help. All raise `retry.Failure` for what goes wrong, and
    nothing else: the caller knows what is tried again, and when. None of them writes to the database.
    """

    _name = 'channel.connector.way'
    _description = "Way of a Connector"

    # === HOOKS === #

    @api.model
    def _send(self, connector, envelope) -> Ack:
        """Hand over one message and read the answer.

        It may be called again with the same message: the other side knows it by its key.

        :param envelope: neutral JSON, as `engine.connect.messages.write_envelope` makes it
        """
        raise NotImplementedError

    @api.model
    def _fetch(self, connector, after, limit) -> tuple[list, str, bool]:
        """What the other side has to say: (messages as neutral JSON, where they end, whether there is more).

        :param after: where the last ones ended; empty at the first time
        """
        raise NotImplementedError

    @api.model
    def _ask(self, connector, key) -> Ack | None:
        """What became of a message that was sent without seeing the answer; None: the other side does not tell."""
        return None

    @api.model
    def _test(self, connector) -> str:
        """Say hello. :return: what the other side calls itself"""
        raise NotImplementedError

    # === HELPERS === #

    @api.model
    def _call(self, connector, method, path, body=None, headers=None):
        """One HTTP call, signed and with what proves who we are; a token that has run out is renewed once."""
        connector = connector.sudo()
        url = f"{connector.endpoint.rstrip('/')}{path}"
        reply = self._call_once(connector, method, url, body, headers)
        if reply.status == 401 and connector.auth == 'token' and self._renew_token(connector):
            reply = self._call_once(connector, method, url, body, headers)
        return reply

    @api.model
    def _call_once(self, connector, method, url, body, headers):
        headers = {**self._get_auth_headers(connector), **(headers or {})}
        if connector.push_secret:
            headers[signing.HEADER] = signing.sign(connector.push_secret, body or b'', fields.Datetime.now())
        reply = self._get_door(connector).send(method, url, body, headers)
        off = reply.get_clock_off(fields.Datetime.now())
        if off is not None:
            clocks = self.env.context.get('channel_round', {}).setdefault('clocks', {})
            clocks[connector.id] = round(off.total_seconds())
        return reply

    @api.model
    def _get_door(self, connector):
        """One conversation per connector and round: connections are kept open as long."""
        doors = self.env.context.get('channel_round', {}).setdefault('doors', {})
        if connector.id not in doors:
            doors[connector.id] = self._make_door(connector)
        return doors[connector.id]

    @api.model
    def _make_door(self, connector):
        allowed = door.read_allowed(self.env['ir.config_parameter'].sudo().get_param(ALLOWED_HOSTS))
        return Door(allowed, connector.timeout_seconds)

    @api.model
    def _get_auth_headers(self, connector):
        if connector.auth == 'bearer':
            return {'Authorization': f'Bearer {connector.secret or ""}'}
        if connector.auth == 'basic':
            return {'Authorization': _basic(connector.login, connector.secret)}
        if connector.auth == 'token':
            return {'Authorization': f'Bearer {connector.token or ""}'}
        return {}

    @api.model
    def _renew_token(self, connector):
        """Hook for a way that knows tokens which run out. :return: whether there is a new one"""
        return False


def _basic(login, secret):
    return f"Basic {base64.b64encode(f'{login or str()}:{secret or str()}'.encode()).decode()}"

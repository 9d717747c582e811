import json
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import consteq

from ...engine.connect import signing, soap
from ...engine.connect.reading import Unreadable, write

MAX_PUSH = 5 * 1024 * 1024
MAX_MESSAGES = 500


class ChannelConnector(models.Model):
    """What others send us of themselves: believed by its signature, kept, answered at once, done afterwards."""

    _inherit = 'channel.connector'

    # === BUSINESS METHODS === #

    @api.model
    def _find_pusher(self, token, body, signature):
        """Whose this is, by its signature.

        :return: (connector, None), or (none, (HTTP status, answer))
        """
        now = fields.Datetime.now()
        token = token.replace('\x00', '')  # PostgreSQL knows no text with it
        connector = self.sudo().search([('push_token', '=', token)], limit=1) if token else self
        secret = connector.push_secret if connector and consteq(connector.push_token, token) else None
        try:
            signing.verify(secret or '', signature, body, now)
        except signing.Untrusted as untrusted:
            return self.browse(), connector._refuse_push(untrusted, now)
        return connector, None

    def _take_push(self, body, is_xml):
        """Take what this connector has signed.

        :return: (HTTP status, answer: {'acks': [Ack]}, or {'error', 'reason'})
        """
        self.ensure_one()
        try:
            raws = soap.from_xml(body) if is_xml else _read_json(body)
        except Unreadable as bad:
            return 422, {'error': 'unreadable', 'reason': self._explain('unreadable', self._write_problems(bad))}
        except ValueError as bad:
            return 422, {'error': 'unreadable', 'reason': str(bad)[:200]}
        acks = self.env['channel.connector.message'].sudo()._take_in(self, raws)
        if any(ack.status == 'accepted' for ack in acks):
            self._nudge()
        return 200, {'acks': acks}

    def _refuse_push(self, untrusted, now):
        """Unknown, unsigned, wrongly signed look the same; a wrong clock is told to who knows the secret."""
        if untrusted.key != 'clock':
            return 401, {'error': 'not_signed'}
        minutes = round(untrusted.off.total_seconds() / 60)
        self._note_refusal('clock', str(minutes))
        return 401, {'error': 'clock', 'now': write(now), 'reason': self._explain('clock', str(minutes))}


def _read_json(body):
    """The messages of a call: one, or a list under `messages`. :raise ValueError: it is no JSON, or too many"""
    try:
        data = json.loads(body.decode('utf-8'), parse_float=Decimal)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    found = data['messages'] if isinstance(data, dict) and isinstance(data.get('messages'), list) else [data]
    if len(found) > MAX_MESSAGES:
        raise ValueError(f"more than {MAX_MESSAGES} messages in one call")
    return found

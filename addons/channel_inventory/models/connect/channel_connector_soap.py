from lxml.etree import LxmlError
from requests import Response

from odoo import api, fields, models
from odoo.tools import file_path

from ...engine.connect import messages, retry, soap
from ...engine.connect.reading import Unreadable

CONTRACT = 'channel_inventory/data/connect/channel_connect.wsdl'


class ChannelConnectorSoap(models.AbstractModel):
    """The same messages over SOAP 1.1. The contract is a file of ours: nothing is loaded from elsewhere to read it."""

    _name = 'channel.connector.soap'
    _description = "Way of a Connector: SOAP"
    _inherit = 'channel.connector.way'

    # === HOOKS === #

    @api.model
    def _send(self, connector, envelope):
        """Override to call `Send`."""
        answer = self._call_operation(connector, 'Send', message=soap.to_values(envelope))
        return self._read_ack(answer, envelope['key'])

    @api.model
    def _ask(self, connector, key):
        """Override to call `Status`."""
        return self._read_ack(self._call_operation(connector, 'Status', key=key), key)

    @api.model
    def _fetch(self, connector, after, limit):
        """Override to call `Fetch`."""
        answer = self._call_operation(connector, 'Fetch', after=after or '', limit=limit)
        found = answer.get('messages') or [] if isinstance(answer, dict) else None
        if not isinstance(found, list) or len(found) > limit or answer.get('cursor') is None:
            raise retry.Failure('contradicts', 'messages')
        return [soap.from_values(one) for one in found], answer['cursor'], bool(answer.get('more'))

    @api.model
    def _test(self, connector):
        answer = self._call_operation(connector, 'Ping')
        return str(answer.get('name') if isinstance(answer, dict) else answer or '')[:60]

    # === HELPERS === #

    @api.model
    def _get_contract(self):
        """Where the WSDL lies; for other sides with a contract of their own."""
        return file_path(CONTRACT)

    @api.model
    def _call_operation(self, connector, name, **values):
        """:return: the answer as dicts and lists"""
        import zeep  # Half a second, and only who speaks SOAP needs it.
        from zeep.helpers import serialize_object
        client = self._get_client(connector)
        try:
            answer = getattr(client.create_service(
                next(iter(client.wsdl.bindings)), connector.sudo().endpoint), name)(**values)
        except zeep.exceptions.Fault as fault:
            is_ours = str(fault.code or '').rpartition(':')[2].lower() in ('client', 'sender')
            raise retry.Failure('rejected' if is_ours else 'server_error', str(fault.message or '')[:300]) from fault
        except (zeep.exceptions.ValidationError, TypeError) as error:
            raise retry.Failure('invalid', str(error)[:300]) from error
        except (zeep.exceptions.Error, LxmlError, ValueError, LookupError, AttributeError) as error:
            raise retry.Failure('not_understood', 'XML') from error
        return serialize_object(answer, dict)

    @api.model
    def _get_client(self, connector):
        """One client per round: reading the contract takes longer than a call."""
        import zeep
        clients = self.env.context.get('channel_round', {}).setdefault('clients', {})
        if connector.id not in clients:
            clients[connector.id] = zeep.Client(
                self._get_contract(), transport=_make_transport(self, connector),
                settings=zeep.Settings(
                    strict=True, forbid_dtd=True, forbid_entities=True, xsd_ignore_sequence_order=True))
        return clients[connector.id]

    @api.model
    def _read_ack(self, answer, key):
        raw = answer.get('ack', answer) if isinstance(answer, dict) else None
        try:
            return messages.read_ack(raw, key)
        except Unreadable as bad:
            raise retry.Failure('contradicts', str(bad)) from bad


def _make_transport(way, connector):
    """zeep's transport, but through our door, and never anywhere to read a contract."""
    from zeep.transports import Transport

    class DoorTransport(Transport):
        def post(self, address, message, headers):
            reply = way._call(connector, 'POST', '', message, dict(headers))
            # A fault comes with 500 and says more than that.
            if not (reply.status == 500 and b'Fault' in reply.body):
                failure = retry.judge_status(reply.status, fields.Datetime.now(), reply.headers.get('retry-after'))
                if failure:
                    raise failure
            response = Response()
            response.status_code, response._content = reply.status, reply.body
            response.headers.update(reply.headers)
            return response

        def _load_remote_data(self, url):
            raise ValueError("A contract is a file of ours.")

    return DoorTransport()

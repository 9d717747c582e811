"""The contract for SOAP, made of the dataclasses: what they say is said once.

The file that both sides load, `data/connect/channel_connect.wsdl`, is what `make` gives; a test compares them.
"""
from dataclasses import MISSING, fields

from . import messages, reading
from .soap import SPACE

HEAD = f'''<?xml version="1.0" encoding="UTF-8"?>
<definitions name="ChannelConnect" targetNamespace="{SPACE}" xmlns="http://schemas.xmlsoap.org/wsdl/"
    xmlns:tns="{SPACE}" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/">
  <types>
    <xs:schema targetNamespace="{SPACE}" elementFormDefault="qualified">
'''
CALLS = {
    'Ping': ((), (('name', 'xs:string', 0, 1),)),
    'Send': ((('message', 'tns:Message', 1, 1),), (('ack', 'tns:Ack', 1, 1),)),
    'Status': ((('key', 'xs:string', 1, 1),), (('ack', 'tns:Ack', 1, 1),)),
    'Fetch': (
        (('after', 'xs:string', 0, 1), ('limit', 'xs:int', 1, 1)),
        (('messages', 'tns:Message', 0, 'unbounded'), ('cursor', 'xs:string', 0, 1), ('more', 'xs:boolean', 0, 1))),
}


def make() -> str:
    """The WSDL of the service that the other side runs."""
    parts = [HEAD]
    parts += [_type(cls.__name__, [_field(one) for one in fields(cls)]) for cls in _types()]
    parts.append(_type('Message', [
        ('kind', 'xs:string', 1, 1), ('key', 'xs:string', 0, 1), ('at', 'xs:string', 1, 1),
        *((kind, f'tns:{cls.__name__}', 0, 1) for kind, cls in messages.KINDS.items())]))
    for call, (asked, answered) in CALLS.items():
        for name, rows in ((call, asked), (f'{call}Answer', answered)):
            parts.append(f'      <xs:element name="{name}">\n{_rows(rows, 8)}      </xs:element>\n')
    parts.append('    </xs:schema>\n  </types>\n')
    parts += [
        f'  <message name="{name}"><part name="parameters" element="tns:{name}"/></message>\n'
        for call in CALLS for name in (call, f'{call}Answer')]
    parts.append(_service())
    return ''.join(parts)


def _types():
    """Every dataclass of the messages, those first that others are made of."""
    found = []

    def add(cls):
        for one in fields(cls):
            reader = one.metadata['reader']
            if isinstance(reader, (reading.Part, reading.Many)):
                add(reader.of)
        if cls not in found:
            found.append(cls)
    for cls in (*messages.KINDS.values(), messages.Ack):
        add(cls)
    return found


def _field(one):
    reader = one.metadata['reader']
    least = 1 if one.default is MISSING else 0
    if isinstance(reader, reading.Many):
        return one.name, f'tns:{reader.of.__name__}', reader.least, 'unbounded'
    if isinstance(reader, reading.Part):
        return one.name, f'tns:{reader.of.__name__}', least, 1
    return one.name, 'xs:string', least, 1


def _type(name, rows):
    return f'      <xs:complexType name="{name}">\n{_sequence(rows, 8)}      </xs:complexType>\n'


def _rows(rows, indent):
    pad = ' ' * indent
    return f'{pad}<xs:complexType>\n{_sequence(rows, indent + 2)}{pad}</xs:complexType>\n'


def _sequence(rows, indent):
    pad = ' ' * indent
    inside = ''.join(
        f'{pad}  <xs:element name="{name}" type="{type_}" minOccurs="{least}" maxOccurs="{most}"/>\n'
        for name, type_, least, most in rows)
    return f'{pad}<xs:sequence>\n{inside}{pad}</xs:sequence>\n'


def _service():
    port, binding = [], []
    for call in CALLS:
        port.append(
            f'    <operation name="{call}"><input message="tns:{call}"/>'
            f'<output message="tns:{call}Answer"/></operation>\n')
        binding.append(
            f'    <operation name="{call}"><soap:operation soapAction="{SPACE}#{call}"/>'
            '<input><soap:body use="literal"/></input><output><soap:body use="literal"/></output></operation>\n')
    return (
        f'  <portType name="ConnectPort">\n{"".join(port)}  </portType>\n'
        '  <binding name="ConnectBinding" type="tns:ConnectPort">\n'
        '    <soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>\n'
        f'{"".join(binding)}  </binding>\n'
        '  <service name="ConnectService">\n'
        '    <port name="ConnectPort" binding="tns:ConnectBinding">'
        '<soap:address location="https://wms.example.com/soap"/></port>\n'
        '  </service>\n</definitions>\n')

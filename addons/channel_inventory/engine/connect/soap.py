"""The same messages as XML, for those who speak SOAP."""
from collections.abc import Iterable
from typing import Any
from xml.etree import ElementTree  # noqa: S405  only writes; what comes from outside is read by defusedxml

from .messages import Ack, Envelope, write_envelope
from .reading import Problem, Unreadable, write

SPACE = 'urn:channel:connect:1'
ENVELOPE = 'http://schemas.xmlsoap.org/soap/envelope/'
MAX_DEPTH = 12
ElementTree.register_namespace('soap', ENVELOPE)


def to_values(neutral: dict) -> dict:
    """Neutral JSON as the values of the contract: the body under the name of its kind."""
    return {
        'kind': neutral['kind'], 'key': neutral['key'], 'at': neutral['at'],
        neutral['kind']: neutral.get('body') or {}}


def from_values(values: Any) -> Any:
    """Values of the contract as neutral JSON; what is no message is given back as it is, to be told why."""
    if not isinstance(values, dict):
        return values
    kind = values.get('kind')
    return {
        'kind': kind, 'key': values.get('key'), 'at': values.get('at'),
        'body': _without_none(values.get(kind)) if isinstance(kind, str) else None}


def to_xml(envelope: Envelope, operation: str = 'Send') -> bytes:
    """A SOAP 1.1 call that carries the message."""
    root = ElementTree.Element(f'{{{ENVELOPE}}}Envelope')
    body = ElementTree.SubElement(root, f'{{{ENVELOPE}}}Body')
    call = ElementTree.SubElement(body, f'{{{SPACE}}}{operation}')
    message = ElementTree.SubElement(call, f'{{{SPACE}}}message')
    _write(message, to_values(write_envelope(envelope)))
    return ElementTree.tostring(root, encoding='utf-8', xml_declaration=True)


def write_acks(acks: Iterable[Ack]) -> bytes:
    """The answer to a call that carried messages."""
    root = ElementTree.Element(f'{{{ENVELOPE}}}Envelope')
    answer = ElementTree.SubElement(ElementTree.SubElement(root, f'{{{ENVELOPE}}}Body'), f'{{{SPACE}}}SendAnswer')
    for ack in acks:
        _write(ElementTree.SubElement(answer, f'{{{SPACE}}}ack'), write(ack))
    return ElementTree.tostring(root, encoding='utf-8', xml_declaration=True)


def from_xml(data: bytes) -> list[Any]:
    """The messages, as neutral JSON, that stand in an XML text, with or without a SOAP envelope around them.

    :raise Unreadable: it is no XML, or declares entities
    """
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring
    try:
        root = fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise Unreadable([Problem('', 'not_xml', type(error).__name__)]) from error
    found = [one for one in root.iter() if _name(one) == 'message']
    if not found:
        raise Unreadable([Problem('', 'no_message')])
    return [from_values(_read(one, 0)) for one in found]


def _write(parent, values):
    for name, value in values.items():
        for one in value if isinstance(value, list) else [value]:
            child = ElementTree.SubElement(parent, f'{{{SPACE}}}{name}')
            if isinstance(one, dict):
                _write(child, one)
            else:
                child.text = str(one).lower() if isinstance(one, bool) else str(one)


def _read(element, depth):
    """Texts and dicts; what comes more than once is a list."""
    if not len(element):
        return (element.text or '').strip()
    if depth >= MAX_DEPTH:
        return ''
    values: dict[str, Any] = {}
    for child in element:
        value, name = _read(child, depth + 1), _name(child)
        if name not in values:
            values[name] = value
        elif isinstance(values[name], list):
            values[name].append(value)
        else:
            values[name] = [values[name], value]
    return values


def _name(element):
    return element.tag.rpartition('}')[2]


def _without_none(value):
    if isinstance(value, dict):
        return {name: _without_none(part) for name, part in value.items() if part is not None and part != []}
    return [_without_none(one) for one in value] if isinstance(value, list) else value

"""What headquarters and those who store and carry its goods say to each other.

Each message is a dataclass; an envelope says of which kind it is, gives it a key that never comes twice, and the time.
"""
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from .reading import Day, Flag, Many, Moment, Number, Part, Problem, Text, Unreadable, read, said, write

VERSION = 1
MAX_KEY = 120
TRACKING = ('picked_up', 'in_transit', 'out_for_delivery', 'delivered', 'exception', 'returned')


@dataclass(frozen=True, slots=True)
class Address:
    name: str = said(Text(200))
    street: str = said(Text(300), '')
    city: str = said(Text(), '')
    state: str = said(Text(), '')
    zip: str = said(Text(20), '')
    country: str = said(Text(2), '')
    phone: str = said(Text(40), '')


@dataclass(frozen=True, slots=True)
class Line:
    """So much of a product, in the product's own unit."""

    sku: str = said(Text())
    qty: Decimal = said(Number(is_above=True))
    lot: str = said(Text(), '')
    expires: date | None = said(Day(), None)


@dataclass(frozen=True, slots=True)
class StockLine:
    sku: str = said(Text())
    qty: Decimal = said(Number())
    lot: str = said(Text(), '')


@dataclass(frozen=True, slots=True)
class Package:
    number: str = said(Text(60))
    weight: Decimal | None = said(Number(), None)


@dataclass(frozen=True, slots=True)
class ShipmentOrder:
    """Ship this: to a warehouse."""

    ref: str = said(Text(60))
    warehouse: str = said(Text(20))
    ship_to: Address = said(Part(Address))
    lines: tuple[Line, ...] = said(Many(Line))
    ship_by: datetime | None = said(Moment(), None)
    carrier: str = said(Text(), '')
    member: str = said(Text(), '')
    order: str = said(Text(60), '')
    note: str = said(Text(500), '')


@dataclass(frozen=True, slots=True)
class ArrivalOrder:
    """This is on its way to you: to a warehouse."""

    ref: str = said(Text(60))
    warehouse: str = said(Text(20))
    lines: tuple[Line, ...] = said(Many(Line))
    due: datetime | None = said(Moment(), None)
    sender: str = said(Text(200), '')


@dataclass(frozen=True, slots=True)
class OrderCancel:
    """Do not ship, do not wait for it any more."""

    ref: str = said(Text(60))
    reason: str = said(Text(300), '')


@dataclass(frozen=True, slots=True)
class SnapshotRequest:
    """Tell what you hold."""

    place: str = said(Text(20))


@dataclass(frozen=True, slots=True)
class ShipmentAdvice:
    """This has left, to be carried there: to a carrier."""

    ref: str = said(Text(60))
    shipped_at: datetime = said(Moment())
    ship_to: Address = said(Part(Address))
    lines: tuple[Line, ...] = said(Many(Line))
    order: str = said(Text(60), '')
    carrier: str = said(Text(), '')
    tracking: str = said(Text(60), '')
    packages: tuple[Package, ...] = said(Many(Package, least=0), ())


@dataclass(frozen=True, slots=True)
class ShipmentConfirm:
    """This has left: from a warehouse. What is not named did not; `is_final`: nor will it.

    `part` counts, from 1, what one order leaves in: whoever says it may say it in any sequence.
    """

    ref: str = said(Text(60))
    shipped_at: datetime = said(Moment())
    lines: tuple[Line, ...] = said(Many(Line, least=0), ())
    is_final: bool = said(Flag(), True)
    carrier: str = said(Text(), '')
    tracking: str = said(Text(60), '')
    packages: tuple[Package, ...] = said(Many(Package, least=0), ())
    part: Decimal | None = said(Number(is_above=True), None)


@dataclass(frozen=True, slots=True)
class ReceiptConfirm:
    """This has arrived: from a warehouse."""

    ref: str = said(Text(60))
    received_at: datetime = said(Moment())
    lines: tuple[Line, ...] = said(Many(Line, least=0), ())
    is_final: bool = said(Flag(), True)


@dataclass(frozen=True, slots=True)
class StockSnapshot:
    """What lies at a place at a moment; what is not named does not lie there."""

    place: str = said(Text(20))
    counted_at: datetime = said(Moment())
    lines: tuple[StockLine, ...] = said(Many(StockLine, least=0), ())


@dataclass(frozen=True, slots=True)
class TrackingEvent:
    """Where a delivery is: from a carrier. Named by our reference, or by the number the carrier gave."""

    status: str = said(Text(one_of=TRACKING))
    happened_at: datetime = said(Moment())
    ref: str = said(Text(60), '')
    tracking: str = said(Text(60), '')
    place: str = said(Text(), '')
    note: str = said(Text(300), '')
    eta: date | None = said(Day(), None)


OUT = {
    'shipment_order': ShipmentOrder, 'arrival_order': ArrivalOrder, 'order_cancel': OrderCancel,
    'shipment_advice': ShipmentAdvice, 'snapshot_request': SnapshotRequest,
}
IN = {
    'shipment_confirm': ShipmentConfirm, 'receipt_confirm': ReceiptConfirm, 'stock_snapshot': StockSnapshot,
    'tracking_event': TrackingEvent,
}
KINDS = OUT | IN


@dataclass(frozen=True, slots=True)
class Envelope:
    kind: str
    key: str
    at: datetime
    body: Any


@dataclass(frozen=True, slots=True)
class Ack:
    """What the other side answers to a message.

    `status`: accepted, duplicate (taken before: the same), unknown (asked for a key it has not), or rejected with the
    reason.
    """

    key: str = said(Text(MAX_KEY))
    status: str = said(Text(one_of=('accepted', 'duplicate', 'unknown', 'rejected')))
    reason: str = said(Text(500), '')
    ref: str = said(Text(), '')


@dataclass(frozen=True, slots=True)
class _Head:
    kind: str = said(Text(40, tuple(KINDS)))
    at: datetime = said(Moment())
    key: str = said(Text(MAX_KEY), '')


def read_body(kind: str, raw: Any) -> Any:
    """:raise Unreadable: with all that is wrong with it"""
    problems: list[Problem] = []
    body = read(KINDS[kind], raw, 'body', problems)
    if body is not None:
        problems += _check(body)
    if problems:
        raise Unreadable(problems)
    return body


def read_envelope(raw: Any, kinds: Mapping[str, type] = KINDS) -> Envelope:
    """The message that `raw` stands for. One without a key of its own gets one made of what it says.

    Not of when it is said: who says it again may put down another time.

    :param kinds: what is awaited; another kind is a problem, too
    :raise Unreadable: with all that is wrong with it
    """
    problems: list[Problem] = []
    head = read(_Head, raw, '', problems)
    if head and head.kind not in kinds:
        problems.append(Problem('kind', 'unknown_value', head.kind))
    if problems:
        raise Unreadable(problems)
    body = read_body(head.kind, raw.get('body'))
    return Envelope(head.kind, head.key or f'content:{digest([head.kind, write(body)])}', head.at, body)


def read_ack(raw: Any, key: str) -> Ack:
    """:raise Unreadable: it is no answer, or one to another message"""
    problems: list[Problem] = []
    ack = read(Ack, raw, '', problems)
    if ack and ack.key != key:
        problems.append(Problem('key', 'other_key', ack.key))
    if problems:
        raise Unreadable(problems)
    return ack


def write_envelope(envelope: Envelope) -> dict:
    return {
        'version': VERSION, 'kind': envelope.kind, 'key': envelope.key, 'at': write(envelope.at),
        'body': write(envelope.body)}


def digest(raw: Any) -> str:
    """The same for the same content, in whatever sequence its fields stand."""
    text = json.dumps(raw, sort_keys=True, separators=(',', ':'), default=str)
    return hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()


def make_key(kind: str, model: str, record: int, revision: int = 0) -> str:
    """The key of what we say about a record: the same however often it is said."""
    return f'{kind}/{model}/{record}' + (f'/{revision}' if revision else '')


def mended_key(key: str) -> str:
    """The key of a message that says something else now: the other side has refused the former."""
    stem, mark, number = key.rpartition('~')
    return f'{stem}~{int(number) + 1}' if mark and number.isdecimal() else f'{key}~2'


def _check(body):
    """What no single field can know."""
    if isinstance(body, TrackingEvent) and not (body.ref or body.tracking):
        yield Problem('body.ref', 'missing')
    if isinstance(body, (ShipmentConfirm, ReceiptConfirm)) and not body.lines and not body.is_final:
        yield Problem('body.lines', 'too_few', '1')

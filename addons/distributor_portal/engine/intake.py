"""The shape of an incoming order: plain JSON in, typed values and named problems out. Nothing is dropped silently."""
import json
import math
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any

MAX_LINES = 5000
MAX_TEXT = 256
MAX_FORM_FIELDS = 100
MAX_QTY = Decimal(10) ** 9

ORDER_KEYS = {
    'external_id', 'source', 'member', 'requested_date', 'ship_to', 'lines', 'note', 'type', 'properties', 'urgent'}
SHIP_TO_KEYS = {'name', 'street', 'street_code', 'phone'}
LINE_KEYS = {'sku', 'gtin', 'member_sku', 'qty', 'uom', 'price'}
CODE_KEYS = ('sku', 'gtin', 'member_sku')


@dataclass(frozen=True, slots=True)
class IntakeProblem:
    """What could not be read: a text key, the field's name, what was sent, and the line (None: the order's head)."""

    text: str
    field: str
    given: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class IntakeLine:
    """`index` counts from 0 as sent. `qty` is in `uom` ('' means the product's own unit)."""

    index: int
    code_kind: str
    code: str
    qty: Decimal
    uom: str
    price: Decimal | None


@dataclass(frozen=True, slots=True)
class IntakeOrder:
    external_id: str
    source: str
    member: str
    requested_date: date | None
    ship_to: Mapping[str, str]
    note: str
    lines: tuple[IntakeLine, ...]
    problems: tuple[IntakeProblem, ...]
    type: str = ''
    form: Mapping[str, Any] = field(default_factory=dict)  # as sent: its fields are known to the type
    urgent: bool = False


def parse_order(raw: Any, default_source: str = 'api') -> IntakeOrder:
    """Read one order as sent.

    Lines with a problem are left out of `lines`, and each has its problem with its index.
    """
    reader = _Reader()
    if not isinstance(raw, Mapping):
        reader.problem('not_an_object', 'order', raw)
        raw = {}
    reader.unknown_keys(raw, ORDER_KEYS)
    external_id = reader.text(raw, 'external_id', required=True)
    source = reader.text(raw, 'source') or default_source
    member = reader.text(raw, 'member', required=True)
    note = reader.text(raw, 'note', limit=2000)
    requested = reader.date(raw, 'requested_date')
    ship_to = reader.ship_to(raw.get('ship_to'))
    urgent = reader.flag(raw, 'urgent')
    lines = reader.lines(raw.get('lines'))
    type_, form = reader.text(raw, 'type'), reader.form(raw.get('properties'))
    return IntakeOrder(
        external_id, source, member, requested, ship_to, note, tuple(lines), tuple(reader.problems), type_, form,
        urgent)


def fingerprint(raw: Any) -> str:
    """SHA-256 of an order's content, whatever the order of its keys."""
    return sha256(json.dumps(raw, sort_keys=True, separators=(',', ':'), default=str).encode()).hexdigest()


class _Reader:
    def __init__(self):
        self.problems = []

    def problem(self, text, field, given, line=None):
        self.problems.append(IntakeProblem(text, field, _short(given), line))

    def unknown_keys(self, raw, known, line=None):
        for key in raw:
            if key not in known:
                self.problem('unknown_field', _short(key), raw[key], line)

    def text(self, raw, name, line=None, required=False, limit=MAX_TEXT):
        value = raw.get(name)
        if value is None or value is False or value == '':
            if required:
                self.problem('field_missing', name, '', line)
            return ''
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            self.problem('not_a_text', name, value, line)
            return ''
        value = _clean(str(value))
        if not value and required:
            self.problem('field_missing', name, '', line)
        if len(value) > limit:
            self.problem('text_too_long', name, value, line)
            return ''
        return value

    def date(self, raw, name):
        value = raw.get(name)
        if not value:
            return None
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            self.problem('not_a_date', name, value)
            return None

    def flag(self, raw, name):
        value = raw.get(name)
        if value not in (None, True, False):
            self.problem('not_a_flag', name, value)
        return value is True

    def decimal(self, raw, name, line):
        value = raw.get(name)
        if value is None or value is False:
            return None
        number = None
        if isinstance(value, (str, int, float)) and not isinstance(value, bool):
            try:
                number = Decimal(_clean(str(value)))
            except InvalidOperation:
                number = None
        if number is None or not math.isfinite(number) or abs(number) > MAX_QTY:
            self.problem('not_a_number', name, value, line)
            return None
        return number

    def ship_to(self, raw):
        if raw is None or raw is False:
            return {}
        if not isinstance(raw, Mapping):
            self.problem('not_an_object', 'ship_to', raw)
            return {}
        self.unknown_keys(raw, SHIP_TO_KEYS)
        return {name: value for name in sorted(SHIP_TO_KEYS) if (value := self.text(raw, name))}

    def form(self, raw):
        if raw is None or raw is False:
            return {}
        if not isinstance(raw, Mapping) or len(raw) > MAX_FORM_FIELDS:
            self.problem('not_an_object', 'properties', raw)
            return {}
        return {str(name): value for name, value in raw.items()}

    def lines(self, raw):
        if not isinstance(raw, (list, tuple)):
            self.problem('field_missing' if raw is None else 'not_a_list', 'lines', raw)
            return []
        if not raw:
            self.problem('no_lines', 'lines', '')
        if len(raw) > MAX_LINES:
            self.problem('too_many_lines', 'lines', len(raw))
            return []
        read = (self.line(index, line) for index, line in enumerate(raw))
        return [line for line in read if line]

    def line(self, index, raw):
        if not isinstance(raw, Mapping):
            self.problem('not_an_object', 'line', raw, index)
            return None
        before = len(self.problems)
        self.unknown_keys(raw, LINE_KEYS, index)
        codes = [(name, code) for name in CODE_KEYS if (code := self.text(raw, name, index))]
        if not codes and len(self.problems) == before:
            self.problem('no_code', 'sku', '', index)
        elif len(codes) > 1:
            self.problem('two_codes', codes[1][0], codes[1][1], index)
        qty = self.decimal(raw, 'qty', index)
        if qty is None and raw.get('qty') in (None, False):
            self.problem('field_missing', 'qty', '', index)
        uom = self.text(raw, 'uom', index)
        price = self.decimal(raw, 'price', index)
        if len(self.problems) > before:
            return None
        return IntakeLine(index, *codes[0], qty, uom, price)


def _clean(text: str) -> str:
    """Half-width forms, no control characters, no outer blanks: `１２` is 12."""
    text = unicodedata.normalize('NFKC', text)
    return ''.join(char for char in text if unicodedata.category(char)[0] != 'C').strip()


def _short(value: Any) -> str:
    text = _clean(str(value))
    return text if len(text) <= 80 else text[:77] + '...'

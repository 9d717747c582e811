"""What was counted: rows of any system, read, understood or held; and which differences are looked at twice."""
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

CODES = ('sku', 'gtin', 'member_sku')
FUTURE = timedelta(minutes=10)  # clocks differ
OLDEST = timedelta(days=92)
MAX_KEY = 120
MAX_TEXT = 120
MAX_QTY = Decimal(10**9)
MAX_DIGITS = 6  # after the point


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it came in, read: texts are codes. `moment` is what was given, in UTC: a time, or the end of a day."""

    row: int
    source: str
    key: str
    member: str
    code_kind: str
    code: str
    qty: Decimal
    moment: datetime
    uom: str = ''
    lot: str = ''


@dataclass(frozen=True, slots=True)
class Held:
    """A row that cannot be taken, and why."""

    row: int
    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class Counted:
    """A row understood: ids for codes, the product's own unit."""

    row: int
    source: int
    key: str
    member: int
    product: int
    lot: int | None
    qty: Decimal
    moment: datetime


def read(raw: Any, row: int, now: datetime, zone: tzinfo) -> Row | Held:
    """What a row says, as far as it can be told without knowing any code.

    :param now: in UTC, without a zone
    :param zone: where a day ends
    """
    if not isinstance(raw, Mapping):
        return Held(row, '', 'not_a_row')
    texts = {name: _text(raw.get(name)) for name in ('source', 'external_key', 'member', 'uom', 'lot', *CODES)}
    key = texts['external_key'] or ''
    if None in texts.values():
        return Held(row, key, 'not_text')
    if not key or len(key) > MAX_KEY:
        return Held(row, key[:MAX_KEY], 'no_key')
    kind = next((name for name in CODES if texts[name]), None)
    if not texts['member'] or not kind:
        return Held(row, key, 'unknown_product' if texts['member'] else 'unknown_member')
    qty = _number(raw.get('qty'))
    if qty is None:
        return Held(row, key, 'wrong_quantity')
    moment = _moment(raw.get('date'), now, zone)
    if moment is None:
        return Held(row, key, 'wrong_date')
    if not now - OLDEST <= moment <= now + FUTURE:
        return Held(row, key, 'future' if moment > now else 'too_old')
    return Row(row, texts['source'] or 'api', key, texts['member'], kind, texts[kind], qty, moment, texts['uom'],
               texts['lot'])


def understand(row: Row, codes) -> Counted | Held:
    """The row with ids for codes and in the product's own unit. :param codes: `sell_through.Codes`"""
    source, member = codes.sources.get(row.source), codes.members.get(row.member)
    if source is None or member is None:
        return Held(row.row, row.key, 'unknown_member' if source else 'unknown_source')
    factor = Decimal(1)
    if row.code_kind == 'gtin':
        product, factor = codes.gtins.get(row.code, (None, factor))
    elif row.code_kind == 'sku':
        product = codes.skus.get(row.code)
    else:
        product = codes.member_skus.get((member, row.code))
    if product is None:
        return Held(row.row, row.key, 'unknown_product')
    if row.uom:
        factor = codes.units.get((product, row.uom.casefold()))
        if factor is None:
            return Held(row.row, row.key, 'unknown_unit')
    lot = codes.lots.get((product, row.lot)) if row.lot else None
    if row.lot and lot is None:
        return Held(row.row, row.key, 'unknown_lot')
    return Counted(row.row, source, row.key, member, product, lot, row.qty * factor, row.moment)


def drop_ambiguous(rows: Iterable[Counted]) -> tuple[list[Counted], list[Held]]:
    """What one call may say of a product: each lot once, or the product once. Of a key that comes twice the last."""
    good: dict[tuple, Counted] = {}
    held = []
    for row in rows:
        good[row.source, row.key] = row
    seen: dict[tuple, set] = {}
    kept = []
    for row in good.values():
        lots = seen.setdefault((row.member, row.product, row.moment), set())
        if row.lot in lots or (lots and None in {row.lot, *lots}):
            held.append(Held(row.row, row.key, 'counted_twice'))
        else:
            lots.add(row.lot)
            kept.append(row)
    return kept, held


def is_large(book: Decimal, counted: Decimal, rate: Decimal, qty: Decimal) -> bool:
    """Whether a difference is counted again: it is more than so many, and more than a share of the book."""
    difference = abs(counted - book)
    return difference > qty and difference > rate * abs(book)


def _text(value) -> str | None:
    """A code as text: spreadsheets send 2001.0; None for what is no code."""
    if value is None or value is False:
        return ''
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()
    return None if '\x00' in text or len(text) > MAX_TEXT else text


def _number(value) -> Decimal | None:
    """A count: nothing is one, too."""
    if value is None or isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        return None
    try:
        number = Decimal(str(value).strip().replace(',', ''))
    except InvalidOperation:
        return None
    fits = number.is_finite() and 0 <= number <= MAX_QTY and number.as_tuple().exponent >= -MAX_DIGITS
    return number if fits else None


def _moment(value, now, zone) -> datetime | None:
    """Today means now; another day its end, where headquarters is; a time is taken as UTC unless it says its zone."""
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, date):
        return _end_of_day(value, now, zone)
    else:
        text = value.strip() if isinstance(value, str) else ''
        try:
            if len(text) == len('2026-11-01'):
                return _end_of_day(date.fromisoformat(text), now, zone)
            moment = datetime.fromisoformat(text.replace('Z', '+00:00'))
        except ValueError:
            return None
    return moment.astimezone(timezone.utc).replace(tzinfo=None) if moment.tzinfo else moment


def _end_of_day(day, now, zone):
    try:
        end = datetime.combine(day, time.max, zone).astimezone(timezone.utc).replace(tzinfo=None, microsecond=0)
        is_today = now.replace(tzinfo=timezone.utc).astimezone(zone).date() == day
    except OverflowError:
        return None
    return now if is_today else end

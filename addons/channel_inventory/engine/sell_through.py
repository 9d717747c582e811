"""What a member sold on: rows of any system, read, understood, or held with the reason.

A row is taken when member, product, unit, lot, quantity and day are known; everything else is held for a person to
mend, never dropped and never guessed.
"""
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from . import written

CODES = ('sku', 'gtin', 'member_sku')
FIELDS = (
    'source', 'external_key', 'member', *CODES, 'qty', 'uom', 'date', 'price', 'lot', 'sold_to', 'revision',
    'changed_at')
FUTURE = timedelta(days=1)  # the day begins earlier in the east
MAX_KEY = 120
MAX_TEXT = 120
PRICE_DIGITS = 6
BROKEN = ('\x00', '\ufffd')  # nothing, and what a wrong encoding leaves behind
# How a column of a file may be called.
HEADERS = {
    'external_key': ('external_key', 'key', 'id', 'line_id', 'receipt', '单号', '流水号', '行号', '小票号'),
    'member': ('member', 'member_code', 'store', 'store_code', 'dealer', '门店', '门店编码', '客户编码', '经销商编码'),
    'sku': ('sku', 'product', 'item', 'item_code', '商品编码', '物料编码', '货号'),
    'gtin': ('gtin', 'ean', 'barcode', '条码', '商品条码', '69码'),
    'member_sku': ('member_sku', 'own_code', 'their_code', '自编码', '客户商品编码'),
    'qty': ('qty', 'quantity', 'units', '数量', '销量', '销售数量'),
    'uom': ('uom', 'unit', '单位'),
    'date': ('date', 'day', 'sold_on', '日期', '销售日期'),
    'price': ('price', 'unit_price', '单价', '价格'),
    'lot': ('lot', 'batch', '批号', '批次'),
    'sold_to': ('sold_to', 'customer', '客户', '流向'),
    'source': ('source', '来源'),
    'revision': ('revision', 'version', '版本'),
    'changed_at': ('changed_at', 'updated_at', 'modified', '修改时间', '更新时间'),
}
_NAMES = {alias: name for name, aliases in HEADERS.items() for alias in aliases}


@dataclass(frozen=True, slots=True)
class Sale:
    """One row as it came in, read: texts are codes, the quantity is as given, in `uom` or the product's own unit.

    `version` tells two reports of the same row apart: the larger one is the newer.
    """

    row: int
    source: str
    key: str
    member: str
    code_kind: str
    code: str
    qty: Decimal
    day: date
    uom: str = ''
    price: Decimal | None = None
    lot: str = ''
    sold_to: str = ''
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A row that a person has to look at, with all that it said."""

    row: int
    reason: str
    detail: str
    raw: Mapping[str, Any]


@dataclass(slots=True)
class Codes:
    """What codes mean. Ids are whatever the caller uses. A factor says how many own units are in one.

    `aliases` are members as a source calls them: {(source, code): member}; `chosen` is what a person has said that a
    row means: {row: product}.
    """

    sources: dict[str, int] = field(default_factory=dict)
    members: dict[str, int] = field(default_factory=dict)
    aliases: dict[tuple[int, str], int] = field(default_factory=dict)
    skus: dict[str, int] = field(default_factory=dict)
    gtins: dict[str, tuple[int, Fraction]] = field(default_factory=dict)  # code: (product, factor)
    member_skus: dict[tuple[int, str], int] = field(default_factory=dict)
    units: dict[tuple[int, str], Fraction] = field(default_factory=dict)  # (product, unit): factor
    lots: dict[tuple[int, str], int] = field(default_factory=dict)
    chosen: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Limits:
    """What is still believed.

    :param oldest: sales before this day are closed
    :param absurd: more than this in one row, in own units, is taken for a mistake until a person says otherwise
    :param digits: how many a quantity has after the point
    :param members: ids of the only members that may be named; None: all
    """

    today: date
    oldest: date
    absurd: Decimal
    digits: int = 2
    members: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One sale understood, in the product's own unit; negative where a customer brought it back, 0 where it is void."""

    row: int
    source: int
    key: str
    member: int
    product: int
    lot: int | None
    qty: Decimal
    day: date
    price: Decimal | None
    sold_to: str
    version: int | None = None


def find_field(header: str) -> str | None:
    """The field that a column of this name holds, None for one that means nothing to us."""
    return _NAMES.get(header.strip().lower().replace(' ', '_'))


def read_header(header: Iterable[str]) -> list[str | None]:
    """The field that each column of a file holds."""
    return [find_field(cell) for cell in header]


def read(raw: Mapping[str, Any], row: int, source: str = '', style: written.Style = written.PLAIN) -> Sale | Held:
    """What a row says, as far as it can be told without knowing any code.

    :param source: of rows that name none
    """
    def hold(reason, detail=''):
        return Held(row, reason, clean(detail), raw)

    if not isinstance(raw, Mapping):
        return Held(row, 'not_a_row', clean(raw), {})
    get = raw.get
    own_source, key, member, uom, lot, sold_to = (
        _text(get('source')), _text(get('external_key')), _text(get('member')), _text(get('uom')), _text(get('lot')),
        _text(get('sold_to')))
    if None in (own_source, key, member, uom, lot, sold_to):
        return hold('not_text', next(
            name for name in ('source', 'external_key', 'member', 'uom', 'lot', 'sold_to') if _text(get(name)) is None))
    if not key or len(key) > MAX_KEY:
        return hold('no_key', key)
    if not member:
        return hold('unknown_member')
    kind, code = next(((name, _text(raw[name])) for name in CODES if written.is_given(get(name))), ('', ''))
    if not code:
        return hold('unknown_product')
    qty = written.number(get('qty'), style.decimal)
    if qty is None:
        return hold('wrong_quantity', get('qty'))
    day = written.day(get('date'), style.date_order)
    if day is None:
        return hold('wrong_date', get('date'))
    has_price = written.is_given(get('price'))
    price = written.number(get('price'), style.decimal) if has_price else None
    if has_price and (price is None or price < 0):
        return hold('wrong_price', get('price'))
    try:
        version = written.version(get('revision'), get('changed_at'))
    except ValueError as error:
        return hold('wrong_version', error)
    return Sale(
        row, own_source or source, key, member, kind, code, qty, day, uom, price, lot, sold_to[:MAX_TEXT], version)


def understand(sale: Sale, codes: Codes, limits: Limits, raw: Mapping[str, Any]) -> Fact | Held:
    """The sale with ids for codes and in the product's own unit. :param raw: as it came in, kept where it is held"""
    source = codes.sources.get(sale.source)
    if source is None:
        return Held(sale.row, 'unknown_source', clean(sale.source), raw)
    member = codes.members.get(sale.member.upper()) or codes.aliases.get((source, sale.member))
    if member is None or (limits.members is not None and member not in limits.members):
        return Held(sale.row, 'unknown_member', clean(sale.member), raw)
    product, factor = find_product(sale, member, codes)
    if product is None:
        return Held(sale.row, 'unknown_product', clean(sale.code), raw)
    if sale.uom:
        factor = codes.units.get((product, sale.uom.casefold()))
        if factor is None:
            return Held(sale.row, 'unknown_unit', clean(sale.uom), raw)
    lot = codes.lots.get((product, sale.lot)) if sale.lot else None
    if sale.lot and lot is None:
        return Held(sale.row, 'unknown_lot', clean(sale.lot), raw)
    if sale.day > limits.today + FUTURE:
        return Held(sale.row, 'future', sale.day.isoformat(), raw)
    if sale.day < limits.oldest:
        return Held(sale.row, 'too_old', sale.day.isoformat(), raw)
    qty = to_own_unit(sale.qty, factor, limits.digits)
    if qty is None:
        return Held(sale.row, 'wrong_rounding', f"{sale.qty} × {factor}", raw)
    if abs(qty) > limits.absurd:
        return Held(sale.row, 'absurd', str(qty), raw)
    price = sale.price if sale.price is None or factor == 1 else _divide(sale.price, factor)
    return Fact(sale.row, source, sale.key, member, product, lot, qty, sale.day, price, sale.sold_to, sale.version)


def find_product(sale: Sale, member: int, codes: Codes) -> tuple[int | None, Fraction | int]:
    """(the product, own units in one of what the code stands on). What a member has taught goes for any column."""
    if sale.row in codes.chosen:
        return codes.chosen[sale.row], 1
    product, factor = None, 1
    if sale.code_kind == 'gtin':
        product, factor = codes.gtins.get(sale.code, (None, 1))
    elif sale.code_kind == 'sku':
        product = codes.skus.get(sale.code)
    return (product, factor) if product else (codes.member_skus.get((member, sale.code)), 1)


def to_own_unit(qty: Decimal, factor: Fraction | int, digits: int) -> Decimal | None:
    """The quantity in own units, None where it does not come out even: a twelfth of a case has no end."""
    if factor == 1:
        return qty if -qty.as_tuple().exponent <= digits or qty == round(qty, digits) else None
    scaled = Fraction(qty) * factor * 10**digits
    return Decimal(scaled.numerator).scaleb(-digits) if scaled.denominator == 1 else None


def to_factor(ratio: float) -> Fraction:
    """The fraction that a ratio of units stands for: 0.08333… is a twelfth."""
    return Fraction(ratio).limit_denominator(10**6)


def clean(value: Any) -> str:
    """A short text that a database takes."""
    text = str(value)[:MAX_TEXT].replace('\x00', '\ufffd')
    return text if text.isascii() else text.encode('utf-8', 'replace').decode('utf-8')


def _divide(price: Decimal, factor: Fraction) -> Decimal:
    return round(price * factor.denominator / factor.numerator, PRICE_DIGITS)


def _text(value) -> str | None:
    """A code as text: programs send numbers, spreadsheets 2001.0; None for what is no code."""
    if value.__class__ is str:
        text = value.strip()
        return text if text.isascii() and '\x00' not in text else _check_text(text)
    if value is None or value is False:
        return ''
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return _check_text(str(value).strip())


def _check_text(text: str) -> str | None:
    """None for what no database takes, or what was read in a wrong encoding."""
    if any(sign in text for sign in BROKEN):
        return None
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a sign
        return None
    return text

"""Rows of a file of opening stock: each row is good, or says what is wrong with it."""
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from .ledger import STATES

# Header as written in the template → field. Both languages are understood.
HEADERS = {
    'member': 'member', 'member_code': 'member', 'code': 'member', '客户编码': 'member', '门店编码': 'member',
    '经销商编码': 'member',
    'sku': 'sku', 'product': 'sku', 'item': 'sku', '商品编码': 'sku', '物料编码': 'sku', '货号': 'sku',
    'qty': 'qty', 'quantity': 'qty', '数量': 'qty', '库存': 'qty',
    'lot': 'lot', 'batch': 'lot', '批号': 'lot', '批次': 'lot',
    'state': 'state', 'status': 'state', '状态': 'state',
    'date': 'date', '日期': 'date',
}
REQUIRED = ('member', 'sku', 'qty')
STATE_NAMES = {
    '可用': 'available', '可售': 'available', '预留': 'reserved', '待检': 'inspection', '冻结': 'frozen',
    '残次': 'damaged', '破损': 'damaged', '过期': 'expired',
}
MAX_QTY = Decimal(10**9)


@dataclass(slots=True)
class OpeningRow:
    """`errors` are (text key, argument) pairs; ids stand where the row is good."""

    number: int
    values: Mapping[str, str]
    member: int | None = None
    product: int | None = None
    lot: int | None = None
    state: str = 'available'
    qty: Decimal = Decimal()
    day: date | None = None
    errors: list[tuple[str, str]] = field(default_factory=list)


def read_rows(rows: Iterable[tuple[int, list[str]]], header: list[str | None]) -> list[OpeningRow]:
    """The rows below the header. :param header: the field of each column"""
    return [OpeningRow(number, {
        name: cell.strip() for name, cell in zip(header, cells, strict=False) if name and cell and cell.strip()})
        for number, cells in rows]


def check_rows(
    rows: list[OpeningRow], members: Mapping[str, int], products: Mapping[str, int],
    lots: Mapping[tuple[int, str], int], opened: Collection[tuple[int, int]], today: date, oldest: date,
) -> None:
    """Fill in what the codes mean, and what is wrong.

    :param opened: (member, product) that have an opening stock already: the same file again changes nothing
    """
    seen: dict[tuple, int] = {}
    for row in rows:
        values = row.values
        row.errors += [('value_missing', name) for name in REQUIRED if not values.get(name)]
        row.member = _find(row, 'member', members, 'unknown_member')
        row.product = _find(row, 'sku', products, 'unknown_product')
        row.qty = _read_qty(row)
        row.state = _read_state(row)
        row.day = _read_day(row, today, oldest)
        if values.get('lot') and row.product:
            row.lot = lots.get((row.product, values['lot']))
            if row.lot is None:
                row.errors.append(('unknown_lot', values['lot']))
        if (row.member, row.product) in opened:
            row.errors.append(('opened_before', values.get('sku', '')))
        key = row.member, row.product, row.lot, row.state
        first = seen.setdefault(key, row.number)
        if first != row.number and row.member and row.product:
            row.errors.append(('twice', str(first)))


def _find(row, name, ids, error):
    given = row.values.get(name)
    if given and given not in ids:
        row.errors.append((error, given))
    return ids.get(given)


def _read_qty(row):
    given = row.values.get('qty')
    try:
        qty = Decimal((given or '0').replace(',', ''))
    except InvalidOperation:
        qty = Decimal('NaN')
    if given and not (qty.is_finite() and 0 < qty <= MAX_QTY and qty.as_tuple().exponent >= -6):
        row.errors.append(('bad_quantity', given))
        return Decimal()
    return qty


def _read_state(row):
    given = row.values.get('state', 'available').lower().replace(' ', '_')
    state = STATE_NAMES.get(given, given)
    if state not in STATES or state == 'in_transit':
        row.errors.append(('unknown_state', row.values.get('state', '')))
    return state


def _read_day(row, today, oldest):
    given = row.values.get('date')
    if not given:
        return None
    try:
        day = date.fromisoformat(given[:10].replace('/', '-'))
    except ValueError:
        row.errors.append(('bad_date', given))
        return None
    if not oldest <= day <= today:
        row.errors.append(('bad_date', given))
    return day

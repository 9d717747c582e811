"""Rows of an import of members' own product codes: each row is good, or says what is wrong with it."""
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from .tables import read_header

HEADERS = {
    'member': 'member', 'member code': 'member', '成员': 'member', '成员编码': 'member', '经销商编码': 'member',
    'code': 'code', 'their code': 'code', 'its code': 'code', '客户编码': 'code', '对方编码': 'code',
    'product': 'product', 'sku': 'product', 'gtin': 'product', 'our code': 'product', '产品': 'product',
    '产品编码': 'product', '我方编码': 'product',
}
REQUIRED = ('member', 'code', 'product')
MAX_CODE = 64


@dataclass(slots=True)
class SkuRow:
    """`outcome` is create, same (known already) or error; `errors` are (text key, argument) pairs."""

    number: int
    values: Mapping[str, str]
    outcome: str = 'create'
    errors: list[tuple[str, str]] = field(default_factory=list)


def check_sku_rows(
    rows: Iterable[tuple[int, list[str]]], members: Collection[str], products: Mapping[str, str],
    known: Mapping[tuple[str, str], str],
) -> tuple[list[SkuRow], list[str]]:
    """Read and check the rows of a file whose first row is the header.

    :param products: every code of a product that the file may use → its SKU
    :param known: (member's code, its code) → SKU of the product it stands for today
    :return: the rows, and the headers that mean nothing to us
    """
    rows = iter(rows)
    _number, header = next(rows)
    fields, unknown, missing = read_header(header, HEADERS, REQUIRED)
    if missing:
        return [SkuRow(1, {}, 'error', [('column_missing', ", ".join(missing))])], unknown
    read = []
    seen = {}
    for number, cells in rows:
        values = {name: cell.strip() for name, cell in zip(fields, cells, strict=False) if name and cell.strip()}
        row = SkuRow(number, {**values, 'member': values.get('member', '').upper()})
        row.errors += _check(row.values, members, products)
        if not row.errors:
            _match(row, products, known, seen)
        if row.errors:
            row.outcome = 'error'
        read.append(row)
    return read, unknown


def _check(values, members, products):
    for name in REQUIRED:
        if not values.get(name):
            yield 'value_missing', name
    if values['member'] and values['member'] not in members:
        yield 'unknown_member', values['member']
    if values.get('product') and values['product'] not in products:
        yield 'unknown_product', values['product']
    if len(values.get('code', '')) > MAX_CODE:
        yield 'code_too_long', str(MAX_CODE)


def _match(row, products, known, seen):
    """Against what the member uses already, and against the rows above."""
    key, sku = (row.values['member'], row.values['code']), products[row.values['product']]
    stands_for = known.get(key)
    first, said = seen.setdefault(key, (row.number, sku))
    if stands_for and stands_for != sku:
        row.errors.append(('code_taken', stands_for))
    elif said != sku:
        row.errors.append(('code_twice', str(first)))
    elif stands_for or first != row.number:
        row.outcome = 'same'

"""An order list as people have it, in a spreadsheet, a chat or a mail: read into (row, code, quantity, unit, problem).

Nothing is dropped silently: a row that cannot be read comes back with the name of what is wrong.
"""
import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

MAX_ROWS = 5000
MAX_CODE = 128
MAX_QTY = Decimal(10) ** 9
HEADER_WITHIN = 10  # a title and an address may stand above the names of the columns
SAMPLE = 50  # rows that are looked at to guess what a column holds

# What a column may be called, as `_key` writes it. The first kind of code that a file has is the one that counts.
CODE_NAMES = (
    {'code', 'sku', 'item', 'itemcode', 'itemno', 'itemnumber', 'article', 'articleno', 'productcode', 'product',
     'productno', 'partno', 'partnumber', 'material', 'ref', 'reference', 'defaultcode', 'internalreference',
     '编码', '商品编码', '产品编码', '货号', '商品货号', '物料编码', '物料号',
     '料号', '款号', '商品代码', '产品代码', '编号', '商品编号'},
    {'gtin', 'ean', 'ean13', 'upc', 'barcode', '条码', '条形码', '商品条码', '国际条码', '69码'},
    {'yourcode', 'owncode', 'mycode', 'membersku', 'customercode', 'ourcode',
     '自编码', '我方编码', '客户编码', '自有编码', '本店编码'},
    {'name', 'productname', 'itemname', 'description',
     '名称', '品名', '商品名称', '产品名称', '商品', '产品', '货品名称'},
)
QTY_NAMES = {
    'qty', 'quantity', 'orderqty', 'orderquantity', 'ordered', 'pieces',
    '数量', '订货数量', '订购数量', '采购数量', '订货量', '订单数量', '件数', '箱数', '个数', '下单数量', '要货数量'}
UNIT_NAMES = {
    'unit', 'uom', 'pack', 'packaging', 'unitofmeasure', '单位', '计量单位', '包装', '包装单位', '规格单位', '订货单位'}
# How people call a pack level, whatever the unit's own name is.
LEVELS = {
    'item': {'pc', 'pcs', 'piece', 'pieces', 'ea', 'each', 'unit', 'units', 'item', 'items', 'single', 'bottle',
             'bottles', '个', '件', '只', '支', '瓶', '盒', '袋', '包', '杯', '罐', '单件', '单品'},
    'case': {'cs', 'case', 'cases', 'ctn', 'ctns', 'carton', 'cartons', 'box', 'boxes', '箱', '整箱', '件箱', '大箱'},
    'pallet': {'pallet', 'pallets', 'plt', 'pal', 'skid', '托', '托盘', '板', '栈板'},
}
_NUMBER = re.compile(r'[+-]?(\d[\d.,\' ]*)?\d(e[+-]?\d{1,2})?', re.IGNORECASE)
_GROUPED = re.compile(r'[+-]?\d{1,3}([,\' ]\d{3})+(\.\d+)?')
_CONTINENTAL = re.compile(r'[+-]?\d{1,3}((\.\d{3})+|\d*),\d{1,2}|[+-]?\d{1,3}(\.\d{3}){2,}')
_TIMES = re.compile(r'^[x×*✕]\s*(?=\d)|(?<=\d)\s*[x×*✕]$', re.IGNORECASE)
_WITH_UNIT = re.compile(r'([+-]?\d[\d.,]*)\s*([^\W\d_]{1,12}\.?)')
_CHAT = re.compile(r'(.+?)\s*[x×*✕:=]\s*(-?\d[\d.,]*\s*[^\W\d_]{0,12})', re.IGNORECASE)
_CHAT_BACKWARDS = re.compile(r'(-?\d[\d.,]*)\s*[x×*✕]\s+(.+)', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row that wants something. :param given: the quantity as written; `qty` is None where `problem` says why"""

    number: int
    code: str
    qty: Decimal | None
    unit: str
    given: str
    problem: str = ''


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns hold what, from 0. :param codes: the first that is filled in a row counts

    :param header: number of the row with their names; 0: there is none
    """

    codes: tuple[int, ...] = ()
    qty: int | None = None
    unit: int | None = None
    header: int = 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """:param passed_over: numbers of rows with a product and an empty quantity, in a list with named columns"""

    rows: tuple[SheetRow, ...]
    columns: Columns
    passed_over: tuple[int, ...] = ()


def clean(text: str) -> str:
    """Half-width forms, no control characters, single blanks: `ＡＢ　１２` is AB 12."""
    if text.isascii() and text.isprintable():
        return ' '.join(text.split())
    text = unicodedata.normalize('NFKC', text)
    text = ''.join(' ' if char in '\t\n\r' else char for char in text)
    text = ''.join(char for char in text if unicodedata.category(char) not in ('Cc', 'Cf', 'Co', 'Cs'))
    return ' '.join(text.split())


def split_text(text: str) -> tuple[list[tuple[int, list[str]]], Columns | None]:
    """(rows and cells of pasted text, what the columns hold where that is known already).

    Split by tab, semicolon or comma where it has them, else read as people write in chats: code, quantity, unit.
    """
    lines = [
        (number, unicodedata.normalize('NFKC', line)) for number, line in enumerate(text.splitlines(), 1)
        if line.strip()]
    delimiter = _find_delimiter([line for _number, line in lines])
    if delimiter:
        return [(number, [clean(cell).strip('"') for cell in line.split(delimiter)]) for number, line in lines], None
    header = next((number for number, line in lines[:1] if _find_names(line.split()).qty is not None), 0)
    return [(number, _split_words(clean(line))) for number, line in lines], Columns((0,), 1, 2, header)


def find_columns(
    rows: Sequence[tuple[int, Sequence[str]]], known: Collection[str] = frozenset(),
    units: Collection[str] = frozenset(),
) -> Columns:
    """What the columns hold: by their names, else by what stands in them.

    :param known: some codes, as `clean` writes them, by which a column of codes is recognised
    :param units: names of units in small letters, by which a column of units is recognised beside the usual words
    """
    for number, cells in rows[:HEADER_WITHIN]:
        named = _find_names(cells)
        if named.qty is not None:
            return replace(named, header=number)
    return _guess_columns([cells for _number, cells in rows[:SAMPLE]], known, units)


def read_sheet(rows: Sequence[tuple[int, Sequence[str]]], columns: Columns) -> Sheet:
    """Every row below the header that holds anything in one of the columns."""
    read, passed_over = [], []
    for number, cells in rows:
        if number <= columns.header:
            continue
        code = next((found for column in columns.codes if (found := _cell(cells, column))), '')
        given, unit = _cell(cells, columns.qty), _cell(cells, columns.unit)
        if not (code or given):
            continue
        if columns.header and code and not given:
            passed_over.append(number)
            continue
        read.append(read_row(number, code, given, unit))
    return Sheet(tuple(read), columns, tuple(passed_over))


def read_row(number: int, code: str, given: str, unit: str = '') -> SheetRow:
    code, given, unit = clean(code), clean(given), clean(unit)
    qty, own_unit, problem = read_quantity(given)
    if not code:
        problem = 'code_missing'
    elif len(code) > MAX_CODE:
        code, problem = code[:MAX_CODE], 'unknown_code'
    return SheetRow(number, code, qty, (unit or own_unit)[:MAX_CODE], given[:MAX_CODE], problem)


def read_quantity(text: str) -> tuple[Decimal | None, str, str]:
    """(the quantity, a unit written behind it, what is wrong): `24箱`, `x 24`, `1,200`, `1.234,5`."""
    text = _TIMES.sub('', clean(text)).strip()
    if not text:
        return None, '', 'qty_missing'
    unit = ''
    with_unit = _WITH_UNIT.fullmatch(text)
    if with_unit and not _NUMBER.fullmatch(text):
        text, unit = with_unit[1], with_unit[2].rstrip('.')
    number = _to_number(text)
    if number is None:
        return None, unit, 'qty_not_number'
    if number < 0:
        return None, unit, 'qty_negative'
    if not number:
        return None, unit, 'qty_zero'
    if number > MAX_QTY:
        return None, unit, 'qty_too_large'
    return number, unit, ''


def get_level(unit: str) -> str:
    """'item', 'case' or 'pallet' where `unit` is a usual word for one, else ''."""
    word = _key(unit)
    return next((level for level, words in LEVELS.items() if word in words), '')


# --- inside


def _find_delimiter(lines):
    for delimiter in ('\t', ';', ','):
        having = [line for line in lines if delimiter in line]
        if delimiter == ',':  # not the comma of 1,200
            having = [line for line in having if re.search(r',(?!\d{3}(\D|$))', line) or line.count(',') > 1]
        if 2 * len(having) > len(lines):
            return delimiter
    return ''


def _split_words(line):
    """[code, quantity, unit] of a line without delimiters; the code may hold blanks, as names do."""
    backwards = _CHAT_BACKWARDS.fullmatch(line)
    if backwards and len(backwards[1]) <= 6:  # a longer number is a barcode, and the quantity behind it
        return [backwards[2], backwards[1]]
    chat = _CHAT.fullmatch(line)
    if chat:
        return [chat[1], chat[2]]
    words = line.split(' ')
    for place in range(len(words) - 1, 0, -1):
        rest = words[place + 1:]
        number, unit, problem = read_quantity(words[place])
        if problem == 'qty_not_number' or (number is not None and unit and rest):
            continue
        if len(rest) <= 1:
            return [' '.join(words[:place]), words[place], *rest]
    return [line]


def _find_names(cells):
    """The columns that these cells name; none where they do not name both a code and a quantity."""
    names = [_key(cell) for cell in cells]
    codes = tuple(column for kinds in CODE_NAMES for column, name in enumerate(names) if name in kinds)
    qty = next((column for column, name in enumerate(names) if name in QTY_NAMES and column not in codes), None)
    if not codes or qty is None:
        return Columns()
    return Columns(codes, qty, next((column for column, name in enumerate(names) if name in UNIT_NAMES), None))


def _guess_columns(rows, known, units):
    width = max((len(cells) for cells in rows), default=0)
    columns = [[clean(_cell(cells, column)) for cells in rows] for column in range(width)]
    numbers, texts = [], []
    for column, cells in enumerate(columns):
        filled = [cell for cell in cells if cell]
        if not filled:
            continue
        quantities = sum(1 for cell in filled if _is_quantity(cell))
        is_known = sum(1 for cell in filled if cell in known)
        texts.append((-is_known, quantities == len(filled), -len(set(filled)), column))
        numbers.append((
            is_known > len(filled) / 2, -quantities / len(filled), any('.' in cell for cell in filled),
            _is_running(filled), column))
    if not texts:
        return Columns()
    code = min(texts)[3]
    # Prices and numbers of rows look like quantities too: what has cents or runs up by one comes last.
    qty = next((column for is_code, share, _cents, _runs, column in sorted(numbers)
                if column != code and not is_code and share <= -.5), None)
    others = [column for column in range(width) if column not in (code, qty)]
    unit = next((column for column in others if _holds_units(columns[column], units)), None)
    if unit is None and qty is not None and qty + 1 in others and _looks_like_units(columns[qty + 1]):
        unit = qty + 1  # one that nobody knows is told in its row, not passed over
    return Columns((code,), qty, unit)


def _is_quantity(cell):
    """A number that somebody would order, and not one printed under bars."""
    number, _unit, problem = read_quantity(cell)
    return bool(problem in ('qty_negative', 'qty_zero') or (number is not None and number < 10**6))


def _holds_units(cells, units):
    filled = [cell for cell in cells if cell]
    return 2 * sum(1 for cell in filled if get_level(cell) or cell.casefold() in units) > len(filled)


def _looks_like_units(cells):
    """A few short words over and over, and no remarks."""
    filled = [cell for cell in cells if cell]
    return bool(filled) and all(len(cell) <= 12 and not any(map(str.isdigit, cell)) for cell in filled) and (
        len(set(filled)) <= max(3, len(filled) // 5))


def _is_running(cells):
    return len(cells) > 1 and cells == [str(int(cells[0]) + place) for place in range(len(cells))] if (
        cells[0].isascii() and cells[0].isdigit()) else False


def _to_number(text):
    if not _NUMBER.fullmatch(text):
        return None
    if _GROUPED.fullmatch(text):
        text = re.sub(r"[,' ]", '', text)
    elif _CONTINENTAL.fullmatch(text):
        text = text.replace('.', '').replace(',', '.')
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _cell(cells: Sequence[str], column: int | None) -> str:
    return cells[column].strip() if column is not None and column < len(cells) else ''


def _key(text: str) -> str:
    """Small letters and digits only: `Order Qty.` is orderqty."""
    return ''.join(char for char in clean(text).casefold() if char.isalnum())

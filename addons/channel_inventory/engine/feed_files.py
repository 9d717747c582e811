"""Files of sales, row by row: text of any encoding and delimiter, and Parquet. Memory stays flat however long.

Workbooks are read elsewhere, as a whole and apart: here is what grows to millions of rows.
"""
import codecs
import contextlib
import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, BinaryIO

from .sell_through import CODES, find_field
from .written import PLAIN, Style, is_given
from .written import day as read_day
from .written import number as read_number

BLOCK = 2**20
MAX_COLUMNS = 200
MAX_FIELD = 2**15
HEADER_WITHIN = 10  # rows; above it there may be a title
BATCH = 20_000
MAX_ROW_GROUP = 512 * 2**20
BOMS = {codecs.BOM_UTF8: 'utf-8-sig', codecs.BOM_UTF16_LE: 'utf-16', codecs.BOM_UTF16_BE: 'utf-16'}
KINDS = ('text', 'parquet', 'workbook')
JOIN = '|'


class FileError(ValueError):
    """The file cannot be read. `key` names the reason, `args[0]` details it."""

    def __init__(self, key: str, detail: str = ''):
        super().__init__(detail)
        self.key = key


@dataclass(frozen=True, slots=True)
class Scan:
    """What a first look at all bytes says: their digest, what kind of file it is, its lines, its encoding."""

    digest: str
    size: int
    kind: str
    encoding: str = ''
    lines: int = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """How the rows of a file become rows of sales.

    :param columns: {header as the file writes it: field}, beside those whose names say what they hold
    :param key: headers that make the key of a row together, where no single column does
    :param constants: what every row says that does not say it itself
    :param fixed: what every row says, whatever stands in it
    :param needs_key: whether a file without keys is refused
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    key: Sequence[str] = ()
    constants: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    style: Style = PLAIN
    needs_key: bool = True


def scan(file: BinaryIO) -> Scan:
    """Look at all bytes once.

    :raise FileError: empty, or neither text nor one of the kinds that are taken
    """
    file.seek(0)
    head = file.read(8)
    file.seek(0)
    digest, size, lines, is_utf8, has_nul = hashlib.sha256(), 0, 0, True, False
    decoder = codecs.getincrementaldecoder('utf-8')()
    while block := file.read(BLOCK):
        digest.update(block)
        size += len(block)
        lines += block.count(b'\n')
        has_nul = has_nul or b'\x00' in block
        if is_utf8:
            is_utf8 = _decodes(decoder, block)
    if not size:
        raise FileError('file_empty')
    file.seek(0)
    kind = 'parquet' if head[:4] == b'PAR1' else 'workbook' if head[:2] == b'PK' else 'text'
    encoding = ''
    if kind == 'text':
        encoding = next((name for bom, name in BOMS.items() if head.startswith(bom)), '')
        if head.startswith((b'\xd0\xcf\x11\xe0', b'%PDF', b'\x1f\x8b', b'\x7fELF')):
            raise FileError('not_a_table')
        encoding = encoding or ('utf-8' if is_utf8 and _decodes(decoder, b'', True) else 'gb18030')
        if has_nul and encoding == 'gb18030':
            raise FileError('not_a_table')  # neither: a picture, a program
    return Scan(digest.hexdigest(), size, kind, encoding, lines if kind == 'text' else 0)


def _decodes(decoder, block, final=False):
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def iter_text(file: BinaryIO, encoding: str) -> Iterator[tuple[int, list[str]]]:
    """(row number, cells) of every row that is not blank.

    :raise FileError: quotation marks that do not match, or more columns than a table has
    """
    file.seek(0)
    # What cannot be read becomes a sign that no code has: such a row is held, and not the file.
    text = io.TextIOWrapper(file, encoding, errors='replace', newline='')
    try:
        sample = text.read(4096)
        text.seek(0)
        lines, delimiter = (line.replace('\x00', '\ufffd') if '\x00' in line else line for line in text), ''
        if sample.startswith('sep=') and sample[5:6] in '\r\n':  # Excel's own way to name the delimiter
            delimiter = sample[4]
            next(lines)
        csv.field_size_limit(MAX_FIELD)
        reader = csv.reader(lines, delimiter=delimiter or _find_delimiter(sample), strict=True)
        for cells in reader:
            if len(cells) > MAX_COLUMNS:
                raise FileError('too_many_columns', str(MAX_COLUMNS))
            if any(cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise FileError('broken_quotes', str(reader.line_num)) from error
    finally:
        with contextlib.suppress(ValueError):  # closed by whoever has opened it
            text.detach()


def _find_delimiter(sample: str) -> str:
    """What stands most often in the first line that has any."""
    for line in sample.splitlines():
        best = max(',;\t|', key=line.count)
        if best in line:
            return best
    return ','


def iter_parquet(file: BinaryIO) -> Iterator[tuple[int, list[Any]]]:
    """The header, then (row number, cells): row groups one after the other.

    :raise FileError: no Parquet file, or one whose row groups are too large to hold
    """
    import pyarrow  # noqa: PLC0415  heavy, and only Parquet needs it
    from pyarrow import parquet
    try:
        table = parquet.ParquetFile(file, pre_buffer=False)
        meta = table.metadata
        if any(meta.row_group(place).total_byte_size > MAX_ROW_GROUP for place in range(meta.num_row_groups)):
            raise FileError('row_group_too_large')
        names = table.schema_arrow.names[:MAX_COLUMNS]
        yield 1, names
        number = 1
        for batch in table.iter_batches(BATCH, columns=names, use_threads=False):
            columns = [column.to_pylist() for column in batch.columns]
            for cells in zip(*columns, strict=True):
                number += 1
                yield number, list(cells)
    except (pyarrow.ArrowException, OSError, OverflowError) as error:
        raise FileError('not_a_table', type(error).__name__) from error


def to_rows(table: Iterator[tuple[int, Sequence[Any]]], layout: Layout) -> Iterator[tuple[int, dict[str, Any]]]:
    """(row number, row of sales) of a table whose first rows hold the names of its columns.

    :raise FileError: no row names the columns that every sale needs
    """
    table = iter(table)
    seen = []
    for number, cells in islice(table, HEADER_WITHIN):
        seen.append((number, cells))
        fields = match_columns(cells, layout)
        if 'qty' in fields and 'date' in fields:
            break
    else:
        raise FileError('no_header', ', '.join(missing(match_columns(seen[0][1], layout) if seen else [], layout)))
    lacking = missing(fields, layout)
    if lacking:
        raise FileError('column_missing', ', '.join(lacking))
    return _make_rows(table, cells, fields, layout)


def match_columns(header: Sequence[Any], layout: Layout) -> list[str | None]:
    """The field of each column; of two that mean the same the first counts."""
    own = {_plain(name): field_ for name, field_ in layout.columns.items()}
    found, seen = [], set()
    for cell in header:
        name = own[_plain(cell)] if _plain(cell) in own else find_field(str(cell))
        found.append(name if name and name not in seen else None)
        seen.add(name)
    return found


def missing(fields: Sequence[str | None], layout: Layout) -> list[str]:
    """What a sale needs and these columns do not say."""
    said = {*filter(None, fields), *layout.constants, *layout.fixed, *(
        ('external_key',) if layout.key or not layout.needs_key else ())}
    return [name for name in ('external_key', 'member', 'qty', 'date') if name not in said] + (
        [] if said.intersection(CODES) else ['sku'])


def _make_rows(table, header, fields, layout):
    places = [(place, name) for place, name in enumerate(fields) if name]
    wanted = [_plain(name) for name in layout.key]
    headers = [_plain(cell) for cell in header]
    key_places = [headers.index(name) for name in wanted if name in headers]
    if len(key_places) < len(wanted):
        raise FileError('column_missing', ', '.join(name for name in wanted if name not in headers))
    constants, fixed = dict(layout.constants), dict(layout.fixed)
    for number, cells in table:
        width = len(cells)
        raw = {**constants, **{name: cells[place] for place, name in places if place < width and cells[place] not in (
            None, '')}, **fixed}
        if key_places:
            parts = [str(cells[place]).strip() if place < width else '' for place in key_places]
            raw['external_key'] = JOIN.join(parts) if any(parts) else ''
        yield number, raw


def add_up(rows: Iterable[tuple[int, dict[str, Any]]], prefix: str, style: Style = PLAIN) -> list[dict[str, Any]]:
    """Rows without keys as one row per day, product, unit and lot, whose key says just that.

    The same list again, mended, replaces what it said before. What cannot be added is left as it is.
    """
    sums: dict[tuple, dict[str, Any]] = {}
    for number, raw in rows:
        if is_given(raw.get('external_key')):
            sums[number,] = {**raw, 'external_key': f"{prefix}{raw['external_key']}"}
            continue
        day, qty = read_day(raw.get('date'), style.date_order), read_number(raw.get('qty'), style.decimal)
        parts = [str(raw.get(name) or '').strip() for name in (*CODES, 'uom', 'lot')]
        if day is None or qty is None:
            sums[number,] = {**raw, 'external_key': f'{prefix}row {number}'}
            continue
        key = JOIN.join([day.isoformat(), *filter(None, parts)])
        known = sums.setdefault((key,), {**raw, 'qty': 0, 'date': day.isoformat(), 'external_key': f'{prefix}{key}'})
        known['qty'] += qty
    return list(sums.values())


def guess_key(header: Sequence[Any], layout: Layout) -> list[str]:
    """Where no column is a key: member, day, product and lot, as far as the file has them."""
    fields = match_columns(header, layout)
    return [str(cell) for cell, name in zip(header, fields, strict=True) if name in ('member', 'date', *CODES, 'lot')]


def _plain(cell: Any) -> str:
    return ' '.join(str(cell).split()).casefold()

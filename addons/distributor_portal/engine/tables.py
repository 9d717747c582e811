"""Rows of a CSV or XLSX file that somebody uploads: sniffed, capped, text only. And the CSV files that we give out.

The caps hold whatever the file declares of itself: a 2 KiB workbook can claim 16 billion cells.
"""
import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any

MAX_BYTES = 20 * 2**20
MAX_ROWS = 200_000
MAX_COLUMNS = 200
MAX_CELL = 2000
MAX_UNPACKED = 200 * 2**20
MAX_ENTRIES = 1000
MAX_RATIO = 100
MAX_BLANK_RUN = 1000
FORMULA_STARTS = ('=', '+', '-', '@', '\t', '\r')


class TableError(ValueError):
    """The file cannot be read as a table. `key` names the reason, `args[0]` details it."""

    def __init__(self, key: str, detail: str = ''):
        super().__init__(detail)
        self.key = key


def read_table(content: bytes, max_rows: int = MAX_ROWS) -> list[tuple[int, list[str]]]:
    """(row number as the reader of the file counts it, cells as text) of every row that is not blank.

    :raise TableError: empty, too large, not a table, or built to harm
    """
    if not content:
        raise TableError('file_empty')
    if len(content) > MAX_BYTES:
        raise TableError('file_too_large', f"{len(content) // 2**20} MiB")
    rows = _read_xlsx(content) if content[:4] == b'PK\x03\x04' else _read_csv(content)
    found, blank_run = [], 0
    for number, cells in enumerate(rows, 1):
        cells = [_text(cell) for cell in islice(cells, MAX_COLUMNS + 1)]
        while cells and not cells[-1]:
            cells.pop()
        if len(cells) > MAX_COLUMNS:
            raise TableError('too_many_columns', str(MAX_COLUMNS))
        blank_run = 0 if cells else blank_run + 1
        if blank_run > MAX_BLANK_RUN:
            break  # a sheet whose last cell lies at the far end
        if cells:
            found.append((number, cells))
        if len(found) > max_rows:
            raise TableError('too_many_rows', str(max_rows))
    if not found:
        raise TableError('file_empty')
    return found


def write_csv(rows: Iterable[Iterable[Any]]) -> bytes:
    """A CSV file that Excel opens with the right signs, and in which no cell is a formula."""
    file = io.StringIO(newline='')
    csv.writer(file).writerows([_harmless(cell) for cell in row] for row in rows)
    return file.getvalue().encode('utf-8-sig')


def _harmless(cell: Any) -> Any:
    """Text that a spreadsheet would take for a formula gets an apostrophe in front; numbers stay numbers."""
    if cell is None or cell is False:
        return ''
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS):
        return "'" + cell
    return cell


def _read_csv(content: bytes) -> Iterator[list[str]]:
    if content[:8] == b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1':
        raise TableError('old_excel')
    if b'\x00' in content and content[:2] not in (b'\xff\xfe', b'\xfe\xff'):
        raise TableError('not_a_table')
    for encoding in ('utf-16',) if content[:2] in (b'\xff\xfe', b'\xfe\xff') else ('utf-8-sig', 'gb18030'):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise TableError('not_a_table')
    head = text[:4096].splitlines()[:1] or ['']
    delimiter = max(',;\t|', key=head[0].count)
    csv.field_size_limit(2**17)
    try:
        yield from csv.reader(io.StringIO(text, newline=''), delimiter=delimiter)
    except csv.Error as error:
        raise TableError('not_a_table', str(error)) from error


def _read_xlsx(content: bytes) -> Iterator[list]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except zipfile.BadZipFile as error:
        raise TableError('not_a_table', str(error)) from error
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(len(content), 2**16):
        raise TableError('file_too_large', "unpacked")
    if not any(entry.filename == 'xl/workbook.xml' for entry in entries):
        raise TableError('not_a_table')
    from openpyxl import load_workbook  # heavy, and only uploads need it
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # never trust the size that the file states
        yield from sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS + 1)
    except TableError:
        raise
    except Exception as error:
        raise TableError('not_a_table', type(error).__name__) from error


def _text(cell) -> str:
    if cell is None:
        return ''
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)  # Excel keeps 2001 as 2001.0
    if isinstance(cell, datetime):
        cell = cell.date() if cell.time() == datetime.min.time() else cell
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).strip()[:MAX_CELL]


def read_header(header, names, required):
    """What the columns of a file are.

    :param names: {how a header may be written, in small letters: field}
    :return: (the field of each column, None for one that means nothing to us; those headers; required fields missing)
    """
    fields = [names.get(cell.strip().lower()) for cell in header]
    unknown = [cell for cell, name in zip(header, fields, strict=True) if cell and not name]
    return fields, unknown, [name for name in required if name not in fields]

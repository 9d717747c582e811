"""Rows of a CSV, XLSX or ODS file that somebody uploads: sniffed, capped, text only. And the CSV files we give out.

The caps hold whatever the file declares of itself: a 2 KiB workbook can claim 16 billion cells. What they cannot hold,
the time and the memory that a file built to harm takes, `apart` does: uploads are read there.
"""
import csv
import io
import re
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
MAX_ENTRY = 100 * 2**20
MAX_ENTRIES = 1000
MAX_RATIO = 100
MAX_BLANK_RUN = 1000
FORMULA_STARTS = ('=', '+', '-', '@', '\t', '\r')
OLE = b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'
_OTHER_TEXT = re.compile(r'\s*(<|%PDF-|\{\\rtf)')


class TableError(ValueError):
    """The file cannot be read as a table. `key` names the reason, `args[0]` details it."""

    def __init__(self, key: str, detail: str = ''):
        super().__init__(detail)
        self.key = key


def read_table(content: bytes, max_rows: int = MAX_ROWS) -> list[tuple[int, list[str]]]:
    """(row number as the reader of the file counts it, cells as text) of every row that is not blank.

    :raise TableError: empty, too large, not a table, or built to harm
    """
    return list(iter_table(content, max_rows))


def iter_table(content: bytes, max_rows: int = MAX_ROWS) -> Iterator[tuple[int, list[str]]]:
    """`read_table`, row by row. What is wrong further down is raised when the rows before it are out."""
    if not content:
        raise TableError('file_empty')
    if len(content) > MAX_BYTES:
        raise TableError('file_too_large', f"{len(content) // 2**20} MiB")
    count = blank_run = 0
    for number, cells in enumerate(_open(content), 1):
        cells = [_text(cell) for cell in islice(cells, MAX_COLUMNS + 1)]
        while cells and not cells[-1]:
            cells.pop()
        if len(cells) > MAX_COLUMNS:
            raise TableError('too_many_columns', str(MAX_COLUMNS))
        blank_run = 0 if cells else blank_run + 1
        if blank_run > MAX_BLANK_RUN:
            break  # a sheet whose last cell lies at the far end
        count += bool(cells)
        if count > max_rows:
            raise TableError('too_many_rows', str(max_rows))
        if cells:
            yield number, cells
    if not count:
        raise TableError('file_empty')


def _open(content: bytes) -> Iterator[Iterable]:
    """The rows of whatever the first bytes say that this is."""
    if content[:8] == OLE:
        # Excel puts a workbook with a password into the container of its old files.
        raise TableError('encrypted' if 'EncryptedPackage'.encode('utf-16-le') in content else 'old_excel')
    if content[:2] != b'PK':
        return _read_csv(content)
    names = check_archive(content)
    if any(name.lower().endswith('vbaproject.bin') for name in names):
        raise TableError('has_macros')
    if 'xl/workbook.bin' in names:
        raise TableError('old_excel')
    if 'xl/workbook.xml' in names:
        return _read_xlsx(content)
    if 'content.xml' in names and 'mimetype' in names:
        from .opendocument import read_ods  # only uploads need it
        return read_ods(content)
    raise TableError('not_a_table')


def check_archive(content: bytes) -> set[str]:
    """The names in a ZIP file that may be unpacked.

    :raise TableError: no ZIP, with a password, or much larger inside than outside
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise TableError('not_a_table', type(error).__name__) from error
    unpacked = sum(entry.file_size for entry in entries)
    if (len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(len(content), 2**16)
            or any(entry.file_size > MAX_ENTRY for entry in entries)):
        raise TableError('file_too_large', "unpacked")
    if any(entry.flag_bits & 1 for entry in entries):
        raise TableError('encrypted')
    return {entry.filename for entry in entries}


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
    text = _decode(content)
    if _OTHER_TEXT.match(text):
        raise TableError('not_a_table')  # a page or a drawing: some programs call it .xls
    file = io.StringIO(text, newline='')
    declared = re.match(r'sep=(.)\r?\n', text)  # Excel's own way to name the delimiter
    if declared:
        yield [file.readline()[:0]]
    csv.field_size_limit(2**17)
    reader = csv.reader(file, delimiter=declared[1] if declared else _find_delimiter(text), strict=True)
    try:
        yield from reader
    except csv.Error as error:
        raise TableError('broken_quotes', str(reader.line_num)) from error


def _decode(content: bytes) -> str:
    is_utf16 = content[:2] in (b'\xff\xfe', b'\xfe\xff')
    if b'\x00' in content and not is_utf16:
        raise TableError('not_a_table')
    for encoding in ('utf-16',) if is_utf16 else ('utf-8-sig', 'gb18030'):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TableError('not_a_table')


def _find_delimiter(text: str) -> str:
    """What stands most often in the first line that has any: above it there may be a title."""
    for line in text[:4096].splitlines():
        best = max(',;\t|', key=line.count)
        if best in line:
            return best
    return ','


def _read_xlsx(content: bytes) -> Iterator[Iterable]:
    from openpyxl import load_workbook  # heavy, and only uploads need it
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # never trust the size that the file states
        yield from sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS + 1)
    except (TableError, MemoryError):
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

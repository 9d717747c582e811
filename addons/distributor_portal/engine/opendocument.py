"""The first sheet of an ODS file, read as it streams by: neither its size nor its repetitions are believed."""
import io
import zipfile
from collections.abc import Iterator
from xml.sax.handler import ContentHandler, feature_namespaces

from .tables import MAX_BLANK_RUN, MAX_CELL, MAX_COLUMNS, MAX_ROWS, TableError

TABLE = 'urn:oasis:names:tc:opendocument:xmlns:table:1.0'
OFFICE = 'urn:oasis:names:tc:opendocument:xmlns:office:1.0'
TEXT = 'urn:oasis:names:tc:opendocument:xmlns:text:1.0'
CHUNK = 2**16
# The attribute that holds the value of a cell of this type; of all others the text counts.
VALUES = {'float': 'value', 'percentage': 'value', 'currency': 'value', 'date': 'date-value', 'time': 'time-value'}


def read_ods(content: bytes) -> Iterator[list[str]]:
    """The rows of the first sheet.

    :raise TableError: no spreadsheet, or no XML that one may read
    """
    from defusedxml import DefusedXmlException, expatreader  # only uploads need it
    sheet = _Sheet()
    parser = expatreader.create_parser(forbid_dtd=True)
    parser.setFeature(feature_namespaces, True)
    parser.setContentHandler(sheet)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open('content.xml') as file:
            while not sheet.is_over and (chunk := file.read(CHUNK)):
                parser.feed(chunk)
                yield from sheet.take()
    except (TableError, MemoryError):
        raise
    except (DefusedXmlException, Exception) as error:
        raise TableError('not_a_table', type(error).__name__) from error
    if not sheet.has_begun:
        raise TableError('not_a_table')


class _Sheet(ContentHandler):
    """Collects rows; a caller takes them away."""

    def __init__(self):
        super().__init__()
        self.has_begun = self.is_over = False
        self._rows, self._row, self._text = [], None, None
        self._row_times = self._cell_times = 1
        self._value, self._depth = None, 0

    def take(self):
        rows, self._rows = self._rows, []
        return rows

    def startElementNS(self, name, qname, attrs):
        if self.is_over:
            return
        space, tag = name
        if space == TABLE and tag == 'table':
            # A sheet inside a cell is none of ours.
            self._depth += 1
            self.has_begun = True
        elif space == TABLE and tag == 'table-row' and self._depth == 1:
            self._row, self._row_times = [], _times(attrs, 'number-rows-repeated', MAX_ROWS)
        elif space == TABLE and tag in ('table-cell', 'covered-table-cell') and self._row is not None:
            self._cell_times = _times(attrs, 'number-columns-repeated', MAX_COLUMNS + 1)
            kind = attrs.get((OFFICE, 'value-type'), '')
            self._value = attrs.get((OFFICE, VALUES[kind])) if kind in VALUES else None
            self._text = []
        elif space == TEXT and self._text:
            self._text.append('\n' if tag == 'p' else ' ' if tag in ('s', 'tab') else '')

    def characters(self, content):
        if self._text is not None and sum(map(len, self._text[-8:])) <= MAX_CELL:
            self._text.append(content[:MAX_CELL])

    def endElementNS(self, name, qname):
        space, tag = name
        if space != TABLE or self.is_over:
            return
        if tag == 'table':
            self._depth -= 1
            self.is_over = self._depth == 0
        elif tag in ('table-cell', 'covered-table-cell') and self._row is not None and self._text is not None:
            self._end_cell()
        elif tag == 'table-row' and self._row is not None and self._depth == 1:
            # Blank rows down to the end of the sheet are one element; those who read stop after a run of them.
            times = self._row_times if any(self._row) else min(self._row_times, MAX_BLANK_RUN + 1)
            self._rows += [self._row] * times
            self._row = None

    def _end_cell(self):
        value = _plain(self._value) if self._value else ''.join(self._text)[:MAX_CELL]
        room = MAX_COLUMNS + 1 - len(self._row)
        # An empty cell to the end of the row is no column: it would be one too many.
        times = self._cell_times if value else min(self._cell_times, max(room - 1, 0))
        self._row += [value] * min(times, room)
        self._text = None


def _times(attrs, name, most):
    value = attrs.get((TABLE, name), '1')
    return min(int(value[:12]), most) if value.isascii() and value.isdigit() else 1


def _plain(value):
    """12 for 12.0, as a workbook of Excel says it."""
    return value[:-2] if value.endswith('.0') else value[:MAX_CELL]

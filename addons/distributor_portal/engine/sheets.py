"""Spreadsheets that a program of any vendor opens, and none runs."""
import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import xlsxwriter


def write_sheet(title: str, rows: Iterable[Sequence[Any]], widths: Sequence[int], bold: Iterable[int] = ()) -> bytes:
    """An XLSX file of one sheet. Text stays text, whatever it begins with: nothing becomes a formula or a link.

    :param bold: numbers of the rows that stand out, from 0
    """
    buffer, bold = io.BytesIO(), set(bold)
    book = xlsxwriter.Workbook(buffer, {
        'in_memory': True, 'strings_to_formulas': False, 'strings_to_urls': False, 'strings_to_numbers': False})
    sheet = book.add_worksheet(''.join(' ' if char in '[]:*?/\\' else char for char in title)[:31].strip("' ") or "1")
    styles = {
        (kind, is_bold): book.add_format({'bold': is_bold, **({'num_format': layout} if layout else {})})
        for kind, layout in (('text', ''), ('money', '#,##0.00'), ('date', 'yyyy-mm-dd')) for is_bold in (True, False)
    }
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            _write_cell(sheet, number, column, value, styles, number in bold)
    book.close()
    return buffer.getvalue()


def _write_cell(sheet, row, column, value, styles, is_bold):
    if value is None or value == '':
        return
    if isinstance(value, (Decimal, float, int)):
        sheet.write_number(row, column, value, styles['money' if not isinstance(value, int) else 'text', is_bold])
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, styles['date', is_bold])
    else:
        sheet.write_string(row, column, str(value), styles['text', is_bold])

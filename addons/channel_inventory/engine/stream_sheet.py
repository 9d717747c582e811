"""Spreadsheets of any length: rows go to the disk as they come, so the memory stays flat."""
import os
import tempfile
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import xlsxwriter


def write_stream(title: str, rows: Iterable[Sequence[Any]], widths: Sequence[int] = ()) -> bytes:
    """An XLSX file of one sheet, its first row the titles. Text stays text, whatever it begins with."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'sheet.xlsx')
        book = xlsxwriter.Workbook(path, {
            'constant_memory': True, 'tmpdir': folder, 'strings_to_formulas': False, 'strings_to_urls': False,
            'strings_to_numbers': False, 'nan_inf_to_errors': True})
        sheet = book.add_worksheet(title[:31])
        bold, day = book.add_format({'bold': True}), book.add_format({'num_format': 'yyyy-mm-dd'})
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                _write_cell(sheet, number, column, value, bold if number == 0 else None, day)
        book.close()
        with open(path, 'rb') as file:
            return file.read()


def _write_cell(sheet, row, column, value, style, day):
    if value is None or value == '':
        return
    if isinstance(value, (int, float, Decimal)):
        sheet.write_number(row, column, value, style)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, day)
    else:
        sheet.write_string(row, column, str(value), style)

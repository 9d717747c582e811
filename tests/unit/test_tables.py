"""Reading uploaded tables and writing harmless ones."""
import csv
import io
import zipfile
from datetime import date, datetime

import pytest
from devkit.engines import load_engine
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

engine = load_engine('distributor_portal')
tables = __import__('sys').modules['distributor_portal_engine.tables']


def workbook(*rows, cells=()):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for name, value in cells:
        book.active[name] = value
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def reason(content, **options):
    with pytest.raises(engine.TableError) as caught:
        engine.read_table(content, **options)
    return caught.value.key


def test_rows_keep_the_numbers_that_their_reader_sees():
    assert engine.read_table(b'code,name\n\nD1,One\n,,\nD2,Two\n') == [
        (1, ['code', 'name']), (3, ['D1', 'One']), (5, ['D2', 'Two'])]


@pytest.mark.parametrize('encoding', ['utf-8', 'utf-8-sig', 'gb18030', 'utf-16'])
def test_chinese_is_read_in_each_usual_encoding(encoding):
    assert engine.read_table("编码,名称\nD1,广州经销商\n".encode(encoding)) == [
        (1, ['编码', '名称']), (2, ['D1', '广州经销商'])]


@pytest.mark.parametrize('delimiter', [',', ';', '\t', '|'])
def test_delimiter_is_found_in_the_first_row(delimiter):
    assert engine.read_table(f'code{delimiter}name\nD1{delimiter}"A, B; C"\n'.encode())[1] == (2, ['D1', 'A, B; C'])


def test_workbook_cells_become_plain_text():
    rows = engine.read_table(workbook(['code', 'n', 'd', 't'], [2001.0, 1.5, date(2026, 1, 2), datetime(2026, 1, 2)]))
    assert rows[1] == (2, ['2001', '1.5', '2026-01-02', '2026-01-02'])


def test_cell_at_the_far_end_of_the_sheet_costs_nothing():
    content = workbook(['code', 'name'], ['D1', 'One'], cells=[('XFD1048576', 'far')])
    assert engine.read_table(content) == [(1, ['code', 'name']), (2, ['D1', 'One'])]


def test_too_many_columns_are_refused():
    assert reason(b','.join(b'x' for _ in range(201))) == 'too_many_columns'


def test_too_many_rows_are_refused():
    assert reason(b'code\n' * 12, max_rows=10) == 'too_many_rows'


def test_exactly_as_many_rows_as_allowed_are_read():
    assert len(engine.read_table(b'code\n' * 10, max_rows=10)) == 10


@pytest.mark.parametrize('content', [b'', b'\n\n , ,\n', workbook()])
def test_nothing_is_no_table(content):
    assert reason(content) == 'file_empty'


@pytest.mark.parametrize('content', [
    b'\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR', b'PK\x03\x04 but no archive', b'\xff\xfe\x00', b'\x80\x81\xff\xff\n'])
def test_other_files_are_no_tables(content):
    assert reason(content) == 'not_a_table'


def test_archive_without_a_workbook_is_no_table():
    file = io.BytesIO()
    with zipfile.ZipFile(file, 'w') as archive:
        archive.writestr('readme.txt', "hello")
    assert reason(file.getvalue()) == 'not_a_table'


def test_old_excel_is_named_as_such():
    assert reason(b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1' + b'\x00' * 600) == 'old_excel'


def test_zip_bomb_is_not_unpacked():
    file = io.BytesIO()
    with zipfile.ZipFile(file, 'w', zipfile.ZIP_DEFLATED) as archive:
        archive.writestr('xl/workbook.xml', b'0' * 30_000_000)
    assert len(file.getvalue()) < 100_000
    assert reason(file.getvalue()) == 'file_too_large'


def test_large_files_are_refused_by_their_size_alone():
    assert reason(b'x' * (tables.MAX_BYTES + 1)) == 'file_too_large'


def test_workbook_with_a_doctype_is_not_expanded():
    """Entities that multiply: the reader must not follow them."""
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaa"><!ENTITY b "&a;&a;&a;">]><workbook>&b;</workbook>'
    file = io.BytesIO()
    with zipfile.ZipFile(file, 'w') as archive:
        archive.writestr('xl/workbook.xml', bomb)
        archive.writestr('[Content_Types].xml', bomb)
    assert reason(file.getvalue()) == 'not_a_table'


@pytest.mark.parametrize('sign', ['=', '+', '-', '@', '\t', '\r'])
def test_no_formula_is_given_out(sign):
    text = engine.write_csv([[f"{sign}cmd|' /C calc'!A0", 'plain', -5, None, False]]).decode('utf-8-sig')
    assert next(csv.reader(io.StringIO(text, newline=''))) == [f"'{sign}cmd|' /C calc'!A0", 'plain', '-5', '', '']


def test_csv_given_out_opens_in_excel_with_its_signs():
    assert engine.write_csv([['名称']]).startswith(b'\xef\xbb\xbf')


CELLS = st.from_regex(r'[A-Za-z0-9 ,;"\'\u4e00-\u9fff]{1,20}', fullmatch=True)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=5), min_size=1, max_size=8))
def test_what_was_written_is_read_back(rows):
    rows = [[f'c{i}{cell.strip()}' for i, cell in enumerate(row)] for row in rows]
    rows[0] = ['head,er'] + [f'h{i}' for i in range(4)]
    assert [cells for _number, cells in engine.read_table(engine.write_csv(rows))] == rows


@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_a_table_error(content):
    try:
        rows = engine.read_table(content)
    except engine.TableError as error:
        assert error.key
    else:
        assert all(isinstance(cell, str) for _number, cells in rows for cell in cells)

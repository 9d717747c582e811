"""Order lists as people have them: which columns, which quantities, which units."""

from decimal import Decimal

import pytest
from devkit.engines import load_engine
from hypothesis import given
from hypothesis import strategies as st

load_engine('distributor_portal')
from distributor_portal_engine import order_sheets as sheets  # noqa: E402  loaded a moment ago


def read(text):
    rows, columns = sheets.split_text(text)
    return sheets.read_sheet(rows, columns or sheets.find_columns(rows))


def brief(text):
    return [(row.code, row.qty, row.unit, row.problem) for row in read(text).rows]


@pytest.mark.parametrize('text', [
    'YOG-1\t24\tcase', 'YOG-1;24;case', 'YOG-1,24,case', 'YOG-1 24 case', 'YOG-1，２４，case', 'YOG-1；24；case',
    'YOG-1 24case', 'YOG-1 x 24 case', 'YOG-1 * 24case', 'YOG-1: 24 case', 'YOG-1 = 24case', '"YOG-1"\t"24"\t"case"',
    '\nYOG-1\t24\tcase\n\n', 'ＹＯＧ-１\t２４\tcase'])
def test_every_usual_way_to_write_a_row(text):
    assert brief(text) == [('YOG-1', 24, 'case', '')]


@pytest.mark.parametrize(('text', 'expected'), [
    ('24 x YOG-1', ('YOG-1', 24, '', '')),
    ('4006381333931 x 6', ('4006381333931', 6, '', '')),
    ('4006381333931 6', ('4006381333931', 6, '', '')),
    ('Fresh Milk 1 l 12', ('Fresh Milk 1 l', 12, '', '')),
    ('YOG-1 24箱', ('YOG-1', 24, '箱', '')),
    ('YOG-1 1,200', ('YOG-1', 1200, '', '')),
    ('YOG-1', ('YOG-1', None, '', 'qty_missing')),
    ('草莓酸奶 12 瓶', ('草莓酸奶', 12, '瓶', ''))])
def test_chats(text, expected):
    assert brief(text) == [expected]


@pytest.mark.parametrize(('text', 'qty'), [
    ('12', '12'), ('１２', '12'), ('12.0', '12'), ('+5', '5'), ('1,234', '1234'), ('1,234.5', '1234.5'),
    ('1.234,5', '1234.5'), ('1.234.567', '1234567'), ("1'200", '1200'), ('1 200', '1200'), ('1,5', '1.5'),
    ('0.5', '0.5'), ('1e3', '1000'), ('x12', '12'), ('12 x', '12'), ('×12', '12'), (' 7 ', '7')])
def test_quantities(text, qty):
    assert sheets.read_quantity(text) == (Decimal(qty), '', '')


@pytest.mark.parametrize(('text', 'problem'), [
    ('', 'qty_missing'), ('0', 'qty_zero'), ('-0', 'qty_zero'), ('-3', 'qty_negative'), ('abc', 'qty_not_number'),
    ('NaN', 'qty_not_number'), ('inf', 'qty_not_number'), ('1e400', 'qty_not_number'), ('1e99', 'qty_too_large'),
    ('99999999999', 'qty_too_large'), ('31/02', 'qty_not_number'), ('2026-01-02', 'qty_not_number'),
    ('#N/A', 'qty_not_number'), ('=1+1', 'qty_not_number'), ('1,23,4', 'qty_not_number'), ('--3', 'qty_not_number'),
    ('1_000', 'qty_not_number'), ('twelve', 'qty_not_number')])
def test_what_is_no_quantity_is_named(text, problem):
    assert sheets.read_quantity(text)[2] == problem


@pytest.mark.parametrize('header', [
    'SKU\tQty', 'Item No.\tOrder Quantity', '货号\t数量', '商品编码\t订货数量', 'BARCODE\tQTY',
    'Product Code\tquantity',
    '条码\t箱数', 'Your Code\tQty.', '名称\t数量'])
def test_columns_are_found_by_their_names(header):
    sheet = read(f'{header}\nA-1\t3\n')
    assert (sheet.columns.codes, sheet.columns.qty, sheet.columns.header) == ((0,), 1, 1)
    assert [(row.number, row.code, row.qty) for row in sheet.rows] == [(2, 'A-1', 3)]


def test_a_title_may_stand_above_the_header():
    rows = [(1, ['Order May']), (3, ['for', 'Shop 7']), (7, ['Name', 'SKU', 'Unit', 'Qty']),
            (8, ['Milk', 'A', 'cs', '2'])]
    columns = sheets.find_columns(rows)
    assert columns == sheets.Columns((1, 0), 3, 2, 7)
    assert [row.code for row in sheets.read_sheet(rows, columns).rows] == ['A']


def test_second_column_of_codes_counts_where_the_first_is_empty():
    sheet = read('SKU\tBarcode\tQty\nA\t4006381333931\t1\n\t4006381333931\t2\n')
    assert [row.code for row in sheet.rows] == ['A', '4006381333931']


def test_rows_without_quantity_in_a_named_list_are_passed_over_and_told():
    sheet = read('SKU\tQty\nA\t1\nB\t\nC\t\n')
    assert ([row.code for row in sheet.rows], sheet.passed_over) == (['A'], (3, 4))


def test_columns_are_guessed_by_what_they_hold():
    rows = [(n, [str(n), f'Thing {n}', f'100{n}', str(12 + n % 2), 'cs']) for n in range(1, 9)]
    assert sheets.find_columns(rows, known={f'100{n}' for n in range(1, 9)}) == sheets.Columns((2,), 3, 4)
    assert sheets.find_columns([(1, ['A', '3', '9.50']), (2, ['B', '4', '8.00'])]).qty == 1
    rows = [(n, [f'100{n}', '12']) for n in range(1, 9)]
    assert sheets.find_columns(rows) == sheets.Columns((0,), 1, None)
    rows = [(n, ['12', f'100{n}']) for n in range(1, 9)]
    assert sheets.find_columns(rows) == sheets.Columns((1,), 0, None)
    assert sheets.find_columns([(1, ['A', '3', 'tray', 'x'])], units={'x'}).unit == 3
    assert sheets.find_columns([(1, ['A', '3', 'barrel'])]).unit == 2
    assert sheets.find_columns([(1, ['A', '3', 'please bring it early'])]).unit is None


@pytest.mark.parametrize(('word', 'level'), [
    ('箱', 'case'), ('CTN', 'case'), ('件', 'item'), ('Pcs.', 'item'), ('托盘', 'pallet'), ('barrel', ''), ('', '')])
def test_usual_words_for_units(word, level):
    assert sheets.get_level(word) == level


def test_clean_leaves_no_sign_that_hides():
    assert sheets.clean('A\u202e\u200bＢ\u0000 \t C\ufeff') == 'AB C'


@given(st.text(max_size=400))
def test_any_text_is_read_and_no_row_is_lost(text):
    rows, columns = sheets.split_text(text)
    sheet = sheets.read_sheet(rows, columns or sheets.find_columns(rows))
    assert all(row.problem or row.qty > 0 for row in sheet.rows)
    assert all(row.problem or row.code for row in sheet.rows)
    told = {row.number for row in sheet.rows} | set(sheet.passed_over)
    lost = [cells for number, cells in rows if number > sheet.columns.header and number not in told]
    # What is neither a row nor told has nothing in the columns that count.
    columns = sheet.columns
    assert not [cells for cells in lost for place in (*columns.codes, columns.qty)
                if place is not None and place < len(cells) and cells[place].strip()]


@given(st.decimals(min_value='0.001', max_value='999999', places=3))
def test_a_plain_number_is_read_as_it_is(number):
    assert sheets.read_quantity(f'{number}')[0] == number


@given(st.integers(1, 10**8))
def test_thousands_may_be_set_apart(number):
    assert sheets.read_quantity(f'{number:,}')[0] == number


CODES = st.from_regex(r'[A-Z]{1,4}-[0-9]{1,5}', fullmatch=True)


@given(st.lists(st.tuples(CODES, st.integers(1, 9999)), min_size=1, max_size=30), st.sampled_from('\t;, '))
def test_what_was_written_is_read_back(pairs, delimiter):
    text = '\n'.join(f'{code}{delimiter}{qty}' for code, qty in pairs)
    assert [(row.code, row.qty) for row in read(text).rows] == pairs

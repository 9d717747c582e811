"""Files of sales as systems write them: encodings, delimiters, titles, Parquet, and what is no table."""
import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from devkit.engines import load_engine
from hypothesis import given
from hypothesis import strategies as st

engine = load_engine('channel_inventory')
files, push, meaning = engine.feed_files, engine.push, engine.meaning
ROWS = "流水号,门店编码,货号,数量,日期\nA-1,S1,MLK-1,3,2026-11-20\nA-2,S1,酸奶,\"1,5\",2026年11月21日\n"


def read(content, layout=None):
    file = io.BytesIO(content)
    scan = files.scan(file)
    table = files.iter_text(file, scan.encoding) if scan.kind == 'text' else files.iter_parquet(file)
    return list(files.to_rows(table, layout or files.Layout()))


@pytest.mark.parametrize('encoding', ['utf-8', 'utf-8-sig', 'gbk', 'gb18030', 'utf-16'])
def test_encodings_of_tills(encoding):
    rows = read(ROWS.encode(encoding))
    assert [number for number, _raw in rows] == [2, 3]
    assert rows[1][1] == {
        'external_key': 'A-2', 'member': 'S1', 'sku': '酸奶', 'qty': '1,5', 'date': '2026年11月21日'}


@pytest.mark.parametrize('delimiter', [',', ';', '\t', '|'])
@pytest.mark.parametrize('end', ['\n', '\r\n', '\r'])
def test_delimiters_and_ends_of_lines(delimiter, end):
    lines = [['key', 'member', 'sku', 'qty', 'date'], ['1', 'S1', 'M', '2', '2026-11-20']]
    text = end.join(delimiter.join(line) for line in lines) + end
    assert read(text.encode())[0][1]['qty'] == '2'


def test_title_above_the_header_and_blank_lines():
    rows = read(b"Sales of November\n\nkey,member,sku,qty,date\n\n1,S1,M,2,2026-11-20\n")
    assert rows == [(5, {'external_key': '1', 'member': 'S1', 'sku': 'M', 'qty': '2', 'date': '2026-11-20'})]


def test_excels_own_delimiter():
    assert len(read(b"sep=;\nkey;member;sku;qty;date\n1;S1;M;2;2026-11-20\n")) == 1


def test_nul_and_broken_signs_hold_a_row_and_not_the_file():
    rows = read(b"key,member,sku,qty,date\n1,S\x001,M,2,2026-11-20\n2,S1,M,2,2026-11-20\n")
    assert [engine.sell_through.read(raw, 1).__class__.__name__ for _number, raw in rows] == ['Held', 'Sale']


@pytest.mark.parametrize(('content', 'reason'), [
    (b'', 'file_empty'), (b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', 'not_a_table'), (b'%PDF-1.4', 'not_a_table'),
    (b'\xff\x00\x80\x00', 'not_a_table'), (b'a,b,c\n1,2,3\n', 'no_header'), (b'\n\n', 'no_header'),
    (b'qty,date,member,sku\n', 'column_missing'), (b'key,qty,date,sku\n', 'column_missing'),
    (b'key,qty,date,member\n', 'column_missing'), (b'key,member,sku,qty,date\n1,"S1,M\n', 'broken_quotes'),
    (b'key,member,sku,qty,date' + b',x' * 300 + b'\n', 'too_many_columns'), (b'PAR1 is no Parquet', 'not_a_table'),
])
def test_file_that_cannot_be_read_says_why(content, reason):
    with pytest.raises(files.FileError) as error:
        read(content)
    assert error.value.key == reason


def test_columns_of_a_sender():
    layout = files.Layout(
        columns={'Filiale': 'member', 'Menge ': 'qty', 'Tag': 'date', 'Artikel': 'sku', 'sku': ''},
        key=('Filiale', 'Bon', 'Pos'), fixed={'source': 'north'}, constants={'uom': 'case'})
    rows = read(b"Filiale;Bon;Pos;Artikel;Menge;Tag;sku\n7;12;3;M;5;20.11.2026;x\n7;;;M;5;20.11.2026;x\n", layout)
    assert rows[0][1] == {'member': '7', 'sku': 'M', 'qty': '5', 'date': '20.11.2026', 'source': 'north', 'uom': 'case',
                          'external_key': '7|12|3'}
    assert rows[1][1]['external_key'] == '7||'


def test_key_column_that_is_not_there():
    with pytest.raises(files.FileError, match='bon'):
        read(b"member,sku,qty,date\nS1,M,1,2026-11-20\n", files.Layout(key=('Bon',)))


def test_what_a_sender_says_of_others_does_not_count():
    rows = read(b"key,member,sku,qty,date,source\n1,S9,M,1,2026-11-20,pos\n",
                files.Layout(fixed={'member': 'S1', 'source': 'portal'}))
    assert (rows[0][1]['member'], rows[0][1]['source']) == ('S1', 'portal')


def test_parquet_in_row_groups():
    pyarrow = pytest.importorskip('pyarrow')
    from pyarrow import parquet
    table = pyarrow.table({
        'key': [f'K{i}' for i in range(50)], 'member': ['S1'] * 50, 'sku': ['M'] * 50,
        'qty': [Decimal(i) for i in range(50)], 'date': [date(2026, 11, 20)] * 50})
    out = io.BytesIO()
    parquet.write_table(table, out, row_group_size=7)
    rows = read(out.getvalue())
    assert len(rows) == 50
    assert rows[49] == (51, {'external_key': 'K49', 'member': 'S1', 'sku': 'M', 'qty': Decimal(49),
                             'date': date(2026, 11, 20)})


def test_rows_without_keys_are_added_up():
    rows = files.add_up([
        (2, {'sku': 'M', 'qty': '2', 'date': '2026-11-20'}), (3, {'sku': 'M', 'qty': '1,5', 'date': '2026/11/20'}),
        (4, {'sku': 'M', 'qty': 'x', 'date': '2026-11-20'}), (5, {'external_key': 'A', 'sku': 'M', 'qty': 1})], 'p|')
    assert [(row['external_key'], row['qty']) for row in rows] == [
        ('p|2026-11-20|M', Decimal('3.5')), ('p|row 4', 'x'), ('p|A', 1)]


CELL = st.text(st.characters(blacklist_categories=('Cs',), blacklist_characters='\x00\r\n'), max_size=12)


@given(st.lists(st.lists(CELL, min_size=5, max_size=5), max_size=8))
def test_cells_come_back_as_they_were_written(table):
    out = io.StringIO(newline='')
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([['key', 'member', 'sku', 'qty', 'date'], *table])
    rows = read(out.getvalue().encode())
    expected = [dict(zip(('external_key', 'member', 'sku', 'qty', 'date'), line, strict=True)) for line in table
                if any(line)]
    assert [raw for _number, raw in rows] == [
        {name: cell for name, cell in line.items() if cell} for line in expected]


# --- what tills push

BODY = b'[{"external_key": "1"}]'


def test_signed_message():
    signature = push.sign('secret', '1795000000', BODY)
    push.check('secret', '1795000000', signature, BODY, 1795000010)
    push.check('secret', '1795000000', f'sha256={signature.upper()}', BODY, 1794999710)


@pytest.mark.parametrize(('secret', 'stamp', 'body', 'now'), [
    ('other', '1795000000', BODY, 1795000000), ('secret', '1795000001', BODY, 1795000000),
    ('secret', '1795000000', BODY + b' ', 1795000000), ('secret', '1795000000', BODY, 1795000301),
    ('secret', '1795000000', BODY, 1794999699), ('', '1795000000', BODY, 1795000000),
])
def test_message_that_is_not_signed_now(secret, stamp, body, now):
    with pytest.raises(push.PushRefused, match='unsigned'):
        push.check(secret, stamp, push.sign('secret', '1795000000', BODY), body, now)


@pytest.mark.parametrize('signature', ['', 'x', 'sha256=', 'f' * 64, '\u0661' * 64])
def test_signature_that_is_none(signature):
    with pytest.raises(push.PushRefused, match='unsigned'):
        push.check('secret', '1795000000', signature, BODY, 1795000000)


def test_nobodys_secret_opens_nothing():
    with pytest.raises(push.PushRefused, match='unsigned'):
        push.check('', '1795000000', push.sign('nobody', '1795000000', BODY), BODY, 1795000000)


@pytest.mark.parametrize(('body', 'rows'), [
    (b'[{"a": 1}, 2]', [{'a': 1}, 2]), (b'{"a": 1}\n\n{"a": 2}\n', [{'a': 1}, {'a': 2}]), (b'{"rows": [1]}', [1]),
    (b'{"a": 1}', [{'a': 1}]), ('\ufeff[1]'.encode(), [1]), (b'[]', []),
])
def test_bodies(body, rows):
    assert push.read_rows(body) == rows


@pytest.mark.parametrize(('body', 'reason'), [
    (b'', 'not_json'), (b'{"a"', 'not_json'), (b'\xff', 'not_json'), (b'[' * 100_000, 'not_json'),
    (b'{"a": 1}\n{', 'not_json'), (b'[' + b'1,' * 100_000 + b'1]', 'too_many'), (b'[' + b'9' * 5000 + b']', 'not_json'),
])
def test_body_that_is_none(body, reason):
    with pytest.raises(push.PushRefused, match=reason):
        push.read_rows(body)


# --- what codes mean

KNOWN = {
    1: ['YOG-B-200', '6900000000021', "Blueberry Yoghurt 200 g"], 2: ['MLK-1', "Whole Milk"], 3: ['S00001', "晨光店"]}


@pytest.mark.parametrize(('wanted', 'id_'), [
    (['YOG B 200'], 1), (['yogb200'], 1), (['06900000000021'], 1), (['whole milk 1l'], 2),
    (['S0001'], 3), (['晨光'], 3),
    (['qqqq'], None), ([''], None), ([], None),
])
def test_nearest_meaning(wanted, id_):
    assert meaning.nearest(wanted, KNOWN)[0] == id_

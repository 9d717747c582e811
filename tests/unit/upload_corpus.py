"""Files that people and attackers upload, built here: (name, bytes, what must come of it).

What must come of it: the set of reasons of which one is given, or a function of the rows read.
"""
import io
import struct
import zipfile
from datetime import date, datetime

import xlsxwriter
from openpyxl import Workbook

HEADER = ['SKU', 'Qty']
ROWS = [['YOG-1', 12], ['MLK-1', 7]]
TEXT = [['SKU', 'Qty'], ['YOG-1', '12'], ['MLK-1', '7']]
CSV = b'SKU,Qty\nYOG-1,12\nMLK-1,7\n'
REFUSED = {'not_a_table', 'too_heavy', 'file_too_large', 'old_excel', 'encrypted', 'has_macros', 'broken_quotes',
           'too_many_rows', 'too_many_columns', 'file_empty'}


def is_text(rows):
    return [cells for _number, cells in rows] == TEXT


def starts(rows):
    return [cells for _number, cells in rows][:3] == TEXT


def any_rows(rows):
    return all(isinstance(cell, str) for _number, cells in rows for cell in cells)


def cell(text):
    return lambda rows: rows[-1][1][-1] == text


def book(*rows, more=None, epoch=None):
    workbook = Workbook()
    for row in rows or (HEADER, *ROWS):
        workbook.active.append(row)
    if epoch:
        workbook.epoch = epoch
    if more:
        more(workbook)
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def pack(entries, method=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, 'w', method) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return file.getvalue()


def rebuild(content, changes):
    """The archive with entries changed, added, or (None) left out."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    entries.update(changes)
    return pack({name: data for name, data in entries.items() if data is not None})


def sheet_xml(body):
    return ('<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            f'<sheetData>{body}</sheetData></worksheet>').encode()


def with_sheet(body):
    return rebuild(book(), {'xl/worksheets/sheet1.xml': sheet_xml(body)})


def plain_book():
    """A workbook in whose parts all texts stand together, as Excel writes it."""
    file = io.BytesIO()
    workbook = xlsxwriter.Workbook(file, {'in_memory': True})
    sheet = workbook.add_worksheet()
    for number, row in enumerate((HEADER, *ROWS)):
        sheet.write_row(number, 0, row)
    workbook.close()
    return file.getvalue()


def with_doctype(entry, doctype, reference):
    with zipfile.ZipFile(io.BytesIO(plain_book())) as archive:
        xml = archive.read(entry).decode()
    at = xml.find('?>') + 2 if xml.startswith('<?xml') else 0
    xml = xml[:at] + doctype + xml[at:]
    return rebuild(plain_book(), {entry: xml.replace('YOG-1', reference).encode()})


ODS_NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"')


def ods(body=None, before='', **entries):
    if body is None:
        body = ''.join(
            '<table:table-row>' + ''.join(ods_cell(value) for value in row) + '</table:table-row>'
            for row in (HEADER, *ROWS))
    content = (f'<?xml version="1.0"?>{before}<office:document-content {ODS_NAMES}><office:body><office:spreadsheet>'
               f'<table:table table:name="A">{body}</table:table></office:spreadsheet></office:body>'
               '</office:document-content>')
    return pack({'mimetype': 'application/vnd.oasis.opendocument.spreadsheet', 'content.xml': content, **entries})


def ods_cell(value, times=1):
    repeated = f' table:number-columns-repeated="{times}"' if times != 1 else ''
    if isinstance(value, (int, float)):
        return (f'<table:table-cell{repeated} office:value-type="float" office:value="{value}">'
                f'<text:p>{value}</text:p></table:table-cell>')
    return f'<table:table-cell{repeated} office:value-type="string"><text:p>{value}</text:p></table:table-cell>'


def ods_row(*cells, times=1):
    repeated = f' table:number-rows-repeated="{times}"' if times != 1 else ''
    return f'<table:table-row{repeated}>{"".join(cells)}</table:table-row>'


ODS_LINES = ods_row(ods_cell('SKU'), ods_cell('Qty')) + ods_row(ods_cell('YOG-1'), ods_cell(12)) + ods_row(
    ods_cell('MLK-1'), ods_cell(7))
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha">' + ''.join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)) + ']>'
XXE = {
    'file': '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
    'http': '<!DOCTYPE x [<!ENTITY e SYSTEM "http://127.0.0.1:9/x">]>',
    'parameter': '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;]>',
}


def make_csv():
    for name, encoding in (('utf-8', 'utf-8'), ('bom', 'utf-8-sig'), ('utf-16', 'utf-16'), ('gbk', 'gbk'),
                           ('gb18030', 'gb18030')):
        yield f'csv in {name}', '货号,数量\n酸奶,12\n'.encode(encoding), lambda rows: rows[1][1] == ['酸奶', '12']
    for name, newline in (('lf', '\n'), ('crlf', '\r\n'), ('cr', '\r')):
        yield f'csv with {name}', CSV.replace(b'\n', newline.encode()), is_text
    yield 'csv with mixed newlines', b'SKU,Qty\r\nYOG-1,12\rMLK-1,7\n', is_text
    for name, sign in (('comma', ','), ('semicolon', ';'), ('tab', '\t'), ('bar', '|')):
        yield f'csv by {name}', CSV.replace(b',', sign.encode()), is_text
    yield 'csv that names its delimiter', b'sep=;\nSKU;Qty\nYOG-1;12\nMLK-1;7\n', is_text
    yield 'csv with quotes', b'"SKU","Qty"\n"YOG-1","12"\n"MLK-1","7"\n', is_text
    yield 'csv with a line break in a cell', b'SKU,Qty\n"A\nB",1\n', cell('1')
    yield 'csv whose quote never closes', b'SKU,Qty\n"YOG-1,12\nMLK-1,7\n', {'broken_quotes'}
    yield 'csv whose quote ends too early', b'SKU,Qty\n"YOG"-1,12\n', {'broken_quotes'}
    yield 'csv without an end of line', CSV[:-1], is_text
    yield 'csv with blank rows', CSV.replace(b'\n', b'\n\n,,\n'), lambda rows: [one[1] for one in rows] == TEXT
    yield 'csv with NUL', CSV + b'\x00', {'not_a_table'}
    yield 'utf-16 without a mark', CSV.decode().encode('utf-16-le'), {'not_a_table'}
    yield 'half a utf-16', CSV.decode().encode('utf-16')[:-1], {'not_a_table'}
    yield 'one long line', b'x' * 10**6, {'broken_quotes', 'not_a_table'}
    yield '15 MB in one line', b'a,' * 7_500_000, {'too_many_columns', 'too_heavy'}
    yield '100,000 columns', b','.join([b'x'] * 100_000), {'too_many_columns', 'too_heavy'}
    yield '201 columns', b','.join([b'x'] * 201), {'too_many_columns'}
    yield '200 columns', b','.join([b'x'] * 200), any_rows
    yield '60,000 rows', b'SKU,Qty\n' + b'A,1\n' * 60_000, {'too_many_rows', 'too_heavy'}
    yield '5,000 rows', b'SKU,Qty\n' + b'A,1\n' * 5000, lambda rows: len(rows) == 5001
    yield '21 MiB', b'x' * (21 * 2**20), {'file_too_large'}
    yield 'nothing', b'', {'file_empty'}
    yield 'blank lines', b'\n\r\n \n,,,\n', {'file_empty'}
    yield 'only a mark', b'\xef\xbb\xbf', {'file_empty'}
    yield 'a formula as text', b'SKU,Qty\n=1+1,2\n', lambda rows: rows[1][1] == ['=1+1', '2']
    yield 'EICAR', b'X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*', any_rows
    yield 'direction override', 'SKU,Qty\nA\u202eB,1\n'.encode(), any_rows
    for given in ('1e400', 'NaN', '-0', '１２', '"1,234.5"', '"1.234,5"', '31/02', '-5', 'inf', '1E+03'):
        yield f'quantity {given}', f'SKU,Qty\nA,{given}\n'.encode(), cell(given.strip('"'))


def make_others():
    page = b'<html><head><meta charset="utf-8"></head><table><tr><td>SKU</td></tr></table></html>'
    yield 'html as xls', page, {'not_a_table'}
    yield 'html after a mark', b'\xef\xbb\xbf\n ' + page, {'not_a_table'}
    yield 'xml spreadsheet of 2003', b'<?xml version="1.0"?><Workbook></Workbook>', {'not_a_table'}
    yield 'drawing with a script', b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', {'not_a_table'}
    yield 'pdf', b'%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', {'not_a_table'}
    yield 'pdf that is a page too', b'%PDF-1.4\n<html><script>1</script></html>', {'not_a_table'}
    yield 'rtf', b'{\\rtf1 hello}', {'not_a_table'}
    yield 'png', b'\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR', {'not_a_table'}
    yield 'gzip', b'\x1f\x8b\x08\x00\x00\x00\x00\x00', {'not_a_table'}
    yield 'old excel', b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1' + b'\0' * 2000, {'old_excel'}
    yield 'workbook with a password', b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1' + b'\0' * 512 + (
        'EncryptedPackage'.encode('utf-16-le')), {'encrypted'}
    yield 'noise', bytes(range(128, 256)) * 50, {'not_a_table'}
    yield 'zip without a workbook', pack({'readme.txt': 'hello'}), {'not_a_table'}
    yield 'empty zip', b'PK\x05\x06' + b'\0' * 18, {'not_a_table'}
    yield 'no zip after all', b'PK\x03\x04 but no archive', {'not_a_table'}
    yield 'word document', pack({'word/document.xml': '<x/>', '[Content_Types].xml': '<x/>'}), {'not_a_table'}


def make_books():
    yield 'xlsx', book(), is_text
    yield 'xlsx of another program', plain_book(), is_text
    yield 'xlsx after a title', book(['Order'], [], HEADER, *ROWS), lambda rows: [
        one[0] for one in rows] == [1, 3, 4, 5]
    yield 'xlsx with a date', book(HEADER, ['A', date(2026, 1, 2)]), cell('2026-01-02')
    yield 'xlsx with a moment', book(HEADER, ['A', datetime(2026, 1, 2, 3, 4)]), cell('2026-01-02T03:04:00')
    yield 'xlsx that counts from 1904', book(HEADER, ['A', 3], epoch=datetime(1904, 1, 1)), cell('3')
    yield 'xlsx with a fraction', book(HEADER, ['A', 1.5]), cell('1.5')
    yield 'xlsx with a long barcode', book(HEADER, [4006381333931, 1]), lambda rows: rows[1][1][0] == '4006381333931'
    yield 'xlsx with a flag', book(HEADER, ['A', True]), cell('True')
    yield 'xlsx with an error', book(HEADER, ['A', '#N/A']), cell('#N/A')
    yield 'xlsx with a formula without value', book(HEADER, ['A', '=1+1']), lambda rows: rows[1][1] == ['A']
    file = io.BytesIO()
    formulas = xlsxwriter.Workbook(file, {'in_memory': True})
    sheet = formulas.add_worksheet()
    sheet.write_row(0, 0, HEADER)
    sheet.write_string(1, 0, 'A')
    sheet.write_formula(1, 1, '=1+1', None, 99)
    formulas.close()
    yield 'xlsx whose formula has another value', file.getvalue(), cell('99')
    yield 'xlsx with two sheets', book(more=lambda one: one.create_sheet('B')), is_text
    yield 'xlsx without cells', book([]), {'file_empty'}
    yield 'xlsx with a far cell', book(HEADER, *ROWS, more=lambda one: one.active.cell(1048576, 16384, 'x')), {
        'too_many_columns', 'too_heavy'} | {None}
    yield 'xlsx with a link to outside', book(HEADER, ['=[1]Sheet1!A1', 1]), any_rows
    yield 'xlsx with DDE', book(HEADER, ["=cmd|' /C calc'!A0", 1]), any_rows
    yield 'xlsx with macros', rebuild(book(), {'xl/vbaProject.bin': b'x'}), {'has_macros'}
    yield 'xlsb', pack({'xl/workbook.bin': b'x', '[Content_Types].xml': '<x/>'}), {'old_excel'}
    yield 'xlsx without its sheet', rebuild(book(), {'xl/worksheets/sheet1.xml': None}), {'not_a_table', 'file_empty'}
    yield 'xlsx with a broken sheet', rebuild(book(), {'xl/worksheets/sheet1.xml': b'<worksheet><sheetData><row>'}), {
        'not_a_table'}
    yield 'xlsx with a broken workbook', rebuild(book(), {'xl/workbook.xml': b'rubbish'}), {'not_a_table'}
    for size in (100, 1000, len(book()) - 10):
        yield f'xlsx cut off at {size}', book()[:size], {'not_a_table'}
    for at in range(200, 3200, 300):
        content = bytearray(book())
        content[at % len(content)] ^= 0xff
        yield f'xlsx with byte {at} turned', bytes(content), REFUSED | {None}


def make_bombs():
    blank = '<row/>' * 1000
    yield 'xlsx of a million blank rows', with_sheet(''.join(f'<row r="{n}"/>' for n in range(1, 1000001, 7))), {
        'file_empty', 'too_heavy', 'file_too_large'}
    yield 'xlsx of 1000 blank rows', with_sheet(blank), {'file_empty'}
    yield 'xlsx of 16,384 columns', with_sheet(
        '<row r="1">' + '<c t="inlineStr"><is><t>x</t></is></c>' * 16384 + '</row>'), {'too_many_columns', 'too_heavy'}
    yield 'xlsx of 400,000 rows', with_sheet('<row><c><v>1</v></c></row>' * 400_000), {
        'too_many_rows', 'too_heavy', 'file_too_large'}
    yield 'xlsx whose far row comes first', with_sheet('<row r="1048576"><c r="A1048576"><v>1</v></c></row>'), {
        'file_empty', 'too_heavy'}
    yield 'xlsx that lies about its size', with_sheet(
        '<dimension ref="A1:XFD1048576"/><row><c><v>1</v></c></row>'), {'file_empty', None}
    strings = ('<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
               f'<si><t>{"x" * 90_000_000}</t></si></sst>')
    yield 'xlsx with a string of 90 MB', rebuild(book(), {'xl/sharedStrings.xml': strings}), {
        'file_too_large', 'too_heavy'}
    one_long = ('<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
                f'<si><t>{"x" * 2000}</t></si></sst>')
    many = '<row>' + '<c t="s"><v>0</v></c>' * 190 + '</row>'
    yield 'xlsx with one long text in 190,000 cells', rebuild(book(), {
        'xl/sharedStrings.xml': one_long, 'xl/worksheets/sheet1.xml': sheet_xml(many * 1000)}), {
        'file_too_large', 'too_heavy', 'not_a_table'}  # the reader may give up before the limit does
    yield 'zip bomb, 10 to 1', pack({'xl/workbook.xml': b'<x/>', 'x': b'ab' * 10**5 + bytes(range(256)) * 100}), {
        'not_a_table'}
    yield 'zip bomb, 1000 to 1', pack({'xl/workbook.xml': b'0' * 30_000_000}), {'file_too_large'}
    inner = pack({'a': b'0' * 10_000_000})
    yield 'zip bomb in a zip', pack({'xl/workbook.xml': inner}, zipfile.ZIP_STORED), {'not_a_table'}
    yield '2,000 entries', pack({f'{n}': b'' for n in range(2000)}), {'file_too_large'}
    lying = bytearray(pack({'xl/workbook.xml': b'0' * 10_000_000}))
    at = lying.find(b'PK\x01\x02')
    lying[at + 24:at + 28] = struct.pack('<I', 10)
    yield 'zip whose directory lies', bytes(lying), {'not_a_table', 'file_too_large'}
    over = bytearray(pack({'xl/workbook.xml': b'<x/>', 'xl/other.xml': b'<y/>'}))
    at = over.rfind(b'PK\x01\x02')
    over[at + 42:at + 46] = struct.pack('<I', 0)
    yield 'zip whose entries overlap', bytes(over), {'not_a_table'}
    locked = bytearray(book())
    at = locked.find(b'PK\x01\x02')
    locked[at + 8] |= 1
    yield 'zip with a password', bytes(locked), {'encrypted'}
    names = {'../../x': b'x', '/etc/passwd': b'x', 'con': b'x', 'x' * 300: b'x', 'a\u202eb': b'x'}
    yield 'zip with names that lead away', rebuild(book(), names), is_text


def make_xml():
    for entry in ('xl/workbook.xml', 'xl/worksheets/sheet1.xml', 'xl/sharedStrings.xml', '[Content_Types].xml',
                  'xl/styles.xml'):
        yield f'billion laughs in {entry}', with_doctype(entry, LAUGHS, '&j;'), {'not_a_table', 'too_heavy'}
        for name, doctype in XXE.items():
            yield f'{name} entity in {entry}', with_doctype(entry, doctype, '&e;'), {'not_a_table'}
    yield 'ods with billion laughs', ods(before=LAUGHS), {'not_a_table'}
    for name, doctype in XXE.items():
        yield f'ods with {name} entity', ods(before=doctype), {'not_a_table'}
    yield 'ods with an empty doctype', ods(before='<!DOCTYPE x>'), {'not_a_table'}


def make_ods():
    yield 'ods', ods(), is_text
    yield 'ods by rows', ods(ODS_LINES), is_text
    yield 'ods with blank rows to the end', ods(ODS_LINES + ods_row(
        '<table:table-cell table:number-columns-repeated="16384"/>', times=1048573)), is_text
    yield 'ods with blank cells to the end', ods(
        ods_row(ods_cell('SKU'), ods_cell('Qty'), '<table:table-cell table:number-columns-repeated="16382"/>')
        + ods_row(ods_cell('YOG-1'), ods_cell(12)) + ods_row(ods_cell('MLK-1'), ods_cell(7))), is_text
    yield 'ods with a column repeated 1,000 million times', ods(
        ods_row(ods_cell('x', times=10**9))), {'too_many_columns'}
    yield 'ods with a row repeated 1,000 million times', ods(
        ods_row(ods_cell('x'), times=10**9)), {'too_many_rows', 'too_heavy'}
    yield 'ods with both', ods(ods_row(ods_cell('x', times=199), times=10**9)), {
        'too_many_rows', 'too_heavy', 'file_too_large'}
    yield 'ods with rubbish for a number', ods(
        ODS_LINES.replace('<table:table-row>', '<table:table-row table:number-rows-repeated="x">', 1)), is_text
    yield 'ods with a negative repetition', ods(
        ODS_LINES.replace('<table:table-row>', '<table:table-row table:number-rows-repeated="-5">', 1)), is_text
    yield 'ods with a date', ods(ods_row(
        '<table:table-cell office:value-type="date" office:date-value="2026-01-02"><text:p>2 Jan</text:p>'
        '</table:table-cell>')), cell('2026-01-02')
    yield 'ods with a formula', ods(ods_row(
        '<table:table-cell table:formula="of:=1+1" office:value-type="float" office:value="99"><text:p>2</text:p>'
        '</table:table-cell>')), cell('99')
    yield 'ods with a sheet in a cell', ods(ods_row(ods_cell('SKU'), ods_cell('Qty')) + ods_row(
        '<table:table-cell office:value-type="string"><text:p>YOG-1</text:p></table:table-cell>', ods_cell(12))
        + ods_row(ods_cell('MLK-1'), ods_cell(7))), is_text
    yield 'ods without a sheet', pack({'mimetype': 'application/vnd.oasis.opendocument.spreadsheet',
                                       'content.xml': '<x/>'}), {'not_a_table'}
    yield 'ods that is no xml', pack({'mimetype': 'x', 'content.xml': 'rubbish'}), {'not_a_table'}
    yield 'ods cut off', ods()[:300], {'not_a_table'}
    yield 'ods with nothing in it', ods(''), {'file_empty'}
    yield 'ods with a cell of 50 MB', ods(ods_row(ods_cell('x' * 50_000_000))), {'file_too_large', 'too_heavy'}
    yield 'ods with 3 million empty elements', ods('<text:p/>' * 3_000_000), {
        'file_too_large', 'too_heavy', 'file_empty'}
    yield 'ods nested 100,000 deep', ods(ods_row(
        '<table:table-cell>' + '<text:span>' * 100_000 + '</text:span>' * 100_000 + '</table:table-cell>')), REFUSED


def make_all():
    for maker in (make_csv, make_others, make_books, make_bombs, make_xml, make_ods):
        yield from maker()

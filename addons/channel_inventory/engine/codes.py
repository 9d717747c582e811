"""Codes on goods: what a scanner or a person gives us, read into the one spelling under which the code is kept.

A code names one thing: a box, a case, a pallet. It is a GS1 serial (GTIN and serial number), a GS1 logistic unit
(SSCC), one of our own, whose end cannot be guessed, or another system's, kept as it is.
"""
import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from stdnum import ean
from stdnum.iso7064 import mod_37_36

from odoo.addons.distributor_portal.engine.gtin import find_gtin_problem

KINDS = ('own', 'sgtin', 'sscc', 'other')
MAX_LENGTH = 500  # of what is scanned: an address is longer than a code
MAX_CODE = 64
# No letter that is taken for a digit: a person may have to type it.
LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
RANDOM_LENGTH = 12  # 60 bits: with a billion codes a guess hits once in a billion tries
_FOLD = str.maketrans('OIL', '011')
_PREFIX = re.compile(rf'[{LETTERS}]{{1,8}}')
MAX_SERIAL = 20
_SERIAL = re.compile(rf'[!-"%-?A-Z_a-z]{{1,{MAX_SERIAL}}}')  # the characters that GS1 allows in a serial or lot
_OTHER = re.compile(r'[A-Za-z0-9][A-Za-z0-9._/:+-]{5,63}')
_SYMBOLOGY = re.compile(r'^\][A-Za-z][0-9A-Za-z]')
_SEPARATORS = re.compile(r'<GS>|\{GS\}|\\u001d|\\x1d|\^\]|\x1d')
_BRACKETS = re.compile(r'\((\d{2,4})\)')
GS = '\x1d'
# Application identifiers: how long what follows is; 0: up to the next separator.
FIXED = {
    '00': 18, '01': 14, '02': 14, '03': 14, '04': 16, '11': 6, '12': 6, '13': 6, '15': 6, '16': 6, '17': 6, '18': 6,
    '19': 6, '20': 2, '31': 8, '32': 8, '33': 8, '34': 8, '35': 8, '36': 8, '41': 14,
}
VARIABLE = ('10', '21', '22', '30', '37', '90', '91', '92', '93', '94', '95', '96', '97', '98', '99')
_LONGER = re.compile(r'(24[0-3]|25[0-57]|400|401|403|420|421|422|71\d|8\d{3}|7\d{3})')
_OURS = re.compile(r'/channel/code/([^/?#]+)')
_ADDRESS = re.compile(r'[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*([^?#]*)(?:\?([^#]*))?')
_ESCAPED = re.compile(r'(?:%[0-9A-Fa-f]{2})+')


class CodeRefused(ValueError):
    """What was scanned is no code. `key` says why."""

    def __init__(self, key: str):
        super().__init__(key)
        self.key = key


@dataclass(frozen=True, slots=True)
class Code:
    """A code read. `key` is how it is kept: one spelling, whatever the carrier.

    :param kind: one of KINDS, or 'gtin': names a product, not one thing
    """

    kind: str
    key: str
    gtin: str = ''
    serial: str = ''
    lot: str = ''
    expiry: date | None = None


def read(text: str, today: date) -> Code:
    """What was scanned or typed, as a code.

    :raise CodeRefused: empty, too long, or nothing that we know, or with a wrong check digit
    """
    text = unicodedata.normalize('NFKC', str(text)).strip()
    if not text or len(text) > MAX_LENGTH or '\x00' in text:
        raise CodeRefused('unreadable')
    text = _SEPARATORS.sub(GS, _SYMBOLOGY.sub('', text)).strip(GS)
    if '://' in text:
        return _read_address(text, today)
    if _BRACKETS.match(text):
        return _from_elements(_read_brackets(text), today)
    plain = re.sub(r'[ \t\r\n]', '', text)
    if GS in plain or _begins_like_elements(plain):
        elements = _read_elements(plain)
        if elements:
            return _from_elements(elements, today)
    return _read_plain(plain)


def _read_address(text: str, today: date) -> Code:
    """A GS1 Digital Link of any host, or the address of our own page."""
    address = _ADDRESS.match(text)
    path, query = (address[1], address[2] or '') if address else ('', '')
    if match := _OURS.search(path):
        inner = _unquote(match[1])
        if '://' in inner:
            raise CodeRefused('unreadable')
        return read(inner, today)
    names = [_unquote(part) for part in path.split('/') if part]
    # From the first key on the path is pairs; before it a shop may have a path of its own.
    start = next((i for i, name in enumerate(names) if name in ('01', '00') and i + 1 < len(names)), None)
    if start is None or (len(names) - start) % 2:
        raise CodeRefused('unreadable')
    elements = dict(zip(names[start::2], names[start + 1::2], strict=True))
    for pair in query.split('&'):
        name, _sign, value = pair.partition('=')
        if name.isdecimal():
            elements[name] = _unquote(value)
    if '01' in elements:
        elements['01'] = elements['01'].zfill(14)
    return _from_elements(elements, today)


def _read_brackets(text: str) -> dict[str, str]:
    pieces = _BRACKETS.split(text)
    return {name: value.strip(GS + ' ') for name, value in zip(pieces[1::2], pieces[2::2], strict=True)}


def _begins_like_elements(text: str) -> bool:
    """Whether this is a GS1 element string whose separators may be lost: a GTIN first, or nothing but an SSCC."""
    if not text[:16].isascii() or not text[:16].isdigit():
        return False
    return (text[:2] == '01' and len(text) > 16 and not find_gtin_problem(text[2:16])) or (
        text[:2] == '00' and len(text) >= 20 and _is_sscc(text[2:20]))


def _read_elements(text: str) -> dict[str, str]:
    """Element string without brackets. What cannot be told apart is left out; {} where nothing can."""
    found, rest = {}, text
    while rest:
        rest = rest.lstrip(GS)
        name = next((ai for ai in (rest[:2],) if ai in FIXED or ai in VARIABLE), None)
        if name is None and (match := _LONGER.match(rest)):
            name = match[0]
        if not name:
            break
        if name in FIXED:
            value, rest = rest[2:2 + FIXED[name]], rest[2 + FIXED[name]:]
        else:
            value, _separator, rest = rest[len(name):].partition(GS)
        found.setdefault(name, value)
    return found


def _from_elements(elements: Mapping[str, str], today: date) -> Code:
    if '00' in elements and '01' not in elements:
        if not _is_sscc(elements['00']):
            raise CodeRefused('check_digit')
        return Code('sscc', f"00{elements['00']}")
    gtin, serial, lot = elements.get('01', ''), elements.get('21', ''), elements.get('10', '')
    if not gtin:
        raise CodeRefused('unreadable')
    if find_gtin_problem(gtin):
        raise CodeRefused('check_digit')
    gtin = gtin.zfill(14)
    if any(value and not _SERIAL.fullmatch(value) for value in (serial, lot)):
        raise CodeRefused('unreadable')
    expiry = read_date(elements.get('17', ''), today)
    if not serial:
        return Code('gtin', gtin, gtin, '', lot, expiry)
    return Code('sgtin', f'01{gtin}21{serial}', gtin, serial, lot, expiry)


def _read_plain(text: str) -> Code:
    """Digits and letters without anything that says what they are."""
    if text.isascii() and text.isdigit():
        if len(text) == 18 and _is_sscc(text):
            return Code('sscc', f'00{text}')
        if len(text) in (8, 12, 13, 14) and not find_gtin_problem(text):
            return Code('gtin', text.zfill(14), text.zfill(14))
    own = text.replace('-', '').upper().translate(_FOLD)
    if is_own(own):
        return Code('own', own)
    if not _OTHER.fullmatch(text):
        raise CodeRefused('unreadable')
    return Code('other', text)


def read_date(text: str, today: date) -> date | None:
    """YYMMDD as GS1 writes it: day 00 is the last of the month, the century the one that is nearest."""
    if not (len(text) == 6 and text.isascii() and text.isdigit()):
        return None
    year, month, day = (int(text[i:i + 2]) for i in (0, 2, 4))
    gap = year - today.year % 100
    century = today.year // 100 - (gap >= 51) + (gap <= -50)
    try:
        year += century * 100
        return date(year, month, day or monthrange(year, month)[1])
    except (ValueError, IndexError):
        return None


def _is_sscc(text: str) -> bool:
    return len(text) == 18 and text.isascii() and text.isdigit() and ean.calc_check_digit(text[:-1]) == text[-1]


def _unquote(text: str) -> str:
    """Percent signs of an address read back; what is no UTF-8 becomes a sign that no code has."""
    return _ESCAPED.sub(lambda found: bytes.fromhex(found[0].replace('%', '')).decode('utf-8', 'replace'), text)


# --- our own codes


def is_prefix(prefix: str) -> bool:
    """Whether our own codes may begin so: 1 to 8 letters or digits, none of I, L, O, U."""
    return bool(_PREFIX.fullmatch(prefix))


def make_own(prefix: str, draw: Callable[[str], str], most: int = MAX_CODE) -> str:
    """A code of our own: prefix, a part that nobody can guess, a check character over both.

    :param draw: one of the signs it is given, at random; of a source that is fit for secrets
    :param most: so many signs at most; a prefix of eight leaves eleven random ones in a GS1 serial
    """
    body = prefix + "".join(draw(LETTERS) for _i in range(min(RANDOM_LENGTH, most - len(prefix) - 1)))
    return body + _check_sign(body)


def make_sgtin(gtin: str, prefix: str, draw: Callable[[str], str]) -> str:
    """A GS1 serial of this trade item that every scanner reads. :param draw: as for `make_own`"""
    return f'01{gtin.zfill(14)}21{make_own(prefix, draw, MAX_SERIAL)}'


def is_own(text: str) -> bool:
    """Whether this could be one of our own: right signs, right length, right check character."""
    if not RANDOM_LENGTH + 2 <= len(text) <= RANDOM_LENGTH + 9 or set(text) - set(LETTERS):
        return False
    return _check_sign(text[:-1]) == text[-1]


def _check_sign(body: str) -> str:
    """ISO 7064's hybrid system over our 32 signs: every single wrong one shows, and nearly all swaps of neighbours."""
    return mod_37_36.calc_check_digit(body, alphabet=LETTERS)


def show_own(key: str) -> str:
    """In groups of four, as a person reads and types it."""
    return "-".join(key[i:i + 4] for i in range(0, len(key), 4))


def digital_link(code: Code | str, host: str) -> str:
    """The address in the QR code of a label: GS1 Digital Link where the code is a GS1 serial, else our own page."""
    key = code if isinstance(code, str) else code.key
    if re.fullmatch(r'01\d{14}21.+', key):
        return f'{host}/01/{key[2:16]}/21/{_quote(key[18:])}'
    return f'{host}/channel/code/{_quote(key)}'


def element_string(key: str) -> str:
    """How a person reads a GS1 code: (01)…(21)…"""
    if re.fullmatch(r'01\d{14}21.+', key):
        return f'(01){key[2:16]}(21){key[18:]}'
    return f'(00){key[2:]}' if re.fullmatch(r'00\d{18}', key) else key


def _quote(text: str) -> str:
    return "".join(sign if sign.isalnum() or sign in '-._~' else f'%{ord(sign):02X}' for sign in text)


# --- lists of codes with what they are in


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list: a code, what it is in, what it holds."""

    number: int
    code: Code
    parent: str = ''
    product: str = ''
    lot: str = ''
    qty: str = ''


HEADERS = {
    **dict.fromkeys(('code', 'item_code', 'trace_code', '码', '追溯码', '编码', '条码'), 'code'),
    **dict.fromkeys(('parent', 'parent_code', 'container', 'case', '父码', '箱码', '上级码'), 'parent'),
    **dict.fromkeys(('product', 'sku', 'item', 'gtin', '商品编码', '物料编码', '货号'), 'product'),
    **dict.fromkeys(('lot', 'batch', '批号', '批次'), 'lot'),
    **dict.fromkeys(('qty', 'quantity', 'holds', '数量', '装量'), 'qty'),
    **dict.fromkeys(('delivery', 'shipment', 'document', '单号', '发货单', '出库单'), 'delivery'),
}


def read_rows(
    cells: Iterable[tuple[int, list[str]]], names: list[str | None], today: date,
) -> tuple[list[Row], list[tuple[int, str, str]]]:
    """(rows that can be read, [(number, reason, what it says)] of the others), each code once."""
    rows, wrong, seen = [], [], set()
    for number, values in cells:
        given = {name: value for name, value in zip(names, values, strict=False) if name and value}
        try:
            code = read(given.get('code', ''), today)
            if code.kind == 'gtin':
                raise CodeRefused('product_code')
            parent = read(given['parent'], today).key if given.get('parent') else ''
        except CodeRefused as refused:
            wrong.append((number, refused.key, given.get('code', '')))
            continue
        if code.key in seen:
            wrong.append((number, 'twice', code.key))
        elif parent == code.key:
            wrong.append((number, 'in_itself', code.key))
        else:
            seen.add(code.key)
            rows.append(Row(
                number, code, parent, given.get('product', ''), given.get('lot', '') or code.lot, given.get('qty', '')))
    return rows, wrong


def find_rings(parents: Mapping[str, str]) -> set[str]:
    """Codes that would lie in themselves by way of others. :param parents: {code: what it is in}"""
    good, rings = set(), set()
    for start in parents:
        path, code = [], start
        while code in parents and code not in good and code not in path:
            path.append(code)
            code = parents[code]
        if code in path:
            rings.update(path[path.index(code):])
        good.update(path)
    return rings


def levels(parents: Mapping[str, str], keys: Iterable[str]) -> dict[str, int]:
    """{code: 1 for what holds no other code, 2 for what holds those, and so on}"""
    found = dict.fromkeys(keys, 1)
    for key in list(found):
        level, code = 1, key
        while code in parents:
            code, level = parents[code], level + 1
            if found.get(code, 0) >= level:
                break
            found[code] = level
    return found

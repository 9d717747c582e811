"""Rows of sales: what is taken, what is held and why."""
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from devkit.engines import load_engine
from hypothesis import given
from hypothesis import strategies as st

engine = load_engine('channel_inventory')
sell, written = engine.sell_through, engine.written
GOOD = {'source': 'pos', 'external_key': 'A-1', 'member': 'S1', 'sku': 'MLK-1', 'qty': 3, 'date': '2026-11-20'}
TODAY, OLDEST = date(2026, 11, 22), date(2024, 10, 1)
CODES = sell.Codes(
    sources={'pos': 1}, members={'S1': 7}, skus={'MLK-1': 70}, gtins={'6901': (70, Fraction(24))},
    aliases={(1, 'Shop 7'): 7}, member_skus={(7, 'own'): 71}, lots={(70, 'L1'): 5},
    units={(70, 'case'): Fraction(12), (70, 'sip'): Fraction(1, 12)})
LIMITS = sell.Limits(TODAY, OLDEST, Decimal(1000), digits=2)


def understand(raw, limits=LIMITS, style=written.PLAIN):
    sale = sell.read(raw, 1, style=style)
    if isinstance(sale, sell.Held):
        return sale
    return sell.understand(sale, CODES, limits, raw)


def test_row_becomes_a_fact():
    fact = understand(GOOD | {'price': '4.50', 'lot': 'L1', 'sold_to': "Corner"})
    assert fact == sell.Fact(1, 1, 'A-1', 7, 70, 5, Decimal(3), date(2026, 11, 20), Decimal('4.50'), "Corner")


@pytest.mark.parametrize(('change', 'qty'), [
    ({'uom': 'CASE'}, 36), ({'sku': None, 'gtin': '6901'}, 72), ({'qty': '1,000'}, 1000), ({'qty': '-2'}, -2),
    ({'qty': '０．５'}, Decimal('0.5')), ({'qty': '1,5'}, Decimal('1.5')), ({'qty': '7-'}, -7), ({'qty': 0}, 0),
    ({'qty': 24, 'uom': 'sip'}, 2), ({'sku': 'own'}, 3), ({'sku': '', 'gtin': 'own'}, 3), ({'member': 's1'}, 3),
    ({'member': 'Shop 7'}, 3), ({'sku': '', 'member_sku': 'own'}, 3), ({'gtin': '', 'sku': 'MLK-1'}, 3),
])
def test_quantities_come_in_the_products_own_unit(change, qty):
    assert understand(GOOD | change).qty == qty


@pytest.mark.parametrize(('value', 'day'), [
    ('2026-11-20', 20), ('2026/11/2', 2), ('20261120', 20), (20261120, 20), ('2026-11-20T23:59:59Z', 20),
    ('2026-11-20 08:00', 20), (date(2026, 11, 20), 20), (datetime(2026, 11, 20, 5), 20),
])
def test_days_as_systems_write_them(value, day):
    assert sell.read(GOOD | {'date': value}, 1).day == date(2026, 11, day)


@pytest.mark.parametrize(('change', 'reason'), [
    ({'external_key': ''}, 'no_key'), ({'external_key': None}, 'no_key'), ({'external_key': 'x' * 121}, 'no_key'),
    ({'external_key': ['A']}, 'not_text'), ({'member': {'id': 1}}, 'not_text'), ({'member': True}, 'not_text'),
    ({'member': 'S\x001'}, 'not_text'), ({'member': ''}, 'unknown_member'), ({'member': 'S9'}, 'unknown_member'),
    ({'sku': ''}, 'unknown_product'), ({'sku': 'X'}, 'unknown_product'),
    ({'sku': None, 'gtin': '1'}, 'unknown_product'),
    ({'sku': None, 'member_sku': 'other'}, 'unknown_product'), ({'source': 'x'}, 'unknown_source'),
    ({'sku': '=1+1'}, 'unknown_product'), ({'sku': '\U0001f95b'}, 'unknown_product'),
    ({'sku': '\ud800'}, 'unknown_product'),
    ({'member': '\ufffd'}, 'not_text'), ({'external_key': 'A\ud83d'}, 'not_text'),
    ({'qty': 1, 'uom': 'sip'}, 'wrong_rounding'), ({'qty': '0.125'}, 'wrong_rounding'),
    ({'revision': 'x'}, 'wrong_version'), ({'revision': -1}, 'wrong_version'), ({'revision': '1.5'}, 'wrong_version'),
    ({'changed_at': 'yesterday'}, 'wrong_version'), ({'changed_at': 5}, 'wrong_version'),
    ({'qty': 'three'}, 'wrong_quantity'), ({'qty': None}, 'wrong_quantity'),
    ({'qty': 'NaN'}, 'wrong_quantity'), ({'qty': 'Infinity'}, 'wrong_quantity'), ({'qty': '1e400'}, 'wrong_quantity'),
    ({'qty': True}, 'wrong_quantity'), ({'qty': '0.0000001'}, 'wrong_quantity'), ({'qty': [3]}, 'wrong_quantity'),
    ({'qty': 1001}, 'absurd'), ({'qty': -1001}, 'absurd'), ({'qty': 84, 'uom': 'case'}, 'absurd'),
    ({'date': '31/02/2026'}, 'wrong_date'), ({'date': '2026-02-30'}, 'wrong_date'), ({'date': None}, 'wrong_date'),
    ({'date': 45000.5}, 'wrong_date'), ({'date': '2026111'}, 'wrong_date'),
    ({'date': '05/11/2026'}, 'wrong_date'), ({'date': '2026-11-24'}, 'future'), ({'date': '2024-09-30'}, 'too_old'),
    ({'uom': 'barrel'}, 'unknown_unit'), ({'lot': 'L9'}, 'unknown_lot'), ({'price': -1}, 'wrong_price'),
    ({'price': 'free'}, 'wrong_price'),
])
def test_row_that_is_held_says_why(change, reason):
    raw = GOOD | change
    held = understand(raw)
    assert isinstance(held, sell.Held), held
    assert held.reason == reason
    assert held.raw == raw


def test_no_row_is_a_row_too():
    assert [sell.read(raw, 1).reason for raw in ('x', None, 7, [])] == ['not_a_row'] * 4


def test_tomorrow_is_today_in_the_east():
    assert isinstance(understand(GOOD | {'date': '2026-11-23'}), sell.Fact)


def test_headers_of_files():
    assert sell.read_header(['流水号', '门店编码', '货号', 'Qty', 'Sold On', 'Weather']) == [
        'external_key', 'member', 'sku', 'qty', 'date', None]


ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.lists(st.integers()))


@given(st.dictionaries(st.sampled_from([*GOOD, 'uom', 'lot', 'price', 'gtin', 'member_sku', 'sold_to']), ANYTHING))
def test_whatever_comes_is_taken_or_held(change):
    found = understand(GOOD | change)
    assert isinstance(found, (sell.Fact, sell.Held))
    if isinstance(found, sell.Fact):
        assert abs(found.qty) <= 1000
    else:
        assert sell.clean(found.detail) == found.detail, "a database takes it"


def test_what_a_person_has_chosen_goes_before_any_code():
    sale = sell.read(GOOD | {'sku': 'nobody knows'}, 1)
    codes = sell.Codes(sources=CODES.sources, members=CODES.members, skus={'nobody knows': 5}, chosen={1: 77})
    assert sell.understand(sale, codes, LIMITS, {}).product == 77
    assert sell.understand(sell.read(GOOD | {'sku': 'nobody knows'}, 2), codes, LIMITS, {}).product == 5


def test_rows_of_others_are_unknown_to_a_till():
    limits = sell.Limits(TODAY, OLDEST, Decimal(1000), members=frozenset({8}))
    assert understand(GOOD, limits).reason == 'unknown_member'


def test_price_is_that_of_the_unit_that_is_named():
    assert understand(GOOD | {'uom': 'case', 'price': 120}).price == 10
    assert understand(GOOD | {'sku': '', 'gtin': '6901', 'price': '24'}).price == 1
    assert understand(GOOD | {'price': 0}).price == 0


@pytest.mark.parametrize(('style', 'change', 'qty', 'day'), [
    (written.Style('dmy', ','), {'qty': '1.234,5', 'date': '05/11/2026'}, Decimal('1234.5'), date(2026, 11, 5)),
    (written.Style('mdy', '.'), {'qty': '1,234.5', 'date': '11/05/26'}, Decimal('1234.5'), date(2026, 11, 5)),
    (written.Style('ymd', ','), {'qty': '1.250', 'date': '2026年11月5日'}, Decimal(1250), date(2026, 11, 5)),
])
def test_as_the_sender_writes(style, change, qty, day):
    sale = sell.read(GOOD | change, 1, style=style)
    assert (sale.qty, sale.day) == (qty, day)


def test_newer_of_two_reports():
    def version(**raw):
        return sell.read(GOOD | raw, 1).version
    assert version() is None
    assert version(revision='7') == 7
    assert version(revision=0) == 0
    assert version(changed_at='2026-11-20T10:00:00+08:00') < version(changed_at='2026-11-20 02:00:01')
    assert version(changed_at='2026-11-20T02:00:00Z') == version(changed_at='2026-11-20T10:00:00+08:00')
    assert version(revision=1, changed_at='rubbish') == 1


@given(st.decimals(-10**9, 10**9, places=2), st.sampled_from(['{:f}', '{:,f}']))
def test_number_as_english_systems_write_it(number, layout):
    assert written.number(layout.format(number)) == number


@given(st.decimals(-10**9, 10**9, places=2))
def test_number_as_continental_systems_write_it(number):
    text = f'{number:,f}'.replace(',', ' ').replace('.', ',').replace(' ', '.')
    assert written.number(text, ',') == number


@given(st.dates(), st.sampled_from(['%Y-%m-%d', '%Y/%m/%d', '%Y%m%d', '%Y年%m月%d日', '%Y.%m.%d', '%Y-%m-%d 23:59']))
def test_day_as_systems_write_it(day, layout):
    text = day.strftime(layout)
    assert written.day(text.zfill(len(text) + 4 - len(str(day.year))) if day.year < 1000 else text) == day


@given(st.text(max_size=30), st.sampled_from(written.DECIMALS), st.sampled_from(written.DATE_ORDERS))
def test_any_text_is_a_number_and_a_day_or_none(text, decimal, order):
    number = written.number(text, decimal)
    assert number is None or number.is_finite()
    assert written.day(text, order) is None or written.day(text, order).year


@given(st.decimals(0, 10**6, places=3), st.integers(1, 200), st.integers(1, 200))
def test_units_come_out_even_or_are_held(qty, many, one):
    factor = Fraction(many, one)
    found = sell.to_own_unit(qty, factor, 2)
    exact = Fraction(qty) * factor
    assert found is None or Fraction(found) == exact
    assert (found is None) == ((exact * 100).denominator != 1)

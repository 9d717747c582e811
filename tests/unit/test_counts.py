"""What was counted: rows read, understood, held."""
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from devkit.engines import load_engine
from hypothesis import given
from hypothesis import strategies as st

engine = load_engine('channel_inventory')
counts = engine.counts
NOW = datetime(2026, 11, 20, 4)  # noon in Shanghai
ZONE = ZoneInfo('Asia/Shanghai')
ROW = {'source': 'api', 'external_key': 'K', 'member': 'D1', 'sku': 'A', 'qty': 3, 'date': '2026-11-19'}


def read(**change):
    return counts.read({**ROW, **change}, 1, NOW, ZONE)


def test_day_means_its_end_where_headquarters_is_and_today_means_now():
    assert read().moment == datetime(2026, 11, 19, 15, 59, 59)
    assert read(date='2026-11-20').moment == NOW
    assert read(date=date(2026, 11, 19)).moment == datetime(2026, 11, 19, 15, 59, 59)
    assert read(date='2026-11-20T11:00:00+08:00').moment == datetime(2026, 11, 20, 3)
    assert read(date='2026-11-20T03:00:00Z').moment == datetime(2026, 11, 20, 3)
    assert read(date=datetime(2026, 11, 20, 3, tzinfo=timezone.utc)).moment == datetime(2026, 11, 20, 3)


@pytest.mark.parametrize(('change', 'reason'), [
    ({'external_key': ''}, 'no_key'), ({'external_key': 'x' * 200}, 'not_text'), ({'member': ''}, 'unknown_member'),
    ({'sku': ''}, 'unknown_product'), ({'qty': None}, 'wrong_quantity'), ({'qty': -1}, 'wrong_quantity'),
    ({'qty': 'x'}, 'wrong_quantity'), ({'qty': float('nan')}, 'wrong_quantity'), ({'qty': True}, 'wrong_quantity'),
    ({'qty': '1e12'}, 'wrong_quantity'), ({'qty': '0.0000001'}, 'wrong_quantity'), ({'date': None}, 'wrong_date'),
    ({'date': '2026-13-01'}, 'wrong_date'), ({'date': '2026-11-25'}, 'future'), ({'date': '2026-01-01'}, 'too_old'),
    ({'date': '9999-12-31'}, 'future'), ({'member': ['D1']}, 'not_text'), ({'sku': 'a\x00'}, 'not_text'),
])
def test_what_is_held(change, reason):
    assert read(**change).reason == reason


def test_nothing_is_a_count():
    assert read(qty=0).qty == 0
    assert read(qty='0').qty == 0
    assert counts.read('rubbish', 1, NOW, ZONE).reason == 'not_a_row'


ANY = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.lists(st.integers(), max_size=2),
    st.dates(), st.datetimes())


@given(st.dictionaries(st.sampled_from(sorted(ROW)), ANY))
def test_rubbish_raises_nothing(change):
    row = read(**change)
    assert isinstance(row, (counts.Row, counts.Held))


def make(key, lot=None, member=1, product=1, moment=NOW, qty=1):
    return counts.Counted(1, 1, key, member, product, lot, Decimal(qty), moment)


def test_product_and_lot_contradict_each_other():
    good, held = counts.drop_ambiguous([make('a', 1), make('b', 2), make('c'), make('d', 1)])
    assert [row.key for row in good] == ['a', 'b']
    assert [row.key for row in held] == ['c', 'd']
    good, held = counts.drop_ambiguous([make('a'), make('b', 2), make('c', moment=NOW - timedelta(days=1))])
    assert ([row.key for row in good], [row.key for row in held]) == (['a', 'c'], ['b'])


def test_of_a_key_that_comes_twice_the_last_counts():
    good, held = counts.drop_ambiguous([make('a', qty=1), make('a', qty=2)])
    assert [row.qty for row in good] == [2]
    assert not held


@pytest.mark.parametrize(('book', 'counted', 'is_large'), [
    (100, 100, False), (100, 95, False), (100, 94, False), (100, 89, True), (10, 5, False), (10, 4, True),
    (0, 5, False), (0, 6, True), (-3, 3, True),
])
def test_large_is_more_than_so_many_and_more_than_a_share(book, counted, is_large):
    assert counts.is_large(Decimal(book), Decimal(counted), Decimal('.1'), Decimal(5)) == is_large


def test_understanding():
    codes = engine.sell_through.Codes(
        sources={'api': 7}, members={'D1': 1}, skus={'A': 11}, gtins={'69': (11, Decimal(12))},
        member_skus={(1, 'Q'): 11}, units={(11, 'case'): Decimal(24)}, lots={(11, 'L'): 5})

    def tell(**change):
        return counts.understand(read(**change), codes)
    assert (tell().product, tell().qty) == (11, 3)
    assert tell(sku='', gtin='69').qty == 36
    assert tell(sku='', member_sku='Q', uom='Case').qty == 72
    assert tell(lot='L').lot == 5
    for change, reason in (
            ({'source': 'X'}, 'unknown_source'), ({'member': 'X'}, 'unknown_member'), ({'sku': 'X'}, 'unknown_product'),
            ({'uom': 'X'}, 'unknown_unit'), ({'lot': 'X'}, 'unknown_lot')):
        assert tell(**change).reason == reason

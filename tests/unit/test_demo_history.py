"""Two years at a member: the shape is a real year's, what comes and goes adds up, the same day gives the same."""
import gzip
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest
from devkit.engines import load_engine
from hypothesis import given
from hypothesis import strategies as st

engine = load_engine('channel_inventory')
history, ledger, retail = engine.history, engine.ledger, engine.retail
FILE = Path(__file__).parents[2] / 'addons' / 'channel_inventory' / 'demo' / 'retail_series.csv.gz'
TODAY = date(2026, 11, 22)
START = TODAY - timedelta(days=730)
HABITS = st.builds(
    history.Habit, pack=st.sampled_from((1, 6, 12)), review=st.sampled_from((7, 14)), phase=st.integers(0, 6),
    lead=st.integers(1, 3), cover=st.floats(1, 20), reports=st.sampled_from((1, 7)), report_phase=st.integers(0, 6),
    shelf=st.sampled_from((None, 21, 60, 240)), cycle=st.sampled_from((7, 14, 28)), breaks=st.integers(0, 5),
    counts=st.sampled_from((0, 30)), dry=st.sampled_from(((0, 0), (50, 90))), flood=st.sampled_from((-1, 40)),
    flood_days=st.floats(30, 120))
WANTED = st.lists(st.integers(0, 40), min_size=90, max_size=140)


@pytest.fixture(scope='module')
def series():
    with gzip.open(FILE, 'rt', encoding='utf-8') as lines:
        return retail.read(lines)


def correlation(ones, others):
    mean, other_mean = sum(ones) / len(ones), sum(others) / len(others)
    both = sum((one - mean) * (other - other_mean) for one, other in zip(ones, others, strict=True))
    spread = sum((one - mean) ** 2 for one in ones) * sum((other - other_mean) ** 2 for other in others)
    return both / spread ** .5


def weekly(values):
    return [sum(values[first:first + 7]) for first in range(0, len(values) - 6, 7)]


def source_of(series, group, start, days):
    return [series.every[group][retail.source_day(start + timedelta(days=number))] for number in range(days)]


def test_file_is_small_and_whole(series):
    assert FILE.stat().st_size < 300_000
    assert {len(values) for values in series.every.values()} == {365}
    assert {len(stores) for stores in series.stores.values()} == {20}
    assert len(series.products) == 60
    for group, days in series.every.items():
        assert sum(days) == sum(sum(weeks) for kin, weeks in series.products.values() if kin == group)


@pytest.mark.parametrize('group', ['Yoghurt', 'Milk', 'Drinks', 'Snacks', 'Chilled', 'Health'])
def test_seasons_survive(series, group):
    """All shops together, over two years, against the source's weeks."""
    skus = [sku for sku, (kin, _weeks) in series.products.items() if kin == group]
    total = [0] * 728
    for number, sku in enumerate(skus):
        models = [(number * 2 + step) % 20 for step in range(8)]
        sold = retail.sales(retail.shape(series, sku, models), START, 728, sum(series.products[sku][1]) / 50)
        total = [one + other for one, other in zip(total, sold, strict=True)]
    assert correlation(weekly(total), weekly(source_of(series, group, START, 728))) > .9


def test_weekends_survive(series):
    """Most is sold at the weekend, as in the source."""
    sold = retail.sales(retail.shape(series, 'MLK-W-250', [0, 3, 8]), START, 728, 40)
    source = source_of(series, 'Milk', START, 728)
    by_weekday, of_source = Counter(), Counter()
    for number in range(728):
        weekday = (START + timedelta(days=number)).weekday()
        by_weekday[weekday] += sold[number]
        of_source[weekday] += source[number]
    assert correlation([by_weekday[day] for day in range(7)], [of_source[day] for day in range(7)]) > .9
    assert min(by_weekday[5], by_weekday[6]) > max(by_weekday[day] for day in range(4))


@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)))
def test_source_day_is_the_same_weekday_at_the_same_time_of_the_year(day):
    place = retail.source_day(day)
    assert 0 <= place < retail.DAYS
    found = retail.START + timedelta(days=place)
    assert found.weekday() == day.weekday()
    same = found.replace(month=day.month, day=min(day.day, 28))
    assert abs((found - same).days) <= 10


@given(st.floats(.05, 90), st.floats(-.2, .2))
def test_rounding_loses_nothing(mean, growth):
    shape = [1 + .5 * (number % 7 == 6) for number in range(retail.DAYS)]
    exact = sum(
        mean * (1 + growth) ** ((number - 365) / retail.DAYS) * shape[retail.source_day(START + timedelta(days=number))]
        for number in range(730))
    sold = retail.sales(shape, START, 730, mean, growth)
    assert abs(sum(sold) - exact) <= .51
    assert all(isinstance(qty, int) for qty in sold)


def test_same_day_gives_the_same(series):
    def draw():
        return retail.sales(retail.shape(series, 'YOG-B-200', [3, 7]), START, 730, 4.2, .05)
    habit = history.Habit(pack=12, shelf=21, cycle=7, breaks=9, counts=91)
    assert draw() == draw()
    assert history.live(draw(), habit) == history.live(draw(), habit)


@given(WANTED, HABITS)
def test_nothing_comes_from_nowhere(wanted, habit):
    """In the sequence in which they are posted, movements never take what is not there, lot by lot."""
    events, sold = history.live(wanted, habit)
    book = defaultdict(int)
    told = [(event.day, 0, event) for event in events] + [(report.day, 1, report) for report in sold]
    for _day, _last, found in sorted(told, key=lambda item: item[:2]):
        if isinstance(found, history.Sold):
            book[found.lot, 'available'] -= found.qty
        else:
            assert (found.from_state, found.to_state) in ledger.KINDS[found.kind]
            book[found.lot, found.from_state] -= found.qty
            book[found.lot, found.to_state] += found.qty
        assert found.qty > 0
        assert all(qty >= 0 for (_lot, state), qty in book.items() if state), (found, book)
    assert sum(report.qty for report in sold) <= sum(wanted)
    assert all((event.lot is None) == (habit.shelf is None) for event in events)


@given(WANTED)
def test_what_is_not_scanned_in_is_sold_below_nothing(wanted):
    """The ledger of a member that forgets to scan falls below nothing, and says why: it is all on the road."""
    wanted = [qty + 1 for qty in wanted]
    events, sold = history.live(wanted, history.Habit(cover=2, reports=1, scans_until=30))
    available = sum(
        event.qty * ((event.to_state == 'available') - (event.from_state == 'available')) for event in events)
    on_the_road = sum(event.qty * {'shipment': 1, 'receipt': -1}.get(event.kind, 0) for event in events)
    assert available - sum(report.qty for report in sold) < 0 < on_the_road
    assert sum(report.qty for report in sold if report.day > 30) == sum(wanted[31:])


def test_goods_expire_and_go_back():
    """Nobody wants the tubs any more: what lies there expires, waits, and goes back."""
    events, _sold = history.live([5] * 30 + [0] * 90, history.Habit(pack=12, shelf=21, cycle=7, cover=9))
    expired = sum(event.qty for event in events if event.to_state == 'expired')
    assert expired > 0
    assert sum(event.qty for event in events if event.kind == 'return') == expired


def test_broken_goods_are_set_aside_and_taken_back():
    events, _sold = history.live([8] * 120, history.Habit(pack=12, breaks=2))
    broken = [event for event in events if event.to_state == 'damaged']
    assert broken
    assert {event.kind for event in broken} == {'receipt'}
    back = [event.day for event in events if event.from_state == 'damaged']
    assert back == [event.day + history.RETURNED_AFTER for event in broken][:len(back)]


def test_member_runs_dry_when_headquarters_ships_nothing():
    _events, sold = history.live([8] * 120, history.Habit(pack=1, reports=1, report_phase=0, cover=3, dry=(60, 120)))
    assert max(report.day for report in sold) < 90


def test_a_flood_lies_there_for_long():
    events, sold = history.live([8] * 120, history.Habit(pack=1, flood=80, flood_days=100))
    held = sum(event.qty * ((event.to_state == 'available') - (event.from_state == 'available')) for event in events)
    assert held - sum(report.qty for report in sold) > 8 * 50

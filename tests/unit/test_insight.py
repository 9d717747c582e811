"""Figures of stock: definitions that hold for any history, and by hand."""
from datetime import date, timedelta
from decimal import Decimal

from devkit.engines import load_engine
from hypothesis import given
from hypothesis import strategies as st

insight = load_engine('channel_inventory').insight
TODAY = date(2026, 11, 22)
LIMITS = insight.Limits()
DAYS = st.integers(0, 300).map(lambda days: TODAY - timedelta(days))
QTY = st.integers(1, 500).map(Decimal)
CHANGES = st.dictionaries(DAYS, st.integers(-200, 200).map(Decimal), max_size=12)
ARRIVALS = st.lists(st.tuples(DAYS, QTY), max_size=8).map(sorted)


def ago(days):
    return TODAY - timedelta(days)


@given(QTY, CHANGES, st.integers(1, 120))
def test_mean_stock_is_the_mean_of_the_ends_of_days(at_hand, changes, days):
    ends = [at_hand - sum((qty for day, qty in changes.items() if day > ago(n)), Decimal(0)) for n in range(days)]
    assert abs(insight.mean_stock(at_hand, changes, TODAY, days) - sum(ends) / days) < Decimal('1e-9')


@given(st.integers(0, 2000).map(Decimal), ARRIVALS)
def test_layers_are_the_latest_arrivals_and_no_more_than_is_there(at_hand, arrivals):
    layers = insight.layers(at_hand, arrivals)
    came = sum((qty for _day, qty in arrivals), Decimal(0))
    assert sum((qty for _day, qty in layers), Decimal(0)) == min(at_hand, came)
    assert [day for day, _qty in layers] == sorted((day for day, _qty in layers), reverse=True)
    age = insight.age(layers, TODAY)
    assert age is None if not layers else 0 <= age <= 300


@given(st.integers(-50, 200).map(Decimal), CHANGES, st.integers(0, 200), st.integers(1, 90))
def test_days_out_of_stock_are_some_of_those_that_count(available, changes, first, days):
    position = insight.Position(available, available, ago(first), free_changes=changes)
    out, active = insight.days_out(position, TODAY, days)
    assert 0 <= out <= active <= min(days, first + 1)


@given(ARRIVALS, CHANGES, QTY)
def test_shares_never_exceed_what_is_there(arrivals, sales, at_hand):
    sold = {day: abs(qty) for day, qty in sales.items()}
    figures = insight.judge(insight.Position(
        at_hand, at_hand, ago(300), arrivals, sales=sold, last_sale=max(sold, default=None),
        expiring=at_hand * 2), TODAY, LIMITS)
    assert 0 <= figures.slow_qty <= at_hand and 0 <= figures.old_qty <= at_hand
    assert figures.daily_sales >= 0 and (figures.supply is None) == (figures.daily_sales == 0)


def test_first_in_first_out():
    arrivals = [(ago(100), Decimal(50)), (ago(10), Decimal(30))]
    assert insight.layers(Decimal(40), arrivals) == [(ago(10), 30), (ago(100), 10)]
    assert insight.age(insight.layers(Decimal(40), arrivals), TODAY) == Decimal('32.5')
    assert insight.old_qty(insight.layers(Decimal(40), [(ago(181), Decimal(90))]), Decimal(0), TODAY, LIMITS) == 40
    assert insight.old_qty(insight.layers(Decimal(40), [(ago(180), Decimal(90))]), Decimal(0), TODAY, LIMITS) == 0


def test_slow_is_unsold_for_long_or_lasting_too_long():
    def slow(first, last=None, supply=None, at_hand=10):
        position = insight.Position(Decimal(at_hand), Decimal(at_hand), ago(first), last_sale=last and ago(last))
        return insight.is_slow(position, supply, TODAY, LIMITS)
    assert slow(61) and slow(200, 60) and slow(10, 1, Decimal(121))
    assert not slow(60), "it has not been there long enough to say"
    assert not slow(200, 59) and not slow(10, 1, Decimal(120)) and not slow(200, at_hand=0)


def test_turn_and_supply():
    assert insight.turn(Decimal(90), Decimal(73), 90) == 5
    assert insight.turn(Decimal(90), Decimal(0), 90) is None
    assert insight.days_of_supply(Decimal(30), Decimal(2)) == 15
    assert insight.days_of_supply(Decimal(-3), Decimal(2)) == 0
    assert insight.days_of_supply(Decimal(30), Decimal(0)) is None
    assert insight.daily_sales(Decimal(-28), 28) == 0

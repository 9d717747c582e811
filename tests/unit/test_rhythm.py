"""What is due about now, from past orders alone."""
from datetime import date, timedelta
from decimal import Decimal

from devkit.engines import load_engine
from hypothesis import given
from hypothesis import strategies as st

rhythm = load_engine('distributor_portal').rhythm
Habit, Purchase, find_due, find_habits = rhythm.Habit, rhythm.Purchase, rhythm.find_due, rhythm.find_habits

TODAY = date(2026, 11, 20)


def bought(*ago, product=1, qty=12):
    return [Purchase(product, TODAY - timedelta(days=days), Decimal(qty)) for days in ago]


def test_habit_is_the_median_of_what_has_happened():
    rows = [*bought(38, 29), *bought(20, qty=24), *bought(11)]
    assert find_habits(rows) == [Habit(1, 4, 9, Decimal(12), TODAY - timedelta(days=11))]


def test_two_orders_are_no_habit():
    assert find_habits(bought(20, 10)) == []


def test_orders_of_one_day_are_one():
    habit, = find_habits([*bought(20, 20, qty=6), *bought(10), *bought(0)])
    assert (habit.times, habit.usual, habit.interval) == (3, 12, 10)


def test_nothing_and_less_than_nothing_are_no_order():
    assert find_habits([*bought(20, 10), *bought(0, qty=0), *bought(5, qty=-12)]) == []


def test_due_from_the_day_before():
    habits = find_habits(bought(18, 12, 6))
    assert find_due(habits, TODAY) == habits
    assert find_due(habits, TODAY - timedelta(days=1)) == habits
    assert find_due(habits, TODAY - timedelta(days=2)) == []


def test_who_has_stopped_is_not_reminded():
    habits = find_habits(bought(60, 50, 40))
    assert find_due(habits, TODAY) == []
    assert find_due(habits, TODAY - timedelta(days=20)) == habits


def test_the_most_overdue_by_its_own_interval_comes_first():
    slow, fast = bought(100, 70, 40, product=1), bought(14, 9, 6, product=2)
    assert [habit.product for habit in find_due(find_habits(slow + fast), TODAY)] == [2, 1]


def test_known_stock_decides_instead_of_the_rhythm():
    habits = find_habits(bought(60, 50, 40))
    assert find_due(habits, TODAY, {1: 0}) == habits
    fresh = find_habits(bought(18, 12, 6))
    assert find_due(fresh, TODAY, {1: 5}) == []


purchases = st.lists(st.builds(
    Purchase, st.integers(1, 4), st.integers(0, 180).map(lambda days: TODAY - timedelta(days=days)),
    st.integers(0, 500).map(Decimal)), max_size=60)


@given(purchases)
def test_every_number_has_happened(rows):
    for habit in find_habits(rows):
        own = [row for row in rows if row.product == habit.product and row.qty > 0]
        days = sorted({row.day for row in own})
        sums = [sum(row.qty for row in own if row.day == day) for day in days]
        assert habit.usual in sums
        assert habit.interval in [(later - day).days for day, later in zip(days, days[1:], strict=False)]
        assert (habit.interval > 0, habit.last, habit.times) == (True, days[-1], len(days))


@given(purchases, st.integers(0, 60))
def test_due_are_habits_each_once_whatever_the_sequence(rows, later):
    habits, today = find_habits(rows), TODAY + timedelta(days=later)
    due = find_due(habits, today)
    assert len({habit.product for habit in due}) == len(due)
    assert find_due(list(reversed(habits)), today) == due == find_due(find_habits(reversed(rows)), today)
    assert all(habit.due <= today + timedelta(days=1) for habit in due)

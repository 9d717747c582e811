"""Periods, shares, places among others, and that a place tells nothing of a single other member."""
from datetime import date
from decimal import Decimal

import pytest
from devkit.engines import load_engine
from hypothesis import assume, given
from hypothesis import strategies as st

figures = load_engine('distributor_portal').figures
amounts = st.decimals(0, 10**6, places=2)
worlds = st.lists(amounts, min_size=5, max_size=40)


@pytest.mark.parametrize('kind, back, start, end', [
    ('month', 0, date(2026, 11, 1), date(2026, 12, 1)), ('month', 11, date(2025, 12, 1), date(2026, 1, 1)),
    ('quarter', 0, date(2026, 10, 1), date(2027, 1, 1)), ('quarter', 4, date(2025, 10, 1), date(2026, 1, 1)),
    ('year', 1, date(2025, 1, 1), date(2026, 1, 1)),
])
def test_periods_are_whole_months(kind, back, start, end):
    period = figures.period_of(kind, date(2026, 11, 22), back)
    assert (period.start, period.end) == (start, end)


@given(st.sampled_from(sorted(figures.MONTHS)), st.dates(date(2001, 1, 1), date(2090, 1, 1)), st.integers(0, 40))
def test_periods_follow_one_another(kind, day, back):
    period = figures.period_of(kind, day, back)
    assert figures.period_of(kind, day, back + 1).end == period.start
    assert figures.period_of(kind, day).holds(day)


@given(amounts, amounts)
def test_a_share_lies_between_nothing_and_all(part, whole):
    share = figures.share(part, whole)
    assert (share is None) == (whole == 0)
    assert share is None or 0 <= share <= 1


@given(amounts, amounts)
def test_change_leads_from_before_to_now(now, before):
    change = figures.change(now, before)
    if change is not None:
        assert abs(before * (1 + change) - now) <= before * figures.PRECISION


@pytest.mark.parametrize('values, words', [
    ([1] * 5, None), ([1] * 6, 'flat'), ([1, 1, 1, 2, 2, 2], 'up'), ([9, 2, 2, 2, 1, 1, 1], 'down'),
    ([0, 0, 0, 0, 0, 0], None), ([0, 0, 0, 0, 0, 4], 'up'),
])
def test_trend(values, words):
    assert figures.trend([Decimal(value) for value in values]) == words


# --- places

@given(st.lists(amounts, max_size=4), st.booleans())
def test_nobody_is_ranked_in_a_small_group(values, is_relative):
    assert figures.rank(dict(enumerate(values)), is_relative) == {}


@given(worlds)
def test_places_count_those_who_are_better(values):
    for key, place in figures.rank(dict(enumerate(values))).items():
        assert place.total == len(values)
        assert place.place == 1 + sum(value > values[key] for value in values)


@given(worlds, st.booleans())
def test_the_distance_needs_five_ahead_and_is_rounded(values, is_relative):
    for place in figures.rank(dict(enumerate(values)), is_relative).values():
        assert place.ahead is None or place.place > figures.CROWD
        if place.ahead is not None:
            assert place.ahead >= 0
            assert place.ahead % figures.STEP == 0


@given(worlds, st.data(), st.booleans())
def test_nothing_of_a_single_other_can_be_told(values, data, is_relative):
    """Who the others are, and how the five ahead share what they have together, changes nothing of what one sees."""
    own = data.draw(st.integers(0, len(values) - 1))
    before = figures.rank(dict(enumerate(values)), is_relative)[own]
    others = [value for key, value in enumerate(values) if key != own]
    shuffled = data.draw(st.permutations(others))
    again = figures.rank(dict(enumerate([*shuffled[:own], values[own], *shuffled[own:]])), is_relative)[own]
    assert again == before
    ahead = sorted(value for value in others if value > values[own])[:figures.CROWD]
    assume(len(ahead) == figures.CROWD and ahead[0] - values[own] > 2)
    moved = list(others)
    moved[moved.index(ahead[0])] -= 1
    moved[moved.index(ahead[-1])] += 1
    assume(sorted(value for value in moved if value > values[own])[figures.CROWD - 1] == ahead[-1] + 1)
    assert figures.rank(dict(enumerate([*moved[:own], values[own], *moved[own:]])), is_relative)[own] == before


# --- charts

@given(st.lists(amounts, max_size=24), st.integers(10, 1000), st.integers(10, 500))
def test_bars_stay_in_their_box(values, width, height):
    bars = figures.draw_bars(values, width, height)
    assert len(bars) == len(values)
    for bar, value in zip(bars, values, strict=True):
        assert 0 <= bar.height <= height
        assert bar.y + bar.height == height
        assert -1 <= bar.x <= width
        assert bar.height > 0 or value <= max(values) / height
    if any(values):
        assert max(bar.height for bar in bars) == height

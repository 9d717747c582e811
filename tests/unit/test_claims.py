from datetime import date
from decimal import Decimal as D

import pytest
from devkit.engines import load_engine
from hypothesis import given
from hypothesis import strategies as st

claims = load_engine('distributor_portal').claims
Count, Difference, Rate, Tolerance = claims.Count, claims.Difference, claims.Rate, claims.Tolerance

NONE = Tolerance()
quantities = st.integers(0, 500).map(D)


@pytest.mark.parametrize(('count', 'found'), [
    (Count(1, D(12), D(12)), []),
    (Count(1, D(12), D(10)), [('short', 2)]),
    (Count(1, D(12), D(13)), [('surplus', 1)]),
    (Count(1, D(12), D(12), D(3)), [('damaged', 3)]),
    (Count(1, D(12), D(11), D(2), D(4)), [('short', 1), ('damaged', 2), ('wrong', 4)]),
])
def test_each_difference_is_told_apart(count, found):
    assert claims.find_differences([count], NONE) == [Difference(1, kind, D(qty)) for kind, qty in found]


@given(quantities, quantities, quantities)
def test_what_is_claimed_never_exceeds_what_was_shipped_unless_surplus(shipped, received, damaged):
    damaged = min(damaged, received)
    found = claims.find_differences([Count(1, shipped, received, damaged)], NONE)
    by_kind = {difference.kind: difference.qty for difference in found}
    assert by_kind.get('short', 0) - by_kind.get('surplus', 0) == shipped - received
    assert not {'short', 'surplus'} <= set(by_kind)
    assert all(difference.qty > 0 for difference in found)


@pytest.mark.parametrize(('tolerance', 'count', 'is_claimed'), [
    (Tolerance(pieces=D(2)), Count(1, D(100), D(98)), False),
    (Tolerance(pieces=D(2)), Count(1, D(100), D(97)), True),
    (Tolerance(percent=D(3)), Count(1, D(100), D(97)), False),
    (Tolerance(percent=D(3)), Count(1, D(12), D(11)), True),
    (Tolerance(pieces=D(2)), Count(1, D(100), D(99), D(2)), True),  # one short and two damaged are three
])
def test_tolerance(tolerance, count, is_claimed):
    assert bool(claims.find_differences([count], tolerance)) == is_claimed


@pytest.mark.parametrize(('qty', 'priced', 'expected'), [
    (D(10), [(D(24), D(10)), (D(5), D(8))], D(10)),
    (D(29), [(D(24), D(10)), (D(5), D(8))], D(280) / 29),
    (D(9), [(D(-1), D(10)), (D(5), D(8))], D(8)),
    (D(9), [(D(0), D(10)), (D(0), D(8))], D(10)),
    (D(9), [], D(0)),
])
def test_average_price(qty, priced, expected):
    assert claims.average_price(qty, priced) == expected


def test_last_day():
    assert claims.last_day(date(2026, 2, 27), 3) == date(2026, 3, 2)
    assert claims.last_day(date(2026, 2, 27), 0) is None


@pytest.mark.parametrize(('lines', 'expected'), [
    ([(D(2), D(2)), (D(1), D(1))], 'accepted'),
    ([(D(2), D(2)), (D(1), D(0))], 'partly'),
    ([(D(2), D(1))], 'partly'),
    ([(D(2), D(0)), (D(1), D(0))], 'refused'),
])
def test_outcome(lines, expected):
    assert claims.outcome(lines) == expected


@given(quantities, st.lists(quantities, max_size=6))
def test_share_out_fills_rooms_in_their_sequence(qty, rooms):
    parts = claims.share_out(qty, rooms)
    assert sum(parts) == min(qty, sum(rooms))
    assert all(0 <= part <= room for part, room in zip(parts, rooms, strict=True))


def test_amount_is_rounded_once():
    assert claims.amount(D(3), D('3.335')) == D('10.01')
    assert claims.amount(D(3), D('333.4'), D(1)) == D(1000)


@pytest.mark.parametrize(('rate', 'tier', 'is_far_out'), [
    (Rate(10, 6), Rate(100, 10), True),
    (Rate(10, 2), Rate(100, 5), False),  # too few to tell
    (Rate(4, 4), Rate(100, 5), False),
    (Rate(20, 4), Rate(100, 10), False),  # twice as many is no wonder
    (Rate(0, 0), Rate(0, 0), False),
])
def test_far_out(rate, tier, is_far_out):
    assert rate.is_far_out(tier) == is_far_out

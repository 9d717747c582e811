"""The ledger's arithmetic: states, kinds, sharing out over lots."""
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from devkit.engines import load_engine
from hypothesis import given
from hypothesis import strategies as st

ledger = load_engine('channel_inventory').ledger
NOW = datetime(2026, 11, 1, 12)
QUANTITIES = st.decimals('0.001', '9999', places=3)
ROUTES = sorted(((kind, *route) for kind, routes in ledger.KINDS.items() for route in routes), key=str)
MOVES = st.builds(
    lambda route, qty: ledger.Move(*route, qty, NOW), st.sampled_from(ROUTES), QUANTITIES)


@given(st.lists(MOVES))
def test_states_sum_to_the_physical_quantity(moves):
    stock = ledger.fold(moves)
    assert sum(stock[state] for state in ledger.STATES) == stock['physical']
    outside = sum((move.qty for move in moves if move.from_state is None), Decimal()) - sum(
        (move.qty for move in moves if move.to_state is None), Decimal())
    assert stock['physical'] == outside


@given(MOVES)
def test_change_of_state_keeps_the_whole(move):
    total = sum(qty for _state, qty in ledger.legs(move))
    assert (total == 0) == (move.from_state is not None and move.to_state is not None)


def test_every_kind_goes_only_between_its_states():
    for kind in ledger.KINDS:
        for from_state in (None, *ledger.STATES):
            for to_state in (None, *ledger.STATES):
                move = ledger.Move(kind, from_state, to_state, Decimal(1), NOW)
                if (from_state, to_state) in ledger.KINDS[kind]:
                    assert ledger.check(move, NOW) == move
                else:
                    with pytest.raises(ledger.MoveRefused, match='→') as refused:
                        ledger.check(move, NOW)
                    assert refused.value.key == 'wrong_states'


@pytest.mark.parametrize(('change', 'key'), [
    ({'kind': 'x'}, 'unknown_kind'), ({'qty': Decimal(0)}, 'wrong_quantity'), ({'qty': Decimal(-1)}, 'wrong_quantity'),
    ({'qty': Decimal('NaN')}, 'wrong_quantity'), ({'qty': Decimal('Infinity')}, 'wrong_quantity'),
    ({'qty': Decimal(10**9 + 1)}, 'wrong_quantity'), ({'occurred_at': NOW + timedelta(days=1, seconds=1)}, 'future'),
    ({'occurred_at': datetime(1999, 12, 31)}, 'too_old'),
])
def test_what_cannot_be(change, key):
    good = {'kind': 'sale', 'from_state': 'available', 'to_state': None, 'qty': Decimal(1), 'occurred_at': NOW}
    with pytest.raises(ledger.MoveRefused) as refused:
        ledger.check(ledger.Move(**good | change), NOW)
    assert refused.value.key == key


@given(QUANTITIES, st.dictionaries(st.integers(1, 9), QUANTITIES, min_size=1))
def test_sharing_out_loses_nothing(qty, lots):
    shares = ledger.share_out(qty, lots)
    assert sum(shares.values()) == qty
    assert all(share > 0 for share in shares.values())
    *first, _last = lots
    assert all(shares.get(lot, 0) <= lots[lot] for lot in first)


def test_of_what_is_short_the_last_lots_are_missing():
    assert ledger.share_out(Decimal(7), {1: Decimal(5), 2: Decimal(5)}) == {1: 5, 2: 2}
    assert ledger.share_out(Decimal(3), {}) == {}


@given(QUANTITIES, st.dictionaries(st.sampled_from(ledger.STATES), st.decimals('-50', '9999', places=3)))
def test_taking_from_states_loses_nothing(qty, held):
    states = ledger.RETURNED_FROM['damaged']
    taken = ledger.take_from(qty, held, states)
    assert sum(taken.values()) == qty
    assert all(part > 0 for part in taken.values())
    assert all(part <= held[state] for state, part in taken.items() if state != 'available')


def test_damaged_goods_are_taken_from_the_damaged_first():
    held = {'damaged': Decimal(2), 'available': Decimal(5)}
    assert ledger.take_from(Decimal(3), held, ledger.RETURNED_FROM['damaged']) == {'damaged': 2, 'available': 1}
    assert ledger.take_from(Decimal(3), held, ledger.RETURNED_FROM['']) == {'available': 3}
    assert ledger.take_from(Decimal(9), held, ledger.RETURNED_FROM['']) == {'available': 7, 'damaged': 2}


FOUND = st.dictionaries(st.sampled_from(('', 'damaged', 'frozen')), QUANTITIES)
ON_ITS_WAY = st.dictionaries(st.integers(1, 5), QUANTITIES)


@given(FOUND, ON_ITS_WAY)
def test_a_receipt_empties_what_was_on_its_way(found, on_its_way):
    moves = ledger.arrivals(found, on_its_way)
    left = sum(on_its_way.values()) - sum(move.qty for move in moves if move.kind in ('receipt', 'shortage'))
    assert left == 0
    arrived = sum(move.qty for move in moves if move.kind != 'shortage')
    assert arrived == sum(found.values())
    for lot, qty in on_its_way.items():
        assert sum(move.qty for move in moves if move.lot == lot and move.kind != 'surplus') == qty
    kinds = {move.kind for move in moves}
    assert not {'surplus', 'shortage'} <= kinds


def test_every_return_starts_from_a_state_that_it_may():
    for states in ledger.RETURNED_FROM.values():
        assert {(state, None) for state in states} <= ledger.KINDS['return']

"""What may happen to goods at a member, and what that does to its stock.

Goods are in exactly one of seven states. A movement takes a quantity out of one state, or from outside, and puts it
into another, or outside: stock is the sum of its movements, and the states sum to what is there or on its way.
"""
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

STATES = ('available', 'reserved', 'in_transit', 'inspection', 'frozen', 'damaged', 'expired')
OUTSIDE = None
# What is on its way changes only by arriving or getting lost.
AT_HAND = tuple(state for state in STATES if state != 'in_transit')
ARRIVES_AS = ('available', 'inspection', 'frozen', 'damaged')
# What a count compares: what stands for sale. What is put aside has its own actions.
COUNTED = ('available', 'reserved')
# What a recall takes out of sale.
SELLABLE = ('available', 'reserved', 'inspection')
GRAIN = Decimal('0.000001')  # no unit of measure is finer; floats are

KINDS: dict[str, frozenset[tuple[str | None, str | None]]] = {
    'opening': frozenset((OUTSIDE, state) for state in STATES),
    # Back: headquarters corrects what it has shipped before anybody has scanned it in.
    'shipment': frozenset({(OUTSIDE, 'in_transit'), ('in_transit', OUTSIDE)}),
    'receipt': frozenset(('in_transit', state) for state in ARRIVES_AS),
    # From what is available: it was booked as received, and claimed as missing later.
    'shortage': frozenset({('in_transit', OUTSIDE), ('available', OUTSIDE)}),
    'found': frozenset((OUTSIDE, state) for state in ARRIVES_AS),
    'surplus': frozenset((OUTSIDE, state) for state in ARRIVES_AS),
    'sale': frozenset({('available', OUTSIDE), ('reserved', OUTSIDE)}),
    'sale_return': frozenset((OUTSIDE, state) for state in ARRIVES_AS),
    # From on its way: refused at the door. Back: headquarters corrects what has come back.
    'return': frozenset((state, OUTSIDE) for state in STATES) | {(OUTSIDE, 'available')},
    'transfer_out': frozenset({('available', OUTSIDE), ('reserved', OUTSIDE), ('damaged', OUTSIDE)}),
    'transfer_in': frozenset({(OUTSIDE, 'in_transit')}),
    'adjustment': frozenset((OUTSIDE, state) for state in AT_HAND) | frozenset((state, OUTSIDE) for state in AT_HAND),
    # Sold before anybody knew of which lot: it is known now.
    'allotment': frozenset({('available', OUTSIDE), (OUTSIDE, 'available')}),
    # Two members turned out to be one: what lies at the one, or is on its way to it, goes over to the other.
    'merge': frozenset((OUTSIDE, state) for state in STATES) | frozenset((state, OUTSIDE) for state in STATES),
    'state': frozenset((a, b) for a in AT_HAND for b in AT_HAND if a != b),
}
# Where goods that go back are taken from, by the claim they go back for.
RETURNED_FROM = {
    'damaged': ('damaged', 'frozen', 'inspection', 'expired', 'available'),
    'quality': ('damaged', 'frozen', 'inspection', 'expired', 'available'),
    'other': ('damaged', 'frozen', 'inspection', 'expired', 'available'),
    'wrong': ('frozen', 'damaged', 'inspection', 'available', 'expired'),
    'surplus': ('available', 'inspection', 'frozen', 'damaged', 'expired'),
    'return': ('available', 'expired', 'inspection', 'frozen', 'damaged'),
    '': ('available', 'inspection', 'frozen', 'damaged', 'expired'),
}
MAX_QTY = Decimal(10**9)
FUTURE = timedelta(days=1)  # clocks and time zones differ; more is a mistake
OLDEST = datetime(2000, 1, 1)


class MoveRefused(ValueError):
    """A movement that cannot be. `key` names the reason, `args[0]` details it."""

    def __init__(self, key: str, detail: str = ''):
        super().__init__(detail)
        self.key = key


@dataclass(frozen=True, slots=True)
class Move:
    kind: str
    from_state: str | None
    to_state: str | None
    qty: Decimal
    occurred_at: datetime


def check(move: Move, now: datetime) -> Move:
    """The movement, if it can be.

    :raise MoveRefused: unknown kind, states it does not join, no quantity, a time that is not
    """
    if move.kind not in KINDS:
        raise MoveRefused('unknown_kind', move.kind)
    if (move.from_state, move.to_state) not in KINDS[move.kind]:
        raise MoveRefused('wrong_states', f"{move.from_state or '–'} → {move.to_state or '–'}")
    if not (move.qty.is_finite() and 0 < move.qty <= MAX_QTY):
        raise MoveRefused('wrong_quantity', str(move.qty))
    if move.occurred_at > now + FUTURE:
        raise MoveRefused('future', move.occurred_at.isoformat(' '))
    if move.occurred_at < OLDEST:
        raise MoveRefused('too_old', move.occurred_at.isoformat(' '))
    return move


def legs(move: Move) -> list[tuple[str, Decimal]]:
    """(state, signed quantity) that the movement adds to the stock: one entry each."""
    found = []
    if move.from_state is not OUTSIDE:
        found.append((move.from_state, -move.qty))
    if move.to_state is not OUTSIDE:
        found.append((move.to_state, move.qty))
    return found


def fold(moves: Iterable[Move]) -> dict[str, Decimal]:
    """The stock in each state after these movements, `physical` in all."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for move in moves:
        for state, qty in legs(move):
            sums[state] += qty
    return {**{state: sums[state] for state in STATES}, 'physical': sum(sums.values(), Decimal())}


def share_out(qty: Decimal, lots: Mapping[int | None, Decimal]) -> dict[int | None, Decimal]:
    """A quantity over lots in their sequence, each up to what it holds; what exceeds them all goes to the last.

    What a member counts it counts per product; of what arrived short the last lots are missing.
    """
    shares, left = {}, qty
    for lot, held in lots.items():
        shares[lot] = min(left, held)
        left -= shares[lot]
    if left and shares:
        shares[next(reversed(shares))] += left
    return {lot: share for lot, share in shares.items() if share}


def take_from(qty: Decimal, held: Mapping[str, Decimal], states: Iterable[str]) -> dict[str, Decimal]:
    """A quantity over states in their sequence, each down to nothing; what none of them holds is taken as available.

    Only what is available may fall below nothing: that is how the book says that it knows less than has happened.
    """
    taken: dict[str, Decimal] = {}
    left = qty
    for state in states:
        part = min(left, max(held.get(state, Decimal()), Decimal()))
        if part:
            taken[state] = part
            left -= part
    if left:
        taken['available'] = taken.get('available', Decimal()) + left
    return taken


@dataclass(frozen=True, slots=True)
class Arrival:
    """So much of a lot comes in: out of what is on its way, or beyond it."""

    lot: Any
    kind: str
    state: str
    qty: Decimal


def arrivals(found: Mapping[str, Decimal], on_its_way: Mapping[Any, Decimal]) -> list[Arrival]:
    """What a receipt makes of what is on its way.

    A person counts products, not lots: lots arrive in the sequence of `on_its_way`, so of what is short the last are
    missing, and what is too much is taken for more of the last.

    :param found: {state it arrives in: quantity}
    :param on_its_way: {lot: quantity}
    """
    result = []
    left = dict(on_its_way)
    last = next(reversed(left), None)
    for state, qty in found.items():
        arrived = min(qty, sum(left.values(), Decimal()))
        for lot, share in share_out(arrived, left).items():
            left[lot] -= share
            result.append(Arrival(lot, 'receipt', state, share))
        if qty > arrived:
            result.append(Arrival(last, 'surplus', state, qty - arrived))
    result += [Arrival(lot, 'shortage', 'in_transit', share) for lot, share in left.items() if share > 0]
    return result

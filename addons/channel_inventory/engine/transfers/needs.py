"""Who has too much, and who too little.

What a node would sell within its target days it keeps: with or without the transfer it sells the same until then.
Lots are sold in the sequence in which they expire.
"""
from collections.abc import Iterable, Iterator
from datetime import date

from .values import Goods, Lot, Need, Position, Problem, Surplus, Terms

FOREVER = 10**6


def find_surpluses(problem: Problem) -> list[Surplus]:
    """What every node can give, in whole packs, by lot; what would expire first."""
    goods = {one.key: one for one in problem.goods}
    return [
        surplus for position in problem.positions
        for surplus in _surpluses(position, goods[position.goods], problem.terms)]


def _surpluses(position: Position, goods: Goods, terms: Terms) -> Iterator[Surplus]:
    lots = [lot for lot in in_sequence(position.lots) if lot.qty > 0]
    if not lots:
        return
    lasts = position.lasts(position.held)
    is_slow = position.is_settled and (lasts is None or lasts > terms.slow_days)
    # A new product sells nothing yet: that says nothing about what it will.
    knows_rate = position.is_settled or position.sold > 0
    kept = sold_by_lot(position, lots, terms, terms.target_days)
    ever = sold_by_lot(position, lots, terms, None)
    for lot in lots:
        doomed = lot.qty - ever[lot.key] if knows_rate else 0
        free = lot.qty - kept[lot.key] if is_slow else doomed
        if _days_left(lot.expires, terms) <= 0:
            continue  # nobody can sell it in time
        expiring = min(doomed, free) // goods.pack
        for packs, would_expire in ((expiring, True), (free // goods.pack - expiring, False)):
            if packs > 0:
                yield Surplus(position.node, goods.key, lot.key, packs, lot.expires, would_expire)


def sold_by_lot(position: Position, lots: Iterable[Lot], terms: Terms, horizon: int | None) -> dict[int, int]:
    """What of each lot sells within `horizon` days (None: ever) and before its time is over."""
    sold, total = {}, 0
    for lot in lots:
        days = _days_left(lot.expires, terms)
        days = days if horizon is None else min(days, horizon)
        # What does not expire sells some day, or stays.
        can = lot.qty if days >= FOREVER else max(0, position.sells(days) - total)
        sold[lot.key] = min(lot.qty, can)
        total += sold[lot.key]
    return sold


def in_sequence(lots: Iterable[Lot]) -> list[Lot]:
    """First expired, first out; what never expires last."""
    return sorted(lots, key=lambda lot: (lot.expires or date.max, lot.key))


def _days_left(expires: date | None, terms: Terms) -> int:
    """Days on which it can be sold; `FOREVER` where it does not expire."""
    return (expires - terms.today).days - terms.margin_days if expires else FOREVER


def find_needs(problem: Problem) -> list[Need]:
    """What every node lacks up to its target, in whole packs."""
    goods = {one.key: one for one in problem.goods}
    needs = []
    for position in problem.positions:
        if position.sold <= 0:
            continue
        has = position.held + position.incoming
        packs = -(-(position.sells(problem.terms.target_days) - has) // goods[position.goods].pack)
        if packs > 0:
            is_must = has < position.sells(problem.terms.safety_days)
            needs.append(Need(position.node, position.goods, packs, is_must, position))
    return needs


def find_room(need: Need, expires: date | None, days: int, goods: Goods, terms: Terms) -> int:
    """How many packs that expire then the node can sell in time, if they come in so many days.

    What it has is sold first; while nothing is there, nothing is sold.
    """
    left = _days_left(expires, terms)
    if left >= FOREVER:
        return need.packs
    position = need.position
    if left <= days:
        return 0
    # Rounded against the transfer: what sells is rounded down here.
    until_then = position.sold * left // position.days
    before = max(position.held + position.incoming, position.sells(days))
    return min(need.packs, max(0, until_then - before) // goods.pack)

"""Scanning by code: on which line of a transfer what a code stands for is counted."""
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Wanted:
    """A line that takes goods of one product and, where it names one, of one lot.

    :param qty: how much it takes at most
    """

    key: int
    product: int
    lot: int | None
    qty: Decimal


def fits(line: Wanted, product: int | None, lot: int | None) -> bool:
    """Whether the line takes such goods. What is of no lot, or of several, is on no line that names one."""
    return line.product == product and line.lot in (None, lot)


def place(
        lines: Iterable[Wanted], taken: Mapping[int, Decimal], product: int | None, lot: int | None,
        qty: Decimal) -> tuple[int | None, str]:
    """(line, '') or (None, why none takes it): the line that names the lot before the one that names none.

    :param taken: {line: how much was scanned for it before}
    """
    own = [line for line in lines if line.product == product]
    fitting = sorted((line for line in own if fits(line, product, lot)), key=lambda line: (line.lot is None, line.key))
    for line in fitting:
        if taken.get(line.key, Decimal()) + qty <= line.qty:
            return line.key, ''
    return None, 'over_quantity' if fitting else 'wrong_lot' if own else 'wrong_product'


@dataclass(frozen=True, slots=True)
class Way:
    """Goods that a member has sent to another, lawfully.

    :param uncoded: how much of it was sent without naming codes
    """

    transfer: int
    receiver: int
    product: int
    lot: int | None
    shipped_at: datetime
    uncoded: Decimal


@dataclass(frozen=True, slots=True)
class Seen:
    """A code that was scanned outside the territory of the member that is known to hold it.

    :param transfer: what it, or what it lies in, was packed for
    :param near: members in whose territory it was scanned
    """

    scan: int
    code: int
    product: int | None
    lot: int | None
    qty: Decimal
    at: datetime
    transfer: int | None
    near: frozenset[int]


def find_lawful(seen: Iterable[Seen], ways: Iterable[Way]) -> set[int]:
    """Scans of goods that their holder has lawfully sent to where they were seen.

    Of goods that were sent without codes any may be seen there, but not more than were sent.

    :param ways: those of the holder
    """
    ways = sorted(ways, key=lambda way: (way.shipped_at, way.transfer, way.product, way.lot or 0))
    left = {way: way.uncoded for way in ways}
    lawful, placed = set(), {}
    for one in sorted(seen, key=lambda one: (one.at, one.scan)):
        open_ = [way for way in ways if way.receiver in one.near and way.shipped_at <= one.at]
        if any(way.transfer == one.transfer for way in open_) or placed.get(one.code) in open_:
            lawful.add(one.scan)
            continue
        for way in open_:
            is_such = way.product == one.product and (way.lot is None or one.lot in (None, way.lot))
            if is_such and left[way] >= one.qty:
                left[way] -= one.qty
                placed[one.code] = way
                lawful.add(one.scan)
                break
    return lawful

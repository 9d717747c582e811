"""Segments of members: who counts as VIP, core or regular, by what it buys and how often."""
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import ceil

GRADES = ('vip', 'core')
REST = 'regular'


@dataclass(frozen=True, slots=True)
class Grade:
    """What a member must have bought for a segment.

    :param share: the best so many of all that bought anything, 0–1; 0 where the amount decides
    :param amount: at least so much in the window; 0 where the share decides
    :param orders: and in at least so many orders
    """

    share: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)
    orders: int = 0


@dataclass(frozen=True, slots=True)
class SegmentRule:
    """Two grades; all others are regular. :param idle_days: who has not ordered for longer is regular; 0: no matter"""

    vip: Grade
    core: Grade
    window_months: int = 12
    idle_days: int = 0


@dataclass(frozen=True, slots=True)
class Buyer:
    """What one member has bought within the window. :param idle_days: since its last order; None: it never ordered"""

    key: int
    amount: Decimal
    orders: int
    idle_days: int | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a member belongs, and why: the key of a sentence and what fills its blanks."""

    key: int
    segment: str
    reason: str
    args: dict[str, str] = field(default_factory=dict)


def find_entries(amounts: Iterable[Decimal], rule: SegmentRule) -> dict[str, Decimal]:
    """The amount from which on each grade is reached.

    A share is one of those that bought anything at all, at least one of them; who ties with the last is in.
    """
    ranked = sorted((amount for amount in amounts if amount > 0), reverse=True)
    entries = {}
    for code in GRADES:
        grade = getattr(rule, code)
        entry = grade.amount
        if grade.share and ranked:
            entry = max(entry, ranked[min(ceil(grade.share * len(ranked)), len(ranked)) - 1])
        entries[code] = entry
    return entries


def place(buyer: Buyer, rule: SegmentRule, entries: dict[str, Decimal]) -> Placed:
    """The segment of one member, and the reason in words to come."""
    facts = {'amount': f'{buyer.amount:.2f}', 'orders': str(buyer.orders), 'months': str(rule.window_months)}
    if buyer.amount <= 0 or not buyer.orders:
        return Placed(buyer.key, REST, 'segment_no_orders', facts)
    if rule.idle_days and (buyer.idle_days is None or buyer.idle_days > rule.idle_days):
        return Placed(buyer.key, REST, 'segment_idle', {
            **facts, 'idle': str(buyer.idle_days), 'limit': str(rule.idle_days)})
    missed = None
    for code in GRADES:
        grade = getattr(rule, code)
        args = {**facts, 'entry': f'{entries[code]:.2f}', 'wanted': str(grade.orders)}
        if not _is_set(grade) or buyer.amount < entries[code]:
            continue
        if buyer.orders >= grade.orders:
            share = {'share': f'{(grade.share * 100).normalize():f}'} if grade.share else {}
            return Placed(buyer.key, code, 'segment_share' if share else 'segment_amount', {**args, **share})
        missed = missed or args
    if missed:
        return Placed(buyer.key, REST, 'segment_too_few_orders', missed)
    return Placed(buyer.key, REST, 'segment_below', facts)


def place_all(buyers: Sequence[Buyer], rule: SegmentRule) -> list[Placed]:
    """Everybody whom one rule is about; a share is a share of them."""
    entries = find_entries((buyer.amount for buyer in buyers), rule)
    return [place(buyer, rule, entries) for buyer in buyers]


def _is_set(grade: Grade) -> bool:
    """A grade that asks for nothing is one that nobody has."""
    return bool(grade.share or grade.amount or grade.orders)

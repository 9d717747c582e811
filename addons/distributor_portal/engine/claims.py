"""What a receipt or a claim comes to: differences, time limits, outcomes, how a member's claims compare."""
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

SHORT, DAMAGED, SURPLUS, WRONG = 'short', 'damaged', 'surplus', 'wrong'
CENT = Decimal('0.01')
# A rate is told apart from its tier's only when it rests on so many receipts.
MIN_RECEIPTS = 5
FAR_OUT = 3


@dataclass(frozen=True, slots=True)
class Count:
    """One product of a delivery as the member found it. `damaged` and `wrong` are parts of `received`."""

    product: int
    shipped: Decimal
    received: Decimal
    damaged: Decimal = Decimal(0)
    wrong: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Below which a difference is only noted: whichever of the two is wider holds."""

    percent: Decimal = Decimal(0)
    pieces: Decimal = Decimal(0)

    def covers(self, qty: Decimal, shipped: Decimal) -> bool:
        return qty <= max(self.pieces, shipped * self.percent / 100)


@dataclass(frozen=True, slots=True)
class Difference:
    product: int
    kind: str
    qty: Decimal


def find_differences(counts: Iterable[Count], tolerance: Tolerance) -> list[Difference]:
    """What is to be claimed, a product at a time: short or surplus first, then damaged, then wrong.

    The parts of one product are weighed together: what is tolerated of each by itself may be too much as a whole.
    """
    found = []
    for count in counts:
        gap = count.received - count.shipped
        parts = [
            Difference(count.product, kind, qty) for kind, qty in (
                (SHORT, -gap), (SURPLUS, gap), (DAMAGED, count.damaged), (WRONG, count.wrong)) if qty > 0]
        if parts and not tolerance.covers(sum(part.qty for part in parts), count.shipped):
            found += parts
    return found


def last_day(received: date, days: int) -> date | None:
    """Until when something can be claimed; None: for ever."""
    return received + timedelta(days=days) if days else None


def outcome(lines: Sequence[tuple[Decimal, Decimal]]) -> str:
    """'accepted', 'partly' or 'refused'. :param lines: (claimed, accepted)"""
    if all(accepted >= claimed for claimed, accepted in lines):
        return 'accepted'
    return 'partly' if any(accepted > 0 for _claimed, accepted in lines) else 'refused'


def amount(qty: Decimal, unit_price: Decimal, quantum: Decimal = CENT) -> Decimal:
    return (qty * unit_price).quantize(quantum, ROUND_HALF_UP)


def share_out(qty: Decimal, rooms: Sequence[Decimal]) -> list[Decimal]:
    """Deal `qty` out to the rooms in their sequence, none beyond what it holds; what fits nowhere is left."""
    parts = []
    for room in rooms:
        part = min(qty, max(room, Decimal(0)))
        parts.append(part)
        qty -= part
    return parts


def average_price(qty: Decimal, priced: Sequence[tuple[Decimal, Decimal]]) -> Decimal:
    """What one costs when `qty` is dealt out; where nothing has room, the first price.

    :param priced: (room, price of one) in their sequence
    """
    parts = share_out(qty, [room for room, _price in priced])
    if not any(parts):
        return priced[0][1] if priced else Decimal(0)
    return sum(part * price for part, (_room, price) in zip(parts, priced, strict=True)) / sum(parts)


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of the receipts of a member, or of a tier, led to a claim."""

    receipts: int
    claims: int

    @property
    def share(self) -> Decimal:
        return Decimal(self.claims) / self.receipts if self.receipts else Decimal(0)

    def is_far_out(self, of_tier: 'Rate') -> bool:
        """Whether this is more than chance: enough receipts, and several times as many claims as the tier's."""
        return (self.receipts >= MIN_RECEIPTS and self.claims >= FAR_OUT
                and self.share >= FAR_OUT * max(of_tier.share, Decimal('0.01')))

"""Ordering something again: what it costs by now, how it is packed by now, and what has changed since last time."""
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

ZERO = Decimal(0)
CENT = Decimal('0.01')


@dataclass(frozen=True, slots=True)
class Step:
    """From `start` pieces on, one piece costs `price`.

    :param until: the last day of it, None where none is set · `key`: the caller's own
    """

    start: Decimal
    price: Decimal
    until: date | None = None
    key: int = 0


@dataclass(frozen=True, slots=True)
class Offer:
    """What a member gets of a product today. :param arrives: the day on which; None where nobody has any"""

    steps: tuple[Step, ...]
    multiple: Decimal = ZERO
    minimum: Decimal = ZERO
    maximum: Decimal = ZERO
    free: Decimal = ZERO
    arrives: date | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is not as it was. `kind`: a key of a text; `args`: what the text names."""

    kind: str
    args: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """A line to look at before it is sent: `qty` is 0 where it cannot be ordered."""

    qty: Decimal
    price: Decimal
    changes: tuple[Change, ...]

    @property
    def amount(self) -> Decimal:
        return self.qty * self.price


def find_step(steps: Sequence[Step], qty: Decimal) -> Step:
    """The step that `qty` has reached; below the first one, the first."""
    reached = [step for step in steps if step.start <= qty]
    return max(reached, key=lambda step: step.start, default=steps[0])


def find_next_step(steps: Sequence[Step], qty: Decimal) -> Step | None:
    """The nearest step above `qty` that is cheaper than what `qty` costs."""
    price = find_step(steps, qty).price
    cheaper = [step for step in steps if step.start > qty and step.price < price]
    return min(cheaper, key=lambda step: step.start, default=None)


def fit(qty: Decimal, offer: Offer) -> Decimal:
    """The nearest quantity not below `qty` that may be ordered; the most there may be where that is less."""
    if qty <= 0:
        return ZERO
    least = max(qty, offer.minimum)
    fitting = _round(least, offer.multiple, ROUND_CEILING)
    if offer.maximum and fitting > offer.maximum:
        fitting = _round(offer.maximum, offer.multiple, ROUND_FLOOR)
    return fitting


def _round(qty: Decimal, multiple: Decimal, rounding: str) -> Decimal:
    return (qty / multiple).quantize(Decimal(1), rounding) * multiple if multiple > 0 else qty


def advise(offer: Offer, qty: Decimal) -> tuple[Decimal, Step, Decimal] | None:
    """(so many more, the step they reach, what the whole then costs less than at the price of `qty`), or None.

    Only what may be ordered counts: the quantity that reaches the step comes in whole packs.
    """
    step = find_next_step(offer.steps, qty)
    if not step or qty <= 0:
        return None
    reach = fit(step.start, offer)
    if reach < step.start:
        return None
    return reach - qty, step, reach * (find_step(offer.steps, qty).price - find_step(offer.steps, reach).price)


def review(
    wanted: Decimal, offer: Offer | None, reason: str = 'gone', before: Decimal | None = None,
    quantum: Decimal = CENT,
) -> Line:
    """What becomes today of a line of last time.

    :param offer: None where it cannot be ordered, for `reason`
    :param before: what one piece cost last time; None where there was no last time
    :param quantum: two prices that differ by less are one
    """
    if offer is None:
        return Line(ZERO, before or ZERO, (Change(reason),))
    qty = fit(wanted, offer)
    changes = list(_find_pack_changes(wanted, qty, offer))
    price = find_step(offer.steps, qty).price
    if before is not None and abs(price - before) >= quantum:
        changes.append(Change('price_up' if price > before else 'price_down', {'before': before, 'now': price}))
    if offer.free <= 0:
        changes.append(Change('stock_none'))
    elif offer.free < qty:
        changes.append(Change('stock_less', {'free': offer.free}))
    return Line(qty, price, tuple(changes))


def _find_pack_changes(wanted: Decimal, qty: Decimal, offer: Offer):
    if qty == wanted:
        return
    args = {'wanted': wanted, 'qty': qty}
    if qty < wanted:
        yield Change('most', {**args, 'maximum': offer.maximum})
    elif wanted < offer.minimum:
        yield Change('least', {**args, 'minimum': offer.minimum})
    else:
        yield Change('pack', {**args, 'multiple': offer.multiple})

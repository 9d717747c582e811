"""Two books of the same stock: what ours says of a place and a moment, and what was counted there."""
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Difference:
    product: Any
    lot: str
    book: Decimal
    told: Decimal

    @property
    def qty(self) -> Decimal:
        return self.told - self.book


def compare(
        book: Mapping[tuple[Any, str], Decimal],
        told: Iterable[tuple[Any, str, Decimal]]) -> tuple[int, list[Difference]]:
    """(positions looked at, differences, the greatest first).

    Who tells no lots of a product is compared by product: lots are asked of nobody who keeps none.

    :param book: {(product, name of the lot or ''): quantity}
    :param told: (product, lot or '', quantity), the same place as often as it likes
    """
    there: dict[tuple[Any, str], Decimal] = defaultdict(Decimal)
    without_lots = set()
    for product, lot, qty in told:
        there[product, lot] += qty
        if not lot:
            without_lots.add(product)
    ours: dict[tuple[Any, str], Decimal] = defaultdict(Decimal)
    for (product, lot), qty in book.items():
        ours[product, '' if product in without_lots else lot] += qty
    theirs: dict[tuple[Any, str], Decimal] = defaultdict(Decimal)
    for (product, lot), qty in there.items():
        theirs[product, '' if product in without_lots else lot] += qty
    places = {place for place, qty in ours.items() if qty} | set(theirs)
    found = [
        Difference(product, lot, ours[product, lot], theirs[product, lot]) for product, lot in places
        if ours[product, lot] != theirs[product, lot]]
    return len(places), sorted(found, key=lambda one: (-abs(one.qty), str(one.product), one.lot))

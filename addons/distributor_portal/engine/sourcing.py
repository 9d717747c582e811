"""Which warehouse ships an order, and why not the others."""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from .geo import distance_km

KM_PER_DAY = 600  # what a lorry of a Chinese line haul covers in a day, loading included
HANDLING_DAYS = 1


@dataclass(frozen=True, slots=True)
class Warehouse:
    """`free`: product → quantity in the product's own unit. Without coordinates it comes last."""

    key: int
    latitude: float | None
    longitude: float | None
    free: Mapping[int, Decimal]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What goes where: product → quantity; the same product on two lines is one entry."""

    latitude: float | None
    longitude: float | None
    quantities: Mapping[int, Decimal]


@dataclass(frozen=True, slots=True)
class Option:
    """One warehouse weighed. `reason` is a text key: 'nearest_complete', 'farther', 'missing' or 'best_partial'."""

    warehouse: int
    distance_km: float | None
    cost: Decimal
    lead_days: int
    missing: Mapping[int, Decimal]
    is_chosen: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """`options` from the nearest to the farthest; `chosen` is one of them, None without any warehouse."""

    chosen: Option | None
    options: tuple[Option, ...]

    @property
    def is_complete(self) -> bool:
        return bool(self.chosen) and not self.chosen.missing


def plan(wanted: Wanted, warehouses: Sequence[Warehouse], preferred: int | None = None,
         parcel_cost: Decimal = Decimal(12), km_cost: Decimal = Decimal('0.02')) -> Plan:
    """The nearest warehouse that has everything; else the nearest of those that miss the least.

    A `preferred` warehouse that has everything wins whatever its distance. Costs in the company's currency:
    a parcel plus its way.
    """
    weighed = sorted(
        ((warehouse, *_reach(wanted, warehouse)) for warehouse in warehouses),
        key=lambda row: (row[1] is None, row[1] or 0.0, row[0].key))
    if not weighed:
        return Plan(None, ())
    best = min(range(len(weighed)), key=lambda i: (
        bool(weighed[i][2]), weighed[i][0].key != preferred if not weighed[i][2] else False,
        sum(weighed[i][2].values(), Decimal(0)), i))
    options = []
    for i, (warehouse, distance, missing) in enumerate(weighed):
        if i == best:
            reason = 'best_partial' if missing else 'preferred' if warehouse.key == preferred else 'nearest_complete'
        else:
            reason = 'missing' if missing else 'farther'
        cost = (parcel_cost + km_cost * Decimal(str(distance or 0))).quantize(Decimal('0.01'))
        days = HANDLING_DAYS + -(-int(distance or 0) // KM_PER_DAY)
        options.append(Option(warehouse.key, distance, cost, days, missing, i == best, reason))
    return Plan(options[best], tuple(options))


def _reach(wanted: Wanted, warehouse: Warehouse) -> tuple[float | None, dict[int, Decimal]]:
    missing = {}
    for product, qty in wanted.quantities.items():
        free = max(warehouse.free.get(product, Decimal(0)), Decimal(0))
        if free < qty:
            missing[product] = qty - free
    points = (wanted.latitude, wanted.longitude, warehouse.latitude, warehouse.longitude)
    if any(point is None for point in points):
        return None, missing
    return round(distance_km(*points), 1), missing

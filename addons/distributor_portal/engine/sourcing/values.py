"""What sourcing weighs and what it answers.

Whole numbers throughout, which are exact, fast and the same on every machine: quantities count thousandths of the
product's unit, money hundredths of the currency, distances hundreds of metres.
"""
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..geo import distance_km
from .tariff import Offer


@dataclass(frozen=True, slots=True)
class Warehouse:
    """`free`: product → quantity that it can give. Without coordinates it comes last."""

    key: int
    latitude: float | None
    longitude: float | None
    free: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What goes where: product → quantity; the same product on two lines is one entry.

    :param code: the division it goes to, by which carriers have their rates
    :param values: product → what one unit is worth; where not everything can be had, most value is shipped
    :param grams: product → weight of one unit
    :param splits: products whose quantity may come from several warehouses
    """

    latitude: float | None
    longitude: float | None
    quantities: Mapping[int, int]
    code: str = ''
    values: Mapping[int, int] = field(default_factory=dict)
    grams: Mapping[int, int] = field(default_factory=dict)
    splits: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one warehouse sends, by which offer of a carrier. `cost` includes the weight."""

    warehouse: int
    distance: int | None
    offer: Offer
    quantities: Mapping[int, int]
    cost: int


@dataclass(frozen=True, slots=True)
class Option:
    """One warehouse weighed.

    :param cost, offer: of one parcel from there; None where no carrier can take it
    :param missing: what it lacks when it ships alone
    :param reason: a text key, see `search`; `extra` how much dearer (money, urgent orders: distance) a plan with it
        would be, `others` how many warehouses would have to help
    """

    warehouse: int
    distance: int | None
    cost: int | None
    offer: Offer | None
    missing: Mapping[int, int]
    is_chosen: bool
    reason: str
    extra: int = 0
    others: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """`parcels`: the one that carries most first. `options`: from the nearest to the farthest.

    :param missing: what none of the parcels carries
    :param home: where what is missing waits: the first parcel's warehouse, or the nearest; None without any
    :param unweighed: how many warehouses lay too far to be looked at
    """

    parcels: tuple[Parcel, ...]
    options: tuple[Option, ...]
    missing: Mapping[int, int]
    home: int | None
    unweighed: int = 0
    is_urgent: bool = False

    @property
    def is_complete(self) -> bool:
        return bool(self.parcels) and not self.missing

    @property
    def cost(self) -> int:
        return sum(parcel.cost for parcel in self.parcels)


def hectometres(lat1: float | None, lon1: float | None, lat2: float | None, lon2: float | None) -> int | None:
    """Distance in hundreds of metres; None where a coordinate is missing."""
    if lat1 is None or lon1 is None or lat2 is None or lon2 is None:
        return None
    return round(distance_km(lat1, lon1, lat2, lon2) * 10)


def by_distance(
    latitude: float | None, longitude: float | None, warehouses: Iterable[Warehouse],
) -> list[tuple[int | None, Warehouse]]:
    """[(distance, warehouse)], the nearest first, those without coordinates last."""
    measured = [
        (hectometres(latitude, longitude, warehouse.latitude, warehouse.longitude), warehouse)
        for warehouse in warehouses
    ]
    return sorted(measured, key=lambda row: (row[0] is None, row[0] or 0, row[1].key))

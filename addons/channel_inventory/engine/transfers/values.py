"""What proposals of transfers weigh and what they answer.

Whole numbers, as in sourcing: quantities count thousandths of the product's unit, money hundredths of the currency,
distances hundreds of metres, weights grams. What is moved is counted in whole packs.
"""
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Protocol


class Rate(Protocol):
    """What a carrier asks: `sourcing.Rate` of the order desk, which this package does not import."""

    parcel: int
    kg: int
    warehouse: int | None
    territory: str

    def cost(self, distance: int) -> int: ...

    def days(self, distance: int) -> int: ...



@dataclass(frozen=True, slots=True)
class Terms:
    """What headquarters has set.

    :param slow_days: with more days of supply than these a node has too much
    :param target_days: what a node keeps for itself, and what a needy one is filled up to
    :param safety_days: with fewer a node is in need: it is served, from another node or from the DC
    :param margin_days: so many days before a lot expires it must be sold
    :param fixed, dc_fixed: per shipment · `pack_cost`, `dc_pack_cost`: per pack picked
    :param road: how much longer roads are than the crow flies, in hundredths
    :param max_distance: farther ones send each other nothing; 0: any distance
    """

    today: date
    slow_days: int = 60
    target_days: int = 30
    safety_days: int = 10
    margin_days: int = 7
    fixed: int = 800
    dc_fixed: int = 500
    pack_cost: int = 50
    dc_pack_cost: int = 80
    parcel_grams: int = 20_000
    road: int = 130
    max_distance: int = 0


@dataclass(frozen=True, slots=True)
class Node:
    """A member, or (as giver of everything) a DC. `code` is its division, by which carriers have their rates."""

    key: int
    latitude: float | None
    longitude: float | None
    code: str = ''


@dataclass(frozen=True, slots=True)
class Goods:
    """A product. `pack` is the quantity in which it is moved, `grams` and `value` are those of a pack."""

    key: int
    pack: int
    grams: int = 0
    value: int = 0


@dataclass(frozen=True, slots=True)
class Lot:
    """`key` 0: goods without a lot."""

    key: int
    qty: int
    expires: date | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """One product at one node.

    :param lots: what can be sold · `incoming`: what is on its way or agreed upon
    :param sold: in the last `days` days
    :param is_settled: has been there long enough to be called slow
    """

    node: int
    goods: int
    lots: tuple[Lot, ...] = ()
    incoming: int = 0
    sold: int = 0
    days: int = 28
    is_settled: bool = True

    @property
    def held(self) -> int:
        return sum(lot.qty for lot in self.lots)

    def sells(self, days: int) -> int:
        """What it sells in so many days, at the rate of late."""
        return -(-self.sold * max(0, days) // self.days)

    def lasts(self, qty: int) -> float | None:
        """Days of supply; None where nothing sells."""
        return qty * self.days / self.sold if self.sold > 0 else None


@dataclass(frozen=True, slots=True)
class Problem:
    """All that a plan follows from: kept with it, so that it can be made again.

    :param banned: (receiver, goods) that must not meet: no licence, no territory, no sharing
    """

    terms: Terms
    nodes: tuple[Node, ...]
    goods: tuple[Goods, ...]
    positions: tuple[Position, ...]
    dcs: tuple[Node, ...]
    rates: tuple[Rate, ...] = ()
    banned: frozenset[tuple[int, int]] = frozenset()

    def as_inputs(self) -> dict[str, Any]:
        """As JSON holds it."""
        inputs = asdict(self)
        inputs['terms']['today'] = self.terms.today.isoformat()
        inputs['banned'] = sorted(self.banned)
        inputs['positions'] = [
            [row.node, row.goods, [[lot.key, lot.qty, lot.expires and lot.expires.isoformat()] for lot in row.lots],
             row.incoming, row.sold, row.days, row.is_settled] for row in self.positions]
        return inputs

    @classmethod
    def restore(cls, inputs: Mapping[str, Any], rate_class: type) -> 'Problem':
        """The problem whose `as_inputs` was kept. :param rate_class: of its rates"""
        return cls(
            Terms(**{**inputs['terms'], 'today': date.fromisoformat(inputs['terms']['today'])}),
            tuple(Node(**row) for row in inputs['nodes']), tuple(Goods(**row) for row in inputs['goods']),
            tuple(Position(
                node, goods, tuple(Lot(key, qty, expires and date.fromisoformat(expires))
                                   for key, qty, expires in lots), *rest)
                for node, goods, lots, *rest in inputs['positions']),
            tuple(Node(**row) for row in inputs['dcs']), tuple(rate_class(**row) for row in inputs['rates']),
            frozenset(map(tuple, inputs['banned'])))


@dataclass(frozen=True, slots=True)
class Surplus:
    """Whole packs of one lot that a node can give. `would_expire`: it would not sell them in time itself."""

    node: int
    goods: int
    lot: int
    packs: int
    expires: date | None
    would_expire: bool


@dataclass(frozen=True, slots=True)
class Need:
    """Whole packs that a node lacks up to its target.

    :param is_must: below its safety stock: what no node gives the DC sends
    """

    node: int
    goods: int
    packs: int
    is_must: bool
    position: Position


@dataclass(frozen=True, slots=True)
class Way:
    """From a node or DC to a node: what a parcel costs, what a kilogram, and in how many days it is there."""

    giver: int
    receiver: int
    distance: int | None
    parcel: int
    kg: int
    days: int


@dataclass(frozen=True, slots=True)
class Line:
    """What of one lot goes. Days of supply of both sides before and after; None where nothing sells."""

    goods: int
    lot: int
    qty: int
    expiring: int
    expires: date | None
    giver_days: tuple[float | None, float | None]
    receiver_days: tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class Shipment:
    """One proposal: all that one node sends to another.

    :param cost: of this transfer · `dc_cost`: what delivery of the same from the DC adds · `loss_avoided`: value of
        what would have expired at the giver
    """

    way: Way
    parcels: int
    grams: int
    lines: tuple[Line, ...]
    cost: int
    dc_cost: int
    loss_avoided: int

    @property
    def saving(self) -> int:
        return self.dc_cost + self.loss_avoided - self.cost


@dataclass(frozen=True, slots=True)
class Plan:
    """:param cost: of all transfers and of what the DC still sends · `dc_only`: of sending all needs from the DC
    :param loss_avoided: value of what would have expired
    :param bound: cost less loss avoided cannot be lower than this, whatever the plan
    :param method: 'exact', 'flow', or 'none' where there is nothing to share
    """

    shipments: tuple[Shipment, ...]
    cost: int
    dc_only: int
    loss_avoided: int
    bound: int
    method: str

    @property
    def net(self) -> int:
        return self.cost - self.loss_avoided

    @property
    def gap(self) -> float:
        """How far from the bound it can be at most, as a share of the cost of delivery from the DC."""
        return max(0, self.net - self.bound) / max(1, self.dc_only)

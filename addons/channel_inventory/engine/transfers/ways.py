"""Who is near enough to whom, and what the way costs."""
from collections.abc import Iterable, Sequence
from math import asin, cos, radians, sin, sqrt

from .values import Node, Rate, Terms, Way

EARTH_RADIUS_HM = 63_710.088
UNKNOWN_DISTANCE = 50_000  # 5,000 km: what lies nobody knows where is the last choice


class Ways:
    """Priced ways between nodes, each worked out once."""

    def __init__(self, terms: Terms, nodes: Iterable[Node], dcs: Iterable[Node], rates: Sequence[Rate]):
        """:raise ValueError: no rates"""
        if not rates:
            raise ValueError("no rates")
        self.terms = terms
        self.nodes = {node.key: node for node in nodes}
        self.dcs = sorted(dcs, key=lambda dc: dc.key)
        # The most particular rate first, as in sourcing: for this warehouse, then for the smallest division.
        self._rates = sorted(rates, key=lambda rate: (rate.warehouse is None, -len(rate.territory), rate.parcel))
        self._points = {key: _point(node) for key, node in self.nodes.items()}
        self._ways: dict[tuple[int, int], Way | None] = {}
        self._from_dc: dict[int, Way | None] = {}

    def between(self, giver: int, receiver: int) -> Way | None:
        """None where it is too far, or no carrier goes there."""
        key = giver, receiver
        if key not in self._ways:
            distance = _distance(self._points[giver], self._points[receiver], self.terms.road)
            limit = self.terms.max_distance
            is_far = limit and (distance is None or distance > limit)
            self._ways[key] = None if is_far else self._price(giver, receiver, None, distance)
        return self._ways[key]

    def from_dc(self, receiver: int) -> Way | None:
        """From the DC whose parcel is cheapest."""
        if receiver not in self._from_dc:
            ways = [self._price(dc.key, receiver, dc.key, _distance(
                _point(dc), self._points[receiver], self.terms.road)) for dc in self.dcs]
            self._from_dc[receiver] = min(
                filter(None, ways), key=lambda way: (way.parcel, way.giver), default=None)
        return self._from_dc[receiver]

    def _price(self, giver, receiver, warehouse, distance):
        """:param warehouse: as which carriers know where it starts; None for a member, who has no rates of its own"""
        far = UNKNOWN_DISTANCE if distance is None else distance
        code = self.nodes[receiver].code
        fitting = [
            rate for rate in self._rates
            if rate.warehouse in (None, warehouse) and code.startswith(rate.territory)]
        particular: dict[object, Rate] = {}
        for rate in fitting:
            particular.setdefault(getattr(rate, 'carrier', None), rate)
        best = min(particular.values(), key=lambda rate: (rate.cost(far), rate.kg), default=None)
        return best and Way(giver, receiver, distance, best.cost(far), best.kg, best.days(far))


def _point(node: Node):
    if node.latitude is None or node.longitude is None:
        return None
    phi, lam = radians(node.latitude), radians(node.longitude)
    return phi, lam, cos(phi)


def _distance(one, other, road: int) -> int | None:
    """Along the road, in hundreds of metres (haversine formula times how much longer roads are)."""
    if one is None or other is None:
        return None
    half = sin((other[0] - one[0]) / 2) ** 2 + one[2] * other[2] * sin((other[1] - one[1]) / 2) ** 2
    return round(2 * EARTH_RADIUS_HM * asin(sqrt(min(half, 1.0))) * road / 100)

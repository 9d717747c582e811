"""Where codes were scanned: in which division, how far beyond a border, and whether one thing can have travelled so.

Open data gives divisions a seat, no border. A point belongs to the district whose seat is nearest; the border between
two districts is then at least half the difference of the distances to their seats away. That bound never says too much:
nobody is accused by a border that we do not know.
"""
from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import cos, radians

from odoo.addons.distributor_portal.engine.geo import covers, distance_km

KM_PER_DEGREE = 111.0
MAX_PAIRS = 200  # scans of one code that are compared with each other; of more only neighbours in time
WEIGHTS = {'inspector': 3}


class Places:
    """Districts by their seats, for finding the nearest."""

    def __init__(self, seats: Iterable[tuple[str, float, float]]):
        """:param seats: (code, latitude, longitude)"""
        self.seats = sorted((latitude, longitude, code) for code, latitude, longitude in seats)
        self.latitudes = [seat[0] for seat in self.seats]

    def nearest(self, latitude: float, longitude: float, inside: Collection[str] = ()) -> tuple[str, float]:
        """(code, km) of the nearest seat; ('', inf) where there is none. :param inside: only in these divisions"""
        best, code = float('inf'), ''
        start = bisect_left(self.latitudes, latitude)
        for indexes in (range(start, len(self.seats)), range(start - 1, -1, -1)):
            for index in indexes:
                lat, lon, own = self.seats[index]
                # Farther north or south than the best so far: none beyond it is nearer.
                if abs(lat - latitude) * KM_PER_DEGREE * .99 > best:
                    break
                if inside and not covers(inside, own):
                    continue
                km = distance_km(latitude, longitude, lat, lon)
                if km < best:
                    best, code = km, own
        return code, best

    def border_km(self, latitude: float, longitude: float, territories: Collection[str]) -> float:
        """At least so far is the point outside of `territories`; 0 inside, and where there is nothing to compare."""
        code, km = self.nearest(latitude, longitude)
        if not territories or covers(territories, code):
            return 0.0
        inside = self.nearest(latitude, longitude, territories)[1]
        return 0.0 if inside == float('inf') else (inside - km) / 2


def is_point(latitude, longitude) -> bool:
    """Whether these are numbers that name a point on the globe; the zero point is a phone that does not know."""
    numbers = all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in (latitude, longitude))
    return numbers and abs(latitude) <= 90 and abs(longitude) <= 180 and (latitude, longitude) != (0, 0)


@dataclass(frozen=True, slots=True)
class Sighting:
    """One scan of a code at a known place.

    :param accuracy: how many km the place may be wrong
    """

    at: datetime
    latitude: float
    longitude: float
    accuracy: float = 0.0


def fastest_leg(sightings: Sequence[Sighting], min_km: float = 0.0) -> tuple[float, float]:
    """(km, minutes) between the two sightings that lie farthest apart for their time; (0, 0) where none do.

    What the places may be wrong is taken off the distance.

    :param min_km: nearer ones do not count: who walks past two doors within a second has not flown
    """
    ordered = sorted(sightings, key=lambda one: one.at)
    reach = len(ordered) if len(ordered) <= MAX_PAIRS else 2
    best, answer = 0.0, (0.0, 0.0)
    for first, one in enumerate(ordered):
        for other in ordered[first + 1:first + reach]:
            km = distance_km(one.latitude, one.longitude, other.latitude, other.longitude)
            km = max(km - one.accuracy - other.accuracy, 0.0)
            minutes = (other.at - one.at).total_seconds() / 60
            speed = km / max(minutes, 1.0)
            if km >= min_km and speed > best:
                best, answer = speed, (km, minutes)
    return answer


@dataclass(frozen=True, slots=True)
class Outside:
    """One scan beyond the border of the member that held the code."""

    code: int
    who: str
    place: str
    km: float
    product: str
    at: datetime
    scan: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    """All that was seen of one member's goods outside of its territory."""

    codes: int
    places: int
    weight: int
    place: str
    km: float
    product: str
    first: datetime
    last: datetime


def summarise(found: Sequence[Outside], border_km: float) -> Summary | None:
    """The facts of one member. A code counts once, with the weight of the weightiest who saw it.

    :param border_km: scans so near the border are left out
    """
    found = [one for one in found if one.km > border_km]
    if not found:
        return None
    weights: dict[int, int] = {}
    for one in found:
        weights[one.code] = max(weights.get(one.code, 0), WEIGHTS.get(one.who, 1))
    counts: dict[str, int] = {}
    products: dict[str, int] = {}
    for one in found:
        counts[one.place] = counts.get(one.place, 0) + 1
        products[one.product] = products.get(one.product, 0) + 1
    place = max(sorted(counts), key=counts.__getitem__)
    return Summary(
        len(weights), len(counts), sum(weights.values()), place, max(one.km for one in found if one.place == place),
        max(sorted(products), key=products.__getitem__), min(one.at for one in found), max(one.at for one in found))


def box(latitude: float, longitude: float, km: float) -> tuple[float, float, float, float]:
    """(south, north, west, east) of a box that holds all within `km`, for a first choice by an index."""
    span = km / KM_PER_DEGREE
    wide = span / max(cos(radians(latitude)), .01)
    return latitude - span, latitude + span, longitude - wide, longitude + wide

"""The nearest warehouses of every street, found once: a decision then looks them up instead of measuring hundreds.

numpy is imported here only, and only when ranks are made; reading them needs the standard library.
"""
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from ..geo import EARTH_RADIUS_KM

NEAREST = 20
CHUNK = 4096  # streets at a time: 200 warehouses then take 7 MB
_HEAD = struct.Struct('<HiiB')
_ENTRY = struct.Struct('<II')
MICRO = 10**6


@dataclass(frozen=True, slots=True)
class Rank:
    """`nearest`: [(warehouse, distance in hundreds of metres)] of the point, the nearest first."""

    latitude: float
    longitude: float
    nearest: tuple[tuple[int, int], ...]

    def is_at(self, latitude: float | None, longitude: float | None) -> bool:
        """Whether it was made for this very point."""
        return latitude is not None and longitude is not None and (
            abs(self.latitude - latitude) < 2e-6 and abs(self.longitude - longitude) < 2e-6)


def rank_signature(warehouses: Iterable[tuple[int, float, float]]) -> str:
    """Of (key, latitude, longitude) of all warehouses: ranks made for others are out of date."""
    text = ";".join(f"{key},{latitude:.6f},{longitude:.6f}" for key, latitude, longitude in sorted(warehouses))
    return blake2b(text.encode(), digest_size=12).hexdigest()


def make_ranks(
    points: Sequence[tuple[float, float]], warehouses: Sequence[tuple[int, float, float]], nearest: int = NEAREST,
) -> list[list[tuple[int, int]]]:
    """For each of `points` (latitude, longitude) its nearest of `warehouses` (key, latitude, longitude).

    Ties go to the smaller key.
    """
    import numpy as np

    warehouses = sorted(warehouses)
    if not warehouses or not points:
        return [[] for _point in points]
    keys = np.array([key for key, _latitude, _longitude in warehouses])
    theirs = _on_sphere(np, [place[1:] for place in warehouses])
    ours = _on_sphere(np, points)
    count = min(nearest, len(keys))
    ranks = []
    for start in range(0, len(ours), CHUNK):
        # The chord is exact for small distances, where the arc cosine of a product is not.
        half = np.sqrt(np.maximum((1 - ours[start:start + CHUNK] @ theirs.T) / 2, 0))
        distances = np.rint(2 * EARTH_RADIUS_KM * 10 * np.arcsin(np.minimum(half, 1))).astype(np.int64)
        # Distance and place in the sorted keys in one number: one partial sort settles ties too.
        order = distances * len(keys) + np.arange(len(keys))
        if count < len(keys):
            order = np.partition(order, count - 1, axis=1)[:, :count]
        order.sort(axis=1)
        found = np.stack((keys[order % len(keys)], order // len(keys)), axis=2)
        ranks += [[tuple(entry) for entry in row] for row in found.tolist()]
    return ranks


def pack_rank(suffix: int, latitude: float, longitude: float, nearest: Sequence[tuple[int, int]]) -> bytes:
    """One street of a district. :param suffix: the last three digits of its code, 0 for the district's own seat"""
    head = _HEAD.pack(suffix, round(latitude * MICRO), round(longitude * MICRO), len(nearest))
    return head + b''.join(_ENTRY.pack(key, distance) for key, distance in nearest)


def unpack_ranks(data: bytes, suffixes: Iterable[int]) -> Mapping[int, Rank]:
    """{suffix: rank} of those streets of a district that are asked for."""
    wanted, ranks, at = set(suffixes), {}, 0
    while at < len(data) and len(ranks) < len(wanted):
        suffix, latitude, longitude, count = _HEAD.unpack_from(data, at)
        at += _HEAD.size
        if suffix in wanted:
            entries = tuple(_ENTRY.unpack_from(data, at + _ENTRY.size * i) for i in range(count))
            ranks[suffix] = Rank(latitude / MICRO, longitude / MICRO, entries)
        at += _ENTRY.size * count
    return ranks


def _on_sphere(np, places):
    radians = np.radians(np.array(places, dtype=float))
    latitude, longitude = radians[:, 0], radians[:, 1]
    return np.stack((
        np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)), axis=1)

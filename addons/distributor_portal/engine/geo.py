"""Distances on the globe, and division codes.

Codes follow GB/T 2260 for province (2 digits), city (4) and district (6), and the National Bureau of Statistics'
urban-rural codes for the street (9): a code begins with the code of what it lies in.
"""
from collections.abc import Iterable
from hashlib import blake2b
from math import asin, cos, hypot, radians, sin, sqrt

EARTH_RADIUS_KM = 6371.0088  # mean radius R1 of the IUGG
DISTRICT_RADIUS_DEG = 0.09  # about 10 km: a street stays near its district's seat


def distance_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance in km of two points in degrees (haversine formula)."""
    phi1, phi2 = radians(lat1), radians(lat2)
    half = sin((phi2 - phi1) / 2) ** 2 + cos(phi1) * cos(phi2) * sin(radians(lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(half, 1.0)))


def place_in_district(code: str, latitude: float, longitude: float) -> tuple[float, float]:
    """A stable point for street `code` around its district's seat.

    No open source gives streets a coordinate of their own; the offset is a hash of the code, so that two streets
    differ, the same street never moves, and all stay within `DISTRICT_RADIUS_DEG` of the seat.
    """
    digest = blake2b(code.encode(), digest_size=8).digest()
    x = int.from_bytes(digest[:4]) / 2**32 * 2 - 1
    y = int.from_bytes(digest[4:]) / 2**32 * 2 - 1
    reach = DISTRICT_RADIUS_DEG * max(abs(x), abs(y)) / (hypot(x, y) or 1)  # the square's points onto the disc
    return round(latitude + y * reach, 6), round(longitude + x * reach, 6)


def covers(territories: Iterable[str], code: str) -> bool:
    """Whether `code` lies in one of `territories`, which are codes of any level."""
    return bool(code) and any(code.startswith(territory) for territory in territories)

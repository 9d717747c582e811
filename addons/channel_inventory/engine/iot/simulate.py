"""Readings as devices would send them: for demonstrations, the same each time."""
import math
from collections.abc import Iterator
from datetime import datetime, timedelta

from .watch import Point


def fridge(now: datetime, hours: int = 24, excursion: tuple[float, float, float] | None = None) -> Iterator[Point]:
    """Every ten minutes, around 4.5 degrees. :param excursion: (hours ago it began, how many hours, up to degrees)"""
    for number in range(hours * 6, -1, -1):
        ago = number / 6
        value = 4.5 + .8 * math.sin(number / 3) + .3 * math.sin(number * 1.7)
        if excursion:
            start, long, top = excursion
            part = (start - ago) / long
            if 0 < part < 1:
                value += (top - 4.5) * math.sin(part * math.pi)
        yield Point(now - timedelta(hours=ago), round(value, 1))


def scale(now: datetime, unit: float, tare: float, start: int, end: int, hours: int = 10) -> Iterator[Point]:
    """A shelf on a scale from which piece after piece is taken: each time a hand leans on it first."""
    count, step = start, timedelta(hours=hours) / max(start - end, 1)
    at = now - timedelta(hours=hours, minutes=3)
    while count > end:
        yield Point(at, round(tare + count * unit, 1))
        yield Point(at + timedelta(seconds=60), round(tare + count * unit + .01 * unit, 1))
        yield Point(at + step - timedelta(seconds=4), round(tare + count * unit + 3.4 * unit, 1))
        count, at = count - 1, at + step
    yield Point(now - timedelta(seconds=90), round(tare + count * unit, 1))
    yield Point(now, round(tare + count * unit, 1))


def facings(now: datetime, full: int, end: int, hours: int = 12) -> Iterator[Point]:
    """A camera that counts filled facings each half hour, down to so many."""
    steps = hours * 2
    for number in range(steps + 1):
        yield Point(now - timedelta(minutes=30 * (steps - number)), full - (full - end) * number // steps)


def door(now: datetime, hours: int = 6) -> Iterator[Point]:
    """Opened for a minute, twice an hour."""
    for number in range(hours * 2, 0, -1):
        yield Point(now - timedelta(minutes=30 * number), 1)
        yield Point(now - timedelta(minutes=30 * number - 1), 0)

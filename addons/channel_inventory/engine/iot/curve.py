"""A line for the eye: a day of readings as the points of an SVG."""
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

WIDTH, HEIGHT = 320, 110


@dataclass(frozen=True, slots=True)
class Curve:
    points: str
    low_y: float | None  # where the limits run, if they can be seen
    high_y: float | None
    least: float
    most: float
    start: datetime
    end: datetime
    width: int = WIDTH
    height: int = HEIGHT


def draw(points: Sequence[tuple[datetime, float]], low: float | None, high: float | None) -> Curve | None:
    """The line through these points, in the sequence of time; None where there are not two of them."""
    if len(points) < 2:
        return None
    values = [value for _at, value in points]
    shown = values + [limit for limit in (low, high) if limit is not None]
    bottom, top = min(shown), max(shown)
    room = (top - bottom) * .08 or 1.0
    bottom, top = bottom - room, top + room
    start, end = points[0][0], points[-1][0]
    long = (end - start).total_seconds()

    def height_of(value):
        return round(HEIGHT * (top - value) / (top - bottom), 1)

    line = ' '.join(
        f'{WIDTH * (at - start).total_seconds() / long:.1f},{height_of(value)}' for at, value in points)
    return Curve(
        line, None if low is None else height_of(low), None if high is None else height_of(high), min(values),
        max(values), start, end)

"""Following one device: what has come to rest, and for how long what is outside its limits.

A watch is what is remembered between two messages; it is put into a field and taken out again.
"""
import math
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

KELVIN = 273.15
# Activation energy by the gas constant, as pharmacopoeias use it: 83.144 kJ/mol by 8.3144 J/(mol K).
ACTIVATION = 10_000.0
MOMENTS = ('at', 'near_since', 'out_since')


@dataclass(frozen=True, slots=True)
class Point:
    at: datetime
    value: float


@dataclass(frozen=True, slots=True)
class Limits:
    """:param minutes: so long something is outside before anybody is told
    :param steady: seconds a value must rest before it counts; 0: each counts at once
    :param tolerance: what a resting value may swing by
    :param gap: minutes without a reading; what was in between is not known, and not added up
    """

    low: float | None = None
    high: float | None = None
    minutes: float = 0.0
    steady: float = 0.0
    tolerance: float = 0.0
    gap: float = 60.0
    is_kinetic: bool = False


@dataclass(frozen=True, slots=True)
class Watch:
    at: datetime | None = None
    value: float | None = None  # the last that counted
    near: float | None = None  # what may be coming to rest, and since when
    near_since: datetime | None = None
    is_steady: bool = False
    out: str = ''  # 'low' or 'high'
    out_since: datetime | None = None
    is_open: bool = False
    peak: float = 0.0
    beyond: float = 0.0
    minutes: float = 0.0
    kinetic: float = 0.0


NAMES = tuple(field.name for field in fields(Watch))


@dataclass(frozen=True, slots=True)
class Excursion:
    """`beyond`: how far times how long, in degree-minutes. `kinetic`: one temperature that does as much harm."""

    kind: str
    started_at: datetime
    last_at: datetime
    ended_at: datetime | None
    peak: float
    beyond: float
    kinetic: float | None


@dataclass(frozen=True, slots=True)
class Followed:
    watch: Watch
    excursions: tuple[Excursion, ...]  # those that have ended, and the one that is open
    steady: tuple[Point, ...]  # values that have come to rest, each once
    late: int  # readings of before what is known: they change nothing any more


def follow(watch: Watch, points: Iterable[Point], limits: Limits) -> Followed:
    """Go on from where we were. The same readings one by one or all together come to the same."""
    excursions, steady, late = [], [], 0
    for point in sorted(points, key=lambda point: point.at):
        if watch.at is not None and point.at <= watch.at:
            late += 1
            continue
        watch, rested = _rest(watch, point, limits)
        if rested is not None:
            steady.append(rested)
        value = point.value if not limits.steady else watch.near if watch.is_steady else watch.value
        if value is None:
            watch = replace(watch, at=point.at)
            continue
        watch, ended = _step(watch, Point(point.at, value), limits)
        excursions += [ended] if ended else []
    if watch.is_open:
        excursions.append(_describe(watch, watch.at, None, limits))
    return Followed(watch, tuple(excursions), tuple(steady), late)


def settle(watch: Watch, now: datetime, limits: Limits) -> Followed:
    """Go on without a reading, for devices that send what changes only: what nothing was said of has stayed."""
    points = []
    if limits.steady and watch.near is not None and not watch.is_steady:
        points.append(Point(watch.near_since + timedelta(seconds=limits.steady), watch.near))
    if watch.out and not watch.is_open:
        held = watch.value if not limits.steady or watch.near is None else watch.near
        points.append(Point(watch.out_since + timedelta(minutes=limits.minutes), held))
    return follow(watch, [point for point in points if watch.at < point.at <= now], limits)


def dump(watch: Watch) -> dict[str, Any]:
    """As a field keeps it."""
    kept = ((name, getattr(watch, name)) for name in NAMES)
    return {name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in kept if value is not None}


def restore(kept: Any) -> Watch:
    """What a field has kept; an empty watch where it has kept nothing."""
    return Watch(**{
        name: datetime.fromisoformat(value) if name in MOMENTS else value
        for name, value in (kept or {}).items() if name in NAMES})


def mean_kinetic_temperature(parts: Iterable[tuple[float, float]]) -> float | None:
    """One temperature that would have done as much harm. :param parts: (degrees Celsius, minutes)"""
    total, minutes = 0.0, 0.0
    for celsius, long in parts:
        total, minutes = total + _harm(celsius) * long, minutes + long
    return _kinetic(total, minutes)


def _rest(watch, point, limits):
    """(watch, the value that has come to rest with this reading, or None)"""
    if not limits.steady:
        return watch, None
    if watch.near is None or abs(point.value - watch.near) > limits.tolerance:
        return replace(watch, near=point.value, near_since=point.at, is_steady=False), None
    rests = (point.at - watch.near_since).total_seconds() >= limits.steady
    if not rests or watch.is_steady:
        return watch, None
    return replace(watch, is_steady=True), Point(point.at, watch.near)


def _step(watch, point, limits):
    """(watch, the excursion that ends with this reading, or None)"""
    out = _side(point.value, limits)
    ended = None
    if watch.out and watch.out != out:
        watch = _add(watch, point, limits)
        if watch.is_open:
            ended = _describe(watch, point.at, point.at, limits)
        watch = replace(watch, out='', out_since=None, is_open=False)
    if out and not watch.out:
        watch = replace(
            watch, out=out, out_since=point.at, peak=point.value, beyond=0.0, minutes=0.0, kinetic=0.0)
    elif out:
        watch = _add(watch, point, limits)
        watch = replace(watch, peak=(min if out == 'low' else max)(watch.peak, point.value))
    long = point.at - watch.out_since if out else timedelta()
    is_open = watch.is_open or bool(out) and long >= timedelta(minutes=limits.minutes)
    return replace(watch, at=point.at, value=point.value, is_open=is_open), ended


def _side(value, limits):
    if limits.low is not None and value < limits.low:
        return 'low'
    return 'high' if limits.high is not None and value > limits.high else ''


def _beyond(value, kind, limits):
    limit = limits.low if kind == 'low' else limits.high
    if limit is None:  # taken off in the meantime
        return 0.0
    return max(limit - value if kind == 'low' else value - limit, 0.0)


def _add(watch, point, limits):
    """The time since the last reading, as if its value had gone straight to this one."""
    minutes = (point.at - watch.at).total_seconds() / 60
    if minutes > limits.gap:
        return watch
    far = (_beyond(watch.value, watch.out, limits) + _beyond(point.value, watch.out, limits)) / 2
    harm = (_harm(watch.value) + _harm(point.value)) / 2 if limits.is_kinetic else 0.0
    return replace(
        watch, beyond=watch.beyond + far * minutes, minutes=watch.minutes + minutes,
        kinetic=watch.kinetic + harm * minutes)


def _describe(watch, last_at, ended_at, limits):
    kinetic = _kinetic(watch.kinetic, watch.minutes) if limits.is_kinetic else None
    return Excursion(watch.out, watch.out_since, last_at, ended_at, watch.peak, watch.beyond, kinetic)


def _harm(celsius):
    return math.exp(-ACTIVATION / max(celsius + KELVIN, 1.0))


def _kinetic(total, minutes):
    if not total or not minutes:
        return None
    return ACTIVATION / -math.log(total / minutes) - KELVIN

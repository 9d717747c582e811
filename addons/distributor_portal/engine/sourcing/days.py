"""When a warehouse ships: working days, closing days, cut-off times in its own time zone."""
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone, tzinfo

MAX_CLOSED_DAYS = 60  # a warehouse that is shut longer than this ships nothing


@dataclass(frozen=True, slots=True)
class Hours:
    """Times are hours of its own day: 16.5 is half past four.

    :param cut_off: an order that comes later ships on the next working day
    :param weekdays: 0 is Monday
    :param urgent_from, urgent_until: when it takes urgent orders; until 0: never
    """

    zone: tzinfo = timezone.utc
    cut_off: float = 24.0
    weekdays: frozenset[int] = frozenset(range(7))
    closed: frozenset[date] = frozenset()
    urgent_from: float = 0.0
    urgent_until: float = 24.0


def local_time(hours: Hours, now: datetime) -> tuple[date, float]:
    """The day and the hour that it is there. :param now: with its time zone"""
    local = now.astimezone(hours.zone)
    return local.date(), local.hour + local.minute / 60 + local.second / 3600


def is_open(hours: Hours, day: date) -> bool:
    return day.weekday() in hours.weekdays and day not in hours.closed


def next_open(hours: Hours, day: date) -> date | None:
    """`day`, or the first working day after it."""
    for _attempt in range(MAX_CLOSED_DAYS):
        if is_open(hours, day):
            return day
        day += timedelta(days=1)
    return None


def first_day(hours: Hours, now: datetime) -> tuple[date | None, str]:
    """(the first day on which an order that comes now can ship, why not today: 'past_cut_off', 'closed' or '')"""
    today, hour = local_time(hours, now)
    if not is_open(hours, today):
        return next_open(hours, today), 'closed'
    if hour > hours.cut_off:
        return next_open(hours, today + timedelta(days=1)), 'past_cut_off'
    return today, ''


def urgent_deadline(hours: Hours, now: datetime, within: float) -> datetime | None:
    """By when an urgent order that comes now leaves, `within` hours at most; None where it cannot be done."""
    today, hour = local_time(hours, now)
    if not is_open(hours, today) or not hours.urgent_from <= hour < hours.urgent_until:
        return None
    return now + timedelta(hours=within)

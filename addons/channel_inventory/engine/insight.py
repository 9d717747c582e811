"""What the stock of a product at a member says: how long it lasts, how often it turns, how old it is, what is amiss.

These are the definitions. The database counts by the same formulas for millions of positions at a time
(`models/insight/channel_stock_figure_count.py`); a test holds both against each other over random histories.

A day ends with the stock that lies there at its end; the last day of every span is today, which ends as it stands now.
"""
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

YEAR = 365
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Limits:
    """From when on stock is called short, slow, old; over how many days is looked."""

    pace_days: int = 28
    turn_days: int = 90
    out_days: int = 28
    short_days: int = 7
    slow_days: int = 60
    supply_days: int = 120
    old_days: int = 180
    expiry_days: int = 60


@dataclass(frozen=True, slots=True)
class Position:
    """One product at one member, as it stands and as it came to that. Changes and arrivals by day."""

    available: Decimal
    at_hand: Decimal  # all states but in transit
    first_day: date  # of its first movement
    arrivals: Sequence[tuple[date, Decimal]] = ()  # in the sequence in which they came
    hand_changes: Mapping[date, Decimal] | None = None  # what the stock at hand changed by on each day
    free_changes: Mapping[date, Decimal] | None = None  # the same of what is available
    sales: Mapping[date, Decimal] | None = None  # what was sold on each day, less what customers brought back
    last_sale: date | None = None
    expiring: Decimal = ZERO  # at hand, of lots near their expiry


@dataclass(frozen=True, slots=True)
class Figures:
    daily_sales: Decimal
    supply: Decimal | None
    mean_stock: Decimal
    sold: Decimal
    turn: Decimal | None
    age: Decimal | None
    slow_qty: Decimal
    old_qty: Decimal
    days_out: int
    days_active: int
    is_short: bool


def daily_sales(sold: Decimal, days: int) -> Decimal:
    """Mean sell-through of a day: what was sold in the last `days` days / `days`; never less than nothing."""
    return max(sold, ZERO) / days


def days_of_supply(available: Decimal, pace: Decimal) -> Decimal | None:
    """How long it lasts: available / daily sales. None where nothing is sold: it would last for ever."""
    return max(available, 0) / pace if pace else None


def mean_stock(at_hand: Decimal, changes: Mapping[date, Decimal], today: date, days: int) -> Decimal:
    """Mean of the stock at the ends of the last `days` days.

    Backwards from today: a change on day d was not yet there on the days of the span before d, so
    mean = at hand - sum(change x days of the span before it) / days.
    """
    first = today - timedelta(days - 1)
    missing = sum((change * max(0, min((day - first).days, days)) for day, change in changes.items()), ZERO)
    return at_hand - missing / days


def turn(sold: Decimal, mean: Decimal, days: int) -> Decimal | None:
    """How often the stock is sold in a year at this pace: (sold in `days` days x 365 / days) / mean stock."""
    return max(sold, ZERO) * YEAR / days / mean if mean > 0 else None


def layers(at_hand: Decimal, arrivals: Sequence[tuple[date, Decimal]]) -> list[tuple[date, Decimal]]:
    """What is left of which arrival, the latest first: first in, first out, so what is there came last."""
    found, left = [], at_hand
    for day, qty in reversed(arrivals):
        if left <= 0:
            break
        found.append((day, min(qty, left)))
        left -= qty
    return found


def age(kept: Iterable[tuple[date, Decimal]], today: date) -> Decimal | None:
    """Mean days since the units that are there came in, by the layers left. None where nothing is there."""
    kept = list(kept)
    whole = sum((qty for _day, qty in kept), ZERO)
    return sum((qty * (today - day).days for day, qty in kept), ZERO) / whole if whole else None


def old_qty(kept: Iterable[tuple[date, Decimal]], expiring: Decimal, today: date, limits: Limits) -> Decimal:
    """Units that came in more than `old_days` days ago, or whose lot is near its expiry: the greater of the two.

    The layers do not say which lots they are of: the greater number is the one that is certain.
    """
    before = today - timedelta(limits.old_days)
    return max(sum((qty for day, qty in kept if day < before), ZERO), expiring)


def is_slow(position: Position, supply: Decimal | None, today: date, limits: Limits) -> bool:
    """No sale in the last `slow_days` days though it was there all the time, or supply for more than `supply_days`."""
    if position.at_hand <= 0:
        return False
    if supply is not None and supply > limits.supply_days:
        return True
    since = today - timedelta(limits.slow_days)
    return position.first_day < since and (position.last_sale is None or position.last_sale <= since)


def days_out(position: Position, today: date, days: int) -> tuple[int, int]:
    """(days of the last `days` at whose end none was available, days that count)

    Days count from the first movement on. A position that in all that time neither held nor moved anything is none.
    """
    first = max(today - timedelta(days - 1), position.first_day)
    changes = position.free_changes or {}
    if position.available <= 0 and not any(first <= day for day in changes) and not any(
            first <= day and qty for day, qty in (position.sales or {}).items()):
        return 0, 0
    out, left, day = 0, position.available, today
    while day >= first:
        out += left <= 0
        left -= changes.get(day, ZERO)
        day -= timedelta(1)
    return out, max((today - first).days + 1, 0)


def judge(position: Position, today: date, limits: Limits) -> Figures:
    """All figures of a position."""
    def sold_in(days):
        after = today - timedelta(days)
        return sum((qty for day, qty in (position.sales or {}).items() if after < day <= today), ZERO)

    pace, sold = daily_sales(sold_in(limits.pace_days), limits.pace_days), sold_in(limits.turn_days)
    supply = days_of_supply(position.available, pace)
    mean = mean_stock(position.at_hand, position.hand_changes or {}, today, limits.turn_days)
    kept = layers(position.at_hand, position.arrivals)
    out, active = days_out(position, today, limits.out_days)
    return Figures(
        daily_sales=pace, supply=supply, mean_stock=mean, sold=sold, turn=turn(sold, mean, limits.turn_days),
        age=age(kept, today), slow_qty=position.at_hand if is_slow(position, supply, today, limits) else ZERO,
        old_qty=min(old_qty(kept, position.expiring, today, limits), max(position.at_hand, ZERO)),
        days_out=out, days_active=active, is_short=supply is not None and supply < limits.short_days)

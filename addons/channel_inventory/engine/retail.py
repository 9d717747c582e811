"""What a shop sells on a day: the shape of a year at a real retailer, laid over any days and scaled to any shop.

The source has one year. A day takes the numbers of the same weekday at the same time of that year, so weekends and
seasons stay where they belong.
"""
import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

START = date(2017, 1, 1)
DAYS = 365
OWN = .35  # How much of a shop's numbers comes from its model among the source's stores, the rest from all of them.


@dataclass(slots=True)
class Series:
    """Sums of the source, day by day or week by week of its year."""

    every: dict[str, list[int]] = field(default_factory=dict)  # group: in all stores, daily
    stores: dict[str, list[list[int]]] = field(default_factory=dict)  # group: of each store, daily
    products: dict[str, tuple[str, list[int]]] = field(default_factory=dict)  # product: (group, weekly)


def read(lines: Iterable[str]) -> Series:
    """The series as its tool has written them."""
    series = Series()
    for row in csv.DictReader(lines):
        values = [int(value) for value in row['values'].split()]
        if row['kind'] == 'all':
            series.every[row['group']] = values
        elif row['kind'] == 'store':
            series.stores.setdefault(row['group'], []).append(values)
        else:
            series.products[row['name']] = row['group'], values
    return series


@cache
def source_day(day: date) -> int:
    """The place in the source's year of the same weekday nearest to this day of the year."""
    same = START.replace(month=day.month, day=28 if (day.month, day.day) == (2, 29) else day.day)
    shift = (day.weekday() - same.weekday() + 3) % 7 - 3
    place = (same - START).days + shift
    return place + 7 if place < 0 else place - 7 if place >= DAYS else place


def shape(series: Series, product: str, models: Sequence[int]) -> list[float]:
    """What is sold of a product on each day of the source's year, 1 on average.

    :param models: which of the source's stores the shop is like
    """
    group, weekly = series.products[product]
    every = _even(series.every[group])
    own = _even([sum(series.stores[group][model][day] for model in models) for day in range(DAYS)])
    weeks = [sum(series.every[group][day] for day in range(week * 7, min(week * 7 + 7, DAYS))) for week in range(53)]
    return _even([
        (OWN * own[day] + (1 - OWN) * every[day]) * weekly[day // 7] / (weeks[day // 7] or 1) for day in range(DAYS)])


def sales(shape_: Sequence[float], start: date, days: int, mean: float, growth: float = 0) -> list[int]:
    """Whole units sold on each of these days.

    What rounding takes from one day it gives to the next: a week sums to what it would without.

    :param mean: a day in the middle, growing by `growth` a year
    """
    found, total, told = [], 0.0, 0
    for number in range(days):
        yearly = (1 + growth) ** ((number - days / 2) / DAYS)
        total += mean * yearly * shape_[source_day(start + timedelta(days=number))]
        qty = round(total - told)
        found.append(qty)
        told += qty
    return found


def _even(values: Sequence[float]) -> list[float]:
    """The same with an average of 1."""
    mean = sum(values) / len(values)
    return [value / mean for value in values] if mean else [1.0] * len(values)

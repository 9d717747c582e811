"""A member's own figures: periods, shares, changes, its place among others, the bars of a chart."""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

MONTHS = {'month': 1, 'quarter': 3, 'year': 12}
# So many members stand behind every figure of others that is shown, and behind every ranking.
CROWD = 5
# Distances to others are shown in these steps.
STEP = Decimal('0.05')
# Values this close count as equal: the place tells no more than the figure that is shown.
PRECISION = Decimal('0.001')
FLAT = Decimal('0.05')


@dataclass(frozen=True, slots=True)
class Period:
    """Whole months: from the first day of `start` to the day before `end`."""

    kind: str
    start: date
    end: date

    def holds(self, day: date) -> bool:
        return self.start <= day < self.end


@dataclass(frozen=True, slots=True)
class Place:
    """`place` of `total`. `ahead`: how far the five right ahead are away on average, in steps; None: too few are."""

    place: int
    total: int
    ahead: Decimal | None


@dataclass(frozen=True, slots=True)
class Bar:
    x: Decimal
    y: Decimal
    width: Decimal
    height: Decimal


def add_months(day: date, months: int) -> date:
    """The first day of the month so many months later."""
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def period_of(kind: str, day: date, back: int = 0) -> Period:
    """The month, quarter or year of `day`, or one so many periods earlier."""
    months = MONTHS[kind]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    start = add_months(first, -back * months)
    return Period(kind, start, add_months(start, months))


def share(part: Decimal, whole: Decimal) -> Decimal | None:
    """`part` of `whole` between 0 and 1; None where there is nothing to share."""
    if whole <= 0:
        return None
    return min(max(part / whole, Decimal(0)), Decimal(1)).quantize(PRECISION, ROUND_HALF_UP)


def change(now: Decimal, before: Decimal) -> Decimal | None:
    """How much more than before, as a share of it; None where there was nothing before."""
    if before <= 0:
        return None
    return (now / before - 1).quantize(PRECISION, ROUND_HALF_UP)


def trend(values: Sequence[Decimal]) -> str | None:
    """'up', 'down' or 'flat': the last three of `values` against the three before; None where they are too few."""
    if len(values) < 6:
        return None
    late, early = sum(values[-3:], Decimal(0)), sum(values[-6:-3], Decimal(0))
    moved = change(late, early)
    if moved is None:
        return 'up' if late > 0 else None
    return 'flat' if abs(moved) <= FLAT else 'up' if moved > 0 else 'down'


def rank(values: Mapping[int, Decimal], is_relative: bool = False) -> dict[int, Place]:
    """The place of each by its value, the highest first; equal values share a place.

    Nothing of a single other is in it: where fewer than `CROWD` are ranked, nobody is, and the distance is one to the
    average of the `CROWD` next better, in steps of `STEP`.

    :param is_relative: the distance is a share of one's own value (of amounts), not a difference (of shares)
    """
    if len(values) < CROWD:
        return {}
    rounded = {key: value.quantize(PRECISION, ROUND_HALF_UP) for key, value in values.items()}
    ordered = sorted(rounded.values(), reverse=True)
    first = {}
    for number, value in enumerate(ordered):
        first.setdefault(value, number)
    return {
        key: Place(first[value] + 1, len(ordered), _ahead(ordered[:first[value]], value, is_relative))
        for key, value in rounded.items()}


def _ahead(better: Sequence[Decimal], own: Decimal, is_relative: bool) -> Decimal | None:
    if len(better) < CROWD or (is_relative and own <= 0):
        return None
    mean = sum(better[-CROWD:], Decimal(0)) / CROWD
    distance = mean / own - 1 if is_relative else mean - own
    return (distance / STEP).quantize(Decimal(1), ROUND_HALF_UP) * STEP


def draw_bars(values: Sequence[Decimal], width: int, height: int, gap: Decimal = Decimal('0.3')) -> list[Bar]:
    """A bar for each value, side by side in a box; the greatest reaches the top, nothing lies below the ground.

    :param gap: the share of a bar's room that stays empty
    """
    top = max([*values, Decimal(0)])
    room = Decimal(width) / max(len(values), 1)
    cent = Decimal('0.01')
    bars = []
    for number, value in enumerate(values):
        tall = (Decimal(height) * max(value, Decimal(0)) / top if top else Decimal(0)).quantize(cent)
        bars.append(Bar(
            (room * number + room * gap / 2).quantize(cent), Decimal(height) - tall,
            (room * (1 - gap)).quantize(cent), tall))
    return bars

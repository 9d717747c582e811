"""How often, and how many, somebody orders of a product: what is due about now, from its own past orders alone."""
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from statistics import median_low

# Two orders make one interval, and one interval is no habit.
LEAST_DAYS = 3
# Who has let so many intervals pass has stopped.
STOPPED_AFTER = 3
# Due tomorrow is due about now.
AHEAD = 1


@dataclass(frozen=True, slots=True)
class Purchase:
    """What was ordered of a product on one day, in the product's own unit."""

    product: int
    day: date
    qty: Decimal


@dataclass(frozen=True, slots=True)
class Habit:
    """A product that is ordered again and again. `interval` in days; `interval` and `usual` have both happened.

    :param times: days on which it was ordered
    """

    product: int
    times: int
    interval: int
    usual: Decimal
    last: date

    @property
    def due(self) -> date:
        return self.last + timedelta(days=self.interval)

    def days_since(self, today: date) -> int:
        return (today - self.last).days


def find_habits(purchases: Iterable[Purchase]) -> list[Habit]:
    """The median interval and the median quantity of every product ordered on three days or more."""
    days: dict[int, dict[date, Decimal]] = {}
    for purchase in purchases:
        if purchase.qty > 0:
            of_product = days.setdefault(purchase.product, {})
            of_product[purchase.day] = of_product.get(purchase.day, Decimal(0)) + purchase.qty
    return [_find_habit(product, by_day) for product, by_day in sorted(days.items()) if len(by_day) >= LEAST_DAYS]


def _find_habit(product: int, by_day: Mapping[date, Decimal]) -> Habit:
    ordered = sorted(by_day)
    gaps = [(later - earlier).days for earlier, later in zip(ordered, ordered[1:], strict=False)]
    # The lower median: of two in the middle the one that has happened, not a number between them.
    return Habit(product, len(ordered), median_low(gaps), median_low(by_day.values()), ordered[-1])


def find_due(habits: Iterable[Habit], today: date, days_left: Mapping[int, int] | None = None) -> list[Habit]:
    """The habits that are due, the most overdue first, measured by their own interval.

    :param days_left: for how many days the stock of a product still lasts, where somebody knows: it decides then
    """
    known = days_left or {}
    due = []
    for habit in habits:
        late = -known[habit.product] if habit.product in known else (today - habit.due).days
        has_stopped = habit.days_since(today) > STOPPED_AFTER * habit.interval + AHEAD
        if late >= -AHEAD and (habit.product in known or not has_stopped):
            due.append((Decimal(late) / habit.interval, habit))
    return [habit for _share, habit in sorted(due, key=lambda pair: (-pair[0], pair[1].product))]

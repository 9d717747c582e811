"""How urgent is what waits for headquarters: facts in, points with their reasons out.

Points are whole numbers and add up, so that whoever reads the queue can follow them. What each part is worth at most:

    deadline   500   nothing until two days before; 400 when it is over, then up to 100 more within three days
    leaving    300   the same on the last day before goods are to leave: 250, then up to 50
    age        180   60 a day, for three days; not for what is put on hold on purpose
    urgent     150   the member asked for the urgent lane
    amount     120   30 for each doubling above the amount that counts as usual
    segment     80   VIP 80, core 40
    cause       60   by what keeps it waiting
"""
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from math import log2

DAY = 24 * 60
# The first that fits names what an order waits for. The points: what costs the member most while it waits.
CAUSES = {
    'hold': 0, 'credit': 50, 'stock': 60, 'price': 40, 'form': 30, 'rule': 40, 'approval': 20, 'confirm': 60,
    'late': 60, 'returned': 30, 'difference': 40,
}
# The kind of a rule → what an order waits for when the rule asks headquarters.
CAUSE_OF_KIND = {
    'credit': 'credit', 'overdue': 'credit', 'account': 'credit', 'stock': 'stock', 'urgent': 'stock',
    'price': 'price', 'floor': 'price', 'discount': 'price', 'intake': 'form',
}
# From so many points on; the rest is '4'.
LEVELS = (('1', 400), ('2', 220), ('3', 100))
LEAST = '4'
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Weights:
    """What the parts are worth. The defaults are those that the heading lists."""

    deadline: int = 400
    deadline_more: int = 100
    leaving: int = 250
    leaving_more: int = 50
    age_per_day: int = 60
    age_days: int = 3
    urgent: int = 150
    per_doubling: int = 30
    amount: int = 120
    usual_amount: Decimal = Decimal(5000)
    segments: dict[str, int] = field(default_factory=lambda: {'vip': 80, 'core': 40})


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits.

    :param since: since when it waits
    :param amount: what it is worth, in the company's currency
    :param deadline: when somebody should have decided
    :param leaves: when its goods are promised to leave
    """

    key: int
    cause: str
    since: datetime
    amount: Decimal = Decimal(0)
    segment: str = 'regular'
    is_urgent: bool = False
    deadline: datetime | None = None
    leaves: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """A part of the points. :param hours: how long, where the words say so"""

    code: str
    points: int
    hours: int = 0


@dataclass(frozen=True, slots=True)
class Urgency:
    key: int
    points: int
    level: str
    reasons: tuple[Reason, ...]
    is_at_risk: bool = False

    @property
    def why(self) -> tuple[Reason, ...]:
        """What weighs most, for a column in a list."""
        return self.reasons[:SHOWN]


def pick_cause(causes: Iterable[str]) -> str | None:
    """The one that names the queue, of all that keep an order waiting."""
    found = set(causes)
    return next((cause for cause in CAUSES if cause in found), None)


def rate(waiting: Waiting, now: datetime, weights: Weights | None = None) -> Urgency:
    """The points of one thing that waits, and why. More age, amount or nearness of a date never makes it less."""
    weights = weights or Weights()
    leaving = _approach('leaves', waiting.leaves, now, DAY, weights.leaving, weights.leaving_more, DAY)
    reasons = [
        _approach('deadline', waiting.deadline, now, 2 * DAY, weights.deadline, weights.deadline_more, 3 * DAY),
        leaving,
        _age(waiting, now, weights),
        Reason('urgent', weights.urgent if waiting.is_urgent else 0),
        _amount(waiting.amount, weights),
        Reason(f'segment_{waiting.segment}', weights.segments.get(waiting.segment, 0)),
        Reason(f'cause_{waiting.cause}', CAUSES.get(waiting.cause, 0)),
    ]
    points = sum(reason.points for reason in reasons)
    told = sorted((reason for reason in reasons if reason.points), key=lambda reason: (-reason.points, reason.code))
    return Urgency(waiting.key, points, level(points), tuple(told), bool(leaving.points))


def rank(rated: Iterable[tuple[Urgency, datetime]]) -> list[int]:
    """Keys in the sequence of the queue: points, then who waits longest, then the older key.

    :param rated: (urgency, since when it waits)
    """
    return [urgency.key for urgency, since in sorted(
        rated, key=lambda pair: (-pair[0].points, pair[1], pair[0].key))]


def level(points: int) -> str:
    """'1' now, '2' today, '3' soon, '4' later."""
    return next((name for name, least in LEVELS if points >= least), LEAST)


def _approach(code, moment, now, window, worth, more, more_window):
    """Rises while `moment` comes near (minutes of `window`), and on for a while when it is over."""
    if moment is None:
        return Reason(code, 0)
    left = int((moment - now).total_seconds() // 60)
    if left > 0:
        points = worth * (window - left) // window if left < window else 0
        return Reason(f'{code}_soon', points, left // 60)
    over = -left
    return Reason(f'{code}_over', worth + more * min(over, more_window) // more_window, over // 60)


def _age(waiting, now, weights):
    if waiting.cause == 'hold':
        return Reason('age', 0)
    minutes = max(int((now - waiting.since).total_seconds() // 60), 0)
    points = weights.age_per_day * min(minutes, weights.age_days * DAY) // DAY
    return Reason('age', points, minutes // 60)


def _amount(amount, weights):
    if amount <= weights.usual_amount or weights.usual_amount <= 0:
        return Reason('amount', 0)
    return Reason('amount', min(int(weights.per_doubling * log2(amount / weights.usual_amount)), weights.amount))

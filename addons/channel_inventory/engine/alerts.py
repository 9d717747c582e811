"""What somebody should know about the stock of a product at a member, and how urgent that is.

These are the definitions. The database finds alerts by the same formulas for millions of positions at a time
(`models/alerts/channel_alert_find.py`); a test holds both against each other over random positions.

Urgency is value at stake × days: what a day without a decision costs, times the days that are lost or will be.
"""
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import NormalDist

ZERO, ONE = Decimal(0), Decimal(1)
METHODS = ('fixed', 'days', 'service')
CARRY = Decimal('0.0005')  # a day: what it costs to have goods lie there, as a share of their worth
LONGEST = 365  # no alert counts more days than that
FRESH_DAYS = 4  # a till that has told nothing for so many days is late
GRAVE_DAYS = 7  # what is gone, or about to expire, counts as if a week of it were lost


@dataclass(frozen=True, slots=True)
class Policy:
    """What is safe, and from when on stock stands out.

    :param z: how many deviations of demand are kept, see `z_of`
    :param near_days: a lot that expires within so many days is told of whatever sells
    :param ahead_days: so far ahead it is looked whether a lot sells in time
    """

    method: str = 'days'
    qty: Decimal = ZERO
    days: Decimal = Decimal(7)
    z: Decimal = ZERO
    lead_days: Decimal = Decimal(7)
    lead_deviation: Decimal = ZERO
    cover_days: Decimal = Decimal(14)
    near_days: int = 3
    ahead_days: int = 60
    slow_days: int = 60
    supply_days: int = 120


@dataclass(frozen=True, slots=True)
class Lot:
    key: int
    qty: Decimal
    days_left: int


@dataclass(frozen=True, slots=True)
class Position:
    """One product at one member today.

    :param incoming: on its way
    :param pace: daily sales; `deviation` from day to day
    :param idle_days: since the last sale; None: longer than anybody looks back
    :param held_days: since its first movement
    :param days_out: of the last weeks at whose end none was available
    :param reports: the member tells what it sells; where it does not, no sales say nothing
    :param price, cost: of one
    """

    available: Decimal
    incoming: Decimal = ZERO
    pace: Decimal = ZERO
    deviation: Decimal = ZERO
    idle_days: int | None = None
    held_days: int = 0
    days_out: int = 0
    reports: bool = True
    price: Decimal = ONE
    cost: Decimal = ONE
    lots: Sequence[Lot] = ()


@dataclass(frozen=True, slots=True)
class Alert:
    """:param qty: what is missing, or what is at stake; :param value: of a day"""

    kind: str
    qty: Decimal
    value: Decimal
    days: Decimal
    lot: int | None = None

    @property
    def urgency(self) -> Decimal:
        return self.value * self.days


def z_of(service: float) -> Decimal:
    """How many deviations must be kept so that demand is met in this share of all lead times."""
    return Decimal(str(round(NormalDist().inv_cdf(service), 4)))


def safety_stock(policy: Policy, pace: Decimal, deviation: Decimal = ZERO) -> Decimal:
    """Below what stock is short.

    Whoever forecasts (`channel_forecast`) hands in its own pace and deviation: the formulas stay.
    """
    if policy.method == 'fixed':
        return policy.qty
    if policy.method == 'days':
        return policy.days * pace
    # Demand over a lead time that itself varies: both deviations add up by their squares.
    spread = (policy.lead_days * deviation ** 2 + pace ** 2 * policy.lead_deviation ** 2).sqrt()
    return max(ZERO, pace * policy.lead_days + policy.z * spread)


def order_qty(policy: Policy, position: Position) -> Decimal:
    """What brings it back: safety stock and `cover_days` of sales, less what is there and on its way."""
    target = safety_stock(policy, position.pace, position.deviation) + policy.cover_days * position.pace
    return max(ZERO, target - max(position.available, ZERO) - position.incoming)


def left_over(lots: Iterable[Lot], pace: Decimal) -> list[tuple[Lot, Decimal]]:
    """What of each lot will not sell before it expires; the first to expire is sold first.

    What is over in all of the first k lots is the most by which any j of them outlast their own date.
    """
    total, over, found = ZERO, ZERO, []
    for lot in sorted(lots, key=lambda lot: (lot.days_left, lot.key)):
        total += lot.qty
        now_over = max(over, total - pace * max(lot.days_left, 0))
        found.append((lot, now_over - over))
        over = now_over
    return found


def judge(position: Position, policy: Policy) -> list[Alert]:
    """All alerts of a position."""
    found = list(_judge_level(position, policy))
    supply = max(position.available, ZERO) / position.pace if position.pace else None
    if position.reports and position.available > 0:
        idle = LONGEST if position.idle_days is None else position.idle_days
        is_idle = position.held_days > policy.slow_days and idle >= policy.slow_days
        if is_idle or (supply is not None and supply > policy.supply_days):
            found.append(Alert(
                'slow', position.available, position.available * position.cost * CARRY,
                Decimal(max(1, min(idle if is_idle else int(supply), LONGEST)))))
    for lot, over in left_over(position.lots, position.pace if position.reports else ZERO):
        # One piece is no loss worth a person's time.
        is_lost = position.reports and lot.days_left <= policy.ahead_days and over >= ONE
        if is_lost or lot.days_left <= policy.near_days:
            qty = over if is_lost else lot.qty
            found.append(Alert(
                'expiry', qty, qty * position.cost, GRAVE_DAYS / Decimal(max(1, lot.days_left)), lot.key))
    return found


def _judge_level(position, policy):
    """Too little of it: one alert, the gravest."""
    if position.available < 0:
        yield Alert('negative', -position.available, -position.available * position.cost, ONE)
        return
    loss = position.pace * position.price
    safety = safety_stock(policy, position.pace, position.deviation)
    if position.available == 0 and position.pace > 0:
        days = min(position.days_out, LONGEST) + max(ONE, policy.lead_days)
        yield Alert('out', max(ZERO, safety - position.incoming), loss, days)
    elif position.available + position.incoming < safety:
        supply = (position.available + position.incoming) / position.pace if position.pace > 0 else policy.lead_days
        yield Alert(
            'short', safety - position.available - position.incoming, loss, max(ONE, policy.lead_days - supply))


@dataclass(frozen=True, slots=True)
class Book:
    """What went in and out of a position over some days.

    :param out: returns, transfers, write-offs, claims: all that is on record
    :param explained: missing, but with a cause on record
    """

    opening: Decimal
    received: Decimal
    sold: Decimal
    out: Decimal
    closing: Decimal
    explained: Decimal = ZERO

    @property
    def had(self) -> Decimal:
        return self.opening + self.received

    @property
    def missing(self) -> Decimal:
        return self.had - self.sold - self.out - self.closing - self.explained


def leaks(book: Book, share: Decimal, units: Decimal) -> bool:
    """R8: more is missing than a share of all the member had, and more than so many units."""
    return book.missing > leak_limit(book.had, share, units)


def leak_limit(had: Decimal, share: Decimal, units: Decimal) -> Decimal:
    return max(share * had, units)


def is_confirmed(missing: Decimal, before_last: Decimal, limit: Decimal) -> bool:
    """Whether the count before the last had found half of what is too much, too.

    A shelf forgotten in one count is found in the next, while goods that leave go on leaving. What one count alone has
    found is a deviation, and told of as such.

    :param before_last: what was missing before the last count
    """
    return min(missing, before_last) > limit / 2


def tells_sales(idle_days: int | None, pace: Decimal) -> bool:
    """Whether sales come in as usual: what a till has not told yet is not missing.

    What never sells by what the member tells, and is missing all the same, is not excused.
    """
    return not pace or (idle_days is not None and idle_days <= max(FRESH_DAYS, 3 / pace))


def weigh_leak(missing: Decimal, had: Decimal, price: Decimal) -> tuple[Decimal, Decimal]:
    """(value, days): what is gone, as grave as the share of the goods that it is.

    A big store miscounts more than a small one has: its one per cent waits behind another's fifth.
    """
    share = min(ONE, missing / had) if had > 0 else ONE
    return missing * price * share, Decimal(GRAVE_DAYS)

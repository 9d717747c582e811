"""What follows from a proven violation, how urgent a signal is, and how the day's signals are dealt out."""
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal('0.01')
# What a signal can weigh at most beyond its score: repetition, value and age each add so many points.
MAX_COUNT_POINTS = 20
MAX_VALUE_POINTS = 30
MAX_AGE_POINTS = 10


@dataclass(frozen=True, slots=True)
class PenaltyRule:
    """One row of the matrix: from which confirmed case on, from which value on, what follows.

    :param violation: key of the violation it is for; None: any
    :param to_count: the last case it is for; 0: every later one as well
    :param window_days: how far back confirmed cases count; 0: for ever
    :param rate: share of the case's value, as a factor: 0.5 is half of it
    :param maximum: no more than this; None: no such bound
    """

    key: int
    kind: str
    violation: int | None = None
    from_count: int = 1
    to_count: int = 0
    from_value: Decimal = Decimal(0)
    window_days: int = 365
    fixed: Decimal = Decimal(0)
    rate: Decimal = Decimal(0)
    minimum: Decimal = Decimal(0)
    maximum: Decimal | None = None
    days: int = 0

    def amount(self, value: Decimal) -> Decimal:
        """What it comes to for a case of this value."""
        amount = max(self.fixed + self.rate * value, self.minimum)
        if self.maximum is not None:
            amount = min(amount, self.maximum)
        return amount.quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A penalty that the matrix asks for, and the numbers that led to it. `count` includes the case itself."""

    rule: int
    kind: str
    amount: Decimal
    days: int
    count: int
    window_days: int
    value: Decimal


def count_in_window(earlier: Iterable[date], today: date, window_days: int) -> int:
    """How many of the `earlier` confirmed cases still count today, and this one."""
    if not window_days:
        return 1 + sum(1 for day in earlier if day <= today)
    start = today - timedelta(days=window_days)
    return 1 + sum(1 for day in earlier if start <= day <= today)


def propose(
    rules: Iterable[PenaltyRule], violation: int, value: Decimal, earlier: Mapping[int, Sequence[date]], today: date,
) -> list[Proposal]:
    """What the matrix asks for: of each kind of penalty the strictest row that applies, in the rows' sequence.

    A row for this very violation goes before one for any; then the one that asks for more cases, then more value.

    :param earlier: violation → days on which earlier cases of the member were confirmed
    """
    chosen: dict[str, tuple[tuple, Proposal]] = {}
    for rule in rules:
        if rule.violation not in (None, violation):
            continue
        days = earlier.get(violation, ()) if rule.violation else [day for each in earlier.values() for day in each]
        count = count_in_window(days, today, rule.window_days)
        if count < rule.from_count or (rule.to_count and count > rule.to_count) or value < rule.from_value:
            continue
        rank = (rule.violation is not None, rule.from_count, rule.from_value)
        if rule.kind not in chosen or rank > chosen[rule.kind][0]:
            chosen[rule.kind] = (rank, Proposal(
                rule.key, rule.kind, rule.amount(value), rule.days, count, rule.window_days, value))
    return [proposal for _rank, proposal in chosen.values()]


def priority(score: int, count: int, value: Decimal, typical_value: Decimal, age_days: int) -> int:
    """How urgent a signal is, from 0: its rule's score first, then repetition, money at stake and age.

    :param typical_value: a value that is nothing special; money counts by how many times that it is
    """
    repeated = min(5 * (max(count, 1) - 1), MAX_COUNT_POINTS)
    times = value / typical_value if typical_value > 0 else Decimal(0)
    money = min(int(times * 10), MAX_VALUE_POINTS) if value > 0 else 0
    return score + repeated + money + min(max(age_days, 0), MAX_AGE_POINTS)


def deal_out(signals: Sequence[int], room: Mapping[int, int]) -> dict[int, list[int]]:
    """{analyst: signals}: the most urgent first, one to each analyst in turn, none beyond what it has room for.

    :param signals: keys, the most urgent first
    :param room: analyst → how many more the day's budget allows
    """
    dealt: dict[int, list[int]] = {analyst: [] for analyst, left in room.items() if left > 0}
    for signal in signals:
        open_hands = [analyst for analyst in dealt if len(dealt[analyst]) < room[analyst]]
        if not open_hands:
            break
        dealt[min(open_hands, key=lambda analyst: len(dealt[analyst]))].append(signal)
    return dealt

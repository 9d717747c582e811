"""The arithmetic of credit: what an order takes, which debt is late, which reminder is due, what an account says."""
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal(0)
# Past its day a reminder is still worth sending for so long; after that the step is passed over.
REMINDER_WINDOW = 7
BUCKETS = ('not_due', 'd30', 'd60', 'd90', 'older', 'unallocated')


# --- what an order takes


@dataclass(frozen=True, slots=True)
class LineUse:
    """One line of a confirmed order: quantities in its own unit, `amount` for all that was ordered, tax included.

    :param invoiced: on posted invoices; credit notes do not give a quantity back
    :param is_pending: whether a delivery is still to come
    """

    ordered: Decimal
    delivered: Decimal
    invoiced: Decimal
    amount: Decimal
    is_pending: bool


@dataclass(frozen=True, slots=True)
class OrderUse:
    """What an order takes of the credit: not delivered yet, and delivered but not invoiced."""

    open: Decimal = ZERO
    delivered: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return self.open + self.delivered


def order_use(total: Decimal, lines: Sequence[LineUse], advance: Decimal, quantum: Decimal) -> OrderUse:
    """What is neither invoiced nor called off of an order worth `total`; all amounts in one currency.

    :param advance: down payments on posted invoices, as far as no later invoice has deducted them
    """
    undelivered = delivered = ZERO
    for line in lines:
        if not line.ordered:
            continue
        if line.is_pending:
            undelivered += line.amount * max(line.ordered - max(line.delivered, line.invoiced), ZERO) / line.ordered
        delivered += line.amount * max(line.delivered - line.invoiced, ZERO) / line.ordered
    worth = sum((line.amount for line in lines), ZERO)
    if undelivered + delivered == worth and worth:
        undelivered += total - worth  # nothing has happened yet: to the cent what the order says, tax rounding included
    undelivered, delivered = _deduct(advance, undelivered, delivered)
    return OrderUse(_round(undelivered, quantum), _round(delivered, quantum))


def _deduct(advance: Decimal, undelivered: Decimal, delivered: Decimal) -> tuple[Decimal, Decimal]:
    undelivered, delivered = max(undelivered, ZERO), max(delivered, ZERO)
    first = min(max(advance, ZERO), undelivered)
    return undelivered - first, max(delivered - (max(advance, ZERO) - first), ZERO)


def _round(amount: Decimal, quantum: Decimal) -> Decimal:
    return (amount / quantum).quantize(Decimal(1), ROUND_HALF_UP) * quantum


# --- which debt is late


@dataclass(frozen=True, slots=True)
class OpenItem:
    """What is open of one entry on a member's account; negative is money, or a credit note, not yet allocated.

    :param is_disputed: neither reminded of nor held against the member
    :param key: the caller's own: here, the id of the invoice
    """

    name: str
    due: date
    amount: Decimal
    is_disputed: bool = False
    key: int = 0


@dataclass(frozen=True, slots=True)
class Overdue:
    """The oldest debt past its grace, and what all such debts come to."""

    name: str
    due: date
    days: int
    amount: Decimal


def uncovered(items: Iterable[OpenItem]) -> list[tuple[OpenItem, Decimal]]:
    """The debts, oldest first, and what is left of each: money not yet allocated covers the oldest first."""
    items = sorted(items, key=lambda item: (item.due, item.name))
    cover = -sum((item.amount for item in items if item.amount < 0), ZERO)
    left = []
    for item in items:
        if item.amount <= 0 or item.is_disputed:
            continue
        used = min(cover, item.amount)
        cover -= used
        if item.amount > used:
            left.append((item, item.amount - used))
    return left


def find_overdue(items: Iterable[OpenItem], today: date, grace: int) -> Overdue | None:
    """What is overdue by more than `grace` days."""
    late = [(item, amount) for item, amount in uncovered(items) if item.due + timedelta(days=grace) < today]
    if not late:
        return None
    first = late[0][0]
    return Overdue(first.name, first.due, (today - first.due).days, sum((amount for _item, amount in late), ZERO))


# --- which reminder is due


def parse_days(text: str) -> tuple[int, ...]:
    """'1, 7, 14' → (1, 7, 14).

    :raise ValueError: anything but rising whole numbers from 1 to 365
    """
    days = tuple(int(part) for part in text.replace(' ', '').split(',') if part)
    if any(not 1 <= day <= 365 for day in days) or list(days) != sorted(set(days)):
        raise ValueError(text)
    return days


def reminder_step(due: date, today: date, before: int, after: Sequence[int]) -> int | None:
    """The reminder that is due today, as days relative to the due date (-3, 7); None when there is none.

    Only the latest step counts, and only for a week: whoever is away for a while, or starts with old debts, sends
    no flood. :param before: days ahead; 0 reminds of nothing ahead
    """
    late = (today - due).days
    if before and -before <= late <= 0:
        return -before
    reached = [day for day in after if day <= late]
    if not reached or late > reached[-1] + REMINDER_WINDOW:
        return None
    return reached[-1]


# --- what an account says


@dataclass(frozen=True, slots=True)
class Entry:
    """A posted entry on the account. `settled` is what other entries had taken of it by the day of the statement.

    :param key: the caller's own
    :param amount: positive is owed, negative paid or credited, in the currency of the company
    """

    key: int
    date: date
    due: date
    amount: Decimal
    settled: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Statement:
    """`lines` are (key, amount, balance after it); `open_items` (key, open amount, days late)."""

    opening: Decimal
    lines: tuple[tuple[int, Decimal, Decimal], ...]
    closing: Decimal
    open_items: tuple[tuple[int, Decimal, int], ...]
    ages: Mapping[str, Decimal]


def build_statement(opening: Decimal, entries: Iterable[Entry], start: date, end: date) -> Statement:
    """The account from `start` to `end`, both included, as it stood at the end of that day.

    :param opening: the balance of what was posted before `start`
    :param entries: those from `start` to `end`, and earlier ones that were open at `end`
    """
    entries = sorted((entry for entry in entries if entry.date <= end), key=lambda entry: (entry.date, entry.key))
    balance, lines = opening, []
    for entry in entries:
        if entry.date >= start:
            balance += entry.amount
            lines.append((entry.key, entry.amount, balance))
    open_items = tuple(
        (entry.key, entry.amount - entry.settled, (end - entry.due).days)
        for entry in entries if entry.amount != entry.settled)
    ages = dict.fromkeys(BUCKETS, ZERO)
    for _key, amount, days in open_items:
        ages[bucket(amount, days)] += amount
    return Statement(opening, tuple(lines), balance, open_items, ages)


def bucket(amount: Decimal, days: int) -> str:
    """Where an open amount, so many days past due, stands in the ageing."""
    if amount < 0:
        return 'unallocated'
    if days < 0:
        return 'not_due'
    return 'd30' if days <= 30 else 'd60' if days <= 60 else 'd90' if days <= 90 else 'older'

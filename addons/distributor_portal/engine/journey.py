"""How far an order has come, and what of it does not come as ordered."""
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

STEPS = ('sent', 'approved', 'checked', 'confirmed', 'shipped', 'received', 'invoiced')
# What happened that makes a step done; the first kind that is there gives its time.
EVENTS = {
    'sent': ('submitted',), 'approved': ('upstream_approved', 'member_approved'),
    'checked': ('hq_approved', 'confirmed'), 'confirmed': ('confirmed',), 'shipped': ('shipped',),
    'received': ('received',), 'invoiced': ('invoiced',),
}
# Status of the order → the step that comes next.
NEXT = {
    'draft': 'sent', 'rejected': 'checked', 'upstream': 'approved', 'hq': 'checked', 'accepted': 'confirmed',
    'confirmed': 'shipped', 'shipped': 'received', 'received': 'invoiced',
}


@dataclass(frozen=True, slots=True)
class Step:
    """`state`: done, now, next, or stopped where it goes no further."""

    key: str
    state: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Line:
    """What of an order line was delivered, is still to come, and of this only after the rest."""

    key: int
    ordered: Decimal
    delivered: Decimal
    open: Decimal
    behind: Decimal


@dataclass(frozen=True, slots=True)
class Shortage:
    """Of line `key` so much comes `later`, and so much `never`."""

    key: int
    later: Decimal
    never: Decimal


def progress(state: str, happened: Mapping[str, datetime], asks_upstream: bool) -> list[Step]:
    """The steps of an order with where it stands.

    :param happened: {kind of event: when, the last time}
    :param asks_upstream: whether somebody of the network approves it; without, there is no such step
    """
    keys = [key for key in STEPS if key != 'approved' or asks_upstream]
    at = {key: next((happened[kind] for kind in EVENTS[key] if kind in happened), None) for key in keys}
    if state == 'cancelled':
        done = [key for key in keys if at[key]]
    else:
        upcoming = NEXT[state]
        if upcoming == 'approved' and not asks_upstream:
            upcoming = 'checked'
        done = keys[:keys.index(upcoming)]
        if at['invoiced'] and state in ('shipped', 'received'):
            done.append('invoiced')
    first = next((key for key in keys if key not in done), None)
    stops = state in ('cancelled', 'rejected')
    return [
        Step(key, 'done', at[key]) if key in done
        else Step(key, ('stopped' if stops else 'now') if key == first else 'next', None)
        for key in keys]


def find_shortages(lines: Iterable[Line]) -> list[Shortage]:
    """What comes behind the rest of its order, and what does not come at all."""
    found = []
    for line in lines:
        missing = max(line.ordered - line.delivered, Decimal(0))
        coming = min(line.open, missing)
        later, never = min(line.behind, coming), missing - coming
        if later > 0 or never > 0:
            found.append(Shortage(line.key, later, never))
    return found

"""How goods came to a member and went, day by day: what it ordered, got, sold, broke, let expire and counted.

A small shop as a machine: from what its customers want it makes the movements that its ledger would hold. Days are
counted from the first. Nothing here is chance: whoever calls draws the habits.
"""
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

LOOKS_BACK = 28  # days a member looks back on to know what it will need
RETURNED_AFTER = 30  # days that damaged goods wait for headquarters to take them back
CLEARED_AFTER = 21  # the same of expired ones
FRESH = .5  # of the life of its goods a member buys at most for


@dataclass(frozen=True, slots=True)
class Habit:
    """How a member keeps a product, and what goes wrong with it."""

    pack: int = 1  # it orders in multiples
    review: int = 7  # days between two orders
    phase: int = 0  # on which of them
    lead: int = 2  # days on the road
    cover: float = 7  # days of sales that are to be left when the next delivery comes
    reports: int = 7  # days between two reports of sales: 1 or 7
    report_phase: int = 6
    shelf: int | None = None  # days a lot keeps; without, there are no lots
    cycle: int = 14  # days between two lots
    breaks: int = 0  # of every so-manieth delivery a piece is damaged
    counts: int = 0  # days between two counts
    dry: tuple[int, int] = (0, 0)  # headquarters has none to ship from this day to before that
    flood: int = -1  # on this day it buys far too much
    flood_days: float = 0
    scans_until: int = 10**6  # what arrives later is not scanned in, and sold all the same


@dataclass(frozen=True, slots=True)
class Event:
    """A movement of the ledger, of a lot by its number."""

    day: int
    kind: str
    from_state: str | None
    to_state: str | None
    lot: int | None
    qty: int


@dataclass(frozen=True, slots=True)
class Sold:
    """What a report of sales says: its day is that of the report's last day."""

    day: int
    lot: int | None
    qty: int


def lot_at(day: int, habit: Habit) -> int | None:
    """The lot that headquarters ships on a day."""
    return None if habit.shelf is None else day // habit.cycle


def lot_life(lot: int, shelf: int, cycle: int) -> tuple[int, int]:
    """The days on which a lot is made and expires."""
    made = lot * cycle - 1
    return made, made + shelf


def live(wanted: Sequence[int], habit: Habit) -> tuple[list[Event], list[Sold]]:
    """All movements and reports of one product at one member.

    :param wanted: what customers ask for each day
    """
    shop = _Shop(wanted, habit)
    for day in range(len(wanted)):
        shop.receive(day)
        shop.expire(day)
        shop.give_back(day)
        shop.sell(day)
        shop.count(day)
        shop.order(day)
    return shop.events, shop.sold


class _Shop:
    def __init__(self, wanted: Sequence[int], habit: Habit):
        self.wanted, self.habit = wanted, habit
        self.events: list[Event] = []
        self.sold: list[Sold] = []
        self.shelf: dict[int | None, int] = {}  # lot: pieces, the oldest first
        self.road: deque[tuple[int, int | None, int]] = deque()  # (day of arrival, lot, pieces)
        self.unreported: dict[int | None, int] = defaultdict(int)
        self.aside: deque[tuple[int, str, int | None, int]] = deque()  # (day it is taken back, state, lot, pieces)
        self.deliveries = self.counted = 0
        first = sum(wanted[:LOOKS_BACK]) / LOOKS_BACK
        self.recent = deque([first] * LOOKS_BACK, LOOKS_BACK)
        qty = self._whole_packs(self._enough(first))
        if qty:
            lot = lot_at(0, habit)
            self.shelf[lot] = qty
            self._tell(0, 'opening', None, 'available', lot, qty)

    def receive(self, day):
        while self.road and self.road[0][0] <= day <= self.habit.scans_until:
            _day, lot, qty = self.road.popleft()
            self.deliveries += 1
            broken = int(bool(self.habit.breaks) and self.deliveries % self.habit.breaks == 0)
            if qty > broken:
                self._tell(day, 'receipt', 'in_transit', 'available', lot, qty - broken)
            if broken:
                self._tell(day, 'receipt', 'in_transit', 'damaged', lot, broken)
                self.aside.append((day + RETURNED_AFTER, 'damaged', lot, broken))
            self.shelf[lot] = self.shelf.get(lot, 0) + qty - broken

    def expire(self, day):
        if self.habit.shelf is None:
            return
        for lot in [lot for lot, qty in self.shelf.items()
                    if qty and lot_life(lot, self.habit.shelf, self.habit.cycle)[1] <= day]:
            qty = self.shelf.pop(lot)
            self._tell(day, 'state', 'available', 'expired', lot, qty)
            self.aside.append((day + CLEARED_AFTER, 'expired', lot, qty))

    def give_back(self, day):
        for waiting in [waiting for waiting in self.aside if waiting[0] <= day]:
            self.aside.remove(waiting)
            _day, state, lot, qty = waiting
            self._tell(day, 'return', state, None, lot, qty)

    def sell(self, day):
        left = self.wanted[day]
        for lot in list(self.shelf):
            share = max(0, min(left, self.shelf[lot]))
            self._take(lot, share)
            left -= share
        if left and day > self.habit.scans_until:
            # It lies in the back room; the ledger does not know.
            self._take(next(reversed(self.shelf), lot_at(day, self.habit)), left)
        if day % self.habit.reports == self.habit.report_phase % self.habit.reports:
            for lot, qty in self.unreported.items():
                self.sold.append(Sold(day, lot, qty))
            self.unreported.clear()

    def count(self, day):
        """A piece or two is missing, or was in the wrong place."""
        if not self.habit.counts or day % self.habit.counts != self.habit.counts - 1 or not self.shelf:
            return
        self.counted += 1
        lot = next(iter(self.shelf))
        if self.counted % 3 == 0:
            self.shelf[lot] += 1
            self._tell(day, 'adjustment', None, 'available', lot, 1)
        elif self.shelf[lot] > 2:
            self.shelf[lot] -= 1
            self._tell(day, 'adjustment', 'available', None, lot, 1)

    def order(self, day):
        habit = self.habit
        self.recent.append(self.wanted[day])
        if day == habit.flood:
            self._ship(day, self._mean() * habit.flood_days)
        elif day % habit.review == habit.phase and not habit.dry[0] <= day < habit.dry[1]:
            held = sum(self.shelf.values()) + sum(qty for _day, _lot, qty in self.road)
            self._ship(day, self._enough(self._mean()) - held)

    def _mean(self):
        return sum(self.recent) / LOOKS_BACK

    def _enough(self, mean):
        habit = self.habit
        days = habit.cover + habit.lead + habit.review
        return mean * (days if habit.shelf is None else min(days, habit.shelf * FRESH))

    def _ship(self, day, need):
        qty = self._whole_packs(need)
        if qty > 0:
            lot = lot_at(day, self.habit)
            self._tell(day, 'shipment', None, 'in_transit', lot, qty)
            self.road.append((day + self.habit.lead, lot, qty))

    def _whole_packs(self, qty):
        return max(0, ceil(round(qty / self.habit.pack, 6))) * self.habit.pack

    def _take(self, lot, qty):
        if qty:
            self.shelf[lot] = self.shelf.get(lot, 0) - qty
            self.unreported[lot] += qty
            if not self.shelf[lot]:
                del self.shelf[lot]

    def _tell(self, day, kind, from_state, to_state, lot, qty):
        self.events.append(Event(day, kind, from_state, to_state, lot, qty))

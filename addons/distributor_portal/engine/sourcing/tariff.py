"""What carriers ask, when they bring it, and for how many parcels they have room."""
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from .days import Hours, first_day, is_open, local_time, next_open, urgent_deadline

HORIZON_DAYS = 14  # how far ahead a full carrier is asked for room
UNKNOWN_DISTANCE = 50_000  # 5,000 km: what lies nobody knows where is the last choice


@dataclass(frozen=True, slots=True)
class Rate:
    """A carrier's price from a warehouse (None: any) into a division ('': anywhere).

    :param parcel: per parcel, in hundredths · `km`: per kilometre, in ten-thousandths · `kg`: per kg, in hundredths
    :param lead_days: from leaving to arriving, and one more for each begun `km_per_day` (0: distance does not matter)
    """

    carrier: int | None
    parcel: int
    km: int = 0
    kg: int = 0
    lead_days: int = 0
    km_per_day: int = 0
    warehouse: int | None = None
    territory: str = ''
    is_urgent: bool = False

    def cost(self, distance: int) -> int:
        return (self.parcel * 1000 + self.km * distance + 500) // 1000

    def days(self, distance: int) -> int:
        return self.lead_days + (-(-distance // (10 * self.km_per_day)) if self.km_per_day else 0)


# Where nobody has entered a carrier: a parcel, its way, and what a lorry of a Chinese line haul covers in a day.
DEFAULT_RATE = Rate(None, 1200, km=200, lead_days=1, km_per_day=600, is_urgent=True)


@dataclass(frozen=True, slots=True)
class Slot:
    """Room of a carrier at a warehouse: parcels a day, so many of them kept for urgent orders.

    Each parcel beyond `busy_from` a day costs `surcharge` more.
    """

    key: int
    daily: int
    urgent: int = 0
    busy_from: int = 0
    surcharge: int = 0


@dataclass(frozen=True, slots=True)
class Offer:
    """One carrier's parcel from one warehouse, before its weight.

    :param cost: surcharge included · `kg`: per kg on top
    :param weight: what the search makes small: the cost, and what waiting is worth
    :param note: why it does not ship today: 'past_cut_off', 'closed', 'full', 'wanted_later' or ''
    :param waits: working days lost because the carrier was full
    :param ship_by: of an urgent order, the moment it has to leave
    """

    carrier: int | None
    warehouse: int
    cost: int
    kg: int
    weight: int
    day: date
    arrives: date
    note: str = ''
    waits: int = 0
    surcharge: int = 0
    slot: int | None = None
    ship_by: datetime | None = None


class Tariff:
    """All rates, hours and room of a batch of orders: what an earlier order takes, a later one lacks."""

    def __init__(
        self, now: datetime, hours: Mapping[int, Hours] | None = None, rates: Iterable[Rate] = (),
        slots: Mapping[tuple[int, int], Slot] | None = None,
        used: Mapping[tuple[int, date], tuple[int, int]] | None = None, day_cost: int = 0, urgent_hours: float = 2.0,
    ):
        """
        :param slots: {(carrier, warehouse): its room}; without one there is always room
        :param used: {(slot key, day): (parcels, of these urgent)}
        :param day_cost: what a day of waiting for room is worth
        """
        self.now, self.day_cost, self.urgent_hours = now, day_cost, urgent_hours
        self._hours, self._default = hours or {}, Hours()
        self._slots, self._used = slots or {}, dict(used or {})
        # The most particular rate first: for this warehouse, then for the smallest division around the place.
        self._rates = sorted(rates, key=lambda rate: (
            rate.warehouse is None, -len(rate.territory), rate.carrier or 0)) or [DEFAULT_RATE]
        self._by_warehouse, self._first = {}, {}
        self.booked: dict[tuple[int, date, bool], int] = {}

    def quote(self, warehouse: int, distance: int | None, code: str = '', wanted: date | None = None,
              is_urgent: bool = False) -> Offer | str:
        """The best offer from there; else why there is none: 'no_carrier', 'full', 'closed', 'not_urgent'.

        :param wanted: the day on which the goods should arrive, not before
        """
        far = UNKNOWN_DISTANCE if distance is None else distance
        best, reason = None, 'no_carrier'
        seen = set()
        for rate in self._rates_of(warehouse):
            if rate.carrier in seen or not code.startswith(rate.territory):
                continue
            seen.add(rate.carrier)
            offer = self._urgent(rate, warehouse, far) if is_urgent else self._normal(rate, warehouse, far, wanted)
            if isinstance(offer, str):
                reason = offer
            elif best is None or (offer.weight, offer.arrives) < (best.weight, best.arrives):
                best = offer
        return best or reason

    def book(self, offer: Offer) -> None:
        """Take one parcel's room; `booked` keeps (slot, day, is urgent) → parcels for the caller to write down."""
        if offer.slot is None:
            return
        is_urgent = offer.ship_by is not None
        all_, urgent = self._used.get((offer.slot, offer.day), (0, 0))
        self._used[offer.slot, offer.day] = (all_ + 1, urgent + is_urgent)
        key = (offer.slot, offer.day, is_urgent)
        self.booked[key] = self.booked.get(key, 0) + 1

    # --- the two lanes

    def _normal(self, rate, warehouse, distance, wanted):
        start, note = self._first_of(warehouse)
        if start is None:
            return 'closed'
        hours = self._hours.get(warehouse, self._default)
        slot = self._slots.get((rate.carrier, warehouse))
        days = rate.days(distance)
        earliest = start
        if wanted and wanted - timedelta(days=days) > start:
            start = max(earliest, self._last_open(hours, wanted - timedelta(days=days)))
            note = 'wanted_later'
        day, waits = self._find_room(slot, hours, start)
        if day is None:
            return 'full'
        surcharge = self._surcharge(slot, day)
        cost = rate.cost(distance) + surcharge
        return Offer(
            rate.carrier, warehouse, cost, rate.kg, cost + waits * self.day_cost, day, day + timedelta(days=days),
            'full' if waits else note, waits, surcharge, slot and slot.key)

    def _urgent(self, rate, warehouse, distance):
        hours = self._hours.get(warehouse, self._default)
        ship_by = urgent_deadline(hours, self.now, self.urgent_hours)
        if ship_by is None or not rate.is_urgent:
            return 'not_urgent'
        day = local_time(hours, self.now)[0]
        slot = self._slots.get((rate.carrier, warehouse))
        if slot and self._used.get((slot.key, day), (0, 0))[0] >= slot.daily:
            return 'full'
        surcharge = self._surcharge(slot, day)
        # Nearest first, and fewer parcels before nearer ones: what it costs does not matter here.
        return Offer(
            rate.carrier, warehouse, rate.cost(distance) + surcharge, rate.kg, 10**6 + distance, day,
            day + timedelta(days=rate.days(distance)), '', 0, surcharge, slot and slot.key, ship_by)

    # --- room and days

    def _find_room(self, slot, hours, start):
        """(the first working day from `start` on with room, how many full days lie before it)"""
        waits, day = 0, start
        for _attempt in range(HORIZON_DAYS):
            day = next_open(hours, day)
            if day is None:
                break
            if slot is None or self._has_room(slot, day):
                return day, waits
            waits, day = waits + 1, day + timedelta(days=1)
        return None, waits

    def _has_room(self, slot, day):
        all_, urgent = self._used.get((slot.key, day), (0, 0))
        return all_ < slot.daily and all_ - urgent < slot.daily - slot.urgent

    def _surcharge(self, slot, day):
        if not slot or not slot.surcharge:
            return 0
        return slot.surcharge if self._used.get((slot.key, day), (0, 0))[0] >= slot.busy_from else 0

    @staticmethod
    def _last_open(hours, day):
        for back in range(7):
            if is_open(hours, day - timedelta(days=back)):
                return day - timedelta(days=back)
        return day

    def _rates_of(self, warehouse):
        if warehouse not in self._by_warehouse:
            self._by_warehouse[warehouse] = [rate for rate in self._rates if rate.warehouse in (None, warehouse)]
        return self._by_warehouse[warehouse]

    def _first_of(self, warehouse):
        if warehouse not in self._first:
            self._first[warehouse] = first_day(self._hours.get(warehouse, self._default), self.now)
        return self._first[warehouse]

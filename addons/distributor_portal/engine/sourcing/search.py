"""The plan of an order: exact over the nearest warehouses, at most three parcels, least weight.

Where everything can be had, the cheapest way to have it; where not, the plan that ships most value, then the cheapest.
Urgent orders: fewest parcels, then nearest. Ties go to fewer parcels, the nearer and the smaller key, so that the same
facts give the same plan.

Reasons of a chosen option: 'nearest_complete', 'cheapest_complete', 'preferred', 'by_hand', 'part', 'best_partial',
'urgent'. Of a rejected one: 'dearer', 'lacks_dearer', 'lacks_needs_more', 'ships_less', 'nothing', 'not_preferred',
'not_by_hand', or why no carrier takes it: 'no_carrier', 'full', 'closed', 'not_urgent'.
"""
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from .tariff import Offer, Tariff
from .values import Option, Parcel, Plan, Wanted, Warehouse, by_distance, hectometres


@dataclass(frozen=True, slots=True)
class Limits:
    """How far the search goes: parcels per order, nearest warehouses looked at, rejected options explained."""

    parcels: int = 3
    nearest: int = 12
    explained: int = 8


DEFAULT_LIMITS = Limits()


@dataclass(slots=True, eq=False)
class _Candidate:
    """A warehouse, its offer, and what it has of each wanted product. Bit i of `full`: all of the i-th."""

    key: int
    distance: int | None
    offer: Offer | None
    refusal: str
    full: int
    have: list[int]
    gain: list[int]


def plan(
    wanted: Wanted, warehouses: Sequence[Warehouse], tariff: Tariff, near: Sequence[tuple[int, int]] | None = None,
    preferred: int | None = None, by_hand: int | None = None, is_urgent: bool = False, wanted_day=None,
    limits: Limits = DEFAULT_LIMITS,
) -> Plan:
    """Which warehouses ship what.

    :param near: the nearest (key, distance) of `warehouses`, looked up; without them all distances are measured
    :param preferred: ships alone, whatever it costs, if it has everything
    :param by_hand: a person's choice: ships alone whatever it has
    :param is_urgent: in the lane of urgent orders; without a parcel where none can
    :param wanted_day: the day on which the goods should arrive, not before
    """
    search = _Search(wanted, warehouses, tariff, near, is_urgent, wanted_day, limits)
    search.gather(by_hand or preferred)
    chosen, reason = search.choose(preferred, by_hand)
    return search.answer(chosen, reason, by_hand)


class _Search:

    def __init__(self, wanted, warehouses, tariff, near, is_urgent, wanted_day, limits):
        self.wanted, self.tariff, self.limits = wanted, tariff, limits
        self.is_urgent, self.wanted_day = is_urgent, wanted_day
        self.items = list(wanted.quantities.items())
        self.all = (1 << len(self.items)) - 1
        self.split_bits = sum(1 << i for i, (product, _qty) in enumerate(self.items) if product in wanted.splits)
        self.by_key = {warehouse.key: warehouse for warehouse in warehouses}
        self.near = near if near and all(key in self.by_key for key, _distance in near) else None
        self.considered: list[_Candidate] = []
        self.usable: list[_Candidate] = []

    # --- whom to weigh

    def gather(self, pinned):
        """The nearest that can send something, the nearest that has all, and who has what the others lack."""
        if self.near is None:
            order = [(distance, warehouse.key) for distance, warehouse in by_distance(
                self.wanted.latitude, self.wanted.longitude, self.by_key.values())]
        else:
            order = [(distance, key) for key, distance in self.near]
        taken = 0
        for distance, key in order:
            if len(self.usable) >= self.limits.nearest:
                break
            self._consider(key, distance)
            taken += 1
        seen = {candidate.key for candidate in self.considered}
        if pinned in self.by_key and pinned not in seen:
            seen.add(pinned)
            self._consider(pinned, self._measure(pinned))
        self._reach_farther({key: distance for distance, key in order[taken:]}, seen)

    def _reach_farther(self, known, seen):
        """Farther ones only for what the near ones cannot give: the whole order, or one of its products."""
        lacks_complete = not any(candidate.full == self.all for candidate in self.usable)
        united = 0
        for candidate in self.usable:
            united |= candidate.full
        if not lacks_complete:
            return
        rest = [warehouse for key, warehouse in self.by_key.items() if key not in seen]
        needs = [self.items] + [[item] for i, item in enumerate(self.items) if not united >> i & 1]
        for items in needs:
            holders = [warehouse for warehouse in rest if all(
                warehouse.free.get(product, 0) >= qty for product, qty in items)]
            measured = sorted(
                ((known[warehouse.key] if warehouse.key in known else self._measure(warehouse.key)), warehouse.key)
                if self._is_placed(warehouse) else (10**9, warehouse.key) for warehouse in holders)
            for distance, key in measured:
                if key in seen or self._consider(key, None if distance == 10**9 else distance):
                    seen.add(key)
                    break
                seen.add(key)

    def _is_placed(self, warehouse):
        return None not in (warehouse.latitude, warehouse.longitude, self.wanted.latitude, self.wanted.longitude)

    def _measure(self, key):
        warehouse = self.by_key[key]
        return hectometres(
            self.wanted.latitude, self.wanted.longitude, warehouse.latitude, warehouse.longitude)

    def _consider(self, key, distance):
        """Note this warehouse. :return: whether it can send something"""
        free, full, have = self.by_key[key].free, 0, []
        for i, (product, qty) in enumerate(self.items):
            here = free.get(product, 0)
            if here >= qty:
                full |= 1 << i
                here = qty
            have.append(here if here > 0 else 0)
        quote = self.tariff.quote(key, distance, self.wanted.code, self.wanted_day, self.is_urgent)
        offer = quote if isinstance(quote, Offer) else None
        candidate = _Candidate(key, distance, offer, '' if offer else quote, full, have, [])
        self.considered.append(candidate)
        if not offer or (self.items and not any(have)):
            return False
        self.usable.append(candidate)
        return True

    # --- the choice

    def choose(self, preferred, by_hand):
        """(the candidates that ship, the reason)"""
        pinned = next((one for one in self.usable if one.key == (by_hand or preferred)), None)
        if by_hand and pinned:
            return (pinned,), 'by_hand'
        if by_hand:
            return (), 'by_hand'
        if pinned and pinned.full == self.all:
            return (pinned,), 'preferred'
        if not self.usable:
            return (), ''
        self.usable.sort(key=self._rank)
        chosen = self._cheapest_complete() or self._most_value()
        if self.is_urgent:
            return chosen, 'urgent'
        if len(chosen) > 1:
            return chosen, 'part'
        if chosen[0].full != self.all:
            return chosen, 'best_partial'
        nearer = [one for one in self.usable if one.full == self.all and self._far(one) < self._far(chosen[0])]
        return chosen, 'cheapest_complete' if nearer else 'nearest_complete'

    @staticmethod
    def _far(candidate):
        return (candidate.distance is None, candidate.distance or 0, candidate.key)

    def _rank(self, candidate):
        return (candidate.offer.weight, *self._far(candidate))

    def _cheapest_complete(self):
        """Least weight of those combinations that have everything; None where none has.

        `usable` goes up in weight, so that a loop ends as soon as a plan cannot be better than the best one.
        """
        ones, best, chosen = self.usable, None, None
        weights, masks, all_ = [one.offer.weight for one in ones], [one.full for one in ones], self.all
        exact = not self.split_bits
        count = len(ones)

        def keep(combination):
            nonlocal best, chosen
            weight = self._weigh(combination)
            if best is None or weight < best:
                best, chosen = weight, combination

        for i in range(count):
            if best is not None and weights[i] >= best:
                break
            if masks[i] == all_:
                keep((ones[i],))
        if self.limits.parcels < 2:
            return chosen
        for i in range(count):
            if best is not None and 2 * weights[i] >= best:
                break
            for j in range(i + 1, count):
                if best is not None and weights[i] + weights[j] >= best:
                    break
                mask = masks[i] | masks[j]
                if mask == all_ or not exact and self._covers((ones[i], ones[j]), mask):
                    keep((ones[i], ones[j]))
                if self.limits.parcels < 3:
                    continue
                for k in range(j + 1, count):
                    if best is not None and weights[i] + weights[j] + weights[k] >= best:
                        break
                    if mask | masks[k] == all_ or not exact and self._covers(
                            (ones[i], ones[j], ones[k]), mask | masks[k]):
                        keep((ones[i], ones[j], ones[k]))
        return chosen

    def _covers(self, combination, mask):
        """Whether these have everything between them, where some products may be split."""
        lacking = self.all & ~mask
        if lacking & ~self.split_bits:
            return False
        return all(
            sum(one.have[i] for one in combination) >= qty
            for i, (_product, qty) in enumerate(self.items) if lacking >> i & 1)

    def _most_value(self):
        """The combination that ships most value, then the lightest, where nothing ships all."""
        values = [max(self.wanted.values.get(product, 0), 0) * 1000 + 1 for product, _qty in self.items]
        for one in self.usable:
            one.gain = [value * have for value, have in zip(values, one.have)]
        wholes = [value * qty for value, (_product, qty) in zip(values, self.items)]
        best, chosen = None, None
        for size in range(1, self.limits.parcels + 1):
            for combination in combinations(self.usable, size):
                gain = self._gain(combination, wholes)
                if best is None or gain >= best[0]:
                    key = (gain, -self._weigh(combination), -size)
                    if best is None or key > best:
                        best, chosen = key, combination
        return chosen

    def _gain(self, combination, wholes):
        if len(combination) == 1:
            return sum(combination[0].gain)
        if not self.split_bits:
            return sum(map(max, *(one.gain for one in combination)))
        return sum(
            min(sum(gains), whole) if self.split_bits >> i & 1 else max(gains)
            for i, (whole, *gains) in enumerate(zip(wholes, *(one.gain for one in combination))))

    def _weigh(self, combination):
        """What these weigh together, with what their carriers ask for the kilogrammes."""
        weight = sum(one.offer.weight for one in combination)
        if self.is_urgent or not self.wanted.grams or not any(one.offer.kg for one in combination):
            return weight
        return weight + sum(
            self._kg_cost(one.offer, load) for one, load in zip(combination, self._share(combination)))

    def _kg_cost(self, offer, load):
        grams = sum(self.wanted.grams.get(product, 0) * qty for product, qty in load.items())
        return (offer.kg * grams + 500_000) // 1_000_000

    def _share(self, combination):
        """What each of these sends: {product: quantity}, in the same sequence."""
        loads = [{} for _one in combination]
        for i, (product, qty) in enumerate(self.items):
            # Who has all of it sends it, the one whose carrier asks least per kilogramme first.
            order = sorted(range(len(combination)), key=lambda n: (
                -combination[n].have[i], combination[n].offer.kg, *self._rank(combination[n])))
            left = qty
            for n in order:
                sent = min(left, combination[n].have[i])
                if sent:
                    loads[n][product] = sent
                    left -= sent
                if not left or product not in self.wanted.splits:
                    break
        return loads

    # --- the answer

    def answer(self, chosen, reason, by_hand):
        if self.items:  # of equals that cost nothing one may be left without a load
            chosen = [(one, load) for one, load in zip(chosen, self._share(chosen)) if load]
        else:
            chosen = [(one, {}) for one in chosen]
        parcels = sorted((
            Parcel(one.key, one.distance, one.offer, load, one.offer.cost + self._kg_cost(one.offer, load))
            for one, load in chosen), key=self._importance)
        missing = {}
        for product, qty in self.items:
            left = qty - sum(parcel.quantities.get(product, 0) for parcel in parcels)
            if left:
                missing[product] = left
        ordered = sorted(self.considered, key=self._far)
        chosen_keys = {one.key for one, _load in chosen} | ({by_hand} if by_hand else set())
        return Plan(
            tuple(parcels), self._options(ordered, chosen_keys, reason, missing), missing,
            by_hand if by_hand in self.by_key else self._home(parcels, ordered),
            len(self.by_key) - len(self.considered), self.is_urgent)

    def _home(self, parcels, ordered):
        if parcels:
            return parcels[0].warehouse
        able = [one for one in ordered if one.offer]
        return (able or ordered)[0].key if ordered else None

    def _importance(self, parcel):
        value = sum(
            (self.wanted.values.get(product, 0) * 1000 + 1) * qty for product, qty in parcel.quantities.items())
        return (-value, parcel.distance is None, parcel.distance or 0, parcel.warehouse)

    def _options(self, ordered, chosen_keys, reason, missing):
        chosen = [one for one in ordered if one.key in chosen_keys]
        rejected = [one for one in ordered if one.key not in chosen_keys][:self.limits.explained]
        weight = self._weigh(chosen) if chosen else 0
        return tuple(
            self._option(one, True, reason) if one.key in chosen_keys
            else self._option(one, False, *self._why_not(one, chosen, weight, reason, missing))
            for one in ordered if one in chosen or one in rejected)

    def _option(self, one, is_chosen, reason, extra=0, others=0):
        missing = {
            product: qty - have for (product, qty), have in zip(self.items, one.have) if have < qty}
        cost = None
        if one.offer:
            load = {product: have for (product, _qty), have in zip(self.items, one.have) if have}
            cost = one.offer.cost + self._kg_cost(one.offer, load)
        return Option(one.key, one.distance, cost, one.offer, missing, is_chosen, reason, extra, others)

    def _why_not(self, one, chosen, weight, reason, missing):
        """(reason, how much dearer, how many others would have to help)"""
        if not one.offer:
            return one.refusal, 0, 0
        if self.items and not any(one.have):
            return 'nothing', 0, 0
        if reason in ('by_hand', 'preferred'):
            return ('not_by_hand' if reason == 'by_hand' else 'not_preferred'), 0, 0
        if one.full == self.all:
            return 'dearer', max(self._weigh((one,)) - weight, 0), 0
        best = self._best_with(one)
        if best:
            return 'lacks_dearer', max(self._weigh(best) - weight, 0), len(best) - 1
        return ('ships_less' if missing else 'lacks_needs_more'), 0, self.limits.parcels

    def _best_with(self, one):
        """The lightest plan with everything that this one takes part in, or None."""
        others = [other for other in self.usable if other.key != one.key]
        best, chosen = None, None
        for size in range(1, self.limits.parcels):
            for rest in combinations(others, size):
                weight = one.offer.weight + sum(other.offer.weight for other in rest)
                if best is not None and weight >= best:
                    continue
                mask = one.full
                for other in rest:
                    mask |= other.full
                if mask == self.all or self.split_bits and self._covers((one, *rest), mask):
                    best, chosen = weight, (one, *rest)
        return chosen

"""The plan of least cost: exact for a group, by min-cost flows for a region.

Exact: a mixed-integer programme (whole packs, whole parcels, shipments that are made or not) solved by HiGHS.
Region: per product, moving whole packs is a min-cost flow, which is whole by itself; what a shipment costs however
little it carries is laid on its packs and corrected round by round (dynamic slope scaling); then shipments that do not
pay are taken back, and what each receiver gets is solved exactly with what the others leave.
The same programme without whole numbers bounds what any plan could save.

SciPy brings HiGHS and needs NumPy alone. OR-Tools would bring pandas and protobuf for the same answers.
"""
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import count

from .network import MILL, Network, net_cost

ROUNDS = 12
POLISHES = 2
NODES = 5_000  # of the search tree: a limit by time would not give the same answer twice


def solve_exactly(network: Network) -> tuple[list[int], int, bool]:
    """(packs of each flow, bound, whether the search came to its end)"""
    programme = _Programme(network)
    result = programme.solve(is_whole=True)
    if result.x is None:
        chosen, bound = solve_flows(network)
        return chosen, bound, False
    chosen = [round(value) for value in result.x[:len(network.flows)]]
    bound = result.mip_dual_bound if result.status else net_cost(network, chosen)
    return improve(network, chosen), min(round(bound), net_cost(network, chosen)), result.status == 0


def solve_flows(network: Network) -> tuple[list[int], int]:
    """(packs of each flow, bound)"""
    programme = _Programme(network)
    best, least = [0] * len(network.flows), net_cost(network, [0] * len(network.flows))
    surcharges, seen = programme.first_surcharges(), set()
    for _round in range(ROUNDS):
        chosen = programme.solve_flows(surcharges)
        improved = improve(network, chosen)
        if (cost := net_cost(network, improved)) < least:
            best, least = improved, cost
        if tuple(chosen) in seen:
            break
        seen.add(tuple(chosen))
        surcharges = programme.next_surcharges(chosen, surcharges)
    best = polish(network, best)
    return best, min(round(programme.solve(is_whole=False).fun), net_cost(network, best))


class _Programme:
    """Columns: packs of each flow; packs from the DC for each need; of each way, whether it is used and its parcels."""

    def __init__(self, network: Network):
        self.network = network
        numbers = count()
        self.flows = [next(numbers) for _flow in network.flows]
        self.dc = {place: next(numbers) for place, need in enumerate(network.needs) if network.dc_way(need)}
        self.ways = {}
        for flow in network.flows:
            self.ways.setdefault(flow.way, None)
        for place in self.dc:
            self.ways.setdefault(network.dc_way(network.needs[place]), None)
        self.ways = {way: (next(numbers), next(numbers)) for way in self.ways}
        self.width = next(numbers)
        self.carried = defaultdict(list)  # {way: [(column of packs, grams of a pack, most)]}
        for column, flow in zip(self.flows, network.flows, strict=True):
            self.carried[flow.way].append((column, self._grams(flow.need), flow.most))
        for place, column in self.dc.items():
            need = network.needs[place]
            self.carried[network.dc_way(need)].append((column, self._grams(place), need.packs))
        self.dc_ways = {network.dc_way(network.needs[place]) for place in self.dc}
        self.base_rows = self._make_base_rows()

    def _grams(self, need):
        return self.network.goods[self.network.needs[need].goods].grams

    # --- rows: [(columns, coefficients, least, most)]

    def _make_base_rows(self):
        """No giver gives more than it has, every need is served, nothing comes that could not be sold in time."""
        network, infinity = self.network, float('inf')
        given, filled = defaultdict(list), defaultdict(list)
        for column, flow in zip(self.flows, network.flows, strict=True):
            given[flow.surplus].append(column)
            filled[flow.need].append(column)
        rows = [(columns, [1] * len(columns), -infinity, network.surpluses[place].packs)
                for place, columns in given.items()]
        for place, need in enumerate(network.needs):
            columns = filled[place] + ([self.dc[place]] if place in self.dc else [])
            if columns:
                rows.append((columns, [1] * len(columns), need.packs if place in self.dc else 0, need.packs))
        return rows + [(places, [1] * len(places), -infinity, most) for places, most in network.rooms]

    def _make_way_rows(self):
        """Whatever is carried uses its way, and parcels enough for its weight."""
        rows, infinity = [], float('inf')
        room = self.network.problem.terms.parcel_grams
        for way, (used, parcels) in self.ways.items():
            rows += [([column, used], [1, -most], -infinity, 0) for column, _grams, most in self.carried[way]]
            columns, grams, _most = zip(*self.carried[way], strict=True)
            rows.append(([*columns, parcels], [*grams, -room], -infinity, 0))
            rows.append(([parcels, used], [1, -1], 0, infinity))
        # Follows from the above where numbers are whole, and brings the bound nearer where they are not.
        grams, parcels_to = defaultdict(int), defaultdict(list)
        for place in self.dc:
            grams[self.network.needs[place].node] += self._grams(place) * self.network.needs[place].packs
        for way, (_used, parcels) in self.ways.items():
            parcels_to[way.receiver].append(parcels)
        return rows + [
            (parcels_to[node], [1] * len(parcels_to[node]), max(1, -(-load // room)), infinity)
            for node, load in grams.items()]

    def _variable_costs(self):
        """What one more pack costs, or saves from expiring."""
        network, terms = self.network, self.network.problem.terms
        costs = [0.0] * self.width
        for column, flow in zip(self.flows, network.flows, strict=True):
            goods = network.goods[network.needs[flow.need].goods]
            costs[column] = MILL * terms.pack_cost + flow.way.kg * goods.grams
            if network.surpluses[flow.surplus].would_expire:
                costs[column] -= MILL * goods.value
        for place, column in self.dc.items():
            costs[column] = MILL * terms.dc_pack_cost + network.dc_way(network.needs[place]).kg * self._grams(place)
        return costs

    def _fixed(self, way):
        terms = self.network.problem.terms
        return terms.dc_fixed if way in self.dc_ways else terms.fixed

    # --- solving

    def solve(self, is_whole):
        """The whole programme, or its relaxation."""
        costs = self._variable_costs()
        most = [float('inf')] * self.width
        for way, (used, parcels) in self.ways.items():
            costs[used], costs[parcels] = MILL * self._fixed(way), MILL * way.parcel
            most[used] = 1
        return _solve(costs, most, self.base_rows + self._make_way_rows(), self.width, is_whole)

    def solve_flows(self, surcharges):
        """Packs of each flow where shipments cost nothing but what is laid on their packs."""
        costs = self._variable_costs()
        for way, extra in surcharges.items():
            for column, grams, _most in self.carried[way]:
                costs[column] += extra * max(grams, 1)
        width = len(self.flows) + len(self.dc)
        result = _solve(costs[:width], [float('inf')] * width, self.base_rows, width, False)
        return [round(value) for value in result.x[:len(self.flows)]]

    def first_surcharges(self):
        """By gram, as if every shipment were as heavy as it can be."""
        return {way: self._shipment_cost(way, load) / load for way in self.ways if (
            load := sum(max(grams, 1) * most for _column, grams, most in self.carried[way]))}

    def next_surcharges(self, chosen, before):
        """By gram of what the last round has carried; what was not used stays as dear as it was."""
        loads = defaultdict(int)
        left = {place: self.network.needs[place].packs for place in self.dc}
        for flow, packs in zip(self.network.flows, chosen, strict=True):
            loads[flow.way] += packs * max(self._grams(flow.need), 1)
            if flow.need in left:
                left[flow.need] -= packs
        for place, packs in left.items():
            loads[self.network.dc_way(self.network.needs[place])] += packs * max(self._grams(place), 1)
        return {
            way: self._shipment_cost(way, loads[way]) / loads[way] if loads[way] else extra
            for way, extra in before.items()}

    def _shipment_cost(self, way, grams):
        parcels = max(1, -(-grams // self.network.problem.terms.parcel_grams))
        return MILL * (self._fixed(way) + parcels * way.parcel)


def _solve(costs, most, rows, width, is_whole):
    import numpy as np  # noqa: PLC0415  only who makes plans needs them
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415
    from scipy.sparse import csr_array  # noqa: PLC0415

    starts = np.cumsum([0, *(len(columns) for columns, *_rest in rows)])
    matrix = csr_array((
        np.fromiter((value for _columns, values, *_rest in rows for value in values), float),
        np.fromiter((column for columns, *_rest in rows for column in columns), np.int32), starts),
        shape=(len(rows), width))
    constraints = LinearConstraint(matrix, [row[2] for row in rows], [row[3] for row in rows])
    # Hundredths are what is solved for: HiGHS's tolerances are made for numbers of that size.
    result = milp(
        np.asarray(costs) / MILL, integrality=np.full(width, int(is_whole)), bounds=Bounds(0, most),
        constraints=constraints, options={'node_limit': NODES, 'mip_rel_gap': 0} if is_whole else {})
    if result.x is not None:
        result.fun *= MILL
        if is_whole and result.mip_dual_bound is not None:
            result.mip_dual_bound *= MILL
    return result


# --- one receiver after the other

def improve(network: Network, chosen: Sequence[int]) -> list[int]:
    """Take back, one by one, shipments without which the whole is cheaper.

    What they carried comes with another shipment to the same receiver that is made anyway, or from the DC. Only what
    one receiver gets is touched by it, so that each receiver is looked at by itself.
    """
    return _improve_parts(network, chosen, _Part.take_back)


def polish(network: Network, chosen: Sequence[int]) -> list[int]:
    """The best for each receiver, exactly, with what the others leave; round by round until nothing changes."""
    for _round in range(POLISHES):
        polished = _improve_parts(network, chosen, _Part.solve)
        if polished == chosen:
            break
        chosen = polished
    return chosen


def _improve_parts(network, chosen, how):
    chosen = list(chosen)
    spare = [surplus.packs for surplus in network.surpluses]
    by_receiver = defaultdict(list)
    for number, flow in enumerate(network.flows):
        spare[flow.surplus] -= chosen[number]
        by_receiver[flow.way.receiver].append(number)
    needs = defaultdict(list)
    for place, need in enumerate(network.needs):
        needs[need.node].append(place)
    rooms = defaultdict(list)
    for flows, most in network.rooms:
        rooms[network.flows[flows[0]].way.receiver].append((flows, most))
    for receiver, numbers in sorted(by_receiver.items()):
        part = _Part(network, numbers, needs[receiver], rooms[receiver], chosen, spare)
        part.take(how(part))
    return chosen


class _Part:
    """What one receiver gets: a small network of its own, written back when it has become cheaper."""

    def __init__(self, network, numbers, places, rooms, chosen, spare):
        self.numbers, self.chosen, self.spare = numbers, chosen, spare
        own = {place: i for i, place in enumerate(places)}
        inside = {number: i for i, number in enumerate(numbers)}
        self.packs = [chosen[number] for number in numbers]
        self.surpluses = [network.flows[number].surplus for number in numbers]
        left = {place: spare[place] for place in self.surpluses}
        for place, packs in zip(self.surpluses, self.packs, strict=True):
            left[place] += packs
        places_left = {place: i for i, place in enumerate(left)}
        self.network = Network(
            network.problem, network.ways, network.goods,
            [replace(network.surpluses[place], packs=packs) for place, packs in left.items()],
            [network.needs[place] for place in places],
            [replace(flow, need=own[flow.need], surplus=places_left[flow.surplus])
             for flow in map(network.flows.__getitem__, numbers)],
            [([inside[number] for number in flows], most) for flows, most in rooms])

    def take(self, packs):
        """Write these packs back, and what they leave to others."""
        for place, before, now, number in zip(self.surpluses, self.packs, packs, self.numbers, strict=True):
            self.spare[place] += before - now
            self.chosen[number] = now

    def solve(self):
        result = _Programme(self.network).solve(is_whole=True)
        if result.x is None:
            return self.packs
        packs = [round(value) for value in result.x[:len(self.packs)]]
        return packs if net_cost(self.network, packs) < net_cost(self.network, self.packs) else self.packs

    def take_back(self):
        packs, cost = self.packs, net_cost(self.network, self.packs)
        while True:
            givers = sorted({flow.way.giver for flow, some in zip(self.network.flows, packs, strict=True) if some})
            tries = [self._without(packs, giver) for giver in givers]
            tries = sorted((net_cost(self.network, packs), place) for place, packs in enumerate(tries))
            if not tries or tries[0][0] >= cost:
                return packs
            cost, place = tries[0]
            packs = self._without(packs, givers[place])

    def _without(self, packs, giver):
        """The packs when nothing comes from there: what others who send anyway can give takes their place."""
        network, packs = self.network, list(packs)
        lost, used = defaultdict(int), set()
        left = [surplus.packs for surplus in network.surpluses]
        for i, flow in enumerate(network.flows):
            if flow.way.giver == giver:
                lost[flow.need] += packs[i]
                packs[i] = 0
            elif packs[i]:
                used.add(flow.way.giver)
            left[flow.surplus] -= packs[i]
        for i, flow in sorted(enumerate(network.flows), key=lambda pair: (pair[1].way.parcel, pair[0])):
            if flow.way.giver in used and lost[flow.need]:
                more = max(0, min(lost[flow.need], left[flow.surplus], *(
                    most - sum(packs[j] for j in flows) for flows, most in network.rooms if i in flows)))
                packs[i] += more
                left[flow.surplus] -= more
                lost[flow.need] -= more
        return packs

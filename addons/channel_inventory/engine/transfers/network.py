"""All that could flow from whom to whom, and what a choice among it costs, to the last hundredth."""
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from .needs import find_needs, find_room, find_surpluses
from .values import Goods, Need, Problem, Surplus, Way
from .ways import Ways

MILL = 1000  # costs are summed in thousandths of a hundredth: weights have prices per kilogram


@dataclass(frozen=True, slots=True)
class Flow:
    """Packs of one surplus that could fill one need: `surplus` and `need` are places in the network's lists."""

    surplus: int
    need: int
    way: Way
    most: int


@dataclass(slots=True)
class Network:
    problem: Problem
    ways: Ways
    goods: dict[int, Goods]
    surpluses: list[Surplus]
    needs: list[Need]
    flows: list[Flow] = field(default_factory=list)
    # [(flows of one need that expire first, how many packs of them it can sell in time)]
    rooms: list[tuple[list[int], int]] = field(default_factory=list)

    def dc_way(self, need: Need) -> Way | None:
        """By which the DC serves it: only what is below its safety stock."""
        return self.ways.from_dc(need.node) if need.is_must else None


def build(problem: Problem, nearest: int | None = None) -> Network:
    """:param nearest: look at so many givers of each need only, those whose parcel is cheapest"""
    network = Network(
        problem, Ways(problem.terms, problem.nodes, problem.dcs, problem.rates),
        {one.key: one for one in problem.goods}, find_surpluses(problem), find_needs(problem))
    by_goods = defaultdict(list)
    for place, surplus in enumerate(network.surpluses):
        by_goods[surplus.goods].append(place)
    for place, need in enumerate(network.needs):
        if (need.node, need.goods) not in problem.banned:
            _add_flows(network, place, need, by_goods[need.goods], nearest)
    return network


def _add_flows(network: Network, place: int, need: Need, surpluses: Sequence[int], nearest: int | None) -> None:
    goods, terms = network.goods[need.goods], network.problem.terms
    found = []
    for surplus_place in surpluses:
        surplus = network.surpluses[surplus_place]
        if surplus.node == need.node or not (need.is_must or surplus.would_expire):
            continue  # without need, and nothing lost where it lies: why move it?
        way = network.ways.between(surplus.node, need.node)
        room = way and find_room(need, surplus.expires, way.days, goods, terms)
        if room:
            found.append(Flow(surplus_place, place, way, min(room, surplus.packs)))
    if nearest is not None:
        givers = sorted({(flow.way.parcel, flow.way.giver) for flow in found})[:nearest]
        chosen = {giver for _parcel, giver in givers}
        found = [flow for flow in found if flow.way.giver in chosen]
    start = len(network.flows)
    network.flows += found
    dated = sorted({expires for flow in found if (expires := network.surpluses[flow.surplus].expires)})
    for expires in dated:
        places = [
            start + number for number, flow in enumerate(found)
            if (other := network.surpluses[flow.surplus].expires) and other <= expires]
        days = max(network.flows[number].way.days for number in places)
        network.rooms.append((places, find_room(need, expires, days, goods, terms)))


# --- costs

def weigh(network: Network, packs: dict[int, int]) -> int:
    """:param packs: {goods: packs} · :return: grams"""
    return sum(network.goods[key].grams * count for key, count in packs.items())


def count_parcels(network: Network, packs: dict[int, int]) -> int:
    return max(1, -(-weigh(network, packs) // network.problem.terms.parcel_grams)) if any(packs.values()) else 0


def way_cost(network: Network, way: Way, packs: dict[int, int], is_dc: bool) -> int:
    """Of one shipment, in thousandths of a hundredth."""
    if not any(packs.values()):
        return 0
    terms = network.problem.terms
    fixed, pack_cost = (terms.dc_fixed, terms.dc_pack_cost) if is_dc else (terms.fixed, terms.pack_cost)
    return MILL * (fixed + count_parcels(network, packs) * way.parcel + pack_cost * sum(packs.values())) + (
        way.kg * weigh(network, packs))


def by_way(network: Network, chosen: Sequence[int]) -> dict[tuple[int, int], dict[int, int]]:
    """{(giver, receiver): {goods: packs}} :param chosen: packs of each flow"""
    found = defaultdict(lambda: defaultdict(int))
    for flow, packs in zip(network.flows, chosen, strict=True):
        if packs:
            found[flow.way.giver, flow.way.receiver][network.needs[flow.need].goods] += packs
    return found


def left_for_dc(network: Network, chosen: Sequence[int]) -> dict[int, dict[int, int]]:
    """{receiver: {goods: packs}} that the DC has to send."""
    left = [need.packs if network.dc_way(need) else 0 for need in network.needs]
    for flow, packs in zip(network.flows, chosen, strict=True):
        if left[flow.need]:
            left[flow.need] -= packs
    found = defaultdict(dict)
    for need, packs in zip(network.needs, left, strict=True):
        if packs > 0:
            found[need.node][need.goods] = packs
    return found


def loss_avoided(network: Network, chosen: Sequence[int]) -> int:
    """Value, in hundredths, of what would have expired at its givers."""
    return sum(
        packs * network.goods[network.needs[flow.need].goods].value
        for flow, packs in zip(network.flows, chosen, strict=True)
        if packs and network.surpluses[flow.surplus].would_expire)


def total_cost(network: Network, chosen: Sequence[int]) -> int:
    """Of all shipments, in thousandths of a hundredth."""
    return sum(
        way_cost(network, network.ways.between(*key), packs, False) for key, packs in by_way(network, chosen).items()
    ) + dc_cost(network, left_for_dc(network, chosen))


def dc_cost(network: Network, left: dict[int, dict[int, int]]) -> int:
    return sum(way_cost(network, network.ways.from_dc(node), packs, True) for node, packs in left.items())


def net_cost(network: Network, chosen: Sequence[int]) -> int:
    """What a plan is chosen by."""
    return total_cost(network, chosen) - MILL * loss_avoided(network, chosen)

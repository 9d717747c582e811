"""The proposals: who sends what to whom, and why that is cheaper than delivery from the DC."""
from collections import defaultdict
from collections.abc import Sequence

from .network import (
    MILL,
    Network,
    build,
    by_way,
    count_parcels,
    dc_cost,
    left_for_dc,
    loss_avoided,
    total_cost,
    way_cost,
    weigh,
)
from .solve import solve_exactly, solve_flows
from .values import Line, Plan, Problem, Shipment, Way
from .ways import Ways

EXACT = 200  # so many flows are solved exactly
NEAREST = 8  # givers that are looked at for each need of a region


def propose(problem: Problem) -> Plan:
    """The same problem gives the same plan, always.

    :raise ValueError: no rates of carriers
    """
    network = build(problem)
    if not network.flows:
        cost = _hundredths(dc_cost(network, left_for_dc(network, [])))
        return Plan((), cost, cost, 0, cost, 'none')
    if len(network.flows) <= EXACT:
        chosen, bound, is_proven = solve_exactly(network)
        method = 'exact' if is_proven else 'flow'
    else:
        network = build(problem, NEAREST)
        (chosen, bound), method = solve_flows(network), 'flow'
    dc_only = dc_cost(network, left_for_dc(network, [0] * len(network.flows)))
    return Plan(
        tuple(_make_shipments(network, chosen)), _hundredths(total_cost(network, chosen)), _hundredths(dc_only),
        loss_avoided(network, chosen), _hundredths(bound), method)


def _make_shipments(network: Network, chosen: Sequence[int]) -> list[Shipment]:
    lines = defaultdict(list)
    for number, (flow, packs) in enumerate(zip(network.flows, chosen, strict=True)):
        if packs:
            lines[flow.way].append(number)
    carried, shares = by_way(network, chosen), _share_dc_costs(network, chosen)
    shipments = []
    for way, numbers in sorted(lines.items(), key=lambda row: (row[0].giver, row[0].receiver)):
        packs = carried[way.giver, way.receiver]
        shipments.append(Shipment(
            way, count_parcels(network, packs), weigh(network, packs), tuple(_make_lines(network, numbers, chosen)),
            _hundredths(way_cost(network, way, packs, False)), shares[way.giver, way.receiver],
            sum(chosen[number] * network.goods[network.needs[network.flows[number].need].goods].value
                for number in numbers if network.surpluses[network.flows[number].surplus].would_expire)))
    return shipments


def _share_dc_costs(network: Network, chosen: Sequence[int]) -> dict[tuple[int, int], int]:
    """{(giver, receiver): its part of what delivery from the DC is spared}.

    What a receiver is spared is shared out by what each of its shipments would cost from the DC by itself; the parts
    add up to it.
    """
    before, after = left_for_dc(network, [0] * len(network.flows)), left_for_dc(network, chosen)
    alone = defaultdict(dict)
    musts = defaultdict(lambda: defaultdict(int))
    for flow, packs in zip(network.flows, chosen, strict=True):
        if packs:
            need = network.needs[flow.need]
            musts[flow.way.giver, flow.way.receiver][need.goods] += packs if need.is_must else 0
    for (giver, receiver), packs in musts.items():
        way = network.ways.from_dc(receiver)
        alone[receiver][giver] = way_cost(network, way, packs, True) if way else 0
    shares = {}
    for receiver, weights in alone.items():
        spared = _hundredths(dc_cost(network, {receiver: before.get(receiver, {})})) - _hundredths(
            dc_cost(network, {receiver: after.get(receiver, {})})) if network.ways.from_dc(receiver) else 0
        left, whole = spared, sum(weights.values())
        for giver, weight in sorted(weights.items()):
            share = left * weight // whole if whole else 0
            shares[giver, receiver], left, whole = share, left - share, whole - weight
    return shares


def _make_lines(network: Network, numbers: Sequence[int], chosen: Sequence[int]) -> list[Line]:
    """One per product and lot, with the days of supply of both sides when everything of the plan has moved."""
    moved = defaultdict(lambda: [0, 0])  # {(goods, lot): [packs, of these expiring]}
    for number in numbers:
        surplus = network.surpluses[network.flows[number].surplus]
        row = moved[surplus.goods, surplus.lot, surplus.expires]
        row[0] += chosen[number]
        row[1] += chosen[number] if surplus.would_expire else 0
    giver, receiver = (getattr(network.flows[numbers[0]].way, side) for side in ('giver', 'receiver'))
    positions = {(row.node, row.goods): row for row in network.problem.positions}
    gone, come = _sum_moved(network, chosen)
    lines = []
    for (goods, lot, expires), (packs, expiring) in sorted(moved.items(), key=lambda row: row[0][:2]):
        pack, gives, gets = network.goods[goods].pack, positions[giver, goods], positions[receiver, goods]
        lines.append(Line(
            goods, lot, packs * pack, expiring * pack, expires,
            (gives.lasts(gives.held), gives.lasts(gives.held - gone[giver, goods] * pack)),
            (gets.lasts(gets.held + gets.incoming),
             gets.lasts(gets.held + gets.incoming + come[receiver, goods] * pack))))
    return lines


def _sum_moved(network, chosen):
    """({(giver, goods): packs}, {(receiver, goods): packs})"""
    gone, come = defaultdict(int), defaultdict(int)
    for (giver, receiver), packs in by_way(network, chosen).items():
        for goods, number in packs.items():
            gone[giver, goods] += number
            come[receiver, goods] += number
    return gone, come


def _hundredths(mills: int) -> int:
    return (mills + MILL // 2) // MILL


def estimate(problem: Problem, giver: int, receiver: int, packs: dict[int, int]) -> tuple[Way, int, int, int] | None:
    """(way, parcels, its cost, cost from the DC) of a shipment that people have thought of; None without a way."""
    network = Network(problem, Ways(problem.terms, problem.nodes, problem.dcs, problem.rates),
                      {one.key: one for one in problem.goods}, [], [])
    way, from_dc = network.ways.between(giver, receiver), network.ways.from_dc(receiver)
    if not way:
        return None
    return (way, count_parcels(network, packs), _hundredths(way_cost(network, way, packs, False)),
            _hundredths(way_cost(network, from_dc, packs, True)) if from_dc else 0)

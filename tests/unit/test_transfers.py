"""Who sends what to whom: needs, ways, the plan of least cost."""
from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest
from devkit.engines import load_engine
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

transfers = load_engine('channel_inventory').transfers
network = __import__(f'{transfers.__name__}.network', fromlist=['network'])
solve = __import__(f'{transfers.__name__}.solve', fromlist=['solve'])
Rate = load_engine('distributor_portal').sourcing.Rate
Goods, Lot, Node, Position, Problem, Terms = (
    getattr(transfers, name) for name in ('Goods', 'Lot', 'Node', 'Position', 'Problem', 'Terms'))

TODAY = date(2026, 11, 1)
TERMS = Terms(TODAY)
RATES = (Rate(None, 1200, km=200, lead_days=1, km_per_day=600),)
DC = Node(900, 23.1, 113.3)
PACK = 12_000
ONE_PRODUCT = (Goods(1, PACK, 3000, 6000),)


def make(positions, goods=ONE_PRODUCT, nodes=None, **values):
    nodes = nodes or tuple(Node(key, 30.0 + key / 10, 114.0, f'42{key:02}') for key in range(1, 6))
    return Problem(**{
        'terms': TERMS, 'nodes': nodes, 'goods': tuple(goods), 'positions': tuple(positions), 'dcs': (DC,),
        'rates': RATES, **values})


def stock(node, packs, sold=0, goods=1, expires=None, lot=0, **values):
    return Position(node, goods, (Lot(lot, packs * PACK, expires),), sold=sold * PACK, **values)


# --- who has too much, who too little

def test_slow_node_gives_what_it_does_not_sell_within_its_target():
    surplus, = transfers.find_surpluses(make([stock(1, 100, sold=14)]))  # half a pack a day: 200 days
    assert (surplus.packs, surplus.would_expire) == (85, False)


def test_node_that_is_not_slow_gives_nothing():
    assert not transfers.find_surpluses(make([stock(1, 20, sold=14)]))


def test_lot_that_would_expire_is_given_though_the_node_is_not_slow():
    problem = make([stock(1, 20, sold=14, expires=TODAY + timedelta(17))])  # ten days to sell: five packs
    surplus, = transfers.find_surpluses(problem)
    assert (surplus.packs, surplus.would_expire) == (15, True)


def test_new_product_is_not_called_slow():
    assert not transfers.find_surpluses(make([stock(1, 100, is_settled=False)]))
    assert transfers.find_surpluses(make([stock(1, 100)]))[0].packs == 100


def test_expired_lot_is_not_given():
    assert not transfers.find_surpluses(make([stock(1, 100, expires=TODAY + timedelta(5))]))


def test_need_is_filled_to_the_target_in_whole_packs():
    needs = transfers.find_needs(make([stock(1, 1, sold=14), stock(2, 9, sold=14), stock(3, 15, sold=14), stock(4, 0)]))
    assert [(need.node, need.packs, need.is_must) for need in needs] == [(1, 14, True), (2, 6, False)]


def test_what_is_on_its_way_counts():
    assert not transfers.find_needs(make([stock(1, 1, sold=14, incoming=14 * PACK)]))


def test_room_is_what_sells_in_time():
    need, = transfers.find_needs(make([stock(1, 2, sold=28)]))  # a pack a day, two there
    room = lambda days, way: transfers.find_room(  # noqa: E731
        need, TODAY + timedelta(days), way, Goods(1, PACK), TERMS)
    assert room(7 + 10, 1) == 8
    assert room(7 + 10, 4) == 6, "for two days there is nothing to sell"
    assert room(7 + 3, 3) == room(7, 1) == room(0, 1) == 0, "it expires on the way"
    assert transfers.find_room(need, None, 1, Goods(1, PACK), TERMS) == need.packs


# --- the plan

def test_neighbour_sends_instead_of_the_dc():
    plan = transfers.propose(make([stock(1, 100, sold=1), stock(2, 0, sold=14)]))
    shipment, = plan.shipments
    assert (shipment.way.giver, shipment.way.receiver, plan.method) == (1, 2, 'exact')
    assert shipment.lines[0].qty == 15 * PACK
    assert plan.cost < plan.dc_only
    assert plan.dc_only - plan.net == sum(one.saving for one in plan.shipments)
    assert shipment.lines[0].receiver_days == (0, 30)
    assert shipment.lines[0].giver_days[0] > shipment.lines[0].giver_days[1] > 30


def test_nothing_is_sent_where_the_dc_is_cheaper():
    near = replace(DC, latitude=30.2, longitude=114.0)
    plan = transfers.propose(make([stock(5, 100, sold=1), stock(2, 0, sold=14)], dcs=(near,)))
    assert not plan.shipments
    assert plan.cost == plan.dc_only


def test_goods_are_not_moved_without_need():
    plan = transfers.propose(make([stock(1, 100, sold=1), stock(2, 9, sold=14)]))
    assert not plan.shipments
    soon = TODAY + timedelta(40)
    plan = transfers.propose(make([stock(1, 100, sold=1, expires=soon), stock(2, 9, sold=14)]))
    assert plan.loss_avoided == 6 * 6000, "what would expire is sold elsewhere"


def test_receiver_without_licence_gets_nothing():
    problem = make([stock(1, 100, sold=1), stock(2, 0, sold=14)], banned=frozenset({(2, 1)}))
    assert not transfers.propose(problem).shipments


def test_too_far_is_too_far():
    problem = make([stock(1, 100, sold=1), stock(2, 0, sold=14)], terms=replace(TERMS, max_distance=50))
    assert not transfers.propose(problem).shipments


def test_shipment_is_shared_by_products():
    """The second product alone would not pay for a shipment of its own."""
    goods = (Goods(1, PACK, 100, 10), Goods(2, PACK, 100, 10))
    near = replace(DC, latitude=30.0, longitude=114.0)  # as near as the giver
    one = [stock(1, 9, sold=0), stock(2, 0, sold=1)]
    two = [replace(row, goods=2) for row in one]
    terms = replace(TERMS, fixed=600, dc_fixed=500, pack_cost=50, dc_pack_cost=80)
    assert not transfers.propose(make(one, goods, dcs=(near,), terms=terms)).shipments
    assert len(transfers.propose(make(one + two, goods, dcs=(near,), terms=terms)).shipments[0].lines) == 2


def test_no_rates_no_plan():
    with pytest.raises(ValueError, match="no rates"):
        transfers.propose(make([], rates=()))


def test_inputs_that_were_kept_give_the_same_plan():
    problem = make([stock(1, 50, sold=1, expires=TODAY + timedelta(60), lot=7), stock(2, 0, sold=14),
                    stock(3, 40, sold=1), stock(4, 1, sold=9)], banned=frozenset({(4, 1)}))
    again = Problem.restore(__import__('json').loads(__import__('json').dumps(problem.as_inputs())), Rate)
    assert again == problem
    assert transfers.propose(again) == transfers.propose(problem)


# --- any world

def positions(most_nodes=4, most_goods=2, most_packs=8):
    def build(rows):
        return list({(row.node, row.goods): row for row in rows}.values())
    lots = st.lists(st.tuples(
        st.integers(0, most_packs * PACK), st.one_of(st.none(), st.integers(0, 90))), max_size=2).map(
            lambda rows: tuple(Lot(i + 1, qty, None if days is None else TODAY + timedelta(days))
                               for i, (qty, days) in enumerate(rows)))
    return st.lists(st.builds(
        Position, st.integers(1, most_nodes), st.integers(1, most_goods), lots, st.integers(0, PACK),
        st.integers(0, 8 * PACK), st.just(28), st.booleans()), max_size=most_nodes * most_goods).map(build)


GOODS = (Goods(1, PACK, 3000, 6000), Goods(2, PACK, 7000, 900))


@settings(max_examples=150)
@given(positions(most_packs=40), st.frozensets(st.tuples(st.integers(1, 4), st.integers(1, 2))))
def test_proposals_hold_in_any_world(rows, banned):
    problem = make(rows, GOODS, banned=banned)
    plan = transfers.propose(problem)
    by_key = {(row.node, row.goods): row for row in rows}
    given_lots, got = {}, {}
    for shipment in plan.shipments:
        giver, receiver = shipment.way.giver, shipment.way.receiver
        assert giver != receiver
        for line in shipment.lines:
            assert (receiver, line.goods) not in banned
            assert line.qty > 0 and line.qty % PACK == 0
            if line.expires:
                arrival = TODAY + timedelta(shipment.way.days + TERMS.margin_days)
                assert line.expires > arrival
            key = giver, line.goods
            given_lots.setdefault(key, {}).setdefault(line.lot, 0)
            given_lots[key][line.lot] += line.qty
            got.setdefault((receiver, line.goods), []).append((shipment.way.days, line))
    for key, lots in given_lots.items():
        _check_giver(by_key[key], lots)
    for key, lines in got.items():
        _check_receiver(by_key[key], lines)
    assert plan.net <= plan.dc_only
    assert plan.bound <= plan.net
    assert plan.dc_only - plan.net == pytest.approx(sum(one.saving for one in plan.shipments), abs=2 + len(rows))


def _check_giver(position, given_away):
    """Within its target days it sells the same as without the transfer, and gives nothing twice."""
    def sold(lots):
        lots = [lot for lot in transfers.in_sequence(lots) if lot.qty > 0]
        return sum(transfers.sold_by_lot(position, lots, TERMS, TERMS.target_days).values())
    left = [replace(lot, qty=lot.qty - given_away.get(lot.key, 0)) for lot in position.lots]
    assert all(lot.qty >= 0 for lot in left)
    assert sold(left) == sold(position.lots)


def _check_receiver(position, lines):
    """It gets no more than it lacks, and sells every lot in time, after what it has."""
    has = position.held + position.incoming
    assert sum(line.qty for _days, line in lines) < position.sells(TERMS.target_days) - has + PACK
    for _days, line in lines:
        if line.expires:
            before = sum(other.qty for _other_days, other in lines if other.expires and other.expires <= line.expires)
            days = (line.expires - TODAY).days - TERMS.margin_days
            assert has + before <= position.sells(days)


def small_worlds():
    """Up to two givers and two receivers of one product or two, near and far, some of it close to expiry."""
    packs, sold = st.integers(0, 5), st.integers(1, 4 * PACK)
    expires = st.one_of(st.none(), st.integers(9, 40).map(lambda days: TODAY + timedelta(days)))
    gives = st.tuples(st.sampled_from((1, 2)), st.integers(1, 2), packs, expires).map(
        lambda row: Position(row[0], row[1], (Lot(1, row[2] * PACK, row[3]),)))
    gets = st.tuples(st.sampled_from((3, 4)), st.integers(1, 2), st.integers(0, 2 * PACK), sold).map(
        lambda row: Position(row[0], row[1], (Lot(2, row[2]),), sold=row[3]))
    rows = st.tuples(st.lists(gives, min_size=1, max_size=3), st.lists(gets, min_size=1, max_size=3)).map(
        lambda pair: list({(row.node, row.goods): row for row in pair[0] + pair[1]}.values()))
    return st.tuples(rows, st.floats(22.5, 31.5))


@settings(max_examples=120, suppress_health_check=[HealthCheck.filter_too_much])
@given(small_worlds())
def test_small_worlds_are_solved_as_well_as_by_trying_everything(world):
    rows, latitude = world
    net = network.build(make(rows, GOODS, dcs=(replace(DC, latitude=latitude),)))
    choices = 1
    for flow in net.flows:
        choices *= flow.most + 1
    assume(net.flows and choices <= 3000)
    best = min(network.net_cost(net, chosen) for chosen in product(
        *(range(flow.most + 1) for flow in net.flows)) if _is_possible(net, chosen))
    chosen, bound, is_proven = solve.solve_exactly(net)
    assert is_proven and _is_possible(net, chosen)
    assert network.net_cost(net, chosen) == best
    flows, flow_bound = solve.solve_flows(net)
    assert _is_possible(net, flows)
    assert flow_bound <= best <= network.net_cost(net, flows)


def _is_possible(net, chosen):
    given_away, filled = {}, {}
    for flow, packs in zip(net.flows, chosen):
        given_away[flow.surplus] = given_away.get(flow.surplus, 0) + packs
        filled[flow.need] = filled.get(flow.need, 0) + packs
    return (all(packs <= net.surpluses[place].packs for place, packs in given_away.items())
            and all(packs <= net.needs[place].packs for place, packs in filled.items())
            and all(sum(chosen[number] for number in numbers) <= most for numbers, most in net.rooms))


def test_region_comes_close_to_the_bound():
    """Flows for what is too large to be solved exactly: within 8 % of a bound that no plan can beat."""
    random = __import__('random').Random(3)
    nodes = tuple(Node(key, 30 + random.random() * 4, 112 + random.random() * 4, '42') for key in range(1, 41))
    rows = [stock(node.key, random.choice((0, 0, 1, 20, 60)), sold=random.randrange(1, 9), goods=goods)
            for node in nodes for goods in (1, 2)]
    plan = transfers.propose(make(rows, (Goods(1, PACK, 3000), Goods(2, PACK, 7000)), nodes))
    assert plan.method == 'flow'
    assert plan.shipments and plan.gap <= .08
    assert plan.cost < .85 * plan.dc_only
    assert transfers.propose(make(rows, (Goods(1, PACK, 3000), Goods(2, PACK, 7000)), nodes)) == plan

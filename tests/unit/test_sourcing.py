"""Which warehouses ship, what it costs, when it leaves, and why not the others."""
from datetime import date, datetime, timedelta, timezone
from itertools import combinations

import pytest
from devkit.engines import load_engine
from hypothesis import given
from hypothesis import strategies as st

engine = load_engine('distributor_portal').sourcing

MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=timezone.utc)  # ten in the morning in Shanghai
CHINA = timezone(timedelta(hours=8))


def house(key, latitude, free, longitude=114.0):
    return engine.Warehouse(key, latitude, longitude, {product: qty * 1000 for product, qty in free.items()})


def wanted(quantities, latitude=22.0, longitude=114.0, **values):
    return engine.Wanted(
        latitude, longitude, {product: qty * 1000 for product, qty in quantities.items()}, **values)


def tariff(*rates, now=MONDAY, **values):
    return engine.Tariff(now, rates=rates, **values)


def plan(asked, houses, prices=None, **values):
    return engine.plan(asked, houses, prices or tariff(), **values)


def reasons(made):
    return {option.warehouse: option.reason for option in made.options}


def sent(made):
    return {parcel.warehouse: {key: qty // 1000 for key, qty in parcel.quantities.items()} for parcel in made.parcels}


# --- the choice


def test_nearest_that_has_all_ships():
    made = plan(wanted({1: 5, 2: 5}), [house(1, 40, {1: 9, 2: 9}), house(2, 45, {1: 9}), house(3, 30, {1: 9, 2: 9})])
    assert sent(made) == {3: {1: 5, 2: 5}}
    assert made.is_complete
    assert reasons(made) == {3: 'nearest_complete', 1: 'dearer', 2: 'lacks_dearer'}


def test_two_near_parcels_beat_one_from_far_away():
    made = plan(wanted({1: 5, 2: 5}), [house(1, 22.1, {1: 9}), house(2, 22.2, {2: 9}), house(3, 50, {1: 9, 2: 9})])
    assert sent(made) == {1: {1: 5}, 2: {2: 5}}
    far = next(option for option in made.options if option.warehouse == 3)
    assert (far.reason, far.extra) == ('dearer', far.cost - made.cost)
    assert far.extra > 0


def test_three_parcels_but_never_four():
    houses = [house(key, 22 + key / 10, {key: 9}) for key in (1, 2, 3, 4)]
    assert len(plan(wanted({1: 1, 2: 1, 3: 1}), houses).parcels) == 3
    made = plan(wanted({1: 1, 2: 1, 3: 1, 4: 1}), houses, prices=tariff())
    assert len(made.parcels) == 3
    assert len(made.missing) == 1
    assert 'ships_less' in reasons(made).values()


def test_one_that_would_need_too_many_parcels_is_told_so():
    houses = [house(1, 22.1, {1: 9}), house(2, 30, {1: 9, 2: 9}), house(3, 40, {})]
    made = plan(wanted({1: 1, 2: 1}), houses, limits=engine.Limits(parcels=1))
    assert reasons(made) == {1: 'lacks_needs_more', 2: 'nearest_complete', 3: 'nothing'}
    made = plan(wanted({1: 1, 2: 1}), houses)
    lacking = made.options[0]
    assert (lacking.reason, lacking.others, lacking.missing) == ('lacks_dearer', 1, {2: 1000})
    assert lacking.extra == lacking.cost, "it would be a second parcel next to the one that has all"


def test_what_only_a_far_one_has_comes_from_there():
    houses = [house(key, 22 + key / 100, {1: 9}) for key in range(1, 20)]
    made = plan(wanted({1: 1, 2: 1}), [*houses, house(99, 45, {2: 9})])
    assert made.is_complete
    assert set(sent(made)) == {1, 99}


def test_nearest_complete_is_weighed_beyond_the_twelve():
    houses = [house(key, 22 + key / 100, {1: 9, 2: 9, 3: 9} if key == 30 else {1: 9}) for key in range(1, 40)]
    made = plan(wanted({1: 1, 2: 1, 3: 1}), houses)
    assert set(sent(made)) == {30}
    assert made.unweighed == 39 - 13


def test_where_not_all_can_be_had_most_value_ships_then_the_cheapest():
    houses = [house(1, 22.1, {1: 5}), house(2, 40, {1: 5, 2: 4}), house(3, 41, {1: 5, 2: 4})]
    made = plan(wanted({1: 5, 2: 5}, values={1: 100, 2: 100}), houses)
    assert made.missing == {2: 1000}
    assert reasons(made)[3] == 'ships_less'
    assert set(sent(made)) == {2}
    assert made.home == 2


def test_nothing_anywhere_waits_at_the_nearest():
    made = plan(wanted({1: 5}), [house(1, 40, {}), house(2, 23, {})])
    assert (made.parcels, made.home, made.missing) == ((), 2, {1: 5000})
    assert reasons(made) == {1: 'nothing', 2: 'nothing'}


def test_a_line_is_split_only_where_it_may_be():
    houses = [house(1, 22.1, {1: 6}), house(2, 22.2, {1: 6})]
    assert plan(wanted({1: 10}), houses).missing == {1: 4000}
    made = plan(wanted({1: 10}, splits=frozenset({1})), houses)
    assert made.is_complete
    assert sum(qty for load in sent(made).values() for qty in load.values()) == 10


def test_preferred_ships_only_when_it_has_all():
    houses = [house(1, 23, {1: 9}), house(2, 40, {1: 9})]
    made = plan(wanted({1: 5}), houses, preferred=2)
    assert reasons(made) == {1: 'not_preferred', 2: 'preferred'}
    assert set(sent(plan(wanted({1: 5}), [houses[0], house(2, 40, {1: 4})], preferred=2))) == {1}


def test_by_hand_ships_whatever_it_has():
    houses = [house(1, 23, {1: 9}), house(2, 40, {1: 4}), house(3, 40, {})]
    made = plan(wanted({1: 5}), houses, by_hand=2)
    assert (sent(made), made.missing) == ({2: {1: 4}}, {1: 1000})
    assert reasons(made) == {1: 'not_by_hand', 2: 'by_hand', 3: 'nothing'}
    empty = plan(wanted({1: 5}), houses, by_hand=3)
    assert (empty.home, empty.parcels, reasons(empty)[3]) == (3, (), 'by_hand')


def test_without_coordinates_it_comes_last():
    made = plan(wanted({1: 1}), [engine.Warehouse(1, None, None, {1: 9000}), house(2, 50, {1: 9})])
    assert set(sent(made)) == {2}
    assert made.options[-1].distance is None


def test_no_warehouse_no_choice():
    made = plan(wanted({1: 1}), [])
    assert (made.parcels, made.options, made.home) == ((), (), None)


def test_negative_stock_is_nothing():
    assert plan(wanted({1: 1}), [house(1, 23, {1: -5})]).missing == {1: 1000}


def test_order_without_stored_goods_has_a_home():
    made = plan(wanted({}), [house(1, 40, {}), house(2, 23, {})])
    assert made.is_complete
    assert made.home == 2


# --- carriers


def test_cost_is_parcel_plus_way_and_days_grow_with_it():
    near, far = plan(wanted({1: 1}), [house(1, 22, {1: 9}), house(2, 40, {1: 9})]).options
    assert (near.cost, near.offer.arrives - near.offer.day) == (1200, timedelta(days=1))
    assert (far.cost, far.offer.arrives - far.offer.day) == (5203, timedelta(days=5))


def test_most_particular_rate_of_a_carrier_holds_and_the_cheapest_carrier_goes():
    prices = tariff(
        engine.Rate(1, 2000), engine.Rate(1, 1500, territory='44'), engine.Rate(1, 1400, territory='4403'),
        engine.Rate(1, 900, warehouse=8), engine.Rate(2, 1450))
    cost = {
        (warehouse, code): prices.quote(warehouse, 0, code).cost
        for warehouse in (7, 8) for code in ('440305', '441900', '510104')}
    assert cost == {
        (7, '440305'): 1400, (7, '441900'): 1450, (7, '510104'): 1450,
        (8, '440305'): 900, (8, '441900'): 900, (8, '510104'): 900}


def test_no_carrier_goes_there():
    prices = tariff(engine.Rate(1, 1000, territory='44', warehouse=1))
    made = plan(wanted({1: 1}, code='440305'), [house(1, 22, {1: 9}), house(2, 22, {1: 9})], prices)
    assert reasons(made) == {1: 'nearest_complete', 2: 'no_carrier'}


def test_weight_is_paid_where_it_is_sent_from():
    prices = tariff(engine.Rate(1, 1000, kg=500, warehouse=1), engine.Rate(1, 1200, kg=100, warehouse=2))
    houses = [house(1, 22, {1: 9}), house(2, 22, {1: 9})]
    assert set(sent(plan(wanted({1: 2}, grams={1: 100}), houses, prices))) == {1}
    made = plan(wanted({1: 2}, grams={1: 1000}), houses, prices)
    assert (set(sent(made)), made.cost) == ({2}, 1400)


# --- room


def room(daily, **values):
    return {'slots': {(1, 1): engine.Slot(7, daily, **values)}, 'now': MONDAY}


def test_full_carrier_takes_it_the_next_day():
    prices = tariff(engine.Rate(1, 1000), **room(1))
    asked, houses = wanted({1: 1}), [house(1, 22, {1: 9})]
    first = plan(asked, houses, prices).parcels[0].offer
    prices.book(first)
    second = plan(asked, houses, prices).parcels[0].offer
    assert (first.day, first.note) == (date(2026, 11, 23), '')
    assert (second.day, second.note, second.waits) == (date(2026, 11, 24), 'full', 1)
    assert prices.booked == {(7, date(2026, 11, 23), False): 1}


def test_waiting_is_worth_another_warehouse():
    prices = tariff(engine.Rate(1, 1000, km=100), day_cost=5000, **room(0, urgent=0))
    made = plan(wanted({1: 1}), [house(1, 22, {1: 9}), house(2, 24, {1: 9})], prices)
    assert reasons(made) == {1: 'full', 2: 'nearest_complete'}
    prices = tariff(engine.Rate(1, 1000, km=100), day_cost=5000, used={(7, date(2026, 11, 23)): (1, 0)}, **room(1))
    made = plan(wanted({1: 1}), [house(1, 22, {1: 9}), house(2, 24, {1: 9})], prices)
    assert set(sent(made)) == {2}
    assert made.options[0].offer.note == 'full'


def test_busy_days_cost_more():
    prices = tariff(engine.Rate(1, 1000), **room(5, busy_from=1, surcharge=300))
    first = prices.quote(1, 0)
    prices.book(first)
    assert (first.cost, prices.quote(1, 0).cost) == (1000, 1300)


def test_room_kept_for_urgent_orders_is_not_for_others():
    prices = tariff(engine.Rate(1, 1000, is_urgent=True), **room(2, urgent=1))
    prices.book(prices.quote(1, 0))
    assert prices.quote(1, 0).day == date(2026, 11, 24)
    urgent = prices.quote(1, 0, is_urgent=True)
    assert urgent.day == date(2026, 11, 23)
    prices.book(urgent)
    assert prices.quote(1, 0, is_urgent=True) == 'full'


# --- days


@pytest.mark.parametrize(('hour', 'closed', 'day', 'note'), [
    (2, (), 23, ''),  # ten o'clock there
    (9, (), 24, 'past_cut_off'),  # five in the afternoon
    (2, (23,), 24, 'closed'),
    (9, (24, 25), 26, 'past_cut_off'),
])
def test_first_day(hour, closed, day, note):
    hours = engine.Hours(CHINA, 16.0, frozenset(range(5)), frozenset(date(2026, 11, at) for at in closed))
    now = MONDAY.replace(hour=hour)
    assert engine.first_day(hours, now) == (date(2026, 11, day), note)


def test_weekend_is_skipped_in_its_own_time_zone():
    hours = engine.Hours(CHINA, 16.0, frozenset(range(5)))
    friday_evening = datetime(2026, 11, 20, 17, 0, tzinfo=timezone.utc)  # Saturday, one in the morning, there
    assert engine.first_day(hours, friday_evening) == (date(2026, 11, 23), 'closed')


def test_shut_for_good_ships_nothing():
    prices = tariff(hours={1: engine.Hours(weekdays=frozenset())})
    assert prices.quote(1, 0) == 'closed'


def test_goods_wanted_later_leave_later():
    prices = tariff(engine.Rate(1, 1000, lead_days=2), hours={1: engine.Hours(weekdays=frozenset(range(5)))})
    offer = prices.quote(1, 0, wanted=date(2026, 12, 8))
    assert (offer.day, offer.arrives, offer.note) == (date(2026, 12, 4), date(2026, 12, 6), 'wanted_later')


# --- urgent


def test_urgent_goes_from_the_nearest_that_still_ships_today():
    hours = {
        key: engine.Hours(CHINA, 16.0, urgent_from=8, urgent_until=until)
        for key, until in ((1, 9.5), (2, 15), (3, 15))}
    prices = tariff(engine.Rate(1, 1000, is_urgent=True), engine.Rate(2, 1), hours=hours, urgent_hours=2)
    houses = [house(1, 22.1, {1: 9}), house(2, 23, {1: 9}), house(3, 24, {1: 9})]
    made = plan(wanted({1: 1}), houses, prices, is_urgent=True)
    assert reasons(made) == {1: 'not_urgent', 2: 'urgent', 3: 'dearer'}
    assert made.parcels[0].offer.ship_by == MONDAY + timedelta(hours=2)
    assert made.parcels[0].offer.carrier == 1, "the cheap one takes nothing urgent"


def test_urgent_prefers_one_parcel_to_two_near_ones():
    houses = [house(1, 22.1, {1: 9}), house(2, 22.2, {2: 9}), house(3, 30, {1: 9, 2: 9})]
    assert set(sent(plan(wanted({1: 1, 2: 1}), houses, is_urgent=True))) == {3}


def test_nobody_ships_urgently_at_night():
    night = MONDAY.replace(hour=18)
    prices = tariff(now=night, hours={1: engine.Hours(CHINA, urgent_from=8, urgent_until=17)})
    made = plan(wanted({1: 1}), [house(1, 22, {1: 9})], prices, is_urgent=True)
    assert (made.parcels, reasons(made)) == ((), {1: 'not_urgent'})


# --- properties

quantities = st.dictionaries(st.integers(1, 5), st.integers(1, 20), min_size=1)
stocks = st.dictionaries(st.integers(1, 5), st.integers(0, 25))
places = st.lists(st.tuples(st.floats(18, 54), stocks), min_size=1, max_size=7)
splits = st.frozensets(st.integers(1, 5))
rates = st.lists(st.builds(
    engine.Rate, carrier=st.integers(1, 3), parcel=st.integers(500, 5000), km=st.integers(0, 400),
    warehouse=st.one_of(st.none(), st.integers(0, 6))), max_size=5)


def brute_force(asked, houses, prices):
    """(most value, least weight) over every set of up to three warehouses."""
    best = None
    offers = {one.key: (one, prices.quote(one.key, engine.hectometres(
        asked.latitude, asked.longitude, one.latitude, one.longitude))) for one in houses}
    able = [(one, offer) for one, offer in offers.values() if not isinstance(offer, str)]
    for size in range(1, 4):
        for chosen in combinations(able, size):
            value = 0
            for product, qty in asked.quantities.items():
                have = [min(max(one.free.get(product, 0), 0), qty) for one, _offer in chosen]
                worth = asked.values.get(product, 0) * 1000 + 1
                value += worth * (min(sum(have), qty) if product in asked.splits else max(have))
            key = (value, -sum(offer.weight for _one, offer in chosen))
            best = key if best is None else max(best, key)
    return best


@given(quantities, places, splits, rates, st.dictionaries(st.integers(1, 5), st.integers(0, 900)))
def test_plan_equals_brute_force(asked, found, splits_, rates_, values):
    asked = wanted(asked, splits=splits_, values=values)
    houses = [house(key, latitude, free) for key, (latitude, free) in enumerate(found)]
    prices = tariff(*rates_)
    made = plan(asked, houses, prices)
    best = brute_force(asked, houses, prices)
    worth = {product: values.get(product, 0) * 1000 + 1 for product in asked.quantities}
    value = sum(worth[product] * qty for parcel in made.parcels for product, qty in parcel.quantities.items())
    if not made.parcels:
        assert best is None or best[0] == 0
    else:
        assert (value, -sum(parcel.offer.weight for parcel in made.parcels)) == best


@given(quantities, places, splits, rates, st.booleans())
def test_plan_ships_what_there_is_and_explains_the_rest(asked, found, splits_, rates_, is_urgent):
    houses = {key: house(key, latitude, free) for key, (latitude, free) in enumerate(found)}
    asked = wanted(asked, splits=splits_)
    made = plan(asked, list(houses.values()), tariff(*rates_), is_urgent=is_urgent)
    total = dict(made.missing)
    for parcel in made.parcels:
        assert parcel.quantities
        for product, qty in parcel.quantities.items():
            assert 0 < qty <= houses[parcel.warehouse].free[product]
            total[product] = total.get(product, 0) + qty
    assert total == dict(asked.quantities)
    assert len(made.parcels) == len({parcel.warehouse for parcel in made.parcels}) <= 3
    assert {option.warehouse for option in made.options if option.is_chosen} == {
        parcel.warehouse for parcel in made.parcels}
    assert all(option.reason for option in made.options)
    again = plan(asked, list(reversed(houses.values())), tariff(*rates_), is_urgent=is_urgent)
    assert again == made, "the same facts give the same plan"


# --- ranks


def test_ranks_are_the_distances_themselves():
    points = [(22.5, 114.0), (30.6, 104.1), (45.8, 126.5)]
    warehouses = [(key, 20 + key * .7, 100 + key * .9) for key in range(1, 31)]
    for (latitude, longitude), nearest in zip(points, engine.make_ranks(points, warehouses)):
        measured = engine.by_distance(latitude, longitude, [
            engine.Warehouse(key, lat, lng, {}) for key, lat, lng in warehouses])
        assert nearest == [(warehouse.key, distance) for distance, warehouse in measured[:20]]


def test_plan_by_ranks_equals_plan_by_measuring():
    houses = [house(key, 20 + key % 7 * 3, {key % 3: 9, (key + 1) % 3: 9}, 100 + key) for key in range(1, 41)]
    asked = wanted({0: 1, 1: 1, 2: 1})
    near = engine.make_ranks([(22.0, 114.0)], [(one.key, one.latitude, one.longitude) for one in houses])[0]
    assert plan(asked, houses, near=near) == plan(asked, houses)
    assert plan(wanted({0: 99}), houses, near=near) == plan(wanted({0: 99}), houses)


def test_ranks_survive_being_packed():
    data = engine.pack_rank(0, 22.5, 114.0, [(7, 120)]) + engine.pack_rank(12, -22.5, 114.123456, [(8, 0), (9, 70000)])
    ranks = engine.unpack_ranks(data, [12, 13])
    assert ranks == {12: engine.Rank(-22.5, 114.123456, ((8, 0), (9, 70000)))}
    assert ranks[12].is_at(-22.5, 114.123456)
    assert not ranks[12].is_at(-22.5, 114.2)
    assert not ranks[12].is_at(None, None)


def test_signature_changes_when_a_warehouse_moves():
    here = [(1, 22.5, 114.0), (2, 30.0, 104.0)]
    assert engine.rank_signature(here) == engine.rank_signature(reversed(here))
    assert engine.rank_signature(here) != engine.rank_signature([(1, 22.5, 114.1), here[1]])
    assert engine.make_ranks([], here) == []
    assert engine.make_ranks([(1, 1)], []) == [[]]

from decimal import Decimal

from devkit.engines import load_engine
from hypothesis import given
from hypothesis import strategies as st

engine = load_engine('distributor_portal')


def house(key, latitude, free, longitude=114.0):
    return engine.Warehouse(key, latitude, longitude, {product: Decimal(qty) for product, qty in free.items()})


def wanted(quantities, latitude=22.0, longitude=114.0):
    return engine.Wanted(latitude, longitude, {product: Decimal(qty) for product, qty in quantities.items()})


def reasons(plan):
    return [(option.warehouse, option.reason) for option in plan.options]


def test_nearest_that_has_all_ships():
    plan = engine.plan(
        wanted({1: 5, 2: 5}), [house(1, 40, {1: 9, 2: 9}), house(2, 23, {1: 9}), house(3, 30, {1: 9, 2: 9})])
    assert plan.chosen.warehouse == 3
    assert plan.is_complete
    assert reasons(plan) == [(2, 'missing'), (3, 'nearest_complete'), (1, 'farther')]
    assert plan.options[0].missing == {2: Decimal(5)}


def test_where_none_has_all_the_least_is_missing():
    plan = engine.plan(wanted({1: 5, 2: 5}), [house(1, 23, {1: 5}), house(2, 40, {1: 5, 2: 4})])
    assert (plan.chosen.warehouse, plan.chosen.reason, plan.is_complete) == (2, 'best_partial', False)
    assert plan.chosen.missing == {2: Decimal(1)}


def test_equally_poor_ones_are_chosen_by_distance():
    plan = engine.plan(wanted({1: 5}), [house(1, 40, {}), house(2, 23, {})])
    assert plan.chosen.warehouse == 2


def test_preferred_ships_only_when_it_has_all():
    houses = [house(1, 23, {1: 9}), house(2, 40, {1: 9})]
    assert engine.plan(wanted({1: 5}), houses, preferred=2).chosen.reason == 'preferred'
    assert engine.plan(wanted({1: 5}), [houses[0], house(2, 40, {1: 4})], preferred=2).chosen.warehouse == 1


def test_without_coordinates_it_comes_last():
    plan = engine.plan(wanted({1: 1}), [engine.Warehouse(1, None, None, {1: Decimal(9)}), house(2, 50, {1: 9})])
    assert plan.chosen.warehouse == 2
    assert plan.options[1].distance_km is None


def test_no_warehouse_no_choice():
    assert engine.plan(wanted({1: 1}), []).chosen is None


def test_negative_stock_is_nothing():
    assert engine.plan(wanted({1: 1}), [house(1, 23, {1: -5})]).chosen.missing == {1: Decimal(1)}


def test_cost_is_parcel_plus_way_and_days_grow_with_it():
    near, far = engine.plan(wanted({1: 1}), [house(1, 22, {1: 9}), house(2, 40, {1: 9})]).options
    assert (near.cost, near.lead_days) == (Decimal('12.00'), 1)
    assert (far.cost, far.lead_days) == (Decimal('52.03'), 5)


quantities = st.dictionaries(st.integers(1, 5), st.integers(1, 20), min_size=1)
stocks = st.dictionaries(st.integers(1, 5), st.integers(0, 25))
houses = st.lists(st.tuples(st.floats(18, 54), stocks), min_size=1, max_size=8)


@given(quantities, houses)
def test_choice_is_the_best_there_is(asked, places):
    options = engine.plan(wanted(asked), [house(key, latitude, free) for key, (latitude, free) in enumerate(places)])
    chosen = options.chosen
    assert sum(option.is_chosen for option in options.options) == 1
    assert len(options.options) == len(places)
    complete = [option for option in options.options if not option.missing]
    if complete:
        assert not chosen.missing
        assert chosen.distance_km == min(option.distance_km for option in complete)
    else:
        assert sum(chosen.missing.values()) == min(sum(option.missing.values()) for option in options.options)

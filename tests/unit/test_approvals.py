"""Chains, steps and delegation as plain values."""
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from devkit.engines import load_engine
from hypothesis import given
from hypothesis import strategies as st

engine = load_engine('distributor_portal').approvals
Chain, Condition, Delegation, Given = engine.Chain, engine.Condition, engine.Delegation, engine.Given
OrderFacts, Step, closes_circle, describe = engine.OrderFacts, engine.Step, engine.closes_circle, engine.describe
explain, match, plan, settle = engine.explain, engine.match, engine.plan, engine.settle
stands_in_for = engine.stands_in_for

DESK = 7
FACTS = OrderFacts(
    1, tier=3, tier_is_confirmed=True, line=frozenset({10, 20, 30}), place='440305001', amount=Decimal('5000.00'),
    products=frozenset({100}), categories=frozenset({5, 6}), verdicts=frozenset({(41, 'approve'), (42, 'warn')}),
    discount=Decimal('0.10'), type=8, source=9, form={'project': 'P-7', 'Project Number': 'P-7'},
    member=30, upstream=20, upstream_reviews=True, salesperson=55)


def some(*values):
    return frozenset(values)


@pytest.mark.parametrize(('kept', 'broken'), [
    ({'tiers': some(3, 4)}, {'tiers': some(4)}),
    ({'confirmed_tiers': True}, None),
    ({'members': some(20)}, {'members': some(40)}),
    ({'places': some('4403')}, {'places': some('4401', '51')}),
    ({'amount_from': Decimal('4999.99')}, {'amount_from': Decimal('5000.00')}),
    ({'amount_to': Decimal('5000.00')}, {'amount_to': Decimal('4999.99')}),
    ({'amount_from': Decimal(1), 'amount_to': Decimal(9999)},
     {'amount_from': Decimal(5001), 'amount_to': Decimal(9999)}),
    ({'products': some(100)}, {'products': some(101)}),
    ({'categories': some(5)}, {'categories': some(7)}),
    ({'products': some(101), 'categories': some(6)}, {'products': some(101), 'categories': some(7)}),
    ({'decision': 'warn'}, {'decision': 'block'}),
    ({'rules': some(42)}, {'rules': some(43)}),
    ({'decision': 'approve', 'rules': some(41)}, {'decision': 'approve', 'rules': some(42)}),
    ({'discount_over': Decimal('0.09')}, {'discount_over': Decimal('0.10')}),
    ({'types': some(8)}, {'types': some(1)}),
    ({'sources': some(9)}, {'sources': some(1)}),
    ({'form_field': 'Project Number'}, {'form_field': 'Client'}),
    ({'form_field': 'project', 'form_value': 'p-7'}, {'form_field': 'project', 'form_value': 'P-8'}),
])
def test_each_demand_is_met_or_not(kept, broken):
    assert match(Condition(**kept), FACTS) is not None
    if broken:
        assert match(Condition(**broken), FACTS) is None


def test_tier_that_headquarters_does_not_confirm():
    assert match(Condition(confirmed_tiers=True), replace(FACTS, tier_is_confirmed=False)) is None


def test_no_demand_is_met_by_every_order():
    assert match(Condition(), OrderFacts(1)) == []


def test_explain_tells_each_demand_apart():
    condition = Condition(tiers=some(3), amount_from=Decimal(9000))
    explained = [(part.text, is_met) for part, is_met in explain(condition, FACTS)]
    assert explained == [('tiers', True), ('amount_over', False)]
    assert describe(condition) == [part for part, _is_met in explain(condition, FACTS)]


def test_only_facts_in_use_are_asked_for():
    chains = [Chain(1, Condition(tiers=some(1)), ()), Chain(2, Condition(discount_over=Decimal(0)), ())]
    assert engine.looks_at(chains) == {'tiers', 'discount_over'}


MONEY = st.decimals(0, 10**6, places=2)


@given(low=MONEY, high=MONEY, amount=MONEY)
def test_bands_that_meet_leave_no_gap(low, high, amount):
    low, high = sorted((low, high))
    bands = [Condition(amount_to=low), Condition(amount_from=low, amount_to=high), Condition(amount_from=high)]
    fitting = [band for band in bands if match(band, replace(FACTS, amount=amount)) is not None]
    assert len(fitting) == 1


# --- steps


def step(key=1, sequence=10, kind='group', **values):
    return Step(key, sequence, kind, **({'group': DESK} if kind == 'group' else {}), **values)


def chain(key, *steps, condition=None, **values):
    return Chain(key, condition or Condition(), steps, **values)


def test_steps_come_in_their_sequence_and_the_same_step_once():
    asked = plan([
        chain(1, step(1, 20)), chain(2, step(2, 20)), chain(3, step(3, 10, 'upstream', role='ordering')),
        chain(4, step(4, 30), condition=Condition(tiers=some(99)))], FACTS)
    assert [(one.step.sequence, one.side) for one in asked] == [(10, 'upstream'), (20, 'hq')]
    assert [key for key, _parts in asked[1].reasons] == [1, 2]


def test_final_chain_leaves_later_ones_out():
    asked = plan([chain(1, step(1, 20), is_final=True), chain(2, step(2, 30))], FACTS)
    assert len(asked) == 1
    asked = plan([
        chain(1, step(1, 20), is_final=True, condition=Condition(tiers=some(99))), chain(2, step(2, 30))], FACTS)
    assert [one.step.sequence for one in asked] == [30]


def test_upstream_is_asked_where_it_reviews():
    reviewing, always = step(kind='upstream', only_reviewing=True), step(kind='upstream')
    silent = replace(FACTS, upstream_reviews=False)
    assert len(plan([chain(1, reviewing)], FACTS)) == 1
    assert not plan([chain(1, reviewing)], silent)
    assert plan([chain(1, always)], silent)[0].member == 20
    assert not plan([chain(1, always)], replace(FACTS, upstream=0))


def test_all_of_them_is_one_decision_each():
    people = {('group', DESK): [3, 1], ('member', 20, 'owner'): [5]}
    chains = [chain(1, step(needs_all=True)), chain(2, step(2, 5, 'upstream', role='owner', needs_all=True)),
              chain(3, step(3, 30, 'users', users=(8, 9), needs_all=True))]
    asked = plan(chains, FACTS, people)
    assert [one.users for one in asked] == [(5,), (1,), (3,), (8,), (9,)]
    assert len({one.key for one in asked}) == 5


def test_order_without_salesperson_asks_the_desk():
    assert plan([chain(1, step(kind='salesperson'))], FACTS, fallback_group=DESK)[0].users == (55,)
    alone = plan([chain(1, step(kind='salesperson'))], replace(FACTS, salesperson=0), fallback_group=DESK)
    assert alone[0].group == DESK


def test_group_that_needs_all_but_has_nobody_is_still_asked():
    assert plan([chain(1, step(needs_all=True))], FACTS)[0].group == DESK


# --- what was given already


def asked_keys():
    return plan([chain(1, step(1, 10, 'upstream', role='ordering'), step(2, 20))], FACTS)


def test_nothing_given_asks_for_everything():
    asked = asked_keys()
    assert settle(asked, [], Decimal(100)).new == tuple(one.key for one in asked)


def test_approval_stays_and_what_is_no_longer_asked_is_void():
    first, second = asked_keys()
    settled = settle([second], [Given(second.key, 'approved', Decimal(1)), Given(first.key, 'pending')], Decimal(100))
    assert (settled.new, settled.pending, settled.void) == ((), (), (first.key,))


@pytest.mark.parametrize(('asks_again', 'amount', 'again'), [
    (True, 101, True), (True, 100, False), (True, 99, False), (False, 101, False)])
def test_asked_again_when_the_amount_grows(asks_again, amount, again):
    first, second = asked_keys()
    given_ = [Given(first.key, 'approved', Decimal(100), asks_again), Given(second.key, 'pending')]
    settled = settle([first, second], given_, Decimal(amount))
    assert bool(settled.outgrown) == again
    assert (first.key in settled.new) == again


def test_approved_again_counts_beside_the_outgrown_one():
    first, second = asked_keys()
    given_ = [Given(first.key, 'outgrown', Decimal(50), True), Given(first.key, 'approved', Decimal(100), True)]
    assert settle([first, second], given_, Decimal(100)).new == (second.key,)


def test_refused_or_void_is_asked_anew():
    first, _second = asked_keys()
    assert settle([first], [Given(first.key, 'refused')], Decimal(1)).new == (first.key,)
    assert settle([first], [Given(first.key, 'void')], Decimal(1)).new == (first.key,)


@given(st.lists(st.sampled_from(['pending', 'approved', 'refused', 'void', 'outgrown']), max_size=6),
       st.decimals(0, 1000, places=2))
def test_each_decision_is_asked_for_at_most_once(states, amount):
    asked = asked_keys()
    settled = settle(asked, [Given(asked[0].key, state, Decimal(500), True) for state in states], amount)
    open_ = [*settled.new, *settled.pending]
    assert len(open_) == len(set(open_))
    assert asked[1].key in settled.new


# --- delegation

NOW = datetime(2026, 11, 20, 9, 0)
DAY = timedelta(days=1)


def away(user, to, start=NOW - DAY, end=NOW + DAY):
    return Delegation(user, to, start, end)


def test_who_is_away_hands_on_what_was_handed_to_it():
    assert stands_in_for(3, [away(1, 2), away(2, 3)], NOW) == [2, 1]
    assert stands_in_for(2, [away(1, 2), away(2, 3)], NOW) == [1]
    assert stands_in_for(3, [away(1, 2), away(2, 3, NOW + DAY, NOW + 2 * DAY)], NOW) == []


def test_before_and_after_nobody_stands_in():
    assert stands_in_for(2, [away(1, 2, NOW, NOW)], NOW) == [1]
    assert stands_in_for(2, [away(1, 2, NOW + DAY, NOW + DAY)], NOW) == []
    assert stands_in_for(2, [away(1, 2, NOW - DAY, NOW - DAY)], NOW) == []


def test_circles_are_found_where_times_overlap():
    assert closes_circle(away(2, 1), [away(1, 2)])
    assert closes_circle(away(3, 1), [away(1, 2), away(2, 3)])
    assert not closes_circle(away(2, 1, NOW + 2 * DAY, NOW + 3 * DAY), [away(1, 2)])
    assert not closes_circle(away(1, 3), [away(1, 2)])


PEOPLE = st.integers(1, 5)


@given(st.lists(st.tuples(PEOPLE, PEOPLE, st.integers(0, 5), st.integers(0, 5)), max_size=12), PEOPLE)
def test_nobody_stands_in_for_oneself_once_circles_are_refused(rows, user):
    kept = []
    for who, to, start, days in rows:
        one = away(who, to, NOW + start * DAY, NOW + (start + days) * DAY)
        if who != to and not closes_circle(one, kept):
            kept.append(one)
    for day in range(11):
        now = NOW + day * DAY
        for other in stands_in_for(user, kept, now):
            assert user not in stands_in_for(other, kept, now)

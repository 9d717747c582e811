"""How urgent what waits is: never less for waiting longer, being worth more or a nearer date; one sequence for all."""
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from devkit.engines import load_engine
from hypothesis import given
from hypothesis import strategies as st

urgency_ = load_engine('distributor_portal').urgency
CAUSE_OF_KIND, CAUSES, Waiting, Weights = (
    urgency_.CAUSE_OF_KIND, urgency_.CAUSES, urgency_.Waiting, urgency_.Weights)
level, pick_cause, rank, rate = urgency_.level, urgency_.pick_cause, urgency_.rank, urgency_.rate
NOW = datetime(2026, 11, 22, 12)
minutes = st.integers(-20_000, 20_000)
moments = st.one_of(st.none(), minutes.map(lambda value: NOW + timedelta(minutes=value)))
amounts = st.decimals(0, 10**9, places=2)


@st.composite
def waitings(draw, key=1):
    return Waiting(
        key, draw(st.sampled_from(sorted(CAUSES))), NOW - timedelta(minutes=draw(st.integers(0, 20_000))),
        draw(amounts), draw(st.sampled_from(['vip', 'core', 'regular'])), draw(st.booleans()), draw(moments),
        draw(moments))


def changed(waiting, **values):
    fields = {name: getattr(waiting, name) for name in Waiting.__slots__}
    return Waiting(**{**fields, **values})


@given(waitings(), st.integers(0, 20_000))
def test_waiting_longer_never_makes_it_less(waiting, more):
    older = changed(waiting, since=waiting.since - timedelta(minutes=more))
    assert rate(older, NOW).points >= rate(waiting, NOW).points


@given(waitings(), st.integers(0, 20_000))
def test_time_alone_never_makes_it_less(waiting, later):
    assert rate(waiting, NOW + timedelta(minutes=later)).points >= rate(waiting, NOW).points


@given(waitings(), amounts)
def test_worth_more_never_makes_it_less(waiting, more):
    assert rate(changed(waiting, amount=waiting.amount + more), NOW).points >= rate(waiting, NOW).points


@given(waitings())
def test_the_points_are_those_of_the_reasons_and_bounded(waiting):
    urgency = rate(waiting, NOW)
    assert urgency.points == sum(reason.points for reason in urgency.reasons)
    assert 0 <= urgency.points <= 500 + 300 + 180 + 150 + 120 + 80 + 60
    assert urgency.level == level(urgency.points)
    assert list(urgency.why) == list(urgency.reasons[:3])
    assert all(a.points >= b.points > 0 for a, b in zip(urgency.reasons, urgency.reasons[1:], strict=False))


@given(st.lists(waitings(), min_size=1, max_size=12), st.randoms())
def test_one_sequence_however_they_come(drawn, random_):
    drawn = [changed(waiting, key=key) for key, waiting in enumerate(drawn)]
    rated = [(rate(waiting, NOW), waiting.since) for waiting in drawn]
    expected = rank(rated)
    random_.shuffle(rated)
    assert rank(rated) == expected
    assert sorted(expected) == list(range(len(drawn)))


def test_ties_go_to_who_waits_longest_then_to_the_older():
    since = NOW - timedelta(days=9)  # age counts no more
    rated = [(rate(Waiting(key, 'price', when), NOW), when) for key, when in (
        (3, since), (2, since), (1, since + timedelta(minutes=1)))]
    assert rank(rated) == [2, 3, 1]


def test_a_deadline_that_is_over_is_for_now():
    urgency = rate(Waiting(1, 'approval', NOW, deadline=NOW - timedelta(hours=5)), NOW)
    assert urgency.level == '1'
    assert (urgency.reasons[0].code, urgency.reasons[0].hours) == ('deadline_over', 5)


def test_a_deadline_far_off_counts_nothing():
    near, far = (rate(Waiting(1, 'approval', NOW, deadline=NOW + timedelta(hours=hours)), NOW) for hours in (47, 49))
    assert near.points > far.points
    assert not any(reason.code.startswith('deadline') for reason in far.reasons)


def test_goods_that_should_be_leaving_are_at_risk():
    assert rate(Waiting(1, 'stock', NOW, leaves=NOW + timedelta(hours=3)), NOW).is_at_risk
    assert not rate(Waiting(1, 'stock', NOW, leaves=NOW + timedelta(days=3)), NOW).is_at_risk


def test_what_is_on_hold_does_not_age():
    held, other = (rate(Waiting(1, cause, NOW - timedelta(days=2)), NOW) for cause in ('hold', 'price'))
    assert (held.points, held.level) == (0, '4')
    assert other.points == 120 + CAUSES['price']


def test_the_usual_amount_is_the_companys():
    waiting = Waiting(1, 'hold', NOW, Decimal(40_000))
    assert rate(waiting, NOW).points == 90
    assert rate(waiting, NOW, Weights(usual_amount=Decimal(40_000))).points == 0
    assert rate(waiting, NOW, Weights(usual_amount=Decimal(0))).points == 0


@pytest.mark.parametrize(('causes', 'picked'), [
    (['approval', 'credit', 'price'], 'credit'), (['late', 'hold'], 'hold'), (['unknown'], None), ([], None)])
def test_the_first_cause_names_it(causes, picked):
    assert pick_cause(causes) == picked


def test_every_kind_leads_to_a_cause():
    assert set(CAUSE_OF_KIND.values()) <= set(CAUSES)

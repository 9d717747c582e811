"""Where an order stands, and what of it does not come as ordered."""
from datetime import datetime
from decimal import Decimal

import pytest
from devkit.engines import load_engine
from hypothesis import given
from hypothesis import strategies as st

journey = load_engine('distributor_portal').journey
AT = datetime(2026, 11, 22, 9)
quantities = st.integers(0, 1000).map(Decimal)


def states(state, kinds=(), asks_upstream=True):
    return {step.key: step.state for step in journey.progress(state, dict.fromkeys(kinds, AT), asks_upstream)}


@pytest.mark.parametrize('state, now', [
    ('upstream', 'approved'), ('hq', 'checked'), ('accepted', 'confirmed'), ('confirmed', 'shipped'),
    ('shipped', 'received'), ('received', 'invoiced'),
])
def test_each_status_has_its_step(state, now):
    found = states(state)
    assert found[now] == 'now'
    keys = list(found)
    assert {found[key] for key in keys[:keys.index(now)]} == {'done'}
    assert {found[key] for key in keys[keys.index(now) + 1:]} <= {'next'}


def test_without_an_upstream_there_is_no_such_step():
    assert 'approved' not in states('hq', asks_upstream=False)
    assert states('upstream', asks_upstream=False)['checked'] == 'now'


def test_an_invoice_can_come_before_the_receipt():
    found = states('shipped', ['invoiced'])
    assert (found['received'], found['invoiced']) == ('now', 'done')
    assert set(states('received', ['invoiced']).values()) == {'done'}


def test_what_is_over_stops_where_it_was():
    assert states('rejected')['checked'] == 'stopped'
    refused = states('cancelled', ['submitted', 'sourced', 'upstream_refused'])
    assert (refused['sent'], refused['approved'], refused['checked']) == ('done', 'stopped', 'next')
    late = states('cancelled', ['submitted', 'upstream_approved', 'hq_approved', 'confirmed'])
    assert (late['confirmed'], late['shipped']) == ('done', 'stopped')


@given(st.sampled_from([*journey.NEXT, 'cancelled']), st.booleans(), st.sets(st.sampled_from([
    kind for kinds in journey.EVENTS.values() for kind in kinds])))
def test_at_most_one_step_is_the_present_one(state, asks_upstream, kinds):
    found = list(states(state, kinds, asks_upstream).values())
    assert sum(one in ('now', 'stopped') for one in found) <= 1
    assert found.count('now') + found.count('stopped') == (0 if set(found) == {'done'} else 1)


@given(quantities, quantities, quantities, quantities)
def test_what_is_missing_comes_later_or_never(ordered, delivered, still_open, behind):
    found = journey.find_shortages([journey.Line(7, ordered, delivered, still_open, behind)])
    missing = max(ordered - delivered, 0)
    later = sum(one.later for one in found)
    never = sum(one.never for one in found)
    assert never == missing - min(still_open, missing)
    assert later <= min(behind, still_open)
    assert later + never <= missing
    assert bool(found) == (later > 0 or never > 0)


def test_what_is_on_its_way_is_no_shortage():
    assert not journey.find_shortages([journey.Line(1, Decimal(10), Decimal(0), Decimal(10), Decimal(0))])

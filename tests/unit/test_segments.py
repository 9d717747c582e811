"""VIP, core, regular."""
from decimal import Decimal

from devkit.engines import load_engine
from hypothesis import given
from hypothesis import strategies as st

segments = load_engine('distributor_portal').segments
Buyer, Grade, SegmentRule = segments.Buyer, segments.Grade, segments.SegmentRule
SHARES = SegmentRule(Grade(share=Decimal('.05'), orders=12), Grade(share=Decimal('.25'), orders=4))
AMOUNTS = SegmentRule(Grade(amount=Decimal(1000), orders=2), Grade(amount=Decimal(100), orders=1))
buyers = st.lists(st.builds(
    Buyer, st.integers(), st.integers(0, 10**6).map(Decimal), st.integers(0, 60), st.none() | st.integers(0, 900)),
    max_size=60)


def place(found, rule):
    return {one.key: one for one in segments.place_all(found, rule)}


def test_the_best_in_twenty_are_vip_when_they_order_often():
    found = [Buyer(i, Decimal(1000 - i), 12, 1) for i in range(100)]
    placed = place(found, SHARES)
    assert [placed[i].segment for i in (0, 4, 5, 24, 25)] == ['vip', 'vip', 'core', 'core', 'regular']
    assert (placed[0].reason, placed[0].args['share'], placed[0].args['wanted']) == ('segment_share', '5', '12')


def test_who_buys_much_in_few_orders_falls_to_what_its_orders_allow():
    found = [Buyer(0, Decimal(10**6), 4, 1), Buyer(1, Decimal(10**6), 3, 1)] + [
        Buyer(i, Decimal(1), 12, 1) for i in range(2, 100)]
    placed = place(found, SHARES)
    assert placed[0].segment == 'core'
    assert (placed[1].segment, placed[1].reason) == ('regular', 'segment_too_few_orders')
    assert placed[1].args['wanted'] == '12'


def test_a_share_is_one_of_those_that_bought():
    found = [Buyer(0, Decimal(5), 12, 1)] + [Buyer(i, Decimal(0), 0) for i in range(1, 100)]
    placed = place(found, SHARES)
    assert [placed[0].segment, placed[1].segment, placed[1].reason] == ['vip', 'regular', 'segment_no_orders']


def test_amounts():
    placed = place([
        Buyer(1, Decimal(1000), 2), Buyer(2, Decimal('999.99'), 9), Buyer(3, Decimal(99), 9)], AMOUNTS)
    assert [placed[i].segment for i in (1, 2, 3)] == ['vip', 'core', 'regular']
    assert placed[1].reason == 'segment_amount'


def test_who_sleeps_is_regular():
    rule = SegmentRule(AMOUNTS.vip, AMOUNTS.core, idle_days=90)
    placed = place([Buyer(1, Decimal(5000), 9, 90), Buyer(2, Decimal(5000), 9, 91)], rule)
    assert (placed[1].segment, placed[2].segment, placed[2].reason) == ('vip', 'regular', 'segment_idle')


def test_a_grade_that_asks_for_nothing_is_nobodys():
    assert place([Buyer(1, Decimal(5), 5)], SegmentRule(Grade(), Grade(amount=Decimal(1))))[1].segment == 'core'


@given(buyers)
def test_more_bought_in_more_orders_never_stands_lower(found):
    rank = {'vip': 0, 'core': 1, 'regular': 2}
    for rule in (SHARES, AMOUNTS):
        placed = segments.place_all(found, rule)
        for one, its in zip(found, placed, strict=True):
            for other, others in zip(found, placed, strict=True):
                if one.amount >= other.amount and one.orders >= other.orders and one.orders and one.amount:
                    assert rank[its.segment] <= rank[others.segment]


@given(buyers, st.randoms())
def test_the_sequence_of_the_list_does_not_matter(found, random_):
    shuffled = list(found)
    random_.shuffle(shuffled)
    one = sorted((placed.key, placed.segment) for placed in segments.place_all(found, SHARES))
    assert one == sorted((placed.key, placed.segment) for placed in segments.place_all(shuffled, SHARES))

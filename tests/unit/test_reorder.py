"""What has changed since last time, and what a little more would cost."""
from datetime import date
from decimal import Decimal

from devkit.engines import load_engine
from hypothesis import given
from hypothesis import strategies as st

reorder = load_engine('distributor_portal').reorder
Offer, Step, advise, find_next_step, find_step, fit, review = (
    reorder.Offer, reorder.Step, reorder.advise, reorder.find_next_step, reorder.find_step, reorder.fit, reorder.review)

D = Decimal
LADDER = (Step(D(0), D(10)), Step(D(48), D('9.50'), date(2026, 11, 30)), Step(D(96), D(9)))


def offer(**values):
    return Offer(**{'steps': LADDER, 'free': D(1000), 'arrives': date(2026, 11, 25), **values})


def kinds(line):
    return [change.kind for change in line.changes]


def test_price_follows_the_quantity():
    assert [find_step(LADDER, D(qty)).price for qty in (0, 47, 48, 95, 96, 500)] == [10, 10, D('9.5'), D('9.5'), 9, 9]


def test_next_step_is_cheaper():
    assert find_next_step(LADDER, D(36)) == LADDER[1]
    assert find_next_step(LADDER, D(96)) is None
    assert find_next_step((Step(D(0), D(10)), Step(D(48), D(11)), Step(D(96), D(9))), D(1)).start == 96


def test_same_as_last_time_has_no_changes():
    line = review(D(24), offer(multiple=D(12)), before=D(10))
    assert (line.qty, line.price, line.amount, line.changes) == (24, 10, 240, ())


def test_price_up_and_down_name_both():
    up, down = review(D(24), offer(), before=D('9.8')), review(D(48), offer(), before=D(10))
    assert (kinds(up), up.changes[0].args) == (['price_up'], {'before': D('9.8'), 'now': D(10)})
    assert (kinds(down), down.changes[0].args) == (['price_down'], {'before': D(10), 'now': D('9.5')})


def test_pack_minimum_and_maximum_say_how_it_was_rounded():
    for terms, wanted, qty, kind in (
            ({'multiple': D(24)}, 36, 48, 'pack'), ({'minimum': D(48), 'multiple': D(12)}, 36, 48, 'least'),
            ({'maximum': D(30), 'multiple': D(12)}, 36, 24, 'most'),
            ({'maximum': D(30), 'multiple': D(12)}, 30, 24, 'most')):
        line = review(D(wanted), offer(**terms))
        assert (line.qty, kinds(line)) == (qty, [kind])
        assert line.changes[0].args['wanted'] == wanted


def test_stock_is_said_but_not_cut():
    less, none = review(D(24), offer(free=D(10))), review(D(24), offer(free=D(0), arrives=None))
    assert (less.qty, kinds(less), none.qty, kinds(none)) == (24, ['stock_less'], 24, ['stock_none'])


def test_what_cannot_be_ordered_is_listed_with_its_reason():
    line = review(D(24), None, 'unlicensed', D(7))
    assert (line.qty, line.amount, kinds(line)) == (0, 0, ['unlicensed'])


def test_advice_counts_whole_packs():
    assert advise(offer(multiple=D(12)), D(36)) == (12, LADDER[1], 24)
    more, step, saves = advise(offer(multiple=D(36)), D(36))
    assert (more, step, saves) == (36, LADDER[1], 36)
    assert advise(offer(maximum=D(40)), D(36)) is None
    assert advise(offer(), D(0)) is None
    assert advise(offer(), D(96)) is None


amounts = st.integers(0, 400).map(D)
offers = st.builds(
    Offer, st.lists(st.builds(Step, amounts, st.integers(1, 900).map(D)), min_size=1, max_size=5).map(tuple),
    multiple=st.integers(0, 48).map(D), minimum=amounts, maximum=amounts, free=amounts)


@given(st.integers(1, 1000).map(D), offers)
def test_what_fits_keeps_to_the_terms(qty, terms):
    fitting = fit(qty, terms)
    assert not terms.multiple or fitting % terms.multiple == 0
    assert not terms.maximum or fitting <= terms.maximum
    assert fitting >= min(qty, terms.maximum or qty) - terms.multiple
    assert fit(fitting, terms) == fitting or fitting == 0 or fitting < terms.minimum


@given(st.integers(1, 1000).map(D), offers)
def test_advice_saves_and_may_be_ordered(qty, terms):
    found = advise(terms, qty)
    if found:
        more, step, _saves = found
        assert more > 0
        assert fit(qty + more, terms) == qty + more
        assert step.price < find_step(terms.steps, qty).price


@given(st.integers(1, 1000).map(D), offers, st.integers(1, 900).map(D))
def test_a_changed_quantity_or_price_is_never_silent(qty, terms, before):
    line = review(qty, terms, before=before)
    assert (line.qty != qty) == bool({'pack', 'least', 'most'} & set(kinds(line)))
    assert (line.price != before) == bool({'price_up', 'price_down'} & set(kinds(line)))

"""Which pack terms hold, and what the rules say of a quantity."""
from decimal import Decimal

import pytest
from devkit.engines import load_engine
from hypothesis import given
from hypothesis import strategies as st

engine = load_engine('distributor_portal')
packs, kinds = engine.packs, engine.kinds
numbers = st.integers(0, 500).map(Decimal)
terms = st.builds(packs.PackTerm, st.integers(1, 99), st.integers(0, 2), st.integers(0, 5), numbers, numbers, numbers)


def judge(qty, multiple=0, minimum=0, maximum=0, total=0, terms=()):
    fact = kinds.PackFact(
        1, 0, 'X', Decimal(qty), Decimal(multiple), Decimal(minimum), 1, Decimal(maximum), Decimal(total), terms, terms,
        terms)
    return engine.KINDS['pack'].judge(fact, {})


def test_the_member_comes_before_its_tier_before_everybody():
    found = packs.resolve_terms([
        packs.PackTerm(1, 0, 9, minimum=Decimal(1)), packs.PackTerm(2, 1, 5, minimum=Decimal(2)),
        packs.PackTerm(3, 2, 0, minimum=Decimal(3))], Decimal(9), Decimal(12))
    assert (found.minimum, found.minimum_by) == (3, 3)
    assert (found.multiple, found.multiple_by) == (12, 0)


def test_a_product_comes_before_its_category():
    found = packs.resolve_terms([
        packs.PackTerm(1, 1, 1, multiple=Decimal(6)), packs.PackTerm(2, 1, 7, multiple=Decimal(24)),
        packs.PackTerm(3, 1, 0, multiple=Decimal(2))], Decimal(0), Decimal(12))
    assert (found.multiple, found.multiple_by) == (24, 2)


@given(st.lists(terms), numbers, numbers)
def test_each_limit_is_stated_by_somebody_or_the_product(found, minimum, multiple):
    resolved = packs.resolve_terms(found, minimum, multiple)
    assert resolved == packs.resolve_terms(list(reversed(found)), minimum, multiple) or len(
        {(term.who, term.what, term.key) for term in found}) < len(found)
    for limit, own in (('minimum', minimum), ('multiple', multiple), ('maximum', Decimal(0))):
        stated = {getattr(term, limit) for term in found if getattr(term, limit)}
        assert getattr(resolved, limit) in (stated or {own})


@given(st.integers(1, 10**5), st.integers(0, 300), st.integers(0, 300), st.integers(0, 10**5))
def test_what_is_proposed_is_accepted(qty, multiple, minimum, maximum):
    broken = judge(qty, multiple, minimum, maximum)
    if not broken:
        return
    proposals = [broken.args.get(name) for name in ('proposal', 'lower', 'upper') if broken.args.get(name)]
    for proposal in proposals:
        again = Decimal(proposal) > 0 and judge(proposal, multiple, minimum, maximum)
        # The next judgement may be of another kind, never of the same.
        assert not again or again.text != broken.text


@given(st.integers(1, 10**5), st.integers(1, 300))
def test_rounding_stays_within_one_pack(qty, multiple):
    rule, qty, multiple = engine.KINDS['pack'], Decimal(qty), Decimal(multiple)
    lower, upper = rule.round_down(qty, multiple), rule.round_up(qty, multiple)
    assert lower <= qty <= upper
    assert upper - lower in (0, multiple)
    assert not lower % multiple
    assert rule.round_up(upper, multiple) == upper


@pytest.mark.parametrize(('values', 'text'), [
    ({'qty': 6, 'minimum': 12, 'multiple': 12}, 'below_minimum'),
    ({'qty': 13, 'minimum': 12, 'multiple': 12}, 'not_whole_packs'),
    ({'qty': 24, 'multiple': 12, 'maximum': 20}, 'above_maximum'),
    ({'qty': 12, 'maximum': 20, 'total': 24}, 'above_maximum'),
    ({'qty': 24, 'multiple': 12, 'maximum': 20, 'terms': ('Store', 'case')}, 'above_maximum_for'),
    ({'qty': 3, 'minimum': 6, 'terms': ('Store', 'case')}, 'below_minimum_for'),
    ({'qty': 20, 'maximum': 20}, None)])
def test_the_minimum_comes_before_the_multiple_before_the_maximum(values, text):
    broken = judge(**values)
    assert (broken and broken.text) == text


def test_the_most_is_proposed_in_whole_packs():
    assert judge(36, 12, 0, 30).args['proposal'] == '24'


def test_facts_stored_before_there_was_a_maximum_are_judged_alike():
    old = kinds.PackFact(1, 0, 'X', Decimal(13), Decimal(12), Decimal(0), 1)
    assert engine.KINDS['pack'].judge(old, {}).text == 'not_whole_packs'


def test_smallest_order_amount():
    def minimum(amount):
        return engine.KINDS['order_minimum'].judge(
            kinds.OrderMinimumFact(1, None, Decimal(amount), Decimal(500), 'CNY', 'Store'), {})
    assert minimum('500') is None
    assert minimum('499.99').args['missing'] == '0.01'


@pytest.mark.parametrize(('levels', 'key'), [
    ([('Case', 'case', '12')], None), ([('Case', 'case', '12'), ('Pallet', 'pallet', '144')], None),
    ([('Case', 'case', '12'), ('Pallet', 'pallet', '150')], 'pallet_not_whole_cases'),
    ([('Case', 'case', '12'), ('Small', 'case', '10'), ('Pallet', 'pallet', '150')], None),
    ([('Case', 'case', '24'), ('Pallet', 'pallet', '12')], 'pallet_not_whole_cases'),
    ([('Pallet', 'pallet', '100')], None), ([('Case', 'case', '2.5')], 'pack_not_whole_items')])
def test_packs_fit_into_one_another(levels, key):
    problem = packs.find_level_problem(Decimal(1), [(name, level, Decimal(size)) for name, level, size in levels])
    assert (problem and problem[0]) == key

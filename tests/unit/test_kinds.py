from decimal import Decimal

import pytest
from devkit.engines import load_engine
from hypothesis import given
from hypothesis import strategies as st

engine = load_engine('distributor_portal')
kinds = engine.kinds
amounts = st.decimals(0, 10**9, places=2)


def judge(kind, fact, **params):
    return engine.KINDS[kind].judge(fact, engine.validate_params(kind, params))


def pack(qty, multiple=12, minimum=0):
    return judge('pack', kinds.PackFact(1, 0, 'X', Decimal(qty), Decimal(multiple), Decimal(minimum), 1))


@pytest.mark.parametrize(('qty', 'text'), [
    ('12', None), ('24', None), ('13', 'not_whole_packs'), ('11', 'below_one_pack'), ('0', 'quantity_not_positive'),
    ('-12', 'quantity_not_positive'), ('12.5', 'not_whole_packs'), ('12000000000', None)])
def test_packs(qty, text):
    assert (pack(qty) and pack(qty).text) == text


def test_minimum_proposes_whole_packs():
    broken = pack(12, minimum=30)
    assert (broken.text, broken.args['proposal']) == ('below_minimum', '36')


@given(st.integers(1, 10**6), st.integers(1, 500))
def test_what_the_pack_rule_proposes_it_accepts(qty, multiple):
    broken = pack(qty, multiple)
    for name in ('lower', 'upper'):
        if broken and Decimal(broken.args[name]) > 0:
            assert pack(broken.args[name], multiple) is None


@given(amounts, amounts, amounts)
def test_credit_passes_exactly_what_fits(limit, used, amount):
    broken = judge('credit', kinds.CreditFact(1, None, limit, used, amount, 'CNY'))
    assert bool(broken) == (used + amount > limit)


def test_credit_text_tells_what_is_left_never_less_than_nothing():
    broken = judge('credit', kinds.CreditFact(1, None, Decimal(100), Decimal(150), Decimal(10), 'CNY'))
    assert (broken.args['left'], broken.args['over']) == ('0', '60')


def test_price_tolerance_is_a_share_of_ours():
    def price(given, **params):
        return judge('price', kinds.PriceFact(1, 0, 'X', Decimal(100), given and Decimal(given), 'CNY'), **params)
    assert price(None) is None
    assert price('100.5') is None
    assert price('100.51').text == 'price_differs'
    assert price('99.49').text == 'price_differs'
    assert price('110', tolerance=0.1) is None
    assert judge('price', kinds.PriceFact(1, 0, 'X', Decimal(0), None, 'CNY')).text == 'price_missing'


def licence(products=(), categories=(), territories=('44',), contract='C-1'):
    return kinds.Licence(contract, frozenset(products), frozenset(categories), frozenset(territories))


def test_licence_scopes():
    def judged(*licences):
        broken = judge('authorisation', kinds.AuthorisationFact(1, 0, 'X', 7, frozenset({3, 1}), licences))
        return broken and broken.text
    assert judged() == 'no_licence'
    assert judged(licence()) is None
    assert judged(licence(products=[7])) is None
    assert judged(licence(categories=[1])) is None
    assert judged(licence(products=[8], categories=[2])) == 'not_licensed'
    assert judged(licence(products=[8]), licence(categories=[3])) is None


def test_territory_of_another_product_does_not_help():
    def judged(ship_to, *licences):
        broken = judge('territory', kinds.TerritoryFact(1, 0, 'X', 7, frozenset(), licences, ship_to))
        return broken and broken.text
    assert judged('440305001', licence()) is None
    assert judged('510104001', licence()) == 'outside_territory'
    assert judged('', licence()) == 'place_unknown'
    assert judged('510104001', licence(), licence(products=[8], territories=['51'])) == 'outside_territory'
    assert judged('510104001', licence(), licence(products=[7], territories=['51'])) is None
    assert judged('440305001', licence(territories=())) == 'outside_territory'
    assert judged('510104001') is None, "without any licence that is the other rule's to say"


@pytest.mark.parametrize('params', [{'tolerance': 'x'}, {'tolerance': True}, {'tolerance': None}, {'other': 1}])
def test_wrong_parameters_are_named(params):
    with pytest.raises(ValueError, match=next(iter(params))):
        engine.validate_params('price', params)


def test_two_kinds_of_one_name_are_refused():
    with pytest.raises(ValueError, match='price'):
        engine.kind('price')(engine.RuleKind)


def rule(kind='pack', lane='block', fails_open=False):
    return engine.Rule(1, kind, kind, 3, lane, {}, fails_open)


def test_finding_carries_rule_and_facts():
    fact = kinds.PackFact(5, 2, 'X', Decimal(13), Decimal(12), Decimal(0), 1)
    (finding,) = engine.judge_all([rule()], {1: [fact]}, engine.KINDS)
    assert (finding.order, finding.line, finding.decision, finding.rule.version) == (5, 2, 'block', 3)
    assert finding.inputs == {
        'sku': 'X', 'qty': '13', 'multiple': '12', 'minimum': '0', 'unit': 1, 'maximum': '0', 'total': '0',
        'minimum_for': [], 'multiple_for': [], 'maximum_for': []}


@pytest.mark.parametrize(('fails_open', 'decision'), [(True, 'signal'), (False, 'approve')])
def test_rule_that_breaks_down_is_a_finding(fails_open, decision):
    fact = kinds.PackFact(5, 2, 'X', 'no number', Decimal(12), Decimal(0), 1)
    (finding,) = engine.judge_all([rule(fails_open=fails_open)], {1: [fact]}, engine.KINDS)
    assert (finding.text, finding.decision) == ('not_evaluated', decision)


def test_hardest_decision_counts():
    assert engine.worst(['warn', 'block', 'signal']) == 'block'
    assert engine.worst([]) == 'pass'

from datetime import date
from decimal import Decimal

from devkit.engines import load_engine
from hypothesis import given
from hypothesis import strategies as st

engine = load_engine('distributor_portal')
GOOD = {'external_id': 'A-1', 'member': 'D0007', 'lines': [{'sku': 'YOG', 'qty': 12, 'uom': 'case', 'price': 10.5}]}
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4), max_leaves=20)


def problems(raw):
    return [(problem.text, problem.field, problem.line) for problem in engine.parse_order(raw).problems]


def test_good_order():
    order = engine.parse_order({**GOOD, 'requested_date': '2026-12-01', 'ship_to': {'street_code': '440305001'}})
    assert (order.external_id, order.source, order.member) == ('A-1', 'api', 'D0007')
    assert order.requested_date == date(2026, 12, 1)
    assert order.ship_to == {'street_code': '440305001'}
    assert not order.problems
    line = order.lines[0]
    assert (line.index, line.code_kind, line.code) == (0, 'sku', 'YOG')
    assert (line.qty, line.uom, line.price) == (Decimal(12), 'case', Decimal('10.5'))


def test_problems_name_field_and_line():
    second_is_bad = [{'sku': 'YOG', 'qty': 1}, {'sku': 'YOG', 'qty': 'x'}]
    assert problems({**GOOD, 'lines': second_is_bad}) == [('not_a_number', 'qty', 1)]
    assert problems({**GOOD, 'lines': [{'qty': 1}]}) == [('no_code', 'sku', 0)]
    assert problems({**GOOD, 'member': None}) == [('field_missing', 'member', None)]
    assert problems({**GOOD, 'surprise': 1}) == [('unknown_field', 'surprise', None)]
    assert problems({**GOOD, 'requested_date': 20261201}) == [('not_a_date', 'requested_date', None)]
    assert problems({**GOOD, 'lines': [GOOD['lines'][0]] * 5001}) == [('too_many_lines', 'lines', None)]
    assert problems(None)[0] == ('not_an_object', 'order', None)


def test_control_characters_and_full_width_forms_are_cleaned():
    order = engine.parse_order({**GOOD, 'member': '\u202eＤ０００７\x00 ', 'lines': [{'sku': 'YOG', 'qty': '１２'}]})
    assert (order.member, order.lines[0].qty) == ('D0007', 12)


def test_formula_is_only_text():
    assert engine.parse_order({**GOOD, 'external_id': '=1+1'}).external_id == '=1+1'


@given(anything)
def test_whatever_comes_is_read_or_named(raw):
    order = engine.parse_order(raw)
    assert order.problems or (order.external_id and order.member and order.lines)


@given(st.lists(anything, max_size=6))
def test_no_line_is_dropped_silently(lines):
    order = engine.parse_order({**GOOD, 'lines': lines})
    named = {problem.line for problem in order.problems} | {line.index for line in order.lines}
    assert set(range(len(lines))) <= named


@given(anything)
def test_fingerprint_is_stable(raw):
    assert engine.fingerprint(raw) == engine.fingerprint(raw)


def test_fingerprint_sees_content_not_order():
    assert engine.fingerprint({'a': 1, 'b': 2}) == engine.fingerprint({'b': 2, 'a': 1})
    assert engine.fingerprint({'a': 1}) != engine.fingerprint({'a': 2})

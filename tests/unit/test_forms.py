"""What is filled in is read, and nothing is dropped silently."""
import pytest
from devkit.engines import load_engine
from hypothesis import given
from hypothesis import strategies as st

engine = load_engine('distributor_portal').forms
FORM_TYPES, FormField, missing_fields = engine.FORM_TYPES, engine.FormField, engine.missing_fields
read_form, show_value = engine.read_form, engine.show_value

CHOICES = {'new': "New", 'old': "Old"}
FIELDS = [
    FormField('f_char', "Project Number", 'char', is_required=True), FormField('f_text', "Remarks", 'text'),
    FormField('f_int', "Floors", 'integer'), FormField('f_float', "Height", 'float'),
    FormField('f_bool', "Crane", 'boolean'), FormField('f_date', "Start", 'date'),
    FormField('f_when', "Visit", 'datetime'), FormField('f_sel', "Status", 'selection', options=CHOICES),
    FormField('f_tags', "Trades", 'tags', options={'a': "Roof", 'b': "Walls"}),
    FormField('f_m2o', "Country", 'many2one', options={44: "China", 45: "Chad", 46: "Chad"}),
]


@pytest.mark.parametrize(('key', 'sent', 'name', 'value'), [
    ('f_char', " P-7 ", 'f_char', "P-7"), ("Project Number", 7, 'f_char', "7"), ("project number", "x", 'f_char', "x"),
    ('f_int', "１２", 'f_int', 12), ('f_int', 3.0, 'f_int', 3), ('f_float', "2.5", 'f_float', 2.5),
    ('f_bool', True, 'f_bool', True), ('f_date', "2026-12-01", 'f_date', "2026-12-01"),
    ('f_when', "2026-12-01T10:00:00+08:00", 'f_when', "2026-12-01 02:00:00"),
    ('f_when', "2026-12-01 10:00:00", 'f_when', "2026-12-01 10:00:00"),
    ('f_sel', 'new', 'f_sel', 'new'), ('f_sel', "Old", 'f_sel', 'old'),
    ('f_tags', ['a', "Walls", 'a'], 'f_tags', ['a', 'b']), ('f_tags', "Roof, Walls", 'f_tags', ['a', 'b']),
    ('f_m2o', 44, 'f_m2o', 44), ('f_m2o', "China", 'f_m2o', 44),
])
def test_values_are_read(key, sent, name, value):
    assert read_form(FIELDS, {key: sent}) == ({name: value}, [])


@pytest.mark.parametrize(('key', 'sent', 'text'), [
    ('nonsense', 1, 'form_unknown'), ('f_char', ['x'], 'form_invalid'), ('f_char', "x" * 257, 'form_invalid'),
    ('f_char', "a\x00b", 'form_invalid'), ('f_text', "x" * 2001, 'form_invalid'), ('f_int', 2.5, 'form_invalid'),
    ('f_int', 2**31, 'form_invalid'), ('f_int', True, 'form_invalid'), ('f_float', "NaN", 'form_invalid'),
    ('f_float', "1e400", 'form_invalid'), ('f_bool', "yes", 'form_invalid'), ('f_date', "31/02/2026", 'form_invalid'),
    ('f_date', 5, 'form_invalid'), ('f_when', "noon", 'form_invalid'), ('f_sel', "Newer", 'form_no_choice'),
    ('f_sel', {'a': 1}, 'form_no_choice'), ('f_tags', ['a', 'z'], 'form_no_choice'), ('f_tags', 7, 'form_no_choice'),
    ('f_m2o', "Chad", 'form_no_choice'), ('f_m2o', 99, 'form_no_choice'), ('f_m2o', True, 'form_no_choice'),
])
def test_what_cannot_be_read_is_a_named_problem(key, sent, text):
    values, problems = read_form(FIELDS, {key: sent})
    assert values == {}
    assert [problem.text for problem in problems] == [text]


def test_field_named_twice_or_by_a_label_of_two_is_a_problem():
    _values, problems = read_form(FIELDS, {'f_char': "a", "Project Number": "b"})
    assert [problem.text for problem in problems] == ['form_twice']
    twins = [FormField('a', "Same", 'char'), FormField('b', "Same", 'char')]
    assert read_form(twins, {"Same": 1})[1][0].text == 'form_two_fields'


def test_empty_values_are_left_out_and_required_ones_missed():
    values, problems = read_form(FIELDS, {'f_char': "  ", 'f_int': None, 'f_tags': [], 'f_bool': False})
    assert (values, problems) == ({}, [])
    assert [one.name for one in missing_fields(FIELDS, values)] == ['f_char']
    assert not missing_fields(FIELDS, {'f_char': "x"})
    assert not missing_fields([FormField('n', "N", 'integer', is_required=True)], {'n': 0})


def test_values_are_shown_in_words():
    by_name = {one.name: one for one in FIELDS}
    assert show_value(by_name['f_sel'], 'new') == "New"
    assert show_value(by_name['f_tags'], ['a', 'gone', 'b']) == "Roof, Walls"
    assert show_value(by_name['f_m2o'], 44) == "China"
    assert show_value(by_name['f_float'], 2.0) == "2"
    assert show_value(by_name['f_char'], False) == ""


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=5)


@given(st.dictionaries(st.sampled_from([one.name for one in FIELDS]) | st.text(max_size=5), JUNK, max_size=6))
def test_rubbish_is_never_an_exception_and_never_lost(raw):
    values, problems = read_form(FIELDS, raw)
    empty = sum(
        1 for key, sent in raw.items()
        if sent in (None, [], '') or sent is False or (isinstance(sent, str) and not sent.strip()))
    assert len(values) + len(problems) + empty >= len(raw)
    assert {one.type for one in FIELDS} == set(FORM_TYPES)

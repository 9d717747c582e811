"""Rows of a member import: each is good, or says what is wrong with it."""
import pytest
from devkit.engines import load_engine
from hypothesis import given
from hypothesis import strategies as st

engine = load_engine('distributor_portal')

TIERS = {'agent': 1, 'dealer': 2, 'store': 3}
HEADER = ['code', 'name', 'tier', 'upstream', 'street_code', 'email', 'credit_limit']


def check(*rows, header=HEADER, members=None, territories=('440305',)):
    numbered = [(1, list(header)), *((number, list(row)) for number, row in enumerate(rows, 2))]
    return engine.check_member_rows(numbered, TIERS, members or {}, territories, {'agent'})


def errors(*rows, **options):
    """{row number: text keys}"""
    return {row.number: [key for key, _given in row.errors] for row in check(*rows, **options)[0] if row.errors}


def test_whole_line_in_one_file_is_good():
    rows, unknown = check(
        ['S1', 'Shop', 'store', 'D1', '440305', 'a@b.cn', '100'], ['D1', 'Dealer', 'dealer', 'A1'],
        ['A1', 'Agent', 'agent'])
    assert not unknown
    assert not [row for row in rows if row.errors]
    assert [row.is_update for row in rows] == [False] * 3


def test_known_code_is_an_update():
    rows, _unknown = check(['A1', 'Agent', 'agent'], ['A2', 'Agent', 'agent'], members={'A1': 1})
    assert [row.is_update for row in rows] == [True, False]


def test_codes_and_tiers_are_read_in_either_case():
    row = check(['a1', 'Agent', 'AGENT'])[0][0]
    assert (row.values['code'], row.values['tier'], row.errors) == ('A1', 'agent', [])


def test_chinese_headers_are_understood():
    rows, unknown = check(['A1', '广东总代', 'agent', '13800000000'], header=['编码', '名称', '层级', '电话'])
    assert not unknown
    assert rows[0].values['phone'] == '13800000000'


def test_missing_column_is_said_once():
    rows, _unknown = check(['A1', 'Agent'], ['A2', 'Agent'], header=['code', 'name'])
    assert [(row.number, row.errors) for row in rows] == [(1, [('column_missing', 'tier')])]


def test_unknown_columns_are_named():
    assert check(['A1', 'Agent', 'agent', 'x'], header=['code', 'name', 'tier', 'colour'])[1] == ['colour']


@pytest.mark.parametrize(('row', 'key'), [
    (['', 'Agent', 'agent'], 'value_missing'),
    (['A1', '', 'agent'], 'value_missing'),
    (['A1', 'Agent', ''], 'value_missing'),
    (['A 1', 'Agent', 'agent'], 'bad_code'),
    (['A' * 33, 'Agent', 'agent'], 'bad_code'),
    (['=A1', 'Agent', 'agent'], 'bad_code'),
    (['A1', 'Agent', 'king'], 'unknown_tier'),
    (['A1', 'Agent', 'agent', '', '999999'], 'unknown_territory'),
    (['A1', 'Agent', 'agent', '', '', 'nobody'], 'bad_email'),
    (['A1', 'Agent', 'agent', '', '', '', '-1'], 'bad_amount'),
    (['A1', 'Agent', 'agent', '', '', '', 'nan'], 'bad_amount'),
    (['A1', 'Agent', 'agent', '', '', '', 'inf'], 'bad_amount'),
    (['A1', 'Agent', 'agent', '', '', '', '1.000,00'], 'bad_amount'),
    (['D1', 'Dealer', 'dealer'], 'upstream_missing'),
    (['D1', 'Dealer', 'dealer', 'D1'], 'own_upstream'),
    (['D1', 'Dealer', 'dealer', 'NONE'], 'unknown_upstream'),
])
def test_each_mistake_is_named(row, key):
    assert errors(row) == {2: [key]}


def test_upstream_stands_above():
    assert errors(['D1', 'Dealer', 'dealer', 'D0'], members={'D0': 2}) == {2: ['upstream_not_above']}
    assert errors(['D1', 'Dealer', 'dealer', 'S0'], members={'S0': 3}) == {2: ['upstream_not_above']}


def test_upstream_counts_where_the_file_puts_it():
    """D0, a dealer so far, becomes an agent by the same file: then a dealer may stand below it."""
    rows = [['D0', 'Promoted', 'agent'], ['D1', 'Dealer', 'dealer', 'D0']]
    assert errors(*rows, members={'D0': 2}) == {}
    assert errors(['A0', 'Demoted', 'dealer', 'A9'], ['D1', 'Dealer', 'dealer', 'A0'], members={'A0': 1, 'A9': 1}) == {
        3: ['upstream_not_above']}


def test_same_code_twice_names_the_first_row():
    rows, _unknown = check(['A1', 'Agent', 'agent'], ['A1', 'Other', 'agent'])
    assert [row.errors for row in rows] == [[], [('code_twice', '2')]]


def test_errors_spread_to_all_below():
    assert errors(
        ['S1', 'Shop', 'store', 'D1'], ['D1', 'Dealer', 'dealer', 'A1'], ['A1', 'Agent', 'king'],
    ) == {2: ['upstream_has_errors'], 3: ['upstream_has_errors'], 4: ['unknown_tier']}


def test_errors_of_a_known_upstream_do_not_spread():
    assert errors(['D1', 'Dealer', 'dealer', 'A1'], ['A1', '', 'agent'], members={'A1': 1}) == {3: ['value_missing']}


CELLS = ['', 'A1', 'D1', 'S1', 'agent', 'dealer', 'store', '440305', 'x@y.z', '5']


@given(st.lists(st.lists(st.sampled_from(CELLS), max_size=7), max_size=8))
def test_good_rows_can_be_imported_top_down(rows):
    """Whatever the file: the upstream of a good row is known, or is itself good and on a smaller step."""
    checked, _unknown = check(*rows, members={'A9': 1})
    good = {row.values['code']: row for row in checked if not row.errors}
    for row in good.values():
        upstream = row.values['upstream']
        assert not upstream or upstream == 'A9' or TIERS[good[upstream].values['tier']] < TIERS[row.values['tier']]

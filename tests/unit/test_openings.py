"""Rows of a file of opening stock."""
from datetime import date

import pytest
from devkit.engines import load_engine

openings = load_engine('channel_inventory').openings
HEADER = ['member', 'sku', 'qty', 'lot', 'state', 'date', None]
TODAY, OLDEST = date(2026, 11, 20), date(2021, 11, 20)


def check(*cells, opened=()):
    rows = openings.read_rows(enumerate(cells, 2), HEADER)
    openings.check_rows(rows, {'D1': 1}, {'A': 11}, {(11, 'L'): 5}, opened, TODAY, OLDEST)
    return rows


def test_good_rows():
    first, second = check(['D1', 'A', '1,048.5', 'L', '残次', '2026-01-05', 'x'], ['D1', 'A', ' 3 '])
    assert (first.member, first.product, first.lot, first.state, first.day) == (1, 11, 5, 'damaged', date(2026, 1, 5))
    assert (str(first.qty), second.state, second.day, second.errors) == ('1048.5', 'available', None, [])


@pytest.mark.parametrize(('cells', 'error'), [
    (['', 'A', '1'], ('value_missing', 'member')), (['X', 'A', '1'], ('unknown_member', 'X')),
    (['D1', 'X', '1'], ('unknown_product', 'X')), (['D1', 'A', 'x'], ('bad_quantity', 'x')),
    (['D1', 'A', '0'], ('bad_quantity', '0')), (['D1', 'A', '-1'], ('bad_quantity', '-1')),
    (['D1', 'A', 'nan'], ('bad_quantity', 'nan')), (['D1', 'A', '1', 'X'], ('unknown_lot', 'X')),
    (['D1', 'A', '1', '', 'in transit'], ('unknown_state', 'in transit')),
    (['D1', 'A', '1', '', '', '2027-01-01'], ('bad_date', '2027-01-01')),
    (['D1', 'A', '1', '', '', '1.5.2026'], ('bad_date', '1.5.2026')),
])
def test_what_is_wrong(cells, error):
    assert error in check(cells)[0].errors


def test_opened_before_and_twice_in_the_file():
    assert check(['D1', 'A', '1'], opened={(1, 11)})[0].errors == [('opened_before', 'A')]
    assert check(['D1', 'A', '1'], ['D1', 'A', '2'])[1].errors == [('twice', '2')]

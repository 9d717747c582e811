"""Rows of an import of members' own product codes."""
import pytest
from devkit.engines import load_engine

skus = load_engine('distributor_portal').skus
HEADER = (1, ['Member', 'code', 'SKU'])
PRODUCTS = {'YOG-1': 'YOG-1', '6900000000014': 'YOG-1', 'MLK-1': 'MLK-1'}


def check(*rows, known=()):
    read, unknown = skus.check_sku_rows(
        [HEADER, *((i, list(row)) for i, row in enumerate(rows, 2))], {'D1', 'D2'}, PRODUCTS, dict(known))
    assert not unknown
    return [(row.outcome, [key for key, _given in row.errors]) for row in read]


def test_a_code_is_new_known_or_taken():
    assert check(('d1', '4711', '6900000000014')) == [('create', [])]
    assert check(('D1', '4711', 'YOG-1'), known=[(('D1', '4711'), 'YOG-1')]) == [('same', [])]
    assert check(('D1', '4711', 'MLK-1'), known=[(('D1', '4711'), 'YOG-1')]) == [('error', ['code_taken'])]
    assert check(('D2', '4711', 'MLK-1'), known=[(('D1', '4711'), 'YOG-1')]) == [('create', [])]


def test_rows_that_contradict_each_other():
    assert check(('D1', '4711', 'YOG-1'), ('D1', '4711', 'MLK-1'), ('D1', '4711', '6900000000014')) == [
        ('create', []), ('error', ['code_twice']), ('same', [])]


@pytest.mark.parametrize(('row', 'errors'), [
    (('', '', ''), ['value_missing'] * 3), (('D9', '1', 'YOG-1'), ['unknown_member']),
    (('D1', '1', 'NOPE'), ['unknown_product']), (('D1', 'x' * 65, 'YOG-1'), ['code_too_long'])])
def test_bad_rows_say_what_is_wrong(row, errors):
    assert check(row) == [('error', errors)]


def test_headers():
    rows, unknown = skus.check_sku_rows([(1, ['member', 'colour'])], (), {}, {})
    assert (rows[0].errors[0][0], unknown) == ('column_missing', ['colour'])

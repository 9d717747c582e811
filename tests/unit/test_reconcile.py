"""Two ledgers compared, a member's file read, a payment shared out."""
from datetime import date, timedelta
from decimal import Decimal

import pytest
from devkit.engines import load_engine
from hypothesis import given
from hypothesis import strategies as st

reconcile = load_engine('distributor_portal').reconcile
Item = reconcile.Item
DAY = date(2026, 10, 5)


def item(key, number='', amount='100', days=0):
    return Item(key, number, DAY + timedelta(days), Decimal(amount))


AMOUNTS = st.integers(-500, 500).filter(bool).map(lambda cents: Decimal(cents) / 100)
LEDGER = st.lists(
    st.tuples(st.sampled_from(['', 'INV/1', 'inv-1', 'INV/2', 'PAY 7', 'INV/3']), AMOUNTS, st.integers(0, 20)),
    max_size=12,
).map(lambda rows: [item(key, number, amount, days) for key, (number, amount, days) in enumerate(rows)])


@given(LEDGER, LEDGER)
def test_every_entry_is_in_one_place_and_the_differences_add_up(ours, theirs):
    found = reconcile.compare(ours, theirs)
    pairs = found.agreed + found.differing
    assert sorted([pair.ours.key for pair in pairs] + [one.key for one in found.only_ours]) == [
        one.key for one in ours]
    assert sorted([pair.theirs.key for pair in pairs] + [one.key for one in found.only_theirs]) == [
        one.key for one in theirs]
    sign = -1 if found.is_mirrored else 1
    assert found.difference == sign * sum(one.amount for one in theirs) - sum(one.amount for one in ours)
    assert all(not pair.difference for pair in found.agreed)
    assert all(pair.difference for pair in found.differing)


@given(LEDGER, LEDGER, st.randoms())
def test_sequence_of_the_rows_does_not_matter(ours, theirs, random):
    found = reconcile.compare(ours, theirs)
    random.shuffle(ours)
    random.shuffle(theirs)
    assert reconcile.compare(ours, theirs) == found


@given(LEDGER)
def test_own_ledger_agrees_with_itself_and_with_its_mirror(ours):
    for theirs in (ours, [Item(one.key, one.number, one.date, -one.amount) for one in ours]):
        found = reconcile.compare(ours, theirs)
        assert len(found.agreed) == len(ours)
        assert not found.difference


def test_number_goes_before_amount():
    found = reconcile.compare(
        [item(1, 'INV/1', '100'), item(2, 'INV/2', '120')], [item(1, 'inv 2', '100'), item(2, 'ＩＮＶ－１', '100')])
    assert [(pair.ours.key, pair.theirs.key, pair.how) for pair in found.agreed] == [(1, 2, 'number')]
    assert [(pair.ours.key, pair.difference) for pair in found.differing] == [(2, Decimal(-20))]


def test_amount_matches_within_days_only_and_the_nearest_first():
    ours = [item(1, 'P1', '50', 0), item(2, 'P2', '50', 4)]
    found = reconcile.compare(ours, [item(7, 'X', '50', 5)])
    assert [(pair.ours.key, pair.how) for pair in found.agreed] == [(2, 'amount')]
    assert [one.key for one in found.only_ours] == [1]
    assert not reconcile.compare(ours[:1], [item(7, 'X', '50', 8)]).agreed


def test_same_number_twice_finds_equal_amounts():
    found = reconcile.compare(
        [item(1, 'A', '10'), item(2, 'A', '20')], [item(1, 'A', '20'), item(2, 'A', '10')])
    assert len(found.agreed) == 2


@pytest.mark.parametrize(('text', 'amount'), [
    ('1,234.50', '1234.50'), ('¥ 1 234.5', '1234.50'), ('(120.00)', '-120'), ('−7', '-7'), ('１２', '12'),
    ('CNY 3', '3'), ('2.005', '2.01'), ('1e3', None), ('NaN', None), ('', None), ('1.234,50', None), ('--5', None),
    ('9' * 20, None), ('=1+1', None), ('Infinity', None),
])
def test_amount_is_read_or_refused(text, amount):
    assert reconcile.parse_amount(text) == (None if amount is None else Decimal(amount))


@pytest.mark.parametrize(('text', 'day'), [
    ('2026-10-05', DAY), ('2026/10/5', DAY), ('2026年10月5日', DAY), ('20261005', DAY), ('5.10.2026', DAY),
    ('2026-10-05 00:00:00', DAY), ('5/10/2026', None), ('2026-02-30', None), ('', None), ('soon', None),
])
def test_day_is_read_or_refused(text, day):
    assert reconcile.parse_day(text) == day


def test_ledger_is_read_with_its_problems():
    items, problems, missing = reconcile.read_ledger([
        (1, ['日期', '单号', '备注', '金额']), (2, ['2026-10-05', 'INV/1', '', '1,000.00']),
        (3, ['yesterday', 'INV/2', '', '5']),
        (4, ['2026-10-06', 'INV/3', '', 'much']), (5, ['', '', '合计', '1000']), (6, ['2026-10-07', 'INV/4', '', '0']),
        (7, ['2026-10-07'])])
    assert [(one.key, one.number, one.amount) for one in items] == [(2, 'INV/1', Decimal(1000))]
    assert [(problem.row, problem.key) for problem in problems] == [(3, 'date'), (4, 'amount'), (7, 'amount')]
    assert not missing


def test_ledger_without_an_amount_says_so():
    assert reconcile.read_ledger([(1, ['Number', 'Date'])]) == ([], [], ['amount'])


@given(st.lists(st.integers(1, 10_000), max_size=8), st.integers(0, 50_000))
def test_payment_goes_to_the_oldest_first_and_adds_up(debts, amount):
    debts = [(key, Decimal(debt) / 100) for key, debt in enumerate(debts)]
    amount = Decimal(amount) / 100
    shares, rest = reconcile.share_payment(debts, amount)
    assert sum((share.paid for share in shares), Decimal(0)) + rest == amount
    assert all(share.paid > 0 for share in shares)
    assert all(not share.left for share in shares[:-1])
    assert [share.key for share in shares] == list(range(len(shares)))
    assert not rest or len(shares) == len(debts)

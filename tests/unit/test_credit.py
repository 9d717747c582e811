from datetime import date, timedelta
from decimal import Decimal

import pytest
from devkit.engines import load_engine
from hypothesis import given
from hypothesis import strategies as st

engine = load_engine('distributor_portal')
credit = engine.credit
CENT = Decimal('0.01')
TODAY = date(2026, 6, 30)
quantities = st.decimals(0, 1000, places=2)
amounts = st.decimals('-100000', '100000', places=2)


def use(total, *lines, advance=0):
    found = credit.order_use(
        Decimal(total), [credit.LineUse(*map(Decimal, line[:4]), line[4]) for line in lines], Decimal(advance), CENT)
    return found.open, found.delivered


# --- what an order takes


@pytest.mark.parametrize(('line', 'expected'), [
    ((12, 0, 0, 120, True), (120, 0)),       # confirmed
    ((12, 5, 0, 120, True), (70, 50)),       # partly shipped
    ((12, 12, 0, 120, False), (0, 120)),     # shipped
    ((12, 5, 0, 120, False), (0, 50)),       # the rest was called off
    ((12, 12, 12, 120, False), (0, 0)),      # invoiced: the invoice counts, the order no more
    ((12, 0, 12, 120, True), (0, 0)),        # invoiced ahead
    ((12, 14, 0, 120, False), (0, 140)),     # more was shipped than ordered
    ((0, 3, 0, 0, False), (0, 0)),
])
def test_order_takes_what_is_neither_invoiced_nor_called_off(line, expected):
    assert use(120, line) == expected


def test_down_payment_is_not_counted_twice():
    assert use(120, (12, 0, 0, 120, True), advance=36) == (84, 0)
    assert use(120, (12, 12, 0, 120, False), advance=36) == (0, 84)
    assert use(120, (12, 5, 0, 120, True), advance=80) == (0, 40)
    assert use(120, (12, 12, 12, 120, False), advance=36) == (0, 0)


def test_untouched_order_takes_its_total_to_the_cent():
    # Tax rounded per order, not per line.
    assert use('10.01', (3, 0, 0, '5.00', True), (1, 0, 0, '5.00', True)) == (Decimal('10.01'), 0)


@given(quantities.filter(bool), quantities, quantities, st.booleans(), st.decimals(0, 10**6, places=2))
def test_order_never_takes_less_than_nothing_nor_more_than_its_worth(ordered, delivered, invoiced, is_pending, amount):
    line = credit.LineUse(ordered, min(delivered, ordered), invoiced, amount, is_pending)
    found = credit.order_use(amount, [line], Decimal(0), CENT)
    assert found.open >= 0 and found.delivered >= 0
    assert found.total <= amount + CENT


# --- which debt is late


def item(name, days_late, amount, is_disputed=False):
    return credit.OpenItem(name, TODAY - timedelta(days=days_late), Decimal(amount), is_disputed)


def test_grace_ends_after_its_last_day():
    assert credit.find_overdue([item('A', 7, 10)], TODAY, 7) is None
    found = credit.find_overdue([item('A', 8, 10)], TODAY, 7)
    assert (found.name, found.days, found.amount) == ('A', 8, 10)


def test_oldest_is_named_and_all_are_added():
    found = credit.find_overdue([item('B', 10, 5), item('A', 20, 10), item('C', -3, 100)], TODAY, 0)
    assert (found.name, found.amount) == ('A', 15)


def test_money_not_yet_allocated_covers_the_oldest_first():
    items = [item('A', 20, 10), item('B', 10, 5), item('P', 0, -10)]
    found = credit.find_overdue(items, TODAY, 0)
    assert (found.name, found.amount) == ('B', 5)
    assert credit.find_overdue([*items, item('Q', 0, -5)], TODAY, 0) is None


def test_disputed_invoice_holds_nobody():
    assert credit.find_overdue([item('A', 99, 10, is_disputed=True)], TODAY, 0) is None


def test_overdue_kind_names_the_invoice_but_not_that_of_another_member():
    def judge(due, is_shared):
        fact = engine.kinds.OverdueFact(1, None, 'INV/1', due, 12, 7, Decimal(50), 'CNY', is_shared)
        return engine.KINDS['overdue'].judge(fact, {})
    assert judge('', False) is None
    assert judge('2026-06-01', False).args['invoice'] == 'INV/1'
    assert (judge('2026-06-01', True).text, dict(judge('2026-06-01', True).args)) == ('shared_credit_on_hold', {})


def test_shared_credit_says_nothing_of_its_figures():
    fact = engine.kinds.CreditFact(1, None, Decimal(777), Decimal(700), Decimal(100), 'CNY', True)
    broken = engine.KINDS['credit'].judge(fact, {'line_required': False})
    assert '77' not in str((broken.measured, broken.limit, dict(broken.args)))
    assert broken.details['limit'] == '777'


# --- reminders


@pytest.mark.parametrize(('days_late', 'step'), [
    (-4, None), (-3, -3), (-1, -3), (0, -3), (1, 1), (6, 1), (7, 7), (13, 7), (14, 14), (21, 14), (22, None)])
def test_step_of_the_day(days_late, step):
    assert credit.reminder_step(TODAY - timedelta(days=days_late), TODAY, 3, (1, 7, 14)) == step


def test_steps_can_be_switched_off():
    assert credit.reminder_step(TODAY, TODAY, 0, ()) is None
    assert credit.reminder_step(TODAY - timedelta(days=1), TODAY, 3, ()) is None


@pytest.mark.parametrize('text', ['0', '7,1', '1,1', '-1', 'a', '1;7', '1.5', '366'])
def test_days_that_cannot_be_read_are_refused(text):
    with pytest.raises(ValueError):
        credit.parse_days(text)


def test_days_are_read():
    assert credit.parse_days(' 1, 7 ,14') == (1, 7, 14)
    assert credit.parse_days('') == ()


# --- statement


entries = st.lists(st.builds(
    credit.Entry, st.integers(1, 10**6), st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    st.dates(date(2026, 1, 1), date(2026, 12, 31)), amounts), max_size=30, unique_by=lambda entry: entry.key)


@given(entries, amounts)
def test_balance_runs_from_opening_to_closing(found, opening):
    statement = credit.build_statement(opening, found, date(2026, 1, 1), TODAY)
    assert statement.closing == opening + sum((line[1] for line in statement.lines), Decimal(0))
    assert sum(statement.ages.values()) == sum((entry.amount for entry in found if entry.date <= TODAY), Decimal(0))


@pytest.mark.parametrize(('amount', 'days', 'expected'), [
    (1, -1, 'not_due'), (1, 0, 'd30'), (1, 30, 'd30'), (1, 31, 'd60'), (1, 60, 'd60'), (1, 61, 'd90'), (1, 90, 'd90'),
    (1, 91, 'older'), (-1, 50, 'unallocated')])
def test_ages(amount, days, expected):
    assert credit.bucket(Decimal(amount), days) == expected

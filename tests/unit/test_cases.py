import io
import zipfile
from datetime import date, timedelta
from decimal import Decimal

import pytest
from devkit.engines import load_engine
from hypothesis import given
from hypothesis import strategies as st

engine = load_engine('distributor_portal')
cases, files = engine.cases, engine.files
TODAY = date(2026, 11, 22)
amounts = st.decimals(0, 10**7, places=2)
days = st.lists(st.integers(0, 2000), max_size=12)
Row = cases.PenaltyRule


def propose(rules, value=0, earlier=(), violation=1):
    before = {violation: [TODAY - timedelta(days=day) for day in earlier]}
    return cases.propose(rules, violation, Decimal(value), before, TODAY)


def rows():
    return st.builds(
        Row, key=st.integers(1, 99), kind=st.sampled_from(['warning', 'deposit', 'credit', 'termination']),
        violation=st.sampled_from([None, 1, 2]), from_count=st.integers(1, 5), from_value=amounts,
        window_days=st.sampled_from([0, 90, 365]), fixed=amounts, rate=st.decimals(0, 3, places=2), minimum=amounts,
        maximum=st.none() | amounts)


def test_first_case_is_warned_the_third_is_terminated():
    matrix = [Row(1, 'warning', to_count=1), Row(2, 'deposit', from_count=2, rate=Decimal('0.1')),
              Row(3, 'termination', from_count=3)]
    assert [found.kind for found in propose(matrix, 1000)] == ['warning']
    assert [(found.kind, found.amount) for found in propose(matrix, 1000, [10])] == [('deposit', Decimal(100))]
    assert [found.kind for found in propose(matrix, 1000, [10, 20])] == ['deposit', 'termination']


def test_old_cases_are_forgiven():
    matrix = [Row(1, 'termination', from_count=2, window_days=365)]
    assert propose(matrix, 0, [365])
    assert not propose(matrix, 0, [366])
    assert propose([Row(1, 'termination', from_count=2, window_days=0)], 0, [5000])


def test_row_for_the_violation_goes_before_one_for_any():
    matrix = [Row(1, 'deposit', fixed=Decimal(9)), Row(2, 'deposit', violation=1, fixed=Decimal(5)),
              Row(3, 'deposit', violation=2, fixed=Decimal(7))]
    assert [found.rule for found in propose(matrix)] == [2]


def test_other_violations_count_for_rows_of_any_violation_only():
    earlier = {2: [TODAY]}
    general = cases.propose([Row(1, 'credit', from_count=2)], 1, Decimal(0), earlier, TODAY)
    own = cases.propose([Row(1, 'credit', violation=1, from_count=2)], 1, Decimal(0), earlier, TODAY)
    assert (len(general), own) == (1, [])


@given(st.lists(rows(), max_size=12), amounts, days)
def test_at_most_one_penalty_of_a_kind_and_each_within_its_bounds(matrix, value, earlier):
    found = propose(matrix, value, earlier)
    assert len({one.kind for one in found}) == len(found)
    by_key = {id(row): row for row in matrix}
    for one in found:
        candidates = [row for row in by_key.values() if row.key == one.rule and row.kind == one.kind]
        assert any(row.amount(value) == one.amount for row in candidates)
        assert all(row.maximum is None or row.amount(value) <= row.maximum for row in candidates)


@given(st.lists(rows(), max_size=12), amounts, days, st.randoms())
def test_order_of_earlier_cases_does_not_matter(matrix, value, earlier, random):
    shuffled = list(earlier)
    random.shuffle(shuffled)
    assert propose(matrix, value, earlier) == propose(matrix, value, shuffled)


@given(st.lists(rows(), max_size=12), amounts, days)
def test_more_cases_never_free_of_a_kind_of_penalty(matrix, value, earlier):
    fewer = {one.kind for one in propose(matrix, value, earlier[1:])}
    assert fewer <= {one.kind for one in propose(matrix, value, earlier)}


@given(rows(), amounts, amounts)
def test_more_value_never_costs_less(row, one, other):
    low, high = sorted((one, other))
    assert row.amount(low) <= row.amount(high)


@given(st.integers(0, 100), st.integers(1, 50), amounts, st.integers(0, 400))
def test_priority_grows_with_everything_and_is_bounded(score, count, value, age):
    base = cases.priority(score, count, value, Decimal(1000), age)
    assert score <= base <= score + 60
    assert cases.priority(score, count + 1, value, Decimal(1000), age) >= base
    assert cases.priority(score, count, value + 1, Decimal(1000), age) >= base
    assert cases.priority(score, count, value, Decimal(1000), age + 1) >= base


@given(st.lists(st.integers(), unique=True, max_size=60), st.dictionaries(st.integers(1, 9), st.integers(-1, 9)))
def test_dealing_out_keeps_the_budget_and_takes_the_most_urgent(signals, room):
    dealt = cases.deal_out(signals, room)
    given_out = [signal for hand in dealt.values() for signal in hand]
    assert all(len(hand) <= room[analyst] for analyst, hand in dealt.items())
    capacity = sum(left for left in room.values() if left > 0)
    assert sorted(given_out) == sorted(signals[:capacity])


# --- uploads

def workbook(**extra):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, 'w', zipfile.ZIP_DEFLATED) as archive:
        for name, content in {'[Content_Types].xml': b'<Types/>', 'xl/workbook.xml': b'<workbook/>', **extra}.items():
            archive.writestr(name, content)
    return buffer.getvalue()


MAIL = b'From: a@example.com\r\nTo: b@example.com\r\nSubject: Hi\r\n\r\n<html>mail may</html>'


@pytest.mark.parametrize(('name', 'content'), [
    ('a.pdf', b'%PDF-1.7 ...'), ('a.JPG', b'\xff\xd8\xff\xe0'), ('a.jpeg', b'\xff\xd8\xff\xe0'),
    ('a.png', b'\x89PNG\r\n\x1a\n'), ('a.xlsx', workbook()), ('a.csv', b'sku,qty\n1,2'), ('a.txt', '窜货'.encode()),
    ('a.txt', '窜货'.encode('gb18030')), ('a.csv', '窜货'.encode('utf-16')), ('a.eml', MAIL)])
def test_files_that_are_taken(name, content):
    assert files.sniff_file(name, content).mimetype


@pytest.mark.parametrize(('name', 'content', 'reason'), [
    ('a.pdf', b'', 'file_empty'), ('a.exe', b'MZ', 'type_not_taken'), ('a', b'text', 'type_not_taken'),
    ('a.svg', b'<svg/>', 'type_not_taken'), ('a.html', b'<html>', 'type_not_taken'),
    ('a.pdf', b'MZ\x90', 'not_what_it_says'), ('a.png', b'<html><script>', 'not_what_it_says'),
    ('a.txt', b'<html><script>x', 'not_what_it_says'), ('a.csv', b' <svg onload=1>', 'not_what_it_says'),
    ('a.txt', b'\x00\x01', 'not_what_it_says'), ('a.txt', b'%PDF-1.7', 'not_what_it_says'),
    ('a.txt', b'\xff\xff\xff', 'not_what_it_says'), ('a.eml', b'no header here', 'not_what_it_says'),
    ('a.xlsx', b'PK\x03\x04rubbish', 'not_what_it_says'), ('a.pdf', workbook(), 'not_what_it_says'),
    ('a.xlsx', workbook(**{'xl/vbaProject.bin': b'x'}), 'has_macros'),
    ('a.xlsx', workbook(**{'xl/big.xml': b'0' * 2**22}), 'unpacks_too_large'),
    ('a.txt', b'x' * (20 * 2**20 + 1), 'file_too_large')])
def test_files_that_are_refused(name, content, reason):
    with pytest.raises(files.FileRefused) as refused:
        files.sniff_file(name, content)
    assert refused.value.key == reason


def test_plain_zip_is_no_workbook():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, 'w') as archive:
        archive.writestr('readme.txt', b'x')
    with pytest.raises(files.FileRefused, match='zip'):
        files.sniff_file('a.xlsx', buffer.getvalue())


@pytest.mark.parametrize(('name', 'safe'), [
    ('../../etc/passwd.txt', 'passwd.txt'), ('C:\\x\\b.pdf', 'b.pdf'), ('a\u202egnp.exe.pdf', 'agnp.exe.pdf'),
    ('.pdf', 'file.pdf'), ('x' * 300 + '.pdf', 'x' * 120 + '.pdf'), ('a"b\r\n.csv', 'ab.csv'),
    ('照片.jpeg', '照片.jpg')])
def test_names_are_made_harmless(name, safe):
    assert files.safe_name(name, safe.rpartition('.')[2]) == safe

"""On which line of a transfer a scanned code counts, and which scans of sent goods are lawful."""
from datetime import datetime, timedelta
from decimal import Decimal

from devkit.engines import load_engine
from hypothesis import given
from hypothesis import strategies as st

transfers = load_engine('channel_inventory').transfers
scans = __import__(f'{transfers.__name__}.scans', fromlist=['scans'])

NOON = datetime(2026, 11, 1, 12)
MILK, TEA, GIVER_LOT, OTHER_LOT = 1, 2, 11, 12
LINES = [
    scans.Wanted(1, MILK, None, Decimal(6)), scans.Wanted(2, MILK, GIVER_LOT, Decimal(4)),
    scans.Wanted(3, TEA, GIVER_LOT, Decimal(1))]


def test_line_of_the_lot_comes_first():
    assert scans.place(LINES, {}, MILK, GIVER_LOT, Decimal(4)) == (2, '')
    assert scans.place(LINES, {2: Decimal(4)}, MILK, GIVER_LOT, Decimal(1)) == (1, '')
    assert scans.place(LINES, {}, MILK, GIVER_LOT, Decimal(5)) == (1, ''), "a case that the lot's line cannot take"
    assert scans.place(LINES, {}, MILK, OTHER_LOT, Decimal(1)) == (1, '')


def test_what_no_line_takes():
    assert scans.place(LINES, {}, 9, None, Decimal(1)) == (None, 'wrong_product')
    assert scans.place(LINES, {}, None, None, Decimal(1)) == (None, 'wrong_product')
    for lot in (OTHER_LOT, None):
        assert scans.place(LINES, {}, TEA, lot, Decimal(1)) == (None, 'wrong_lot')
    assert scans.place(LINES, {}, MILK, None, Decimal(7)) == (None, 'over_quantity')


@given(st.lists(st.tuples(st.sampled_from([MILK, TEA, 9]), st.sampled_from([None, GIVER_LOT, OTHER_LOT]),
                          st.integers(1, 6).map(Decimal)), max_size=12))
def test_no_line_is_ever_filled_beyond_its_quantity(codes):
    taken = {}
    for product, lot, qty in codes:
        line, problem = scans.place(LINES, taken, product, lot, qty)
        assert (line is None) == bool(problem)
        if line:
            taken[line] = taken.get(line, Decimal()) + qty
    assert all(taken.get(line.key, 0) <= line.qty for line in LINES)


def _way(uncoded, transfer=1, receiver=5, lot=None, hours=0):
    return scans.Way(transfer, receiver, MILK, lot, NOON + timedelta(hours=hours), Decimal(uncoded))


def _seen(scan, code, hours=1, transfer=None, near=(5,), lot=None, product=MILK):
    return scans.Seen(
        scan, code, product, lot, Decimal(1), NOON + timedelta(hours=hours), transfer, frozenset(near))


def test_goods_sent_by_code_are_lawful_from_then_on():
    seen = [_seen(1, 1, 1, transfer=1), _seen(2, 2, -1, transfer=1), _seen(3, 3, 1, transfer=2)]
    assert scans.find_lawful(seen, [_way(0)]) == {1}


def test_goods_sent_without_codes_are_lawful_up_to_their_number():
    seen = [_seen(number, number, number) for number in range(1, 5)] + [_seen(9, 1, 9)]
    assert scans.find_lawful(seen, [_way(2)]) == {1, 2, 9}, "one code counts once, however often it is seen"


def test_other_goods_and_other_places_are_not():
    assert not scans.find_lawful([_seen(1, 1, product=TEA)], [_way(5)])
    assert not scans.find_lawful([_seen(1, 1, near=(6,))], [_way(5)])
    assert not scans.find_lawful([_seen(1, 1, lot=OTHER_LOT)], [_way(5, lot=GIVER_LOT)])
    assert scans.find_lawful([_seen(1, 1)], [_way(5, lot=GIVER_LOT)]) == {1}, "its lot is not known"


@given(st.integers(0, 5), st.lists(st.integers(1, 8), max_size=20), st.randoms())
def test_sequence_does_not_matter_and_no_more_than_were_sent(uncoded, codes, random):
    seen = [_seen(number, code, number) for number, code in enumerate(codes)]
    lawful = scans.find_lawful(seen, [_way(uncoded)])
    assert len({one.code for one in seen if one.scan in lawful}) <= uncoded
    random.shuffle(seen)
    assert scans.find_lawful(seen, [_way(uncoded)]) == lawful

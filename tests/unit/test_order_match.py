"""Rows against products: each ends on the pad or among what has to be mended."""
from decimal import Decimal

from devkit.engines import load_engine
from hypothesis import given
from hypothesis import strategies as st

load_engine('distributor_portal')
from distributor_portal_engine import order_match as match  # noqa: E402  loaded a moment ago
from distributor_portal_engine.order_sheets import read_row  # noqa: E402
from distributor_portal_engine.packs import PackTerms  # noqa: E402

UNITS = (('Units', 'item', Decimal(1)), ('Case of 12', 'case', Decimal(12)))
GOODS = {
    1: match.Good(1, 'YOG', "Yoghurt", UNITS, PackTerms(multiple=Decimal(12))),
    2: match.Good(2, 'MLK', "Milk", UNITS, PackTerms(minimum=Decimal(10), maximum=Decimal(50))),
    3: match.Good(3, 'OLD', "Old", UNITS, state='discontinued'),
}
HITS = {'YOG': [match.Hit(1)], 'MLK': [match.Hit(2)], 'OLD': [match.Hit(3)], 'yog': [match.Hit(1, 1)],
        'PACK': [match.Hit(1, 0, Decimal(12))], 'TWO': [match.Hit(1), match.Hit(2)],
        'VAGUE': [match.Hit(1), match.Hit(2, 2)]}


def run(*rows):
    return match.match_rows([read_row(number, *row) for number, row in enumerate(rows, 1)], HITS, GOODS)


def reason(*row):
    lines, (trouble,) = run(row)
    assert not lines
    return trouble.reason


def test_rows_become_lines():
    lines, troubles = run(('YOG', '24'), ('MLK', '10'), ('PACK', '1'))
    assert not troubles
    assert lines == [match.PadLine(1, Decimal(36), (1, 3)), match.PadLine(2, Decimal(10), (2,))]


def test_unit_says_how_many():
    assert run(('YOG', '2', '箱'))[0][0].qty == 24
    assert run(('YOG', '2 cs'))[0][0].qty == 24
    assert run(('YOG', '2', 'case of 12'))[0][0].qty == 24
    assert run(('PACK', '12', 'Units'))[0][0].qty == 12


def test_each_trouble_has_its_name():
    assert reason('NONE', '1') == 'unknown_code'
    assert reason('', '1') == 'code_missing'
    assert reason('TWO', '12') == 'ambiguous_code'
    assert reason('OLD', '12') == 'discontinued'
    assert reason('YOG', '1', 'barrel') == 'unknown_unit'
    assert reason('YOG', 'x') == 'qty_not_number'
    assert reason('YOG', '13') == 'not_whole_packs'
    assert reason('MLK', '5') == 'below_minimum'
    assert reason('MLK', '51') == 'above_maximum'
    assert reason('YOG', '') == 'qty_missing'


def test_the_surer_meaning_counts():
    assert run(('VAGUE', '12'))[0][0].key == 1


def test_wrong_packs_come_with_the_nearest_right_ones():
    trouble = run(('YOG', '13'))[1][0]
    assert trouble.quantities == (12, 24)
    assert run(('YOG', '5'))[1][0].quantities == (12,)
    assert run(('MLK', '99'))[1][0].quantities == (50,)


QTY = st.decimals(min_value='0.5', max_value='5000', places=1)


@given(QTY, *[st.integers(0, 60).map(Decimal) for _limit in range(3)])
def test_proposed_quantities_are_right(qty, least, step, most):
    terms = PackTerms(minimum=least, multiple=step, maximum=max(most, least) if most else Decimal(0))
    wrong, proposals = match.judge_packs(qty, terms)
    assert bool(wrong) or not proposals
    for proposal in proposals:
        assert match.judge_packs(proposal, terms) == ('', ()), (proposal, terms)


@given(st.lists(st.tuples(st.sampled_from([*HITS, 'NONE', '']), st.sampled_from(['1', '12', '24', 'x', '', '-1'])),
                max_size=40))
def test_no_row_is_lost_and_none_counts_twice(rows):
    lines, troubles = run(*rows)
    told = [number for one in (*lines, *troubles) for number in one.rows if hasattr(one, 'rows')]
    assert sorted(told) == list(range(1, len(rows) + 1))
    assert len({line.key for line in lines}) == len(lines)


CATALOGUE = [(1, ('YOG-P-200', None, '4006381333931'), "Plain Yoghurt 200 g"),
             (2, ('YOG-B-200', None, None), "Blueberry Yoghurt 200 g"), (3, ('MLK-1', '', ''), "鲜牛奶 1 升")]


def test_lookalikes():
    alike = match.Lookalikes(CATALOGUE)
    assert alike.propose('YOG P 200')[0] == 1
    assert alike.propose('YOG-8-200')[0] in (1, 2)
    assert alike.propose('4006381333932')[0] == 1
    assert alike.propose('blueberry yogurt')[0] == 2
    assert alike.propose('鲜牛奶')[0] == 3
    assert alike.propose('zzzzzz') == ()
    assert alike.propose('--') == ()

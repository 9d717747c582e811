"""The same member twice: names made comparable, and what the search finds among ten thousand."""
import importlib.util
import time
from pathlib import Path

import pytest
from devkit.engines import load_engine
from hypothesis import given
from hypothesis import strategies as st

duplicates = load_engine('distributor_portal').duplicates
PLACES = duplicates.make_places(['深圳市', '广州市', '南山区', '广西壮族自治区', '北京市'])
NAMES = st.text('深圳广州市南山区绿源乳业有限责任公司股份集团（）()ＡＢab12 -', max_size=24)


def _load(name):
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f'{name}.py'))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def comparable(key=1, **values):
    return duplicates.make_comparable(duplicates.Listing(key, **values), PLACES)


def score(one, other):
    return duplicates.compare(comparable(1, **one), comparable(2, **other)).score


@pytest.mark.parametrize('name', [
    '深圳绿源乳业有限公司', '绿源乳业', '深圳市绿源乳业有限责任公司', '（深圳）绿源乳业有限公司',
    '绿源乳业(深圳)股份有限公司', ' 绿源 乳业 ',
    '广东省深圳市绿源乳业集团有限公司', '深圳绿源乳业有限公司 Greenspring Dairy Shenzhen'])
def test_one_company_spelt_in_many_ways(name):
    assert duplicates.normalise_name(name, PLACES) == '绿源乳业'


@pytest.mark.parametrize(('name', 'core'), [
    ('Sunrise Dairy Trading Co., Ltd.', 'sunrisedairytrading'),
    ('ＳＵＮＲＩＳＥ Dairy Trading Limited', 'sunrisedairytrading'), ('深圳', '深圳'), ('有限公司', '有限'),
    ('', ''), ('邻里便利店（香蜜湖店）', '邻里便利店'), ('北京北京烤鸭店', '烤鸭店')])
def test_names_of_all_kinds(name, core):
    assert duplicates.normalise_name(name, PLACES) == core


@given(NAMES)
def test_what_is_normal_stays_as_it_is(name):
    once = duplicates.normalise_name(name, PLACES)
    assert duplicates.normalise_name(once, PLACES) == once


@pytest.mark.parametrize(('phone', 'digits'), [
    ('+86 138 0000 1234', '13800001234'), ('0086-13800001234', '13800001234'), ('0755-8888 1234', '75588881234'),
    ('+86 755 88881234', '75588881234'), ('１３８00001234', '13800001234'), ('12', ''), ('', ''),
    ('13800001234/13900001234', '13800001234')])
def test_phones(phone, digits):
    assert duplicates.normalise_phone(phone) == digits


@given(st.text('0123456789+- ()', max_size=20))
def test_a_normal_phone_stays_as_it_is(phone):
    once = duplicates.normalise_phone(phone)
    assert duplicates.normalise_phone(once) == once


def test_addresses_and_tax_numbers():
    for street in ('深圳市南山区科苑路 88 号', '科苑路88', '科苑路８８号'):
        assert duplicates.normalise_address(street, PLACES) == '科苑路88'
    assert duplicates.normalise_tax_id('CN 9144-0300 ma5x') == '91440300MA5X'


FIRM = {'name': '深圳绿源乳业有限公司', 'phone': '13800001234', 'street': '科苑路88号', 'division': '440305'}


@pytest.mark.parametrize(('one', 'other', 'alike'), [
    (FIRM, {**FIRM, 'name': '绿源乳业（深圳）'}, True),
    (FIRM, {**FIRM, 'phone': '', 'name': '深圳市绿源乳业'}, True),
    (FIRM, {**FIRM, 'name': '广州绿源乳业有限公司', 'phone': '', 'street': '人民路3号', 'division': '440106'}, False),
    (FIRM, {**FIRM, 'name': '深圳鸿丰商贸有限公司', 'phone': '13911112222'}, False),
    ({**FIRM, 'name': '邻里便利店（香蜜湖店）', 'street': ''}, {**FIRM, 'name': '邻里便利店（科技园店）', 'street': ''},
     False),
    ({**FIRM, 'name': '第1食品店', 'phone': ''},
     {**FIRM, 'name': '第2食品店', 'phone': '', 'street': '科苑路90号'}, False),
    ({**FIRM, 'tax_id': '91440300MA5X'}, {'name': '绿源乳业', 'tax_id': '91440300MA5X'}, True)])
def test_what_is_alike_and_what_is_not(one, other, alike):
    assert (score(one, other) >= duplicates.DEFAULT_THRESHOLD) is alike


def test_a_likeness_says_what_speaks_for_it_and_is_the_same_both_ways():
    one, other = comparable(1, **FIRM), comparable(2, **{**FIRM, 'street': ''})
    found = duplicates.compare(one, other)
    assert found.reasons == ('same_phone', 'same_name', 'same_district')
    assert found.score == duplicates.compare(other, one).score


def test_a_number_that_everybody_gives_makes_no_pairs():
    members = [comparable(i, name=f'{chr(0x4e00 + i)}{chr(0x5e00 + i)}', phone='40088888888') for i in range(60)]
    assert not list(duplicates.find_pairs(members))
    assert len(list(duplicates.find_pairs(members[:3]))) == 3


@pytest.mark.parametrize('seed', [7, 2026])  # the weights were set by looking at 2026; 7 is the test
def test_precision_and_recall_among_ten_thousand(seed, capsys):
    world = _load('duplicate_world')
    rows, truth = world.make_world(10_000, .35, seed)
    start = time.perf_counter()
    places = duplicates.make_places(world.CITIES.values())
    members = {row['key']: duplicates.make_comparable(duplicates.Listing(**row), places) for row in rows}
    found = {
        pair for pair in duplicates.find_pairs(members.values())
        if duplicates.compare(*(members[key] for key in pair)).score >= duplicates.DEFAULT_THRESHOLD}
    taken = time.perf_counter() - start
    precision, recall = len(found & truth) / len(found), len(found & truth) / len(truth)
    with capsys.disabled():
        print(f"\n    {len(rows)} members, {len(truth)} entered twice: "
              f"precision {precision:.3f}, recall {recall:.3f}, {taken:.2f} s")
    assert precision >= .95
    assert recall >= .9

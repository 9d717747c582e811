"""Codes read, judged, and told to the public; where they were scanned."""
import random
from datetime import date, datetime, timedelta

import pytest
from devkit.engines import load_engine
from hypothesis import given
from hypothesis import strategies as st

engine = load_engine('channel_inventory')
codes, checks, places = engine.codes, engine.code_checks, engine.code_places
TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 12)
GTIN = '06901234567892'
SSCC = '369012345000000005'
OWN = codes.make_own('HQ', random.Random(1).choice)
SERIALS = st.text(alphabet='ABCxyz019-._', min_size=1, max_size=20)


def key(text):
    return codes.read(text, TODAY).key


# --- reading


@pytest.mark.parametrize('text', [
    f'(01){GTIN}(21)A1b-2', f'01{GTIN}21A1b-2', f'01{GTIN}21A1b-2\x1d10LOT', f']d201{GTIN}21A1b-2',
        f']C101{GTIN}10L7\x1d21A1b-2',
    f'01{GTIN}1727013110L7<GS>21A1b-2', f'01{GTIN}10L7{{GS}}21A1b-2', f'01{GTIN}10L7\\u001d21A1b-2',
    f'https://id.gs1.org/01/{GTIN}/21/A1b-2', f'https://shop.example/x/01/{GTIN}/10/L7/21/A1b-2?17=270131',
    f'http://any.host/01/{GTIN.lstrip("0")}/21/A1b-2', f'０１{GTIN}２１A1b-2',
])
def test_one_serial_has_one_spelling_whatever_the_carrier(text):
    code = codes.read(text, TODAY)
    assert (code.kind, code.key, code.gtin, code.serial) == ('sgtin', f'01{GTIN}21A1b-2', GTIN, 'A1b-2')


def test_lot_and_expiry_come_with_the_serial():
    code = codes.read(f'01{GTIN}1727020010L7\x1d21A', TODAY)
    assert (code.lot, code.expiry) == ('L7', date(2027, 2, 28))


@pytest.mark.parametrize('text', [f'00{SSCC}', f'(00){SSCC}', f'(00) {SSCC}', SSCC, f'https://id.gs1.org/00/{SSCC}'])
def test_logistic_units(text):
    assert codes.read(text, TODAY).kind == 'sscc'
    assert key(text) == f'00{SSCC}'


def test_own_codes_are_read_as_people_type_them():
    shown = codes.show_own(OWN)
    typed = shown.lower().replace('0', 'o').replace('1', 'l')
    assert key(shown) == key(typed) == key(f'https://shop.example/channel/code/{OWN}') == OWN
    assert codes.read(OWN, TODAY).kind == 'own'


@given(st.integers(0, 2**32), st.integers(0, 14), st.sampled_from(codes.LETTERS))
def test_one_wrong_sign_shows(seed, place, sign):
    code = codes.make_own('HQ', random.Random(seed).choice)
    wrong = code[:place] + sign + code[place + 1:]
    assert codes.is_own(code)
    assert wrong == code or not codes.is_own(wrong)


@pytest.mark.parametrize('length', range(1, 9))
def test_serials_of_any_prefix_are_read(length):
    made = codes.make_sgtin(GTIN, 'Z' * length, random.Random(length).choice)
    assert codes.read(made, TODAY).key == codes.read(codes.digital_link(made, 'https://a.example'), TODAY).key == made
    assert len(made) == 18 + length + (13 if length < 8 else 12)


@given(SERIALS)
def test_what_a_label_says_is_read_back(serial):
    own = f'01{GTIN}21{serial}'
    assert key(codes.digital_link(own, 'https://a.example')) == own
    assert key(codes.element_string(own)) == own


def test_labels_of_other_kinds():
    assert codes.digital_link(OWN, 'https://a.example') == f'https://a.example/channel/code/{OWN}'
    assert codes.element_string(f'00{SSCC}') == f'(00){SSCC}'
    assert codes.element_string(OWN) == OWN


def test_number_of_a_product_is_no_code_of_a_thing():
    assert codes.read('6901234567892', TODAY) == codes.Code('gtin', GTIN, GTIN)
    assert codes.read(f'(01){GTIN}', TODAY).kind == 'gtin'


@pytest.mark.parametrize(('text', 'reason'), [
    ('', 'unreadable'), (' ', 'unreadable'), ('x' * 501, 'unreadable'), ('A\x00BCDEF', 'unreadable'),
        ('abc', 'unreadable'),
    ('(01)06901234567893(21)A', 'check_digit'), ('(00)369012345000000006', 'check_digit'), ('(10)LOT', 'unreadable'),
    (f'(01){GTIN}(21){"A" * 21}', 'unreadable'), (f'(01){GTIN}(21)ä', 'unreadable'),
        ('https://a.example/', 'unreadable'),
    ('https://a.example/01/6901234567892/21', 'unreadable'), ("'; DROP TABLE x; --", 'unreadable'),
    ('https://a.example/channel/code/https%3A%2F%2Fb.example', 'unreadable'),
])
def test_what_is_no_code_is_refused(text, reason):
    with pytest.raises(codes.CodeRefused) as refused:
        codes.read(text, TODAY)
    assert refused.value.key == reason


@given(st.text(max_size=80))
def test_no_text_breaks_the_reader(text):
    try:
        code = codes.read(text, TODAY)
    except codes.CodeRefused:
        return
    assert len(code.key) <= codes.MAX_CODE
    assert codes.read(codes.element_string(code.key), TODAY).key == code.key


@pytest.mark.parametrize(('text', 'day'), [
    ('270131', date(2027, 1, 31)), ('280200', date(2028, 2, 29)), ('770101', date(1977, 1, 1)),
        ('760101', date(2076, 1, 1)),
    ('271301', None), ('270230', None), ('27013', None), ('x', None), ('', None)])
def test_dates(text, day):
    assert codes.read_date(text, TODAY) == day


def test_code_of_another_system_is_kept_as_it_is():
    assert key('81012350000000157474') == '81012350000000157474'
    assert codes.read('Lot/7-A.b', TODAY).kind == 'other'


def test_lists():
    header = ['code', 'parent', None, 'qty']
    rows, wrong = codes.read_rows([
        (2, ['CASE-0001']), (3, ['ITEM-0001', 'CASE-0001', 'x', '2']), (4, ['ITEM-0001']), (5, ['x']),
            (6, ['6901234567892']),
        (7, ['SELF-0001', 'SELF-0001']), (8, ['ITEM-0002', '?']), (9, [])], header, TODAY)
    assert [(row.number, row.code.key, row.parent, row.qty) for row in rows] == [
        (2, 'CASE-0001', '', ''), (3, 'ITEM-0001', 'CASE-0001', '2')]
    assert [(number, reason) for number, reason, _code in wrong] == [
        (4, 'twice'), (5, 'unreadable'), (6, 'product_code'), (7, 'in_itself'), (8, 'unreadable'), (9, 'unreadable')]


def test_containment():
    assert codes.find_rings({'a': 'b', 'b': 'c', 'c': 'a', 'd': 'a', 'e': 'f'}) == {'a', 'b', 'c'}
    assert codes.levels({'i': 'c', 'c': 'p', 'j': 'p'}, 'icpj') == {'i': 1, 'c': 2, 'p': 3, 'j': 1}


def test_prefix():
    assert codes.is_prefix('HQ')
    assert not any(map(codes.is_prefix, ('', 'hq', 'OIL', 'X' * 9, 'A-B')))


# --- verdicts


MIXED = {'state': 'new', 'delivery': None, 'product': None, 'lot': None, 'qty': 8, 'contents': {10: 6, 11: 2}}


def known(**values):
    return checks.Known(**{'code': 1, 'product': 10, 'lot': 20, 'state': 'received', 'holder': 5, 'delivery': 7,
        **values})


def verdict(purpose='look', who='store', thing=None, **values):
    asker = checks.Asker(who, purpose, TODAY, **{'members': frozenset({5}), **values})
    return checks.judge(thing or known(), asker)


def test_good():
    for purpose in ('look', 'sell'):
        assert verdict(purpose) == checks.Verdict('ok', 'good')
    assert verdict('receive', thing=known(state='shipped'), delivery=7, products={10: 5}).level == 'ok'
    assert verdict('pack', 'hq', known(state='new', holder=None, delivery=None), delivery=7,
        products={10: 5}).level == 'ok'


@pytest.mark.parametrize(('purpose', 'values', 'asker', 'key', 'level'), [
    ('look', {'state': 'void'}, {}, 'void', 'block'),
    ('look', {'is_recalled': True}, {}, 'recalled', 'block'),
    ('pack', {'state': 'new', 'is_recalled': True}, {'who': 'hq'}, 'recalled', 'block'),
    ('receive', {'state': 'shipped', 'is_recalled': True}, {}, 'recalled', 'block'),
    ('sell', {'is_recalled': True}, {}, 'recalled', 'block'),
    ('transfer', {'is_recalled': True}, {}, 'recalled', 'block'),
    ('return', {'is_recalled': True}, {}, 'recalled', 'warn'),
    ('look', {'is_cloned': True}, {}, 'cloned', 'block'),
    ('receive', {'is_cloned': True, 'state': 'shipped'}, {}, 'cloned', 'warn'),
    ('sell', {'is_suspect': True}, {}, 'suspect', 'warn'),
    ('transfer', {'is_suspect': True}, {}, 'suspect', 'warn'),
    ('sell', {'is_suspect': True, 'is_cloned': True}, {}, 'cloned', 'block'),
    ('sell', {'state': 'sold'}, {}, 'sold', 'block'),
    ('sell_return', {'state': 'sold'}, {}, 'good', 'ok'),
    ('sell_return', {'state': 'sold', 'is_recalled': True}, {}, 'recalled', 'warn'),
    ('sell_return', {'state': 'sold', 'holder': 6}, {}, 'other_member', 'block'),
    ('sell_return', {}, {}, 'not_sold', 'block'),
    ('pack', {'state': 'sold'}, {'who': 'hq'}, 'sold', 'block'),
    ('sell', {'expiry': TODAY - timedelta(1)}, {}, 'expired', 'block'),
    ('receive', {'expiry': TODAY - timedelta(1), 'state': 'shipped'}, {}, 'expired', 'warn'),
    ('sell', {'expiry': TODAY}, {}, 'near_expiry', 'warn'),
    ('look', {'state': 'new', 'holder': None}, {}, 'not_shipped', 'block'),
    ('receive', {'state': 'returned', 'holder': None}, {}, 'not_shipped', 'block'),
    ('look', {'holder': 6}, {}, 'other_member', 'block'),
    ('look', {'holder': 6}, {'who': 'inspector', 'border_km': 30.0}, 'outside', 'warn'),
    ('pack', {'state': 'new'}, {'who': 'hq', 'seen': frozenset({1})}, 'twice', 'block'),
    ('pack', {'state': 'new', 'delivery': 8}, {'who': 'hq', 'delivery': 7}, 'other_delivery', 'block'),
    ('pack', {'state': 'returned', 'delivery': 8}, {'who': 'hq', 'delivery': 7}, 'other_delivery', 'block'),
    ('pack', {'state': 'received'}, {'who': 'hq', 'delivery': 7}, 'at_member', 'block'),
    ('pack', {'state': 'shipped', 'delivery': 8}, {'who': 'hq', 'delivery': 7}, 'at_member', 'block'),
    ('receive', {'state': 'shipped', 'delivery': 8}, {'delivery': 7}, 'other_delivery', 'block'),
    ('pack', {'state': 'new'}, {'who': 'hq', 'products': {11: 3}}, 'wrong_product', 'block'),
    ('pack', {'state': 'new', 'delivery': None}, {'who': 'hq', 'lots': frozenset({21})}, 'wrong_lot', 'block'),
    ('pack', {'state': 'new', 'qty': 12}, {'who': 'hq', 'products': {10: 6}}, 'over_quantity', 'block'),
    ('pack', {'state': 'new', 'is_closed': True}, {'who': 'hq'}, 'inside', 'block'),
    ('pack', MIXED, {'who': 'hq', 'products': {10: 6, 11: 2}}, 'good', 'ok'),
    ('pack', MIXED, {'who': 'hq', 'products': {10: 6, 11: 1}}, 'over_quantity', 'block'),
    ('pack', MIXED, {'who': 'hq', 'products': {10: 6}}, 'wrong_product', 'block'),
    ('pack', {**MIXED, 'contents': {}}, {'who': 'hq', 'products': {10: 6}}, 'wrong_product', 'block'),
    ('sell', {'is_closed': True}, {}, 'inside', 'warn'),
    ('look', {'is_opened': True}, {}, 'opened', 'warn'),
    ('sell', {'state': 'shipped'}, {}, 'in_transit', 'warn'),
])
def test_verdicts(purpose, values, asker, key, level):
    found = verdict(purpose, asker.get('who', 'store'), known(**values),
        **{k: v for k, v in asker.items() if k != 'who'})
    assert (found.level, found.key) == (level, key)
    assert found.is_good == (level != 'block')


def test_unknown_and_unreadable_block():
    asker = checks.Asker('store', 'look', TODAY)
    assert checks.judge(None, asker) == checks.Verdict('block', 'unknown')
    assert checks.judge(None, asker, 'check_digit') == checks.Verdict('block', 'check_digit')


def test_first_block_decides_and_every_warning_is_kept():
    found = verdict('sell', thing=known(state='sold', expiry=TODAY, is_opened=True, holder=6))
    assert (found.key, found.warnings) == ('sold', ('near_expiry', 'opened'))


def test_every_kind_of_event_leads_to_a_state():
    for kind, (before, after) in checks.TRANSITIONS.items():
        assert after in checks.STATES and set(before) <= set(checks.STATES), kind
        for state in checks.STATES:
            assert checks.can_happen(kind, state) == (state in before)
    assert not any(checks.can_happen(kind, 'void') for kind in checks.TRANSITIONS)


# --- the public


def public(checks_before=0, lately=None, **values):
    return checks.tell_public(
        known(**values), checks_before, NOW, checks_before if lately is None else lately, TODAY, 5)


def test_public_learns_whether_it_is_genuine():
    assert public(3) == checks.Public('genuine', True, 3, NOW)
    assert public(state='sold').key == 'genuine'
    assert public(is_recalled=True).key == 'recalled'
    assert public(is_cloned=True).key == public(is_suspect=True).key == public(6).key == 'suspect'
    assert public(99, 5) == checks.Public('genuine', True, 99, NOW), "long ago"
    assert public(expiry=TODAY - timedelta(1)).key == 'expired'


def test_unknown_void_and_not_shipped_read_the_same():
    unknown = checks.tell_public(None, 0, None, 0, TODAY, 5)
    assert unknown == checks.Public('unconfirmed', False)
    for state in ('new', 'void', 'returned'):
        assert public(state=state) == public(99, state=state) == unknown


@pytest.mark.parametrize(('one', 'other', 'is_same'), [
    ('192.0.2.1', '192.0.2.1', True), ('192.0.2.1', '192.0.2.2', False), ('?', '?', True),
    ('2001:db8::1', '2001:db8::ffff:1', True), ('2001:db8::1', '2001:db8:0:1::1', False),
    ('::ffff:192.0.2.1', '192.0.2.1', True), ('::ffff:192.0.2.1', '::ffff:192.0.2.2', False)])
def test_network_is_one_address(one, other, is_same):
    assert (checks.network_of(one) == checks.network_of(other)) is is_same


# --- places

SEATS = [('440304', 22.54, 114.06), ('440305', 22.53, 113.93), ('440106', 23.12, 113.36), ('510104', 30.65, 104.08)]
BORDER = places.Places(SEATS)


def test_nearest_seat_is_found_whatever_the_sequence():
    random_ = random.Random(3)
    seats = [(str(i), random_.uniform(20, 45), random_.uniform(80, 130)) for i in range(300)]
    finder = places.Places(seats)
    from_all = places.distance_km
    for _i in range(200):
        lat, lon = random_.uniform(18, 50), random_.uniform(75, 135)
        code, km = finder.nearest(lat, lon)
        best = min(from_all(lat, lon, *seat[1:]) for seat in seats)
        assert km == pytest.approx(best) and code


def test_border_is_never_overstated():
    assert BORDER.border_km(22.55, 114.05, ['4403']) == 0
    assert BORDER.border_km(30.65, 104.08, ['4403']) > 600
    # Half way between Shenzhen and Guangzhou the border is near, whichever side one stands on.
    near = BORDER.border_km(22.86, 113.66, ['4403'])
    assert near < 10
    assert BORDER.border_km(30.65, 104.08, []) == 0
    assert BORDER.border_km(30.65, 104.08, ['99']) == 0
    assert places.Places([]).border_km(1, 1, ['44']) == 0


@given(st.floats(20, 35), st.floats(100, 118))
def test_point_in_its_territory_is_never_outside(lat, lon):
    code, _km = BORDER.nearest(lat, lon)
    assert BORDER.border_km(lat, lon, [code[:4]]) == 0


@pytest.mark.parametrize(('lat', 'lon', 'good'), [
    (22.5, 114, True), (0, 0, False), (91, 0, False), (0, 181, False), ('1', 1, False), (True, 1, False),
        (None, None, False),
    (float('nan'), 1, False)])
def test_points(lat, lon, good):
    assert places.is_point(lat, lon) is good


def seen(minutes, lat, lon, accuracy=0.0):
    return places.Sighting(NOW + timedelta(minutes=minutes), lat, lon, accuracy)


def test_fastest_leg():
    shenzhen, chengdu = (22.54, 114.06), (30.65, 104.08)
    km, minutes = places.fastest_leg([seen(0, *shenzhen), seen(30, *chengdu), seen(24 * 60, *shenzhen)])
    assert km == pytest.approx(1340, abs=20) and minutes == 30
    assert places.fastest_leg([]) == places.fastest_leg([seen(0, *shenzhen)]) == (0, 0)
    # Two doors of one street, within a second: nothing, unless short legs count.
    assert places.fastest_leg([seen(0, 22.54, 114.06), seen(.01, 22.541, 114.06)], 50) == (0, 0)
    # What the places may be wrong is taken off.
    assert places.fastest_leg([seen(0, *shenzhen, 700), seen(1, *chengdu, 700)], 50) == (0, 0)
    many = [seen(i, *(chengdu if i == 250 else shenzhen)) for i in range(500)]
    assert places.fastest_leg(many, 50)[1] == 1


def outside(code, who='consumer', place='510104', km=300.0, product='A'):
    return places.Outside(code, who, place, km, product, NOW)


def test_summary_of_what_was_seen_outside():
    assert places.summarise([], 20) is None
    assert places.summarise([outside(1, km=20)], 20) is None
    found = places.summarise([
        outside(1), outside(1, 'inspector'), outside(2), outside(3, 'store', '510105', 310), outside(4, km=5)], 20)
    assert (found.codes, found.places, found.weight) == (3, 2, 5)
    assert (found.place, found.km) == ('510104', 300)


def test_box_holds_what_is_near():
    south, north, west, east = places.box(30, 104, 50)
    assert south < 29.6 < 30.4 < north and west < 103.6 < 104.4 < east

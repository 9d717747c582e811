"""What sensors say: read, judged, followed, counted."""
import json
import random
from datetime import datetime, timedelta

import pytest
from devkit.engines import load_engine
from hypothesis import given
from hypothesis import strategies as st

iot = load_engine('channel_inventory').iot
payload, watch, goods, flood, simulate = iot.payload, iot.watch, iot.goods, iot.flood, iot.simulate
NOW = datetime(2026, 11, 22, 15)
LIMITS = watch.Limits(low=2, high=8, minutes=30, gap=60, is_kinetic=True)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(
        st.sampled_from(['device', 'value', 'at', 'id', 'kind', 'battery', 'readings', 'metrics', 'timestamp', 'name'])
        | st.text(max_size=5), inner, max_size=5), max_leaves=20)


def read(content, device='F-1', kind='temperature'):
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return payload.read(raw, device, kind)


def points(*values, minutes=10, start=NOW):
    return [watch.Point(start + timedelta(minutes=number * minutes), value) for number, value in enumerate(values)]


def seconds(*pairs):
    return [watch.Point(NOW + timedelta(seconds=at), value) for at, value in pairs]


# --- messages

def test_topic():
    assert payload.read_topic('channel/1/F-1/temperature') == payload.Topic(1, 'F-1', 'temperature')
    for wrong in ('channel/1/F-1', 'channel/0/F-1/door', 'channel/x/F-1/door', 'channel/1/F 1/door', 'other/1/F-1/door',
                  'channel/1/F-1/door/x', 'channel/1/F-1/door\n', 'channel/12345678901/F/door', ''):
        with pytest.raises(payload.Unreadable, match='wrong_topic'):
            payload.read_topic(wrong)


def test_own_json_in_every_shape():
    one = {'value': 4.5, 'at': '2026-11-22T23:00:00+08:00', 'id': 'a', 'battery': 80}
    said = payload.Said('F-1', 'temperature', 4.5, NOW, 'a', 80)
    assert read(one) == [said]
    assert read([one, {**one, 'id': 7}]) == [said, payload.Said('F-1', 'temperature', 4.5, NOW, '7', 80)]
    assert read({'readings': [one], 'device': 'G-2'})[0].device == 'G-2'
    assert len(read(b'{"value": 1}\n\n{"value": 2}\n')) == 2
    assert read(b'\xef\xbb\xbf{"value": 1}')[0].value == 1


def test_plain_number_by_topic():
    assert read(b' 4.25 ')[0] == payload.Said('F-1', 'temperature', 4.25)
    assert read(b'true', kind='door')[0].value == 1
    assert read(b'87', kind='battery')[0] == payload.Said('F-1', 'battery', battery=87)


def test_metrics_as_sparkplug_names_them():
    stamp = int((NOW - datetime(1970, 1, 1)).total_seconds() * 1000)
    raw = {'timestamp': stamp, 'seq': 3, 'metrics': [
        {'name': 'Sensors/Temperature', 'value': 4.5}, {'name': 'Battery', 'value': 70}, {'name': 'rssi', 'value': -6}]}
    assert read(raw) == [payload.Said('F-1', 'temperature', 4.5, NOW, '', 70)]
    assert read(raw, kind='')[0].kind == 'temperature'
    assert read({'metrics': [{'name': 'battery', 'value': 70}]})[0].battery == 70
    for nothing in ([], [None], [{'name': 7}], [{'name': 'rssi', 'value': 1}]):
        assert read({'metrics': nothing})[0].reason == 'no_value'
    assert read({'metrics': [{'name': 'temperature', 'value': 'x'}]})[0].reason == 'wrong_value'


@pytest.mark.parametrize(('raw', 'reason'), [
    ({'value': '4,5'}, 'wrong_value'), ({'value': None, 'at': 'x'}, 'wrong_time'), ({'value': 1, 'id': []}, 'wrong_id'),
    ({'value': 1, 'id': 'x' * 121}, 'wrong_id'), ({'value': 1, 'id': 'a\x00'}, 'wrong_id'),
    ({'value': 1, 'kind': 'door'}, 'wrong_kind'), ({'value': 1, 'kind': 'magic'}, 'wrong_kind'),
    ({'value': 1, 'at': 10**400}, 'wrong_time'), ({'value': 1, 'at': True}, 'wrong_time'),
    ({'value': 10**400}, 'wrong_value'), ({'value': 1, 'device': 'a b'}, 'wrong_device'),
    ({'value': 1, 'device': 3}, 'wrong_device'), ({'value': 1, 'battery': 'full'}, 'wrong_value'),
    (['x'], 'not_a_reading'), (None, 'not_a_reading'), ([[[[1]]]], 'not_a_reading')])
def test_what_is_wrong_with_one_reading(raw, reason):
    assert [said.reason for said in read(raw)] == [reason]
    assert payload.judge(read(raw)[0], 'temperature', NOW) == reason


@pytest.mark.parametrize(('raw', 'key'), [
    (b'', 'not_json'), (b'{', 'not_json'), (b'{"value": NaN}', 'not_json'), (b'\xff\xfe', 'not_json'), (b'[]', 'empty'),
    (b'[' * 100_000, 'not_json'), (b'[' + b'1,' * 5000 + b'1]', 'too_many'), (b' ' * 300_000, 'too_large'),
    (b'1' * 5000, 'not_json')])
def test_what_cannot_be_read_at_all(raw, key):
    with pytest.raises(payload.Unreadable) as caught:
        payload.read(raw, 'F-1', 'temperature')
    assert caught.value.key == key


@pytest.mark.parametrize(('values', 'kind', 'reason'), [
    ({'value': 4.5}, 'temperature', ''), ({'value': 200.0}, 'temperature', 'implausible'),
    ({'value': -100.0}, 'temperature', 'implausible'), ({'value': 2.0}, 'door', 'implausible'),
    ({'value': -1.0}, 'shelf', 'implausible'), ({'battery': 120.0}, 'door', 'implausible'),
    ({'value': 1.0, 'kind': 'door'}, 'temperature', 'wrong_kind'), ({'value': 1.0}, 'gateway', 'wrong_kind'),
    ({'value': 1.0, 'at': NOW + timedelta(minutes=11)}, 'door', 'future'),
    ({'value': 1.0, 'at': NOW + timedelta(minutes=9)}, 'door', ''),
    ({'value': 1.0, 'at': NOW - timedelta(days=32)}, 'door', 'too_old'),
    ({}, 'door', 'no_value'), ({'battery': 50.0}, 'gateway', '')])
def test_what_can_be_true(values, kind, reason):
    assert payload.judge(payload.Said('F-1', **values), kind, NOW) == reason


@given(JSON)
def test_nothing_that_json_can_say_is_an_error(raw):
    try:
        for said in payload.read_raw(raw, 'F-1'):
            assert payload.judge(said, 'temperature', NOW) is not None
            payload.make_key(said)
    except payload.Unreadable as unreadable:
        assert unreadable.key in ('empty', 'too_many')


@given(st.binary(max_size=200))
def test_nothing_that_bytes_can_say_is_an_error(raw):
    try:
        assert payload.read(raw, 'F-1', 'door')
    except payload.Unreadable as unreadable:
        assert unreadable.key in ('not_json', 'empty')


def test_key_names_a_reading_by_its_id_else_by_its_time():
    said = payload.Said('F-1', value=1.0, at=NOW, key='a')
    later = payload.Said('F-1', value=1.0, at=NOW + timedelta(minutes=1), key='a')
    assert payload.make_key(said) == payload.make_key(later)
    assert payload.make_key(payload.Said('F-1', at=NOW)) != payload.make_key(payload.Said('F-1', at=later.at))
    assert payload.make_key(payload.Said('F-1', battery=5.0, at=NOW)) != payload.make_key(
        payload.Said('F-1', value=5.0, at=NOW)), "the state of its battery is no reading"
    assert payload.make_key(payload.Said('F-1', key=f'{NOW}')) != payload.make_key(payload.Said('F-1', at=NOW))


# --- limits

def test_excursion_opens_only_after_its_minutes():
    short = watch.follow(watch.Watch(), points(5, 9, 9, 5), LIMITS)
    assert not short.excursions
    long = watch.follow(watch.Watch(), points(5, 9, 10, 12, 9, 5), LIMITS)
    one, = long.excursions
    assert (one.kind, one.started_at, one.ended_at) == (
        'high', NOW + timedelta(minutes=10), NOW + timedelta(minutes=50))
    assert one.peak == 12
    # 1 to 2 to 4 to 1 above, and down to nothing: trapezoids of ten minutes.
    assert one.beyond == pytest.approx(10 * (1.5 + 3 + 2.5 + .5))
    assert 8 < one.kinetic < 12


def test_excursion_that_is_still_going_on():
    followed = watch.follow(watch.Watch(), points(1, 0, -1, -2), LIMITS)
    one, = followed.excursions
    assert (one.kind, one.ended_at, one.peak, followed.watch.is_open) == ('low', None, -2, True)
    assert watch.follow(followed.watch, [], LIMITS).excursions[0] == one


def test_from_too_cold_to_too_warm_are_two():
    followed = watch.follow(watch.Watch(), points(0, 0, 0, 0, 10, 10, 10, 10, 5), LIMITS)
    assert [(one.kind, bool(one.ended_at)) for one in followed.excursions] == [('low', True), ('high', True)]


def test_what_nobody_measured_is_not_added_up():
    gap = [*points(9, 9), *points(9, 9, start=NOW + timedelta(hours=3))]
    one, = watch.follow(watch.Watch(), gap, LIMITS).excursions
    assert one.beyond == pytest.approx(20)
    assert one.started_at == NOW


def test_late_readings_change_nothing():
    followed = watch.follow(watch.Watch(), points(5, 5, 5), LIMITS)
    again = watch.follow(followed.watch, points(20, 20, 20), LIMITS)
    assert (again.late, again.watch) == (3, followed.watch)


@given(st.lists(st.floats(-20, 40), min_size=1, max_size=60), st.integers(0, 10**6), st.booleans())
def test_piece_by_piece_or_all_at_once_is_the_same(values, seed, steady):
    limits = watch.Limits(low=2, high=8, minutes=20, steady=900 if steady else 0, tolerance=3, is_kinetic=True)
    told = points(*values)
    whole = watch.follow(watch.Watch(), told, limits)
    draw, state, found, rested = random.Random(seed), watch.Watch(), {}, []
    while told:
        size = draw.randint(1, 5)
        part = told[:size]
        told = told[size:]
        draw.shuffle(part)
        followed = watch.follow(watch.restore(json.loads(json.dumps(watch.dump(state)))), part, limits)
        state = followed.watch
        rested += followed.steady
        found.update({(one.kind, one.started_at): one for one in followed.excursions})
    assert (state, tuple(rested)) == (whole.watch, whole.steady)
    assert list(found.values()) == list(whole.excursions)


@given(st.lists(st.tuples(st.floats(-30, 60), st.floats(.1, 600)), min_size=1, max_size=30))
def test_kinetic_mean_lies_between_the_mean_and_the_peak(parts):
    kinetic = watch.mean_kinetic_temperature(parts)
    mean = sum(value * long for value, long in parts) / sum(long for _value, long in parts)
    assert mean - 1e-6 <= kinetic <= max(value for value, _long in parts) + 1e-6


def test_kinetic_mean_of_a_known_case():
    # Half the time 20, half 30 degrees: 10000 / -ln((exp(-10000/293.15) + exp(-10000/303.15)) / 2) kelvin.
    assert watch.mean_kinetic_temperature([(20, 1), (30, 1)]) == pytest.approx(26.26, abs=.01)
    assert watch.mean_kinetic_temperature([]) is None


# --- what rests

def test_hand_in_the_shelf_is_no_sale():
    limits = watch.Limits(steady=30, tolerance=50)
    told = seconds((0, 1000), (40, 1010), (50, 3400), (55, 200), (60, 790), (80, 800), (95, 795), (130, 800))
    followed = watch.follow(watch.Watch(), told, limits)
    assert [point.value for point in followed.steady] == [1000, 790]


def test_values_that_do_not_rest_open_no_excursion():
    limits = watch.Limits(low=500, minutes=0, steady=30, tolerance=50)
    told = seconds((0, 1000), (40, 1000), (50, 100), (60, 1000), (100, 1000))
    assert not watch.follow(watch.Watch(), told, limits).excursions


def test_device_that_sends_changes_only_comes_to_rest_all_the_same():
    limits = watch.Limits(low=500, minutes=0, steady=30, tolerance=50)
    state = watch.follow(watch.Watch(), seconds((0, 100)), limits).watch
    assert not watch.settle(state, NOW + timedelta(seconds=29), limits).steady
    settled = watch.settle(state, NOW + timedelta(seconds=60), limits)
    assert settled.steady == (watch.Point(NOW + timedelta(seconds=30), 100),)
    assert [one.kind for one in settled.excursions] == ['low']
    assert not watch.settle(settled.watch, NOW + timedelta(hours=1), limits).steady


def test_door_that_nobody_closes():
    limits = watch.Limits(high=.5, minutes=10)
    state = watch.follow(watch.Watch(), seconds((0, 0), (60, 1)), limits).watch
    assert not watch.settle(state, NOW + timedelta(minutes=10), limits).excursions
    one, = watch.settle(state, NOW + timedelta(minutes=12), limits).excursions
    assert one.started_at == NOW + timedelta(seconds=60)


# --- goods

@given(st.integers(0, 500), st.floats(5, 5000), st.floats(0, 3000), st.floats(-.3, .3))
def test_pieces_come_back(count, unit, tare, swing):
    found = goods.count_pieces(tare + count * unit + swing * unit, goods.Scale(unit, tare))
    assert (found.count, found.is_sure) == (count, True)


def test_pieces_that_nobody_can_be_sure_of():
    assert not goods.count_pieces(1450, goods.Scale(100)).is_sure
    assert not goods.count_pieces(-300, goods.Scale(100)).is_sure
    assert goods.count_pieces(-20, goods.Scale(100)).count == 0
    with pytest.raises(ValueError, match='weighs'):
        goods.count_pieces(1, goods.Scale(0))


def test_fill_grade():
    assert (goods.fill_grade(3, 12), goods.fill_grade(15, 12), goods.fill_grade(0, 12)) == (25, 100, 0)
    with pytest.raises(ValueError, match='facings'):
        goods.fill_grade(1, 0)


# --- floods

def test_what_was_kept_while_we_were_away_is_no_flood():
    buckets = flood.Buckets(600, 20)
    buckets.catch_up(100)
    assert all(buckets.take('gateway', 100 + i / 1440) for i in range(1440))
    for _look in range(flood.RESTS - 1):
        buckets.rest()
    assert all(buckets.take('gateway', 101) for _i in range(1000)), "more of it comes after a pause"
    for _look in range(flood.RESTS):
        buckets.rest()
    assert sum(buckets.take('gateway', 103) for _i in range(1000)) == 600, "from now on it has sent what comes"


def test_a_network_that_never_rests_is_not_without_buckets_for_ever():
    buckets = flood.Buckets(3, 1)
    buckets.catch_up(0)
    assert sum(buckets.take('F-1', flood.LONGEST - 1) for _i in range(9)) == 9
    assert sum(buckets.take('F-1', flood.LONGEST) for _i in range(9)) == 3


def test_flood_is_held_back_and_ends():
    buckets = flood.Buckets(3, 1)
    assert [buckets.take('a', 0) for _try in range(4)] == [True, True, True, False]
    assert buckets.take('b', 0)
    assert buckets.take('a', 1)
    assert not buckets.take('a', 1)


def test_only_so_many_are_remembered():
    buckets = flood.Buckets(1, .001, known=10)
    for number in range(1000):
        assert buckets.take(str(number), number)
    assert len(buckets._levels) == 10


def test_demonstrations_tell_their_story():
    warm = watch.follow(watch.Watch(), simulate.fridge(NOW, excursion=(6, 3, 14)), LIMITS)
    assert [one.kind for one in warm.excursions] == ['high']
    assert warm.excursions[0].ended_at
    assert not watch.follow(watch.Watch(), simulate.fridge(NOW), LIMITS).excursions
    limits = watch.Limits(steady=30, tolerance=40)
    rested = watch.follow(watch.Watch(), simulate.scale(NOW, 200, 500, 12, 2), limits).steady
    assert [goods.count_pieces(point.value, goods.Scale(200, 500)).count for point in rested] == list(range(12, 1, -1))
    assert [point.value for point in simulate.facings(NOW, 12, 3)][-1] == 3
    assert not watch.follow(watch.Watch(), simulate.door(NOW), watch.Limits(high=.5, minutes=5)).excursions

"""What is said to warehouses and carriers: reading, writing, trying again, who may say it, where it may go."""
import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from devkit.engines import load_engine
from hypothesis import given
from hypothesis import strategies as st

connect = load_engine('channel_inventory').connect
messages, reading, retry, signing, door, soap, compare = (
    connect.messages, connect.reading, connect.retry, connect.signing, connect.door, connect.soap, connect.compare)
NOW = datetime(2026, 11, 22, 15)
SECRET = 'a secret of some length'
WSDL = Path(__file__).parents[2] / 'addons/channel_inventory/data/connect/channel_connect.wsdl'

TEXT = st.text(st.characters(codec='utf-8', exclude_categories=('Cc', 'Cs', 'Zs', 'Zl', 'Zp')), min_size=1, max_size=20)
QTY = st.decimals('0.001', '99999', places=3)
MOMENT = st.datetimes(datetime(2001, 1, 1), datetime(2099, 1, 1)).map(lambda at: at.replace(microsecond=0))
DAY = st.dates(date(2001, 1, 1), date(2099, 1, 1))
LINE = st.builds(messages.Line, TEXT, QTY, TEXT | st.just(''), DAY | st.none())
ADDRESS = st.builds(messages.Address, TEXT, TEXT, TEXT, TEXT)
LINES = st.lists(LINE, min_size=1, max_size=3).map(tuple)
PACKAGES = st.lists(st.builds(messages.Package, TEXT, QTY | st.none()), max_size=2).map(tuple)
BODIES = st.one_of(
    st.builds(messages.ShipmentOrder, TEXT, TEXT, ADDRESS, LINES, MOMENT | st.none(), TEXT),
    st.builds(messages.ArrivalOrder, TEXT, TEXT, LINES),
    st.builds(messages.ShipmentAdvice, TEXT, MOMENT, ADDRESS, LINES, packages=PACKAGES),
    st.builds(messages.ShipmentConfirm, TEXT, MOMENT, LINES, st.booleans(), packages=PACKAGES),
    st.builds(messages.TrackingEvent, st.sampled_from(messages.TRACKING), MOMENT, TEXT, eta=DAY | st.none()),
    st.builds(messages.StockSnapshot, TEXT, MOMENT, st.lists(
        st.builds(messages.StockLine, TEXT, st.decimals(0, 999, places=2), TEXT), max_size=3).map(tuple)))
BODY = {'status': 'delivered', 'happened_at': '2026-01-01', 'ref': 'A'}
KIND = {cls: kind for kind, cls in messages.KINDS.items()}
ENVELOPES = st.builds(lambda body, key, at: messages.Envelope(KIND[type(body)], key, at, body), BODIES, TEXT, MOMENT)


def order(**values):
    return {
        'ref': 'OUT/1', 'warehouse': 'SOU', 'ship_to': {'name': 'Store'}, 'lines': [{'sku': 'A', 'qty': '2'}], **values}


def problems_of(kind, raw):
    with pytest.raises(reading.Unreadable) as found:
        messages.read_body(kind, raw)
    return {(one.where, one.reason) for one in found.value.problems}


@given(ENVELOPES)
def test_what_is_written_is_read_again(envelope):
    raw = json.loads(json.dumps(messages.write_envelope(envelope)))
    assert messages.read_envelope(raw) == envelope


@given(ENVELOPES)
def test_xml_says_the_same_as_json(envelope):
    raw, = soap.from_xml(soap.to_xml(envelope))
    assert messages.read_envelope(raw) == envelope


def test_same_server():
    here = 'https://wms.example.com/api'
    assert door.is_same_server(here, 'https://WMS.example.com/v2?x=1')
    for there in ('https://wms.example.com:8443/api', 'http://wms.example.com/api', 'https://example.com', 'https://[x',
                  'https://wms.example.com@thief.example.net', ''):
        assert not door.is_same_server(here, there), there


def test_what_a_database_keeps():
    assert all(map(reading.is_kept, ('', 'Milk', '\U0001f600', '\ud7ff\ue000')))
    assert not any(map(reading.is_kept, ('a\x00', '\ud800', 'a\udbff', '\udc00b', '\udfff')))


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(['kind', 'key', 'at', 'body', 'ref', 'lines', 'sku', 'qty', 'status']), inner, max_size=4)))
def test_anything_is_read_or_told_why_not(raw):
    for kind in messages.KINDS:
        try:
            messages.read_envelope({'kind': kind, 'at': '2026-01-01', 'body': raw})
        except reading.Unreadable as bad:
            assert bad.problems
    with pytest.raises(reading.Unreadable):
        messages.read_envelope(raw)


def test_all_problems_are_told_at_once_and_where():
    assert problems_of('shipment_order', order(
        ref='', ship_to={'street': 7 * 'x'}, lines=[{'sku': 'A', 'qty': '-1'}, {'qty': 'many'}, 'x'], ship_by='soon',
    )) == {
        ('body.ref', 'missing'), ('body.ship_to.name', 'missing'), ('body.lines[0].qty', 'too_small'),
        ('body.lines[1].sku', 'missing'), ('body.lines[1].qty', 'not_number'), ('body.lines[2]', 'not_object'),
        ('body.ship_by', 'not_time')}


@pytest.mark.parametrize(('field', 'value', 'reason'), [
    ('qty', 'NaN', 'not_number'), ('qty', '1e400', 'not_number'), ('qty', True, 'not_number'), ('qty', 0, 'too_small'),
    ('qty', '0.0000001', 'too_fine'), ('qty', '10000000000', 'not_number'), ('sku', 'x' * 121, 'too_long'),
    ('sku', ['A'], 'not_text'), ('sku', 'A\x00', 'not_text'), ('sku', True, 'not_text'),
    ('expires', '2026-13-01', 'not_day'),
    ('expires', '1800-01-01', 'not_day'), ('lot', {'a': 1}, 'not_text')])
def test_each_bad_value_has_its_reason(field, value, reason):
    assert problems_of('shipment_order', order(lines=[{'sku': 'A', 'qty': 1, field: value}])) == {
        (f'body.lines[0].{field}', reason)}


def test_odd_wholes_have_their_reason():
    assert problems_of('shipment_order', None) == {('body', 'not_object')}
    assert problems_of('shipment_order', order(lines=[])) == {('body.lines', 'too_few')}
    assert problems_of('shipment_order', order(lines='A')) == {('body.lines', 'not_list')}
    assert problems_of('shipment_confirm', {'ref': 'A', 'shipped_at': '2026-01-01', 'is_final': 'no'}) == {
        ('body.is_final', 'not_flag')}
    assert problems_of('shipment_confirm', {'ref': 'A', 'shipped_at': '2026-01-01', 'is_final': False}) == {
        ('body.lines', 'too_few')}
    assert problems_of('tracking_event', {'status': 'delivered', 'happened_at': '2026-01-01'}) == {
        ('body.ref', 'missing')}
    assert problems_of('tracking_event', {'status': 'lost', 'happened_at': '2026-01-01', 'ref': 'A'}) == {
        ('body.status', 'unknown_value')}
    many = order(lines=[{'sku': 'A'}] * 100)
    assert len(problems_of('shipment_order', many)) == reading.MAX_PROBLEMS


def test_more_than_is_asked_is_no_problem():
    assert messages.read_body('shipment_order', order(colour='red')).ref == 'OUT/1'


def test_moments_with_a_zone_become_utc():
    event = messages.read_body('tracking_event', {
        'status': 'delivered', 'happened_at': '2026-11-22T23:00:00.5+08:00', 'ref': 'A'})
    assert event.happened_at == NOW
    assert problems_of('tracking_event', {**BODY, 'happened_at': '0001-01-01T00:00+10:00'}) == {
        ('body.happened_at', 'not_time')}


def test_a_kind_that_is_not_awaited_is_refused():
    raw = {'kind': 'shipment_order', 'key': 'k', 'at': '2026-01-01', 'body': order()}
    assert messages.read_envelope(raw).key == 'k'
    with pytest.raises(reading.Unreadable):
        messages.read_envelope(raw, messages.IN)


def test_a_message_without_a_key_gets_one_of_what_it_says():
    raw = {'kind': 'tracking_event', 'at': '2026-01-01', 'body': BODY}
    again = {name: raw[name] for name in reversed(raw)}
    assert messages.read_envelope(raw).key == messages.read_envelope(again).key
    assert messages.read_envelope({**raw, 'at': '2026-01-02'}).key == messages.read_envelope(raw).key, "said again"
    other = {**BODY, 'happened_at': '2026-01-02'}
    assert messages.read_envelope({**raw, 'body': other}).key != messages.read_envelope(raw).key


def test_an_answer_to_another_message_is_none():
    assert messages.read_ack({'key': 'k', 'status': 'accepted'}, 'k').status == 'accepted'
    for raw in ({'key': 'x', 'status': 'accepted'}, {'status': 'accepted'}, {'key': 'k', 'status': 'fine'}, [], None):
        with pytest.raises(reading.Unreadable):
            messages.read_ack(raw, 'k')


def test_keys():
    assert messages.make_key('shipment_order', 'stock.picking', 7) == 'shipment_order/stock.picking/7'
    assert messages.make_key('shipment_order', 'stock.picking', 7, 1) == 'shipment_order/stock.picking/7/1'
    assert messages.mended_key('a/7') == 'a/7~2'
    assert messages.mended_key('a/7~2') == 'a/7~3'
    assert messages.mended_key('a~b') == 'a~b~2'


@pytest.mark.parametrize('data', [
    b'', b'<a', b'plain', b'<!DOCTYPE a [<!ENTITY b "c">]><message>&b;</message>',
    b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><message/>', b'<nothing/>', b'\xff\xfe', b'<a>' * 2000])
def test_xml_that_is_none_or_means_harm(data):
    with pytest.raises(reading.Unreadable):
        soap.from_xml(data)


def test_the_contract_is_what_the_dataclasses_say():
    assert WSDL.read_text('utf-8') == connect.wsdl.make()


# --- trying again

POLICY = retry.Policy()
KEYS = st.sampled_from(sorted(retry.FAILURES))


@given(st.integers(1, 100), st.floats(0, 1))
def test_pauses_grow_to_a_limit_and_are_spread(attempts, jitter):
    wait = retry.pause(POLICY, attempts, jitter)
    assert POLICY.first * 0.7 <= wait <= POLICY.longest * 1.3
    assert retry.pause(POLICY, attempts + 1, jitter) >= wait
    assert retry.pause(POLICY, 1, 0) < retry.pause(POLICY, 1, 1)


@given(st.integers(1, 20), st.floats(0, 1), st.integers(0, 10**6))
def test_nobody_comes_back_earlier_than_asked(attempts, jitter, seconds):
    asked = timedelta(seconds=seconds)
    wait = retry.pause(POLICY, attempts, jitter, asked)
    assert wait >= min(asked, retry.MAX_RETRY_AFTER)
    assert wait <= max(POLICY.longest * 1.3, retry.MAX_RETRY_AFTER)


@given(KEYS, st.integers(0, 20))
def test_tries_end(key, attempts):
    at = retry.next_try(POLICY, retry.Failure(key), attempts, NOW, 0.5)
    again, acted, concerns_all = retry.FAILURES[key]
    assert (at is None) == (not again or attempts >= POLICY.attempts and (acted or not concerns_all))
    assert at is None or at > NOW


def test_an_outage_kills_no_message():
    """Nobody was there: a night of it is the connector's trouble, not the end of what waits."""
    for key in ('unreachable', 'busy', 'unauthorised', 'certificate'):
        assert retry.next_try(POLICY, retry.Failure(key), 1000, NOW, 0.5)


def test_retry_after_is_seconds_or_a_date():
    read = retry.read_retry_after
    assert read('120', NOW) == timedelta(minutes=2)
    assert read('Sun, 22 Nov 2026 15:01:00 GMT', NOW) == timedelta(minutes=1)
    assert read('Sun, 22 Nov 2026 14:00:00 GMT', NOW) == timedelta(0)
    for bad in (None, '', '-1', '1.5', 'soon', '9' * 50, '٣', 'Sun, 99 Nov 2026 15:01:00 GMT'):
        assert read(bad, NOW) is None


@pytest.mark.parametrize(('status', 'key'), [
    (200, None), (201, None), (301, 'redirect'), (401, 'unauthorised'), (403, 'refused'), (404, 'refused'),
    (408, 'server_error'), (429, 'busy'), (500, 'server_error'), (502, 'server_error'), (503, 'busy')])
def test_what_a_status_says(status, key):
    failure = retry.judge_status(status, NOW, '7')
    assert (failure and failure.key) == key
    assert not (failure and failure.key == 'busy') or failure.retry_after == timedelta(seconds=7)


def test_who_may_have_acted_is_not_told_that_nothing_happened():
    unsure = {key for key, (_again, acted, _all) in retry.FAILURES.items() if acted}
    assert unsure == {
        'timeout', 'too_slow', 'cut', 'server_error', 'not_understood', 'contradicts', 'too_large', 'error'}


# --- who says it

@given(st.binary(max_size=200), st.integers(-300, 300))
def test_signed_is_verified_within_the_window(body, seconds):
    header = signing.sign(SECRET, body, NOW)
    assert signing.verify(SECRET, header, body, NOW + timedelta(seconds=seconds)) == NOW


RIGHT = signing.sign(SECRET, b'{}', NOW)


@pytest.mark.parametrize(('header', 'body', 'secret', 'later', 'key'), [
    (RIGHT, b'{} ', SECRET, 0, 'wrong_signature'), (RIGHT, b'{}', SECRET + 'x', 0, 'wrong_signature'),
    (RIGHT, b'{}', '', 0, 'no_secret'), (RIGHT, b'{}', None, 0, 'no_secret'), (RIGHT, b'{}', 'short', 0, 'no_secret'),
    (None, b'{}', SECRET, 0, 'no_signature'), ('', b'{}', SECRET, 0, 'no_signature'),
    ('t=1', b'{}', SECRET, 0, 'no_signature'), (RIGHT.replace('v1=', 'v2='), b'{}', SECRET, 0, 'no_signature'),
    (f't=7,{RIGHT}', b'{}', SECRET, 0, 'no_signature'), (RIGHT[:-1] + 'é', b'{}', SECRET, 0, 'wrong_signature'),
    (RIGHT.replace('t=', 't=٣'), b'{}', SECRET, 0, 'no_signature'), (RIGHT.upper(), b'{}', SECRET, 0, 'no_signature'),
    ('t=,v1=', b'{}', SECRET, 0, 'no_signature'), (RIGHT.replace('t=1', 't=2'), b'{}', SECRET, 0, 'wrong_signature'),
    (RIGHT, b'{}', SECRET, 301, 'clock'), (RIGHT, b'{}', SECRET, -301, 'clock'),
    (RIGHT, b'{}', SECRET, 86400, 'clock')])
def test_what_is_not_signed_now_by_the_right_one_is_refused(header, body, secret, later, key):
    with pytest.raises(signing.Untrusted) as found:
        signing.verify(secret, header, body, NOW + timedelta(seconds=later))
    assert found.value.key == key


def test_a_new_secret_may_be_used_beside_the_old_one():
    both = f"{signing.sign('the former secret, known', b'{}', NOW)},{RIGHT.partition(',')[2]}"
    assert signing.verify(SECRET, both, b'{}', NOW) == NOW


# --- where it may go

@pytest.mark.parametrize('url', [
    'http://wms.example.com', 'ftp://wms.example.com', 'file:///etc/passwd', 'https://', 'wms.example.com', '',
    'https://127.0.0.1', 'https://localhost', 'https://LOCALHOST.', 'https://a.localhost', f'https://10.{1}.2.3',
    f'https://192.168.{0}.1', f'https://172.{16}.0.1', 'https://169.254.169.254/latest', 'https://100.64.0.1', 'https://0.0.0.0',
    'https://[::1]', 'https://[::ffff:127.0.0.1]', 'https://[fe80::1]', 'https://[fd00::1]', 'https://[64:ff9b::7f00:1]',
    'https://[2002:7f00:1::]', 'https://[::]', 'https://2130706433', 'https://0x7f000001', 'https://127.1',
    'https://017700000001', 'https://224.0.0.1', 'https://255.255.255.255', 'https://user:pass@wms.example.com',
    'https://wms.example.com@127.0.0.1', 'https://wms.example.com#@x', 'https://wms.example.com:99999', 'https://a b',
    'https://wms.example.com\\@127.0.0.1', 'https://printer.local', 'https://db.internal', 'https://[', 'javascript:x',
    'https://wms.example.com/\n', 'https://' + 'a' * 600])
def test_nothing_leads_into_the_house(url):
    with pytest.raises(door.Closed):
        door.check_url(url.rstrip('\n') + (' x' if url.endswith('\n') else ''))


def test_what_may_be_called():
    assert door.check_url('https://wms.example.com/api?x=1') == ('https', 'wms.example.com', 443)
    assert door.check_url('https://8.8.8.8:8443') == ('https', '8.8.8.8', 8443)
    allowed = door.read_allowed("wms.local, 127.0.0.1:8123")
    assert door.check_url('http://127.0.0.1:8123/x', allowed) == ('http', '127.0.0.1', 8123)
    assert door.check_url('http://wms.local', allowed)[1] == 'wms.local'
    for url in ('http://127.0.0.1:8124', 'http://127.0.0.2:8123'):
        with pytest.raises(door.Closed):
            door.check_url(url, allowed)


@pytest.mark.parametrize(
    'address', [f'10.{0}.0.1', '::1', 'fe80::1%eth0', '::ffff:127.0.0.1', 'no address', '198.18.0.1'])
def test_a_name_must_not_mean_an_address_of_the_house(address):
    with pytest.raises(door.Closed):
        door.check_address(address)


# --- two books

def test_only_what_differs_is_told_the_greatest_first():
    count, found = compare.compare(
        {('A', 'L1'): Decimal(5), ('A', 'L2'): Decimal(3), ('B', ''): Decimal(7), ('C', ''): Decimal(0)},
        [('A', 'L1', Decimal(4)), ('A', 'L2', Decimal(3)), ('D', '', Decimal(9)), ('D', '', Decimal(1))])
    assert count == 4
    assert [(one.product, one.lot, one.qty) for one in found] == [('D', '', 10), ('B', '', -7), ('A', 'L1', -1)]


def test_who_tells_no_lots_is_compared_by_product():
    book = {('A', 'L1'): Decimal(5), ('A', 'L2'): Decimal(3)}
    assert compare.compare(book, [('A', '', Decimal(8))]) == (1, [])
    _count, found = compare.compare(book, [('A', '', Decimal(5)), ('A', 'L1', Decimal(1))])
    assert [(one.lot, one.book, one.told) for one in found] == [('', 8, 6)]


@given(st.dictionaries(st.tuples(st.sampled_from('ABC'), st.sampled_from(['', 'L1', 'L2'])), QTY))
def test_a_book_does_not_differ_from_itself(book):
    told = [(product, lot, qty) for (product, lot), qty in book.items()]
    assert compare.compare(book, told)[1] == []

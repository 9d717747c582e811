"""The other side: a warehouse with its own stock and orders that speaks JSON and SOAP, and fails as told.

It shares no code with the addon: what both understand is the contract. It counts what it does, so that a test sees what
was done twice.
"""
import hashlib
import hmac
import json
import re
import socket
import threading
import time
from collections import Counter, deque
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from defusedxml import ElementTree

SPACE = 'urn:channel:connect:1'
SOAP = '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>{}</soap:Body></soap:Envelope>'
HUGE = 25 * 1024 * 1024
# How it can fail; (…): for the next call only.
FAULTS = (
    'hang', 'cut', 'error', 'busy', 'expired', 'garbage', 'contradict', 'other_key', 'lost', 'act_and_error', 'drip',
    'drip_head', 'huge', 'huge_announced', 'redirect', 'reject', 'empty', 'bomb')


class Counterpart:
    """`with Counterpart() as side:` starts it on a free port of this machine."""

    def __init__(self, knows_keys=True):
        self.knows_keys = knows_keys  # False: takes the same message again and again
        self.faults = deque()
        self.clear()

    def clear(self):
        self.acks, self.orders, self.effects, self.outgoing = {}, {}, Counter(), []
        self.calls, self.signatures, self.seen_keys = Counter(), [], []
        self.token, self.clock_off, self.is_secret_read = 'first', 0, False

    def __enter__(self):
        self._start(0)
        return self

    def __exit__(self, *_error):
        self.stop()

    def _start(self, port):
        handler = type('Handler', (_Handler,), {'side': self})
        self.server = ThreadingHTTPServer(('127.0.0.1', port), handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, kwargs={'poll_interval': 0.02}, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def start_again(self):
        self._start(self.port)

    @property
    def url(self):
        return f'http://127.0.0.1:{self.port}'

    # --- what it does

    def take(self, message):
        """A message: its effect once for each key, if it knows keys. :return: its answer"""
        key, kind, body = message['key'], message['kind'], message.get('body') or {}
        self.seen_keys.append(key)
        if self.knows_keys and key in self.acks:
            return {**self.acks[key], 'status': 'duplicate'}
        if kind in ('shipment_order', 'arrival_order'):
            self.orders[body['ref']] = body
        elif kind == 'order_cancel' and body['ref'] not in self.orders:
            return {'key': key, 'status': 'rejected', 'reason': f"no order {body['ref']}"}
        self.effects[kind, body.get('ref') or body.get('place')] += 1
        self.acks[key] = {'key': key, 'status': 'accepted', 'ref': f'W{len(self.acks) + 1}'}
        return self.acks[key]

    def say(self, kind, key, **body):
        """Something to be fetched."""
        message = {'kind': kind, 'key': key, 'at': '2026-11-22T15:00:00Z', 'body': body}
        self.outgoing.append(message)
        return message

    def fetch(self, after, limit):
        start = int(after or 0)
        found = self.outgoing[start:start + limit]
        return {'messages': found, 'cursor': str(start + len(found)), 'more': start + len(found) < len(self.outgoing)}

    def sign(self, secret, body):
        moment = str(int(time.time() + self.clock_off))
        mac = hmac.new(secret.encode(), moment.encode() + b'.' + body, hashlib.sha256).hexdigest()
        return f't={moment},v1={mac}'


class _Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    timeout = 20

    def log_message(self, *_args):
        """Nobody reads it."""

    def do_GET(self):
        self._serve()

    def do_POST(self):
        self._serve()

    def _serve(self):
        with suppress(ConnectionError, TimeoutError):
            self.body = self.rfile.read(int(self.headers.get('Content-Length') or 0))
            self.is_soap = self.path == '/soap'
            self.side.calls[self.path.partition('?')[0].split('/')[1]] += 1
            self.side.signatures.append(self.headers.get('X-Channel-Signature'))
            if self.path.startswith('/secret'):
                self.side.is_secret_read = True
            if self.path == '/token':
                return self._renew()
            fault = self.side.faults.popleft() if self.side.faults else None
            if fault:
                return getattr(self, f'_fail_{fault}')()
            if self._is_stranger():
                return self._answer(401, {'error': 'expired'})
            status, answer = self._do()
            return self._answer(status, answer)

    def _is_stranger(self):
        shown = self.headers.get('Authorization', '')
        return shown.startswith('Bearer ') and self.side.token and shown != f'Bearer {self.side.token}'

    def _renew(self):
        form = parse_qs(self.body.decode())
        if form.get('client_secret') != ['right']:
            return self._answer(401, {'error': 'invalid_client'})
        return self._answer(200, {'access_token': self.side.token, 'token_type': 'bearer'})

    def _do(self):
        return self._do_soap() if self.is_soap else self._do_rest()

    def _do_rest(self):
        url = urlsplit(self.path)
        if self.path == '/ping':
            return 200, {'name': 'Counterpart'}
        if self.command == 'POST':
            ack = self.side.take(json.loads(self.body))
            return (422 if ack['status'] == 'rejected' else 200), ack
        if url.path == '/messages':
            query = parse_qs(url.query, keep_blank_values=True)
            return 200, self.side.fetch(query['after'][0], int(query['limit'][0]))
        key = unquote(url.path.removeprefix('/messages/'))
        return (200, self.side.acks[key]) if key in self.side.acks else (404, {'error': 'unknown'})

    # --- SOAP

    def _do_soap(self):
        call = next(iter(ElementTree.fromstring(self.body).find('{*}Body')))
        name = call.tag.rpartition('}')[2]
        if name == 'Ping':
            return 200, f'<PingAnswer xmlns="{SPACE}"><name>Counterpart</name></PingAnswer>'
        if name == 'Fetch':
            found = self.side.fetch(call.findtext('{*}after'), int(call.findtext('{*}limit')))
            inside = ''.join(f'<messages>{_message_xml(one)}</messages>' for one in found['messages'])
            return 200, (f'<FetchAnswer xmlns="{SPACE}">{inside}<cursor>{found["cursor"]}</cursor>'
                         f'<more>{str(found["more"]).lower()}</more></FetchAnswer>')
        if name == 'Status':
            key = call.findtext('{*}key')
            ack = self.side.acks.get(key, {'key': key, 'status': 'unknown'})
        else:
            ack = self.side.take(_read_message(call.find('{*}message')))
        return 200, f'<{name}Answer xmlns="{SPACE}"><ack>{_xml(ack)}</ack></{name}Answer>'

    # --- answering

    def _answer(self, status, answer, headers=(), length=None):
        if self.is_soap:
            text = SOAP.format(answer) if isinstance(answer, str) else '<x/>'
            data, mime = text.encode(), 'text/xml; charset=utf-8'
        else:
            data, mime = json.dumps(answer).encode(), 'application/json'
        self._send(status, data, [('Content-Type', mime), *headers], length)

    def _send(self, status, data, headers, length=None):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header('Content-Length', str(len(data) if length is None else length))
        self.end_headers()
        self.wfile.write(data)

    def send_header(self, keyword, value):
        """Its clock may be wrong."""
        # pylint: disable=missing-return  # As http.server's own: it gives nothing.
        if keyword == 'Date' and self.side.clock_off:
            value = self.date_time_string(time.time() + self.side.clock_off)
        super().send_header(keyword, value)

    def _hang_up(self):
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    # --- how it fails

    def _fail_hang(self):
        time.sleep(3)
        self._hang_up()

    def _fail_cut(self):
        self._send(200, b'{"key": "', [('Content-Type', 'application/json')], length=500)
        self._hang_up()

    def _fail_error(self):
        self._answer(500, {'error': 'out of order'})

    def _fail_busy(self):
        self._answer(429, {'error': 'slow down'}, [('Retry-After', '1200')])

    def _fail_expired(self):
        self._answer(401, {'error': 'expired'})

    def _fail_garbage(self):
        self._send(200, b'<html>Welcome</html' if self.is_soap else b'{"key": ', [('Content-Type', 'text/html')])

    def _fail_contradict(self):
        self._answer(200, f'<SendAnswer xmlns="{SPACE}"/>' if self.is_soap else {'hello': 1})

    def _fail_other_key(self):
        ack = {'key': 'quite another', 'status': 'accepted'}
        self._answer(200, f'<SendAnswer xmlns="{SPACE}"><ack>{_xml(ack)}</ack></SendAnswer>' if self.is_soap else ack)

    def _fail_lost(self):
        self._do()
        self._hang_up()

    def _fail_act_and_error(self):
        self._do()
        self._answer(500, {'error': 'after all'})

    def _fail_drip(self):
        self._send(200, b'{', [('Content-Type', 'application/json')], length=200)
        for _second in range(30):
            time.sleep(0.1)
            self.wfile.write(b' ')

    def _fail_drip_head(self):
        self.wfile.write(b'HTTP/1.1 200 OK\r\n')
        for number in range(30):
            time.sleep(0.1)
            self.wfile.write(f'X-{number}: y\r\n'.encode())

    def _fail_huge(self):
        self.send_response(200)
        self.send_header('Connection', 'close')
        self.end_headers()
        self.close_connection = True
        for _part in range(HUGE // 65536):
            self.wfile.write(b' ' * 65536)

    def _fail_huge_announced(self):
        self._send(200, b'{', [], length=10**12)
        self._hang_up()

    def _fail_redirect(self):
        self._send(302, b'', [('Location', f'{self.side.url}/secret')])

    def _fail_reject(self):
        message = _read_message(ElementTree.fromstring(self.body).find('.//{*}message')) if self.is_soap else (
            json.loads(self.body))
        ack = {'key': message['key'], 'status': 'rejected', 'reason': 'street is missing'}
        self._answer(422 if not self.is_soap else 200,
                     f'<SendAnswer xmlns="{SPACE}"><ack>{_xml(ack)}</ack></SendAnswer>' if self.is_soap else ack)

    def _fail_empty(self):
        self._send(200, b'', [])

    def _fail_bomb(self):
        entities = ''.join(
            f'<!ENTITY c{n} "{(f"&c{n - 1};" if n else "&b;") * 10}">' for n in range(10))
        bomb = f'<!DOCTYPE a [<!ENTITY b "xxxxxxxxxx">{entities}]><a>&c9;</a>'
        self._send(200, bomb.encode() if self.is_soap else b'[' * 100_000, [('Content-Type', 'text/xml')])


def _xml(value):
    """A dict as elements; lists as the same element again."""
    parts = []
    for name, one in value.items():
        for each in one if isinstance(one, list) else [one]:
            text = str(each).lower() if isinstance(each, bool) else str(each)
            inside = _xml(each) if isinstance(each, dict) else escape(text)
            parts.append(f'<{name}>{inside}</{name}>')
    return ''.join(parts)


def _message_xml(message):
    return _xml({name: message[name] for name in ('kind', 'key', 'at')} | {message['kind']: message['body']})


def _read_message(element):
    found = {re.sub('{.*}', '', one.tag): one for one in element}
    kind = found['kind'].text
    return {'kind': kind, 'key': found['key'].text, 'body': {
        re.sub('{.*}', '', one.tag): one.text for one in found[kind]} if kind in found else {}}

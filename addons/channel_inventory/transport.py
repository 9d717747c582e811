"""The one door by which connectors talk to others.

An address is judged by `engine.connect.door` before anything is sent, and again, as a number, when it is connected to:
what a name means cannot change in between. Nobody is followed elsewhere. A call has an end: for all of it, however slow
the other side drips, and for how much it may say. What goes wrong is an `engine.connect.retry.Failure`.
"""
import contextlib
import logging
import socket
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ReadTimeoutError

from .engine.connect import door, retry

_logger = logging.getLogger(__name__)

CHUNK = 64 * 1024
MAX_BODY = 20 * 1024 * 1024


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict
    body: bytes

    def get_clock_off(self, now: datetime) -> timedelta | None:
        """How far the other side's clock is ahead, as it says itself."""
        try:
            at = parsedate_to_datetime(self.headers.get('date') or '')
        except (TypeError, ValueError):
            return None
        return at.replace(tzinfo=None) - (at.utcoffset() or timedelta()) - now


class Door:
    """One conversation with one other side; to be used in a `with`.

    :param allowed: hosts of the house that may be called, see `door.check_url`
    :param seconds: how long one call may take in all
    """

    def __init__(self, allowed=frozenset(), seconds=10, max_body=MAX_BODY):
        self.allowed, self.seconds, self.max_body = allowed, seconds, max_body
        self.session = requests.Session()
        self.session.trust_env = False  # no proxy, no .netrc of whoever runs the server
        for scheme in ('http://', 'https://'):
            self.session.mount(scheme, _Adapter(self))
        self.open_sockets = []

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self._close()

    def send(self, method, url, body=None, headers=None) -> Reply:
        """:raise Failure: nothing came back that could be read"""
        try:
            door.check_url(url, self.allowed)
        except door.Closed as closed:
            raise retry.Failure('forbidden_address', closed.key) from closed
        started, ran_out = time.monotonic(), threading.Event()
        timer = threading.Timer(self.seconds, self._hang_up, [ran_out])
        timer.daemon = True
        timer.start()
        try:
            reply = self._exchange(method, url, body, headers)
            if ran_out.is_set():  # a head that was hung up on looks like a short one
                raise retry.Failure('timeout', str(self.seconds))
            return reply
        except retry.Failure:
            if ran_out.is_set():
                raise retry.Failure('timeout', str(self.seconds)) from None
            raise
        finally:
            timer.cancel()
            if ran_out.is_set():
                self._close()  # what was hung up must not be taken for a connection that lives
            _logger.debug("%s %s took %.3f s", method, url.partition('?')[0], time.monotonic() - started)

    def _exchange(self, method, url, body, headers):
        try:
            with self.session.request(
                    method, url, data=body, headers={'Accept-Encoding': 'identity', **(headers or {})},
                    timeout=self.seconds, allow_redirects=False, stream=True) as response:
                return Reply(
                    response.status_code, {name.lower(): value for name, value in response.headers.items()},
                    self._read(response))
        except door.Closed as closed:
            raise retry.Failure('forbidden_address', closed.key) from closed
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            raise _explain(error) from error

    def _read(self, response):
        """The body, as far as it was announced and no further than allowed."""
        if response.headers.get('Content-Encoding', 'identity') != 'identity':
            raise retry.Failure('not_understood', 'encoding')
        announced = response.headers.get('Content-Length', '')
        announced = int(announced) if announced.isascii() and announced.isdigit() else None
        if (announced or 0) > self.max_body:
            raise retry.Failure('too_large', str(self.max_body))
        parts, size = [], 0
        while part := response.raw.read(CHUNK):
            size += len(part)
            if size > self.max_body:
                raise retry.Failure('too_large', str(self.max_body))
            parts.append(part)
        if announced is not None and size < announced:
            raise retry.Failure('cut', f'{size}/{announced}')
        return b''.join(parts)

    # --- sockets

    def _connect(self, host, port):
        """A socket to an address that was judged. :raise Closed: the name means an address of the house"""
        host = host.strip('[]').rstrip('.')
        addresses = [info[4] for info in self._resolve(host, port)]
        if not door.is_allowed(host.lower(), port, self.allowed):
            for address in addresses:
                door.check_address(address[0])
        connected = socket.create_connection(addresses[0][:2], timeout=self.seconds)
        self.open_sockets.append(connected.dup())
        return connected

    def _resolve(self, host, port):
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)

    def _hang_up(self, ran_out):
        ran_out.set()
        for one in self.open_sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _close(self):
        self.session.close()
        for one in self.open_sockets:
            one.close()
        self.open_sockets = []


class _Adapter(HTTPAdapter):
    def __init__(self, owner):
        self.owner = owner
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args, **kwargs):
        # pylint: disable=missing-return  # As requests' own: it gives nothing.
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            'http': _pool(HTTPConnectionPool, HTTPConnection, self.owner),
            'https': _pool(HTTPSConnectionPool, HTTPSConnection, self.owner)}


def _pool(pool_class, connection_class, owner):
    """urllib3's own classes, but for how they connect."""
    class Connection(connection_class):
        def _new_conn(self):
            try:
                return owner._connect(self.host, self.port)
            except TimeoutError as error:
                raise ConnectTimeoutError(self, str(error)) from error
            except (OSError, UnicodeError) as error:
                raise NewConnectionError(self, str(error)) from error

    return type('Pool', (pool_class,), {'ConnectionCls': Connection})


def _explain(error):
    """What an error of requests or urllib3 means. Its text may hold an address, so none of it is kept."""
    inner = getattr(error.args[0], 'reason', error.args[0]) if error.args else None
    if isinstance(error, requests.exceptions.SSLError):
        return retry.Failure('certificate')
    if isinstance(error, requests.ConnectTimeout) or isinstance(inner, (NewConnectionError, ConnectTimeoutError)):
        return retry.Failure('unreachable')
    if isinstance(error, (requests.Timeout, ReadTimeoutError, TimeoutError)):
        return retry.Failure('timeout')
    if isinstance(error, ValueError) and not isinstance(error, (requests.RequestException, HTTPError)):
        return retry.Failure('not_understood', type(error).__name__)
    return retry.Failure('cut')

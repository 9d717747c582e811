"""Who says it, and when: HMAC-SHA-256 over the moment and the body as it was sent, byte for byte."""
import hashlib
import hmac
from datetime import datetime, timedelta, timezone

HEADER = 'X-Channel-Signature'
WINDOW = timedelta(minutes=5)
MAX_HEADER = 500
MIN_SECRET = 16


class Untrusted(ValueError):
    """`key` names why: no_secret, no_signature, wrong_signature, clock."""

    def __init__(self, key: str, off: timedelta | None = None):
        super().__init__(key)
        self.key, self.off = key, off


def sign(secret: str, body: bytes, now: datetime) -> str:
    """The header's value. :param now: UTC, without saying so"""
    moment = str(int(now.replace(tzinfo=timezone.utc).timestamp()))
    return f't={moment},v1={_mac(secret, moment, body)}'


def verify(secret: str, header: str | None, body: bytes, now: datetime, window: timedelta = WINDOW) -> datetime:
    """:return: when it was signed

    :raise Untrusted: not signed with this secret, or not lately. The clock is judged last: only who knows the secret
        learns of it
    """
    if len(secret or '') < MIN_SECRET:
        raise Untrusted('no_secret')
    parts = [part.strip().partition('=') for part in (header or '')[:MAX_HEADER].split(',')]
    moments = [value for name, _sign, value in parts if name == 't']
    macs = [value for name, _sign, value in parts if name == 'v1']
    if len(moments) != 1 or not macs or not (moments[0].isascii() and moments[0].isdigit()) or len(moments[0]) > 11:
        raise Untrusted('no_signature')
    right = _mac(secret, moments[0], body)
    if not any(hmac.compare_digest(right.encode(), mac.encode('utf-8', 'replace')) for mac in macs):
        raise Untrusted('wrong_signature')
    at = datetime.fromtimestamp(int(moments[0]), timezone.utc).replace(tzinfo=None)
    if abs(now - at) > window:
        raise Untrusted('clock', at - now)
    return at


def _mac(secret, moment, body):
    return hmac.new(secret.encode(), moment.encode() + b'.' + body, hashlib.sha256).hexdigest()

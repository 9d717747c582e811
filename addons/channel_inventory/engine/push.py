"""Rows that a till pushes over HTTP: who signed them, when, and what they are."""
import hashlib
import hmac
import json
import re
from typing import Any

WINDOW = 300  # seconds that clocks may differ, and a message may be under way
MAX_BYTES = 16 * 2**20
MAX_ROWS = 100_000
_STAMP = re.compile(r'\d{10}')
_SIGNATURE = re.compile(r'(?:sha256=)?([0-9a-f]{64})')


class PushRefused(ValueError):
    """What was pushed is not taken. `key` names the reason."""

    def __init__(self, key: str):
        super().__init__(key)
        self.key = key


def sign(secret: str, stamp: str, body: bytes) -> str:
    """The signature of a message: HMAC-SHA256 over the time in seconds, a dot and the body."""
    return hmac.new(secret.encode(), stamp.encode() + b'.' + body, hashlib.sha256).hexdigest()


def plain_signature(signature: str) -> str:
    """Its 64 digits, however it is written; '' where it is none."""
    match = _SIGNATURE.fullmatch(signature.strip().lower())
    return match[1] if match else ''


def check(secret: str, stamp: str, signature: str, body: bytes, now: float) -> None:
    """Nothing happens where the signature is right and of now.

    :param secret: '' where nobody may push: it takes as long as a wrong signature, and answers the same
    :raise PushRefused: 'unsigned'
    """
    stamp = stamp.strip() if _STAMP.fullmatch(stamp.strip()) else '0'
    right = sign(secret or 'nobody', stamp, body)
    is_right = hmac.compare_digest(right, plain_signature(signature) or '0' * 64)
    if not (is_right and secret and abs(now - int(stamp)) <= WINDOW):
        raise PushRefused('unsigned')


def read_rows(body: bytes) -> list[Any]:
    """The rows of a JSON array, of an object with `rows`, or of one JSON object per line.

    :raise PushRefused: 'not_json', 'too_many'
    """
    try:
        text = body.decode('utf-8-sig').strip()
        rows = _read_json(text)
    except (ValueError, RecursionError) as error:
        raise PushRefused('not_json') from error
    if isinstance(rows, dict) and isinstance(rows.get('rows'), list):
        rows = rows['rows']
    if not isinstance(rows, list):
        rows = [rows]
    if len(rows) > MAX_ROWS:
        raise PushRefused('too_many')
    return rows


def _read_json(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        lines = text.splitlines()
        if len(lines) < 2:
            raise
        return [json.loads(line) for line in lines if line.strip()]

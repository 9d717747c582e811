"""What a device sends, in any of three forms: our JSON, metrics as Sparkplug names them, or one plain number."""
import hashlib
import json
import math
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Any

# kind: what can be true of it, in its unit (degrees Celsius, grams, filled facings, 1 = open)
PLAUSIBLE = {
    'temperature': (-90.0, 150.0), 'weight': (-100_000.0, 10_000_000.0), 'shelf': (0.0, 100_000.0), 'door': (0.0, 1.0)}
BATTERY = 'battery'
READINGS = 'readings'  # of any kind: what a gateway says
FUTURE = timedelta(minutes=10)  # clocks differ
OLDEST = timedelta(days=31)  # a gateway that was without network
MAX_BYTES = 256 * 1024  # of one message
MAX_ROWS = 5000
MAX_KEY = 120
MAX_DEPTH = 3
_TOPIC = re.compile(r'channel/([1-9]\d{0,8})/([A-Za-z0-9._:-]{1,64})/([a-z]{1,20})')
_CODE = re.compile(r'[A-Za-z0-9._:-]{1,64}')
_MILLISECONDS = 10**11  # a number of seconds as large as this lies in the year 5138


class Unreadable(ValueError):
    """Nothing can be made of it. `key` names why."""

    def __init__(self, key: str):
        super().__init__(key)
        self.key = key


@dataclass(frozen=True, slots=True)
class Topic:
    company: int
    device: str
    kind: str


@dataclass(frozen=True, slots=True)
class Said:
    """One reading as it was sent, or why it is none. Times are UTC, without saying so."""

    device: str
    kind: str = ''
    value: float | None = None
    at: datetime | None = None
    key: str = ''
    battery: float | None = None
    reason: str = ''


def read_topic(topic: str) -> Topic:
    """:raise Unreadable: 'wrong_topic'"""
    match = _TOPIC.fullmatch(topic)
    if not match or match[3] not in (*PLAUSIBLE, BATTERY, READINGS):
        raise Unreadable('wrong_topic')
    return Topic(int(match[1]), match[2], match[3])


def is_code(code: str | None) -> bool:
    """Whether a device can be called so, in a topic and elsewhere."""
    return bool(code and _CODE.fullmatch(code))


def read(content: bytes, device: str = '', kind: str = '') -> list[Said]:
    """All that a message says; what is wrong with one reading does not touch the others.

    :param device: whose it is where the message does not say so
    :param kind: of what its plain numbers are
    :raise Unreadable: 'too_large', 'not_json', 'too_many', 'empty'
    """
    if len(content) > MAX_BYTES:
        raise Unreadable('too_large')
    return read_raw(load(content), device, kind)


def read_raw(raw: Any, device: str = '', kind: str = '') -> list[Said]:
    """The same of what JSON has given."""
    said = []
    for one in _walk(raw, Said(device, kind), MAX_DEPTH):
        said.append(one)
        if len(said) > MAX_ROWS:
            raise Unreadable('too_many')
    if not said:
        raise Unreadable('empty')
    return said


def load(content: bytes) -> Any:
    """JSON, or one JSON value per line. :raise Unreadable: 'not_json'"""
    try:
        text = content.decode('utf-8-sig').strip()
        try:
            return _load(text)
        except json.JSONDecodeError:
            lines = [line for line in text.splitlines() if line.strip()]
            if len(lines) < 2:
                raise
            return [_load(line) for line in lines]
    except (ValueError, RecursionError) as error:
        raise Unreadable('not_json') from error


def judge(said: Said, kind: str, now: datetime) -> str:
    """Why this cannot be true of a device of this kind; '' where it can."""
    if said.reason:
        return said.reason
    if said.kind and said.kind not in (kind, BATTERY):
        return 'wrong_kind'
    if said.at and said.at > now + FUTURE:
        return 'future'
    if said.at and said.at < now - OLDEST:
        return 'too_old'
    if said.battery is not None and not 0 <= said.battery <= 100:
        return 'implausible'
    if said.value is None:
        return '' if said.battery is not None else 'no_value'
    if kind not in PLAUSIBLE:
        return 'wrong_kind'
    low, high = PLAUSIBLE[kind]
    return '' if low <= said.value <= high else 'implausible'


def make_key(said: Said) -> uuid.UUID:
    """Sixteen bytes that name this reading among those of its device: its own id or, without one, its time."""
    what = 'battery' if said.value is None else 'at'
    text = f'id {said.key}' if said.key else f'{what} {said.at}'
    return uuid.UUID(bytes=hashlib.blake2b(text.encode('utf-8', 'replace'), digest_size=16).digest())


def _load(text):
    return json.loads(text, parse_constant=_refuse_constant)


def _refuse_constant(name):
    raise ValueError(name)


def _walk(raw: Any, known: Said, depth: int) -> Iterator[Said]:
    """Readings of lists, of objects that hold readings or metrics, and of single ones."""
    if isinstance(raw, list) and depth:
        for one in raw:
            yield from _walk(one, known, depth - 1)
    elif isinstance(raw, Mapping):
        yield from _walk_object(raw, known, depth)
    elif isinstance(raw, (int, float)):  # True among them: a door is open
        yield _set_value(known, raw)
    else:
        yield replace(known, reason='not_a_reading')


def _walk_object(raw, known, depth):
    device = raw.get('device', known.device)
    if not isinstance(device, str) or device and not _CODE.fullmatch(device):
        yield replace(known, reason='wrong_device')
        return
    known = replace(known, device=device)
    if isinstance(raw.get('readings'), list) and depth:
        for one in raw['readings']:
            yield from _walk(one, known, depth - 1)
    elif isinstance(raw.get('metrics'), list):
        yield from _read_metrics(raw, known)
    else:
        yield _read_own(raw, known)


def _read_own(raw, known):
    """{"value", "at"?, "id"?, "kind"?, "battery"?}"""
    key, kind = raw.get('id', ''), raw.get('kind') or known.kind
    if isinstance(key, int) and not isinstance(key, bool):
        key = str(key)
    if not isinstance(key, str) or len(key) > MAX_KEY or '\x00' in key:
        return replace(known, reason='wrong_id')
    if not isinstance(kind, str) or kind not in (*PLAUSIBLE, BATTERY, ''):
        return replace(known, reason='wrong_kind')
    if known.kind and kind != known.kind:
        return replace(known, reason='wrong_kind')
    said = _set_time(replace(known, key=key, kind=kind), raw.get('at', raw.get('timestamp')))
    if raw.get('battery') is not None:
        said = _set_battery(said, raw['battery'])
    return said if raw.get('value') is None else _set_value(said, raw['value'])


def _read_metrics(raw, known):
    """{"timestamp", "metrics": [{"name", "value", "timestamp"?}]}: metrics that we do not know are passed over."""
    battery, found = None, []
    for metric in raw['metrics']:
        name = metric.get('name') if isinstance(metric, Mapping) else None
        name = name.rpartition('/')[2].casefold() if isinstance(name, str) else None
        if name == BATTERY:
            battery = metric.get('value')
        elif name in PLAUSIBLE and known.kind in ('', name):
            at = metric.get('timestamp', raw.get('timestamp'))
            found.append(_set_value(_set_time(replace(known, kind=name), at), metric.get('value')))
    if not found and battery is not None:
        found = [_set_time(replace(known, kind=BATTERY), raw.get('timestamp'))]
    if battery is not None:
        found[-1] = _set_battery(found[-1], battery)
    yield from found or [replace(known, reason='no_value')]


def _set_value(said, value):
    number = _read_number(value)
    if number is None:
        return said if said.reason else replace(said, reason='wrong_value')
    return replace(said, battery=number) if said.kind == BATTERY else replace(said, value=number)


def _set_battery(said, value):
    number = _read_number(value)
    return replace(said, battery=number) if number is not None else replace(said, reason='wrong_value')


def _read_number(value):
    """A finite number, or None. Texts are none: a comma may mean a thousand here and a tenth there."""
    if not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _set_time(said, value):
    if value is None:
        return said
    try:
        at = _read_time(value)
    except (ValueError, OverflowError, OSError):
        return replace(said, reason='wrong_time')
    return replace(said, at=at)


def _read_time(value):
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        seconds = value / 1000 if abs(value) >= _MILLISECONDS else value
        return datetime.fromtimestamp(seconds, timezone.utc).replace(tzinfo=None)
    if not isinstance(value, str):
        raise ValueError(value)
    # Python 3.10 knows neither the Z nor a fraction of one or two digits.
    text = re.sub(r'\.(\d+)', lambda match: '.' + match[1][:6].ljust(6, '0'), value.strip().replace('Z', '+00:00'))
    at = datetime.fromisoformat(text)
    return at.astimezone(timezone.utc).replace(tzinfo=None) if at.tzinfo else at

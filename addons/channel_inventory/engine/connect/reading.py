"""Neutral JSON and dataclasses, both ways, by what each field says of itself.

A reader takes any value that came from outside and gives the value it stands for, or says precisely why it stands for
none. All problems of a message are found together: who mends it mends it once.
"""
import re
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from datetime import date, datetime, timezone
from decimal import Decimal, InvalidOperation
from typing import Any

MAX_LINES = 50_000
MAX_PROBLEMS = 20  # nobody reads more of them
MAX_QTY = Decimal(10**9)
MAX_DIGITS = 6  # after the point
OLDEST, LATEST = datetime(2000, 1, 1), datetime(2100, 1, 1)
_NOT_KEPT = re.compile('[\x00\ud800-\udfff]')


@dataclass(frozen=True, slots=True)
class Problem:
    """Why the value at `where` cannot be read; `reason` is a key, `detail` what stands there."""

    where: str
    reason: str
    detail: str = ''


class Unreadable(ValueError):
    """A message that cannot be read, with all `problems` of it."""

    def __init__(self, problems: Iterable[Problem]):
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{one.where}: {one.reason}" for one in self.problems))


class _Bad(ValueError):
    """:param args: reason, detail"""


@dataclass(frozen=True, slots=True)
class Text:
    most: int = 120
    one_of: tuple[str, ...] = ()

    def take(self, raw, _where, _problems):
        if isinstance(raw, bool) or not isinstance(raw, (str, int)):
            raise _Bad('not_text', _show(raw))
        text = str(raw).strip()
        if not is_kept(text):
            raise _Bad('not_text', '')
        if len(text) > self.most:
            raise _Bad('too_long', str(self.most))
        if self.one_of and text not in self.one_of:
            raise _Bad('unknown_value', text)
        return text


@dataclass(frozen=True, slots=True)
class Number:
    least: Decimal | None = Decimal(0)
    is_above: bool = False  # more than `least`

    def take(self, raw, _where, _problems):
        if isinstance(raw, bool) or not isinstance(raw, (int, float, str, Decimal)):
            raise _Bad('not_number', _show(raw))
        try:
            number = Decimal(str(raw).strip())
        except InvalidOperation:
            raise _Bad('not_number', _show(raw)) from None
        if not number.is_finite() or abs(number) > MAX_QTY:
            raise _Bad('not_number', _show(raw))
        if number.as_tuple().exponent < -MAX_DIGITS and number != round(number, MAX_DIGITS):
            raise _Bad('too_fine', _show(raw))
        if self.least is not None and (number < self.least or self.is_above and number == self.least):
            raise _Bad('too_small', _show(raw))
        return number


@dataclass(frozen=True, slots=True)
class Moment:
    """UTC, without saying so, as databases keep it; what names no zone is UTC."""

    def take(self, raw, _where, _problems):
        if isinstance(raw, datetime):
            moment = raw
        else:
            try:
                moment = datetime.fromisoformat(str(raw).strip().replace('Z', '+00:00'))
            except ValueError:
                raise _Bad('not_time', _show(raw)) from None
        try:
            moment = moment.astimezone(timezone.utc).replace(tzinfo=None) if moment.tzinfo else moment
        except OverflowError:
            raise _Bad('not_time', _show(raw)) from None
        if not OLDEST <= moment < LATEST:
            raise _Bad('not_time', _show(raw))
        return moment.replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class Day:
    def take(self, raw, _where, _problems):
        if isinstance(raw, date) and not isinstance(raw, datetime):
            return raw
        try:
            day = date.fromisoformat(str(raw).strip()[:10])
        except ValueError:
            raise _Bad('not_day', _show(raw)) from None
        if not OLDEST.date() <= day < LATEST.date():
            raise _Bad('not_day', _show(raw))
        return day


@dataclass(frozen=True, slots=True)
class Flag:
    def take(self, raw, _where, _problems):
        if raw is True or raw in ('true', 'True', '1'):
            return True
        if raw is False or raw in ('false', 'False', '0'):
            return False
        raise _Bad('not_flag', _show(raw))


@dataclass(frozen=True, slots=True)
class Part:
    """A value that is a dataclass itself."""

    of: type

    def take(self, raw, where, problems):
        return read(self.of, raw, where, problems)


@dataclass(frozen=True, slots=True)
class Many:
    of: type
    least: int = 1

    def take(self, raw, where, problems):
        if isinstance(raw, Mapping):
            raw = [raw]  # a list of one, as XML says it
        if not isinstance(raw, (list, tuple)):
            raise _Bad('not_list', _show(raw))
        if len(raw) < self.least:
            raise _Bad('too_few', str(self.least))
        if len(raw) > MAX_LINES:
            raise _Bad('too_many', str(MAX_LINES))
        return tuple(read(self.of, one, f'{where}[{number}]', problems) for number, one in enumerate(raw))


def is_kept(text: str) -> bool:
    """Whether a database keeps this text: it has no NUL, and no half of a character (a lone surrogate)."""
    return not _NOT_KEPT.search(text)


def said(reader: Any, default: Any = MISSING) -> Any:
    """A field that a message carries; without a default it must be there."""
    return field(metadata={'reader': reader}) if default is MISSING else field(
        default=default, metadata={'reader': reader})


def read(cls: type, raw: Any, where: str, problems: list[Problem]) -> Any:
    """The dataclass that `raw` stands for; None, and more `problems`, where it stands for none.

    Fields that are not known are left alone: the other side may say more than we ask.
    """
    if not isinstance(raw, Mapping):
        problems.append(Problem(where, 'not_object', _show(raw)))
        return None
    values, known = {}, len(problems)
    for one in fields(cls):
        at = f'{where}.{one.name}' if where else one.name
        value = raw.get(one.name)
        if value is None or value == '':
            if one.default is MISSING:
                problems.append(Problem(at, 'missing'))
            continue
        try:
            values[one.name] = one.metadata['reader'].take(value, at, problems)
        except _Bad as bad:
            problems.append(Problem(at, *bad.args))
        if len(problems) >= MAX_PROBLEMS:
            break
    return None if problems[known:] or len(problems) >= MAX_PROBLEMS else cls(**values)


def write(value: Any) -> Any:
    """The neutral JSON of a dataclass: numbers and times as texts, so that nobody rounds them; nothing empty."""
    if is_dataclass(value):
        written = {one.name: write(getattr(value, one.name)) for one in fields(value)}
        return {name: part for name, part in written.items() if part not in (None, '', [])}
    if isinstance(value, (list, tuple)):
        return [write(one) for one in value]
    if isinstance(value, Decimal):
        return format(value.normalize() if value else Decimal(0), 'f')
    if isinstance(value, datetime):
        return f"{value.isoformat(timespec='seconds')}Z"
    if isinstance(value, date):
        return value.isoformat()
    return value


def _show(raw):
    return repr(raw)[:60]

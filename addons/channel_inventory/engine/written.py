"""Numbers, days and moments as the systems of the world write them.

What could be read in two ways is read in one only where the sender has said which; else it is no number and no day.
"""
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timezone
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

MAX_DIGITS = 6  # after the point
MAX_NUMBER = Decimal(10**12)
MAX_LENGTH = 40
MAX_VERSION = 2**53  # what every program and every JSON still counts one by one
DATE_ORDERS = ('ymd', 'dmy', 'mdy')
DECIMALS = ('auto', '.', ',')
_PLAIN = re.compile(r'[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,2})?', re.IGNORECASE)
_GROUPED = re.compile(r'[+-]?\d{1,3}(,\d{3})+(\.\d+)?')
_CONTINENTAL = re.compile(r'[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?')
_BLANKS = re.compile(r"[\s'’]")
_TIME = r'(?:[T ]\s*\d{1,2}[:.]\d{2}.*)?'
_YMD = re.compile(
    rf'(\d{{4}})(?:([-/.])(\d{{1,2}})\2(\d{{1,2}})|年(\d{{1,2}})月(\d{{1,2}})日?|(\d{{2}})(\d{{2}})){_TIME}')
_OTHER = re.compile(rf'(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){_TIME}')


@dataclass(frozen=True, slots=True)
class Style:
    """How a sender writes. :param date_order: 'ymd' is always read; the others only where they are named

    :param decimal: the sign before the fraction; 'auto' takes 1,5 for one and a half and 1,234 for a thousand
    """

    date_order: str = 'ymd'
    decimal: str = 'auto'


PLAIN = Style()


def is_given(value: Any) -> bool:
    """Whether somebody has said something: 0 is something."""
    return value is not None and value is not False and value != ''


def number(value: Any, decimal: str = 'auto') -> Decimal | None:
    """The number, or None for what is none, has too many digits, or is out of the world."""
    if isinstance(value, str):
        return _read_number(value, decimal) if len(value) <= MAX_LENGTH else None
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    return _in_bounds(Decimal(value) if not isinstance(value, float) else Decimal(repr(value)))


@lru_cache(maxsize=8192)
def _read_number(text: str, decimal: str) -> Decimal | None:
    # Full-width digits and points, as Chinese keyboards type them.
    text = text if text.isascii() else unicodedata.normalize('NFKC', text).replace('−', '-')
    text = _BLANKS.sub('', text)
    if text.endswith('-'):  # as SAP writes what is less than nothing
        text = '-' + text[:-1]
    if decimal == ',' or (decimal == 'auto' and not _PLAIN.fullmatch(text) and not _GROUPED.fullmatch(text)):
        if not _CONTINENTAL.fullmatch(text):
            return None
        text = text.replace('.', '').replace(',', '.')
    elif _GROUPED.fullmatch(text):
        text = text.replace(',', '')
    elif not _PLAIN.fullmatch(text):
        return None
    try:
        return _in_bounds(Decimal(text))
    except InvalidOperation:
        return None


def _in_bounds(found: Decimal) -> Decimal | None:
    if not found.is_finite() or abs(found) >= MAX_NUMBER:
        return None
    if found.as_tuple().exponent < -MAX_DIGITS and found != round(found, MAX_DIGITS):
        return None
    return found


def day(value: Any, order: str = 'ymd') -> date | None:
    """The day as it is written there: a time behind it, and its zone, change nothing."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    text = str(value) if isinstance(value, str) or 0 < value < 10**8 else ''
    return _read_day(text.strip(), order) if len(text) <= MAX_LENGTH else None


@lru_cache(maxsize=8192)
def _read_day(text: str, order: str) -> date | None:
    text = text if text.isascii() else unicodedata.normalize('NFKC', text)
    if match := _YMD.fullmatch(text):
        year, *parts = (part for part in match.groups() if part and part not in '-/.')
        numbers = [int(year), *map(int, parts)]
    elif order != 'ymd' and (match := _OTHER.fullmatch(text)):
        first, _sign, second, year = match.groups()
        numbers = [int(year) + (2000 if len(year) == 2 else 0), int(second), int(first)]
        if order == 'mdy':
            numbers[1:] = reversed(numbers[1:])
    else:
        return None
    try:
        return date(*numbers)
    except ValueError:
        return None


def version(revision: Any, changed_at: Any) -> int | None:
    """One number that says which of two reports of a row is the newer; None where neither is given.

    :param revision: a whole number that grows; it wins over the other
    :param changed_at: a moment in ISO 8601 or a datetime; without a zone it is taken for UTC
    :raise ValueError: it is none of these
    """
    if is_given(revision):
        found = number(revision)
        if found is None or found != int(found) or not 0 <= found < MAX_VERSION:
            raise ValueError(str(revision)[:MAX_LENGTH])
        return int(found)
    if not is_given(changed_at):
        return None
    moment = changed_at if isinstance(changed_at, datetime) else _read_moment(changed_at)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    since = moment - datetime(1970, 1, 1, tzinfo=timezone.utc)
    return (since.days * 86400 + since.seconds) * 10**6 + since.microseconds


def _read_moment(value: Any) -> datetime:
    if not isinstance(value, str) or len(value) > MAX_LENGTH:
        raise ValueError(str(value)[:MAX_LENGTH])
    text = value.strip().replace('/', '-')
    return datetime.fromisoformat(text[:-1] + '+00:00' if text[-1:] in 'zZ' else text)

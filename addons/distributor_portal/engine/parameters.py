"""What stands in an address or in a form, read with care: whatever it is, it is a value or it is nothing.

People mistype, programs send anything, and Python's own `int` takes digits of every script and raises beyond 4,300.
"""
from collections.abc import Iterable
from datetime import date

MAX_ID = 2**31 - 1  # an int4: beyond it PostgreSQL raises, and there is no such record anyway
MAX_PAGE = 1000
MAX_DIGITS = 12
CENTURY = date(2000, 1, 1), date(2099, 12, 31)


def read_number(text: str, most: int = MAX_ID) -> int:
    """A whole number from 1 to `most`, without it a record's id; 0 where it is none."""
    if not (len(text) <= MAX_DIGITS and text.isascii() and text.isdecimal()):
        return 0
    return int(text) if int(text) <= most else 0


def read_numbers(texts: Iterable[str], most: int = MAX_ID) -> list[int]:
    """Those of the texts that are numbers, in their order."""
    return [number for text in texts if (number := read_number(text, most))]


def read_page(text: str, last: int = MAX_PAGE) -> int:
    """A page's number: the first where none is named, the last where there are not so many."""
    return min(read_number(text, 10**MAX_DIGITS) or 1, last)


def read_day(text: str) -> date | None:
    """An ISO date of this century; None where it is none."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if CENTURY[0] <= day <= CENTURY[1] else None

"""The form section of an order: what was filled in, read by the fields of its type. Nothing is dropped silently."""
import math
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

FORM_TYPES = ('char', 'text', 'integer', 'float', 'boolean', 'date', 'datetime', 'selection', 'tags', 'many2one')
MAX_CHAR = 256
MAX_TEXT = 2000
MAX_INTEGER = 2**31 - 1
MAX_FIELDS = 100


@dataclass(frozen=True, slots=True)
class FormField:
    """`options`: stored value → label, for selection, tags and many2one (there: id → name)."""

    name: str
    label: str
    type: str
    is_required: bool = False
    options: Mapping[Any, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FormProblem:
    """What could not be read: a text key, the field's label, what was given."""

    text: str
    field: str
    given: str


def read_form(fields: Sequence[FormField], raw: Mapping[str, Any]) -> tuple[dict[str, Any], list[FormProblem]]:
    """({name: typed value}, problems). A field is named by its name or by its label; an empty value is left out."""
    by_name = {one.name: one for one in fields}
    by_label: dict[str, list[FormField]] = {}
    for one in fields:
        by_label.setdefault(one.label.casefold(), []).append(one)
    values, problems = {}, []
    for key, given in raw.items():
        same_label = by_label.get(str(key).casefold(), [])
        found = by_name.get(key) or (same_label[0] if len(same_label) == 1 else None)
        if not found:
            text = 'form_two_fields' if same_label else 'form_unknown'
            problems.append(FormProblem(text, _short(key), _short(given)))
        elif found.name in values:
            problems.append(FormProblem('form_twice', found.label, _short(given)))
        elif not _is_empty(given):
            try:
                values[found.name] = _READERS[found.type](found, given)
            except (ValueError, TypeError, OverflowError):
                text = 'form_no_choice' if found.type in ('selection', 'tags', 'many2one') else 'form_invalid'
                problems.append(FormProblem(text, found.label, _short(given)))
    return values, problems


def missing_fields(fields: Iterable[FormField], values: Mapping[str, Any]) -> list[FormField]:
    """Required fields without a value. A tick box that must be ticked counts as empty until it is."""
    return [one for one in fields if one.is_required and _is_empty(values.get(one.name))]


def show_value(one: FormField, value: Any) -> str:
    """A stored value as a reader sees it, dates and yes/no left to the page."""
    if one.type in ('selection', 'many2one'):
        return one.options.get(value, '')
    if one.type == 'tags':
        return ', '.join(one.options[tag] for tag in value or () if tag in one.options)
    if one.type == 'float' and value not in (None, False, ''):
        return f'{value:.10g}'
    return '' if value in (None, False) else str(value)


def _is_empty(given):
    return given is None or given is False or given == [] or (isinstance(given, str) and not given.strip())


def _read_char(one, given, limit=MAX_CHAR):
    if isinstance(given, bool) or not isinstance(given, (str, int, float)):
        raise TypeError(given)
    text = unicodedata.normalize('NFC', str(given)).strip()
    if len(text) > limit or any(unicodedata.category(char) == 'Cc' and char not in '\n\r\t' for char in text):
        raise ValueError(given)
    return text


def _read_integer(one, given):
    number = _read_float(one, given)
    if number != int(number) or abs(number) > MAX_INTEGER:
        raise ValueError(given)
    return int(number)


def _read_float(one, given):
    if isinstance(given, bool):
        raise TypeError(given)
    number = float(unicodedata.normalize('NFKC', given).strip() if isinstance(given, str) else given)
    if not math.isfinite(number) or abs(number) > 1e15:
        raise ValueError(given)
    return number


def _read_boolean(one, given):
    if given is True or given == 1:
        return True
    raise TypeError(given)


def _read_date(one, given):
    return date.fromisoformat(_read_char(one, given)).isoformat()


def _read_datetime(one, given):
    """In UTC, as Odoo stores it; without an offset it is UTC already."""
    moment = datetime.fromisoformat(_read_char(one, given))
    if moment.tzinfo:
        moment = moment.astimezone(UTC)
    return moment.strftime('%Y-%m-%d %H:%M:%S')


def _read_choice(one, given):
    if isinstance(given, bool):
        raise TypeError(given)
    if given in one.options:
        return given
    fitting = [value for value, label in one.options.items() if label == given]
    if len(fitting) != 1:
        raise ValueError(given)
    return fitting[0]


def _read_tags(one, given):
    tags = given.split(',') if isinstance(given, str) else given
    if not isinstance(tags, (list, tuple)) or len(tags) > MAX_FIELDS:
        raise TypeError(given)
    return list(dict.fromkeys(_read_choice(one, _read_char(one, tag)) for tag in tags))


_READERS = {
    'char': _read_char,
    'text': lambda one, given: _read_char(one, given, MAX_TEXT),
    'integer': _read_integer,
    'float': _read_float,
    'boolean': _read_boolean,
    'date': _read_date,
    'datetime': _read_datetime,
    'selection': _read_choice,
    'many2one': _read_choice,
    'tags': _read_tags,
}


def _short(value):
    text = ''.join(char for char in str(value) if unicodedata.category(char)[0] != 'C').strip()
    return text if len(text) <= 80 else text[:77] + '...'

"""Rows of a member import: each row is good, or says what is wrong with it."""
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from .tables import read_header

# Header as written in the template → field. Both languages are understood.
HEADERS = {
    'code': 'code', '编码': 'code', '编号': 'code',
    'name': 'name', '名称': 'name',
    'tier': 'tier', '层级': 'tier', '级别': 'tier',
    'upstream': 'upstream', '上级': 'upstream', '上级编码': 'upstream',
    'street_code': 'street_code', 'street code': 'street_code', '街道代码': 'street_code', '区划代码': 'street_code',
    'street': 'street', 'address': 'street', '地址': 'street',
    'phone': 'phone', '电话': 'phone',
    'email': 'email', '邮箱': 'email',
    'credit_limit': 'credit_limit', 'credit limit': 'credit_limit', '信用额度': 'credit_limit',
}
REQUIRED = ('code', 'name', 'tier')
CODE = re.compile(r'[A-Z0-9][A-Z0-9._-]{0,31}')
EMAIL = re.compile(r'[^@\s]+@[^@\s]+\.[^@\s]+')


@dataclass(slots=True)
class MemberRow:
    """`errors` are (text key, argument) pairs; `is_update`: a member with this code exists."""

    number: int
    values: Mapping[str, str]
    is_update: bool = False
    errors: list[tuple[str, str]] = field(default_factory=list)


def check_member_rows(
    rows: Iterable[tuple[int, list[str]]], tiers: Mapping[str, int], members: Mapping[str, int],
    territories: Collection[str], roots: Collection[str],
) -> tuple[list[MemberRow], list[str]]:
    """Read and check the rows of a file whose first row is the header.

    :param tiers: tier code → its step, 1 at the top
    :param members: code of every existing member → its tier's step
    :param roots: codes of the tiers whose members need no upstream
    :return: the rows, and the headers that mean nothing to us
    """
    rows = iter(rows)
    _number, header = next(rows)
    fields, unknown, missing = read_header(header, HEADERS, REQUIRED)
    if missing:
        return [MemberRow(1, {}, errors=[('column_missing', ", ".join(missing))])], unknown
    read = [
        MemberRow(number, {name: cell for name, cell in zip(fields, cells, strict=False) if name and cell})
        for number, cells in rows
    ]
    steps = dict(members)
    for row in read:
        row.values = {
            **row.values,
            'code': row.values.get('code', '').upper(),
            'tier': row.values.get('tier', '').lower(),
            'upstream': row.values.get('upstream', '').upper(),
        }
        if row.values['tier'] in tiers:
            steps[row.values['code']] = tiers[row.values['tier']]  # where it will stand, not where it stands now
        else:
            steps.setdefault(row.values['code'], 0)
    seen = {}
    for row in read:
        row.is_update = row.values['code'] in members
        row.errors += _check_values(row, tiers, territories)
        row.errors += _check_upstream(row, tiers, steps, roots)
        first = seen.setdefault(row.values['code'], row.number)
        if first != row.number and row.values['code']:
            row.errors.append(('code_twice', str(first)))
    _spread_errors(read, members)
    return read, unknown


def _check_values(row, tiers, territories):
    values = row.values
    for name in REQUIRED:
        if not values.get(name):
            yield 'value_missing', name
    if values['code'] and not CODE.fullmatch(values['code']):
        yield 'bad_code', values['code']
    if values['tier'] and values['tier'] not in tiers:
        yield 'unknown_tier', values['tier']
    if values.get('street_code') and values['street_code'] not in territories:
        yield 'unknown_territory', values['street_code']
    if values.get('email') and not EMAIL.fullmatch(values['email']):
        yield 'bad_email', values['email']
    if values.get('credit_limit'):
        try:
            negative = not 0 <= float(values['credit_limit']) < 1e12
        except ValueError:
            negative = True
        if negative:
            yield 'bad_amount', values['credit_limit']


def _check_upstream(row, tiers, steps, roots):
    upstream, tier = row.values['upstream'], row.values['tier']
    if not upstream:
        if tier in tiers and tier not in roots:
            yield 'upstream_missing', tier
    elif upstream == row.values['code']:
        yield 'own_upstream', upstream
    elif upstream not in steps:
        yield 'unknown_upstream', upstream
    elif tier in tiers and steps[upstream] >= tiers[tier]:
        yield 'upstream_not_above', upstream


def _spread_errors(rows, members):
    """A row whose upstream stands in the same file and is wrong cannot be imported either."""
    bad = {row.values['code'] for row in rows if row.errors} - set(members)
    changed = True
    while changed:
        changed = False
        for row in rows:
            if not row.errors and row.values['upstream'] in bad:
                row.errors.append(('upstream_has_errors', row.values['upstream']))
                if row.values['code'] not in members:
                    bad.add(row.values['code'])
                changed = True

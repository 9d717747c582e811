"""Two ledgers side by side: what we have booked of a member, and what the member has; and reading the member's."""
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from .tables import read_header

ZERO = Decimal(0)
NEAR_DAYS = 7
MAX_ROWS = 5000
MAX_AMOUNT = Decimal(10) ** 12
CENT = Decimal('.01')
NAMES = {
    **dict.fromkeys((
        'number', 'no', 'no.', 'document', 'invoice', 'invoice number', 'reference', '单号', '单据号', '单据编号',
        '发票号', '发票号码', '凭证号', '编号'), 'number'),
    **dict.fromkeys(('date', 'invoice date', 'booked', '日期', '单据日期', '开票日期', '记账日期'), 'date'),
    **dict.fromkeys(('amount', 'total', 'value', '金额', '价税合计', '应付金额', '本币金额', '合计'), 'amount'),
}
_SIGNS = re.compile(r'[\s¥$€]|CNY|RMB|USD|EUR|元', re.IGNORECASE)
_PLAIN = re.compile(r'[+-]?(\d{1,15}|\d{1,3}(,\d{3})+)(\.\d{1,6})?', re.ASCII)
_DAY = re.compile(r'(\d{4})\D{1,2}(\d{1,2})\D{1,2}(\d{1,2})\D?', re.ASCII)
_DAY_FIRST = re.compile(r'(\d{1,2})\.(\d{1,2})\.(\d{4})', re.ASCII)
_PACKED_DAY = re.compile(r'(\d{4})(\d{2})(\d{2})', re.ASCII)


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a ledger. Positive is owed by the member, negative paid or credited.

    :param key: the caller's own, unlike any other in its ledger
    """

    key: int
    number: str
    date: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Pair:
    """An entry that both have. `difference` is what the member has booked beyond ours; `how`: number or amount."""

    ours: Item
    theirs: Item
    how: str

    @property
    def difference(self) -> Decimal:
        return self.theirs.amount - self.ours.amount


@dataclass(frozen=True, slots=True)
class Comparison:
    """:param is_mirrored: the member books what it owes as negative; its amounts are turned round here"""

    agreed: tuple[Pair, ...]
    differing: tuple[Pair, ...]
    only_ours: tuple[Item, ...]
    only_theirs: tuple[Item, ...]
    is_mirrored: bool = False

    @property
    def difference(self) -> Decimal:
        """What the member's ledger comes to beyond ours."""
        return (sum((pair.difference for pair in self.differing), ZERO)
                + sum((item.amount for item in self.only_theirs), ZERO)
                - sum((item.amount for item in self.only_ours), ZERO))


def compare(ours: Sequence[Item], theirs: Sequence[Item], days: int = NEAR_DAYS) -> Comparison:
    """Match entry by entry: first by number, then what is left by amount on nearly the same day.

    :param days: how far apart the dates of an entry without a common number may lie
    """
    straight = _compare(ours, theirs, days)
    mirrored = _compare(ours, [Item(one.key, one.number, one.date, -one.amount) for one in theirs], days)
    if len(mirrored.agreed) > len(straight.agreed):
        return Comparison(
            mirrored.agreed, mirrored.differing, mirrored.only_ours, mirrored.only_theirs, is_mirrored=True)
    return straight


def _compare(ours, theirs, days):
    ours, theirs = sorted(ours, key=_sequence), sorted(theirs, key=_sequence)
    pairs = _match_numbers(ours, theirs)
    taken = {pair.ours.key for pair in pairs}, {pair.theirs.key for pair in pairs}
    left = [one for one in ours if one.key not in taken[0]], [one for one in theirs if one.key not in taken[1]]
    pairs += _match_amounts(*left, days)
    taken = {pair.ours.key for pair in pairs}, {pair.theirs.key for pair in pairs}
    pairs.sort(key=lambda pair: _sequence(pair.ours))
    return Comparison(
        tuple(pair for pair in pairs if not pair.difference),
        tuple(pair for pair in pairs if pair.difference),
        tuple(one for one in ours if one.key not in taken[0]),
        tuple(one for one in theirs if one.key not in taken[1]))


def _sequence(item):
    return item.date, item.number, item.amount, item.key


def _match_numbers(ours, theirs):
    """Where a number occurs more than once, equal amounts find each other first, the rest in their sequence."""
    by_number = defaultdict(lambda: ([], []))
    for side, items in enumerate((ours, theirs)):
        for item in items:
            if number := plain_number(item.number):
                by_number[number][side].append(item)
    pairs = []
    for mine, yours in by_number.values():
        for exact in (True, False):
            for item in list(mine):
                fitting = [one for one in yours if not exact or one.amount == item.amount]
                if fitting:
                    mine.remove(item)
                    yours.remove(fitting[0])
                    pairs.append(Pair(item, fitting[0], 'number'))
    return pairs


def _match_amounts(ours, theirs, days):
    """Equal amounts, the nearest days first; of equally near ones the earliest."""
    by_amount = defaultdict(list)
    for item in theirs:
        by_amount[item.amount].append(item)
    near = sorted(
        (abs((item.date - one.date).days), _sequence(item), _sequence(one), item, one)
        for item in ours for one in by_amount[item.amount] if abs((item.date - one.date).days) <= days)
    pairs, taken = [], (set(), set())
    for _distance, _mine, _yours, item, one in near:
        if item.key not in taken[0] and one.key not in taken[1]:
            taken[0].add(item.key)
            taken[1].add(one.key)
            pairs.append(Pair(item, one, 'amount'))
    return pairs


def plain_number(number: str) -> str:
    """INV/2026/00042, inv-2026-00042 and full-width letters are one number."""
    return re.sub(r'[\W_]+', '', unicodedata.normalize('NFKC', number)).upper()


# --- the member's own file


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row that cannot be taken. `key`: date or amount."""

    row: int
    key: str
    text: str


def read_ledger(rows: Sequence[tuple[int, Sequence[str]]]) -> tuple[list[Item], list[RowProblem], list[str]]:
    """The entries of a file with columns for number, date and amount.

    :param rows: as `read_table` gives them, the names of the columns first
    :return: (entries, keyed by their row; rows that cannot be read; required columns that are missing)
    """
    fields, _unknown, missing = read_header(rows[0][1], NAMES, ('number', 'date', 'amount'))
    if missing:
        return [], [], missing
    where = {name: fields.index(name) for name in ('number', 'date', 'amount')}
    items, problems = [], []
    for row, cells in rows[1:]:
        number, day, amount = (cells[where[name]].strip() if where[name] < len(cells) else ''
                               for name in ('number', 'date', 'amount'))
        if not number and not day:
            continue  # a line with totals
        read_day, read_value = parse_day(day), parse_amount(amount)
        if read_day is None or read_value is None:
            key = 'date' if read_day is None else 'amount'
            problems.append(RowProblem(row, key, (day if key == 'date' else amount)[:40]))
        elif read_value:
            items.append(Item(row, number[:64], read_day, read_value))
    return items, problems, []


def parse_amount(text: str) -> Decimal | None:
    """'1,234.50', '¥ 1 234.5', '(120.00)' or '-120'; None for anything else."""
    text = unicodedata.normalize('NFKC', text).replace('−', '-').strip()
    is_bracketed = text.startswith('(') and text.endswith(')')
    text = _SIGNS.sub('', text.strip('()') if is_bracketed else text)
    if not _PLAIN.fullmatch(text):
        return None
    amount = Decimal(text.replace(',', '')).quantize(CENT, ROUND_HALF_UP)
    if abs(amount) >= MAX_AMOUNT:
        return None
    return -amount if is_bracketed else amount


def parse_day(text: str) -> date | None:
    """2026-10-05, 2026/10/5, 2026年10月5日, 20261005 or 5.10.2026. 5/10/2026 may be two days and is none."""
    text = unicodedata.normalize('NFKC', text).strip()
    text = text.partition(' ')[0].partition('T')[0]
    for pattern, sequence in ((_DAY, (1, 2, 3)), (_DAY_FIRST, (3, 2, 1)), (_PACKED_DAY, (1, 2, 3))):
        if found := pattern.fullmatch(text):
            try:
                return date(*(int(found.group(part)) for part in sequence))
            except ValueError:
                return None
    return None


# --- paying


@dataclass(frozen=True, slots=True)
class Share:
    """What of a payment goes to the debt `key`, and what stays open of it."""

    key: int
    paid: Decimal
    left: Decimal


def share_payment(debts: Iterable[tuple[int, Decimal]], amount: Decimal) -> tuple[list[Share], Decimal]:
    """Pay debts in their sequence, each in full before the next.

    :param debts: (key, open amount), the oldest first
    :return: (those that get something, what is left over of the amount)
    """
    shares = []
    for key, debt in debts:
        paid = min(debt, amount)
        if paid <= 0:
            break
        amount -= paid
        shares.append(Share(key, paid, debt - paid))
    return shares, amount

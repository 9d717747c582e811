"""Rows of an order list against a member's products: lines for the pad, and what has to be mended, with proposals."""
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from .order_sheets import SheetRow, clean, get_level
from .packs import PackTerms

MAX_PROPOSALS = 3
CUT_OFF = 65  # of 100: below it two texts have little in common
MAX_GUESSED = 200  # rows for which look-alikes are searched at once


@dataclass(frozen=True, slots=True)
class Good:
    """A product that the member may know of. :param state: '' or why it cannot be ordered

    :param units: (name, code of its level, how many of the product's own unit it holds)
    """

    key: int
    sku: str
    name: str
    units: tuple[tuple[str, str, Decimal], ...] = ()
    terms: PackTerms = field(default_factory=PackTerms)
    state: str = ''


@dataclass(frozen=True, slots=True)
class Hit:
    """A product that a code names. :param rank: 0 a code of its own, more the vaguer; the lowest rank counts

    :param pack: how many of the product's own unit the code stands for
    """

    key: int
    rank: int = 0
    pack: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class PadLine:
    """:param rows: the rows it comes from; more than one were added up"""

    key: int
    qty: Decimal
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Trouble:
    """A row that has to be mended. :param qty: as read, in `unit`

    :param quantities: proposals, in the product's own unit; `units` those that it is sold in; `keys` products meant
    """

    rows: tuple[int, ...]
    code: str
    given: str
    unit: str
    reason: str
    key: int | None = None
    qty: Decimal | None = None
    quantities: tuple[Decimal, ...] = ()
    units: tuple[str, ...] = ()
    keys: tuple[int, ...] = ()


def match_rows(
    rows: Iterable[SheetRow], hits: Mapping[str, Sequence[Hit]], goods: Mapping[int, Good],
) -> tuple[list[PadLine], list[Trouble]]:
    """(lines, troubles), each row in one of them. Rows of the same product are added up before packs are judged.

    :param hits: {code, as `clean` writes it: what it may name}
    """
    wanted, troubles = {}, []
    for row in rows:
        found = _find(row, hits, goods)
        if isinstance(found, Trouble):
            troubles.append(found)
            continue
        good, qty = found
        qty_before, numbers, first = wanted.get(good.key, (Decimal(0), (), row))
        wanted[good.key] = qty_before + qty, (*numbers, row.number), first
    lines = []
    for key, (qty, numbers, first) in wanted.items():
        reason, quantities = judge_packs(qty, goods[key].terms)
        if reason:
            troubles.append(Trouble(
                numbers, first.code, plain(qty), '', reason, key, qty, quantities))
        else:
            lines.append(PadLine(key, qty, numbers))
    return lines, sorted(troubles, key=lambda trouble: trouble.rows)


def judge_packs(qty: Decimal, terms: PackTerms) -> tuple[str, tuple[Decimal, ...]]:
    """(what is wrong with the quantity or '', the nearest quantities that are right)"""
    step, least, most = terms.multiple, terms.minimum, terms.maximum
    reason = (
        'below_minimum' if least and qty < least else 'not_whole_packs' if step and qty % step else
        'above_maximum' if most and qty > most else '')
    if not reason:
        return '', ()
    lowest, highest = _round(least, step, ROUND_CEILING), _round(most, step, ROUND_FLOOR)
    proposals = {_round(qty, step, ROUND_FLOOR), _round(qty, step, ROUND_CEILING)}
    proposals = {max(proposal, lowest) for proposal in proposals}
    if most:
        proposals = {min(proposal, highest) for proposal in proposals}
    right = (proposal for proposal in proposals if proposal > 0 and proposal >= least)
    return reason, tuple(sorted(right))


class Lookalikes:
    """The products whose codes or name look most like what somebody has written."""

    def __init__(self, catalogue: Sequence[tuple[int, Sequence[str], str]]):
        """:param catalogue: (key, codes, name) of each product"""
        codes = [(key, _squeeze(own)) for key, owns, _name in catalogue for own in owns if own]
        names = [(key, clean(name).casefold()) for key, _codes, name in catalogue if name]
        self._keys = [[key for key, _text in texts] for texts in (codes, names)]
        self._texts = [[text for _key, text in texts] for texts in (codes, names)]

    def propose(self, code: str, most: int = MAX_PROPOSALS) -> tuple[int, ...]:
        """Keys of products, the likeliest first."""
        from rapidfuzz import fuzz, process  # only lists with mistakes need it
        wanted, scores = _squeeze(code), {}
        if not wanted:
            return ()
        for keys, texts, scorer, query in zip(
                self._keys, self._texts, (fuzz.ratio, fuzz.token_set_ratio), (wanted, clean(code).casefold()),
                strict=True):
            for _text, score, place in process.extract(query, texts, scorer=scorer, limit=most, score_cutoff=CUT_OFF):
                scores[keys[place]] = max(score, scores.get(keys[place], 0))
        return tuple(sorted(scores, key=lambda key: (-scores[key], key))[:most])


def plain(value: Decimal) -> str:
    """12, not 12.000 nor 1.2E+1."""
    return format(value.normalize(), 'f')


# --- inside


def _find(row, hits, goods):
    """(the product, the quantity in its own unit), or the trouble with the row."""
    def trouble(reason, key=None, **more):
        return Trouble((row.number,), row.code, row.given, row.unit, reason, key, row.qty, **more)

    if not row.code:
        return trouble('code_missing')
    found = hits.get(row.code) or ()
    best = min((hit.rank for hit in found), default=0)
    found = {hit.key: hit for hit in found if hit.rank == best}
    if not found:
        return trouble('unknown_code')
    if len(found) > 1:
        return trouble('ambiguous_code', keys=tuple(sorted(found))[:2 * MAX_PROPOSALS])
    hit = next(iter(found.values()))
    good = goods[hit.key]
    if good.state:
        return trouble(good.state, good.key)
    if row.problem:
        step = good.terms.multiple or hit.pack
        least = max(_round(good.terms.minimum, step, ROUND_CEILING), step)
        return trouble(row.problem, good.key, quantities=(least,))
    factor = hit.pack if not row.unit else _get_factor(good, row.unit)
    if not factor:
        return trouble('unknown_unit', good.key, units=tuple(name for name, _level, _size in good.units))
    return good, row.qty * factor


def _get_factor(good, unit):
    wanted, level = clean(unit).casefold(), get_level(unit)
    for name, code, size in good.units:
        if wanted in (clean(name).casefold(), code.casefold()):
            return size
    return next((size for _name, code, size in good.units if level and code == level), None)


def _round(qty, step, way):
    return qty if not step else (qty / step).to_integral_value(way) * step


def _squeeze(code):
    """YOG-P 200 and yogp200 are the same to whoever types them."""
    return ''.join(char for char in clean(code).casefold() if char.isalnum())

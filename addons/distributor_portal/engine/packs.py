"""How many of a product one may order: the smallest order, whole packs, the most; by the most specific agreement."""
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

LIMITS = ('minimum', 'multiple', 'maximum')


@dataclass(frozen=True, slots=True)
class PackTerm:
    """One agreement that holds for a member and a product; quantities in the product's own unit, 0: not stated.

    :param who: 2 for this member, 1 for its tier, 0 for everybody
    :param what: how near it is to the product: the product itself, its category, one above, all goods
    :param key: the caller's own
    """

    key: int
    who: int
    what: int
    minimum: Decimal = Decimal(0)
    multiple: Decimal = Decimal(0)
    maximum: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class PackTerms:
    """What holds in the end, and by which agreement (`PackTerm.key`, 0 for the product's own values) each."""

    minimum: Decimal = Decimal(0)
    multiple: Decimal = Decimal(0)
    maximum: Decimal = Decimal(0)
    minimum_by: int = 0
    multiple_by: int = 0
    maximum_by: int = 0


def resolve_terms(terms: Iterable[PackTerm], minimum: Decimal, multiple: Decimal) -> PackTerms:
    """Each limit by the most specific agreement that states it, else the product's own.

    Who comes before what: what was agreed with one member holds against what holds for one product.
    """
    ranked = sorted(terms, key=lambda term: (-term.who, -term.what, term.key))
    found = {'minimum': (minimum, 0), 'multiple': (multiple, 0), 'maximum': (Decimal(0), 0)}
    for limit in LIMITS:
        for term in ranked:
            if getattr(term, limit):
                found[limit] = getattr(term, limit), term.key
                break
    return PackTerms(
        *(found[limit][0] for limit in LIMITS), *(found[limit][1] for limit in LIMITS))


def find_level_problem(item: Decimal, packs: Sequence[tuple[str, str, Decimal]]) -> tuple[str, dict[str, str]] | None:
    """Why these packs of one product do not fit into one another, or None.

    :param item: size of the item in the measure of the packs
    :param packs: (name, level 'case' | 'pallet' | other, size) of each
    """
    cases = [(name, size) for name, level, size in packs if level == 'case']
    for name, level, size in packs:
        if size % item:
            return 'pack_not_whole_items', {'pack': name, 'size': plain(size / item)}
        if level == 'pallet' and cases and not any(size >= case and not size % case for _name, case in cases):
            return 'pallet_not_whole_cases', {
                'pack': name, 'size': plain(size / item), 'case': cases[0][0], 'holds': plain(cases[0][1] / item)}
    return None


def plain(value: Decimal) -> str:
    """12, not 12.000 nor 1.2E+1."""
    return format(value.normalize(), 'f')

"""GTINs: one number in four lengths, whose last digit checks the others. And the codes a company gives beside them."""
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from stdnum import ean

LENGTHS = (8, 12, 13, 14)
# 1 to 8 tell the packs of one item apart; 9 is a pack of variable weight, 0 the item itself.
INDICATORS = '12345678'
MASK_SIGNS = re.compile(r'[A-Z0-9#@._/-]{1,32}')
FREE_CODE = re.compile(r'[A-Z0-9][A-Z0-9._/-]{0,31}')


@dataclass(frozen=True, slots=True)
class CodeProblem:
    """What is wrong with a code: the key of a sentence, and what fills its blanks."""

    key: str
    args: dict[str, str] = field(default_factory=dict)


def find_gtin_problem(code: str) -> CodeProblem | None:
    """Why `code` is no GTIN, or None. A wrong check digit comes with the right one."""
    if not code.isascii() or not code.isdigit():
        return CodeProblem('gtin_not_digits', {'code': code})
    if len(code) not in LENGTHS:
        return CodeProblem('gtin_length', {'code': code, 'length': str(len(code))})
    right = ean.calc_check_digit(code[:-1])
    if right != code[-1]:
        return CodeProblem('gtin_check_digit', {
            'code': code, 'given': code[-1], 'right': right, 'proposal': code[:-1] + right})
    return None


def is_restricted(code: str) -> bool:
    """Whether the number is one of those that shops give out themselves, for goods weighed at the counter.

    GS1 keeps the prefixes 02 and 20 to 29 for them; scales put a price where the check digit's neighbours stand.
    """
    return len(code) in (12, 13) and code.isdigit() and code.zfill(13)[:2] in {'02', *map(str, range(20, 30))}


def looks_like_gtin(code: str) -> bool:
    """Whether somebody who types `code` means a GTIN: right length, digits only, not a shop's own number."""
    return code.isascii() and code.isdigit() and len(code) in LENGTHS and not is_restricted(code)


def get_gtin_state(code: str | None) -> str:
    """'missing', 'own' (some other code of the house), 'bad' (a GTIN with a wrong digit) or 'good'."""
    if not code:
        return 'missing'
    if not looks_like_gtin(code):
        return 'own'
    return 'bad' if find_gtin_problem(code) else 'good'


def get_spellings(code: str) -> list[str]:
    """Every way the same number is written: GTIN-14, -13, -12 and -8 differ in leading zeros only."""
    if not looks_like_gtin(code):
        return [code]
    return [code.lstrip('0').zfill(width) for width in LENGTHS if len(code.lstrip('0')) <= width]


def make_pack_gtin(item: str, indicator: str) -> str:
    """The GTIN-14 of a pack: indicator, the item's twelve digits without its check digit, a check digit anew.

    :raise ValueError: `item` is no GTIN of an item, or the indicator is none of 1 to 8
    """
    if find_gtin_problem(item) or item.zfill(14)[0] != '0' or is_restricted(item):
        raise ValueError(f"{item!r} is no GTIN of an item")
    if indicator not in INDICATORS or len(indicator) != 1:
        raise ValueError(f"a pack's indicator is 1 to 8, not {indicator!r}")
    body = indicator + item.zfill(14)[1:-1]
    return body + ean.calc_check_digit(body)


def propose_pack_gtins(item: str, count: int, taken: Collection[str]) -> list[str]:
    """`count` GTIN-14s for the packs of an item, the smallest indicators first that are not `taken`.

    Fewer come back when the eight indicators do not suffice.
    """
    found = (make_pack_gtin(item, indicator) for indicator in INDICATORS)
    return [code for code in found if code not in taken][:count]


# --- extension codes


def fits_mask(code: str, mask: str) -> bool:
    """Whether `code` has the shape of `mask`: # a digit, @ a capital letter or digit, all else as it stands.

    Without a mask, capital letters, digits, dots, dashes, slashes and underscores will do.
    """
    if not mask:
        return bool(FREE_CODE.fullmatch(code))
    return len(code) == len(mask) and all(_fits(sign, wanted) for sign, wanted in zip(code, mask, strict=True))


def find_mask_problem(mask: str) -> CodeProblem | None:
    """Why `mask` can be no mask, or None."""
    if mask and not MASK_SIGNS.fullmatch(mask):
        return CodeProblem('mask_signs', {'mask': mask})
    return None


def fill_mask(mask: str, numbers: Iterable[int]) -> list[str]:
    """Codes with each of `numbers` in the #s of `mask`.

    :raise ValueError: the mask asks for letters, has no #, or has too few of them for a number
    """
    places = mask.count('#')
    if not places or '@' in mask:
        raise ValueError('mask_not_numbered')
    codes = []
    for number in numbers:
        digits = str(number).zfill(places)
        if len(digits) > places:
            raise ValueError('mask_full')
        left = iter(digits)
        codes.append("".join(next(left) if sign == '#' else sign for sign in mask))
    return codes


def _fits(sign: str, wanted: str) -> bool:
    if wanted == '#':
        return sign in '0123456789'
    if wanted == '@':
        return sign in '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'
    return sign == wanted

"""A company's colour, made readable: what is written on it, and with it, in the light and in the dark."""
import re
from dataclasses import dataclass
from functools import lru_cache

DEFAULT = '#0b6e4f'
WANTED = 4.5  # WCAG 2.2, 1.4.3: the contrast of text
LIGHT_CARD, DARK_CARD = '#ffffff', '#1b232c'
WHITE, BLACK = '#ffffff', '#000000'
STEPS = 100
HEX = re.compile(r'#(?:[0-9a-f]{3}|[0-9a-f]{6})', re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Look:
    """The colours of one mode that follow the company's."""

    accent: str  # text, icons and lines on a card
    fill: str  # what is filled with the colour, under white text
    fill_strong: str  # the same while it is pressed
    soft: str  # a tint under text in `accent`


@lru_cache(maxsize=64)
def looks(colour: str | None) -> tuple[Look, Look]:
    """(light, dark) for a company's colour; for none, or one that cannot be read, the suite's own."""
    own = colour if colour and HEX.fullmatch(colour) else DEFAULT
    fill = readable(own, WHITE, towards=BLACK)
    return _look(own, fill, LIGHT_CARD, towards=BLACK, tint=0.1), _look(own, fill, DARK_CARD, towards=WHITE, tint=0.16)


def _look(own: str, fill: str, card: str, towards: str, tint: float) -> Look:
    soft = mix(card, own, tint)
    # Readable on the tint and on the card.
    return Look(readable(readable(own, soft, towards), card, towards), fill, mix(fill, BLACK, 0.18), soft)


def readable(colour: str, ground: str, towards: str) -> str:
    """`colour`, moved `towards` black or white only as far as text on `ground` needs."""
    for step in range(STEPS + 1):
        moved = mix(colour, towards, step / STEPS)
        if contrast(moved, ground) >= WANTED:
            return moved
    return towards


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def mix(one: str, other: str, share: float) -> str:
    """`share` of `other` in `one`."""
    parts = zip(_parts(one), _parts(other), strict=True)
    return '#' + ''.join(f'{round(a + (b - a) * share):02x}' for a, b in parts)


def _parts(colour: str) -> tuple[int, ...]:
    digits = colour[1:]
    if len(digits) == 3:
        digits = ''.join(digit * 2 for digit in digits)
    return tuple(int(digits[place:place + 2], 16) for place in (0, 2, 4))


def _luminance(colour: str) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (part / 255 for part in _parts(colour)))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

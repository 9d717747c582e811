"""From what a scale or a shelf shows to how much stands there."""
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """Grams. :param tolerance: share of one piece that the rest may be; half a piece would be a guess"""

    unit: float
    tare: float = 0.0
    tolerance: float = 0.35


@dataclass(frozen=True, slots=True)
class Pieces:
    count: int
    rest: float  # grams that no whole number of pieces explains
    is_sure: bool


def count_pieces(weight: float, scale: Scale) -> Pieces:
    """How many pieces weigh so much. A rest that is too large, or less than nothing, is no count to rely on."""
    if scale.unit <= 0:
        raise ValueError("A piece weighs something.")
    net = weight - scale.tare
    count = max(round(net / scale.unit), 0)
    rest = net - count * scale.unit
    return Pieces(count, rest, abs(rest) <= scale.tolerance * scale.unit)


def fill_grade(filled: float, facings: float) -> float:
    """Percent of the facings that are filled. What is stacked above all of them is full, no more."""
    if facings <= 0:
        raise ValueError("A shelf has facings.")
    return min(max(filled / facings * 100, 0.0), 100.0)

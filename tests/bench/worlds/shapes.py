"""How large a world is, and how its numbers are spread."""
import random
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

ZIPF = 1.1
# Of log-normal sizes the top p take Φ(σ − z(1−p)): the top 5 % of the dealers buy half of everything.
DEALER_SIGMA = NormalDist().inv_cdf(.95)


@dataclass(frozen=True, slots=True)
class Shape:
    """:param regional: from how many to how many products are sold in a few provinces only
    :param history: orders of the past two years, all received
    """

    name: str
    agents: int
    dealers: int
    stores: int
    warehouses: int
    products: int
    regional: tuple[int, int]
    history: int


SHAPES = {shape.name: shape for shape in (
    Shape('S', 2, 6, 60, 5, 50, (2, 4), 100),
    Shape('C', 12, 180, 5_000, 20, 1_500, (15, 40), 10_000),
    Shape('M', 20, 12_000, 500_000, 200, 3_000, (30, 80), 100_000),
)}


def stream(seed: int, topic: str) -> random.Random:
    """Its own numbers for each topic: a change in one leaves the others as they were."""
    return random.Random(f'{seed} {topic}')


def share_out(total: int, weights: Sequence[float]) -> list[int]:
    """`total` in whole numbers by weight, the largest remainders first; they add up to it exactly."""
    whole = sum(weights)
    exact = [total * weight / whole for weight in weights]
    parts = [int(part) for part in exact]
    by_loss = sorted(range(len(parts)), key=lambda i: parts[i] - exact[i])
    for i in by_loss[:total - sum(parts)]:
        parts[i] += 1
    return parts


def zipf(count: int) -> list[float]:
    """Weights of the ranks 1 to `count`."""
    return [rank ** -ZIPF for rank in range(1, count + 1)]

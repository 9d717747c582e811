"""How improbable a demand is: upper tails of the Poisson and the negative binomial distribution."""
from math import exp, lgamma, log, log1p

TINY = 1e-300
STEPS = 10_000
CLOSE = 1e-13


def demand_tail(quantity: float, mean: float, variance: float) -> float:
    """P(demand ≥ `quantity`), for a demand of this mean and variance.

    Negative binomial where the variance exceeds the mean, Poisson otherwise.
    """
    if quantity <= 0:
        return 1.0
    if mean <= 0:
        return 0.0
    # The factor keeps the negative binomial out of the region where its parameters run to infinity.
    if variance <= mean * (1 + 1e-9):
        return _lower_gamma(quantity, mean)
    successes = mean * mean / (variance - mean)
    return _incomplete_beta(1 - mean / variance, quantity, successes)


def _lower_gamma(shape: float, x: float) -> float:
    """The regularised lower incomplete gamma function: P(Poisson(x) ≥ shape)."""
    scale = exp(shape * log(x) - x - lgamma(shape))
    if x < shape + 1:
        term = total = 1 / shape
        for step in range(1, STEPS):
            term *= x / (shape + step)
            total += term
            if term < total * CLOSE:
                break
        return min(total * scale, 1.0)
    return max(1 - scale * _upper_gamma_fraction(shape, x), 0.0)


def _upper_gamma_fraction(shape: float, x: float) -> float:
    b = x + 1 - shape
    c, d = 1 / TINY, 1 / b
    value = d
    for step in range(1, STEPS):
        a = -step * (step - shape)
        b += 2
        d = 1 / _away_from_zero(a * d + b)
        c = _away_from_zero(b + a / c)
        value *= d * c
        if abs(d * c - 1) < CLOSE:
            break
    return value


def _incomplete_beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b)."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    scale = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return min(scale * _beta_fraction(x, a, b) / a, 1.0)
    return max(1 - scale * _beta_fraction(1 - x, b, a) / b, 0.0)


def _beta_fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, 1 / _away_from_zero(1 - (a + b) * x / (a + 1))
    value = d
    for step in range(1, STEPS):
        for numerator in (
                step * (b - step) * x / ((a + 2 * step - 1) * (a + 2 * step)),
                -(a + step) * (a + b + step) * x / ((a + 2 * step) * (a + 2 * step + 1))):
            d = 1 / _away_from_zero(1 + numerator * d)
            c = _away_from_zero(1 + numerator / c)
            value *= c * d
        if abs(c * d - 1) < CLOSE:
            break
    return value


def _away_from_zero(value: float) -> float:
    return value if abs(value) > TINY else TINY

from math import comb, exp, factorial

import pytest
from devkit.engines import load_engine
from hypothesis import given
from hypothesis import strategies as st

load_engine('distributor_portal')


def tail(*args):
    return load_engine('distributor_portal').tails.demand_tail(*args)


def poisson(k, mean):
    return 1 - sum(exp(-mean) * mean**i / factorial(i) for i in range(k))


@pytest.mark.parametrize(('k', 'mean'), [(1, 0.1), (3, 2), (10, 4), (5, 9), (30, 20), (15, 25)])
def test_poisson_tail_is_the_sum_of_its_terms(k, mean):
    assert tail(k, mean, mean) == pytest.approx(poisson(k, mean), rel=1e-6)


@pytest.mark.parametrize(('k', 'size', 'share'), [(1, 1, 0.5), (8, 3, 0.4), (40, 5, 0.2), (3, 10, 0.7), (60, 2, 0.05)])
def test_negative_binomial_tail_is_the_sum_of_its_terms(k, size, share):
    mean, variance = size * (1 - share) / share, size * (1 - share) / share**2
    below = sum(comb(i + size - 1, i) * share**size * (1 - share)**i for i in range(k))
    assert tail(k, mean, variance) == pytest.approx(1 - below, rel=1e-6)


@given(st.integers(1, 5000), st.floats(0.01, 5000), st.floats(0.01, 50))
def test_tail_is_a_probability_that_falls_with_the_quantity(k, mean, dispersion):
    variance = mean * dispersion
    here, further = tail(k, mean, variance), tail(k + 1, mean, variance)
    assert 0 <= further <= here + 1e-9 <= 1 + 1e-9


def test_edges():
    assert tail(0, 5, 5) == 1
    assert tail(1, 0, 0) == 0
    assert tail(1200, 210, 500) < 1e-9
    assert tail(10**6, 10**6, 10**6) == pytest.approx(0.5, abs=0.01)

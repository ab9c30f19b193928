"""Shares of scenarios against planted ones."""

from collections.abc import Callable

import numpy as np
import pytest

from experiments.statistics.arrays import Floats
from experiments.statistics.scenarios import (
    MOST_ADVISED,
    Shares,
    _seen,
    _shares,
    advised_replications,
    plausible_differences,
    shares_of_scenarios,
)


def shares(expected: Floats, luck: float, rng: np.random.Generator, futures: int = 8) -> Shares:
    """Estimate from scenarios of these expected differences, with luck twice as large as they vary."""
    runs = expected[:, np.newaxis] + luck * rng.standard_normal((len(expected), futures))
    return shares_of_scenarios(runs, 1.0)


def test_they_sum_to_one_and_lie_in_their_intervals() -> None:
    rng = np.random.default_rng(1)
    found = shares(rng.normal(-0.5, 1.8, 250), 3.6, rng)
    assert sum(each.mean for each in found) == pytest.approx(1.0)
    assert all(0.0 <= each.low <= each.mean <= each.high <= 1.0 for each in found)


def test_where_all_replications_are_equal_nothing_is_estimated() -> None:
    known = np.repeat([[-2.0], [-1.0], [0.0], [0.0], [1.0]], 8, axis=1)
    assert [each.mean for each in shares_of_scenarios(known, 1.0)] == [0.4, 0.2, 0.4]
    assert plausible_differences(known).tolist() == [-2.0, -1.0, 0.0, 0.0, 1.0]


def test_too_few_replications_tell_nothing() -> None:
    found = shares_of_scenarios(np.ones((50, 3)), 1.0)
    assert all(np.isnan(each).all() for each in found)


PRIORS: dict[str, Callable[[np.random.Generator], Floats]] = {
    "normal": lambda rng: rng.normal(0.0, 1.8, 1000),
    "skewed": lambda rng: 2.0 - rng.gamma(2.0, 1.3, 1000),
    "long-tailed": lambda rng: 3.0 - 3.0 * rng.lognormal(0.0, 0.5, 1000),
}
"""Expected differences of 1,000 scenarios."""


@pytest.mark.slow
@pytest.mark.parametrize("shape", PRIORS)
def test_luck_twice_as_large_as_scenarios_is_taken_out(shape: str) -> None:
    """The share that does better is off by under 0.02 in the mean, where counting means is off by more."""
    rng, found, counted = np.random.default_rng(2), [], []
    true = float(np.mean([PRIORS[shape](rng) <= -1.0 for _ in range(500)]))
    for _ in range(30):
        runs = PRIORS[shape](rng)[:, np.newaxis] + 3.6 * rng.standard_normal((1000, 8))
        found.append(_shares(_seen(runs), 1.0)[0])
        counted.append(np.mean(runs.mean(axis=1) <= -1.0))
    assert abs(np.mean(found) - true) < 0.02 < abs(np.mean(counted) - true)


@pytest.mark.parametrize(("between", "advised"), [(2.0, None), (1.0, 16), (0.0, MOST_ADVISED)])
def test_more_replications_are_advised_where_luck_outweighs_scenarios(between: float, advised: int | None) -> None:
    generator = np.random.default_rng(2)
    runs = between * generator.normal(size=(4_000, 1)) + 4.0 * generator.normal(size=(4_000, 8))
    found = advised_replications(runs)
    assert found is advised is None or found == pytest.approx(advised, abs=2)
    assert advised_replications(np.zeros((5, 8))) is None

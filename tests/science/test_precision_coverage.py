"""Adaptive replication keeps its word: estimate ± precision holds the mean at least as often as it says.

The procedure is the one that a sweep uses, on differences that are normal, and on skewed ones with heavy tails. Ours
look like the mixture: in an African sweep, paired differences of conflict-years between `uk_pools` and `siloed` had a
skewness of −1.5 and an excess kurtosis of 7.
"""

from collections.abc import Callable

import numpy as np
import pytest

from experiments.runs.precision import FIRST_STAGE, reached, stages
from model.world import Floats

pytestmark = pytest.mark.slow

SAMPLES, PRECISION = 4_000, 0.5
Draw = Callable[[np.random.Generator, tuple[int, int]], Floats]


def mixture(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """Mostly small differences, sometimes a conflict more that lasts: mean 0, skewness −1.5, excess kurtosis 7."""
    lasting = rng.random(shape) < 0.12
    return np.where(lasting, -rng.gamma(1.6, 3.6, shape), rng.normal(0.0, 2.0, shape)) + 0.12 * 1.6 * 3.6


def stopped(draw: Draw, seed: int, most: int) -> tuple[Floats, Floats]:
    """Estimate of each sample when its point stops, and its number of replications."""
    values = draw(np.random.default_rng(seed), (SAMPLES, most))
    starts, ends = np.array(stages(FIRST_STAGE, most)).T
    squares = values * values
    powers = (values, squares, squares * values, squares * squares)
    mean, second, third, fourth = (np.add.reduceat(x, starts, axis=1).cumsum(axis=1) / ends for x in powers)
    central = fourth - 4.0 * mean * third + 6.0 * mean**2 * second - 3.0 * mean**4
    variance = (second - mean**2) * ends / (ends - 1)
    done = reached(ends[np.newaxis, :].astype(float), variance, central, PRECISION)
    assert done[:, -1].all(), "more replications are needed for this test to see every sample stop"
    first = done.argmax(axis=1)
    return mean[np.arange(SAMPLES), first], ends[first].astype(np.float64)


@pytest.mark.parametrize(
    ("draw", "deviation"),
    [
        (lambda rng, shape: rng.normal(0.0, 2.0, shape), 2.0),
        (lambda rng, shape: rng.normal(0.0, 4.0, shape), 4.0),
        (lambda rng, shape: 3.0 * (rng.exponential(size=shape) - 1.0), 3.0),
        (lambda rng, shape: -5.0 * (rng.exponential(size=shape) - 1.0), 5.0),
        (mixture, 3.0),
    ],
    ids=["normal, narrow", "normal, wide", "exponential", "exponential, wide", "like ours"],
)
def test_the_fixed_width_interval_covers_the_mean(draw: Draw, deviation: float) -> None:
    known = (1.96 * deviation / PRECISION) ** 2
    estimates, counts = stopped(draw, seed=7, most=round(1.6 * known) + 200)
    covered = float(np.mean(np.abs(estimates) <= PRECISION))
    # 95% nominal: at least 94%, allowing for three standard errors of this simulation.
    assert covered >= 0.94 - 3.0 * np.sqrt(0.95 * 0.05 / SAMPLES)
    # And it does not buy that by running for ever: about what a known spread would take, a stage's step, the guard.
    assert np.mean(counts) <= 1.6 * max(known, FIRST_STAGE)

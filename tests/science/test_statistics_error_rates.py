"""Error rates of the statistics by simulation: what is called 5% is wrong about 5% of the time.

Every experiment has a fixed seed, so each test gives the same answer every time. Each band is 2.4 to 3 standard errors
of its simulation wide on either side, so that an interval that covers 95% would leave it with one seed in a hundred or
fewer; one that covers 90% would with nine seeds in ten or more. That a level or a formula is off by less is for the
unit tests, which hold each interval against its closed form. Intervals move with what is added to the data, so one set
of samples serves every planted effect.
"""

import functools
import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from experiments.statistics.arrays import Floats
from experiments.statistics.family import simultaneous_intervals
from experiments.statistics.intervals import (
    Interval,
    bca_interval,
    draws_to_settle,
    mean_interval,
    proportion_interval,
    ratio_of_means_interval,
    verdict,
)
from tests.coverage import family_coverage

pytestmark = pytest.mark.slow

Shape = Callable[[Floats], Floats]


def normal(z: Floats) -> Floats:
    return z


def skewed(z: Floats) -> Floats:
    """Lognormal of sigma 0.5 (skewness 1.75), centred."""
    return np.exp(0.5 * z) - math.exp(0.125)


def coverage(intervals: Floats, truth: float = 0.0) -> float:
    """Share of samples all of whose intervals (samples, comparisons, [mean, low, high]) hold the truth."""
    return float(np.mean(np.all((intervals[..., 1] <= truth) & (intervals[..., 2] >= truth), axis=1)))


@functools.cache
def of_means(shape: Shape, n: int) -> Floats:
    samples = shape(np.random.default_rng(1).standard_normal((1000, n)))
    return np.array([[mean_interval(x)] for x in samples])


def correlated(n: int, m: int, rng: np.random.Generator) -> Floats:
    """Normal columns of variance 1 that share half of it, as institutions share their replications."""
    own, shared = rng.standard_normal((n, m)), rng.standard_normal((n, 1))
    return (own + shared) / math.sqrt(2)


@functools.cache
def joint(shape: Shape, n: int) -> Floats:
    rng = np.random.default_rng(7)
    samples = [shape(correlated(n, 5, rng)) for _ in range(600 if n >= 50 else 250)]
    return np.array([simultaneous_intervals(x, seed=i, resamples=499) for i, x in enumerate(samples)])


# Coverage.


@pytest.mark.parametrize(("shape", "n"), [(normal, 100), (skewed, 100), (normal, 5)])
def test_mean_interval_covers(shape: Shape, n: int) -> None:
    assert 0.93 <= coverage(of_means(shape, n)) <= 0.97


@pytest.mark.parametrize("statistic", [np.mean, np.median])
def test_bca_interval_covers(statistic: Callable[..., Floats]) -> None:
    samples = np.random.default_rng(3).standard_normal((250, 61))
    if statistic is np.mean:
        samples = skewed(samples)
    found = np.array([[bca_interval(x, statistic, seed=i, resamples=299)] for i, x in enumerate(samples)])
    assert 0.92 <= coverage(found) <= 0.98


def ratios(level: float, share: float, shape: Shape) -> Floats:
    """Intervals of a ratio of means that is `share`, with a denominator of mean `level`."""
    rng = np.random.default_rng(5)
    found = []
    for i in range(250):
        bottom = level + shape(rng.standard_normal(100))
        top = share * bottom + 0.5 * shape(rng.standard_normal(100))
        found.append([ratio_of_means_interval(top, bottom, seed=i, resamples=299)])
    return np.array(found)


def test_ratio_of_means_interval_covers() -> None:
    assert 0.92 <= coverage(ratios(0.8, 0.6, skewed), 0.6) <= 0.98


def test_a_ratio_with_a_weak_denominator_is_not_given_false_bounds() -> None:
    # The denominator's mean is two standard errors from zero: about half the samples bound the
    # ratio, and where bounds are given they must still hold.
    found = ratios(0.2, 0.5, normal)
    bounded = found[~np.isnan(found[:, 0, 1])]
    assert 0.4 < len(bounded) / len(found) < 0.65
    assert coverage(bounded, 0.5) >= 0.92


@pytest.mark.parametrize("shape", [normal, skewed])
def test_simultaneous_intervals_cover_jointly(shape: Shape) -> None:
    assert 0.925 <= coverage(joint(shape, 50)) <= 0.975


@pytest.mark.parametrize("n", [3, 5, 10, 20])
def test_simultaneous_intervals_err_on_the_wide_side_with_few_replications(n: int) -> None:
    assert coverage(joint(normal, n)) >= 0.92


@pytest.mark.parametrize("kind", ["sparse", "skewed"])
def test_sparse_and_skewed_columns_spoil_no_family(kind: str) -> None:
    # 200 families have a standard error of 0.015; `python -m tests.coverage` looks closer.
    covered, widest = family_coverage(kind, 200, 200, resamples=299)
    assert covered >= 0.92
    assert widest <= 1.0 + 1e-9


def test_separate_intervals_would_not_cover_jointly() -> None:
    rng = np.random.default_rng(9)
    samples = [correlated(100, 5, rng) for _ in range(150)]
    assert coverage(np.array([[mean_interval(column) for column in x.T] for x in samples])) < 0.90


def test_proportion_interval_covers_on_average_over_proportions() -> None:
    # Exact, not simulated: the coverage at p is the binomial weight of counts whose interval holds p.
    n = 60
    _, low, high = np.array([proportion_interval(k, n) for k in range(n + 1)]).T
    p = np.linspace(0.05, 0.95, 91)[:, np.newaxis]
    rates = np.sum(stats.binom.pmf(np.arange(n + 1), n, p) * ((low <= p) & (p <= high)), axis=1)
    assert 0.94 <= rates.mean() <= 0.96
    assert rates.min() > 0.90


# Verdicts.


def share_of(found: str, effect: float, smallest_effect: float) -> float:
    """How often samples of 100 with standard deviation 1 are judged so; the standard error of their mean is 0.1."""
    intervals = of_means(normal, 100)[:, 0] + effect
    judged = [verdict(Interval(*map(float, each)), smallest_effect) for each in intervals]
    return float(np.mean([found in each for each in judged]))


def test_an_effect_at_the_margin_is_rarely_given_a_size() -> None:
    assert 0.0125 <= share_of("at_least", 0.3, 0.3) <= 0.0375
    assert share_of("less", 0.3, 0.3) <= 0.0375
    assert share_of("worse", 0.3, 0.3) <= 0.001


def test_no_effect_is_rarely_given_a_direction() -> None:
    assert 0.0125 <= share_of("better", 0.0, 0.3) <= 0.0375
    assert 0.0125 <= share_of("worse", 0.0, 0.3) <= 0.0375


def test_planted_effects_are_found() -> None:
    assert share_of("at_least", 0.8, 0.3) > 0.95
    assert share_of("worse", -0.8, 0.3) > 0.95
    assert share_of("less", 0.0, 0.5) > 0.95
    assert share_of("better", 0.4, 1.0) > 0.95 and share_of("less", 0.4, 1.0) > 0.95


@pytest.mark.parametrize(("shape", "draws"), [(normal, 200), (skewed, 1000)])
def test_the_draws_that_settle_a_size_are_foretold(shape: Shape, draws: int) -> None:
    """Within a factor of 1.25 nine times in ten; it takes more of them where tails are heavy."""
    smallest, deviation = 0.03, float(shape(np.random.default_rng(0).standard_normal(10**6)).std())
    needed = (2.0 * 1.96 * deviation / smallest) ** 2
    samples = shape(np.random.default_rng(11).standard_normal((400, draws)))
    told = [draws_to_settle(mean_interval(x), draws, smallest) for x in samples]
    right = [each is not None and 1 / 1.25 <= each / needed <= 1.25 for each in told]
    assert np.mean(right) >= 0.9


def test_a_planted_effect_among_nulls_is_found_and_the_nulls_are_not() -> None:
    effects = np.array([0.0, 0.0, 0.8, 0.2, 0.2])  # the margin is 0.2: two sit exactly on it
    intervals = joint(skewed, 50) + effects[:, np.newaxis]
    verdicts = np.array([[verdict(Interval(*each), 0.2) for each in sample.tolist()] for sample in intervals])
    supported = (verdicts == "better").any(axis=2) & (verdicts == "at_least").any(axis=2)
    assert supported[:, 2].mean() > 0.95
    assert supported[:, [0, 1, 3, 4]].any(axis=1).mean() <= 0.04

"""Error rates of the statistics by simulation: what is called 5% is wrong about 5% of the time.

Every experiment has a fixed seed, so each test gives the same answer every time. Bands are the
nominal rate ± 2 points, about three standard errors of the smallest simulation.
"""

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from experiments.statistics.intervals import (
    Interval,
    bca_interval,
    benjamini_hochberg,
    equivalence_p,
    holm,
    mean_interval,
    paired_sign_flip_p,
    proportion_interval,
    ratio_of_means_interval,
    simultaneous_intervals,
    verdict,
)

pytestmark = pytest.mark.slow

FloatArray = npt.NDArray[np.float64]

NOMINAL_COVERAGE = (0.93, 0.97)
NOMINAL_SIZE = (0.03, 0.07)


def within(rate: float, band: tuple[float, float]) -> bool:
    return band[0] <= rate <= band[1]


def covers(interval: Interval, truth: float) -> bool:
    return interval.low <= truth <= interval.high


def correlated(n: int, m: int, rng: np.random.Generator) -> FloatArray:
    """Normal columns of variance 1 that share half of it, as institutions share their futures."""
    own, shared = rng.standard_normal((n, m)), rng.standard_normal((n, 1))
    return (own + shared) / math.sqrt(2)


def normal(z: FloatArray) -> FloatArray:
    return z


def skewed(z: FloatArray) -> FloatArray:
    """Lognormal of sigma 0.5 (skewness 1.75), centred."""
    return np.exp(0.5 * z) - math.exp(0.125)


SHAPES = pytest.mark.parametrize("shape", [normal, skewed])
Shape = Callable[[FloatArray], FloatArray]


# Coverage.


@SHAPES
def test_mean_interval_covers(shape: Shape) -> None:
    samples = shape(np.random.default_rng(1).standard_normal((3000, 100)))
    assert within(float(np.mean([covers(mean_interval(x), 0) for x in samples])), NOMINAL_COVERAGE)


def test_mean_interval_covers_with_few_replications() -> None:
    samples = np.random.default_rng(2).standard_normal((3000, 5))
    assert within(float(np.mean([covers(mean_interval(x), 0) for x in samples])), NOMINAL_COVERAGE)


@SHAPES
def test_bca_interval_covers_the_mean(shape: Shape) -> None:
    samples = shape(np.random.default_rng(3).standard_normal((1000, 100)))
    covered = [covers(bca_interval(x, seed=i, resamples=499), 0) for i, x in enumerate(samples)]
    assert within(float(np.mean(covered)), NOMINAL_COVERAGE)


def test_bca_interval_covers_the_median() -> None:
    samples = np.random.default_rng(4).standard_normal((800, 61))
    covered = [covers(bca_interval(x, np.median, 0.95, i, 499), 0) for i, x in enumerate(samples)]
    assert within(float(np.mean(covered)), NOMINAL_COVERAGE)


@SHAPES
def test_ratio_of_means_interval_covers(shape: Shape) -> None:
    rng = np.random.default_rng(5)
    covered = []
    for i in range(1000):
        bottom = 0.8 + shape(rng.standard_normal(100))
        top = 0.6 * bottom + 0.5 * shape(rng.standard_normal(100))
        covered.append(covers(ratio_of_means_interval(top, bottom, seed=i, resamples=499), 0.6))
    assert within(float(np.mean(covered)), NOMINAL_COVERAGE)


def test_a_ratio_with_a_weak_denominator_is_not_given_false_bounds() -> None:
    # The denominator's mean is two standard errors from zero: about half the samples bound the
    # ratio, and where bounds are given they must still hold.
    rng = np.random.default_rng(6)
    bottoms = 0.2 + rng.standard_normal((800, 100))
    tops = 0.5 * bottoms + 0.5 * rng.standard_normal((800, 100))
    pairs = zip(tops, bottoms, strict=True)
    intervals = [ratio_of_means_interval(t, b, seed=i, resamples=499) for i, (t, b) in enumerate(pairs)]
    bounded = [interval for interval in intervals if not math.isnan(interval.low)]
    assert 0.4 < len(bounded) / len(intervals) < 0.65
    assert np.mean([covers(interval, 0.5) for interval in bounded]) >= 0.93


def joint_coverage(shape: Shape, n: int, m: int, simulations: int, seed: int) -> float:
    rng = np.random.default_rng(seed)
    covered = 0
    for i in range(simulations):
        intervals = simultaneous_intervals(shape(correlated(n, m, rng)), seed=i, resamples=999)
        covered += all(covers(interval, 0) for interval in intervals)
    return covered / simulations


@SHAPES
@pytest.mark.parametrize("m", [1, 5])
def test_simultaneous_intervals_cover_jointly(shape: Shape, m: int) -> None:
    assert within(joint_coverage(shape, 100, m, 1500, seed=7), NOMINAL_COVERAGE)


@pytest.mark.parametrize("n", [3, 5, 10, 20])
def test_simultaneous_intervals_err_on_the_wide_side_with_few_replications(n: int) -> None:
    assert joint_coverage(normal, n, 5, 1000, seed=8) >= 0.93


def test_separate_intervals_would_not_cover_jointly() -> None:
    rng = np.random.default_rng(9)
    samples = [correlated(100, 5, rng) for _ in range(800)]
    joint = [all(covers(mean_interval(column), 0) for column in x.T) for x in samples]
    assert np.mean(joint) < 0.90


def test_proportion_interval_covers_on_average_over_proportions() -> None:
    # Exact, not simulated: the coverage at p is the binomial weight of counts whose interval holds p.
    n = 60
    intervals = [proportion_interval(k, n) for k in range(n + 1)]
    rates = []
    for p in np.linspace(0.05, 0.95, 91):
        holds = np.array([covers(interval, p) for interval in intervals])
        rates.append(float(stats.binom.pmf(np.arange(n + 1), n, p)[holds].sum()))
    assert within(float(np.mean(rates)), (0.94, 0.96))
    assert min(rates) > 0.90


# Size of the tests.


@pytest.mark.parametrize("shape", [normal, np.sinh, np.sign], ids=["normal", "heavy tails", "two values"])
def test_sign_flip_rejects_a_true_null_at_its_level(shape: Shape) -> None:
    samples = shape(np.random.default_rng(10).standard_normal((800, 40)))
    p = np.array([paired_sign_flip_p(x, seed=i, resamples=399) for i, x in enumerate(samples)])
    # Two-valued differences have few distinct means, so the level cannot be used up there.
    lower, upper = (0.01, 0.07) if shape is np.sign else NOMINAL_SIZE
    assert lower <= np.mean(p <= 0.05 + 1e-12) <= upper


@pytest.mark.parametrize("edge", [-0.5, 0.5])
def test_equivalence_is_declared_at_its_level_when_the_effect_is_at_the_margin(edge: float) -> None:
    samples = edge + np.random.default_rng(11).standard_normal((3000, 100))
    assert within(float(np.mean([equivalence_p(x, 0.5) <= 0.05 for x in samples])), NOMINAL_SIZE)


def t_test_p(simulations: int, n: int, effects: FloatArray, seed: int) -> FloatArray:
    """p-values, shape (simulations, m), of paired t tests on correlated columns with these effects."""
    rng = np.random.default_rng(seed)
    samples = np.array([correlated(n, len(effects), rng) for _ in range(simulations)]) + effects
    return np.asarray(stats.ttest_1samp(samples, 0.0, axis=1).pvalue)


def test_holm_bounds_the_chance_of_any_false_claim() -> None:
    p = t_test_p(4000, 30, np.array([0.0, 0.0, 0.0, 0.0, 0.6, 0.6]), seed=12)
    false_claims = [bool((holm(row)[:4] <= 0.05).any()) for row in p]
    assert 0.02 <= np.mean(false_claims) <= 0.055
    assert np.mean((p[:, :4] <= 0.05).any(axis=1)) > 0.10  # what it costs not to adjust


def test_benjamini_hochberg_bounds_the_share_of_false_claims() -> None:
    p = t_test_p(2000, 30, np.array([0.0] * 6 + [0.7] * 4), seed=13)
    claims = np.array([benjamini_hochberg(row) <= 0.05 for row in p])
    share = claims[:, :6].sum(axis=1) / np.maximum(claims.sum(axis=1), 1)
    assert 0.01 <= share.mean() <= 0.05 * 0.6 + 0.01  # the level times the share of true nulls
    assert claims[:, 6:].mean() > 0.8


# Verdicts.


def share_of(found: str, effect: float, smallest_effect: float, n: int, seed: int) -> float:
    samples = effect + np.random.default_rng(seed).standard_normal((1500, n))
    return float(np.mean([verdict(mean_interval(x), smallest_effect) == found for x in samples]))


def test_an_effect_at_the_margin_is_rarely_called_supported_or_refuted() -> None:
    assert 0.015 <= share_of("supported", 0.3, 0.3, 100, seed=14) <= 0.035
    assert 0.015 <= share_of("refuted", -0.3, 0.3, 100, seed=15) <= 0.035


def test_an_effect_at_the_margin_is_rarely_called_equivalent() -> None:
    assert share_of("equivalent", 0.3, 0.3, 400, seed=16) <= 0.035


def test_planted_effects_are_found() -> None:
    assert share_of("supported", 0.6, 0.2, 150, seed=17) > 0.95
    assert share_of("refuted", -0.6, 0.2, 150, seed=17) > 0.95
    assert share_of("equivalent", 0.0, 0.2, 500, seed=17) > 0.95
    assert share_of("inconclusive", 0.2, 0.2, 30, seed=17) > 0.90


def test_a_planted_effect_among_nulls_is_found_and_the_nulls_are_not() -> None:
    rng = np.random.default_rng(18)
    effects = np.array([0.0, 0.0, 0.6, 0.2, 0.2])  # the margin is 0.2: two sit exactly on it
    found, false = 0, 0
    for i in range(1000):
        intervals = simultaneous_intervals(effects + skewed(correlated(150, 5, rng)), seed=i, resamples=499)
        verdicts = [verdict(interval, 0.2) for interval in intervals]
        found += verdicts[2] == "supported"
        false += "supported" in verdicts[:2] + verdicts[3:]
    assert found / 1000 > 0.95
    assert false / 1000 <= 0.035


def test_a_planted_effect_is_found_by_the_sign_flip_test() -> None:
    samples = 0.6 + np.random.default_rng(19).standard_normal((300, 40))
    p = [paired_sign_flip_p(x, seed=i, resamples=399) for i, x in enumerate(samples)]
    assert np.mean(np.array(p) <= 0.05) > 0.90

"""Statistics against published answers, statsmodels, closed forms and their own symmetries."""

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import DescrStatsW

from experiments.statistics import family, intervals
from experiments.statistics.arrays import Floats
from experiments.statistics.family import interval_alone, shape_of, simultaneous_intervals, skewed_mean_interval
from experiments.statistics.intervals import (
    Interval,
    bca_interval,
    draws_to_settle,
    mean_interval,
    proportion_interval,
    ratio_of_means_interval,
    verdict,
)

# Student (1908), table of hours of sleep gained: the ten differences between two drugs.
SLEEP = np.array([1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4])

pytestmark = pytest.mark.filterwarnings("error")


def normal(*shape: int, seed: int = 7) -> Floats:
    return np.random.default_rng(seed).standard_normal(shape)


def unbounded(interval: Interval) -> bool:
    return math.isnan(interval.low) and math.isnan(interval.high)


# Refusals that every function shares.

SAMPLE_FUNCTIONS: list[Callable[[npt.ArrayLike], Any]] = [
    mean_interval,
    bca_interval,
    lambda x: ratio_of_means_interval(x, np.ones(4)),
    lambda x: ratio_of_means_interval(np.ones(4), x),
    lambda x: simultaneous_intervals(np.asarray(x)[..., np.newaxis]),
]


@pytest.mark.parametrize("function", SAMPLE_FUNCTIONS)
def test_non_finite_input_is_refused_and_counted(function: Callable[[npt.ArrayLike], Any]) -> None:
    with pytest.raises(ValueError, match="2 of 4 values are not finite"):
        function([1.0, np.nan, 2.0, -np.inf])


@pytest.mark.parametrize("function", SAMPLE_FUNCTIONS)
@pytest.mark.parametrize("shape", [(0,), (2, 2)])
def test_empty_or_misshapen_input_is_refused(function: Callable[[npt.ArrayLike], Any], shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="non-empty"):
        function(np.ones(shape))


# Student t interval.


def test_mean_interval_of_students_sleep_data() -> None:
    assert mean_interval(SLEEP) == pytest.approx((1.58, 0.7001142, 2.4598858), abs=5e-8)


def test_mean_interval_agrees_with_statsmodels() -> None:
    assert mean_interval(SLEEP)[1:] == pytest.approx(DescrStatsW(SLEEP).tconfint_mean(), rel=1e-12)


def test_one_replication_leaves_the_mean_unbounded() -> None:
    interval = mean_interval([3.0])
    assert interval.mean == 3.0
    assert unbounded(interval)


def test_constant_data_have_a_zero_width_interval() -> None:
    # The sum of 0.1s rounds, so a naive standard deviation is not zero here.
    low_is_high = mean_interval([0.1] * 11)
    assert low_is_high.low == low_is_high.mean == low_is_high.high == pytest.approx(0.1)


# BCa interval.


def test_bca_interval_follows_efrons_formula() -> None:
    x = np.exp(normal(40))
    generator = np.random.default_rng(5)
    means = np.sort(x[generator.integers(0, 40, (9999, 40))].mean(axis=1))
    bias = stats.norm.ppf((means < x.mean()).mean())
    acceleration = stats.skew(x) / 6 / math.sqrt(40)  # the jackknife of a mean has this closed form
    shifted = bias + stats.norm.ppf([0.025, 0.975])
    levels = stats.norm.cdf(bias + shifted / (1 - acceleration * shifted))
    expected = np.quantile(means, levels)
    assert bca_interval(x, seed=5)[1:] == pytest.approx(expected, rel=2e-3)


def test_bca_interval_leans_with_the_skew() -> None:
    interval = bca_interval(np.exp(normal(60)))
    assert interval.high - interval.mean > 1.1 * (interval.mean - interval.low)


def test_bca_interval_takes_any_vectorised_statistic() -> None:
    x = normal(101)
    median = bca_interval(x, np.median)
    assert median.mean == np.median(x)
    assert median.low < median.mean < median.high
    tail = bca_interval(x, functools.partial(np.quantile, q=0.1))
    assert tail.mean == pytest.approx(np.quantile(x, 0.1))
    assert tail.high < median.low


def test_bca_interval_repeats_with_its_seed_only() -> None:
    x = normal(50)
    assert bca_interval(x, seed=1) == bca_interval(x, seed=1)
    assert bca_interval(x, seed=1) != bca_interval(x, seed=2)


def test_bca_interval_falls_back_to_percentiles() -> None:
    assert bca_interval([0.1] * 11) == pytest.approx((0.1, 0.1, 0.1), abs=1e-15)
    x = normal(30)
    largest = bca_interval(x, np.max)  # no resample exceeds the estimate: BCa is undefined
    assert largest.mean == largest.high == x.max()
    assert x.min() < largest.low < x.max()


def test_bca_interval_of_one_replication_is_unbounded() -> None:
    interval = bca_interval([2.0])
    assert interval.mean == 2.0
    assert unbounded(interval)


# Ratio of means.


def fieller(top: Floats, bottom: Floats) -> tuple[float, float]:
    """Fieller's 95% interval, from the roots of his quadratic."""
    cov = np.cov(top, bottom) / len(top)
    t2 = stats.t.isf(0.025, len(top) - 1) ** 2
    a = bottom.mean() ** 2 - t2 * cov[1, 1]
    b = top.mean() * bottom.mean() - t2 * cov[0, 1]
    c = top.mean() ** 2 - t2 * cov[0, 0]
    root = math.sqrt(b * b - a * c)
    return (b - root) / a, (b + root) / a


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_ratio_agrees_with_fieller_when_the_denominator_is_clear(sign: float) -> None:
    bottom = sign * (2.0 + normal(400))
    top = 0.5 * bottom + normal(400, seed=8)
    interval = ratio_of_means_interval(top, bottom)
    expected = fieller(top, bottom)
    width = expected[1] - expected[0]
    assert interval.mean == pytest.approx(top.mean() / bottom.mean())
    assert interval[1:] == pytest.approx(expected, abs=0.06 * width)


def test_ratio_keeps_the_pairing() -> None:
    bottom = 2.0 + normal(100)
    assert ratio_of_means_interval(0.25 * bottom, bottom) == pytest.approx((0.25, 0.25, 0.25), abs=1e-12)
    shuffled = ratio_of_means_interval(0.25 * bottom[::-1], bottom)
    assert shuffled.high - shuffled.low > 0.05


def test_ratio_repeats_with_its_seed_only() -> None:
    top, bottom = normal(40), 2.0 + normal(40, seed=8)
    assert ratio_of_means_interval(top, bottom, seed=1) == ratio_of_means_interval(top, bottom, seed=1)
    assert ratio_of_means_interval(top, bottom, seed=1) != ratio_of_means_interval(top, bottom, seed=2)


def test_ratio_is_unbounded_exactly_when_fieller_says_so() -> None:
    bottom = normal(50)
    bottom -= bottom.mean()
    half = mean_interval(bottom).high
    top = normal(50, seed=8)
    below = ratio_of_means_interval(top, bottom + 0.99 * half)
    assert unbounded(below)
    assert below.mean == pytest.approx(top.mean() / (0.99 * half))
    assert not unbounded(ratio_of_means_interval(top, bottom + 1.01 * half))
    assert not unbounded(ratio_of_means_interval(top, bottom - 1.01 * half))


def test_ratio_degenerate_denominators() -> None:
    nothing = ratio_of_means_interval([1.0, 2.0], [0.0, 0.0])
    assert unbounded(nothing)
    assert math.isnan(nothing.mean)
    assert unbounded(ratio_of_means_interval([1.0], [2.0]))
    constant = ratio_of_means_interval(normal(50) + 3, np.full(50, 2.0), seed=3)
    direct = bca_interval((normal(50) + 3) / 2, seed=3)
    assert constant == pytest.approx(direct, rel=0.01)


def test_ratio_refuses_unpaired_lengths() -> None:
    with pytest.raises(ValueError, match="2 replications but denominator has 3"):
        ratio_of_means_interval([1.0, 2.0], [1.0, 2.0, 3.0])


# Simultaneous intervals.


def half_widths(intervals: list[Interval]) -> Floats:
    return np.array([(interval.high - interval.low) / 2 for interval in intervals])


def test_one_comparison_is_close_to_students_interval() -> None:
    x = normal(100, 1)
    joint = simultaneous_intervals(x, resamples=20_000)[0]
    single = mean_interval(x[:, 0])
    assert joint.mean == single.mean
    ratio = (joint.high - joint.low) / (single.high - single.low)
    assert 1.0 <= ratio < 1.03


def test_critical_value_is_that_of_resampled_t_tests() -> None:
    x = 2.0 * normal(90, 1) + normal(90, 4, seed=8)
    drawn = np.random.default_rng(3).integers(90, size=(500, 90))
    largest = np.abs(stats.ttest_1samp(x[drawn], x.mean(axis=0), axis=1).statistic).max(axis=1)
    expected = np.quantile(largest, 0.95, method="higher") * x.std(axis=0, ddof=1) / 90**0.5
    assert half_widths(simultaneous_intervals(x, seed=3, resamples=500)) == pytest.approx(expected)


def test_copies_of_a_column_cost_nothing() -> None:
    x = normal(80, 1)
    one = simultaneous_intervals(x)
    many = simultaneous_intervals(np.hstack([x, 1000 * x, -x, x + 5]))
    assert half_widths(many) == pytest.approx(half_widths(one) * [1, 1000, 1, 1], rel=0.01)
    assert [i.mean for i in many] == pytest.approx(one[0].mean * np.array([1, 1000, -1, 1]) + [0, 0, 0, 5])


def test_independent_columns_cost_what_sidak_says() -> None:
    x = normal(500, 10)
    critical = half_widths(simultaneous_intervals(x, resamples=20_000)) / x.std(axis=0, ddof=1) * 500**0.5
    assert critical == pytest.approx(np.full(10, critical[0]))
    assert critical[0] == pytest.approx(stats.t.isf((1 - 0.95 ** (1 / 10)) / 2, 499), rel=0.02)


def test_correlation_narrows_joint_intervals() -> None:
    shared, own = normal(500, 1), normal(500, 8, seed=8)
    loose = half_widths(simultaneous_intervals(own)) / own.std(axis=0)
    tied = half_widths(simultaneous_intervals(3 * shared + own)) / (3 * shared + own).std(axis=0)
    assert (tied < 0.95 * loose).all()


def test_a_constant_column_has_zero_width_and_widens_nothing() -> None:
    x = normal(60, 2)
    with_constant = simultaneous_intervals(np.insert(x, 1, 0.1, axis=1))
    assert with_constant[1].low == with_constant[1].mean == with_constant[1].high == pytest.approx(0.1)
    assert [with_constant[0], with_constant[2]] == simultaneous_intervals(x)
    assert simultaneous_intervals(np.zeros((5, 2))) == [Interval(0, 0, 0)] * 2


@pytest.mark.parametrize("n", [2, 3])
def test_too_few_replications_to_resample_fall_back_to_bonferroni(n: int) -> None:
    x = normal(n, 4)
    critical = half_widths(simultaneous_intervals(x)) / x.std(axis=0, ddof=1) * n**0.5
    assert critical == pytest.approx(np.full(4, stats.t.isf(0.05 / 8, n - 1)))


def test_a_column_that_moves_once_leaves_the_others_finite() -> None:
    x = normal(100, 2)
    x[:, 1] = 0.0
    x[17, 1] = 1.0
    found = simultaneous_intervals(x)
    # Half the error is the other's, which is as wide as Bonferroni makes it; of this one too little is known.
    assert half_widths(found[:1]) / x.std(axis=0, ddof=1)[:1] * 10 == pytest.approx([stats.t.isf(0.05 / 4, 99)])
    assert unbounded(found[1])


def test_no_column_is_wider_than_bonferroni_makes_it() -> None:
    x = np.hstack([normal(400, 6), np.where(np.random.default_rng(5).random((400, 1)) < 0.1, normal(400, 1), 0.0)])
    critical = half_widths(simultaneous_intervals(x))[:6] / x[:, :6].std(axis=0, ddof=1) * 20
    assert (critical <= stats.t.isf(0.05 / 14, 399) * (1 + 1e-12)).all()


def test_columns_that_leave_their_family() -> None:
    rng = np.random.default_rng(2)
    differ = rng.permutation(400) < 40
    assert shape_of(np.where(differ, normal(400, 1)[:, 0], 2.0))[:3] == (2.0, 40, True)
    assert shape_of(np.where(rng.permutation(400) < 70, normal(400, 1)[:, 0], 0.0))[1:] == (70, False, False)
    assert shape_of(np.exp(normal(100, 1)[:, 0]))[1:] == (100, False, True)
    # Of a handful no shape can be seen.
    assert shape_of(np.array([0.0, 0.0, 0.0, 9.0, 1.0]))[2:] == (True, False)


def test_a_sparse_mean_is_bounded_by_how_many_differ_and_by_how_much() -> None:
    x = np.zeros(200)
    x[:20] = np.linspace(2.0, 4.0, 20)
    found = interval_alone(x)
    share = stats.binomtest(20, 200).proportion_ci(0.975, method="exact")
    mean, half = 3.0, stats.t.isf(0.0125, 19) * stats.sem(x[:20])
    assert found == pytest.approx((0.3, share.low * (mean - half), share.high * (mean + half)))
    # Equal differences have no spread: only how many there are is unsure.
    equal = interval_alone(np.where(x > 0.0, 3.0, 0.0) + 5.0)
    assert equal == pytest.approx((5.3, 5.0 + 3.0 * share.low, 5.0 + 3.0 * share.high))


@pytest.mark.parametrize("values", [[0.0, 0.0, 3.0], [-2.5, 1.0, 1.0, 7.0, 9.25]])
def test_skewness_is_that_of_scipy(values: list[float]) -> None:
    # The SciPy of a second Python gives another last digit.
    assert family._skewness(np.array(values)) == pytest.approx(stats.skew(values), rel=1e-14)
    assert math.isnan(family._skewness(np.array([1e9, 1e9 + 1e-7]))), "nothing but rounding, as SciPy warns"


def test_skewness_bends_an_interval_the_way_of_the_long_tail() -> None:
    x = np.exp(normal(200, 1)[:, 0])
    found, plain = skewed_mean_interval(x, 0.05), mean_interval(x)
    assert found.high > plain.high and found.low > plain.low
    mirrored = skewed_mean_interval(-x, 0.05)
    assert (mirrored.high, mirrored.low) == pytest.approx((-found.low, -found.high))
    # Hall's transformation of either end's t is the ends' own critical value.
    t, g = (x.mean() - found.high) / x.std(ddof=1), stats.skew(x)
    assert 200**0.5 * (t + g * t**2 / 3 + g**2 * t**3 / 27 + g / 1200) == pytest.approx(-stats.t.isf(0.025, 199))


def test_alone_a_mean_has_students_interval() -> None:
    x = normal(50, 1)[:, 0]
    assert interval_alone(x) == pytest.approx(mean_interval(x))


def test_one_replication_leaves_every_column_unbounded() -> None:
    intervals = simultaneous_intervals([[1.0, 2.0]])
    assert [interval.mean for interval in intervals] == [1.0, 2.0]
    assert all(unbounded(interval) for interval in intervals)


def test_simultaneous_intervals_repeat_with_their_seed_only() -> None:
    x = 2.0 * normal(50, 1) + normal(50, 3, seed=8)
    assert simultaneous_intervals(x, seed=1) == simultaneous_intervals(x, seed=1)
    assert simultaneous_intervals(x, seed=1) != simultaneous_intervals(x, seed=2)


def test_batches_bound_memory_and_change_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    x = normal(33, 3)
    whole = (simultaneous_intervals(x), bca_interval(x[:, 0]))
    for module in (intervals, family):
        monkeypatch.setattr(module, "BATCH_ELEMENTS", 33 * 7)
    pieces = (simultaneous_intervals(x), bca_interval(x[:, 0]))
    for before, after in zip(whole[0] + [whole[1]], pieces[0] + [pieces[1]], strict=True):
        assert after == pytest.approx(before, rel=1e-12)


# Verdicts.


@pytest.mark.parametrize(
    ("low", "high", "expected", "words"),
    [
        (1.0, 2.0, ("better", "at_least"), "better by at least 1"),
        (0.9, 2.0, ("better", "open"), "better, size open"),
        (0.2, 0.9, ("better", "less"), "better by less than 1"),
        (-2.0, -1.1, ("worse", "at_least"), "worse by at least 1"),
        (-2.0, -0.1, ("worse", "open"), "worse, size open"),
        (-0.9, -0.1, ("worse", "less"), "worse by less than 1"),
        (-0.9, 0.9, ("open", "less"), "no difference as large as 1"),
        (0.0, 0.0, ("open", "less"), "no difference as large as 1"),
        (-1.0, 1.0, ("open", "open"), "open"),
        (-0.5, 1.1, ("open", "open"), "open"),
        (math.nan, math.nan, ("open", "open"), "open"),
        (-math.inf, math.inf, ("open", "open"), "open"),
    ],
)
def test_verdict(low: float, high: float, expected: tuple[str, str], words: str) -> None:
    found = verdict(Interval(0.0, low, high), 1.0)
    assert found == expected and found.words(1.0) == words


@given(st.tuples(st.floats(-5, 5), st.floats(-5, 5)), st.floats(0.01, 3))
def test_verdict_of_the_opposite_effect_is_the_opposite_verdict(
    bounds: tuple[float, float], smallest_effect: float
) -> None:
    low, high = sorted(bounds)
    opposite = {"better": "worse", "worse": "better", "open": "open"}
    found = verdict(Interval(0.0, low, high), smallest_effect)
    assert verdict(Interval(0.0, -high, -low), smallest_effect) == (opposite[found.direction], found.size)


@given(st.floats(-5, 5), st.floats(0.1, 3.0), st.floats(0.01, 3))
def test_a_word_changes_from_open_to_settled_only_as_an_interval_narrows(
    mean: float, half: float, smallest_effect: float
) -> None:
    wide = verdict(Interval(mean, mean - half, mean + half), smallest_effect)
    narrow = verdict(Interval(mean, mean - half / 2, mean + half / 2), smallest_effect)
    for before, after in zip(wide, narrow, strict=True):
        assert before in ("open", after)


def test_draws_that_settle_a_size_go_by_the_width_alone() -> None:
    # Twice as narrow as an interval of width 4 is again must it be for half of 1: 16 times the draws.
    assert draws_to_settle(Interval(0.0, -2.0, 2.0), 100, 1.0) == 1600
    assert draws_to_settle(Interval(7.0, 5.0, 9.0), 100, 1.0) == 1600
    assert draws_to_settle(Interval(0.0, -1.1, 1.1), 1000, 1.0) == 4900
    assert draws_to_settle(Interval(1.0, 0.5, 1.5), 100, 1.0) is None
    assert draws_to_settle(Interval(1.0, math.nan, math.nan), 100, 1.0) is None


@pytest.mark.parametrize("smallest_effect", [0.0, -1.0, math.nan, math.inf])
def test_a_smallest_effect_must_be_positive_and_finite(smallest_effect: float) -> None:
    with pytest.raises(ValueError, match="smallest_effect"):
        verdict(Interval(0.0, -1.0, 1.0), smallest_effect)


# Proportions.


@pytest.mark.parametrize(("successes", "n"), [(0, 10), (3, 10), (50, 50), (199, 2000)])
def test_proportion_interval_agrees_with_statsmodels(successes: int, n: int) -> None:
    interval = proportion_interval(successes, n)
    assert interval.mean == successes / n
    assert interval[1:] == pytest.approx(proportion_confint(successes, n, 0.05, "wilson"), abs=1e-12)


def test_proportion_interval_of_no_success() -> None:
    z2 = stats.norm.isf(0.025) ** 2
    assert proportion_interval(0, 20) == pytest.approx((0.0, 0.0, z2 / (20 + z2)), abs=1e-12)


def test_no_replications_have_no_proportion() -> None:
    assert all(math.isnan(number) for number in proportion_interval(0, 0))


@pytest.mark.parametrize(("successes", "n"), [(1, 0), (3, 2), (-1, 2)])
def test_impossible_counts_are_refused(successes: int, n: int) -> None:
    with pytest.raises(ValueError, match=f"^{successes} of {n} "):
        proportion_interval(successes, n)

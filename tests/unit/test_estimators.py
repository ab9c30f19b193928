"""Estimators against hand-worked numbers, statsmodels, and what they say where data decide nothing."""

import math

import numpy as np
import pytest

from experiments.statistics.estimators import LONGEST, SHORTEST, half_life, logit, median_age, survival


def test_kaplan_meier_by_hand() -> None:
    # Lengths 1, 2, 2+, 3, 4+ (+: censored). At risk 5, 4, 2, 1; ended 1, 1, 1, 0.
    ended, lived = np.array([1.0, 1, 1, 0, 0]), np.array([5.0, 4, 2, 1, 0])
    outlive = survival(ended, lived)
    assert np.allclose(outlive, [0.8, 0.6, 0.3, 0.3, 0.3])
    assert median_age(outlive) == 3.0
    assert median_age(outlive[:2]) == math.inf
    assert np.isnan(survival(np.zeros(3), np.zeros(3))).all()
    assert np.isnan(median_age(survival(np.zeros(3), np.zeros(3))))


def test_kaplan_meier_as_statsmodels_has_it() -> None:
    from statsmodels.duration.survfunc import SurvfuncRight

    rng = np.random.default_rng(3)
    length, over = rng.integers(1, 15, 60), rng.random(60) < 0.7
    ended = np.array([np.sum((length == age) & over) for age in range(1, 15)], float)
    lived = np.array([np.sum(length >= age) for age in range(1, 15)], float)
    theirs = SurvfuncRight(length, over.astype(int))
    assert np.allclose(survival(ended, lived)[theirs.surv_times - 1], theirs.surv_prob)


def test_a_median_is_reached_when_exactly_half_are_left() -> None:
    thirds = survival(np.array([1.0, 1.0]), np.array([3.0, 2.0]))
    assert median_age(thirds) == 2.0
    assert median_age(survival(np.array([1.0, 1.0]), np.array([4.0, 3.0]))) == 2.0


YEARS = np.array([2.0, 3, 4, 6, 9, 14, np.inf])


@pytest.mark.parametrize("truth", [0.8, 3.0, 12.0])
@pytest.mark.parametrize("b", [2.0, -2.0])
def test_a_half_life_without_noise_is_found_again(truth: float, b: float) -> None:
    trials = np.full(7, 1e6)
    events = trials / (1 + np.exp(2.5 - b * 2.0 ** (-(YEARS - 1) / truth)))
    assert half_life(YEARS, trials, events) == pytest.approx(truth, rel=5e-4)


def test_many_half_lives_at_once_are_those_one_by_one() -> None:
    rng = np.random.default_rng(4)
    trials = rng.integers(0, 60, (30, 7)).astype(float)
    events = np.minimum(trials, rng.integers(0, 8, (30, 7)))
    together = half_life(YEARS, trials, events)
    assert np.allclose(together, [half_life(YEARS, t, e) for t, e in zip(trials, events, strict=True)], equal_nan=True)


def test_half_lives_that_data_do_not_decide() -> None:
    trials = np.full(7, 50.0)
    assert np.isnan(half_life(YEARS, trials, np.zeros(7)))
    assert np.isnan(half_life(YEARS, trials, trials))
    two = np.array([50.0, 0, 0, 0, 0, 0, 50.0])
    assert np.isnan(half_life(YEARS, two, two / 5))
    # Excess in the first year alone; and one that never fades.
    assert half_life(YEARS, trials, np.array([25.0, 2, 2, 2, 2, 2, 2])) == pytest.approx(SHORTEST)
    assert half_life(YEARS, trials, np.array([20.0, 20, 20, 20, 20, 20, 2])) == pytest.approx(LONGEST)


def test_weighted_logit_as_statsmodels_has_it() -> None:
    import statsmodels.api as sm

    rng = np.random.default_rng(5)
    design = np.column_stack([np.ones(300), rng.normal(1000, 50, 300), rng.integers(0, 2, 300)])
    outcome = (rng.random(300) < 1 / (1 + np.exp(2 - 0.03 * (design[:, 1] - 1000) - design[:, 2]))).astype(float)
    weights = rng.integers(0, 4, 300).astype(float)
    theirs = sm.GLM(outcome, design, family=sm.families.Binomial(), freq_weights=weights).fit(tol=1e-12)
    assert logit(design, outcome, weights) == pytest.approx(theirs.params, rel=1e-6)


def test_logit_where_data_decide_nothing() -> None:
    once = np.ones(40)
    rng = np.random.default_rng(6)
    x, group = rng.normal(size=40), np.repeat([0.0, 1.0], 20)
    outcome = (rng.random(40) < 0.5).astype(float)
    assert np.isnan(logit(np.column_stack([once, x, 2 * x]), outcome, once)).all()
    assert np.isnan(logit(np.column_stack([once, x]), np.zeros(40), once)).all()
    assert np.isnan(logit(np.column_stack([once, x]), outcome, 0 * once)).all()
    # No event without the group: its coefficient is as large as counts, that of x is what the group says alone.
    separated = logit(np.column_stack([once, group, x]), outcome * group, once)
    alone = logit(np.column_stack([once[:20], x[20:]]), outcome[20:], once[:20])
    assert separated[1] > 12
    assert separated[2] == pytest.approx(alone[1], abs=1e-3)

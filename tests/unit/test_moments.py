"""The search, standard errors and test of fit, on models whose answers are known in closed form."""

import numpy as np
import pytest

from experiments.statistics.moments import (
    Fit,
    Free,
    Target,
    fit,
    goodness,
    jacobian,
    residuals,
    share_left,
    spread,
)
from model.world import Floats

BOX = Free(("a", "b"), np.array([-10.0, 0.0]), np.array([10.0, 4.0]))
SLOPES = np.array([[1.0, 0.0], [0.0, 2.0], [1.0, 1.0]])
TRUTH = np.array([2.0, 1.0])
COVARIANCE = np.array([[0.04, 0.01, 0.0], [0.01, 0.09, 0.0], [0.0, 0.0, 0.25]])


def linear(values: Floats, futures: int) -> Floats:
    return np.asarray(SLOPES @ values)


def target(off: Floats | float = 0.0) -> Target:
    return Target(("x", "y", "z"), SLOPES @ TRUTH + off, COVARIANCE)


def fitted(aim: Target, futures: int = 10) -> Fit:
    said: list[str] = []
    found = fit(linear, BOX, aim, 16, futures, 1, said.append)
    assert any("descent" in line for line in said)
    return found


def test_a_linear_model_is_solved_exactly() -> None:
    found = fitted(target())
    assert found.values == pytest.approx(TRUTH, abs=1e-6)
    assert found.objective == pytest.approx(0.0, abs=1e-9)
    assert found.jacobian == pytest.approx(SLOPES)
    assert found.simulated == pytest.approx(SLOPES @ TRUTH)


def test_an_inexact_fit_is_weighted_least_squares() -> None:
    off = np.array([0.3, -0.2, 0.5])
    weights = np.diag(1.0 / np.diag(COVARIANCE))
    expected = np.linalg.solve(SLOPES.T @ weights @ SLOPES, SLOPES.T @ weights @ (SLOPES @ TRUTH + off))
    found = fitted(target(off))
    assert found.values == pytest.approx(expected, abs=1e-6)
    left = SLOPES @ expected - (SLOPES @ TRUTH + off)
    assert found.objective == pytest.approx(float(left @ weights @ left), rel=1e-6)
    assert [descent.objective for descent in found.descents] == sorted(d.objective for d in found.descents)


def test_covariance_is_the_sandwich_with_the_chance_of_simulation() -> None:
    weights = np.diag(1.0 / np.diag(COVARIANCE))
    bread = np.linalg.inv(SLOPES.T @ weights @ SLOPES)
    sandwich = bread @ SLOPES.T @ weights @ COVARIANCE @ weights @ SLOPES @ bread
    assert spread(SLOPES, target()) == pytest.approx(sandwich)
    assert fitted(target(), futures=4).covariance == pytest.approx(1.25 * sandwich)


def test_covariance_is_that_of_the_estimates() -> None:
    rng = np.random.default_rng(3)
    weights = np.diag(1.0 / np.diag(COVARIANCE))
    answer = np.linalg.solve(SLOPES.T @ weights @ SLOPES, SLOPES.T @ weights)
    records = SLOPES @ TRUTH + rng.multivariate_normal(np.zeros(3), COVARIANCE, size=20_000)
    assert np.cov((records @ answer.T).T) == pytest.approx(spread(SLOPES, target()), rel=0.05, abs=2e-3)


def test_values_stay_in_their_ranges() -> None:
    aim = target()._replace(values=SLOPES @ np.array([2.0, 9.0]))
    found = fitted(aim)
    assert found.values[1] == pytest.approx(4.0, abs=1e-3)
    assert np.all(found.values <= BOX.high)


def test_slopes_at_the_edge_of_the_range_are_one_sided() -> None:
    assert jacobian(lambda v: SLOPES @ v, BOX, np.array([10.0, 0.0])) == pytest.approx(SLOPES)


def test_an_undefined_pattern_is_far_off() -> None:
    off = residuals(np.array([np.nan, 2.0, 3.0]), target())
    assert off[0] == 10.0
    assert np.all(np.isfinite(off))


def test_the_search_is_repeatable_and_finds_the_lower_of_two_valleys() -> None:
    def two_valleys(values: Floats, futures: int) -> Floats:
        a = values[0]
        return np.array([(a * a - 16.0) / 4.0, 0.3 * (a + 4.0)])

    aim = Target(("x", "y"), np.zeros(2), np.eye(2))
    box = Free(("a",), np.array([-10.0]), np.array([10.0]))
    first, second = (fit(two_valleys, box, aim, 32, 10, 5, lambda line: None) for _ in range(2))
    assert first.values == pytest.approx([-4.0], abs=1e-4)
    assert np.array_equal(first.values, second.values)


def test_goodness_is_uniform_for_records_of_the_model() -> None:
    """Records simulated by the model itself, fitted, should be as far off as one another."""
    rng = np.random.default_rng(7)
    shares = []
    for _ in range(300):
        record = SLOPES @ TRUTH + rng.multivariate_normal(np.zeros(3), COVARIANCE)
        weights = np.diag(1.0 / np.diag(COVARIANCE))
        best = np.linalg.solve(SLOPES.T @ weights @ SLOPES, SLOPES.T @ weights @ record)
        off = SLOPES @ best - record
        found = Fit(best, COVARIANCE[:2, :2], float(off @ weights @ off), SLOPES @ best, SLOPES, ())
        by_run = SLOPES @ best + rng.multivariate_normal(np.zeros(3), COVARIANCE, size=99)
        shares.append(goodness(found, target(), by_run)[0])
    assert np.mean(shares) == pytest.approx(0.5, abs=0.06)
    assert np.mean(np.array(shares) <= 0.1) == pytest.approx(0.1, abs=0.06)


def test_goodness_rejects_a_model_that_cannot_fit_and_leaves_undefined_runs_out() -> None:
    rng = np.random.default_rng(8)
    by_run = SLOPES @ TRUTH + rng.multivariate_normal(np.zeros(3), COVARIANCE, size=200)
    by_run[:50, 0] = np.nan
    share, runs = goodness(fitted(target(np.array([0.0, 0.0, 9.0]))), target(), by_run)
    assert runs == 150
    assert share < 0.02


def test_what_an_interval_leaves_of_a_range() -> None:
    assert share_left((1.0, 3.0), 0.0, 4.0) == 0.5
    assert share_left((-9.0, 9.0), 0.0, 4.0) == 1.0
    assert share_left((-9.0, 1.0), 0.0, 4.0) == 0.25
    assert share_left((5.0, 9.0), 0.0, 4.0) == 0.0

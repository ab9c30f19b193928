"""Levels, slopes and covariance around a point, of what is linear and known."""

import numpy as np

from experiments.records.indirect import linear

SLOPES = np.array([[2.0, -1.0], [0.5, 3.0], [0.0, 1.0]])
AT, LEVEL = np.array([1.0, -2.0]), np.array([5.0, 6.0, 7.0])


def test_what_is_linear_is_found_again() -> None:
    rng = np.random.default_rng(1)
    values, noise = AT + rng.normal(size=(400, 2)), rng.normal(size=(400, 3))
    still = LEVEL + noise
    shown = LEVEL + (values - AT) @ SLOPES.T
    found = linear(AT, still, values, shown)
    assert np.allclose(found.slopes, SLOPES)
    assert np.allclose(found.level, still.mean(axis=0))
    assert np.allclose(found.covariance, np.cov(noise.T))


def test_the_level_is_that_at_the_point_though_what_is_shown_bends() -> None:
    rng = np.random.default_rng(2)
    values = AT + rng.normal(size=(4000, 2))
    bent = LEVEL + (values - AT) @ SLOPES.T + ((values - AT) ** 2).sum(axis=1)[:, None]
    found = linear(AT, np.tile(LEVEL, (3, 1)), values, bent)
    assert found.level.tolist() == LEVEL.tolist()
    assert np.abs(found.slopes - SLOPES).max() < 0.2


def test_records_that_leave_something_undefined_are_left_out() -> None:
    rng = np.random.default_rng(3)
    values = AT + rng.normal(size=(50, 2))
    shown = LEVEL + (values - AT) @ SLOPES.T
    shown[7, 1] = np.nan
    still = np.concatenate([np.tile(LEVEL, (4, 1)), [[1.0, np.nan, 0.0]]])
    found = linear(AT, still, values, shown)
    assert np.allclose(found.slopes, SLOPES) and np.allclose(found.level, LEVEL)

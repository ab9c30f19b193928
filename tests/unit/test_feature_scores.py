"""Scores of features against shares that are known."""

import numpy as np
import pytest

from experiments.statistics.feature_scores import feature_score


def test_a_share_by_hand() -> None:
    # Two levels of four, means 1 and 3 about 2: between 8; within 8, of 6 degrees of freedom.
    values = np.repeat([0.0, 1.0], 4)
    outcome = np.array([0.0, 0.0, 2.0, 2.0, 2.0, 2.0, 4.0, 4.0])
    assert feature_score(values, outcome).share == pytest.approx((8.0 - 8.0 / 6.0) / 16.0)


def test_the_first_order_shares_of_a_line() -> None:
    rng = np.random.default_rng(3)
    points = rng.uniform(size=(4_000, 3))
    outcome = points @ [3.0, 1.0, 0.0]
    scores = [feature_score(column, outcome) for column in points.T]
    assert [each.share for each in scores] == pytest.approx([0.9, 0.1, 0.0], abs=0.02)
    assert scores[1].p < 1e-6 < scores[2].p


def test_a_share_is_of_what_goes_up_and_down_too() -> None:
    x = np.linspace(-1.0, 1.0, 400)
    assert feature_score(x, x**2).share > 0.95


def test_nothing_is_told_from_nothing_about_as_often_as_said() -> None:
    rng = np.random.default_rng(5)
    found = [feature_score(rng.uniform(size=60), rng.normal(size=60)).p < 0.05 for _ in range(400)]
    assert 0.02 < np.mean(found) < 0.09


def test_what_does_not_move_has_no_score() -> None:
    for values, outcome in (([1.0] * 9, range(9)), (range(9), [1.0] * 9)):
        assert np.isnan(feature_score(np.array(values, float), np.array(outcome, float)).share)

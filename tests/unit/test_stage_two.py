"""Stage two's step, against the textbook's posterior of normals."""

import numpy as np
import pytest

from experiments.records.indirect import Linear
from experiments.records.stage_one import TERMS
from experiments.records.stage_two import CORRECTIONS, OPEN, PRIORS, before_any, updated

LOADINGS = np.linspace(-1.0, 1.0, len(TERMS))
MEANS, SDS = np.array(list(PRIORS.values())).T


def shown(of_loadings: np.ndarray, of_open: np.ndarray, sd: float, at: np.ndarray) -> Linear:
    """Moments linear in loadings and in what is open, zero at the priors' means and at the loadings."""
    slopes = np.column_stack([of_loadings, of_open])
    level = slopes @ (at - np.concatenate([LOADINGS, MEANS]))
    return Linear(at, level, slopes, np.eye(len(slopes)) * sd**2)


def test_a_moment_that_says_nothing_leaves_the_priors() -> None:
    nothing = shown(np.zeros((1, 9)), np.zeros((1, 6)), 1.0, np.concatenate([LOADINGS, MEANS + 1.0]))
    found = updated(nothing, np.array([3.0]), LOADINGS)
    assert found.mean.tolist() == pytest.approx(MEANS.tolist())
    assert np.diag(found.covariance).tolist() == pytest.approx((SDS**2).tolist())
    assert not found.moves.any()


@pytest.mark.parametrize("place", range(len(OPEN)))
def test_one_moment_of_one_number_gives_the_weighted_mean(place: int) -> None:
    of_open = np.zeros((1, 6))
    of_open[0, place] = 2.0
    at = np.concatenate([LOADINGS, MEANS - 0.5])
    found = updated(shown(np.zeros((1, 9)), of_open, 0.3, at), np.array([0.4]), LOADINGS)
    # The record puts the number 0.2 above the prior's mean, with a standard error of 0.15.
    weight = SDS[place] ** 2 / (SDS[place] ** 2 + 0.15**2)
    assert found.mean[place] == pytest.approx(MEANS[place] + 0.2 * weight)
    assert found.covariance[place, place] == pytest.approx(SDS[place] ** 2 * (1.0 - weight))


def test_what_is_open_makes_up_for_loadings() -> None:
    of_loadings, of_open = np.zeros((1, 9)), np.zeros((1, 6))
    of_loadings[0, 3], of_open[0, 2] = 5.0, 1.0
    found = updated(shown(of_loadings, of_open, 1e-6, np.concatenate([LOADINGS, MEANS])), np.array([0.0]), LOADINGS)
    # A moment known without error: what the loading adds, the open number takes away.
    assert found.moves[2, 3] == pytest.approx(-5.0)
    moved = LOADINGS + np.eye(9)[3] * 0.1
    again = updated(shown(of_loadings, of_open, 1e-6, np.concatenate([LOADINGS, MEANS])), np.array([0.0]), moved)
    assert again.mean[2] == pytest.approx(found.mean[2] - 0.5)


def test_priors_are_where_it_begins() -> None:
    first = before_any(LOADINGS)
    assert first.mean.tolist() == MEANS.tolist() and first.at.tolist() == LOADINGS.tolist()
    assert np.sqrt(np.diag(first.covariance)).tolist() == pytest.approx(SDS.tolist())
    assert set(CORRECTIONS) <= set(OPEN) and all(PRIORS[name].mean == 0.0 for name in CORRECTIONS)

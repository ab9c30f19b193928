"""Both stages together: their equations hold at once, and draws are of parameters within their ranges."""

import numpy as np
import pytest

from experiments.records.cases import USUAL_DEPRIVATION
from experiments.records.estimation import Estimated, together
from experiments.records.indirect import Linear
from experiments.records.simulated_records import COLUMNS, parameters_of
from experiments.records.stage_one import TERMS, Regressions
from experiments.records.stage_two import OPEN, Open
from model.errors import InvalidInput
from model.parameters import PARAMETERS, Conflict

FIRST = len(TERMS)
LOADINGS = np.array([-5.2, 2.8, 0.2, 3.0, 0.4, -0.5, -0.2, -1.1, -0.9])
MEANS = np.array([0.05, 0.1, -0.2, -3.0, -1.8, -1.2])


def made(slopes: np.ndarray, moves: np.ndarray, sd: float = 0.1) -> Estimated:
    """An estimation with given slopes of yearly coefficients (9, 15) and moves (6, 9), found at `LOADINGS`, `MEANS`."""
    yearly = Regressions(np.arange(9.0), np.eye(9) * sd**2, (100, 50), (20, 20))
    at = np.concatenate([LOADINGS, MEANS])
    quarterly = Linear(at, np.arange(9.0), slopes, np.eye(9))
    shown = Linear(at, np.zeros(1), np.zeros((1, 15)), np.eye(1))
    return Estimated(yearly, quarterly, Open(LOADINGS, MEANS, np.eye(6) * sd**2, moves), {"war_share": 0.0}, shown)


ALONE = np.eye(9, 15)


def test_apart_the_stages_are_what_each_says() -> None:
    found = made(2.0 * ALONE, np.zeros((6, 9))).posterior
    assert np.allclose(found.mean, np.concatenate([LOADINGS, MEANS]))
    assert np.allclose(found.covariance, np.diag([0.05**2] * 9 + [0.1**2] * 6))


def test_both_equations_hold_at_once() -> None:
    rng = np.random.default_rng(1)
    slopes, moves = ALONE + 0.1 * rng.normal(size=(9, 15)), 0.2 * rng.normal(size=(6, 9))
    each = made(slopes, moves)
    yearly = each.yearly._replace(coefficients=each.yearly.coefficients + rng.normal(size=9))
    mean, covariance = together(yearly, each.quarterly, each.open)
    assert np.allclose(each.quarterly.level + slopes @ (mean - each.quarterly.at), yearly.coefficients)
    assert np.allclose(mean[FIRST:], MEANS + moves @ (mean[:FIRST] - LOADINGS))
    # Errors of either stage alone, sent through both equations.
    shifted = together(yearly._replace(coefficients=yearly.coefficients + 1e-3), each.quarterly, each.open).mean
    by_open = each.open._replace(mean=MEANS + 1e-3)
    also = together(yearly, each.quarterly, by_open).mean
    back = np.linalg.inv(np.block([[slopes], [-moves, np.eye(6)]]))
    assert np.allclose(shifted - mean, back[:, :9].sum(axis=1) * 1e-3)
    assert np.allclose(also - mean, back[:, 9:].sum(axis=1) * 1e-3)
    assert np.allclose(covariance, back @ back.T * 0.1**2)


def test_open_numbers_that_make_up_for_a_loading_go_with_it_in_every_draw() -> None:
    moves = np.zeros((6, 9))
    moves[0, 0] = -1.0
    found = made(ALONE, moves)
    found = found._replace(open=found.open._replace(covariance=np.eye(6) * 1e-8))
    drawn = found.drawn(50, 1)
    assert np.allclose(drawn[:, 0] + drawn[:, FIRST], LOADINGS[0] + MEANS[0], atol=1e-3)


def test_names_are_those_of_the_model_and_intercepts_are_told_at_zero() -> None:
    values = parameters_of(np.concatenate([LOADINGS, MEANS]))
    assert set(values) <= set(Conflict._fields)
    assert values["onset_base"] == pytest.approx(-5.2 - 2.8 * USUAL_DEPRIVATION + 0.05)
    assert values["termination_base"] == pytest.approx(-0.5 + 0.1)
    assert values["onset_memory"] == 3.0 and values["termination_war"] == -1.2
    assert len(COLUMNS) == FIRST + len(OPEN)


def test_draws_lie_in_the_declared_ranges_and_hang_on_their_seed_alone() -> None:
    found = made(ALONE, np.zeros((6, 9)))
    draws = found.draws(300, 1)
    for name in draws[0]:
        declared = PARAMETERS[name]
        assert all(declared.low <= each[name] <= declared.high for each in draws)
    assert draws == found.draws(300, 1) and draws != found.draws(300, 2)
    assert found.values == parameters_of(np.concatenate([LOADINGS, MEANS]))


def test_a_record_beyond_all_ranges_is_refused_with_where_it_lies() -> None:
    found = made(ALONE, np.zeros((6, 9)))
    far = found.open._replace(mean=MEANS + np.array([0, 0, 0, 0, 0, 9.0]))
    with pytest.raises(InvalidInput, match=r"outside their declared ranges, about .*termination_war 7\.80"):
        found._replace(open=far).draws(10, 1)

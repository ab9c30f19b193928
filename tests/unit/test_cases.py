"""State-years as rows of the yearly regressions, against rows worked out by hand."""

import numpy as np
import pytest

from experiments.records.cases import HALF_LIFE, USUAL_DEPRIVATION, cases_of
from tests.recorded import history_from


def test_rows_are_the_states_of_the_year_before_by_what_they_were() -> None:
    # Two neighbours: one active in the first and third year, the other at war from the second on.
    around = np.broadcast_to(np.array([[1], [0]]), (4, 2, 1)).copy()
    deprivation = np.full((4, 2), USUAL_DEPRIVATION) + np.arange(4)[:, None] / 10
    history = history_from(["1010", "0222"], around=around, deprivation=deprivation)
    onset, ending = cases_of(history)
    half = 2.0 ** (-1 / HALF_LIFE)
    # Second year: the other falls, beside an active one, without a past. Third: the one falls, its own last one a year
    # ago.
    assert np.allclose(onset.regressors, [[1, 0.0, 0, 0, 1], [1, 0.1, 0, half, 1]])
    assert onset.happened.tolist() == [1, 1]
    assert onset.state.tolist() == [1, 0]
    # Endings: the one's in the second and fourth year, after one year each; the other goes on after one, and two.
    assert np.allclose(ending.regressors[:, 3], np.log1p([1, 1, 1, 2]))
    assert ending.happened.tolist() == [1, 0, 1, 0]
    assert ending.state.tolist() == [0, 1, 0, 1]


def test_recency_halves_with_every_half_life_and_spells_do_not_bridge_a_quiet_year() -> None:
    history = history_from(["1101000000"])
    onset, ending = cases_of(history)
    # Quiet for 1, 1, 2, 3, … years when the year begins.
    assert np.allclose(onset.regressors[:, 3], np.exp2(-np.array([1, 1, 2, 3, 4, 5]) / HALF_LIFE))
    assert np.allclose(ending.regressors[:, 3], np.log1p([1, 2, 1]))


def test_what_lies_before_the_history_counts() -> None:
    history = history_from(["10", "00", "00"], quiet=np.array([0.0, 4.0, -1.0]), spell=np.array([7.0, 0.0, 0.0]))
    onset, ending = cases_of(history)
    assert onset.regressors[:, 3].tolist() == pytest.approx([2.0 ** (-4 / HALF_LIFE), 0.0])
    assert ending.regressors[:, 3].tolist() == pytest.approx([np.log(8.0)])


def test_new_states_and_states_that_are_gone_are_in_no_row() -> None:
    history = history_from(["..00", "01.."])
    onset, ending = cases_of(history)
    assert onset.state.tolist() == [1, 0]
    assert len(ending.happened) == 0


def test_a_simulated_record_is_read_like_the_record() -> None:
    other = history_from(["00110", "10001"])
    history = history_from(["00000", "10000"])
    for mine, theirs in zip(cases_of(history, other.level), cases_of(other), strict=True):
        for one, two in zip(mine, theirs, strict=True):
            assert np.array_equal(one, two)

"""The conflict process alone: it goes by the model's rules, and states come and go as in the history."""

import numpy as np
import pytest

from experiments.records.process import simulated, simulated_once
from model.parameters import Conflict
from tests.recorded import history_from, ring

NEVER = {"onset_base": -60.0}
ALWAYS = {"onset_base": 60.0}


def test_without_onsets_peace_stays_and_with_certain_ones_it_ends_at_once() -> None:
    history = history_from(["000", "000"])
    assert not simulated_once(history, NEVER, 1, 0).any()
    fallen = simulated_once(history, {**ALWAYS, "termination_base": -60.0, "escalation_base": -60.0}, 1, 0)
    assert fallen.shape == (8, 2)
    assert np.all(fallen == 1)


def test_conflict_that_neither_ends_nor_escalates_goes_on() -> None:
    still = {"termination_base": -60.0, "escalation_base": -60.0, "deescalation_base": -60.0, **NEVER}
    found = simulated_once(history_from(["1000", "2000", "0000"]), still, 1, 0)
    assert found[:, 0].tolist() == [1] * 12 and found[:, 1].tolist() == [2] * 12 and not found[:, 2].any()


def test_states_join_at_peace_and_leave_nothing_behind() -> None:
    history = history_from(["2222..", "....00"])
    still = {"termination_base": -60.0, "deescalation_base": -60.0, **NEVER}
    found = simulated_once(history, still, 1, 0)
    assert found[:12, 0].tolist() == [2] * 12
    assert not found[12:].any()


def test_a_neighbour_in_conflict_is_what_counts() -> None:
    # Conflict passes a border in the quarter after, from one state to the next of a row of three.
    around = np.broadcast_to(np.array([[1, -1], [0, 2], [1, -1]]), (2, 3, 2)).copy()
    values = {"onset_base": -60.0, "onset_neighbours": 120.0, "termination_base": -60.0, "escalation_base": -60.0}
    found = simulated_once(history_from(["10", "00", "00"], around=around), values, 1, 0)
    assert found.tolist() == [[1, 1, 0], [1, 1, 1], [1, 1, 1], [1, 1, 1]]


def test_the_year_begins_with_the_drivers_of_the_year_before() -> None:
    deprivation = np.array([[0.0], [1.0], [0.0]])
    values = {"onset_base": -60.0, "onset_deprivation": 120.0, "termination_base": -60.0, "escalation_base": -60.0}
    found = simulated_once(history_from(["000"], deprivation=deprivation), values, 1, 0)
    assert found[:, 0].tolist() == [0] * 4 + [1] * 4


@pytest.mark.parametrize("name", ["onset_base", "onset_memory", "onset_deprivation", "onset_neighbours"])
def test_more_of_what_begins_conflict_makes_more_of_it(name: str) -> None:
    history = ring(40, 20, 8)
    less, more = (simulated(history, [{name: getattr(Conflict(), name) + way}] * 20, 1) for way in (0.0, 1.0))
    assert more.mean() > less.mean()


def test_the_same_name_gives_the_same_record_whatever_stands_beside_it() -> None:
    history = ring(30, 10, 6)
    both = simulated(history, [{}, {"onset_base": -6.0}], 3)
    assert np.array_equal(both[1], simulated_once(history, {"onset_base": -6.0}, 3, 1))
    assert not np.array_equal(both[0], simulated_once(history, {}, 4, 0))

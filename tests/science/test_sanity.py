"""The African world under silos stays within what is known of Africa since 1989."""

import numpy as np
import numpy.typing as npt
import pytest

from model.rules.table import STATUS
from tests.support import run, setting, states

YEARS, REPLICATIONS = 20, 60


@pytest.fixture(scope="module")
def levels() -> npt.NDArray[np.float64]:
    """Highest level of each state-year (replications, years, n)."""
    world = setting().world
    found = [
        states(run("siloed", world=world, replication=r, quarters=4 * YEARS).trajectory, world.size)[:, STATUS]
        for r in range(REPLICATIONS)
    ]
    by_quarter = np.array(found).reshape(REPLICATIONS, YEARS, 4, world.size)
    return np.asarray(by_quarter.max(axis=2))


def test_share_of_state_years_in_conflict(levels: npt.NDArray[np.float64]) -> None:
    assert 0.15 <= float((levels > 0).mean()) <= 0.35


def test_yearly_onset_rate(levels: npt.NDArray[np.float64]) -> None:
    quiet = levels[:, :-1] == 0
    assert 0.04 <= float((levels[:, 1:][quiet] > 0).mean()) <= 0.10


def test_recurrence_within_five_years(levels: npt.NDArray[np.float64]) -> None:
    ended = (levels[:, :-1] > 0) & (levels[:, 1:] == 0)
    again = [
        bool((levels[r, year + 2 : year + 7, i] > 0).any()) for r, year, i in np.argwhere(ended) if year + 7 <= YEARS
    ]
    assert len(again) > 500
    assert 0.20 <= float(np.mean(again)) <= 0.55

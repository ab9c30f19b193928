"""Common futures: who else is compared, in which order, or for how long, changes no number."""

import numpy as np
import pytest

from model.randomness import Chance, draw_chance
from model.rules.table import MISSION, STATUS
from model.world import stylised
from tests.support import INSTITUTIONS, run, states


def test_a_longer_run_begins_like_a_shorter_one() -> None:
    short, long = draw_chance(3, 4, 9, 12), draw_chance(3, 4, 9, 40)
    for name in Chance._fields:
        # By quarter, by year, or once for the whole run.
        drawn = getattr(short, name)
        np.testing.assert_array_equal(drawn, getattr(long, name)[: len(drawn)])
    np.testing.assert_array_equal(run("uk_pools", quarters=12).trajectory, run("uk_pools", quarters=24).trajectory[:12])


def test_every_seed_and_replication_is_another_future() -> None:
    drawn = {draw_chance(seed, replication, 3, 4).drift.tobytes() for seed in range(5) for replication in range(5)}
    assert len(drawn) == 25


@pytest.mark.parametrize("name", INSTITUTIONS)
def test_a_name_is_a_future_whatever_ran_before(name: str) -> None:
    alone = run(name, replication=2)
    for other in reversed(INSTITUTIONS):
        run(other, replication=5)
    again = run(name, replication=2)
    np.testing.assert_array_equal(alone.trajectory, again.trajectory)
    assert alone.outcomes == again.outcomes


def test_missions_answer_conflict_alike_under_every_institution() -> None:
    war, minor = 0.5, 0.15
    for name in INSTITUTIONS:
        table = states(run(name).trajectory, 7)
        status, mission = table[:, STATUS], table[:, MISSION]
        aim = np.where(status[1:] == 2.0, war, np.where(status[1:] == 1.0, minor, 0.0))
        speed = np.where(aim > mission[:-1], 0.15, 0.03)
        np.testing.assert_allclose(mission[1:], mission[:-1] + speed * (aim - mission[:-1]), rtol=0, atol=1e-12)


def test_stylised_worlds_do_not_depend_on_chance() -> None:
    assert stylised(12).states == stylised(12).states

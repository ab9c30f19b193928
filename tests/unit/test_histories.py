"""Yearly levels of the ensemble against the trajectories of single runs."""

import numpy as np

from experiments.records.histories import draw_chances, levels_in, yearly_levels
from tests.support import institution, parameters_of, run, small_world, states

SEED, QUARTERS = 11, 24


def test_a_year_s_level_is_the_highest_of_its_quarters_in_the_run_of_that_name() -> None:
    world = small_world()
    levels = yearly_levels(institution("uk_pools"), world, parameters_of("uk_pools"), SEED, 3, QUARTERS)
    assert levels.shape == (3, QUARTERS // 4, world.size)
    assert set(np.unique(levels)) == {0, 1, 2}
    for replication, found in enumerate(levels):
        status = states(run("uk_pools", replication=replication).trajectory, world.size)[:, 12]
        for year, row in enumerate(found):
            assert row.tolist() == [max(status[4 * year + q, i] for q in range(4)) for i in range(world.size)]


def test_neither_threads_nor_chances_drawn_before_change_a_level() -> None:
    world = small_world()
    asked = institution("siloed"), world, parameters_of("siloed")
    levels = yearly_levels(*asked, SEED, 5, QUARTERS)
    assert np.array_equal(levels, yearly_levels(*asked, SEED, 5, QUARTERS, workers=1))
    assert np.array_equal(levels, levels_in(draw_chances(SEED, 5, world.size, QUARTERS), *asked, workers=3))

"""Levels of conflict in many futures under one institution, by quarter and by year as the record counts them."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from experiments.runs.executors import threads, usable_cores
from model.ensemble import simulate
from model.institution import Institution
from model.parameters import Parameters
from model.randomness import Chance, draw_chance
from model.rules.table import STATUS
from model.trajectory import columns
from model.world import World

Levels = npt.NDArray[np.int8]


def yearly_levels(
    institution: Institution,
    world: World,
    parameters: Parameters,
    seed: int,
    replications: int,
    quarters: int = 80,
    workers: int | None = None,
) -> Levels:
    """Run replications 0, 1, …, and take the highest level of each year's four quarters.

    Parameters
    ----------
    institution, world, parameters
        What is run; the institution's own values must already be among the parameters.
    seed, replications : int
        Name the futures, as everywhere.
    quarters : int
        Length of a run, a multiple of 4.
    workers : int, optional
        Threads; every core unless given. Their number changes no level.

    Returns
    -------
    ndarray of int8 (replications, years, states)
        0 peace, 1 minor conflict, 2 war.
    """

    def chance(replication: int) -> Chance:
        return draw_chance(seed, replication, world.size, quarters)

    return highest_of_year(_simulated(institution, world, parameters, chance, replications, quarters, workers))


def highest_of_year(statuses: Levels) -> Levels:
    """Count by year what is given by quarter: (…, quarters, states) to (…, years, states)."""
    *before, quarters, n = statuses.shape
    return np.asarray(statuses.reshape(*before, quarters // 4, 4, n).max(axis=-2))


def draw_chances(seed: int, replications: int, states: int, quarters: int = 80) -> tuple[Chance, ...]:
    """Draw the futures of `yearly_levels` once, for many calls of `levels_in`; half a megabyte each for 48 states."""
    return tuple(draw_chance(seed, replication, states, quarters) for replication in range(replications))


def levels_in(
    chances: Sequence[Chance],
    institution: Institution,
    world: World,
    parameters: Parameters,
    workers: int | None = None,
) -> Levels:
    """Do what `yearly_levels` does, in futures that are drawn already."""
    return highest_of_year(statuses_in(chances, institution, world, parameters, workers))


def statuses_in(
    chances: Sequence[Chance],
    institution: Institution,
    world: World,
    parameters: Parameters,
    workers: int | None = None,
) -> Levels:
    """Run futures that are drawn already, and give the status of every quarter.

    Parameters
    ----------
    chances : sequence of Chance
        From `draw_chances`, for a world of this size.
    institution, world, parameters, workers
        As in `yearly_levels`.

    Returns
    -------
    ndarray of int8 (replications, quarters, states)
        0 peace, 1 minor conflict, 2 war.
    """
    quarters = len(chances[0].transition)
    return _simulated(institution, world, parameters, chances.__getitem__, len(chances), quarters, workers)


def _simulated(
    institution: Institution,
    world: World,
    parameters: Parameters,
    chance: Callable[[int], Chance],
    replications: int,
    quarters: int,
    workers: int | None,
) -> Levels:
    """Run every replication, each thread its own part of them."""
    n, layout, terrain = world.size, institution.layout(world), world.terrain()
    statuses = np.empty((replications, quarters, n), np.int8)
    count = min(workers or usable_cores(), replications)

    def work(first: int) -> None:
        trace = np.empty((quarters, columns(n, 3 + len(institution.pools))))
        for replication in range(first, replications, count):
            simulate(parameters, layout, terrain, chance(replication), trace)
            statuses[replication] = trace[:, STATUS * n : (STATUS + 1) * n]

    with threads(count) as executor:
        list(executor.map(work, range(count)))
    return statuses

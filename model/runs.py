"""One run, by either engine: the door through which everything outside ``model`` asks for a single future."""

from typing import NamedTuple

import numpy as np

from model.errors import InvalidInput, nearest
from model.institution import Institution
from model.outcomes import OUTCOMES
from model.parameters import Parameters
from model.randomness import draw_chance
from model.trajectory import columns
from model.world import Floats, World

ENGINES = ("ensemble", "mesa")


class Run(NamedTuple):
    """What one run gives: outcomes by name, and its trajectory (quarters, columns)."""

    outcomes: dict[str, float]
    trajectory: Floats


def simulate(
    institution: Institution,
    world: World,
    parameters: Parameters,
    seed: int,
    replication: int,
    quarters: int = 80,
    engine: str = "ensemble",
) -> Run:
    """Run one future under one institution.

    Parameters
    ----------
    institution, world, parameters
        What is run; the institution's own values must already be among the parameters.
    seed, replication : int
        The run's name.
    quarters : int
        Length of the run.
    engine : str
        ``ensemble`` (compiled loops) or ``mesa`` (agents): the same numbers to the bit.

    Raises
    ------
    InvalidInput
        For an engine that does not exist.
    """
    if engine == "mesa":
        from model.simulation import Simulation

        model = Simulation(institution, world, parameters, seed, replication, quarters)
        while model.running:
            model.step()
        return Run(model.outcomes(), model.trajectory())
    if engine != "ensemble":
        raise InvalidInput(f"unknown engine '{engine}': {nearest(engine, ENGINES)}")
    from model import ensemble

    layout = institution.layout(world)
    trajectory = np.empty((quarters, columns(world.size, 3 + len(institution.pools))))
    chance = draw_chance(seed, replication, world.size, quarters)
    outcomes = ensemble.simulate(parameters, layout, world.terrain(), chance, trajectory)
    return Run(dict(zip(OUTCOMES, outcomes.tolist(), strict=True)), trajectory)

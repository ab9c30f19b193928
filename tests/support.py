"""What several tests need: the project's own institutions and worlds, and trajectories taken apart."""

import time
from collections.abc import Callable, Mapping
from functools import cache

import numpy as np

from experiments.settings.compose import asked
from experiments.settings.configuration import Setting
from experiments.settings.places import names_in
from model import ensemble
from model.institution import Institution
from model.parameters import PARAMETERS, Parameters, build_parameters
from model.randomness import Chance, draw_chance
from model.rules import table
from model.rules.elementary import CENTRAL, TAIL, central_quantile, far_tail_quantile, tail_quantile
from model.runs import Run, simulate
from model.trajectory import columns
from model.world import Floats, World, stylised

INSTITUTIONS = tuple(sorted(names_in("institution")))
QUARTERS = 24


def wait_until(condition: Callable[[], bool], seconds: float = 300.0) -> None:
    """Wait for what happens elsewhere, far longer than the slowest machine should need."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it never happened"
        time.sleep(0.01)


@cache
def setting(world: str = "africa") -> Setting:
    cfg = asked("compare", [f"world={world}", f"institutions=[{','.join(INSTITUTIONS)}]"])
    return cfg.setting(INSTITUTIONS)


@cache
def small_world(size: int = 7) -> World:
    return stylised(size)


def institution(name: str) -> Institution:
    return setting().institutions[name]


def parameters_of(name: str, values: Mapping[str, float] | None = None) -> Parameters:
    """An institution's parameters on the African calibration, with values that win over its own."""
    return build_parameters(setting().shared, institution(name).values, values or {})


def run(
    name: str,
    values: Mapping[str, float] | None = None,
    *,
    world: World | None = None,
    replication: int = 0,
    quarters: int = QUARTERS,
    engine: str = "ensemble",
) -> Run:
    """One run of the project's institution on a world (seven stylised states if not given)."""
    place = world or small_world()
    return simulate(institution(name), place, parameters_of(name, values), 11, replication, quarters, engine)


def engine_run(parameters: Parameters, who: Institution, world: World, chance: Chance) -> Floats:
    """Trajectory by the ensemble from a chance of one's own."""
    trace = np.empty((chance.transition.shape[0], columns(world.size, 3 + len(who.pools))))
    ensemble.simulate(parameters, who.layout(world), world.terrain(), chance, trace)
    return trace


def states(trajectory: Floats, n: int) -> Floats:
    """Partner states' table over time (quarters, rows, n)."""
    return trajectory[:, : table.ROWS * n].reshape(len(trajectory), table.ROWS, n)


def books(trajectory: Floats, n: int) -> Floats:
    """Spenders' books over time (quarters, spenders, rows, n)."""
    return trajectory[:, table.ROWS * n : -table.ACCOUNT].reshape(len(trajectory), -1, table.BOOK_ROWS, n)


def account(trajectory: Floats) -> Floats:
    """Account of the Treasury and Parliament over time (quarters, entries)."""
    return trajectory[:, -table.ACCOUNT :]


def random_values(rng: np.random.Generator) -> dict[str, float]:
    """A value for every parameter, anywhere in its range."""
    return {name: declared.at(float(rng.random())) for name, declared in PARAMETERS.items()}


def chance(world: World, replication: int = 0, quarters: int = QUARTERS) -> Chance:
    return draw_chance(11, replication, world.size, quarters)


def normal_quantile(uniform: float) -> float:
    """Quantile of the standard normal, from the three pieces of which runs draw it."""
    off = abs(uniform - 0.5)
    return (central_quantile if off <= CENTRAL else tail_quantile if off <= TAIL else far_tail_quantile)(uniform)

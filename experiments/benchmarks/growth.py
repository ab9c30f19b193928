"""How time grows with states, quarters and replications: exponents fitted on the stylised world."""

import math
from collections.abc import Callable, Sequence

import numpy as np

from experiments.benchmarks.clock import fastest
from model.ensemble import NO_TRACE, simulate
from model.institution import Institution
from model.parameters import build_parameters
from model.randomness import draw_chance
from model.world import stylised

Sizes = dict[str, tuple[int, ...]]

SIZES: Sizes = {"states": (24, 48, 96, 192), "quarters": (20, 40, 80, 160), "replications": (1, 2, 4, 8)}
"""What is varied; the others stay at 48 states, 40 quarters, one replication."""
_USUAL = {"states": 48, "quarters": 40, "replications": 1}


def exponents(seconds: float, sizes: Sizes = SIZES) -> dict[str, float]:
    """Fit the exponents with which the time of a run on one core grows, its draws included.

    Parameters
    ----------
    seconds : float
        How long it may take in all.
    sizes : dict of str to tuple of int
        What is varied and how.

    Returns
    -------
    dict of str to float
        1 is proportional; fixed costs make small sizes dear, so that exponents below 1 are usual.
    """
    each = seconds / sum(map(len, sizes.values()))
    found = {}
    for name, several in sizes.items():
        times = [fastest(_task(**{**_USUAL, name: size}), each) for size in several]
        found[name] = slope(several, times)
    return found


def _task(states: int, quarters: int, replications: int) -> Callable[[], None]:
    """Make a task of so many siloed runs."""
    world, institution, parameters = stylised(states), Institution(), build_parameters()
    terrain, layout = world.terrain(), institution.layout(world)

    def task() -> None:
        for replication in range(replications):
            simulate(parameters, layout, terrain, draw_chance(1, replication, states, quarters), NO_TRACE)

    return task


def slope(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """Exponent with which time grows with size: the slope of the line through their logarithms (least squares)."""
    return float(np.polyfit([math.log(size) for size in sizes], [math.log(time) for time in seconds], 1)[0])

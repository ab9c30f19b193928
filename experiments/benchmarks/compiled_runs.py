"""How long a compiled run takes on one core, how that grows, and how long just its random numbers take."""

import time
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from experiments.settings.configuration import Setting
from model.ensemble import NO_TRACE, simulate
from model.institution import Institution
from model.randomness import draw_chance, stream
from model.world import stylised

NORMALS, UNIFORMS = 58_000, 23_440
"""What a run of Africa over 80 quarters drew in version 0.1: what it is held against stays the same."""
_OF_STATE_QUARTERS = 48 * 80
SIZES = {"states": (24, 48, 96, 192), "quarters": (20, 40, 80, 160), "replications": (1, 2, 4, 8)}
"""What is varied; the others stay at 48 states, 40 quarters, one replication."""
_USUAL = {"states": 48, "quarters": 40, "replications": 1}
_TIMES_AT_LEAST = 3


def fastest(task: Callable[[], object], seconds: float) -> float:
    """Time a task on one core, over and over, and keep the shortest: what other programs take is left out.

    Parameters
    ----------
    task : callable
        What to time; done once beforehand, to warm up.
    seconds : float
        How long to go on; three times at least.

    Returns
    -------
    float
        Seconds of this thread's own time.
    """
    task()
    best, times, end = float("inf"), 0, time.perf_counter() + seconds
    while times < _TIMES_AT_LEAST or time.perf_counter() < end:
        begun = time.thread_time()
        task()
        best, times = min(best, time.thread_time() - begun), times + 1
    return best


def lives(setting: Setting, replications: int = 1) -> Callable[[], None]:
    """Make a task: institutions live through common futures, whose drawing is included."""
    size, quarters, terrain = setting.world.size, setting.quarters, setting.world.terrain()
    prepared = [(setting.parameters(name), who.layout(setting.world)) for name, who in setting.institutions.items()]

    def task() -> None:
        for replication in range(replications):
            chance = draw_chance(1, replication, size, quarters)
            for parameters, layout in prepared:
                simulate(parameters, layout, terrain, chance, NO_TRACE)

    return task


def seconds_by_institution(setting: Setting, seconds: float) -> dict[str, float]:
    """Time one run of each institution on one core, chance drawn before; ``seconds`` is how long it may take in all."""
    size, terrain = setting.world.size, setting.world.terrain()
    chance = draw_chance(1, 0, size, setting.quarters)
    each = seconds / len(setting.institutions)
    return {
        name: fastest(
            partial(simulate, setting.parameters(name), who.layout(setting.world), terrain, chance, NO_TRACE), each
        )
        for name, who in setting.institutions.items()
    }


def seconds_per_draw(setting: Setting, seconds: float) -> float:
    """Time how long NumPy takes to draw `NORMALS` and `UNIFORMS`, or in proportion to another world's size."""
    size, generator = setting.world.size * setting.quarters / _OF_STATE_QUARTERS, stream(1, 0, "benchmark")
    normals, uniforms = round(size * NORMALS), round(size * UNIFORMS)
    return fastest(lambda: (generator.standard_normal(normals), generator.random(uniforms)), seconds)


def seconds_per_chance(setting: Setting, seconds: float) -> float:
    """Time how long all chance of one replication takes to draw."""
    return fastest(lambda: draw_chance(1, 0, setting.world.size, setting.quarters), seconds)


def exponents(seconds: float) -> dict[str, float]:
    """Fit the exponents with which the time of siloed runs on one core grows in the stylised world, draws included.

    Parameters
    ----------
    seconds : float
        How long it may take in all.

    Returns
    -------
    dict of str to float
        By what is varied; 1 is proportional; fixed costs make small sizes dear, so that exponents below 1 are usual.
    """
    each, found = seconds / sum(map(len, SIZES.values())), {}
    for name, sizes in SIZES.items():
        times = []
        for size in sizes:
            at = _USUAL | {name: size}
            setting = Setting(stylised(at["states"]), at["quarters"], {"siloed": Institution()})
            times.append(fastest(lives(setting, at["replications"]), each))
        found[name] = slope(sizes, times)
    return found


def slope(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """Exponent with which time grows with size: the slope of the line through their logarithms (least squares)."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])

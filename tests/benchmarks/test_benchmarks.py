"""How fast the model is here: run by hand or by ``make bench``; nothing is asserted about time."""

import statistics
import time
from collections.abc import Callable

import numpy as np

from model.ensemble import NO_TRACE, simulate
from model.randomness import draw_chance
from model.runs import simulate as simulate_one
from tests.support import INSTITUTIONS, institution, parameters_of, setting

REPEATS = 7


def median_seconds(task: Callable[[], object]) -> float:
    task()
    seconds = []
    for _ in range(REPEATS):
        begun = time.perf_counter()
        task()
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds)


def test_speed() -> None:
    world = setting().world
    terrain = world.terrain()
    prepared = [(parameters_of(name), institution(name).layout(world)) for name in INSTITUTIONS]

    def ten_futures() -> None:
        for replication in range(10):
            chance = draw_chance(1, replication, world.size, 80)
            for parameters, layout in prepared:
                simulate(parameters, layout, terrain, chance, NO_TRACE)

    rng = np.random.default_rng(1)
    drawn = draw_chance(1, 0, world.size, 80)
    normals = drawn.drift.size + drawn.private_error.size + drawn.common_error.size
    uniforms = drawn.shocks.size + drawn.transition.size + drawn.deaths.size
    numpy_draws = median_seconds(lambda: (rng.standard_normal(normals), rng.random(uniforms)))
    compiled = median_seconds(ten_futures) / (10 * len(prepared))
    mesa = median_seconds(
        lambda: simulate_one(institution("siloed"), world, parameters_of("siloed"), 1, 0, engine="mesa")
    )
    print(f"\nafrica, 80 quarters, one core, {len(prepared)} institutions on common futures")
    print(f"Mesa engine                  {mesa:8.3f} s a run")
    print(f"ensemble, draws included     {compiled * 1e3:8.3f} ms a run, {1 / compiled:,.0f} runs a second")
    print(f"ensemble against Mesa        {mesa / compiled:8.0f} times")
    print(
        f"NumPy drawing a run's chance {numpy_draws * 1e3:8.3f} ms; a run costs {compiled / numpy_draws:.2f} times that"
    )
    assert min(mesa, compiled, numpy_draws) > 0.0

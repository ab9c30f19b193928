"""Runs of the compiled ensemble a second, and how they compare with just drawing their random numbers."""

import tempfile
import threading
import time
from pathlib import Path

from experiments.benchmarks.clock import enough, fastest
from experiments.runs.executors import done_in_any_order, started
from experiments.runs.simulate import DEFAULTS, Chunk, level_plan, run_chunk
from experiments.runs.store import Store
from experiments.settings.configuration import Setting
from experiments.settings.runner import Runner
from model.ensemble import NO_TRACE, simulate
from model.randomness import Chance, draw_chance, stream

NORMALS = ("drift", "private_error", "common_error", "interests", "reports")
"""Chance that is standard normal; the rest is uniform."""
_TABLE = "runs"


def seconds_per_run(setting: Setting, seconds: float) -> float:
    """Time a run on one core: institutions live through a common future, whose drawing is included."""
    terrain = setting.world.terrain()
    prepared = [(setting.parameters(name), who.layout(setting.world)) for name, who in setting.institutions.items()]

    def one_future() -> None:
        chance = draw_chance(1, 0, setting.world.size, setting.quarters)
        for parameters, layout in prepared:
            simulate(parameters, layout, terrain, chance, NO_TRACE)

    return fastest(one_future, seconds) / len(prepared)


def seconds_per_draw(setting: Setting, seconds: float) -> float:
    """Time how long NumPy takes to draw as many normals and uniforms as one run has, by the generator runs use."""
    drawn = draw_chance(1, 0, setting.world.size, setting.quarters)
    sizes = {name: getattr(drawn, name).size for name in Chance._fields}
    normals = sum(sizes[name] for name in NORMALS)
    uniforms, generator = sum(sizes.values()) - normals, stream(1, 0, "benchmark")
    return fastest(lambda: (generator.standard_normal(normals), generator.random(uniforms)), seconds)


def runs_per_second(setting: Setting, workers: int, rate: float, seconds: float) -> float:
    """Measure stored runs a second: futures drawn, run in chunks by threads, written as Parquet.

    Parameters
    ----------
    setting : Setting
        What is run.
    workers : int
        Threads.
    rate : float
        Runs a second to be expected; says how many fill the time.
    seconds : float
        How long it may take.
    """
    names = tuple(setting.institutions)
    plan = level_plan(setting, names, 1, DEFAULTS, enough(rate / len(names), seconds, least=workers))
    length = plan.chunk_length()
    runner = Runner(workers=workers)
    with tempfile.TemporaryDirectory(prefix="concord-") as folder, started(runner) as pool:
        store = Store(Path(folder) / "bench")
        begun = time.perf_counter()
        with store.opened({}, {}, ""):
            chunks = [Chunk(plan, *ends) for ends in store.missing(_TABLE, 0, plan.count, length)]
            for chunk, done in done_in_any_order(pool, run_chunk, chunks, threading.Event()):
                rows = done.result()
                store.write_part(_TABLE, chunk.first, chunk.last, rows.columns, rows.failures)
        return plan.runs / (time.perf_counter() - begun)

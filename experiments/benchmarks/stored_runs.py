"""Runs a second as a study has them: drawn, run in tasks by threads, written as Parquet; of a sweep also read back."""

import tempfile
import threading
import time
from pathlib import Path

from experiments.runs.designs import design_from
from experiments.runs.executors import Pool, done_in_any_order, started
from experiments.runs.plan import DEFAULTS, FIRST_DRAW, Plan, level_plan
from experiments.runs.simulate import run_task
from experiments.runs.store import Store
from experiments.settings.configuration import Setting
from experiments.settings.runner import PROCESSES, Runner
from model.institution import Institution
from model.world import stylised

_TABLE = "runs"
_VARIED = "effect"
"""Parameter whose declared range the points of a sweep cover."""
_REPLICATIONS = 500
"""Of a tiny world, in a task."""


def per_second(setting: Setting, workers: int, rate: float, seconds: float, points: int = 0) -> float:
    """Measure stored runs a second at the defaults, or rows of a sweep, from the draws to the table read back.

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
    points : int
        Of a sweep, one row a run; none is no sweep.
    """
    names, swept = tuple(setting.institutions), {"method": "latin_hypercube", "points": points}
    more = {"design": design_from("latin_hypercube", swept, [_VARIED], setting, 1)} if points else {}
    count = round(rate * seconds / (len(names) * max(1, points)))
    plan = level_plan(setting, names, 1, DEFAULTS, max(1 if points else workers, count), **more)
    with tempfile.TemporaryDirectory(prefix="concord-") as folder, started(Runner(workers=workers)) as pool:
        store = Store(Path(folder) / "bench")
        begun = time.perf_counter()
        with store.opened({}, {}, ""):
            tasks = [plan.task(*ends) for ends in store.missing(_TABLE, 0, plan.units, plan.length())]
            for task, done in done_in_any_order(pool, run_task, tasks, threading.Event()):
                store.write(_TABLE, task.first, task.last, done.result().columns)
        runs = store.read(_TABLE).num_rows if points else plan.runs
        return runs / (time.perf_counter() - begun)


def small_world_gain(seconds: float) -> float:
    """Measure how many times as many runs of a tiny world two workers do as one: 2 states, 4 quarters, in processes.

    Parameters
    ----------
    seconds : float
        How long it may take, the start of the processes not included.
    """
    setting = Setting(stylised(2), 4, {"siloed": Institution("siloed")})
    plan = level_plan(setting, ("siloed",), 1, DEFAULTS, FIRST_DRAW)
    with started(Runner(PROCESSES, 1)) as one, started(Runner(PROCESSES, 2)) as two:
        # Both in turn, so that what else the machine does meets both; the first turn loads the model.
        rates = [[_tasks_per_second(pool, plan, seconds / 6.0) for pool in (one, two)] for _ in range(4)][1:]
    return max(of_two for _, of_two in rates) / max(of_one for of_one, _ in rates)


def _tasks_per_second(pool: Pool, plan: Plan, seconds: float) -> float:
    """Count tasks of many replications that are done a second."""
    begun, done = time.perf_counter(), 0
    over = threading.Event()
    tasks = (plan.task(first, first + _REPLICATIONS) for first in range(0, plan.units, _REPLICATIONS))
    for _, future in done_in_any_order(pool, run_task, tasks, over):
        future.result()
        done += 1
        if time.perf_counter() - begun >= seconds:
            over.set()
    return done / (time.perf_counter() - begun)

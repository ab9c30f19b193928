"""Runs a second as a study has them: drawn, run in tasks by threads, written as Parquet; of a sweep also read back."""

import tempfile
import threading
import time
from pathlib import Path

from experiments.runs.designs import design_from
from experiments.runs.executors import done_in_any_order, started
from experiments.runs.plan import DEFAULTS, level_plan
from experiments.runs.simulate import run_task
from experiments.runs.store import Store
from experiments.settings.configuration import Setting
from experiments.settings.runner import Runner

_TABLE = "runs"
_VARIED = "effect"
"""Parameter whose declared range the points of a sweep cover."""


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

"""Runs a second as a study has them: drawn, run in tasks by threads, written as Parquet; of a sweep also read back."""

import tempfile
import threading
import time
from pathlib import Path

from experiments.benchmarks.clock import enough
from experiments.runs.designs import design_from
from experiments.runs.executors import done_in_any_order, started
from experiments.runs.plan import DEFAULTS, Plan, level_plan
from experiments.runs.simulate import run_task
from experiments.runs.store import Store
from experiments.settings.configuration import Setting
from experiments.settings.runner import Runner

_TABLE = "runs"
_POINTS = 8
_VARIED = "effect"
"""Parameter whose declared range the points of a sweep cover."""


def runs_per_second(setting: Setting, workers: int, rate: float, seconds: float) -> float:
    """Measure stored runs a second at the defaults.

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
    return _stored(plan, workers, read=False)


def rows_per_second(setting: Setting, workers: int, rate: float, seconds: float) -> float:
    """Measure rows of a sweep a second, one row a run at several points, from the draws to the table read back.

    Parameters
    ----------
    setting, workers, rate, seconds
        As of `runs_per_second`.
    """
    names = tuple(setting.institutions)
    design = design_from("latin_hypercube", {"method": "latin_hypercube", "points": _POINTS}, [_VARIED], setting, 1)
    replications = enough(rate / (_POINTS * len(names)), seconds)
    return _stored(level_plan(setting, names, 1, DEFAULTS, replications, design=design), workers, read=True)


def _stored(plan: Plan, workers: int, read: bool) -> float:
    """Carry a plan out and store it; says how many runs that are a second."""
    with tempfile.TemporaryDirectory(prefix="concord-") as folder, started(Runner(workers=workers)) as pool:
        store = Store(Path(folder) / "bench")
        begun = time.perf_counter()
        with store.opened({}, {}, ""):
            tasks = [plan.task(*ends) for ends in store.missing(_TABLE, 0, plan.units, plan.length())]
            for task, done in done_in_any_order(pool, run_task, tasks, threading.Event()):
                store.write(_TABLE, task.first, task.last, done.result().columns)
        runs = store.read(_TABLE).num_rows if read else plan.runs
        return runs / (time.perf_counter() - begun)

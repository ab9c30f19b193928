"""Rows of a sweep a second: several points of one axis, run by the sweep's own tasks, stored and read back."""

import tempfile
import threading
import time
from pathlib import Path

from experiments.benchmarks.clock import enough
from experiments.runs.designs import design_from
from experiments.runs.executors import done_in_any_order, started
from experiments.runs.plan import Plan, Who, blocks_of, run_task
from experiments.runs.store import Store
from experiments.settings.configuration import Setting
from experiments.settings.runner import Runner

_POINTS = 8
_VARIED = "effect"
"""Parameter whose declared range the points cover."""


def rows_per_second(setting: Setting, workers: int, rate: float, seconds: float) -> float:
    """Measure rows of a sweep a second, one row a run, from the draws to the table read back.

    Parameters
    ----------
    setting : Setting
        What is run at every point.
    workers : int
        Threads.
    rate : float
        Runs a second to be expected; says how many fill the time.
    seconds : float
        How long it may take.
    """
    names = tuple(setting.institutions)
    design = design_from("latin_hypercube", {"method": "latin_hypercube", "points": _POINTS}, [_VARIED], setting, 1)
    futures = enough(rate / (_POINTS * len(names)), seconds)
    job = Plan(Who(setting, names, 1, design.names, False, False), design, blocks_of(futures)).job()
    with tempfile.TemporaryDirectory(prefix="concord-") as folder, started(Runner(workers=workers)) as pool:
        store = Store(Path(folder) / "bench")
        begun = time.perf_counter()
        with store.opened({}, {}, ""):
            for task, done in done_in_any_order(pool, run_task, job.missing(store), threading.Event()):
                rows = done.result()
                store.write_part(job.table, task.first, task.last, rows.columns, rows.failures)
        return float(store.read(job.table).num_rows) / (time.perf_counter() - begun)

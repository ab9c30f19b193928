"""What a chunk of runs costs on a cluster beside the runs: to hand it out, to take its rows back, to store them."""

import functools
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from experiments.runs.executors import Pool, done_in_any_order, started
from experiments.runs.plan import DEFAULTS, FIRST_DRAW, Task, level_plan
from experiments.runs.recorders import ROWS_PER_PART
from experiments.runs.store import Store
from experiments.settings.configuration import Setting
from experiments.settings.runner import DASK, Runner
from model.outcomes import OUTCOMES
from model.world import Floats

WORKERS = (2, 4, 8)
_CHUNKS = 100
_PARTS = 10


def overheads(setting: Setting) -> dict[str, dict[str, float]]:
    """Measure chunks on clusters of this machine, whose scheduler is in this process.

    Parameters
    ----------
    setting : Setting
        Whose chunks are handed out.

    Returns
    -------
    dict of str to dict of str to float
        By number of workers: ``start_seconds`` of the cluster; and in seconds of this process's own time for each
        chunk, ``hand_out`` (nothing is done or comes back), ``take_back`` (a full part) and ``store`` (it is written).
    """
    plan = level_plan(setting, tuple(setting.institutions), 1, DEFAULTS, FIRST_DRAW)
    tasks, found = [plan.task(first, first + 1) for first in range(_CHUNKS)], {}
    for workers in WORKERS:
        begun = time.monotonic()
        with started(Runner(DASK, workers)) as pool, tempfile.TemporaryDirectory(prefix="concord-") as folder:
            _each(pool, _nothing, tasks[:workers])
            start = time.monotonic() - begun
            hand_out = _each(pool, _nothing, tasks)
            take_back = _each(pool, _a_part, tasks[:_PARTS]) - hand_out
            store = Store(Path(folder) / "bench")
            with store.opened({}, {}, ""):
                written = _own_time(functools.partial(_write, store)) / _PARTS
        found[str(workers)] = {"start_seconds": start, "hand_out": hand_out, "take_back": take_back, "store": written}
    return found


def _nothing(task: Task) -> None:
    """Do nothing with a chunk."""


def _a_part(task: Task) -> dict[str, Floats]:
    """Make as many numbers as a full part has, whatever the chunk."""
    return _numbers()


def _numbers() -> dict[str, Floats]:
    """Make the outcomes of a full part."""
    return {name: np.sqrt(np.arange(place, place + ROWS_PER_PART)) for place, name in enumerate(OUTCOMES)}


def _write(store: Store) -> None:
    """Write some parts."""
    numbers = _numbers()
    for part in range(_PARTS):
        store.write("runs", part, part + 1, numbers)


def _each(pool: Pool, function: Callable[[Task], object], tasks: Sequence[Task]) -> float:
    """Seconds of this process's own time that a task takes."""

    def every() -> None:
        for _, done in done_in_any_order(pool, function, tasks, threading.Event()):
            done.result()

    return _own_time(every) / len(tasks)


def _own_time(task: Callable[[], object]) -> float:
    """Seconds of this process's own time, all threads together."""
    begun = time.process_time()
    task()
    return time.process_time() - begun

"""Rows of a sweep a second: runs at several parameter points, stored and read back."""

import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from experiments.benchmarks.clock import enough
from experiments.settings.configuration import Setting
from experiments.studies.futures import DEFAULTS, Chunk, level_plan, run_chunk
from experiments.studies.runners import threads
from experiments.studies.store import Store
from model.parameters import PARAMETERS

_TABLE = "runs"
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
    each = enough(rate / (_POINTS * len(names)), seconds)
    points = [_at(setting, share) for share in np.linspace(0.0, 1.0, _POINTS).tolist()]
    chunks = [Chunk(level_plan(point, names, 1, DEFAULTS, each), 0, each) for point in points]
    with tempfile.TemporaryDirectory(prefix="concord-") as folder, threads(workers) as pool:
        store = Store(Path(folder) / "bench")
        begun = time.perf_counter()
        with store.opened({}, {}, ""):
            for number, rows in enumerate(pool.map(run_chunk, chunks)):
                store.write_part(_TABLE, number * each, (number + 1) * each, rows.columns, rows.failures)
        return float(store.read(_TABLE).num_rows) / (time.perf_counter() - begun)


def _at(setting: Setting, share: float) -> Setting:
    """Set the parameter that is varied at a share of its range, for every institution."""
    return replace(setting, command_line={**setting.command_line, _VARIED: PARAMETERS[_VARIED].at(share)})

"""What a sweep will take, before it starts: runs, time, disk and memory, from a short pilot."""

import resource
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from experiments.runs.executors import duration, said_if_slow
from experiments.runs.plan import Piece, Plan, Task, run_task
from experiments.runs.simulate import Rows
from experiments.runs.store import as_parquet
from model.ensemble import compile_engine
from model.randomness import draw_chance

_SECONDS = 0.5
_POINTS = 4
_COPIES = 3
"""How often rows are in memory while a part is written: as a list, as columns, as Parquet."""


@dataclass(frozen=True)
class Estimate:
    """What a sweep takes.

    Attributes
    ----------
    points, replications : int
        Of the design; per point, at most.
    runs, runs_at_least : int
        In all; fewer where a precision can be reached before the last replication.
    seconds : float
        For all of them, at this pilot's speed with all workers.
    workers : int
        Threads or processes.
    disk_bytes, memory_bytes : int
        In the study's folder; of this process at its largest.
    """

    points: int
    replications: int
    runs: int
    runs_at_least: int
    seconds: float
    workers: int
    disk_bytes: int
    memory_bytes: int

    def result(self) -> dict[str, Any]:
        """Everything in plain data."""
        return asdict(self)

    def text(self) -> str:
        """Say it in one line."""
        between = f"{self.runs_at_least:,} to " if self.runs_at_least < self.runs else ""
        most = "at most " if between else ""
        return (
            f"{self.points:,} points, {between}{self.runs:,} runs: {most}about {duration(self.seconds)} with "
            f"{self.workers} workers, {size(self.disk_bytes)} on disk, {size(self.memory_bytes)} of memory"
        )


def size(count: float) -> str:
    """Write a number of bytes as a person would."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def estimate(plan: Plan, workers: int, adaptive: bool) -> Estimate:
    """Run a few points and say what all of them will take.

    Parameters
    ----------
    plan : Plan
        The sweep; nothing of it is stored.
    workers : int
        Threads or processes.
    adaptive : bool
        Whether points may be done after the first block.

    Returns
    -------
    Estimate
    """
    with said_if_slow("compiling the model, once: about half a minute"):
        compile_engine()
    setting, first = plan.who.setting, plan.blocks[0]
    began = time.perf_counter()
    for replication in range(2):
        draw_chance(plan.who.seed, replication, setting.world.size, setting.quarters)
    drawing = (time.perf_counter() - began) / 2
    rows, runs, took = _tried(plan, drawing)
    units = len(plan.blocks) * plan.design.points
    length = plan.length(0, plan.design.points, len(plan.blocks))
    futures = -(-units // length) * (first[1] - first[0])
    part = length * (first[1] - first[0]) * len(plan.who.institutions)
    on_disk, in_memory = _bytes_per_run(rows, runs)
    held = plan.design.values.nbytes * 3 + plan.design.points * len(plan.who.institutions) * 2 * 5 * 8 * 3
    return Estimate(
        points=plan.design.points,
        replications=plan.futures,
        runs=plan.runs,
        runs_at_least=plan.design.points * first[1] * len(plan.who.institutions) if adaptive else plan.runs,
        seconds=(took * plan.runs + drawing * futures) / workers,
        workers=workers,
        disk_bytes=round(on_disk * plan.runs),
        memory_bytes=round(_memory_now() + held + 3 * workers * part * in_memory * _COPIES),
    )


def _tried(plan: Plan, drawing: float) -> tuple[Rows, int, float]:
    """Run a few points spread over the design for a moment: their rows, how many runs, and seconds of one of them."""
    design = plan.design
    chosen = np.unique(np.linspace(0, design.points - 1, _POINTS).astype(np.int64))
    count, taken = 1, 0.0
    while True:
        piece = Piece(0, count, chosen, design.values[chosen])
        task = Task(0, design.points, plan.who, (piece,))
        began = time.perf_counter()
        rows = run_task(task)
        taken = time.perf_counter() - began
        if taken >= _SECONDS or count >= plan.futures:
            break
        count = min(plan.futures, max(2 * count, int(count * _SECONDS / max(taken, 1e-3))))
    return rows, task.runs, max(taken - count * drawing, 1e-6) / task.runs


def _bytes_per_run(rows: Rows, runs: int) -> tuple[float, float]:
    """Bytes that one more run takes on disk and in memory, over all tables."""
    on_disk = in_memory = 0.0
    for columns in (rows.columns, *rows.extra.values()):
        table = pa.table(dict(columns))
        if table.num_rows > 1:
            more = _written(table) - _written(table.slice(0, 1))
            on_disk += more / (table.num_rows - 1)
            in_memory += table.nbytes / table.num_rows
    return on_disk, in_memory


def _written(table: pa.Table) -> int:
    """Size of a table as Parquet."""
    return int(as_parquet(table).size)


def _memory_now() -> int:
    """Most memory this process has held so far, in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

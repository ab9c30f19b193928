"""What a study will take, before it starts: runs, time, disk and memory, from a short pilot."""

import math
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from experiments.runs.parts import as_parquet, typed
from experiments.runs.plan import Piece, Plan, Task
from experiments.runs.progress import duration
from experiments.runs.simulate import Rows, compile_model, run_task
from model.randomness import draw_chance

_SECONDS = 0.5
_POINTS = 4
_DRAWN = 5
_COPIES = 3
"""How often rows are in memory while a part is written: as a list, as columns, as Parquet."""
_PROCESS_SECONDS, _PROCESS_BYTES = 1.5, 250_000_000
"""Until a process of its own has loaded the model, and what it holds then (measured)."""


@dataclass(frozen=True)
class Estimate:
    """What a study takes.

    Attributes
    ----------
    points, replications : int
        Of the design; per point, at most. Of several tables, those of the largest.
    runs, runs_at_least : int
        In all; fewer where a precision can be reached before the last replication.
    seconds : float
        For all of them, at this pilot's speed with all workers.
    workers : int
        Threads or processes.
    disk_bytes, memory_bytes : int
        In the study's folder; of this process at its largest, and of those that short runs go to.
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
        points = f"{self.points:,} points, " if self.points > 1 else ""
        return (
            f"{points}{between}{self.runs:,} runs: {most}about {duration(self.seconds)} with "
            f"{self.workers} workers, {size(self.disk_bytes)} on disk, {size(self.memory_bytes)} of memory"
        )


def size(count: float) -> str:
    """Write a number of bytes as a person would."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def estimate(plans: Sequence[Plan], workers: int, later: int = 0, first_stage: int | None = None) -> Estimate:
    """Run a little of the largest plan and say what all of them will take.

    Parameters
    ----------
    plans : sequence of Plan
        What will be run; nothing of it is stored.
    workers : int
        Threads or processes.
    later : int
        Runs that will be planned when these are done.
    first_stage : int, optional
        Replications after which points may be done already.

    Returns
    -------
    Estimate
    """
    compile_model()
    plan = max(plans, key=lambda each: each.runs)
    points, institutions = plan.points, len(plan.institutions)
    runs = sum(each.runs for each in plans) + later
    rows, tried, took = _tried(plan)
    on_disk, in_memory = _bytes_per_run(rows, tried)
    drawing = _drawing(plan)
    drawn = tried // (institutions * min(points, _POINTS))
    a_run = max(took - drawn * drawing, 1e-6) / tried
    held = points * (0 if plan.design is None else len(plan.design.factors)) * 8 * 3 + points * institutions * 240
    # As `work.suited` chooses: threads do short runs one after the other, and many of them go to processes.
    apart = plan.short and plan.many
    at_once = 1 if plan.short and not apart else workers
    part = plan.length() * (plan.blocks[0][1] - plan.blocks[0][0]) * institutions
    # Some systems count in kB.
    now = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return Estimate(
        points=points,
        replications=plan.replications,
        runs=runs,
        runs_at_least=runs if first_stage is None else points * first_stage * institutions,
        seconds=(a_run * runs + drawing * sum(map(_chances, plans))) / at_once + apart * _PROCESS_SECONDS,
        workers=workers,
        disk_bytes=round(on_disk * runs),
        memory_bytes=round(now + held + 3 * workers * part * in_memory * _COPIES + apart * workers * _PROCESS_BYTES),
    )


def _drawing(plan: Plan) -> float:
    """Time how long drawing one chance takes, in seconds: the shortest of some."""
    times = []
    for replication in range(_DRAWN):
        began = time.perf_counter()
        draw_chance(plan.seed, replication, plan.setting.world.size, plan.setting.quarters)
        times.append(time.perf_counter() - began)
    return min(times)


def _chances(plan: Plan) -> int:
    """Count how often the chance of a replication is drawn: once for each in every task that has it."""
    first, last = plan.blocks[0]
    return math.ceil(plan.units / plan.length()) * (last - first) if plan.points > 1 else plan.replications


def _tried(plan: Plan) -> tuple[Rows, int, float]:
    """Run a few points spread over the design for a moment: their rows, how many runs, and how many seconds."""
    chosen = np.unique(np.linspace(0, plan.points - 1, _POINTS).astype(np.int64))
    values = np.empty((chosen.size, 0)) if plan.design is None else plan.design.values[chosen]
    first, count = plan.blocks[0][0], 1
    while True:
        task = Task(0, plan.points, plan.task(0, 0).plan, (Piece(first, first + count, chosen, values),))
        began = time.perf_counter()
        rows = run_task(task)
        taken = time.perf_counter() - began
        if taken >= _SECONDS or count >= plan.replications:
            return rows, task.runs, taken
        count = min(plan.replications, max(2 * count, int(count * _SECONDS / max(taken, 1e-3))))


def _bytes_per_run(rows: Rows, runs: int) -> tuple[float, float]:
    """Bytes that one more run takes on disk and in memory, over all tables."""
    tables = [typed(columns) for columns in (rows.columns, *rows.extra.values())]
    more = (
        (as_parquet(x).size - as_parquet(x.slice(0, 1)).size) * x.num_rows / (x.num_rows - 1)
        for x in tables
        if x.num_rows > 1
    )
    return sum(more) / runs, sum(table.nbytes for table in tables) / runs

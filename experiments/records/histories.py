"""What is simulated beside a record: histories under one institution, by quarter and by year as the record counts."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from experiments.records.pattern_counts import Levels
from experiments.runs.executors import Pool, Stop, done_in_any_order
from experiments.runs.plan import Plan, Task
from experiments.runs.simulate import Rows, run_task
from experiments.settings.configuration import Setting


def with_values(setting: Setting, values: Mapping[str, float]) -> Setting:
    """Set values for every run, as the command line does."""
    return replace(setting, command_line={**setting.command_line, **values})


def in_memory(tasks: Sequence[Task], pool: Pool, stop: Stop) -> Iterator[Rows]:
    """Run tasks without storing them; in their order.

    Raises
    ------
    ArithmeticError
        When a run fails.
    KeyboardInterrupt
        When asked to stop.
    """
    with contextlib.closing(done_in_any_order(pool, run_task, tasks, stop.event)) as done:
        found = {id(task): future.result() for task, future in done}
    stop.check()
    for task in tasks:
        for failure in found[id(task)].failures:
            raise ArithmeticError(f"replication {failure['replication']}: {failure['error']}")
        yield found[id(task)]


def tasks_of(plan: Plan, number: int) -> list[Task]:
    """Cut a plan of single replications into about so many tasks."""
    length = -(-plan.units // max(1, number))
    return [plan.task(first, min(first + length, plan.units)) for first in range(0, plan.units, length)]


def statuses_of(rows: Mapping[str, Any] | pa.Table, setting: Setting) -> Levels:
    """Lay out the status of every quarter, from a table of `experiments.runs.recorders.Statuses`.

    Returns
    -------
    ndarray of int8 (replications, quarters, states)
        0 peace, 1 minor conflict, 2 war; in the order of replications.
    """
    status = rows["status"]
    whole = status.combine_chunks() if isinstance(status, pa.ChunkedArray) else status
    order = np.argsort(np.asarray(rows["replication"]), kind="stable")
    flat = np.asarray(whole.flatten(), np.int8)
    return flat.reshape(-1, setting.quarters, setting.world.size)[order]


def highest_of_year(statuses: Levels) -> Levels:
    """Count by year what is given by quarter: (…, quarters, states) to (…, years, states)."""
    *before, quarters, n = statuses.shape
    return np.asarray(statuses.reshape(*before, quarters // 4, 4, n).max(axis=-2))

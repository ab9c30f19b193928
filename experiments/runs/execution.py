"""What every study does with its runs: those that are missing, on any runner, stored as they come.

A study's tables are ranges of whole-number units (replications, or points of a design). A `Job` says how a table is
cut into tasks; a module-level function of a task makes its rows. Which tasks have been done is told by the parts in
the store alone, so a study that was killed goes on, and no number depends on where, when or how often a task was done.
"""

import contextlib
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from experiments.runs.executors import Pool, Progress, done_in_any_order, said_if_slow, started, stopped_gently
from experiments.runs.simulate import Rows, numerics_fingerprint
from experiments.runs.store import Store
from experiments.settings.runner import Runner
from model.ensemble import compile_engine
from model.errors import InvalidInput

_NOTED_EVERY = 10.0
"""Seconds between notes of how long a study has taken, so that a killed one loses little of it."""


class Task(Protocol):
    """One chunk of a table: plain data that any worker can receive.

    A task of no units (first == last) makes no rows, but every column with its type.
    """

    @property
    def first(self) -> int:
        """First unit; with `last`, the part's name."""

    @property
    def last(self) -> int:
        """One beyond the last unit."""

    @property
    def runs(self) -> int:
        """Number of runs, failed ones included."""

    def lost(self, error: str) -> list[dict[str, Any]]:
        """Account for every run if the task as a whole could not be done, as `Rows.failures` does."""


AnyTask = TypeVar("AnyTask", bound=Task)


@dataclass(frozen=True)
class Job(Generic[AnyTask]):
    """One table of a study.

    Attributes
    ----------
    table : str
        Folder of its parts.
    title : str
        What the user is told is being run.
    first, count : int
        The units wanted: first, …, first + count - 1.
    length : int
        Units per task; must follow from the design alone, so that a study that goes on cuts as before.
    task : callable
        ``task(first, last)`` makes the task of units first, …, last - 1.
    beside : tuple of str
        Further tables that the tasks make (`Rows.extra`): a task is done only if all of them have its part.
    """

    table: str
    title: str
    first: int
    count: int
    length: int
    task: Callable[[int, int], AnyTask]
    beside: tuple[str, ...] = ()

    @property
    def runs(self) -> int:
        """Number of runs in all."""
        return self.task(self.first, self.first + self.count).runs

    def missing(self, store: Store) -> list[AnyTask]:
        """List the tasks of which the store lacks a part."""
        tables = (self.table, *self.beside)
        ends = {ends for table in tables for ends in store.missing(table, self.first, self.count, self.length)}
        return [self.task(*these) for these in sorted(ends)]


def carry_out(store: Store, jobs: Sequence[Job[AnyTask]], function: Callable[[AnyTask], Rows], runner: Runner) -> None:
    """Do every task that is not stored yet, and store it.

    Rows go to the store as they come; no more than a few tasks are in memory. A task that cannot be done (it raises,
    or its worker dies again and again) is recorded: its runs among the failures, its part empty; deleting that part
    and starting the study again tries it again.

    Parameters
    ----------
    store : Store
        Opened. Its manifest is told what is planned, the seconds, and the status: ``running``, or ``stopped``.
    jobs : sequence of Job
        In the order in which they are done.
    function : callable
        Makes the rows of a task; must be found by its module and name, since workers import it.
    runner : Runner
        Where tasks are done.

    Raises
    ------
    InvalidInput
        When the study was begun where arithmetic gives other bits.
    OSError
        When the store cannot be written or the cluster is out of reach; what is stored stays.
    KeyboardInterrupt
        After Ctrl-C, when the tasks in work are stored.
    """
    missing = [(job, job.missing(store)) for job in jobs]
    if not any(tasks for _, tasks in missing):
        return
    with said_if_slow("compiling the model, once: about half a minute"):
        compile_engine()
    _check_numerics(store)
    goes_on = "stopping after the chunks in work; the same command goes on from there (Ctrl-C again: stop at once)"
    planned = {job.table: {"first": job.first, "count": job.count, "runs": job.runs} for job in jobs}
    with started(runner) as pool, stopped_gently(goes_on) as stop:
        store.note({"status": "running", "planned": store.manifest.get("planned", {}) | planned})
        watch = _Watch(store)
        complete = all(_do(store, job, tasks, function, pool, stop, watch) for job, tasks in missing if tasks)
    watch.note("running" if complete else "stopped")
    if not complete:
        raise KeyboardInterrupt


class _Watch:
    """How long a study has taken, all its sessions together."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._before = store.manifest["seconds"]
        self._began = self._noted = time.monotonic()

    def look(self) -> None:
        """Note the seconds, if the last note was long enough ago."""
        if time.monotonic() - self._noted >= _NOTED_EVERY:
            self.note("running")

    def note(self, status: str) -> None:
        """Note the seconds and the status."""
        self._noted = time.monotonic()
        self._store.note({"seconds": self._before + self._noted - self._began, "status": status})


def _do(
    store: Store,
    job: Job[AnyTask],
    tasks: Sequence[AnyTask],
    function: Callable[[AnyTask], Rows],
    pool: Pool,
    stop: threading.Event,
    watch: _Watch,
) -> bool:
    """Do tasks of one table and store them; tell whether all were done."""
    progress = Progress(job.title, job.runs, job.runs - sum(task.runs for task in tasks))
    lost: list[tuple[AnyTask, str]] = []
    try:
        with contextlib.closing(done_in_any_order(pool, function, tasks, stop)) as done:
            for task, future in done:
                rows = future.result() if (error := _error(future)) is None else _blank(job, task, function, error)
                store.write_part(job.table, task.first, task.last, rows.columns, rows.failures, rows.extra)
                lost += [] if error is None else [(task, error)]
                progress.advance(task.runs)
                watch.look()
    finally:
        progress.finish()
    if lost:
        _say_lost(store, job, lost)
    return progress.done == progress.total


def _error(future: Future[Rows]) -> str | None:
    """Say why a task could not be done; what is no fault of the task's ends the study instead."""
    error = future.exception()
    if error is None:
        return None
    if isinstance(error, OSError | ImportError | InvalidInput) or not isinstance(error, Exception):
        raise error
    return f"{type(error).__name__}: {error}"


def _blank(job: Job[AnyTask], task: AnyTask, function: Callable[[AnyTask], Rows], error: str) -> Rows:
    """Make the rows of a task that could not be done: none, and an account of every run."""
    nothing = function(job.task(task.first, task.first))
    return Rows(nothing.columns, task.lost(error), nothing.extra)


def _say_lost(store: Store, job: Job[AnyTask], lost: Sequence[tuple[AnyTask, str]]) -> None:
    """Say which tasks could not be done, and what to do."""
    task, error = lost[0]
    runs, chunks = sum(task.runs for task, _ in lost), "1 chunk" if len(lost) == 1 else f"{len(lost)} chunks"
    print(
        f"{job.title}: {runs:,} runs in {chunks} could not be done ({' '.join(error.split())}); they stand in "
        f"failures/, and deleting {store.part(job.table, task.first, task.last)} tries that chunk again",
        file=sys.stderr,
    )


def _check_numerics(store: Store) -> None:
    """Refuse to mix numbers of machines that compute differently in one study."""
    here, there = numerics_fingerprint(), store.manifest.get("numerics")
    if there is None:
        store.note({"numerics": here})
    elif there != here:
        raise InvalidInput(
            f"study '{store.name}' was begun where arithmetic gives other bits (fingerprint {there} there, "
            f"{here} here): go on there, or choose another study="
        )

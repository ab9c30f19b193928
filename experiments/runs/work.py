"""What every study does with its runs: those that are missing, on any executor, stored as they come.

Which tasks have been done is told by the parts in the store alone, so a study that was killed goes on, and no number
depends on where, when or how often a task was done.
"""

import contextlib
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from experiments.runs.executors import Pool, Stop, WorkersDied, done_in_any_order, started, stopped_gently
from experiments.runs.identity import digest, numerics_fingerprint
from experiments.runs.plan import Plan, Task
from experiments.runs.progress import Progress
from experiments.runs.simulate import Rows, compile_model, lost, run_task
from experiments.runs.store import FINISHED, Store
from experiments.settings.runner import PROCESSES, THREADS, Runner
from model.errors import InvalidInput

_GOES_ON = "stopping after the runs in work; the same command goes on from there (again: stop at once)"
_GOES_ON_FROM_STORE = "the same command goes on from what is stored"
_DEADLY = ", which took down one worker after the other"
Flags = npt.NDArray[np.bool_]

_NOTED_EVERY = 10.0
"""Seconds between notes of how long a study has taken, so that a killed one loses little of it."""


class Work:
    """The runs of one opened study.

    Parameters
    ----------
    store : Store
        Opened.
    runner : Runner
        Where tasks are done; started when the first one is missing.
    stop : Stop
        Whether the user has asked to stop.
    """

    def __init__(self, store: Store, runner: Runner, stop: Stop) -> None:
        self.store = store
        self.stop = stop
        self._runner = runner
        self._pool: Pool | None = None
        self._open = contextlib.ExitStack()
        self._before = float(store.manifest.get("seconds", 0.0))
        self._began = self._noted = time.monotonic()

    def run(
        self, table: str, title: str, plan: Plan, blocks: Sequence[int] | None = None, points: Flags | None = None
    ) -> None:
        """Run every unit of a plan that is not stored yet, and store it.

        Rows go to the store as they come; no more than a few tasks are in memory. A task that raises is recorded: its
        runs among the failures, its part empty; deleting that part and giving the command again tries it again.

        Parameters
        ----------
        table : str
            Folder of the parts.
        title : str
            What the user is told is being run.
        plan : Plan
            The runs.
        blocks : sequence of int, optional
            Some blocks, consecutive; all unless told.
        points : ndarray of bool (points,), optional
            Some points; all unless told.

        Raises
        ------
        InvalidInput
            When the study was begun where arithmetic gives other bits, or other code planned the table's runs.
        OSError
            When the store cannot be written or the cluster is out of reach; what is stored stays.
        MemoryError
            When there is not room enough for a task; what is stored stays.
        Stopped
            After Ctrl-C, when the tasks in work are stored.
        """
        among = range(len(plan.blocks)) if blocks is None else blocks
        first, count = among[0] * plan.points, len(among) * plan.points
        whole, planned = plan.task(first, first + count, points).runs, digest(plan.content())
        self.store.refuse_other_plan(table, planned)
        self._plan_for(table, first, count, whole)
        tables = [table] if plan.recorder is None else [table, plan.recorder.table]
        length = plan.length(among, None if points is None else int(points.sum()))
        tasks = [plan.task(*ends, points) for ends in self.store.missing(tables, first, count, length)]
        if not tasks:
            return self.stop.check()
        pool, failed = self.start(suited(self._runner, plan)), []
        progress = Progress(title, whole, whole - sum(task.runs for task in tasks))
        try:
            with contextlib.closing(done_in_any_order(pool, run_task, tasks, self.stop.event)) as done:
                for task, future in done:
                    if error := _error(future):
                        failed.append((task, error))
                    self._store(table, task, _blank(plan, task, error) if error else future.result(), planned)
                    progress.advance(task.runs)
                    if time.monotonic() - self._noted >= _NOTED_EVERY:
                        self._note_seconds()
        finally:
            progress.finish()
            self._note_seconds()
        if failed:
            self._say_lost(table, title, failed)
        return self.stop.check()

    def close(self) -> None:
        """End the executor; who asks to stop from now on is not kept waiting."""
        self.stop.at_once = f"stopping; {_GOES_ON_FROM_STORE}"
        self._open.close()

    def end(self) -> None:
        """End the runs: what follows is made of their rows.

        Raises
        ------
        Stopped
            When somebody asked for it meanwhile.
        """
        self.close()
        self.stop.check()

    def _note_seconds(self) -> None:
        """Note how long the study has taken, all its sessions together."""
        self._noted = time.monotonic()
        self.store.note({"seconds": self._before + self._noted - self._began})

    def _plan_for(self, table: str, first: int, count: int, runs: int) -> None:
        """Say in the manifest what is planned, for ``concord status``; later rounds of a table add to earlier ones."""
        planned = self.store.manifest.get("planned", {})
        before = planned.get(table, {"first": first, "count": count, "rounds": {}})
        low, last = min(first, before["first"]), max(first + count, before["first"] + before["count"])
        rounds = {**before["rounds"], str(first): runs}
        found = {"first": low, "count": last - low, "runs": sum(rounds.values()), "rounds": rounds}
        if found != before:
            self.store.note({"planned": {**planned, table: found}})

    def start(self, runner: Runner | None = None) -> Pool:
        """Compile the model, check that arithmetic is the same as before, and start the executor, once.

        Parameters
        ----------
        runner : Runner, optional
            In place of the one that was asked for, where its tasks suit another better.
        """
        if self._pool is not None:
            return self._pool
        compile_model()
        here, there = numerics_fingerprint(), self.store.manifest.get("numerics")
        if there is None:
            self.store.note({"numerics": here})
        elif there != here:
            raise InvalidInput(
                f"study '{self.store.name}' was begun where arithmetic gives other bits (fingerprint {there} there, "
                f"{here} here): go on there, or choose another study="
            )
        self.store.note({"status": "running"})
        self._pool = self._open.enter_context(started(runner or self._runner))
        return self._pool

    def _store(self, table: str, task: Task, rows: Rows, planned: str) -> None:
        """Store a task's rows; once the part of its table exists, all of it does."""
        self.store.write_failures(table, task.first, task.last, rows.failures)
        for name, columns in rows.extra.items():
            self.store.write(name, task.first, task.last, columns)
        self.store.write(table, task.first, task.last, rows.columns, plan=planned, failed=str(len(rows.failures)))

    def _say_lost(self, table: str, title: str, failed: Sequence[tuple[Task, str]]) -> None:
        """Say which tasks could not be done, and what to do."""
        task, error = failed[0]
        runs, parts = sum(task.runs for task, _ in failed), "1 part" if len(failed) == 1 else f"{len(failed)} parts"
        path = next(part.path for part in self.store.parts(table) if part.first == task.first)
        print(
            f"{title}: {runs:,} runs in {parts} could not be done ({' '.join(error.split())}); they stand in "
            f"failures/, and deleting {path} tries that part again",
            file=sys.stderr,
        )


def suited(runner: Runner, plan: Plan) -> Runner:
    """Let processes do what threads would wait for: very many runs, each of them short."""
    return replace(runner, kind=PROCESSES) if runner.kind == THREADS and plan.short and plan.many else runner


@contextlib.contextmanager
def working(store: Store, runner: Runner) -> Iterator[Work]:
    """Work on an opened study: a first Ctrl-C stops gently, and the manifest says how far the study has come.

    Once the runs are ended, as long as rows are analysed, Ctrl-C (TERM, HUP, QUIT) stops at once.

    Yields
    ------
    Work
    """
    with stopped_gently(_GOES_ON) as stop, contextlib.closing(Work(store, runner, stop)) as work:
        try:
            yield work
        except KeyboardInterrupt:
            if store.manifest.get("status") != FINISHED:
                store.note({"status": "stopped"})
            raise
        except MemoryError as error:
            lacking = f" for {' and '.join(map(str, error.args))}{_DEADLY}" if isinstance(error, WorkersDied) else ""
            # On a cluster that others started, or once the runs are over, their number here changes nothing.
            fewer = "" if stop.at_once or runner.scheduler is not None else ", with fewer workers= at a time"
            raise MemoryError(f"there is not memory enough{lacking}; {_GOES_ON_FROM_STORE}{fewer}") from None


def _error(future: Future[Rows]) -> str | None:
    """Say why a task could not be done; what is no fault of the task's ends the study instead."""
    error = future.exception()
    if error is None:
        return None
    if isinstance(error, OSError | ImportError | InvalidInput | MemoryError) or not isinstance(error, Exception):
        raise error
    return f"{type(error).__name__}: {error}"


def _blank(plan: Plan, task: Task, error: str) -> Rows:
    """Make the rows of a task that could not be done: none, and an account of every run."""
    nothing = run_task(plan.task(task.first, task.first))
    return Rows(nothing.columns, lost(task, error), nothing.extra)

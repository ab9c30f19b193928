"""Where chunks of runs are done, and what the person who waits for them sees.

A runner has the shape of ``concurrent.futures.Executor``. A chunk is a plain function of plain data, so
where, how often and in what order chunks are done changes no number.
"""

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice
from types import FrameType
from typing import TextIO, TypeVar

from experiments.settings.runner import DASK, Runner

LOST = "the cluster's scheduler is lost; the same command goes on from what is stored"

Task = TypeVar("Task")
Result = TypeVar("Result")

_AHEAD_PER_THREAD = 2
"""Chunks handed out per thread: one in work, one waiting; nobody idles and memory stays bounded."""


def usable_cores() -> int:
    """Count the cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def threads(workers: int) -> Executor:
    """Start threads on this machine; compiled runs release the lock that Python holds."""
    return ThreadPoolExecutor(max_workers=workers, thread_name_prefix="concord")


@dataclass(frozen=True)
class Pool:
    """A runner at work.

    Attributes
    ----------
    executor : Executor
        Takes tasks.
    room : callable
        How many tasks to hand out at a time; a cluster grows and shrinks.
    spares_begun : bool
        Whether cancelling leaves alone what is in work already.
    """

    executor: Executor
    room: Callable[[], int]
    spares_begun: bool = True


@contextlib.contextmanager
def started(runner: Runner) -> Iterator[Pool]:
    """Start a runner, and end it.

    Parameters
    ----------
    runner : Runner
        Which one.

    Yields
    ------
    Pool

    Raises
    ------
    OSError
        When a cluster is out of reach, or has other code than this checkout.
    """
    if runner.kind == DASK:
        from experiments.runs.dask_cluster import joined

        with joined(runner) as pool:
            yield pool
        return
    workers = usable_cores() if runner.workers is None else runner.workers
    with threads(workers) as executor:
        yield Pool(executor, lambda: _AHEAD_PER_THREAD * workers)


def done_in_any_order(
    pool: Pool, function: Callable[[Task], Result], tasks: Iterable[Task], stop: threading.Event
) -> Generator[tuple[Task, Future[Result]], None, None]:
    """Do every task, a bounded number at a time, and hand each over as soon as it is done.

    Parameters
    ----------
    pool : Pool
        The runner.
    function : callable
        What to do with a task; picklable and idempotent, since a cluster may do a task twice.
    tasks : iterable
        Plain data.
    stop : threading.Event
        Once set, no further task is begun; those in work are still finished and handed over.

    Yields
    ------
    tuple of (task, future)
        The future is done: it has a result or an exception.

    Raises
    ------
    ConnectionError
        When the runner itself gives up.
    """
    waiting: dict[Future[Result], Task] = {}
    upcoming = iter(tasks)

    def hand_out() -> None:
        if not stop.is_set():
            for task in islice(upcoming, max(0, pool.room() - len(waiting))):
                waiting[pool.executor.submit(function, task)] = task

    try:
        hand_out()
        while waiting:
            done, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                task = waiting.pop(future)
                if future.cancelled():
                    if stop.is_set():
                        continue
                    raise ConnectionError(LOST)
                hand_out()
                yield task, future
            if stop.is_set() and pool.spares_begun:
                for future in waiting:
                    future.cancel()
    finally:
        for future in waiting:
            future.cancel()


@contextlib.contextmanager
def stopped_gently(said: str) -> Iterator[threading.Event]:
    """Turn the first Ctrl-C into a request to stop after the chunks in work; a second one stops at once.

    Parameters
    ----------
    said : str
        What to tell the user at the first Ctrl-C.

    Yields
    ------
    threading.Event
        Set once the user has asked to stop.
    """
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = signal.getsignal(signal.SIGINT)

    def ask(number: int, frame: FrameType | None) -> None:
        stop.set()
        signal.signal(signal.SIGINT, before)
        print(f"\n{said}", file=sys.stderr, flush=True)

    signal.signal(signal.SIGINT, ask)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


class Progress:
    """Runs done, a rate and a time to go: one line rewritten on a terminal, an occasional line in a log.

    Parameters
    ----------
    label : str
        What is being run.
    total : int
        Runs in all.
    already : int
        Runs done before (by an earlier, stopped command).
    stream : TextIO, optional
        Standard error unless told.
    clock : callable
        Seconds, as `time.monotonic`.
    """

    def __init__(
        self,
        label: str,
        total: int,
        already: int = 0,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.label, self.total, self.done, self.already = label, total, already, already
        self.stream = sys.stderr if stream is None else stream
        self.clock = clock
        self.started = self.said = clock()
        self.rewrites = self.stream.isatty()
        self.pause = 0.2 if self.rewrites else 15.0

    def advance(self, runs: int) -> None:
        """Count runs just finished, and say so if the last word was long enough ago."""
        self.done += runs
        if self.done < self.total and self.clock() - self.said >= self.pause:
            self.said = self.clock()
            self._say(self._line(), last=False)

    def finish(self) -> None:
        """Say how it ended."""
        seconds = self.clock() - self.started
        rate = f" in {duration(seconds)} ({self._rate():,.0f} a second)" if self.done > self.already else ""
        self._say(f"{self.label}: {self.done:,} of {self.total:,} runs{rate}", last=True)

    def _rate(self) -> float:
        return (self.done - self.already) / max(self.clock() - self.started, 1e-9)

    def _line(self) -> str:
        to_go = duration((self.total - self.done) / max(self._rate(), 1e-9))
        return f"{self.label}: {self.done:,} of {self.total:,} runs, {self._rate():,.0f} a second, {to_go} to go"

    def _say(self, line: str, last: bool) -> None:
        if self.rewrites:
            self.stream.write(f"\r\033[K{line}" + ("\n" if last else ""))
        else:
            self.stream.write(f"{line}\n")
        self.stream.flush()


def duration(seconds: float) -> str:
    """Write a duration as a person would: ``12 s``, ``3 min 5 s``, ``2 h 10 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


@contextlib.contextmanager
def said_if_slow(message: str, seconds: float = 1.5) -> Iterator[None]:
    """Say what takes so long, if it does."""
    timer = threading.Timer(seconds, lambda: print(message, file=sys.stderr, flush=True))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()

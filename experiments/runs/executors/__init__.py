"""Where tasks are done: a module for each file of ``conf/runner``, of the same name, with a function `started`.

An executor has the shape of ``concurrent.futures.Executor``. A task is plain data and a function of it, so where, how
often and in what order tasks are done changes no number.
"""

import contextlib
import importlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass
from itertools import islice
from types import FrameType
from typing import TypeVar

from experiments.settings.runner import Runner

LOST = "the cluster's scheduler is lost; the same command goes on from what is stored"

_ASKS_TO_STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)

_DEADLY_AT_MOST = 3
"""Tasks that take down their workers, until the others are not tried any more."""

Task = TypeVar("Task")
Result = TypeVar("Result")


def usable_cores() -> int:
    """Count the cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True)
class Pool:
    """An executor at work.

    Attributes
    ----------
    executor : Executor
        Takes tasks.
    room : callable
        How many tasks to hand out at a time; a cluster grows and shrinks.
    spares_begun : bool
        Whether cancelling leaves alone what is in work already.
    without_memory : tuple of type
        Which error says that workers died of a task: hardly ever of anything but want of memory.
    """

    executor: Executor
    room: Callable[[], int]
    spares_begun: bool = True
    without_memory: tuple[type[Exception], ...] = ()


def started(runner: Runner) -> contextlib.AbstractContextManager[Pool]:
    """Start an executor, and end it.

    Parameters
    ----------
    runner : Runner
        Which one.

    Returns
    -------
    context manager of Pool

    Raises
    ------
    OSError
        When a cluster is out of reach, or has other code than this checkout.
    """
    module = importlib.import_module(f"{__name__}.{runner.kind}")
    pool: contextlib.AbstractContextManager[Pool] = module.started(runner)
    return pool


class WorkersDied(MemoryError):
    """Tasks took down one worker after the other, as happens where memory ends; they are its arguments."""


def done_in_any_order(
    pool: Pool, function: Callable[[Task], Result], tasks: Iterable[Task], stop: threading.Event
) -> Generator[tuple[Task, Future[Result]], None, None]:
    """Do every task, a bounded number at a time, and hand each over as soon as it is done.

    Parameters
    ----------
    pool : Pool
        The executor.
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
        When the executor itself gives up.
    WorkersDied
        When tasks took down one worker after the other; they are left until all else is done, but for many of them.
    """
    waiting: dict[Future[Result], Task] = {}
    done: set[Future[Result]] = set()
    upcoming, over = iter(tasks), None
    deadly: list[Task] = []
    try:
        while True:
            if not stop.is_set():
                for task in islice(upcoming, max(0, pool.room() - len(waiting))):
                    waiting[pool.executor.submit(function, task)] = task
            # Handed over only now, so that nobody waits for work meanwhile.
            if over is not None:
                yield over
            if stop.is_set() and pool.spares_begun:
                for future in waiting:
                    future.cancel()
            if deadly and not stop.is_set() and (not waiting or len(deadly) == _DEADLY_AT_MOST):
                raise WorkersDied(*deadly)
            if not waiting:
                return
            done = done or set(wait(waiting, return_when=FIRST_COMPLETED).done)
            future = done.pop()
            task, over = waiting.pop(future), None
            if future.cancelled():
                if not stop.is_set():
                    raise ConnectionError(LOST)
            elif isinstance(future.exception(), pool.without_memory):
                deadly.append(task)
            else:
                over = (task, future)
    finally:
        for future in waiting:
            future.cancel()


class Stopped(KeyboardInterrupt):
    """The user, or the system, asked to stop; `number` is the signal's."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@dataclass
class Stop:
    """Whether somebody asked to stop, and by which signal; `at_once` is said where nothing in work is waited for."""

    event: threading.Event
    number: int = signal.SIGINT
    at_once: str = ""

    def check(self) -> None:
        """Stop if that was asked for.

        Raises
        ------
        Stopped
        """
        if self.event.is_set():
            raise Stopped(self.number)


@contextlib.contextmanager
def stopped_gently(said: str) -> Iterator[Stop]:
    """Turn the first Ctrl-C (TERM, HUP, QUIT) into a request to stop after the tasks in work; a second stops at once.

    Parameters
    ----------
    said : str
        What to tell the user at the first.

    Yields
    ------
    Stop
        Its event is set once the user has asked to stop.
    """
    stop = Stop(threading.Event())
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {number: signal.getsignal(number) for number in _ASKS_TO_STOP}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def ask(number: int, frame: FrameType | None) -> None:
        stop.number = number
        stop.event.set()
        restore()
        print(f"\n{stop.at_once or said}", file=sys.stderr, flush=True)
        if stop.at_once:
            stop.check()

    for number, handler in before.items():
        # What is ignored (nohup, a shell's background job) stays so.
        if handler is not signal.SIG_IGN:
            signal.signal(number, ask)
    try:
        yield stop
    finally:
        restore()

"""Processes of this machine, a task at a time each: for runs so short that threads would wait for Python's lock.

Each is another Python at the end of a pipe, and ends with it: nothing of a user's script is read again, and nothing
stays behind where this process is killed. One that dies is replaced and its task done again.
"""

import contextlib
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import Any, BinaryIO

from experiments.runs.executors import Pool, usable_cores
from experiments.settings.places import CHECKOUT
from experiments.settings.runner import Runner

_AHEAD_PER_PROCESS = 2
_TRIED = 3
"""Processes that a task may take down."""


class Died(Exception):
    """A task took down every process it was given to."""


@contextlib.contextmanager
def started(runner: Runner) -> Iterator[Pool]:
    """Start processes, one per core unless told."""
    workers = runner.workers or usable_cores()
    with contextlib.closing(_Processes(workers)) as executor:
        yield Pool(executor, lambda: _AHEAD_PER_PROCESS * workers, without_memory=(Died,))


class _Processes(Executor):
    """Hands tasks to processes; a thread waits for each."""

    def __init__(self, workers: int) -> None:
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="concord")
        self._all: list[subprocess.Popen[bytes]] = []
        self._idle: SimpleQueue[subprocess.Popen[bytes]] = SimpleQueue()
        for _ in range(workers):
            self._idle.put(self._begun())

    def submit(self, function: Callable[..., Any], /, *task: Any, **options: Any) -> Future[Any]:
        """Hand over a task."""
        return self._threads.submit(self._done, pickle.dumps((function, task, options)))

    def close(self) -> None:
        """End the processes when the tasks in work are done."""
        self._threads.shutdown(cancel_futures=True)
        for process in self._all:
            # What has died cannot be told that there is no more.
            with contextlib.suppress(BrokenPipeError):
                process.communicate()

    def _begun(self) -> subprocess.Popen[bytes]:
        """Start a process, out of reach of Ctrl-C."""
        command = [sys.executable, "-m", "experiments.runs.executors.processes"]
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, stdin=pipe, stdout=pipe, cwd=CHECKOUT, start_new_session=True)
        self._all.append(process)
        return process

    def _done(self, packed: bytes) -> Any:
        """Let a process do a task."""
        process = self._idle.get()
        try:
            for _ in range(_TRIED):
                with contextlib.suppress(EOFError, BrokenPipeError):
                    return _answer(process, packed)
                process = self._begun()
        finally:
            self._idle.put(process)
        raise Died


def _answer(process: subprocess.Popen[bytes], packed: bytes) -> Any:
    """Send a task, and wait for what comes of it."""
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(packed)
    process.stdin.flush()
    error, found = pickle.load(process.stdout)
    if error is not None:
        raise error
    return found


def _serve(asked: BinaryIO, answers: BinaryIO) -> None:
    """Do tasks until there are no more."""
    with contextlib.suppress(EOFError):
        while True:
            function, task, options = pickle.load(asked)
            answer: tuple[Exception | None, Any]
            try:
                answer = (None, function(*task, **options))
            except Exception as error:
                answer = (error, None)
            pickle.dump(answer, answers, protocol=pickle.HIGHEST_PROTOCOL)
            answers.flush()


if __name__ == "__main__":
    # Whoever writes to the output would write between answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    _serve(sys.stdin.buffer, answers)

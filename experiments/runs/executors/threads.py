"""Threads of this process: compiled runs release the lock that Python holds."""

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from experiments.runs.executors import Pool, usable_cores
from experiments.settings.runner import Runner

_AHEAD_PER_THREAD = 2
"""Tasks handed out per thread: one in work, one waiting; nobody idles and memory stays bounded."""


@contextlib.contextmanager
def started(runner: Runner) -> Iterator[Pool]:
    """Start threads, one per core unless told."""
    workers = runner.workers or usable_cores()
    with ThreadPoolExecutor(max_workers=workers, thread_name_prefix="concord") as executor:
        yield Pool(executor, lambda: _AHEAD_PER_THREAD * workers)

"""Two ways to time a task: how long it takes when nothing disturbs it, and how often it gets done."""

import time
from collections.abc import Callable

_TIMES_AT_LEAST = 3


def fastest(task: Callable[[], object], seconds: float) -> float:
    """Time a task on one core, over and over, and keep the shortest: what other programs take is left out.

    Parameters
    ----------
    task : callable
        What to time; done once beforehand, to warm up.
    seconds : float
        How long to go on; three times at least.

    Returns
    -------
    float
        Seconds of this thread's own time.
    """
    task()
    best, times, end = float("inf"), 0, time.perf_counter() + seconds
    while times < _TIMES_AT_LEAST or time.perf_counter() < end:
        begun = time.thread_time()
        task()
        best, times = min(best, time.thread_time() - begun), times + 1
    return best


def enough(rate: float, seconds: float, least: int = 1) -> int:
    """Say how often something is to be done to fill a time, at so many a second."""
    return max(least, round(rate * seconds))

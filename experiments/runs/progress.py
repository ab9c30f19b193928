"""What the person who waits for runs sees."""

import contextlib
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TextIO

PAUSE = 15.0
"""Seconds between two lines of progress in a log."""
SLOW = 1.5
"""Seconds after which something is slow."""


@contextlib.contextmanager
def compiling_said() -> Iterator[None]:
    """Say that the model is being compiled, if it is and takes long."""
    from model.rules.compiled import said_if_compiled

    said = "compiling the model, once: about a minute"
    with said_if_compiled(lambda: print(said, file=sys.stderr, flush=True), SLOW):
        yield


@dataclass
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

    label: str
    total: int
    already: int = 0
    stream: TextIO = field(default_factory=lambda: sys.stderr)
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        """Begin now."""
        self.done = self.already
        self.started = self.said = self.clock()
        self.rewrites = self.stream.isatty()
        self.pause = 0.2 if self.rewrites else PAUSE

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
def said_if_slow(message: str, seconds: float | None = None) -> Iterator[None]:
    """Say what takes so long, if it does: longer than ``SLOW`` unless told."""
    timer = threading.Timer(SLOW if seconds is None else seconds, lambda: print(message, file=sys.stderr, flush=True))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()

"""Chunks for tests of runners: of plain numbers, some of them poisonous; workers import them by name."""

import os
import signal
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.runs.simulate import Rows


@dataclass(frozen=True)
class Numbers:
    """The numbers first, …, last - 1."""

    first: int
    last: int
    poison: int = -1

    @property
    def runs(self) -> int:
        return self.last - self.first

    def lost(self, error: str) -> list[dict[str, Any]]:
        return [{"number": number, "error": error, "parameters": {}} for number in range(self.first, self.last)]


def poisoned(first: int, last: int) -> Numbers:
    """Make a task of which number 6 is poisonous."""
    return Numbers(first, last, poison=6)


def _is_poisonous(task: Numbers) -> bool:
    return task.first <= task.poison < task.last


def squares(task: Numbers) -> Rows:
    numbers = np.arange(task.first, task.last)
    return Rows({"number": numbers, "square": numbers**2 / 3.0}, [], {"roots": {"root": np.sqrt(numbers)}})


def raising(task: Numbers) -> Rows:
    if _is_poisonous(task):
        raise ValueError(f"cannot stand {task.poison}")
    return squares(task)


def killing(task: Numbers) -> Rows:
    if _is_poisonous(task):
        os.kill(os.getpid(), signal.SIGKILL)
    return squares(task)

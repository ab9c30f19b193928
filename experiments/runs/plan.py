"""What a sweep runs, and what one task of it is.

A unit of the store is one point in one block of replications: unit = block × points + point. A task is a range of
units. Within it the outer loop is over replications, so that a future's chance is drawn once for all points and
institutions, and a point's parameters are built once for all replications of a block.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.runs.designs import Design
from experiments.runs.execution import Job
from experiments.runs.simulate import Rows, finite, flat
from experiments.runs.trajectories import TABLE as TRAJECTORIES
from experiments.runs.trajectories import Trajectories
from experiments.settings.configuration import Setting
from model.ensemble import NO_TRACE, simulate
from model.errors import InvalidInput
from model.outcomes import OUTCOMES
from model.parameters import Parameters
from model.randomness import draw_chance
from model.world import Floats

TABLE = "runs"
BLOCK = 50
"""Replications of a point that are run together, at most."""

_ROWS_PER_PART = 6_000
_CELLS_PER_PART = 2_000_000
"""States times quarters of all runs in a part with trajectories: about 10 MB."""
_TASKS_AT_LEAST, _ROWS_AT_LEAST = 16, 100
"""Tasks of a small sweep, so that it can be stopped in between; unless their parts would be tiny."""

Whole = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Piece:
    """Some points in some replications: first, …, last - 1."""

    first: int
    last: int
    points: Whole
    values: Floats


@dataclass(frozen=True)
class Who:
    """What all tasks of a sweep have in common.

    Attributes
    ----------
    setting : Setting
        World, institutions, length of a run, and every value that is no axis.
    institutions : tuple of str
        Who lives through each future at each point.
    seed : int
        Of the futures.
    axes : tuple of str
        Names of the axes.
    yields : bool
        Whether an axis gives way to what an institution, a world or a calibration sets.
    trajectories : bool
        Whether states and money are kept quarter by quarter.
    """

    setting: Setting
    institutions: tuple[str, ...]
    seed: int
    axes: tuple[str, ...]
    yields: bool
    trajectories: bool

    def parameters(self, institution: str, values: Sequence[float]) -> Parameters:
        """Build the parameters of one institution at one point.

        Raises
        ------
        InvalidInput
            When a value does not fit its parameter.
        """
        here = dict(zip(self.axes, values, strict=True))
        shared = {name: value for name, value in here.items() if "." not in name}
        if self.yields:
            return self.setting.parameters(institution, shared)
        own = {name.rpartition(".")[2]: value for name, value in here.items() if name.startswith(f"{institution}.")}
        overrides = {institution: {**self.setting.overrides.get(institution, {}), **own}}
        at_point = replace(self.setting, command_line={**self.setting.command_line, **shared}, overrides=overrides)
        return at_point.parameters(institution)


@dataclass(frozen=True)
class Task:
    """Units first, …, last - 1, as the points that take part in them."""

    first: int
    last: int
    who: Who
    pieces: tuple[Piece, ...]

    @property
    def runs(self) -> int:
        """Number of runs, failed ones included."""
        futures = sum((piece.last - piece.first) * len(piece.points) for piece in self.pieces)
        return futures * len(self.who.institutions)

    def lost(self, error: str) -> list[dict[str, Any]]:
        """Account for every run of a task that could not be done at all."""
        return [
            _failure(self.who, name, int(point), replication, error, dict(zip(self.who.axes, values, strict=True)))
            for piece in self.pieces
            for replication in range(piece.first, piece.last)
            for point, values in zip(piece.points, piece.values.tolist(), strict=True)
            for name in self.who.institutions
        ]


@dataclass(frozen=True)
class Plan:
    """All runs of a sweep.

    Attributes
    ----------
    who : Who
        What is run at every point.
    design : Design
        The points.
    blocks : tuple of (first, last)
        Replications first, …, last - 1 of each block, one after the other.
    """

    who: Who
    design: Design
    blocks: tuple[tuple[int, int], ...]

    @property
    def futures(self) -> int:
        """Replications of a point that takes part in every block."""
        return self.blocks[-1][1]

    @property
    def runs(self) -> int:
        """Number of runs if every point takes part in every block."""
        return self.design.points * self.futures * len(self.who.institutions)

    def length(self, block: int, points: int, blocks: int = 1) -> int:
        """Say how many units a task has, where so many points take part: large parts in a big sweep, few small ones."""
        setting, (first, last) = self.who.setting, self.blocks[block]
        most = _ROWS_PER_PART
        if self.who.trajectories:
            most = min(most, max(1, _CELLS_PER_PART // (setting.world.size * setting.quarters)))
        rows = blocks * points * (last - first) * len(self.who.institutions)
        tasks = math.ceil(rows / min(most, max(_ROWS_AT_LEAST, rows / _TASKS_AT_LEAST)))
        return math.ceil(blocks * self.design.points / tasks)

    def task(self, first: int, last: int, wanted: npt.NDArray[np.bool_] | None = None) -> Task:
        """Make the task of units first, …, last - 1; of all points, or of those that are wanted."""
        points, pieces = self.design.points, []
        for block in range(first // points, -(-last // points) if last > first else first // points):
            chosen = np.arange(max(first - block * points, 0), min(last - block * points, points))
            if wanted is not None:
                chosen = chosen[wanted[chosen]]
            if chosen.size:
                pieces.append(Piece(*self.blocks[block], chosen, self.design.values[chosen]))
        return Task(first, last, self.who, tuple(pieces))

    def job(self) -> Job[Task]:
        """All points in all blocks."""
        count = len(self.blocks) * self.design.points
        return Job(TABLE, "sweep", 0, count, self.length(0, self.design.points, len(self.blocks)), self.task)

    def round(self, block: int, wanted: npt.NDArray[np.bool_]) -> Job[Task]:
        """Some points in one block."""
        points, count = self.design.points, int(wanted.sum())
        title = f"round {block + 1}, {count:,} point{'' if count == 1 else 's'}"
        return Job(TABLE, title, block * points, points, self.length(block, count), partial(self.task, wanted=wanted))


def blocks_of(replications: int) -> tuple[tuple[int, int], ...]:
    """Cut replications into blocks."""
    return tuple((first, min(first + BLOCK, replications)) for first in range(0, replications, BLOCK))


def run_task(task: Task) -> Rows:
    """Run every institution at every point of a task; failed runs are recorded, the rest goes on."""
    who, setting = task.who, task.who.setting
    terrain = setting.world.terrain()
    layouts = {name: setting.institutions[name].layout(setting.world) for name in who.institutions}
    rows: list[tuple[int, str, int]] = []
    numbers: list[Floats] = []
    failures: list[dict[str, Any]] = []
    kept = Trajectories(setting, layouts) if who.trajectories else None
    for piece in task.pieces:
        built = [(name, *_built(who, name, row)) for row in piece.values.tolist() for name in who.institutions]
        points = np.repeat(piece.points, len(who.institutions)).tolist()
        for replication in range(piece.first, piece.last):
            chance = draw_chance(who.seed, replication, setting.world.size, setting.quarters)
            for point, (name, used, values, error) in zip(points, built, strict=True):
                try:
                    if used is None:
                        raise InvalidInput(error)
                    trace = NO_TRACE if kept is None else kept.trace(name)
                    outcomes = finite(simulate(used, layouts[name], terrain, chance, trace))
                except Exception as problem:
                    said = f"{type(problem).__name__}: {problem}"
                    failures.append(_failure(who, name, point, replication, said, values))
                else:
                    rows.append((point, name, replication))
                    numbers.append(outcomes)
                    if kept is not None:
                        kept.keep(name)
    columns = _columns(task, rows, numbers)
    extra = {} if kept is None else {TRAJECTORIES: kept.columns(columns)}
    return Rows(columns, failures, extra)


def _built(who: Who, name: str, values: list[float]) -> tuple[Parameters | None, Mapping[str, float], str]:
    """Build parameters; or say why that cannot be done."""
    try:
        used = who.parameters(name, values)
    except InvalidInput as error:
        return None, dict(zip(who.axes, values, strict=True)), str(error)
    return used, flat(used), ""


def _failure(
    who: Who, name: str, point: int, replication: int, error: str, values: Mapping[str, float]
) -> dict[str, Any]:
    """Record one run that failed."""
    run = {"point": point, "institution": name, "seed": who.seed, "replication": replication}
    return run | {"error": error, "parameters": dict(values)}


def _columns(task: Task, rows: list[tuple[int, str, int]], numbers: list[Floats]) -> dict[str, Any]:
    """Turn rows into columns: the run's name, its outcomes, the point's values."""
    outcomes = np.array(numbers).reshape(len(rows), len(OUTCOMES))
    points = np.array([point for point, _, _ in rows], np.int32)
    known = {int(point): row for piece in task.pieces for point, row in zip(piece.points, piece.values, strict=True)}
    axes = task.who.axes
    values = np.array([known[point] for point in points.tolist()]).reshape(len(rows), len(axes))
    return {
        "point": points,
        "institution": [name for _, name, _ in rows],
        "seed": np.full(len(rows), task.who.seed, np.int64),
        "replication": np.array([replication for _, _, replication in rows], np.int64),
        **{title: outcomes[:, place].copy() for place, title in enumerate(OUTCOMES)},
        **{title: values[:, place].copy() for place, title in enumerate(axes)},
    }

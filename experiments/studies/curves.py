"""Runs along one assumption: the same futures at every value, for two institutions, and the curve they make."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.runs.factors import Axis, declared
from experiments.runs.joining import joined
from experiments.runs.simulate import Chunk, Plan, Rows, run_chunk
from experiments.statistics.crossings import Crossing, Stretch, brackets, crossings, undecided
from experiments.statistics.intervals import Interval, mean_interval
from model.errors import InvalidInput

BETWEEN = 3
"""Values added between two neighbours where the curve changes sides."""

Point = tuple[str, float]
"""An assumption and its value."""


@dataclass(frozen=True)
class PointsTask:
    """Consecutive replications, lived through at every point: first, …, last - 1."""

    plan: Plan
    points: tuple[Point, ...]
    first: int
    last: int

    def chunks(self) -> list[Chunk]:
        """One chunk per point."""
        return [Chunk(_at(self.plan, *point), self.first, self.last) for point in self.points]

    @property
    def runs(self) -> int:
        """Number of runs in all."""
        return sum(chunk.runs for chunk in self.chunks())

    def lost(self, error: str) -> list[dict[str, Any]]:
        """Account for every run if none could be done."""
        return [failure for chunk in self.chunks() for failure in chunk.lost(error)]


def _at(plan: Plan, name: str, value: float) -> Plan:
    """Set an assumption for every institution, or for the one it is named with, in place of what is set otherwise."""
    axis, setting = declared(name), plan.setting
    if axis.institution is None:
        return replace(plan, setting=replace(setting, command_line={**setting.command_line, name: value}))
    own = {**setting.overrides.get(axis.institution, {}), axis.parameter.name: value}
    return replace(plan, setting=replace(setting, overrides={**setting.overrides, axis.institution: own}))


def run_points(task: PointsTask) -> Rows:
    """Run every replication of a task at every point; columns ``assumption`` and ``value`` say which."""
    found = [run_chunk(chunk) for chunk in task.chunks()]
    counts = [len(rows.columns["institution"]) for rows in found]
    names = [name for (name, _), count in zip(task.points, counts, strict=True) for _ in range(count)]
    values = np.repeat(np.array([value for _, value in task.points]), counts)
    rows = joined(found)
    return Rows({"assumption": names, "value": values, **rows.columns}, rows.failures)


def even_points(names: Sequence[str], steps: int) -> tuple[Point, ...]:
    """Spread values evenly over each assumption's declared range, ends included.

    Parameters
    ----------
    names : sequence of str
        Assumptions, ``veto`` or ``uk_pools.veto``.
    steps : int
        Values of each; fewer where only whole numbers make sense.

    Returns
    -------
    tuple of (name, value)
    """
    return tuple((name, float(value)) for name in names for value in declared(name).steps(steps))


def points_between(curves: Mapping[str, "Curve"]) -> tuple[Point, ...]:
    """Choose further values where a curve changes sides between two neighbours.

    Parameters
    ----------
    curves : mapping of str to Curve
        By assumption.

    Returns
    -------
    tuple of (name, value)
        None that is on a curve already.
    """
    found = []
    for name, curve in curves.items():
        x = curve.values
        for before, after in brackets(x, [point.mean for point in curve.differences], curve.line):
            inner = np.linspace(x[before], x[after], BETWEEN + 2)[1:-1]
            values = {float(v) for v in (np.round(inner) if curve.axis.parameter.whole else inner)} - set(x)
            found += [(name, value) for value in sorted(values)]
    return tuple(found)


@dataclass(frozen=True)
class Curve:
    """The difference between two institutions along an assumption.

    Attributes
    ----------
    assumption : str
        Its parameter, ``veto`` or ``uk_pools.veto``.
    values : list of float
        Where runs were made, in ascending order.
    differences : list of Interval
        Mean paired difference at each, with its own 95% interval.
    futures, left_out : int
        Futures used, and left out because a run failed in them at some value.
    line : float
        The difference whose crossing counts.
    """

    assumption: str
    values: list[float]
    differences: list[Interval]
    futures: int
    left_out: int
    line: float = 0.0

    @property
    def axis(self) -> Axis:
        """Whose parameter is varied, and over which range."""
        return declared(self.assumption)

    @property
    def crossings(self) -> list[Crossing]:
        """Where the mean difference passes the line."""
        return crossings(self.values, [point.mean for point in self.differences], self.line)

    @property
    def undecided(self) -> list[Stretch]:
        """Values at which the difference is established to be neither below the line nor above."""
        low, high = ([getattr(point, end) for point in self.differences] for end in ("low", "high"))
        return undecided(self.values, low, high, self.line)


def curve_from(
    rows: pd.DataFrame, assumption: str, institution: str, than: str, metric: str, line: float = 0.0
) -> Curve:
    """Make the curve of one assumption from runs.

    Parameters
    ----------
    rows : DataFrame
        As `run_points` makes them.
    assumption : str
        Which of them.
    institution, than : str
        The difference is the first's outcome minus the second's.
    metric : str
        The outcome.
    line : float
        The difference whose crossing counts.

    Returns
    -------
    Curve

    Raises
    ------
    InvalidInput
        When there is no future in which all runs ended well.
    """
    mine = rows[rows["assumption"] == assumption]
    by_future = mine.pivot(index="replication", columns=["institution", "value"], values=metric)
    complete = by_future.dropna()
    if complete.empty:
        raise InvalidInput(
            f"{assumption}: no future in which every run ended well; see failures/ in the study's folder"
        )
    difference = complete[institution] - complete[than]
    values = sorted(difference.columns)
    columns: list[npt.NDArray[np.float64]] = [difference[value].to_numpy(np.float64) for value in values]
    return Curve(
        assumption, [float(value) for value in values], [mean_interval(column) for column in columns],
        len(complete), len(by_future) - len(complete), line,
    )  # fmt: skip

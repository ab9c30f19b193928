"""The difference between two institutions along one factor, in the same replications at every value."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from experiments.runs.factors import Factor, declared
from experiments.statistics.crossings import Crossing, Stretch, brackets, crossings, undecided
from experiments.statistics.intervals import Interval, mean_interval
from model.errors import InvalidInput
from model.world import Floats

BETWEEN = 3
"""Values added between two neighbours where the curve changes sides."""


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
    replications, left_out : int
        Replications used, and left out because a run failed in them at some value.
    line : float
        The difference whose crossing counts.
    """

    assumption: str
    values: list[float]
    differences: list[Interval]
    replications: int
    left_out: int
    line: float = 0.0

    @property
    def factor(self) -> Factor:
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


def curve_of(assumption: str, differences: Mapping[float, Floats], line: float = 0.0) -> Curve:
    """Make the curve of one factor.

    Parameters
    ----------
    assumption : str
        The factor.
    differences : mapping of float to ndarray (replications,)
        Paired difference by value; NaN where a run failed.
    line : float
        The difference whose crossing counts.

    Returns
    -------
    Curve

    Raises
    ------
    InvalidInput
        When there is no replication in which all runs ended well.
    """
    values = sorted(differences)
    table = np.array([differences[value] for value in values])
    complete = np.isfinite(table).all(axis=0)
    if not complete.any():
        raise InvalidInput(
            f"{assumption}: no future in which every run ended well; see failures/ in the study's folder"
        )
    points = [mean_interval(np.ascontiguousarray(row[complete])) for row in table]
    return Curve(assumption, values, points, int(complete.sum()), int((~complete).sum()), line)


def values_between(curve: Curve) -> list[float]:
    """Choose further values where a curve changes sides between two neighbours; none that is on it already."""
    found: set[float] = set()
    for before, after in brackets(curve.values, [point.mean for point in curve.differences], curve.line):
        inner = np.linspace(curve.values[before], curve.values[after], BETWEEN + 2)[1:-1]
        found |= {float(value) for value in (np.round(inner) if curve.factor.parameter.whole else inner)}
    return sorted(found - set(curve.values))

"""Boxes in the space of assumptions, and what they are worth when held against points."""

import math
from typing import NamedTuple

import numpy as np
from scipy import stats

from experiments.statistics.arrays import Flags, Floats
from experiments.statistics.intervals import Interval, proportion_interval


class Box(NamedTuple):
    """A box: points with ``low <= value <= high`` in every column.

    Attributes
    ----------
    low, high : ndarray (columns,)
        Infinite where a side is open.
    """

    low: Floats
    high: Floats

    @staticmethod
    def whole(columns: int) -> "Box":
        """Make the box that holds everything."""
        return Box(np.full(columns, -np.inf), np.full(columns, np.inf))

    def holds(self, x: Floats) -> Flags:
        """Tell which points (points, columns) lie inside."""
        return np.asarray(np.all((x >= self.low) & (x <= self.high), axis=1))

    @property
    def restricted(self) -> list[int]:
        """Columns with a side that is not open."""
        return np.flatnonzero(np.isfinite(self.low) | np.isfinite(self.high)).tolist()

    def moved(self, column: int, low: float | None = None, high: float | None = None) -> "Box":
        """Move a side or two of one column."""
        lows, highs = self.low.copy(), self.high.copy()
        lows[column] = lows[column] if low is None else low
        highs[column] = highs[column] if high is None else high
        return Box(lows, highs)

    def without(self, column: int) -> "Box":
        """Open both sides of a column."""
        return self.moved(column, -np.inf, np.inf)


class Measured(NamedTuple):
    """A box held against points, and what that means.

    Attributes
    ----------
    points, inside : int
        All points, and those in the box.
    hits, all_hits : int
        Points in which the condition holds, in the box and in all.
    """

    points: int
    inside: int
    hits: int
    all_hits: int

    @property
    def density(self) -> float:
        """Share of the points inside in which the condition holds."""
        return self.hits / self.inside if self.inside else math.nan

    @property
    def coverage(self) -> float:
        """Share of all points in which it holds that lie inside."""
        return self.hits / self.all_hits if self.all_hits else math.nan

    @property
    def mass(self) -> float:
        """Share of all points that lie inside."""
        return self.inside / self.points

    @property
    def base(self) -> float:
        """Share of all points in which the condition holds."""
        return self.all_hits / self.points

    @property
    def balance(self) -> float:
        """Harmonic mean of coverage and density."""
        return 2.0 * self.hits / (self.all_hits + self.inside) if self.all_hits + self.inside else 0.0

    def density_interval(self) -> Interval:
        """Density with its 95% interval; no bounds where no point lies inside."""
        return proportion_interval(self.hits, self.inside)

    def p(self) -> float:
        """Chance of so many hits inside if the box were any points (hypergeometric)."""
        return float(stats.hypergeom.sf(self.hits - 1, self.points, self.all_hits, self.inside))


def halves(points: int, seed: int) -> Flags:
    """Part points into two halves by chance: true for the one that a box is made on."""
    chosen = np.zeros(points, bool)
    chosen[np.random.default_rng(seed).permutation(points)[: points // 2]] = True
    return chosen


def measured(box: Box, x: Floats, y: Flags) -> Measured:
    """Hold a box against points."""
    inside = box.holds(x)
    return Measured(len(y), int(inside.sum()), int((y & inside).sum()), int(y.sum()))


def quasi_p(box: Box, column: int, x: Floats, y: Flags) -> float:
    """Chance of so many hits in the box if the restriction of one column told nothing.

    Parameters
    ----------
    box : Box
        With the restriction.
    column : int
        Whose restriction is in question.
    x, y : ndarray
        Points.

    Returns
    -------
    float
        Upper tail of a binomial with the density of the box without that restriction. On the points that the box was
        made on it is too small, since the restriction was chosen among many: hence "quasi".

    References
    ----------
    Bryant & Lempert (2010), section 2.3.
    """
    wide, narrow = measured(box.without(column), x, y), measured(box, x, y)
    if not narrow.inside:
        return 1.0
    return float(stats.binom.sf(narrow.hits - 1, narrow.inside, wide.density))

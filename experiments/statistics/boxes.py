"""Boxes in the space of assumptions: where a condition holds, by the Patient Rule Induction Method.

Peeling takes, again and again, a thin slice off one side of the box: the one that lacks points in which the condition
holds most. Density is the share of such points among those inside, coverage the share of all such points that are
inside. Of the boxes on this path the one with the highest harmonic mean of coverage and density is taken, sides are
pasted back as long as density does not fall, and restrictions that chance explains (quasi-p ≥ 0.05) are dropped. With
dozens of parameters the slice that chance favours most beats the right one, so only parameters that tell something by
themselves are peeled at all. All of that happens on one half of the points; what is reported of the box is measured on
the other half, which had no say in it.

Own code, since no maintained implementation fits: `prim` 1.0.0 is light and finds a planted box, but is licensed under
GPL-3, and this project under MIT; `ema_workbench` (2.5 on Python 3.11, 3.0 with another signature from 3.12) finds it
too, and brings scikit-learn, statsmodels and Platypus with it, which nothing else here needs to run. Neither holds
points back.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

from experiments.statistics.arrays import Flags, Floats
from experiments.statistics.intervals import Interval, proportion_interval

PEEL = 0.05
"""Share of the points in the box that one peel or paste moves, as Friedman and Fisher took it."""
SMALLEST = 0.05
"""No box holds a smaller share of the points."""
SIGNIFICANT = 0.05
FALSE_DISCOVERIES = 0.10
"""Among the parameters that are peeled."""


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
    """Part points into two halves by chance.

    Parameters
    ----------
    points : int
        How many there are.
    seed : int
        Of the parting.

    Returns
    -------
    ndarray of bool (points,)
        True for the half that a box is made on, the smaller one of an odd number.
    """
    chosen = np.zeros(points, bool)
    chosen[np.random.default_rng(seed).permutation(points)[: points // 2]] = True
    return chosen


def measured(box: Box, x: Floats, y: Flags) -> Measured:
    """Hold a box against points.

    Parameters
    ----------
    box : Box
        Of as many columns as `x`.
    x : ndarray (points, columns)
        Parameters, any unit.
    y : ndarray of bool (points,)
        Where the condition holds.

    Returns
    -------
    Measured
    """
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
    x : ndarray (points, columns)
        Parameters, any unit.
    y : ndarray of bool (points,)
        Where the condition holds.

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


class Found(NamedTuple):
    """A box, where it came from and what it is worth.

    Attributes
    ----------
    box : Box
        Without restrictions if chance explains all of them.
    path : list of (Box, Measured)
        The peeling path on the points that the box was made on, from everything to the smallest.
    made, held_out : Measured
        Of the box, on the half it was made on and on the other.
    quasi_p : dict of int to float
        By restricted column, on the half it was made on (Bryant & Lempert).
    held_out_p : dict of int to float
        The same on the other half, where it is an honest p-value of that restriction.
    """

    box: Box
    path: list[tuple[Box, Measured]]
    made: Measured
    held_out: Measured
    quasi_p: dict[int, float]
    held_out_p: dict[int, float]

    @property
    def established(self) -> bool:
        """Whether the condition is more frequent in the box than elsewhere on the half that had no say (p < 0.05)."""
        return bool(self.box.restricted) and self.held_out.p() < SIGNIFICANT


def find_box(x: Floats, y: Flags, seed: int = 0) -> Found:
    """Find the box in which a condition holds.

    Parameters
    ----------
    x : ndarray (points, columns)
        Parameters, any unit.
    y : ndarray of bool (points,)
        Where the condition holds.
    seed : int
        Of parting the points into two halves.

    Returns
    -------
    Found

    References
    ----------
    Friedman & Fisher (1999), "Bump hunting in high-dimensional data", Statistics and Computing 9, 123-143; Bryant &
    Lempert (2010), Technological Forecasting & Social Change 77, 34-49.
    """
    made_on = halves(len(y), seed)
    here, there = (x[made_on], y[made_on]), (x[~made_on], y[~made_on])
    path = peeled(*here, telling(*here))
    chosen = max(path, key=lambda step: (step[1].balance, step[1].mass))[0]
    box = without_chance(pasted(chosen, *here), *here)
    return Found(
        box=box,
        path=path,
        made=measured(box, *here),
        held_out=measured(box, *there),
        quasi_p={column: quasi_p(box, column, *here) for column in box.restricted},
        held_out_p={column: quasi_p(box, column, *there) for column in box.restricted},
    )


def telling(x: Floats, y: Flags) -> list[int]:
    """Columns whose values differ between points where the condition holds and where it does not.

    Parameters
    ----------
    x : ndarray (points, columns)
        Parameters, any unit.
    y : ndarray of bool (points,)
        Where the condition holds.

    Returns
    -------
    list of int
        Numbers of columns, by Kolmogorov-Smirnov tests at a false discovery rate of 10% (Benjamini & Hochberg 1995).
    """
    if y.all() or not y.any():
        return []
    p = [float(stats.ks_2samp(column[y], column[~y]).pvalue) for column in x.T]
    return np.flatnonzero(stats.false_discovery_control(p) < FALSE_DISCOVERIES).tolist()


def peeled(x: Floats, y: Flags, columns: Sequence[int]) -> list[tuple[Box, Measured]]:
    """Peel from everything down to the smallest box, and keep every box on the way.

    Parameters
    ----------
    x : ndarray (points, columns)
        Parameters, any unit.
    y : ndarray of bool (points,)
        Where the condition holds.
    columns : sequence of int
        Those that are peeled.

    Returns
    -------
    list of (Box, Measured)
        Each held against these points, from the box of everything on.
    """
    box: Box | None = Box.whole(x.shape[1])
    path = []
    while box is not None:
        path.append((box, measured(box, x, y)))
        inside = box.holds(x)
        box = _smaller(box, x[inside], y[inside], columns, max(SMALLEST * len(y), 2.0))
    return path


def _smaller(box: Box, xs: Floats, ys: Flags, columns: Sequence[int], smallest: float) -> Box | None:
    """Take off the slice that lacks hits most; of slices that lack as many, the thinnest, and the first.

    How far its hits lie below what the box's density lets expect is told in standard errors, so that slices of any size
    compare: the density of what remains would prefer slices of few points, where chance is largest, or of many, where
    a parameter has few values.
    """
    found, density = [], float(ys.mean())
    for candidate in _peels(box, xs, columns):
        kept = candidate.holds(xs)
        count = int(kept.sum())
        if smallest <= count < len(ys):
            points, hits = len(ys) - count, int(ys[~kept].sum())
            error = math.sqrt(points * density * (1.0 - density))
            found.append(((points * density - hits) / error if error > 0.0 else 0.0, count, candidate))
    return max(found, key=lambda option: option[:2])[2] if found else None


def _peels(box: Box, xs: Floats, columns: Sequence[int]) -> list[Box]:
    """Take a slice off either side of each column, whole values at a time."""
    candidates, slice_ = [], max(1, round(PEEL * len(xs)))
    for column in columns:
        values = np.sort(xs[:, column])
        above, below = values[values > values[slice_ - 1]], values[values < values[-slice_]]
        candidates += [box.moved(column, low=low) for low in above[:1].tolist()]
        candidates += [box.moved(column, high=high) for high in below[-1:].tolist()]
    return candidates


def pasted(box: Box, x: Floats, y: Flags) -> Box:
    """Paste slices back to the sides of a box as long as density does not fall.

    Parameters
    ----------
    box : Box
        To be widened.
    x : ndarray (points, columns)
        Parameters, any unit.
    y : ndarray of bool (points,)
        Where the condition holds.

    Returns
    -------
    Box
    """
    while True:
        now = measured(box, x, y)
        options = [(measured(wider, x, y), wider) for wider in _pastes(box, x, max(1, round(PEEL * now.inside)))]
        better = [(m.density, m.inside, wider) for m, wider in options if m.inside > now.inside]
        best = max(better, key=lambda option: option[:2], default=None)
        if best is None or best[0] < now.density:
            return box
        box = best[2]


def _pastes(box: Box, x: Floats, slice_: int) -> list[Box]:
    """Move each closed side out by a slice of the points that all other sides admit."""
    candidates = []
    for column in box.restricted:
        values = np.sort(x[box.without(column).holds(x), column])
        below, above = values[values < box.low[column]], values[values > box.high[column]]
        if np.isfinite(box.low[column]):
            candidates.append(box.moved(column, low=below[-slice_] if len(below) > slice_ else -np.inf))
        if np.isfinite(box.high[column]):
            candidates.append(box.moved(column, high=above[slice_ - 1] if len(above) > slice_ else np.inf))
    return candidates


def without_chance(box: Box, x: Floats, y: Flags) -> Box:
    """Drop restrictions that chance explains, the likeliest first.

    Parameters
    ----------
    box : Box
        With restrictions.
    x : ndarray (points, columns)
        Parameters, any unit.
    y : ndarray of bool (points,)
        Where the condition holds.

    Returns
    -------
    Box
        With those whose `quasi_p` is below 0.05.
    """
    while box.restricted:
        worst = max(box.restricted, key=lambda column: quasi_p(box, column, x, y))
        if quasi_p(box, worst, x, y) < SIGNIFICANT:
            break
        box = box.without(worst)
    return box

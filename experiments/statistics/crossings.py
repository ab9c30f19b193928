"""Where a curve that is known at some points, each with an interval, crosses a level line, and how sure that is.

Points stand in ascending order; between two of them everything is taken to run straight. The line lies at zero
unless it is given.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from experiments.statistics.arrays import Flags, Floats


class Crossing(NamedTuple):
    """A change of side.

    Attributes
    ----------
    at : float
        Where.
    rising : bool
        From below the line to above.
    """

    at: float
    rising: bool


class Stretch(NamedTuple):
    """Consecutive values from `start` to `end`, both included."""

    start: float
    end: float


def brackets(x: Sequence[float], y: Sequence[float], line: float = 0.0) -> list[tuple[int, int]]:
    """Find the neighbouring points between which the curve changes sides.

    Parameters
    ----------
    x, y : sequence of float, shape (n,)
        Points in ascending order of `x`.
    line : float
        Where the line lies.

    Returns
    -------
    list of (int, int)
        Positions of the last point on one side and of the first on the other; points on the line lie between.

    Raises
    ------
    ValueError
        When the points do not ascend or a value is not finite.
    """
    signs = np.sign(_points(x, y)[1] - line)
    sided = np.flatnonzero(signs)
    return [(int(a), int(b)) for a, b in pairwise(sided) if signs[a] != signs[b]]


def crossings(x: Sequence[float], y: Sequence[float], line: float = 0.0) -> list[Crossing]:
    """Find where the curve crosses the line; touching it without changing sides does not count.

    Parameters
    ----------
    x, y : sequence of float, shape (n,)
        Points in ascending order of `x`.
    line : float
        Where the line lies.

    Returns
    -------
    list of Crossing
        In ascending order; where the curve lies on the line for a while before it crosses, the middle of that.

    Raises
    ------
    ValueError
        As `brackets`.
    """
    at, value = _points(x, y)
    value = value - line
    found = []
    for before, after in brackets(x, y, line):
        middle = (at[before + 1] + at[after - 1]) / 2.0
        where = middle if after - before > 1 else _zero(at[before], value[before], at[after], value[after])
        found.append(Crossing(float(where), bool(value[after] > 0.0)))
    return found


def undecided(x: Sequence[float], low: Sequence[float], high: Sequence[float], line: float = 0.0) -> list[Stretch]:
    """Find the values at which the line lies inside the interval: those that cannot be told from a crossing.

    If each interval holds the curve's value there with some probability, the set of these values holds each true
    crossing with that probability, however many there are (the inversion of a test; where the curve is a ratio's
    numerator, it is Fieller's set).

    Parameters
    ----------
    x : sequence of float, shape (n,)
        Points in ascending order.
    low, high : sequence of float, shape (n,)
        Bounds at each point; ``nan`` where the data do not bound the curve, which decides nothing there.
    line : float
        Where the line lies.

    Returns
    -------
    list of Stretch
        In ascending order; empty when the curve is established to be on one side of the line at every point. A stretch
        that reaches the first or last value may go on beyond it.

    Raises
    ------
    ValueError
        When the points do not ascend or a lower bound is above its upper one.

    References
    ----------
    Fieller (1954), "Some problems in interval estimation", JRSS B 16(2), 175-185.
    """
    at = _points(x)[0]
    bottom = np.where(np.isnan(low), -np.inf, np.asarray(low, np.float64) - line)
    top = np.where(np.isnan(high), np.inf, np.asarray(high, np.float64) - line)
    if np.any(bottom > top):
        raise ValueError("a lower bound lies above its upper one")
    inside = (bottom <= 0.0) & (top >= 0.0)
    stretches = [_around(at, bottom, top, start, end) for start, end in _runs(inside)]
    # Between two points on different sides of the line the band passes over it; bounds are heights above it.
    stretches += [
        Stretch(*sorted((_zero(at[i], near, at[i + 1], far), _zero(at[i], other, at[i + 1], beyond))))
        for i in np.flatnonzero((top[:-1] < 0.0) & (bottom[1:] > 0.0) | (bottom[:-1] > 0.0) & (top[1:] < 0.0))
        for near, far, other, beyond in [(bottom[i], bottom[i + 1], top[i], top[i + 1])]
    ]
    return sorted(stretches)


def _around(at: Floats, low: Floats, high: Floats, start: int, end: int) -> Stretch:
    """Widen a run of points whose intervals hold zero to where the band leaves zero on either side."""
    return Stretch(
        float(at[0]) if start == 0 else _leaves(at, low, high, start, start - 1),
        float(at[-1]) if end == len(at) - 1 else _leaves(at, low, high, end, end + 1),
    )


def _leaves(at: Floats, low: Floats, high: Floats, inside: int, outside: int) -> float:
    """Where, between a point whose interval holds zero and one whose does not, the band leaves zero."""
    bound = low if low[outside] > 0.0 else high
    if np.isinf(bound[inside]):
        return float(at[outside])
    return _zero(at[inside], bound[inside], at[outside], bound[outside])


def _zero(x: float, y: float, other_x: float, other_y: float) -> float:
    """Where the straight line through two points on different sides of zero crosses it."""
    return float(x + (other_x - x) * (y / (y - other_y)))


def _runs(marked: Flags) -> list[tuple[int, int]]:
    """First and last position of each run of marked points."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], marked, [False]]).astype(int)))
    return [(int(start), int(end) - 1) for start, end in edges.reshape(-1, 2)]


def _points(x: Sequence[float], *others: Sequence[float]) -> list[Floats]:
    """Return positions that ascend, and finite values at them."""
    found = [np.asarray(each, np.float64) for each in (x, *others)]
    if found[0].ndim != 1 or found[0].size == 0 or np.any(np.diff(found[0]) <= 0.0):
        raise ValueError("points must ascend")
    if any(each.shape != found[0].shape or not np.isfinite(each).all() for each in found):
        raise ValueError("a finite value is needed at every point")
    return found

"""Which assumptions move a difference: how far it goes along with each of them over the draws, and where it turns.

All assumptions are drawn independently of one another, so that a regression on each alone is not biased by the others,
whose part is noise. Intervals hold together over all assumptions.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from experiments.statistics.arrays import Floats, finite
from experiments.statistics.family import simultaneous_intervals
from experiments.statistics.intervals import Interval

_SPAN = (0.1, 0.9)
"""Quantiles of an assumption between which the difference is said to move."""


class Hinge(NamedTuple):
    """One assumption.

    Attributes
    ----------
    assumption : str
        Its name.
    moves : Interval
        By how much the expected difference changes from a low value of it to a high one (10% and 90% quantile).
    turns_at : float or None
        The value at which it changes sign, where it moves for certain and does so within the draws.
    """

    assumption: str
    moves: Interval
    turns_at: float | None

    @property
    def certain(self) -> bool:
        """Whether the movement is told from nothing."""
        return self.moves.low > 0.0 or self.moves.high < 0.0


def hinges(difference: Floats, assumptions: Mapping[str, Floats], seed: int = 0) -> list[Hinge]:
    """Say what a difference hinges on.

    Parameters
    ----------
    difference : ndarray (draws,)
        Mean over the replications of each draw.
    assumptions : mapping of str to ndarray (draws,)
        Values, not all the same.
    seed : int
        Of the resampling.

    Returns
    -------
    list of Hinge
        First those that move for certain; the larger movement before the smaller.

    References
    ----------
    White (1980), "A heteroskedasticity-consistent covariance matrix estimator", Econometrica 48(4), 817-838 (each
    draw's part in the slope, from which the intervals come).
    """
    gap = finite(difference)
    if not assumptions or gap.size < 3:
        return []
    lines = [_line(gap, finite(values)) for values in assumptions.values()]
    spans = [np.ptp(np.quantile(values, _SPAN)) for values in assumptions.values()]
    parts = [span * part for span, (_, part) in zip(spans, lines, strict=True)]
    moves = simultaneous_intervals(np.array(parts).T, seed)
    found = []
    for (name, values), (line, _), moved in zip(assumptions.items(), lines, moves, strict=True):
        hinge = Hinge(name, moved, None)
        turning = -line[0] / line[1] if line[1] else np.nan
        inside = bool(values.min() < turning < values.max())
        found.append(hinge._replace(turns_at=float(turning)) if hinge.certain and inside else hinge)
    return sorted(found, key=lambda hinge: (not hinge.certain, -abs(hinge.moves.mean)))


def _line(gap: Floats, values: Floats) -> tuple[tuple[float, float], Floats]:
    """Fit a straight line; give its intercept and slope, and what each draw says of the slope (their mean)."""
    away = values - values.mean()
    variance = float(np.mean(away**2))
    slope = float(np.mean(away * gap)) / variance
    left = gap - gap.mean() - slope * away
    return (float(gap.mean()) - slope * float(values.mean()), slope), slope + away * left / variance

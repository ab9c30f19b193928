"""How much of an outcome's variance over points one factor alone accounts for: scores of features."""

from typing import NamedTuple

import numpy as np
from scipy import stats

from experiments.statistics.arrays import Floats

_MOST_PARTS = 12
_POINTS_A_PART = 8
"""A mean over fewer points says little."""


class Score(NamedTuple):
    """Of one factor.

    Attributes
    ----------
    share : float
        Of the variance over points, 0 to 1; NaN where the outcome or the factor does not move.
    p : float
        How likely a share as large is where the factor does nothing (F test).
    """

    share: float
    p: float


def feature_score(values: Floats, outcome: Floats) -> Score:
    """Score one factor by the means of an outcome over equal parts of it, less what chance alone would give.

    What a factor does only together with others does not count: this is a first-order share.

    Parameters
    ----------
    values, outcome : ndarray (points,)
        Of the factor and of what is looked at; pairs that are not finite are left out.

    Returns
    -------
    Score

    References
    ----------
    Kelley, T. L. (1935): An unbiased correlation ratio measure. PNAS 21(9).
    """
    known = np.isfinite(values) & np.isfinite(outcome)
    values, outcome = values[known], outcome[known]
    levels, part = np.unique(values, return_inverse=True)
    if levels.size > _MOST_PARTS:
        parts = min(_MOST_PARTS, max(2, values.size // _POINTS_A_PART))
        part = (stats.rankdata(values, "ordinal").astype(np.int64) - 1) * parts // values.size
    counts = np.bincount(part)
    within_freedom = outcome.size - counts.size
    if counts.size < 2 or within_freedom < 1 or np.ptp(outcome) == 0.0:
        return Score(np.nan, np.nan)
    means = np.bincount(part, outcome) / counts
    within = float(np.square(outcome - means[part]).sum())
    between = float((counts * np.square(means - outcome.mean())).sum())
    noise = within / within_freedom
    share = max(0.0, (between - (counts.size - 1) * noise) / (between + within))
    ratio = between / (counts.size - 1) / noise if noise > 0.0 else np.inf
    return Score(share, float(stats.f.sf(ratio, counts.size - 1, within_freedom)))

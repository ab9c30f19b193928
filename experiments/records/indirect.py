"""Indirect inference, linear around where it is needed: from what simulated records show to what makes them.

Some records are simulated at a point, others at values drawn around it, one each. The former tell the level there and
the covariance that one record has; the regression of what the latter show on their values tells the slopes
(Gouriéroux, Monfort & Renault 1993). Moved to where the record lies and done again, these are Newton's steps.
"""

from typing import NamedTuple

import numpy as np

from experiments.statistics.arrays import Floats


class Linear(NamedTuple):
    """What records show at values near a point, to first order.

    ``at`` (p,) the point; ``level`` (m,) what is shown there on average; ``slopes`` (m, p); ``covariance`` (m, m) of
    what single records show there.
    """

    at: Floats
    level: Floats
    slopes: Floats
    covariance: Floats


def linear(at: Floats, still: Floats, values: Floats, shown: Floats) -> Linear:
    """Find level, covariance and slopes at a point.

    Parameters
    ----------
    at : ndarray (p,)
        The point.
    still : ndarray (records, m)
        What records at the point show.
    values, shown : ndarray (records, p), (records, m)
        Values around the point, and what records at these show.

    Returns
    -------
    Linear
        Without the records that leave something undefined.
    """
    still, whole = still[np.isfinite(still).all(axis=1)], np.isfinite(shown).all(axis=1)
    design = np.column_stack([np.ones(whole.sum()), values[whole] - at])
    slopes = np.linalg.lstsq(design, shown[whole], rcond=None)[0][1:].T
    return Linear(at, still.mean(axis=0), slopes, np.cov(still.T))

"""Indirect inference, linear around where it is needed: from what simulated records show to what makes them.

Records are simulated at values drawn around a point, one each. The regression of what they show on their values gives
level and slopes at the point, what it leaves over the covariance that one record has (Gouriéroux, Monfort & Renault
1993). Moved to where the record lies and done again, these are Newton's steps.
"""

from typing import NamedTuple

import numpy as np

from experiments.statistics.arrays import Floats


class Linear(NamedTuple):
    """What records show at values near a point, to first order.

    ``at`` (p,) the point; ``level`` (m,) what is shown there on average; ``slopes`` (m, p); ``covariance`` (m, m) of
    what single records show around it; ``records`` how many told.
    """

    at: Floats
    level: Floats
    slopes: Floats
    covariance: Floats
    records: int


def linear(at: Floats, values: Floats, shown: Floats) -> Linear:
    """Regress what records show (records, m) on their values (records, p), around a point.

    Records that leave something undefined are left out.
    """
    whole = np.isfinite(shown).all(axis=1)
    design = np.column_stack([np.ones(whole.sum()), values[whole] - at])
    found = np.linalg.lstsq(design, shown[whole], rcond=None)[0]
    left = shown[whole] - design @ found
    return Linear(at, found[0], found[1:].T, left.T @ left / (len(left) - design.shape[1]), len(left))

"""Outcomes of a design by point and future, from the rows of a study; every run is needed."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from experiments.statistics.arrays import Floats
from experiments.studies.conditions import Term
from model.errors import InvalidInput
from model.outcomes import OUTCOMES

Outcomes = dict[Term, Floats]
"""Arrays (points, futures) by outcome and institution."""


def outcomes_by_point(columns: Mapping[str, Any], institutions: Sequence[str], points: int, futures: int) -> Outcomes:
    """Line the rows of a study up by point and future.

    Parameters
    ----------
    columns : mapping of str to array
        As stored: institution, point, replication and every outcome, one entry per run, in any order.
    institutions : sequence of str
        Who lived through the futures.
    points, futures : int
        How many there must be.

    Returns
    -------
    dict of (outcome, institution) to ndarray (points, futures)
        Points and replications ascending.

    Raises
    ------
    InvalidInput
        When a run is missing, because it failed or left no finite number: an index estimated from what remains would
        look sound and be wrong.
    """
    names = np.asarray(columns["institution"], dtype=object)
    order = np.lexsort((np.asarray(columns["replication"]), np.asarray(columns["point"])))
    found: Outcomes = {}
    for institution in institutions:
        rows = order[names[order] == institution]
        if rows.size != points * futures:
            missing = points * futures - rows.size
            raise InvalidInput(
                f"{missing:,} of {points * futures:,} runs of {institution} failed or are missing: every one is "
                "needed here; see failures/ in the study's folder"
            )
        for metric in OUTCOMES:
            values = np.asarray(columns[metric], np.float64)[rows].reshape(points, futures)
            if not np.isfinite(values).all():
                raise InvalidInput(f"{metric} of {institution}: not a finite number in every run; every one is needed")
            found[metric, institution] = values
    return found

"""Stage two: what yearly records leave open of a quarterly process, by what else the record shows.

Six numbers: corrections of both intercepts, how readily conflict returns within a year of its end, escalation and
de-escalation, and how much more slowly wars end. What stage one has not used tells them: quarters in conflict, shares
of states in conflict over blocks of five years, how many conflicts outlive their first years, wars and what becomes
of them. The loadings stay as stage one draws them.
"""

from typing import NamedTuple

import numpy as np

from experiments.records.indirect import Linear
from experiments.records.stage_one import TERMS
from model.world import Floats


class Prior(NamedTuple):
    """A normal prior: mean and standard deviation."""

    mean: float
    sd: float


PRIORS = {
    "onset correction": Prior(0.0, 0.20),
    "ending correction": Prior(0.0, 0.25),
    "onset_return": Prior(0.0, 0.50),
    "escalation_base": Prior(-3.2, 1.0),
    "deescalation_base": Prior(-1.9, 1.0),
    "termination_war": Prior(-1.0, 0.70),
}
"""Written down before any result under them was seen; `onset_return` at zero is the memory's own extrapolation."""

OPEN = tuple(PRIORS)
CORRECTIONS = ("onset correction", "ending correction")
"""Of the intercepts that show the yearly regressions' constants."""


class Open(NamedTuple):
    """What is open, after some of Newton's steps.

    ``mean`` (6,) and ``covariance`` (6, 6) at loadings ``at`` (9,), in the order of `OPEN`; ``moves`` (6, 9): how the
    means follow the loadings.
    """

    at: Floats
    mean: Floats
    covariance: Floats
    moves: Floats


def before_any(loadings: Floats) -> Open:
    """Give what is open as the priors have it."""
    means, sds = np.array(list(PRIORS.values())).T
    return Open(loadings, means, np.diag(sds**2), np.zeros((len(OPEN), len(TERMS))))


def updated(shown: Linear, record: Floats, loadings: Floats) -> Open:
    """Take one of Newton's steps: the posterior under the priors, with moments normal and linear around a point.

    Parameters
    ----------
    shown : Linear
        Moments that simulated records show around a point of loadings and of what is open.
    record : ndarray (m,)
        The record's moments.
    loadings : ndarray (9,)
        Where means are told.

    Returns
    -------
    Open
    """
    prior, first = before_any(loadings), len(TERMS)
    of_loadings, of_open = shown.slopes[:, :first], shown.slopes[:, first:]
    weights, precision = np.linalg.inv(shown.covariance), np.linalg.inv(prior.covariance)
    covariance = np.linalg.inv(of_open.T @ weights @ of_open + precision)
    gain = covariance @ of_open.T @ weights
    off = record - shown.level - of_loadings @ (loadings - shown.at[:first])
    mean = shown.at[first:] + gain @ off + covariance @ precision @ (prior.mean - shown.at[first:])
    return Open(loadings, mean, covariance, -gain @ of_loadings)

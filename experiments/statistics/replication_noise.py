"""How much of what differs between design points is replication noise: the chance of the replications they ran on.

Every point of a design is run on the same R replications, and its output is the mean over them. Given these
replications the output is an exact function of the parameters; others would give another one. Two ways to deal with
that stand here: the share of the variance between points that other replications would change (the interaction of
points and replications, as in a two-way table), and, for any quadratic form of the outputs, an estimate of what it
would be for a mean over infinitely many replications: the products of different replications' outputs, which share no
noise.
"""

import math

import numpy as np
import numpy.typing as npt

from experiments.statistics.arrays import Floats


def noise_variance(outputs: Floats) -> float:
    """Variance that replication noise adds to a point's mean.

    Parameters
    ----------
    outputs : ndarray (points, replications)
        The same replications at every point.

    Returns
    -------
    float
        Mean square of the interaction of points and replications over the number of replications, in squared units of
        the outputs; what moves all points alike is no noise between them. NaN with one replication.

    References
    ----------
    Scheffé (1959), *The Analysis of Variance*, section 4.2.
    """
    points, replications = outputs.shape
    if replications < 2 or points < 2:
        return math.nan
    rest = outputs - outputs.mean(axis=1, keepdims=True) - outputs.mean(axis=0, keepdims=True) + outputs.mean()
    return float(np.sum(rest**2) / ((points - 1) * (replications - 1)) / replications)


def noise_share(outputs: Floats) -> float:
    """Share of the variance between points' means that other replications would change.

    Parameters
    ----------
    outputs : ndarray (points, replications)
        The same replications at every point; points drawn independently.

    Returns
    -------
    float
        Between 0 and 1; 0 where points do not differ, NaN with one replication.
    """
    noise, between = noise_variance(outputs), float(outputs.mean(axis=1).var(ddof=1))
    if math.isnan(noise):
        return noise
    return min(1.0, noise / between) if between > 0.0 else 0.0


def without_noise(of_mean: Floats, of_replications: Floats) -> Floats:
    """Estimate a quadratic form for the mean over infinitely many replications.

    Parameters
    ----------
    of_mean : ndarray (...)
        The form of the outputs' mean over the replications.
    of_replications : ndarray (..., replications)
        The form of each replication's own outputs.

    Returns
    -------
    ndarray (...)
        The mean over all pairs of different replications of the bilinear form: (R q(mean) - mean q(replication)) /
        (R - 1), which is unbiased. Of one replication, the form itself: there noise cannot be told from effect.

    References
    ----------
    Hoeffding (1948), "A class of statistics with asymptotically normal distribution", section 5.
    """
    count = of_replications.shape[-1]
    if count < 2:
        return of_mean
    return np.asarray((count * of_mean - of_replications.mean(axis=-1)) / (count - 1))


def between_worlds(differences: npt.ArrayLike) -> tuple[float, float]:
    """Split the spread of a difference into what worlds make of it and what replication noise does.

    Parameters
    ----------
    differences : array_like, shape (n, r)
        Row: world. Column: one of the r replications that were run in it.

    Returns
    -------
    between, noise : float
        Standard deviation between worlds' expected values (zero when noise alone explains the spread), and within
        worlds from replication to replication; ``nan`` with one replication per world, where nothing tells the two
        apart.

    References
    ----------
    Searle, Casella and McCulloch (1992), Variance Components, Wiley, section 3.6 (one-way analysis of variance).
    """
    values = np.asarray(differences, np.float64)
    if min(values.shape) < 2:
        return math.nan, math.nan
    noise = float(values.var(axis=1, ddof=1).mean())
    spread = float(values.mean(axis=1).var(ddof=1))
    return math.sqrt(max(spread - noise / values.shape[1], 0.0)), math.sqrt(noise)

"""How much of what differs between design points is luck: the futures they happened to be run on.

Every point of a design is run on the same R futures, and its output is the mean over them. Given these futures the
output is an exact function of the parameters; other futures would give another one. Two ways to deal with that stand
here: the share of the variance between points that other futures would change (the interaction of points and futures,
as in a two-way table), and, for any quadratic form of the outputs, an estimate of what it would be for a mean over
infinitely many futures: the products of different futures' outputs, which share no luck.
"""

import math

import numpy as np
import numpy.typing as npt

from model.errors import InvalidInput

FloatArray = npt.NDArray[np.float64]


def checked(outputs: npt.ArrayLike, what: str) -> FloatArray:
    """Return outputs as an array (points, futures) of finite numbers.

    Parameters
    ----------
    outputs : array_like, shape (points, futures) or (points,)
        One number per point and future; with one dimension, of one future.
    what : str
        What they are, for the message.

    Returns
    -------
    ndarray (points, futures)

    Raises
    ------
    InvalidInput
        When one is no finite number: an estimator that meets a single NaN can return zeros without a word.
    """
    table = np.asarray(outputs, np.float64)
    table = table[:, np.newaxis] if table.ndim == 1 else table
    bad = int(np.count_nonzero(~np.isfinite(table)))
    if bad:
        raise InvalidInput(f"{what}: {bad:,} of {table.size:,} outputs are not finite numbers; every one is needed")
    return table


def noise_variance(outputs: FloatArray) -> float:
    """Variance that luck adds to a point's mean over its futures.

    Parameters
    ----------
    outputs : ndarray (points, futures)
        The same futures at every point.

    Returns
    -------
    float
        Mean square of the interaction of points and futures over the number of futures, in squared units of the
        outputs; what moves all points alike is no noise between them. NaN with one future.

    References
    ----------
    Scheffé (1959), *The Analysis of Variance*, section 4.2.
    """
    points, futures = outputs.shape
    if futures < 2 or points < 2:
        return float("nan")
    rest = outputs - outputs.mean(axis=1, keepdims=True) - outputs.mean(axis=0, keepdims=True) + outputs.mean()
    return float(np.sum(rest**2) / ((points - 1) * (futures - 1)) / futures)


def luck_share(outputs: FloatArray) -> float:
    """Share of the variance between points' means that other futures would change.

    Parameters
    ----------
    outputs : ndarray (points, futures)
        The same futures at every point; points drawn independently.

    Returns
    -------
    float
        Between 0 and 1; 0 where points do not differ, NaN with one future.
    """
    between = float(outputs.mean(axis=1).var(ddof=1))
    noise = noise_variance(outputs)
    if math.isnan(noise):
        return noise
    return min(1.0, noise / between) if between > 0.0 else 0.0


def without_luck(of_mean: FloatArray, of_futures: FloatArray) -> FloatArray:
    """Estimate a quadratic form for the mean over infinitely many futures.

    Parameters
    ----------
    of_mean : ndarray (...)
        The form of the outputs' mean over the futures.
    of_futures : ndarray (..., futures)
        The form of each future's own outputs.

    Returns
    -------
    ndarray (...)
        The mean over all pairs of different futures of the bilinear form: (R q(mean) - mean q(future)) / (R - 1),
        which is unbiased. Of one future, the form itself: there luck cannot be told from effect.

    References
    ----------
    Hoeffding (1948), "A class of statistics with asymptotically normal distribution", section 5.
    """
    futures = of_futures.shape[-1]
    if futures < 2:
        return of_mean
    result: FloatArray = (futures * of_mean - of_futures.mean(axis=-1)) / (futures - 1)
    return result

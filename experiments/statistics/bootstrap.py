"""Bootstrap intervals over replications: of any statistic, of a ratio of means, and of several means jointly.

Replications are drawn whole, so what was measured in the same one stays together. Randomness comes only from
``np.random.default_rng(seed)``: same input, same answer. Conventions are those of `experiments.statistics.intervals`.
"""

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from experiments.statistics.arrays import Floats, finite
from experiments.statistics.intervals import CONFIDENCE, Interval, deviation, mean_interval, student

# Elements held at once while resampling (8 MB of float64); it bounds memory, not the answer.
_BATCH_ELEMENTS = 2**20

# A resample whose variance is below this share of the sample's own has no spread but rounding.
_NO_SPREAD = 1e-12


def bca_interval(
    x: npt.ArrayLike, statistic: Callable[..., Any] = np.mean, seed: int = 0, resamples: int = 9999
) -> Interval:
    """Bias-corrected and accelerated bootstrap interval of a statistic over replications.

    Parameters
    ----------
    x : array_like, shape (n,)
        One value per replication, any unit.
    statistic : callable
        Vectorised, called as ``statistic(array, axis=-1)``; for example ``np.mean`` or ``np.median``.
    seed : int
        Seed of the resampling.
    resamples : int
        Bootstrap resamples.

    Returns
    -------
    Interval
        In the units of the statistic; ``mean`` is the statistic of `x` itself. Where BCa is undefined (constant data,
        or no resample on one side of the estimate) the percentile interval is returned, which has zero width for
        constant data. One replication: ``nan`` bounds.

    Raises
    ------
    ValueError
        As :func:`mean_interval`.

    References
    ----------
    Efron (1987), "Better bootstrap confidence intervals", JASA 82(397), 171-185.
    """
    return _bootstrap((finite(x),), statistic, seed, resamples)


def ratio_of_means_interval(
    numerator: npt.ArrayLike, denominator: npt.ArrayLike, seed: int = 0, resamples: int = 9999
) -> Interval:
    """Paired BCa bootstrap interval of ``mean(numerator) / mean(denominator)``.

    The use is a share of a reference effect, for example ``mean(none - i) / mean(none - full_information)``. It is the
    ratio of means, not the mean of per-replication ratios, which has no finite expectation when a difference can be
    zero.

    Parameters
    ----------
    numerator, denominator : array_like, shape (n,)
        Paired by replication, in the same unit.
    seed : int
        Seed of the resampling (replications are drawn whole, so the pairing is kept).
    resamples : int
        Bootstrap resamples.

    Returns
    -------
    Interval
        Dimensionless; ``mean`` is the ratio of means. Bounds are ``nan``, meaning *unbounded*, when the denominator's
        own mean is not distinguishable from zero; if that mean is exactly zero the estimate is ``nan`` too.

    Raises
    ------
    ValueError
        If the two lengths differ, or as :func:`bca_interval`.

    Notes
    -----
    Fieller's exact set is bounded only if the denominator's t interval excludes zero; otherwise it is the whole line or
    the *complement* of an interval, and any method that still returns finite bounds can have coverage arbitrarily close
    to zero (Gleser and Hwang). Infinite bounds would not be Fieller's set either and would slip through arithmetic;
    ``nan`` says there is no interval. The test is his own condition rather than a change of sign among the resamples,
    which would depend on how many are drawn.

    References
    ----------
    Fieller (1954), "Some problems in interval estimation", JRSS B 16(2), 175-185.
    Gleser and Hwang (1987), Annals of Statistics 15(4), 1351-1362.
    """
    top, bottom = finite(numerator), finite(denominator)
    if top.size != bottom.size:
        raise ValueError(f"numerator has {top.size} replications but denominator has {bottom.size}")
    reference = mean_interval(bottom)
    if not (reference.low > 0 or reference.high < 0):
        estimate = float(top.mean()) / reference.mean if reference.mean else math.nan
        return Interval(estimate, math.nan, math.nan)
    return _bootstrap((top, bottom), _ratio_of_means, seed, resamples)


def _ratio_of_means(numerator: Floats, denominator: Floats, axis: int = -1) -> Any:
    """Ratio of means along `axis`: the statistic of :func:`ratio_of_means_interval`."""
    return np.mean(numerator, axis=axis) / np.mean(denominator, axis=axis)


def _bootstrap(data: tuple[Floats, ...], statistic: Callable[..., Any], seed: int, resamples: int) -> Interval:
    """BCa interval of a statistic of paired samples; percentile interval where BCa is undefined.

    BCa divides by the spread of the jackknife values and takes the normal quantile of the share of resamples below the
    estimate; SciPy returns ``nan`` when either is degenerate.
    """
    estimate = float(statistic(*data, axis=-1))
    n = data[0].size
    if n == 1:
        return Interval(estimate, math.nan, math.nan)
    with np.errstate(divide="ignore", invalid="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)
        result = stats.bootstrap(
            data,
            statistic,
            n_resamples=resamples,
            batch=max(1, _BATCH_ELEMENTS // n),
            vectorized=True,
            paired=len(data) > 1,
            confidence_level=CONFIDENCE,
            rng=np.random.default_rng(seed),
        )
    bounds = np.array(result.confidence_interval)
    if np.isnan(bounds).any():
        tail = (1 - CONFIDENCE) / 2
        bounds = np.quantile(result.bootstrap_distribution, [tail, 1 - tail])
    return Interval(estimate, float(bounds[0]), float(bounds[1]))


def simultaneous_intervals(differences: npt.ArrayLike, seed: int = 0, resamples: int = 2000) -> list[Interval]:
    """Jointly valid intervals of several paired mean differences, by the max-t bootstrap.

    All `m` means lie inside their intervals together with probability `CONFIDENCE`, so any number of them may be read,
    and the largest picked, without further correction.

    Parameters
    ----------
    differences : array_like, shape (n, m)
        Row: replication. Column: one comparison, in its own unit (columns are studentised).
    seed : int
        Seed of the resampling (rows are drawn whole, so the correlation of columns is kept).
    resamples : int
        Bootstrap resamples.

    Returns
    -------
    list of Interval
        `m` intervals in column order. A constant column has a zero-width interval and does not widen the others. One
        replication: ``nan`` bounds.

    Raises
    ------
    ValueError
        If `differences` is empty, not 2-D or holds non-finite values.

    References
    ----------
    Westfall and Young (1993), Resampling-Based Multiple Testing, Wiley.
    Romano and Wolf (2005), "Exact and approximate stepdown methods for multiple hypothesis testing", JASA 100(469),
    94-108 (the single-step critical value, inverted to intervals).
    Hall (1988), Annals of Statistics 16(3), 927-953 (why to studentise each resample).
    """
    x = finite(differences, ndim=2)
    mean, half = x.mean(axis=0), deviation(x)
    varies = half > 0
    if varies.any():
        half = half * _max_t((x[:, varies] - mean[varies]) / half[varies], seed, resamples) / math.sqrt(len(x))
    return [Interval(float(c), float(c - h), float(c + h)) for c, h in zip(mean, half, strict=True)]


def _max_t(standardised: Floats, seed: int, resamples: int) -> float:
    """Critical value of the largest absolute t statistic over the columns, in standard errors of the mean.

    Each resample is studentised by its own standard error, which corrects for skewness where a normal multiplier does
    not. Two limits apply. The value is at least Student's for a single comparison, so a joint interval is never the
    narrower one. And where so many resamples have no spread that the quantile is infinite (two or three replications,
    or a column that moves in only a few of them), Bonferroni's t value, which needs no resampling, takes its place.

    Parameters
    ----------
    standardised : ndarray, shape (n, m)
        Columns of mean 0 and standard deviation 1; n at least 2.
    seed, resamples : int
        As :func:`simultaneous_intervals`.
    """
    n, m = standardised.shape
    rng = np.random.default_rng(seed)
    largest = np.empty(resamples)
    rows = max(1, _BATCH_ELEMENTS // n)
    for start in range(0, resamples, rows):
        drawn = rng.integers(n, size=(min(rows, resamples - start), n))
        cells = drawn + n * np.arange(len(drawn))[:, np.newaxis]
        # Resampling weights: moments of every resample and column become two matrix products.
        weights = np.bincount(cells.ravel(), minlength=drawn.size).reshape(drawn.shape) / n
        centre = weights @ standardised
        variance = weights @ standardised**2 - centre**2
        t = np.abs(centre) / np.sqrt(np.maximum(variance, _NO_SPREAD) / (n - 1))
        largest[start : start + rows] = np.where(variance > _NO_SPREAD, t, np.inf).max(axis=1)
    quantile = float(np.quantile(largest, CONFIDENCE, method="higher"))
    return student(n - 1, comparisons=m) if math.isinf(quantile) else max(quantile, student(n - 1))

"""Intervals of several paired mean differences that hold together, whatever the shape of each.

Most columns of a family are *dense*: their means are nearly normal, and the largest of their t statistics is what has
to be allowed for (max-t). A column leaves the family where that does not hold of it:

* *sparse*: fewer than `DENSE` replications differ from the value that most have, and more than half have that value;
* *skewed*: the skewness of its mean, that of the column over the root of the number of replications, exceeds `SKEWED`.

It takes its share of the error along (one of as many as there are columns that vary) and has an interval of its own,
so one odd column widens nobody else's. The dense ones share what is left, and are never wider than Bonferroni would
make them. Of a column in which fewer than `FEWEST` replications differ, too little is known to bound its mean.
"""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import stats

from experiments.statistics.arrays import Floats, finite
from experiments.statistics.intervals import BATCH_ELEMENTS, CONFIDENCE, Interval, deviation, student

DENSE = 60
"""Differing replications from which on a column is never sparse."""
SKEWED = 0.1
"""Skewness of a mean beyond which Student's t errs: one tail is then half as heavy again as it should be."""
FEWEST = 15
"""Differing replications, or replications at all, below which nothing is said of a column's shape."""

ROUNDING = 1e-9
"""A spread below this is none, in any unit that outcomes have: differences of equal sums may round apart."""

# A resample whose variance is below this share of the sample's own has no spread but rounding.
_NO_SPREAD = 1e-12


class Shape(NamedTuple):
    """What decides how a column's mean is bounded.

    Attributes
    ----------
    usual : float
        The value that most replications have.
    differ : int
        Replications that have another; all of them where none has the value of another.
    sparse, skewed : bool
        As the module says; neither of fewer replications than `FEWEST`, in which a shape cannot be seen.
    """

    usual: float
    differ: int
    sparse: bool
    skewed: bool


def shape_of(x: Floats) -> Shape:
    """Tell the shape of a column (replications,)."""
    values, counts = np.unique(x, return_counts=True)
    usual = int(counts.argmax())
    differ = int(x.size if counts[usual] == 1 else x.size - counts[usual])
    sparse = differ < min(DENSE, x.size / 2.0)
    skewed = x.size >= FEWEST and values.size > 1 and abs(_skewness(x)) > SKEWED * math.sqrt(x.size)
    return Shape(float(values[usual]), differ, sparse, bool(skewed))


def simultaneous_intervals(differences: npt.ArrayLike, seed: int = 0, resamples: int = 2000) -> list[Interval]:
    """Jointly valid intervals of several paired mean differences.

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
        `m` intervals in column order. A constant column has an interval of no width but rounding, and does not widen
        the others. One replication, or too few that differ: ``nan`` bounds.

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
    mean, spread = x.mean(axis=0), deviation(x)
    found = [Interval(float(m), float(m - s), float(m + s)) for m, s in zip(mean, spread, strict=True)]
    varies = np.flatnonzero(spread > ROUNDING)
    shapes = {place: shape_of(x[:, place]) for place in varies}
    dense = [place for place, shape in shapes.items() if not (shape.sparse or shape.skewed)]
    share = (1 - CONFIDENCE) / max(varies.size, 1)
    if dense:
        value = _critical((x[:, dense] - mean[dense]) / spread[dense], share * len(dense), seed, resamples)
        half = value * spread[dense] / math.sqrt(len(x))
        for place, m, h in zip(dense, mean[dense], half, strict=True):
            found[place] = Interval(float(m), float(m - h), float(m + h))
    for place in shapes.keys() - set(dense):
        found[place] = _own_interval(x[:, place], shapes[place], share)
    return found


def within(x: Floats, wanted: npt.NDArray[np.bool_]) -> Floats:
    """Make a column (replications,) whose mean is that of a part of another, and whose error is that mean's.

    Parameters
    ----------
    x : ndarray (replications,)
        Values.
    wanted : ndarray of bool (replications,)
        The part, one replication at least: how many belong to it is chance, too.

    References
    ----------
    Cochran (1977), Sampling Techniques, 3rd edition, Wiley, sections 2.11 to 2.13 (means of domains).
    """
    if wanted.all():
        return x
    mean = x[wanted].mean()
    return np.asarray(np.where(wanted, mean + (x - mean) * (wanted.size / np.count_nonzero(wanted)), mean))


def interval_alone(x: npt.ArrayLike, seed: int = 0) -> Interval:
    """Interval of one mean that is asked about alone, by the same rules: Student's, unless sparse or skewed."""
    return simultaneous_intervals(finite(x)[:, np.newaxis], seed)[0]


def skewed_mean_interval(x: Floats, error: float) -> Interval:
    """Student's interval of a mean, with the skewness of its t statistic taken out.

    Parameters
    ----------
    x : ndarray, shape (n,)
        One value per replication, not all the same.
    error : float
        Probability that the interval misses, half of it on either side.

    References
    ----------
    Hall (1992), "On the removal of skewness by transformation", JRSS B 54(1), 221-228 (the cubic transformation, which
    can be inverted everywhere).
    """
    n, skewness, reach = x.size, _skewness(x), student(x.size - 1, error) / math.sqrt(x.size)
    mean, spread = float(x.mean()), float(deviation(x))
    if abs(skewness) < 1e-9:
        return Interval(mean, mean - reach * spread, mean + reach * spread)
    bent = [float(np.cbrt(1.0 + skewness * (t - skewness / (6.0 * n))) - 1.0) * 3.0 / skewness for t in (reach, -reach)]
    return Interval(mean, mean - bent[0] * spread, mean - bent[1] * spread)


def _own_interval(x: Floats, shape: Shape, error: float) -> Interval:
    """Bound the mean of a sparse or skewed column.

    A sparse one's is the usual value and, times the share of replications that differ (Clopper and Pearson's exact
    interval), the mean of those: each has half the error.
    """
    mean = float(x.mean())
    if shape.differ < FEWEST:
        return Interval(mean, math.nan, math.nan)
    if not shape.sparse:
        return skewed_mean_interval(x, error)
    differ = x[x != shape.usual] - shape.usual
    share = stats.binomtest(differ.size, x.size).proportion_ci(1 - error / 2, method="exact")
    _, low, high = skewed_mean_interval(differ, error / 2) if np.ptp(differ) else (differ[0],) * 3
    ends = [end * part for end in (low, high) for part in (share.low, share.high)]
    return Interval(mean, float(shape.usual + min(ends)), float(shape.usual + max(ends)))


def _skewness(x: Floats) -> float:
    """Skewness of a sample that is not constant: what `scipy.stats.skew` gives, in a twentieth of the time."""
    away = x - x.mean()
    square = away**2
    variance = square.mean()
    if variance <= (np.finfo(np.float64).eps * x.mean()) ** 2:
        return math.nan
    return float((square * away).mean() / variance**1.5)


def _critical(standardised: Floats, error: float, seed: int, resamples: int) -> float:
    """Critical value of the largest absolute t statistic over the columns, in standard errors of the mean.

    Each resample is studentised by its own standard error, which corrects for skewness where a normal multiplier does
    not. The value is at least Student's for a single comparison at this error, so that a joint interval is never the
    narrower one, and at most Bonferroni's, which holds however columns go together.

    Parameters
    ----------
    standardised : ndarray, shape (n, m)
        Columns of mean 0 and standard deviation 1; n at least 2.
    error : float
        Probability that some interval of these misses.
    seed, resamples : int
        As :func:`simultaneous_intervals`.
    """
    n, m = standardised.shape
    least, most = student(n - 1, error), student(n - 1, error / m)
    if m == 1:
        return least
    rng = np.random.default_rng(seed)
    largest = np.empty(resamples)
    rows = max(1, BATCH_ELEMENTS // n)
    for start in range(0, resamples, rows):
        drawn = rng.integers(n, size=(min(rows, resamples - start), n))
        cells = drawn + n * np.arange(len(drawn))[:, np.newaxis]
        # Resampling weights: moments of every resample and column become two matrix products.
        weights = np.bincount(cells.ravel(), minlength=drawn.size).reshape(drawn.shape) / n
        centre = weights @ standardised
        variance = weights @ standardised**2 - centre**2
        t = np.abs(centre) / np.sqrt(np.maximum(variance, _NO_SPREAD) / (n - 1))
        largest[start : start + rows] = np.where(variance > _NO_SPREAD, t, np.inf).max(axis=1)
    return float(np.clip(np.quantile(largest, 1 - error, method="higher"), least, most))

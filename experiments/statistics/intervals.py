"""Intervals of means and proportions, and the verdict that an interval gives on a hypothesis.

Every institution is run on the same replications (common random numbers), so the unit of analysis is the replication:
a comparison is one number per replication, the difference between two institutions in it.

Conventions of everything here and in `experiments.statistics.bootstrap`:

* Intervals hold with probability `CONFIDENCE`.
* Non-finite input is refused with :class:`ValueError`, never dropped: to drop a replication of one institution would
  silently break the pairing.
* Bounds of ``nan`` mean "the data do not bound this quantity" (one replication, or a ratio whose denominator may be
  zero). :func:`verdict` reads them as inconclusive.
"""

import math
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import stats

from experiments.statistics.arrays import Floats, finite

CONFIDENCE = 0.95

Verdict = Literal["supported", "refuted", "equivalent", "inconclusive"]


class Interval(NamedTuple):
    """An estimate with a confidence interval.

    Attributes
    ----------
    mean : float
        The point estimate (a mean unless the function says otherwise), in units of the outcome.
    low, high : float
        Bounds in the same units; ``nan`` when the data do not bound the quantity.
    """

    mean: float
    low: float
    high: float


def mean_interval(x: npt.ArrayLike) -> Interval:
    """Student t interval of the mean over replications.

    Parameters
    ----------
    x : array_like, shape (n,)
        One value per replication, any unit.

    Returns
    -------
    Interval
        In the units of `x`. One replication carries no information on spread: its bounds are ``nan``. Constant data
        give a zero-width interval.

    Raises
    ------
    ValueError
        If `x` is empty, not 1-D or holds non-finite values (the message says how many).

    References
    ----------
    Student (1908), "The probable error of a mean", Biometrika 6(1), 1-25.
    """
    values = finite(x)
    mean = float(values.mean())
    half = float(student(values.size - 1) * deviation(values) / math.sqrt(values.size))
    return Interval(mean, mean - half, mean + half)


def proportion_interval(successes: int, n: int) -> Interval:
    """Wilson score interval of a proportion.

    Parameters
    ----------
    successes, n : int
        Successes out of `n` independent replications.

    Returns
    -------
    Interval
        Dimensionless, within [0, 1]; ``mean`` is the observed share (not Wilson's centre). All ``nan`` if `n` is 0.

    Raises
    ------
    ValueError
        If `successes` is outside ``[0, n]``.

    References
    ----------
    Wilson (1927), "Probable inference, the law of succession, and statistical inference", JASA 22(158), 209-212.
    """
    if not 0 <= successes <= n:  # SciPy 1.18 gives no bounds instead
        raise ValueError(f"{successes} of {n} replications cannot be successes")
    if not n:
        return Interval(math.nan, math.nan, math.nan)
    bounds = stats.binomtest(successes, n).proportion_ci(CONFIDENCE, method="wilson")
    return Interval(successes / n, float(bounds.low), float(bounds.high))


def verdict(interval: Interval, smallest_effect: float) -> Verdict:
    """Read an interval against the smallest effect that matters.

    Parameters
    ----------
    interval : Interval
        Of an effect, signed so that positive is what the hypothesis predicts.
    smallest_effect : float
        Positive and finite, in the units of the interval.

    Returns
    -------
    {"supported", "refuted", "equivalent", "inconclusive"}
        "supported": wholly above ``+smallest_effect``. "refuted": wholly below ``-smallest_effect`` (an effect that
        matters, in the other direction). "equivalent": inside the closed band between them. "inconclusive": anything
        else, ``nan`` included.

    Raises
    ------
    ValueError
        If `smallest_effect` is not positive and finite.

    References
    ----------
    Lakens (2017), "Equivalence tests", Social Psychological and Personality Science 8(4), 355-362.
    """
    if not 0.0 < smallest_effect < math.inf:
        raise ValueError(f"smallest_effect must be positive and finite, got {smallest_effect}")
    if interval.low > smallest_effect:
        return "supported"
    if interval.high < -smallest_effect:
        return "refuted"
    if interval.low >= -smallest_effect and interval.high <= smallest_effect:
        return "equivalent"
    return "inconclusive"


def student(freedom: int, comparisons: int = 1) -> float:
    """Return Student's two-sided critical value, after Bonferroni for so many comparisons."""
    return float(stats.t.isf((1 - CONFIDENCE) / (2 * comparisons), freedom))


def deviation(x: Floats) -> Floats:
    """Sample standard deviation down the rows: exactly 0 if constant, ``nan`` for one row.

    Testing the range first matters because the mean of equal floats can be off by a rounding error, which would make
    the deviation a tiny positive number instead of 0.
    """
    if len(x) == 1:
        return np.full(x.shape[1:], np.nan)
    return np.where(np.ptp(x, axis=0) == 0, 0.0, np.std(x, axis=0, ddof=1))

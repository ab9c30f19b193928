"""Intervals of a mean, a proportion and a ratio, and the verdict that an interval gives on a hypothesis.

Every institution is run on the same replications (common random numbers), so the unit of analysis is the replication:
a comparison is one number per replication, the difference between two institutions in it.

Conventions of everything here:

* Intervals hold with probability `CONFIDENCE`.
* Non-finite input is refused with :class:`ValueError`, never dropped: to drop a replication of one institution would
  silently break the pairing.
* Bounds of ``nan`` mean "the data do not bound this quantity" (one replication, or a ratio whose denominator may be
  zero). :func:`verdict` reads them as open.

Bootstraps draw replications whole, so what was measured in the same one stays together. Their randomness comes only
from ``np.random.default_rng(seed)``: same input, same answer.
"""

import math
import warnings
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import stats

from experiments.statistics.arrays import Floats, finite

CONFIDENCE = 0.95

BATCH_ELEMENTS = 2**20
"""Held at once while resampling (8 MB of float64); it bounds memory, not the answer."""


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


class Verdict(NamedTuple):
    """Two answers: which way an effect goes, and whether it is as large as what counts.

    Attributes
    ----------
    direction : {"better", "worse", "open"}
        Open where the interval holds zero.
    size : {"at_least", "less", "open"}
        At least the smallest effect that counts, either way; less than it; or open.
    """

    direction: Literal["better", "worse", "open"]
    size: Literal["at_least", "less", "open"]

    def words(self, smallest_effect: float) -> str:
        """Say so in words."""
        least = f"{smallest_effect:g}"
        if self.direction == "open":
            return f"no difference as large as {least}" if self.size == "less" else "open"
        size = {"at_least": f" by at least {least}", "less": f" by less than {least}", "open": ", size open"}
        return f"{self.direction}{size[self.size]}"


def verdict(interval: Interval, smallest_effect: float) -> Verdict:
    """Read an interval against zero, and against the smallest effect that matters.

    Parameters
    ----------
    interval : Interval
        Of an effect, signed so that positive is better.
    smallest_effect : float
        Positive and finite, in the units of the interval.

    Returns
    -------
    Verdict
        Bounds of ``nan`` leave both answers open. More data change an answer from open to settled, and otherwise no
        more often than the interval errs.

    Raises
    ------
    ValueError
        If `smallest_effect` is not positive and finite.

    References
    ----------
    Goeman, Solari and Stijnen (2010), "Three-sided hypothesis testing", Statistics in Medicine 29(20), 2117-2125.
    """
    if not 0.0 < smallest_effect < math.inf:
        raise ValueError(f"smallest_effect must be positive and finite, got {smallest_effect}")
    _, low, high = interval
    beyond = low >= smallest_effect or high <= -smallest_effect
    within = low > -smallest_effect and high < smallest_effect
    return Verdict(
        "better" if low > 0.0 else "worse" if high < 0.0 else "open",
        "at_least" if beyond else "less" if within else "open",
    )


def draws_to_settle(interval: Interval, draws: int, smallest_effect: float) -> int | None:
    """Say at how many draws the size of an effect would be settled, wherever it lies.

    The half-width of an interval then is half the smallest effect that counts, so that the size is settled unless the
    effect lies within half of it from being just as large. It follows from the interval's width alone, never from
    where the interval lies, and so says nothing of which answer is to be expected.

    Parameters
    ----------
    interval : Interval
        From so many draws.
    draws : int
        How many there were.
    smallest_effect : float
        Positive and finite, in the units of the interval.

    Returns
    -------
    int or None
        To two digits; None where the data bound nothing, or the interval is as narrow already.
    """
    needed = draws * ((interval.high - interval.low) / smallest_effect) ** 2
    if not needed > draws:
        return None
    unit: int = 10 ** max(math.floor(math.log10(needed)) - 1, 0)
    return math.ceil(needed / unit) * unit


def student(freedom: int, error: float = 1 - CONFIDENCE) -> float:
    """Return Student's two-sided critical value that is exceeded with such a probability."""
    return float(stats.t.isf(error / 2, freedom))


def deviation(x: Floats) -> Floats:
    """Sample standard deviation down the rows: exactly 0 if constant, ``nan`` for one row.

    Testing the range first matters because the mean of equal floats can be off by a rounding error, which would make
    the deviation a tiny positive number instead of 0.
    """
    if len(x) == 1:
        return np.full(x.shape[1:], np.nan)
    return np.where(np.ptp(x, axis=0) == 0, 0.0, np.std(x, axis=0, ddof=1))


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
            batch=max(1, BATCH_ELEMENTS // n),
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

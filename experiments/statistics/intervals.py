"""Interval estimates, tests and verdicts for paired comparisons of institutions.

Every institution is run on the same futures (common random numbers), so the unit of analysis is
the replication: a comparison is one number per replication, the difference between two
institutions on that future. Rows are independent of each other; columns (institutions) are not.

Conventions shared by every function here:

* Arrays are per replication, shape ``(n,)`` or ``(n, m)``, in the units of the outcome.
* Non-finite input is refused with :class:`ValueError`, never dropped: dropping a replication
  from one institution would silently break the pairing.
* Bounds of ``nan`` mean "the data do not bound this quantity" (one replication, or a ratio whose
  denominator may be zero). :func:`verdict` reads them as inconclusive.
* Randomness comes only from ``np.random.default_rng(seed)``: same input, same answer.
"""

import math
import warnings
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import stats

FloatArray = npt.NDArray[np.float64]
Verdict = Literal["supported", "refuted", "equivalent", "inconclusive"]

# Elements held at once while resampling (8 MB of float64); it bounds memory, not the answer.
_BATCH_ELEMENTS = 2**20

# A resample whose variance is below this share of the sample's own has no spread but rounding.
_NO_SPREAD = 1e-12


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


def mean_interval(x: npt.ArrayLike, confidence: float = 0.95) -> Interval:
    """Student t interval of the mean over replications.

    Parameters
    ----------
    x : array_like, shape (n,)
        One value per replication, any unit.
    confidence : float
        Coverage probability, strictly between 0 and 1.

    Returns
    -------
    Interval
        In the units of `x`. One replication carries no information on spread: its bounds are
        ``nan``. Constant data give a zero-width interval.

    Raises
    ------
    ValueError
        If `x` is empty, not 1-D or holds non-finite values (the message says how many), or
        `confidence` is out of range.

    References
    ----------
    Student (1908), "The probable error of a mean", Biometrika 6(1), 1-25.
    """
    values = _finite(x)
    _check_confidence(confidence)
    n = values.size
    mean = float(values.mean())
    half = float(stats.t.isf((1 - confidence) / 2, n - 1) * _spread(values) / math.sqrt(n))
    return Interval(mean, mean - half, mean + half)


def bca_interval(
    x: npt.ArrayLike,
    statistic: Callable[..., Any] = np.mean,
    confidence: float = 0.95,
    seed: int = 0,
    resamples: int = 9999,
) -> Interval:
    """Bias-corrected and accelerated bootstrap interval of a statistic over replications.

    Parameters
    ----------
    x : array_like, shape (n,)
        One value per replication, any unit.
    statistic : callable
        Vectorised, called as ``statistic(array, axis=-1)``; for example ``np.mean``,
        ``np.median`` or ``functools.partial(np.quantile, q=0.05)``.
    confidence : float
        Coverage probability, strictly between 0 and 1.
    seed : int
        Seed of the resampling.
    resamples : int
        Bootstrap resamples, at least ``2 / (1 - confidence)``.

    Returns
    -------
    Interval
        In the units of the statistic; ``mean`` is the statistic of `x` itself. Where BCa is
        undefined (constant data, or no resample on one side of the estimate) the percentile
        interval is returned, which has zero width for constant data. One replication: ``nan``
        bounds.

    Raises
    ------
    ValueError
        As :func:`mean_interval`, or if `resamples` is too small.

    References
    ----------
    Efron (1987), "Better bootstrap confidence intervals", JASA 82(397), 171-185.
    """
    values = _finite(x)
    _check_confidence(confidence, resamples)
    return _bootstrap((values,), statistic, confidence, seed, resamples)


def ratio_of_means_interval(
    numerator: npt.ArrayLike,
    denominator: npt.ArrayLike,
    confidence: float = 0.95,
    seed: int = 0,
    resamples: int = 9999,
) -> Interval:
    """Paired BCa bootstrap interval of ``mean(numerator) / mean(denominator)``.

    The use is a share of a reference effect, for example
    ``mean(none - i) / mean(none - full_information)``. It is the ratio of means, not the mean of
    per-replication ratios, which has no finite expectation when a difference can be zero.

    Parameters
    ----------
    numerator, denominator : array_like, shape (n,)
        Paired by replication, in the same unit.
    confidence : float
        Coverage probability, strictly between 0 and 1.
    seed : int
        Seed of the resampling (replications are drawn whole, so the pairing is kept).
    resamples : int
        Bootstrap resamples, at least ``2 / (1 - confidence)``.

    Returns
    -------
    Interval
        Dimensionless; ``mean`` is the ratio of means. Bounds are ``nan``, meaning *unbounded*,
        when the denominator's own mean is not distinguishable from zero at `confidence`; if that
        mean is exactly zero the estimate is ``nan`` too.

    Raises
    ------
    ValueError
        If the two lengths differ, or as :func:`bca_interval`.

    Notes
    -----
    Fieller's exact set is bounded only if the denominator's t interval excludes zero; otherwise
    it is the whole line or the *complement* of an interval, and any method that still returns
    finite bounds can have coverage arbitrarily close to zero (Gleser and Hwang). Infinite bounds
    would not be Fieller's set either and would slip through arithmetic; ``nan`` says there is no
    interval. The test is his own condition rather than a change of sign among the resamples,
    which would depend on how many are drawn.

    References
    ----------
    Fieller (1954), "Some problems in interval estimation", JRSS B 16(2), 175-185.
    Gleser and Hwang (1987), Annals of Statistics 15(4), 1351-1362.
    """
    top, bottom = _finite(numerator), _finite(denominator)
    if top.size != bottom.size:
        raise ValueError(f"numerator has {top.size} replications but denominator has {bottom.size}")
    _check_confidence(confidence, resamples)
    reference = mean_interval(bottom, confidence)
    if not (reference.low > 0 or reference.high < 0):
        estimate = float(top.mean()) / reference.mean if reference.mean else math.nan
        return Interval(estimate, math.nan, math.nan)
    return _bootstrap((top, bottom), _ratio_of_means, confidence, seed, resamples)


def simultaneous_intervals(
    differences: npt.ArrayLike,
    confidence: float = 0.95,
    seed: int = 0,
    resamples: int = 2000,
) -> list[Interval]:
    """Jointly valid intervals of several paired mean differences, by the max-t bootstrap.

    All `m` means lie inside their intervals together with probability `confidence`, so any
    number of them may be read, and the largest picked, without further correction.

    Parameters
    ----------
    differences : array_like, shape (n, m)
        Row: replication. Column: one comparison, in its own unit (columns are studentised).
    confidence : float
        Joint coverage probability, strictly between 0 and 1.
    seed : int
        Seed of the resampling (rows are drawn whole, so the correlation of columns is kept).
    resamples : int
        Bootstrap resamples, at least ``2 / (1 - confidence)``.

    Returns
    -------
    list of Interval
        `m` intervals in column order. A constant column has a zero-width interval and does not
        widen the others. One replication: ``nan`` bounds.

    Raises
    ------
    ValueError
        If `differences` is empty, not 2-D or holds non-finite values, or as :func:`bca_interval`.

    References
    ----------
    Westfall and Young (1993), Resampling-Based Multiple Testing, Wiley.
    Romano and Wolf (2005), "Exact and approximate stepdown methods for multiple hypothesis
    testing", JASA 100(469), 94-108 (the single-step critical value, inverted to intervals).
    Hall (1988), Annals of Statistics 16(3), 927-953 (why to studentise each resample).
    """
    x = _finite(differences, ndim=2)
    _check_confidence(confidence, resamples)
    mean, half = x.mean(axis=0), _spread(x)
    varies = half > 0
    if varies.any():
        standardised = (x[:, varies] - mean[varies]) / half[varies]
        critical = _max_t_quantile(standardised, confidence, seed, resamples)
        half = half * critical / math.sqrt(len(x))
    return [Interval(float(c), float(c - h), float(c + h)) for c, h in zip(mean, half, strict=True)]


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
        "supported": wholly above ``+smallest_effect``. "refuted": wholly below
        ``-smallest_effect`` (an effect that matters, in the other direction). "equivalent":
        inside the closed band between them. "inconclusive": anything else, ``nan`` included.

    Raises
    ------
    ValueError
        If `smallest_effect` is not positive and finite.

    References
    ----------
    Lakens (2017), "Equivalence tests", Social Psychological and Personality Science 8(4),
    355-362.
    """
    _check_effect(smallest_effect)
    if interval.low > smallest_effect:
        return "supported"
    if interval.high < -smallest_effect:
        return "refuted"
    if interval.low >= -smallest_effect and interval.high <= smallest_effect:
        return "equivalent"
    return "inconclusive"


def proportion_interval(successes: int, n: int, confidence: float = 0.95) -> Interval:
    """Wilson score interval of a proportion.

    Parameters
    ----------
    successes, n : int
        Successes out of `n` independent replications.
    confidence : float
        Coverage probability, strictly between 0 and 1.

    Returns
    -------
    Interval
        Dimensionless, within [0, 1]; ``mean`` is the observed share (not Wilson's centre).

    Raises
    ------
    ValueError
        If ``n < 1``, `successes` is outside ``[0, n]`` or `confidence` is out of range.
    TypeError
        If a count is not an integer.

    References
    ----------
    Wilson (1927), "Probable inference, the law of succession, and statistical inference",
    JASA 22(158), 209-212.
    """
    _check_confidence(confidence)
    # Not every release of SciPy refuses these.
    if not 0 <= successes <= n or n < 1:
        raise ValueError(f"{successes} successes out of n={n} are impossible")
    bounds = stats.binomtest(successes, n).proportion_ci(confidence, method="wilson")
    return Interval(successes / n, float(bounds.low), float(bounds.high))


def paired_sign_flip_p(x: npt.ArrayLike, seed: int = 0, resamples: int = 9999) -> float:
    """Two-sided sign-flip permutation test that paired differences are centred on zero.

    Exact when differences are symmetric about zero under the null, which holds when the two
    labels of a pair are exchangeable; approximately valid for a zero mean otherwise.

    Parameters
    ----------
    x : array_like, shape (n,)
        Paired differences, any unit.
    seed : int
        Seed of the random flips (unused when all ``2**n`` are enumerated).
    resamples : int
        Random flips, at least 1; all are enumerated if there are no more than this.

    Returns
    -------
    float
        p-value in (0, 1]; never zero, as the observed signs count among the flips (Phipson and
        Smyth). One replication, or all differences zero: 1.

    Raises
    ------
    ValueError
        If `x` is empty, not 1-D or holds non-finite values, or ``resamples < 1``.

    References
    ----------
    Fisher (1935), The Design of Experiments, section 21.
    Phipson and Smyth (2010), "Permutation p-values should never be zero", SAGMB 9(1), 39.
    """
    values = _finite(x)
    if resamples < 1:
        raise ValueError(f"resamples must be at least 1, got {resamples}")
    if values.size == 1:
        return 1.0
    result = stats.permutation_test(
        (values,),
        np.mean,
        permutation_type="samples",
        vectorized=True,
        n_resamples=resamples,
        batch=max(1, _BATCH_ELEMENTS // values.size),
        rng=np.random.default_rng(seed),
    )
    return float(result.pvalue)


def equivalence_p(x: npt.ArrayLike, smallest_effect: float) -> float:
    """p-value of equivalence, by two one-sided t tests (TOST).

    The null is that the mean lies on or outside ``±smallest_effect``; a small p says it is inside.

    Parameters
    ----------
    x : array_like, shape (n,)
        Paired differences, any unit.
    smallest_effect : float
        Positive and finite, in the units of `x`.

    Returns
    -------
    float
        The larger of the two one-sided p-values. Constant data: 0 if strictly inside the band,
        else 1. One replication: ``nan``.

    Raises
    ------
    ValueError
        If `x` is empty, not 1-D or holds non-finite values, or `smallest_effect` is not positive
        and finite.

    References
    ----------
    Schuirmann (1987), Journal of Pharmacokinetics and Biopharmaceutics 15(6), 657-680.
    """
    values = _finite(x)
    _check_effect(smallest_effect)
    room, sd = smallest_effect - abs(float(values.mean())), float(_spread(values))
    if sd == 0:
        return 0.0 if room > 0 else 1.0
    # Of the two one-sided tests, the one against the nearer margin has the larger p-value.
    return float(stats.t.sf(room / sd * math.sqrt(values.size), values.size - 1))


def holm(p: npt.ArrayLike) -> FloatArray:
    """Holm step-down adjusted p-values, controlling the family-wise error rate.

    Parameters
    ----------
    p : array_like, shape (m,)
        Raw p-values, under any dependence.

    Returns
    -------
    ndarray, shape (m,)
        Adjusted p-values in the order given, at most 1.

    Raises
    ------
    ValueError
        If `p` is empty, not 1-D or holds values that are not probabilities.

    References
    ----------
    Holm (1979), "A simple sequentially rejective multiple test procedure", Scandinavian Journal
    of Statistics 6(2), 65-70.
    """
    raw = _probabilities(p)
    order = np.argsort(raw, kind="stable")
    stepped = np.maximum.accumulate(raw[order] * np.arange(raw.size, 0, -1))
    adjusted = np.empty_like(raw)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted


def benjamini_hochberg(p: npt.ArrayLike) -> FloatArray:
    """Benjamini-Hochberg adjusted p-values, controlling the false discovery rate.

    Parameters
    ----------
    p : array_like, shape (m,)
        Raw p-values, independent or positively dependent.

    Returns
    -------
    ndarray, shape (m,)
        Adjusted p-values in the order given, at most 1.

    Raises
    ------
    ValueError
        If `p` is empty, not 1-D or holds values that are not probabilities.

    References
    ----------
    Benjamini and Hochberg (1995), "Controlling the false discovery rate", JRSS B 57(1), 289-300.
    """
    return np.asarray(stats.false_discovery_control(_probabilities(p), method="bh"), dtype=np.float64)


def paired_effect_size(x: npt.ArrayLike) -> float:
    """Standardised paired effect: Cohen's d_z, the mean difference over its standard deviation.

    Parameters
    ----------
    x : array_like, shape (n,)
        Paired differences, any unit.

    Returns
    -------
    float
        Dimensionless. All differences zero (0/0): 0, as nothing differs. A constant nonzero
        difference: infinite, with its sign. One replication: ``nan``.

    Raises
    ------
    ValueError
        If `x` is empty, not 1-D or holds non-finite values.

    References
    ----------
    Cohen (1988), Statistical Power Analysis for the Behavioral Sciences, 2nd ed., section 2.3.5.
    """
    values = _finite(x)
    mean, sd = float(values.mean()), float(_spread(values))
    if sd == 0:
        return math.copysign(math.inf, mean) if mean else 0.0
    return mean / sd


def _finite(values: npt.ArrayLike, ndim: int = 1) -> FloatArray:
    """Return `values` as a float array; refuse a wrong shape or non-finite entries."""
    x = np.asarray(values, dtype=np.float64)
    if x.ndim != ndim or x.size == 0:
        raise ValueError(f"expected a non-empty {ndim}-D array, got shape {x.shape}")
    bad = np.count_nonzero(~np.isfinite(x))
    if bad:
        raise ValueError(f"{bad} of {x.size} values are not finite")
    return x


def _probabilities(p: npt.ArrayLike) -> FloatArray:
    """Return `p` as a 1-D float array; refuse values outside [0, 1]."""
    x = _finite(p)
    if x.min() < 0 or x.max() > 1:
        raise ValueError("p-values must lie in [0, 1]")
    return x


def _check_confidence(confidence: float, resamples: int | None = None) -> None:
    """Refuse a level outside (0, 1), or too few resamples to place one beyond each bound."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie strictly between 0 and 1, got {confidence}")
    if resamples is not None and resamples * (1 - confidence) < 2 - 1e-9:
        raise ValueError(f"{resamples} resamples cannot resolve a {confidence:g} interval")


def _check_effect(smallest_effect: float) -> None:
    """Refuse a smallest effect that is not positive and finite."""
    if not (smallest_effect > 0 and math.isfinite(smallest_effect)):
        raise ValueError(f"smallest_effect must be positive and finite, got {smallest_effect}")


def _spread(x: FloatArray) -> FloatArray:
    """Sample standard deviation down the rows: exactly 0 if constant, ``nan`` for one row.

    Testing the range first matters because the mean of equal floats can be off by a rounding
    error, which would make the deviation a tiny positive number instead of 0.
    """
    if len(x) == 1:
        return np.full(x.shape[1:], np.nan)
    return np.where(np.ptp(x, axis=0) == 0, 0.0, np.std(x, axis=0, ddof=1))


def _ratio_of_means(numerator: FloatArray, denominator: FloatArray, axis: int = -1) -> Any:
    """Ratio of means along `axis`: the statistic of :func:`ratio_of_means_interval`."""
    return np.mean(numerator, axis=axis) / np.mean(denominator, axis=axis)


def _bootstrap(
    data: tuple[FloatArray, ...], statistic: Callable[..., Any], confidence: float, seed: int, resamples: int
) -> Interval:
    """BCa interval of a statistic of paired samples; percentile interval where BCa is undefined.

    BCa divides by the spread of the jackknife values and takes the normal quantile of the share
    of resamples below the estimate; SciPy returns ``nan`` when either is degenerate.
    """
    estimate = float(statistic(*data, axis=-1))
    n = data[0].size
    if n == 1:
        return Interval(estimate, math.nan, math.nan)
    paired, batch = len(data) > 1, max(1, _BATCH_ELEMENTS // n)
    with np.errstate(divide="ignore", invalid="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)
        result = stats.bootstrap(
            data,
            statistic,
            n_resamples=resamples,
            batch=batch,
            vectorized=True,
            paired=paired,
            confidence_level=confidence,
            rng=np.random.default_rng(seed),
        )
    low, high = (float(bound) for bound in result.confidence_interval)
    if math.isnan(low) or math.isnan(high):
        tail = (1 - confidence) / 2
        low, high = (float(q) for q in np.quantile(result.bootstrap_distribution, [tail, 1 - tail]))
    return Interval(estimate, low, high)


def _max_t_quantile(standardised: FloatArray, confidence: float, seed: int, resamples: int) -> float:
    """Critical value of the largest absolute t statistic over the columns.

    Each resample is studentised by its own standard error, which corrects for skewness where a
    normal multiplier does not. Two limits apply. The value is at least Student's for a single
    comparison, so a joint interval is never the narrower one. And where so many resamples have
    no spread that the quantile is infinite (two or three replications, or a column that moves in
    only a few of them), Bonferroni's t value, which needs no resampling, takes its place.

    Parameters
    ----------
    standardised : ndarray, shape (n, m)
        Columns of mean 0 and standard deviation 1; n at least 2.
    confidence, seed, resamples
        As :func:`simultaneous_intervals`.

    Returns
    -------
    float
        In standard errors of the mean.
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
    quantile = float(np.quantile(largest, confidence, method="higher"))
    if math.isinf(quantile):
        return float(stats.t.isf((1 - confidence) / (2 * m), n - 1))
    return max(quantile, float(stats.t.isf((1 - confidence) / 2, n - 1)))

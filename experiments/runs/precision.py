"""How many replications a point needs: the sequential procedure of Chow and Robbins, in stages.

The goal is an interval of fixed width: estimate ± precision shall hold the mean paired difference with probability
95%. After each stage a point is done when

    t(n − 1) · sqrt((s² + e) / n) ≤ precision,

with s² the sample variance of the point's n differences and t Student's quantile. Chow and Robbins (1965) show that
stopping so covers the mean with the nominal probability as the precision gets finer, whatever the distribution (of
finite variance), since stopping looks at the spread alone; their guard against stopping early on a small s² by chance
is a term that vanishes like 1/n. Ours is e, one standard error of s² itself, sqrt((m4 − s⁴) / n): it has the unit of
s², and is larger where tails are heavy and s² is least to be trusted. Stages grow by a quarter from a first one of at
least 50. Simulated in ``tests/science/test_precision_coverage.py`` with normal and skewed differences.

References
----------
Chow, Y. S. & Robbins, H. (1965), "On the asymptotic theory of fixed-width sequential confidence intervals for the
mean", Annals of Mathematical Statistics 36(2), 457-462.
"""

import math

import numpy as np
import numpy.typing as npt
from scipy import stats

from model.world import Floats

CONFIDENCE = 0.95

FIRST_STAGE = 50
"""Replications that every point has before its spread is looked at, at least."""

_GROWTH = 1.25


def stages(first: int, most: int) -> tuple[tuple[int, int], ...]:
    """Cut replications into stages.

    Parameters
    ----------
    first : int
        Length of the first stage.
    most : int
        Replications after the last one, at least `first`.

    Returns
    -------
    tuple of (first, last)
        Each stage is replications first, …, last - 1.
    """
    found = [(0, first)]
    while found[-1][1] < most:
        done = found[-1][1]
        found.append((done, min(most, math.ceil(_GROWTH * done))))
    return tuple(found)


def reached(n: Floats, variance: Floats, fourth: Floats, precision: float) -> npt.NDArray[np.bool_]:
    """Tell which means are known well enough.

    Parameters
    ----------
    n : ndarray
        Replications, as `variance` in shape or to be spread over it.
    variance, fourth : ndarray
        Sample variance, and mean fourth power of differences to the mean.
    precision : float
        Half-width wanted, in the outcome's unit.

    Returns
    -------
    ndarray of bool
        Never true with fewer than two replications.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        guard = np.sqrt(np.maximum(fourth - variance**2, 0.0) / n)
        half = stats.t.isf((1.0 - CONFIDENCE) / 2.0, n - 1.0) * np.sqrt((variance + guard) / n)
        return np.asarray(half <= precision)

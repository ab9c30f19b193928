"""How institutions fare across many plausible worlds: regret, satisficing and percentiles, and rankings by each.

Outcomes stand in an array of one row per world and one column per institution; less is better. A world is a draw of
what nobody has measured, its outcome the mean over the replications that were run in it. What is left of replication
noise in such a mean widens regrets for all and pulls shares towards one half.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import stats

from experiments.statistics import family, intervals
from experiments.statistics.arrays import Flags, Floats, Integers
from experiments.statistics.intervals import Interval

DIFFERENCE = "difference"
REGRET = "regret"
REGRET_P90 = "regret_p90"
REGRET_WORST = "regret_worst_tenth"
GOOD_ENOUGH = "good_enough"
BETTER = "better"
WORSE = "worse"

RANKED = (DIFFERENCE, REGRET_P90, REGRET_WORST, GOOD_ENOUGH)
"""What institutions are ranked by. Mean regret is left out: it ranks as the mean difference does."""

_RESAMPLES = 2_000
_WORST = 0.1


class Ranking(NamedTuple):
    """A ranking by one criterion, with its uncertainty.

    Attributes
    ----------
    rank : ndarray (institutions,)
        1 is best; who ties shares the better rank.
    probability : ndarray (institutions, ranks)
        Share of resamples of the worlds in which an institution has a rank.
    """

    rank: Integers
    probability: Floats


def regrets(outcomes: npt.ArrayLike) -> Floats:
    """Say how much each institution falls short of the best one of the same world.

    Parameters
    ----------
    outcomes : array_like, shape (..., m)
        Last axis: institutions; less is better.

    Returns
    -------
    ndarray, shape (..., m)
        At least zero, in the unit of the outcome; zero for the best.

    References
    ----------
    Savage (1951), "The theory of statistical decision", JASA 46(253), 55-67.
    """
    values = np.asarray(outcomes, np.float64)
    return np.asarray(values - values.min(axis=-1, keepdims=True))


def worst_tenth(values: npt.ArrayLike, axis: int = -1) -> Floats:
    """Average the largest tenth of some values (at least one of them).

    Parameters
    ----------
    values : array_like
        Any shape.
    axis : int
        Along which.

    Returns
    -------
    ndarray
        Without that axis.

    References
    ----------
    Rockafellar and Uryasev (2000), "Optimization of conditional value-at-risk", Journal of Risk 2(3), 21-41.
    """
    ordered = np.moveaxis(np.sort(np.asarray(values, np.float64), axis=axis), axis, -1)
    return np.asarray(ordered[..., -max(1, round(_WORST * ordered.shape[-1])) :].mean(axis=-1))


def ninetieth(values: npt.ArrayLike, axis: int = -1) -> Floats:
    """Return the value that one in ten exceeds, along an axis."""
    return np.asarray(np.quantile(np.asarray(values, np.float64), 1.0 - _WORST, axis=axis))


def robustness(
    outcomes: npt.ArrayLike, names: Sequence[str], baseline: str, margin: float, seed: int
) -> dict[str, dict[str, Interval]]:
    """Estimate every criterion for every institution.

    Parameters
    ----------
    outcomes : array_like, shape (n, m)
        Row: world. Column: institution.
    names : sequence of str
        Institutions in the order of columns.
    baseline : str
        One of `names`.
    margin : float
        The least difference that counts, in the unit of the outcome; above zero.
    seed : int
        Of the resampling.

    Returns
    -------
    dict of dict of Interval
        By institution, then by criterion; 95% intervals, those of ``difference`` simultaneous over
        institutions. The baseline has zero difference to itself, and is never better or worse than itself.
    """
    values = np.asarray(outcomes, np.float64)
    own = values - values[:, [list(names).index(baseline)]]
    regret = regrets(values)
    # The baseline's column of zeros neither widens the others' intervals nor gets one.
    differences = family.simultaneous_intervals(own, seed=seed, resamples=_RESAMPLES)

    def share(holds: Flags) -> Interval:
        return intervals.proportion_interval(int(np.count_nonzero(holds)), len(values))

    return {
        name: {
            DIFFERENCE: differences[i],
            REGRET: intervals.mean_interval(regret[:, i]),
            REGRET_P90: intervals.bca_interval(regret[:, i], ninetieth, seed=seed, resamples=_RESAMPLES),
            REGRET_WORST: intervals.bca_interval(regret[:, i], worst_tenth, seed=seed, resamples=_RESAMPLES),
            GOOD_ENOUGH: share(regret[:, i] < margin),
            BETTER: share(own[:, i] <= -margin),
            WORSE: share(own[:, i] >= margin),
        }
        for i, name in enumerate(names)
    }


def rankings(outcomes: npt.ArrayLike, margin: float, seed: int, resamples: int = 1_000) -> dict[str, Ranking]:
    """Rank institutions by several criteria, and say how sure each rank is.

    Parameters
    ----------
    outcomes : array_like, shape (n, m)
        Row: world. Column: institution.
    margin : float
        The least difference that counts.
    seed : int
        Of the resampling.
    resamples : int
        How often the worlds are drawn anew, whole rows at a time.

    Returns
    -------
    dict of Ranking
        By criterion, in the order of `RANKED`.
    """
    values = np.asarray(outcomes, np.float64)
    count, institutions = values.shape
    rng = np.random.default_rng(seed)
    scores = _scores(margin)
    again = np.empty((len(scores), resamples, institutions))
    for resample in range(resamples):
        sample = values[rng.integers(count, size=count)]
        again[:, resample] = [score(sample) for score in scores.values()]
    ranks = 1 + np.arange(institutions)
    return {
        criterion: Ranking(_rank(score(values)), np.mean(drawn[..., np.newaxis] == ranks, axis=0))
        for (criterion, score), drawn in zip(scores.items(), _rank(again), strict=True)
    }


def _scores(margin: float) -> dict[str, Callable[[Floats], Floats]]:
    """How each criterion orders institutions: the least comes first."""
    return {
        DIFFERENCE: lambda values: values.mean(axis=0),
        REGRET_P90: lambda values: ninetieth(regrets(values), axis=0),
        REGRET_WORST: lambda values: worst_tenth(regrets(values), axis=0),
        GOOD_ENOUGH: lambda values: -np.mean(regrets(values) < margin, axis=0),
    }


def _rank(scores: Floats) -> Integers:
    """Rank scores along the last axis from the least; ties share the better rank."""
    return np.asarray(stats.rankdata(scores, method="min", axis=-1), np.int64)

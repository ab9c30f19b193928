"""How institutions fare across many plausible worlds: regret, satisficing and percentiles, and rankings by each.

Outcomes stand in an array of one row per world and one column per institution; less is better. A world is a draw of
what nobody has measured, its outcome the mean over the futures that were run in it. What is left of a future's luck
in such a mean widens regrets for all and pulls shares towards one half.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from experiments.statistics.intervals import (
    Interval,
    bca_interval,
    mean_interval,
    proportion_interval,
    simultaneous_intervals,
)

Array = npt.NDArray[np.float64]

DIFFERENCE = "difference"
REGRET = "regret"
REGRET_P90 = "regret_p90"
REGRET_WORST = "regret_worst_tenth"
GOOD_ENOUGH = "good_enough"
BETTER = "better"
WORSE = "worse"

CRITERIA: dict[str, tuple[str, str]] = {
    DIFFERENCE: ("state-years", "mean difference in conflict-years to the baseline"),
    REGRET: ("state-years", "mean regret: conflict-years more than under the best institution of the same world"),
    REGRET_P90: ("state-years", "regret that one world in ten exceeds"),
    REGRET_WORST: ("state-years", "mean regret in the tenth of worlds with the most of it"),
    GOOD_ENOUGH: ("share", "worlds in which regret is too small to count"),
    BETTER: ("share", "worlds with fewer conflict-years than the baseline, by so much that it counts"),
    WORSE: ("share", "worlds with more conflict-years than the baseline, by so much that it counts"),
}
"""Unit and meaning of what is reported of every institution."""

RANKED = (DIFFERENCE, REGRET_P90, REGRET_WORST, GOOD_ENOUGH)
"""What institutions are ranked by. Mean regret is left out: it ranks as the mean difference does."""

_RESAMPLES = 2_000
_WORST = 0.1


@dataclass(frozen=True)
class Ranking:
    """A ranking by one criterion, with its uncertainty.

    Attributes
    ----------
    rank : ndarray (institutions,)
        1 is best; who ties shares the better rank.
    probability : ndarray (institutions, ranks)
        Share of resamples of the worlds in which an institution has a rank.
    """

    rank: npt.NDArray[np.int64]
    probability: Array


def regrets(outcomes: npt.ArrayLike) -> Array:
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


def worst_tenth(values: npt.ArrayLike, axis: int = -1) -> Array:
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


def ninetieth(values: npt.ArrayLike, axis: int = -1) -> Array:
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
        By institution, then by criterion (`CRITERIA`); 95% intervals, those of ``difference`` simultaneous over
        institutions. The baseline has zero difference to itself, and is never better or worse than itself.
    """
    values = np.asarray(outcomes, np.float64)
    own = values - values[:, [list(names).index(baseline)]]
    regret = regrets(values)
    # The baseline's column of zeros neither widens the others' intervals nor gets one.
    differences = simultaneous_intervals(own, seed=seed, resamples=_RESAMPLES)

    def share(holds: npt.NDArray[np.bool_]) -> Interval:
        return proportion_interval(int(np.count_nonzero(holds)), len(values))

    return {
        name: {
            DIFFERENCE: differences[i],
            REGRET: mean_interval(regret[:, i]),
            REGRET_P90: bca_interval(regret[:, i], ninetieth, seed=seed, resamples=_RESAMPLES),
            REGRET_WORST: bca_interval(regret[:, i], worst_tenth, seed=seed, resamples=_RESAMPLES),
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
    found = {}
    for (criterion, score), drawn in zip(scores.items(), _rank(again), strict=True):
        chance = np.array([np.mean(drawn == rank + 1, axis=0) for rank in range(institutions)]).T
        found[criterion] = Ranking(_rank(score(values)), chance)
    return found


def between_worlds(futures: npt.ArrayLike) -> tuple[float, float]:
    """Split the spread of a difference into what worlds make of it and what luck does.

    Parameters
    ----------
    futures : array_like, shape (n, r)
        Row: world. Column: one of the r futures that were run in it.

    Returns
    -------
    between, luck : float
        Standard deviation between worlds' expected values (zero when luck alone explains the spread), and within
        worlds from future to future; ``nan`` with one future per world, where nothing tells the two apart.

    References
    ----------
    Searle, Casella and McCulloch (1992), Variance Components, Wiley, section 3.6 (one-way analysis of variance).
    """
    values = np.asarray(futures, np.float64)
    if min(values.shape) < 2:
        return float("nan"), float("nan")
    luck = float(values.var(axis=1, ddof=1).mean())
    spread = float(values.mean(axis=1).var(ddof=1))
    return float(np.sqrt(max(spread - luck / values.shape[1], 0.0))), float(np.sqrt(luck))


def _scores(margin: float) -> dict[str, Callable[[Array], Array]]:
    """How each criterion orders institutions: the least comes first."""
    return {
        DIFFERENCE: lambda values: values.mean(axis=0),
        REGRET_P90: lambda values: ninetieth(regrets(values), axis=0),
        REGRET_WORST: lambda values: worst_tenth(regrets(values), axis=0),
        GOOD_ENOUGH: lambda values: -np.mean(regrets(values) < margin, axis=0),
    }


def _rank(scores: Array) -> npt.NDArray[np.int64]:
    """Rank scores along the last axis from the least; ties share the better rank."""
    return np.asarray(stats.rankdata(scores, method="min", axis=-1), np.int64)

"""Dividing a difference between two institutions among ingredients: a full factorial on common replications."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from experiments.statistics.intervals import Interval, mean_interval, ratio_of_means_interval, simultaneous_intervals
from experiments.statistics.shapley import alone, interactions, last, shapley_values

_RESAMPLES = 2_000

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Attribution:
    """One outcome's difference between an institution and the baseline, divided among its ingredients.

    Everything is a change in the outcome, in its unit: of conflict-years, below zero is better.

    Attributes
    ----------
    baseline, institution : Interval
        Mean outcome under either.
    total : Interval
        Mean paired difference.
    shares : list of Interval
        Shapley value by ingredient; they add up to the total. Simultaneous over ingredients.
    parts_of_total : list of Interval
        The same as a share of the total, not simultaneous; no bounds where the total may be zero.
    alone, last : list of Interval
        What an ingredient changes by itself, and when all others are there. Simultaneous over ingredients.
    pairs : dict of (int, int) to Interval
        Shapley interaction of two ingredients. Simultaneous over pairs; empty with one ingredient.
    """

    baseline: Interval
    institution: Interval
    total: Interval
    shares: list[Interval]
    parts_of_total: list[Interval]
    alone: list[Interval]
    last: list[Interval]
    pairs: dict[tuple[int, int], Interval]


def attribution(outcomes: npt.ArrayLike, seed: int) -> Attribution:
    """Divide a difference among ingredients.

    Parameters
    ----------
    outcomes : array_like, shape (n, 2**k)
        Row: future. Column: set of ingredients, as in `experiments.statistics.shapley`.
    seed : int
        Of the resampling of futures.

    Returns
    -------
    Attribution
        Estimates are exact for the futures that were run, since every set of ingredients was; 95% intervals say how
        far other futures could have given others.
    """
    worths = np.asarray(outcomes, np.float64)
    total = worths[:, -1] - worths[:, 0]
    shares = shapley_values(worths)
    both = interactions(worths)
    pairs = list(combinations(range(shares.shape[1]), 2))
    strengths = _jointly(np.array([both[:, i, j] for i, j in pairs]).T, seed) if pairs else []
    return Attribution(
        baseline=mean_interval(worths[:, 0]),
        institution=mean_interval(worths[:, -1]),
        total=mean_interval(total),
        shares=_jointly(shares, seed),
        parts_of_total=[ratio_of_means_interval(x, total, seed=seed, resamples=_RESAMPLES) for x in shares.T],
        alone=_jointly(alone(worths), seed),
        last=_jointly(last(worths), seed),
        pairs=dict(zip(pairs, strengths, strict=True)),
    )


def _jointly(columns: Array, seed: int) -> list[Interval]:
    return simultaneous_intervals(np.ascontiguousarray(columns), seed=seed, resamples=_RESAMPLES)


def total_and_shares(outcomes: npt.ArrayLike, seed: int) -> tuple[Interval, list[Interval]]:
    """Divide a difference among ingredients; parameters as `attribution`.

    Returns
    -------
    total : Interval
        Mean paired difference.
    shares : list of Interval
        Shapley value by ingredient, simultaneous over ingredients.
    """
    worths = np.asarray(outcomes, np.float64)
    return mean_interval(worths[:, -1] - worths[:, 0]), _jointly(shapley_values(worths), seed)

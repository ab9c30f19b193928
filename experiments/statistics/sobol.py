"""Which share of an outcome's variance each assumption is responsible for: Sobol indices with intervals.

A factor is a parameter, or several that move together (all that screening left out are one factor: its total index
says how much was left out). SALib makes the design. The estimators are SALib's (Saltelli et al. 2010 for first and
total order, Saltelli 2002 for second order), written as means over the rows of the base sample: so that rows can be
resampled for intervals, and luck removed (`experiments.statistics.replication_noise`). A test holds them equal to
SALib's own.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.statistics.intervals import Interval
from experiments.statistics.replication_noise import FloatArray, checked, luck_share, without_luck

WIDEST = 0.2
"""Converged at most with intervals of first-order and total indices this wide …"""
MOVED = 0.1
"""… and with indices that moved at most this much from the first half of the sample to all of it."""
_RESAMPLES = 1_000
_TAILS = (0.025, 0.975)

Pair = tuple[str, str]


@dataclass(frozen=True)
class Indices:
    """Sobol indices of one outcome.

    Attributes
    ----------
    base : int
        Rows of the base sample.
    futures : int
        Futures per point.
    variance : float
        Between points, without luck, in squared units of the outcome.
    luck : float
        Share of the variance between points' means that other futures would change.
    first, total : dict of str to Interval
        By factor: share of the variance due to it alone, and due to it alone or together with others. Without luck
        when there are two futures or more.
    second : dict of (str, str) to Interval
        By pair: share due to the two together, beyond each alone.
    with_luck : dict of str to float
        Total indices of the mean over these very futures, as SALib gives them: luck is counted as effect.
    moved : float
        Furthest that a first-order or total index moved from the first half of the base sample to all of it.
    """

    base: int
    futures: int
    variance: float
    luck: float
    first: dict[str, Interval]
    total: dict[str, Interval]
    second: dict[Pair, Interval]
    with_luck: dict[str, float]
    moved: float

    @property
    def defined(self) -> bool:
        """Whether points differ by more than luck, so that there is a variance to share out."""
        return all(math.isfinite(found.low) for found in (*self.first.values(), *self.total.values()))

    @property
    def widest(self) -> float:
        """Width of the widest interval of a first-order or total index."""
        return max(found.high - found.low for found in (*self.first.values(), *self.total.values()))

    @property
    def converged(self) -> bool:
        """Whether more points would change little."""
        return self.defined and self.widest <= WIDEST and self.moved <= MOVED


def problem_of(factors: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Describe factors to SALib, each parameter as a share of its range."""
    names = [name for members in factors.values() for name in members]
    groups = [factor for factor, members in factors.items() for _ in members]
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names), "groups": groups}


def saltelli_design(factors: Mapping[str, Sequence[str]], base: int, seed: int) -> FloatArray:
    """Make the points of a Saltelli design with second order on a scrambled Sobol sequence.

    Parameters
    ----------
    factors : mapping of str to sequence of str
        Parameters by factor.
    base : int
        Rows of the base sample, a power of two.
    seed : int
        Of the scrambling.

    Returns
    -------
    ndarray (base × (2 × factors + 2), parameters)
        Shares of each parameter's range, in the order of the factors' members.

    References
    ----------
    Saltelli (2002), Computer Physics Communications 145, 280-297; Owen (2020), arXiv:2008.08051.
    """
    from SALib.sample import sobol

    design: FloatArray = sobol.sample(problem_of(factors), base, calc_second_order=True, seed=seed)
    return design


def sobol_indices(
    outputs: npt.ArrayLike, factors: Sequence[str], seed: int = 0, what: str = "outputs", resamples: int = _RESAMPLES
) -> Indices:
    """Estimate first-order, total and second-order indices from the outputs of a `saltelli_design`.

    Parameters
    ----------
    outputs : array_like, shape (points, futures) or (points,)
        In the order of the design; the same futures at every point.
    factors : sequence of str
        Names, in the order of the design.
    seed : int
        Of the resampling.
    what : str
        What the outputs are, for messages.
    resamples : int
        Of the rows of the base sample.

    Returns
    -------
    Indices
        95% percentile intervals of a bootstrap over the rows of the base sample. All NaN where points do not differ
        by more than luck.

    Raises
    ------
    InvalidInput
        When an output is not a finite number.
    ValueError
        When the number of points does not belong to such a design.

    References
    ----------
    Saltelli et al. (2010), Computer Physics Communications 181, 259-270; Archer, Saltelli & Sobol (1997), Journal of
    Statistical Computation and Simulation 58, 99-120 (bootstrap).
    """
    table = checked(outputs, what)
    step = 2 * len(factors) + 2
    if table.shape[0] % step or not table.shape[0]:
        raise ValueError(f"{what}: {table.shape[0]} points are no Saltelli design of {len(factors)} factors")
    blocks = table.reshape(-1, step, table.shape[1])
    rows = _Rows(blocks - blocks.mean(axis=(0, 1)))
    base = len(blocks)
    estimates = rows.indices(np.full((1, base), 1.0 / base))[0]
    half = rows.indices((np.arange(base) < base // 2)[np.newaxis] / max(base // 2, 1))[0]
    counts = np.random.default_rng(seed).multinomial(base, np.full(base, 1.0 / base), size=resamples)
    low, high = np.quantile(rows.indices(counts / base), _TAILS, axis=0)
    found = [Interval(*map(float, each)) for each in zip(estimates, low, high, strict=True)]
    k = len(factors)
    return Indices(
        base=base,
        futures=table.shape[1],
        variance=float(rows.variance(np.full((1, base), 1.0 / base))[0]),
        luck=luck_share(blocks[:, [0, -1]].reshape(-1, table.shape[1])),
        first=dict(zip(factors, found[:k], strict=True)),
        total=dict(zip(factors, found[k : 2 * k], strict=True)),
        second=dict(zip(combinations(factors, 2), found[2 * k :], strict=True)),
        with_luck=dict(zip(factors, rows.total_with_luck().tolist(), strict=True)),
        moved=float(np.max(np.abs(half - estimates)[: 2 * k])),
    )


class _Rows:
    """What each row of the base sample adds to the numerators and to the variance."""

    def __init__(self, centred: FloatArray) -> None:
        mean = centred.mean(axis=2, keepdims=True)
        self._mean, self._futures = mean[..., 0], centred
        self._numerators = without_luck(_numerators(mean)[..., 0], _numerators(centred))

    def indices(self, weights: FloatArray) -> FloatArray:
        """Indices (weightings, first | total | second) of weighted rows; NaN where nothing but luck varies."""
        variance = self.variance(weights)[:, np.newaxis]
        with np.errstate(invalid="ignore", divide="ignore"):
            result: FloatArray = np.where(variance > 0.0, (weights @ self._numerators) / variance, np.nan)
        return result

    def variance(self, weights: FloatArray) -> FloatArray:
        """Variance of weighted points of the base sample (weightings,), without luck."""
        of_futures = np.stack([_variance(self._futures[:, :, f], weights) for f in range(self._futures.shape[2])], -1)
        return without_luck(_variance(self._mean, weights), of_futures)

    def total_with_luck(self) -> FloatArray:
        """Total indices of the mean over these futures."""
        k = (self._mean.shape[1] - 2) // 2
        base = len(self._mean)
        variance = float(_variance(self._mean, np.full((1, base), 1.0 / base))[0])
        total: FloatArray = _numerators(self._mean[..., np.newaxis])[:, k : 2 * k, 0].mean(axis=0)
        return total / variance if variance > 0.0 else np.full(k, np.nan)


def _variance(blocks: FloatArray, weights: FloatArray) -> FloatArray:
    """Variance of weighted points of the base sample (weightings,), of blocks (rows, points)."""
    ends = blocks[:, [0, -1]]
    result: FloatArray = weights @ (ends**2).mean(axis=1) - (weights @ ends.mean(axis=1)) ** 2
    return result


def _numerators(blocks: FloatArray) -> FloatArray:
    """Row terms of first-order, total and second-order numerators of blocks (rows, points, futures)."""
    k = (blocks.shape[1] - 2) // 2
    a, ab, ba, b = blocks[:, :1], blocks[:, 1 : k + 1], blocks[:, k + 1 : 2 * k + 1], blocks[:, -1:]
    first = b * (ab - a)
    total = 0.5 * (a - ab) ** 2
    pairs = list(combinations(range(k), 2))
    left, right = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    second = ba[:, left] * ab[:, right] - a * b - first[:, left] - first[:, right]
    return np.concatenate([first, total, second], axis=1)

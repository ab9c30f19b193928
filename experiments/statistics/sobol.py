"""Which share of an outcome's variance each assumption is responsible for: Sobol indices with intervals.

A factor is a parameter, or several that move together (all that screening left out are one factor: its total index
says how much was left out). SALib makes the design. The estimators are SALib's (Saltelli et al. 2010 for first and
total order, Saltelli 2002 for second order), written as means over the rows of the base sample: so that rows can be
resampled for intervals, and replication noise removed (`experiments.statistics.replication_noise`). A test holds them
equal to SALib's own.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.statistics.arrays import Floats, by_replication
from experiments.statistics.intervals import Interval
from experiments.statistics.replication_noise import noise_share, without_noise

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
    replications : int
        Replications per point.
    variance : float
        Between points, without replication noise, in squared units of the outcome.
    noise : float
        Share of the variance between points' means that other replications would change.
    first, total : dict of str to Interval
        By factor: share of the variance due to it alone, and due to it alone or together with others. Without
        replication noise when there are two replications or more.
    second : dict of (str, str) to Interval
        By pair: share due to the two together, beyond each alone.
    with_noise : dict of str to float
        Total indices of the mean over these very replications, as SALib gives them: noise is counted as effect.
    moved : float
        Furthest that a first-order or total index moved from the first half of the base sample to all of it.
    """

    base: int
    replications: int
    variance: float
    noise: float
    first: dict[str, Interval]
    total: dict[str, Interval]
    second: dict[Pair, Interval]
    with_noise: dict[str, float]
    moved: float

    @property
    def _judged(self) -> list[Interval]:
        """First-order and total indices."""
        return [*self.first.values(), *self.total.values()]

    @property
    def defined(self) -> bool:
        """Whether points differ by more than replication noise, so that there is a variance to share out."""
        return all(math.isfinite(found.low) for found in self._judged)

    @property
    def widest(self) -> float:
        """Width of the widest interval of a first-order or total index."""
        return max(found.high - found.low for found in self._judged)

    @property
    def converged(self) -> bool:
        """Whether more points would change little."""
        return self.defined and self.widest <= WIDEST and self.moved <= MOVED


def problem_of(factors: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Describe factors to SALib, each parameter as a share of its range."""
    names = [name for members in factors.values() for name in members]
    groups = [factor for factor, members in factors.items() for _ in members]
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names), "groups": groups}


def saltelli_design(factors: Mapping[str, Sequence[str]], base: int, seed: int) -> Floats:
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

    return np.asarray(sobol.sample(problem_of(factors), base, calc_second_order=True, seed=seed))


def sobol_indices(
    outputs: npt.ArrayLike, factors: Sequence[str], seed: int = 0, what: str = "outputs", resamples: int = _RESAMPLES
) -> Indices:
    """Estimate first-order, total and second-order indices from the outputs of a `saltelli_design`.

    Parameters
    ----------
    outputs : array_like, shape (points, replications) or (points,)
        In the order of the design; the same replications at every point.
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
        by more than replication noise.

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
    table = by_replication(outputs, what)
    step, k = 2 * len(factors) + 2, len(factors)
    if table.shape[0] % step or not table.shape[0]:
        raise ValueError(f"{what}: {table.shape[0]} points are no Saltelli design of {k} factors")
    blocks = table.reshape(-1, step, table.shape[1])
    rows, base = _Rows(blocks - blocks.mean(axis=(0, 1))), len(blocks)
    whole = np.full((1, base), 1.0 / base)
    estimates = rows.indices(whole)[0]
    half = rows.indices((np.arange(base) < base // 2)[np.newaxis] / max(base // 2, 1))[0]
    counts = np.random.default_rng(seed).multinomial(base, whole[0], size=resamples)
    low, high = np.quantile(rows.indices(counts / base), _TAILS, axis=0)
    found = [Interval(*map(float, each)) for each in zip(estimates, low, high, strict=True)]
    return Indices(
        base=base,
        replications=table.shape[1],
        variance=float(rows.variance(whole)[0]),
        noise=noise_share(blocks[:, [0, -1]].reshape(-1, table.shape[1])),
        first=dict(zip(factors, found[:k], strict=True)),
        total=dict(zip(factors, found[k : 2 * k], strict=True)),
        second=dict(zip(combinations(factors, 2), found[2 * k :], strict=True)),
        with_noise=dict(zip(factors, rows.total_with_noise().tolist(), strict=True)),
        moved=float(np.max(np.abs(half - estimates)[: 2 * k])),
    )


class _Rows:
    """What each row of the base sample adds to the numerators and to the variance, of blocks (rows, points, each)."""

    def __init__(self, centred: Floats) -> None:
        self._mean, self._replications = centred.mean(axis=2), centred
        self._of_mean = _numerators(self._mean[..., np.newaxis])[..., 0]
        self._numerators = without_noise(self._of_mean, _numerators(centred))

    def indices(self, weights: Floats) -> Floats:
        """Indices (weightings, first | total | second) of weighted rows; NaN where nothing but noise varies."""
        variance = self.variance(weights)[:, np.newaxis]
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(variance > 0.0, (weights @ self._numerators) / variance, np.nan)

    def variance(self, weights: Floats) -> Floats:
        """Variance of weighted points of the base sample (weightings,), without replication noise."""
        of_each = [_variance(each, weights) for each in np.moveaxis(self._replications, 2, 0)]
        return without_noise(_variance(self._mean, weights), np.stack(of_each, -1))

    def total_with_noise(self) -> Floats:
        """Total indices of the mean over these replications."""
        base, points = self._mean.shape
        k = points // 2 - 1
        variance = _variance(self._mean, np.full((1, base), 1.0 / base))[0]
        total = self._of_mean[:, k : 2 * k].mean(axis=0)
        return total / variance if variance > 0.0 else np.full(k, np.nan)


def _variance(blocks: Floats, weights: Floats) -> Floats:
    """Variance of weighted points of the base sample (weightings,), of blocks (rows, points)."""
    ends = blocks[:, [0, -1]]
    return np.asarray(weights @ (ends**2).mean(axis=1) - (weights @ ends.mean(axis=1)) ** 2)


def _numerators(blocks: Floats) -> Floats:
    """Row terms of first-order, total and second-order numerators of blocks (rows, points, replications)."""
    k = blocks.shape[1] // 2 - 1
    a, ab, ba, b = blocks[:, :1], blocks[:, 1 : k + 1], blocks[:, k + 1 : 2 * k + 1], blocks[:, -1:]
    first = b * (ab - a)
    total = 0.5 * (a - ab) ** 2
    left, right = np.triu_indices(k, 1)
    second = ba[:, left] * ab[:, right] - a * b - first[:, left] - first[:, right]
    return np.concatenate([first, total, second], axis=1)

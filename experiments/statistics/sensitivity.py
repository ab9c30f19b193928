"""Which assumptions matter, by elementary effects and by Sobol indices, and how much of either is replication noise.

*Morris.* An elementary effect is the change of an outcome as one parameter moves, in outcome per whole range of the
parameter, somewhere in the ranges of all others. μ* is its mean size, μ its mean, σ its spread over places:
interactions or curvature. A parameter of no effect that merely reshuffles chance moves the mean over a few
replications, too: the floor is the μ* that this noise alone would give it.

*Sobol.* A factor is a parameter, or several that move together (all that screening left out are one factor: its total
index says how much was left out). SALib makes the design. The estimators are SALib's (Saltelli et al. 2010 for first
and total order, Saltelli 2002 for second order), written as means over the rows of the base sample: so that rows can be
resampled for intervals, and replication noise removed. A test holds them equal to SALib's own.

*Replication noise.* Every point of a design is run on the same R replications, and its output is the mean over them.
Given these replications the output is an exact function of the parameters; others would give another one. Two ways to
deal with that stand here: the share of the variance between points that other replications would change (the
interaction of points and replications, as in a two-way table), and, for any quadratic form of the outputs, an estimate
of what it would be for a mean over infinitely many replications: the products of different replications' outputs, which
share no noise.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from experiments.statistics.arrays import Floats
from experiments.statistics.intervals import Interval
from model.errors import InvalidInput

LEVELS = 4
"""Of each parameter's range, as Morris took them."""
WIDEST = 0.2
"""Converged at most with intervals of first-order and total indices this wide …"""
MOVED = 0.1
"""… and with indices that moved at most this much from the first half of the sample to all of it."""
_RESAMPLES = 1_000
_TAILS = (0.025, 0.975)

Pair = tuple[str, str]


def by_replication(outputs: npt.ArrayLike, what: str) -> Floats:
    """Return the outputs of a design as an array (points, replications).

    Parameters
    ----------
    outputs : array_like, shape (points, replications) or (points,)
        One number per point and replication; with one dimension, of one replication.
    what : str
        What they are, for the message.

    Returns
    -------
    ndarray (points, replications)

    Raises
    ------
    InvalidInput
        When one is no finite number.
    """
    table = np.asarray(outputs, np.float64)
    bad = np.count_nonzero(~np.isfinite(table))
    if bad:
        raise InvalidInput(f"{what}: {bad:,} of {table.size:,} outputs are not finite numbers; every one is needed")
    return table[:, np.newaxis] if table.ndim == 1 else table


class Effect(NamedTuple):
    """Elementary effects of one parameter on one outcome, in outcome per whole range.

    Attributes
    ----------
    mu : float
        Mean.
    mu_star : Interval
        Mean size, with its 95% interval over trajectories.
    sigma : float
        Standard deviation over trajectories.
    floor : float
        The mean size that replication noise alone would give; NaN with one replication.
    """

    mu: float
    mu_star: Interval
    sigma: float
    floor: float

    @property
    def beyond_noise(self) -> bool:
        """Whether the whole interval lies above the floor."""
        return self.mu_star.low > (0.0 if math.isnan(self.floor) else self.floor)


def elementary_effects(
    design: Floats, outputs: npt.ArrayLike, names: Sequence[str], seed: int = 0, what: str = "outputs"
) -> dict[str, Effect]:
    """Estimate the effects of every parameter from the outputs of a design of trajectories.

    Parameters
    ----------
    design : ndarray (points, parameters)
        Shares of each parameter's range; trajectories of one step per parameter on `LEVELS` levels.
    outputs : array_like, shape (points, replications) or (points,)
        The same replications at every point.
    names : sequence of str
        Parameters, in the order of the design.
    seed : int
        Of the resampling.
    what : str
        What the outputs are, for messages.

    Returns
    -------
    dict of str to Effect
        Largest μ* first.

    Raises
    ------
    InvalidInput
        When an output is not a finite number.

    References
    ----------
    Campolongo, Cariboni & Saltelli (2007), Environmental Modelling & Software 22, 1509-1518.
    """
    from SALib.analyze import morris

    table = by_replication(outputs, what)
    problem = {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}
    mean = np.ascontiguousarray(table.mean(axis=1))
    found = morris.analyze(problem, design, mean, num_resamples=_RESAMPLES, num_levels=LEVELS, seed=seed)
    columns = [np.asarray(found[each], float).tolist() for each in ("mu", "mu_star", "mu_star_conf", "sigma")]
    effects = {
        name: Effect(mu, Interval(size, size - half, size + half), sigma, floor)
        for name, mu, size, half, sigma, floor in zip(names, *columns, _floors(design, table).tolist(), strict=True)
    }
    return dict(sorted(effects.items(), key=lambda entry: -entry[1].mu_star.mean))


def _floors(design: Floats, table: Floats) -> Floats:
    """Mean size of elementary effects that replication noise alone would give (parameters,)."""
    k, replications = design.shape[1], table.shape[1]
    if replications < 2:
        return np.full(k, np.nan)
    steps = np.abs(np.diff(design.reshape(-1, k + 1, k), axis=1))
    moves = np.diff(table.reshape(-1, k + 1, replications), axis=1)
    noise = moves.var(axis=2, ddof=1) / replications / steps.sum(axis=2) ** 2
    moved = steps.argmax(axis=2)
    return np.sqrt(2.0 / np.pi * np.array([noise[moved == parameter].mean() for parameter in range(k)]))


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


def noise_variance(outputs: Floats) -> float:
    """Variance that replication noise adds to a point's mean.

    Parameters
    ----------
    outputs : ndarray (points, replications)
        The same replications at every point.

    Returns
    -------
    float
        Mean square of the interaction of points and replications over the number of replications, in squared units of
        the outputs; what moves all points alike is no noise between them. NaN with one replication.

    References
    ----------
    Scheffé (1959), *The Analysis of Variance*, section 4.2.
    """
    points, replications = outputs.shape
    if replications < 2 or points < 2:
        return math.nan
    rest = outputs - outputs.mean(axis=1, keepdims=True) - outputs.mean(axis=0, keepdims=True) + outputs.mean()
    return float(np.sum(rest**2) / ((points - 1) * (replications - 1)) / replications)


def noise_share(outputs: Floats) -> float:
    """Share of the variance between points' means that other replications would change.

    Parameters
    ----------
    outputs : ndarray (points, replications)
        The same replications at every point; points drawn independently.

    Returns
    -------
    float
        Between 0 and 1; 0 where points do not differ, NaN with one replication.
    """
    noise, between = noise_variance(outputs), float(outputs.mean(axis=1).var(ddof=1))
    if math.isnan(noise):
        return noise
    return min(1.0, noise / between) if between > 0.0 else 0.0


def without_noise(of_mean: Floats, of_replications: Floats) -> Floats:
    """Estimate a quadratic form for the mean over infinitely many replications.

    Parameters
    ----------
    of_mean : ndarray (...)
        The form of the outputs' mean over the replications.
    of_replications : ndarray (..., replications)
        The form of each replication's own outputs.

    Returns
    -------
    ndarray (...)
        The mean over all pairs of different replications of the bilinear form: (R q(mean) - mean q(replication)) /
        (R - 1), which is unbiased. Of one replication, the form itself: there noise cannot be told from effect.

    References
    ----------
    Hoeffding (1948), "A class of statistics with asymptotically normal distribution", section 5.
    """
    count = of_replications.shape[-1]
    if count < 2:
        return of_mean
    return np.asarray((count * of_mean - of_replications.mean(axis=-1)) / (count - 1))


def between_worlds(differences: npt.ArrayLike) -> tuple[float, float]:
    """Split the spread of a difference into what worlds make of it and what replication noise does.

    Parameters
    ----------
    differences : array_like, shape (n, r)
        Row: world. Column: one of the r replications that were run in it.

    Returns
    -------
    between, noise : float
        Standard deviation between worlds' expected values (zero when noise alone explains the spread), and within
        worlds from replication to replication; ``nan`` with one replication per world, where nothing tells the two
        apart.

    References
    ----------
    Searle, Casella and McCulloch (1992), Variance Components, Wiley, section 3.6 (one-way analysis of variance).
    """
    values = np.asarray(differences, np.float64)
    if min(values.shape) < 2:
        return math.nan, math.nan
    noise = float(values.var(axis=1, ddof=1).mean())
    spread = float(values.mean(axis=1).var(ddof=1))
    return math.sqrt(max(spread - noise / values.shape[1], 0.0)), math.sqrt(noise)

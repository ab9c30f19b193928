"""Sobol indices of a noisy model, from points all over the ranges that come in parts with replications of their own.

Each part of the design is a Latin hypercube of all parameters, lived through in replications that no other part has:
parts are independent of one another. An index is a sum of squared coefficients of an expansion in products of Legendre
polynomials of the parameters' shares (polynomial chaos): single parameters to degree `DEGREE`, either of a pair to the
second. A coefficient is a mean over all runs, so that every run tells of every parameter; a design that moves one
factor at a time between two runs (Saltelli's) sees of it little more than the noise of these two where noise is most of
the variance. Its square is the mean product of different parts' coefficients, in which nothing of sampling or of
replication noise is squared; the variance that is shared out is the covariance between a part's replications. Intervals
are the jackknife's over parts.

Homma and Saltelli (1996), Reliability Engineering & System Safety 52, 1-17 (total indices); Sudret (2008), the same
93, 964-979 (indices from polynomial chaos); Efron and Stein (1981), Annals of Statistics 9, 586-596 (jackknife).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numpy.polynomial import legendre
from scipy import stats

from experiments.statistics.arrays import Floats
from experiments.statistics.intervals import CONFIDENCE, Interval
from experiments.statistics.sensitivity import by_replication, noise_variance

PARTS = 16
"""Of a design."""
DEGREE = 4
"""Of the polynomials of one parameter."""
WIDEST = 0.2
"""Converged at most with intervals of first-order and total indices this wide …"""
MOVED = 0.1
"""… and with indices that moved at most this much from the first half of the parts to all of them."""

_TOGETHER = ((0, 0), (0, 1), (1, 0), (1, 1))
"""Degrees of a pair, less one: either to the second."""

Pair = tuple[str, str]


@dataclass(frozen=True)
class Indices:
    """Sobol indices of one outcome.

    Attributes
    ----------
    points : int
        Of the design.
    replications : int
        Per point.
    variance : float
        Between points, without replication noise, in squared units of the outcome.
    noise : float
        Share of the variance between points' means that other replications would change.
    first, total : dict of str to Interval
        By factor: share of the variance due to it alone, and due to it alone or together with others, in pairs. Of
        several parameters: what each does alone, and all that the other factors do not do alone or in pairs of them.
    second : dict of (str, str) to Interval
        By pair: share due to the two together, beyond each alone.
    with_noise : dict of str to float
        Total indices if replication noise counted as interaction of everything with everything.
    moved : float
        Furthest that a first-order or total index moved from the first half of the parts to all of them.
    """

    points: int
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
        """Whether points are told to differ by more than replication noise: there is a variance to share out."""
        return all(math.isfinite(found.low) for found in self._judged)

    @property
    def widest(self) -> float:
        """Width of the widest interval of a first-order or total index."""
        return max(found.high - found.low for found in self._judged)

    @property
    def converged(self) -> bool:
        """Whether more points would change little."""
        return self.defined and self.widest <= WIDEST and self.moved <= MOVED


def parted_design(parameters: int, base: int, seed: int) -> Floats:
    """Make a Latin hypercube for each part.

    Parameters
    ----------
    parameters : int
        How many.
    base : int
        Points of a part.
    seed : int
        Of the sampling.

    Returns
    -------
    ndarray (`PARTS` × base, parameters)
        Shares of each parameter's range, part by part.

    References
    ----------
    McKay, Beckman and Conover (1979), Technometrics 21(2), 239-245.
    """
    rng = np.random.default_rng([seed, PARTS])
    return np.concatenate([stats.qmc.LatinHypercube(parameters, rng=rng).random(base) for _ in range(PARTS)])


def sobol_indices(
    shares: Floats, outputs: npt.ArrayLike, factors: Mapping[str, Sequence[str]], what: str = "outputs"
) -> Indices:
    """Estimate first-order, total and second-order indices from the outputs of a `parted_design`.

    Parameters
    ----------
    shares : ndarray (points, parameters)
        The design; columns are the factors' parameters in their order.
    outputs : array_like, shape (points, replications) or (points,)
        The same replications at every point of a part, others in every part.
    factors : mapping of str to sequence of str
        Parameters by factor; one factor at most has several.
    what : str
        What the outputs are, for messages.

    Returns
    -------
    Indices
        With 95% intervals. All NaN where points are not told to differ by more than replication noise. With one
        replication, noise is part of the variance that is shared out.

    Raises
    ------
    InvalidInput
        When an output is not a finite number.
    """
    table = by_replication(outputs, what)
    parts = table.reshape(PARTS, -1, table.shape[1])
    # What moves all points of a part alike is no difference between them.
    centred = parts - parts.mean(axis=1, keepdims=True)
    several = [len(members) > 1 for members in factors.values()]
    found = _Expansion(shares.reshape(PARTS, -1, shares.shape[1]), centred, np.array(several))
    whole, half = found.indices(np.arange(PARTS)), found.indices(np.arange(PARTS // 2))
    without = np.array([found.indices(np.delete(np.arange(PARTS), part)) for part in range(PARTS)])
    error = np.sqrt((PARTS - 1) / PARTS * np.sum((without - without.mean(axis=0)) ** 2, axis=0))
    reach = float(stats.t.ppf((1 + CONFIDENCE) / 2, PARTS - 1)) * error
    if not whole[0] - reach[0] > 0.0:
        whole[1:] = math.nan
    k, noise = len(factors), _noise_share(parts)
    each = [Interval(x, x - r, x + r) for x, r in zip(whole[1:].tolist(), reach[1:].tolist(), strict=True)]
    total = dict(zip(factors, each[k : 2 * k], strict=True))
    counted = 0.0 if math.isnan(noise) else noise
    return Indices(
        points=len(table),
        replications=table.shape[1],
        variance=float(whole[0]),
        noise=noise,
        first=dict(zip(factors, each[:k], strict=True)),
        total=total,
        second=dict(zip(combinations(factors, 2), each[2 * k :], strict=True)),
        with_noise={name: counted + (1.0 - counted) * index.mean for name, index in total.items()},
        moved=float(np.max(np.abs(half - whole)[1 : 2 * k + 1])),
    )


class _Coefficients(NamedTuple):
    """Of the expansion, part by part: of single parameters (parts, parameters, degree), of pairs (parts, …)."""

    alone: Floats
    together: Floats


class _Expansion:
    """Coefficients of centred outputs (parts, points, replications) in polynomials of shares (parts, points, each)."""

    def __init__(self, shares: Floats, centred: Floats, several: npt.NDArray[np.bool_]) -> None:
        self._several, self._own = several, int(np.count_nonzero(~several))
        mean, points = centred.mean(axis=2), centred.shape[1]
        degrees = np.sqrt(2.0 * np.arange(DEGREE + 1) + 1.0)
        alone, together = [], []
        for x, y in zip(shares, mean, strict=True):
            # (parameters, points, degree), orthonormal over the shares.
            basis = (legendre.legvander(2.0 * x.T - 1.0, DEGREE) * degrees)[..., 1:]
            alone.append(np.einsum("kpd,p->kd", basis, y, optimize=True) / points)
            weighted = basis[: self._own] * y[:, np.newaxis]
            together.append([weighted[..., i] @ basis[..., j].T / points for i, j in _TOGETHER])
        self._found = _Coefficients(np.array(alone), np.moveaxis(np.array(together), 1, -1))
        squares, count = (mean**2).sum(axis=1), centred.shape[2]
        each = (centred**2).sum(axis=(1, 2)) / count
        self._variance = (squares if count < 2 else (count * squares - each) / (count - 1)) / points

    def indices(self, parts: npt.NDArray[np.int64]) -> Floats:
        """Variance, then indices (first | total | second), by some of the parts; NaN where nothing varies."""
        own, variance = self._own, float(self._variance[parts].mean())
        first = _squared(self._found.alone[parts]).sum(axis=-1)
        pairs = _squared(self._found.together[parts]).sum(axis=-1)
        # With itself a parameter makes no pair.
        pairs[np.arange(own), np.arange(own)] = 0.0
        among, left = pairs[:, :own], pairs[:, own:].sum(axis=1)
        numerators = [first[:own], first[:own] + pairs.sum(axis=1)]
        second = among[np.triu_indices(own, 1)]
        if self._several.any():
            rest = variance - first[:own].sum() - second.sum()
            numerators = [np.append(numerators[0], first[own:].sum()), np.append(numerators[1], rest)]
            places = dict(zip(combinations(range(own), 2), second, strict=True))
            places |= {(i, own): x for i, x in enumerate(left)}
            second = np.array([places[pair] for pair in combinations(range(own + 1), 2)])
        shared = np.concatenate([*numerators, second])
        return np.append(variance, shared / variance if variance > 0.0 else np.full(len(shared), math.nan))


def _squared(coefficients: Floats) -> Floats:
    """Square coefficients (parts, …) without what is squared of their noise: mean product of different parts."""
    count = len(coefficients)
    return np.asarray((coefficients.sum(axis=0) ** 2 - (coefficients**2).sum(axis=0)) / (count * (count - 1)))


def _noise_share(parts: Floats) -> float:
    """Share of the variance between points' means that other replications would change, over all parts."""
    noise = float(np.mean([noise_variance(part) for part in parts]))
    between = float(parts.mean(axis=2).var(axis=1, ddof=1).mean())
    return noise if math.isnan(noise) else min(1.0, noise / between) if between > 0.0 else 0.0

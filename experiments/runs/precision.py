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

`Tallies` adds up what is looked at, part by part, so that memory follows the points and not the runs. Moments are taken
block by block and merged in the order of blocks, so they do not depend on how runs were cut into parts. Everything is
paired: a future in which any institution's run failed counts for none of them.

References
----------
Chow, Y. S. & Robbins, H. (1965), "On the asymptotic theory of fixed-width sequential confidence intervals for the
mean", Annals of Mathematical Statistics 36(2), 457-462.
"""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy import stats

from experiments.runs.cube import cube_of
from experiments.settings.options import BASELINE
from model.world import Floats

CONFIDENCE = 0.95

FIRST_STAGE = 50
"""Replications that every point has before its spread is looked at, at least."""

_GROWTH = 1.25

Moments = tuple[Floats, Floats, Floats, Floats, Floats]
"""Number, mean, and sums of squares, cubes and fourth powers of differences to the mean."""


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


class Tallies:
    """Moments of one outcome by point: under each institution, then of each difference to the baseline.

    Parameters
    ----------
    points : int
        Of the design.
    institutions : sequence of str
        Columns; the baseline is among them.
    metric : str
        The outcome.
    blocks : sequence of (first, last)
        Replications of each block.

    Attributes
    ----------
    left_out : int
        Futures of points in which some institution's run failed.
    """

    def __init__(
        self, points: int, institutions: Sequence[str], metric: str, blocks: Sequence[tuple[int, int]]
    ) -> None:
        self.institutions = list(institutions)
        self.others = [name for name in institutions if name != BASELINE]
        self.metric = metric
        self.left_out = 0
        self._starts = np.array([first for first, _ in blocks])
        shape = (points, len(self.institutions) + len(self.others))
        self._found: Moments = (np.zeros((points, 1)), *(np.zeros(shape) for _ in range(4)))  # type: ignore[assignment]

    @property
    def columns(self) -> list[str]:
        """Columns of a part that are read."""
        return ["point", "institution", "replication", self.metric]

    def add(self, part: pa.Table) -> None:
        """Add runs; those of one point in one block must come together, and blocks of a point in their order."""
        cube = cube_of(part, self.institutions, [self.metric])
        values = cube.outcomes[self.metric]
        finite = np.isfinite(values)
        whole = finite.all(axis=0)
        self.left_out += int((finite.any(axis=0) & ~whole).sum())
        others = [self.institutions.index(name) for name in self.others]
        both = np.concatenate([values, values[others] - values[self.institutions.index(BASELINE)]])
        blocks = np.searchsorted(self._starts, cube.replications, side="right")
        for block in np.unique(blocks):
            point, replication = np.nonzero(whole & (blocks == block))
            self._merge(cube.points[point], both[:, point, replication].T)

    def _merge(self, points: npt.NDArray[np.int64], values: Floats) -> None:
        """Merge the runs of one block into what was there before."""
        chosen, place = np.unique(points, return_inverse=True)
        before = tuple(kept[chosen] for kept in self._found)
        after = merged(before, _moments(place, values, chosen.size))  # type: ignore[arg-type]
        for kept, new in zip(self._found, after, strict=True):
            kept[chosen] = new

    @property
    def futures(self) -> npt.NDArray[np.int64]:
        """Futures by point in which every run ended well (points,)."""
        return self._found[0][:, 0].astype(np.int64)

    def mean(self, institution: str) -> tuple[Floats, Floats]:
        """Mean and its standard error by point, both (points,); no number where there is none."""
        return self._estimate(self.institutions.index(institution))

    def difference(self, institution: str) -> tuple[Floats, Floats]:
        """Mean difference to the baseline and its standard error by point."""
        return self._estimate(len(self.institutions) + self.others.index(institution))

    def spread(self) -> tuple[Floats, Floats, Floats]:
        """Numbers (points, 1), variances and fourth central moments (points, others) of the differences."""
        n, _, m2, _, m4 = self._found
        first = len(self.institutions)
        with np.errstate(divide="ignore", invalid="ignore"):
            return n, m2[:, first:] / (n - 1.0), m4[:, first:] / n

    def _estimate(self, column: int) -> tuple[Floats, Floats]:
        n, mean, m2 = self._found[0][:, 0], self._found[1][:, column], self._found[2][:, column]
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(n > 0, mean, np.nan), np.where(n > 1, np.sqrt(m2 / (n - 1.0) / n), np.nan)


def _moments(place: npt.NDArray[np.intp], values: Floats, groups: int) -> Moments:
    """Moments of values (rows, columns) by group."""

    def summed(rows: Floats) -> Floats:
        return np.column_stack([np.bincount(place, column, groups) for column in rows.T])

    n = np.bincount(place, minlength=groups).astype(np.float64)[:, np.newaxis]
    mean = summed(values) / n
    apart = values - mean[place]
    return n, mean, summed(apart**2), summed(apart**3), summed(apart**4)


def merged(one: Moments, other: Moments) -> Moments:
    """Merge the moments of two samples.

    Parameters
    ----------
    one, other : Moments
        Numbers (points, 1), then means and sums of powers of differences to them (points, columns).

    Returns
    -------
    Moments
        Of both, in the same shapes; an empty sample changes nothing, two empty ones have no number.

    References
    ----------
    Pébay (2008), "Formulas for robust, one-pass parallel computation of covariances and arbitrary-order statistical
    moments", Sandia report SAND2008-6212.
    """
    a, mean_a, a2, a3, a4 = one
    b, mean_b, b2, b3, b4 = other
    n = a + b
    share_a, share_b, d = a / n, b / n, mean_b - mean_a
    return (
        n,
        mean_a + d * share_b,
        a2 + b2 + d**2 * a * share_b,
        a3 + b3 + d**3 * a * share_b * (share_a - share_b) + 3.0 * d * (share_a * b2 - share_b * a2),
        a4 + b4 + d**4 * a * share_b * (share_a**2 - share_a * share_b + share_b**2)
        + 6.0 * d**2 * (share_a**2 * b2 + share_b**2 * a2) + 4.0 * d * (share_a * b3 - share_b * a3),
    )  # fmt: skip

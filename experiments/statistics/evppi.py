"""What it would be worth to know an unmeasured assumption before choosing: the value of information.

Without further knowledge one chooses the institution that is best on average over all worlds. Who knew a parameter's
value could choose the one that is best on average over the worlds with that value. The gain, averaged over the
values that are plausible, is the expected value of partial perfect information (EVPPI). The averages at a value come
from a regression of outcomes on the parameter, which also averages out replication noise.

A regression follows noise a little, and whoever picks the best of several follows it more: even a parameter that
tells nothing has an EVPPI above zero. So every number stands beside a floor, found by shuffling the worlds' outcomes
against their parameters: what the highest of all parameters reaches where none tells anything.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.interpolate import BSpline
from scipy.linalg import orth
from scipy.stats import rankdata

from experiments.statistics.arrays import Floats
from experiments.statistics.intervals import CONFIDENCE

_KNOTS = (0.5,)
"""Inner knots of the cubic spline, as shares of the worlds in the order of the parameter: more follow more noise."""
FEWEST_WORLDS = 2 * (len(_KNOTS) + 4) + 1
"""With fewer, a regression on five splines says nothing."""
_SHUFFLES = 199


class Preferred(NamedTuple):
    """Which institution is best on average from one value of a parameter to another."""

    institution: int
    start: float
    end: float


class Worth(NamedTuple):
    """What knowing one parameter would be worth.

    Attributes
    ----------
    evppi : float
        Expected gain, in the unit of the outcome; at least zero.
    p : float
        How likely the highest EVPPI of all parameters would be at least this much if none told anything.
    changed : float
        Share of worlds in which the best institution at the parameter's value is not the one that is best overall.
    changed_by_noise : float
        That share, averaged over shuffles: what it is where the parameter tells nothing.
    choices : tuple of Preferred
        The best institution by the parameter's value, in ascending order.
    """

    evppi: float
    p: float
    changed: float
    changed_by_noise: float
    choices: tuple[Preferred, ...]


class Information(NamedTuple):
    """The value of information about every parameter.

    Attributes
    ----------
    best : int
        Institution that is best on average over all worlds.
    worth : dict of str to Worth
        By parameter, the most worth first.
    floor : float
        What the highest EVPPI stays below in 95% of shuffles, where no parameter tells anything.
    everything : float
        Expected gain from knowing beforehand which institution does best in each world: with it all that the
        worlds' parameters tell, and what is left of replication noise in their means. A bound for every EVPPI.
    """

    best: int
    worth: dict[str, Worth]
    floor: float
    everything: float

    @property
    def found(self) -> list[str]:
        """The parameters that stand out from all shuffles' highest, at the 5% level for all of them together."""
        return [name for name, worth in self.worth.items() if worth.p <= 1.0 - CONFIDENCE]


def value_of_information(
    outcomes: npt.ArrayLike, parameters: Mapping[str, Sequence[float] | Floats], seed: int, shuffles: int = _SHUFFLES
) -> Information:
    """Estimate what knowing each parameter would be worth.

    Parameters
    ----------
    outcomes : array_like, shape (n, m)
        Row: world. Column: institution; less is better.
    parameters : mapping of str to sequence of float
        A value per world; every parameter must vary.
    seed : int
        Of the shuffles.
    shuffles : int
        How many.

    Returns
    -------
    Information

    Raises
    ------
    ValueError
        When something is not finite, a parameter does not vary, or there are too few worlds for the regression.

    Notes
    -----
    Differences to the best institution are regressed on a cubic spline of the parameter's rank with one inner
    knot, by least squares. The regression's mean is the data's, so with no knowledge the choice is the same.
    Shuffling moves whole rows, so that institutions stay as correlated as they are, and the highest over all
    parameters is kept: p-values hold for all parameters together (Westfall and Young).

    References
    ----------
    Strong, Oakley and Brennan (2014), "Estimating multiparameter partial expected value of perfect information from
    a probabilistic sensitivity analysis sample: a nonparametric regression approach", Medical Decision Making 34(3),
    311-326.
    Westfall and Young (1993), Resampling-Based Multiple Testing, Wiley.
    """
    values = np.asarray(outcomes, np.float64)
    bases = _bases(values, parameters)
    best = int(values.mean(axis=0).argmin())
    gain = values - values[:, [best]]
    fitted = _fitted(bases, gain)
    evppi, changed = _evppi(fitted), _changed(fitted, best)
    rng = np.random.default_rng(seed)
    highest, by_noise = np.empty(shuffles), np.zeros(len(bases))
    for shuffle in range(shuffles):
        shuffled = _fitted(bases, gain[rng.permutation(len(gain))])
        highest[shuffle] = _evppi(shuffled).max()
        by_noise += _changed(shuffled, best) / shuffles
    worth = {
        name: Worth(
            evppi=float(evppi[j]),
            p=float((1 + np.count_nonzero(highest >= evppi[j])) / (shuffles + 1)),
            changed=float(changed[j]),
            changed_by_noise=float(by_noise[j]),
            choices=_choices(np.asarray(parameters[name], np.float64), fitted[j]),
        )
        for j, name in enumerate(parameters)
    }
    return Information(
        best=best,
        worth=dict(sorted(worth.items(), key=lambda entry: -entry[1].evppi)),
        floor=float(np.quantile(highest, CONFIDENCE, method="higher")),
        everything=float(_evppi(gain)),
    )


def _bases(values: Floats, parameters: Mapping[str, Sequence[float] | Floats]) -> Floats:
    """Check worlds and parameters, and make each parameter's basis (parameters, worlds, splines)."""
    if values.ndim != 2 or not np.isfinite(values).all() or not parameters:
        raise ValueError("finite outcomes by world and institution, and a parameter, are needed")
    if len(values) < FEWEST_WORLDS:
        raise ValueError(f"{len(values)} worlds are too few for a regression: at least {FEWEST_WORLDS}")
    for name, column in parameters.items():
        if np.shape(column) != values.shape[:1] or not np.isfinite(column).all() or np.ptp(column) == 0.0:
            raise ValueError(f"{name}: a finite value per world is needed, and not the same for all")
    return np.array([_basis(np.asarray(column, np.float64)) for column in parameters.values()])


def _basis(column: Floats) -> Floats:
    """Make an orthonormal basis of cubic splines of a parameter's rank, the constant included."""
    knots = [0.0] * 4 + list(_KNOTS) + [1.0] * 4
    spanned = orth(BSpline.design_matrix((rankdata(column) - 0.5) / len(column), knots, 3).toarray())
    # Few different values (a whole number of desks) span less than the whole basis: what is missing is zero.
    return np.pad(spanned, ((0, 0), (0, len(knots) - 4 - spanned.shape[1])))


def _fitted(bases: Floats, gain: Floats) -> Floats:
    """Expected differences at each world's value of each parameter (parameters, worlds, institutions)."""
    return np.asarray(bases @ (bases.transpose(0, 2, 1) @ gain))


def _evppi(expected: Floats) -> Floats:
    """How much better than the best single choice the best choice at each world is, on average over worlds."""
    gained = expected.mean(axis=-2).min(axis=-1) - expected.min(axis=-1).mean(axis=-1)
    return np.asarray(np.maximum(gained, 0.0))


def _changed(expected: Floats, best: int) -> Floats:
    """Share of worlds in which another institution than the best overall is strictly better."""
    return np.asarray(np.mean(expected.min(axis=-1) < expected[..., best], axis=-1))


def _choices(column: Floats, expected: Floats) -> tuple[Preferred, ...]:
    """List which institution is best along the parameter."""
    order = np.argsort(column, kind="stable")
    at, chosen = column[order], expected[order].argmin(axis=1)
    starts = np.flatnonzero(np.diff(chosen, prepend=-1))
    ends = [*(starts[1:] - 1), len(at) - 1]
    return tuple(Preferred(int(chosen[s]), float(at[s]), float(at[e])) for s, e in zip(starts, ends, strict=True))

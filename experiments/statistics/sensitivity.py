"""Which assumptions matter, by elementary effects, and how much is replication noise (`sobol` has the indices).

*Morris.* An elementary effect is the change of an outcome as one parameter moves, in outcome per whole range of the
parameter, somewhere in the ranges of all others. μ* is its mean size, μ its mean, σ its spread over places:
interactions or curvature. A parameter of no effect that merely reshuffles chance moves the mean over a few
replications, too: the floor is the μ* that this noise alone would give it.

*Replication noise.* Every point of a design is run on the same replications, and its output is the mean over them.
Given these replications the output is an exact function of the parameters; others would give another one: the
interaction of points and replications, as in a two-way table, says how far.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from experiments.statistics.arrays import Floats
from experiments.statistics.intervals import Interval
from model.errors import InvalidInput

LEVELS = 4
"""Of each parameter's range, as Morris took them."""
_RESAMPLES = 1_000


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

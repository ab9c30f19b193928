"""Which of many assumptions matter at all: Morris' elementary effects, by SALib, with a floor of replication noise.

An elementary effect is the change of an outcome as one parameter moves, in outcome per whole range of the parameter,
somewhere in the ranges of all others. μ* is its mean size, μ its mean, σ its spread over places: interactions or
curvature. A parameter of no effect that merely reshuffles chance moves the mean over a few replications, too: the floor
is the μ* that this noise alone would give it.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from experiments.statistics.arrays import Floats, by_replication
from experiments.statistics.intervals import Interval

LEVELS = 4
"""Of each parameter's range, as Morris took them."""
_RESAMPLES = 1_000


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

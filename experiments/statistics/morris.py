"""Which of many assumptions matter at all: Morris' elementary effects, by SALib, with a floor of luck.

An elementary effect is the change of an outcome as one parameter moves, in outcome per whole range of the parameter,
somewhere in the ranges of all others. μ* is its mean size, μ its mean, σ its spread over places: interactions or
curvature. A parameter of no effect that merely reshuffles chance moves the mean over a few futures, too: the floor
is the μ* that luck alone would give it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from experiments.statistics.intervals import Interval
from experiments.statistics.replication_noise import FloatArray, checked

LEVELS = 4
"""Of each parameter's range, as Morris took them."""
_RESAMPLES = 1_000


@dataclass(frozen=True)
class Effect:
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
        The mean size that luck alone would give; NaN with one future.
    """

    mu: float
    mu_star: Interval
    sigma: float
    floor: float

    @property
    def beyond_luck(self) -> bool:
        """Whether the whole interval lies above the floor."""
        return self.mu_star.low > (0.0 if math.isnan(self.floor) else self.floor)


def elementary_effects(
    design: FloatArray, outputs: npt.ArrayLike, names: Sequence[str], seed: int = 0, what: str = "outputs"
) -> dict[str, Effect]:
    """Estimate the effects of every parameter from the outputs of `experiments.runs.designs.morris`.

    Parameters
    ----------
    design : ndarray (points, parameters)
        Shares of each parameter's range; trajectories of one step per parameter on `LEVELS` levels.
    outputs : array_like, shape (points, futures) or (points,)
        The same futures at every point.
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

    table = checked(outputs, what)
    problem = {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}
    mean = np.ascontiguousarray(table.mean(axis=1))
    found = morris.analyze(problem, design, mean, num_resamples=_RESAMPLES, num_levels=LEVELS, seed=seed)
    sizes, halves = np.asarray(found["mu_star"], float), np.asarray(found["mu_star_conf"], float)
    effects = {
        name: Effect(
            mu=float(found["mu"][place]),
            mu_star=Interval(*(float(sizes[place] + side * halves[place]) for side in (0, -1, 1))),
            sigma=float(found["sigma"][place]),
            floor=floor,
        )
        for place, (name, floor) in enumerate(zip(names, _floors(design, table).tolist(), strict=True))
    }
    return dict(sorted(effects.items(), key=lambda entry: -entry[1].mu_star.mean))


def _floors(design: FloatArray, table: FloatArray) -> FloatArray:
    """Mean size of elementary effects that luck alone would give (parameters,)."""
    k = design.shape[1]
    futures = table.shape[1]
    if futures < 2:
        return np.full(k, np.nan)
    steps = np.diff(design.reshape(-1, k + 1, k), axis=1)
    moves = np.diff(table.reshape(-1, k + 1, futures), axis=1)
    size = np.abs(steps).sum(axis=2)
    noise = moves.var(axis=2, ddof=1) / futures / size**2
    who = np.abs(steps).argmax(axis=2)
    mean_noise = np.array([noise[who == parameter].mean() for parameter in range(k)])
    result: FloatArray = np.sqrt(2.0 / np.pi * mean_noise)
    return result

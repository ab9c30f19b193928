"""Simulated method of moments: the values of parameters under which simulated patterns come closest to a record's.

The objective is the sum over patterns of (simulated − record)² / variance, the variance from the record's bootstrap
over states. The weights are diagonal on purpose: some fifty states cannot estimate a whole weighting matrix well, and
an optimal one is biased in samples of that size (Altonji & Segal 1996). Standard errors use the whole covariance.

Every evaluation simulates the same replications (common random numbers), so the objective is a fixed function of the
values: Sobol points over the declared ranges find where to begin, Gauss–Newton steps with wide central differences
go down from the best of them. Simulating R replications adds 1/R of the model's own chance to the variance (McFadden
1989); the test of fit holds the objective against records simulated at the optimum.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.optimize import least_squares
from scipy.stats import qmc

from experiments.statistics.arrays import Floats

Simulate = Callable[[Floats, int], Floats]
"""Values of the parameters and a number of replications → the patterns."""
Say = Callable[[str], None]
"""Tells the user in a line how far it is."""

STARTS = 3
"""How many of the Sobol points are gone down from."""

_SAID_EVERY = 64
_EXPLORING = 0.1
_STEP = 0.05
_STEPS_DOWN = 15
_ENOUGH = 1e-3
_UNDEFINED = 10.0


class Target(NamedTuple):
    """What is fitted: patterns by name, the record's values (m,) and their covariance (m, m)."""

    patterns: tuple[str, ...]
    values: Floats
    covariance: Floats

    @property
    def errors(self) -> Floats:
        """Standard error of each pattern."""
        return np.sqrt(np.diag(self.covariance))


class Free(NamedTuple):
    """What is free: parameters by name, with the ends (p,) of their declared ranges."""

    names: tuple[str, ...]
    low: Floats
    high: Floats

    def values(self, shares: Floats) -> Floats:
        """Values at shares of the ranges."""
        return np.asarray(self.low + shares * (self.high - self.low))


class Descent(NamedTuple):
    """One way down: the values where it ended, and the objective there."""

    values: Floats
    objective: float


@dataclass(frozen=True)
class Fit:
    """An optimum and what the patterns say about it.

    Attributes
    ----------
    values : ndarray (p,)
        Of the free parameters.
    covariance : ndarray (p, p)
        Of the values, over records and simulations.
    objective : float
        At the values.
    simulated : ndarray (m,)
        Patterns at the values.
    jacobian : ndarray (m, p)
        Change of each pattern per unit of each parameter.
    descents : tuple of Descent
        From every start, the best first.
    """

    values: Floats
    covariance: Floats
    objective: float
    simulated: Floats
    jacobian: Floats
    descents: tuple[Descent, ...]


def residuals(simulated: Floats, target: Target) -> Floats:
    """Differences to the record in standard errors (m,); a pattern that the model leaves undefined is far off."""
    return np.asarray(np.nan_to_num((simulated - target.values) / target.errors, nan=_UNDEFINED))


def fit(simulate: Simulate, free: Free, target: Target, points: int, replications: int, seed: int, say: Say) -> Fit:
    """Find the values under which the simulated patterns come closest to the record's.

    Parameters
    ----------
    simulate : callable
        The model; the same values must give the same patterns every time.
    free : Free
        Free parameters.
    target : Target
        The record.
    points : int
        Sobol points, rounded up to a power of two; tried on a tenth of the replications.
    replications : int
        Futures per evaluation of a descent.
    seed : int
        Of the Sobol points.
    say : callable
        Told in a line how far it is.

    Returns
    -------
    Fit
    """

    def off(values: Floats, replications: int) -> Floats:
        return residuals(simulate(values, replications), target)

    starts = _explore(off, free, points, max(1, round(_EXPLORING * replications)), seed, say)
    descents = []
    for number, start in enumerate(starts, start=1):
        descents.append(_descend(lambda values: off(values, replications), free, start))
        said = ", ".join(f"{name} {value:.3f}" for name, value in zip(free.names, descents[-1].values, strict=True))
        say(f"descent {number} of {len(starts)}: objective {descents[-1].objective:.3f} at {said}")
    descents.sort(key=lambda descent: descent.objective)
    best = descents[0].values
    slopes = jacobian(lambda values: simulate(values, replications), free, best)
    covariance = (1.0 + 1.0 / replications) * spread(slopes, target)
    return Fit(best, covariance, descents[0].objective, simulate(best, replications), slopes, tuple(descents))


def runs_at_most(free: int, points: int, replications: int) -> int:
    """Count the runs of `fit` with so many free parameters, if every descent takes all its steps."""
    exploring = (1 << max(0, points - 1).bit_length()) * max(1, round(_EXPLORING * replications))
    return exploring + STARTS * _STEPS_DOWN * (2 * free + 1) * replications


def _explore(off: Simulate, free: Free, points: int, replications: int, seed: int, say: Say) -> list[Floats]:
    """Try points spread evenly over the free; return the best few, the best first, as shares of the ranges."""
    sobol = qmc.Sobol(len(free.names), rng=seed)
    shares = sobol.random_base2(max(0, points - 1).bit_length())
    objective: list[float] = []
    for share in shares:
        objective.append(float(np.sum(off(free.values(share), replications) ** 2)))
        if len(objective) % _SAID_EVERY == 0:
            say(f"explored {len(objective)} of {len(shares)} points, lowest objective {min(objective):.3f}")
    return [shares[place] for place in np.argsort(objective, kind="stable")[:STARTS]]


def _descend(off: Callable[[Floats], Floats], free: Free, start: Floats) -> Descent:
    """Go down from shares of the ranges by Gauss–Newton steps with a trust region."""
    shares = Free(free.names, np.zeros(len(start)), np.ones(len(start)))

    def off_at(share: Floats) -> Floats:
        return off(free.values(share))

    ended = least_squares(
        off_at,
        np.clip(start, _STEP, 1.0 - _STEP),
        jac=lambda share: jacobian(off_at, shares, share),
        bounds=(0.0, 1.0),
        max_nfev=_STEPS_DOWN,
        xtol=_ENOUGH,
        ftol=_ENOUGH,
    )
    return Descent(free.values(ended.x), float(np.sum(ended.fun**2)))


def jacobian(function: Callable[[Floats], Floats], free: Free, values: Floats) -> Floats:
    """Slopes of a function of the values (m, p) by central differences, wide enough to cross single chances."""
    columns = []
    for position, width in enumerate(_STEP * (free.high - free.low)):
        below, above = values.copy(), values.copy()
        below[position] = max(free.low[position], values[position] - width)
        above[position] = min(free.high[position], values[position] + width)
        columns.append((function(above) - function(below)) / (above[position] - below[position]))
    return np.asarray(np.nan_to_num(np.stack(columns, axis=1)))


def spread(slopes: Floats, target: Target) -> Floats:
    """Covariance (p, p) of the fitted values over records, by the delta method.

    Parameters
    ----------
    slopes : ndarray (m, p)
        From `jacobian`.
    target : Target
        Its variances weighted the patterns, its covariance says how they vary together.
    """
    answer = _response(slopes, target)
    return np.asarray(answer @ target.covariance @ answer.T)


def _response(slopes: Floats, target: Target) -> Floats:
    """Change of the fitted values per change of each pattern (p, m), to first order."""
    return np.asarray(np.linalg.pinv(slopes / target.errors[:, None]) / target.errors)


def goodness(fitted: Fit, target: Target, by_run: Floats) -> tuple[float, int]:
    """Say how often a record simulated at the optimum, fitted again, is as far off as the true one.

    Each run's 20 years or so are one simulated record; fitting it again is done to first order, by taking out of
    its deviations what the parameters can follow.

    Parameters
    ----------
    fitted : Fit
        The optimum.
    target : Target
        What it was fitted to.
    by_run : ndarray (runs, m)
        Patterns of each run at the optimum; runs in which one is not defined are left out.

    Returns
    -------
    share : float
        Of simulated records that are as far off or farther: small means the model does not fit.
    runs : int
        Simulated records used.
    """
    whole = by_run[np.all(np.isfinite(by_run), axis=1)]
    deviations = whole - whole.mean(axis=0)
    left = deviations - deviations @ (fitted.jacobian @ _response(fitted.jacobian, target)).T
    objectives = np.sum((left / target.errors) ** 2, axis=1)
    return float((1 + np.sum(objectives >= fitted.objective)) / (1 + len(whole))), len(whole)


def share_left(interval: Sequence[float], low: float, high: float) -> float:
    """Part of a declared range [low, high] that an interval leaves: near 0 identified, 1 not at all."""
    return max(0.0, min(interval[1], high) - max(interval[0], low)) / (high - low)

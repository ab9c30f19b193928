"""A finished calibration: the optimum, what else the record allows, and what the model reproduces of it."""

from dataclasses import dataclass

import pandas as pd

from experiments.records.association import Association
from experiments.statistics.moments import Fit, Free, Target
from experiments.statistics.posterior import Population
from model.world import Floats

CANDIDATES = (
    "onset_base",
    "onset_memory",
    "memory_half_life",
    "escalation_base",
    "deescalation_base",
    "termination_base",
    "termination_war",
    "termination_duration",
)
"""What the fitted patterns might tell. Coefficients of drivers and of the setting (income, population, neighbours)
are not among them: the fitted patterns say how much conflict there is, not where."""

SHARES = ("share_of_years", "share_of_quarters")
"""How much conflict a set of values means: state-years in conflict, as the record counts, and state-quarters."""


KEPT = 300
"""Sets of values that are stored."""


@dataclass(frozen=True)
class Calibrated:
    """A finished calibration.

    Attributes
    ----------
    free, target, fit
        Free parameters with their ranges, the record's fitted patterns, and the optimum.
    held : dict of str to float
        Values of the `CANDIDATES` that were not free.
    population : Population
        Sets of values that were tried, with their weights.
    kept : ndarray (sets, p)
        Sets drawn from them: what the record leaves open.
    shares : dict of str to (float, ndarray (sets,))
        `SHARES` at the optimum, and of every set that was kept.
    seen : dict of str to (float, float)
        Between what values each pattern lies in 95% of single histories, one under each set that was kept.
    all_free : dict of str to float
        Standard error that each candidate would have if all of them were free.
    checks : DataFrame
        Every pattern, fitted or not, see `experiments.records.validation.checks`.
    goodness : tuple of float and int
        Share of simulated records as far off as the true one, and how many there were.
    noise : float
        Largest standard error that simulation adds to a fitted pattern, in the record's own.
    missions : Association
        Peacekeeping and the return of conflict.
    """

    free: Free
    target: Target
    fit: Fit
    held: dict[str, float]
    population: Population
    kept: Floats
    shares: dict[str, tuple[float, Floats]]
    seen: dict[str, tuple[float, float]]
    all_free: dict[str, float]
    checks: pd.DataFrame
    goodness: tuple[float, int]
    noise: float
    missions: Association

"""A finished calibration: what the record says, what it leaves open, and what the process shows under both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from experiments.records.estimation import Estimated
from experiments.records.simulated_records import parameters_of
from model.world import Floats

SHARES = ("share_of_years", "share_of_quarters")
"""How much conflict there is: state-years, as the record counts, and state-quarters."""

KEPT = 300
"""Sets of values that are drawn and stored."""


@dataclass(frozen=True)
class Calibrated:
    """A finished calibration.

    Attributes
    ----------
    found : Estimated
        Both stages.
    kept : ndarray (sets, 15)
        Draws of the posterior.
    centred : mapping of str to float
        What is expected under ``siloed``.
    checked : mapping
        What `experiments.records.posterior_checks` shows: ``regressions``, ``blocks``, ``drift``, ``first_quarters``,
        ``assumed``.
    worlds : DataFrame
        Synthetic records, a row per world and parameter, from `experiments.records.recovery.recovered`; none where
        none were asked for.
    patterns : DataFrame
        Every pattern of the whole model's runs, see `experiments.records.validation.checks`.
    seen : mapping of str to (float, float)
        Between what values each pattern lies in 95% of runs.
    shares : mapping of str to ndarray (runs,)
        `SHARES` of every run.
    missions : mapping
        Peacekeeping and the return of conflict, see `experiments.records.association.Association`.
    """

    found: Estimated
    kept: Floats
    centred: Mapping[str, float]
    checked: Mapping[str, Any]
    worlds: pd.DataFrame
    patterns: pd.DataFrame
    seen: Mapping[str, tuple[float, float]]
    shares: Mapping[str, Floats]
    missions: Mapping[str, Any]

    @property
    def sets(self) -> list[dict[str, float]]:
        """The draws by the names of parameters; what is held is in none."""
        return drawn_sets(self.kept)

    @property
    def values(self) -> dict[str, float]:
        """Values of the calibration: the draws' means, what is held, and what is expected."""
        return {**means_of(self.kept), **self.centred}

    @property
    def independent(self) -> float:
        """How many draws the sets are worth: a set that stands twice is one."""
        _, times = np.unique(self.kept, axis=0, return_counts=True)
        return float(times.sum() ** 2 / (times**2).sum())


def means_of(kept: Floats) -> dict[str, float]:
    """Mean of every parameter over sets of values (sets, 15): where these are within ranges, so is it."""
    named = [parameters_of(each) for each in kept]
    return {name: float(np.mean([each[name] for each in named])) for name in named[0]}


def drawn_sets(kept: Floats) -> list[dict[str, float]]:
    """Name the parameters of every set, but for those that no draw moves."""
    named = [parameters_of(each) for each in kept]
    moved = [name for name in named[0] if any(each[name] != named[0][name] for each in named)]
    return [{name: each[name] for name in moved} for each in named]


def columns_of(sets: Sequence[Mapping[str, float]]) -> dict[str, tuple[float, ...]]:
    """Lay sets out by parameter, as a setting's draws are."""
    return {name: tuple(each[name] for each in sets) for name in sets[0]}

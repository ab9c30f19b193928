"""A finished calibration: what the record says, what it leaves open, and what the process shows under both."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from experiments.records.estimation import Estimated
from experiments.records.kept_draws import Sets, means_of, moved
from model.world import Floats

SHARES = ("share_of_years", "share_of_quarters")
"""How much conflict there is: state-years, as the record counts, and state-quarters."""


@dataclass(frozen=True)
class Calibrated:
    """A finished calibration.

    Attributes
    ----------
    found : Estimated
        Both stages.
    kept : sequence of mapping of str to float
        Draws of the posterior, every parameter in each.
    centred : mapping of str to float
        What is expected under ``siloed``.
    checked : mapping
        What `experiments.records.posterior_checks` shows: ``regressions``, ``blocks``, ``drift``, ``first_quarters``,
        ``assumed``; and ``assumed_centred`` of the whole model.
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
    kept: Sets
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
        return moved(self.kept)

    @property
    def values(self) -> dict[str, float]:
        """Values of the calibration: the draws' means, what is held, and what is expected."""
        return {**means_of(self.kept), **self.centred}

"""Holding a model against a record: which patterns it was fitted to, which it was not, and which it reproduces.

A fitted pattern identifies a free parameter. An unfitted one says something that the fitted ones do not. An implied
one is left out of both counts, because it follows, exactly or nearly so, from fitted ones: a rate that is a mean of
two others, or the survival of spells that end at fitted rates.

The roles were settled after pilot fits and before the calibration that ``conf/calibration`` holds. In the pilots the
half-life of excess risk was not fitted, and the model missed it; nothing else that is fitted says anything about the
parameter `memory_half_life`, so it became a fitted pattern. No other role was changed by what came out.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from experiments.records.patterns import Pattern, flattened
from experiments.records.stored_record import Record

FITTED = (
    "active_share",
    "war_share",
    "termination_rate",
    "onset_rate_recent",
    "onset_rate_quiet",
    "termination_year_1",
    "termination_years_2_5",
    "termination_years_6_10",
    "termination_years_11_plus",
    "recurrence_5",
    "excess_risk_half_life",
)
UNFITTED = (
    "active_share_sd",
    "recurrence_10",
    "neighbour_odds_ratio_raw",
    "neighbour_odds_ratio_adjusted",
    "income_odds_ratio_adjusted",
    "peace_to_war",
    "minor_to_peace",
    "minor_to_war",
    "war_to_peace",
    "war_to_minor",
)
IMPLIED = (
    "onset_rate",
    "onset_ratio",
    "spell_median",
    "spell_survival_5",
    "spell_survival_10",
    "peace_to_peace",
    "peace_to_minor",
    "minor_to_minor",
    "war_to_war",
)
ROLES = {"fitted": FITTED, "unfitted": UNFITTED, "implied": IMPLIED}


class Check(NamedTuple):
    """One pattern of the record [low, high], what the model gives, and whether that lies inside."""

    pattern: str
    role: str
    estimate: float
    low: float
    high: float
    model: float
    inside: bool | None


def checks(record: Record, model: Mapping[str, Pattern], fitted: Collection[str] = FITTED) -> list[Check]:
    """Hold the model against the record, pattern by pattern.

    Parameters
    ----------
    record : Record
        Of a window.
    model : mapping of str to float
        From `experiments.records.patterns.pooled_patterns`, of runs over that window.
    fitted : collection of str
        Which of `FITTED` could be fitted to this record.

    Returns
    -------
    list of Check
        In the order of `ROLES`; ``inside`` is None where the record or the model leaves a pattern undefined, or
        the record was too short to fit it.
    """
    estimate, low, high = (
        flattened({key: found[end] for key, found in record.patterns.items()}) for end in ("estimate", "low", "high")
    )
    simulated = flattened(model)
    rows = []
    for role, names in ROLES.items():
        for name in names:
            ends, here = (float(low[name]), float(high[name])), float(simulated[name])
            judged = not np.isnan(here) and not np.isnan(ends).any() and (role != "fitted" or name in fitted)
            inside = ends[0] <= here <= ends[1] if judged else None
            rows.append(Check(name, role, float(estimate[name]), *ends, here, inside))
    return rows


def counts(rows: Sequence[Check]) -> dict[str, tuple[int, int]]:
    """Count by role how many patterns lie inside, and how many could be held against the record."""
    return {
        role: (
            sum(row.inside is True for row in rows if row.role == role),
            sum(row.inside is not None for row in rows if row.role == role),
        )
        for role in ROLES
    }

"""Holding a model against a record: which patterns it was fitted to, which it was not, and which it reproduces.

A fitted pattern is one that a stage of the estimation looks at, be it over more years than the record's window: rates
of onset and of ending and what goes with them are what the yearly regressions tell; quarters, blocks of years and wars
are moments of the second stage. An unfitted one says something that the fitted ones do not. An implied one is left out
of both counts, because it follows, exactly or nearly so, from fitted ones: a rate that is a mean of two others, or the
survival of spells that end at fitted rates.

The roles were settled when the two stages were, before any pattern was held against a model that they had fitted. The
half-life of excess risk stays among the fitted: the value that is held was chosen by this record's likelihood. A fifth
block and later ones of a longer window have no role.
"""

from collections.abc import Mapping

import pandas as pd

from experiments.records.pattern_values import ENDING
from experiments.records.patterns import Pattern, block_name, numbers
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
    "excess_risk_half_life",
    *map(block_name, range(4)),
    "share_of_quarters",
    "neighbour_odds_ratio_adjusted",
    *ENDING,
    "war_to_peace",
    "war_to_minor",
)
UNFITTED = (
    "active_share_sd",
    "recurrence_5",
    "recurrence_10",
    "neighbour_odds_ratio_raw",
    "income_odds_ratio_adjusted",
    "peace_to_war",
    "minor_to_peace",
    "minor_to_war",
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


def compared(record: Record, model: Mapping[str, Pattern]) -> pd.DataFrame:
    """Hold the model against a record, pattern by pattern.

    Parameters
    ----------
    record : Record
        Of a window.
    model : mapping of str to float
        From `experiments.records.patterns.pooled_patterns`, of runs over that window.

    Returns
    -------
    DataFrame
        A row per pattern, by its name; columns ``record``, ``record_low``, ``record_high``, ``model``, and ``inside``:
        whether the model lies in the record's interval, None where either leaves a pattern undefined.
    """
    table = record.table().rename(columns={"estimate": "record", "low": "record_low", "high": "record_high"})
    table["model"] = pd.Series(numbers(model))
    known = table[["record_low", "record_high", "model"]].notna().all(axis=1)
    within = table["model"].between(table["record_low"], table["record_high"])
    return table.assign(inside=within.astype(object).where(known, None))


def checks(record: Record, model: Mapping[str, Pattern]) -> pd.DataFrame:
    """Hold a fitted model against the record it was fitted to.

    Parameters
    ----------
    record, model
        As in `compared`.

    Returns
    -------
    DataFrame
        As `compared` gives it, by role and in the order of `ROLES`.
    """
    roles = {name: role for role, names in ROLES.items() for name in names}
    table = compared(record, model)
    table = table.loc[[name for name in roles if name in table.index]]
    table.insert(0, "role", pd.Series(roles))
    return table


def counts(table: pd.DataFrame) -> dict[str, tuple[int, int]]:
    """Count by role how many patterns lie inside, and how many could be held against the record."""
    return {role: counted(table[table["role"] == role]) for role in ROLES}


def counted(table: pd.DataFrame) -> tuple[int, int]:
    """Count how many patterns of the model lie inside, and how many could be held against the record."""
    return sum(inside is True for inside in table["inside"]), int(table["inside"].notna().sum())

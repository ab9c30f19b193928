"""What every pattern means, in which unit; and the table behind the figure of the model beside the record."""

import re
from typing import NamedTuple

import pandas as pd

from experiments.records.pattern_values import BLOCKS
from experiments.records.patterns import BLOCK_NAME, LEVEL_NAMES

_BLOCK = re.compile(BLOCK_NAME.format("([0-9]+)", "([0-9]+)"))


class Meaning(NamedTuple):
    """What a pattern is, and its unit."""

    text: str
    unit: str


def _all(unit: str, **texts: str) -> dict[str, Meaning]:
    return {name: Meaning(text, unit) for name, text in texts.items()}


MEANINGS = {
    **_all(
        "share of state-years",
        active_share="state-years in conflict",
        war_share="state-years at war",
        active_share_sd="spread of the yearly share in conflict (SD)",
        **{BLOCKS: "state-years in conflict, years {}–{}"},
    ),
    **_all("share of state-quarters", share_of_quarters="state-quarters in conflict, by dates"),
    **_all(
        "per state-year",
        onset_rate="onset, from peace",
        onset_rate_recent="onset, conflict in last ten years",
        onset_rate_quiet="onset, none in last ten years",
        termination_rate="end, from conflict",
        termination_year_1="end in year 1 of a spell",
        termination_years_2_5="end in years 2–5",
        termination_years_6_10="end in years 6–10",
        termination_years_11_plus="end from year 11 on",
    ),
    **_all(
        "share of spells",
        spell_survival_5="spells longer than 5 years",
        spell_survival_10="spells longer than 10 years",
        recurrence_5="conflict again within 5 years",
        recurrence_10="conflict again within 10 years",
    ),
    **_all(
        "per state-year",
        **{f"{before}_to_{after}": f"from {before} to {after}" for before in LEVEL_NAMES for after in LEVEL_NAMES},
    ),
    **_all("years", spell_median="median length of a spell", excess_risk_half_life="half-life of excess risk"),
    **_all(
        "ratio",
        onset_ratio="onset rate, recent to quiet",
        neighbour_odds_ratio_raw="odds of onset, active neighbour",
        neighbour_odds_ratio_adjusted="odds of onset, active neighbour, adjusted",
        income_odds_ratio_adjusted="odds of onset per unit of ln income, adjusted",
    ),
    **_all(
        "log odds per unit",
        ending_population="end, per unit of ln population, adjusted",
        ending_excluded="end, all excluded against none, adjusted",
    ),
}
"""By name, in the order of the figure; blocks of years, as many as there are, under one."""

_AXES = {"years": "years (log scale)", "ratio": "ratio (log scale)", "log odds per unit": "log odds"}
_SHARES = "%, per year where it is a rate"


def meaning_of(name: str) -> Meaning:
    """Say what a pattern is, by its name in `experiments.records.patterns.flattened`."""
    if block := _BLOCK.fullmatch(name):
        text, unit = MEANINGS[BLOCKS]
        return Meaning(text.format(*block.groups()), unit)
    return MEANINGS[name]


def labelled(rows: pd.DataFrame) -> pd.DataFrame:
    """Lay out what the figure shows, in its order.

    Parameters
    ----------
    rows : DataFrame
        One per pattern, by its name.

    Returns
    -------
    DataFrame
        Columns: label, axis, pattern, and those of `rows`.
    """
    order = list(MEANINGS)
    names = sorted(rows.index, key=lambda name: order.index(BLOCKS if _BLOCK.fullmatch(name) else name))
    meanings = [meaning_of(name) for name in names]
    labels = [
        (meaning.text, _AXES.get(meaning.unit, _SHARES), name) for name, meaning in zip(names, meanings, strict=True)
    ]
    return pd.DataFrame(labels, columns=["label", "axis", "pattern"]).join(rows, on="pattern")

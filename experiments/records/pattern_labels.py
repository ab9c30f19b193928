"""The table behind the figure of the model beside the record: which patterns it shows, by which label and unit."""

import pandas as pd

_SHARES = {
    "active_share": "state-years in conflict",
    "war_share": "state-years at war",
    "active_share_sd": "spread of yearly share in conflict (SD)",
    "onset_rate": "onset, from peace",
    "onset_rate_recent": "onset, conflict in last ten years",
    "onset_rate_quiet": "onset, none in last ten years",
    "termination_rate": "end, from conflict",
    "termination_year_1": "end in year 1 of a spell",
    "termination_years_2_5": "end in years 2–5",
    "termination_years_6_10": "end in years 6–10",
    "termination_years_11_plus": "end from year 11 on",
    "spell_survival_5": "spells longer than 5 years",
    "spell_survival_10": "spells longer than 10 years",
    "recurrence_5": "conflict again within 5 years",
    "recurrence_10": "conflict again within 10 years",
    **{
        f"{before}_to_{after}": f"from {before} to {after}"
        for before in ("peace", "minor", "war")
        for after in ("peace", "minor", "war")
    },
}
_PANELS = {
    "%, per year where it is a rate": _SHARES,
    "years (log scale)": {
        "spell_median": "median length of a spell",
        "excess_risk_half_life": "half-life of excess risk",
    },
    "ratio (log scale)": {
        "onset_ratio": "onset rate, recent to quiet",
        "neighbour_odds_ratio_raw": "odds of onset, neighbour in conflict",
        "neighbour_odds_ratio_adjusted": "the same, adjusted",
        "income_odds_ratio_adjusted": "odds of onset per unit of ln income, adjusted",
    },
}
"""Label of every pattern, by the label of its panel's axis."""


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
    labels = [(label, axis, name) for axis, patterns in _PANELS.items() for name, label in patterns.items()]
    return pd.DataFrame(labels, columns=["label", "axis", "pattern"]).join(rows, on="pattern")

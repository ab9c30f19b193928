"""What a panel knows last stands for the years after it, within limits, and that is said."""

import math

import pandas as pd

from experiments.records.files.official import FIGURES

CARRIED = 10
"""For how many years the last states and figures of a panel may stand."""

NEAR = 5
"""How many years away a figure may be to stand for one that is missing."""


def carried_forward(states: pd.DataFrame, last: int) -> tuple[pd.DataFrame, list[str]]:
    """Let the states and figures at a panel's end stand for later years, up to `CARRIED` of them.

    Parameters
    ----------
    states : DataFrame
        A panel, from `experiments.records.files.official.read_states`.
    last : int
        The year up to which they are wanted.

    Returns
    -------
    states : DataFrame
        With rows up to that year, if it lies within reach. What no state has after some year is, for each state,
        its last figure before it, unless that one lies more than `NEAR` before it or `CARRIED` before the last.
    notices : list of str
        What stands for what.
    """
    end, said = int(states["year"].max()), []
    if end < last <= end + CARRIED:
        final = states[states["year"] == end].assign(**dict.fromkeys(FIGURES, math.nan))
        further = [final.assign(year=year) for year in range(end + 1, last + 1)]
        states = pd.concat([states, *further]).sort_values(["gw", "year"], kind="stable", ignore_index=True)
        said.append(f"the panel ends in {end}: the states of that year are taken to be those of {_years(end, last)}")
    for column in FIGURES:
        known = states[states[column].notna()]
        if len(known) and (until := int(known["year"].max())) < last <= until + CARRIED:
            near = known["gw"].isin(states.loc[states["year"] > until, "gw"])
            recent = known[near & (known["year"] >= max(until - NEAR, last - CARRIED))].groupby("gw").last()
            states = _filled(states, column, until, recent)
            older = [
                f"{name} of {year}" for name, year in zip(recent["name"], recent["year"], strict=True) if year < until
            ]
            said.append("; ".join([f"{column} of {until} stands for {_years(until, last)}", *older]))
    return states, said


def _filled(states: pd.DataFrame, column: str, until: int, recent: pd.DataFrame) -> pd.DataFrame:
    """Let each state's most recent figure stand for the years after one."""
    value = recent[column].reindex(states["gw"]).to_numpy()
    return states.assign(**{column: states[column].where(states["year"] <= until, value)})


def _years(end: int, last: int) -> str:
    """Name the years after one, up to another."""
    return str(last) if last == end + 1 else f"{end + 1} to {last}"

"""What was known before a year: states by year with their past and their neighbours, from the official files."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from experiments.records.files.carrying import carried_forward
from experiments.records.files.gazetteer import land_borders
from experiments.records.files.official import read_borders, read_conflicts, read_states
from experiments.records.files.panel import ByState, levels_by_state
from experiments.records.given import Files, say
from model.world import Floats


class Known(NamedTuple):
    """What was known on 1 January.

    ``cases`` a row per state-year that can be learnt from: ``state`` (Gleditsch–Ward number), ``year``, ``level``
    (0 peace, 1 minor conflict, 2 war), and of the year before ``before`` (level), ``income`` (US dollars per head),
    ``population`` (millions), ``neighbour`` (1 if a land neighbour was active), ``quiet`` (years from the last active
    one to this one, infinite if there was none since 1946) and ``spell`` (active years in a row up to it).
    ``start`` the same of the states of the last year before, for the year to come, without ``level``, nothing missing.
    ``borders`` (states, states) 1 between land neighbours, in the order of ``start``.
    """

    cases: pd.DataFrame
    start: pd.DataFrame
    borders: Floats


def known_before(files: Files, first: int) -> Known:
    """Read what was known before a year; nothing of that year or later is looked at.

    Parameters
    ----------
    files : Files
        Conflicts since 1946, states by year, land borders.
    first : int
        The year.

    Returns
    -------
    Known
        Where the panel ends before, its last states and figures stand for later years. Income and population that it
        lacks are the state's last known ones; where there are none a state is no case, and starts with the median,
        which is said.

    Raises
    ------
    InvalidInput
        When a file or a row is damaged.
    """
    conflicts, states, listed = read_conflicts(files.acd), read_states(files.panel), read_borders(files.borders)
    levels = levels_by_state(conflicts[conflicts["year"] < first])
    past, _ = carried_forward(states[states["year"] < first], first - 1)
    figures = {"gdp_per_capita_usd2011": "income", "population_millions": "population"}
    past = past.assign(**{column: past.groupby("gw")[column].ffill() for column in figures})
    past = past.rename(columns=figures)
    by_year = [
        _ahead(rows, levels, land_borders(listed, set(rows["gw"])), int(str(year)) + 1)
        for year, rows in past.groupby("year")
    ]
    lived = past.set_index(["gw", "year"]).index
    told = pd.concat(by_year)
    cases = told[pd.MultiIndex.from_frame(told[["state", "year"]]).isin(lived)].dropna()
    level = [levels.get(state, {}).get(year, 0) for state, year in zip(cases["state"], cases["year"], strict=True)]
    start = _filled(by_year[-1])
    around = land_borders(listed, set(start["state"]))
    borders = [[float(other in around[state]) for other in start["state"]] for state in start["state"]]
    return Known(cases.assign(level=level).reset_index(drop=True), start, np.array(borders))


def _ahead(rows: pd.DataFrame, levels: ByState, around: Mapping[int, frozenset[int]], year: int) -> pd.DataFrame:
    """Tell of one year's states what is known when the next year begins."""
    numbers = rows["gw"].tolist()
    active = [sorted(y for y in levels.get(state, ()) if y < year) for state in numbers]
    fighting = {state for state, years in zip(numbers, active, strict=True) if years and years[-1] == year - 1}
    return pd.DataFrame(
        {
            "state": numbers,
            "year": year,
            "before": [levels.get(state, {}).get(year - 1, 0) for state in numbers],
            "income": rows["income"].to_numpy(),
            "population": rows["population"].to_numpy(),
            "neighbour": [float(not fighting.isdisjoint(around[state])) for state in numbers],
            "quiet": [float(year - years[-1]) if years else np.inf for years in active],
            "spell": [_in_a_row(years, year - 1) for years in active],
        }
    )


def _in_a_row(years: list[int], last: int) -> int:
    """Count the active years in a row that end with one."""
    length = 0
    while last - length in years:
        length += 1
    return length


def _filled(start: pd.DataFrame) -> pd.DataFrame:
    """Give states without a figure the median, and say so."""
    for figure in ("income", "population"):
        missing = start["state"][start[figure].isna()].tolist()
        if missing:
            say(f"chain: no {figure} is known of {', '.join(map(str, missing))}, the median stands for it")
    return start.fillna(start[["income", "population"]].median()).reset_index(drop=True)

"""What was known before a year: states by year with their past and their neighbours, from the official files."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from experiments.records.files.carrying import carried_forward
from experiments.records.files.gazetteer import land_borders
from experiments.records.files.panel import Panel, laid_out, levels_by_state
from experiments.records.files.sources import Sources
from experiments.records.given import say
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


def known_before(sources: Sources, first: int) -> Known:
    """Tell what was known before a year; nothing of that year or later is looked at.

    Parameters
    ----------
    sources : Sources
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
        When the panel begins in that year or later.
    """
    past = sources.before(first)
    states, _ = carried_forward(past.states, first - 1)
    # The year to come has the states of the last one, as far as anybody knows.
    ahead = pd.concat([states, states[states["year"] == first - 1].assign(year=first)])
    past = past._replace(states=ahead)
    panel = laid_out(past, "world", np.arange(int(states["year"].min()), first + 1))
    told, levels = _by_year(panel), levels_by_state(past.conflicts)
    active = [
        sorted(year for year in levels.get(state, ()) if year < now)
        for state, now in zip(told["state"], told["year"], strict=True)
    ]
    told["quiet"] = [now - years[-1] if years else np.inf for now, years in zip(told["year"], active, strict=True)]
    told["spell"] = [_in_a_row(years, now - 1) for now, years in zip(told["year"], active, strict=True)]
    to_come = told["year"] == first
    start = _filled(told[to_come].drop(columns="level"))
    around = land_borders(past.borders, set(start["state"]))
    borders = [[float(other in around[state]) for other in start["state"]] for state in start["state"]]
    return Known(told[~to_come].dropna().reset_index(drop=True), start, np.array(borders))


def _by_year(panel: Panel) -> pd.DataFrame:
    """Give a row per state-year whose year before is in the panel: its level, and what was known when it began."""
    income, population = (
        pd.DataFrame(np.exp(figure)).ffill(axis=1).to_numpy() for figure in (panel.log_income, panel.log_population)
    )
    there = (panel.level[:, 1:] >= 0) & (panel.level[:, :-1] >= 0)
    year, state = np.nonzero(there.T)
    by_name = {
        "before": panel.level[:, :-1],
        "income": income[:, :-1],
        "population": population[:, :-1],
        "neighbour": np.nan_to_num(panel.neighbour_active[:, 1:]),
        "level": panel.level[:, 1:],
    }
    own = {"state": np.array(panel.codes, np.int64)[state], "year": panel.years[1:][year]}
    return pd.DataFrame(own | {name: values[state, year] for name, values in by_name.items()})


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

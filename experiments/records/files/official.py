"""Readers of the official files: conflicts (UCDP/PRIO), states by year, land borders; every damaged row is named."""

import math
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.records.files.dates import read_dates
from experiments.records.files.table import Column, Number, Whole, read_table, refusal
from model.errors import InvalidInput

_STATE = Whole("a Gleditsch–Ward number of a state", low=1, high=9999)
_YEAR = Whole("a year, as a whole number", low=1800, high=2999)
_FLAG = Whole("0 or 1", low=0, high=1)
_LOCATED = "([0-9]{1,4}|-99)"
_ANY = Column("anything", ".*", optional=True)

CONFLICTS = {
    "conflict_id": Column("the number of a conflict", older=("id",)),
    "year": _YEAR,
    "intensity_level": Whole("1 (minor conflict) or 2 (war)", older=("int",), low=1, high=2),
    "type_of_conflict": Whole("a type of conflict, 1 to 4", older=("type",), low=1, high=4),
    "gwno_loc": Column(
        "Gleditsch–Ward numbers of states, a comma between them, or empty or -99",
        f"(?i:na)?|{_LOCATED}( *, *{_LOCATED})*",
    ),
    "location": _ANY,
    "start_date2": _ANY,
    "start_prec2": _ANY,
    "ep_end": _ANY,
    "ep_end_date": _ANY,
}
STATES = {
    "gw": _STATE,
    "name": Column("the name of a state"),
    "year": _YEAR,
    "africa": _FLAG,
    "ssa": _FLAG,
    "gdp_per_capita_usd2011": Number("a positive number of US dollars, or empty", high=1e7),
    "population_millions": Number("a positive number of millions, or empty", high=1e5),
    "polity2": Number("between -10 and 10, or empty", low=-10.001, high=10),
    "excluded_share": Number("a share from 0 to 1, or empty", low=-1e-9, high=1, optional=True),
    "infant_mortality_per_1000": Number("deaths per 1,000 births, above 0, or empty", high=1000, optional=True),
}
FIGURES = tuple(STATES)[5:]
"""What the panel knows of a state-year beside where it lies."""
BORDERS = {"gw": _STATE, "nb": _STATE}
DEATHS = {
    "country_id_cy": _STATE,
    "year_cy": replace(_YEAR, low=1946),
    "sb_intrastate_deaths_best_cy": Whole("a number of deaths, 0 or more", low=0, high=10**8),
}


def read_conflicts(path: Path) -> pd.DataFrame:
    """Read the UCDP/PRIO Armed Conflict Dataset, any release.

    Parameters
    ----------
    path : Path
        CSV with the columns of `CONFLICTS` and any others; ``gwno_loc`` may list several states, a comma between
        them, and be empty or -99 where there is none; ``location``, ``start_date2``, ``start_prec2``, ``ep_end`` and
        ``ep_end_date`` may be absent.

    Returns
    -------
    DataFrame
        By row of the file: a conflict in a year in which it killed at least 25.

    Raises
    ------
    InvalidInput
        When the file or a row of it is damaged; names file, row, column, value and rule.
    """
    this_year = date.today().year
    year = Whole(f"a year, 1946 to {this_year}", low=1946, high=this_year)
    return read_table(path, CONFLICTS | {"year": year}, ("conflict_id", "year"), "conflict and year")


def lost_rows(conflicts: pd.DataFrame) -> list[str]:
    """Find rows that the others say should be there: every official release checked was complete in this sense.

    Parameters
    ----------
    conflicts : DataFrame
        All rows of a file, from `read_conflicts`.

    Returns
    -------
    list of str
        "conflict 434 (India) 2007": a year in which an episode goes on by the row before (``ep_end`` 0) or had
        begun by the row after (``start_date2``), within the years of the file.
    """
    begun = pd.Series(
        [math.nan if day is None else float(day.year) for day in read_dates(conflicts["start_date2"])], conflicts.index
    )
    wanted = pd.concat([
        conflicts[conflicts["ep_end"] == "0"].assign(year=lambda rows: rows["year"] + 1),
        conflicts[begun < conflicts["year"]].assign(year=lambda rows: rows["year"] - 1),
    ]).sort_index(kind="stable")  # fmt: skip
    key = ["conflict_id", "year"]
    there = wanted.set_index(key).index.isin(conflicts.set_index(key).index)
    lost = wanted[~there & wanted["year"].between(conflicts["year"].min(), conflicts["year"].max())]
    said = [f"conflict {row.conflict_id} ({row.location}) {row.year}" for row in lost.itertuples()]
    return list(dict.fromkeys(said))


def unchecked(conflicts: pd.DataFrame) -> str:
    """Say why rows that a copy lost cannot be looked for as `lost_rows` does; empty if they can.

    Parameters
    ----------
    conflicts : DataFrame
        All rows of a file, from `read_conflicts`.

    Returns
    -------
    str
        "start_date2 has no year of four digits in 3 of 16 rows (row 2: '5-6-67')".
    """
    began = conflicts["start_date2"]
    undated = began.index[[day is None for day in read_dates(began)]]
    if len(undated):
        return (
            f"start_date2 has no year of four digits in {len(undated)} of {len(began)} rows "
            f"(row {undated[0]}: '{began[undated[0]]}')"
        )
    open_ended = conflicts.index[~conflicts["ep_end"].isin(["0", "1"])]
    return f"ep_end is not 0 or 1 in {len(open_ended)} of {len(began)} rows" if len(open_ended) else ""


def states_of(conflicts: pd.DataFrame) -> "pd.Series[Any]":
    """Give the Gleditsch–Ward numbers of the states that each row is about, as lists; empty where none is known."""
    return conflicts["gwno_loc"].str.findall("(?<![-0-9])[0-9]+")


def read_states(path: Path) -> pd.DataFrame:
    """Read a panel of states: one row per state and year, without gaps inside a state's run of years.

    Parameters
    ----------
    path : Path
        CSV with the columns of `STATES` and any others: Gleditsch–Ward number, name, year, 1 if in Africa, 1 if in
        sub-Saharan Africa, GDP per head (2011 US dollars), population (millions), Polity2 (-10 to 10), share of the
        population in groups excluded from power, infant deaths per 1,000 births. The figures may be empty or NA,
        the last two columns may be absent.

    Returns
    -------
    DataFrame
        By row of the file, in the order of states, then years; NaN where the panel has no figure.

    Raises
    ------
    InvalidInput
        When the file or a row of it is damaged; names file, row, column, value and rule.
    """
    states = read_table(path, STATES, ("gw", "year"), "state and year").sort_values(["gw", "year"])
    southern = states.index[states["ssa"] > states["africa"]]
    if len(southern):
        raise refusal(path, southern[0], "ssa", 1, "0 where africa is 0")
    before = states.shift()
    goes_on = states["gw"] == before["gw"]
    for row in states.index[goes_on & (states["year"] != before["year"] + 1)]:
        raise InvalidInput(
            f"{path} row {row} column year: '{states['year'][row]}' must follow {before['year'][row]:.0f}, the same "
            f"state's row before: a state ({states['gw'][row]}, {states['name'][row]}) has one row for every year of "
            "its run"
        )
    for row in states.index[goes_on & (states[["africa", "ssa"]] != before[["africa", "ssa"]]).any(axis=1)]:
        raise InvalidInput(
            f"{path} row {row} columns africa and ssa: must be the same in every year of state '{states['gw'][row]}'"
        )
    return states


def read_borders(path: Path) -> dict[int, frozenset[int]]:
    """Read a list of land borders.

    Parameters
    ----------
    path : Path
        CSV with the columns of `BORDERS`, two Gleditsch–Ward numbers per row; a border may stand once or in both
        directions.

    Returns
    -------
    dict of int to frozenset of int
        The neighbours of every state that has any, both ways.

    Raises
    ------
    InvalidInput
        When the file or a row of it is damaged; names file, row, column, value and rule.
    """
    listed = read_table(path, BORDERS)
    for row, own in listed[listed["gw"] == listed["nb"]]["nb"].items():
        raise refusal(path, row, "nb", own, "another state: no state borders itself")
    both = pd.concat([listed, listed.rename(columns={"gw": "nb", "nb": "gw"})])
    neighbours: dict[Any, frozenset[int]] = both.groupby("gw")["nb"].agg(frozenset).to_dict()
    return neighbours


def read_deaths(path: Path) -> dict[tuple[int, int], int]:
    """Read how many died in internal conflict, by country and year, from UCDP's country-year organised violence.

    Parameters
    ----------
    path : Path
        CSV with the columns of `DEATHS` and any others.

    Returns
    -------
    dict of (int, int) to int
        Best estimate of battle-related deaths in a country and year, by Gleditsch–Ward number and year.

    Raises
    ------
    InvalidInput
        When the file or a row of it is damaged; names file, row, column, value and rule.
    """
    *key, deaths = DEATHS
    found: dict[Any, int] = read_table(path, DEATHS, key, "state and year").set_index(key)[deaths].to_dict()
    return found

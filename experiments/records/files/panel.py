"""The record: what happened, state by state and year by year, from the official files."""

import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from experiments.records.files.carrying import carried_forward
from experiments.records.files.gazetteer import land_borders
from experiments.records.files.official import lost_rows, states_of, unchecked
from experiments.records.files.quarters import quarters_in_conflict
from experiments.records.files.sources import Sources
from model.errors import InvalidInput, nearest
from model.world import Floats, Integers

ByState = dict[int, dict[int, int]]
"""Level by state and year, active years only."""

REGIONS = ("africa", "sub_saharan", "world")
INTERNAL = (3, 4)
"""Types of conflict that count: internal, and internal with foreign troops."""


class Panel(NamedTuple):
    """State-years of a window; arrays are over (states,) or (states, years).

    ``codes`` Gleditsch–Ward numbers as text for the record, ISO3 codes for the model's output; ``years`` (years,)
    consecutive; ``level`` 0 peace, 1 minor conflict, 2 war, -1 where the state is not in the universe that year;
    ``level_before`` (states,) the same for the year before the window, -1 if the state did not exist then;
    ``last_active`` (states,) last active year before the window, 0 if never; ``log_income`` ln of US dollars per
    head and ``log_population`` ln of millions, NaN if missing; ``neighbour_active`` 1 if a land neighbour was active
    in the year before, else 0, NaN without land neighbours; ``excluded`` share of the population, NaN if missing;
    ``years_active`` (states,) active years from 1946 to the window, NaN if not known; ``quarters`` the part of the
    year's quarters in conflict, NaN if dates do not tell.
    """

    codes: tuple[str, ...]
    years: Integers
    level: Integers
    level_before: Integers
    last_active: Integers
    log_income: Floats
    log_population: Floats
    neighbour_active: Floats
    excluded: Floats
    years_active: Floats
    quarters: Floats


def read_record(sources: Sources, region: str, first: int, last: int) -> Panel:
    """Read the record of a window.

    A state-year's level is the highest ``intensity_level`` of the conflicts of types 3 and 4 that have the state in
    ``gwno_loc``; the universe is the rows of the panel. A state in the panel in the window's first year is taken to
    have existed the year before. Histories stay with their Gleditsch–Ward number: a state that took over from
    another (Serbia 340 from Yugoslavia 345) starts without one. Says on stderr which active state-years are not in
    the panel, where the conflict file seems to have lost a row, and what stands for years after the panel's last.

    Parameters
    ----------
    sources : Sources
        Borders are those between the states of the year before, as `land_borders` makes them of states of any region.
    region : str
        One of `REGIONS`.
    first, last : int
        The window's years.

    Returns
    -------
    Panel

    Raises
    ------
    InvalidInput
        When the files do not cover the window.
    """
    if region not in REGIONS:
        raise InvalidInput(f"region={region}: must be one of {', '.join(REGIONS)}; {nearest(region, REGIONS)}")
    if last < first:
        raise InvalidInput(f"window {first} to {last}: the first year must not come after the last")
    states, carried = carried_forward(sources.states, last)
    check_cover(sources.acd, sources.recorded, last, last)
    check_cover(sources.panel, (int(states["year"].min()), int(states["year"].max())), first, last)
    for notice in (*carried, *notices(sources.conflicts, states, sources.acd, first, last)):
        print(notice, file=sys.stderr)
    return laid_out(sources._replace(states=states), region, np.arange(first, last + 1))


def laid_out(sources: Sources, region: str, years: Integers) -> Panel:
    """Lay the state-years of a window out as arrays.

    Parameters
    ----------
    sources : Sources
        As they are: nothing is carried forward.
    region : str
        One of `REGIONS`.
    years : ndarray of int (years,)
        Consecutive.
    """
    around = [land_borders(sources.borders, existing) for existing in _existing_before(sources.states, years)]
    inside = in_region(sources.states, region)
    inside = inside[inside["year"].between(years[0], years[-1])]
    found = _panel(inside, levels_by_state(sources.conflicts), around, years)
    return found._replace(quarters=_quarters(sources.conflicts, found))


def _existing_before(states: pd.DataFrame, years: Integers) -> list[frozenset[int]]:
    """Give the states there were in the year before each of some: those of the panel's nearest year."""
    existing: dict[Any, frozenset[int]] = states.groupby("year")["gw"].agg(frozenset).to_dict()
    nearest_year = (min(existing, key=lambda known: (abs(known - year), known)) for year in (years - 1).tolist())
    return [existing[year] for year in nearest_year]


def _panel(
    inside: pd.DataFrame, levels: ByState, borders: Sequence[Mapping[int, Collection[int]]], years: Integers
) -> Panel:
    """Lay state-years out as arrays, with borders as of the year before each."""
    income, population, excluded = (
        inside.pivot(index="gw", columns="year", values=column).reindex(columns=years)
        for column in ("gdp_per_capita_usd2011", "population_millions", "excluded_share")
    )
    numbers, first = income.index.tolist(), int(years[0])
    place = np.searchsorted(income.index, inside["gw"]), inside["year"].to_numpy() - first
    level = np.full(income.shape, -1)
    level[place] = [levels.get(gw, {}).get(year, 0) for gw, year in zip(inside["gw"], inside["year"], strict=True)]
    history = [levels.get(gw, {}) for gw in numbers]
    return Panel(
        codes=tuple(map(str, numbers)),
        years=years,
        level=level,
        level_before=np.where(level[:, 0] >= 0, [past.get(first - 1, 0) for past in history], -1),
        last_active=np.array([max((year for year in past if year < first), default=0) for past in history], np.int64),
        log_income=np.log(income.to_numpy()),
        log_population=np.log(population.to_numpy()),
        neighbour_active=np.array([_around(gw, borders, levels, years) for gw in numbers]).reshape(level.shape),
        excluded=excluded.to_numpy(),
        years_active=np.array([float(sum(year < first for year in past)) for past in history]),
        quarters=np.full(level.shape, np.nan),
    )


def _around(gw: int, borders: Sequence[Mapping[int, Collection[int]]], levels: ByState, years: Integers) -> list[float]:
    """Tell for every year whether a neighbour of then was active the year before."""
    around = [(year - 1, borders_then.get(gw, ())) for year, borders_then in zip(years.tolist(), borders, strict=True)]
    return [
        float(any(year in levels.get(other, ()) for other in others)) if others else np.nan for year, others in around
    ]


def _quarters(conflicts: pd.DataFrame, found: Panel) -> Floats:
    """Lay out the part of each state-year's quarters in conflict."""
    covered = quarters_in_conflict(internal(conflicts))
    rows = [covered.get(int(code), {}) for code in found.codes]
    whole = np.array([[row.get(year, 0.0) for year in found.years.tolist()] for row in rows]).reshape(found.level.shape)
    return np.where(found.level >= 0, whole, np.nan)


def internal(conflicts: pd.DataFrame) -> pd.DataFrame:
    """Keep the conflicts that count."""
    return conflicts[conflicts["type_of_conflict"].isin(INTERNAL)]


def _contested(conflicts: pd.DataFrame) -> pd.DataFrame:
    """Give a row per internal conflict, year and state that it is about, whose number is ``gw``."""
    about = internal(conflicts)
    return about.assign(gw=states_of(about)).explode("gw").dropna(subset="gw").astype({"gw": "int64"})


def levels_by_state(conflicts: pd.DataFrame) -> ByState:
    """Give every state's level in its active years: the highest of the internal conflicts about it.

    Parameters
    ----------
    conflicts : DataFrame
        From `experiments.records.files.official.read_conflicts`.

    Returns
    -------
    dict of int to dict of int to int
        Level (1 or 2) by Gleditsch–Ward number and year.
    """
    highest = _contested(conflicts).groupby(["gw", "year"])["intensity_level"].max()
    levels: ByState = {}
    for gw, year, level in highest.reset_index().to_numpy().tolist():
        levels.setdefault(gw, {})[year] = level
    return levels


def in_region(states: pd.DataFrame, region: str) -> pd.DataFrame:
    """Keep the state-years of a region, one of `REGIONS`."""
    return states if region == "world" else states[states[{"sub_saharan": "ssa", "africa": "africa"}[region]] == 1]


def check_cover(path: Path, covered: tuple[int, int], first: int, last: int) -> None:
    """Refuse a file that does not reach over the years wanted.

    Parameters
    ----------
    path : Path
        The file.
    covered : tuple of int
        First and last year of what stands in it.
    first, last : int
        Years wanted.

    Raises
    ------
    InvalidInput
        Names the file and the years it covers.
    """
    begin, end = covered
    if not begin <= first <= last <= end:
        raise InvalidInput(f"{path}: covers {begin} to {end}, must cover {first} to {last}")


def notices(conflicts: pd.DataFrame, states: pd.DataFrame, acd: Path, first: int, last: int) -> list[str]:
    """Say what of a conflict file does not count, and where it seems to have lost rows, in a line each; if any.

    Parameters
    ----------
    conflicts, states : DataFrame
        All rows of the conflict file; the state-years of the universe, by ``gw`` and ``year``.
    acd : Path
        The conflict file.
    first, last : int
        Window in which active state-years must be in the universe.

    Returns
    -------
    list of str
    """
    said = []
    if nowhere := [f"row {row.Index} ({row.location} {row.year})" for row in _stateless(conflicts).itertuples()]:
        said.append(f"{acd}: no state in gwno_loc (empty or -99), not counted: {_first_ten(nowhere)}")
    if why := unchecked(conflicts):
        said.append(f"{acd}: {why}: lost rows can be missed")
    if lost := lost_rows(conflicts):
        said.append(
            f"{acd}: has the copy lost rows? Missing by the rows around them (ep_end, start_date2): {_first_ten(lost)}"
        )
    active = _contested(conflicts[conflicts["year"].between(first, last)])
    key = ["gw", "year"]
    outside = active[~active.set_index(key).index.isin(states.set_index(key).index)]
    if len(outside):
        who = outside["gw"].astype(str) + " (" + outside["location"] + ")"
        by_state = outside["year"].groupby(who, sort=False).unique()
        places = [f"{state} {', '.join(map(str, sorted(years)))}" for state, years in by_state.items()]
        said.append(f"in conflict but not in the panel, not counted: {'; '.join(places)}")
    return said


def _stateless(conflicts: pd.DataFrame) -> pd.DataFrame:
    """Give the rows that are about no state that is known."""
    return conflicts[states_of(conflicts).str.len() == 0]


def _first_ten(named: Sequence[str]) -> str:
    """List what is named, the first ten at most."""
    return "; ".join(named[:10]) + (f" and {len(named) - 10} more" if len(named) > 10 else "")

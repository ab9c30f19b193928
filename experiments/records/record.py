"""The record: what happened, state by state and year by year, from the official files."""

import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from experiments.records.official import ConflictYear, StateYear, lost_rows, read_borders, read_conflicts, read_states
from model.errors import InvalidInput, nearest
from model.world import Floats, Integers

Levels = dict[int, dict[int, int]]
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
    in the year before, else 0, NaN without land neighbours.
    """

    codes: tuple[str, ...]
    years: Integers
    level: Integers
    level_before: Integers
    last_active: Integers
    log_income: Floats
    log_population: Floats
    neighbour_active: Floats


def read_record(acd: Path, panel: Path, borders: Path | None, region: str, first: int, last: int) -> Panel:
    """Read the record of a window.

    A state-year's level is the highest ``intensity_level`` of the conflicts of types 3 and 4 that have the state in
    ``gwno_loc``; the universe is the rows of the panel. A state in the panel in the window's first year is taken to
    have existed the year before. Histories stay with their Gleditsch–Ward number: a state that took over from
    another (Serbia 340 from Yugoslavia 345) starts without one. Says on stderr which active state-years are not in
    the panel, and where the conflict file seems to have lost a row.

    Parameters
    ----------
    acd : Path
        UCDP/PRIO Armed Conflict Dataset, see `read_conflicts`.
    panel : Path
        States by year, see `read_states`.
    borders : Path or None
        Land borders, see `read_borders`; as they stand in the file, with states of any region. Without them
        ``neighbour_active`` is NaN.
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
        When a file or a row is damaged, or the files do not cover the window.
    """
    if region not in REGIONS:
        raise InvalidInput(f"region={region}: must be one of {', '.join(REGIONS)}; {nearest(region, REGIONS)}")
    if last < first:
        raise InvalidInput(f"window {first} to {last}: the first year must not come after the last")
    conflicts, states = read_conflicts(acd), read_states(panel)
    check_cover(acd, (conflict.year for conflict in conflicts), last, last)
    check_cover(panel, (state.year for state in states), first, last)
    universe = {(state.gw, state.year) for state in states}
    for notice in lost_notice(acd, lost_rows(conflicts)) + outside_notice(conflicts, universe, first, last):
        print(notice, file=sys.stderr)
    levels = levels_by_state(conflicts)
    inside = [state for state in in_region(states, region) if first <= state.year <= last]
    neighbours = {} if borders is None else read_borders(borders)
    return _panel(inside, levels, neighbours, np.arange(first, last + 1))


def _panel(states: Sequence[StateYear], levels: Levels, borders: Mapping[int, Iterable[int]], years: Integers) -> Panel:
    """Lay state-years out as arrays."""
    numbers = sorted({state.gw for state in states})
    index = {gw: position for position, gw in enumerate(numbers)}
    first = int(years[0])
    level = np.full((len(numbers), len(years)), -1)
    income, population = (np.full(level.shape, np.nan) for _ in range(2))
    for state in states:
        place = index[state.gw], state.year - first
        level[place] = levels.get(state.gw, {}).get(state.year, 0)
        income[place], population[place] = np.log(state.income), np.log(state.population)
    history = [levels.get(gw, {}) for gw in numbers]
    return Panel(
        codes=tuple(map(str, numbers)),
        years=years,
        level=level,
        level_before=np.where(level[:, 0] >= 0, [past.get(first - 1, 0) for past in history], -1),
        last_active=np.array([max((year for year in past if year < first), default=0) for past in history], np.int64),
        log_income=income,
        log_population=population,
        neighbour_active=np.array([_around(borders.get(gw, ()), levels, years) for gw in numbers]).reshape(level.shape),
    )


def _around(neighbours: Iterable[int], levels: Levels, years: Integers) -> list[float]:
    """Tell for every year whether a neighbour was active the year before."""
    if not neighbours:
        return [np.nan] * len(years)
    active = {year + 1 for other in neighbours for year in levels.get(other, ())}
    return [float(year in active) for year in years.tolist()]


def levels_by_state(conflicts: Iterable[ConflictYear]) -> Levels:
    """Give every state's level in its active years: the highest of the internal conflicts about it.

    Parameters
    ----------
    conflicts : iterable of ConflictYear

    Returns
    -------
    dict of int to dict of int to int
        Level (1 or 2) by Gleditsch–Ward number and year.
    """
    levels: Levels = {}
    for conflict in conflicts:
        if conflict.kind in INTERNAL:
            for gw in conflict.states:
                years = levels.setdefault(gw, {})
                years[conflict.year] = max(conflict.level, years.get(conflict.year, 0))
    return levels


def in_region(states: Iterable[StateYear], region: str) -> list[StateYear]:
    """Keep the state-years of a region, one of `REGIONS`."""
    return [s for s in states if region == "world" or (s.sub_saharan if region == "sub_saharan" else s.africa)]


def check_cover(path: Path, years: Iterable[int], first: int, last: int) -> None:
    """Refuse a file that does not reach over the years wanted.

    Parameters
    ----------
    path : Path
        The file.
    years : iterable of int
        Years in it.
    first, last : int
        Years wanted.

    Raises
    ------
    InvalidInput
        Names the file and the years it covers.
    """
    found = set(years)
    if not min(found) <= first <= last <= max(found):
        raise InvalidInput(f"{path}: covers {min(found)} to {max(found)}, must cover {first} to {last}")


def outside_notice(
    conflicts: Iterable[ConflictYear], universe: Collection[tuple[int, int]], first: int, last: int
) -> list[str]:
    """Say in one line which active state-years of a window are not in the universe, so do not count; if any."""
    outside: dict[str, list[int]] = {}
    for conflict in conflicts:
        if conflict.kind not in INTERNAL or not first <= conflict.year <= last:
            continue
        for gw in conflict.states:
            if (gw, conflict.year) not in universe:
                outside.setdefault(f"{gw} ({conflict.location})", []).append(conflict.year)
    said = "; ".join(f"{state} {', '.join(map(str, sorted(set(years))))}" for state, years in outside.items())
    return [f"in conflict but not in the panel, not counted: {said}"] if outside else []


def lost_notice(acd: Path, lost: Sequence[str]) -> list[str]:
    """Say in one line which rows a copy of the conflict file seems to have lost, if any; from `lost_rows`."""
    more = f" and {len(lost) - 10} more" if len(lost) > 10 else ""
    said = f"{'; '.join(lost[:10])}{more}"
    return (
        [f"{acd}: has the copy lost rows? Missing by the rows around them (ep_end, start_date2): {said}"]
        if lost
        else []
    )

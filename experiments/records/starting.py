"""The start of a world: who is at war, for how long, since when at peace, and what a state is like, from the record."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence

from experiments.records.gazetteer import gazetteer
from experiments.records.official import StateYear
from experiments.records.record import Levels
from experiments.records.tiles import tile_grid
from model.errors import InvalidInput

NEAR = 5
"""How many years away a figure may be to stand for one that is missing."""

COLUMNS = (
    "iso3",
    "name",
    "region",
    "neighbours",
    "population_millions",
    "income_per_head",
    "polity2",
    "insecurity",
    "deprivation",
    "exclusion",
    "level",
    "years_in_conflict",
    "years_at_peace",
    "row",
    "column",
)

_FIGURES = {
    "income": "gdp_per_capita_usd2011",
    "population": "population_millions",
    "polity2": "polity2",
}


def drivers(income: float, polity2: float | None, level: int, years_at_peace: int | None) -> dict[str, float]:
    """Map what is known of a state to the drivers of conflict; ``conf/world/SOURCES.md`` explains the mapping.

    Parameters
    ----------
    income : float
        GDP per head, 2011 US dollars.
    polity2 : float or None
        -10 to 10; None counts as 0.
    level : int
        0 peace, 1 minor conflict, 2 war.
    years_at_peace : int or None
        Years since the last active year, None if there was none.

    Returns
    -------
    dict of str to float
        ``insecurity``, ``deprivation`` and ``exclusion``, 0.05 to 0.95, to 3 decimals.
    """
    memory = 1.0 if level > 0 else 0.0 if years_at_peace is None else 2.0 ** (-years_at_peace / 8.0)
    raw = {
        "insecurity": 0.20 + 0.50 * memory,
        "deprivation": math.log(16000.0 / income) / math.log(16000.0 / 500.0),
        "exclusion": 0.5 - (polity2 or 0.0) / 25.0,
    }
    return {name: round(min(0.95, max(0.05, value)), 3) for name, value in raw.items()}


def spell(active: Collection[int], year: int) -> tuple[int, int | None]:
    """Measure a state's conflict or peace at the end of a year.

    Parameters
    ----------
    active : collection of int
        Its active years.
    year : int
        The year.

    Returns
    -------
    years_in_conflict : int
        Length of the spell of active years that includes the year, one-year lulls bridged and counted; 0 at peace.
    years_at_peace : int or None
        The year minus the last active year; 0 in conflict, None if there was none.
    """
    past = {active_year for active_year in active if active_year <= year}
    if not past:
        return 0, None
    if year not in past:
        return 0, year - max(past)
    start = year
    while start - 1 in past or start - 2 in past:
        start -= 1
    return year - start + 1, 0


def members(states: Sequence[StateYear], year: int) -> tuple[list[StateYear], list[str]]:
    """Find the states of a world that starts on 1 January: those of the year before, or of the nearest in the panel.

    Parameters
    ----------
    states : sequence of StateYear
        A panel.
    year : int
        The start.

    Returns
    -------
    members : list of StateYear
        Of the last year before the start, where the panel has it; of states that `gazetteer` knows.
    notices : list of str
        What was filled and dropped.

    Raises
    ------
    InvalidInput
        When the panel has no year within `NEAR` of the one before the start.
    """
    before = year - 1
    nearest_year = min({state.year for state in states}, key=lambda y: (abs(y - before), y))
    if abs(nearest_year - before) > NEAR:
        raise InvalidInput(
            f"year={year}: the panel's nearest year is {nearest_year}, must be within {NEAR} of {before}"
        )
    notices = []
    if nearest_year != before:
        notices.append(f"the panel has no year {before}: states and figures are those of {nearest_year}")
    found = []
    for state in states:
        if state.year == nearest_year and state.gw in gazetteer():
            found.append(state)
        elif state.year == nearest_year:
            notices.append(f"{state.name} ({state.gw}): dropped, no such state in conf/world/states_gw.csv")
    return found, notices


def figures(own: Sequence[StateYear], year: int) -> tuple[dict[str, float], list[str]]:
    """Get a state's income, population and polity2 of a year, or of the nearest year within `NEAR` that has them.

    Parameters
    ----------
    own : sequence of StateYear
        The state's rows of a panel, at least one of them within `NEAR` of the year.
    year : int
        The year wanted.

    Returns
    -------
    figures : dict of str to float
        By ``income``, ``population``, ``polity2``; NaN for a polity2 that cannot be found.
    notices : list of str
        What was filled.

    Raises
    ------
    InvalidInput
        When income or population cannot be found.
    """
    reach = [state for state in own if abs(state.year - year) <= NEAR]
    reach.sort(key=lambda state: (abs(state.year - year), state.year))
    who = f"{reach[0].name} ({reach[0].gw})"
    values, notices = {}, []
    for figure, column in _FIGURES.items():
        there = [state for state in reach if not math.isnan(getattr(state, figure))]
        if there:
            values[figure] = getattr(there[0], figure)
            if there[0].year != reach[0].year:
                notices.append(f"{who}: {column} of {there[0].year} stands for {year}")
        elif figure == "polity2":
            values[figure] = math.nan
            notices.append(f"{who}: no {column} within {NEAR} years of {year}, counts as 0")
        else:
            raise InvalidInput(f"panel: {who} has no {column} within {NEAR} years of {year}")
    return values, notices


def world_rows(
    chosen: Sequence[StateYear],
    states: Sequence[StateYear],
    levels: Levels,
    borders: Mapping[int, Iterable[int]],
    year: int,
) -> tuple[list[dict[str, str]], list[str]]:
    """Write the table of a world, one row per state, by ISO3 code.

    Parameters
    ----------
    chosen : sequence of StateYear
        The states of the world, from `members`.
    states : sequence of StateYear
        The panel.
    levels : dict
        Level by state and year, from `levels_by_state`.
    borders : mapping of int to iterable of int
        Land borders between the states that exist at the start, from `land_borders`.
    year : int
        The start: 1 January.

    Returns
    -------
    rows : list of dict of str to str
        Text cells by `COLUMNS`.
    notices : list of str
        What was filled.
    """
    known = gazetteer()
    inside = {state.gw: known[state.gw] for state in chosen}
    tiles = tile_grid([p.latitude for p in inside.values()], [p.longitude for p in inside.values()])
    runs: dict[int, list[StateYear]] = {}
    for row in states:
        runs.setdefault(row.gw, []).append(row)
    rows, notices = [], []
    for state, tile in zip(chosen, tiles, strict=True):
        figure, filled = figures(runs[state.gw], year - 1)
        notices += filled
        own = levels.get(state.gw, {})
        around = sorted(inside[gw].iso3 for gw in borders.get(state.gw, ()) if gw in inside)
        rows.append(_row(state, around, figure, own, year - 1) | {"row": str(tile[0]), "column": str(tile[1])})
    return sorted(rows, key=lambda row: row["iso3"]), notices


def _row(
    state: StateYear, neighbours: list[str], figure: Mapping[str, float], levels: Mapping[int, int], year: int
) -> dict[str, str]:
    """Write one state at the end of a year, without its tile."""
    place = gazetteer()[state.gw]
    level = levels.get(year, 0)
    fought, quiet = spell(levels, year)
    written = {name: "" if math.isnan(value) else f"{value:.6g}" for name, value in figure.items()}
    polity2 = float(written["polity2"]) if written["polity2"] else None
    driving = drivers(float(written["income"]), polity2, level, quiet)
    return {
        "iso3": place.iso3,
        "name": place.name,
        "region": "sub_saharan" if state.sub_saharan else "north_africa" if state.africa else place.area,
        "neighbours": " ".join(neighbours),
        "population_millions": written["population"],
        "income_per_head": written["income"],
        "polity2": written["polity2"],
        **{name: f"{value:.3f}" for name, value in driving.items()},
        "level": str(level),
        "years_in_conflict": str(fought),
        "years_at_peace": "" if quiet is None else str(quiet),
    }

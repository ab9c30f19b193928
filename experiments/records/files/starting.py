"""The start of a world: who is at war, for how long, since when at peace, and what a state is like, from the record."""

import math
from collections.abc import Collection, Iterable, Mapping

import pandas as pd

from experiments.records.files.carrying import CARRIED, NEAR
from experiments.records.files.gazetteer import gazetteer
from experiments.records.files.panel import ByState
from experiments.records.files.tiles import tile_grid
from model.errors import InvalidInput

COLUMNS = (
    *("iso3", "name", "region", "neighbours", "population_millions", "income_per_head", "polity2"),
    *("excluded_share", "infant_mortality_per_1000", "insecurity", "deprivation", "exclusion"),
    *("level", "years_in_conflict", "years_at_peace", "years_active", "row", "column"),
)

_FIGURES = {
    "population_millions": "",
    "gdp_per_capita_usd2011": "",
    "polity2": "left empty",
    "excluded_share": "left empty, exclusion is read off polity2, which says little of it",
    "infant_mortality_per_1000": "left empty, deprivation is read off income",
}
"""Columns of the panel in the order of a world's, and what becomes of a figure that is nowhere; empty: it must be."""

_WITHOUT = ("excluded_share", "infant_mortality_per_1000")
"""Columns that a panel may lack."""


def drivers(
    income: float,
    polity2: float | None,
    level: int,
    years_at_peace: int | None,
    excluded_share: float | None = None,
    infant_mortality: float | None = None,
) -> dict[str, float]:
    """Map what is known of a state to the drivers of conflict; ``conf/world/SOURCES.md`` explains the mapping.

    Parameters
    ----------
    income : float
        GDP per head, 2011 US dollars.
    polity2 : float or None
        -10 to 10; None counts as the mean. Only used without `excluded_share`, of which it says nearly nothing.
    level : int
        0 peace, 1 minor conflict, 2 war.
    years_at_peace : int or None
        Years since the last active year, None if there was none.
    excluded_share : float or None
        Part of the population excluded from power; None is read off `polity2`.
    infant_mortality : float or None
        Deaths per 1,000 births; None is read off income.

    Returns
    -------
    dict of str to float
        ``insecurity``, ``deprivation`` and ``exclusion``, 0 to 1, to 3 decimals.
    """
    memory = 1.0 if level > 0 else 0.0 if years_at_peace is None else 2.0 ** (-(years_at_peace + 0.5) / 2.5)
    if infant_mortality is None:
        infant_mortality = math.exp(10.30 - 0.80 * math.log(income))
    if excluded_share is None:
        excluded_share = 0.146 if polity2 is None else 0.171 - 0.008 * polity2
    raw = {
        "insecurity": 0.15 + 0.55 * memory,
        "deprivation": math.log(infant_mortality / 2.0) / math.log(100.0),
        "exclusion": excluded_share,
    }
    return {name: round(min(1.0, max(0.0, value)), 3) for name, value in raw.items()}


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
        How many years on end, this one the last, have been active; 0 at peace. A year without is no lull but an end.
    years_at_peace : int or None
        The year minus the last active year; 0 in conflict, None if there was none.
    """
    past = {active_year for active_year in active if active_year <= year}
    if not past:
        return 0, None
    if year not in past:
        return 0, year - max(past)
    start = year
    while start - 1 in past:
        start -= 1
    return year - start + 1, 0


def members(states: pd.DataFrame, year: int) -> tuple[pd.DataFrame, list[str]]:
    """Find the states of a world that starts on 1 January: those of the year before, or of the nearest in the panel.

    Parameters
    ----------
    states : DataFrame
        A panel, from `experiments.records.files.official.read_states`.
    year : int
        The start.

    Returns
    -------
    members : DataFrame
        Of the last year before the start, where the panel has it; of states that `gazetteer` knows.
    notices : list of str
        What was filled and dropped.

    Raises
    ------
    InvalidInput
        When the panel has no year within `NEAR` of the one before the start.
    """
    before = year - 1
    nearest_year = min(states["year"].tolist(), key=lambda y: (abs(y - before), y))
    if abs(nearest_year - before) > NEAR:
        raise InvalidInput(
            f"year={year}: the panel's nearest year is {nearest_year}, must be within {NEAR} of {before}, or at most "
            f"{CARRIED} before it"
        )
    notices = []
    if nearest_year != before:
        notices.append(f"the panel has no year {before}: states and figures are those of {nearest_year}")
    found = states[states["year"] == nearest_year]
    known = found["gw"].isin(list(gazetteer()))
    notices += [
        f"{state.name} ({state.gw}): dropped, no such state in conf/world/states_gw.csv"
        for state in found[~known].itertuples(index=False)
    ]
    return found[known], notices


def figures(own: pd.DataFrame, year: int, lacking: Collection[str] = ()) -> tuple[dict[str, float], list[str]]:
    """Get a state's figures of a year, or of the nearest year within `NEAR` that has them.

    Parameters
    ----------
    own : DataFrame
        The state's rows of a panel, at least one of them within `NEAR` of the year.
    year : int
        The year wanted.
    lacking : collection of str
        Columns of which the panel has nothing, which goes without saying of each state.

    Returns
    -------
    figures : dict of str to float
        By the panel's columns; NaN for one that cannot be found.
    notices : list of str
        What was filled.

    Raises
    ------
    InvalidInput
        When income or population cannot be found.
    """
    far = (own["year"] - year).abs()
    reach = own.assign(far=far)[far <= NEAR].sort_values(["far", "year"])
    closest = reach.iloc[0]
    who = f"{closest['name']} ({closest['gw']})"
    values, notices = {}, []
    for column, otherwise in _FIGURES.items():
        there = reach[reach[column].notna()]
        if len(there):
            values[column] = float(there[column].iloc[0])
            if there["year"].iloc[0] != closest["year"]:
                notices.append(f"{who}: {column} of {there['year'].iloc[0]} stands for {year}")
        elif otherwise:
            values[column] = math.nan
            if column not in lacking:
                notices.append(f"{who}: no {column} within {NEAR} years of {year}, {otherwise}")
        else:
            raise InvalidInput(f"panel: {who} has no {column} within {NEAR} years of {year}")
    return values, notices


def world_rows(
    chosen: pd.DataFrame, states: pd.DataFrame, levels: ByState, borders: Mapping[int, Iterable[int]], year: int
) -> tuple[list[dict[str, str]], list[str]]:
    """Write the table of a world, one row per state, by ISO3 code.

    Parameters
    ----------
    chosen : DataFrame
        The states of the world, from `members`.
    states : DataFrame
        The panel.
    levels : dict
        Level by state and year, from `experiments.records.files.panel.levels_by_state`.
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
    inside = {gw: gazetteer()[gw] for gw in chosen["gw"]}
    tiles = tile_grid([p.latitude for p in inside.values()], [p.longitude for p in inside.values()])
    runs = dict(iter(states.groupby("gw")))
    rows: list[dict[str, str]] = []
    lacking = {column for column in _WITHOUT if states[column].isna().all()}
    notices = [f"the panel has no {column}: {_FIGURES[column]}" for column in _WITHOUT if column in lacking]
    for (gw, place), southern, tile in zip(inside.items(), chosen["ssa"], tiles, strict=True):
        figure, filled = figures(runs[gw], year - 1, lacking)
        notices += filled
        around = sorted(inside[other].iso3 for other in borders.get(gw, ()) if other in inside)
        african = "sub_saharan" if southern else "north_africa" if runs[gw]["africa"].iloc[0] else place.area
        cells = place.iso3, place.name, african, " ".join(around), *_state(figure, levels.get(gw, {}), year - 1)
        rows.append(dict(zip(COLUMNS, (*cells, *map(str, tile)), strict=True)))
    return sorted(rows, key=lambda row: row["iso3"]), notices


def _state(figure: Mapping[str, float], levels: Mapping[int, int], year: int) -> tuple[str, ...]:
    """Write what a state is like at the end of a year, from its population on."""
    level = levels.get(year, 0)
    fought, quiet = spell(levels, year)
    known = {name: "" if math.isnan(value) else f"{value:.6g}" for name, value in figure.items()}
    income, polity2 = known["gdp_per_capita_usd2011"], known["polity2"]
    excluded, mortality = (
        float(known[name]) if known[name] else None for name in ("excluded_share", "infant_mortality_per_1000")
    )
    driving = drivers(float(income), float(polity2) if polity2 else None, level, quiet, excluded, mortality)
    return (
        *known.values(),
        *(f"{value:.3f}" for value in driving.values()),
        *(str(level), str(fought), "" if quiet is None else str(quiet), str(sum(past <= year for past in levels))),
    )

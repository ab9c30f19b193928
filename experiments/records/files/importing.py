"""A world made of the official files: the states as they were on 1 January of any year."""

import os
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from experiments.records.files.carrying import carried_forward
from experiments.records.files.gazetteer import gazetteer, land_borders
from experiments.records.files.official import read_deaths
from experiments.records.files.panel import check_cover, in_region, levels_by_state, notices
from experiments.records.files.sources import Sources
from experiments.records.files.starting import members, world_rows
from model.errors import InvalidInput, nearest
from model.world import world_from_rows

_MANY_DEATHS = 1000


def import_world(
    sources: Sources, year: int, region: str, without: Sequence[str] = (), violence: Path | None = None
) -> tuple[list[dict[str, str]], list[str]]:
    """Make a world of the official files.

    Parameters
    ----------
    sources : Sources
        Conflicts must reach the year before the start. Figures of later years may stand for ones that are missing;
        `Sources.before` keeps them out.
    year : int
        The start: history runs to the end of the year before, and figures are of that year.
    region : str
        ``africa``, ``sub_saharan`` or ``world``.
    without : sequence of str
        ISO3 codes of states to leave out.
    violence : Path, optional
        UCDP's country-year organised violence, to check levels against deaths.

    Returns
    -------
    rows : list of dict of str to str
        One per state, by the columns of a world file.
    notices : list of str
        Everything that was filled or dropped, or looks wrong, a line each.

    Raises
    ------
    InvalidInput
        When a file does not reach the start, or has no figure where there must be one.
    """
    conflicts = sources.conflicts
    check_cover(sources.acd, sources.recorded, year - 1, year - 1)
    states, carried = carried_forward(sources.states, year - 1)
    existing, filled = members(states, year)
    chosen = _left(in_region(existing, region), without)
    if chosen.empty:
        raise InvalidInput(f"{sources.panel}: no states are left in region '{region}' for {year}")
    around = land_borders(sources.borders, set(existing["gw"]))
    rows, filled_in_rows = world_rows(chosen, states, levels_by_state(conflicts), around, year)
    world_from_rows("import", rows)
    before = existing.assign(year=year - 1)
    return rows, [
        *carried,
        *filled,
        *notices(conflicts, before, sources.acd, year - 1, year - 1),
        *filled_in_rows,
        *([] if violence is None else _deadly(violence, rows, year - 1)),
    ]


def _left(states: pd.DataFrame, without: Sequence[str]) -> pd.DataFrame:
    """Leave states out by their ISO3 codes; each must be there."""
    codes = [gazetteer()[gw].iso3 for gw in states["gw"]]
    for code in without:
        if code not in codes:
            raise InvalidInput(f"without={code}: must be a state of this world; {nearest(code, codes)}")
    return states[[code not in without for code in codes]]


def _deadly(violence: Path, rows: Sequence[dict[str, str]], year: int) -> list[str]:
    """Name states in which a war's number of people died in internal conflict while their level is below war."""
    deaths = {
        gazetteer()[gw].iso3: number
        for (gw, when), number in read_deaths(violence).items()
        if when == year and gw in gazetteer()
    }
    return [
        f"{row['name']}: {deaths[row['iso3']]} died there in internal conflict in {year}, but its level is "
        f"{row['level']} (deaths count where they happen, levels for the state that is contested)"
        for row in rows
        if deaths.get(row["iso3"], 0) >= _MANY_DEATHS and row["level"] != "2"
    ]


def write_world(path: Path, rows: Sequence[dict[str, str]]) -> None:
    """Write a world's table as CSV, aside first, so that the file is whole or absent.

    Parameters
    ----------
    path : Path
        A file that does not exist yet; one that appeared in the meantime is left as it is.
    rows : sequence of dict of str to str
        From `import_world`.

    Raises
    ------
    InvalidInput
        When the file exists.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        pd.DataFrame(rows).to_csv(aside, index=False, lineterminator="\n")
        # Unlike a rename, a link never replaces what is there.
        path.hardlink_to(aside)
    except FileExistsError:
        raise InvalidInput(f"to={path}: exists already, must be a file that does not exist yet") from None
    finally:
        aside.unlink(missing_ok=True)

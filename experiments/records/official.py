"""Readers of the official files: conflicts (UCDP/PRIO), states by year, land borders; every damaged row is named.

The files are CSV in UTF-8, separated by commas or semicolons; column names count without case and underscores, so
that old releases (``IntensityLevel``) and new ones (``intensity_level``) both read.
"""

import csv
import io
import itertools
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from model.errors import InvalidInput, nearest

_OLDER_NAMES = {"conflict_id": ("id",), "intensity_level": ("int",), "type_of_conflict": ("type",)}
_OPTIONAL = ("location", "start_date2", "ep_end")
_MISSING = ("", "na", "nan")
_NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"


class Cells:
    """One row of a file: cells by column, read under their rules."""

    def __init__(self, path: Path, row: int, cells: Mapping[str, str]) -> None:
        self.path, self.row, self._cells = path, row, cells

    def text(self, column: str) -> str:
        """Give a cell as it stands; empty if the file lacks an optional column."""
        return self._cells.get(column, "").strip()

    def refuse(self, column: str, rule: str) -> InvalidInput:
        """Say what is wrong with a cell."""
        return InvalidInput(f"{self.path} row {self.row} column {column}: '{self.text(column)}' must be {rule}")

    def whole(self, column: str, low: int, high: int, rule: str) -> int:
        """Read a whole number within bounds."""
        text = self.text(column)
        # int() would take 1_989 and digits of other scripts, too.
        if not (re.fullmatch("-?[0-9]{1,9}", text) and low <= int(text) <= high):
            raise self.refuse(column, rule)
        return int(text)

    def number(self, column: str, low: float, high: float, rule: str) -> float:
        """Read a number above `low`, up to `high`; NaN where the cell is empty or NA."""
        text = self.text(column)
        if text.lower() in _MISSING:
            return math.nan
        if not (re.fullmatch(_NUMBER, text) and low < float(text) <= high):
            raise self.refuse(column, rule)
        return float(text)


class ConflictYear(NamedTuple):
    """A conflict in a year in which it killed at least 25.

    ``level`` 1 minor, 2 war; ``kind`` 1 to 4; ``states`` whose government or territory it is about, named in
    ``location``; ``begun`` the year in which this episode began, and ``goes_on`` whether it was active in the next
    year: None and False where the file does not say.
    """

    conflict: str
    year: int
    level: int
    kind: int
    states: tuple[int, ...]
    location: str
    begun: int | None
    goes_on: bool


class StateYear(NamedTuple):
    """A state in a year; NaN where the panel has no figure."""

    row: int
    gw: int
    name: str
    year: int
    africa: bool
    sub_saharan: bool
    income: float
    population: float
    polity2: float


CONFLICT_COLUMNS = ("conflict_id", "year", "intensity_level", "type_of_conflict", "gwno_loc")
STATE_COLUMNS = ("gw", "name", "year", "africa", "ssa", "gdp_per_capita_usd2011", "population_millions", "polity2")
BORDER_COLUMNS = ("gw", "nb")
DEATH_COLUMNS = ("country_id_cy", "year_cy", "sb_intrastate_deaths_best_cy")


def read_conflicts(path: Path) -> list[ConflictYear]:
    """Read the UCDP/PRIO Armed Conflict Dataset, any release.

    Parameters
    ----------
    path : Path
        CSV with `CONFLICT_COLUMNS` and any others; ``gwno_loc`` may list several states, a comma between them.

    Returns
    -------
    list of ConflictYear

    Raises
    ------
    InvalidInput
        When the file or a row of it is damaged; names file, row, column, value and rule.
    """
    first_row: dict[tuple[str, int], int] = {}
    conflicts = []
    this_year = date.today().year
    for cells in read_rows(path, CONFLICT_COLUMNS):
        conflict = cells.text("conflict_id")
        if not conflict:
            raise cells.refuse("conflict_id", "the number of a conflict")
        year = cells.whole("year", 1946, this_year, f"a year, 1946 to {this_year}")
        before = first_row.setdefault((conflict, year), cells.row)
        if before != cells.row:
            raise InvalidInput(
                f"{path} row {cells.row} columns conflict_id and year: '{conflict}' in '{year}' stands in row "
                f"{before} already, must be one row per conflict and year"
            )
        level = cells.whole("intensity_level", 1, 2, "1 (minor conflict) or 2 (war)")
        kind = cells.whole("type_of_conflict", 1, 4, "a type of conflict, 1 to 4")
        begun = re.search("[0-9]{4}", cells.text("start_date2"))
        conflicts.append(
            ConflictYear(
                conflict,
                year,
                level,
                kind,
                states=_places(cells),
                location=cells.text("location"),
                begun=int(begun[0]) if begun else None,
                goes_on=cells.text("ep_end") == "0",
            )
        )
    return conflicts


def lost_rows(conflicts: Sequence[ConflictYear]) -> list[str]:
    """Find rows that the others say should be there: every official release checked was complete in this sense.

    Parameters
    ----------
    conflicts : sequence of ConflictYear
        All rows of a file.

    Returns
    -------
    list of str
        "conflict 434 (India) 2007": a year in which an episode goes on by the row before (``ep_end`` 0) or had
        begun by the row after (``start_date2``), within the years of the file.
    """
    present = {(conflict.conflict, conflict.year) for conflict in conflicts}
    first, last = (bound(conflict.year for conflict in conflicts) for bound in (min, max))
    lost = []
    for row in conflicts:
        wanted = [row.year + 1] if row.goes_on else []
        wanted += [row.year - 1] if row.begun is not None and row.begun < row.year else []
        lost += [
            f"conflict {row.conflict} ({row.location}) {year}"
            for year in wanted
            if first <= year <= last and (row.conflict, year) not in present
        ]
    return list(dict.fromkeys(lost))


def _places(cells: Cells) -> tuple[int, ...]:
    """Read the states a conflict is about."""
    text = cells.text("gwno_loc")
    if not re.fullmatch("[0-9]{1,4}( *, *[0-9]{1,4})*", text):
        raise cells.refuse("gwno_loc", "Gleditsch–Ward numbers of states, a comma between them")
    return tuple(int(part) for part in text.split(","))


def read_states(path: Path) -> list[StateYear]:
    """Read a panel of states: one row per state and year, without gaps inside a state's run of years.

    Parameters
    ----------
    path : Path
        CSV with `STATE_COLUMNS` and any others: Gleditsch–Ward number, name, year, 1 if in Africa, 1 if in
        sub-Saharan Africa, GDP per head (2011 US dollars), population (millions), Polity2 (-10 to 10). The last
        three may be empty or NA.

    Returns
    -------
    list of StateYear
        By state, then year.

    Raises
    ------
    InvalidInput
        When the file or a row of it is damaged; names file, row, column, value and rule.
    """
    states = sorted((_state_year(cells) for cells in read_rows(path, STATE_COLUMNS)), key=lambda s: (s.gw, s.year))
    for before, state in itertools.pairwise(states):
        if before.gw != state.gw:
            continue
        where = f"{path} row {max(before.row, state.row)}"
        if before.year == state.year:
            raise InvalidInput(
                f"{where} columns gw and year: '{state.gw}' in '{state.year}' stands in row "
                f"{min(before.row, state.row)} already, must be one row per state and year"
            )
        if before.year + 1 != state.year:
            raise InvalidInput(
                f"{path} row {state.row} column year: '{state.year}' must follow {before.year}, the same state's row "
                f"before: a state ({state.gw}, {state.name}) has one row for every year of its run"
            )
        if (before.africa, before.sub_saharan) != (state.africa, state.sub_saharan):
            raise InvalidInput(f"{where} columns africa and ssa: must be the same in every year of state '{state.gw}'")
    return states


def _state_year(cells: Cells) -> StateYear:
    """Read one row of a panel."""
    gw = cells.whole("gw", 1, 9999, "a Gleditsch–Ward number of a state")
    if not cells.text("name"):
        raise cells.refuse("name", "the name of a state")
    africa, sub_saharan = (bool(cells.whole(column, 0, 1, "0 or 1")) for column in ("africa", "ssa"))
    if sub_saharan and not africa:
        raise cells.refuse("ssa", "0 where africa is 0")
    return StateYear(
        row=cells.row,
        gw=gw,
        name=cells.text("name"),
        year=cells.whole("year", 1800, 2999, "a year, as a whole number"),
        africa=africa,
        sub_saharan=sub_saharan,
        income=cells.number("gdp_per_capita_usd2011", 0, 1e7, "a positive number of US dollars, or empty"),
        population=cells.number("population_millions", 0, 1e5, "a positive number of millions, or empty"),
        polity2=cells.number("polity2", -10.001, 10, "between -10 and 10, or empty"),
    )


def read_borders(path: Path) -> dict[int, frozenset[int]]:
    """Read a list of land borders.

    Parameters
    ----------
    path : Path
        CSV with `BORDER_COLUMNS`, two Gleditsch–Ward numbers per row; a border may stand once or in both directions.

    Returns
    -------
    dict of int to frozenset of int
        The neighbours of every state that has any, both ways.

    Raises
    ------
    InvalidInput
        When the file or a row of it is damaged; names file, row, column, value and rule.
    """
    borders: dict[int, set[int]] = {}
    for cells in read_rows(path, BORDER_COLUMNS):
        one, other = (cells.whole(name, 1, 9999, "a Gleditsch–Ward number of a state") for name in BORDER_COLUMNS)
        if one == other:
            raise cells.refuse("nb", "another state: no state borders itself")
        borders.setdefault(one, set()).add(other)
        borders.setdefault(other, set()).add(one)
    return {state: frozenset(others) for state, others in borders.items()}


def read_deaths(path: Path) -> dict[tuple[int, int], int]:
    """Read how many died in internal conflict, by country and year, from UCDP's country-year organised violence.

    Parameters
    ----------
    path : Path
        CSV with `DEATH_COLUMNS` and any others.

    Returns
    -------
    dict of (int, int) to int
        Best estimate of battle-related deaths in a country and year, by Gleditsch–Ward number and year.

    Raises
    ------
    InvalidInput
        When the file or a row of it is damaged; names file, row, column, value and rule.
    """
    country, year, deaths = DEATH_COLUMNS
    return {
        (
            cells.whole(country, 1, 9999, "a Gleditsch–Ward number of a state"),
            cells.whole(year, 1946, 2999, "a year, as a whole number"),
        ): cells.whole(deaths, 0, 10**8, "a number of deaths, 0 or more")
        for cells in read_rows(path, DEATH_COLUMNS)
    }


def read_rows(path: Path, required: tuple[str, ...]) -> Iterator[Cells]:
    """Read the rows of a file, in order.

    Parameters
    ----------
    path : Path
        The file; its first line names the columns.
    required : tuple of str
        Columns it must have, under these names.

    Yields
    ------
    Cells
        By the names in `required`; columns beside these by the file's own names.

    Raises
    ------
    InvalidInput
        When the file cannot be read, lacks a column, or a row has too few or too many cells.
    """
    lines = _lines(path)
    header = _header(path, lines[0], required)
    for row, cells in enumerate(lines[1:], start=2):
        if len(cells) != len(header):
            raise InvalidInput(
                f"{path} row {row}: has {len(cells)} cells, must have {len(header)} like the header; "
                f"it begins '{' '.join(cells)[:40]}'"
            )
        yield Cells(path, row, dict(zip(header, cells, strict=True)))


def _lines(path: Path) -> list[list[str]]:
    """Split a file into rows of cells; empty lines at its end do not count."""
    lines: list[list[str]] = []
    try:
        text = path.read_text(encoding="utf-8-sig")
        first = text.partition("\n")[0]
        separator = ";" if first.count(";") > first.count(",") else ","
        lines.extend(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise InvalidInput(f"{path}: {reason}; must be a CSV file that can be read") from None
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path}: byte {error.start + 1} is not UTF-8; must be a CSV file in UTF-8") from None
    except csv.Error as error:
        raise InvalidInput(f"{path} row {len(lines) + 1}: must be a CSV file: {error}") from None
    while lines and not any(cell.strip() for cell in lines[-1]):
        lines.pop()
    if len(lines) < 2:
        raise InvalidInput(f"{path}: has no rows; must have a header and at least one row")
    return lines


def _header(path: Path, titles: list[str], required: tuple[str, ...]) -> list[str]:
    """Name the columns as this project does."""
    plain = [_plain(title) for title in titles]
    header = list(titles)
    for column in required:
        known = [_plain(column), *_OLDER_NAMES.get(column, ())]
        found = [place for place, name in enumerate(plain) if name in known]
        if not found:
            raise InvalidInput(f"{path}: column '{column}' is missing: {nearest(column, titles)}")
        if len(found) > 1:
            raise InvalidInput(f"{path}: column '{column}' appears twice, must appear once")
        header[found[0]] = column
    return [{_plain(name): name for name in _OPTIONAL}.get(_plain(title), title) for title in header]


def _plain(title: str) -> str:
    """Write a column's name without case and underscores."""
    return title.strip().lower().replace("_", "")

"""Partner states as the model receives them: real ones from a table, or synthetic ones."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from model.errors import InvalidInput, nearest
from model.lenses import PLAIN, Lenses
from model.rules.elementary import log
from model.tables import DECIMAL

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

REQUIRED_COLUMNS = (
    "iso3",
    "name",
    "region",
    "neighbours",
    "population_millions",
    "income_per_head",
    "insecurity",
    "deprivation",
    "exclusion",
    "level",
    "years_in_conflict",
    "years_at_peace",
)
OPTIONAL_COLUMNS = (
    "subregion",
    "polity2",
    "excluded_share",
    "infant_mortality_per_1000",
    "years_active",
    "row",
    "column",
)
REGIONS = ("north_africa", "sub_saharan", "americas", "europe", "middle_east", "asia", "oceania")
"""Regions of the world files; institutions of a user's may know others."""


class Layout(NamedTuple):
    """Which pool covers which state (states,), each pool's leading department and its part of pooled money (pools,)."""

    pool_of_state: Integers
    lead: Integers
    share: Floats


class Terrain(NamedTuple):
    """What the rules need to know of a world; states run along the last axis.

    ``structural`` (years, 3, n) levels in [0, 1], the path of the years of a run, the last one for all that follow;
    ``log_population`` (n,) centred on 10 million; ``neighbours`` and ``first_neighbour`` the land borders, row by row
    (CSR); of the year before the start ``level`` (n,) 0 peace, 1 minor conflict, 2 war, ``years_in_conflict`` (n,) and
    ``years_at_peace`` (n,), negative if never in conflict; departments' ``lenses`` (16,) and what makes their errors of
    16 normals, ``lens_factor`` (16, 16), see `model.lenses`.
    """

    structural: Floats
    log_population: Floats
    neighbours: Integers
    first_neighbour: Integers
    level: Floats
    years_in_conflict: Floats
    years_at_peace: Floats
    lenses: Floats
    lens_factor: Floats


@dataclass(frozen=True)
class PartnerStateRecord:
    """One row of a world table: a state at the start; what the table does not know is None."""

    iso3: str
    name: str
    region: str
    neighbours: tuple[str, ...]
    population_millions: float
    income_per_head: float
    insecurity: float
    deprivation: float
    exclusion: float
    level: int
    years_in_conflict: float
    years_at_peace: float | None
    excluded_share: float | None = None
    infant_mortality_per_1000: float | None = None
    years_active: float | None = None
    tile: tuple[int, int] | None = None


@dataclass(frozen=True)
class World:
    """A set of partner states with their borders.

    Attributes
    ----------
    name : str
        As named on the command line.
    states : tuple of PartnerStateRecord
        In the order in which every array of the model lists them.
    rows : sequence of int, optional
        Where each stands in its table, for refusals; from 2 on unless given.
    lenses : Lenses
        What departments made of the record before the start.
    path : tuple, optional
        Structural levels (years, 3 drivers, states) of the years of a run, the last one for all that follow; those of
        `states` unless given.

    Raises
    ------
    InvalidInput
        When codes repeat, two states share a tile, a neighbour is unknown or a border runs one way only.
    """

    name: str
    states: tuple[PartnerStateRecord, ...]
    codes: tuple[str, ...] = field(init=False)
    rows: InitVar[Sequence[int]] = ()
    lenses: Lenses = field(default=PLAIN, compare=False, repr=False)
    path: tuple[tuple[tuple[float, ...], ...], ...] = ()

    def __post_init__(self, rows: Sequence[int]) -> None:
        """Check that the states fit together."""
        if not self.states:
            raise InvalidInput(f"world '{self.name}': has no states")
        object.__setattr__(self, "codes", tuple(state.iso3 for state in self.states))
        places = dict(zip(rows or range(2, len(self.states) + 2), self.states, strict=True))
        _check_alone(self.name, places)
        _check_borders(self.name, places)

    @property
    def size(self) -> int:
        """Number of states."""
        return len(self.states)

    @property
    def regions(self) -> tuple[str, ...]:
        """Region of each state."""
        return tuple(state.region for state in self.states)

    def terrain(self) -> Terrain:
        """Lay the states out as arrays for the rules."""
        index = {code: position for position, code in enumerate(self.codes)}
        rows = [[index[other] for other in state.neighbours] for state in self.states]
        start = np.array([[s.insecurity, s.deprivation, s.exclusion] for s in self.states])
        at_peace = [math.nan if state.years_at_peace is None else state.years_at_peace for state in self.states]
        return Terrain(
            structural=np.array(self.path) if self.path else start.T.copy()[None],
            log_population=np.array([log(s.population_millions / 10.0) for s in self.states]),
            neighbours=np.array([other for row in rows for other in row], np.int64),
            first_neighbour=np.cumsum([0] + [len(row) for row in rows]).astype(np.int64),
            level=np.array([float(s.level) for s in self.states]),
            years_in_conflict=np.array([float(s.years_in_conflict) for s in self.states]),
            years_at_peace=np.nan_to_num(np.array(at_peace), nan=-1.0),
            lenses=self.lenses.estimate.copy(),
            lens_factor=np.ascontiguousarray(self.lenses.factor),
        )


def _check_alone(name: str, places: Mapping[int, PartnerStateRecord]) -> None:
    """Refuse a second state of one code or on one tile; `places` are states by row."""
    codes: dict[str, int] = {}
    tiles: dict[tuple[int, int], int] = {}
    for row, state in places.items():
        if codes.setdefault(state.iso3, row) != row:
            raise InvalidInput(f"world '{name}' row {row} column iso3: '{state.iso3}' is used twice")
        if state.tile is not None and (first := tiles.setdefault(state.tile, row)) != row:
            raise InvalidInput(
                f"world '{name}' row {row} columns row and column: '{state.tile[0]}', '{state.tile[1]}' is the tile of "
                f"'{places[first].iso3}' in row {first} already, must be one state to a tile"
            )


def _check_borders(name: str, places: Mapping[int, PartnerStateRecord]) -> None:
    """Refuse a border with a state that is not there, or that runs one way; `places` are states by row."""
    borders = {state.iso3: set(state.neighbours) for state in places.values()}
    for row, state in places.items():
        where = f"world '{name}' row {row} column neighbours"
        for other in state.neighbours:
            if other not in borders:
                raise InvalidInput(f"{where}: unknown state '{other}': {nearest(other, borders)}")
            if other == state.iso3:
                raise InvalidInput(f"{where}: '{other}' borders itself")
            if state.iso3 not in borders[other]:
                raise InvalidInput(
                    f"{where}: '{state.iso3}' names '{other}', but '{other}' does not name "
                    f"'{state.iso3}' (borders run both ways)"
                )


def world_from_rows(name: str, rows: Sequence[Mapping[str, str]], numbers: Sequence[int] = ()) -> World:
    """Build a world from the text cells of a table.

    Parameters
    ----------
    name : str
        The world's name, used in messages.
    rows : sequence of mapping of str to str
        One mapping of column to cell per state; columns as in `REQUIRED_COLUMNS` and `OPTIONAL_COLUMNS`, and any
        others, which count for nothing.
    numbers : sequence of int, optional
        Where each stands in its table; from 2 on unless given: the header is row 1.

    Returns
    -------
    World

    Raises
    ------
    InvalidInput
        Names the row, the column, the value and the rule it breaks.
    """
    if not rows:
        raise InvalidInput(f"world '{name}': has no states")
    for column in REQUIRED_COLUMNS:
        if column not in rows[0]:
            near = nearest(column, rows[0])
            said = near if near.startswith("did you mean") else f"needed: {', '.join(REQUIRED_COLUMNS)}"
            raise InvalidInput(f"world '{name}': column '{column}' is missing; {said}")
    places = dict(zip(numbers or range(2, len(rows) + 2), rows, strict=True))
    states = (_record(f"world '{name}' row {row}", cells) for row, cells in places.items())
    return World(name, tuple(states), tuple(places))


class _Cells:
    """The cells of one row, each read under its rule."""

    def __init__(self, where: str, cells: Mapping[str, str]) -> None:
        self.where, self._cells = where, cells

    def refused(self, columns: str, rule: str) -> InvalidInput:
        """Say what is wrong with a cell, or with two."""
        values = ", ".join(f"'{self._cells.get(column) or ''}'" for column in columns.split(" and "))
        what = "columns" if " and " in columns else "column"
        return InvalidInput(f"{self.where} {what} {columns}: {values} must be {rule}")

    def empty(self, column: str) -> bool:
        """Tell whether nothing stands in a cell; R and others write NA."""
        return (self._cells.get(column) or "").strip().lower() in ("", "na", "nan")

    def text(self, column: str) -> str:
        """Read what must not be empty."""
        value = (self._cells.get(column) or "").strip()
        if not value:
            raise InvalidInput(f"{self.where} column {column}: is empty")
        return value

    def number(self, column: str, low: float, high: float, rule: str) -> float:
        """Read a number."""
        value = self.text(column)
        parsed = float(value) if re.fullmatch(DECIMAL, value) else math.nan
        if not low <= parsed <= high:
            raise self.refused(column, rule)
        return parsed

    def known(self, column: str, low: float, high: float, rule: str) -> float | None:
        """Read a number, or nothing."""
        return None if self.empty(column) else self.number(column, low, high, rule)


def _record(where: str, given: Mapping[str, str]) -> PartnerStateRecord:
    """Read one row."""
    cells = _Cells(where, given)
    number = cells.number
    levels = "0 (peace), 1 (minor conflict) or 2 (war)"
    level = number("level", 0, 2, levels)
    if level != int(level):
        raise cells.refused("level", levels)
    fought = number("years_in_conflict", 0, 1000, "a number of years, 0 or more")
    if (level > 0) != (fought > 0):
        raise cells.refused("years_in_conflict", "above 0 if and only if level is")
    quiet = cells.known("years_at_peace", 0, 1000, "a number of years, 0 or more, or empty if never in conflict")
    # The model has no use for it yet, but a figure that no state can have tells of a column that slipped.
    cells.known("polity2", -10, 10, "between -10 and 10, or empty")
    return PartnerStateRecord(
        iso3=cells.text("iso3"),
        name=cells.text("name"),
        region=cells.text("region"),
        neighbours=() if cells.empty("neighbours") else tuple(cells.text("neighbours").split()),
        population_millions=number("population_millions", 1e-6, 1e5, "a positive number of millions"),
        income_per_head=number("income_per_head", 1e-6, 1e7, "a positive number of US dollars"),
        insecurity=number("insecurity", 0, 1, "between 0 and 1"),
        deprivation=number("deprivation", 0, 1, "between 0 and 1"),
        exclusion=number("exclusion", 0, 1, "between 0 and 1"),
        level=int(level),
        years_in_conflict=fought,
        years_at_peace=quiet,
        excluded_share=cells.known("excluded_share", 0, 1, "between 0 and 1, or empty"),
        infant_mortality_per_1000=cells.known(
            "infant_mortality_per_1000", 1e-6, 1000, "deaths per 1,000 births, above 0, or empty"
        ),
        years_active=cells.known("years_active", 0, 1000, "a number of years, 0 or more, or empty"),
        tile=_tile(cells),
    )


def _tile(cells: _Cells) -> tuple[int, int] | None:
    """Read a place on the map of tiles, if there is one."""
    if cells.empty("row") and cells.empty("column"):
        return None
    row, column = (cells.number(name, 1, 1000, "a whole number, 1 or more") for name in ("row", "column"))
    if (row, column) != (int(row), int(column)):
        raise cells.refused("row and column", "whole")
    return int(row), int(column)


def stylised(size: int = 48) -> World:
    """Make synthetic states on a ring of two rows, spread evenly over the drivers; the same for every seed.

    Parameters
    ----------
    size : int
        Number of states, at least 2.

    Returns
    -------
    World
        Every eighth state in ``north_africa``, the others in ``sub_saharan`` (so that two-pool institutions work);
        two in fifteen start in minor conflict, one in fifteen in war.

    Raises
    ------
    InvalidInput
        When `size` is below 2.
    """
    if size < 2:
        raise InvalidInput(f"world size {size}: at least 2 states are needed")
    codes = [f"S{index:03d}" for index in range(size)]

    def spread(index: int, step: float) -> float:
        # Multiples of an irrational number fall evenly into [0, 1), for any number of states.
        return (index + 1) * step % 1.0

    def record(index: int) -> PartnerStateRecord:
        level = 2 if index % 15 == 7 else 1 if index % 5 == 2 else 0
        around = {(index + offset) % size for offset in (-2, -1, 1, 2)} - {index}
        return PartnerStateRecord(
            iso3=codes[index],
            name=f"State {index}",
            region="north_africa" if index % 8 == 0 else "sub_saharan",
            neighbours=tuple(codes[other] for other in sorted(around)),
            population_millions=round(2.0 * 20.0 ** spread(index, 0.6180339887498949), 3),
            income_per_head=round(600.0 * 12.0 ** spread(index, 0.4142135623730951)),
            insecurity=0.7
            if level
            else round(0.15 + 0.55 * 2.0 ** (-(1 + index % 12) / 2.5), 3)
            if index % 3 == 0
            else 0.15,
            deprivation=round(0.50 + 0.45 * spread(index, 0.2360679774997898), 3),
            exclusion=round(0.50 * spread(index, 0.6457513110645906), 3),
            level=level,
            years_in_conflict=3.0 if level else 0.0,
            years_at_peace=None if level or index % 3 else float(1 + index % 12),
            tile=(1 + index // 8, 1 + index % 8),
        )

    return World("stylised", tuple(record(index) for index in range(size)))

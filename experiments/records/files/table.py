"""One way of reading the official files: CSV whose every column has a rule, and every damaged row its name.

Column names count without case and underscores, so that old releases (``IntensityLevel``) and new ones
(``intensity_level``) both read.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from model.errors import InvalidInput, nearest
from model.tables import DECIMAL, place_of, rows_of

_MISSING = ("", "na", "nan")


@dataclass(frozen=True)
class Column:
    """A column of a file: the rule its cells keep, in words and as a pattern.

    Attributes
    ----------
    rule : str
        What a cell must be, as a refusal says it.
    form : str
        Regular expression of a whole cell.
    older : tuple of str
        Other names of the column in older releases.
    optional : bool
        Whether a file may lack it: its cells are empty then.
    """

    rule: str
    form: str = ".+"
    older: tuple[str, ...] = ()
    optional: bool = False

    def read(self, cells: "pd.Series[str]") -> "tuple[pd.Series, pd.Series[bool]]":
        """Give the values of cells, and which cells keep the rule."""
        return cells, cells.str.fullmatch(self.form)


@dataclass(frozen=True)
class Whole(Column):
    """A column of whole numbers from `low` to `high`."""

    low: int = 0
    high: int = 0
    # int() would take 1_989 and digits of other scripts, too.
    form: str = "-?[0-9]{1,9}"

    def read(self, cells: "pd.Series[str]") -> "tuple[pd.Series, pd.Series[bool]]":
        """Give the values of cells, and which cells keep the rule."""
        written = cells.str.fullmatch(self.form)
        values = cells.where(written, "-1").astype("int64")
        return values, written & values.between(self.low, self.high)


@dataclass(frozen=True)
class Number(Column):
    """A column of numbers above `low`, up to `high`; NaN where a cell is empty or NA."""

    low: float = 0.0
    high: float = math.inf
    form: str = DECIMAL

    def read(self, cells: "pd.Series[str]") -> "tuple[pd.Series, pd.Series[bool]]":
        """Give the values of cells, and which cells keep the rule."""
        missing = cells.str.lower().isin(_MISSING)
        values = cells.where(cells.str.fullmatch(self.form), "nan").astype("float64")
        return values, missing | ((values > self.low) & (values <= self.high))


def read_table(path: Path, columns: Mapping[str, Column], key: Sequence[str] = (), one_per: str = "") -> pd.DataFrame:
    """Read a file, each cell under the rule of its column.

    Parameters
    ----------
    path : Path
        The file; its first line names the columns.
    columns : mapping of str to Column
        Columns to read, under these names; the file may have any others.
    key : sequence of str
        Columns that together stand in one row only.
    one_per : str
        What such a row is about, as a refusal says it: "state and year".

    Returns
    -------
    DataFrame
        Indexed by ``row``, as the file counts them: the first after the header is 2.

    Raises
    ------
    InvalidInput
        When the file cannot be read, lacks a column, or a row is damaged or doubled; names file, row, column, value
        and rule.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise InvalidInput(f"{path}: {reason}; must be a CSV file that can be read") from None
    titles, lines, numbers = rows_of(content, str(path))
    text = pd.DataFrame(lines, index=pd.Index(numbers, name="row"), dtype=str)
    found = {}
    for name, place in _places(path, titles, columns).items():
        written = pd.Series("", text.index) if place is None else text[place].str.strip()
        found[name], fine = columns[name].read(written)
        for damaged in written.index[~fine]:
            raise refusal(path, damaged, name, written[damaged], columns[name].rule)
    table = pd.DataFrame(found)
    if key:
        _once(path, table, list(key), one_per)
    return table


def refusal(path: Path, row: object, column: str, cell: object, rule: str) -> InvalidInput:
    """Say what is wrong with a cell."""
    return InvalidInput(f"{path} row {row} column {column}: '{cell}' must be {rule}")


def _once(path: Path, table: pd.DataFrame, key: list[str], one_per: str) -> None:
    """Refuse a row whose key stands in an earlier one."""
    doubled = table.index[table.duplicated(key)]
    if len(doubled):
        values = table.loc[doubled[0], key]
        first = table.index[(table[key] == values).all(axis=1)][0]
        said = " in ".join(f"'{value}'" for value in values)
        raise InvalidInput(
            f"{path} row {doubled[0]} columns {' and '.join(key)}: {said} "
            f"stands in row {first} already, must be one row per {one_per}"
        )


def _places(path: Path, titles: Sequence[str], columns: Mapping[str, Column]) -> dict[str, int | None]:
    """Find each column among a file's titles; None for an optional one that it lacks."""
    places = {name: place_of(str(path), titles, name, column.older) for name, column in columns.items()}
    for name, place in places.items():
        if place is None and not columns[name].optional:
            raise InvalidInput(f"{path}: column '{name}' is missing: {nearest(name, titles)}")
    return places

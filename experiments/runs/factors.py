"""Factors: parameters that are varied, for every institution or for one, and over which values.

They are named under ``axes=``, or are the columns of a user's own points: a CSV or Parquet file, a row per point.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from experiments.settings.configuration import Setting
from experiments.settings.kinds import shown
from experiments.settings.places import path_of
from model.errors import InvalidInput, nearest
from model.parameters import PARAMETERS
from model.priors import UNIFORM, Prior
from model.specification import Parameter
from model.world import Floats

_PLAIN = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
POINT = "point"
"""Column that may stand in a file of points and counts for nothing: they are numbered from 0 as they stand there."""
SWEPT = "swept"
"""``axes=swept``: every parameter that nobody has measured and that nothing else sets."""
_EMPTY = "must have a column per axis and a row per point; there are none"


@dataclass(frozen=True)
class Factor:
    """One parameter that is varied.

    Attributes
    ----------
    name : str
        As users write it: ``veto``, or ``uk_pools.veto`` for one institution.
    low, high : float
        Ends of its range, in the parameter's unit.
    levels : tuple of float
        Values of their own where somebody named them; else none, and the range counts.
    prior : Prior
        How plausible each value of the range is: as declared; a range that somebody named is uniform.
    """

    name: str
    low: float
    high: float
    levels: tuple[float, ...] = ()
    prior: Prior = UNIFORM

    @property
    def institution(self) -> str | None:
        """Whose parameter it is; nobody's in particular if it is varied for all."""
        return self.name.rpartition(".")[0] or None

    @property
    def parameter(self) -> Parameter:
        """What is varied."""
        return PARAMETERS[self.name.rpartition(".")[2]]

    def at(self, shares: Floats) -> Floats:
        """Values at shares of the axis, 0 to 1: quantiles of the prior.

        Parameters
        ----------
        shares : ndarray
            Of any shape.

        Returns
        -------
        ndarray
            Named levels and whole numbers are equally likely under even shares.
        """
        if self.levels:
            places = np.minimum(np.floor(shares * len(self.levels)), len(self.levels) - 1).astype(np.intp)
            return np.array(self.levels)[places]
        if self.parameter.whole or self.parameter.words:
            return np.minimum(self.high, np.floor(self.low + shares * (self.high - self.low + 1.0)))
        return np.asarray(self.prior.quantile(shares, self.low, self.high))

    def steps(self, count: int) -> Floats:
        """Values of a grid: those that were named; every choice that has a name; else so many, evenly spaced.

        Parameters
        ----------
        count : int
            At least 2.

        Returns
        -------
        ndarray
            Fewer where there are not so many whole numbers.
        """
        if self.levels:
            return np.array(self.levels)
        if self.parameter.words:
            return np.arange(self.low, self.high + 1.0)
        even = np.linspace(self.low, self.high, count)
        return np.unique(np.round(even)) if self.parameter.whole else even


def factors_from(given: Any, setting: Setting, sampled: bool) -> tuple[Factor, ...]:
    """Read the option ``axes``.

    Parameters
    ----------
    given : str, list or mapping
        ``swept``; names, with the declared ranges and priors; or names with ``[low,high]`` where points are sampled,
        with levels in a grid, with null for what is declared. An institution's own axis is ``uk_pools.veto``.
    setting : Setting
        World, institutions, and what the command line sets.
    sampled : bool
        Whether two values are the ends of a range, or levels.

    Returns
    -------
    tuple of Factor

    Raises
    ------
    InvalidInput
        For an unknown, doubled or fixed axis, a value out of range, a reversed range.
    """
    if given == SWEPT:
        fixed = {*setting.command_line, *setting.channels}
        return tuple(declared(name) for name, each in PARAMETERS.items() if each.swept and name not in fixed)
    named = _flat(given) if isinstance(given, Mapping) else [(str(name), None) for name in given]
    if not named:
        raise InvalidInput("axes: must name one parameter or more, as in 'axes=[effect,veto]'")
    names = [name for name, _ in named]
    for name in names:
        check_name(name, names, setting)
    return tuple(_factor(name, values, sampled) for name, values in named)


def declared(name: str) -> Factor:
    """Make the axis of a parameter's declared range and prior."""
    parameter = PARAMETERS[name.rpartition(".")[2]]
    return Factor(name, parameter.low, parameter.high, prior=parameter.prior)


def check_name(name: str, names: Sequence[str], setting: Setting) -> None:
    """Refuse an axis that does not exist, stands there twice, or is set elsewhere.

    Raises
    ------
    InvalidInput
        In one line.
    """
    check_known("axes", name, names, setting)
    institution, _, parameter = name.rpartition(".")
    fixed = setting.overrides.get(institution, {}) if institution else setting.command_line
    if parameter in fixed:
        written = f"override.{name}" if institution else name
        raise InvalidInput(f"{written}={fixed[parameter]:g}: is an axis of the sweep as well; leave one of them out")


def check_known(option: str, name: str, names: Sequence[str], setting: Setting) -> None:
    """Refuse a parameter, or one of an institution, that does not exist or stands there twice.

    Parameters
    ----------
    option : str
        Which names it.
    name : str
        ``veto``, or ``uk_pools.veto`` for one institution.
    names : sequence of str
        Everything that the option names.
    setting : Setting
        The institutions that are run.

    Raises
    ------
    InvalidInput
        In one line.
    """
    institution, _, parameter = name.rpartition(".")
    if institution and institution not in setting.institutions:
        close = nearest(institution, setting.institutions)
        raise InvalidInput(f"{option}: {name}: '{institution}' must be an institution that is run here; {close}")
    if parameter not in PARAMETERS:
        raise InvalidInput(f"{option}: unknown parameter '{parameter}': {nearest(parameter, PARAMETERS)}")
    if list(names).count(name) > 1:
        raise InvalidInput(f"{option}: {name} stands there twice, must stand there once")


def _flat(given: Mapping[Any, Any]) -> list[tuple[str, Any]]:
    """Lay ``{effect: …, uk_pools: {veto: …}}`` out as names with values."""
    found: list[tuple[str, Any]] = []
    for name, values in given.items():
        if isinstance(values, Mapping):
            found += [(f"{name}.{inner}", value) for inner, value in values.items()]
        else:
            found.append((str(name), values))
    return found


def _factor(name: str, values: Any, sampled: bool) -> Factor:
    """Make one axis of what was written for it."""
    factor = declared(name)
    parameter = factor.parameter
    if values is None:
        return factor
    if not isinstance(values, list) or not values:
        raise InvalidInput(f"axes: {name}={shown(values)}: must be a list in brackets, or null for its declared range")
    try:
        numbers = tuple(parameter.check(value) for value in values)
    except InvalidInput as error:
        raise InvalidInput(f"axes: {error}") from None
    if len(set(numbers)) < len(numbers):
        raise InvalidInput(f"axes: {name}={shown(values)}: a value stands there twice, must stand there once")
    if not sampled or parameter.words:
        return Factor(name, min(numbers), max(numbers), numbers)
    if len(numbers) != 2 or numbers[0] > numbers[1]:
        raise InvalidInput(f"axes: {name}={shown(values)}: must be [low,high] with low below high, or null")
    if numbers[0] < parameter.low:
        raise InvalidInput(
            f"axes: {name}={shown(values)}: must begin at {parameter.low:g} or above; {numbers[0]:g} is off"
        )
    return Factor(name, *numbers)


def read_points(path: str, axes: Any, setting: Setting, largest: int) -> tuple[tuple[Factor, ...], Floats]:
    """Read points.

    Parameters
    ----------
    path : str
        A CSV file in UTF-8, or a Parquet file (``.parquet``). Columns are named like axes: ``veto``,
        ``uk_pools.veto``. Equal rows are points of their own.
    axes : str or list
        ``swept``: every column is an axis. A list must name the columns, neither more nor fewer.
    setting : Setting
        World, institutions and values.
    largest : int
        Rows that no file may have more of.

    Returns
    -------
    tuple of (factors, values)
        Values are (points, factors).

    Raises
    ------
    InvalidInput
        Names the file, the row (in a CSV file the header is row 1) or column, the value and the rule.
    """
    where = f"design.path={path}"
    is_table = Path(path).suffix == ".parquet"
    table = _table(where, path_of(path), is_table, largest).drop(columns=POINT, errors="ignore")
    names = [str(name) for name in table.columns]
    if not names or table.empty:
        raise InvalidInput(f"{where}: {_EMPTY}")
    if "" in names:
        raise InvalidInput(f"{where}: column {1 + names.index('')} has no name, must be an axis; leave an index out")
    _check_columns(where, names, axes)
    for name in names:
        try:
            check_name(name, names, setting)
        except InvalidInput as error:
            raise InvalidInput(f"{where}: {str(error).removeprefix('axes: ')}") from None
    # As a reader counts: the header of a CSV file is row 1.
    table.index = np.arange(len(table)) + (1 if is_table else 2)
    columns = [_numbers(where, name, table.iloc[:, place]) for place, name in enumerate(names)]
    return tuple(declared(name) for name in names), np.column_stack(columns)


def _table(where: str, path: Path, is_table: bool, largest: int) -> pd.DataFrame:
    """Read a file, unless it is too long; the cells of a CSV file stay text."""
    too_long = InvalidInput(f"{where}: has more than {largest:,} rows, must have {largest:,} at most")
    try:
        if is_table:
            # A small file can hold very many equal rows: their number is known before they are.
            if pq.read_metadata(path).num_rows > largest:
                raise too_long
            return pd.read_parquet(path)
        sep = _separator(path)
        like_text: Any = {"dtype": str, "keep_default_na": False, "encoding": "utf-8-sig", "nrows": largest + 2}
        rows: pd.DataFrame = pd.read_csv(path, header=None, sep=sep, **like_text)
        if len(rows) > largest + 1:
            raise too_long
        if sep != ",":
            # Where no comma parts cells, it stands for the point of decimals.
            rows = pd.concat([rows.iloc[:1], rows.iloc[1:].apply(lambda column: column.str.replace(",", "."))])
    except FileNotFoundError:
        raise InvalidInput(f"{where}: no such file") from None
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{where}{_reason(error)}") from None
    return rows.iloc[1:].set_axis([str(title).strip() for title in rows.iloc[0]], axis=1)


def _reason(error: OSError | ValueError) -> str:
    """Say why a file of points cannot be read, in a spreadsheet's terms."""
    if isinstance(error, pd.errors.EmptyDataError):
        return f": {_EMPTY}"
    if isinstance(error, UnicodeDecodeError):
        return f": byte {error.start + 1} is not UTF-8; must be a CSV file in UTF-8, or a Parquet file"
    if ragged := re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", str(error)):
        return f" row {ragged[2]}: has {ragged[3]} cells, must have {ragged[1]}"
    reason = (error.strerror or "").lower() if isinstance(error, OSError) else str(error).strip().partition("\n")[0]
    return f": must be a CSV file in UTF-8, or a Parquet file: {reason or 'cannot be read'}"


def _separator(path: Path) -> str:
    """Tell what parts the cells of a CSV file, by its first line: a comma, or what else spreadsheets write."""
    with path.open(encoding="utf-8-sig") as file:
        first = file.readline()
    return max(",;\t", key=first.count)


def _check_columns(where: str, names: Sequence[str], axes: Any) -> None:
    """Hold the file's columns against the axes that were asked for."""
    if axes == SWEPT:
        return
    if not isinstance(axes, list):
        raise InvalidInput("axes: must be a list of the file's columns with design=points, or left out")
    if missing := [name for name in axes if name not in names]:
        raise InvalidInput(f"{where}: has no column '{missing[0]}', must have one for every axis")
    if more := [name for name in names if name not in axes]:
        raise InvalidInput(f"{where}: column '{more[0]}' is not among axes; name it there, or leave axes out")


def _numbers(where: str, name: str, column: "pd.Series[Any]") -> Floats:
    """Turn a column into numbers, each of them one that the parameter admits."""
    parameter, numbers = PARAMETERS[name.rpartition(".")[2]], {}
    column = column.astype(float) if column.dtype == bool else column
    for row, cell in column.drop_duplicates().items():
        plain = cell.strip() if isinstance(cell, str) else cell
        try:
            numbers[cell] = parameter.check("nothing" if pd.isna(plain) or plain == "" else plain)
        except InvalidInput as error:
            raise InvalidInput(f"{where} row {row}: {error}") from None
        if isinstance(plain, str) and plain not in parameter.words and not _PLAIN.fullmatch(plain):
            # What Python reads as a number, but a table does not: 0.0_1, digits of other scripts.
            raise InvalidInput(f"{where} row {row}: {name}={cell}: must be a number in plain digits")
    return column.map(numbers).to_numpy(np.float64)

"""A user's own points: a CSV or Parquet file with one column per axis and one row per point."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from experiments.runs.factors import SWEPT, Factor, check_name, declared
from experiments.settings.configuration import Setting
from experiments.settings.places import path_of
from model.errors import InvalidInput
from model.parameters import PARAMETERS
from model.world import Floats

_PLAIN = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
POINT = "point"
"""Column that may stand in a file and counts for nothing: points are numbered from 0 as they stand there."""


def read_points(path: str, axes: Any, setting: Setting, largest: int) -> tuple[tuple[Factor, ...], Floats]:
    """Read points.

    Parameters
    ----------
    path : str
        A CSV file in UTF-8 with commas, or a Parquet file (``.parquet``). Columns are named like axes: ``veto``,
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
        raise InvalidInput(f"{where}: must have a column per axis and a row per point; there are none")
    _check_columns(where, names, axes)
    for name in names:
        try:
            check_name(name, names, setting)
        except InvalidInput as error:
            raise InvalidInput(f"{where}: {str(error).removeprefix('axes: ')}") from None
    table.index = pd.RangeIndex(first := 1 if is_table else 2, first + len(table))
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
        rows = pd.read_csv(path, header=None, dtype=str, keep_default_na=False, encoding="utf-8-sig", nrows=largest + 2)
        if len(rows) > largest + 1:
            raise too_long
    except FileNotFoundError:
        raise InvalidInput(f"{where}: no such file") from None
    except (OSError, ValueError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else "cannot be read"
        raise InvalidInput(f"{where}: must be a CSV file in UTF-8, or a Parquet file: {reason}") from None
    return rows.iloc[1:].set_axis([str(title).strip() for title in rows.iloc[0]], axis=1)


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

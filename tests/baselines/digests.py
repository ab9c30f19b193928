"""Digests of what commands store and print, made so that another layout of the same content gives the same ones.

Of a table every column is digested by itself, so that one that is renamed or dropped is seen by itself. A digest
depends neither on how the rows were cut into parts nor on their order, and on no column but

- those that name a run: institution, seed and replication,
- the outcomes (`model.outcomes.OUTCOMES`), and
- the column itself.

By these, in this order, rows are sorted before a column is digested: for each column anew, so that a point, an
assumption or a drawn parameter that has another name or another neighbour one day moves no other digest. A digest
of a column thus stands for the set of (run, outcomes, value). Where there are no outcomes (trajectories, paths), the
point and the quarter take their place.

A digest is the first 16 hexadecimal digits of a SHA-256: of numbers as little-endian float64, with -0 as 0; of texts
as UTF-8, with a NUL between two; of lists as texts that are digests of their numbers.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from model.outcomes import OUTCOMES

JSON, ROUNDED = "json", "json_rounded"
"""Beside the tables of a case: its JSON by key, and the same to nine digits, which other processors give as well."""
ROWS = "rows"
"""Beside the columns of a table: how many rows it has."""
RUN = ("institution", "seed", "replication")
NEEDED = frozenset({*RUN, "point", *OUTCOMES, ROWS})
"""Columns that every layout has under these names; others may be renamed or dropped."""

VOLATILE = frozenset({"study", "seconds", "workers", "disk_bytes", "memory_bytes"})
"""Keys of a JSON that depend on the folder, the clock or the machine."""

Table = Mapping[str, str | int]
"""Digest by column, and the number of rows."""
Case = Mapping[str, Table]
"""By table; `JSON` and `ROUNDED` beside them."""

_DIGITS, _NOTHING = 9, 1e-9


def digest(content: bytes) -> str:
    """Digest bytes."""
    return sha256(content).hexdigest()[:16]


def table_digests(table: pa.Table) -> dict[str, str | int]:
    """Digest a table, column by column.

    Parameters
    ----------
    table : pyarrow.Table
        Rows in any order.

    Returns
    -------
    dict of str to str or int
        By column, and the number of rows as `ROWS`.
    """
    columns = {name: _plain(table[name]) for name in table.column_names}
    outcomes = [name for name in OUTCOMES if name in columns]
    names = [*RUN, *(outcomes or ("point", "quarter"))]
    keys = [_ranks(columns[name]) for name in names if name in columns]
    found: dict[str, str | int] = {ROWS: table.num_rows}
    return found | {name: _column_digest(values, keys) for name, values in columns.items()}


def _plain(column: pa.ChunkedArray) -> npt.NDArray[Any]:
    """Turn a column into float64 or text."""
    kind = column.type
    if pa.types.is_fixed_size_list(kind) or pa.types.is_list(kind):
        return np.array([digest(_bytes(_numbers(row))) for row in column.to_pylist()], str)
    if pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        return _numbers(column.to_pylist())
    return np.array(column.cast(pa.string()).fill_null("").to_pylist(), str)


def _numbers(values: Sequence[float | None]) -> npt.NDArray[np.float64]:
    """Make float64 of numbers, with -0 as 0 and what is missing as NaN."""
    return np.array(values, np.float64) + 0.0


def _ranks(values: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Number values by their order, equal ones alike."""
    return np.unique(values, return_inverse=True)[1].astype(np.int64)


def _column_digest(values: npt.NDArray[Any], keys: Sequence[npt.NDArray[np.int64]]) -> str:
    """Digest a column, its rows sorted by keys and then by itself."""
    order = np.lexsort((_ranks(values), *reversed(keys)))
    return digest(_bytes(values[order]))


def _bytes(values: npt.NDArray[Any]) -> bytes:
    """Write numbers or texts down."""
    if values.dtype.kind != "f":
        return "\0".join(values.tolist()).encode()
    # Of all bit patterns that are no number, one.
    return np.where(np.isnan(values), np.nan, values).astype("<f8").tobytes()


def json_digests(content: Mapping[str, Any]) -> dict[str, Table]:
    """Digest what a command prints with ``output=json``, key by key, exactly and to nine digits.

    Parameters
    ----------
    content : mapping
        The object; what is `VOLATILE` is left out at any depth.

    Returns
    -------
    dict of str to dict of str to str
        As `JSON` and as `ROUNDED`.
    """
    kept = {key: value for key, value in content.items() if key not in VOLATILE}
    variants: dict[str, Callable[[float], float]] = {JSON: float, ROUNDED: _rounded}
    return {
        name: {key: digest(_canonical(_steady(value, number)).encode()) for key, value in kept.items()}
        for name, number in variants.items()
    }


def _rounded(number: float) -> float:
    """Round to nine digits; what is next to nothing, and so made of rounding errors, is nothing."""
    return float(f"{number:.{_DIGITS}g}") if abs(number) >= _NOTHING else 0.0


def _steady(value: Any, number: Callable[[float], float]) -> Any:
    """Drop what is volatile, and pass every float through a function; -0 is 0."""
    if isinstance(value, Mapping):
        return {key: _steady(inner, number) for key, inner in value.items() if key not in VOLATILE}
    if isinstance(value, list):
        return [_steady(inner, number) for inner in value]
    return number(value) + 0.0 if isinstance(value, float) else value


def _canonical(value: Any) -> str:
    """Write JSON in the one way in which it can be compared."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def differences(frozen: Case, found: Case, leaving_out: Collection[str] = ()) -> list[str]:
    """Say what of a case is not as it was.

    Parameters
    ----------
    frozen, found : mapping of str to mapping of str to str or int
        By table, then by column.
    leaving_out : collection of str
        Tables that are not looked at: `JSON`, say.

    Returns
    -------
    list of str
        A line for each. Columns that are not `NEEDED` count only where both have them; what is new never counts.
    """
    lines = []
    for name, table in frozen.items():
        if name in leaving_out:
            continue
        if name not in found:
            lines.append(f"{name}: is not there")
            continue
        now = found[name]
        whole = name in (JSON, ROUNDED)
        for column, before in table.items():
            if column not in now:
                lines += [f"{name}: {column} is not there"] if whole or column in NEEDED else []
            elif now[column] != before:
                lines.append(f"{name}: {column} is {now[column]}, was {before}")
    return lines


def unmatched(frozen: Case, found: Case) -> list[str]:
    """Say what only one of two has, and `differences` lets pass.

    Parameters
    ----------
    frozen, found : mapping of str to mapping of str to str or int
        As in `differences`.

    Returns
    -------
    list of str
        A line for each table.
    """
    lines = [f"{name}: is new" for name in found if name not in frozen]
    for name in frozen.keys() & found.keys():
        gone = [column for column in frozen[name] if column not in found[name] and column not in NEEDED]
        new = [column for column in found[name] if column not in frozen[name]]
        lines += [f"{name}: without {', '.join(gone)}"] if gone and name not in (JSON, ROUNDED) else []
        lines += [f"{name}: new are {', '.join(new)}"] if new else []
    return sorted(lines)

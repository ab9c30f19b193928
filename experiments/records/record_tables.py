"""Patterns of a record laid out: for reading, alone or beside the model, and as plain data."""

from typing import Any

import numpy as np
import pandas as pd

from experiments.records.pattern_labels import meaning_of
from experiments.records.stored_record import Record
from experiments.reporting.wording import as_json
from experiments.settings.text import aligned, readable


def whose(record: Record) -> str:
    """Name a record."""
    return f"record: {record.region}, {record.first} to {record.last}, {record.states} states"


def cells(table: pd.DataFrame) -> list[list[str]]:
    """Lay patterns out for reading: each side of `compared` that there is, with its interval, and what they mean."""
    sides = {"record": "95% interval", "model": "95% of runs"}
    columns = [["pattern", *table.index]]
    for side, interval in sides.items():
        if side in table:
            ends = zip(table[f"{side}_low"], table[f"{side}_high"], strict=True)
            columns += [[side, *map(readable, table[side])], [interval, *(between(*each) for each in ends)]]
    if "inside" in table:
        columns.append(["inside", *map({True: "yes", False: "no", None: "–"}.__getitem__, table["inside"])])
    meanings = [meaning_of(name) for name in table.index]
    columns += [["unit", *(each.unit for each in meanings)], ["meaning", *(each.text for each in meanings)]]
    return [list(row) for row in zip(*columns, strict=True)]


def between(low: float, high: float) -> str:
    """Write an interval; open where the data do not bound it."""
    return f"[{readable(low)}, {readable(high) if high != np.inf else '∞'}]" if not np.isnan(low) else "–"


def record_result(record: Record) -> dict[str, Any]:
    """Give a record by itself in plain data, as ``output=json`` prints it."""
    meanings = {name: meaning_of(name)._asdict() for name in record.table().index}
    found: dict[str, Any] = as_json({**record.whose(), "patterns": record.patterns, "meanings": meanings})
    return found


def record_table(record: Record) -> str:
    """Lay a record out for reading."""
    left_out = ", ".join(f"{name} in {count}" for name, count in record.undefined_resamples.items())
    table = record.table().rename(columns={"estimate": "record", "low": "record_low", "high": "record_high"})
    return (
        f"{whose(record)}\n\n{aligned(cells(table), right=(1,))}\n\n"
        f"interval: bootstrap over states, {record.resamples:,} resamples"
        + (f"; not defined, and left out: {left_out}" if left_out else "")
    )

"""Rows of a study as files that spreadsheets and statistics packages open, with what each column means."""

import re
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.reporting.wording import as_csv
from model.errors import InvalidInput
from model.outcomes import OUTCOMES
from model.parameters import PARAMETERS

_MARK = b"\xef\xbb\xbf"
"""Without it Excel takes UTF-8 for the encoding of its country."""
_MOST_ROWS = 1_048_575
"""Of a sheet, below its titles."""
_NAMES = {
    "row": "the row's number, as in concord replay row=",
    "institution": "who lives through the future",
    "label": "what the institution is called",
    "condition": "values of its own with which an institution lives; empty: none",
    "point": "the design's point",
    "seed": "names the future, with replication",
    "replication": "names the future, with seed",
    "draw": "the draw of what nobody has measured",
    "quarter": "counted from 1",
}


def exported(path: Path, rows: pd.DataFrame, labels: Mapping[str, str]) -> dict[Path, bytes]:
    """Write rows as the file's ending says.

    Parameters
    ----------
    path : Path
        Ends in .csv, .xlsx or .dta.
    rows : DataFrame
        As stored, from the first on.
    labels : mapping of str to str
        What institutions are called, by name.

    Returns
    -------
    dict of Path to bytes
        Content by file.

    Raises
    ------
    InvalidInput
        For another ending, rows that hold arrays or are too many for a sheet, or a second file that lies there.
    """
    kind = path.suffix.lower()
    if kind not in (".csv", ".xlsx", ".dta"):
        raise InvalidInput(f"to={path}: must end in .csv, .xlsx or .dta")
    arrays = [str(name) for name, column in rows.items() if any(isinstance(x, list | np.ndarray) for x in column[:1])]
    if arrays:
        raise InvalidInput(
            f"these rows hold arrays ({', '.join(arrays)}), which only Python reads: study.trajectories()"
        )
    table = rows.copy()
    table.insert(0, "row", range(len(rows)))
    if "institution" in table:
        place = [*table].index("institution")
        table.insert(place + 1, "label", [labels.get(name, name) for name in table["institution"]])
    units = pd.DataFrame([_meant(str(name)) for name in table], columns=["column", "unit", "meaning"])
    if kind == ".xlsx":
        return {path: _workbook({"runs": table, "units": units})}
    second = path.with_name(f"{path.stem}_units.csv")
    if second.exists():
        raise InvalidInput(f"{second}: exists already; units and meanings are written there, choose another to=")
    if kind == ".dta":
        units.insert(1, "variable", _variables([str(name) for name in table]))
        return {path: _stata(table, units), second: _MARK + as_csv(units)}
    return {path: _MARK + as_csv(table), second: _MARK + as_csv(units)}


def _meant(column: str) -> tuple[str, str, str]:
    """Say a column's unit and meaning; one of an institution alone is written with a dot."""
    institution, _, name = column.rpartition(".")
    declared = OUTCOMES.get(name) or PARAMETERS.get(name)
    if declared is None:
        return column, "", _NAMES.get(column, "")
    return column, declared.unit, declared.meaning + (f"; of {institution} alone" if institution else "")


def _workbook(sheets: Mapping[str, pd.DataFrame]) -> bytes:
    """Write a workbook; text stays text."""
    if any(len(table) > _MOST_ROWS for table in sheets.values()):
        raise InvalidInput(f"a sheet takes {_MOST_ROWS:,} rows at most: write .csv instead")
    from xlsxwriter import Workbook

    written = BytesIO()
    options = {"constant_memory": True, "in_memory": True, "nan_inf_to_errors": True}
    with Workbook(written, options | {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold = book.add_format({"bold": True})
        for name, table in sheets.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            sheet.write_row(0, 0, [*map(str, table)], bold)
            for place, cells in enumerate(table.itertuples(index=False), start=1):
                sheet.write_row(place, 0, [None if pd.isna(cell) else cell for cell in cells])
    return written.getvalue()


def _variables(columns: list[str]) -> list[str]:
    """Name columns as Stata can: 32 letters, digits and underscores, no two alike."""
    names: list[str] = []
    for column in columns:
        name = re.sub(r"\W", "_", column, flags=re.ASCII)
        name = (name if re.match(r"[A-Za-z_]", name) else f"_{name}")[:32]
        names.append(name if name not in names else f"{name[:28]}_{len(names)}")
    return names


def _stata(table: pd.DataFrame, units: pd.DataFrame) -> bytes:
    """Write Stata's file, whose variables are labelled with meaning and unit."""
    written = BytesIO()
    labels = [
        f"{meaning} ({unit})" if unit else meaning
        for unit, meaning in zip(units["unit"], units["meaning"], strict=True)
    ]
    variables = units["variable"].tolist()
    said = {name: label[:80] for name, label in zip(variables, labels, strict=True)}
    named = table.set_axis(variables, axis=1)
    named.to_stata(written, write_index=False, version=118, variable_labels=said)
    return written.getvalue()

"""``concord replay``: which command repeats one row of a study, and does it, to the bit?

Prints the concord run command whose future is the one of that row, with every parameter that the row's draw or point
set, runs it, and says whether all outcomes are the row's, to the bit. Rows are counted from 0, as the column row of
concord export has them. table= names other rows of a study, such as runs_across_ranges of a comparison. Rows that were
made with other code are refused, and those of calibrate, patterns and a forecast whose worlds are made of files (acd=):
the same command under another study= repeats all of them. output=json prints what concord run prints, and the command.

Examples
--------
concord replay first_look row=17
concord replay study=compare/first_look table=runs_across_ranges row=3 output=json
"""

from typing import TYPE_CHECKING, Any

from experiments.settings.application import as_json, from_python
from experiments.settings.commands import module
from experiments.settings.kinds import Text, Whole
from experiments.settings.options import FOUND, OUTPUT, RESULTS, Option
from experiments.settings.places import results_folder
from model.errors import InvalidInput

if TYPE_CHECKING:
    from experiments.settings.asked import Asked
    from experiments.studies.replayed import Row

ROW = Option("row", Whole(0), "which row, counted from 0")
TABLE = Option("table", Text(optional=True, said="a folder of rows"), "which rows of the study; null: runs")

OPTIONS = (FOUND, ROW, TABLE, RESULTS, OUTPUT)

FIRST = "study"


def conduct(asked: "Asked") -> "tuple[Row, Any]":
    """Run a row again.

    Returns
    -------
    tuple of Row and Future
        What was repeated, and what came out.

    Raises
    ------
    InvalidInput
        When there is no such row, it cannot be repeated, or comes out otherwise.
    """
    from experiments.studies.finished import finished_study
    from experiments.studies.replayed import row_of

    row = row_of(finished_study(results_folder(asked.results), str(asked.study)), asked.row, asked.table)
    future = from_python("run")(*row.words)
    for name, value in row.outcomes.items():
        if future.outcomes[name] != value:
            raise InvalidInput(f"{row.command}: gives {name} {future.outcomes[name]!r}, row {asked.row} has {value!r}")
    return row, future


def told(found: "tuple[Row, Any]", output: str) -> str:
    """Print the command, and what came out."""
    row, future = found
    text = str(module("run").told(future, output))
    if output == "json":
        import json

        return as_json({"command": row.command, **json.loads(text)})
    return f"{row.command}\n\n{text}\n\nEvery outcome is the row's, to the bit."

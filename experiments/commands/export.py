"""``concord export``: how do I get the runs of a study into a spreadsheet, Stata or R?

Writes a row per run with its number (what concord replay takes as row=), names, outcomes, and the parameters that were
drawn or varied. The ending says how: .csv (UTF-8 with a byte order mark, as Excel wants it), .xlsx, or .dta (Stata 14
and later). Units and meanings stand in the workbook's second sheet, in Stata's labels, else in a second file
<name>_units.csv. table= names other rows of a study, such as runs_across_ranges of a comparison.

Examples
--------
concord export first_look to=runs.csv
concord export study=compare/first_look table=runs_across_ranges to=draws.xlsx
"""

from pathlib import Path

from experiments.settings.asked import Asked
from experiments.settings.kinds import Text
from experiments.settings.options import FOUND, RESULTS, TO, Option
from experiments.settings.places import path_of, results_folder

TABLE = Option("table", Text(optional=True, said="a folder of rows"), "which rows of the study; null: runs")

OPTIONS = (FOUND, TABLE, RESULTS, TO.required())

FIRST = "study"


def conduct(asked: Asked) -> list[Path]:
    """Write the rows, and what their columns mean, each file aside first.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    InvalidInput
        For a study or a table that does not exist, an ending that is none of these, or rows that do not fit.
    """
    from experiments.reporting.exports import exported
    from experiments.runs.parts import write_whole
    from experiments.studies.finished import finished_study
    from experiments.studies.study import Study

    study = Study(finished_study(results_folder(asked.results), str(asked.study)).folder)
    rows = study.runs(asked.table, everything=True)
    labels = {name: str(each["label"]) for name, each in study.manifest["design"].get("institutions", {}).items()}
    files = exported(path_of(asked.to).absolute(), rows, labels)
    for path, content in files.items():
        write_whole(path, content)
    return [*files]


def told(files: list[Path], output: str) -> str:
    """Say where the files are."""
    return "\n".join(map(str, files))

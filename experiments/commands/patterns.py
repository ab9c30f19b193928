"""``concord patterns``: how does conflict behave on record, and how in the model?"""

from pathlib import Path
from typing import TYPE_CHECKING

from experiments.settings.application import as_json
from experiments.settings.kinds import NewFile
from experiments.settings.options import (
    INSTITUTION,
    MODEL,
    OUTPUT,
    RECORD,
    REPLICATIONS,
    RESULTS,
    STUDY_NAME,
    WORKERS,
    Option,
)
from model.errors import InvalidInput
from model.specification import Prose

if TYPE_CHECKING:
    from experiments.records.pattern_comparison import PatternStudy
    from experiments.records.stored_record import Record
    from experiments.settings.asked import Asked

TO = Option("to", NewFile(optional=True), "file to write the result to")

_FILES = ("acd", "panel", "borders")

OPTIONS = (*RECORD, TO, INSTITUTION, *MODEL, REPLICATIONS, STUDY_NAME, RESULTS, WORKERS, OUTPUT)

EXAMPLES: tuple[Prose, ...] = (
    "concord patterns replications=200 calibration=none",
    "concord patterns acd=ucdp_prio_acd.csv panel=panel.csv borders=borders.csv first=1989 last=2008 output=json",
)

NOTES: Prose = """\
With files (acd, panel and borders, as concord import --help describes them): the record's patterns by themselves,
with 95% intervals of a bootstrap over states; to=FILE also stores them, for conf/record. output=json prints region,
first, last, states, patterns (key: estimate, low, high); null is what the data do not define or do not bound.
Without files: the record of the window as stored in conf/record, beside the model run over the same years from a
world that stands at their start; the figure (PNG, SVG, CSV) lies in results/patterns/<study>/figures.
experiments/records/patterns.py defines every pattern."""


def record(asked: "Asked") -> "Record":
    """Compute the record from the files that are named.

    Parameters
    ----------
    asked : Asked
        Of ``patterns``, with files.

    Returns
    -------
    Record

    Raises
    ------
    InvalidInput
        When a file is missing or damaged.
    """
    from experiments.records.record import read_record
    from experiments.records.stored_record import record_of, write_record

    missing = [name for name in _FILES if asked[name] is None]
    if missing:
        raise InvalidInput(f"{missing[0]}=null: the record takes three files, acd=FILE panel=FILE borders=FILE")
    sources = {name: Path(asked[name]).expanduser() for name in _FILES}
    if asked.last < asked.first:
        raise InvalidInput(f"last={asked.last}: must not lie before first={asked.first}")
    acd, panel, borders = sources.values()
    found = record_of(read_record(acd, panel, borders, asked.region, asked.first, asked.last), asked.region)
    if asked.to is not None:
        write_record(Path(asked.to).expanduser(), found, sources)
    return found


def conduct(asked: "Asked") -> "Record | PatternStudy":
    """Compute the record from files, or hold the model against the one that is stored."""
    if any(asked[name] is not None for name in _FILES):
        return record(asked)
    if asked.to is not None:
        raise InvalidInput(f"to={asked.to}: a record is written from files, acd=FILE panel=FILE borders=FILE")
    from experiments.records.pattern_comparison import conduct

    return conduct(asked)


def told(found: "Record | PatternStudy", output: str) -> str:
    """Lay the patterns out."""
    from experiments.records.pattern_comparison import record_result, record_table
    from experiments.records.stored_record import Record

    if output == "json":
        return as_json(record_result(found) if isinstance(found, Record) else found.result())
    return record_table(found) if isinstance(found, Record) else found.terminal()

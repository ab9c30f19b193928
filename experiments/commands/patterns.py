"""``concord patterns``: how does conflict behave on record, and how in the model?

With files (acd, panel and borders, as concord import --help describes them): the record's patterns by themselves,
with 95% intervals of a bootstrap over states; to=FILE also stores them, for conf/record.
Without files: the record of the window as stored in conf/record, beside the model run over the same years from a
world that stands at their start; the figure (PNG, SVG, CSV) lies in results/patterns/<study>/figures.

Notes
-----
model/ODD.md defines every pattern. What goes with the end of conflict needs the panel's column excluded_share, the
share of quarters the columns start_date2, ep_end and ep_end_date of the conflicts. output=json prints region, first,
last, states, patterns (key: estimate, low, high) and meanings (text, unit); null is what the data do not define or do
not bound.

Examples
--------
concord patterns replications=200 calibration=none
concord patterns acd=ucdp_prio_acd.csv panel=panel.csv borders=borders.csv first=1989 last=2008 output=json
"""

from typing import TYPE_CHECKING

from experiments.settings.application import as_json
from experiments.settings.options import INSTITUTION, MODEL, RECORD, REPLICATIONS, STUDY, TO
from experiments.settings.places import path_of
from model.errors import InvalidInput

if TYPE_CHECKING:
    from experiments.records.stored_record import Record
    from experiments.runs.pilot import Estimate
    from experiments.settings.asked import Asked
    from experiments.studies.study import Study


OPTIONS = (*RECORD, TO, INSTITUTION, *MODEL, REPLICATIONS, *STUDY)


def conduct(asked: "Asked") -> "Record | Study | Estimate":
    """Compute the record from files, or hold the model against the one that is stored."""
    from experiments.records.files.sources import read_sources
    from experiments.records.given import files_of, window_of
    from experiments.records.stored_record import record_of, record_yaml
    from experiments.runs.parts import write_whole

    files = files_of(asked, "the record")
    if not files and asked.to is not None:
        raise InvalidInput(f"to={asked.to}: a record is written from files, acd=FILE panel=FILE borders=FILE")
    if not files:
        from experiments.records.pattern_comparison import PatternStudy

        return PatternStudy(asked).answered()
    found = record_of(window_of(read_sources(*files), asked), asked.region)
    if asked.to is not None:
        to = path_of(asked.to)
        write_whole(to, record_yaml(to.name, found, files._asdict()).encode())
    return found


def told(found: "Record | Study | Estimate", output: str) -> str:
    """Lay the patterns out."""
    from experiments.records.record_tables import record_result, record_table
    from experiments.records.stored_record import Record

    if output == "json":
        return as_json(record_result(found) if isinstance(found, Record) else found.result())
    return record_table(found) if isinstance(found, Record) else found.text()

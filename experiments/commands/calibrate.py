"""``concord calibrate``: which conflict process reproduces the record?

Simulated method of moments. Without files: the stored record of region, first and last, and the world of its start.
With acd, panel and borders (as concord import --help describes them): that record, and the world they make of the
start. The study lies in results/calibrate/<study>/: tables, every evaluation as Parquet, and calibration.yaml, which
to=FILE writes as well; put into conf/calibration it is a calibration= that every command takes. Stopped (Ctrl-C, a
crash), it goes on where it was when the same command is given again, and ends with the same numbers.
Beside the values that fit best, sets of values are kept that the record leaves open: commands with draws use them.
output=json prints objective, parameters, kept, conflict, patterns, inside (by role), peacekeeping.

Examples
--------
concord calibrate study=africa to=my_calibration.yaml
concord calibrate acd=acd.csv panel=panel.csv borders=borders.csv region=sub_saharan first=1995 last=2008
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from experiments.settings.kinds import Several, Whole
from experiments.settings.options import (
    CALIBRATION,
    INSTITUTION,
    POINTS,
    RECORD,
    REPLICATIONS,
    SEED,
    STUDY,
    TO,
    WORLD,
    Option,
)
from experiments.settings.places import path_of
from model.parameters import PARAMETERS

if TYPE_CHECKING:
    from experiments.runs.pilot import Estimate
    from experiments.settings.asked import Asked
    from experiments.studies.study import Study


def _conflict() -> Iterable[str]:
    return [name for name, declared in PARAMETERS.items() if declared.group == "conflict"]


FREE = Option(
    "free",
    Several(
        _conflict,
        said="a list, as in 'free=[onset_base,termination_base]', of different parameters of the conflict process",
    ),
    "which parameters of the conflict process to fit",
)
PROPOSALS = Option(
    "proposals",
    Whole(8),
    "sets of values whose histories are held against the record, to find those that it leaves open",
)
HISTORIES = Option(
    "histories", Whole(1), "histories simulated under each of those sets, at least twice the patterns fitted"
)

OPTIONS = (
    FREE,
    *RECORD,
    INSTITUTION,
    WORLD,
    CALIBRATION,
    POINTS,
    REPLICATIONS,
    PROPOSALS,
    HISTORIES,
    SEED,
    TO,
    *STUDY,
)


def conduct(asked: "Asked") -> "Study | Estimate":
    """Fit, and write the values where that is asked for."""
    from experiments.records.calibration import Calibration
    from experiments.runs.parts import write_whole
    from experiments.studies.study import Study

    study = Calibration(asked).answered()
    if asked.to is not None and isinstance(study, Study):
        write_whole(path_of(asked.to), (study.folder / "calibration.yaml").read_bytes())
    return study

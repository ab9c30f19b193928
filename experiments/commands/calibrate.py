"""``concord calibrate``: which conflict process reproduces the record?"""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.settings.application import as_json
from experiments.settings.kinds import NewFile, Several, Whole
from experiments.settings.options import (
    CALIBRATION,
    INSTITUTION,
    OUTPUT,
    POINTS,
    RECORD,
    REPLICATIONS,
    RESULTS,
    SEED,
    STUDY_NAME,
    WORKERS,
    WORLD,
    Option,
)
from model.parameters import PARAMETERS
from model.specification import Prose

if TYPE_CHECKING:
    from experiments.records.calibration import Calibrated
    from experiments.settings.asked import Asked


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
TO = Option("to", NewFile(optional=True), "file to write the result to")

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
    STUDY_NAME,
    RESULTS,
    WORKERS,
    TO,
    OUTPUT,
)

EXAMPLES: tuple[Prose, ...] = (
    "concord calibrate study=africa to=my_calibration.yaml",
    "concord calibrate acd=acd.csv panel=panel.csv borders=borders.csv region=sub_saharan first=1995 last=2008",
)

NOTES: Prose = """\
Simulated method of moments. Without files: the stored record of region, first and last, and the world of its start.
With acd, panel and borders (as concord import --help describes them): that record, and the world they make of the
start. The study lies in results/calibrate/<study>/: tables, every evaluation as Parquet, and calibration.yaml, which
to=FILE writes as well; put into conf/calibration it is a calibration= that every command takes. Stopped (Ctrl-C, a
crash), it goes on where it was when the same command is given again, and ends with the same numbers.
Beside the values that fit best, sets of values are kept that the record leaves open: commands with draws use them.
output=json prints objective, parameters, kept, conflict, patterns, inside (by role), peacekeeping."""


def conduct(asked: "Asked") -> "Calibrated":
    """Fit, and write the values where that is asked for; see `experiments.records.calibration.conduct`."""
    from experiments.records.calibration import conduct
    from experiments.records.calibration_report import calibration_yaml
    from experiments.runs.store import write_whole

    found = conduct(asked)
    if asked.to is not None:
        write_whole(Path(asked.to).expanduser(), calibration_yaml(found).encode())
    return found


def told(found: "Calibrated", output: str) -> str:
    """Say what came out."""
    from experiments.records.calibration_report import result, terminal

    return as_json(result(found)) if output == "json" else terminal(found)

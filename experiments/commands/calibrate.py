"""``concord calibrate``: which conflict process does the record tell?

Takes the official files, acd, panel and borders, as concord import --help describes them; nothing after last is looked
at. Stage one: yearly regressions of onset and of ending on all state-years since 1960 (since=). Stage two: what years
leave open, fitted to quarters, five-year blocks, survival of conflicts and wars from first to last. Both are held
against simulated records: the same regressions, synthetic records whose values are known (worlds=), the patterns of the
region, the level from several starts. The study lies in results/calibrate/<study>/: tables, synthetic records and runs
as Parquet, the figure of ranks, and calibration.yaml, which to=FILE writes as well; put into conf/calibration it is a
calibration= that every command takes, with 300 draws of the posterior. Stopped (Ctrl-C, a crash), it goes on where it
was when the same command is given again, and ends with the same numbers.
output=json prints parameters, kept, independent_draws, expected, conflict, patterns, inside (by role), peacekeeping,
yearly, regressions, moments, recovery, blocks, drift, first_quarters, assumed, assumed_centred.

Examples
--------
concord calibrate acd=acd.csv panel=panel.csv borders=borders.csv to=my_calibration.yaml
concord calibrate acd=acd.csv panel=panel.csv borders=borders.csv region=world worlds=0
"""

from typing import TYPE_CHECKING

from experiments.settings.kinds import Whole
from experiments.settings.options import (
    CALIBRATION,
    INSTITUTION,
    RECORD,
    REPLICATIONS,
    SEED,
    STUDY,
    TO,
    WORLD,
    Option,
)
from experiments.settings.places import path_of

if TYPE_CHECKING:
    from experiments.runs.pilot import Estimate
    from experiments.settings.asked import Asked
    from experiments.studies.study import Study

SINCE = Option("since", Whole(1950, 2000), "first year whose state-years the yearly regressions learn from")
WORLDS = Option("worlds", Whole(0), "synthetic records on which the estimation is tried; 0 for none")

OPTIONS = (*RECORD, SINCE, WORLDS, INSTITUTION, WORLD, CALIBRATION, REPLICATIONS, SEED, TO, *STUDY)


def conduct(asked: "Asked") -> "Study | Estimate":
    """Estimate, and write the values where that is asked for."""
    from experiments.records.calibration import Calibration
    from experiments.runs.parts import write_whole
    from experiments.studies.study import Study

    study = Calibration(asked).answered()
    if asked.to is not None and isinstance(study, Study):
        write_whole(path_of(asked.to), (study.folder / "calibration.yaml").read_bytes())
    return study

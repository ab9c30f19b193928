"""``concord calibrate``: which conflict process does the record tell?

Takes the official files, acd, panel and borders, as concord import --help describes them; nothing after last is looked
at. Stage one: yearly regressions of onset and of ending on all state-years since 1960 (since=). Stage two: what years
leave open, fitted to quarters, five-year blocks, survival of conflicts and wars from first to last. Both are held
against simulated records: the same regressions, synthetic records whose values are known (worlds=), the patterns of the
region, the level from several starts. lenses=true fits departments' lenses instead.

Notes
-----
The study lies in results/calibrate/<study>/: tables, synthetic records and runs
as Parquet, the figure of ranks, and calibration.yaml, which to=FILE writes as well; put into conf/calibration it is a
calibration= that every command takes, with 300 draws of the posterior. Stopped (Ctrl-C, a crash), it goes on where it
was when the same command is given again, and ends with the same numbers.
output=json prints parameters, kept, independent_draws, expected, conflict, patterns, inside (by role), peacekeeping,
yearly, regressions, moments, recovery, blocks, drift, first_quarters, assumed, assumed_centred.

lenses=true fits departments' lenses, with their joint covariance, on what was known by the end of last, and
writes them as worlds read them: a file of conf/lens, which a world names (world.lenses= of world=csv). Where the panel
begins only in the year after last, its figures stand for the years before. Nothing else is estimated.

Examples
--------
concord calibrate acd=acd.csv panel=panel.csv borders=borders.csv to=my_calibration.yaml
concord calibrate lenses=true last=2000 acd=acd.csv panel=panel.csv borders=borders.csv to=lenses.yaml
"""

from typing import TYPE_CHECKING

from experiments.settings.kinds import Whole, YesNo
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

LENSES = Option("lenses", YesNo(), "fit departments' lenses instead, on what was known by the end of last")

OPTIONS = (*RECORD, SINCE, WORLDS, LENSES, INSTITUTION, WORLD, CALIBRATION, REPLICATIONS, SEED, TO, *STUDY)


def conduct(asked: "Asked") -> "Study | Estimate | str":
    """Estimate, and write the values where that is asked for."""
    if asked.lenses:
        return _lenses(asked)
    from experiments.records.calibration import Calibration
    from experiments.runs.parts import write_whole
    from experiments.studies.study import Study

    study = Calibration(asked).answered()
    if asked.to is not None and isinstance(study, Study):
        write_whole(path_of(asked.to), (study.folder / "calibration.yaml").read_bytes())
    return study


def _lenses(asked: "Asked") -> str:
    """Fit departments' lenses; the file goes to ``to``, or is printed."""
    from experiments.records.files.sources import read_sources
    from experiments.records.given import files_of
    from experiments.records.lenses import known_before, written
    from experiments.runs.parts import write_whole
    from model.errors import InvalidInput

    if (files := files_of(asked, "a record")) is None:
        raise InvalidInput("acd=null: lenses take the official files, acd=FILE panel=FILE borders=FILE")
    text = written(known_before(read_sources(*files), asked.last + 1), asked.last + 1)
    if asked.to is None:
        return text
    write_whole(path_of(asked.to), text.encode())
    return f"{asked.to}: written"


def told(found: "Study | Estimate | str", output: str) -> str:
    """Say what was found; lenses are a file already."""
    from experiments.settings.application import as_json

    if isinstance(found, str):
        return found.rstrip()
    return as_json(found.result()) if output == "json" else found.text()

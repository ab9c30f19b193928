"""What can be set on a command beside the model's parameters, declared once: name, type, meaning.

Options that one command alone has stand in its file; defaults stand in ``conf/<command>.yaml``.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from experiments.settings.kinds import (
    Axes,
    Choice,
    Composed,
    ExistingFile,
    Folder,
    Kind,
    NewFile,
    Number,
    Several,
    Text,
    Whole,
    YesNo,
    composed,
    file_in,
)
from experiments.settings.places import names_in
from model.specification import Prose

LARGEST_SEED = 2**32 - 1
"""Seed and replication are one 32-bit word each of a random stream's key, so that no two keys coincide."""

MOST_WORKERS = max(1024, 4 * (os.cpu_count() or 1))
"""More threads or processes than any one machine gains from."""

NOTHING, BASELINE, REFERENCE = "none", "siloed", "full_information"
"""What every comparison needs: no programmes, what institutions are compared with, and what is achievable."""

BEST = "siloed_best"
"""The baseline as good as it can be made, against which a verdict holds institutions as well."""

REGIONS = ("africa", "sub_saharan", "world")
"""Which states a record or a world holds."""


def with_references(institutions: Sequence[str]) -> list[str]:
    """Add the institutions that every comparison needs to those asked for, without repeating any."""
    return list(dict.fromkeys([NOTHING, BASELINE, *institutions, REFERENCE]))


@dataclass(frozen=True)
class Option:
    """One option.

    Attributes
    ----------
    name : str
        As a user types it.
    kind : Kind
        What its value may be.
    meaning : str
        For ``--help``.
    """

    name: str
    kind: Kind
    meaning: Prose

    def check(self, value: Any) -> None:
        """Refuse a value that is not admitted.

        Raises
        ------
        InvalidInput
            Names the option, the value, the rule and the nearest right name.
        """
        self.kind.check(self.name, value)

    @property
    def composed(self) -> bool:
        """Whether its value chooses a file whose content is composed into what is asked."""
        return isinstance(self.kind, Composed)

    def required(self) -> "Option":
        """The same option where it has to be given."""
        return replace(self, kind=replace(self.kind, optional=False))


def _outcomes() -> Iterable[str]:
    # The model takes half a second to import: help does not wait for it.
    from model.outcomes import OUTCOMES

    return OUTCOMES


INSTITUTION = Option("institution", composed("institution"), "a file of conf/institution")
INSTITUTIONS = Option(
    "institutions",
    Several(
        lambda: names_in("institution"),
        said="a list, as in 'institutions=[siloed,uk_pools]', of different files in conf/institution",
    ),
    "which institutions to compare",
)
THAN = Option("than", file_in("institution"), "the institution to compare with")
WORLD = Option("world", composed("world"), "a file of conf/world; csv takes world.path=FILE, stylised world.size=N")
CALIBRATION = Option("calibration", composed("calibration"), "a file of conf/calibration")
CHANNELS = Option("channels", composed("channels"), "a file of conf/channels: which ways to help or hurt are at work")
RUNNER = Option(
    "runner",
    composed("runner"),
    "where runs are done; of dask: runner.scheduler=tcp://host:port",
)
SEED = Option("seed", Whole(0, LARGEST_SEED), "names the futures, with replication")
REPLICATION = Option("replication", Whole(0, LARGEST_SEED), "which of the seed's futures")
REPLICATIONS = Option(
    "replications",
    Whole(1),
    "how many futures; of a sweep, at each point; of a comparison, at the defaults; or draws (level=across_ranges)",
)
DRAWS = Option("draws", Whole(1), "draws of unmeasured parameters from their priors: plausible scenarios")
FUTURES = Option(
    "futures",
    Whole(1),
    "futures of each draw, the same for all institutions: the more, the less luck is in a draw",
)
QUARTERS = Option(
    "quarters",
    Whole(4, 400, of="a whole number of years in quarters: a multiple of 4", multiple_of=4),
    "length of a run in quarters",
)
LEVEL = Option(
    "level",
    Choice(lambda: ("across_ranges", "defaults")),
    "draws of what nobody has measured, or its default values",
)
AXES = Option(
    "axes",
    Axes(),
    "parameters to vary, by their priors or evenly over [low,high]; swept: all that nobody has measured",
)
POINTS = Option(
    "points",
    Whole(1),
    "points all over the declared ranges",
)
METRIC = Option(
    "metric",
    Choice(_outcomes, said="an outcome that every run measures, as in metric=war_years"),
    "the outcome that counts",
)
MARGIN = Option(
    "margin",
    Number(0.0),
    "the least difference that counts, in conflict-years or metric's own unit",
)
DRY_RUN = Option("dry_run", YesNo(), "only say how many runs it takes, how long, how much disk and memory")
STUDY_NAME = Option(
    "study",
    # Not before the first letter: a name must never read as a flag.
    Text(pattern=r"[A-Za-z0-9_][A-Za-z0-9_-]{0,99}", numbers=True, optional=True, said="letters, digits, _ and -"),
    "its name, a folder in results; null: after world and configuration",
)
STUDIES = Option(
    "studies",
    Several(
        alone=True,
        said="a name or a list of names, as in 'studies=[compare/first_look,attribute/which]', none twice",
    ),
    "finished studies, each <command>/<study>, or <study> where one command alone has it; one may stand alone",
)
FOUND = Option(
    "study",
    Text(numbers=True, said="<command>/<study>, or <study> where one command alone has it"),
    "a study, by its name, which may stand alone; concord status lists them",
)
RESULTS = Option("results", Folder(optional=True), "folder of all studies; null: results/ of the checkout")
WORKERS = Option(
    "workers",
    Whole(1, at_most=MOST_WORKERS, optional=True),
    "threads, or processes of runner=dask; null: every core",
)
TO = Option("to", NewFile(optional=True), "file to write the result to")
OUTPUT = Option("output", Choice(lambda: ("table", "json")), "for reading, or one JSON object for a script")
ACD = Option("acd", ExistingFile(optional=True), "UCDP/PRIO Armed Conflict Dataset, any release")
PANEL = Option("panel", ExistingFile(optional=True), "states by year: income, population, polity2")
BORDERS = Option("borders", ExistingFile(optional=True), "land borders, a pair of states per row")
REGION = Option("region", Choice(lambda: REGIONS), "which states: in Africa, south of the Sahara, or all")
YEAR = Whole(1947, 2999, of="a whole year")
FIRST = Option("first", YEAR, "the window's first year")
LAST = Option("last", YEAR, "the window's last year")

MODEL = (WORLD, CALIBRATION, CHANNELS, SEED, QUARTERS)
"""Of every command that runs the model; whoever has a world takes the model's parameters as well."""
STUDY = (DRY_RUN, STUDY_NAME, RESULTS, RUNNER, WORKERS, OUTPUT)
"""Of every study: where it lies, where it is run, how it is told."""
PAIR = (INSTITUTION, THAN)
"""Of a comparison of two."""
RECORD = (ACD, PANEL, BORDERS, REGION, FIRST, LAST)
"""Of what is held against the record of conflict."""

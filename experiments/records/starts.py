"""What forecasts of one start or of several have in common: what is run from each, and what scores it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any, NamedTuple

from experiments.records.files.gazetteer import TABLE
from experiments.records.files.panel import Panel
from experiments.records.files.sources import read_sources
from experiments.records.forecasting import Scores, chain_of_world, record_of_world, score
from experiments.records.given import STORED_WORLD, Files, files_of, world_of
from experiments.records.histories import highest_of_year, statuses_of
from experiments.records.lenses import with_lenses
from experiments.records.pattern_counts import Levels
from experiments.records.refitting import (
    REFITTED,
    can_be_refitted,
    refitted,
    summary,
    with_calibration,
    without_calibration,
)
from experiments.runs.identity import ROWS
from experiments.runs.pilot import Estimate, estimate
from experiments.runs.plan import Blocks, Plan
from experiments.runs.recorders import Statuses
from experiments.runs.store import Store
from experiments.runs.work import Work
from experiments.settings.asked import Asked
from experiments.settings.configuration import Setting
from experiments.studies.question import Question, Table
from model.errors import InvalidInput
from model.world import World


class Start(NamedTuple):
    """One start: what is asked of it, its setting, the record of its states, its table, and what is being run."""

    asked: Asked
    setting: Setting
    record: Panel | None
    table: Table


class Starts(Question):
    """Forecasts of one start or several, under a calibration that is given or made for each.

    With files and no calibration named, each start has one of its own, estimated on what was known before, if that is
    enough for the earliest.
    """

    def __init__(self, asked: Asked) -> None:
        self.files = files_of(asked, "scoring")
        self.sources = None if self.files is None else read_sources(*self.files)
        earliest = asked.first if asked.origins is None else min(asked.origins)
        self.refits = not asked.names("calibration") and can_be_refitted(self.sources, earliest)
        if self.refits:
            asked = without_calibration(asked)
            self.made_by = (*ROWS, "experiments/records", "experiments/statistics")
        super().__init__(asked, [asked.chosen["institution"]])
        self.starts: dict[int, Start] = {}

    def world_before(self, first: int) -> World:
        """Make the world of a year of what was known then.

        Raises
        ------
        InvalidInput
            When a world is given as well, or there is nothing to make one of.
        """
        if self.sources is None:
            raise InvalidInput("origins: takes the files that score it, acd=FILE panel=FILE borders=FILE")
        if self.asked.chosen["world"] != STORED_WORLD:
            raise InvalidInput(
                f"world={self.asked.chosen['world']}: leave it out, the files make a world for every origin"
            )
        known = self.sources.before(first)
        return with_lenses(world_of(known, first, self.asked.region), known, first)

    def start(self, first: int, world: World, table: str, title: str) -> Start:
        """Lay out what is run from a start; under a calibration that is still to be made, as without any.

        Parameters
        ----------
        first : int
            Its first year.
        world : World
            As it is then.
        table, title : str
            Ending of its tables' names, and what the user is told is being run.
        """
        asked = replace(self.asked, options={**self.asked.options, "first": first})
        setting = self.setting if world is self.setting.world else self.setting.moved(world)
        record = None if self.sources is None else record_of_world(self.sources, asked, world)
        recorder = Statuses(f"{Statuses.table}{table}")
        plan = Plan(
            setting, self.institutions, asked.seed, Blocks(0, asked.replications), drawn=tuple(setting.draws),
            recorder=recorder,
        )  # fmt: skip
        return Start(asked, setting, record, Table(f"runs{table}", title, plan))

    def plans(self) -> Sequence[Table]:
        """One institution in all replications from every start, unless calibrations are to be made first."""
        return [] if self.refits else [start.table for start in self.starts.values()]

    def tables(self) -> Sequence[str]:
        """Name the tables of all starts."""
        return [start.table.name for start in self.starts.values()]

    def estimate(self, workers: int) -> Estimate:
        """Say what the runs will take; calibrations that are made first come on top, about a minute each."""
        return estimate([start.table.plan for start in self.starts.values()], workers)

    def go_on(self, work: Work) -> None:
        """Make a calibration for every start, and run what follows from it."""
        for first, start in self.starts.items() if self.refits else ():
            assert self.sources is not None
            setting = refitted(start.asked, self.sources, first, start.setting, work)
            plan = replace(start.table.plan, setting=setting, drawn=tuple(setting.draws))
            work.run(start.table.name, start.table.title, plan)

    def further(self) -> Mapping[str, Any]:
        """Say which files score it, and what is fitted to them; where they lie changes nothing."""
        contents = None if self.files is None else [sha256(path.read_bytes()).hexdigest() for path in self.files]
        told = {**dict.fromkeys(Files._fields), "contents": contents}
        return {**told, "states": sha256(TABLE.read_bytes()).hexdigest()} if self.refits else told

    def calibrated(self, first: int, rows: Store) -> Setting:
        """Give the setting of the runs from a start, with the calibration that was made for it."""
        start = self.starts[first]
        return with_calibration(start.setting, first, rows) if self.refits else start.setting

    def levels(self, first: int, rows: Store) -> Levels:
        """Lay out the runs from a start by year."""
        start = self.starts[first]
        recorder = start.table.plan.recorder
        assert recorder is not None
        return highest_of_year(statuses_of(rows.read(recorder.table), start.setting))

    def scores(self, first: int, levels: Levels) -> Scores | None:
        """Score the runs from a start, where there is a record."""
        start = self.starts[first]
        if self.sources is None or start.record is None:
            return None
        rival = chain_of_world(self.sources, start.asked, start.setting.world)
        return score(start.record, first, self.asked.coverage, levels, rival)

    def made(self, settings: Mapping[int, Setting]) -> dict[str, Any]:
        """Give the calibrations that were made, by start and parameter, in plain data; nothing where none was."""
        found = {str(first): summary(setting) for first, setting in settings.items()}
        return {REFITTED: found} if self.refits else {}

    def made_cells(self, settings: Mapping[int, Setting]) -> list[list[list[str]]]:
        """Lay the calibrations that were made out, a column per start."""
        found = {first: summary(setting) for first, setting in settings.items()}
        heading = ["estimated on what was known, mean (SD)", *(f"before {first}" for first in found)]
        rows = [
            [name, *(f"{own[name]['mean']:.3f} ({own[name]['sd']:.3f})" for own in found.values())]
            for name in next(iter(found.values()))
        ]
        return [[heading, *rows]] if self.refits else []

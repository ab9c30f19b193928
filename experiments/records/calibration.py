"""Which conflict process does the record tell? Two stages of estimation and all that is checked of them, as a study."""

import contextlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

import numpy as np
import pandas as pd

from experiments.records import posterior_checks, whole_model
from experiments.records.calibrated import Calibrated
from experiments.records.calibration_report import told
from experiments.records.cases import cases_of
from experiments.records.centring import expected
from experiments.records.estimation import YEARS, Estimated, estimated
from experiments.records.files.gazetteer import gazetteer
from experiments.records.files.panel import in_region
from experiments.records.files.sources import read_sources
from experiments.records.given import STORED_WORLD, Files, files_of, say, window_of, world_of
from experiments.records.histories import highest_of_year, statuses_of
from experiments.records.history import History, history_before
from experiments.records.kept_draws import Sets, columns_of, kept_of, means_of, moved
from experiments.records.lenses import with_lenses
from experiments.records.pattern_values import BLOCK
from experiments.records.patterns import ends_of, patterns_by_run, pooled_patterns
from experiments.records.recovery import AT_A_STEP, COLUMNS_OF_WORLDS, STEPS, Worlds, recovered
from experiments.records.simulated_records import COLUMNS, Batch, in_process
from experiments.records.spread import spread
from experiments.records.stage_one import TERMS, regressions
from experiments.records.stored_estimation import estimation_from, plain
from experiments.records.stored_record import record_of
from experiments.records.validation import checks
from experiments.reporting.result import Facts, Result
from experiments.runs.executors import done_in_any_order
from experiments.runs.identity import ROWS
from experiments.runs.pilot import Estimate, estimate
from experiments.runs.plan import Blocks, Plan
from experiments.runs.progress import Progress
from experiments.runs.recorders import Statuses
from experiments.runs.store import Store
from experiments.runs.work import Work
from experiments.settings.asked import Asked
from experiments.settings.configuration import Setting
from experiments.settings.options import BASELINE
from experiments.studies.question import Question, Table
from model.errors import InvalidInput
from model.parameters import PARAMETERS
from model.world import World

WORLDS = "worlds"
"""Table of synthetic records."""

_FREE = (*whole_model.ASSUMED, "war_weight")
"""Of the process, but centred on what is expected, or of what conflict costs: free to be set."""

_DECIDED = {"world": STORED_WORLD, "institution": BASELINE, "calibration": "none"}
"""What is chosen already, by option."""

_PILOT, _BESIDES = 12, 1.6
"""Records of a pilot; how much more all else takes than the records that are regressed."""


class Calibration(Question):
    """The conflict process estimated from a record; nothing of it is known before it runs."""

    made_by = (*ROWS, "experiments/records", "experiments/statistics")

    def __init__(self, asked: Asked) -> None:
        if asked.last < asked.first:
            raise InvalidInput(f"last={asked.last}: must not lie before first={asked.first}")
        if (files := files_of(asked, "a record")) is None:
            raise InvalidInput(
                "acd=null: a calibration takes the official files, acd=FILE panel=FILE borders=FILE (concord import "
                "--help says which); conf/calibration holds finished ones"
            )
        if asked.since > asked.first:
            raise InvalidInput(f"since={asked.since}: must not lie after first={asked.first}")
        _refuse_chosen(asked)
        super().__init__(asked, [BASELINE])
        self.contents, sources = [sha256(path.read_bytes()).hexdigest() for path in files], read_sources(*files)
        self.window = window_of(sources, asked)
        history = history_before(sources, asked.last + 1, asked.since)
        self.history = history._replace(panel=max(history.panel, asked.first))
        regressions(cases_of(self.history))
        self.members = np.isin(history.states, in_region(sources.states, asked.region)["gw"].unique())
        world = with_lenses(world_of(sources, asked.first, asked.region), sources, asked.first)
        self.setting = self.setting.moved(replace(world, path=path_of(self.history, world, asked.first)))

    def plans(self) -> Sequence[Table]:
        """Nothing is known beforehand: what is estimated decides what is run."""
        return []

    def tables(self) -> Sequence[str]:
        """Name the table of the whole model's runs."""
        return ["runs"]

    def estimate(self, workers: int) -> Estimate:
        """Say what it takes: runs of the whole model, and records of the process alone."""
        whole = estimate([self._plan(self.setting)], workers, 2 * self.asked.replications)
        near, began = np.zeros((_PILOT, len(COLUMNS))), time.perf_counter()
        in_process(Batch("pilot", self.history, near, 0, np.zeros(len(TERMS))))
        a_record = (time.perf_counter() - began) / _PILOT
        records = sum(YEARS) + STEPS * AT_A_STEP * self.asked.worlds
        return replace(whole, seconds=whole.seconds + _BESIDES * a_record * records / workers)

    def further(self) -> Mapping[str, Any]:
        """Say what the files hold; where they lie changes nothing."""
        return {**dict.fromkeys(Files._fields), "contents": self.contents}

    def go_on(self, work: Work) -> None:
        """Estimate, check, recover synthetic records, and run the whole model under the draws."""
        store, seed = work.store, self.asked.seed
        store.decided("estimated", lambda: self._estimated(work))
        found, kept = self._known(store)
        store.decided("centred", lambda: self._centred(kept, work))
        store.decided("checked", lambda: self._checked(found, kept, work))
        _make_worlds(work, Worlds(found, self.history, seed, 0, self.asked.worlds))
        calibrated = self._calibrated(store, kept)
        at_means = self._plan(replace(calibrated, draws={}))
        store.decided("missions", lambda: whole_model.missions(at_means, work))
        store.decided("assumed", lambda: whole_model.assumed(at_means, work))
        work.run("runs", "histories", self._plan(calibrated))

    def analyse(self, rows: Store) -> Calibrated:
        """Put together what was found."""
        found, kept = self._known(rows)
        record = record_of(self.window, self.asked.region)
        statuses = statuses_of(rows.read(Statuses.table), self.setting)
        levels, world, first = highest_of_year(statuses), self.setting.world, self.asked.first
        decisions = rows.manifest["decisions"]
        checked = {**decisions["checked"], "assumed_centred": decisions["assumed"]}
        worlds = rows.read(WORLDS).to_pandas() if self.asked.worlds else pd.DataFrame(columns=[*COLUMNS_OF_WORLDS])
        return Calibrated(
            found, kept, decisions["centred"], checked, worlds,
            patterns=checks(record, pooled_patterns(levels, world, first, statuses=statuses)),
            seen=ends_of(patterns_by_run(levels, world, first, statuses=statuses)),
            shares={
                "share_of_years": (levels > 0).mean(axis=(1, 2)),
                "share_of_quarters": (statuses > 0).mean(axis=(1, 2)),
            },
            missions=decisions["missions"],
        )  # fmt: skip

    def tell(self, found: Calibrated, facts: Facts) -> Result:
        """Say what is known of the parameters, and what it reproduces."""
        return told(found, facts, self.content())

    def _plan(self, setting: Setting) -> Plan:
        """Plan the whole model's runs, each under a set of the calibration's."""
        blocks = Blocks(0, self.asked.replications)
        drawn = tuple(setting.draws)
        return Plan(setting, self.institutions, self.asked.seed, blocks, drawn=drawn, recorder=Statuses())

    def _calibrated(self, rows: Store, kept: Sets) -> Setting:
        """Give the setting with what was estimated."""
        centred, held, sets = rows.manifest["decisions"]["centred"], means_of(kept), moved(kept)
        return replace(self.setting, shared={**self.setting.shared, **held, **centred}, draws=columns_of(sets))

    def _known(self, rows: Store) -> tuple[Estimated, Sets]:
        """Read the estimation, and the draws of it that are kept."""
        kept = rows.manifest["decisions"]["estimated"]
        return estimation_from(kept["estimation"]), kept["draws"]

    def _estimated(self, work: Work) -> dict[str, Any]:
        """Estimate both stages."""
        say("estimating both stages on simulated records")
        began = time.monotonic()
        found = estimated(self.history, self.asked.seed, spread(work.start(), work.stop))
        draws = kept_of(found, self.asked.first, self.asked.seed)
        say(f"estimated in {time.monotonic() - began:.0f} s")
        return {"estimation": plain(found), "draws": draws}

    def _centred(self, kept: Sets, work: Work) -> dict[str, float]:
        """Find what is expected under siloed."""
        say("finding what is expected under siloed")
        return expected(self.setting, means_of(kept), self.asked.seed, work.start(), work.stop)

    def _checked(self, found: Estimated, kept: Sets, work: Work) -> dict[str, Any]:
        """Hold the process under its posterior against the record, see `experiments.records.posterior_checks`."""
        say("checking the posterior over the record's drivers")
        history, members, seed = self.history, self.members, self.asked.seed
        window = history.of_panel()
        starts = range(history.panel, int(history.years[-1]) - BLOCK + 2, BLOCK)
        again = posterior_checks.regressions_again(history, found, seed, spread(work.start(), work.stop))
        return {
            "regressions": again,
            "blocks": posterior_checks.blocks(window, kept, members, seed),
            "drift": posterior_checks.drift(history, starts, kept, members, seed),
            "first_quarters": posterior_checks.first_quarters(history, starts, kept, members, seed),
            "assumed": posterior_checks.assumed(window, means_of(kept), members, seed),
        }


def path_of(history: History, world: World, first: int) -> tuple[tuple[tuple[float, ...], ...], ...]:
    """Lay out a world's structural levels by year, as a history has them: those known when each year begins.

    Parameters
    ----------
    history : History
        Of the world's states.
    world : World
        As it begins in `first`; its insecurity stays.
    first : int
        The first year.
    """
    place = {gazetteer()[gw].iso3: at for at, gw in enumerate(history.states.tolist()) if gw in gazetteer()}
    own = [place[code] for code in world.codes]
    begin = first - 1 - int(history.years[0])
    insecurity = tuple(state.insecurity for state in world.states)
    known = zip(history.deprivation[begin:-1, own].tolist(), history.exclusion[begin:-1, own].tolist(), strict=True)
    return tuple((insecurity, tuple(deprivation), tuple(exclusion)) for deprivation, exclusion in known)


def _refuse_chosen(asked: Asked) -> None:
    """Refuse files of what the record decides, and values of what is estimated or of what the estimation assumes."""
    for group, usual in _DECIDED.items():
        if asked.chosen[group] != usual:
            raise InvalidInput(
                f"{group}={asked.chosen[group]}: leave it out, the files make the world of {asked.first} and its "
                f"calibration, as it is under {BASELINE}"
            )
    for name in (*asked.parameters, *(name for of in (asked.options.get("override") or {}).values() for name in of)):
        if name in PARAMETERS and PARAMETERS[name].group == "conflict" and name not in _FREE:
            raise InvalidInput(f"{name}: is estimated here, or assumed by what is; leave it out")


def _make_worlds(work: Work, worlds: Worlds) -> None:
    """Estimate synthetic records that are not stored yet, and store what comes out as it comes."""
    tasks = [worlds._replace(first=first, last=last) for first, last in work.store.missing([WORLDS], 0, worlds.last, 2)]
    if not tasks:
        return
    progress = Progress("synthetic records", worlds.last, worlds.last - sum(task.last - task.first for task in tasks))
    try:
        with contextlib.closing(done_in_any_order(work.start(), recovered, tasks, work.stop.event)) as done:
            for task, future in done:
                work.store.write(WORLDS, task.first, task.last, future.result())
                progress.advance(task.last - task.first)
    finally:
        progress.finish()
    work.stop.check()

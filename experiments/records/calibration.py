"""Which conflict process reproduces a record: the search, as a study."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from experiments.records import association, histories, patterns, validation
from experiments.records.calibrated import CANDIDATES, KEPT, SHARES, Calibrated
from experiments.records.calibration_report import told
from experiments.records.evaluations import Evaluations
from experiments.records.fitted_model import Model
from experiments.records.given import Files, record_and_world, say
from experiments.records.pattern_counts import Levels
from experiments.reporting.result import Facts, Result
from experiments.runs.identity import ROWS, digest
from experiments.runs.pilot import Estimate, estimate
from experiments.runs.plan import Blocks, Plan, Task
from experiments.runs.store import Store
from experiments.runs.work import Work
from experiments.settings.asked import Asked
from experiments.settings.configuration import Setting
from experiments.settings.kinds import shown
from experiments.statistics import boxes, moments, posterior
from experiments.studies.question import Question, Table
from model.errors import InvalidInput
from model.parameters import PARAMETERS
from model.world import Floats


class Calibration(Question):
    """The conflict process fitted to a record; its rows are patterns already, of values that a search chose."""

    made_by = (*ROWS, "experiments/records", "experiments/statistics")

    def __init__(self, asked: Asked) -> None:
        if asked.last < asked.first:
            raise InvalidInput(f"last={asked.last}: must not lie before first={asked.first}")
        record, world = record_and_world(asked)
        super().__init__(asked, [asked.chosen["institution"]])
        if world is not None:
            self.setting = self.setting.moved(world)
        blocks = Blocks(0, max(asked.replications, asked.histories, KEPT))
        self.model = Model(Plan(self.setting, self.institutions, asked.seed, blocks), record)
        self.free, fitted = free_parameters(asked.free, self.setting), len(self.model.target.patterns)
        if fitted < len(self.free.names):
            raise InvalidInput(f"free={shown(asked.free)}: more parameters than the {fitted} patterns fitted")
        if asked.histories < 2 * fitted:
            raise InvalidInput(f"histories={asked.histories}: must be at least twice the {fitted} patterns fitted")
        self.found: Calibrated | None = None

    def plans(self) -> Sequence[Table]:
        """Nothing is known beforehand: what was found decides where to go on."""
        return []

    def estimate(self, workers: int) -> Estimate:
        """Say what the search takes at most."""
        asked, count = self.asked, len(self.free.names)
        runs = moments.runs_at_most(count, asked.points, asked.replications) + asked.proposals * asked.histories
        return estimate([self.model.at({}, asked.replications)], workers, runs)

    def further(self) -> Mapping[str, Any]:
        """Say which record is fitted; where its files lie changes nothing."""
        target = self.model.target
        record = {
            "files": self.asked.acd is not None,
            "patterns": dict(zip(target.patterns, target.values.tolist(), strict=True)),
            "covariance": digest({"rows": target.covariance.tolist()}),
        }
        return {**dict.fromkeys(Files._fields), "record": record}

    def go_on(self, work: Work) -> None:
        """Search, and simulate what is said about what was found."""
        self.found = _Search(self, work).found()

    def facts(self, store: Store) -> Facts:
        """Say how many runs the search took."""
        runs = sum(int(store.read(table, ["replications"])["replications"].to_numpy().sum()) for table in _TABLES)
        return replace(super().facts(store), runs=runs)

    def analyse(self, rows: Store) -> Calibrated:
        """Give what the search found."""
        assert self.found is not None
        return self.found

    def tell(self, found: Calibrated, facts: Facts) -> Result:
        """Say what is known of the parameters, and which patterns are reproduced."""
        return told(found, facts, self.content())


_TABLES = ("evaluations", "tried")


def free_parameters(names: Sequence[str], setting: Setting) -> moments.Free:
    """Look up the declared ranges of parameters that are to be fitted.

    Raises
    ------
    InvalidInput
        When one of them is set to a value as well.
    """
    for name in names:
        if name in setting.command_line or any(name in values for values in setting.overrides.values()):
            raise InvalidInput(f"{name}: is set and free at once; leave it out of free=, or do not set it")
    declared = [PARAMETERS[name] for name in names]
    return moments.Free(tuple(names), np.array([p.low for p in declared]), np.array([p.high for p in declared]))


class _Search:
    """One search: what is simulated at which values, each once, and what is made of it."""

    def __init__(self, question: Calibration, work: Work) -> None:
        self.asked, self.model, self.free, self.work = question.asked, question.model, question.free, work
        self.held = {name: self.model.value(name) for name in CANDIDATES if name not in self.free.names}
        self.rest = np.array(list(self.held.values()))
        self.every = free_parameters(
            [*self.free.names, *self.held], replace(question.setting, command_line={}, overrides={})
        )
        columns = (self.every.names, self.model.target.patterns), (self.free.names, ("log_likelihood", *SHARES))
        simulate = self._patterns, self._tried
        self.patterns, self.tried = (
            Evaluations(work.store, function, table, *names, work.stop)
            for function, table, names in zip(simulate, _TABLES, columns, strict=True)
        )

    def named(self, values: Floats) -> dict[str, float]:
        """Name values of the free parameters, or of every candidate."""
        return dict(zip(self.every.names, values.tolist(), strict=False))

    def statuses(self, tasks: Sequence[Task]) -> Levels:
        """Run tasks, and give the status of every quarter."""
        pool = self.work.start()
        rows = histories.in_memory(tasks, pool, self.work.stop)
        return np.concatenate([histories.statuses_of(each.extra["statuses"], self.model.plan.setting) for each in rows])

    def statuses_at(self, values: Floats, replications: int) -> Levels:
        """Run the first so many replications at some values."""
        pool = self.work.start()
        return self.statuses(histories.tasks_of(self.model.at(self.named(values), replications), pool.room()))

    def _patterns(self, values: Floats, replications: int) -> Floats:
        """Simulate the fitted patterns at values of every candidate."""
        return self.model.moments(histories.highest_of_year(self.statuses_at(values, replications)))

    def _tried(self, values: Floats, replications: int) -> Floats:
        """Simulate how likely the record is under a set of values, and how much conflict that means."""
        statuses = self.statuses_at(values, replications)
        levels = histories.highest_of_year(statuses)
        likely = posterior.log_likelihood(self.model.moments_by_run(levels), self.model.target.values)
        return np.array([likely, np.mean(levels > 0), np.mean(statuses > 0)])

    def _searched(self) -> tuple[moments.Fit, Floats, posterior.Population]:
        """Find the optimum, the slopes of every candidate there, and what else the record allows; all is stored."""
        asked, target = self.asked, self.model.target
        if len(self.patterns):
            say(f"going on after {len(self.patterns) + len(self.tried)} evaluations")

        def patterns_at(values: Floats, replications: int) -> Floats:
            return self.patterns(np.concatenate([values, self.rest]), replications)

        try:
            fit = moments.fit(patterns_at, self.free, target, asked.points, asked.replications, asked.seed, say)
            slopes = moments.jacobian(
                lambda values: self.patterns(values, asked.replications),
                self.every,
                np.concatenate([fit.values, self.rest]),
            )
            population = posterior.population(
                lambda values: float(self.tried(values, asked.histories)[0]), boxes.Box(self.free.low, self.free.high),
                fit.values, fit.covariance, asked.proposals, asked.seed, say,
            )  # fmt: skip
        finally:
            self.patterns.write()
            self.tried.write()
        return fit, slopes, population

    def found(self) -> Calibrated:
        """Search, and simulate what is said about what was found."""
        model, asked, target = self.model, self.asked, self.model.target
        fit, slopes, population = self._searched()
        kept, best = population.kept(KEPT, asked.seed), np.concatenate([fit.values, self.rest])
        statuses = self.statuses_at(best, asked.replications)
        levels = histories.highest_of_year(statuses)
        by_run = model.moments_by_run(levels)
        singly = self.statuses(model.one_each([self.named(one) for one in kept]))
        at_fit = float(np.mean(levels > 0)), float(np.mean(statuses > 0))
        of_kept = np.array([self.tried(values, asked.histories)[1:] for values in kept]).T
        errors = np.sqrt(np.diag(moments.spread(slopes, target)))
        pooled = patterns.pooled_patterns(levels, model.world, model.first, statuses=statuses)
        return Calibrated(
            free=self.free, target=target, fit=fit, held=self.held, population=population, kept=kept,
            shares=dict(zip(SHARES, zip(at_fit, of_kept, strict=True), strict=True)),
            seen=patterns.ends_of(
                patterns.patterns_by_run(
                    histories.highest_of_year(singly), model.world, model.first, statuses=singly
                )
            ),
            all_free=dict(zip(self.every.names, errors.tolist(), strict=True)),
            checks=validation.checks(model.record, pooled, target.patterns),
            goodness=moments.goodness(fit, target, by_run),
            noise=float(np.nanmax(np.nanstd(by_run, axis=0) / target.errors) / math.sqrt(asked.replications)),
            missions=self._missions(best),
        )  # fmt: skip

    def _missions(self, values: Floats) -> association.Association:
        """See what missions do at some values."""
        plan = replace(self.model.at(self.named(values), self.asked.replications), recorder=association.Ends())
        pool = self.work.start()
        ends = []
        for each in (plan, association.blind(plan)):
            rows = histories.in_memory(histories.tasks_of(each, pool.room()), pool, self.work.stop)
            ends.append([row.extra[association.Ends.table] for row in rows])
        told, years, years_without = (
            np.concatenate([row[name] for row in rows])
            for rows, name in ((ends[0], "told"), (ends[0], "conflict_years"), (ends[1], "conflict_years"))
        )
        return association.association(told, years, years_without)

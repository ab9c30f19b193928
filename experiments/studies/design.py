"""Which institution should be built: a search over degrees for what no other institution beats, judged anew."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace

import numpy as np
import yaml

from experiments.reporting.drawing import Drawing
from experiments.reporting.figures import design as figures
from experiments.reporting.result import Facts, Result
from experiments.runs.parts import write_whole
from experiments.runs.plan import ACROSS_RANGES, FIRST_DRAW, Blocks, Plan, level_plan
from experiments.runs.store import Store
from experiments.runs.work import Work
from experiments.settings.asked import Asked
from experiments.settings.configuration import Setting
from experiments.settings.nodes import values_from
from experiments.settings.options import BASELINE
from experiments.settings.places import CONF
from experiments.statistics.arrays import Floats, Integers
from experiments.statistics.family import simultaneous_intervals
from experiments.statistics.intervals import Interval
from experiments.statistics.pareto import Search, hypervolume, ranks
from experiments.studies.degrees import degrees_from
from experiments.studies.front import FAILED, MOST, Found, Searched, Told, front_name
from experiments.studies.objectives import CHANGES, Objective, objectives_from
from experiments.studies.question import Question, Table
from model.errors import InvalidInput

NAMED, PARTS, JUDGED, JUDGED_NAMED = "named", "parts", "judged", "judged_named"
FRONT = "front"

RUNGS = ((1.0 / 6.0, 1.0), (0.5, 0.5), (1.0, 0.25))
"""How many of the draws a candidate is run in before the best part goes on, and which part of a generation that is."""
FRESH = 100_000
"""Draws from this one on judge; the search never sees them."""
RESAMPLES = 200
"""Of the fresh draws, for the interval of the hypervolume."""


class DesignStudy(Question):
    """A search for institutions, and a judgement of what it finds in draws that it never saw."""

    def __init__(self, asked: Asked) -> None:
        self.base, self.than = asked.chosen["institution"], str(asked.than)
        named = tuple(dict.fromkeys([self.than, BASELINE, *asked.institutions]))
        super().__init__(asked, list(dict.fromkeys([*named, self.base])))
        self.named = named
        self.objectives = objectives_from([str(name) for name in asked.objectives])
        self.outcomes = tuple(dict.fromkeys(each.outcome for each in self.objectives if each.outcome))
        if not self.outcomes:
            raise InvalidInput("objectives: one at least must be of an outcome")
        if asked.budget < asked.population:
            raise InvalidInput(
                f"budget={asked.budget}: must be one generation at least (population={asked.population})"
            )
        fixed = values_from("fix", asked.fix)
        self.degrees = degrees_from(asked.free, fixed, self.setting, self.base, self.than)
        self.built = {name: self.degrees.of(self.setting, name) for name in named}
        self.generations = int(asked.budget) // int(asked.population)
        self.rungs = [(max(2, round(part * asked.draws)), keep) for part, keep in RUNGS]
        if (target := asked.save) is not None and (CONF / "institution" / f"{target}.yaml").exists():
            raise InvalidInput(f"save={target}: conf/institution/{target}.yaml is there already; choose another name")

    @property
    def first(self) -> Objective:
        """The first objective that is of an outcome."""
        return next(each for each in self.objectives if each.outcome)

    def plans(self) -> Sequence[Table]:
        """The named institutions, in the draws of the search and in those that judge."""
        plan = self._plan(self.setting, self.named)
        return [
            Table(NAMED, "the named institutions", plan),
            Table(JUDGED_NAMED, "the named institutions, in fresh draws", self._fresh(plan)),
        ]

    def later(self) -> int:
        """Count the runs of the search, and those that judge a full front."""
        before = [0, *(draws for draws, _ in self.rungs)]
        kept = [max(1, math.ceil(keep * self.asked.population)) for _, keep in self.rungs]
        each = sum(count * (draws - past) for count, (draws, _), past in zip(kept, self.rungs, before, strict=False))
        parts = MOST * (1 + len(self.degrees.names)) * self.rungs[0][0]
        return int(self.asked.replications * (self.generations * each + parts + MOST * self.asked.judged))

    def go_on(self, work: Work) -> None:
        """Search, leave out what does nothing, then judge what is left."""
        searched, _ = self._search(work.store, work.run)
        found = searched.degrees[searched.front(self.asked.draws)]
        plan, few = self._candidates(PARTS, self._without_each(found)), range(self.rungs[0][0])
        work.run(PARTS, f"{len(found)} institutions of the front, without each of their parts", plan, few)
        kept = self._front(work.store, found)
        judging = self._fresh(self._candidates(FRONT, kept))
        work.run(JUDGED, f"{len(kept)} institutions of the front, in fresh draws", judging)

    def _without_each(self, found: Floats) -> Floats:
        """Give each institution of the front, then the same with one degree after the other as it is today."""
        each = np.eye(found.shape[1], dtype=bool)
        return np.concatenate([[one, *np.where(each, self.degrees.today, one)] for one in found])

    def _front(self, store: Store, found: Floats) -> Floats:
        """Set degrees of the front that change no run, each by itself, back to today's."""

        def decide() -> list[list[float]]:
            size = 1 + found.shape[1]
            means = self._means(store, PARTS, _names(PARTS, size * len(found)))
            runs = np.concatenate(list(means.values()), axis=1).reshape(len(found), size, -1)
            idle = (runs[:, 1:] == runs[:, :1]).all(axis=2)
            kept: list[list[float]] = np.where(idle, self.degrees.today, found).tolist()
            return kept

        return np.array(store.decided("front", decide))

    def tables(self) -> Sequence[str]:
        """Name all tables of runs."""
        search = [f"{_named(place)}_{rung}" for place in range(self.generations) for rung in range(len(self.rungs))]
        return [NAMED, *search, PARTS, JUDGED, JUDGED_NAMED]

    def _plan(self, setting: Setting, names: Sequence[str]) -> Plan:
        """Plan every draw of the search, a block each."""
        asked = self.asked
        return level_plan(setting, names, asked.seed, ACROSS_RANGES, asked.draws, per_draw=asked.replications)

    def _fresh(self, plan: Plan) -> Plan:
        """Plan the same in draws that the search never saw."""
        futures = int(self.asked.replications)
        return replace(plan, blocks=Blocks(FIRST_DRAW + FRESH * futures, self.asked.judged * futures, futures))

    def _candidates(self, kind: str, degrees: Floats, wanted: Sequence[int] | None = None) -> Plan:
        """Plan candidates (candidates, degrees), or those of them that are wanted, as institutions."""
        names = _names(kind, len(degrees))
        kept = range(len(names)) if wanted is None else wanted
        made = {names[i]: self.degrees.made(names[i], degrees[i]) for i in kept}
        return self._plan(replace(self.setting, institutions=made), list(made))

    def _search(self, store: Store, run: Callable[..., None]) -> tuple[Searched, list[float]]:
        """Search generation by generation, from rows that stand; `run` makes those that are missing."""
        named = self._means(store, NAMED, self.named)
        box = self._box(named)
        every: list[Searched] = []
        volumes = []
        start = self.degrees.shares(np.array(list(self.built.values())))
        search = Search(len(self.degrees.names), len(self.objectives), self.asked.population, start, self.asked.seed)
        for generation in range(self.generations):
            degrees = self.degrees.at(search.ask())
            one = self._generation(store, run, generation, degrees, named)
            search.tell(one.values)
            every.append(one)
            found = Searched(*(np.concatenate(columns) for columns in zip(*every, strict=True)))
            volumes.append(hypervolume(found.values[found.draws == self.asked.draws], *box))
        return found, volumes

    def _generation(
        self, store: Store, run: Callable[..., None], generation: int, degrees: Floats, named: Mapping[str, Floats]
    ) -> Searched:
        """Run one generation by successive halving: the best part of it in more draws, in common replications."""
        count, kind = len(degrees), _named(generation)
        names, chosen = np.array(_names(kind, count)), np.arange(count)
        values, draws = np.full((count, len(self.objectives)), FAILED), np.zeros(count, np.int64)
        means = {outcome: np.empty((count, 0)) for outcome in self.outcomes}
        for rung, (until, keep) in enumerate(self.rungs):
            chosen = chosen[_best(values[chosen], math.ceil(keep * count))]
            table, past = f"{kind}_{rung}", int(draws.max())
            title = f"generation {generation + 1} of {self.generations}, {len(chosen)} candidates"
            run(table, title, self._candidates(kind, degrees, chosen.tolist()), range(past, until))
            found = self._means(store, table, names[chosen].tolist())
            means = {o: np.column_stack([x, _spread(found[o], chosen, count)]) for o, x in means.items()}
            seen = {outcome: x[:, :until] for outcome, x in named.items()}
            values[chosen] = self._values(degrees, means, seen, named)[chosen]
            draws[chosen] = until
        return Searched(degrees, values, draws)

    def _values(
        self, degrees: Floats, means: Mapping[str, Floats], seen: Mapping[str, Floats], named: Mapping[str, Floats]
    ) -> Floats:
        """Work out objectives (candidates, objectives) from means by draw; of few draws, against a named one there."""
        columns = []
        for each in self.objectives:
            if each.statistic == CHANGES:
                columns.append(each.sign * self.degrees.changes(degrees))
                continue
            found = each.value(each.by_draw(means, seen))
            # What the same draws did to the named one is taken out: candidates of different draws stand side by side.
            few, all_of_them = (each.value(each.by_draw(x, x))[0] for x in (seen, named))
            columns.append(found - few + all_of_them)
        return np.nan_to_num(np.stack(columns, axis=1), nan=FAILED)

    def _box(self, named: Mapping[str, Floats]) -> tuple[Floats, Floats]:
        """Fix scales and reference point of the hypervolume from the named institutions alone."""
        values = self._values(np.array(list(self.built.values())), named, named, named)
        span = np.maximum(np.ptp(values, axis=0), 1e-9 + 0.01 * np.abs(values).max(axis=0))
        return values.min(axis=0) - span, values.max(axis=0) + span

    def _means(self, store: Store, table: str, names: Sequence[str]) -> dict[str, Floats]:
        """Mean outcomes over replications, by draw (institutions, draws); NaN where one failed."""
        frame = store.read(table, ["institution", "draw", *self.outcomes]).to_pandas()
        grouped = frame.groupby(["institution", "draw"], observed=True)
        by = grouped[list(self.outcomes)].mean()
        by[grouped.size() < self.asked.replications] = np.nan
        return {outcome: by[outcome].unstack("draw").reindex(list(names)).to_numpy() for outcome in self.outcomes}

    def analyse(self, rows: Store) -> Found:
        """Replay the search from its rows, and judge the front by the fresh ones."""
        searched, volumes = self._search(rows, lambda *_, **__: None)
        front = searched.front(self.asked.draws)
        named = self._means(rows, JUDGED_NAMED, self.named)
        built = self._front(rows, searched.degrees[front])
        ours = [front_name(place) for place in range(len(front))]
        means = self._means(rows, JUDGED, _names(FRONT, len(front)))
        beaten = self._beaten(built, means, named)
        degrees = {**self.built, **dict(zip(ours, built, strict=True))}
        by_name = {name: {o: x[i] for o, x in named.items()} for i, name in enumerate(self.named)}
        by_name |= {name: {o: x[i] for o, x in means.items()} for i, name in enumerate(ours)}
        judged = {
            name: {each.name: self._judged(each, by_name[name], named, degrees[name]) for each in self.objectives}
            for name in by_name
        }
        seen = searched.values[front]
        for column, each in enumerate(self.objectives):
            if each.statistic == CHANGES:
                seen[:, column] = self.degrees.changes(built)
        return Found(built, seen, len(searched.degrees), judged, self._beats(by_name, named), volumes, beaten)

    def _beaten(self, built: Floats, ours: Mapping[str, Floats], named: Mapping[str, Floats]) -> Interval:
        """Part of the box that the front beats in the fresh draws; for its 95% interval they are drawn again, whole."""

        def beaten(draws: Integers) -> float:
            here, there = ({outcome: x[:, draws] for outcome, x in means.items()} for means in (ours, named))
            # The named ones fix the box in the same draws: what is hard on all of them moves nothing.
            return hypervolume(self._values(built, here, there, there), *self._box(there))

        count = named[self.first.outcome].shape[1]
        again = np.random.default_rng(self.asked.seed).integers(0, count, (RESAMPLES, count))
        low, high = np.quantile([beaten(draws) for draws in again], [0.025, 0.975])
        return Interval(beaten(np.arange(count)), float(low), float(high))

    def _judged(
        self, objective: Objective, means: Mapping[str, Floats], named: Mapping[str, Floats], degrees: Floats
    ) -> Interval:
        """Estimate an objective of one institution in the fresh draws."""
        if objective.statistic == CHANGES:
            return Interval(*[float(self.degrees.changes(degrees))] * 3)
        return objective.interval(objective.by_draw(means, named), self.asked.seed)

    def _beats(
        self, by_name: Mapping[str, Mapping[str, Floats]], named: Mapping[str, Floats]
    ) -> dict[tuple[str, str], Interval]:
        """Compare every institution with every named one in the first objective that is of an outcome."""
        first = self.first
        by_draw = {name: first.by_draw(by_name[name], named) for name in by_name}
        pairs = [(one, other) for one in by_name for other in self.named if one != other]
        columns = np.array([by_draw[one] - by_draw[other] for one, other in pairs]).T
        return dict(zip(pairs, simultaneous_intervals(columns, seed=self.asked.seed), strict=True))

    def tell(self, found: Found, facts: Facts) -> Result:
        """Say what was found, beside the named institutions."""
        told = Told(found, self.objectives, self.degrees, self.built, self.labels, self.than)
        if self.asked.save is not None:
            self._save(found)
        context = {
            "found": found, "told": told, "count": len(found.degrees), "first": self.first,
            "evaluations": found.evaluations, "degrees": self.degrees,
        }  # fmt: skip
        sample = f"{self.asked.judged} fresh draws, {self.asked.replications} futures each, {facts.world}"
        texts = {"labels": self.labels, "sample": sample}
        headings = {each.name: each.heading for each in (self.first, *self.objectives)}
        alt = f"Objectives of {told.alt}"
        return self.result(
            facts,
            context,
            data={
                "front": told.front(), "named": {name: told.plain(name) for name in self.named},
                "hypervolume": found.volume.mean, "hypervolume_low": found.volume.low,
                "hypervolume_high": found.volume.high, "hypervolume_searched": found.volumes[-1],
                "evaluations": found.evaluations, "runs": facts.runs,
                "differences": told.differences(), "institution": self.base,
            },
            tables={"front": told.table, "search": told.progress},
            figures={
                "trade_offs": Drawing(
                    figures.trade_offs, told.table, alt, {**texts, "than": self.labels[self.than], "headings": headings}
                ),
                "degrees": Drawing(figures.degrees, told.shares, f"Degrees of {told.alt}", texts),
            },
        )  # fmt: skip

    def _save(self, found: Found) -> None:
        """Write the front's institution that is best in the first objective as a file that every command takes."""
        path = CONF / "institution" / f"{self.asked.save}.yaml"
        if path.exists():
            return
        made = self.degrees.made(self.asked.save, found.degrees[0], f"Found by search ({self.asked.save})")
        content = {
            "label": made.label, "names": dict(made.names), "pools": [asdict(pool) for pool in made.pools],
            "values": dict(made.values),
        }  # fmt: skip
        said = "# Found by concord design; see the study for what it was searched for and how it was judged.\n"
        write_whole(path, (said + yaml.safe_dump(content, sort_keys=False, allow_unicode=True)).encode())


def _named(generation: int) -> str:
    """Name a generation."""
    return f"search_{generation:03d}"


def _names(kind: str, count: int) -> list[str]:
    """Name so many candidates."""
    return [f"{kind}_{place:03d}" for place in range(count)]


def _spread(values: Floats, places: Integers, count: int) -> Floats:
    """Put rows (places, draws) where they belong among so many candidates; NaN elsewhere."""
    found = np.full((count, values.shape[1]), np.nan)
    found[places] = values
    return found


def _best(values: Floats, count: int) -> Integers:
    """Choose so many candidates (candidates, objectives) of the lowest ranks, the earlier of equals; in their order."""
    return np.sort(np.argsort(ranks(values), kind="stable")[:count])

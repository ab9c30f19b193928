"""Which institution holds up across scenarios, and what would be worth knowing first."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from experiments.reporting.drawing import Drawing
from experiments.reporting.figures import robustness as figures
from experiments.reporting.result import Facts, Result
from experiments.reporting.wording import as_json, bracketed
from experiments.runs.cube import cube_of
from experiments.runs.plan import ACROSS_RANGES, level_plan
from experiments.runs.store import Store
from experiments.settings.asked import Asked
from experiments.settings.options import BASELINE
from experiments.statistics.evppi import FEWEST_WORLDS, Information, value_of_information
from experiments.statistics.intervals import Interval
from experiments.statistics.regret import (
    BETTER,
    DIFFERENCE,
    GOOD_ENOUGH,
    RANKED,
    REGRET,
    REGRET_P90,
    REGRET_WORST,
    WORSE,
    Ranking,
    rankings,
    robustness,
)
from experiments.statistics.sensitivity import between_worlds
from experiments.studies import information
from experiments.studies.comparison import MAIN_METRIC
from experiments.studies.question import Question, Table
from model.errors import InvalidInput
from model.world import Floats

CRITERIA: dict[str, tuple[str, str]] = {
    DIFFERENCE: ("state-years", "mean difference in conflict-years to the baseline"),
    REGRET: ("state-years", "mean regret: conflict-years more than under the best institution of the same world"),
    REGRET_P90: ("state-years", "regret that one world in ten exceeds"),
    REGRET_WORST: ("state-years", "mean regret in the tenth of worlds with the most of it"),
    GOOD_ENOUGH: ("share", "worlds in which regret is too small to count"),
    BETTER: ("share", "worlds with fewer conflict-years than the baseline, by so much that it counts"),
    WORSE: ("share", "worlds with more conflict-years than the baseline, by so much that it counts"),
}
"""Unit and meaning of what is reported of every institution."""
_TOLD = {
    DIFFERENCE: "Fewest conflict-years on average",
    REGRET_WORST: "Least regret in the worst tenth of worlds",
    GOOD_ENOUGH: "Good enough in most worlds",
}
_COLUMNS = {
    DIFFERENCE: f"vs {BASELINE}", REGRET: "mean regret", REGRET_P90: "90th pct.", REGRET_WORST: "worst tenth",
    GOOD_ENOUGH: "good enough", BETTER: "better", WORSE: "worse",
}  # fmt: skip


@dataclass(frozen=True)
class Found:
    """What came out.

    Attributes
    ----------
    means : ndarray (scenarios, institutions)
        Mean outcome over each scenario's replications.
    parameters : mapping of str to ndarray (scenarios,)
        Every drawn parameter that varies.
    left_out : int
        Scenarios in which a run failed.
    criteria : mapping of str to mapping of str to Interval
        By institution and criterion.
    rankings : mapping of str to Ranking
        By criterion.
    spread : mapping of str to (float, float)
        Standard deviation of the difference to the baseline between scenarios, and of replication noise.
    information : Information or None
        Nothing where there are too few scenarios, or nothing varies.
    """

    means: Floats
    parameters: Mapping[str, Floats]
    left_out: int
    criteria: Mapping[str, Mapping[str, Interval]]
    rankings: Mapping[str, Ranking]
    spread: Mapping[str, tuple[float, float]]
    information: Information | None


class Robustness(Question):
    """Scenarios drawn across the ranges, each with replications of its own, under several institutions."""

    def __init__(self, asked: Asked) -> None:
        names = tuple(dict.fromkeys([BASELINE, *asked.institutions]))
        if len(names) < 2:
            raise InvalidInput(f"institutions=[{BASELINE}]: must name another one to compare '{BASELINE}' with")
        super().__init__(asked, names)
        self.labels = {name: self.setting.institutions[name].label for name in names}
        self.margin = float(asked.margin)
        self.plan = level_plan(self.setting, names, asked.seed, ACROSS_RANGES, asked.draws, per_draw=asked.futures)

    def plans(self) -> Sequence[Table]:
        """Every replication of every scenario."""
        return [Table("runs", "across worlds", self.plan)]

    def analyse(self, rows: Store) -> Found:
        """Work out regrets, ranks and what would be worth knowing."""
        asked, names, drawn = self.asked, self.institutions, list(self.plan.drawn)
        table = rows.read("runs", ["institution", "replication", "draw", MAIN_METRIC, *drawn])
        cube = cube_of(table, names, [MAIN_METRIC], asked.futures).paired_points()
        outcomes = np.stack([cube[MAIN_METRIC, name] for name in names], axis=-1)
        means = np.asarray(outcomes.mean(axis=1))
        frame = table.to_pandas()
        own = frame[frame["institution"] == BASELINE].groupby("draw")[drawn].first().loc[cube.points]
        parameters = {name: own[name].to_numpy(np.float64) for name in drawn if own[name].nunique() > 1}
        differences = outcomes - outcomes[:, :, [names.index(BASELINE)]]
        worth = None
        if len(means) >= FEWEST_WORLDS and parameters:
            worth = value_of_information(means, parameters, asked.seed)
        return Found(
            means=means,
            parameters=parameters,
            left_out=asked.draws - len(means),
            criteria=robustness(means, names, BASELINE, self.margin, asked.seed),
            rankings=rankings(means, self.margin, asked.seed),
            spread={name: between_worlds(differences[:, :, i]) for i, name in enumerate(names)},
            information=worth,
        )

    def tell(self, found: Found, facts: Facts) -> Result:
        """Say which institution holds up, and what would be worth knowing."""
        tables = self._tables(found)
        return Result(
            template="robustness",
            question="Which institution holds up across worlds, and what would be worth knowing first?",
            facts=facts,
            answer=self._answer(found),
            data=self._data(found, facts.runs),
            tables=tables,
            figures=self._drawings(found, tables, facts),
            context={
                "worlds": len(found.means),
                "futures": self.asked.futures,
                "margin": self.margin,
                "baseline": BASELINE,
                "baseline_label": self.labels[BASELINE],
                "cells": self._cells(found),
                "worth": None if found.information is None else information.cells(found.information),
                "noise": self._noise(found),
                "parameters": len(found.parameters),
                "left_out": found.left_out,
                "ranked": RANKED,
                "criteria": CRITERIA,
            },
        )

    def _answer(self, found: Found) -> list[str]:
        """Say what came out; no more than the numbers say."""
        said = []
        for criterion, words in _TOLD.items():
            ranking = found.rankings[criterion]
            first = int(np.argmin(ranking.rank))
            name, sure = self.institutions[first], ranking.probability[first, 0]
            value = _value(found.criteria[name][criterion], criterion)
            said.append(f"{words}: {self.labels[name]} ({value}; first in {sure:.0%} of resamples).")
        return [*said, *information.said(found.information, self.labels)]

    def _data(self, found: Found, runs: int) -> dict[str, Any]:
        """Everything in plain data."""
        names = self.institutions
        return {
            "worlds": len(found.means),
            "worlds_left_out": found.left_out,
            "futures_per_world": self.asked.futures,
            "runs": runs,
            "margin": self.margin,
            "institutions": as_json(found.criteria),
            "rankings": {
                criterion: {
                    name: {"rank": int(ranking.rank[i]), "probability": ranking.probability[i].tolist()}
                    for i, name in enumerate(names)
                }
                for criterion, ranking in found.rankings.items()
            },
            "spread_of_difference": {
                name: as_json({"between_worlds": between, "luck": noise})
                for name, (between, noise) in found.spread.items()
            },
            "information": None if found.information is None else information.plain(found.information, names),
        }

    def _tables(self, found: Found) -> dict[str, pd.DataFrame]:
        """Every number of the study."""
        criteria = [
            {"institution": name, "label": self.labels[name], "criterion": criterion, "unit": CRITERIA[criterion][0]}
            | interval._asdict()
            for name, by_criterion in found.criteria.items()
            for criterion, interval in by_criterion.items()
        ]
        ranks = [
            {"criterion": criterion, "institution": name, "rank": int(ranking.rank[i])}
            | {f"probability_{r + 1}": p for r, p in enumerate(ranking.probability[i])}
            for criterion, ranking in found.rankings.items()
            for i, name in enumerate(self.institutions)
        ]
        spread = [{"institution": n, "between_worlds": b, "luck": x} for n, (b, x) in found.spread.items()]
        tables = {"robustness": pd.DataFrame(criteria), "rankings": pd.DataFrame(ranks), "luck": pd.DataFrame(spread)}
        if found.information is not None:
            tables["information"] = information.worth_table(found.information)
            tables["choices"] = information.choices_table(found.information, self.institutions)
        return tables

    def _drawings(self, found: Found, tables: Mapping[str, pd.DataFrame], facts: Facts) -> dict[str, Drawing]:
        """Every figure."""
        worlds, futures = len(found.means), self.asked.futures
        each = "one future" if futures == 1 else f"{futures} futures"
        count, labels = {"worlds": worlds}, {"labels": dict(self.labels)}
        texts = {
            "unit": f"conflict-years in {facts.years:g} years, {facts.world}",
            "sample": f"{worlds:,} worlds, the mean of {each} each",
        }
        made = {
            "regret": Drawing(figures.regret, tables["robustness"], "Regret of every institution", texts),
            "ranks": Drawing(figures.ranks, tables["rankings"], "Probability of every rank", labels | count),
        }
        if found.information is not None:
            alt = "Expected value of knowing each parameter, with the floor that noise reaches"
            made["information"] = Drawing(figures.information, tables["information"], alt, count)
            column = found.parameters[next(iter(found.information.worth))]
            tenths = information.regret_map(found.information, column, found.means, self.institutions)
            alt = "Mean regret by tenths of the parameter most worth knowing"
            made["regret_map"] = Drawing(figures.regret_map, tenths, alt, labels)
        return made

    def _cells(self, found: Found) -> list[list[str]]:
        """Cells of the table, its heading first, the fewest conflict-years before more."""
        rows = [["institution", *_COLUMNS.values()]]
        for name in sorted(self.institutions, key=lambda name: found.criteria[name][DIFFERENCE].mean):
            own = found.criteria[name]
            cells = [_value(own[criterion], criterion) for criterion in (DIFFERENCE, REGRET_P90, REGRET_WORST)]
            shares = [f"{100.0 * own[criterion].mean:.0f}%" for criterion in (GOOD_ENOUGH, BETTER, WORSE)]
            if name == BASELINE:
                cells[0], shares[1:] = "–", ["–", "–"]
            rows.append([name, cells[0], f"{own[REGRET].mean:.1f}", *cells[1:], *shares])
        return rows

    def _noise(self, found: Found) -> str:
        """Say how much of the spread of a difference is replication noise."""
        futures = self.asked.futures
        others = [spread for name, spread in found.spread.items() if name != BASELINE]
        if not others or any(math.isnan(between) for between, _ in others):
            return "With one future per world, regrets and shares hold the luck of that future."
        kept = [between**2 / max(between**2 + noise**2 / futures, 1e-300) for between, noise in others]
        return (
            f"Of the spread of differences over worlds, {min(kept):.0%} to {max(kept):.0%} (by institution) is the "
            f"worlds'; the rest is luck that {futures} futures leave, which lifts all regrets and pulls shares towards "
            "one half."
        )


def _value(found: Interval, criterion: str) -> str:
    """Write one estimate."""
    if CRITERIA[criterion][0] == "share":
        return bracketed(Interval(*(100.0 * x for x in found)), 0, "%")
    return bracketed(found, 1, sign="+" if criterion == DIFFERENCE else "")

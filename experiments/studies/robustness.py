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
from experiments.statistics import regret
from experiments.statistics.evppi import FEWEST_WORLDS, Information, value_of_information
from experiments.statistics.family import simultaneous_intervals
from experiments.statistics.intervals import Interval
from experiments.statistics.regret import (
    BETTER,
    DIFFERENCE,
    GOOD_ENOUGH,
    REGRET,
    REGRET_P90,
    REGRET_WORST,
    WORSE,
    Ranking,
)
from experiments.statistics.sensitivity import between_worlds
from experiments.studies.comparison import MAIN_METRIC
from experiments.studies.question import Question, Table
from model.errors import InvalidInput
from model.parameters import PARAMETERS
from model.world import Floats

CRITERIA: dict[str, tuple[str, str, str]] = {
    DIFFERENCE: ("state-years", f"vs {BASELINE}", "mean difference in conflict-years to the baseline"),
    REGRET: (
        "state-years",
        "mean regret",
        "mean regret: conflict-years more than under the best institution of the same world",
    ),
    REGRET_P90: ("state-years", "90th pct.", "regret that one world in ten exceeds"),
    REGRET_WORST: ("state-years", "worst tenth", "mean regret in the tenth of worlds with the most of it"),
    GOOD_ENOUGH: ("share", "good enough", "worlds in which regret is too small to count"),
    BETTER: ("share", "better", "worlds with fewer conflict-years than the baseline, by so much that it counts"),
    WORSE: ("share", "worse", "worlds with more conflict-years than the baseline, by so much that it counts"),
}
"""Unit, heading and meaning of what is reported of every institution."""
_SHOWN = 6
"""Parameters on the terminal."""


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
        self.margin = float(asked.margin)
        # Draw by draw and future by future what a comparison of the same seed lives through.
        self.each = {"per_draw": asked.futures, "apart": True}
        self.plan = level_plan(self.setting, names, asked.seed, ACROSS_RANGES, asked.draws, **self.each)

    def plans(self) -> Sequence[Table]:
        """Every replication of every scenario."""
        return [Table("runs", "across worlds", self.plan)]

    def analyse(self, rows: Store) -> Found:
        """Work out regrets, ranks and what would be worth knowing."""
        asked, names, drawn = self.asked, self.institutions, list(self.plan.drawn)
        table = rows.read("runs", ["institution", "replication", "draw", MAIN_METRIC, *drawn])
        cube = cube_of(table, names, [MAIN_METRIC], **self.each).paired_points()
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
            criteria=regret.robustness(means, names, BASELINE, self.margin, asked.seed),
            rankings=regret.rankings(means, self.margin, asked.seed),
            spread={name: between_worlds(differences[:, :, i]) for i, name in enumerate(names)},
            information=worth,
        )

    def tell(self, found: Found, facts: Facts) -> Result:
        """Say which institution holds up, and what would be worth knowing."""
        names, worth, tables = self.institutions, found.information, self._tables(found)
        context = {
            "nowhere": not np.ptp(found.means, axis=1).any(),
            "found": found, "left_out": found.left_out, "worth": worth, "worlds": len(found.means),
            "baseline": BASELINE,
            "told": self._told(found), "PARAMETERS": PARAMETERS, "cells": self._cells(found),
            "worth_cells": None if worth is None else _worth_cells(worth),
            "kept": self._kept(found), "ranked": regret.RANKED, "criteria": CRITERIA,
            "names": list(self.labels.values()),
        }  # fmt: skip
        return self.result(
            facts,
            context,
            data={
                "worlds": len(found.means), "worlds_left_out": found.left_out,
                "futures_per_world": self.asked.futures, "runs": facts.runs, "margin": self.margin,
                "institutions": as_json(found.criteria),
                "rankings": {
                    criterion: {
                        name: {"rank": int(ranking.rank[i]), "probability": ranking.probability[i].tolist()}
                        for i, name in enumerate(names)
                    }
                    for criterion, ranking in found.rankings.items()
                },
                "spread_of_difference": as_json(tables["luck"].set_index("institution").to_dict("index")),
                "information": None if worth is None else _plain(worth, names),
            },
            tables=tables,
            figures=self._drawings(found, tables, facts),
        )  # fmt: skip

    def _told(self, found: Found) -> list[tuple[str, str, str, float]]:
        """Lay out who is first by what the answer speaks of, with the estimate and how sure it is."""
        told = []
        for criterion in (DIFFERENCE, REGRET_WORST, GOOD_ENOUGH):
            ranking = found.rankings[criterion]
            first = int(np.argmin(ranking.rank))
            name = self.institutions[first]
            value = _value(found.criteria[name][criterion], criterion)
            told.append((criterion, self.labels[name], value, ranking.probability[first, 0]))
        return told

    def _tables(self, found: Found) -> dict[str, pd.DataFrame]:
        """Every number of the study."""
        names, worth = self.institutions, found.information
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
            for i, name in enumerate(names)
        ]
        spread = [{"institution": n, "between_worlds": b, "luck": x} for n, (b, x) in found.spread.items()]
        tables = {"robustness": pd.DataFrame(criteria), "rankings": pd.DataFrame(ranks), "luck": pd.DataFrame(spread)}
        if worth is not None:
            tables["information"] = pd.DataFrame(
                {"parameter": name, "evppi": each.evppi, "floor": worth.floor, "p": each.p, "changed": each.changed,
                 "changed_by_luck": each.changed_by_noise}
                for name, each in worth.worth.items()
            )  # fmt: skip
            tables["choices"] = pd.DataFrame(
                {"parameter": name, "institution": names[choice.institution], "start": choice.start, "end": choice.end}
                for name, each in worth.worth.items()
                for choice in each.choices
            )
        return tables

    def _drawings(self, found: Found, tables: Mapping[str, pd.DataFrame], facts: Facts) -> dict[str, Drawing]:
        """Every figure."""
        worlds, futures = len(found.means), self.asked.futures
        each = "one future" if futures == 1 else f"{futures} futures"
        count, labels = {"worlds": worlds}, {"labels": self.labels}
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
            alt = "Mean regret by tenths of the parameter most worth knowing"
            made["regret_map"] = Drawing(figures.regret_map, self._by_tenths(found, found.information), alt, labels)
        return made

    def _by_tenths(self, found: Found, worth: Information) -> pd.DataFrame:
        """Mean regret by tenths of the parameter that would be worth knowing most, a row per tenth and institution."""
        parameter = next(iter(worth.worth))
        column = found.parameters[parameter]
        place = np.argsort(np.argsort(column, kind="stable"), kind="stable") * 10 // len(column)
        regrets, rows = regret.regrets(found.means), []
        for tenth in range(10):
            own, values = regrets[place == tenth], column[place == tenth]
            means = own.mean(axis=0)
            beyond = simultaneous_intervals(own - own[:, [means.argmin()]], self.asked.seed)
            rows += [
                {"parameter": parameter, "tenth": tenth + 1, "from": values.min(), "to": values.max(),
                 "institution": who, "regret": mean, "may_be_least": not more.low > 0.0}
                for who, mean, more in zip(self.institutions, means, beyond, strict=True)
            ]  # fmt: skip
        return pd.DataFrame(rows)

    def _cells(self, found: Found) -> list[list[str]]:
        """Cells of the table, its heading first, the fewest conflict-years before more."""
        rows = [["institution", *(heading for _, heading, _ in CRITERIA.values())]]
        for name in sorted(self.institutions, key=lambda name: found.criteria[name][DIFFERENCE].mean):
            own = found.criteria[name]
            written = {criterion: _value(own[criterion], criterion) for criterion in CRITERIA}
            written[REGRET] = f"{own[REGRET].mean:.1f}"
            written |= {share: f"{100.0 * own[share].mean:.0f}%" for share in (GOOD_ENOUGH, BETTER, WORSE)}
            if name == BASELINE:
                written |= dict.fromkeys((DIFFERENCE, BETTER, WORSE), "–")
            rows.append([name, *written.values()])
        return rows

    def _kept(self, found: Found) -> list[float]:
        """Say which share of the spread of a difference is the scenarios', by institution; nothing if not known."""
        others = [spread for name, spread in found.spread.items() if name != BASELINE]
        if any(math.isnan(between) for between, _ in others):
            return []
        return [between**2 / max(between**2 + noise**2 / self.asked.futures, 1e-300) for between, noise in others]


def _worth_cells(found: Information) -> list[list[str]]:
    """Lay out the parameters that would be worth most, the heading first."""
    rows = [["worth knowing first", "EVPPI", "floor", "p", "changes the choice (by luck)"]]
    for name, worth in list(found.worth.items())[:_SHOWN]:
        changes = f"{worth.changed:.0%} ({worth.changed_by_noise:.0%})"
        rows.append([name, f"{worth.evppi:.2f}", f"{found.floor:.2f}", f"{worth.p:.3f}", changes])
    return rows


def _plain(found: Information, names: Sequence[str]) -> dict[str, Any]:
    """Give the value of information in plain data, institutions by name."""
    return {
        "best": names[found.best], "floor": found.floor, "everything": found.everything, "found": found.found,
        "parameters": {
            name: {
                "evppi": worth.evppi, "p": worth.p, "changed": worth.changed, "changed_by_luck": worth.changed_by_noise,
                "choices": [{"institution": names[c.institution], "from": c.start, "to": c.end} for c in worth.choices],
            }
            for name, worth in found.worth.items()
        },
    }  # fmt: skip


def _value(found: Interval, criterion: str) -> str:
    """Write one estimate."""
    if CRITERIA[criterion][0] == "share":
        return bracketed(found, 0, "%")
    return bracketed(found, 1, sign="+" if criterion == DIFFERENCE else "")

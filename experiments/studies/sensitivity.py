"""Which assumptions drive the difference between two institutions."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from experiments.reporting.drawing import Drawing
from experiments.reporting.figures import sensitivity as figures
from experiments.reporting.result import Facts, Result
from experiments.reporting.wording import as_json, bracketed, in_words, intervals_in_columns
from experiments.runs.cube import cube_of
from experiments.runs.designs import Morris, values_at
from experiments.runs.factors import SWEPT, factors_from
from experiments.runs.plan import DEFAULTS, Blocks, Design, Plan, level_plan
from experiments.runs.store import Store
from experiments.runs.work import Work
from experiments.settings.asked import Asked
from experiments.settings.text import readable
from experiments.statistics.sensitivity import LEVELS, Effect, elementary_effects
from experiments.statistics.sobol import MOVED, PARTS, WIDEST, Indices, parted_design, sobol_indices
from experiments.studies.question import Question, Table, compared
from model.outcomes import OUTCOMES
from model.world import Floats

DIFFERENCE = "difference"
OTHERS = "all others"

_SCREENING, _RUNS = "runs_screening", "runs"
_LEFT_OUT = 0.1
"""Total index of all others above which it is said that screening left out what matters."""
_PAIRS = ["of", "metric", "factor", "with", "second", "second_low", "second_high"]
_PAIRS_SHOWN = 6
_ABOVE_BY_CHANCE = 0.025
"""Share of 95% intervals, each by itself, that lie wholly above a true value of zero."""
_SCREENED_SHOWN = 5
"""Parameters shown beyond those that became factors."""

Quantity = tuple[str, str]
"""What is looked at: an institution or `DIFFERENCE`, and an outcome."""


@dataclass(frozen=True)
class Found:
    """What drives what.

    Attributes
    ----------
    screening : mapping of str to mapping of str to Effect
        By outcome, of the difference; by parameter, largest mean effect first.
    factors : mapping of str to tuple of str
        Parameters by factor.
    indices : mapping of (str, str) to Indices
        By `Quantity`.
    metric : str
        The outcome that screening went by and that is told first.
    """

    screening: Mapping[str, Mapping[str, Effect]]
    factors: Mapping[str, tuple[str, ...]]
    indices: Mapping[Quantity, Indices]
    metric: str

    @property
    def main(self) -> Indices:
        """Indices of the difference in the outcome that is told first."""
        return self.indices[DIFFERENCE, self.metric]

    @property
    def effects(self) -> Mapping[str, Effect]:
        """Elementary effects on the difference in the outcome that is told first."""
        return self.screening[self.metric]

    def named(self, factor: str) -> str:
        """Name a factor; all others with their number."""
        return f"{factor} ({len(self.factors[factor])})" if factor == OTHERS else factor

    def tables(self) -> dict[str, pd.DataFrame]:
        """Every number, by the name of its CSV file."""
        pairs = [(*of, *pair, *index) for of, indices in self.indices.items() for pair, index in indices.second.items()]
        return {
            "screening": pd.DataFrame(
                {
                    "metric": metric, "parameter": name, "mu": effect.mu,
                    **intervals_in_columns({"mu_star": effect.mu_star}), "sigma": effect.sigma,
                    "floor": effect.floor, "beyond_luck": effect.beyond_noise, "kept": name in self.factors,
                }
                for metric, effects in self.screening.items()
                for name, effect in effects.items()
            ),
            "indices": pd.DataFrame(
                {
                    "of": which, "metric": metric, "factor": name,
                    **intervals_in_columns({"first": indices.first[name], "total": indices.total[name]}),
                    "total_with_luck": indices.with_noise[name],
                }
                for (which, metric), indices in self.indices.items()
                for name in self.factors
            ),
            "pairs": pd.DataFrame(pairs, columns=_PAIRS),
            "quality": pd.DataFrame(
                {
                    "of": which, "metric": metric, "variance": indices.variance, "luck_share": indices.noise,
                    "defined": indices.defined, "widest": indices.widest, "moved": indices.moved,
                    "converged": indices.converged,
                }
                for (which, metric), indices in self.indices.items()
            ),
        }  # fmt: skip


class Sensitivity(Question):
    """Morris to screen, then Sobol indices of what has the largest effects, of all others together.

    Screening looks at every parameter with few points, each in the same replications. Those of the largest mean effects
    on the difference become factors of their own; all others together are one more, so that its total index says how
    much was left out. Indices are estimated from points all over the ranges, in parts with replications of their own.
    """

    def __init__(self, asked: Asked) -> None:
        self.pair = compared(asked)
        super().__init__(asked, self.pair)
        self.factors = factors_from(asked.axes, self.setting, sampled=True)
        # They give way to what an institution sets itself if nobody named them.
        self.yields = asked.axes == SWEPT
        self.names = [factor.name for factor in self.factors]
        self.shares = Morris().shares(len(self.factors), asked.seed, trajectories=asked.morris, levels=LEVELS)

    def plans(self) -> Sequence[Table]:
        """The screening; which points come after it is decided by what it finds."""
        return [Table(_SCREENING, "screening", self._plan(self.names, self.shares))]

    def later(self) -> int:
        """Count the runs of the points all over the ranges."""
        return int(PARTS * self.asked.base * self.asked.replications * len(self.pair))

    def go_on(self, work: Work) -> None:
        """Run points all over the ranges, the factors that the screening chooses first among their columns."""
        each, base = self.asked.replications, self.asked.base
        plan = self._plan(list(chain(*self._chosen(work.store).values())), self._points())
        plan = replace(plan, blocks=Blocks(0, PARTS * each, each))
        for part in range(PARTS):
            own = np.arange(plan.points) // base == part
            work.run(_RUNS, f"Sobol indices, part {part + 1} of {PARTS}", plan, [part], own)

    def tables(self) -> Sequence[str]:
        """Name both tables of runs."""
        return [_SCREENING, _RUNS]

    def analyse(self, rows: Store) -> Found:
        """Estimate effects and indices."""
        chosen, shares = self._chosen(rows), self._points()
        indices = {
            (which, metric): sobol_indices(shares, values, chosen, f"{metric}, {which}")
            for (which, metric), values in self._quantities(rows, _RUNS, len(shares)).items()
        }
        return Found(self._screened(rows), chosen, indices, self.asked.metric)

    def tell(self, found: Found, facts: Facts) -> Result:
        """Say what drives the difference."""
        tables, main, metric = found.tables(), found.main, in_words(found.metric)
        ordered = sorted(main.total.items(), key=lambda entry: -np.nan_to_num(entry[1].mean))
        own = {name: table[table["metric"] == found.metric] for name, table in tables.items()}
        own |= {name: own[name][own[name]["of"] == DIFFERENCE] for name in ("indices", "pairs")}
        context = {
            "found": found, "main": main, "metric": metric, "unit": OUTCOMES[found.metric].unit,
            "told": [name for name, index in ordered if index.low > 0.0 and name != OTHERS],
            "others": OTHERS, "rest": main.total.get(OTHERS), "much": _LEFT_OUT, "widest": WIDEST, "moved": MOVED,
            "parts": PARTS,
            "cells": [["assumption", "first order", "total", "with luck"]]
            + [[found.named(name), bracketed(main.first[name], 2), bracketed(total, 2), readable(main.with_noise[name])]
               for name, total in ordered],
            "screened": _screened(found), **_pairs(main),
            "nowhere": not main.defined and all(each.mu_star.mean == 0.0 for each in found.effects.values()),
        }  # fmt: skip
        result = self.result(
            facts,
            context,
            data={
                "institution": self.pair[1], "than": self.pair[0], "metric": found.metric, "world": facts.world,
                "runs": facts.runs, "futures": self.asked.replications,
                "factors": {name: list(members) for name, members in found.factors.items()},
                "luck_share": as_json(main.noise), "converged": main.converged,
                **as_json({**own, "quality": tables["quality"]}),
            },
            tables=tables,
        )  # fmt: skip
        drivers = result.answer[1] if main.defined else "No index has bounds."
        return replace(result, figures=self._drawings(found, tables["indices"], own, drivers, facts))

    def _drawings(
        self, found: Found, indices: pd.DataFrame, own: Mapping[str, pd.DataFrame], drivers: str, facts: Facts
    ) -> dict[str, Drawing]:
        """Every figure."""
        main, (than, institution) = found.main, self.labels.values()
        noise = "" if math.isnan(main.noise) else f"; luck ({main.noise:.0%}) taken out"
        state = "converged" if main.converged else "NOT converged: add points"
        screened = {
            "unit": f"{OUTCOMES[found.metric].unit} in {facts.years:g} years, {facts.world}",
            "sample": f"{self.asked.morris} trajectories, {self.asked.replications} common futures",
        }
        said = {
            "than": than, "institution": institution, "sample": f"{main.points:,} points{noise}; {state}",
            "names": {name: found.named(name) for name in found.factors},
        }  # fmt: skip
        largest = f"Mean size of effects on the difference; largest: {', '.join(list(found.effects)[:5])}."
        alt = f"First-order and total indices of the difference. {drivers}"
        by_outcome = indices[indices["of"] == DIFFERENCE]
        everywhere = "Total indices of the difference in every outcome, by assumption."
        chosen_by = {"chosen_by": in_words(found.metric)}
        return {
            "screening": Drawing(figures.screening, own["screening"], largest, screened),
            "indices": Drawing(figures.indices, own["indices"], alt, said),
            "indices_by_outcome": Drawing(figures.indices_by_outcome, by_outcome, everywhere, chosen_by),
        }

    def _points(self) -> Floats:
        """Make the points all over the ranges, as shares."""
        return parted_design(len(self.names), self.asked.base, self.asked.seed)

    def _plan(self, names: Sequence[str], shares: Floats) -> Plan:
        """Plan points of some of the factors, given as shares of their ranges."""
        by_name = {factor.name: factor for factor in self.factors}
        factors = tuple(by_name[name] for name in names)
        design = Design(factors, values_at(factors, shares), self.yields)
        asked = self.asked
        return level_plan(self.setting, self.pair, asked.seed, DEFAULTS, asked.replications, design=design)

    def _screened(self, rows: Store) -> dict[str, dict[str, Effect]]:
        """Estimate elementary effects on the difference in every outcome."""
        outputs = self._quantities(rows, _SCREENING, len(self.shares))
        return {
            metric: elementary_effects(self.shares, values, self.names, self.asked.seed, f"{metric}, {which}")
            for (which, metric), values in outputs.items()
            if which == DIFFERENCE
        }

    def _chosen(self, rows: Store) -> dict[str, tuple[str, ...]]:
        """Make a factor of each parameter with a large effect, and one of all others; stored with the rows."""

        def choose() -> list[tuple[str, Sequence[str]]]:
            names, keep = list(self._screened(rows)[self.asked.metric]), self.asked.keep
            alone: list[tuple[str, Sequence[str]]] = [(name, [name]) for name in names[:keep]]
            return [*alone, *([(OTHERS, sorted(names[keep:]))] if names[keep:] else [])]

        return {name: tuple(members) for name, members in rows.decided("factors", choose)}

    def _quantities(self, rows: Store, table: str, points: int) -> dict[Quantity, Floats]:
        """Lay out all that is looked at (points, replications): the difference in each outcome, and each outcome."""
        found, each = rows.read(table), self.asked.replications
        # Replications of a point are told apart by their places: a part has its own.
        place = pa.array(found["replication"].to_numpy() % each)
        found = found.set_column(found.column_names.index("replication"), "replication", place)
        cube = cube_of(found, self.pair).whole(points, each)
        baseline, name = self.pair
        gaps = {(DIFFERENCE, metric): cube[metric, name] - cube[metric, baseline] for metric in OUTCOMES}
        return gaps | {(who, metric): cube[metric, who] for who in self.pair for metric in OUTCOMES}


def _screened(found: Found) -> list[list[str]]:
    """Cells of the screening, the heading first."""
    rows = [["assumption", "μ*", "floor", "μ", "σ"]]
    for name, effect in list(found.effects.items())[: len(found.factors) - 1 + _SCREENED_SHOWN]:
        rows.append([name, bracketed(effect.mu_star, 2), *map(readable, (effect.floor, effect.mu, effect.sigma))])
    return rows


def _pairs(main: Indices) -> Mapping[str, Any]:
    """Say which pairs do more together than alone: a share of variance below zero is estimation error."""
    found = {pair: index for pair, index in main.second.items() if index.low > 0.0}
    ordered = sorted(found.items(), key=lambda entry: -entry[1].mean)[:_PAIRS_SHOWN]
    rows = [[f"{left} × {right}", bracketed(index, 2)] for (left, right), index in ordered]
    return {"told_pairs": len(found), "pairs_by_chance": _ABOVE_BY_CHANCE * len(main.second), "pairs": rows}

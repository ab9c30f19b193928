"""Which ingredient of an institution does the work: a full factorial of its ingredients on common replications."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.reporting.drawing import Drawing, number
from experiments.reporting.figures import attribution as figures
from experiments.reporting.render import counted
from experiments.reporting.result import Facts, Result
from experiments.reporting.wording import as_json, bracketed, intervals_in_columns
from experiments.runs.cube import Cube, cube_of
from experiments.runs.plan import ACROSS_RANGES, level_plan
from experiments.runs.store import Store
from experiments.settings.asked import Asked
from experiments.settings.options import BASELINE
from experiments.statistics.family import interval_alone, simultaneous_intervals
from experiments.statistics.intervals import Interval, mean_interval, ratio_of_means_interval
from experiments.statistics.shapley import alone, interactions, last, shapley_values
from experiments.studies.comparison import MAIN_METRIC
from experiments.studies.ingredients import declared_ingredients, every_combination, parts_of
from experiments.studies.question import Question, Table
from model.errors import InvalidInput
from model.outcomes import OUTCOMES

_RESAMPLES = 2_000
_PAIRS_SHOWN = 8

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Attribution:
    """One outcome's difference between an institution and the baseline, divided among its ingredients.

    Everything is a change in the outcome, in its unit: of conflict-years, below zero is better.

    Attributes
    ----------
    baseline, institution : Interval
        Mean outcome under either.
    total : Interval
        Mean paired difference.
    shares : list of Interval
        Shapley value by ingredient; they add up to the total. Simultaneous over ingredients.
    parts_of_total : list of Interval
        The same as a share of the total, not simultaneous; no bounds where the total may be zero.
    alone, last : list of Interval
        What an ingredient changes by itself, and when all others are there. Simultaneous over ingredients.
    pairs : dict of (int, int) to Interval
        Shapley interaction of two ingredients. Simultaneous over pairs; empty with one ingredient.
    """

    baseline: Interval
    institution: Interval
    total: Interval
    shares: list[Interval]
    parts_of_total: list[Interval]
    alone: list[Interval]
    last: list[Interval]
    pairs: dict[tuple[int, int], Interval]

    def of(self, ingredient: int) -> dict[str, Interval]:
        """Everything that is said of one ingredient, by its name in tables and JSON."""
        kinds = {
            "share": self.shares,
            "part_of_difference": self.parts_of_total,
            "alone": self.alone,
            "last": self.last,
        }
        return {kind: values[ingredient] for kind, values in kinds.items()}


def attribution(outcomes: npt.ArrayLike, seed: int) -> Attribution:
    """Divide a difference among ingredients.

    Parameters
    ----------
    outcomes : array_like, shape (n, 2**k)
        Row: future, or the mean over a draw's futures. Column: set of ingredients, as in
        `experiments.statistics.shapley`.
    seed : int
        Of the resampling of rows.

    Returns
    -------
    Attribution
        Estimates are exact for the futures that were run, since every set of ingredients was; 95% intervals say how
        far other futures (across the ranges: draws) could have given others.
    """
    worths = np.asarray(outcomes, np.float64)
    difference = worths[:, -1] - worths[:, 0]
    total, shares = total_and_shares(worths, seed)
    both = interactions(worths)
    pairs = list(combinations(range(len(shares)), 2))
    strengths = _jointly(np.array([both[:, i, j] for i, j in pairs]).T, seed) if pairs else []
    return Attribution(
        baseline=mean_interval(worths[:, 0]),
        institution=mean_interval(worths[:, -1]),
        total=total,
        shares=shares,
        parts_of_total=[
            ratio_of_means_interval(x, difference, seed=seed, resamples=_RESAMPLES) for x in shapley_values(worths).T
        ],
        alone=_jointly(alone(worths), seed),
        last=_jointly(last(worths), seed),
        pairs=dict(zip(pairs, strengths, strict=True)),
    )


def _jointly(columns: Array, seed: int) -> list[Interval]:
    return simultaneous_intervals(np.ascontiguousarray(columns), seed=seed, resamples=_RESAMPLES)


def total_and_shares(outcomes: npt.ArrayLike, seed: int) -> tuple[Interval, list[Interval]]:
    """Divide a difference among ingredients.

    Parameters
    ----------
    outcomes : array_like, shape (n, 2**k)
        Row: future, or the mean over a draw's futures. Column: set of ingredients, as in
        `experiments.statistics.shapley`.
    seed : int
        Of the resampling of rows.

    Returns
    -------
    total : Interval
        Mean paired difference: a question by itself, with the interval that a comparison gives it.
    shares : list of Interval
        Shapley value by ingredient, simultaneous over ingredients.
    """
    worths = np.asarray(outcomes, np.float64)
    return interval_alone(worths[:, -1] - worths[:, 0], seed), _jointly(shapley_values(worths), seed)


class Found(NamedTuple):
    """What came out: the cube, the division of conflict-years, and those of every outcome."""

    cube: Cube
    main: Attribution
    outcomes: dict[str, tuple[Interval, list[Interval]]]


class Attribute(Question):
    """A full factorial of an institution's ingredients."""

    def __init__(self, asked: Asked) -> None:
        self.name = asked.chosen["institution"]
        if self.name == BASELINE:
            raise InvalidInput(f"institution={self.name}: is what others are compared with; must be another one")
        super().__init__(asked, [self.name, BASELINE])
        self.parts = parts_of(self.setting, self.name, BASELINE, declared_ingredients())
        self.codes = [part.ingredient.name for part in self.parts]
        self.names = [part.ingredient.label for part in self.parts]
        setting, self.combinations = every_combination(self.setting, self.name, BASELINE, self.parts)
        self.across = asked.level == ACROSS_RANGES
        # Draw by draw and future by future what a comparison of the same seed lives through.
        each = {"per_draw": asked.futures, "apart": True} if self.across else {}
        self.plan = level_plan(setting, self.combinations, asked.seed, asked.level, asked.replications, **each)

    def plans(self) -> Sequence[Table]:
        """Every combination of ingredients, in the same replications."""
        return [Table("runs", f"{len(self.combinations)} combinations", self.plan)]

    def analyse(self, rows: Store) -> Found:
        """Divide the difference in every outcome among the ingredients."""
        plan = self.plan
        cube = cube_of(rows.read("runs"), self.combinations, per_draw=plan.per_draw, apart=plan.apart)
        cube = cube.paired_points().averaged() if self.across else cube.paired()
        seed = self.asked.seed
        worths = {outcome: _worths(cube, outcome) for outcome in OUTCOMES}
        main = attribution(worths.pop(MAIN_METRIC), seed)
        others = {outcome: total_and_shares(found, seed) for outcome, found in worths.items()}
        return Found(cube, main, {MAIN_METRIC: (main.total, main.shares), **others})

    def tell(self, found: Found, facts: Facts) -> Result:
        """Say which ingredient does the work."""
        main, tables = found.main, self._tables(found)
        order = np.argsort([share.mean for share in main.shares], kind="stable").tolist()
        told = [i for i in order if _is_told(main.shares[i])]
        pairs = sorted(main.pairs.items(), key=lambda entry: -abs(entry[1].mean))
        context = {
            "found": found, "main": main, "baseline": BASELINE, "cells": self._cells(main, order),
            "nowhere": not np.ptp(found.cube.outcomes[MAIN_METRIC], axis=0).any(),
            "left_out": found.cube.left_out, "pairs_shown": _PAIRS_SHOWN,
            "fewer": [i for i in told if main.shares[i].mean < 0.0],
            "more": [i for i in reversed(told) if main.shares[i].mean > 0.0],
            "rest": [name for i, name in enumerate(self.names) if i not in told],
            "told_pairs": [(*pair, strength) for pair, strength in pairs if _is_told(strength)],
        }  # fmt: skip
        return self.result(
            facts,
            context,
            data=self._data(found, facts.runs),
            tables=tables,
            figures=self._drawings(found, tables, facts),
        )

    def _data(self, found: Found, runs: int) -> dict[str, Any]:
        """Everything in plain data."""
        main = found.main
        ends = {"baseline": main.baseline, "institution": main.institution, "difference": main.total}
        return {
            "institution": self.labels[self.name], "baseline": self.labels[BASELINE], "level": self.asked.level,
            "futures": found.cube.count, "futures_per_draw": self.plan.per_draw or 1,
            "futures_left_out": found.cube.left_out, "runs": runs,
            "conflict_years": as_json(ends),
            "ingredients": {
                part.ingredient.name: {"label": part.ingredient.label, "parameters": list(part.parameters)}
                | as_json(main.of(i))
                for i, part in enumerate(self.parts)
            },
            "interactions": [
                {"ingredients": [self.codes[i], self.codes[j]], **as_json(x)} for (i, j), x in main.pairs.items()
            ],
        }  # fmt: skip

    def _tables(self, found: Found) -> dict[str, pd.DataFrame]:
        """Every number of the study."""
        shares = [
            {"ingredient": part.ingredient.name, "label": part.ingredient.label}
            | intervals_in_columns(found.main.of(i))
            | {"parameters": " ".join(part.parameters)}
            for i, part in enumerate(self.parts)
        ]
        pairs = [
            (self.codes[i], self.codes[j], self.names[i], self.names[j], *x) for (i, j), x in found.main.pairs.items()
        ]
        outcomes = [
            {"outcome": outcome, "unit": OUTCOMES[outcome].unit, "ingredient": name, **interval._asdict()}
            for outcome, (total, each) in found.outcomes.items()
            for name, interval in [("all together", total), *zip(self.codes, each, strict=True)]
        ]
        means = [
            {"combination": name}
            | {code: number >> i & 1 for i, code in enumerate(self.codes)}
            | {outcome: float(found.cube.runs(outcome, name).mean()) for outcome in OUTCOMES}
            for number, name in enumerate(self.combinations)
        ]
        return {
            "attribution": pd.DataFrame(shares),
            "interactions": pd.DataFrame(
                pairs, columns=["one", "other", "one_label", "other_label", *Interval._fields]
            ),
            "outcomes": pd.DataFrame(outcomes),
            "combinations": pd.DataFrame(means),
        }

    def _drawings(self, found: Found, tables: Mapping[str, pd.DataFrame], facts: Facts) -> dict[str, Drawing]:
        """Every figure."""
        main, count = found.main, found.cube.count
        sample = f"{count:,} futures at the default values"
        if self.across:
            sample = f"{count:,} draws of what nobody has measured, {counted(self.asked.futures, 'future')} each"
        texts = {"unit": f"state-years in {facts.years:g} years, {facts.world}", "sample": sample}
        spoken = "; ".join(f"{name} {number(x.mean, 2)}" for name, x in zip(self.names, main.shares, strict=True))
        alt = f"From the baseline's conflict-years to the institution's, ingredient by ingredient: {spoken}"
        drawn = {"waterfall": Drawing(figures.waterfall, self._steps(main), alt, texts)}
        if main.pairs:
            alt = "Interaction of every pair of ingredients"
            drawn["interactions"] = Drawing(figures.interactions, tables["interactions"], alt, {"sample": sample})
        return drawn

    def _steps(self, main: Attribution) -> pd.DataFrame:
        """From the baseline to the institution, the most helpful ingredient first: where each step begins and ends."""
        at = start = main.baseline.mean
        rows: list[tuple[Any, ...]] = [(self.labels[BASELINE], "level", 0.0, at, math.nan, math.nan)]
        for i in sorted(range(len(self.parts)), key=lambda i: main.shares[i].mean):
            mean, low, high = main.shares[i]
            rows.append((self.names[i], "share", at, at + mean, at + low, at + high))
            at += mean
        ends = (start + main.total.low, start + main.total.high)
        rows.append((self.labels[self.name], "level", 0.0, main.institution.mean, *ends))
        return pd.DataFrame(rows, columns=["step", "kind", "start", "end", "low", "high"])

    def _cells(self, main: Attribution, order: Sequence[int]) -> list[list[str]]:
        """Cells of the table, its heading first and the sum last."""
        rows = [["ingredient", "share", "% of it", "by itself", "last"]]
        for i in order:
            part = main.parts_of_total[i]
            percent = "not bounded" if math.isnan(part.low) else f"{round(100.0 * part.mean, 0) + 0.0:.0f}"
            share, by_itself, last_ = (bracketed(x[i], 2, sign="+") for x in (main.shares, main.alone, main.last))
            rows.append([self.names[i], share, percent, by_itself, last_])
        return [*rows, ["all together", bracketed(main.total, 2, sign="+"), "100", "", ""]]


def _worths(cube: Cube, outcome: str) -> Array:
    """Lay one outcome out: a row per replication, a column per set of ingredients."""
    return np.array([cube.runs(outcome, name) for name in cube.institutions]).T


def _is_told(interval: Interval) -> bool:
    """Tell whether an interval excludes no change."""
    return interval.high < 0.0 or interval.low > 0.0

"""Which ingredient of an institution does the work: a full factorial of its ingredients."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.reporting.drawing import Drawing
from experiments.reporting.figures.attribution import interactions, waterfall
from experiments.reporting.result import Facts, Result
from experiments.reporting.wording import as_json, bracketed, intervals_in_columns, signed
from experiments.runs.cube import Cube, cube_of
from experiments.runs.plan import ACROSS_RANGES, level_plan
from experiments.runs.store import Store
from experiments.settings.asked import Asked
from experiments.settings.options import BASELINE
from experiments.statistics.intervals import Interval
from experiments.studies.attribution import Attribution, attribution, total_and_shares
from experiments.studies.comparison import MAIN_METRIC
from experiments.studies.ingredients import declared_ingredients, every_combination, parts_of
from experiments.studies.question import Question, Table
from model.errors import InvalidInput
from model.outcomes import OUTCOMES

_PAIRS_SHOWN = 8


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
        self.plan = level_plan(setting, self.combinations, asked.seed, asked.level, asked.replications)

    def plans(self) -> Sequence[Table]:
        """Every combination of ingredients, in the same replications."""
        return [Table("runs", f"{len(self.combinations)} combinations", self.plan)]

    def analyse(self, rows: Store) -> Found:
        """Divide the difference in every outcome among the ingredients."""
        cube = cube_of(rows.read("runs"), self.combinations).paired()
        seed = self.asked.seed
        worths = {outcome: _worths(cube, outcome) for outcome in OUTCOMES}
        divided = {outcome: total_and_shares(found, seed) for outcome, found in worths.items()}
        return Found(cube, attribution(worths[MAIN_METRIC], seed), divided)

    def tell(self, found: Found, facts: Facts) -> Result:
        """Say which ingredient does the work."""
        across, count = self.asked.level == ACROSS_RANGES, found.cube.count
        sample = f"{count:,} futures at the default values"
        if across:
            sample = f"{count:,} draws of what nobody has measured, one future each"
        tables = self._tables(found)
        unit = f"state-years in {facts.years:g} years, {facts.world}"
        spoken = "; ".join(f"{name} {signed(x.mean, 2)}" for name, x in zip(self.names, found.main.shares, strict=True))
        alt = f"From the baseline's conflict-years to the institution's, ingredient by ingredient: {spoken}"
        figures = {"waterfall": Drawing(waterfall, self._steps(found.main), alt, {"unit": unit, "sample": sample})}
        if found.main.pairs:
            alt = "Interaction of every pair of ingredients"
            figures["interactions"] = Drawing(interactions, tables["interactions"], alt, {"sample": sample})
        return Result(
            template="attribute",
            question=f"What in '{self._label(self.name)}' does the work?",
            facts=facts,
            answer=self._answer(found, across),
            data=self._data(found, facts.runs),
            tables=tables,
            figures=figures,
            context={
                "cells": self._cells(found.main),
                "pairs": self._pairs(found.main),
                "ingredients": self.parts,
                "combinations": self.combinations,
                "level": self.asked.level,
                "left_out": found.cube.left_out,
            },
        )

    def _label(self, name: str) -> str:
        return self.setting.institutions[name].label

    def _answer(self, found: Found, across: bool) -> list[str]:
        """Say what came out; no more than the numbers say."""
        where, unit = ("Across the declared ranges", "draws") if across else ("At the default values", "futures")
        main = found.main
        said = [
            f"{where} ({found.cube.count:,} {unit}), '{self._label(self.name)}' changes conflict-years by "
            f"{_number(main.total)} against '{self._label(BASELINE)}' ({main.baseline.mean:.1f})."
        ]
        told = [i for i, x in enumerate(main.shares) if x.high < 0.0 or x.low > 0.0]
        for title, sign in (("Fewer conflict-years come with", -1.0), ("More come with", 1.0)):
            side = sorted(
                (i for i in told if sign * main.shares[i].mean > 0.0), key=lambda i: -sign * main.shares[i].mean
            )
            if side:
                said.append(f"{title}: {'; '.join(f'{self.names[i]} {_number(main.shares[i])}' for i in side)}.")
        if rest := [name for i, name in enumerate(self.names) if i not in told]:
            said.append(f"Not told apart from no change: {', '.join(rest)}.")
        return said

    def _data(self, found: Found, runs: int) -> dict[str, Any]:
        """Everything in plain data."""
        main = found.main
        return {
            "institution": self._label(self.name),
            "baseline": self._label(BASELINE),
            "level": self.asked.level,
            "futures": found.cube.count,
            "futures_left_out": found.cube.left_out,
            "runs": runs,
            "conflict_years": as_json(
                {"baseline": main.baseline, "institution": main.institution, "difference": main.total}
            ),
            "ingredients": {
                part.ingredient.name: {"label": part.ingredient.label, "parameters": list(part.parameters)}
                | as_json({kind: values[i] for kind, values in _kinds(main).items()})
                for i, part in enumerate(self.parts)
            },
            "interactions": [
                {"ingredients": [self.codes[i], self.codes[j]], **as_json(x)} for (i, j), x in main.pairs.items()
            ],
        }

    def _tables(self, found: Found) -> dict[str, pd.DataFrame]:
        """Every number of the study."""
        shares = pd.DataFrame(
            {"ingredient": part.ingredient.name, "label": part.ingredient.label}
            | intervals_in_columns({kind: values[i] for kind, values in _kinds(found.main).items()})
            | {"parameters": " ".join(part.parameters)}
            for i, part in enumerate(self.parts)
        )
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
            "attribution": shares,
            "interactions": pd.DataFrame(
                pairs, columns=["one", "other", "one_label", "other_label", *Interval._fields]
            ),
            "outcomes": pd.DataFrame(outcomes),
            "combinations": pd.DataFrame(means),
        }

    def _steps(self, main: Attribution) -> pd.DataFrame:
        """From the baseline to the institution, the most helpful ingredient first: where each step begins and ends."""
        at = start = main.baseline.mean
        rows: list[dict[str, Any]] = [{"step": self._label(BASELINE), "kind": "level", "start": 0.0, "end": at}]
        for i in sorted(range(len(self.parts)), key=lambda i: main.shares[i].mean):
            share = main.shares[i]
            rows.append({"step": self.names[i], "kind": "share", "start": at, "end": at + share.mean,
                         "low": at + share.low, "high": at + share.high})  # fmt: skip
            at += share.mean
        rows.append({"step": self._label(self.name), "kind": "level", "start": 0.0, "end": main.institution.mean,
                     "low": start + main.total.low, "high": start + main.total.high})  # fmt: skip
        return pd.DataFrame(rows)

    def _cells(self, main: Attribution) -> list[list[str]]:
        """Cells of the table, its heading first and the sum last."""
        rows = [["ingredient", "share", "% of it", "by itself", "last"]]
        for i in sorted(range(len(self.parts)), key=lambda i: main.shares[i].mean):
            part = main.parts_of_total[i]
            percent = "not bounded" if part.low != part.low else f"{round(100.0 * part.mean, 0) + 0.0:.0f}"
            numbers = (_number(kind[i]) for kind in (main.alone, main.last))
            rows.append([self.names[i], _number(main.shares[i]), percent, *numbers])
        return [*rows, ["all together", _number(main.total), "100", "", ""]]

    def _pairs(self, main: Attribution) -> list[str]:
        """Say which ingredients help or hinder each other."""
        count = len(main.pairs)
        told = {pair: x for pair, x in main.pairs.items() if x.high < 0.0 or x.low > 0.0}
        if not told:
            none = f"None of {count} pairs of ingredients is established to help or hinder each other."
            return [none] if count else []
        strongest = sorted(told.items(), key=lambda entry: -abs(entry[1].mean))[:_PAIRS_SHOWN]
        shown = "; ".join(f"{self.names[i]} and {self.names[j]} {_number(x)}" for (i, j), x in strongest)
        which = "" if len(told) <= _PAIRS_SHOWN else ", the strongest of them"
        return [
            f"{len(told)} of {count} pairs of ingredients are established to help (below zero) or hinder each "
            f"other{which}: {shown}."
        ]


def _worths(cube: Cube, outcome: str) -> npt.NDArray[np.float64]:
    """Lay one outcome out: a row per replication, a column per set of ingredients."""
    return np.array([cube.runs(outcome, name) for name in cube.institutions]).T


def _kinds(main: Attribution) -> dict[str, list[Interval]]:
    """What is said of each ingredient."""
    return {
        "share": main.shares,
        "part_of_difference": main.parts_of_total,
        "alone": main.alone,
        "last": main.last,
    }


def _number(interval: Interval) -> str:
    return bracketed(interval, 2, sign="+")

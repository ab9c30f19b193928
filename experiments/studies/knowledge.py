"""What knowing is worth: each item of knowledge perfect and free, all else of the institution unchanged."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from experiments.reporting.drawing import Drawing
from experiments.reporting.figures import knowledge as figures
from experiments.reporting.result import Facts, Result
from experiments.reporting.wording import bracketed
from experiments.runs.cube import cube_of
from experiments.runs.factors import declared
from experiments.runs.plan import ACROSS_RANGES, DEFAULTS, Design, level_plan
from experiments.runs.store import Store
from experiments.settings.asked import Asked
from experiments.statistics.intervals import Interval, mean_interval, ratio_of_means_interval
from experiments.studies.question import Question, Table, compared
from model.outcomes import OUTCOMES

ITEMS: Mapping[str, tuple[str, ...]] = {
    "where": ("unknown_where",),
    "what_works": ("unknown_effects",),
    "consent": ("unknown_consent",),
    "others": ("unknown_others",),
    "status": ("unknown_status",),
    "all": ("unknown_where", "unknown_effects", "unknown_consent", "unknown_others", "unknown_status"),
}
"""What can be known, and the parameters that say how much of it is not."""

_SHARED = "shared_analysis"
_FACTORS = (_SHARED, *ITEMS["all"])
METRIC = "conflict_years"


@dataclass(frozen=True)
class Worth:
    """What one item is worth to one institution.

    Attributes
    ----------
    item, institution : str
        Which.
    value : Interval
        Change of conflict-years if everybody knew it; below zero: fewer.
    recovered : Interval
        Part of it that shared analysis brings where departments had none; NaN where there is nothing to recover.
    level : float
        Conflict-years with that knowledge.
    """

    item: str
    institution: str
    value: Interval
    recovered: Interval
    level: float


class Knowledge(Question):
    """Each item of knowledge, for two institutions, in common futures."""

    def __init__(self, asked: Asked) -> None:
        self.pair = compared(asked)
        super().__init__(asked, self.pair)
        points = [[arm.get(name, math.nan) for name in _FACTORS] for arm in _arms().values()]
        design = Design(tuple(map(declared, _FACTORS)), np.array(points))
        # Draw by draw and future by future what a comparison of the same seed lives through.
        each: dict[str, Any] = {"per_draw": asked.futures, "apart": True} if asked.level == ACROSS_RANGES else {}
        each |= {"design": design}
        self.plan = level_plan(self.setting, self.pair, asked.seed, asked.level, asked.replications, **each)

    def plans(self) -> Sequence[Table]:
        """As it is, with every item known, and both without and with shared analysis alone."""
        return [Table("runs", f"{len(_arms())} states of knowledge", self.plan)]

    def analyse(self, rows: Store) -> list[Worth]:
        """Estimate what every item is worth, and what shared analysis recovers of it."""
        arms = {name: place for place, name in enumerate(_arms())}
        cube = cube_of(rows.read("runs"), self.pair).whole(len(arms), self.plan.replications)
        found = []
        for institution in self.pair:
            # Names of futures ascend by place first, then by draw; a draw counts once, as the mean of its futures.
            years = cube[METRIC, institution].reshape(len(arms), -1, self.asked.replications).mean(axis=1)
            alone, together = years[arms["alone"]], years[arms["together"]]
            for item in ITEMS:
                perfect = years[arms[f"{item} alone"]]
                found.append(
                    Worth(
                        item,
                        institution,
                        mean_interval(years[arms[item]] - years[arms["as it is"]]),
                        _recovered(together - alone, perfect - alone, self.asked.seed),
                        float(years[arms[item]].mean()),
                    )
                )
        return found

    def tell(self, found: list[Worth], facts: Facts) -> Result:
        """Say what knowing is worth."""
        head = ["known", *(f"{self.labels[name]}{what}" for name in self.pair for what in ("", ": shared analysis"))]
        cells = [head] + [
            [item, *(text for each in found if each.item == item for text in _written(each))] for item in ITEMS
        ]
        everything = {each.institution: each for each in found if each.item == "all"}
        whole = {name: each.value for name, each in everything.items()}
        than = everything[self.pair[0]]
        context = {
            "found": found, "cells": cells, "whole": whole, "ceiling": than, "unit": METRIC.replace("_", "-"),
            "nothing": [self.labels[name] for name, value in whole.items() if not value.high < 0.0],
        }  # fmt: skip
        rows = [_plain(each) for each in found]
        flat = [
            {**{name: x for name, x in row.items() if not isinstance(x, dict)},
             **{f"recovered_{end}": x for end, x in row["recovered_by_shared_analysis"].items()}}
            for row in rows
        ]  # fmt: skip
        return self.result(
            facts,
            context,
            data={
                "items": rows,
                "ceiling": {"institution": than.institution, "conflict_years": than.level, **_ends(than.value)},
                "runs": facts.runs,
            },
            tables={"knowledge": pd.DataFrame(flat)},
            figures={"worth": self._drawing(pd.DataFrame(flat), whole, facts)},
        )

    def _drawing(self, table: pd.DataFrame, whole: Mapping[str, Interval], facts: Facts) -> Drawing:
        """Draw what knowing is worth."""
        spoken = "; ".join(f"{self.labels[name]} {bracketed(x, 2, sign='+')}" for name, x in whole.items())
        sample = f"{self.asked.replications:,} {'futures' if self.asked.level == DEFAULTS else 'draws'}, {facts.world}"
        texts = {"labels": self.labels, "unit": f"{OUTCOMES[METRIC].unit} in {facts.years:g} years", "sample": sample}
        return Drawing(figures.worth, table, f"What knowing everything is worth: {spoken}", texts)


def _arms() -> dict[str, dict[str, float]]:
    """What is set in each arm, by its name."""
    known = {item: dict.fromkeys(names, 0.0) for item, names in ITEMS.items()}
    alone = {f"{item} alone": {_SHARED: 0.0, **values} for item, values in known.items()}
    return {"as it is": {}, **known, "alone": {_SHARED: 0.0}, **alone, "together": {_SHARED: 1.0}}


def _recovered(shared: Any, perfect: Any, seed: int) -> Interval:
    """Part of what perfect knowledge changes that shared analysis does."""
    if not np.any(perfect):
        return Interval(math.nan, math.nan, math.nan)
    return ratio_of_means_interval(shared, perfect, seed=seed)


def _written(each: Worth) -> tuple[str, str]:
    """Write one item's worth and what of it is recovered."""
    known = math.isfinite(each.recovered.low) and math.isfinite(each.recovered.high)
    return bracketed(each.value, 2, sign="+"), bracketed(each.recovered, 2) if known else "–"


def _plain(each: Worth) -> dict[str, Any]:
    """Give one item in plain data."""
    return {
        "item": each.item, "institution": each.institution, **_ends(each.value),
        "recovered_by_shared_analysis": _ends(each.recovered),
    }  # fmt: skip


def _ends(interval: Interval) -> dict[str, float | None]:
    """Name the ends of an interval; None where there is no number."""
    numbers = {"estimate": interval.mean, "low": interval.low, "high": interval.high}
    return {name: value if math.isfinite(value) else None for name, value in numbers.items()}

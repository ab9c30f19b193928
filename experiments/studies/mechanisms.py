"""What each mechanism moves: off against strong, everything else the same, at the defaults and across the priors."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from experiments.reporting.drawing import Drawing
from experiments.reporting.figures import mechanisms as figures
from experiments.reporting.result import Facts, Result
from experiments.reporting.wording import as_json, bracketed
from experiments.runs.cube import Cube, cube_of
from experiments.runs.factors import Factor, declared, factors_from
from experiments.runs.plan import ACROSS_RANGES, DEFAULTS, LEVELS, Design, level_plan
from experiments.runs.store import Store
from experiments.settings.asked import Asked
from experiments.statistics.family import simultaneous_intervals
from experiments.statistics.intervals import Interval
from experiments.studies.paper import Mechanism, rows_of_paper
from experiments.studies.question import Question, Table, compared
from model.outcomes import OUTCOMES
from model.parameters import PARAMETERS

COUNTS = {"conflict_years": 0.1, "war_years": 0.1, "programme_money": math.nan}
"""Outcomes that are looked at, and the least change that counts; of money, `MONEY` of its mean."""

WORK = ("programme_money", "thematic_money", "top_up_money")
"""What counts as programme money: all that pays for programmes, however it is called."""

MONEY = 0.01
GAP = "gap"
WEAK, STRONG = 0.05, 0.95
"""Quantiles of a parameter's prior between which it is moved."""

NOT_IN_PLAY, CENTRED, SMALL, LUCK = (
    "not in play in this world",
    "prior centred on nothing",
    "moves less than counts",
    "not told from luck",
)


@dataclass(frozen=True)
class Moved:
    """What one mechanism moves of one outcome, at the defaults or across the priors.

    Attributes
    ----------
    mechanism, parameters, level, metric : str
        Which; names of parameters with a blank between.
    low, high : str or float
        Values between which it is moved.
    effects : mapping of str to Interval
        Change from low to high, by institution and in the gap between them; intervals hold jointly over all mechanisms.
    moves : bool
        Whether one of the intervals is off zero, and its estimate counts.
    why : str
        Why it does not; empty where it does.
    """

    mechanism: str
    parameters: str
    low: str | float
    high: str | float
    level: str
    metric: str
    effects: Mapping[str, Interval]
    moves: bool
    why: str

    def flat(self) -> dict[str, Any]:
        """Lay it out as a row of a table."""
        plain = {name: value for name, value in asdict(self).items() if name not in ("effects", "moves")}
        ends = {f"{of}_{end}": x for of, found in self.effects.items() for end, x in _named(found).items()}
        return {**plain, **ends, "moves": "yes" if self.moves else "no"}


@dataclass(frozen=True)
class Found:
    """Everything that was found: a row per mechanism, level and outcome."""

    rows: Sequence[Moved]

    @property
    def moving(self) -> list[str]:
        """Mechanisms that move something at either level, in the order in which they were run."""
        return list(dict.fromkeys(row.mechanism for row in self.rows if row.moves))

    @property
    def still(self) -> dict[str, str]:
        """Why, by mechanism that moves nothing: of conflict-years across the priors."""
        moving = set(self.moving)
        return {row.mechanism: row.why for row in self.told() if row.mechanism not in moving}

    def told(self, metric: str = "conflict_years", level: str = ACROSS_RANGES) -> list[Moved]:
        """Rows of one outcome at one level, the largest effect on the gap first."""
        chosen = [row for row in self.rows if (row.metric, row.level) == (metric, level)]
        return sorted(chosen, key=lambda row: -abs(np.nan_to_num(row.effects[GAP].mean)))


class Mechanisms(Question):
    """Every mechanism of the paper and every parameter that nobody has measured, one at a time, in common futures."""

    def __init__(self, asked: Asked) -> None:
        self.pair = compared(asked)
        super().__init__(asked, self.pair)
        self.paper = rows_of_paper()
        single = factors_from(asked.axes, self.setting, sampled=True)
        fixed = {*self.setting.command_line, *self.setting.channels}
        of_paper = [each for row in self.paper for each in row.mechanisms if not fixed & {*each.low, *each.high}]
        where = {name: beside for row in self.paper for name, beside in row.where.items() if not fixed & {*beside}}
        self.mechanisms = (*of_paper, *(_single(each, where.get(each.name, {})) for each in single))
        named = dict.fromkeys(name for each in self.mechanisms for name in (*each.low, *each.high))
        factors = tuple({each.name: each for each in single}.get(name, declared(name)) for name in named)
        points = [
            [each.get(name, math.nan) for name in named] for one in self.mechanisms for each in (one.low, one.high)
        ]
        design = Design(factors, np.array(points))
        self.counts = {DEFAULTS: asked.replications, ACROSS_RANGES: asked.draws}
        self.by_level = {
            level: level_plan(self.setting, self.pair, asked.seed, level, count, design=design)
            for level, count in self.counts.items()
        }

    def plans(self) -> Sequence[Table]:
        """Every mechanism weak and strong, at the defaults and across the priors."""
        said = f"{len(self.mechanisms)} mechanisms"
        return [Table(level, f"{said}, {level.replace('_', ' ')}", plan) for level, plan in self.by_level.items()]

    def analyse(self, rows: Store) -> Found:
        """Estimate what each mechanism moves."""
        return Found([row for level in LEVELS for row in self._moved(level, cube_of(rows.read(level), self.pair))])

    def _moved(self, level: str, cube: Cube) -> Iterator[Moved]:
        """Estimate effects at one level."""
        cube = cube.whole(2 * len(self.mechanisms), self.counts[level])
        for metric, least in COUNTS.items():
            parts = WORK if metric == "programme_money" else (metric,)
            found = {name: np.sum([cube[part, name] for part in parts], axis=0) for name in self.pair}
            by_arm = {name: each[1::2] - each[::2] for name, each in found.items()}
            changes = {**by_arm, GAP: by_arm[self.pair[1]] - by_arm[self.pair[0]]}
            columns = np.concatenate(list(changes.values())).T
            intervals = simultaneous_intervals(columns, seed=self.asked.seed)
            least = least if math.isfinite(least) else MONEY * float(found[self.pair[0]].mean())
            for place, mechanism in enumerate(self.mechanisms):
                effects = {of: intervals[place + i * len(self.mechanisms)] for i, of in enumerate(changes)}
                why = _why(mechanism, effects, least)
                low, high = _ends(mechanism)
                parameters = " ".join(dict.fromkeys([*mechanism.low, *mechanism.high]))
                yield Moved(mechanism.name, parameters, low, high, level, metric, effects, not why, why)

    def tell(self, found: Found, facts: Facts) -> Result:
        """Say what moves and what does not."""
        told = found.told()
        by_row = [{"row": row.said, **_of_row(row.names, found)} for row in self.paper]
        tables = {
            "mechanisms": pd.DataFrame([row.flat() for row in found.rows]),
            "paper": pd.DataFrame([{**row, "move": " ".join(row["move"])} for row in by_row]),
        }
        reasons = {
            why: [name for name, said in found.still.items() if said == why]
            for why in (NOT_IN_PLAY, CENTRED, SMALL, LUCK)
        }
        context = {
            "found": found, "told": told, "cells": self._cells(found), "by_row": by_row, "least": COUNTS,
            "money": MONEY,
            "still": {why: names for why, names in reasons.items() if names}, "gap": GAP,
            "silent": [row["row"] for row in by_row if not row["move"]],
        }  # fmt: skip
        unit = f"{OUTCOMES['conflict_years'].unit} in {facts.years:g} years, {facts.world}"
        first = "; ".join(f"{row.mechanism} {bracketed(row.effects[GAP], 2, sign='+')}" for row in told[:5])
        return self.result(
            facts,
            context,
            data={"rows": [self._plain(row) for row in found.rows], "paper": by_row, "runs": facts.runs},
            tables=tables,
            figures={
                "tornado": Drawing(
                    figures.tornado,
                    _long(told),
                    f"What each mechanism moves, the largest first: {first}",
                    {"labels": self.labels, "unit": unit, "sample": f"{self.asked.draws:,} draws from the priors"},
                )
            },
        )

    def _cells(self, found: Found) -> list[list[str]]:
        """Lay out what moves something, the heading first."""
        moving = set(found.moving)
        heading = ["mechanism", "from", "to", *(self.labels[name] for name in self.pair), "gap"]
        return [heading] + [
            [
                row.mechanism, _written(row.low), _written(row.high),
                *(bracketed(x, 2, sign="+") for x in row.effects.values()),
            ]
            for row in found.told()
            if row.mechanism in moving
        ]  # fmt: skip

    def _plain(self, row: Moved) -> dict[str, Any]:
        """Give a row in plain data."""
        effects = {
            of: {"estimate": x.mean, "low": as_json(x.low), "high": as_json(x.high)} for of, x in row.effects.items()
        }
        return {
            "mechanism": row.mechanism, "parameters": row.parameters.split(), "low": row.low, "high": row.high,
            "level": row.level, "metric": row.metric, **effects, "moves": "yes" if row.moves else "no", "why": row.why,
        }  # fmt: skip


def _single(factor: Factor, beside: Mapping[str, float]) -> Mechanism:
    """Make a mechanism of one parameter, from a low to a high quantile of its prior, where it can act."""
    low, high = (float(factor.at(np.array([share]))[0]) for share in (WEAK, STRONG))
    return Mechanism(factor.name, {factor.name: low, **beside}, {factor.name: high, **beside})


def _why(mechanism: Mechanism, effects: Mapping[str, Interval], least: float) -> str:
    """Say why a mechanism does not move an outcome; nothing if it does."""
    off_zero = [x for x in effects.values() if x.low > 0.0 or x.high < 0.0]
    if any(abs(x.mean) >= least for x in off_zero):
        return ""
    if all(x.mean == 0.0 and x.low == x.high for x in effects.values()):
        return NOT_IN_PLAY
    if off_zero or all(max(abs(x.low), abs(x.high)) < least for x in effects.values()):
        return SMALL
    if mechanism.low.keys() == mechanism.high.keys() == {mechanism.name} and _centred_on_nothing(mechanism.name):
        return CENTRED
    return LUCK


def _centred_on_nothing(name: str) -> bool:
    """Tell whether the middle of a parameter's prior is no effect, with either sign as plausible."""
    declared = PARAMETERS[name.rpartition(".")[2]]
    return declared.low < 0.0 < declared.high and declared.at(0.5) == 0.0


def _ends(mechanism: Mechanism) -> list[str | float]:
    """Give what is set when a mechanism is weak and when it is strong: a number where it is one parameter's."""
    both = (mechanism.low, mechanism.high)
    if mechanism.low.keys() == mechanism.high.keys() and len(mechanism.low) == 1:
        return [value for end in both for value in end.values()]
    return [", ".join(f"{name} {value:g}" for name, value in end.items()) for end in both]


def _of_row(names: Sequence[str], found: Found) -> dict[str, Any]:
    """Say which mechanisms of a row of the paper were run and which of them move something."""
    run = {row.mechanism for row in found.rows}
    moving = set(found.moving)
    return {"run": sum(name in run for name in names), "move": [name for name in names if name in moving]}


def _written(end: str | float) -> str:
    """Write an end of what a mechanism was moved between."""
    return end if isinstance(end, str) else f"{end:.3g}"


def _long(rows: Sequence[Moved]) -> pd.DataFrame:
    """Lay effects out, a row per mechanism and whom it moves."""
    return pd.DataFrame(
        {"mechanism": row.mechanism, "of": of, **x._asdict(), "moves": row.moves}
        for row in rows
        for of, x in row.effects.items()
    )


def _named(interval: Interval) -> dict[str, float]:
    """Name the ends of an interval as the JSON does."""
    return {"estimate": interval.mean, "low": interval.low, "high": interval.high}

"""Where along one factor an institution stops being ahead of another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from experiments.reporting.drawing import Drawing
from experiments.reporting.figures.breakeven import difference_along
from experiments.reporting.render import counted, sentences
from experiments.reporting.result import Facts, Result
from experiments.reporting.wording import as_json, bracketed, in_words
from experiments.runs.cube import cube_of
from experiments.runs.designs import one_at_a_time
from experiments.runs.factors import Factor, check_known, declared
from experiments.runs.plan import ACROSS_RANGES, Plan, level_plan
from experiments.runs.simulate import flat
from experiments.runs.store import Store
from experiments.runs.work import Work
from experiments.settings.asked import Asked
from experiments.statistics.crossings import Crossing, Stretch, brackets, crossings, undecided
from experiments.statistics.intervals import Interval, mean_interval
from experiments.studies.comparison import MAIN_METRIC
from experiments.studies.question import Question, Table, compared
from model.errors import InvalidInput
from model.outcomes import OUTCOMES
from model.world import Floats

BETWEEN = 3
"""Values added between two neighbours where the curve changes sides."""
_EVEN, _BETWEEN = "runs", "runs_between"
_COARSE = ("state-years", "weighted state-years", "onsets", "£m")
"""Units in which tenths are enough."""


class Lead(NamedTuple):
    """An institution's lead over another: it wins, or has more of an outcome that only describes.

    Attributes
    ----------
    metric : str
        The outcome.
    margin : float
        By more than how much it must be ahead, in the outcome's unit; 0: by anything.
    institution, than : str
        Both as users see them.
    """

    metric: str
    margin: float
    institution: str
    than: str

    @property
    def sign(self) -> float:
        """Sign of the difference when the institution is ahead."""
        return float(OUTCOMES[self.metric].better or 1)

    @property
    def line(self) -> float:
        """Difference beyond which it is ahead."""
        # Adding zero turns -0.0 into 0.0.
        return self.sign * self.margin + 0.0

    def begins(self, rising: bool) -> bool:
        """Tell whether the institution is ahead after a crossing."""
        return rising == (self.sign > 0.0)


@dataclass(frozen=True)
class Curve:
    """The difference between two institutions along an assumption, in the same replications at every value.

    Attributes
    ----------
    assumption : str
        Its parameter, ``veto`` or ``uk_pools.veto``.
    values : list of float
        Where runs were made, in ascending order.
    differences : list of Interval
        Mean paired difference at each, with its own 95% interval.
    replications, left_out : int
        Replications used, and left out because a run failed in them at some value.
    line : float
        The difference whose crossing counts.
    """

    assumption: str
    values: list[float]
    differences: list[Interval]
    replications: int
    left_out: int
    line: float = 0.0

    @property
    def factor(self) -> Factor:
        """Whose parameter is varied, and over which range."""
        return declared(self.assumption)

    @property
    def crossings(self) -> list[Crossing]:
        """Where the mean difference passes the line."""
        return crossings(self.values, [point.mean for point in self.differences], self.line)

    @property
    def undecided(self) -> list[Stretch]:
        """Values at which the difference is established to be neither below the line nor above."""
        _, low, high = zip(*self.differences, strict=True)
        return undecided(self.values, low, high, self.line)

    @property
    def table(self) -> pd.DataFrame:
        """Difference at every value."""
        points = pd.DataFrame(self.differences)
        points.insert(0, "assumption", self.assumption)
        points.insert(1, "value", self.values)
        return points


def curve_of(assumption: str, differences: Mapping[float, Floats], line: float = 0.0) -> Curve:
    """Make the curve of one factor.

    Parameters
    ----------
    assumption : str
        The factor.
    differences : mapping of float to ndarray (replications,)
        Paired difference by value; NaN where a run failed.
    line : float
        The difference whose crossing counts.

    Returns
    -------
    Curve

    Raises
    ------
    InvalidInput
        When there is no replication in which all runs ended well.
    """
    values = sorted(differences)
    table = np.array([differences[value] for value in values])
    complete = np.isfinite(table).all(axis=0)
    if not complete.any():
        raise InvalidInput(
            f"{assumption}: no future in which every run ended well; see failures/ in the study's folder"
        )
    points = [mean_interval(np.ascontiguousarray(row[complete])) for row in table]
    return Curve(assumption, values, points, int(complete.sum()), int((~complete).sum()), line)


def values_between(curve: Curve) -> list[float]:
    """Choose further values where a curve changes sides between two neighbours; none that is on it already."""
    found: set[float] = set()
    for before, after in brackets(curve.values, [point.mean for point in curve.differences], curve.line):
        inner = np.linspace(curve.values[before], curve.values[after], BETWEEN + 2)[1:-1]
        found |= {float(value) for value in (np.round(inner) if curve.factor.parameter.whole else inner)}
    return sorted(found - set(curve.values))


class Found(NamedTuple):
    """What came out: a curve by assumption, and which point of which table has which value of which assumption."""

    curves: Mapping[str, Curve]
    points: pd.DataFrame


class Breakeven(Question):
    """One factor at a time over its declared range, more closely where the difference crosses a line."""

    def __init__(self, asked: Asked) -> None:
        self.pair = compared(asked)[::-1]
        super().__init__(asked, self.pair)
        self.names = list(asked.assumptions)
        self._refuse_fixed()
        self.factors = [declared(name) for name in self.names]
        self.lead = Lead(asked.metric, float(asked.margin), *(self.labels[name] for name in self.pair))
        self.across = asked.level == ACROSS_RANGES

    def plans(self) -> Sequence[Table]:
        """Even steps over each range."""
        plan = self._plan([list(each.steps(self.asked.steps)) for each in self.factors])
        return [Table(_EVEN, counted(len(self.names), "assumption"), plan)]

    def go_on(self, work: Work) -> None:
        """Run values around every crossing."""
        between = self._between(work.store)
        if any(between):
            work.run(_BETWEEN, "around break-evens", self._plan(between))

    def analyse(self, rows: Store) -> Found:
        """Make the curves."""
        tables = [_EVEN, _BETWEEN] if any(self._between(rows)) else [_EVEN]
        points = [(table, *place) for table in tables for place in self._places(self._planned(rows, table))]
        named = pd.DataFrame(points, columns=["table", "point", "assumption", "value"])
        return Found(self._curves(rows, tables), named)

    def tell(self, found: Found, facts: Facts) -> Result:
        """Say where the institution begins or stops to be ahead."""
        curves, lead = found.curves, self.lead
        findings = {name: self.finding(curve) for name, curve in curves.items()}
        tables = {
            "breakeven": pd.DataFrame(self._line(curve, findings[name]) for name, curve in curves.items()),
            "curves": pd.concat([curve.table for curve in curves.values()], ignore_index=True),
            "points": found.points,
        }
        return self.result(
            facts,
            {
                "outcome": OUTCOMES[lead.metric], "findings": findings, "curves": curves,
                "own": list(self._own()), "cells": self._cells(curves),
                "left_out": max(curve.left_out for curve in curves.values()),
                "used": max(curve.replications for curve in curves.values()),
            },
            data={
                "institution": lead.institution, "than": lead.than, "metric": lead.metric,
                "unit": OUTCOMES[lead.metric].unit, "margin": lead.margin, "level": self.asked.level,
                "runs": facts.runs,
                "assumptions": {name: self._data(curve, findings[name]) for name, curve in curves.items()},
            },
            tables=tables,
            figures={name: self._drawing(curve, findings[name]) for name, curve in curves.items()},
        )  # fmt: skip

    def tables(self) -> Sequence[str]:
        """Name both tables of runs."""
        return [_EVEN, _BETWEEN]

    def _refuse_fixed(self) -> None:
        """Refuse an assumption that does not exist, and one that the command line holds fixed."""
        setting = self.setting
        for name in self.names:
            check_known("assumptions", name, self.names, setting)
            fixed = dict(setting.command_line)
            fixed |= {f"{who}.{what}": x for who, values in setting.overrides.items() for what, x in values.items()}
            for written, value in fixed.items():
                # What is varied for all cannot be fixed for one.
                if name in (written, declared(written).parameter.name):
                    over = f"override.{written}" if "." in written else written
                    raise InvalidInput(f"{over}={value:g}: is varied here, must be left out")

    def _plan(self, values: Sequence[Sequence[float]]) -> Plan:
        asked = self.asked
        design = one_at_a_time(self.factors, values)
        return level_plan(self.setting, self.pair, asked.seed, asked.level, asked.replications, design=design)

    def _between(self, rows: Store) -> list[list[float]]:
        """Choose values between the even steps; the choice is stored with the rows that it leads to."""
        found: list[list[float]] = rows.decided(
            "between", lambda: [values_between(curve) for curve in self._curves(rows, [_EVEN]).values()]
        )
        return found

    def _planned(self, rows: Store, table: str) -> Plan:
        """Plan a table's runs again."""
        return self.plans()[0].plan if table == _EVEN else self._plan(self._between(rows))

    def _places(self, plan: Plan) -> list[tuple[int, str, float]]:
        """List the points of a plan with what is set there: number, assumption, value."""
        assert plan.design is not None
        # One assumption is set at each point, in the order of points.
        set_there, values = np.isfinite(plan.design.values), plan.design.values
        places = zip(np.argwhere(set_there).tolist(), values[set_there].tolist(), strict=True)
        return [(point, self.names[k], value) for (point, k), value in places]

    def _curves(self, rows: Store, tables: Sequence[str]) -> Mapping[str, Curve]:
        """Read what has been run, and make the curves."""
        found: dict[str, dict[float, Floats]] = {name: {} for name in self.names}
        for table in tables:
            cube = cube_of(rows.read(table), self.pair, [self.lead.metric])
            difference = cube[self.lead.metric, self.pair[0]] - cube[self.lead.metric, self.pair[1]]
            # A point or a replication of which every run failed has left no row: it is there, but without a number.
            plan = self._planned(rows, table)
            lined_up = np.full((plan.points, plan.replications), np.nan)
            lined_up[np.ix_(cube.points, cube.replications - plan.blocks[0][0])] = difference
            for point, name, value in self._places(plan):
                found[name][value] = lined_up[point]
        return {name: curve_of(name, differences, self.lead.line) for name, differences in found.items()}

    def _own(self) -> dict[str, float]:
        """Look up what an institution has where nothing is varied, for factors that are varied for it alone."""
        own = [each for each in self.factors if each.institution is not None]
        return {each.name: flat(self.setting.parameters(str(each.institution)))[each.parameter.name] for each in own}

    def _default(self, curve: Curve) -> float:
        """What an assumption is where nothing is varied."""
        return self._own().get(curve.assumption, curve.factor.parameter.default)

    def finding(self, curve: Curve) -> str:
        """Put one assumption's curve into words; no more than the numbers say."""
        [said] = sentences("breakeven.finding", lead=self.lead, outcome=OUTCOMES[self.lead.metric], curve=curve)
        return said

    def _data(self, curve: Curve, finding: str) -> dict[str, Any]:
        """One assumption in plain data."""
        return {
            "unit": curve.factor.parameter.unit,
            "range": [curve.factor.low, curve.factor.high],
            "default": self._default(curve),
            "futures": curve.replications,
            "futures_left_out": curve.left_out,
            "crossings": [x._asdict() for x in curve.crossings],
            "undecided": [[s.start, s.end] for s in curve.undecided],
            "finding": finding,
            "curve": as_json(curve.table.drop(columns="assumption")),
        }

    def _line(self, curve: Curve, finding: str) -> dict[str, Any]:
        """One assumption in the table of all."""
        return {
            "assumption": curve.assumption,
            "unit": curve.factor.parameter.unit,
            "low": curve.factor.low,
            "high": curve.factor.high,
            "default": self._default(curve),
            "metric": self.lead.metric,
            "margin": self.lead.margin,
            "crossings": " ".join(f"{x.at:.6g}" for x in curve.crossings),
            "undecided": " ".join(f"{s.start:.6g}..{s.end:.6g}" for s in curve.undecided),
            "finding": finding,
        }

    def _drawing(self, curve: Curve, finding: str) -> Drawing:
        """Draw the difference along one assumption."""
        lead, wins = self.lead, {-1: " (below zero is better)", 0: "", 1: " (above zero is better)"}
        unit = "" if lead.metric == MAIN_METRIC else f" ({OUTCOMES[lead.metric].unit})"
        better = wins[OUTCOMES[lead.metric].better]
        what = "draws of everything else that nobody has measured" if self.across else "futures"
        texts = {
            "institution": lead.institution,
            "quantity": f"difference in {in_words(lead.metric)}{unit}\nto '{lead.than}'{better}",
            "sample": f"{curve.replications:,} {what}",
            "default": self._default(curve),
            "line": lead.line,
            "crossings": [crossing.at for crossing in curve.crossings],
            "undecided": curve.undecided,
        }
        return Drawing(difference_along, curve.table, f"{curve.assumption}: {finding}", texts)

    def _cells(self, found: Mapping[str, Curve]) -> list[list[str]]:
        """One line per assumption, the heading first."""
        rows = [["assumption", "from", "to", "difference there", "and there", "breaks even at", "undecided"]]
        digits = 1 if OUTCOMES[self.lead.metric].unit in _COARSE else 2
        for name, curve in found.items():
            ends = (bracketed(curve.differences[end], digits, sign="+") for end in (0, -1))
            at = ", ".join(f"{x.at:.3g}" for x in curve.crossings) or "never"
            open_ = ", ".join(f"{s.start:.3g} to {s.end:.3g}" for s in curve.undecided) or "nowhere"
            rows.append([name, f"{curve.values[0]:g}", f"{curve.values[-1]:g}", *ends, at, open_])
        return rows

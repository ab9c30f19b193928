"""Where along one factor an institution stops being ahead of another: along factors that were named, or that lead.

Which lead is found by differences of differences: every assumption is low at half of the points of a two-level design
and high at the other half, for both institutions in the same replications; what the difference between them changes by
from one half to the other, whatever all else is, is what it hinges on. With all of them varied at once, every run tells
of every assumption: one at a time, it would take fifty times as many.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from experiments.reporting.drawing import Drawing
from experiments.reporting.figures.breakeven import difference_along
from experiments.reporting.render import counted, sentences
from experiments.reporting.result import Facts, Result
from experiments.reporting.wording import as_json, bracketed, in_words, intervals_in_columns
from experiments.runs.cube import cube_of
from experiments.runs.designs import one_at_a_time, two_levels
from experiments.runs.factors import SWEPT, Factor, check_known, declared, factors_from
from experiments.runs.plan import ACROSS_RANGES, Plan, level_plan
from experiments.runs.simulate import flat
from experiments.runs.store import Store
from experiments.runs.work import Work
from experiments.settings.asked import Asked
from experiments.statistics.crossings import Crossing, Stretch, brackets, crossings, undecided
from experiments.statistics.family import simultaneous_intervals
from experiments.statistics.intervals import Interval, mean_interval
from experiments.studies.comparison import MAIN_METRIC
from experiments.studies.question import Question, Table, compared
from model.errors import InvalidInput
from model.outcomes import OUTCOMES
from model.parameters import PARAMETERS
from model.world import Floats

BETWEEN = 3
"""Values added between two neighbours where the curve changes sides."""
_EVEN, _BETWEEN, _SCREENING = "runs", "runs_between", "runs_screening"
LEADING = "leading"
"""``assumptions=leading``: those that move the difference most."""
LOW, HIGH = 0.1, 0.9
"""Quantiles of an assumption's prior between which it is moved to see whether it leads."""
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
    """What came out.

    Attributes
    ----------
    curves : mapping of str to Curve
        By assumption.
    points : DataFrame
        Which point of which table has which value of which assumption.
    screening : mapping of str to Interval
        By how much each assumption moves the difference from low to high, what leads first; none where they were named.
    """

    curves: Mapping[str, Curve]
    points: pd.DataFrame
    screening: Mapping[str, Interval] = {}


class Breakeven(Question):
    """One factor at a time over its declared range, more closely where the difference crosses a line."""

    def __init__(self, asked: Asked) -> None:
        self.pair = compared(asked)[::-1]
        super().__init__(asked, self.pair)
        fixed = self._fixed()
        self.named = [] if asked.assumptions == LEADING else list(asked.assumptions)
        self._refuse_fixed(fixed)
        swept = factors_from(SWEPT, self.setting, sampled=True) if not self.named else ()
        self.screened = [each for each in swept if not any(_same(each.name, written) for written in fixed)]
        self.lead = Lead(asked.metric, float(asked.margin), *(self.labels[name] for name in self.pair))
        self.across = asked.level == ACROSS_RANGES

    def plans(self) -> Sequence[Table]:
        """Even steps over each range; where assumptions were not named, first a low and a high value of each."""
        if self.named:
            return [Table(_EVEN, counted(len(self.named), "assumption"), self._even(self.named))]
        asked, design = self.asked, two_levels(self.screened, LOW, HIGH)
        plan = level_plan(self.setting, self.pair, asked.seed, asked.level, asked.screening_draws, design=design)
        return [Table(_SCREENING, f"{counted(len(self.screened), 'assumption')}, low and high", plan)]

    def later(self) -> int:
        """Count the runs of the assumptions that lead; those around break-evens come on top."""
        leading = 0 if self.named else min(self.asked.keep, len(self.screened))
        return int(leading * self.asked.steps * self.asked.replications * len(self.pair))

    def go_on(self, work: Work) -> None:
        """Run what leads, then values around every crossing."""
        if not self.named:
            names = self._names(work.store)
            work.run(_EVEN, f"what leads: {', '.join(names)}", self._even(names))
        between = self._between(work.store)
        if any(between):
            work.run(_BETWEEN, "around break-evens", self._planned(work.store, _BETWEEN))

    def analyse(self, rows: Store) -> Found:
        """Make the curves."""
        tables = [_EVEN, _BETWEEN] if any(self._between(rows)) else [_EVEN]
        points = [(table, *place) for table in tables for place in self._places(self._planned(rows, table))]
        named = pd.DataFrame(points, columns=["table", "point", "assumption", "value"])
        return Found(self._curves(rows, tables), named, {} if self.named else self._screening(rows))

    def tell(self, found: Found, facts: Facts) -> Result:
        """Say where the institution begins or stops to be ahead."""
        curves, lead = found.curves, self.lead
        findings = {name: self.finding(curve) for name, curve in curves.items()}
        moves = {name: found.screening.get(name) for name in curves}
        tables = {
            "breakeven": pd.DataFrame(self._line(curve, findings[name]) for name, curve in curves.items()),
            "curves": pd.concat([curve.table for curve in curves.values()], ignore_index=True),
            "points": found.points,
        }
        if found.screening:
            low, high = ({x.name: float(x.at(np.array([end]))[0]) for x in self.screened} for end in (LOW, HIGH))
            tables["screening"] = pd.DataFrame(
                {"assumption": name, "low": low[name], "high": high[name], **intervals_in_columns({"moves_gap": moved})}
                for name, moved in found.screening.items()
            )
        return self.result(
            facts,
            {
                "nowhere": all(not any(each[:3]) for curve in curves.values() for each in curve.differences),
                "outcome": OUTCOMES[lead.metric], "findings": findings, "curves": curves,
                "own": list(self._own()), "cells": self._cells(curves), "moves": moves,
                "screening": found.screening, "certain": [name for name, x in found.screening.items() if _told(x)],
                "quantiles": (LOW, HIGH), "PARAMETERS": PARAMETERS,
                "left_out": max(curve.left_out for curve in curves.values()),
                "used": max(curve.replications for curve in curves.values()),
            },
            data={
                "institution": lead.institution, "than": lead.than, "metric": lead.metric,
                "unit": OUTCOMES[lead.metric].unit, "margin": lead.margin, "level": self.asked.level,
                "runs": facts.runs, "hinges_on": [_hinge(name, x, curves) for name, x in found.screening.items()],
                "assumptions": {name: self._data(curve, findings[name]) for name, curve in curves.items()},
            },
            tables=tables,
            figures={name: self._drawing(curve, findings[name]) for name, curve in curves.items()},
        )  # fmt: skip

    def tables(self) -> Sequence[str]:
        """Name the tables of runs."""
        return [*([] if self.named else [_SCREENING]), _EVEN, _BETWEEN]

    def _fixed(self) -> dict[str, float]:
        """List what the command line holds fixed, for all or for one institution."""
        own = self.setting.overrides.items()
        return dict(self.setting.command_line) | {f"{who}.{what}": x for who, given in own for what, x in given.items()}

    def _refuse_fixed(self, fixed: Mapping[str, float]) -> None:
        """Refuse an assumption that does not exist, and one that the command line holds fixed."""
        for name in self.named:
            check_known("assumptions", name, self.named, self.setting)
            for written, value in fixed.items():
                if _same(name, written):
                    over = f"override.{written}" if "." in written else written
                    raise InvalidInput(f"{over}={value:g}: is varied here, must be left out")

    def _screening(self, rows: Store) -> dict[str, Interval]:
        """Estimate by how much each assumption moves the difference; intervals hold together over all of them."""
        plan = self.plans()[0].plan
        assert plan.design is not None
        values = plan.design.values
        signs = np.where(values > values.mean(axis=0), 1.0, -1.0) * (np.ptp(values, axis=0) > 0.0)
        # A number for each replication and assumption: mean where it is high, less that where it is low.
        moved = self._differences(rows, _SCREENING, plan).T @ signs * (2.0 / len(values))
        found = simultaneous_intervals(moved[np.isfinite(moved).all(axis=1)], self.asked.seed)
        by_name = dict(zip([each.name for each in self.screened], found, strict=True))
        return dict(sorted(by_name.items(), key=lambda each: (not _told(each[1]), -abs(each[1].mean))))

    def _names(self, rows: Store) -> list[str]:
        """Name the assumptions whose curves are made; those that lead, if none were named, stored with the rows."""
        if self.named:
            return self.named
        names: list[str] = rows.decided("leading", lambda: list(self._screening(rows))[: self.asked.keep])
        return names

    def _even(self, names: Sequence[str]) -> Plan:
        """Plan even steps over the range of each."""
        factors = [declared(name) for name in names]
        return self._plan(factors, [list(each.steps(self.asked.steps)) for each in factors])

    def _plan(self, factors: Sequence[Factor], values: Sequence[Sequence[float]]) -> Plan:
        asked, design = self.asked, one_at_a_time(factors, values)
        return level_plan(
            self.setting, self.pair, asked.seed, asked.level, asked.replications, design=design, repeated=True
        )

    def _between(self, rows: Store) -> list[list[float]]:
        """Choose values between the even steps; the choice is stored with the rows that it leads to."""
        found: list[list[float]] = rows.decided(
            "between", lambda: [values_between(curve) for curve in self._curves(rows, [_EVEN]).values()]
        )
        return found

    def _planned(self, rows: Store, table: str) -> Plan:
        """Plan a table's runs again."""
        names = self._names(rows)
        if table == _EVEN:
            return self._even(names)
        return self._plan([declared(name) for name in names], self._between(rows))

    def _places(self, plan: Plan) -> list[tuple[int, str, float]]:
        """List the points of a plan with what is set there: number, assumption, value."""
        assert plan.design is not None
        # One assumption is set at each point, in the order of points.
        set_there, values = np.isfinite(plan.design.values), plan.design.values
        places = zip(np.argwhere(set_there).tolist(), values[set_there].tolist(), strict=True)
        return [(point, plan.design.names[k], value) for (point, k), value in places]

    def _curves(self, rows: Store, tables: Sequence[str]) -> Mapping[str, Curve]:
        """Read what has been run, and make the curves."""
        found: dict[str, dict[float, Floats]] = {name: {} for name in self._names(rows)}
        for table in tables:
            plan = self._planned(rows, table)
            lined_up = self._differences(rows, table, plan)
            for point, name, value in self._places(plan):
                found[name][value] = lined_up[point]
        return {name: curve_of(name, differences, self.lead.line) for name, differences in found.items()}

    def _differences(self, rows: Store, table: str, plan: Plan) -> Floats:
        """Read the difference between the institutions (points, replications); NaN where a run failed."""
        cube = cube_of(rows.read(table), self.pair, [self.lead.metric])
        # A point or a replication of which every run failed has left no row: it is there, but without a number.
        lined_up = np.full((plan.points, plan.replications), np.nan)
        first, second = (cube[self.lead.metric, name] for name in self.pair)
        lined_up[np.ix_(cube.points, cube.replications - plan.blocks[0][0])] = first - second
        return lined_up

    def _own(self) -> dict[str, float]:
        """Look up what an institution has where nothing is varied, for factors that are varied for it alone."""
        own = [each for each in map(declared, self.named) if each.institution is not None]
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


def _same(name: str, written: str) -> bool:
    """Tell whether two names speak of one parameter: what is varied for all cannot be fixed for one."""
    return name in (written, declared(written).parameter.name)


def _told(moved: Interval) -> bool:
    """Tell whether a movement is told from nothing."""
    return moved.low > 0.0 or moved.high < 0.0


def _hinge(name: str, moved: Interval, curves: Mapping[str, Curve]) -> dict[str, Any]:
    """Write what an assumption moves as JSON, and where the difference crosses the line if its curve was made."""
    estimate = as_json(dict(zip(("estimate", "low", "high"), moved, strict=True)))
    turns = [x.at for x in curves[name].crossings] if name in curves else []
    return {"assumption": name, "moves_gap": estimate, "sign_turns_at": turns[0] if len(turns) == 1 else turns or None}

"""Where along one factor an institution stops being ahead of another."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from experiments.reporting.drawing import Drawing
from experiments.reporting.figures.breakeven import difference_along
from experiments.reporting.result import Facts, Result
from experiments.reporting.wording import as_json, bracketed, in_words
from experiments.runs.cube import cube_of
from experiments.runs.designs import one_at_a_time
from experiments.runs.factors import check_known, declared
from experiments.runs.plan import ACROSS_RANGES, Plan, level_plan
from experiments.runs.simulate import flat
from experiments.runs.store import Store
from experiments.runs.work import Work
from experiments.settings.asked import Asked
from experiments.studies.curves import Curve, curve_of, values_between
from experiments.studies.lead import Lead
from experiments.studies.question import Question, Table
from model.errors import InvalidInput
from model.outcomes import OUTCOMES
from model.world import Floats

_EVEN, _BETWEEN = "runs", "runs_between"
Curves = Mapping[str, Curve]


class Found(NamedTuple):
    """What came out: a curve by assumption, and which point of which table has which value of which assumption."""

    curves: Curves
    points: pd.DataFrame


class Breakeven(Question):
    """One factor at a time over its declared range, more closely where the difference crosses a line."""

    def __init__(self, asked: Asked) -> None:
        self.pair = (asked.chosen["institution"], asked.than)
        if len(set(self.pair)) == 1:
            raise InvalidInput(f"than={asked.than}: must be another institution than institution={self.pair[0]}")
        super().__init__(asked, self.pair)
        self.names = list(asked.assumptions)
        self._refuse_fixed()
        self.factors = [declared(name) for name in self.names]
        labels = (self.setting.institutions[name].label for name in self.pair)
        self.lead = Lead(asked.metric, float(asked.margin), *labels)
        self.across = asked.level == ACROSS_RANGES

    def plans(self) -> Sequence[Table]:
        """Even steps over each range."""
        title = f"{len(self.names)} assumption{'' if len(self.names) == 1 else 's'}"
        return [Table(_EVEN, title, self._plan([list(each.steps(self.asked.steps)) for each in self.factors]))]

    def run(self, work: Work) -> None:
        """Run even steps, then values around every crossing."""
        super().run(work)
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
        lead, curves = self.lead, found.curves
        return Result(
            template="breakeven",
            question=lead.title,
            facts=facts,
            answer=[self._answer(curves)],
            data=self._data(curves, facts.runs),
            tables=self._tables(curves) | {"points": found.points},
            figures={name: self._drawing(curve) for name, curve in curves.items()},
            context={
                "asked": self._asked(curves, facts),
                "cells": self._cells(curves),
                "findings": {name: self.finding(curve) for name, curve in curves.items()},
                "curves": curves,
                "lead": lead,
                "metric": in_words(lead.metric),
                "across": self.across,
                "own": list(self._own()),
                "left_out": max(curve.left_out for curve in curves.values()),
            },
        )

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
        design = plan.design
        assert design is not None
        set_there = np.isfinite(design.values).argmax(axis=1)
        values = design.values[np.arange(design.points), set_there]
        return [(n, self.names[k], x) for n, (k, x) in enumerate(zip(set_there, values.tolist(), strict=True))]

    def _curves(self, rows: Store, tables: Sequence[str]) -> Curves:
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
        found, lead, name, unit = curve.crossings, self.lead, curve.assumption, curve.factor.parameter.unit
        if not found:
            return self._without_crossing(curve)
        if len(found) == 1:
            text = lead.crosses(found[0].rising, f"{name} = {found[0].at:.3g} ({unit})")
        else:
            listed = ", ".join(f"{x.at:.3g} ({'begins' if lead.begins(x.rising) else 'stops'})" for x in found)
            text = f"{lead.crosses_often(len(found))} as {name} rises: at {listed} ({unit})"
        if _all_undecided(curve):
            return f"{text}, but this is not established: no value in the declared range is ruled out."
        return f"{text}; not told from it: {_stretches(curve)}."

    def _without_crossing(self, curve: Curve) -> str:
        """Say who is ahead where nothing is crossed, and whether that is established."""
        lead = self.lead
        means = [point.mean for point in curve.differences]
        if not (any(means) or lead.margin):
            return f"'{lead.institution}' and '{lead.than}' differ at no value of {curve.assumption}."
        # Without a crossing, no mean lies on the other side of the line.
        ahead = any((mean - lead.line) * lead.sign > 0.0 for mean in means)
        text = f"{lead.at_every_value(ahead)} in the declared range of {curve.assumption}"
        if not curve.undecided:
            return f"{text}: never breaks even within it."
        if _all_undecided(curve):
            return f"{text} on these futures, but at none of them is that established."
        return f"{text} on these futures; not established for {_stretches(curve)}."

    def _answer(self, found: Curves) -> str:
        """Say along which assumptions there is a break-even, or the finding where there is but one of them."""
        if len(found) == 1:
            return self.finding(next(iter(found.values())))
        met = [f"{name} (at {_crossings(curve)})" for name, curve in found.items() if curve.crossings]
        never = {name: curve.undecided for name, curve in found.items() if not curve.crossings}
        groups = {
            "met": met,
            "ruled out": [name for name, undecided in never.items() if not undecided],
            "neither met nor ruled out": [name for name, undecided in never.items() if undecided],
        }
        said = [f"{kind} within the declared range of {', '.join(names)}" for kind, names in groups.items() if names]
        return f"Break-even is {'; '.join(said)}."

    def _asked(self, found: Curves, facts: Facts) -> str:
        """Say what was asked, in a sentence."""
        count = max(curve.replications for curve in found.values())
        what = "draws across the declared ranges" if self.across else "futures at the default values"
        return (
            f"{self.lead.question} Difference in {self.lead.quantity} on {count:,} {what} "
            f"({facts.world}, {facts.states} states, {facts.years:g} years), one assumption at a time:"
        )

    def _data(self, found: Curves, runs: int) -> dict[str, Any]:
        """Everything in plain data."""
        return {
            "institution": self.lead.institution,
            "than": self.lead.than,
            "metric": self.lead.metric,
            "unit": OUTCOMES[self.lead.metric].unit,
            "margin": self.lead.margin,
            "level": self.asked.level,
            "runs": runs,
            "assumptions": {
                name: {
                    "unit": curve.factor.parameter.unit,
                    "range": [curve.factor.low, curve.factor.high],
                    "default": self._default(curve),
                    "futures": curve.replications,
                    "futures_left_out": curve.left_out,
                    "crossings": [x._asdict() for x in curve.crossings],
                    "undecided": [[s.start, s.end] for s in curve.undecided],
                    "finding": self.finding(curve),
                    "curve": [
                        {"value": value, **as_json(point)}
                        for value, point in zip(curve.values, curve.differences, strict=True)
                    ],
                }
                for name, curve in found.items()
            },
        }

    def _tables(self, found: Curves) -> dict[str, pd.DataFrame]:
        """Every number of the study."""
        lines = [
            {
                "assumption": name,
                "unit": curve.factor.parameter.unit,
                "low": curve.factor.low,
                "high": curve.factor.high,
                "default": self._default(curve),
                "metric": self.lead.metric,
                "margin": self.lead.margin,
                "crossings": " ".join(f"{x.at:.6g}" for x in curve.crossings),
                "undecided": " ".join(f"{s.start:.6g}..{s.end:.6g}" for s in curve.undecided),
                "finding": self.finding(curve),
            }
            for name, curve in found.items()
        ]
        curves = pd.concat([_table(curve) for curve in found.values()], ignore_index=True)
        return {"breakeven": pd.DataFrame(lines), "curves": curves}

    def _drawing(self, curve: Curve) -> Drawing:
        """Draw the difference along one assumption."""
        lead, parameter = self.lead, curve.factor.parameter
        better = {-1: " (below zero is better)", 0: "", 1: " (above zero is better)"}[lead.better]
        what = "draws of everything else that nobody has measured" if self.across else "futures"
        texts = {
            "institution": lead.institution,
            "axis": f"{curve.assumption} ({parameter.unit})\n{parameter.meaning}",
            "quantity": f"difference in {lead.quantity}\nto '{lead.than}'{better}",
            "sample": f"{curve.replications:,} {what}",
            "default": self._default(curve),
            "line": lead.line,
            "crossings": [crossing.at for crossing in curve.crossings],
            "undecided": [(stretch.start, stretch.end) for stretch in curve.undecided],
        }
        alt = f"{curve.assumption}: {self.finding(curve)}"
        return Drawing(difference_along, _table(curve), alt, texts)

    def _cells(self, found: Curves) -> list[list[str]]:
        """One line per assumption, the heading first."""
        rows = [["assumption", "from", "to", "difference there", "and there", "breaks even at", "undecided"]]
        for name, curve in found.items():
            ends = (bracketed(curve.differences[end], self.lead.digits, sign="+") for end in (0, -1))
            at, open_ = _crossings(curve) or "never", _stretches(curve) or "nowhere"
            rows.append([name, f"{curve.values[0]:g}", f"{curve.values[-1]:g}", *ends, at, open_])
        return rows


def _table(curve: Curve) -> pd.DataFrame:
    """Difference at every value of an assumption."""
    return pd.DataFrame(
        {"assumption": curve.assumption, "value": value, **point._asdict()}
        for value, point in zip(curve.values, curve.differences, strict=True)
    )


def _all_undecided(curve: Curve) -> bool:
    """Tell whether no value is ruled out."""
    return any((s.start, s.end) == (curve.values[0], curve.values[-1]) for s in curve.undecided)


def _crossings(curve: Curve) -> str:
    return ", ".join(f"{x.at:.3g}" for x in curve.crossings)


def _stretches(curve: Curve) -> str:
    """Write the undecided values."""
    return ", ".join(f"{s.start:.3g} to {s.end:.3g}" for s in curve.undecided)

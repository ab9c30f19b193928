"""Where in the space of assumptions a condition holds."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments.reporting.result import Facts, Result
from experiments.reporting.tree import tree_lines
from experiments.runs.cube import cube_of
from experiments.runs.designs import LatinHypercube
from experiments.runs.plan import DEFAULTS, level_plan
from experiments.runs.store import Store
from experiments.settings.asked import Asked
from experiments.settings.places import names_in
from experiments.statistics.intervals import proportion_interval
from experiments.studies.compared import compared
from experiments.studies.comparison import MAIN_METRIC
from experiments.studies.conditions import read_condition
from experiments.studies.discovery import Discovery, discovered
from experiments.studies.discovery_tables import all_tables, box_cells, data, drawings, p
from experiments.studies.earlier import earlier_points
from experiments.studies.question import Question, Table

_RUNS = "runs"
_SMALLEST_EFFECT = 1
"""Conflict-years that count, as the hypotheses of ``conf/hypotheses`` declare."""


class Discover(Question):
    """Points all over the ranges, each in the same replications; or those of a study that was run before."""

    def __init__(self, asked: Asked) -> None:
        than, name = self.pair = compared(asked)
        text = asked.condition or f"{MAIN_METRIC}({name}) - {MAIN_METRIC}({than}) > {_SMALLEST_EFFECT}"
        self.condition = read_condition(text, names_in("institution"))
        super().__init__(asked, tuple(dict.fromkeys([*self.pair, *self.condition.institutions])))
        self.labels = {
            "than": self.setting.institutions[than].label,
            "institution": self.setting.institutions[name].label,
        }
        self.earlier = None
        if asked.source is not None:
            self.earlier = earlier_points(Path(asked.source).expanduser(), self.institutions)
        self.design = LatinHypercube().make(asked.axes, self.setting, asked.seed, {"points": asked.points})

    def plans(self) -> Sequence[Table]:
        """Every point, unless they were run before."""
        if self.earlier is not None:
            return []
        asked = self.asked
        plan = level_plan(self.setting, self.institutions, asked.seed, DEFAULTS, asked.replications, design=self.design)
        return [Table(_RUNS, "points", plan)]

    def further(self) -> Mapping[str, Any]:
        """Say which condition is asked for, also where nobody wrote one."""
        return {"condition_read": self.condition.text}

    def analyse(self, rows: Store) -> Discovery:
        """Find out where the condition holds."""
        if self.earlier is not None:
            values, cube = self.earlier
        else:
            values = dict(zip(self.design.names, self.design.values.T, strict=True))
            cube = cube_of(rows.read(_RUNS), self.institutions).whole(self.design.points, self.asked.replications)
        return discovered(values, cube, self.condition, self.pair, self.asked.seed)

    def tell(self, found: Discovery, facts: Facts) -> Result:
        """Say where it holds."""
        said = {"box": _box(found), **({} if found.cells is None else {"map": self._map(found)})}
        unit = f"conflict-years in {facts.years:g} years, {facts.world}"
        return Result(
            template="discover",
            question="Where does it hold?",
            facts=facts,
            answer=[_share_of_points(found, facts), _stability(found), *said.values()],
            data={
                "condition": found.condition.text,
                "institution": self.pair[1],
                "than": self.pair[0],
                "world": facts.world,
                **data(found),
            },
            tables=all_tables(found),
            figures=drawings(found, said, self.labels, unit),
            context={
                "box": box_cells(found),
                "tree": tree_lines(found.tree, found.names),
                "futures": found.replications,
                "alike": "an unknown share" if found.replications < 2 else f"{found.same_again:.0%}",
            },
        )

    def _map(self, found: Discovery) -> str:
        """Count the cells of the map by sign."""
        cells = found.cells
        assert cells is not None
        fewer = int((cells["conclusive"] & (cells["mean"] < 0.0)).sum())
        more = int((cells["conclusive"] & (cells["mean"] > 0.0)).sum())
        return (
            f"Map over complementarity, crowding, interests and desks: of {len(cells)} cells, {fewer} with fewer "
            f"conflict-years under '{self.labels['institution']}' than under '{self.labels['than']}', {more} with "
            f"more, {len(cells) - fewer - more} inconclusive."
        )


def _share_of_points(found: Discovery, facts: Facts) -> str:
    """Say at how many points it holds."""
    share = proportion_interval(int(found.holds.sum()), len(found.holds))
    return (
        f"{found.condition.text}: holds at {_percent(*share)} of {len(found.holds):,} points across the ranges "
        f"({len(found.names)} assumptions; {facts.world}, {facts.states} states, {facts.years:g} years; means over "
        f"{found.replications} common futures)."
    )


def _stability(found: Discovery) -> str:
    """Say how far chance decides which points count."""
    if found.replications < 2:
        return "One future per point: luck decides many labels; more futures per point (replications=) are better."
    return (
        f"On other futures, as many, about {found.same_again:.0%} of the points would be classed alike "
        "(by resampling futures)."
    )


def _box(found: Discovery) -> str:
    """Say what the box is worth on the half that had no say."""
    box = found.box
    if not box.box.restricted:
        return "No box: no ranges in which it holds more often than elsewhere were found."
    held = box.held_out
    facts = (
        f"on the half of the points that had no say it holds in {_percent(*held.density_interval())} of the "
        f"{held.inside:,} points inside, against {held.base:.0%} of all, and {_share(held.coverage)} of the "
        f"points in which it holds lie inside (p: {p(held.p())})"
    )
    if not box.established:
        return f"No box is established: the best candidate ({len(box.box.restricted)} restrictions), {facts}."
    return f"Box of {len(box.box.restricted)} restrictions: {facts}."


def _percent(mean: float, low: float, high: float) -> str:
    """Write a share with its interval."""
    return f"{_share(mean)} [{_share(low)}, {_share(high)}]"


def _share(value: float) -> str:
    """Write a share; one that is small, with a decimal."""
    if value != value:
        return "–"
    return f"{value:.1%}" if 0.0 < value < 0.0995 else f"{value:.0%}"

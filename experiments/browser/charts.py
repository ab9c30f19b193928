"""Small time series as SVG: the same axis for A and B, named where they end."""

import math
from collections.abc import Sequence
from itertools import zip_longest
from typing import NamedTuple

from matplotlib.ticker import MaxNLocator

from experiments.accounts.witness import Plain
from experiments.browser.selection import SIDES
from experiments.browser.two_runs import Moment
from experiments.reporting.drawing import colours
from model.institution import DEPARTMENTS


class Line(NamedTuple):
    """A line: its name at the end, colour, values by quarter (perhaps no number), dashes, and half a band's width."""

    name: str
    colour: str
    values: Sequence[float]
    dashes: str = ""
    spread: Sequence[float] = ()

    @property
    def points(self) -> list[tuple[int, float, float, float]]:
        """Quarters, counted from 1, that have a value: each with it and with both ends of the band."""
        found = enumerate(zip_longest(self.values, self.spread, fillvalue=0.0), start=1)
        return [(at, value, value + half, value - half) for at, (value, half) in found if not math.isnan(value)]


def chart(title: str, unit: str, lines: Sequence[Line], quarters: int, least_high: float = 0.01) -> Plain:
    """Lay out lines over a run.

    Parameters
    ----------
    title, unit : str
        What is drawn, for reading and for who cannot see it.
    lines : sequence of Line
        All of the same length, a value per quarter so far.
    quarters : int
        Length of the run: the axis.
    least_high : float
        The axis reaches at least so high, and to zero.

    Returns
    -------
    dict
        What ``institutions.html.jinja`` draws: ``lines`` with their points, ``names`` and where they stand, ``ticks``
        and ``years`` of the axes, what they show ``now`` in words, and ``x`` and ``y``, which find a place.
    """
    drawn = [(line, line.points) for line in lines if line.points]
    around = [0.0, least_high, *(end for _, points in drawn for point in points for end in point[2:])]
    ticks = [float(tick) for tick in MaxNLocator(3, steps=[1, 2, 5, 10]).tick_values(min(around), max(around))]

    def x(quarter: float) -> float:
        return round(34.0 + 220.0 * quarter / quarters, 1)

    def y(value: float) -> float:
        return round(8.0 + 124.0 * (ticks[-1] - value) / (ticks[-1] - ticks[0]), 1)

    names: list[tuple[float, float, Line]] = []
    for line, points in sorted(drawn, key=lambda one: (y(one[1][-1][1]), one[0].name)):
        # Where lines end together their names stand one above the other.
        names.append((x(points[-1][0]), max(y(points[-1][1]), names[-1][1] + 12.0 if names else 0.0), line))
    now = "; ".join(f"{line.name} {line.values[-1]:.3g}" for line, _ in drawn if not math.isnan(line.values[-1]))
    years = range(0, quarters // 4 + 1, next(n for n in (1, 2, 5, 10, 20, 50) if quarters / 4 / n <= 5))
    return {
        "title": title, "unit": unit, "now": now, "lines": drawn, "names": names, "ticks": ticks, "years": years,
        "x": x, "y": y,
    }  # fmt: skip


def institution_charts(now: Moment) -> list[Plain]:
    """Draw what tells two institutions apart.

    Returns
    -------
    list of dict
        From `chart`: difference of conflict-years, participation, money of pools' work, lost money, duplication, gaps,
        and either Treasury's belief, two standard errors around it, and the truth.
    """
    institutions = now.ready.selection.institutions
    hues = [colours(institutions)[name] for name in institutions]
    difference = [b - a for a, b in zip(*(side.past("conflict_years") for side in now.sides), strict=True)]
    shown = [chart("Conflict-years so far", "B − A", [Line("B − A", "var(--ink)", difference)], now.quarters, 1.0)]
    for title, unit, least_high, parts, weight in (
        ("Participation", "mean part of money pooled", 1.0, [f"joined_{role}" for role in DEPARTMENTS], 1.0 / 3.0),
        ("Pools' work", "£m this quarter", 1.0, ["pooled"], 1.0),
        ("Overhead and lapsed", "£m so far", 1.0, ["overhead", "lapsed"], 1.0),
        ("Duplication", "share of money, run so far", 0.1, ["duplication"], 1.0),
        ("Gaps", "share of the most endangered without money, so far", 0.1, ["gaps"], 1.0),
    ):
        sums = [
            [weight * sum(values) for values in zip(*(side.past(part) for part in parts), strict=True)]
            for side in now.sides
        ]
        lines = [Line(*told) for told in zip(SIDES, hues, sums, ("5 3", ""), strict=True)]
        shown.append(chart(title, unit, lines, now.quarters, least_high))
    for name, hue, side in zip(SIDES, hues, now.sides, strict=True):
        belief = Line("belief", hue, side.past("belief"), "", [2.0 * error for error in side.past("belief_error")])
        title = f"{name}: {side.institution.called('treasury')}'s belief ± 2 SE"
        lines = [belief, Line("truth", "var(--ink)", side.past("yielded"), "2 3")]
        shown.append(chart(title, "driver levels/£100m", lines, now.quarters))
    return shown

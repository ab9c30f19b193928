"""Small time series as SVG: the same axis for A and B, named where they end."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from experiments.browser.selection import SIDES
from experiments.browser.side import Moment, Side
from experiments.browser.style import filled, side_colours
from experiments.browser.two_runs import TwoRuns

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 300.0, 150.0, 34.0, 46.0, 8.0, 18.0


class Series(NamedTuple):
    """A line: its name at the end, colour, values by quarter (none where there is none), dashes, and a band."""

    name: str
    colour: str
    values: Sequence[float | None]
    dashes: str = ""
    band: Sequence[float] = ()

    @property
    def there(self) -> list[tuple[int, float, float]]:
        """Quarters, counted from 1, that have a value: each with it and with how far the band goes from it."""
        found = enumerate(zip(self.values, self.band or [0.0] * len(self.values), strict=True), start=1)
        return [(quarter, value, spread) for quarter, (value, spread) in found if value is not None]


class Scale(NamedTuple):
    """Axes of a chart: the run's quarters, and values from ``low`` to ``high`` with a tick every ``step``."""

    quarters: int
    low: float
    high: float
    step: float

    def x(self, quarter: float) -> float:
        """Place of a quarter's end."""
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * quarter / self.quarters

    def y(self, value: float) -> float:
        """Place of a value."""
        return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (self.high - value) / (self.high - self.low)

    def path(self, points: Sequence[tuple[float, float]]) -> str:
        """A line through quarters and values, as SVG has it."""
        return "M" + "L".join(f"{self.x(quarter):.1f} {self.y(value):.1f}" for quarter, value in points)

    @property
    def ticks(self) -> list[float]:
        """Values that are marked."""
        return [self.low + i * self.step for i in range(round((self.high - self.low) / self.step) + 1)]

    @property
    def years(self) -> range:
        """Years that are marked."""
        years = self.quarters // 4
        return range(0, years + 1, next(n for n in (1, 2, 5, 10, 20, 50) if years / n <= 5))


def _scale(lines: Sequence[Series], quarters: int, least_high: float) -> Scale:
    """Fit the axes to what is drawn; zero is always there."""
    ends = [0.0, least_high]
    ends += [value + sign * spread for line in lines for _, value, spread in line.there for sign in (-1.0, 1.0)]
    rough = (max(ends) - min(ends)) / 3.0
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * nice for nice in (1.0, 2.0, 5.0, 10.0) if power * nice >= 0.999 * rough)
    low, high = math.floor(min(ends) / step + 1e-9), math.ceil(max(ends) / step - 1e-9)
    return Scale(quarters, step * low, step * high, step)


def chart(title: str, unit: str, lines: Sequence[Series], quarters: int, least_high: float = 0.01) -> str:
    """Draw lines over a run.

    Parameters
    ----------
    title, unit : str
        What is drawn, for reading and for who cannot see it.
    lines : sequence of Series
        All of the same length, a value per quarter so far.
    quarters : int
        Length of the run: the axis.
    least_high : float
        The axis reaches at least so high.

    Returns
    -------
    str
        A ``figure`` with a caption.
    """
    scale = _scale(lines, quarters, least_high)
    now = [f"{line.name} {line.values[-1]:.3g}" for line in lines if line.values and line.values[-1] is not None]
    return filled(
        "chart.html.jinja",
        title=title,
        unit=unit,
        scale=scale,
        right=scale.x(quarters),
        now="; ".join(now),
        bands=[(line.colour, _band(line, scale)) for line in lines if line.band and line.there],
        lines=[(line, scale.path([point[:2] for point in line.there])) for line in lines if line.there],
        names=_names(lines, scale),
    )


def _band(line: Series, scale: Scale) -> str:
    """What lies around a line: there above it, back below it."""
    there = [(quarter, value + spread) for quarter, value, spread in line.there]
    back = [(quarter, value - spread) for quarter, value, spread in reversed(line.there)]
    return f"{scale.path([*there, *back])}Z"


def _names(lines: Sequence[Series], scale: Scale) -> list[tuple[float, float, Series]]:
    """Place every line's name where it ends, one above the other where they end together."""
    ends = [
        (scale.y(value), line.name, scale.x(quarter), line) for line in lines for quarter, value, _ in line.there[-1:]
    ]
    placed: list[tuple[float, float, Series]] = []
    for y, _, x, line in sorted(ends, key=lambda end: end[:2]):
        placed.append((x, max(y, placed[-1][1] + 12.0) if placed else y, line))
    return placed


def institution_charts(pair: TwoRuns) -> list[str]:
    """Draw what tells two institutions apart.

    Returns
    -------
    list of str
        Figures: difference of conflict-years, participation, pooled money, lost money, duplication, gaps, and either
        Treasury's belief.
    """
    hues = side_colours(pair.ready.selection.institutions)

    def both(title: str, unit: str, value: Callable[[Moment], float], least_high: float) -> str:
        lines = [
            Series(SIDES[i], hues[i], [value(m) for m in side.past], "5 3" if i == 0 else "")
            for i, side in enumerate(pair.sides)
        ]
        return chart(title, unit, lines, pair.quarters, least_high)

    a, b = (side.past for side in pair.sides)
    differences = [mine.conflict_years - other.conflict_years for other, mine in zip(a, b, strict=True)]
    return [
        chart("Conflict-years so far", "B − A", [Series("B − A", "#111111", differences)], pair.quarters, 1.0),
        both("Participation", "mean part of money pooled", lambda m: m.participation, 1.0),
        both("Pools' money", "£m this quarter", lambda m: m.pooled, 1.0),
        both("Overhead and lapsed", "£m so far", lambda m: m.overhead + m.lapsed, 1.0),
        both("Duplication", "share of money, run so far", lambda m: m.duplication, 0.1),
        both("Gaps", "share of the most endangered without money, so far", lambda m: m.gaps, 0.1),
        *(_belief(side, SIDES[i], hues[i], pair.quarters) for i, side in enumerate(pair.sides)),
    ]


def _belief(side: Side, name: str, colour: str, quarters: int) -> str:
    """Draw what a Treasury believes that prevention yields, two standard errors around it, and the truth."""
    past = side.past
    lines = [
        Series("belief", colour, [m.belief for m in past], "", [2.0 * m.belief_error for m in past]),
        Series("truth", "#111111", [m.yielded for m in past], "2 3"),
    ]
    return chart(
        f"{name}: {side.institution.called('treasury')}'s belief ± 2 SE", "driver levels/£100m", lines, quarters
    )

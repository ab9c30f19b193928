"""Small time series as SVG: the same axis for A and B, named where they end."""

import math
from collections.abc import Callable, Sequence
from html import escape
from typing import NamedTuple

from experiments.browser.pair import Pair
from experiments.browser.side import Moment, Side
from experiments.browser.style import side_colours

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 300.0, 150.0, 34.0, 46.0, 8.0, 18.0

_SMALL = 'font-size="11" fill="#58636a"'


class Line(NamedTuple):
    """A line: its name at the end, colour, values by quarter (none where there is none), dashes, and a band."""

    name: str
    colour: str
    values: Sequence[float | None]
    dashes: str = ""
    band: Sequence[float] = ()


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


def _scale(lines: Sequence[Line], quarters: int, least_high: float) -> Scale:
    """Fit the axes to what is drawn; zero is always there."""
    ends = [0.0, least_high]
    for line in lines:
        for place, value in enumerate(line.values):
            if value is not None:
                spread = line.band[place] if line.band else 0.0
                ends += [value - spread, value + spread]
    rough = (max(ends) - min(ends)) / 3.0
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * nice for nice in (1.0, 2.0, 5.0, 10.0) if power * nice >= 0.999 * rough)
    low, high = math.floor(min(ends) / step + 1e-9), math.ceil(max(ends) / step - 1e-9)
    return Scale(quarters, step * low, step * high, step)


def chart(title: str, unit: str, lines: Sequence[Line], quarters: int, least_high: float = 0.01) -> str:
    """Draw lines over a run.

    Parameters
    ----------
    title, unit : str
        What is drawn, for reading and for who cannot see it.
    lines : sequence of Line
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
    drawn = [_axes(scale), *(_band(line, scale) for line in lines if line.band)]
    drawn += [*(_path(line, scale) for line in lines), *_names(lines, scale)]
    ends = "; ".join(
        f"{line.name} {line.values[-1]:.3g}" for line in lines if line.values and line.values[-1] is not None
    )
    said = escape(f"{title}, {unit}. {f'Now: {ends}' if ends else 'Nothing yet'}.")
    return (
        f'<figure class="chart"><figcaption><b>{escape(title)}</b> <span class="quiet">{escape(unit)}</span>'
        "</figcaption>"
        f'<svg viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" role="img" aria-label="{said}">{"".join(drawn)}</svg></figure>'
    )


def _axes(scale: Scale) -> str:
    """Draw ticks and years."""
    ticks = [scale.low + i * scale.step for i in range(round((scale.high - scale.low) / scale.step) + 1)]
    right = scale.x(scale.quarters)
    drawn = [
        f'<path d="M{_LEFT:g} {scale.y(tick):.1f}H{right:.1f}" stroke="{"#8d989e" if tick == 0.0 else "#e3e8eb"}"/>'
        f'<text x="{_LEFT - 4:g}" y="{scale.y(tick) + 4:.1f}" text-anchor="end" {_SMALL}>{tick:.6g}</text>'
        for tick in ticks
    ]
    years = scale.quarters // 4
    every = next(n for n in (1, 2, 5, 10, 20, 50) if years / n <= 5)
    drawn += [
        f'<text x="{scale.x(4 * year):.1f}" y="{_HEIGHT - 4:g}" text-anchor="middle" {_SMALL}>{year}</text>'
        for year in range(0, years + 1, every)
    ]
    return "".join(drawn)


def _runs(values: Sequence[float | None]) -> list[tuple[int, float]]:
    """Quarters, counted from 1, that have a value."""
    return [(quarter, value) for quarter, value in enumerate(values, start=1) if value is not None]


def _path(line: Line, scale: Scale) -> str:
    """Draw one line; a single value as a dot."""
    points = [f"{scale.x(quarter):.1f} {scale.y(value):.1f}" for quarter, value in _runs(line.values)]
    if len(points) < 2:
        return "".join(
            f'<circle cx="{p.split()[0]}" cy="{p.split()[1]}" r="2.5" fill="{line.colour}"/>' for p in points
        )
    return (
        f'<path d="M{"L".join(points)}" fill="none" stroke="{line.colour}" stroke-width="2" '
        f'stroke-dasharray="{line.dashes}" stroke-linejoin="round"/>'
    )


def _band(line: Line, scale: Scale) -> str:
    """Draw what lies around a line."""
    runs = [(quarter, value, line.band[quarter - 1]) for quarter, value in _runs(line.values)]
    there = [f"{scale.x(quarter):.1f} {scale.y(value + spread):.1f}" for quarter, value, spread in runs]
    back = [f"{scale.x(quarter):.1f} {scale.y(value - spread):.1f}" for quarter, value, spread in reversed(runs)]
    return f'<path d="M{"L".join([*there, *back])}Z" fill="{line.colour}" fill-opacity="0.18"/>' if runs else ""


def _names(lines: Sequence[Line], scale: Scale) -> list[str]:
    """Name every line where it ends, one above the other where they end together."""
    ends = sorted(
        (scale.y(value), line.name, line.colour, quarter)
        for line in lines
        for quarter, value in _runs(line.values)[-1:]
    )
    drawn, last = [], -math.inf
    for y, name, colour, quarter in ends:
        last = max(y, last + 12.0)
        drawn.append(
            f'<text x="{scale.x(quarter) + 4:.1f}" y="{last + 4:.1f}" font-size="12" font-weight="600" fill="{colour}">'
            f"{escape(name)}</text>"
        )
    return drawn


def institution_charts(pair: Pair) -> list[str]:
    """Draw what tells two institutions apart.

    Returns
    -------
    list of str
        Figures: difference of conflict-years, participation, pooled money, lost money, duplication, gaps, and either
        Treasury's belief.
    """
    hues = side_colours(pair.ready.choice.institutions)

    def both(title: str, unit: str, value: Callable[[Moment], float], least_high: float) -> str:
        lines = [
            Line("AB"[i], hues[i], [value(m) for m in side.past], "5 3" if i == 0 else "")
            for i, side in enumerate(pair.sides)
        ]
        return chart(title, unit, lines, pair.quarters, least_high)

    a, b = (side.past for side in pair.sides)
    differences = [mine.conflict_years - other.conflict_years for other, mine in zip(a, b, strict=True)]
    return [
        chart("Conflict-years so far", "B − A", [Line("B − A", "#111111", differences)], pair.quarters, 1.0),
        both("Participation", "mean part of money pooled", lambda m: sum(m.joined) / 3.0, 1.0),
        both("Pools' money", "£m this quarter", lambda m: m.pooled, 1.0),
        both("Overhead and lapsed", "£m so far", lambda m: m.overhead + m.lapsed, 1.0),
        both("Duplication", "share of money, run so far", lambda m: m.duplication, 0.1),
        both("Gaps", "share of the most endangered without money, so far", lambda m: m.gaps, 0.1),
        *(_belief(side, "AB"[i], hues[i], pair.quarters) for i, side in enumerate(pair.sides)),
    ]


def _belief(side: Side, name: str, colour: str, quarters: int) -> str:
    """Draw what a Treasury believes that prevention yields, two standard errors around it, and the truth."""
    past = side.past
    lines = [
        Line("belief", colour, [m.belief for m in past], "", [2.0 * m.belief_error for m in past]),
        Line("truth", "#111111", [m.yielded for m in past], "2 3"),
    ]
    return chart(
        f"{name}: {side.institution.called('treasury')}'s belief ± 2 SE", "driver levels/£100m", lines, quarters
    )

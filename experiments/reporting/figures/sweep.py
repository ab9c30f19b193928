"""Figures of a sweep: the difference to siloed over the factors, as maps of a two-way grid or as points by factor."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.reporting import drawing

_BINS = 12
_FIELDS = 100
"""Fields of a map that still have room for a number each."""

Words = Mapping[str, Mapping[float, str]]


def difference_by_axis(
    table: pd.DataFrame,
    *,
    labels: Mapping[str, str],
    than: str,
    units: Mapping[str, str],
    words: Words,
    smallest_effect: float,
    sample: str,
    points: int,
) -> Figure:
    """Draw the difference over each factor: a dot per point, a line through the means of equal parts.

    Parameters
    ----------
    table : DataFrame
        Columns: institution, axis, point, value, difference (state-years), of the factors shown and the points drawn.
    labels, than : mapping of str to str, str
        Institutions as users see them, and the one compared with.
    units, words : mapping of str to str, mapping of str to mapping of float to str
        Unit of every factor of the design; names of the values of those that are choices.
    smallest_effect : float
        In state-years.
    sample : str
        What was run at each point, as in "20 futures each".
    points : int
        Of the design.
    """
    shown, hues = drawing.distinct(table["axis"]), drawing.colours(drawing.distinct(table["institution"]))
    across = min(3, len(shown))
    down = -(-len(shown) // across)
    figure = Figure(figsize=(max(5.2, 2.9 * across), 1.5 + 2.3 * down), layout="constrained")
    grid = figure.subplots(down, across, sharey=True, squeeze=False).ravel()
    for axes, name in zip(grid, shown, strict=False):
        drawing.no_change(axes, smallest_effect, upright=False)
        for institution, hue in hues.items():
            _points(axes, table[(table["axis"] == name) & (table["institution"] == institution)].dropna(), hue)
        axes.set_xlabel(f"{name} ({units[name]})", fontsize="small")
        axes.tick_params(labelsize="small")
        if name in words:
            axes.set_xticks(list(words[name]), list(words[name].values()), fontsize="x-small")
    for axes in grid[len(shown) :]:
        axes.set_visible(False)
    for axes in grid[::across]:
        axes.set_ylabel(f"difference to\n'{than}'\n(below 0 is better)", fontsize="small")
    which = "axis" if len(shown) == len(units) else f"{len(shown)} of {len(units)} axes"
    drawing.heading(figure, f"Conflict-years against the siloed way, by {which}")
    for name, hue in hues.items():
        drawing.key(grid[0], labels[name], "-", colour=hue, lw=1.8)
    part = "" if (drawn := table["point"].nunique()) == points else f", {drawn:,} of {points:,}"
    drawing.note(
        figure,
        f"each dot a point{part}: mean over {sample}\n"
        f"line: mean over parts of the axis; grey: too small to count (±{smallest_effect:g})",
        columns=3,
    )
    return figure


def _points(axes: Axes, rows: pd.DataFrame, colour: str) -> None:
    """Draw points, and the mean over equal parts of a factor, or over its values where they are few."""
    axes.plot(rows["value"], rows["difference"], ".", color=colour, ms=4, alpha=0.6, mew=0)
    if len(rows) < 2:
        return
    values = rows["value"]
    few = values.nunique() <= _BINS
    parts = values if few else pd.qcut(values.rank(method="first"), _BINS, labels=False)
    means = rows.groupby(parts.to_numpy())[["value", "difference"]].mean()
    axes.plot(means["value"], means["difference"], color="white", lw=3.2)
    axes.plot(means["value"], means["difference"], color=colour, lw=1.8, marker="o" if few else None, ms=3.5)


def difference_map(
    table: pd.DataFrame,
    *,
    labels: Mapping[str, str],
    than: str,
    units: Mapping[str, str],
    words: Words,
    smallest_effect: float,
) -> Figure:
    """Draw the difference over two factors, a map per institution, the number in each field where there is room.

    Parameters
    ----------
    table : DataFrame
        Columns: one per factor (the two of `units`, in that order), institution, difference, low, high (state-years).
    labels, than, units, words, smallest_effect
        As in `difference_by_axis`.
    """
    one, other = units
    names = drawing.distinct(table["institution"])
    figure = Figure(figsize=(max(5.2, 3.8 * len(names)), 4.2), layout="constrained")
    largest = max(float(table["difference"].abs().max()), smallest_effect)
    frames = np.atleast_1d(figure.subplots(1, len(names)))
    told = table.assign(told=(table["low"] > 0.0) | (table["high"] < 0.0))
    for axes, name in zip(frames, names, strict=True):
        chosen = told[told["institution"] == name].pivot(index=other, columns=one, values=["difference", "told"])
        values = chosen["difference"].to_numpy(np.float64)
        drawn = drawing.cells(
            axes, values, chosen["told"].to_numpy(bool), sign="+", absent="–", dark=0.75, origin="lower",
            size="small" if values.size <= _FIELDS else None, cmap="PuOr_r", vmin=-largest, vmax=largest,
        )  # fmt: skip
        for axis, found, line in ((one, chosen["difference"].columns, axes.xaxis), (other, chosen.index, axes.yaxis)):
            line.set_ticks(range(len(found)), [words.get(axis, {}).get(x, f"{x:.3g}") for x in found])
        axes.set_title(labels[name], fontsize="medium")
        axes.set_xlabel(f"{one} ({units[one]})")
    frames[0].set_ylabel(f"{other} ({units[other]})")
    drawing.scale(figure, drawn, "state-years (below 0 is better)")
    drawing.heading(figure, f"Conflict-years against '{than}'")
    drawing.note(figure, "bold: the point's 95% interval excludes zero")
    return figure

"""Figures of a sweep: the difference to siloed over the factors, as maps of a two-way grid or as points by factor.

Of a sample of many factors also each point as a line over all factors, and what each factor accounts for.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.reporting import drawing

_BINS = 12
_FIELDS = 100
"""Fields of a map that still have room for a number each."""

_UPRIGHT = 6
"""Columns from which on their values are written upright."""

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
            size="small" if values.size <= _FIELDS else None, cmap=drawing.BETTER_TO_WORSE, vmin=-largest, vmax=largest,
        )  # fmt: skip
        for axis, found, line in ((one, chosen["difference"].columns, axes.xaxis), (other, chosen.index, axes.yaxis)):
            line.set_ticks(range(len(found)), [words.get(axis, {}).get(x, f"{x:.3g}") for x in found])
        if values.shape[1] > _UPRIGHT:
            axes.tick_params(axis="x", labelrotation=90)
        axes.set_title(labels[name], fontsize="medium")
        axes.set_xlabel(f"{one} ({units[one]})")
    frames[0].set_ylabel(f"{other} ({units[other]})")
    drawing.scale(figure, drawn, "state-years (below 0 is better)")
    drawing.heading(figure, f"Conflict-years against '{than}'")
    marks = "bold: told from zero; grey: not" if values.size <= _FIELDS else "dot: not told from zero"
    drawing.note(figure, f"{marks} (95% interval of each point)")
    return figure


def parallel(
    table: pd.DataFrame,
    *,
    labels: Mapping[str, str],
    than: str,
    units: Mapping[str, str],
    smallest_effect: float,
    sample: str,
) -> Figure:
    """Draw each point as a line over its factors (parallel coordinates), coloured by the difference to siloed.

    Parameters
    ----------
    table : DataFrame
        Columns: institution, difference (state-years), then one per factor.
    labels, than, units, smallest_effect, sample
        As in `difference_by_axis`.
    """
    names, institutions = [*table.columns[2:]], drawing.distinct(table["institution"])
    figure = Figure(figsize=(drawing.WIDTH, 1.6 + 2.4 * len(institutions)), layout="constrained")
    panels = np.atleast_1d(figure.subplots(len(institutions), 1, sharex=True))
    ends = table[names].agg(["min", "max"])
    shares = (table[names] - ends.loc["min"]) / (ends.loc["max"] - ends.loc["min"]).replace(0.0, 1.0)
    for axes, institution in zip(panels, institutions, strict=True):
        chosen = (table["institution"] == institution).to_numpy()
        difference = table.loc[chosen, "difference"].to_numpy()
        small, more = np.abs(difference) < smallest_effect, difference >= smallest_effect
        for colour, side, alpha in (
            (drawing.GREY, small, 0.15), (drawing.MORE, more, 0.5), (drawing.FEWER, ~small & ~more, 0.5)
        ):  # fmt: skip
            axes.plot(range(len(names)), shares[chosen][side].to_numpy().T, color=colour, alpha=alpha, lw=0.8)
        axes.set_yticks([0.0, 1.0], ["lowest", "highest"])
        axes.set_title(labels[institution], fontsize="medium", loc="left")
        axes.set_xlim(-0.1, len(names) - 0.9)
    panels[-1].set_xticks(
        range(len(names)),
        [f"{name}\n{ends[name]['min']:.3g} to {ends[name]['max']:.3g} {units[name]}" for name in names],
        rotation=35, ha="right", fontsize="small",
    )  # fmt: skip
    for label, colour in (("fewer", drawing.FEWER), ("less than counts", drawing.GREY), ("more", drawing.MORE)):
        drawing.key(panels[0], label, "-", colour=colour, lw=1.8)
    drawing.heading(figure, f"Points by their conflict-years against '{than}'")
    drawing.note(figure, f"each line a point: {sample}; what counts: {smallest_effect:g} state-years", columns=3)
    return figure


def scores(table: pd.DataFrame, *, labels: Mapping[str, str], than: str, sample: str) -> Figure:
    """Draw what each factor alone accounts for, of the variance over points of each outcome.

    Parameters
    ----------
    table : DataFrame
        Columns: axis, institution, of (mean or difference), share (0 to 1), told (from nothing).
    labels, than
        As in `difference_by_axis`.
    sample : str
        How many points.
    """
    order = list(table.groupby("axis")["share"].max().sort_values(ascending=False, kind="stable").index)
    columns = list(dict.fromkeys(zip(table["of"], table["institution"], strict=True)))
    wide = table.set_index(["axis", "of", "institution"])[["share", "told"]]
    cells = [wide.loc[[(axis, of, name) for of, name in columns]].to_numpy(np.float64) for axis in order]
    shares, told = np.moveaxis(np.array(cells), 2, 0)
    figure, axes = drawing.listed(order, 0.26, room=2.6)
    drawn = drawing.cells(axes, 100.0 * shares, told > 0.0, digits=0, absent="–", cmap="Greys", vmin=0.0, vmax=100.0)
    kinds = {"mean": "{}", "difference": f"{{}}\nagainst '{than}'"}
    axes.set_xticks(
        range(len(columns)), [kinds[of].format(labels[name]) for of, name in columns],
        rotation=35, ha="right", fontsize="small",
    )  # fmt: skip
    drawing.scale(figure, drawn, "% of variance")
    drawing.heading(figure, "What each axis alone accounts for in conflict-years")
    drawing.note(figure, f"variance over {sample}; bold: told from nothing (5%, all cells together); –: does not move")
    return figure

"""Figures of a sweep: the difference to siloed over the axes, as maps of a two-way grid or as points by axis."""

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.reporting.drawing import colours, save, style
from experiments.reporting.sweep import Report, strongest
from experiments.runs.store import Store, write_whole
from experiments.settings.options import BASELINE
from model.world import Floats

NAME = "difference_by_axis"
_GREY, _BAND = "#6e6e6e", "#e4e4e4"
_PANELS = 9
_DOTS = 2_000
"""Points drawn at most: more make a figure heavier, not clearer."""
_BINS = 12
_FIELDS = 100
"""Fields of a map that still have room for a number each."""


def draw_sweep(report: Report, store: Store) -> None:
    """Write the figure as PNG and SVG, and its table as CSV, into ``figures/``."""
    with mpl.rc_context(style()):
        is_map = _is_map(report)
        table = map_table(report) if is_map else panels_table(report)
        write_whole(store.folder / "figures" / f"{NAME}.csv", table.to_csv(index=False).encode())
        save(draw_maps(report, table) if is_map else draw_panels(report, table), store, NAME)


def _is_map(report: Report) -> bool:
    """Tell whether the points are every combination of two axes' values."""
    return report.design.method == "grid" and len(report.design.axes) == 2


def map_table(report: Report) -> pd.DataFrame:
    """Difference by institution and point, with the point's values."""
    values = pd.DataFrame(report.design.values, columns=list(report.design.names))
    frames = [values.assign(institution=name, difference=report.difference(name)) for name in report.others]
    return pd.concat(frames, ignore_index=True)


def panels_table(report: Report) -> pd.DataFrame:
    """Difference by institution, axis and point, of the axes shown and the points drawn."""
    every = -(-report.design.points // _DOTS)
    chosen = np.arange(0, report.design.points, every)
    places = {axis: place for place, axis in enumerate(report.design.names)}
    frames = [
        pd.DataFrame(
            {
                "institution": name,
                "axis": axis,
                "point": chosen,
                "value": report.design.values[chosen, places[axis]],
                "difference": report.difference(name)[chosen],
            }
        )
        for name in report.others
        for axis in axes_shown(report)
    ]
    return pd.concat(frames, ignore_index=True)


def axes_shown(report: Report) -> list[str]:
    """Every axis, or those that go with the first institution's difference most."""
    names = list(report.design.names)
    return names if len(names) <= _PANELS else strongest(report, report.others[0], _PANELS)


def draw_panels(report: Report, table: pd.DataFrame) -> Figure:
    """Draw the difference over each axis: a dot per point, a line through the means of equal parts."""
    shown = list(dict.fromkeys(table["axis"]))
    across = min(3, len(shown))
    down = -(-len(shown) // across)
    figure = Figure(figsize=(max(5.2, 2.9 * across), 1.5 + 2.3 * down), layout="constrained")
    grid = figure.subplots(down, across, sharey=True, squeeze=False).ravel()
    hues = colours(report.others)
    for axes, name in zip(grid, shown, strict=False):
        axes.axhspan(-report.smallest_effect, report.smallest_effect, color=_BAND, lw=0, zorder=0)
        axes.axhline(0, color=_GREY, lw=0.8, zorder=1)
        for institution in report.others:
            rows = table[(table["axis"] == name) & (table["institution"] == institution)].dropna()
            axes.plot(rows["value"], rows["difference"], ".", color=hues[institution], ms=4, alpha=0.6, mew=0)
            _line(axes, rows, hues[institution])
        _name(axes, report, name)
    for axes in grid[len(shown) :]:
        axes.set_visible(False)
    baseline = report.labels[BASELINE]
    figure.supylabel(
        f"difference in conflict-years to '{baseline}'\n(state-years; below 0 is better)", fontsize="small"
    )
    _headline(figure, _title(report, shown))
    _legend(figure, grid[0], report, hues, _note(report, table))
    return figure


def _line(axes: Axes, rows: pd.DataFrame, colour: Any) -> None:
    """Draw the mean difference over parts of an axis with as many points each; over its values where they are few."""
    if len(rows) < 2:
        return
    values = rows["value"]
    few = values.nunique() <= _BINS
    parts = values if few else pd.qcut(values.rank(method="first"), _BINS, labels=False)
    means = rows.groupby(parts.to_numpy())[["value", "difference"]].mean()
    axes.plot(means["value"], means["difference"], color="white", lw=3.2)
    axes.plot(means["value"], means["difference"], color=colour, lw=1.8, marker="o" if few else None, ms=3.5)


def draw_maps(report: Report, table: pd.DataFrame) -> Figure:
    """Draw the difference over two axes, a map per institution, the number in each field where there is room."""
    one, other = report.design.names
    figure = Figure(figsize=(max(5.2, 3.8 * len(report.others)), 4.2), layout="constrained")
    largest = max(float(table["difference"].abs().max()), report.smallest_effect)
    frames = np.atleast_1d(figure.subplots(1, len(report.others)))
    for axes, name in zip(frames, report.others, strict=True):
        chosen = table[table["institution"] == name].pivot(index=other, columns=one, values="difference")
        drawn = axes.imshow(chosen, cmap="PuOr_r", vmin=-largest, vmax=largest, origin="lower", aspect="auto")
        _fields(axes, chosen.to_numpy(), largest)
        axes.set_xticks(range(chosen.shape[1]), _labels(report, one, chosen.columns.to_numpy(np.float64)))
        axes.set_yticks(range(chosen.shape[0]), _labels(report, other, chosen.index.to_numpy(np.float64)))
        axes.set_title(report.labels[name], fontsize="medium")
        axes.set_xlabel(_axis_label(report, one))
    frames[0].set_ylabel(_axis_label(report, other))
    figure.colorbar(drawn, ax=list(frames), label="state-years (below 0 is better)", shrink=0.8)
    _headline(figure, f"Conflict-years against '{report.labels[BASELINE]}'")
    return figure


def _fields(axes: Axes, values: Floats, largest: float) -> None:
    """Write the number into each field."""
    if values.size > _FIELDS:
        return
    for (row, column), value in np.ndenumerate(values):
        text = "–" if np.isnan(value) else f"{value:+.1f}".replace("-", "−")
        colour = "white" if abs(value) > 0.75 * largest else "black"
        axes.text(column, row, text, ha="center", va="center", fontsize="small", color=colour)


def _labels(report: Report, name: str, values: Floats) -> list[str]:
    """Write values of an axis, by name where they have one."""
    parameter = report.design.axes[report.design.names.index(name)].parameter
    if parameter.words:
        return [parameter.words[round(value - parameter.low)].replace("_", " ") for value in values]
    return [f"{value:.3g}" for value in values]


def _name(axes: Axes, report: Report, name: str) -> None:
    """Name an axis with its unit; choices by their names."""
    axes.set_xlabel(_axis_label(report, name), fontsize="small")
    axes.tick_params(labelsize="small")
    parameter = report.design.axes[report.design.names.index(name)].parameter
    if parameter.words:
        values = np.arange(parameter.low, parameter.high + 1.0)
        axes.set_xticks(values, _labels(report, name, values), fontsize="x-small")


def _axis_label(report: Report, name: str) -> str:
    """Write an axis with its unit."""
    return f"{name} ({report.design.axes[report.design.names.index(name)].parameter.unit})"


def _title(report: Report, shown: Sequence[str]) -> str:
    """Say what the panels are."""
    if len(shown) == len(report.design.axes):
        return "Conflict-years against the siloed way, by axis"
    return f"Conflict-years against the siloed way, by {len(shown)} of {len(report.design.axes)} axes"


def _note(report: Report, table: pd.DataFrame) -> str:
    """Say how to read the panels."""
    drawn, points = table["point"].nunique(), report.design.points
    part = "" if drawn == points else f", {drawn:,} of {points:,}"
    return (
        f"each dot a point{part}: mean over {report.replication_text()}\n"
        f"line: mean over parts of the axis; grey: too small to count (±{report.smallest_effect:g})"
    )


def _headline(figure: Figure, text: str) -> None:
    """Write what a figure is about above it."""
    figure.suptitle(text, x=0.01, ha="left", fontsize="medium", fontweight="bold")


def _legend(figure: Figure, axes: Axes, report: Report, hues: Any, note: str) -> None:
    """Say which colour is whose, below the figure."""
    handles = [axes.plot([], [], color=hues[name], lw=1.8, label=report.labels[name])[0] for name in report.others]
    figure.legend(
        handles=handles, loc="outside lower left", ncols=3, frameon=False, title=note, alignment="left",
        fontsize="small", title_fontsize="small",
    )  # fmt: skip


def alternative_text(report: Report) -> str:
    """Say in words what the figure shows."""
    medians = "; ".join(f"{report.labels[name]} {np.nanmedian(report.difference(name)):+.1f}" for name in report.others)
    return f"Difference in conflict-years to siloed over the axes. Median over points: {medians}."

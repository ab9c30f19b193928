"""Figures of a discovery."""

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from experiments.reporting.drawing import FEWER, GREY, MORE, WIDTH, note
from experiments.reporting.evidence_wording import ends
from experiments.statistics.sign_map import INNER, OUTER, PANELS

if TYPE_CHECKING:
    from experiments.reporting.discovery import DiscoveryReport

_COLOUR = "#332288"


def draw_tradeoff(report: "DiscoveryReport", table: pd.DataFrame) -> Figure:
    """Draw coverage against density along the peeling path, and the box on the half that had no say."""
    box = report.found.box
    figure = Figure(figsize=(WIDTH, 4.6), layout="constrained")
    axes = figure.subplots()
    axes.axhline(box.held_out.base, color=GREY, lw=0.8, ls=":")
    axes.annotate(
        "share of all points", (0.0, box.held_out.base), xytext=(0, 3), textcoords="offset points",
        fontsize="small", color=GREY,
    )  # fmt: skip
    axes.plot(table["coverage"], table["density"], "-", color=_COLOUR, lw=1.0, alpha=0.5)
    axes.plot(
        table["coverage"], table["density"], "o", color=_COLOUR, ms=3.5, mfc="white",
        label="boxes on the peeling path (half they were made on)",
    )  # fmt: skip
    if box.box.restricted:
        axes.plot(box.made.coverage, box.made.density, "D", color=_COLOUR, ms=7, label="the box, on that half")
        share = box.held_out.density_interval()
        if math.isfinite(share.mean) and math.isfinite(box.held_out.coverage):
            axes.vlines(box.held_out.coverage, share.low, share.high, color=MORE, lw=1.6)
            axes.plot(box.held_out.coverage, share.mean, "s", color=MORE, ms=7, label="the box, on the other half")
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.02)
    axes.set_xlabel("coverage: share of the points in which the condition holds that lie inside")
    axes.set_ylabel("density: share of the points inside\nin which the condition holds")
    axes.set_title(f"Where {report.found.condition.text}", fontsize="medium")
    figure.legend(
        loc="outside lower left", frameon=False, fontsize="small", alignment="left", title_fontsize="small",
        title="line: 95% interval on the half that had no say in the box",
    )  # fmt: skip
    return figure


def draw_box(report: "DiscoveryReport", table: pd.DataFrame) -> Figure:
    """Draw the part of each range that lies inside the box."""
    figure = Figure(figsize=(WIDTH, 1.9 + 0.5 * len(table)), layout="constrained")
    axes = figure.subplots()
    for place, row in enumerate(table.to_dict("records")):
        whole = row["range_high"] - row["range_low"]
        left, right = ((row[end] - row["range_low"]) / whole for end in ("low", "high"))
        axes.plot([0.0, 1.0], [place, place], color="#cccccc", lw=3, solid_capstyle="butt")
        axes.plot([left, right], [place, place], color=_COLOUR, lw=9, solid_capstyle="butt")
        said = " to ".join(ends(row["low"], row["high"], whole))
        axes.annotate(
            said, ((left + right) / 2, place), xytext=(0, 9), textcoords="offset points", ha="center", fontsize="small"
        )
        p = row["held_out_p"]
        axes.annotate(
            "p < 0.001" if p < 0.001 else f"p = {p:.3f}", (1.03, place), va="center", fontsize="small",
            color="black" if p < 0.05 else GREY,
        )  # fmt: skip
    ranges = [
        f"{parameter}\n{' to '.join(ends(low, high, high - low))}"
        for parameter, low, high in zip(table["parameter"], table["range_low"], table["range_high"], strict=True)
    ]
    axes.set_yticks(range(len(table)), ranges)
    axes.set_ylim(len(table) - 0.4, -0.7)
    axes.set_xlim(-0.02, 1.18)
    axes.set_xticks([0.0, 0.5, 1.0], ["low end", "middle", "high end"])
    state = "the box" if report.found.box.established else "a candidate that is NOT established"
    axes.set_title(f"Ranges of {state} for {report.found.condition.text}", fontsize="medium")
    note(figure, "p: of each restriction, on the half of the points that had no say in the box")
    return figure


def draw_map(report: "DiscoveryReport", table: pd.DataFrame) -> Figure:
    """Draw the sign and size of the difference over four assumptions; white where inconclusive."""
    figure = Figure(figsize=(WIDTH, 7.8), layout="constrained")
    grid = figure.subplots(PANELS, PANELS, sharex=True, sharey=True)
    told = table["mean"].where(table["conclusive"])
    largest = float(np.nanmax(np.abs(told))) if told.notna().any() else 1.0
    images = []
    for (down, across), axes in np.ndenumerate(grid):
        panel = table[(table[OUTER[0]] == PANELS - 1 - down) & (table[OUTER[1]] == across)]
        images.append(_panel(axes, panel, largest))
        first = panel.iloc[0]
        if down == 0:
            axes.set_title(f"{OUTER[1]} {_span(first, OUTER[1])}", fontsize="small", fontweight="normal", loc="center")
        if across == 0:
            axes.set_ylabel(INNER[1])
        if down == PANELS - 1:
            axes.set_xlabel(INNER[0])
        if across == PANELS - 1:
            axes.annotate(
                f"{OUTER[0]}\n{_span(first, OUTER[0])}", (1.04, 0.5), xycoords="axes fraction", va="center",
                fontsize="small",
            )  # fmt: skip
    title = f"'{report.labels[1]}' against '{report.labels[0]}': who has fewer conflict-years"
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold", fontsize="medium")
    figure.colorbar(
        images[0], ax=grid, location="bottom", shrink=0.6, aspect=40,
        label=f"difference in conflict-years in {report.years:g} years, {report.world} "
        f"(below zero: fewer under '{report.labels[1]}')",
    )  # fmt: skip
    note(
        figure,
        f"cells: means over points, {report.found.futures} common futures each; −/+: sign; "
        "white: inconclusive (5% false discoveries)",
    )
    return figure


def _panel(axes: Axes, panel: pd.DataFrame, largest: float) -> QuadMesh:
    """Draw one panel of the map."""
    shades = LinearSegmentedColormap.from_list("sign", [FEWER, "#f4f4f4", MORE])
    cells = int(panel[INNER[0]].max()) + 1
    ordered = panel.sort_values([INNER[1], INNER[0]])
    means = ordered["mean"].where(ordered["conclusive"]).to_numpy().reshape(cells, cells)
    x = np.append(ordered[f"{INNER[0]}_from"].to_numpy()[:cells], ordered[f"{INNER[0]}_to"].iloc[-1])
    y = np.append(ordered[f"{INNER[1]}_from"].to_numpy()[::cells], ordered[f"{INNER[1]}_to"].iloc[-1])
    image = axes.pcolormesh(x, y, means, cmap=shades, vmin=-largest, vmax=largest, edgecolors="#cccccc", lw=0.5)
    for row, column in zip(*np.nonzero(np.isfinite(means)), strict=True):
        # The sign as well as the colour, for those who cannot tell the colours apart.
        axes.text(
            (x[column] + x[column + 1]) / 2, (y[row] + y[row + 1]) / 2, "−" if means[row, column] < 0 else "+",
            ha="center", va="center", fontsize="small",
        )  # fmt: skip
    return image


def _span(row: pd.Series, name: str) -> str:
    """Write the slice of a parameter that a panel shows."""
    low, high = row[f"{name}_from"], row[f"{name}_to"]
    return "–".join(ends(low, high, PANELS * (high - low)))

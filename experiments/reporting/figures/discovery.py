"""Figures of a discovery."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure

from experiments.reporting import drawing
from experiments.reporting.wording import ends, in_words
from experiments.statistics.sign_map import INNER, OUTER, PANELS
from model.parameters import PARAMETERS


def tradeoff(
    table: pd.DataFrame,
    *,
    condition: str,
    base: float,
    made: tuple[float, float] | None = None,
    held_out: tuple[float, float, float, float] | None = None,
) -> Figure:
    """Draw coverage against density along the peeling path, and the box on the half that had no say.

    Parameters
    ----------
    table : DataFrame
        Columns: coverage, density (shares), of every box on the path, on the half it was made on.
    condition : str
        What holds inside.
    base : float
        Share of all points in which it holds.
    made : (float, float), optional
        Coverage and density of the box on the half it was made on, where there is a box.
    held_out : (float, float, float, float), optional
        Its coverage and its density with low and high on the other half, where they are defined.
    """
    figure, axes = drawing.single(4.6)
    axes.axhline(base, color=drawing.GREY, lw=0.8, ls=":")
    drawing.label(axes, "share of all points", (0.0, base), (0, 3), color=drawing.GREY)
    axes.plot(table["coverage"], table["density"], "-", color=drawing.INK, lw=1.0, alpha=0.5)
    axes.plot(
        table["coverage"], table["density"], "o", color=drawing.INK, ms=3.5, mfc="white",
        label="boxes on the peeling path (half they were made on)",
    )  # fmt: skip
    if made is not None:
        axes.plot(*made, "D", color=drawing.INK, ms=7, label="the box, on that half")
    if held_out is not None:
        coverage, density, low, high = held_out
        axes.vlines(coverage, low, high, color=drawing.MORE, lw=1.6)
        axes.plot(coverage, density, "s", color=drawing.MORE, ms=7, label="the box, on the other half")
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.02)
    axes.set_xlabel("coverage: share of the points in which the condition holds that lie inside")
    axes.set_ylabel("density: share of the points inside\nin which the condition holds")
    axes.set_title(f"Where {condition}", fontsize="medium")
    drawing.note(figure, "line: 95% interval on the half that had no say in the box")
    return figure


def box(table: pd.DataFrame, *, condition: str, established: bool) -> Figure:
    """Draw the part of each range that lies inside the box.

    Parameters
    ----------
    table : DataFrame
        Columns: parameter, low, high, range_low, range_high, held_out_p.
    condition : str
        What holds inside.
    established : bool
        Whether the half that had no say bears it out.
    """
    rows = table.to_dict("records")
    spans = [" to ".join(ends(x["range_low"], x["range_high"], x["range_high"] - x["range_low"])) for x in rows]
    figure, axes = drawing.listed([f"{row['parameter']}\n{span}" for row, span in zip(rows, spans, strict=True)], 0.5)
    for place, row in enumerate(rows):
        whole = row["range_high"] - row["range_low"]
        left, right = ((row[end] - row["range_low"]) / whole for end in ("low", "high"))
        axes.plot([0.0, 1.0], [place, place], color="#cccccc", lw=3, solid_capstyle="butt")
        axes.plot([left, right], [place, place], color=drawing.INK, lw=9, solid_capstyle="butt")
        said, p = " to ".join(ends(row["low"], row["high"], whole)), row["held_out_p"]
        drawing.label(axes, said, ((left + right) / 2, place), (0, 9), ha="center")
        sure = {"va": "center", "color": "black" if p < 0.05 else drawing.GREY}
        drawing.label(axes, "p < 0.001" if p < 0.001 else f"p = {p:.3f}", (1.03, place), (0, 0), **sure)
    axes.set_ylim(len(table) - 0.4, -0.7)
    axes.set_xlim(-0.02, 1.18)
    axes.set_xticks([0.0, 0.5, 1.0], ["low end", "middle", "high end"])
    state = "the box" if established else "a candidate that is NOT established"
    axes.set_title(f"Ranges of {state} for {condition}", fontsize="medium")
    drawing.note(figure, "p: of each restriction, on the half of the points that had no say in the box")
    return figure


def sign_map(table: pd.DataFrame, *, institution: str, than: str, unit: str, replications: int) -> Figure:
    """Draw the sign and size of the difference over four assumptions; white where it is not told from nothing.

    Parameters
    ----------
    table : DataFrame
        From `experiments.statistics.sign_map.sign_map`.
    institution, than : str
        The two that differ, as users see them.
    unit : str
        With years and world, as in "conflict-years in 20 years, africa".
    replications : int
        Of each point.
    """
    figure = Figure(figsize=(drawing.WIDTH, 8.4), layout="constrained")
    grid = figure.subplots(PANELS, PANELS, sharex=True, sharey=True)
    told = table["mean"].where(table["conclusive"])
    largest = float(np.nanmax(np.abs(told))) if told.notna().any() else 1.0
    for (down, across), axes in np.ndenumerate(grid):
        panel = table[(table[OUTER[0]] == PANELS - 1 - down) & (table[OUTER[1]] == across)]
        drawn = _panel(axes, panel, largest)
        first = panel.iloc[0]
        if down == 0:
            axes.set_title(_span(first, OUTER[1], " "), fontsize="small", fontweight="normal", loc="center")
        if across == 0:
            axes.set_ylabel(_with_unit(INNER[1]))
        if down == PANELS - 1:
            axes.set_xlabel(_with_unit(INNER[0]))
        if across == PANELS - 1:
            right = {"xycoords": "axes fraction", "va": "center"}
            drawing.label(axes, _span(first, OUTER[0], "\n"), (1.04, 0.5), (0, 0), **right)
    drawing.heading(figure, f"'{institution}' against '{than}': who has fewer conflict-years")
    figure.colorbar(
        drawn, ax=grid, location="bottom", shrink=0.6, aspect=40,
        label=f"difference in {unit} (below zero: fewer under '{institution}')",
    )  # fmt: skip
    drawing.note(
        figure,
        f"cells: means over points, {replications} common futures each; −/+: sign; "
        "white: not told from nothing (5% false discoveries);\n"
        + ";\n".join(f"{in_words(name)}: {PARAMETERS[name].meaning}" for name in (*INNER, *OUTER)),
    )
    return figure


def _panel(axes: Axes, panel: pd.DataFrame, largest: float) -> QuadMesh:
    """Draw one panel of the map."""
    cells = int(panel[INNER[0]].max()) + 1
    ordered = panel.sort_values([INNER[1], INNER[0]])
    means = ordered["mean"].where(ordered["conclusive"]).to_numpy().reshape(cells, cells)
    x = np.append(ordered[f"{INNER[0]}_from"].to_numpy()[:cells], ordered[f"{INNER[0]}_to"].iloc[-1])
    y = np.append(ordered[f"{INNER[1]}_from"].to_numpy()[::cells], ordered[f"{INNER[1]}_to"].iloc[-1])
    for row, column in zip(*np.nonzero(np.isfinite(means)), strict=True):
        # The sign as well as the colour, for those who cannot tell the colours apart.
        axes.text(
            (x[column] + x[column + 1]) / 2, (y[row] + y[row + 1]) / 2, "−" if means[row, column] < 0 else "+",
            ha="center", va="center", fontsize="small",
        )  # fmt: skip
    return axes.pcolormesh(
        x, y, means, cmap=drawing.BETTER_TO_WORSE, vmin=-largest, vmax=largest, edgecolors="#cccccc", lw=0.5
    )


def _with_unit(name: str) -> str:
    """Write a parameter's name in words, and its unit."""
    return f"{in_words(name)} ({PARAMETERS[name].unit})"


def _span(row: pd.Series, name: str, between: str) -> str:
    """Write the slice of a parameter that a panel shows."""
    low, high = row[f"{name}_from"], row[f"{name}_to"]
    told = "–".join(ends(low, high, PANELS * (high - low)))
    return f"{in_words(name)}{between}{told} {PARAMETERS[name].unit}"

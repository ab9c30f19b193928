"""Figures of an attribution: the way from the baseline to the institution, and who helps or hinders whom."""

import math
import textwrap

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from experiments.reporting import drawing


def waterfall(table: pd.DataFrame, *, unit: str, sample: str) -> Figure:
    """Draw the way from the baseline's conflict-years to the institution's, one step per ingredient.

    Parameters
    ----------
    table : DataFrame
        Columns: step (label), kind (level for both ends, share), start, end, low, high (state-years). The institution
        comes last.
    unit : str
        With years and world, as in "state-years in 20 years, africa".
    sample : str
        What was run, as in "200 futures at the default values".
    """
    figure, axes = drawing.listed(table["step"].tolist(), 0.42)
    for place, row in enumerate(table.to_dict("records")):
        start, end = (row["end"] if row["kind"] == "level" else row["start"]), row["end"]
        colour = drawing.GREY if row["kind"] == "level" else drawing.FEWER if end < start else drawing.MORE
        if row["kind"] == "level":
            axes.plot(end, place, "D", color=drawing.GREY, ms=6)
        else:
            drawing.bar(axes, place, end - start, colour, row["high"] < start or row["low"] > start, start)
        drawing.reach(axes, (row["low"], row["high"]), place, drawing.readable(colour))
        if place + 1 < len(table):
            axes.plot([end] * 2, [place, place + 1], color=drawing.GREY, lw=0.7, ls=":", zorder=0)
        text = f"{end:.1f}" if row["kind"] == "level" else drawing.number(end - start, 2)
        right = max(x for x in (start, end, row["low"], row["high"]) if math.isfinite(x))
        drawing.beside(axes, text, (right, place), colour, 6)
    axes.margins(x=0.12)
    axes.set_xlabel(f"conflict-years ({unit}; left is better)")
    axes.set_title(f"What in '{table['step'].iloc[-1]}' does the work")
    drawing.note(
        figure,
        f"Shapley shares of the difference on {sample};\nlines: simultaneous 95% intervals "
        "of each share (of the whole difference, below); pale: holds no change",
    )
    return figure


def interactions(table: pd.DataFrame, *, sample: str) -> Figure:
    """Draw how much more every two ingredients change together than apart.

    Parameters
    ----------
    table : DataFrame
        A row per pair; columns: one_label, other_label, mean, low, high (state-years).
    sample : str
        As in `waterfall`.
    """
    names = drawing.distinct(pd.concat([table["one_label"], table["other_label"]]))
    strength, told = np.full((len(names) - 1,) * 2, np.nan), np.zeros((len(names) - 1,) * 2, bool)
    for row in table.to_dict("records"):
        place = names.index(row["other_label"]) - 1, names.index(row["one_label"])
        strength[place], told[place] = row["mean"], row["high"] < 0.0 or row["low"] > 0.0
    most = max(float(np.nanmax(np.abs(strength))), 0.01)
    figure, axes = drawing.single(1.8 + 0.52 * len(names))
    drawn = drawing.cells(axes, strength, told, digits=2, sign="+", cmap=drawing.BETTER_TO_WORSE, vmin=-most, vmax=most)
    axes.set_yticks(range(len(names) - 1), names[1:])
    axes.set_xticks(range(len(names) - 1), names[:-1], rotation=30, ha="right")
    drawing.scale(figure, drawn, textwrap.fill("conflict-years more together than apart", 22))
    axes.set_title("Which ingredients help (blue) or hinder (red) each other")
    drawing.note(
        figure, f"Shapley interaction index on {sample};\nbold: told from zero (simultaneous 95% interval); grey: not"
    )
    return figure

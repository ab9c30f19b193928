"""Figures of a search for institutions."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.figure import Figure

from experiments.reporting import drawing
from experiments.reporting.wording import in_words

_RAMP = "viridis"


def trade_offs(
    table: pd.DataFrame, *, labels: Mapping[str, str], than: str, headings: Mapping[str, str], sample: str
) -> Figure:
    """Draw the difference in the first objective against each other objective, the named institutions in colours.

    Parameters
    ----------
    table : DataFrame
        Columns: institution, label, named, difference with …_low and …_high, then each objective likewise.
    labels : mapping of str to str
        Of the named institutions.
    than : str
        Label of the institution that differences are to.
    headings : mapping of str to str
        Objectives in words, with units; first that which differences are in.
    sample : str
        What judged.
    """
    first, *others = headings
    figure = Figure(figsize=(drawing.WIDTH, 0.8 + 3.0 * len(others)), layout="constrained")
    panels = np.atleast_1d(figure.subplots(len(others), 1, sharex=True))
    hues = drawing.colours(list(labels))
    for axes, other in zip(panels, others, strict=True):
        for row in table.to_dict("records"):
            colour, marker = (hues[row["institution"]], "D") if row["named"] else (drawing.INK, "o")
            reach = [row["difference_low"], row["difference_high"]]
            axes.plot(reach, [row[other]] * 2, color=colour, lw=0.9, alpha=0.5)
            axes.plot(row["difference"], row[other], marker, color=colour, ms=6 if row["named"] else 4)
        drawing.no_change(axes)
        axes.set_ylabel(headings[other])
    panels[-1].set_xlabel(f"difference to '{than}' in {headings[first]}")
    for row in table[table["named"]].to_dict("records"):
        drawing.key(panels[0], row["label"], "D", colour=hues[row["institution"]], ms=6)
    drawing.heading(figure, "What no other institution beats, and the named ones")
    drawing.note(figure, f"dots: found by the search; lines: 95% intervals, joint; {sample}", columns=3)
    return figure


def degrees(table: pd.DataFrame, *, labels: Mapping[str, str], sample: str) -> Figure:
    """Draw every institution as a line over its degrees (parallel coordinates), coloured by the first objective.

    Parameters
    ----------
    table : DataFrame
        Columns: institution, label, named, value (difference in the first objective), degree, share (of its bounds).
    labels : mapping of str to str
        Of the named institutions.
    sample : str
        What judged.
    """
    names = drawing.distinct(table["degree"])
    figure, axes = drawing.single(5.2)
    hues = drawing.colours(list(labels))
    values = table["value"]
    low, span = values.min(), max(float(np.ptp(values)), 1e-9)
    for name, rows in table.groupby("institution", sort=False):
        named = bool(rows["named"].iloc[0])
        colour = hues[str(name)] if named else colormaps[_RAMP]((rows["value"].iloc[0] - low) / span)
        style = {"lw": 2.2, "ls": "--", "label": rows["label"].iloc[0]} if named else {"lw": 1.0}
        axes.plot(range(len(names)), rows["share"], color=colour, alpha=0.9, **style)
    axes.set_xticks(range(len(names)), [in_words(name) for name in names], rotation=40, ha="right")
    axes.set_ylabel("part of the bounds of the search")
    axes.set_title("Degrees of what was found")
    drawing.note(figure, f"lines: found by the search, dark is lowest in the first objective; {sample}", columns=3)
    return figure

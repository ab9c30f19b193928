"""Figure of a forecast beside its rivals and what came: a panel per share, an interval per forecaster and year."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.reporting import drawing

_MARKS = {
    "model": ("o", drawing.FEWER),
    "chain": ("s", drawing.MORE),
    "persistence": ("^", drawing.INK),
    "constant": ("v", drawing.GREY),
}
"""Marker and colour of every forecaster, in the order in which they stand side by side."""

_APART = 0.18
"""Years between two forecasters' intervals of the same year."""


def intervals_and_truth(table: pd.DataFrame, *, labels: Mapping[str, str], sample: str) -> Figure:
    """Draw every forecaster's interval for every year, and what came.

    Parameters
    ----------
    table : DataFrame
        Columns: share, forecaster, year, centre, low, high, came (shares of states).
    labels : mapping of str to str
        What each share is called.
    sample : str
        What was run, and where.
    """
    figure = Figure(figsize=(drawing.WIDTH, 0.9 + 2.5 * len(labels)), layout="constrained")
    panels = figure.subplots(len(labels), sharex=True, squeeze=False).ravel()
    for axes, (share, label) in zip(panels, labels.items(), strict=True):
        own = table[table["share"] == share]
        came = own.drop_duplicates("year")
        axes.hlines(100.0 * came["came"], came["year"] - 0.4, came["year"] + 0.4, color="black", lw=1.2)
        for place, (who, (marker, colour)) in enumerate(_MARKS.items()):
            rows = own[own["forecaster"] == who]
            at = rows["year"] + _APART * (place - (len(_MARKS) - 1) / 2)
            axes.vlines(at, 100.0 * rows["low"], 100.0 * rows["high"], color=colour, lw=1.6)
            axes.plot(at, 100.0 * rows["centre"], marker, color=colour, ms=4.5)
        axes.set_ylabel(f"% of states {label}")
        axes.set_ylim(bottom=0.0)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    drawing.key(panels[0], "what came", "_", colour="black", ms=14.0)
    for who, (marker, colour) in _MARKS.items():
        drawing.key(panels[0], who, marker, colour=colour, ms=4.5)
    drawing.heading(figure, "Forecasts beside what came")
    drawing.note(figure, sample, columns=5)
    return figure

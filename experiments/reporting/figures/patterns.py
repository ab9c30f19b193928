"""Figure of the model beside the record: a line per pattern, a dot with its interval for each."""

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.reporting import drawing

_SIDES = {
    "record": ("record, 95% interval (bootstrap over states)", "D", "#222222", -0.17),
    "model": ("model, all runs; 95% of single runs", "o", drawing.FEWER, 0.17),
}
"""Label, marker, colour, and how far off the middle of its line."""


def record_and_model(table: pd.DataFrame, *, where: str, sample: str) -> Figure:
    """Draw every pattern of the record and of the model with its interval, a panel per unit.

    Parameters
    ----------
    table : DataFrame
        Columns: label, axis (label of its panel; a logarithmic one says "log scale", one in per cent begins with %),
        inside (whether the model lies in the record's interval), and record, model, each with …_low and …_high.
    where : str
        Place and years.
    sample : str
        What was run.
    """
    panels = {axis: table[table["axis"] == axis] for axis in drawing.distinct(table["axis"])}
    heights = [len(rows) + 1.0 for rows in panels.values()]
    figure = Figure(figsize=(drawing.WIDTH, 1.6 + 0.27 * sum(heights)), layout="constrained")
    drawn = figure.subplots(len(panels), height_ratios=heights)
    for axes, (axis, rows) in zip(drawn, panels.items(), strict=True):
        drawing.lines(axes, rows["label"].tolist())
        axes.set_xlabel(axis)
        _panel(axes, rows, 100.0 if axis.startswith("%") else 1.0, "log scale" in axis)
    drawing.heading(figure, f"Conflict on record and in the model: {where}")
    for label, marker, colour, _ in _SIDES.values():
        drawing.key(drawn[0], label, marker, colour=colour, ms=4.5)
    judged = table["inside"].dropna().astype(bool)
    drawing.note(
        figure,
        f"{sample}; the model lies in the record's interval for {judged.sum()} of {len(judged)} patterns;\n"
        "a bar to the frame's edge: the data set no bound; no mark: not defined",
        columns=2,
    )
    return figure


def _panel(axes: Axes, rows: pd.DataFrame, factor: float, log: bool) -> None:
    """Draw the patterns of one unit."""
    values = factor * rows[[f"{side}{end}" for side in _SIDES for end in ("", "_low", "_high")]]
    if log:
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(mpl.ticker.FuncFormatter(lambda value, _: f"{value:g}"))
    axes.grid(axis="x", color=drawing.BAND, lw=0.8)
    axes.set_axisbelow(True)
    ends = values.to_numpy(np.float64)
    ends = ends[np.isfinite(ends) & ((ends > 0.0) | (not log))]
    if not ends.size:
        return
    low, high = min(0.0, ends.min()), max(0.0, ends.max())
    frame = (ends.min() / 1.3, ends.max() * 1.3) if log else (low * 1.03, high * 1.03 or 1.0)
    axes.set_xlim(frame)
    for place, row in enumerate(values.to_dict("records")):
        for side, (_, marker, colour, shift) in _SIDES.items():
            # An interval without a bound ends at the frame.
            drawing.reach(axes, np.clip([row[f"{side}_low"], row[f"{side}_high"]], *frame), place + shift, colour)
            axes.plot(row[side], place + shift, marker, color=colour, ms=4.0, clip_on=False)

"""What figures are made of: one style, one colour per institution everywhere, and the parts that they share.

A figure is one function of the table behind it and of a few texts; it returns a Matplotlib figure. `Drawing` holds such
a function with its table and texts, and makes the files.
"""

import io
import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from experiments.reporting.marks import marks
from experiments.reporting.wording import as_csv
from experiments.settings.options import BASELINE, NOTHING, REFERENCE
from experiments.settings.places import names_in

UNCOLOURED = (NOTHING, BASELINE, REFERENCE)
"""Institutions that others are held against, drawn in grey."""
GREY = "#6e6e6e"
FAINT = "#4d4d4d"
"""Of numbers that are not told from nothing, readable on the colour of their cell."""
BAND = "#e4e4e4"
INK = "#332288"
"""Of what is no institution's."""
FEWER, MORE = "#0077BB", "#CC3311"
"""Fewer conflict-years and more; told apart by the colour-blind, and never by colour alone."""
BETTER_TO_WORSE = LinearSegmentedColormap.from_list("better to worse", [FEWER, "#f4f4f4", MORE])
"""Of every difference in a heat map, below zero being better."""
WIDTH = 7.6
"""Inches."""
HALO = [withStroke(linewidth=2.5, foreground="white")]
"""Keeps a number readable where it stands on a line."""

_PALETTE = (
    "#0077BB", "#882255", "#CC3311", "#009988", "#AA4499", "#EE7733", "#117733", "#999933", "#332288", "#994F00"
)  # fmt: skip
"""Dark enough for thin lines on white and told apart by the colour-blind (after Paul Tol's vibrant and muted sets)."""

_STYLE = {
    **sns.axes_style("ticks"),
    **sns.plotting_context("paper", font_scale=1.1),
    "svg.hashsalt": "concord",
    "svg.fonttype": "none",
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "ytick.left": False,
}
"""Of every figure: readable in print, text kept as text in SVG, the same bytes every time."""

Marks = Mapping[str, tuple[str, str, bool]]
"""What a series is called, its marker, and whether that is filled, by its name in a table."""


class Drawing(NamedTuple):
    """A figure that can be drawn.

    Attributes
    ----------
    draw : callable
        A function of `experiments.reporting.figures`, called with the table and the texts.
    table : DataFrame
        Everything that the figure shows, kept beside it as CSV.
    alt : str
        What it shows, in words, for those who do not see it.
    texts : mapping of str to Any
        Its keywords: labels, units, how many replications.
    """

    draw: Callable[..., Figure]
    table: pd.DataFrame
    alt: str
    texts: Mapping[str, Any]

    def files(self) -> dict[str, bytes]:
        """Make CSV, PNG, SVG and JSON, by ending; without a date, so that the same figure has the same bytes.

        The JSON says what can be pointed at and where, see `experiments.reporting.marks.marks`.
        """
        found = {"csv": as_csv(self.table)}
        with mpl.rc_context(_STYLE):
            figure = self.draw(self.table, **self.texts)
            FigureCanvasAgg(figure)
            for ending, metadata in (("png", {"Software": None}), ("svg", {"Date": None})):
                buffer = io.BytesIO()
                figure.savefig(buffer, format=ending, dpi=150, metadata=metadata)
                found[ending] = buffer.getvalue()
            found["json"] = json.dumps(marks(figure), ensure_ascii=False, allow_nan=False).encode()
        return found


def colours(institutions: Sequence[str]) -> dict[str, str]:
    """Give each institution its colour: greys for the references, a colour-blind safe palette for the others.

    A colour follows from the place of the institution's file in ``conf/institution``, so it is the same in
    every figure, whichever institutions it shows.
    """
    coloured = [name for name in names_in("institution") if name not in UNCOLOURED]
    coloured += [name for name in institutions if name not in coloured and name not in UNCOLOURED]
    found = {name: _PALETTE[place % len(_PALETTE)] for place, name in enumerate(coloured)}
    return {name: found.get(name, GREY) for name in institutions}


def readable(colour: str) -> tuple[float, ...]:
    """Darken a colour until small text in it can be read on white."""
    return tuple(0.62 * part for part in mpl.colors.to_rgb(colour))


def number(value: float, digits: int = 1, sign: str = "+") -> str:
    """Write a number with its sign, and a minus that is as wide as a plus; what rounds to zero has none."""
    rounded = round(value, digits) + 0.0
    return f"{rounded:{sign if rounded else ''}.{digits}f}".replace("-", "−")


def distinct(column: pd.Series) -> list[Any]:
    """Every value of a column once, in the order of the table."""
    return list(dict.fromkeys(column))


def single(height: float) -> tuple[Figure, Axes]:
    """Open a figure of one panel, so many inches high."""
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    return figure, figure.subplots()


def listed(labels: Sequence[str], each: float, room: float = 1.9) -> tuple[Figure, Axes]:
    """Open a figure with a line for each label, `each` inches high, and `room` for all else."""
    figure, axes = single(room + each * len(labels))
    lines(axes, labels)
    return figure, axes


def lines(axes: Axes, labels: Sequence[str]) -> None:
    """Give each label a line, the first at the top."""
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.4, -0.6)


def heading(figure: Figure, text: str, size: str = "medium") -> None:
    """Write what several panels are about above them."""
    figure.suptitle(text, x=0.01, ha="left", fontsize=size, fontweight="bold")


def note(figure: Figure, text: str, columns: int = 1) -> None:
    """Write a note below a figure, and under it what each labelled mark means."""
    keys = [mark for axes in figure.axes for mark in axes.get_legend_handles_labels()[0]]
    figure.legend(
        handles=keys, loc="outside lower left", ncols=columns, frameon=False, title=text, alignment="left",
        fontsize="small" if keys else None, title_fontsize="small",
    )  # fmt: skip


def key(axes: Axes, label: str, marker: str, filled: bool = True, colour: str = GREY, **line: Any) -> None:
    """Say what a mark means; `note` shows it."""
    axes.plot([], [], marker, color=colour, mfc=colour if filled else "white", label=label, **line)


def no_change(axes: Axes, least: float | None = None, upright: bool = True) -> None:
    """Draw the line of no difference, and in grey what is too small to count."""
    span, line = (axes.axvspan, axes.axvline) if upright else (axes.axhspan, axes.axhline)
    if least is not None:
        span(-least, least, color=BAND, lw=0, zorder=0)
    line(0, color=GREY, lw=0.8, zorder=1)


def label(axes: Axes, text: str, at: tuple[float, float], off: tuple[float, float], **more: Any) -> None:
    """Write a text `off` points away from a place."""
    axes.annotate(text, at, xytext=off, textcoords="offset points", **{"fontsize": "small", **more})


def beside(axes: Axes, text: str, at: tuple[float, float], colour: str, off: float = 5, **more: Any) -> None:
    """Write a text to the right of a mark, in its colour."""
    label(axes, text, at, (off, 0), **{"va": "center", "color": readable(colour), "path_effects": HALO, **more})


def bar(axes: Axes, place: int, width: float, colour: str, told: bool, start: float = 0.0) -> None:
    """Draw a bar on its line, pale where it is not told from noise."""
    axes.barh(place, width, left=start, height=0.6, color=colour, alpha=0.85 if told else 0.35, lw=0)


def reach(axes: Axes, ends: Sequence[float], place: float, colour: str | tuple[float, ...]) -> None:
    """Draw an interval on its line; none where it has no bounds."""
    if all(map(math.isfinite, ends)):
        axes.plot(ends, [place] * len(ends), color=colour, lw=1.6, solid_capstyle="butt")


def forest(
    axes: Axes, table: pd.DataFrame, by: str, marks: Marks, spread: float, say: Callable[[float], str] | None = None
) -> None:
    """Draw estimates with their intervals, a line per institution in its colour, a mark per series.

    Parameters
    ----------
    axes : Axes
        From `listed`, institutions in the order of the table.
    table : DataFrame
        Columns: institution, mean, low, high, and the one that tells series apart.
    by : str
        The column that tells series apart.
    marks : mapping of str to (str, str, bool)
        By value of that column: label, marker, whether it is filled.
    spread : float
        Between the series of a line; lines are 1 apart.
    say : callable, optional
        Writes an estimate, to stand beside its interval.
    """
    names, series = distinct(table["institution"]), list(marks)
    hues = colours(names)
    for row in table[np.isfinite(table["mean"])].to_dict("records"):
        _, marker, filled = marks[row[by]]
        colour = hues[row["institution"]]
        place = names.index(row["institution"]) + spread * (series.index(row[by]) - (len(series) - 1) / 2)
        reach(axes, (row["low"], row["high"]), place, colour)
        axes.plot(row["mean"], place, marker, color=colour, mfc=colour if filled else "white", ms=5.5, mew=1.4)
        if say is not None:
            right = row["high"] if math.isfinite(row["high"]) else row["mean"]
            beside(axes, say(row["mean"]), (right, place), colour)
    for label, marker, filled in marks.values():
        key(axes, label, marker, filled)


def cells(
    axes: Axes,
    values: npt.NDArray[np.float64],
    strong: npt.NDArray[np.bool_] | None = None,
    weak: str = FAINT,
    digits: int = 1,
    sign: str = "",
    absent: str = "",
    dark: float = 0.6,
    size: str | None = "small",
    **image: Any,
) -> ScalarMappable:
    """Draw a table of numbers as coloured cells, the number in each.

    Parameters
    ----------
    axes : Axes
        Rows from the top, columns from the left, both from 0.
    values : ndarray (rows, columns)
        NaN where there is none.
    strong : ndarray (rows, columns), optional
        Which numbers are told from zero, or stand out otherwise: in bold.
    weak : str
        Colour of the others.
    digits, sign, absent : int, str, str
        How a number is written, and what stands where there is none.
    dark : float
        From which part of the largest value on a cell is too dark for black.
    size : str or None
        Of the numbers; None writes none, and a dot in each that is not `strong`, if that is told.
    **image
        Of `Axes.imshow`: ``cmap``, ``vmin``, ``vmax``.

    Returns
    -------
    ScalarMappable
        For `scale`.
    """
    drawn = axes.imshow(values, **{"aspect": "auto", **image})
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    largest = image.get("vmax") or np.nanmax(np.abs(values))
    for (row, column), value in np.ndenumerate(values):
        stands_out = strong is not None and bool(strong[row, column])
        plain = "black" if stands_out or strong is None else weak
        if size:
            said = absent if np.isnan(value) else number(value, digits, sign)
        else:
            said = "•" if strong is not None and not stands_out else ""
        if said:
            axes.annotate(
                said, (column, row), ha="center", va="center", fontsize=size,
                weight="bold" if stands_out else "normal",
                color="white" if abs(value) > dark * largest else plain,
            )  # fmt: skip
    return drawn


def scale(figure: Figure, drawn: ScalarMappable, label: str, **place: Any) -> None:
    """Say what the colours of cells mean."""
    figure.colorbar(drawn, label=label, **{"ax": figure.axes, "shrink": 0.8, **place}).outline.set_visible(False)


def curve(axes: Axes, x: Any, table: pd.DataFrame, colour: str, alpha: float | None = 0.16, **line: Any) -> None:
    """Draw a mean along `x`, with a band from low to high unless `alpha` is None."""
    if alpha is not None:
        axes.fill_between(x, table["low"], table["high"], color=colour, alpha=alpha, lw=0)
    axes.plot(x, table["mean"], color=colour, lw=1.6, **line)

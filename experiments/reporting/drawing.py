"""What all figures share: one style, one colour per institution everywhere."""

import io
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import seaborn as sns
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from experiments.runs.store import Store, write_whole
from experiments.settings.options import BASELINE, NOTHING, REFERENCE
from experiments.settings.places import names_in

UNCOLOURED = (NOTHING, BASELINE, REFERENCE)
"""Institutions that others are held against, drawn in grey."""
GREY = "#6e6e6e"
BAND = "#e4e4e4"
FEWER, MORE = "#0077BB", "#CC3311"
"""Fewer conflict-years and more; told apart by the colour-blind, and never by colour alone."""
WIDTH = 7.6
"""Inches."""
HALO = [withStroke(linewidth=2.5, foreground="white")]
"""Keeps a number readable where it stands on a line."""


_PALETTE = (
    "#0077BB",
    "#882255",
    "#CC3311",
    "#009988",
    "#AA4499",
    "#EE7733",
    "#117733",
    "#999933",
    "#332288",
    "#994F00",
)
"""Dark enough for thin lines on white and told apart by the colour-blind (after Paul Tol's vibrant and muted sets)."""


def colours(institutions: Sequence[str]) -> dict[str, Any]:
    """Give each institution its colour: greys for the references, a colour-blind safe palette for the others.

    A colour follows from the place of the institution's file in ``conf/institution``, so it is the same in
    every figure, whichever institutions it shows.
    """
    coloured = [name for name in names_in("institution") if name not in UNCOLOURED]
    coloured += [name for name in institutions if name not in coloured and name not in UNCOLOURED]
    found = {name: _PALETTE[place % len(_PALETTE)] for place, name in enumerate(coloured)}
    return {name: found.get(name, GREY) for name in institutions}


def style() -> Any:
    """Set up every figure alike: readable in print, text kept as text in SVG, the same bytes every time."""
    return {
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


def save(figure: Figure, store: Store, name: str) -> None:
    """Write a figure as PNG and as SVG, without a date, so that the same figure has the same bytes."""
    FigureCanvasAgg(figure)
    for ending, metadata in (("png", {"Software": None}), ("svg", {"Date": None})):
        buffer = io.BytesIO()
        figure.savefig(buffer, format=ending, dpi=150, metadata=metadata)
        write_whole(store.folder / "figures" / f"{name}.{ending}", buffer.getvalue())


def note(figure: Figure, text: str) -> None:
    """Write a note below a figure."""
    figure.legend(
        handles=[], loc="outside lower left", frameon=False, title=text, alignment="left", title_fontsize="small"
    )


def readable(colour: Any) -> tuple[float, ...]:
    """Darken a colour until small text in it can be read on white."""
    return tuple(0.62 * part for part in mpl.colors.to_rgb(colour))


def signed(value: float, digits: int = 1) -> str:
    """Write a number with its sign, and a minus that is as wide as a plus; what rounds to zero has none."""
    number = round(value, digits) + 0.0
    return f"{number:{'+' if number else ''}.{digits}f}".replace("-", "−")

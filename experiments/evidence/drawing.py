"""What the figures of the evidence share, in the style of `experiments.studies.figures`."""

from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

GREY = "#6e6e6e"
BAND = "#e4e4e4"
FEWER, MORE = "#0077BB", "#CC3311"
"""Fewer conflict-years and more; told apart by the colour-blind, and never by colour alone."""
WIDTH = 7.6
"""Inches."""
HALO = [withStroke(linewidth=2.5, foreground="white")]
"""Keeps a number readable where it stands on a line."""


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

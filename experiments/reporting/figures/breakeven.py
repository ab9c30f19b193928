"""Figure of break-evens: the difference along one assumption, with its band and where it crosses the line."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from experiments.reporting import drawing
from model.parameters import PARAMETERS


def difference_along(
    table: pd.DataFrame,
    *,
    institution: str,
    quantity: str,
    sample: str,
    default: float,
    line: float = 0.0,
    crossings: Sequence[float] = (),
    undecided: Sequence[tuple[float, float]] = (),
) -> Figure:
    """Draw the difference along an assumption, undecided values in grey, break-evens marked.

    Parameters
    ----------
    table : DataFrame
        Columns: assumption (one, with its institution's name before it if it is one's alone), value, mean, low, high.
    institution : str
        Whose difference it is, as users see it.
    quantity : str
        Label of the difference.
    sample : str
        What was run at every value, as in "200 futures".
    default : float
        What the assumption is where nothing is varied.
    line : float
        Difference beyond which the institution is ahead.
    crossings : sequence of float
        Values at which the line is crossed.
    undecided : sequence of (float, float)
        Stretches of values at which the interval holds the line.
    """
    name = str(table["assumption"].iloc[0])
    figure, axes = drawing.single(4.4)
    for start, end in undecided:
        axes.axvspan(start, end, color=drawing.BAND, lw=0, zorder=0)
    axes.axhline(line, color=drawing.GREY, lw=0.8, zorder=1)
    drawing.curve(axes, table["value"], table, drawing.FEWER, 0.25, marker="o", ms=4)
    for place, at in enumerate(crossings):
        axes.plot([at] * 2, [0, 1], transform=axes.get_xaxis_transform(), color=drawing.GREY, lw=0.9, ls="--")
        top = {"xycoords": ("data", "axes fraction"), "va": "top", "path_effects": drawing.HALO}
        # One below the other: those that lie close would cover one another.
        drawing.label(axes, f"{at:.3g}".replace("-", "−"), (at, 1.0), (4, -4 - 13 * place), **top)
    axes.plot(default, 0, "^", transform=axes.get_xaxis_transform(), color=drawing.GREY, clip_on=False, ms=7)
    axes.spines["left"].set_visible(True)
    axes.tick_params(left=True)
    parameter = PARAMETERS[name.rpartition(".")[2]]
    axes.set(xlabel=f"{name} ({parameter.unit})\n{parameter.meaning}", ylabel=quantity)
    axes.set_title(f"Along {name}: '{institution}'")
    whose = f" of {name.partition('.')[0]}" if "." in name else ""
    drawing.note(
        figure,
        f"{sample}, the same at every value; band: 95% interval of each mean;\n"
        f"grey: {f'{line:g}' if line else 'zero'} lies inside it; dashed: break-even; triangle: default value{whose}",
    )
    return figure

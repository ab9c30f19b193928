"""Figure of what knowing is worth."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from experiments.reporting import drawing
from experiments.reporting.wording import in_words


def worth(table: pd.DataFrame, *, labels: Mapping[str, str], unit: str, sample: str) -> Figure:
    """Draw what knowing each item is worth to each institution.

    Parameters
    ----------
    table : DataFrame
        Columns: item, institution, estimate, low, high.
    labels : mapping of str to str
        Of the institutions.
    unit : str
        Of the estimates, with the years.
    sample : str
        What was run.
    """
    items = drawing.distinct(table["item"])
    figure, axes = drawing.listed([in_words(item) for item in items], 0.55)
    hues = drawing.colours(list(labels))
    for place, (name, label) in enumerate(labels.items()):
        shift = 0.18 * (place - (len(labels) - 1) / 2)
        for row in table[table["institution"] == name].to_dict("records"):
            at = items.index(row["item"]) + shift
            drawing.reach(axes, (row["low"], row["high"]), at, hues[name])
            axes.plot(row["estimate"], at, "o", color=hues[name], ms=5.5)
        drawing.key(axes, label, "o", colour=hues[name])
    drawing.no_change(axes)
    axes.set_xlabel(f"change when everybody knows it, {unit}")
    axes.set_title("What it is worth to know")
    drawing.note(figure, f"lines: 95% intervals; {sample}", columns=3)
    return figure

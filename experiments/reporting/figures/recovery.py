"""Figure of ranks: where true values lie among the draws of synthetic records, beside even ranks."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from experiments.reporting import drawing

_KOLMOGOROV = 1.358
"""Of the largest deviation of ranks that are even, times the root of their number: 95% are smaller."""


def ranks_beside_even(table: pd.DataFrame, *, sample: str) -> Figure:
    """Draw every parameter's ranks less what they would be if even; what leaves the band is named.

    Parameters
    ----------
    table : DataFrame
        Columns: parameter, expected (share of worlds, ascending), above (the rank's share less that).
    sample : str
        What was simulated.
    """
    figure, axes = drawing.single(4.2)
    worlds = int(table.groupby("parameter").size().max())
    band = _KOLMOGOROV / np.sqrt(worlds)
    axes.axhspan(-band, band, color=drawing.BAND, lw=0)
    axes.axhline(0.0, color=drawing.GREY, lw=0.8)
    for name, own in table.groupby("parameter", sort=False):
        expected, above = own["expected"].to_numpy(), own["above"].to_numpy()
        far = int(np.argmax(np.abs(above)))
        leaves = bool(abs(above[far]) > band)
        colour = drawing.MORE if leaves else drawing.INK
        axes.plot(expected, above, color=colour, lw=1.4 if leaves else 0.8, alpha=1.0 if leaves else 0.6)
        if leaves:
            drawing.label(axes, str(name), (float(expected[far]), float(above[far])), (4.0, 4.0))
    axes.set_xlabel("share of synthetic records")
    axes.set_ylabel("rank of the truth, less even")
    drawing.heading(figure, "Do intervals hold what they say?")
    drawing.note(figure, sample)
    return figure

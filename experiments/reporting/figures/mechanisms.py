"""Figure of what mechanisms move."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from experiments.reporting import drawing

_SHOWN = 25
_EVEN = 5.0
"""Up to here the axis is even, beyond it logarithmic: what the world itself moves dwarfs what institutions do."""
GAP = "gap"


def tornado(table: pd.DataFrame, *, labels: Mapping[str, str], unit: str, sample: str) -> Figure:
    """Draw how far each mechanism moves conflict-years, from weak to strong, the largest effect on the gap first.

    Parameters
    ----------
    table : DataFrame
        Columns: mechanism, of (an institution, or gap), mean, low, high.
    labels : mapping of str to str
        Labels of the two institutions: the one compared with first.
    unit : str
        Of the effects, with years and world.
    sample : str
        What was run, as in "400 draws from the priors".
    """
    names = drawing.distinct(table["mechanism"])[:_SHOWN]
    figure, axes = drawing.listed(names, 0.34)
    places = np.arange(len(names))
    than, name = labels
    hues = drawing.colours([than, name])
    by = {of: rows.set_index("mechanism").loc[names] for of, rows in table.groupby("of")}
    axes.barh(places, by[GAP]["mean"], height=0.7, color=drawing.BAND, lw=0, label="gap: the second less the first")
    axes.hlines(places, by[GAP]["low"], by[GAP]["high"], color=drawing.INK, lw=1.4)
    for of, shift, marker in ((than, -0.2, "o"), (name, 0.2, "s")):
        axes.hlines(places + shift, by[of]["low"], by[of]["high"], color=hues[of], lw=1.0)
        axes.plot(by[of]["mean"], places + shift, marker, color=hues[of], ms=4, label=labels[of])
    drawing.no_change(axes)
    if float(np.nanmax(np.abs(table[["low", "high"]].to_numpy()))) > 2.0 * _EVEN:
        axes.set_xscale("symlog", linthresh=_EVEN, linscale=2.0)
        axes.xaxis.set_major_formatter("{x:g}")
        left, right = axes.get_xlim()
        axes.set_xticks([x for x in (-100, -20, -5, -2, 0, 2, 5, 20, 100) if left <= x <= right])
        sample += f"\naxis: logarithmic beyond ±{_EVEN:g}"
    axes.set_xlabel(f"change of conflict-years from weak to strong\n({unit})")
    axes.set_title("What each mechanism moves")
    count = len(drawing.distinct(table["mechanism"]))
    more = f"; {count - len(names)} smaller ones not shown" if count > len(names) else ""
    drawing.note(figure, f"lines: 95% intervals that hold for all mechanisms together; {sample}{more}", columns=3)
    return figure

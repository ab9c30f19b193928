"""Figures of a sensitivity analysis."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from experiments.reporting import drawing
from experiments.reporting.wording import in_words

_LIGHT, _BETWEEN = "#b9b3dd", "#5c539f"
_SHOWN = 20
_BARS = {
    "total": ("total: alone and together with others", _LIGHT, 0.8, _BETWEEN, -0.26),
    "first": ("first order: alone", drawing.INK, 0.3, "black", 0.0),
}
"""Label, colour and height of its bars, colour of its intervals and how far they are off the middle."""


def screening(table: pd.DataFrame, *, unit: str, sample: str) -> Figure:
    """Draw mean size and spread of elementary effects, the largest first, over the floor of replication noise.

    Parameters
    ----------
    table : DataFrame
        The largest effect first; columns: metric (one), parameter, mu_star, mu_star_low, mu_star_high, sigma, floor.
    unit : str
        Of the outcome, with years and world, as in "state-years in 20 years, africa".
    sample : str
        What was run, as in "20 trajectories, 8 common futures".
    """
    rows = table.head(_SHOWN)
    figure, axes = drawing.listed(rows["parameter"].tolist(), 0.27)
    places = np.arange(len(rows))
    axes.barh(places, rows["floor"].fillna(0.0), height=0.8, color=drawing.BAND, lw=0, label="floor: μ* of luck alone")
    ink: Mapping[str, Any] = {"color": drawing.INK}
    axes.hlines(places, rows["mu_star_low"].clip(lower=0.0), rows["mu_star_high"], lw=1.6, **ink)
    axes.plot(rows["mu_star"], places, "o", ms=5.5, label="μ*: mean size, 95% interval", **ink)
    axes.plot(rows["sigma"], places, "D", mfc="white", ms=4.5, mew=1.2, label="σ: spread over places", **ink)
    axes.set_xlim(left=0.0)
    quantity = in_words(str(table["metric"].iloc[0]))
    axes.set_xlabel(f"change of the difference in {quantity}\nas the parameter crosses its range ({unit})")
    axes.set_title("Screening: which assumptions move the difference at all")
    more = f"; {len(table) - len(rows)} smaller ones not shown" if len(table) > len(rows) else ""
    drawing.note(figure, f"Morris: {sample}{more}", columns=3)
    return figure


def indices(table: pd.DataFrame, *, than: str, institution: str, sample: str, names: Mapping[str, str]) -> Figure:
    """Draw total indices as light bars and first-order indices as dark ones, each with its interval.

    Parameters
    ----------
    table : DataFrame
        Columns: metric (one), factor, and first, total (shares of variance), each with …_low and …_high.
    than, institution : str
        The two that differ, as users see them.
    sample : str
        What was run and what it is worth, as in "1,024 base points; converged".
    names : mapping of str to str
        Factors that are not called as in the table.
    """
    rows = table.sort_values("total", ascending=False, kind="stable")
    figure, axes = drawing.listed([names.get(name, name) for name in rows["factor"]], 0.42)
    places = np.arange(len(rows))
    for column, (label, colour, height, _, _) in _BARS.items():
        axes.barh(places, rows[column].fillna(0.0), height=height, color=colour, lw=0, label=label)
    for column, (_, _, _, colour, shift) in _BARS.items():
        axes.hlines(places + shift, rows[f"{column}_low"], rows[f"{column}_high"], color=colour, lw=1.4)
    drawing.no_change(axes)
    quantity = in_words(str(table["metric"].iloc[0]))
    axes.set_xlabel(f"share of the variance of the difference in {quantity},\n'{institution}' − '{than}'")
    axes.set_title("Which assumptions drive the difference")
    drawing.note(figure, f"lines: 95% intervals; {sample}", columns=2)
    return figure


def indices_by_outcome(table: pd.DataFrame, *, chosen_by: str) -> Figure:
    """Draw total indices of the difference in every outcome as a heat map; a dash where not told apart from zero.

    Parameters
    ----------
    table : DataFrame
        Columns: metric, factor, total, total_low (shares of variance).
    chosen_by : str
        The outcome by which factors were chosen, in words.
    """
    factors, metrics = drawing.distinct(table["factor"]), drawing.distinct(table["metric"])
    wide = table.pivot(index="metric", columns="factor", values=["total", "total_low"]).loc[metrics]
    told = wide["total"][factors].where(wide["total_low"][factors] > 0.0)
    figure, axes = drawing.single(2.2 + 0.26 * len(metrics))
    drawn = drawing.cells(
        axes, told.to_numpy(), digits=2, absent="–", dark=0.55, size="x-small", cmap="Purples", vmin=0.0, vmax=1.0
    )
    axes.set_xticks(range(len(factors)), factors, rotation=40, ha="right")
    axes.set_yticks(range(len(metrics)), metrics)
    axes.set_title("What drives the difference in every outcome")
    drawing.scale(figure, drawn, "total index", shrink=0.4)
    drawing.note(figure, f"factors: chosen by their effects on {chosen_by}; –: not told apart from zero (95% interval)")
    return figure

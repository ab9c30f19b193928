"""Figures of a comparison."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.reporting import drawing
from experiments.settings.options import BASELINE, NOTHING, REFERENCE
from experiments.statistics.intervals import Interval

_LEVELS: drawing.Marks = {
    "across_ranges": ("across the declared ranges", "o", True),
    "defaults": ("at the default values", "D", False),
}
_SET_MARKERS = (("o", True), ("^", False), ("v", False), ("s", False), ("D", False))
"""Marker and whether it is filled, by the place of a set of mechanism switches; the study's own comes first."""
_DASHES = {NOTHING: "--", REFERENCE: "-."}
"""Of lines that share one grey; the baseline's is whole."""
_GREYS = {BASELINE: "whole", NOTHING: "dashed", REFERENCE: "dash-dotted"}
"""How that is said."""
_PANELS = {
    "in_conflict": ("States in conflict", "states"),
    "more_than_siloed": ("Conflict-years so far, against silos", "state-years (below 0 is better)"),
    "participation": ("Money brought to pools", "share"),
    "belief": ("The Treasury's belief, and the truth", "levels/£100m (dotted: true)"),
}
_SAME = "difference in conflict-years to '{}'\n({}; left is better)"


def difference_vs_siloed(table: pd.DataFrame, *, than: str, unit: str, smallest_effect: float | None = None) -> Figure:
    """Draw the difference to siloed at both levels as a forest plot, effects too small to count in grey.

    Parameters
    ----------
    table : DataFrame
        Columns: institution, label, level, mean, low, high (state-years).
    than, unit : str
        Label of siloed; unit, years and world, as in "state-years in 20 years, africa".
    smallest_effect : float, optional
        In state-years.
    """
    figure, axes = drawing.listed(drawing.distinct(table["label"]), 0.55, 1.7)
    drawing.no_change(axes, smallest_effect)
    drawing.forest(axes, table, "level", _LEVELS, 0.34, drawing.number)
    axes.margins(x=0.15)
    axes.set(xlabel=_SAME.format(than, unit), title="Conflict-years against the siloed way, on the same futures")
    small = "" if smallest_effect is None else f"; grey: effects below ±{smallest_effect:g}, too small to count"
    drawing.note(figure, f"bars: simultaneous 95% intervals{small}", columns=2)
    return figure


def share_of_reference(table: pd.DataFrame, *, reference: str) -> Figure:
    """Draw the share of what the reference averts, at both levels.

    Parameters
    ----------
    table : DataFrame
        Columns: institution, label, level, mean, low, high (shares).
    reference : str
        Label of the reference.
    """
    ends = ["mean", "low", "high"]
    figure, axes = drawing.listed(drawing.distinct(table["label"]), 0.55, 1.7)
    drawing.no_change(axes)
    axes.axvline(100, color=drawing.GREY, lw=0.8, ls=":", zorder=1)
    above = {"xycoords": ("data", "axes fraction"), "ha": "center", "va": "bottom"}
    drawing.label(axes, reference, (100, 1.0), (0, 2), color=drawing.GREY, **above)
    in_percent = table.assign(**{end: 100.0 * table[end] for end in ends})
    drawing.forest(axes, in_percent, "level", _LEVELS, 0.34, lambda mean: drawing.number(mean, 0, ""))
    axes.margins(x=0.15)
    axes.set_xlabel("conflict-years averted, % of what the reference averts")
    axes.set_title("How much of the achievable each institution achieves", pad=18)
    drawing.note(figure, "bars: 95% intervals; no bar: the data do not bound the ratio", columns=2)
    return figure


def channels(table: pd.DataFrame, *, than: str, unit: str, draws: int, smallest_effect: float | None = None) -> Figure:
    """Draw the difference to siloed under every set of mechanism switches, one under the other.

    Parameters
    ----------
    table : DataFrame
        Columns: institution, label, set_label, mean, low, high (state-years).
    than, unit : str
        As in `difference_vs_siloed`.
    draws : int
        How many there were under every set.
    smallest_effect : float, optional
        In state-years.
    """
    figure, axes = drawing.listed(drawing.distinct(table["label"]), 0.55, 1.7)
    drawing.no_change(axes, smallest_effect)
    sets = zip(drawing.distinct(table["set_label"]), _SET_MARKERS, strict=False)
    drawing.forest(axes, table, "set_label", {label: (label, *marker) for label, marker in sets}, 0.24)
    axes.set(xlabel=_SAME.format(than, unit), title=f"How far the answer rests on channels ({draws:,} draws)")
    drawing.note(figure, "bars: simultaneous 95% intervals; grey: too small to count")
    return figure


def worlds_better(
    table: pd.DataFrame,
    *,
    than: str,
    unit: str,
    futures: int,
    shares: Mapping[str, Sequence[Interval]],
    smallest_effect: float,
) -> Figure:
    """Draw how the expected difference to siloed is spread over plausible scenarios, and how often it is which.

    Parameters
    ----------
    table : DataFrame
        Columns: institution, label, draw, difference (state-years).
    than, unit : str
        As in `difference_vs_siloed`.
    futures : int
        Lived through in each draw.
    shares : mapping of str to (Interval, Interval, Interval)
        By institution, shares of scenarios that are better, worse, and less different than the smallest effect.
    smallest_effect : float
        In state-years.
    """
    names = drawing.distinct(table["institution"])
    hues = drawing.colours(names)
    figure, axes = drawing.listed(drawing.distinct(table["label"]), 0.55, 1.7)
    drawing.no_change(axes, smallest_effect)
    low = float(np.quantile(table["difference"], 0.0025, method="lower"))
    high = float(np.quantile(table["difference"], 0.9975, method="higher"))
    ends = min(low, -1.0) - 0.5, max(high, 1.0) + 0.5
    right: Mapping[str, Any] = {"xycoords": ("axes fraction", "data"), "fontsize": "small"}
    for place, name in enumerate(names):
        values = table.loc[table["institution"] == name, "difference"].to_numpy()
        _distribution(axes, values, place, hues[name], ends)
        better, worse, less = (each.mean for each in shares[name])
        told = "not told" if np.isnan(better) else " / ".join(f"{each:.0%}" for each in (better, less, worse))
        axes.annotate(told, (1.02, place), va="center", color=drawing.readable(hues[name]), **right)
    axes.annotate("better / less / worse", (1.02, -0.6), va="bottom", **right)
    axes.set_xlim(*ends)
    axes.set_xlabel(_SAME.format(than, unit))
    axes.set_title("Conflict-years against the siloed way, over plausible scenarios", pad=18)
    drawing.note(
        figure,
        f"expected differences in {table['draw'].nunique():,} draws of what nobody has measured, {futures} futures "
        f"each;\nbar: middle half, tick: median; less: a difference below {smallest_effect:g} (grey);\nat most 0.5% of "
        "all differences lie outside the frame",
    )
    return figure


def _distribution(
    axes: Axes, values: npt.NDArray[np.float64], place: int, colour: str, ends: tuple[float, float]
) -> None:
    """Draw a histogram that stands on its line, with median and middle half."""
    width = (ends[1] - ends[0]) / 64
    # Zero lies in the middle of a bin: a tie must look neither better nor worse.
    edges = width * (np.arange(np.floor(ends[0] / width), np.ceil(ends[1] / width) + 2.0) - 0.5)
    heights, _ = np.histogram(values, edges)
    scaled = 0.75 * heights / max(heights.max(), 1)
    axes.stairs(place + 0.25 - scaled, edges, baseline=place + 0.25, fill=True, color=colour, alpha=0.45, lw=0)
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
    axes.plot([low, high], [place + 0.32] * 2, color=colour, lw=4, solid_capstyle="butt")
    axes.plot([middle] * 2, [place + 0.24, place + 0.40], color=drawing.readable(colour), lw=1.6)


def over_time(table: pd.DataFrame, *, labels: Mapping[str, str], replications: int) -> Figure:
    """Draw four panels over the years of a run: conflict, how a difference grows, participation, and belief.

    Parameters
    ----------
    table : DataFrame
        Columns: institution, series (in_conflict, more_than_siloed, participation, belief, yield), quarter, mean, low,
        high.
    labels : mapping of str to str
        Institutions as users see them.
    replications : int
        How many there were.
    """
    hues = drawing.colours(drawing.distinct(table["institution"]))
    figure = Figure(figsize=(drawing.WIDTH, 6.9), layout="constrained")
    for axes, (series, (title, unit)) in zip(figure.subplots(2, 2).ravel(), _PANELS.items(), strict=True):
        rows = table[table["series"] == series]
        if series in ("participation", "belief"):
            rows = rows[~rows["institution"].isin((NOTHING, REFERENCE))]
        banded = [BASELINE] if series == "in_conflict" else list(hues)
        if series == "participation":
            # Before names are written: how far they must stand apart depends on it.
            axes.set_ylim(-0.03, 1.03)
        _over_time(axes, rows, hues, labels, banded)
        axes.set_title(title, fontsize="medium")
        axes.set(ylabel=unit, xlabel="years")
        if series == "more_than_siloed":
            axes.axhline(0, color=drawing.GREY, lw=0.8)
        elif series == "belief":
            for name in drawing.distinct(rows["institution"]):
                truth = table[(table["institution"] == name) & (table["series"] == "yield") & (table["quarter"] > 4)]
                axes.plot(truth["quarter"] / 4, truth["mean"], ":", color=drawing.readable(hues[name]), lw=1.4)
    drawing.note(
        figure,
        f"means over {replications:,} futures at the default values; bands: the middle 80% of futures (top left: of\n"
        "silos; top right: 95% interval of the mean, simultaneous over quarters)"
        + "".join(f";\n{said} grey: {labels[name]}" for name, said in _GREYS.items() if name in hues),
    )
    return figure


def _over_time(
    axes: Axes, table: pd.DataFrame, hues: Mapping[str, str], labels: Mapping[str, str], banded: list[str]
) -> None:
    """Draw one series, a line per institution named at its end."""
    axes.spines["left"].set_visible(True)
    ends = []
    for name in drawing.distinct(table["institution"]):
        own = table[table["institution"] == name]
        alpha = 0.16 if name in banded else None
        drawing.curve(axes, own["quarter"] / 4, own, hues[name], alpha, ls=_DASHES.get(name, "-"), gid=labels[name])
        ends.append((float(own["mean"].iloc[-1]), name))
    low, high = axes.get_ylim()
    height = -np.inf
    for end, name in sorted(ends):
        # Names that would be written over one another move apart.
        height = max(end, height + 0.075 * (high - low))
        last = (float(table["quarter"].max()) / 4, height)
        plain = {"fontsize": "x-small", "path_effects": None, "annotation_clip": False}
        drawing.beside(axes, labels[name], last, hues[name], 4, **plain)

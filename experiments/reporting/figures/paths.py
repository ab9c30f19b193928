"""Figure of a comparison over time: conflict, how a difference grows, participation, and the Treasury's belief."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.reporting.drawing import GREY, WIDTH, colours, readable
from experiments.settings.options import BASELINE, NOTHING, REFERENCE
from experiments.statistics.bootstrap import simultaneous_intervals

_INNER = (0.1, 0.9)
"""Quantiles over futures between which a band runs."""


def shown_over_time(institutions: list[str], headline: str | None) -> list[str]:
    """Choose few enough institutions to tell their lines apart: the references and the headline's own."""
    asked = [name for name in institutions if name not in (NOTHING, BASELINE, REFERENCE)]
    own = headline if headline in asked else (asked[-1] if asked else None)
    return [name for name in (NOTHING, BASELINE, own, REFERENCE) if name is not None]


def over_time_table(paths: pd.DataFrame, institutions: list[str], seed: int) -> pd.DataFrame:
    """Work out every line and band of the figure.

    Parameters
    ----------
    paths : DataFrame
        Rows of `experiments.runs.paths`.
    institutions : list of str
        Those to draw.
    seed : int
        Of the resampling.

    Returns
    -------
    DataFrame
        Columns: institution, series, quarter, mean, low, high. ``low`` and ``high`` are the 10% and 90% quantiles over
        futures; of ``more_than_siloed``, conflict-years so far against siloed on the same futures, they are a 95%
        interval of the mean, simultaneous over quarters.
    """
    rows = []
    for series in ("in_conflict", "participation", "belief", "yield"):
        wide = {name: _wide(paths, name, series) for name in institutions}
        for name, values in wide.items():
            low, high = np.quantile(values, _INNER, axis=0)
            rows.append(_lines(name, series, values.mean(axis=0), low, high))
    siloed = _wide(paths, BASELINE, "in_conflict")
    for name in institutions:
        if name != BASELINE:
            gained = np.cumsum(_wide(paths, name, "in_conflict") - siloed, axis=1) / 4.0
            found = simultaneous_intervals(gained, seed=seed)
            mean, low, high = (np.array(ends) for ends in zip(*found, strict=True))
            rows.append(_lines(name, "more_than_siloed", mean, low, high))
    return pd.concat(rows, ignore_index=True)


def _wide(paths: pd.DataFrame, institution: str, series: str) -> np.ndarray:
    """Values (futures, quarters) of one institution."""
    own = paths[paths["institution"] == institution]
    return own.pivot(index="replication", columns="quarter", values=series).to_numpy(np.float64)


def _lines(name: str, series: str, mean: np.ndarray, low: np.ndarray, high: np.ndarray) -> pd.DataFrame:
    quarters = np.arange(1, len(mean) + 1)
    return pd.DataFrame(
        {"institution": name, "series": series, "quarter": quarters, "mean": mean, "low": low, "high": high}
    )


def draw_over_time(table: pd.DataFrame, labels: dict[str, str], futures: int) -> Figure:
    """Draw four panels over the years of a run.

    Parameters
    ----------
    table : DataFrame
        From `over_time_table`.
    labels : dict of str to str
        Institutions as users see them.
    futures : int
        How many there were.
    """
    names = list(dict.fromkeys(table["institution"]))
    hues = colours(names)
    figure = Figure(figsize=(WIDTH, 6.4), layout="constrained")
    panels = figure.subplots(2, 2)
    own = [name for name in names if name not in (NOTHING, REFERENCE)]
    _panel(panels[0, 0], table, "in_conflict", names, hues, labels, banded=[BASELINE])
    _panel(panels[0, 1], table, "more_than_siloed", [n for n in names if n != BASELINE], hues, labels, banded=names)
    panels[0, 1].axhline(0, color=GREY, lw=0.8)
    _panel(panels[1, 0], table, "participation", own, hues, labels, banded=own)
    _panel(panels[1, 1], table, "belief", own, hues, labels, banded=own)
    for name in own:
        truth = table[(table["institution"] == name) & (table["series"] == "yield") & (table["quarter"] > 4)]
        panels[1, 1].plot(truth["quarter"] / 4, truth["mean"], ":", color=readable(hues[name]), lw=1.4)
    titles = {
        (0, 0): ("States in conflict", "states"),
        (0, 1): ("Conflict-years so far, against silos", "state-years (below 0 is better)"),
        (1, 0): ("Money brought to pools", "share"),
        (1, 1): ("The Treasury's belief, and the truth", "levels/£100m (dotted: true)"),
    }
    for place, (title, unit) in titles.items():
        panels[place].set_title(title, fontsize="medium")
        panels[place].set_ylabel(unit)
        panels[place].set_xlabel("years")
    panels[1, 0].set_ylim(-0.03, 1.03)
    figure.legend(
        handles=[], loc="outside lower left", frameon=False, alignment="left", title_fontsize="small",
        title=f"means over {futures:,} futures at the default values; bands: the middle 80% of futures (top left: of\n"
        "silos; top right: 95% interval of the mean, simultaneous over quarters)",
    )  # fmt: skip
    return figure


def _panel(
    axes: Axes,
    table: pd.DataFrame,
    series: str,
    names: list[str],
    hues: dict[str, object],
    labels: dict[str, str],
    banded: list[str],
) -> None:
    """Draw one series, a line per institution named at its end."""
    axes.spines["left"].set_visible(True)
    ends: list[tuple[float, str]] = []
    for name in names:
        own = table[(table["institution"] == name) & (table["series"] == series)]
        years = own["quarter"] / 4
        axes.plot(years, own["mean"], color=hues[name], lw=1.6, ls="--" if name == NOTHING else "-")
        if name in banded:
            axes.fill_between(years, own["low"], own["high"], color=hues[name], alpha=0.16, lw=0)
        ends.append((float(own["mean"].iloc[-1]), name))
    last = float(table["quarter"].max()) / 4
    for height, name in _apart(ends, axes):
        axes.annotate(
            labels[name], (last, height), xytext=(4, 0), textcoords="offset points", va="center", fontsize="x-small",
            color=readable(hues[name]), annotation_clip=False,
        )  # fmt: skip


def _apart(ends: list[tuple[float, str]], axes: Axes) -> list[tuple[float, str]]:
    """Move names apart that would be written over one another."""
    low, high = axes.get_ylim()
    least = 0.075 * (high - low)
    placed: list[tuple[float, str]] = []
    for height, name in sorted(ends):
        placed.append((max(height, placed[-1][0] + least) if placed else height, name))
    return placed

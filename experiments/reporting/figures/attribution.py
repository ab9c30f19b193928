"""Figures of an attribution: the way from the baseline to the institution, and who helps or hinders whom."""

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.colors import TwoSlopeNorm
from matplotlib.figure import Figure

from experiments.reporting.drawing import FEWER, GREY, HALO, MORE, WIDTH, note, readable, signed
from experiments.runs.simulate import ACROSS_RANGES

if TYPE_CHECKING:
    from experiments.reporting.attribution import AttributionReport


def waterfall_table(report: "AttributionReport") -> pd.DataFrame:
    """From the baseline to the institution, the most helpful ingredient first: where each step begins and ends."""
    order = sorted(range(len(report.parts)), key=lambda i: report.main.shares[i].mean)
    rows = [{"step": report.labels[0], "kind": "level", "start": 0.0, "end": report.main.baseline.mean}]
    at = report.main.baseline.mean
    for i in order:
        share = report.main.shares[i]
        rows.append({"step": report.names[i], "kind": "share", "start": at, "end": at + share.mean,
                     "low": at + share.low, "high": at + share.high})  # fmt: skip
        at += share.mean
    total = report.main.total
    start = report.main.baseline.mean
    rows.append({"step": report.labels[1], "kind": "level", "start": 0.0, "end": report.main.institution.mean,
                 "low": start + total.low, "high": start + total.high})  # fmt: skip
    return pd.DataFrame(rows)


def draw_waterfall(report: "AttributionReport") -> Figure:
    """Draw the way from the baseline's conflict-years to the institution's, one step per ingredient."""
    table = waterfall_table(report)
    figure = Figure(figsize=(WIDTH, 1.9 + 0.42 * len(table)), layout="constrained")
    axes = figure.subplots()
    axes.set_yticks(range(len(table)), table["step"].tolist())
    axes.set_ylim(len(table) - 0.4, -0.6)
    rows = table.to_dict("records")
    for place, row in enumerate(rows):
        if row["kind"] == "level":
            axes.plot(row["end"], place, "D", color=GREY, ms=6)
            colour, text = GREY, f"{row['end']:.1f}"
        else:
            change = row["end"] - row["start"]
            colour, text = (FEWER if change < 0.0 else MORE), signed(change, 2)
            told = row["high"] < row["start"] or row["low"] > row["start"]
            axes.barh(place, change, left=row["start"], height=0.6, color=colour, alpha=0.85 if told else 0.35, lw=0)
        bounds = [x for x in (row["low"], row["high"]) if math.isfinite(x)]
        if bounds:
            axes.plot(bounds, [place] * len(bounds), color=readable(colour), lw=1.6, solid_capstyle="butt")
        if place + 1 < len(rows):
            axes.plot([row["end"]] * 2, [place, place + 1], color=GREY, lw=0.7, ls=":", zorder=0)
        right = max([row["end"], *bounds, *([row["start"]] if row["kind"] == "share" else [])])
        axes.annotate(
            text, (right, place), xytext=(6, 0), textcoords="offset points", va="center", fontsize="small",
            color=readable(colour), path_effects=HALO,
        )  # fmt: skip
    axes.margins(x=0.12)
    axes.set_xlabel(f"conflict-years (state-years in {report.years:g} years, {report.world}; left is better)")
    axes.set_title(f"What in '{report.labels[1]}' does the work")
    note(figure, f"Shapley shares of the difference on {_futures(report)};\nlines: simultaneous 95% intervals "
                 "of each share (of the whole difference, below); pale: holds no change")  # fmt: skip
    return figure


def draw_interactions(report: "AttributionReport") -> Figure:
    """Draw how much more every two ingredients change together than apart."""
    names, pairs = report.names, report.main.pairs
    strength = np.full((len(names), len(names)), np.nan)
    for (i, j), found in pairs.items():
        strength[j, i] = found.mean
    most = max(float(np.nanmax(np.abs(strength))), 1e-9)
    figure = Figure(figsize=(WIDTH, 1.8 + 0.52 * len(names)), layout="constrained")
    axes = figure.subplots()
    image = axes.imshow(strength[1:, :-1], cmap="RdBu_r", norm=TwoSlopeNorm(0.0, -most, most), aspect="auto")
    axes.set_yticks(range(len(names) - 1), names[1:])
    axes.set_xticks(range(len(names) - 1), names[:-1], rotation=30, ha="right")
    axes.tick_params(length=0)
    for (i, j), found in pairs.items():
        told = found.high < 0.0 or found.low > 0.0
        dark = abs(found.mean) > 0.6 * most
        axes.annotate(
            signed(found.mean, 2), (i, j - 1), ha="center", va="center", fontsize="small",
            weight="bold" if told else "normal", color="white" if dark else "black" if told else GREY,
        )  # fmt: skip
    axes.spines[:].set_visible(False)
    bar = figure.colorbar(image, ax=axes, shrink=0.8)
    bar.set_label("conflict-years more together than apart")
    bar.outline.set_visible(False)
    axes.set_title("Which ingredients help (blue) or hinder (red) each other")
    note(figure, f"Shapley interaction index on {_futures(report)};\nbold: simultaneous 95% interval excludes zero")
    return figure


def _futures(report: "AttributionReport") -> str:
    """Say on what futures."""
    if report.level == ACROSS_RANGES:
        return f"{report.futures:,} draws of what nobody has measured, one future each"
    return f"{report.futures:,} futures at the default values"

"""Figures of a sensitivity analysis."""

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from experiments.reporting.drawing import GREY, WIDTH, note
from experiments.reporting.wording import in_words
from experiments.studies.sensitivity import OTHERS
from model.outcomes import OUTCOMES

if TYPE_CHECKING:
    from experiments.reporting.sensitivity import SensitivityReport

_DARK, _LIGHT = "#332288", "#b9b3dd"
_SHOWN = 20
_WHITE_ON = 0.55
"""Total indices whose cell is too dark for black numbers."""


def draw_screening(report: "SensitivityReport", table: pd.DataFrame) -> Figure:
    """Draw mean size and spread of elementary effects, the largest first, over the floor of luck."""
    rows = table.head(_SHOWN)
    figure = Figure(figsize=(WIDTH, 1.9 + 0.27 * len(rows)), layout="constrained")
    axes = figure.subplots()
    places = np.arange(len(rows))
    axes.barh(places, rows["floor"].fillna(0.0), height=0.8, color="#e4e4e4", lw=0, label="floor: μ* of luck alone")
    axes.hlines(places, rows["mu_star_low"].clip(lower=0.0), rows["mu_star_high"], color=_DARK, lw=1.6)
    axes.plot(rows["mu_star"], places, "o", color=_DARK, ms=5.5, label="μ*: mean size, 95% interval")
    axes.plot(rows["sigma"], places, "D", color=_DARK, mfc="white", ms=4.5, mew=1.2, label="σ: spread over places")
    axes.set_yticks(places, rows["parameter"])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(left=0.0)
    axes.set_xlabel(
        f"change of the difference in {in_words(report.metric)} as the parameter crosses its range\n"
        f"({OUTCOMES[report.metric].unit} in {report.years:g} years, {report.world})"
    )
    axes.set_title("Screening: which assumptions move the difference at all")
    more = f"; {len(table) - len(rows)} smaller ones not shown" if len(table) > len(rows) else ""
    figure.legend(
        loc="outside lower left", ncols=3, frameon=False, fontsize="small", alignment="left",
        title=f"Morris: {report.trajectories} trajectories, {report.futures} common futures{more}",
        title_fontsize="small",
    )  # fmt: skip
    return figure


def draw_indices(report: "SensitivityReport", table: pd.DataFrame) -> Figure:
    """Draw total indices as light bars and first-order indices as dark ones, each with its interval."""
    rows = table.sort_values("total", ascending=False, kind="stable")
    figure = Figure(figsize=(WIDTH, 1.9 + 0.42 * len(rows)), layout="constrained")
    axes = figure.subplots()
    places = np.arange(len(rows))
    for column, colour, offset, height, label in (
        ("total", _LIGHT, 0.0, 0.8, "total: alone and together with others"),
        ("first", _DARK, 0.0, 0.3, "first order: alone"),
    ):
        axes.barh(places + offset, rows[column].fillna(0.0), height=height, color=colour, lw=0, label=label)
    for column, shift in (("total", -0.26), ("first", 0.0)):
        colour = "#5c539f" if column == "total" else "black"
        axes.hlines(places + shift, rows[f"{column}_low"], rows[f"{column}_high"], color=colour, lw=1.4)
    axes.axvline(0.0, color=GREY, lw=0.8)
    names = [f"{OTHERS} ({len(report.found.factors[OTHERS])})" if n == OTHERS else n for n in rows["factor"]]
    axes.set_yticks(places, names)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlabel(
        f"share of the variance of the difference in {in_words(report.metric)},\n"
        f"'{report.labels[1]}' − '{report.labels[0]}'"
    )
    axes.set_title("Which assumptions drive the difference")
    state = "converged" if report.main.converged else "NOT converged: add points"
    luck = "" if math.isnan(report.main.noise) else f"; luck ({report.main.noise:.0%}) taken out"
    figure.legend(
        loc="outside lower left", ncols=2, frameon=False, fontsize="small", alignment="left",
        title=f"lines: 95% intervals; {report.main.base:,} base points{luck}; {state}", title_fontsize="small",
    )  # fmt: skip
    return figure


def draw_by_outcome(report: "SensitivityReport", table: pd.DataFrame) -> Figure:
    """Draw total indices of the difference in every outcome as a heat map; white where not told apart from zero."""
    factors = list(report.found.factors)
    metrics = list(dict.fromkeys(table["metric"]))
    values = table.pivot(index="metric", columns="factor", values="total").loc[metrics, factors].to_numpy()
    lows = table.pivot(index="metric", columns="factor", values="total_low").loc[metrics, factors].to_numpy()
    told = lows > 0.0
    figure = Figure(figsize=(WIDTH, 2.2 + 0.26 * len(metrics)), layout="constrained")
    axes = figure.subplots()
    image = axes.pcolormesh(
        np.where(told, values, np.nan), cmap="Purples", vmin=0.0, vmax=1.0, edgecolors="#dddddd", lw=0.5
    )
    for row, column in zip(*np.nonzero(told), strict=True):
        axes.text(
            column + 0.5, row + 0.5, f"{values[row, column]:.2f}", ha="center", va="center", fontsize="x-small",
            color="white" if values[row, column] > _WHITE_ON else "black",
        )  # fmt: skip
    axes.set_xticks(np.arange(len(factors)) + 0.5, factors, rotation=40, ha="right")
    axes.set_yticks(np.arange(len(metrics)) + 0.5, metrics)
    axes.set_ylim(len(metrics), 0)
    axes.set_title("What drives the difference in every outcome")
    figure.colorbar(image, ax=axes, label="total index", shrink=0.4)
    note(
        figure,
        f"factors: chosen by their effects on {in_words(report.metric)}; "
        "white: not told apart from zero (95% interval)",
    )
    return figure

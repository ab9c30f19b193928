"""Figures of robustness: regrets, ranks, what is worth knowing, and where regret lies along it."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from experiments.reporting.drawing import FEWER, GREY, HALO, WIDTH, colours, note, readable
from experiments.reporting.evidence_wording import ends
from experiments.statistics.regret import DIFFERENCE, REGRET, REGRET_P90, REGRET_WORST
from model.parameters import PARAMETERS

if TYPE_CHECKING:
    from experiments.reporting.robustness import RobustnessReport

_KINDS = {
    REGRET: ("o", "white", "mean"),
    REGRET_P90: ("D", None, "exceeded in one world of ten"),
    REGRET_WORST: ("s", None, "mean of the worst tenth"),
}
_PARAMETERS = 12


def draw_regret(report: "RobustnessReport") -> Figure:
    """Draw mean, 90th percentile and worst tenth of regret by institution."""
    order = sorted(report.names, key=lambda name: report.criteria[name][REGRET].mean)
    hues = colours(order)
    figure = Figure(figsize=(WIDTH, 2.0 + 0.55 * len(order)), layout="constrained")
    axes = figure.subplots()
    axes.set_yticks(range(len(order)), [report.labels[name] for name in order])
    axes.set_ylim(len(order) - 0.4, -0.6)
    for place, name in enumerate(order):
        for offset, (kind, (marker, face, _)) in zip((-0.2, 0.0, 0.2), _KINDS.items(), strict=True):
            found, colour = report.criteria[name][kind], hues[name]
            axes.plot([found.low, found.high], [place + offset] * 2, color=colour, lw=1.6, solid_capstyle="butt")
            axes.plot(found.mean, place + offset, marker, color=colour, mfc=face or colour, ms=5.5, mew=1.4)
    handles = [
        axes.plot([], [], marker, color=GREY, mfc=face or GREY, label=label)[0]
        for marker, face, label in _KINDS.values()
    ]
    axes.set_xlim(left=0)
    axes.set_xlabel(f"regret (conflict-years in {report.years:g} years, {report.world}; left is better)")
    axes.set_title("How far each falls short of the best in the same world")
    figure.legend(
        handles=handles, loc="outside lower left", ncols=3, frameon=False, alignment="left", fontsize="small",
        title=f"{report.worlds.count:,} worlds, the mean of {_futures(report)} each; bars: 95% intervals",
        title_fontsize="small",
    )  # fmt: skip
    return figure


def draw_ranks(report: "RobustnessReport") -> Figure:
    """Draw the probability of every rank, by the mean and by the worst tenth of regret."""
    kinds = {DIFFERENCE: "by the mean", REGRET_WORST: "by regret in the worst tenth"}
    order = np.argsort(report.rankings[DIFFERENCE].rank, kind="stable")
    figure = Figure(figsize=(WIDTH, 1.9 + 0.38 * len(order)), layout="constrained")
    for axes, (kind, title) in zip(figure.subplots(1, 2, sharey=True), kinds.items(), strict=True):
        chance = report.rankings[kind].probability[order]
        axes.imshow(chance, cmap="Blues", vmin=0.0, vmax=1.0, aspect="auto")
        axes.set_yticks(range(len(order)), [report.labels[report.names[int(i)]] for i in order])
        axes.set_xticks(range(len(order)), range(1, len(order) + 1))
        axes.tick_params(length=0)
        for (row, rank), p in np.ndenumerate(chance):
            if p >= 0.005:
                axes.annotate(f"{100 * p:.0f}", (rank, row), ha="center", va="center", fontsize="small",
                              color="white" if p > 0.6 else "black")  # fmt: skip
        axes.set_xlabel("rank (1 is best)")
        axes.set_title(title, fontsize="medium")
    figure.suptitle("How sure the ranking is", x=0.01, ha="left", weight="bold")
    note(figure, f"share of resamples of {report.worlds.count:,} worlds that give the rank, %; empty: below 0.5%")
    return figure


def draw_information(report: "RobustnessReport", table: pd.DataFrame) -> Figure:
    """Draw the value of knowing a parameter, with what noise reaches."""
    shown = table.head(_PARAMETERS)
    figure = Figure(figsize=(WIDTH, 1.9 + 0.34 * len(shown)), layout="constrained")
    axes = figure.subplots()
    axes.set_yticks(range(len(shown)), shown["parameter"].tolist())
    axes.set_ylim(len(shown) - 0.4, -0.6)
    for place, row in enumerate(shown.to_dict("records")):
        told = row["p"] <= 0.05
        axes.barh(place, row["evppi"], height=0.6, color=FEWER if told else GREY, alpha=0.85 if told else 0.35, lw=0)
        changes = f", changes the choice in {row['changed']:.0%}" if told else ""
        axes.annotate(
            f"{row['evppi']:.2f}{changes}", (row["evppi"], place), xytext=(5, 0),
            textcoords="offset points", va="center", fontsize="small", color=readable(FEWER if told else GREY),
            path_effects=HALO,
        )  # fmt: skip
    axes.axvline(table["floor"].iloc[0], color=GREY, lw=1.2, ls="--", zorder=0)
    axes.margins(x=0.6)
    axes.set_xlim(left=0)
    axes.set_xlabel("expected conflict-years averted by knowing it before choosing")
    axes.set_title("What would be worth knowing first")
    note(
        figure,
        f"EVPPI by spline regression over {report.worlds.count:,} worlds; dashed: what the highest of\n"
        f"all {len(table)} parameters stays below in 95% of shuffles; grey bars: not told from noise",
    )
    return figure


def draw_regret_map(report: "RobustnessReport", table: pd.DataFrame) -> Figure:
    """Draw mean regret by tenths of the parameter that would be worth knowing most."""
    name = str(table["parameter"].iloc[0])
    grid = table.pivot(index="institution", columns="tenth", values="regret").loc[report.names].to_numpy()
    edges = table.groupby("tenth")[["from", "to"]].first()
    figure = Figure(figsize=(WIDTH, 2.0 + 0.42 * len(report.names)), layout="constrained")
    axes = figure.subplots()
    image = axes.imshow(grid, cmap="YlOrBr", vmin=0.0, aspect="auto")
    axes.set_yticks(range(len(report.names)), [report.labels[each] for each in report.names])
    whole = PARAMETERS[name].high - PARAMETERS[name].low
    spans = ["–".join(ends(low, high, whole)) for low, high in edges.to_numpy()]
    axes.set_xticks(range(len(edges)), spans, rotation=30, ha="right", fontsize="small")
    axes.tick_params(length=0)
    best = grid.argmin(axis=0)
    for (row, tenth), regret in np.ndenumerate(grid):
        axes.annotate(
            f"{regret:.1f}", (tenth, row), ha="center", va="center", fontsize="small",
            weight="bold" if best[tenth] == row else "normal", color="white" if regret > 0.7 * grid.max() else "black",
        )  # fmt: skip
    bar = figure.colorbar(image, ax=axes, shrink=0.8)
    bar.set_label("mean regret")
    bar.outline.set_visible(False)
    axes.set_xlabel(f"{name} ({PARAMETERS[name].unit}), by tenths of the worlds")
    axes.set_title(f"Where regret lies along {name}")
    note(
        figure,
        "mean regret in conflict-years; bold: the least of its column; neighbours differ by noise, too",
    )
    return figure


def _futures(report: "RobustnessReport") -> str:
    """Say how many futures."""
    count = report.worlds.outcomes.shape[1]
    return "one future" if count == 1 else f"{count} futures"

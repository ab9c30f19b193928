"""Figures of robustness: regrets, ranks, what is worth knowing, and where regret lies along it."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from experiments.reporting import drawing
from experiments.reporting.wording import ends
from experiments.statistics.regret import DIFFERENCE, REGRET, REGRET_P90, REGRET_WORST
from model.parameters import PARAMETERS

_KINDS: drawing.Marks = {
    REGRET: ("mean", "o", False),
    REGRET_P90: ("exceeded in one world of ten", "D", True),
    REGRET_WORST: ("mean of the worst tenth", "s", True),
}
_RANKED = {DIFFERENCE: "by the mean", REGRET_WORST: "by regret in the worst tenth"}
_PARAMETERS = 12


def regret(table: pd.DataFrame, *, unit: str, sample: str) -> Figure:
    """Draw mean, 90th percentile and worst tenth of regret by institution.

    Parameters
    ----------
    table : DataFrame
        Columns: institution, label, criterion, mean, low, high; criteria that are no regret are not drawn.
    unit : str
        With years and world, as in "state-years in 20 years, africa".
    sample : str
        What was run, as in "500 worlds, the mean of 4 futures each".
    """
    shown = table[table["criterion"].isin(_KINDS)]
    order = shown[shown["criterion"] == REGRET].sort_values("mean", kind="stable")["institution"].tolist()
    shown = shown.sort_values("institution", key=lambda names: names.map(order.index), kind="stable")
    figure, axes = drawing.listed(drawing.distinct(shown["label"]), 0.55, 2.0)
    drawing.forest(axes, shown, "criterion", _KINDS, 0.2)
    axes.set_xlim(left=0)
    axes.set(xlabel=f"regret ({unit}; left is better)", title="How far each falls short of the best in the same world")
    drawing.note(figure, f"{sample}; bars: 95% intervals", columns=3)
    return figure


def ranks(table: pd.DataFrame, *, labels: Mapping[str, str], worlds: int) -> Figure:
    """Draw the probability of every rank, by the mean and by the worst tenth of regret.

    Parameters
    ----------
    table : DataFrame
        Columns: criterion, institution, rank, and probability_1, probability_2, … of every rank.
    labels : mapping of str to str
        Institutions as users see them.
    worlds : int
        How many were resampled.
    """
    order = table[table["criterion"] == DIFFERENCE].sort_values("rank", kind="stable")["institution"].tolist()
    figure = Figure(figsize=(drawing.WIDTH, 1.9 + 0.38 * len(order)), layout="constrained")
    for axes, (criterion, title) in zip(figure.subplots(1, 2, sharey=True), _RANKED.items(), strict=True):
        found = table[table["criterion"] == criterion].set_index("institution").loc[order]
        percent = 100.0 * found.filter(regex=r"^probability_\d+$")
        drawing.cells(axes, percent.where(percent >= 0.5).to_numpy(), digits=0, cmap="Blues", vmin=0.0, vmax=100.0)
        axes.set_yticks(range(len(order)), [labels[name] for name in order])
        axes.set_xticks(range(len(order)), range(1, len(order) + 1))
        axes.set_xlabel("rank (1 is best)")
        axes.set_title(title, fontsize="medium")
    drawing.heading(figure, "How sure the ranking is", "large")
    drawing.note(figure, f"share of resamples of {worlds:,} worlds that give the rank, %; empty: below 0.5%")
    return figure


def information(table: pd.DataFrame, *, worlds: int) -> Figure:
    """Draw the value of knowing a parameter, with what noise reaches.

    Parameters
    ----------
    table : DataFrame
        The most worth first; columns: parameter, evppi, floor (conflict-years), p, changed (share of worlds).
    worlds : int
        How many there were.
    """
    shown = table.head(_PARAMETERS)
    figure, axes = drawing.listed(shown["parameter"].tolist(), 0.34)
    for place, row in enumerate(shown.to_dict("records")):
        told = row["p"] <= 0.05
        colour = drawing.FEWER if told else drawing.GREY
        drawing.bar(axes, place, row["evppi"], colour, told)
        changes = f", changes the choice in {row['changed']:.0%}" if told else ""
        drawing.beside(axes, f"{row['evppi']:.2f}{changes}", (row["evppi"], place), colour)
    axes.axvline(table["floor"].iloc[0], color=drawing.GREY, lw=1.2, ls="--", zorder=0)
    axes.margins(x=0.6)
    axes.set_xlim(left=0)
    axes.set_xlabel("expected conflict-years averted by knowing it before choosing")
    axes.set_title("What would be worth knowing first")
    drawing.note(
        figure,
        f"EVPPI by spline regression over {worlds:,} worlds; dashed: what the highest of\n"
        f"all {len(table)} parameters stays below in 95% of shuffles; grey bars: not told from noise",
    )
    return figure


def regret_map(table: pd.DataFrame, *, labels: Mapping[str, str]) -> Figure:
    """Draw mean regret by tenths of the parameter that would be worth knowing most.

    Parameters
    ----------
    table : DataFrame
        Columns: parameter (one), tenth, from, to, institution, regret (conflict-years), may_be_least (of its tenth).
    labels : mapping of str to str
        Institutions as users see them.
    """
    name, names = str(table["parameter"].iloc[0]), drawing.distinct(table["institution"])
    parameter = PARAMETERS[name]
    by_place = table.pivot(index="institution", columns="tenth", values=["regret", "may_be_least"]).loc[names]
    grid, least = by_place["regret"].to_numpy(float), by_place["may_be_least"].to_numpy(bool)
    figure, axes = drawing.single(2.0 + 0.42 * len(names))
    drawn = drawing.cells(axes, grid, least, weak="black", dark=0.7, cmap="YlOrBr", vmin=0.0)
    axes.set_yticks(range(len(names)), [labels[each] for each in names])
    tenths = table.groupby("tenth")[["from", "to"]].first().to_numpy()
    spans = ["–".join(ends(low, high, parameter.high - parameter.low)) for low, high in tenths]
    axes.set_xticks(range(len(spans)), spans, rotation=30, ha="right", fontsize="small")
    drawing.scale(figure, drawn, "mean regret")
    axes.set(xlabel=f"{name} ({parameter.unit}), by tenths of the worlds", title=f"Where regret lies along {name}")
    drawing.note(
        figure,
        "mean regret in conflict-years; bold: not told from the least of its column (joint 95% intervals);\n"
        "neighbours differ by noise, too",
    )
    return figure

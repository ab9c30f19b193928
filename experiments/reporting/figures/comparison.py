"""Figures of a comparison, with the table behind each."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.reporting.comparison import HEADLINE, Report
from experiments.reporting.drawing import BAND, GREY, HALO, UNCOLOURED, WIDTH, colours, note, readable, save, style
from experiments.runs.simulate import ACROSS_RANGES, DEFAULTS
from experiments.runs.store import Store, write_whole
from experiments.settings.options import BASELINE, NOTHING, REFERENCE
from experiments.studies.comparison import MAIN_METRIC, SHARE_OF_REFERENCE, Comparison

_LEVELS = {ACROSS_RANGES: "across the declared ranges", DEFAULTS: "at the default values"}
_MARKERS = {ACROSS_RANGES: "o", DEFAULTS: "D"}
_SET_MARKERS = (("o", True), ("^", False), ("v", False), ("s", False), ("D", False))
"""Marker and whether it is filled, by the place of a set of channels; the study's own comes first."""


def draw_comparison(report: Report, store: Store, seed: int) -> None:
    """Write every figure of a comparison as PNG and SVG, with its table as CSV, into ``figures/``."""
    from experiments.reporting.figures import paths as path_figures
    from experiments.runs import paths

    drawings: dict[str, Callable[[Report, pd.DataFrame], Figure]] = {
        "difference_vs_siloed": draw_differences,
        "worlds_better": draw_worlds,
        "share_of_reference": draw_shares,
    }
    tables = {
        "difference_vs_siloed": differences_table(report),
        "worlds_better": worlds_table(report, store.read("runs_across_ranges").to_pandas()),
        "share_of_reference": shares_table(report),
    }
    if report.channels is not None:
        drawings["channels"] = draw_channels
        tables["channels"] = channels_table(report)
    runs = store.read(paths.TABLE).to_pandas()
    shown = path_figures.shown_over_time(list(report.levels[DEFAULTS].institutions), headline_side(report))
    tables["over_time"] = path_figures.over_time_table(runs, shown, seed)
    count = runs["replication"].nunique()
    drawings["over_time"] = lambda report, table: path_figures.draw_over_time(table, dict(report.labels), count)
    with mpl.rc_context(style()):
        for name, draw in drawings.items():
            write_whole(store.folder / "figures" / f"{name}.csv", tables[name].to_csv(index=False).encode())
            save(draw(report, tables[name]), store, name)


def headline_side(report: Report) -> str | None:
    """Name the institution that the first sentences are about."""
    judged = {judgement.hypothesis.id: judgement.hypothesis for judgement in report.levels[ACROSS_RANGES].judgements}
    claim = judged.get(HEADLINE)
    return None if claim is None else claim.better.institution


def differences_table(report: Report) -> pd.DataFrame:
    """Difference of conflict-years to siloed, by institution and level, with simultaneous intervals."""
    return pd.DataFrame(
        {"institution": name, "label": report.labels[name], "level": level, **found[MAIN_METRIC]._asdict()}
        for name in _shown(report, leave_out=UNCOLOURED)
        for level in _LEVELS
        for found in [report.levels[level].differences[name]]
    )


def shares_table(report: Report) -> pd.DataFrame:
    """Share of what the reference averts, by institution and level."""
    return pd.DataFrame(
        {
            "institution": name,
            "label": report.labels[name],
            "level": level,
            **found[SHARE_OF_REFERENCE]._asdict(),
        }
        for name in _shown(report, leave_out=(NOTHING, REFERENCE))
        for level in _LEVELS
        for found in [report.levels[level].institutions[name]]
    )


def worlds_table(report: Report, runs: pd.DataFrame) -> pd.DataFrame:
    """Paired difference of conflict-years to siloed in every plausible world, by institution."""
    by_future = runs.pivot(index="replication", columns="institution", values=MAIN_METRIC).dropna()
    shown = _shown(report, leave_out=UNCOLOURED)
    differences = by_future[shown].sub(by_future[BASELINE], axis=0)
    table = differences.melt(ignore_index=False, var_name="institution", value_name="difference").reset_index()
    table["label"] = table["institution"].map(dict(report.labels))
    return table[["institution", "label", "replication", "difference"]]


def channels_table(report: Report) -> pd.DataFrame:
    """Difference of conflict-years to siloed under every set of channels, with labels of institutions."""
    assert report.channels is not None
    table = report.channels.table()
    table = table[table["institution"].isin(_shown(report, leave_out=UNCOLOURED))]
    return table.assign(set_label=table["label"], label=table["institution"].map(dict(report.labels)))


def draw_channels(report: Report, table: pd.DataFrame) -> Figure:
    """Draw the difference to siloed under every set of channels, one under the other for each institution."""
    figure, axes = _canvas(table)
    band = _smallest_effect(report)
    if band is not None:
        axes.axvspan(-band, band, color=BAND, lw=0, zorder=0)
    axes.axvline(0, color=GREY, lw=0.8, zorder=1)
    names, sets = list(dict.fromkeys(table["institution"])), list(dict.fromkeys(table["set_label"]))
    hues = colours(names)
    for row in table.to_dict("records"):
        place = names.index(row["institution"]) + 0.24 * (sets.index(row["set_label"]) - (len(sets) - 1) / 2)
        marker, filled = _SET_MARKERS[sets.index(row["set_label"]) % len(_SET_MARKERS)]
        colour = hues[row["institution"]]
        if math.isfinite(row["low"]):
            axes.plot([row["low"], row["high"]], [place, place], color=colour, lw=1.6, solid_capstyle="butt")
        axes.plot(row["mean"], place, marker, color=colour, mfc=colour if filled else "white", ms=5.5, mew=1.4)
    handles = [
        axes.plot([], [], marker, color=GREY, mfc=GREY if filled else "white", label=label)[0]
        for label, (marker, filled) in zip(sets, _SET_MARKERS, strict=False)
    ]
    axes.set_xlabel(
        f"difference in conflict-years to '{report.labels[BASELINE]}'\n"
        f"(state-years in {report.years:g} years, {report.world}; left is better)"
    )
    assert report.channels is not None
    axes.set_title(f"How far the answer rests on channels ({report.channels.draws:,} draws)")
    figure.legend(
        handles=handles, loc="outside lower left", ncols=1, frameon=False, alignment="left", fontsize="small",
        title="bars: simultaneous 95% intervals; grey: too small to count", title_fontsize="small",
    )  # fmt: skip
    return figure


def draw_differences(report: Report, table: pd.DataFrame) -> Figure:
    """Draw the difference to siloed at both levels as a forest plot, effects too small to count in grey."""
    figure, axes = _canvas(table)
    band = _smallest_effect(report)
    if band is not None:
        axes.axvspan(-band, band, color=BAND, lw=0, zorder=0)
    axes.axvline(0, color=GREY, lw=0.8, zorder=1)
    _draw_intervals(axes, table, digits=1, sign="+")
    axes.set_xlabel(
        f"difference in conflict-years to '{report.labels[BASELINE]}'\n"
        f"(state-years in {report.years:g} years, {report.world}; left is better)"
    )
    axes.set_title("Conflict-years against the siloed way, on the same futures")
    note = "bars: simultaneous 95% intervals"
    _legend(figure, axes, note if band is None else f"{note}; grey: effects below ±{band:g}, too small to count")
    return figure


def draw_shares(report: Report, table: pd.DataFrame) -> Figure:
    """Share of what the reference averts, both levels."""
    table = table.assign(**{column: 100.0 * table[column] for column in ("mean", "low", "high")})
    figure, axes = _canvas(table)
    axes.axvline(0, color=GREY, lw=0.8, zorder=1)
    axes.axvline(100, color=GREY, lw=0.8, ls=":", zorder=1)
    axes.annotate(
        report.labels[REFERENCE], (100, 1.0), xycoords=("data", "axes fraction"), xytext=(0, 2),
        textcoords="offset points", ha="center", va="bottom", fontsize="small", color=GREY,
    )  # fmt: skip
    _draw_intervals(axes, table, digits=0, sign="")
    axes.set_xlabel("conflict-years averted, % of what the reference averts")
    axes.set_title("How much of the achievable each institution achieves", pad=18)
    _legend(figure, axes, "bars: 95% intervals; no bar: the data do not bound the ratio")
    return figure


def draw_worlds(report: Report, table: pd.DataFrame) -> Figure:
    """Draw how the difference to siloed is spread over plausible worlds, and how often it is which."""
    names = list(dict.fromkeys(table["institution"]))
    hues = colours(names)
    figure, axes = _canvas(table)
    axes.axvline(0, color=GREY, lw=0.8, zorder=1)
    better = report.levels[ACROSS_RANGES].better
    low = float(np.quantile(table["difference"], 0.0025, method="lower"))
    high = float(np.quantile(table["difference"], 0.9975, method="higher"))
    ends = min(low, -1.0) - 0.5, max(high, 1.0) + 0.5
    for place, name in enumerate(names):
        values = table.loc[table["institution"] == name, "difference"].to_numpy()
        _draw_distribution(axes, values, place, hues[name], ends)
        share = better[name]
        axes.annotate(
            f"{share.fewer.mean:.0%} / {share.same:.0%} / {share.more:.0%}", (1.02, place),
            xycoords=("axes fraction", "data"), va="center", fontsize="small", color=readable(hues[name]),
        )  # fmt: skip
    axes.annotate(
        "fewer / same / more", (1.02, -0.6), xycoords=("axes fraction", "data"), va="bottom", fontsize="small"
    )
    axes.set_xlim(*ends)
    axes.set_xlabel(
        f"difference in conflict-years to '{report.labels[BASELINE]}'\n"
        f"(state-years in {report.years:g} years, {report.world}; left is better)"
    )
    axes.set_title("Conflict-years against the siloed way, over plausible worlds", pad=18)
    futures = report.levels[ACROSS_RANGES].futures
    note(
        figure,
        f"{futures:,} draws of what nobody has measured, one future each; bar: middle half, tick: median;\n"
        "at most 0.5% of all differences lie outside the frame",
    )
    return figure


def _shown(report: Report, leave_out: Sequence[str]) -> list[str]:
    """Institutions of a figure, in the order asked for; with nothing but references, the references."""
    institutions = report.levels[ACROSS_RANGES].institutions
    asked = [name for name in institutions if name not in leave_out]
    return asked or [name for name in institutions if name != BASELINE]


def _smallest_effect(report: Report) -> float | None:
    """Smallest effect of interest in conflict-years, if the hypotheses agree on one."""
    declared = {
        judged.hypothesis.smallest_effect
        for judged in report.levels[ACROSS_RANGES].judgements
        if judged.hypothesis.metric == MAIN_METRIC
    }
    return declared.pop() if len(declared) == 1 else None


def _canvas(table: pd.DataFrame) -> tuple[Figure, Axes]:
    """Open a figure with one line per institution, named on the left."""
    labels = list(dict.fromkeys(table["label"]))
    figure = Figure(figsize=(WIDTH, 1.7 + 0.55 * len(labels)), layout="constrained")
    axes = figure.subplots()
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    return figure, axes


def _draw_intervals(axes: Axes, table: pd.DataFrame, digits: int, sign: str) -> None:
    """Draw estimates with intervals, the number beside each."""
    names = list(dict.fromkeys(table["institution"]))
    hues = colours(names)
    offsets = {ACROSS_RANGES: -0.17, DEFAULTS: 0.17}
    for row in table.to_dict("records"):
        if not math.isfinite(row["mean"]):
            continue
        place = names.index(row["institution"]) + offsets[row["level"]]
        colour = hues[row["institution"]]
        face = colour if row["level"] == ACROSS_RANGES else "white"
        if math.isfinite(row["low"]):
            axes.plot([row["low"], row["high"]], [place, place], color=colour, lw=1.6, solid_capstyle="butt")
        axes.plot(row["mean"], place, _MARKERS[row["level"]], color=colour, mfc=face, ms=5.5, mew=1.4)
        right = row["high"] if math.isfinite(row["high"]) else row["mean"]
        number = f"{round(row['mean'], digits) + 0.0:{sign}.{digits}f}".replace("-", "−")
        axes.annotate(
            number, (right, place), xytext=(5, 0), textcoords="offset points",
            va="center", fontsize="small", color=readable(colour), path_effects=HALO,
        )  # fmt: skip
    axes.margins(x=0.15)


def _draw_distribution(
    axes: Axes,
    values: np.ndarray[Any, np.dtype[np.float64]],
    place: int,
    colour: Any,
    ends: tuple[float, float],
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
    axes.plot([middle] * 2, [place + 0.24, place + 0.40], color=readable(colour), lw=1.6)


def _legend(figure: Figure, axes: Axes, note: str) -> None:
    """Say what the two markers are, below the figure."""
    handles = [
        axes.plot(
            [],
            [],
            _MARKERS[level],
            color=GREY,
            mfc=GREY if level == ACROSS_RANGES else "white",
            label=label,
        )[0]
        for level, label in _LEVELS.items()
    ]
    figure.legend(
        handles=handles,
        loc="outside lower left",
        ncols=2,
        frameon=False,
        title=note,
        alignment="left",
        fontsize="small",
        title_fontsize="small",
    )


def alternative_texts(report: Report) -> Mapping[str, str]:
    """Say in words what each figure shows, by its name."""
    across: Comparison = report.levels[ACROSS_RANGES]

    def listed(value: Callable[[str], str], leave_out: Sequence[str]) -> str:
        return "; ".join(f"{report.labels[name]} {value(name)}" for name in _shown(report, leave_out))

    differences = listed(lambda name: f"{across.differences[name][MAIN_METRIC].mean:+.1f}", UNCOLOURED)
    worlds = listed(lambda name: f"{across.better[name].fewer.mean:.0%}", UNCOLOURED)
    shares = listed(lambda name: f"{across.institutions[name][SHARE_OF_REFERENCE].mean:.0%}", (NOTHING, REFERENCE))
    beside = {}
    if report.channels is not None:
        means = "; ".join(
            f"{report.channels.labels[each]}: "
            + listed(lambda name, found=found: f"{found[name].mean:+.1f}", UNCOLOURED)  # type: ignore[misc]
            for each, found in report.channels.differences.items()
        )
        beside = {"channels": f"Difference in conflict-years to siloed by set of channels. {means}."}
    return {
        "difference_vs_siloed": f"Difference in conflict-years to siloed, across the ranges: {differences}.",
        "worlds_better": f"Share of plausible worlds with fewer conflict-years than siloed: {worlds}.",
        "share_of_reference": f"Share of what the reference averts, across the ranges: {shares}.",
        **beside,
        "over_time": "Four panels by year: states in conflict; conflict-years so far against silos, with a 95% "
        "interval of the mean; money brought to pools; the Treasury's belief beside the truth. Numbers: the table.",
    }

"""One figure per assumption: the difference along it, with its band and where it crosses the line."""

from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from experiments.reporting.drawing import BAND, FEWER, GREY, HALO, WIDTH, note
from experiments.runs.simulate import ACROSS_RANGES

_BETTER = {-1: " (below zero is better)", 0: "", 1: " (above zero is better)"}

if TYPE_CHECKING:
    from experiments.reporting.breakeven import BreakevenReport


def draw_curve(report: "BreakevenReport", name: str) -> Figure:
    """Draw the difference along an assumption, undecided values in grey, break-evens marked."""
    curve, lead = report.curves[name], report.lead
    axis, parameter = curve.axis, curve.axis.parameter
    figure = Figure(figsize=(WIDTH, 4.4), layout="constrained")
    axes = figure.subplots()
    for stretch in curve.undecided:
        axes.axvspan(stretch.start, stretch.end, color=BAND, lw=0, zorder=0)
    axes.axhline(lead.line, color=GREY, lw=0.8, zorder=1)
    low, mean, high = ([getattr(point, part) for point in curve.differences] for part in ("low", "mean", "high"))
    axes.fill_between(curve.values, low, high, color=FEWER, alpha=0.25, lw=0)
    axes.plot(curve.values, mean, "o-", color=FEWER, ms=4, lw=1.6)
    for crossing in curve.crossings:
        axes.plot([crossing.at] * 2, [0, 1], transform=axes.get_xaxis_transform(), color=GREY, lw=0.9, ls="--")
        axes.annotate(
            f"{crossing.at:.3g}", (crossing.at, 1.0), xycoords=("data", "axes fraction"), xytext=(4, -4),
            textcoords="offset points", va="top", fontsize="small", path_effects=HALO,
        )  # fmt: skip
    axes.plot(report.default(name), 0, "^", transform=axes.get_xaxis_transform(), color=GREY, clip_on=False, ms=7)
    axes.spines["left"].set_visible(True)
    axes.tick_params(left=True)
    axes.set_xlabel(f"{name} ({parameter.unit})\n{parameter.meaning}")
    axes.set_ylabel(f"difference in {lead.quantity}\nto '{lead.than}'{_BETTER[lead.better]}")
    axes.set_title(f"Along {name}: '{report.labels[0]}'")
    what = "draws of everything else that nobody has measured" if report.level == ACROSS_RANGES else "futures"
    whose = f" of {axis.institution}" if axis.institution else ""
    note(
        figure,
        f"{curve.futures:,} {what}, the same at every value; band: 95% interval of each mean;\n"
        f"grey: {lead.at_line} lies inside it; dashed: break-even; triangle: default value{whose}",
    )
    return figure

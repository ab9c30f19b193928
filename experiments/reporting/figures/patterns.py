"""One figure of the model beside the record: a line per pattern, a dot with its interval for each."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.records.pattern_comparison import PatternStudy, Row
from experiments.reporting.drawing import save, style
from experiments.runs.store import Store, write_whole

_NAME = "record_and_model"
_RECORD, _MODEL, _GRID = "#222222", "#0077BB", "#e4e4e4"
_OFFSET = 0.17


class _Scale(NamedTuple):
    """A panel of the figure: its axis, how values are scaled on it, and the patterns it shows by label."""

    label: str
    factor: float
    log: bool
    patterns: dict[str, str]


_SHARES = {
    "active_share": "state-years in conflict",
    "war_share": "state-years at war",
    "active_share_sd": "spread of yearly share in conflict (SD)",
    "onset_rate": "onset, from peace",
    "onset_rate_recent": "onset, conflict in last ten years",
    "onset_rate_quiet": "onset, none in last ten years",
    "termination_rate": "end, from conflict",
    "termination_year_1": "end in year 1 of a spell",
    "termination_years_2_5": "end in years 2–5",
    "termination_years_6_10": "end in years 6–10",
    "termination_years_11_plus": "end from year 11 on",
    "spell_survival_5": "spells longer than 5 years",
    "spell_survival_10": "spells longer than 10 years",
    "recurrence_5": "conflict again within 5 years",
    "recurrence_10": "conflict again within 10 years",
    **{
        f"{before}_to_{after}": f"from {before} to {after}"
        for before in ("peace", "minor", "war")
        for after in ("peace", "minor", "war")
    },
}
_SCALES = (
    _Scale("%, per year where it is a rate", 100.0, False, _SHARES),
    _Scale(
        "years (log scale)", 1.0, True,
        {"spell_median": "median length of a spell", "excess_risk_half_life": "half-life of excess risk"},
    ),
    _Scale(
        "ratio (log scale)", 1.0, True,
        {
            "onset_ratio": "onset rate, recent to quiet",
            "neighbour_odds_ratio_raw": "odds of onset, neighbour in conflict",
            "neighbour_odds_ratio_adjusted": "the same, adjusted",
            "income_odds_ratio_adjusted": "odds of onset per unit of ln income, adjusted",
        },
    ),
)  # fmt: skip


def draw(study: PatternStudy, store: Store) -> None:
    """Write the figure as PNG and SVG, with its table as CSV, into ``figures/``.

    Parameters
    ----------
    study : PatternStudy
        What is shown.
    store : Store
        Its open folder.
    """
    (store.folder / "figures").mkdir(exist_ok=True)
    write_whole(store.folder / "figures" / f"{_NAME}.csv", table(study).to_csv(index=False).encode())
    with mpl.rc_context(style()):
        save(_figure(study), store, _NAME)


def table(study: PatternStudy) -> pd.DataFrame:
    """Lay out what the figure shows, in its order, on the scale of `PatternStudy.rows`."""
    rows = {row.pattern: row for row in study.rows}
    return pd.DataFrame(
        {"label": label, "axis": scale.label, **rows[name]._asdict()}
        for scale in _SCALES
        for name, label in scale.patterns.items()
    )


def _figure(study: PatternStudy) -> Figure:
    """Draw every panel."""
    rows = {row.pattern: row for row in study.rows}
    heights = [len(scale.patterns) + 1.0 for scale in _SCALES]
    figure = Figure(figsize=(7.6, 1.6 + 0.27 * sum(heights)), layout="constrained")
    panels = figure.subplots(len(_SCALES), height_ratios=heights)
    for axes, scale in zip(panels, _SCALES, strict=True):
        _draw_scale(axes, scale, [rows[name] for name in scale.patterns])
    record = study.record
    place = record.region.replace("_", "-").capitalize()
    title = f"Conflict on record and in the model: {place}, {record.first}–{record.last}"
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold", fontsize="medium")
    inside, of = study.counted()
    figure.legend(
        handles=[
            panels[0].plot([], [], "D", color=_RECORD, ms=4.5, label="record, 95% interval (bootstrap over states)")[0],
            panels[0].plot([], [], "o", color=_MODEL, ms=4.5, label="model, all runs; 95% of single runs")[0],
        ],
        loc="outside lower left", ncols=2, frameon=False, alignment="left", fontsize="small", title_fontsize="small",
        title=f"{study.asked['replications']} runs from world {study.asked['world']}, calibration "
        f"{study.asked['calibration']}; the model lies in the record's interval for {inside} of {of} patterns;\n"
        "a bar to the frame's edge: the data set no bound; no mark: not defined",
    )  # fmt: skip
    return figure


def _draw_scale(axes: Axes, scale: _Scale, rows: Sequence[Row]) -> None:
    """Draw one panel."""
    axes.set_yticks(range(len(rows)), list(scale.patterns.values()))
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlabel(scale.label)
    if scale.log:
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(mpl.ticker.FuncFormatter(lambda value, _: f"{value:g}"))
    axes.grid(axis="x", color=_GRID, lw=0.8)
    axes.set_axisbelow(True)
    ends = [value for row in rows for value in (*row[1:4], *row[4:7]) if math.isfinite(value) and value > 0]
    if not ends:
        return
    low, high = (min(ends) / 1.3, max(ends) * 1.3) if scale.log else (0.0, max(ends) * scale.factor * 1.03)
    axes.set_xlim(low, high)
    for place, row in enumerate(rows):
        _draw_dot(axes, row[1:4], place - _OFFSET, scale.factor, _RECORD, "D")
        _draw_dot(axes, row[4:7], place + _OFFSET, scale.factor, _MODEL, "o")


def _draw_dot(
    axes: Axes, values: tuple[float, float, float], place: float, factor: float, colour: str, marker: str
) -> None:
    """Draw an estimate with its interval, cut at the frame."""
    estimate, low, high = (factor * value for value in values)
    left, right = axes.get_xlim()
    if not math.isnan(low):
        axes.plot([max(low, left), min(high, right)], [place] * 2, color=colour, lw=1.4, solid_capstyle="butt")
    if math.isfinite(estimate):
        axes.plot(estimate, place, marker, color=colour, ms=4.0, clip_on=False)

"""The page for a colleague who is handed a sweep's folder and nothing else."""

from experiments.reporting.figures.sweep import NAME, alternative_text
from experiments.reporting.sweep import Report
from experiments.runs.trajectories import READING
from experiments.settings.options import BASELINE

_FILES = """\
## What is in this folder

- `points.csv`, `points.parquet`: the design, a row per point, a column per axis.
- `runs/`: Parquet, a row per run: point, institution, seed, replication, every outcome, the point's values.
- `tables/by_point.csv`: mean conflict-years by point and institution with standard errors; difference to siloed on the
  same futures with its standard error and 95% interval. `spread_over_points.csv`: how the difference is spread over
  points. `screening.csv`: rank correlation of every axis with it.
- `figures/`: PNG and SVG, with the table behind them as CSV.
- `failures/`: runs that failed, with their error and parameters; absent if there are none.
- `config.yaml`: everything that was asked. `manifest.json`: versions, commit, digests, status.

Means of another outcome: `pandas.read_parquet("runs").groupby(["point", "institution"])["harm"].mean()`. To see one row
again, use `concord run institution=… seed=… replication=…` with the settings of `config.yaml` and the point's values as
`name=value` (an axis of one institution as `override.<institution>.<name>=value`): it gives the same numbers to the
bit."""

_GIVES_WAY = """\

An axis here gave way to what a world, a calibration or an institution sets by itself: leave that value out."""

_CAUTIONS = """\
## Read with care

- Named states are where a stylised model starts. Nothing here is a forecast for, or a judgement of, any of them.
- The unit of inference is the point: its futures are averaged. Points are chosen by a design, not found in the world,
  so a share of points is no probability; another design has another share.
- All points live through the same futures, so their errors go together: they hardly disturb a comparison of points.
- Rank correlations screen. They miss what rises and falls, and what two axes do together.
- Intervals are for one point at a time. Among many points some intervals miss."""


def readme(report: Report) -> str:
    """Write the page, in Markdown.

    Parameters
    ----------
    report : Report
        What came out.

    Returns
    -------
    str
    """
    sections = [
        "# How do outcomes move over a design?",
        _asked(report),
        "## What came out",
        f"```\n{report.terminal()}\n```",
        *([_precision(report)] if report.precision is not None else []),
        f"![{alternative_text(report)}](figures/{NAME}.png)",
        _FILES + (_GIVES_WAY if report.yields else ""),
        *([_trajectories(report)] if report.trajectories else []),
        _axes(report),
        _CAUTIONS,
    ]
    return "\n\n".join(sections) + "\n"


def _asked(report: Report) -> str:
    """Say what was run."""
    institutions = ", ".join(f"`{name}` ({label})" for name, label in report.labels.items())
    notes = "".join(f"\n\nNote: {note}." for note in report.design.notes)
    told = ", ".join(f"{name} {value}" for name, value in report.design.asked.items())
    return (
        "A sweep by *Concord*, an agent-based model of defence, development and foreign ministries and of the states "
        f"they work in: {report.design.points:,} points by the method `{report.design.method}`"
        f"{f' ({told})' if told else ''} over {len(report.design.axes)} axes; at each point "
        f"{report.replication_text()}, lived through by {institutions}; {report.runs:,} runs of "
        f"{report.quarters / 4:g} years, world `{report.world}` ({len(report.states)} states), "
        f"{report.failed:,} failed. Differences are to '{report.labels[BASELINE]}'.{notes}"
    )


def _precision(report: Report) -> str:
    """Say how replications were chosen."""
    return (
        f"Replications were added to a point until the 95% interval of its difference was ±{report.precision:g}, by "
        "the sequential procedure of Chow and Robbins (1965) in stages that grow by a quarter, with one standard error "
        "of the variance as guard (`experiments/statistics/precision.py`). Where `reached` is true in "
        "`tables/by_point.csv` the interval is that fixed width; elsewhere the last replication came first, and the "
        "interval is Student's."
    )


def _trajectories(report: Report) -> str:
    """Say how to read the trajectories."""
    reading = READING.format(quarters=report.quarters, states=len(report.states))
    return (
        "## Trajectories\n\n`trajectories/` holds a row per run: its name, and its status and money in every quarter "
        f"and state, quarter by quarter. `tables/states.csv` names the states in order.\n\n```python\n{reading}\n```"
    )


def _axes(report: Report) -> str:
    """Explain every axis."""
    head = ["## Axes", "", "| axis | values | unit | meaning |", "|---|---|---|---|"]
    rows = []
    for axis in report.design.axes:
        values = ", ".join(f"{value:g}" for value in axis.levels) or f"{axis.low:g} to {axis.high:g}"
        rows.append(f"| `{axis.name}` | {values} | {axis.parameter.unit} | {axis.parameter.meaning} |")
    return "\n".join([*head, *rows])

"""The page for a colleague who is handed a study's folder and nothing else."""

import math

from experiments.reporting.comparison import Report
from experiments.reporting.figures.comparison import alternative_texts
from experiments.runs.simulate import ACROSS_RANGES, DEFAULTS, FIRST_DRAW, SWEPT
from experiments.studies.comparison import DERIVED, Judgement
from model.outcomes import OUTCOMES

_FILES = f"""\
## What is in this folder

- `runs/`: Parquet, one row per institution and replication at the default values.
- `runs_across_ranges/`: the same for draws of the {len(SWEPT)} parameters that nobody has measured. Draw
  d is replication {FIRST_DRAW} + d. A column per drawn parameter holds the value that the run used: an
  institution (or a command line) that sets a parameter keeps its own value.
- `runs_across_ranges_…/`: the first draws again under the other files of `conf/channels`, where asked for.
- `paths/`: the first futures at the default values over time: conflict, participation, belief, by quarter.
- `tables/`: CSV. `institutions` holds means with intervals, `differences_vs_siloed` paired differences,
  `worlds_better` shares of futures, `hypotheses` verdicts.
- `figures/`: PNG and SVG, each with the table behind it as CSV.
- `failures/`: runs that failed, with their error and parameters; absent if there are none.
- `config.yaml`: everything that was asked. `manifest.json`: versions, commit, digests, status.

Read the runs with `pandas.read_parquet("runs")` or `pyarrow.parquet.read_table("runs")`. To see one row
again, use `concord run institution=… seed=… replication=…` with the settings of `config.yaml` and, across
the ranges, the row's parameter values as `name=value`: it gives the same numbers to the bit."""

_CAUTIONS = """\
## Read with care

- Named states are where a stylised model starts. Nothing here is a forecast for, or a judgement of, any of them.
- The headline is the level across the ranges. The default values are one point in them, no more plausible
  than others.
- Intervals say how sure the mean of the model is, given its structure and its ranges; not how sure the
  model is of the world. More runs make them narrower, not the model truer.
- Across the ranges, each draw is one world in one future: shares of worlds mix what is unknown with luck.
- Ratios are ratios of means. Where the data do not bound one, or averting is not established, none is
  given."""

_VERDICTS = """\
*Supported*: the whole interval is above the smallest effect that counts. *Refuted*: all of it is below
the negative of that. *Equivalent*: all of it is between the two. *Inconclusive*: anything else."""


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
    shown = [f"![{text}](figures/{name}.png)" for name, text in alternative_texts(report).items()]
    sections = [
        "# Do joint responses outperform siloed ones?",
        _asked(report),
        "## What came out",
        *report.headline(),
        "## What would change the conclusion",
        *report.turning_points(),
        "## Hypotheses",
        "Declared in `conf/hypotheses`, with the smallest effect that counts and why. Joint 95% intervals.",
        _judgements(report),
        _VERDICTS,
        "## Figures",
        *shown,
        "## Who took part",
        _institutions(report),
        _FILES,
        _columns(),
        _CAUTIONS,
    ]
    return "\n\n".join(sections) + "\n"


def _asked(report: Report) -> str:
    """Say what was run."""
    failed = ""
    if report.failed:
        failed = f" {report.failed:,} runs failed; a future with a failed run was left out for all institutions."
    return (
        "A study by *Concord*, an agent-based model of defence, development and foreign ministries and of "
        f"the states they work in: {report.runs:,} runs of {report.years:g} years, world `{report.world}` "
        f"({report.states} states), seed {report.seed}.{failed} Every institution lived through the same futures."
    )


def _institutions(report: Report) -> str:
    """List the institutions with who acts in them."""
    return "\n".join(f"- `{name}`: {label} ({report.actors[name]})" for name, label in report.labels.items())


def _judgements(report: Report) -> str:
    """Lay the verdicts out as a table, a row per hypothesis, the headline level first."""
    lines = [
        "| hypothesis | across the ranges | | at the defaults | | smallest effect |",
        "|---|---|---|---|---|---|",
    ]
    at_defaults = {judged.hypothesis.id: judged for judged in report.levels[DEFAULTS].judgements}
    for judged in report.levels[ACROSS_RANGES].judgements:
        hypothesis = judged.hypothesis
        cells = [hypothesis.statement, *_judgement(judged), *_judgement(at_defaults[hypothesis.id])]
        lines.append(f"| {' | '.join(cells)} | {hypothesis.smallest_effect:g} |")
    skipped = report.levels[ACROSS_RANGES].skipped
    lines += [f"| `{name}` | not tested: {reason} | | | | |" for name, reason in skipped.items()]
    return "\n".join(lines)


def _judgement(judged: Judgement) -> tuple[str, str]:
    """Effect with its interval, and verdict."""
    effect = judged.effect
    bounds = "no bounds" if math.isnan(effect.low) else f"{effect.low:+.2f} to {effect.high:+.2f}"
    return f"{effect.mean:+.2f} ({bounds})", f"**{judged.verdict}**"


def _columns() -> str:
    """Explain every column and every computed metric."""
    measured = [f"| `{name}` | {outcome.unit} | {outcome.meaning} |" for name, outcome in OUTCOMES.items()]
    derived = [f"| `{name}` | {unit} | {meaning} |" for name, (unit, meaning) in DERIVED.items()]
    head = ["| name | unit | meaning |", "|---|---|---|"]
    titles = ["## What is measured", "", "In every run:", ""]
    return "\n".join([*titles, *head, *measured, "", "Computed from them, in `tables/`:", "", *head, *derived])

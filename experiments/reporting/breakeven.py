"""What break-evens say: on the terminal, as tables and figures, and for a colleague."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from experiments.reporting.wording import bracketed, in_words, wrapped
from experiments.runs.simulate import ACROSS_RANGES
from experiments.settings.text import aligned
from experiments.studies.comparison import MAIN_METRIC, as_json
from experiments.studies.curves import Curve
from experiments.studies.evidence import Drawing
from experiments.studies.lead import Lead
from model.outcomes import OUTCOMES

_HOW_TO_READ = """\
## How to read this

- One assumption at a time is set to each value, for {whom}; {others}
  Every value sees the same futures.
- The difference is {metric} under '{institution}' minus {those} under '{than}': {side} {line}, '{institution}'
  {leads}. Lines run straight between the values that were run; where the {turn}, more values were.
- *Break-even* is where the mean difference of these futures is {line}. *Not told from it* are all values at which the
  95% interval of the difference holds {line}: with other futures, the crossing could as well lie there. That set holds
  the crossing in 95% of such studies, for each assumption by itself, not for all of them together.
- Where nothing crosses, the institution {leads} (or {lags}) *within the declared range* of that one assumption,
  averaged over everything else; several assumptions at their worst together are another question.
- Nothing here says which value is true."""

_FILES = """\
## What is in this folder

- `runs/` and, where a {turn}, `runs_between/`: Parquet, one row per assumption, value, institution and
  future.{columns}
- `tables/`: CSV. `breakeven`: a line per assumption; `curves`: the difference at every value.
- `figures/`: PNG and SVG, one per assumption, each with the table behind it as CSV.
- `failures/`: runs that failed; a future with one is left out of its assumption. Absent if there are none.
- `config.yaml`: everything that was asked. `manifest.json`: versions, commit, digests, status."""


@dataclass(frozen=True)
class BreakevenReport:
    """Break-evens with what is needed to tell them.

    Attributes
    ----------
    study : str
        Its folder, as users see it.
    world : str
        The world's name.
    states : int
        Partner states in it.
    years : float
        Length of a run.
    level : str
        At which level futures were drawn.
    labels : (str, str)
        The institution and the one it is compared with, as users see them.
    runs : int
        Runs in all.
    curves : mapping of str to Curve
        By assumption.
    metric : str
        The outcome that is compared.
    margin : float
        By more than how much the institution must be ahead, in the outcome's unit.
    own_values : mapping of str to float
        What institutions have where nothing is varied, for assumptions of one institution.
    """

    study: str
    world: str
    states: int
    years: float
    level: str
    labels: tuple[str, str]
    runs: int
    curves: Mapping[str, Curve]
    metric: str = MAIN_METRIC
    margin: float = 0.0
    own_values: Mapping[str, float] = field(default_factory=dict)

    @property
    def lead(self) -> Lead:
        """What being ahead means."""
        return Lead(self.metric, self.margin, *self.labels)

    def default(self, name: str) -> float:
        """What an assumption is where nothing is varied."""
        return self.own_values.get(name, self.curves[name].axis.parameter.default)

    def finding(self, name: str) -> str:
        """Put one assumption's curve into words; no more than the numbers say."""
        curve = self.curves[name]
        found, lead = curve.crossings, self.lead
        unit = curve.axis.parameter.unit
        if not found:
            return self._without_crossing(curve)
        if len(found) == 1:
            text = lead.crosses(found[0].rising, f"{name} = {found[0].at:.3g} ({unit})")
        else:
            listed = ", ".join(f"{x.at:.3g} ({'begins' if lead.begins(x.rising) else 'stops'})" for x in found)
            text = f"{lead.crosses_often(len(found))} as {name} rises: at {listed} ({unit})"
        if _all_undecided(curve):
            return f"{text}, but this is not established: no value in the declared range is ruled out."
        return f"{text}; not told from it: {_stretches(curve)}."

    def _without_crossing(self, curve: Curve) -> str:
        """Say who is ahead where nothing is crossed, and whether that is established."""
        lead, (institution, than) = self.lead, self.labels
        means = [point.mean for point in curve.differences]
        if not (any(means) or self.margin):
            return f"'{institution}' and '{than}' differ at no value of {curve.assumption}."
        # Without a crossing, no mean lies on the other side of the line.
        ahead = any((mean - lead.line) * lead.sign > 0.0 for mean in means)
        text = f"{lead.at_every_value(ahead)} in the declared range of {curve.assumption}"
        if not curve.undecided:
            return f"{text}: never breaks even within it."
        if _all_undecided(curve):
            return f"{text} on these futures, but at none of them is that established."
        return f"{text} on these futures; not established for {_stretches(curve)}."

    def result(self) -> dict[str, Any]:
        """Everything in plain data, as ``output=json`` prints it."""
        return {
            "institution": self.labels[0],
            "than": self.labels[1],
            "metric": self.metric,
            "unit": OUTCOMES[self.metric].unit,
            "margin": self.margin,
            "level": self.level,
            "runs": self.runs,
            "assumptions": {
                name: {
                    "unit": curve.axis.parameter.unit,
                    "range": [curve.axis.low, curve.axis.high],
                    "default": self.default(name),
                    "futures": curve.futures,
                    "futures_left_out": curve.left_out,
                    "crossings": [{"at": x.at, "rising": x.rising} for x in curve.crossings],
                    "undecided": [[s.start, s.end] for s in curve.undecided],
                    "finding": self.finding(name),
                    "curve": [
                        {"value": value, **as_json(point)}
                        for value, point in zip(curve.values, curve.differences, strict=True)
                    ],
                }
                for name, curve in self.curves.items()
            },
        }

    def tables(self) -> dict[str, pd.DataFrame]:
        """Every number of the study, by the name of its CSV file."""
        lines = [
            {
                "assumption": name,
                "unit": curve.axis.parameter.unit,
                "low": curve.axis.low,
                "high": curve.axis.high,
                "default": self.default(name),
                "metric": self.metric,
                "margin": self.margin,
                "crossings": " ".join(f"{x.at:.6g}" for x in curve.crossings),
                "undecided": " ".join(f"{s.start:.6g}..{s.end:.6g}" for s in curve.undecided),
                "finding": self.finding(name),
            }
            for name, curve in self.curves.items()
        ]
        curves = pd.concat([self.curve_table(name) for name in self.curves], ignore_index=True)
        return {"breakeven": pd.DataFrame(lines), "curves": curves}

    def curve_table(self, name: str) -> pd.DataFrame:
        """Difference at every value of an assumption."""
        curve = self.curves[name]
        return pd.DataFrame(
            {"assumption": name, "value": value, **point._asdict()}
            for value, point in zip(curve.values, curve.differences, strict=True)
        )

    def drawings(self) -> dict[str, tuple[Drawing, pd.DataFrame]]:
        """Every figure with the table behind it."""
        from experiments.reporting.figures.breakeven import draw_curve

        return {name: (lambda name=name: draw_curve(self, name), self.curve_table(name)) for name in self.curves}  # type: ignore[misc]

    def headline(self) -> str:
        """Say what was asked, in a sentence."""
        futures = max(curve.futures for curve in self.curves.values())
        what = "draws across the declared ranges" if self.level == ACROSS_RANGES else "futures at the default values"
        return (
            f"{self.lead.question} Difference in {self.lead.quantity} on "
            f"{futures:,} {what} ({self.world}, {self.states} states, {self.years:g} years), one assumption at a time:"
        )

    def terminal(self) -> str:
        """Everything the terminal shows."""
        lead = self.lead
        blocks = [wrapped(self.headline()), "", aligned(self._cells(), right=(1, 2)), ""]
        blocks += [wrapped(f"{name}: {self.finding(name)}", indent="  ") for name in self.curves]
        blocks += [
            "",
            wrapped(
                f"Below zero: {'fewer' if lead.is_plural else 'less'} {in_words(self.metric)}. In brackets: 95% "
                f"intervals, each for itself. Undecided: where the interval of the difference holds {lead.at_line}."
            ),
        ]
        if left_out := max(curve.left_out for curve in self.curves.values()):
            blocks.append(f"Up to {left_out:,} futures of an assumption are left out, since a run failed (failures/).")
        blocks.append(f"No forecast for, and no judgement of, any state named in '{self.world}'.")
        blocks.append(f"Study: {self.study} (start with README.md)")
        return "\n".join(blocks)

    def _cells(self) -> list[list[str]]:
        """One line per assumption, the heading first."""
        rows = [["assumption", "from", "to", "difference there", "and there", "breaks even at", "undecided"]]
        for name, curve in self.curves.items():
            first, last = (bracketed(curve.differences[end], self.lead.digits, sign="+") for end in (0, -1))
            at = ", ".join(f"{x.at:.3g}" for x in curve.crossings) or "never"
            rows.append([name, f"{curve.values[0]:g}", f"{curve.values[-1]:g}", first, last, at,
                         _stretches(curve) or "nowhere"])  # fmt: skip
        return rows

    def answer(self) -> str:
        """Say along which assumptions there is a break-even, or the finding where there is but one of them."""
        if len(self.curves) == 1:
            return self.finding(*self.curves)
        met = [
            f"{name} (at {', '.join(f'{x.at:.3g}' for x in curve.crossings)})"
            for name, curve in self.curves.items()
            if curve.crossings
        ]
        never = {name: curve.undecided for name, curve in self.curves.items() if not curve.crossings}
        groups = {
            "met": met,
            "ruled out": [name for name, undecided in never.items() if not undecided],
            "neither met nor ruled out": [name for name, undecided in never.items() if undecided],
        }
        said = [f"{kind} within the declared range of {', '.join(names)}" for kind, names in groups.items() if names]
        return f"Break-even is {'; '.join(said)}."

    def readme(self) -> str:
        """Write the page for a colleague."""
        rows = [["assumption", "unit", "declared range", "finding"]]
        rows += [
            [f"`{name}`", curve.axis.parameter.unit, f"{curve.axis.low:g} to {curve.axis.high:g}", self.finding(name)]
            for name, curve in self.curves.items()
        ]
        table = ["| " + " | ".join(row) + " |" for row in rows]
        across = self.level == ACROSS_RANGES
        others = "everything else that nobody has measured is drawn from its range." if across else (
            "everything else stays at its default value.")  # fmt: skip
        turn = "line is crossed" if self.margin else "sign changes"
        sections = [
            f"# {self.lead.title}",
            f"A study by *Concord*, an agent-based model of defence, development and foreign ministries and of the "
            f"states they work in: {self.runs:,} runs; `config.yaml` holds what was asked.",
            self.headline(),
            "## What came out",
            self.answer(),
            "\n".join([table[0], "|---|---|---|---|", *table[1:]]),
            *(f"![{name}: {self.finding(name)}](figures/{name}.png)" for name in self.curves),
            self._how_to_read(others, turn),
            _FILES.format(columns=" A column per drawn parameter holds the value used." if across else "", turn=turn),
        ]
        return "\n\n".join(sections) + "\n"

    def _how_to_read(self, others: str, turn: str) -> str:
        """Explain the page."""
        lead = self.lead
        whom = "both institutions alike"
        if own := [f"`{name}`" for name in self.own_values]:
            whom += f" ({', '.join(own)}: for the institution named there, in place of what that sets itself)"
        return _HOW_TO_READ.format(
            whom=whom, others=others, metric=in_words(self.metric), those="those" if lead.is_plural else "that",
            institution=lead.institution, than=lead.than, side="below" if lead.sign < 0.0 else "above",
            line=lead.at_line, leads=lead.leads, lags=lead.lags, turn=turn,
        )  # fmt: skip


def _all_undecided(curve: Curve) -> bool:
    """Tell whether no value is ruled out."""
    return any((s.start, s.end) == (curve.values[0], curve.values[-1]) for s in curve.undecided)


def _stretches(curve: Curve) -> str:
    """Write the undecided values."""
    return ", ".join(f"{s.start:.3g} to {s.end:.3g}" for s in curve.undecided)

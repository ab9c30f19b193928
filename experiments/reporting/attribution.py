"""What an attribution says: on the terminal, as tables and figures, and for a colleague."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from experiments.reporting.wording import bracketed, wrapped
from experiments.runs.simulate import ACROSS_RANGES
from experiments.settings.text import aligned
from experiments.statistics.intervals import Interval
from experiments.studies.attribution import Attribution
from experiments.studies.comparison import as_json
from experiments.studies.evidence import Drawing
from experiments.studies.ingredients import Part
from model.outcomes import OUTCOMES

_PAIRS_SHOWN = 8

_HOW_TO_READ = """\
## How to read this

- Every combination of ingredients lived through the same futures ({combinations} institutions, {runs:,} runs), so
  nothing here is a model fitted to runs: for these futures the division is exact. Intervals (95%) say how far
  other futures could have given other numbers.
- An ingredient's *share* is its Shapley value: what it changes when it joins, averaged over all orders in which
  the ingredients may come. Shares add up to the whole difference. Intervals hold for all ingredients together.
- *By itself* is what it changes when nothing else of the institution is there, *last* what would be lost without it.
  Where the three differ, ingredients need or replace one another.
- An *interaction* is how much more two ingredients change together than apart, whoever else is there (Shapley
  interaction index; Grabisch and Roubens 1999): below zero they help each other avert conflict, above zero they
  get in each other's way. Interactions do not add up to anything. Intervals hold for all pairs together.
- An ingredient comes with its costs; `conf/ingredients.yaml` says which parameters go together. Pools' regions and
  leads go with whatever uses them.
- Shares are of the model's difference under its assumptions. They are no measurement of what an ingredient did in
  any country."""

_FILES = """\
## What is in this folder

- `runs/`: Parquet, one row per combination and future. `institution` names the combination: `{baseline}+…` has
  just the ingredients named; the complete one is `{institution}`.{columns}
- `tables/`: CSV. `attribution`: the table above; `interactions`: every pair; `outcomes`: shares in the change of every
  outcome; `combinations`: mean outcomes of every combination.
- `figures/`: PNG and SVG, each with the table behind it as CSV.
- `failures/`: runs that failed; a future with one is left out for all. Absent if there are none.
- `config.yaml`: everything that was asked. `manifest.json`: versions, commit, digests, status."""


@dataclass(frozen=True)
class AttributionReport:
    """An attribution with what is needed to tell it.

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
        Baseline and institution as users see them.
    parts : tuple of Part
        Ingredients, in the order of their bits.
    futures, left_out : int
        Futures used, and left out because a run failed in them.
    runs : int
        Runs in all.
    main : Attribution
        Of conflict-years.
    outcomes : mapping of str to (Interval, list of Interval)
        Total and shares in the change of every outcome.
    worths : mapping of str to mapping of str to float
        Mean of every outcome by combination.
    """

    study: str
    world: str
    states: int
    years: float
    level: str
    labels: tuple[str, str]
    parts: tuple[Part, ...]
    futures: int
    left_out: int
    runs: int
    main: Attribution
    outcomes: Mapping[str, tuple[Interval, list[Interval]]]
    worths: Mapping[str, Mapping[str, float]]

    @property
    def names(self) -> list[str]:
        """Ingredients as users see them."""
        return [part.ingredient.label for part in self.parts]

    def headline(self) -> list[str]:
        """Say what came out; no more than the numbers say."""
        where = "Across the declared ranges" if self.level == ACROSS_RANGES else "At the default values"
        unit = "draws" if self.level == ACROSS_RANGES else "futures"
        baseline, institution = self.labels
        total = self.main.total
        sides = [
            ("Fewer conflict-years come with", [i for i, x in enumerate(self.main.shares) if x.high < 0.0]),
            ("More come with", [i for i, x in enumerate(self.main.shares) if x.low > 0.0]),
        ]
        said = [
            f"{where} ({self.futures:,} {unit}), '{institution}' changes conflict-years by {_number(total)} against "
            f"'{baseline}' ({self.main.baseline.mean:.1f})."
        ]
        for title, found in sides:
            ordered = sorted(found, key=lambda i: -abs(self.main.shares[i].mean))
            if ordered:
                said.append(
                    f"{title}: {'; '.join(f'{self.names[i]} {_number(self.main.shares[i])}' for i in ordered)}."
                )
        told = {i for _, found in sides for i in found}
        if rest := [name for i, name in enumerate(self.names) if i not in told]:
            said.append(f"Not told apart from no change: {', '.join(rest)}.")
        return said

    def result(self) -> dict[str, Any]:
        """Everything in plain data, as ``output=json`` prints it."""
        return {
            "institution": self.labels[1],
            "baseline": self.labels[0],
            "level": self.level,
            "futures": self.futures,
            "futures_left_out": self.left_out,
            "runs": self.runs,
            "conflict_years": {
                "baseline": as_json(self.main.baseline),
                "institution": as_json(self.main.institution),
                "difference": as_json(self.main.total),
            },
            "ingredients": {
                part.ingredient.name: {
                    "label": part.ingredient.label,
                    "parameters": list(part.parameters),
                    "share": as_json(self.main.shares[i]),
                    "part_of_difference": as_json(self.main.parts_of_total[i]),
                    "alone": as_json(self.main.alone[i]),
                    "last": as_json(self.main.last[i]),
                }
                for i, part in enumerate(self.parts)
            },
            "interactions": [
                {"ingredients": [self.parts[i].ingredient.name, self.parts[j].ingredient.name], **as_json(found)}
                for (i, j), found in self.main.pairs.items()
            ],
        }

    def tables(self) -> dict[str, pd.DataFrame]:
        """Every number of the study, by the name of its CSV file."""
        outcomes = [
            {"outcome": metric, "unit": OUTCOMES[metric].unit, "ingredient": name, **interval._asdict()}
            for metric, (total, shares) in self.outcomes.items()
            for name, interval in [("all together", total), *zip(self._codes(), shares, strict=True)]
        ]
        combinations = [
            {"combination": name} | {code: number >> i & 1 for i, code in enumerate(self._codes())} | dict(means)
            for number, (name, means) in enumerate(self.worths.items())
        ]
        return {
            "attribution": self.attribution_table(),
            "interactions": self.interactions_table(),
            "outcomes": pd.DataFrame(outcomes),
            "combinations": pd.DataFrame(combinations),
        }

    def attribution_table(self) -> pd.DataFrame:
        """One row per ingredient: share, part of the total, by itself and last, with intervals."""
        kinds = {
            "share": self.main.shares,
            "part_of_difference": self.main.parts_of_total,
            "alone": self.main.alone,
            "last": self.main.last,
        }
        return pd.DataFrame(
            {"ingredient": part.ingredient.name, "label": part.ingredient.label}
            | {
                f"{kind}{end}": value
                for kind, found in kinds.items()
                for end, value in zip(("", "_low", "_high"), found[i], strict=True)
            }
            | {"parameters": " ".join(part.parameters)}
            for i, part in enumerate(self.parts)
        )

    def interactions_table(self) -> pd.DataFrame:
        """One row per pair of ingredients."""
        columns = ["one", "other", "one_label", "other_label", *Interval._fields]
        rows = [
            [self._codes()[i], self._codes()[j], self.names[i], self.names[j], *found]
            for (i, j), found in self.main.pairs.items()
        ]
        return pd.DataFrame(rows, columns=columns)

    def drawings(self) -> dict[str, tuple[Drawing, pd.DataFrame]]:
        """Every figure with the table behind it."""
        from experiments.reporting.figures.attribution import draw_interactions, draw_waterfall, waterfall_table

        found: dict[str, tuple[Drawing, pd.DataFrame]] = {
            "waterfall": (lambda: draw_waterfall(self), waterfall_table(self))
        }
        if self.main.pairs:
            found["interactions"] = (lambda: draw_interactions(self), self.interactions_table())
        return found

    def terminal(self) -> str:
        """Everything the terminal shows."""
        blocks = [*(wrapped(sentence) for sentence in self.headline()), ""]
        blocks += [aligned(self._cells(), right=range(1, 5)), ""]
        blocks += self._pair_lines()
        notes = (
            f"Conflict-years ({self.world}, {self.states} states, {self.years:g} years); below zero is fewer. Share: "
            "Shapley value over all orders in which ingredients may come; shares add up to the difference. By itself: "
            "with no other ingredient. Last: with all the others. In brackets: 95% intervals, joint over a column."
        )
        blocks += ["", wrapped(notes)]
        if self.left_out:
            blocks.append(f"{self.left_out:,} futures are left out, since a run in them failed (see failures/).")
        blocks.append(f"No forecast for, and no judgement of, any state named in '{self.world}'.")
        blocks.append(f"Study: {self.study} (start with README.md)")
        return "\n".join(blocks)

    def readme(self) -> str:
        """Write the page for a colleague."""
        rows = self._cells()
        table = ["| " + " | ".join(row) + " |" for row in rows]
        lines = [table[0], "|---" * len(rows[0]) + "|", *table[1:]]
        lists = "\n".join(
            f"- {part.ingredient.label}: {', '.join(f'`{name}`' for name in part.parameters)}" for part in self.parts
        )
        figures = ["![From the baseline's conflict-years to the institution's, ingredient by ingredient: "
                   f"{self._spoken()}](figures/waterfall.png)"]  # fmt: skip
        if self.main.pairs:
            figures.append("![Interaction of every pair of ingredients](figures/interactions.png)")
        drawn = ""
        if self.level == ACROSS_RANGES:
            drawn = " A column per drawn parameter holds the value that the run used."
        codes = list(self.worths)
        sections = [
            f"# What in '{self.labels[1]}' does the work?",
            f"A study by *Concord*, an agent-based model of defence, development and foreign ministries and of the "
            f"states they work in: {self.runs:,} runs of {self.years:g} years, world `{self.world}` "
            f"({self.states} states); `config.yaml` holds what was asked.",
            "## What came out",
            *self.headline(),
            "\n".join(lines),
            *self._pair_lines(),
            *figures,
            "The ingredients and what belongs to each:",
            lists,
            _HOW_TO_READ.format(combinations=len(self.worths), runs=self.runs),
            _FILES.format(baseline=codes[0], institution=codes[-1], columns=drawn),
        ]
        return "\n\n".join(section for section in sections if section) + "\n"

    def _codes(self) -> list[str]:
        return [part.ingredient.name for part in self.parts]

    def _spoken(self) -> str:
        return "; ".join(
            f"{name} {round(x.mean, 2) + 0.0:+.2f}" for name, x in zip(self.names, self.main.shares, strict=True)
        )

    def _cells(self) -> list[list[str]]:
        """Cells of the table, its heading first and the sum last."""
        found = self.main
        rows = [["ingredient", "share", "% of it", "by itself", "last"]]
        for i in sorted(range(len(self.parts)), key=lambda i: found.shares[i].mean):
            part = found.parts_of_total[i]
            percent = "not bounded" if part.low != part.low else f"{round(100.0 * part.mean, 0) + 0.0:.0f}"
            rows.append([self.names[i], _number(found.shares[i]), percent, _number(found.alone[i]),
                         _number(found.last[i])])  # fmt: skip
        return [*rows, ["all together", _number(found.total), "100", "", ""]]

    def _pair_lines(self) -> list[str]:
        """Say which ingredients help or hinder each other."""
        if not self.main.pairs:
            return []
        told = {pair: x for pair, x in self.main.pairs.items() if x.high < 0.0 or x.low > 0.0}
        if not told:
            return [f"None of {len(self.main.pairs)} pairs of ingredients is established to help or hinder each other."]
        strongest = sorted(told.items(), key=lambda entry: -abs(entry[1].mean))[:_PAIRS_SHOWN]
        shown = _named(strongest, self.names)
        which = "" if len(told) <= _PAIRS_SHOWN else ", the strongest of them"
        return [
            wrapped(
                f"{len(told)} of {len(self.main.pairs)} pairs of ingredients are established to help (below zero) or "
                f"hinder each other{which}: {shown}."
            )
        ]


def _named(pairs: Sequence[tuple[tuple[int, int], Interval]], names: Sequence[str]) -> str:
    return "; ".join(f"{names[i]} and {names[j]} {_number(found)}" for (i, j), found in pairs)


def _number(interval: Interval) -> str:
    return bracketed(interval, 2, sign="+")

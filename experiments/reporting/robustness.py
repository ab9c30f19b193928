"""What robustness across worlds says: on the terminal, as tables and figures, and for a colleague."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from experiments.reporting import information
from experiments.reporting.wording import bracketed, wrapped
from experiments.runs.worlds import Worlds
from experiments.settings.text import aligned
from experiments.statistics.evppi import Information
from experiments.statistics.intervals import Interval
from experiments.statistics.regret import (
    BETTER,
    DIFFERENCE,
    GOOD_ENOUGH,
    RANKED,
    REGRET,
    REGRET_P90,
    REGRET_WORST,
    WORSE,
    Ranking,
)  # fmt: skip
from experiments.studies.comparison import as_json
from experiments.studies.evidence import Drawing

CRITERIA: dict[str, tuple[str, str]] = {
    DIFFERENCE: ("state-years", "mean difference in conflict-years to the baseline"),
    REGRET: ("state-years", "mean regret: conflict-years more than under the best institution of the same world"),
    REGRET_P90: ("state-years", "regret that one world in ten exceeds"),
    REGRET_WORST: ("state-years", "mean regret in the tenth of worlds with the most of it"),
    GOOD_ENOUGH: ("share", "worlds in which regret is too small to count"),
    BETTER: ("share", "worlds with fewer conflict-years than the baseline, by so much that it counts"),
    WORSE: ("share", "worlds with more conflict-years than the baseline, by so much that it counts"),
}
"""Unit and meaning of what is reported of every institution."""

_HOW_TO_READ = """\
## How to read this

- A world is one draw of everything that nobody has measured. An institution's outcome in it is the mean of
  {futures}. {luck}
- *Regret* is how many conflict-years an institution has more than the best of those compared in the same world. It
  depends on who is compared. Ranks by mean regret are those by mean difference.
- *Good enough*: regret below {margin:g}. *Better* and *worse*: at least {margin:g} conflict-years fewer or more than
  '{baseline}'.
- 95% intervals. Those of differences hold for all institutions together, the others each for itself; means by Student,
  shares by Wilson, percentiles by the BCa bootstrap. A rank's probability is the share of resamples of the worlds that
  give it: how far other draws from the same ranges could have ranked otherwise.
- *Value of information* (EVPPI): how many conflict-years one would expect to avert by learning one parameter's true
  value before choosing among these institutions, if its range is taken as equally likely throughout. By regression on a
  spline (Strong, Oakley and Brennan 2014), which averages out the luck of single futures and all other parameters.
  Noise alone lifts it above zero: the floor is what the highest of all {parameters} parameters stays below in 95% of
  shuffles in which none tells anything, and p is adjusted for looking at all. Below the floor, nothing is shown.
- *Changes the choice*: in how many worlds the best institution, given the parameter's value, is not the best overall;
  beside it what the same number is where the parameter tells nothing.
- Worth is for the choice among institutions only, one parameter at a time; two known together can be worth more than
  the sum. It says what to measure first if one could, not that it can be measured."""

_FILES = """\
## What is in this folder

- `runs/`: Parquet, one row per institution and future; `draw` says which world. A column per drawn parameter holds the
  value the run used.
- `tables/`: CSV. `robustness`: every criterion; `rankings`: ranks with their probabilities; `information`: every
  parameter; `choices`: the best institution along each parameter; `luck`: worlds and luck apart.
- `figures/`: PNG and SVG, each with the table behind it as CSV.
- `failures/`: runs that failed; a world with one is left out for all. Absent if there are none.
- `config.yaml`: everything that was asked. `manifest.json`: versions, commit, digests, status."""


@dataclass(frozen=True)
class RobustnessReport:
    """Robustness with what is needed to tell it.

    Attributes
    ----------
    study : str
        Its folder, as users see it.
    world : str
        The partner states' name.
    states : int
        How many.
    years : float
        Length of a run.
    labels : mapping of str to str
        Institutions as users see them, in order.
    baseline : str
        One of them.
    margin : float
        The least difference that counts.
    runs : int
        Runs in all.
    worlds : Worlds
        What they did.
    criteria : mapping of str to mapping of str to Interval
        By institution and criterion.
    rankings : mapping of str to Ranking
        By criterion.
    luck : mapping of str to (float, float)
        Standard deviation of the difference to the baseline between worlds, and from future to future.
    information : Information or None
        Nothing where there are too few worlds, or one institution.
    """

    study: str
    world: str
    states: int
    years: float
    labels: Mapping[str, str]
    baseline: str
    margin: float
    runs: int
    worlds: Worlds
    criteria: Mapping[str, Mapping[str, Interval]]
    rankings: Mapping[str, Ranking]
    luck: Mapping[str, tuple[float, float]]
    information: Information | None

    @property
    def names(self) -> list[str]:
        """Institutions."""
        return list(self.labels)

    def headline(self) -> list[str]:
        """Say what came out; no more than the numbers say."""
        found = []
        for criterion, words in (
            (DIFFERENCE, "Fewest conflict-years on average"),
            (REGRET_WORST, "Least regret in the worst tenth of worlds"),
            (GOOD_ENOUGH, "Good enough in most worlds"),
        ):
            ranking = self.rankings[criterion]
            first = int(np.argmin(ranking.rank))
            name = self.names[first]
            sure = ranking.probability[first, 0]
            found.append(
                f"{words}: {self.labels[name]} ({self._value(name, criterion)}; first in {sure:.0%} of resamples)."
            )
        return [*found, *information.said(self.information, self.labels)]

    def _value(self, name: str, criterion: str) -> str:
        """Write one estimate."""
        found = self.criteria[name][criterion]
        if CRITERIA[criterion][0] == "share":
            return bracketed(Interval(*(100.0 * x for x in found)), 0, "%")
        return bracketed(found, 1, sign="+" if criterion == DIFFERENCE else "")

    def result(self) -> dict[str, Any]:
        """Everything in plain data, as ``output=json`` prints it."""
        return {
            "worlds": self.worlds.count,
            "worlds_left_out": self.worlds.left_out,
            "futures_per_world": self.worlds.outcomes.shape[1],
            "runs": self.runs,
            "margin": self.margin,
            "institutions": {name: as_json(dict(found)) for name, found in self.criteria.items()},
            "rankings": {
                criterion: {
                    name: {"rank": int(found.rank[i]), "probability": found.probability[i].tolist()}
                    for i, name in enumerate(self.names)
                }
                for criterion, found in self.rankings.items()
            },
            "spread_of_difference": {
                name: {"between_worlds": as_json(between), "luck": as_json(luck)}
                for name, (between, luck) in self.luck.items()
            },
            "information": None if self.information is None else information.plain(self.information, self.names),
        }

    def tables(self) -> dict[str, pd.DataFrame]:
        """Every number of the study, by the name of its CSV file."""
        ranks = [
            {"criterion": criterion, "institution": name, "rank": int(found.rank[i])}
            | {f"probability_{r + 1}": p for r, p in enumerate(found.probability[i])}
            for criterion, found in self.rankings.items()
            for i, name in enumerate(self.names)
        ]
        luck = [{"institution": n, "between_worlds": b, "luck": x} for n, (b, x) in self.luck.items()]
        found = {"robustness": self.criteria_table(), "rankings": pd.DataFrame(ranks), "luck": pd.DataFrame(luck)}
        if self.information is not None:
            found["information"] = information.worth_table(self.information)
            found["choices"] = information.choices_table(self.information, self.names)
        return found

    def criteria_table(self) -> pd.DataFrame:
        """One row per institution and criterion."""
        return pd.DataFrame(
            {"institution": name, "label": self.labels[name], "criterion": criterion, "unit": CRITERIA[criterion][0],
             **interval._asdict()}
            for name, found in self.criteria.items()
            for criterion, interval in found.items()
        )  # fmt: skip

    def drawings(self) -> dict[str, tuple[Drawing, pd.DataFrame]]:
        """Every figure with the table behind it."""
        from experiments.reporting.figures import robustness as figures

        found: dict[str, tuple[Drawing, pd.DataFrame]] = {
            "regret": (lambda: figures.draw_regret(self), self.criteria_table()),
            "ranks": (lambda: figures.draw_ranks(self), self.tables()["rankings"]),
        }
        if self.information is not None:
            table = information.worth_table(self.information)
            found["information"] = (lambda: figures.draw_information(self, table), table)
            map_table = information.regret_map(self.information, self.worlds, self.names)
            found["regret_map"] = (lambda: figures.draw_regret_map(self, map_table), map_table)
        return found

    def terminal(self) -> str:
        """Everything the terminal shows."""
        blocks = [wrapped(self._asked()), "", aligned(self._cells(), right=range(1, 8)), ""]
        blocks += [wrapped(sentence) for sentence in self.headline()]
        if self.information is not None:
            blocks += ["", aligned(information.cells(self.information), right=range(1, 5))]
        blocks += [
            "",
            wrapped(
                "Regret: conflict-years more than the best of these in the same world. Good enough: regret below "
                f"{self.margin:g}; better, worse: than {self.baseline} by {self.margin:g} or more, % of worlds. In "
                "brackets: 95% intervals; of differences, joint. EVPPI: conflict-years averted by knowing the "
                "parameter before choosing; at or below the floor, noise explains it."
            ),
            wrapped(self._luck_said()),
        ]
        if self.worlds.left_out:
            blocks.append(f"{self.worlds.left_out:,} worlds are left out, since a run in them failed (see failures/).")
        blocks.append(f"No forecast for, and no judgement of, any state named in '{self.world}'.")
        blocks.append(f"Study: {self.study} (start with README.md)")
        return "\n".join(blocks)

    def _asked(self) -> str:
        futures = self.worlds.outcomes.shape[1]
        return (
            f"Across {self.worlds.count:,} worlds drawn from the declared ranges, {futures} future"
            f"{'' if futures == 1 else 's'} each ({self.world}, {self.states} states, {self.years:g} years)"
        )

    def _cells(self) -> list[list[str]]:
        """Cells of the table, its heading first."""
        columns = {
            DIFFERENCE: f"vs {self.baseline}", REGRET: "mean regret", REGRET_P90: "90th pct.",
            REGRET_WORST: "worst tenth", GOOD_ENOUGH: "good enough", BETTER: "better", WORSE: "worse",
        }  # fmt: skip
        order = np.argsort([self.criteria[name][DIFFERENCE].mean for name in self.names], kind="stable")
        rows = [["institution", *columns.values()]]
        for i in order:
            name = self.names[int(i)]
            cells = [self._value(name, criterion) for criterion in (DIFFERENCE, REGRET_P90, REGRET_WORST)]
            shares = [f"{100.0 * self.criteria[name][c].mean:.0f}%" for c in (GOOD_ENOUGH, BETTER, WORSE)]
            own = name == self.baseline
            if own:
                cells[0], shares[1:] = "–", ["–", "–"]
            rows.append([name, cells[0], f"{self.criteria[name][REGRET].mean:.1f}", *cells[1:], *shares])
        return rows

    def _luck_said(self) -> str:
        """Say how much of the spread of a difference is luck."""
        others = {name: found for name, found in self.luck.items() if name != self.baseline}
        if not others or any(math.isnan(between) for between, _ in others.values()):
            return "With one future per world, regrets and shares hold the luck of that future."
        futures = self.worlds.outcomes.shape[1]
        kept = [between**2 / max(between**2 + luck**2 / futures, 1e-300) for between, luck in others.values()]
        return (
            f"Of the spread of differences over worlds, {min(kept):.0%} to {max(kept):.0%} (by institution) is the "
            f"worlds'; the rest is luck that {futures} futures leave, which lifts all regrets and pulls shares towards "
            "one half."
        )

    def readme(self) -> str:
        """Write the page for a colleague."""
        rows = self._cells()
        table = ["| " + " | ".join(row) + " |" for row in rows]
        parts = ["\n".join([table[0], "|---" * len(rows[0]) + "|", *table[1:]])]
        if self.information is not None:
            cells = information.cells(self.information)
            lines = ["| " + " | ".join(row) + " |" for row in cells]
            parts.append("\n".join([lines[0], "|---" * len(cells[0]) + "|", *lines[1:]]))
        futures = self.worlds.outcomes.shape[1]
        ranked = ", ".join(f"`{criterion}`" for criterion in RANKED)
        texts = {"regret": "Regret of every institution", "ranks": "Probability of every rank",
                 "information": "Expected value of knowing each parameter, with the floor that noise reaches",
                 "regret_map": "Mean regret by tenths of the parameter most worth knowing"}  # fmt: skip
        shown = [f"![{texts[name]}](figures/{name}.png)" for name in self.drawings()]
        sections = [
            "# Which institution holds up across worlds, and what would be worth knowing first?",
            "A study by *Concord*, an agent-based model of defence, development and foreign ministries and of the "
            f"states they work in: {self.runs:,} runs; `config.yaml` holds what was asked. {self._asked()}.",
            "## What came out",
            *self.headline(),
            *parts,
            *shown,
            _HOW_TO_READ.format(
                futures="one future" if futures == 1 else f"{futures} futures", luck=self._luck_said(),
                margin=self.margin, baseline=self.labels[self.baseline], parameters=len(self.worlds.parameters),
            ),
            f"Ranked by {ranked}:",
            "\n".join(f"- `{name}` ({unit}): {meaning}" for name, (unit, meaning) in CRITERIA.items()),
            _FILES,
        ]  # fmt: skip
        return "\n\n".join(sections) + "\n"

"""What a sensitivity analysis says: on the terminal, as tables and figures, and for a colleague."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from experiments.reporting.evidence_wording import records
from experiments.reporting.sensitivity_tables import indices_table, markdown, pairs_table, quality_table
from experiments.reporting.wording import bracketed, in_words, spread_out, wrapped
from experiments.runs.factors import Axis
from experiments.settings.text import aligned, readable
from experiments.statistics.morris import Effect
from experiments.statistics.sobol import MOVED, WIDEST, Indices
from experiments.studies.comparison import as_json
from experiments.studies.evidence import Drawing
from experiments.studies.sensitivity import DIFFERENCE, OTHERS, Sensitivity
from model.outcomes import OUTCOMES

LEFT_OUT = 0.1
"""Total index of all others above which the report says that screening left out what matters."""
_PAIRS_SHOWN = 6
_ABOVE_BY_CHANCE = 0.025
"""Share of 95% intervals, each by itself, that lie wholly above a true value of zero."""
_SCREENED_SHOWN = 5
"""Parameters shown beyond those that became factors."""

_HOW_TO_READ = """\
## How to read this

- *First order* is the share of the variance that would vanish if one assumption were known; *total* the share that
  would remain if all others were known: it counts what the assumption does together with others, too. A *pair*'s index
  is what two do together beyond each alone. 95% intervals from a bootstrap over the rows of the base sample. These are
  shares of variance: what lies below zero is estimation error. Of pairs that do nothing together 2.5% have an interval
  above zero by chance.
- Ranges are the declared ones, all values in them equally likely: indices speak of these ranges, and of nothing else.
  A value that an institution sets itself is not varied for that institution; the calibration's values are held.
- Every point was run on the same {futures} futures. The mean over them depends on the luck of these futures, too. Its
  share of the variance between points is given (`luck_share`), and indices are estimated without it, from products
  of different futures. `total_with_luck` is the usual index of the mean over these very futures: there luck counts as
  interaction of everything with everything, so even an assumption without influence gets about luck's share.
- `{others}` are the parameters that screening left out, moved together: their total index says how much that lost.
- *Screening* (Morris): μ* is the mean size of the change as one parameter moves, per whole range; μ its mean with
  sign; σ its spread (interactions or curvature); the floor is the μ* that luck alone would give.
- *Converged* means: no interval of a first-order or total index wider than {widest}, and none moved by more than
  {moved} from the first half of the points to all of them."""

_FILES = """\
## What is in this folder

- `runs_screening/`, `runs/`: Parquet, a row per run of the Morris and of the Saltelli design: point, institution,
  replication, outcomes, and the value of every parameter that is varied.
- `tables/`: CSV. `screening`: every parameter by outcome (of the difference); `indices`: first and total by outcome, of
  the difference and of either institution; `pairs`: second order; `quality`: variance, luck, convergence.
- `figures/`: PNG and SVG, each with the table behind it as CSV.
- `config.yaml`: everything that was asked. `manifest.json`: versions, commit, digests, status."""


@dataclass(frozen=True)
class SensitivityReport:
    """A sensitivity analysis with what is needed to tell it.

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
    metric : str
        The outcome that screening went by and that is told first.
    labels : (str, str)
        The same as users see them.
    pair : (str, str)
        The institution that is compared with, and the one that is compared.
    axes : tuple of Axis
        What was varied.
    trajectories, futures : int
        Of the Morris design; per point.
    found : Sensitivity
        What came out.
    """

    study: str
    world: str
    states: int
    years: float
    metric: str
    labels: tuple[str, str]
    pair: tuple[str, str]
    axes: tuple[Axis, ...]
    trajectories: int
    futures: int
    found: Sensitivity

    @property
    def main(self) -> Indices:
        """Indices of the difference in the outcome that is told first."""
        return self.found.indices[DIFFERENCE, self.metric]

    @property
    def runs(self) -> int:
        """Runs in all."""
        morris = self.trajectories * (len(self.axes) + 1)
        saltelli = self.main.base * (2 * len(self.found.factors) + 2)
        return 2 * self.futures * (morris + saltelli)

    def headline(self) -> list[str]:
        """Say what came out; no more than the numbers say."""
        baseline, institution = self.labels
        asked = (
            f"What drives the difference in {in_words(self.metric)} between '{institution}' and '{baseline}' across "
            f"the ranges ({len(self.axes)} assumptions; {self.world}, {self.states} states, {self.years:g} years)?"
        )
        return [asked, *([self._drivers()] if self.main.defined else []), self.luck(), self.convergence()]

    def _drivers(self) -> str:
        """Name the assumptions whose total index is told apart from zero."""
        ordered = sorted(self.main.total.items(), key=lambda entry: -entry[1].mean)
        told = [f"{name} {bracketed(index, 2)}" for name, index in ordered if index.low > 0.0 and name != OTHERS]
        rest = self.main.total.get(OTHERS)
        left = "" if rest is None else f" The {len(self.found.factors[OTHERS])} others together: {bracketed(rest, 2)}."
        if rest is not None and rest.low > LEFT_OUT:
            left += " What screening left out matters: give more of them indices of their own (keep=, morris=)."
        if not told:
            return f"No single assumption's total index is told apart from zero.{left}"
        return f"Share of the variance each has a part in (total index): {'; '.join(told)}.{left}"

    def luck(self) -> str:
        """Say how much of what differs between points is luck."""
        found = self.main
        if found.replications < 2:
            return "One future per point: luck cannot be told from effect, and counts as effect in every index."
        said = (
            f"Luck: {found.noise:.0%} of the variance between points (means over {found.replications} common futures) "
            "would be other with other futures"
        )
        if not found.defined:
            return f"{said}: what remains cannot be shared out; add futures (replications=)."
        return f"{said}; the indices are free of it."

    def convergence(self) -> str:
        """Say whether more points would change much."""
        found = self.main
        if not found.defined:
            return "Not converged: no index has bounds."
        moved = readable(found.moved)
        facts = f"widest interval {found.widest:.2f} (at most {WIDEST:g}), moved {moved} (at most {MOVED:g})"
        if found.converged:
            return f"Converged: {facts}."
        return f"Not converged: add points (base={2 * found.base}, or more futures): {facts}."

    def terminal(self) -> str:
        """Everything the terminal shows."""
        factors = [["assumption", "first order", "total", "with luck"]]
        for name, total in sorted(self.main.total.items(), key=lambda entry: -_sortable(entry[1].mean)):
            cells = [bracketed(found, 2) for found in (self.main.first[name], total)]
            factors.append([self._named(name), *cells, readable(self.main.with_noise[name])])
        screened = [["assumption", "μ*", "floor", "μ", "σ"]]
        for name, effect in list(self.screening.items())[: len(self.found.factors) - 1 + _SCREENED_SHOWN]:
            numbers = [readable(x) for x in (effect.floor, effect.mu, effect.sigma)]
            screened.append([name, bracketed(effect.mu_star, 2), *numbers])
        unit = OUTCOMES[self.metric].unit
        return "\n".join(
            [
                *(wrapped(sentence) for sentence in self.headline()),
                "",
                f"Sobol indices of the difference in {in_words(self.metric)} ({self.main.base:,} base points)",
                aligned(factors, right=(1, 2, 3), indent="  "),
                *self._pair_lines(),
                "",
                f"Screening: change of the difference over a whole range, {unit} ({self.trajectories} trajectories)",
                aligned(screened, right=(1, 2, 3, 4), indent="  "),
                f"  {self._beyond_luck()}",
                "",
                f"Study: {self.study} (start with README.md)",
            ]
        )

    @property
    def screening(self) -> dict[str, Effect]:
        """Elementary effects on the difference in the outcome that is told first."""
        return self.found.screening[self.metric]

    def _beyond_luck(self) -> str:
        """Count the parameters whose effect luck does not explain."""
        beyond = sum(effect.beyond_noise for effect in self.screening.values())
        return f"{beyond} of {len(self.screening)} are above the floor that luck alone would give"

    def _named(self, name: str) -> str:
        return f"{name} ({len(self.found.factors[name])})" if name == OTHERS else name

    def _pair_lines(self) -> list[str]:
        """Say which pairs do more together than alone: a share of variance below zero is estimation error."""
        if not self.main.second:
            return []
        found = {pair: index for pair, index in self.main.second.items() if index.low > 0.0}
        chance = _ABOVE_BY_CHANCE * len(self.main.second)
        said = (
            f"Pairs told apart from no interaction: {len(found)} of {len(self.main.second)} "
            f"({f'about {chance:.0f}' if chance >= 1.0 else 'fewer than 1'} by chance alone)"
        )
        ordered = sorted(found.items(), key=lambda entry: -entry[1].mean)[:_PAIRS_SHOWN]
        rows = [[f"{left} × {right}", bracketed(index, 2)] for (left, right), index in ordered]
        return [said, aligned(rows, indent="  ")] if rows else [said]

    def result(self) -> dict[str, Any]:
        """Everything in plain data, as ``output=json`` prints it."""
        return {
            "institution": self.pair[1],
            "than": self.pair[0],
            "metric": self.metric,
            "world": self.world,
            "runs": self.runs,
            "futures": self.futures,
            "factors": {name: list(members) for name, members in self.found.factors.items()},
            "luck_share": as_json(self.main.noise),
            "converged": self.main.converged,
            "screening": as_json(records(self._screening_table(self.metric))),
            "indices": as_json(records(indices_table(self.found, [(DIFFERENCE, self.metric)]))),
            "pairs": as_json(records(pairs_table(self.found, [(DIFFERENCE, self.metric)]))),
            "quality": as_json(records(quality_table(self.found))),
        }

    def _screening_table(self, metric: str) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "metric": metric,
                "parameter": name,
                "mu": effect.mu,
                **spread_out("mu_star", effect.mu_star),
                "sigma": effect.sigma,
                "floor": effect.floor,
                "beyond_luck": effect.beyond_noise,
                "kept": name in self.found.factors,
            }
            for name, effect in self.found.screening[metric].items()
        )

    def tables(self) -> dict[str, pd.DataFrame]:
        """Every number, by the name of its CSV file."""
        everything = list(self.found.indices)
        return {
            "screening": pd.concat([self._screening_table(metric) for metric in self.found.screening]),
            "indices": indices_table(self.found, everything),
            "pairs": pairs_table(self.found, everything),
            "quality": quality_table(self.found),
        }

    def drawings(self) -> dict[str, tuple[Drawing, pd.DataFrame]]:
        """Every figure with the table behind it, by the name of its files."""
        from experiments.reporting.figures import sensitivity as figures

        screening = self._screening_table(self.metric)
        indices = indices_table(self.found, [(DIFFERENCE, self.metric)])
        everywhere = indices_table(self.found, [(DIFFERENCE, metric) for metric in OUTCOMES])
        return {
            "screening": (lambda: figures.draw_screening(self, screening), screening),
            "indices": (lambda: figures.draw_indices(self, indices), indices),
            "indices_by_outcome": (lambda: figures.draw_by_outcome(self, everywhere), everywhere),
        }

    def readme(self) -> str:
        """The page for a colleague, in Markdown."""
        asked, *found = self.headline()
        how = _HOW_TO_READ.format(futures=self.futures, others=OTHERS, widest=WIDEST, moved=MOVED)
        text = {
            "screening": f"Mean size of effects on the difference; largest: {', '.join(list(self.screening)[:5])}.",
            "indices": f"First-order and total indices of the difference. {self._drivers()}",
            "indices_by_outcome": "Total indices of the difference in every outcome, by assumption.",
        }
        sections = [
            "# Which assumptions drive the difference?",
            asked,
            "## What came out",
            *found,
            "## Indices",
            markdown(indices_table(self.found, [(DIFFERENCE, self.metric)])),
            "## Figures",
            *(f"![{said}](figures/{name}.png)" for name, said in text.items()),
            how,
            _FILES,
        ]
        return "\n\n".join(sections) + "\n"


def _sortable(value: float) -> float:
    return value if value == value else 0.0

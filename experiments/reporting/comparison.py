"""What a comparison says in plain words and tables: on the terminal, as CSV, and for a colleague."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from experiments.reporting.turning_points import turning_points
from experiments.reporting.wording import bracketed, counted, in_words, spread_out, wrapped
from experiments.runs.simulate import ACROSS_RANGES, DEFAULTS
from experiments.settings.options import BASELINE, NOTHING, REFERENCE
from experiments.settings.text import aligned
from experiments.statistics.intervals import Interval
from experiments.studies.channels import SideBySide
from experiments.studies.comparison import (
    AVERTED,
    COST,
    DERIVED,
    MAIN_METRIC,
    SHARE_OF_REFERENCE,
    Comparison,
    Judgement,
    judgement_rows,
)
from experiments.studies.hypotheses import Arm
from model.outcomes import OUTCOMES

HEADLINE = "joint_beats_siloed"
"""The hypothesis that the first sentences are about, if it was tested."""

_NAME_WIDTH = 18


@dataclass(frozen=True)
class Report:
    """A study's results with what is needed to tell them.

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
    seed : int
        Of the study.
    labels : mapping of str to str
        Institutions as users see them.
    actors : mapping of str to str
        Their departments, Treasury and Parliament as users see them.
    levels : mapping of str to Comparison
        By level.
    channels : SideBySide or None
        The first draws under every set of channels, where that was asked for.
    runs, failed : int
        Runs of the two levels, and runs that failed.
    """

    study: str
    world: str
    states: int
    years: float
    seed: int
    labels: Mapping[str, str]
    actors: Mapping[str, str]
    levels: Mapping[str, Comparison]
    channels: SideBySide | None
    runs: int
    failed: int

    def headline(self) -> list[str]:
        """Say in two or three sentences what came out; no more than the numbers say."""
        across, defaults = self.levels[ACROSS_RANGES], self.levels[DEFAULTS]
        judged = {judgement.hypothesis.id: judgement for judgement in across.judgements}
        if not judged:
            return ["No hypothesis was tested; the differences below are estimates without a verdict."]
        chosen = judged.get(HEADLINE, across.judgements[0])
        at_defaults = next(j for j in defaults.judgements if j.hypothesis.id == chosen.hypothesis.id)
        sentences = [
            f"Across the declared ranges of what nobody has measured about coordination and delivery "
            f"({counted(across.futures, 'draw')}; the conflict process within its calibration's uncertainty), "
            f"{self.finding(chosen)}"
        ]
        claim = chosen.hypothesis
        if claim.pairs == ((claim.better, Arm(BASELINE)),) and claim.metric == MAIN_METRIC and not claim.better.values:
            sentences.append(self.shares(claim.better.name))
        sentences.append(f"At the default values ({counted(defaults.futures, 'future')}), {self.finding(at_defaults)}")
        return sentences

    def finding(self, judgement: Judgement) -> str:
        """Put a judgement into words."""
        hypothesis, effect = judgement.hypothesis, judgement.effect
        (better, than), *other = ([self._side(arm) for arm in pair] for pair in hypothesis.pairs)
        metric = in_words(hypothesis.metric)
        mean, low, high = (_direction(hypothesis.sign * value) for value in effect)
        what = f"{metric} under '{better}' {'are' if metric.endswith('s') else 'is'} {mean} than under '{than}'"
        if other:
            mean, low, high = (_direction(value, ("smaller", "larger")) for value in effect)
            elsewhere = f"that of '{other[0][0]}' over '{other[0][1]}'"
            what = f"the gain of '{better}' over '{than}' in {metric} is {mean} than {elsewhere}"
        bounds = "no interval" if math.isnan(effect.low) else f"95% interval: {low} to {high}"
        counts = f"the smallest effect that counts ({hypothesis.smallest_effect:g})"
        meaning = {
            "supported": f"supported, since all of the interval is beyond {counts}",
            "refuted": f"refuted, since all of the interval is beyond {counts}, the wrong way",
            "equivalent": f"equivalent, since all of the interval is below {counts} either way",
            "inconclusive": f"inconclusive, since the interval has effects below and beyond {counts}",
        }[judgement.verdict]
        if math.isnan(effect.low):
            meaning = "inconclusive, since so few futures bound nothing"
        elif judgement.verdict == "inconclusive" and (effect.low > 0.0 or effect.high < 0.0):
            meaning += ": the direction is established, the size is not"
        return f"{what} ({bounds}): {meaning}."

    def _side(self, arm: Arm) -> str:
        """Name a side as users see it."""
        label = self.labels[arm.institution]
        return f"{label} ({arm.condition})" if arm.values else label

    def shares(self, name: str) -> str:
        """Say in what share of plausible worlds an institution does better than the baseline."""
        found = self.levels[ACROSS_RANGES].better[name]
        return (
            f"It sees fewer {in_words(MAIN_METRIC)} in {found.fewer.mean:.0%} of these plausible worlds "
            f"(95% interval {found.fewer.low:.0%} to {found.fewer.high:.0%}), more in {found.more:.0%} and "
            f"exactly as many in {found.same:.0%}; each world is seen in one future, so luck plays a part."
        )

    def turning_points(self) -> list[str]:
        """Say what becomes of the headline's answer under what else was tried, as Markdown."""
        judgements = self.levels[ACROSS_RANGES].judgements
        if not judgements:
            return ["No hypothesis was tested."]
        chosen = next((judged for judged in judgements if judged.hypothesis.id == HEADLINE), judgements[0])
        return turning_points(chosen.hypothesis, judgements, self.channels, self.labels)

    def table(self, level: str) -> pd.DataFrame:
        """Lay out the main results of a level, one row per institution, as on the terminal.

        Returns
        -------
        DataFrame
            Index: institution. Columns: label; estimate, low and high of the main metrics; shares of worlds.
        """
        comparison = self.levels[level]
        rows = {}
        for name, estimates in comparison.institutions.items():
            row: dict[str, Any] = {"label": self.labels[name]}
            for metric in (MAIN_METRIC, *DERIVED):
                row |= spread_out(metric, estimates[metric])
            row |= spread_out("difference_vs_siloed", _difference(comparison, name))
            if name in comparison.better:
                shares = comparison.better[name]
                row |= {
                    "share_better": shares.fewer.mean,
                    "share_same": shares.same,
                    "share_worse": shares.more,
                }
            rows[name] = row
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("institution")

    def tables(self) -> dict[str, pd.DataFrame]:
        """Every number of the study in long form, by the name of its CSV file."""
        means: list[dict[str, Any]] = []
        differences: list[dict[str, Any]] = []
        shares: list[dict[str, Any]] = []
        verdicts: list[dict[str, Any]] = []
        units = {name: outcome.unit for name, outcome in OUTCOMES.items()}
        units |= {name: unit for name, (unit, _) in DERIVED.items()}
        for level, comparison in self.levels.items():
            for kind, found in ((means, comparison.institutions), (differences, comparison.differences)):
                kind += [
                    {
                        "level": level,
                        "institution": name,
                        "metric": metric,
                        "unit": units[metric],
                        **interval._asdict(),
                    }
                    for name, by_metric in found.items()
                    for metric, interval in by_metric.items()
                ]
            shares += [
                {"level": level, "institution": name, **spread_out("share_better", found.fewer)}
                | {"share_same": found.same, "share_worse": found.more}
                for name, found in comparison.better.items()
            ]
            verdicts += judgement_rows(comparison, level)
            verdicts += [
                {"id": id_, "level": level, "verdict": f"not tested: {reason}"}
                for id_, reason in comparison.skipped.items()
            ]
        beside = {} if self.channels is None else {"channels": self.channels.table()}
        return beside | {
            "institutions": pd.DataFrame(means),
            "differences_vs_siloed": pd.DataFrame(differences),
            "worlds_better": pd.DataFrame(shares),
            "hypotheses": pd.DataFrame(verdicts),
        }

    def terminal(self) -> str:
        """Everything the terminal shows."""
        blocks = [*(wrapped(sentence) for sentence in self.headline()), ""]
        where = f"({self.world}, {self.states} states, {self.years:g} years)"
        titles = {
            ACROSS_RANGES: "Across the declared ranges: {} of what is unmeasured, a future each",
            DEFAULTS: "At the default values: {}",
        }
        for level, title in titles.items():
            count = counted(self.levels[level].futures, "draw" if level == ACROSS_RANGES else "future")
            heading = f"{title.format(count)} {where}"
            blocks += [wrapped(heading), aligned(self._cells(level), right=range(1, 7)), ""]
        if self.channels is not None:
            blocks += [*self._channel_lines(self.channels), ""]
        blocks += [*self._verdict_lines(), ""]
        blocks.append(
            wrapped(
                "In brackets: 95% intervals, for differences and effects jointly over their column. Share of "
                f"reference: of what '{self.labels[REFERENCE]}' averts. £m: programmes, top-up and overhead, "
                "where averting is established. Worlds: with fewer/as many/more conflict-years than siloed."
            )
        )
        if self.failed:
            failed = f"{self.failed:,} of {self.runs:,} runs failed (see failures/)"
            blocks.append(wrapped(f"{failed}; a future with a failed run is left out for all institutions."))
        blocks.append(f"No forecast for, and no judgement of, any state named in '{self.world}'.")
        blocks.append(f"Study: {self.study} (start with README.md)")
        return "\n".join(blocks)

    def _cells(self, level: str) -> list[list[str]]:
        """Cells of a level's table, two heading rows first."""
        comparison = self.levels[level]
        heads = [
            ["", "conflict", "averted against", "share of", "£m per", "difference", "worlds,"],
            ["institution", "years", "no programme", "reference", "year averted", f"to {BASELINE}", "%"],
        ]
        rows = []
        for name, found in comparison.institutions.items():
            share = Interval(*(100.0 * value for value in found[SHARE_OF_REFERENCE]))
            worlds = comparison.better.get(name)
            rows.append(
                [
                    self._short(name),
                    f"{found[MAIN_METRIC].mean:.1f}",
                    "–" if name == NOTHING else bracketed(found[AVERTED], 1),
                    "–" if name in (NOTHING, REFERENCE) else bracketed(share, 0, "%"),
                    "–" if name == NOTHING else bracketed(found[COST], 0, absent="not established"),
                    "–" if name == BASELINE else bracketed(_difference(comparison, name), 1),
                    "–"
                    if worlds is None
                    else "/".join(f"{100 * x:.0f}" for x in (worlds.fewer.mean, worlds.same, worlds.more)),
                ]
            )
        return [*heads, *rows]

    def _channel_lines(self, beside: SideBySide) -> list[str]:
        """Set the difference to the baseline under every set of channels side by side."""
        heading = (
            f"How far this rests on channels: difference to {BASELINE} in conflict-years, on the first "
            f"{counted(beside.draws, 'draw')} under each file of conf/channels"
        )
        rows = [
            [self._short(name), *(bracketed(found[name], 1) for found in beside.differences.values())]
            for name in self.levels[ACROSS_RANGES].institutions
            if name != BASELINE
        ]
        return [wrapped(heading), aligned([["institution", *beside.labels.values()], *rows], right=range(1, 9))]

    @staticmethod
    def _short(name: str) -> str:
        """Cut a long name, so that a table fits a terminal."""
        return name if len(name) <= _NAME_WIDTH else f"{name[: _NAME_WIDTH - 1]}…"

    def _verdict_lines(self) -> list[str]:
        """One line per hypothesis and level."""
        lines = ["Hypotheses (effect: positive supports; behind it the smallest effect that counts)"]
        for judged in self.levels[ACROSS_RANGES].judgements:
            lines.append(wrapped(f"{judged.hypothesis.id}: {judged.hypothesis.statement}", indent="  "))
            for level, title in ((ACROSS_RANGES, "across the ranges"), (DEFAULTS, "at the defaults")):
                found = next(j for j in self.levels[level].judgements if j.hypothesis.id == judged.hypothesis.id)
                effect = f"{bracketed(found.effect, 2, sign='+')}  ±{found.hypothesis.smallest_effect:g}"
                lines.append(f"    {title:<18} {found.verdict.upper():<13} {effect}")
        for id_, reason in self.levels[ACROSS_RANGES].skipped.items():
            lines.append(f"  {id_}: not tested, {reason}")
        return lines


def _difference(comparison: Comparison, name: str) -> Interval:
    """Difference of the main metric to the baseline; the baseline's own is zero by definition."""
    if name == BASELINE:
        return Interval(0.0, 0.0, 0.0)
    return comparison.differences[name][MAIN_METRIC]


def _direction(difference: float, words: tuple[str, str] = ("lower", "higher")) -> str:
    """Say by how much something is lower or higher."""
    if round(difference, 2) == 0.0:
        return "no different"
    return f"{abs(difference):.2f} {words[difference > 0]}"

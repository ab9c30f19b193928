"""What the runs of a comparison say: estimates with intervals, differences on the same futures, verdicts.

The unit of analysis is what is independent: at the defaults a replication, across the ranges a draw of the parameters,
whose outcome is the mean of the futures lived through in it. Everything is paired, so a replication or draw in which
any institution's run failed is left out for all.

An effect has one interval wherever it stands. That of the question itself is tested alone; every other effect that is
judged, and every difference in conflict-years to the baseline, are one family whose intervals hold together; what other
outcomes differ by is a family each.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from experiments.runs.cube import Cube
from experiments.settings.options import BASELINE, NOTHING, REFERENCE
from experiments.statistics.family import interval_alone, simultaneous_intervals, within
from experiments.statistics.intervals import (
    Interval,
    Verdict,
    draws_to_settle,
    mean_interval,
    proportion_interval,
    ratio_of_means_interval,
    verdict,
)
from experiments.statistics.scenarios import Shares, shares_of_scenarios
from experiments.studies.hypotheses import Hypothesis
from model.outcomes import OUTCOMES

MAIN_METRIC = "conflict_years"
MONEY = ("programme_money", "top_up_money", "overhead_money")
"""What an institution spends beyond what is spent without a programme."""

AVERTED = "averted"
AVERTED_PER_100M = "averted_per_100m"
COST = "cost_per_conflict_year"
SHARE_OF_REFERENCE = "share_of_reference"

DERIVED: dict[str, tuple[str, str]] = {
    AVERTED: ("state-years", "conflict-years fewer than with no programme, on the same futures"),
    AVERTED_PER_100M: (
        "state-years/£100m",
        "conflict-years averted per £100m of programmes, top-up and overhead",
    ),
    COST: ("£m/state-year", "money per conflict-year averted; none where averting is not established"),
    SHARE_OF_REFERENCE: ("share", "averted, as a share of what the reference averts"),
}
"""Unit and meaning of what is computed from outcomes of several institutions."""

_RESAMPLES = 2_000
HEADLINE = "joint_beats_siloed"
"""The hypothesis that the first sentences are about, if it was tested."""

Array = npt.NDArray[np.float64]


class Better(NamedTuple):
    """In how many futures an institution saw fewer conflict-years than the baseline, as many, or more."""

    fewer: Interval
    same: float
    more: float


class Judgement(NamedTuple):
    """A hypothesis against one level's draws: the effect, and from how many draws it is known.

    Attributes
    ----------
    hypothesis : Hypothesis
        What is claimed.
    effect : Interval
        Without bounds where its condition never holds.
    draws : int
        All that there are.
    held : int or None
        In how many of them its condition holds; None where it has none.
    """

    hypothesis: Hypothesis
    effect: Interval
    draws: int
    held: int | None = None

    @property
    def verdict(self) -> Verdict:
        """Which way it goes, and whether it is as large as what counts."""
        mean, low, high = self.effect
        if self.is_unmoved:
            # The next one may differ: what has not been seen to move is not known to be small.
            return Verdict("open", "open")
        good = self.effect if self.hypothesis.sign > 0.0 else Interval(-mean, -high, -low)
        return verdict(good, self.hypothesis.smallest_effect)

    @property
    def is_unmoved(self) -> bool:
        """Whether not one draw differs."""
        return self.effect == (0.0, 0.0, 0.0)

    @property
    def draws_to_settle(self) -> int | None:
        """At how many draws its size would be settled; None where it is, or nobody can say."""
        if self.verdict.size != "open":
            return None
        return draws_to_settle(self.effect, self.draws, self.hypothesis.smallest_effect)

    @property
    def words(self) -> str:
        """The verdict in words."""
        if self.held == 0:
            return "its condition never holds"
        if self.is_unmoved:
            return f"no difference in any of {self.draws if self.held is None else self.held:,}"
        if math.isnan(self.effect.low):
            return "too few to say"
        return self.verdict.words(self.hypothesis.smallest_effect)

    def row(self, level: str) -> dict[str, Any]:
        """Lay it out as in JSON and CSV."""
        claim, effect, found = self.hypothesis, self.effect, self.verdict
        return {
            "id": claim.id, "statement": claim.statement, "level": level, "metric": claim.metric,
            "estimate": effect.mean, "low": effect.low, "high": effect.high,
            "smallest_effect": claim.smallest_effect, "direction": found.direction, "size": found.size,
            "draws_to_settle": self.draws_to_settle, "verdict": self.words,
            "where": claim.where, "draws_where": self.held,
        }  # fmt: skip


@dataclass(frozen=True)
class Comparison:
    """Everything one level says.

    Attributes
    ----------
    futures, left_out : int
        Futures used, and left out because a run in them failed.
    institutions : dict
        Interval of the mean by institution and metric (outcomes and `DERIVED`).
    differences : dict
        Interval of the mean paired difference to the baseline by institution and outcome, simultaneous over
        institutions for each outcome.
    better : dict
        Shares of futures by institution.
    judgements : tuple of Judgement
        The question itself, then one per hypothesis whose institutions took part.
    checks : tuple of Judgement
        Of what holds by construction; their intervals hold together, and widen no other.
    skipped : dict
        Reason by hypothesis that could not be tested.
    scenarios : dict
        By institution, shares of draws by the difference that is to be expected; none at the defaults.
    """

    futures: int
    left_out: int
    institutions: dict[str, dict[str, Interval]]
    differences: dict[str, dict[str, Interval]]
    better: dict[str, Better]
    judgements: tuple[Judgement, ...]
    skipped: dict[str, str]
    checks: tuple[Judgement, ...] = ()
    scenarios: dict[str, Shares] = field(default_factory=dict)

    @property
    def chosen(self) -> Judgement:
        """The question itself."""
        return self.judgements[0]

    def judged(self, claim: Hypothesis) -> Judgement | None:
        """Find what was judged of a hypothesis."""
        return next((each for each in self.judgements if each.hypothesis == claim), None)

    def main(self, name: str) -> tuple[dict[str, Interval], tuple[float, float, float]]:
        """Give the main results of an institution, and in which share of futures it did better, alike and worse."""
        # The baseline's difference to itself is zero by definition, and nothing is counted.
        own = {"difference_vs_siloed": Interval(0.0, 0.0, 0.0)}
        if name != BASELINE:
            own["difference_vs_siloed"] = self.differences[name][MAIN_METRIC]
        better = self.better.get(name)
        shares = (math.nan,) * 3 if better is None else (better.fewer.mean, better.same, better.more)
        return {**{metric: self.institutions[name][metric] for metric in (MAIN_METRIC, *DERIVED)}, **own}, shares


def analyse(
    cube: Cube,
    institutions: Sequence[str],
    hypotheses: Sequence[Hypothesis],
    seed: int,
    least: float | None = None,
    assumptions: Mapping[str, Array | float] | None = None,
) -> Comparison:
    """Estimate everything that a comparison reports at one level.

    Parameters
    ----------
    cube : Cube
        Of the institutions, the references among them, and of the arms of hypotheses; either one point, or a point for
        each draw. Runs that failed are left out.
    institutions : sequence of str
        Those to report on.
    hypotheses : sequence of Hypothesis
        What to judge, the question itself first.
    seed : int
        Of the resampling; the same rows and seed give the same numbers.
    least : float, optional
        Of draws: the smallest effect by which shares of scenarios go.
    assumptions : mapping of str to float or ndarray (draws,), optional
        What silos live with, for hypotheses with a condition; there must be no run that failed where draws differ.

    Returns
    -------
    Comparison
    """
    others = [name for name in institutions if name != BASELINE]
    draws = cube.paired() if least is None else cube.paired_points()
    runs = draws if least is None else draws.averaged()
    first = draws if least is None else draws.first()
    effects = _Effects(runs, hypotheses, others, seed, assumptions or {})
    by_metric = {metric: effects.differences(metric) for metric in OUTCOMES}
    estimates = {name: _estimates(runs, name, seed) for name in institutions}
    # What the baseline averts is how it differs from no programme: the same effect, so the same interval.
    averted = by_metric[MAIN_METRIC][NOTHING]
    estimates[BASELINE] |= {AVERTED: averted, COST: _cost(averted, estimates[BASELINE][AVERTED_PER_100M])}
    return Comparison(
        futures=runs.count,
        left_out=runs.left_out,
        institutions=estimates,
        differences={name: {metric: found[name] for metric, found in by_metric.items()} for name in others},
        better={name: _better(first, name) for name in others},
        judgements=tuple(effects.judged(each) for each in effects.tested if not each.check),
        checks=tuple(effects.judged(each) for each in effects.tested if each.check),
        skipped=effects.skipped,
        scenarios={} if least is None else {name: _scenarios(draws, name, least, seed) for name in others},
    )


def _scenarios(draws: Cube, name: str, least: float, seed: int) -> Shares:
    """Estimate in which share of draws an institution is to be expected to do better, worse, or as well."""
    return shares_of_scenarios(draws[MAIN_METRIC, name] - draws[MAIN_METRIC, BASELINE], least, seed)


_Effect = tuple[str, tuple[tuple[str, str], ...], str | None]
"""What an effect is of: an outcome, the pair or two pairs of arms that differ in it, and where that is asked."""


class _Effects:
    """Every effect of a level with its one interval.

    Parameters
    ----------
    cube : Cube
        One point.
    hypotheses : sequence of Hypothesis
        The question itself first.
    others : sequence of str
        Institutions that are held against the baseline.
    seed : int
        Of the resampling.
    assumptions : mapping of str to float or ndarray (draws,)
        For hypotheses with a condition.
    """

    def __init__(
        self,
        cube: Cube,
        hypotheses: Sequence[Hypothesis],
        others: Sequence[str],
        seed: int,
        assumptions: Mapping[str, Array | float],
    ) -> None:
        self.cube, self.others, self.seed = cube, others, seed
        self.tested, self.skipped = _testable(cube, hypotheses)
        full = {name: np.broadcast_to(values, cube.count) for name, values in assumptions.items()}
        self.held = {each.where: each.held(full) for each in self.tested if each.where}
        columns = {_effect(each): self._column(each) for each in self.tested if not each.check}
        own = {_against(MAIN_METRIC, name): cube.difference(MAIN_METRIC, name, BASELINE) for name in others}
        columns |= {effect: own[effect] for effect in own if not {effect, _turned(effect)} & columns.keys()}
        checks = {_effect(each): self._column(each) for each in self.tested if each.check}
        first, *family = columns
        self.found = self._joint(checks) | self._joint({each: columns[each] for each in family})
        self.found[first] = interval_alone(columns[first], seed)

    def judged(self, hypothesis: Hypothesis) -> Judgement:
        """Judge a hypothesis."""
        held = None if hypothesis.where is None else int(self.held[hypothesis.where].sum())
        return Judgement(hypothesis, self.found[_effect(hypothesis)], self.cube.count, held)

    def _column(self, hypothesis: Hypothesis) -> Array:
        """Effect draw by draw; of a hypothesis with a condition, as goes into a family. Empty where it never holds."""
        effect = hypothesis.effect(self.cube)
        if hypothesis.where is None:
            return effect
        held = self.held[hypothesis.where]
        return within(effect, held) if held.any() else np.empty(0)

    def _joint(self, columns: Mapping[_Effect, Array]) -> dict[_Effect, Interval]:
        """Estimate a family; what there is nothing of has no bounds and is no part of it."""
        there = {effect: column for effect, column in columns.items() if column.size}
        nowhere = dict.fromkeys(columns.keys() - there.keys(), Interval(math.nan, math.nan, math.nan))
        return dict(zip(there, _jointly([*there.values()], self.seed), strict=True)) | nowhere

    def differences(self, metric: str) -> dict[str, Interval]:
        """Differences of an outcome to the baseline, by institution."""
        judged = {name: self._judged(_against(metric, name)) for name in self.others}
        if all(judged.values()):
            return {name: interval for name, interval in judged.items() if interval is not None}
        return paired_differences(self.cube, metric, self.others, self.seed) | {
            name: interval for name, interval in judged.items() if interval is not None
        }

    def _judged(self, effect: _Effect) -> Interval | None:
        """Interval of an effect that is judged, whichever way round."""
        if turned := self.found.get(_turned(effect)):
            return Interval(-turned.mean, -turned.high, -turned.low)
        return self.found.get(effect)


def _effect(hypothesis: Hypothesis) -> _Effect:
    """Name the effect that a hypothesis is about."""
    return hypothesis.metric, tuple((better.name, than.name) for better, than in hypothesis.pairs), hypothesis.where


def _against(metric: str, name: str) -> _Effect:
    """Name the effect of being another institution than the baseline."""
    return metric, ((name, BASELINE),), None


def _turned(effect: _Effect) -> _Effect:
    """Name an effect the other way round."""
    metric, pairs, where = effect
    return metric, tuple((than, better) for better, than in pairs), where


def _testable(cube: Cube, hypotheses: Sequence[Hypothesis]) -> tuple[list[Hypothesis], dict[str, str]]:
    """Part hypotheses into those whose arms took part, and the others with the reason."""
    skipped = {}
    for hypothesis in hypotheses:
        absent = dict.fromkeys(arm.institution for arm in hypothesis.arms if arm.name not in cube.institutions)
        if absent:
            skipped[hypothesis.id] = f"{' and '.join(absent)} did not take part"
    return [hypothesis for hypothesis in hypotheses if hypothesis.id not in skipped], skipped


def _estimates(cube: Cube, name: str, seed: int) -> dict[str, Interval]:
    """Mean of every outcome of one institution, and what follows from the references."""
    found = {metric: mean_interval(cube.runs(metric, name)) for metric in OUTCOMES}
    averted = cube.difference(MAIN_METRIC, NOTHING, name)
    achievable = cube.difference(MAIN_METRIC, NOTHING, REFERENCE)
    money = np.sum([cube.runs(line, name) for line in MONEY], axis=0)
    found[AVERTED] = mean_interval(averted)
    found[AVERTED_PER_100M] = ratio_of_means_interval(averted, money / 100.0, seed=seed, resamples=_RESAMPLES)
    found[COST] = _cost(found[AVERTED], found[AVERTED_PER_100M])
    found[SHARE_OF_REFERENCE] = ratio_of_means_interval(averted, achievable, seed=seed, resamples=_RESAMPLES)
    return found


def _cost(averted: Interval, per_100m: Interval) -> Interval:
    """Money per conflict-year averted: the ratio upside down, where averting is established at all."""
    if averted.low > 0.0 and per_100m.low > 0.0:
        return Interval(100.0 / per_100m.mean, 100.0 / per_100m.high, 100.0 / per_100m.low)
    return Interval(math.nan, math.nan, math.nan)


def _better(cube: Cube, name: str) -> Better:
    """Count the futures in which an institution did better than the baseline, as well, and worse."""
    difference = cube.difference(MAIN_METRIC, name, BASELINE)
    return Better(
        fewer=proportion_interval(int(np.count_nonzero(difference < 0.0)), cube.count),
        same=float(np.mean(difference == 0.0)),
        more=float(np.mean(difference > 0.0)),
    )


def paired_differences(cube: Cube, metric: str, others: Sequence[str], seed: int) -> dict[str, Interval]:
    """Estimate the differences of several institutions to the baseline, simultaneously."""
    intervals = _jointly([cube.difference(metric, name, BASELINE) for name in others], seed)
    return dict(zip(others, intervals, strict=True))


def _jointly(columns: list[Array], seed: int) -> list[Interval]:
    """Estimate simultaneous intervals; each column in one piece of memory: its sum does not depend on the others."""
    return simultaneous_intervals(np.array(columns).T, seed=seed) if columns else []

"""What the runs of a comparison say: estimates with intervals, differences on the same futures, verdicts.

The unit of analysis is the future: at the defaults a replication, across the ranges a draw of the parameters
with its own replication. Everything is paired, so a future in which any institution's run failed is left out
for all.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.runs.cube import Cube
from experiments.settings.options import BASELINE, NOTHING, REFERENCE
from experiments.statistics.intervals import (
    Interval,
    Verdict,
    mean_interval,
    proportion_interval,
    ratio_of_means_interval,
    simultaneous_intervals,
    verdict,
)
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
_NO_BOUNDS = math.nan

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Better:
    """In how many futures an institution saw fewer conflict-years than the baseline, as many, or more."""

    fewer: Interval
    same: float
    more: float


@dataclass(frozen=True)
class Judgement:
    """A hypothesis against one level's futures."""

    hypothesis: Hypothesis
    effect: Interval
    verdict: Verdict


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
        One per hypothesis whose institutions took part; intervals are simultaneous over them.
    skipped : dict
        Reason by hypothesis that could not be tested.
    """

    futures: int
    left_out: int
    institutions: dict[str, dict[str, Interval]]
    differences: dict[str, dict[str, Interval]]
    better: dict[str, Better]
    judgements: tuple[Judgement, ...]
    skipped: dict[str, str]


def analyse(cube: Cube, institutions: Sequence[str], hypotheses: Sequence[Hypothesis], seed: int) -> Comparison:
    """Estimate everything that a comparison reports at one level.

    Parameters
    ----------
    cube : Cube
        Paired, of the institutions, the references among them, and of the arms of hypotheses.
    institutions : sequence of str
        Those to report on.
    hypotheses : sequence of Hypothesis
        What to judge.
    seed : int
        Of the resampling; the same rows and seed give the same numbers.

    Returns
    -------
    Comparison
    """
    others = [name for name in institutions if name != BASELINE]
    differences: dict[str, dict[str, Interval]] = {name: {} for name in others}
    for metric in OUTCOMES:
        paired = _side_by_side([cube.difference(metric, name, BASELINE) for name in others])
        for name, interval in zip(others, simultaneous_intervals(paired, seed=seed), strict=True):
            differences[name][metric] = interval
    judgements, skipped = _judge(cube, hypotheses, seed)
    return Comparison(
        futures=cube.count,
        left_out=cube.left_out,
        institutions={name: _estimates(cube, name, seed) for name in institutions},
        differences=differences,
        better={name: _better(cube, name) for name in others},
        judgements=judgements,
        skipped=skipped,
    )


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
    return Interval(math.nan, _NO_BOUNDS, _NO_BOUNDS)


def _better(cube: Cube, name: str) -> Better:
    """Count the futures in which an institution did better than the baseline, as well, and worse."""
    difference = cube.difference(MAIN_METRIC, name, BASELINE)
    return Better(
        fewer=proportion_interval(int(np.count_nonzero(difference < 0.0)), cube.count),
        same=float(np.mean(difference == 0.0)),
        more=float(np.mean(difference > 0.0)),
    )


def _judge(cube: Cube, hypotheses: Sequence[Hypothesis], seed: int) -> tuple[tuple[Judgement, ...], dict[str, str]]:
    """Hold each hypothesis against the futures; say why one cannot be."""
    skipped = {}
    tested = []
    for hypothesis in hypotheses:
        absent = dict.fromkeys(arm.institution for arm in hypothesis.arms if arm.name not in cube.institutions)
        if absent:
            skipped[hypothesis.id] = f"{' and '.join(absent)} did not take part"
        else:
            tested.append(hypothesis)
    if not tested:
        return (), skipped
    effects = _side_by_side([hypothesis.effect(cube) for hypothesis in tested])
    intervals = simultaneous_intervals(effects, seed=seed)
    judgements = tuple(
        Judgement(hypothesis, interval, verdict(interval, hypothesis.smallest_effect))
        for hypothesis, interval in zip(tested, intervals, strict=True)
    )
    return judgements, skipped


def _side_by_side(columns: list[Array]) -> Array:
    """Put columns side by side, each in one piece of memory: the sum of one does not depend on the others."""
    return np.array(columns).T


def judgement_rows(comparison: Comparison, level: str) -> list[dict[str, Any]]:
    """One row per judged hypothesis, as in JSON and CSV."""
    return [
        {
            "id": judged.hypothesis.id,
            "statement": judged.hypothesis.statement,
            "metric": judged.hypothesis.metric,
            "level": level,
            "estimate": judged.effect.mean,
            "low": judged.effect.low,
            "high": judged.effect.high,
            "smallest_effect": judged.hypothesis.smallest_effect,
            "verdict": judged.verdict,
        }
        for judged in comparison.judgements
    ]

"""What the runs of a comparison say: estimates with intervals, differences on the same futures, verdicts.

The unit of analysis is the future: at the defaults a replication, across the ranges a draw of the parameters
with its own replication. Everything is paired, so a future in which any institution's run failed is left out
for all.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.runs.cube import Cube
from experiments.settings.options import BASELINE, NOTHING, REFERENCE
from experiments.statistics.family import simultaneous_intervals
from experiments.statistics.intervals import (
    Interval,
    Verdict,
    mean_interval,
    proportion_interval,
    ratio_of_means_interval,
    verdict,
)
from experiments.studies.hypotheses import Hypothesis
from model.errors import InvalidInput
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
_INNER = (0.1, 0.9)
"""Quantiles over replications between which a band runs."""
HEADLINE = "joint_beats_siloed"
"""The hypothesis that the first sentences are about, if it was tested."""

Array = npt.NDArray[np.float64]


class Better(NamedTuple):
    """In how many futures an institution saw fewer conflict-years than the baseline, as many, or more."""

    fewer: Interval
    same: float
    more: float


class Judgement(NamedTuple):
    """A hypothesis against one level's futures."""

    hypothesis: Hypothesis
    effect: Interval
    verdict: Verdict

    @property
    def is_signed(self) -> bool:
        """Whether the effect is told from zero."""
        return self.effect.low > 0.0 or self.effect.high < 0.0

    def row(self, level: str) -> dict[str, Any]:
        """Lay it out as in JSON and CSV."""
        claim, effect = self.hypothesis, self.effect
        return {
            "id": claim.id, "statement": claim.statement, "metric": claim.metric, "level": level,
            "estimate": effect.mean, "low": effect.low, "high": effect.high,
            "smallest_effect": claim.smallest_effect, "verdict": self.verdict,
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

    @property
    def chosen(self) -> Judgement | None:
        """What the first sentences are about."""
        headline = [judged for judged in self.judgements if judged.hypothesis.id == HEADLINE]
        return next(iter([*headline, *self.judgements]), None)

    def main(self, name: str) -> tuple[dict[str, Interval], tuple[float, float, float]]:
        """Give the main results of an institution, and in which share of futures it did better, alike and worse."""
        # The baseline's difference to itself is zero by definition, and nothing is counted.
        own = {"difference_vs_siloed": Interval(0.0, 0.0, 0.0)}
        if name != BASELINE:
            own["difference_vs_siloed"] = self.differences[name][MAIN_METRIC]
        better = self.better.get(name)
        shares = (math.nan,) * 3 if better is None else (better.fewer.mean, better.same, better.more)
        return {**{metric: self.institutions[name][metric] for metric in (MAIN_METRIC, *DERIVED)}, **own}, shares


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
    by_metric = {metric: _differences(cube, metric, others, seed) for metric in OUTCOMES}
    judgements, skipped = _judge(cube, hypotheses, seed)
    return Comparison(
        futures=cube.count,
        left_out=cube.left_out,
        institutions={name: _estimates(cube, name, seed) for name in institutions},
        differences={name: {metric: found[name] for metric, found in by_metric.items()} for name in others},
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
    return Interval(math.nan, math.nan, math.nan)


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
    for hypothesis in hypotheses:
        absent = dict.fromkeys(arm.institution for arm in hypothesis.arms if arm.name not in cube.institutions)
        if absent:
            skipped[hypothesis.id] = f"{' and '.join(absent)} did not take part"
    tested = [hypothesis for hypothesis in hypotheses if hypothesis.id not in skipped]
    intervals = _jointly([hypothesis.effect(cube) for hypothesis in tested], seed)
    pairs = zip(tested, intervals, strict=True)
    return tuple(Judgement(claim, found, verdict(found, claim.smallest_effect)) for claim, found in pairs), skipped


def _differences(cube: Cube, metric: str, others: Sequence[str], seed: int) -> dict[str, Interval]:
    """Estimate the differences of several institutions to the baseline, simultaneously."""
    intervals = _jointly([cube.difference(metric, name, BASELINE) for name in others], seed)
    return dict(zip(others, intervals, strict=True))


def _jointly(columns: list[Array], seed: int) -> list[Interval]:
    """Estimate simultaneous intervals; each column in one piece of memory: its sum does not depend on the others."""
    return simultaneous_intervals(np.array(columns).T, seed=seed) if columns else []


@dataclass(frozen=True)
class SideBySide:
    """Differences of conflict-years to the baseline under several sets of channels, on the same draws.

    Attributes
    ----------
    draws : int
        Futures in which no run failed under any set.
    labels : dict of str to str
        The sets' labels by name, the study's own first.
    differences : dict
        Interval by set and institution, simultaneous over a set's institutions.
    """

    draws: int
    labels: dict[str, str]
    differences: dict[str, dict[str, Interval]]

    def table(self) -> pd.DataFrame:
        """Lay the differences out in long form."""
        return pd.DataFrame(
            {"channels": name, "label": self.labels[name], "institution": institution, **interval._asdict()}
            for name, found in self.differences.items()
            for institution, interval in found.items()
        )


def side_by_side(
    cubes: Mapping[str, Cube], institutions: Sequence[str], seed: int, labels: Mapping[str, str]
) -> SideBySide:
    """Compare every set's runs.

    Parameters
    ----------
    cubes : mapping
        By set, the study's own set first, each paired; replications that are not in all sets are left out.
    institutions : sequence of str
        Who is compared.
    seed : int
        Of the resampling.
    labels : mapping of str to str
        The sets' labels.

    Returns
    -------
    SideBySide

    Raises
    ------
    InvalidInput
        When there is no draw in which all went well.
    """
    shared = set.intersection(*(set(cube.replications.tolist()) for cube in cubes.values()))
    if not shared:
        raise InvalidInput("no draw in which every run under every set of channels ended well; see failures/")
    others = [name for name in institutions if name != BASELINE]
    differences = {name: _differences(cube.only(shared), MAIN_METRIC, others, seed) for name, cube in cubes.items()}
    return SideBySide(len(shared), dict(labels), differences)


def over_time_table(paths: pd.DataFrame, institutions: Sequence[str], seed: int) -> pd.DataFrame:
    """Work out every line and band of the figure.

    Parameters
    ----------
    paths : DataFrame
        Rows of `experiments.runs.recorders.Paths`.
    institutions : sequence of str
        Those to draw.
    seed : int
        Of the resampling.

    Returns
    -------
    DataFrame
        Columns: institution, series, quarter, mean, low, high. ``low`` and ``high`` are the 10% and 90% quantiles over
        replications; of ``more_than_siloed``, conflict-years so far against siloed in the same replications, they are a
        95% interval of the mean, simultaneous over quarters.
    """
    own = paths[paths["institution"].isin(institutions)]
    # A replication with a run that failed is left out for all.
    runs = own.groupby("replication")["institution"].transform("nunique")
    paths = own[runs == len(set(institutions))]
    lines = {}
    for series in ("in_conflict", "participation", "belief", "yield"):
        for name in institutions:
            values = _wide(paths, name, series)
            lines[name, series] = (values.mean(axis=0), *np.quantile(values, _INNER, axis=0))
    siloed = _wide(paths, BASELINE, "in_conflict")
    for name in institutions:
        if name != BASELINE:
            gained = np.cumsum(_wide(paths, name, "in_conflict") - siloed, axis=1) / 4.0
            lines[name, "more_than_siloed"] = tuple(np.array(simultaneous_intervals(gained, seed=seed)).T)
    frames = [
        pd.DataFrame(
            {"institution": name, "series": series, "quarter": np.arange(1, len(mean) + 1), "mean": mean}
        ).assign(low=low, high=high)
        for (name, series), (mean, low, high) in lines.items()
    ]
    return pd.concat(frames, ignore_index=True)


def _wide(paths: pd.DataFrame, institution: str, series: str) -> Array:
    """Values (replications, quarters) of one institution."""
    own = paths[paths["institution"] == institution]
    return own.pivot(index="replication", columns="quarter", values=series).to_numpy(np.float64)

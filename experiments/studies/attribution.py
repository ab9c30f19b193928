"""Which ingredient of an institution does the work: a full factorial of its ingredients on common futures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.runs.execution import Job, carry_out
from experiments.runs.simulate import Chunk, level_plan, run_chunk
from experiments.runs.store import Store
from experiments.settings.asked import Asked
from experiments.settings.options import BASELINE
from experiments.statistics.intervals import Interval, mean_interval, ratio_of_means_interval, simultaneous_intervals
from experiments.statistics.shapley import alone, interactions, last, shapley_values
from experiments.studies import ingredients as taking_apart
from experiments.studies.comparison import MAIN_METRIC, Futures, pair
from experiments.studies.evidence import EvidenceStudy, as_seen_from_here, finish, opened
from experiments.studies.ingredients import declared_ingredients, every_combination, parts_of
from model.errors import InvalidInput
from model.outcomes import OUTCOMES

_RESAMPLES = 2_000

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Attribution:
    """One outcome's difference between an institution and the baseline, divided among its ingredients.

    Everything is a change in the outcome, in its unit: of conflict-years, below zero is better.

    Attributes
    ----------
    baseline, institution : Interval
        Mean outcome under either.
    total : Interval
        Mean paired difference.
    shares : list of Interval
        Shapley value by ingredient; they add up to the total. Simultaneous over ingredients.
    parts_of_total : list of Interval
        The same as a share of the total, not simultaneous; no bounds where the total may be zero.
    alone, last : list of Interval
        What an ingredient changes by itself, and when all others are there. Simultaneous over ingredients.
    pairs : dict of (int, int) to Interval
        Shapley interaction of two ingredients. Simultaneous over pairs; empty with one ingredient.
    """

    baseline: Interval
    institution: Interval
    total: Interval
    shares: list[Interval]
    parts_of_total: list[Interval]
    alone: list[Interval]
    last: list[Interval]
    pairs: dict[tuple[int, int], Interval]


def attribution(outcomes: npt.ArrayLike, seed: int) -> Attribution:
    """Divide a difference among ingredients.

    Parameters
    ----------
    outcomes : array_like, shape (n, 2**k)
        Row: future. Column: set of ingredients, as in `experiments.statistics.shapley`.
    seed : int
        Of the resampling of futures.

    Returns
    -------
    Attribution
        Estimates are exact for the futures that were run, since every set of ingredients was; 95% intervals say how
        far other futures could have given others.
    """
    worths = np.asarray(outcomes, np.float64)
    total = worths[:, -1] - worths[:, 0]
    shares = shapley_values(worths)
    both = interactions(worths)
    pairs = list(combinations(range(shares.shape[1]), 2))
    strengths = _jointly(np.array([both[:, i, j] for i, j in pairs]).T, seed) if pairs else []
    return Attribution(
        baseline=mean_interval(worths[:, 0]),
        institution=mean_interval(worths[:, -1]),
        total=mean_interval(total),
        shares=_jointly(shares, seed),
        parts_of_total=[ratio_of_means_interval(x, total, seed=seed, resamples=_RESAMPLES) for x in shares.T],
        alone=_jointly(alone(worths), seed),
        last=_jointly(last(worths), seed),
        pairs=dict(zip(pairs, strengths, strict=True)),
    )


def _jointly(columns: Array, seed: int) -> list[Interval]:
    return simultaneous_intervals(np.ascontiguousarray(columns), seed=seed, resamples=_RESAMPLES)


def conduct(cfg: Asked) -> EvidenceStudy:
    """Run what is missing of a factorial, and report all of it.

    Parameters
    ----------
    cfg : Asked
        Of ``attribute``.

    Returns
    -------
    EvidenceStudy

    Raises
    ------
    InvalidInput
        For bad input, an institution that cannot be taken apart, and a study made from something else.
    KeyboardInterrupt
        After Ctrl-C, when the chunks in work are stored.
    """
    from experiments.reporting.attribution import AttributionReport

    name = cfg.chosen["institution"]
    if name == BASELINE:
        raise InvalidInput(f"institution={name}: is what others are compared with; must be another one")
    asked = cfg.setting([name, BASELINE])
    parts = parts_of(asked, name, BASELINE, declared_ingredients())
    setting, names = every_combination(asked, name, BASELINE, parts)
    plan = level_plan(setting, names, cfg.seed, cfg.level, cfg.replications)
    further = {"ingredients": {part.ingredient.name: list(part.parameters) for part in parts}}
    job = Job("runs", f"{len(names)} combinations", plan.first, plan.count, plan.chunk_length(),
              lambda first, last: Chunk(plan, first, last))  # fmt: skip
    with opened("attribute", cfg, asked, (taking_apart,), further) as store:
        carry_out(store, [job], run_chunk, cfg.runner)
        futures = pair(_columns(store), names)
        report = AttributionReport(
            study=as_seen_from_here(store.folder),
            world=asked.world.name,
            states=asked.world.size,
            years=asked.quarters / 4,
            level=cfg.level,
            labels=(asked.institutions[BASELINE].label, asked.institutions[name].label),
            parts=parts,
            futures=futures.count,
            left_out=futures.left_out,
            runs=plan.runs,
            main=attribution(_side_by_side(futures, MAIN_METRIC, names), cfg.seed),
            outcomes=_other_outcomes(futures, names, cfg.seed),
            worths={each: _means(futures, each) for each in names},
        )
        return finish(store, report, plan.runs)


def _columns(store: Store) -> Mapping[str, Any]:
    """Read what the analysis needs of the runs."""
    table = store.read("runs")
    return {name: table[name].to_numpy() for name in ("institution", "replication", *OUTCOMES)}


def _side_by_side(futures: Futures, metric: str, names: Sequence[str]) -> Array:
    """Lay one outcome out: a row per future, a column per set of ingredients."""
    return np.array([futures.outcomes[name][metric] for name in names]).T


def _other_outcomes(futures: Futures, names: Sequence[str], seed: int) -> dict[str, tuple[Interval, list[Interval]]]:
    """Total and Shapley values of every outcome."""
    found = {}
    for metric in OUTCOMES:
        worths = _side_by_side(futures, metric, names)
        found[metric] = mean_interval(worths[:, -1] - worths[:, 0]), _jointly(shapley_values(worths), seed)
    return found


def _means(futures: Futures, name: str) -> dict[str, float]:
    """Mean of every outcome under one combination."""
    return {metric: float(values.mean()) for metric, values in futures.outcomes[name].items()}

"""Where in the space of assumptions a condition holds: points all over the ranges, a box, a tree, and a map.

A Latin hypercube of points, each run on the same futures; the condition is held against the means over these futures,
because in a single future luck decides more often than assumptions. Or the points of a sweep or a comparison that was
run before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.runs import designs, plan
from experiments.runs import factors as sweep_axes
from experiments.runs.designs import Design, latin_hypercube
from experiments.runs.factors import Axis
from experiments.runs.outcomes import Outcomes
from experiments.runs.store import Store
from experiments.settings.asked import Asked
from experiments.settings.places import names_in
from experiments.statistics.boxes import BoolArray
from experiments.statistics.prim import Found, find_box
from experiments.statistics.replication_noise import FloatArray
from experiments.statistics.sign_map import mapped, sign_map
from experiments.statistics.tree import Node, grow_tree
from experiments.studies import conditions
from experiments.studies.comparison import MAIN_METRIC
from experiments.studies.conditions import Condition, read_condition
from experiments.studies.designed import Ground, Pair, axes_of, compared, run_design, values_at
from experiments.studies.earlier import earlier_points
from experiments.studies.evidence import EvidenceStudy, as_seen_from_here, finish, opened

SMALLEST_EFFECT = 1
"""Conflict-years that count, as the hypotheses of ``conf/hypotheses`` declare."""
_RESAMPLES = 200


@dataclass(frozen=True)
class Points:
    """Points of a design with what was measured there.

    Attributes
    ----------
    values : dict of str to ndarray (points,)
        By parameter, in its unit.
    outcomes : dict of (outcome, institution) to ndarray (points, futures)
        The same futures at every point.
    """

    values: dict[str, FloatArray]
    outcomes: Outcomes

    @property
    def futures(self) -> int:
        """Futures per point."""
        return int(next(iter(self.outcomes.values())).shape[1])


@dataclass(frozen=True)
class Discovery:
    """Where a condition holds.

    Attributes
    ----------
    condition : Condition
        What was asked.
    names : tuple of str
        Parameters, in the order of the columns of box and tree.
    ends : dict of str to (float, float)
        Of each parameter over all points.
    holds : ndarray of bool (points,)
        Where it holds.
    same_again : float
        Share of the points that would be classed alike with other futures, as many; NaN with one future.
    futures : int
        Per point.
    box : Found
        The box.
    tree : Node
        Root of the tree.
    cells : DataFrame or None
        The map; none where not all of its parameters were varied.
    """

    condition: Condition
    names: tuple[str, ...]
    ends: dict[str, tuple[float, float]]
    holds: BoolArray
    same_again: float
    futures: int
    box: Found
    tree: Node
    cells: pd.DataFrame | None


def conduct(cfg: Asked) -> EvidenceStudy:
    """Run what is missing of the points, and report what they say.

    Parameters
    ----------
    cfg : Asked
        Of ``discover``.

    Returns
    -------
    EvidenceStudy

    Raises
    ------
    InvalidInput
        For bad input, a run that failed, and a study made from something else.
    KeyboardInterrupt
        After Ctrl-C, when the chunks in work are stored.
    """
    from experiments.reporting.discovery import DiscoveryReport

    than, name = pair = compared(cfg)
    text = cfg.condition or f"{MAIN_METRIC}({name}) - {MAIN_METRIC}({than}) > {SMALLEST_EFFECT}"
    condition = read_condition(text, names_in("institution"))
    everyone = tuple(dict.fromkeys([*pair, *condition.institutions]))
    setting = cfg.setting(everyone)
    # Read before a study begins: a mistake leaves none behind.
    earlier = None if cfg.source is None else Points(*earlier_points(Path(cfg.source).expanduser(), everyone))
    axes, yields = axes_of(cfg, setting)
    ground = Ground(setting, everyone, cfg.seed, cfg.replications, yields, cfg.runner)
    modules = (sweep_axes, designs, plan, conditions)
    with opened("discover", cfg, setting, modules, {"condition_read": text}) as store:
        points = earlier or run_points(store, cfg, axes, ground)
        report = DiscoveryReport(
            study=as_seen_from_here(store.folder),
            world=setting.world.name,
            states=setting.world.size,
            years=setting.quarters / 4,
            labels=(setting.institutions[than].label, setting.institutions[name].label),
            pair=pair,
            found=discovered(points, condition, pair, cfg.seed),
        )
        runs = 0 if earlier else len(report.found.holds) * points.futures * len(everyone)
        return finish(store, report, runs)


def run_points(store: Store, cfg: Asked, axes: tuple[Axis, ...], ground: Ground) -> Points:
    """Run what is missing of a Latin hypercube."""
    values = values_at(axes, latin_hypercube(len(axes), cfg.seed, cfg.points))
    design = Design("latin_hypercube", axes, values, {"points": cfg.points})
    outcomes = run_design(store, "runs", "points", design, ground)
    return Points(dict(zip(design.names, values.T, strict=True)), outcomes)


def discovered(points: Points, condition: Condition, pair: Pair, seed: int) -> Discovery:
    """Find out where a condition holds.

    Parameters
    ----------
    points : Points
        With the condition's outcomes, and conflict-years of the pair.
    condition : Condition
        What is asked.
    pair : (str, str)
        Institutions whose difference, the second less the first, the map shows.
    seed : int
        Of parting the points into halves, and of resampling futures.

    Returns
    -------
    Discovery
    """
    holds = condition.holds({term: points.outcomes[term].mean(axis=1) for term in condition.terms})
    names = tuple(points.values)
    x = np.column_stack(list(points.values.values()))
    difference = points.outcomes[MAIN_METRIC, pair[1]] - points.outcomes[MAIN_METRIC, pair[0]]
    return Discovery(
        condition=condition,
        names=names,
        ends={each: (float(v.min()), float(v.max())) for each, v in points.values.items()},
        holds=holds,
        same_again=same_again(points.outcomes, condition, holds, seed),
        futures=points.futures,
        box=find_box(x, holds, seed),
        tree=grow_tree(x, holds, seed),
        cells=sign_map(points.values, difference.mean(axis=1)) if mapped(names) else None,
    )


def same_again(
    outcomes: Mapping[tuple[str, str], FloatArray], condition: Condition, holds: BoolArray, seed: int
) -> float:
    """Estimate which share of the points would be classed alike on other futures, by resampling those there are.

    Parameters
    ----------
    outcomes : mapping of (outcome, institution) to ndarray (points, futures)
        The condition's.
    condition : Condition
        By which points are classed.
    holds : ndarray of bool (points,)
        How they were classed.
    seed : int
        Of the resampling.

    Returns
    -------
    float
        NaN with one future.
    """
    futures = outcomes[condition.terms[0]].shape[1]
    if futures < 2:
        return float("nan")
    generator = np.random.default_rng(seed)
    alike = 0.0
    for weights in generator.multinomial(futures, np.full(futures, 1.0 / futures), size=_RESAMPLES) / futures:
        again = condition.holds({term: outcomes[term] @ weights for term in condition.terms})
        alike += float(np.mean(again == holds))
    return alike / _RESAMPLES


def restrictions(found: Discovery) -> list[tuple[str, float, float]]:
    """Name the box's restrictions with both ends; an open side ends where the points end."""
    box = found.box.box
    return [
        (name, max(float(box.low[column]), found.ends[name][0]), min(float(box.high[column]), found.ends[name][1]))
        for column in box.restricted
        for name in [found.names[column]]
    ]


def tree_as_data(node: Node, names: Sequence[str]) -> dict[str, object]:
    """Write a tree as plain data."""
    found: dict[str, object] = {"points": node.points, "hits": node.hits}
    if node.branches:
        below, above = (tree_as_data(branch, names) for branch in node.branches)
        found |= {"parameter": names[node.column], "threshold": node.threshold, "at_most": below, "above": above}
    return found

"""Where in the space of assumptions a condition holds: a box, a tree, and a map.

The condition is held against means over replications, because in a single one chance decides more often than
assumptions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.runs.cube import Cube
from experiments.statistics.boxes import Found, find_box
from experiments.statistics.sign_map import mapped, sign_map
from experiments.statistics.tree import Node, grow_tree
from experiments.studies.compared import Pair
from experiments.studies.comparison import MAIN_METRIC
from experiments.studies.conditions import Condition
from model.world import Floats

_RESAMPLES = 200

Bools = npt.NDArray[np.bool_]


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
        Share of the points that would be classed alike in other replications, as many; NaN with one.
    replications : int
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
    holds: Bools
    same_again: float
    replications: int
    box: Found
    tree: Node
    cells: pd.DataFrame | None


def discovered(values: Mapping[str, Floats], cube: Cube, condition: Condition, pair: Pair, seed: int) -> Discovery:
    """Find out where a condition holds.

    Parameters
    ----------
    values : mapping of str to ndarray (points,)
        By parameter, in its unit.
    cube : Cube
        The condition's outcomes, and conflict-years of the pair.
    condition : Condition
        What is asked.
    pair : (str, str)
        Institutions whose difference, the second less the first, the map shows.
    seed : int
        Of parting the points into halves, and of resampling replications.

    Returns
    -------
    Discovery
    """
    holds = condition.holds({term: cube[term].mean(axis=1) for term in condition.terms})
    names = tuple(values)
    x = np.column_stack(list(values.values()))
    difference = cube[MAIN_METRIC, pair[1]] - cube[MAIN_METRIC, pair[0]]
    return Discovery(
        condition=condition,
        names=names,
        ends={each: (float(v.min()), float(v.max())) for each, v in values.items()},
        holds=holds,
        same_again=same_again(cube, condition, holds, seed),
        replications=cube.count,
        box=find_box(x, holds, seed),
        tree=grow_tree(x, holds, seed),
        cells=sign_map(values, difference.mean(axis=1)) if mapped(names) else None,
    )


def same_again(cube: Cube, condition: Condition, holds: Bools, seed: int) -> float:
    """Estimate which share of the points would be classed alike in other replications, by resampling those there are.

    Parameters
    ----------
    cube : Cube
        The condition's outcomes.
    condition : Condition
        By which points are classed.
    holds : ndarray of bool (points,)
        How they were classed.
    seed : int
        Of the resampling.

    Returns
    -------
    float
        NaN with one replication.
    """
    count = cube.count
    if count < 2:
        return float("nan")
    generator = np.random.default_rng(seed)
    alike = 0.0
    for weights in generator.multinomial(count, np.full(count, 1.0 / count), size=_RESAMPLES) / count:
        again = condition.holds({term: cube[term] @ weights for term in condition.terms})
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

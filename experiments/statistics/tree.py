"""A shallow tree of yes/no questions about assumptions, after which a condition mostly holds or mostly does not.

Grown on one half of the points by Gini impurity (Breiman et al. 1984), at most three questions deep. A question is
asked only if the other half bears it out: the side on which the condition was likelier has more than its share of
the hits there, too (one-sided p < 0.05). Shares are those of the other half. Questions that say nothing by themselves,
only together, are not found this way; the box of `experiments.statistics.boxes` may find them.
"""

import math
from typing import NamedTuple

import numpy as np

from experiments.statistics.arrays import Flags, Floats
from experiments.statistics.boxes import SIGNIFICANT, Measured, halves
from experiments.statistics.intervals import Interval, proportion_interval

DEPTH = 3
SMALLEST = 0.05
"""No leaf holds a smaller share of the points it was grown on."""


class Node(NamedTuple):
    """A question, or a leaf.

    Attributes
    ----------
    points, hits : int
        On the half that had no say: points here, and those in which the condition holds.
    column : int
        Asked about: is the value at most `threshold`? Of a leaf -1.
    threshold : float
        NaN of a leaf.
    branches : tuple of Node
        If so, and if not; empty of a leaf.
    """

    points: int
    hits: int
    column: int = -1
    threshold: float = math.nan
    branches: tuple["Node", ...] = ()

    def share(self) -> Interval:
        """Share of the points in which the condition holds, with its 95% interval."""
        return proportion_interval(self.hits, self.points)


def grow_tree(x: Floats, y: Flags, seed: int = 0, depth: int = DEPTH) -> Node:
    """Grow a tree.

    Parameters
    ----------
    x : ndarray (points, columns)
        Parameters, any unit.
    y : ndarray of bool (points,)
        Where the condition holds.
    seed : int
        Of parting the points into two halves; the same seed gives those of `experiments.statistics.boxes.find_box`.
    depth : int
        Questions on the way to a leaf, at most.

    Returns
    -------
    Node
        A leaf if no question says anything of the other half.
    """
    here = halves(len(y), seed)
    smallest = max(2, math.ceil(SMALLEST * int(here.sum())))
    return _grown(x[here], y[here], x[~here], y[~here], depth, smallest)


def _grown(x: Floats, y: Flags, held_x: Floats, held_y: Flags, depth: int, smallest: int) -> Node:
    """Grow from here on, as far as the other half bears it out."""
    leaf = Node(len(held_y), int(held_y.sum()))
    split = _best_split(x, y, smallest) if depth else None
    if split is None:
        return leaf
    column, threshold = split
    left, held_left = x[:, column] <= threshold, held_x[:, column] <= threshold
    likelier = bool(y[left].mean() > y[~left].mean())
    side = held_left if likelier else ~held_left
    if Measured(len(held_y), int(side.sum()), int((held_y & side).sum()), leaf.hits).p() >= SIGNIFICANT:
        return leaf
    branches = tuple(
        _grown(x[part], y[part], held_x[held], held_y[held], depth - 1, smallest)
        for part, held in ((left, held_left), (~left, ~held_left))
    )
    return leaf._replace(column=column, threshold=threshold, branches=branches)


def _best_split(x: Floats, y: Flags, smallest: int) -> tuple[int, float] | None:
    """Find the column and threshold after which the two sides are purest; none if no question helps."""
    n, hits = len(y), int(y.sum())
    if n < 2:
        return None
    order = np.argsort(x, axis=0, kind="stable")
    values, below = np.take_along_axis(x, order, axis=0), np.cumsum(y[order], axis=0)[:-1]
    left = np.arange(1, n)[:, np.newaxis]
    right = n - left
    # Twice the Gini impurity of either side, weighted by its points.
    impurity = 2.0 * (below * (left - below) / left + (hits - below) * (right - hits + below) / right)
    usable = (values[1:] > values[:-1]) & (left >= smallest) & (right >= smallest)
    impurity = np.where(usable, impurity, np.inf)
    column = int(np.argmin(impurity.min(axis=0)))
    place = int(np.argmin(impurity[:, column]))
    if impurity[place, column] >= 2.0 * hits * (n - hits) / n - 1e-9:
        return None
    return column, float((values[place, column] + values[place + 1, column]) / 2.0)

"""Boxes and trees on points whose answers are known."""

import math
from itertools import pairwise

import numpy as np
import pytest

from experiments.statistics.boxes import (
    Box,
    find_box,
    halves,
    measured,
    pasted,
    peeled,
    quasi_p,
    telling,
    without_chance,
)
from experiments.statistics.tree import grow_tree
from experiments.studies.discover import tree_lines

X = np.array([[1.0, 5.0], [2.0, 5.0], [3.0, 5.0], [4.0, 9.0]])
Y = np.array([False, True, True, False])


def planted(points: int = 1000, columns: int = 4, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """The condition holds where the first is above 0.7 and the second below 0.4, and nowhere else."""
    x = np.random.default_rng(seed).random((points, columns))
    return x, (x[:, 0] > 0.7) & (x[:, 1] < 0.4)


def test_a_box_is_measured_by_hand() -> None:
    found = measured(Box.whole(2).moved(0, low=2.0, high=4.0), X, Y)
    assert (found.points, found.inside, found.hits, found.all_hits) == (4, 3, 2, 2)
    assert (found.density, found.coverage, found.mass, found.base) == pytest.approx((2 / 3, 1.0, 0.75, 0.5))
    assert found.balance == pytest.approx(2 * (2 / 3) / (2 / 3 + 1))
    # Of the 4 choices of 3 of the 4 points, 2 hold both hits.
    assert found.p() == pytest.approx(0.5)


def test_an_empty_box_has_no_density() -> None:
    found = measured(Box.whole(2).moved(0, low=9.0), X, Y)
    assert math.isnan(found.density)
    assert math.isnan(found.density_interval().low)
    assert found.p() == 1.0


def test_quasi_p_is_a_binomial_tail_by_hand() -> None:
    """Inside 2 hits of 2; without the restriction 2 of 4: chance of 2 of 2 at one half."""
    box = Box.whole(2).moved(0, low=2.0, high=3.0)
    assert quasi_p(box, 0, X, Y) == pytest.approx(0.25)
    assert quasi_p(Box.whole(2).moved(0, low=9.0), 0, X, Y) == 1.0


def test_peeling_never_grows_the_box_and_ends_at_the_smallest() -> None:
    x, y = planted()
    path = [found for _, found in peeled(x, y, range(4))]
    assert path[0].inside == 1000
    assert all(after.inside < before.inside for before, after in pairwise(path))
    assert all(found.mass >= 0.05 for found in path)
    assert path[-1].density == 1.0
    steps = [after.inside / before.inside for before, after in pairwise(path)]
    assert min(steps) > 0.93  # patient: a slice is a twentieth


def test_a_parameter_of_few_values_is_peeled_by_whole_values() -> None:
    x = np.repeat(np.arange(4.0), 100)[:, np.newaxis]
    y = x[:, 0] == 3.0
    path = [box for box, _ in peeled(x, y, [0])]
    assert [float(box.low[0]) for box in path[1:]] == [1.0, 2.0, 3.0]


def test_pasting_gives_back_what_costs_no_density() -> None:
    x, y = planted()
    tight = Box.whole(4).moved(0, low=0.85).moved(1, high=0.2).moved(2, low=0.3)
    wide = pasted(tight, x, y)
    assert wide.low[0] == pytest.approx(0.7, abs=0.04)
    assert wide.high[1] == pytest.approx(0.4, abs=0.04)
    assert wide.low[2] == -np.inf
    assert measured(wide, x, y).density >= measured(tight, x, y).density
    assert measured(wide, x, y).coverage > 0.9


def test_restrictions_that_chance_explains_are_dropped() -> None:
    x, y = planted()
    box = Box.whole(4).moved(0, low=0.7).moved(1, high=0.4).moved(3, low=0.1)
    assert without_chance(box, x, y).restricted == [0, 1]


def test_only_what_tells_something_is_peeled() -> None:
    x, y = planted(columns=30)
    assert telling(x, y)[:2] == [0, 1]
    assert len(telling(x, y)) <= 4
    assert telling(x, np.zeros(1000, bool)) == telling(x, np.ones(1000, bool)) == []


def test_a_planted_box_is_found_and_measured_on_the_other_half() -> None:
    x, y = planted(2000)
    found = find_box(x, y, seed=3)
    assert found.box.restricted == [0, 1]
    assert found.established
    assert found.held_out.density > 0.9 and found.held_out.coverage > 0.85
    made_on = halves(2000, 3)
    assert found.held_out == measured(found.box, x[~made_on], y[~made_on])
    assert found.made.points == found.held_out.points == 1000
    assert all(p < 1e-6 for p in (*found.quasi_p.values(), *found.held_out_p.values()))


@pytest.mark.parametrize("everywhere", [True, False])
def test_what_holds_everywhere_or_nowhere_has_no_box(everywhere: bool) -> None:
    x = np.random.default_rng(0).random((200, 3))
    found = find_box(x, np.full(200, everywhere))
    assert found.box.restricted == []
    assert not found.established
    assert not grow_tree(x, np.full(200, everywhere)).branches


def test_a_tree_asks_what_was_planted() -> None:
    x, y = planted(2000)
    tree = grow_tree(x, y, seed=3)
    assert {tree.column, *(branch.column for branch in tree.branches if branch.branches)} == {0, 1}
    lines = tree_lines(tree, ["first", "second", "c", "d"])
    assert any(line.strip().startswith(("first >", "first <=")) for line in lines)
    assert any("100%" in line or "9" in line for line in lines)


def test_a_tree_counts_the_points_that_had_no_say() -> None:
    x, y = planted(2000)
    tree = grow_tree(x, y, seed=3)
    held = ~halves(2000, 3)
    assert (tree.points, tree.hits) == (1000, int(y[held].sum()))
    below = held & (x[:, tree.column] <= tree.threshold)
    assert (tree.branches[0].points, tree.branches[0].hits) == (int(below.sum()), int(y[below].sum()))


def test_a_tree_is_no_deeper_than_asked() -> None:
    x, y = planted(2000)

    def depth(node: object) -> int:
        branches = getattr(node, "branches", ())
        return 1 + max(map(depth, branches)) if branches else 0

    assert depth(grow_tree(x, y, depth=1)) == 1
    assert depth(grow_tree(x, y)) <= 3

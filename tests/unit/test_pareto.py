"""A search for a front, on problems whose front is known."""

import numpy as np
import pytest

from experiments.statistics.arrays import Floats
from experiments.statistics.pareto import Search, hypervolume, ranks, undominated


def line(shares: Floats) -> Floats:
    """Two objectives on the unit cube whose front is the line from (0, 1) to (1, 0): all but the first at nothing."""
    waste = shares[:, 1:].sum(axis=1)
    return np.column_stack([shares[:, 0] + waste, 1.0 - shares[:, 0] + waste])


def found(seed: int, generations: int) -> list[Floats]:
    search = Search(5, 2, 40, np.full((1, 5), 0.5), seed)
    seen = []
    for _ in range(generations):
        shares = search.ask()
        seen.append(shares)
        search.tell(line(shares))
    return seen


def test_a_known_front_is_found_within_two_parts_in_a_hundred() -> None:
    values = line(np.concatenate(found(1, 50)))
    # Below the line from (0, 1) to (1, 0), of the square to (2, 2), lies half of a unit square.
    known = (4.0 - 0.5) / 4.0
    assert hypervolume(values, np.zeros(2), np.full(2, 2.0)) == pytest.approx(known, rel=0.02)
    front = values[undominated(values)]
    np.testing.assert_allclose(front.sum(axis=1), 1.0, atol=0.1)


def test_the_same_seed_and_values_give_the_same_candidates() -> None:
    for one, other, another in zip(found(1, 5), found(1, 5), found(2, 5), strict=True):
        np.testing.assert_array_equal(one, other)
        assert not np.array_equal(one, another)
        assert ((one >= 0.0) & (one <= 1.0)).all()


def test_the_first_generation_holds_what_it_is_told() -> None:
    first = np.array([[0.1, 0.2, 0.3], [0.9, 0.8, 0.7]])
    np.testing.assert_array_equal(Search(3, 2, 8, first, 1).ask()[:2], first)


def test_ranks_by_hand() -> None:
    values = [[0, 3], [3, 0], [1, 1], [2, 2], [4, 4], [1, 1]]
    assert ranks(values).tolist() == [0, 0, 0, 1, 2, 0]
    assert undominated(values).tolist() == [True, True, True, False, False, True]


def test_hypervolume_by_hand() -> None:
    best, worst = np.zeros(2), np.array([4.0, 2.0])
    # Of the box of 4 by 2: (1, 1) beats 3 by 1, (3, 0.5) another 1 by 0.5.
    assert hypervolume([[1.0, 1.0], [3.0, 0.5]], best, worst) == pytest.approx((3.0 + 0.5) / 8.0)
    assert hypervolume([[1.0, 1.0], [3.0, 0.5], [2.0, 1.5]], best, worst) == pytest.approx(3.5 / 8.0)
    assert hypervolume([[-1, -1]], best, worst) == pytest.approx(1.0)
    assert hypervolume([[5, 1]], best, worst) == 0.0

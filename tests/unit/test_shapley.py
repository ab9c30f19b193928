"""Shapley values and interactions: games worked by hand, the axioms, and a slow definition."""

from itertools import combinations, permutations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.statistics.shapley import alone, interactions, last, shapley_values

# Sets in the order nobody, A, B, AB, C, AC, BC, ABC.
GLOVES = [0.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0]
"""A has a left glove, B and C a right one each; a pair is worth 1."""
RUNWAY = [0.0, 1.0, 2.0, 2.0, 3.0, 3.0, 3.0, 3.0]
"""A set needs a runway as long as its longest aircraft does: 1, 2 and 3."""

Games = st.integers(1, 5).flatmap(lambda k: st.lists(st.floats(-100, 100), min_size=2**k, max_size=2**k).map(np.array))


def by_orders(worths: npt.ArrayLike) -> list[float]:
    """Shapley's definition as it is written: every order in which players may come."""
    v = np.asarray(worths)
    k = len(v).bit_length() - 1
    shares = np.zeros(k)
    orders = list(permutations(range(k)))
    for order in orders:
        present = 0
        for player in order:
            shares[player] += v[present | 1 << player] - v[present]
            present |= 1 << player
    return list(shares / len(orders))


def dividends(worths: npt.ArrayLike) -> dict[tuple[int, ...], float]:
    """Harsanyi's dividends: what a set achieves beyond all its parts."""
    v = np.asarray(worths)
    k = len(v).bit_length() - 1
    found: dict[tuple[int, ...], float] = {}
    for size in range(k + 1):
        for chosen in combinations(range(k), size):
            parts = sum(d for part, d in found.items() if set(part) < set(chosen))
            found[chosen] = float(v[sum(1 << i for i in chosen)]) - parts
    return found


def test_the_glove_game() -> None:
    np.testing.assert_allclose(shapley_values(GLOVES), [2 / 3, 1 / 6, 1 / 6])
    # The two right gloves replace each other; each completes the left one unless the other does: 1/2.
    np.testing.assert_allclose(interactions(GLOVES), [[0, 0.5, 0.5], [0.5, 0, -0.5], [0.5, -0.5, 0]], atol=1e-15)
    np.testing.assert_array_equal(alone(GLOVES), [0, 0, 0])
    np.testing.assert_array_equal(last(GLOVES), [1, 0, 0])


def test_the_runway_game() -> None:
    # The first third of the runway is shared by three, the second by two, the last is C's.
    np.testing.assert_allclose(shapley_values(RUNWAY), [1 / 3, 1 / 3 + 1 / 2, 1 / 3 + 1 / 2 + 1])
    np.testing.assert_array_equal(alone(RUNWAY), [1, 2, 3])
    np.testing.assert_array_equal(last(RUNWAY), [0, 0, 1])


def test_what_nobody_achieves_is_no_ones_merit() -> None:
    np.testing.assert_allclose(shapley_values(np.add(GLOVES, 7.0)), shapley_values(GLOVES))
    np.testing.assert_allclose(shapley_values([5.0, 8.0]), [3.0])


@settings(deadline=None)
@given(Games)
def test_shares_add_up_to_the_total(v: npt.NDArray[np.float64]) -> None:
    assert shapley_values(v).sum() == pytest.approx(v[-1] - v[0], abs=1e-12 * max(1.0, float(np.abs(v).max())) * len(v))


@settings(deadline=None, max_examples=30)
@given(Games)
def test_values_and_interactions_are_those_of_their_definitions(v: npt.NDArray[np.float64]) -> None:
    k = len(v).bit_length() - 1
    np.testing.assert_allclose(shapley_values(v), by_orders(v), atol=1e-9)
    found = dividends(v)
    np.testing.assert_allclose(
        shapley_values(v), [sum(d / len(t) for t, d in found.items() if i in t) for i in range(k)], atol=1e-8
    )
    pairs = interactions(v)
    for i, j in combinations(range(k), 2):
        expected = sum(d / (len(t) - 1) for t, d in found.items() if i in t and j in t)
        assert pairs[i, j] == pytest.approx(expected, abs=1e-8) and pairs[j, i] == pairs[i, j]
    assert not pairs.diagonal().any()


@settings(deadline=None)
@given(Games, st.integers(0, 10_000))
def test_exchanging_players_exchanges_their_values(v: npt.NDArray[np.float64], seed: int) -> None:
    k = len(v).bit_length() - 1
    order = np.random.default_rng(seed).permutation(k)
    moved = [sum(1 << int(order[i]) for i in range(k) if each >> i & 1) for each in range(2**k)]
    other = np.empty_like(v)
    other[moved] = v
    np.testing.assert_allclose(shapley_values(other)[order], shapley_values(v), atol=1e-9)


@settings(deadline=None)
@given(Games, st.floats(-50, 50))
def test_who_always_adds_the_same_gets_that_and_interacts_with_nobody(v: npt.NDArray[np.float64], own: float) -> None:
    joined = np.concatenate([v, v + own])
    np.testing.assert_allclose(shapley_values(joined), [*shapley_values(v), own], atol=1e-9)
    np.testing.assert_allclose(interactions(joined)[-1], 0.0, atol=1e-9)
    np.testing.assert_allclose(interactions(joined)[:-1, :-1], interactions(v), atol=1e-9)
    assert alone(joined)[-1] == pytest.approx(own, abs=1e-9) and last(joined)[-1] == pytest.approx(own, abs=1e-9)


def test_the_mean_of_games_has_the_mean_of_values() -> None:
    games = np.random.default_rng(0).normal(size=(7, 16))
    for each in (shapley_values, interactions, alone, last):
        np.testing.assert_allclose(each(games).mean(axis=0), each(games.mean(axis=0)), atol=1e-14)
        np.testing.assert_allclose(each(games)[3], each(games[3]), atol=1e-14)


@pytest.mark.parametrize("worths", [1.0, [1.0], [0.0, 1.0, 2.0], np.zeros((4, 3)), [0.0, np.nan]])
def test_what_is_no_full_factorial_is_refused(worths: npt.ArrayLike) -> None:
    with pytest.raises(ValueError, match=r"factorial|finite"):
        shapley_values(worths)

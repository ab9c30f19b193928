"""Who contributed what to a joint result: exact Shapley values and interactions of a full factorial.

A *game* gives a worth to every set of players; here players are an institution's ingredients, and the worth of a
set is what an institution with just these ingredients achieves. Worths stand in an array whose last axis is the set,
as a number: bit i (value 2**i) is set where player i takes part. So position 0 is nobody, the last everybody.

Every function is linear in the worths: the mean over futures of what it gives is what it gives for the mean.
"""

from math import factorial
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def players(worths: npt.ArrayLike) -> int:
    """Count the players of a game.

    Parameters
    ----------
    worths : array_like, shape (..., 2**k)
        Worth of every set of players.

    Returns
    -------
    int
        k, at least 1.

    Raises
    ------
    ValueError
        When the last axis is no full factorial, or a worth is not finite.
    """
    values = np.asarray(worths, np.float64)
    sets = values.shape[-1] if values.ndim else 0
    count = sets.bit_length() - 1
    if count < 1 or sets != 1 << count:
        raise ValueError(f"{sets} sets of players are no full factorial: 2, 4, 8, ... are needed")
    if not np.isfinite(values).all():
        raise ValueError("some worths are not finite")
    return count


def shapley_values(worths: npt.ArrayLike) -> Array:
    """Divide what everybody achieves together, beyond nobody, among the players.

    A player's value is its marginal contribution, averaged over all orders in which the players may join.

    Parameters
    ----------
    worths : array_like, shape (..., 2**k)
        Worth of every set of players, any unit.

    Returns
    -------
    ndarray, shape (..., k)
        In the same unit. They add up to the worth of all players less that of none; players that always contribute
        alike have equal values, and one that never contributes has none.

    Raises
    ------
    ValueError
        As `players`.

    References
    ----------
    Shapley (1953), "A value for n-person games", in Contributions to the Theory of Games II, 307-317.
    """
    values = np.asarray(worths, np.float64)
    count = players(values)
    weight = _weights(count, 1)
    shares = np.empty((*values.shape[:-1], count))
    for player in range(count):
        without = _sets_without(count, player)
        shares[..., player] = _contribution(values, without, player) @ weight[_sizes(without)]
    return shares


def interactions(worths: npt.ArrayLike) -> Array:
    """Say how far two players achieve more together than apart, whoever else takes part.

    Parameters
    ----------
    worths : array_like, shape (..., 2**k)
        Worth of every set of players, any unit.

    Returns
    -------
    ndarray, shape (..., k, k)
        Shapley interaction index in the same unit: positive where a player contributes more once the other is there
        (complements), negative where less (substitutes). Symmetric; the diagonal is zero. With two players it is
        v(both) - v(one) - v(other) + v(nobody). They do not add up to anything.

    Raises
    ------
    ValueError
        As `players`.

    References
    ----------
    Grabisch and Roubens (1999), "An axiomatic approach to the concept of interaction among players in cooperative
    games", International Journal of Game Theory 28(4), 547-565.
    """
    values = np.asarray(worths, np.float64)
    count = players(values)
    found = np.zeros((*values.shape[:-1], count, count))
    for one in range(count):
        for other in range(one):
            without = _sets_without(count, one, other)
            more = _contribution(values, without | 1 << other, one) - _contribution(values, without, one)
            found[..., one, other] = more @ _weights(count, 2)[_sizes(without)]
            found[..., other, one] = found[..., one, other]
    return found


def alone(worths: npt.ArrayLike) -> Array:
    """Say what each player achieves by itself, beyond nobody.

    Parameters
    ----------
    worths : array_like, shape (..., 2**k)
        Worth of every set of players, any unit.

    Returns
    -------
    ndarray, shape (..., k)
        In the same unit.

    Raises
    ------
    ValueError
        As `players`.
    """
    values = np.asarray(worths, np.float64)
    singles = 1 << np.arange(players(values))
    return np.asarray(values[..., singles] - values[..., :1])


def last(worths: npt.ArrayLike) -> Array:
    """Say what each player adds when all others are there: what would be lost without it.

    Parameters
    ----------
    worths : array_like, shape (..., 2**k)
        Worth of every set of players, any unit.

    Returns
    -------
    ndarray, shape (..., k)
        In the same unit.

    Raises
    ------
    ValueError
        As `players`.
    """
    values = np.asarray(worths, np.float64)
    singles = 1 << np.arange(players(values))
    return np.asarray(values[..., -1:] - values[..., values.shape[-1] - 1 - singles])


def _weights(count: int, together: int) -> Array:
    """Weight of a set without `together` players, by its size: the share of orders in which it comes just before."""
    rest = count - together
    return np.array([factorial(size) * factorial(rest - size) / factorial(rest + 1) for size in range(rest + 1)])


def _sets_without(count: int, *left_out: int) -> npt.NDArray[np.int64]:
    """Every set that some players are not in."""
    sets = np.arange(1 << count)
    there = sum(1 << player for player in left_out)
    return np.asarray(sets[(sets & there) == 0])


def _sizes(sets: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """How many players each set has."""
    return np.array([int(each).bit_count() for each in sets], np.int64)


def _contribution(values: Array, without: npt.NDArray[np.int64], player: int) -> Any:
    """What a player adds to sets that it is not in."""
    return values[..., without | 1 << player] - values[..., without]

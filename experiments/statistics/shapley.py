"""Who contributed what to a joint result: exact Shapley values and interactions of a full factorial.

A *game* gives a worth to every set of players; here players are an institution's ingredients, and the worth of a
set is what an institution with just these ingredients achieves. Worths stand in an array whose last axis is the set,
as a number: bit i (value 2**i) is set where player i takes part. So position 0 is nobody, the last everybody.

Every function is linear in the worths: the mean over replications of what it gives is what it gives for the mean.
"""

from math import factorial

import numpy as np
import numpy.typing as npt

from experiments.statistics.arrays import Floats


def shapley_values(worths: npt.ArrayLike) -> Floats:
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
        When the last axis is no full factorial, or a worth is not finite.

    References
    ----------
    Shapley (1953), "A value for n-person games", in Contributions to the Theory of Games II, 307-317.
    """
    values, count = _game(worths)
    return np.stack([_index(values, count, player) for player in range(count)], axis=-1)


def interactions(worths: npt.ArrayLike) -> Floats:
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
        As `shapley_values`.

    References
    ----------
    Grabisch and Roubens (1999), "An axiomatic approach to the concept of interaction among players in cooperative
    games", International Journal of Game Theory 28(4), 547-565.
    """
    values, count = _game(worths)
    found = np.zeros((*values.shape[:-1], count, count))
    for one in range(count):
        for other in range(one):
            found[..., one, other] = found[..., other, one] = _index(values, count, one, other)
    return found


def alone(worths: npt.ArrayLike) -> Floats:
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
        As `shapley_values`.
    """
    values, count = _game(worths)
    return np.asarray(values[..., 1 << np.arange(count)] - values[..., :1])


def last(worths: npt.ArrayLike) -> Floats:
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
        As `shapley_values`.
    """
    values, count = _game(worths)
    return np.asarray(values[..., -1:] - values[..., values.shape[-1] - 1 - (1 << np.arange(count))])


def _game(worths: npt.ArrayLike) -> tuple[Floats, int]:
    """Return the worths as an array and the number of players, at least 1; refuse what is no full factorial."""
    values = np.asarray(worths, np.float64)
    sets = values.shape[-1] if values.ndim else 0
    count = sets.bit_length() - 1
    if count < 1 or sets != 1 << count:
        raise ValueError(f"{sets} sets of players are no full factorial: 2, 4, 8, ... are needed")
    if not np.isfinite(values).all():
        raise ValueError("some worths are not finite")
    return values, count


def _index(values: Floats, count: int, player: int, *others: int) -> Floats:
    """Average what a player adds once another is there, less what it adds without, over all orders of joining.

    Without another: what the player adds. Each set weighs as much as the share of orders in which it comes just before.
    """
    sets = np.arange(1 << count)
    sets = sets[(sets & sum(1 << each for each in (player, *others))) == 0]
    added = values[..., sets | 1 << player] - values[..., sets]
    for other in others:
        there = sets | 1 << other
        added = values[..., there | 1 << player] - values[..., there] - added
    rest = count - 1 - len(others)
    share = [factorial(size) * factorial(rest - size) / factorial(rest + 1) for size in range(rest + 1)]
    return np.asarray(added @ np.array(share)[np.bitwise_count(sets)])

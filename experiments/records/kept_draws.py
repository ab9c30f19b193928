"""Draws of a posterior that a calibration keeps: sets of values of the model's parameters, by their names."""

from collections.abc import Mapping, Sequence

import numpy as np

from experiments.records.estimation import Estimated
from experiments.records.given import say
from experiments.records.simulated_records import parameters_of
from model.errors import InvalidInput
from model.parameters import PARAMETERS
from model.randomness import stream

KEPT = 300
"""Sets that are drawn."""

Sets = Sequence[Mapping[str, float]]


def kept_of(found: Estimated, first: int, seed: int) -> list[dict[str, float]]:
    """Draw sets of values; where hardly any lies in the declared ranges, bring all to their ends, and say so.

    Parameters
    ----------
    found : Estimated
        Both stages.
    first : int
        The year that it is estimated for, as the user is told.
    seed : int
        Of the draws.
    """
    try:
        return found.draws(KEPT, seed)
    except InvalidInput as reason:
        say(f"{first}: {reason}; the ends of the ranges stand for what lies beyond")
        beyond = stream(seed, 0, "posterior").multivariate_normal(*found.posterior, KEPT)
        return [{name: _within(name, value) for name, value in parameters_of(each).items()} for each in beyond]


def means_of(kept: Sets) -> dict[str, float]:
    """Mean of every parameter: where the sets are within ranges, so is it."""
    return {name: float(np.mean(of)) for name, of in columns_of(kept).items()}


def moved(kept: Sets) -> list[dict[str, float]]:
    """Leave out of every set what is the same in all."""
    names = [name for name, of in columns_of(kept).items() if len(set(of)) > 1]
    return [{name: each[name] for name in names} for each in kept]


def columns_of(kept: Sets) -> dict[str, tuple[float, ...]]:
    """Lay sets out by parameter, as a setting's draws are."""
    return {name: tuple(each[name] for each in kept) for name in kept[0]}


def independent(kept: Sets) -> float:
    """Count how many draws the sets are worth (Kish): a set that stands twice is one."""
    _, times = np.unique([list(each.values()) for each in kept], axis=0, return_counts=True)
    return float(times.sum() ** 2 / (times**2).sum())


def _within(name: str, value: float) -> float:
    """Bring a parameter's value into its declared range."""
    return min(max(value, PARAMETERS[name].low), PARAMETERS[name].high)

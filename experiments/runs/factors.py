"""Factors: parameters that are varied, for every institution or for one, and over which values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.settings.configuration import Setting
from experiments.settings.kinds import shown
from model.errors import InvalidInput, nearest
from model.parameters import PARAMETERS
from model.specification import Parameter
from model.world import Floats

SWEPT = "swept"
"""``axes=swept``: every parameter that nobody has measured and that nothing else sets."""


@dataclass(frozen=True)
class Factor:
    """One parameter that is varied.

    Attributes
    ----------
    name : str
        As users write it: ``veto``, or ``uk_pools.veto`` for one institution.
    low, high : float
        Ends of its range, in the parameter's unit.
    levels : tuple of float
        Values of their own where somebody named them; else none, and the range counts.
    """

    name: str
    low: float
    high: float
    levels: tuple[float, ...] = ()

    @property
    def institution(self) -> str | None:
        """Whose parameter it is; nobody's in particular if it is varied for all."""
        return self.name.rpartition(".")[0] or None

    @property
    def parameter(self) -> Parameter:
        """What is varied."""
        return PARAMETERS[self.name.rpartition(".")[2]]

    def at(self, shares: Floats) -> Floats:
        """Values at shares of the axis, 0 to 1.

        Parameters
        ----------
        shares : ndarray
            Of any shape.

        Returns
        -------
        ndarray
            Named levels and whole numbers are equally likely under even shares.
        """
        if self.levels:
            places = np.minimum(np.floor(shares * len(self.levels)), len(self.levels) - 1).astype(np.intp)
            return np.array(self.levels)[places]
        if self.parameter.whole or self.parameter.words:
            return np.minimum(self.high, np.floor(self.low + shares * (self.high - self.low + 1.0)))
        return self.low + shares * (self.high - self.low)

    def steps(self, count: int) -> Floats:
        """Values of a grid: those that were named; every choice that has a name; else so many, evenly spaced.

        Parameters
        ----------
        count : int
            At least 2.

        Returns
        -------
        ndarray
            Fewer where there are not so many whole numbers.
        """
        if self.levels:
            return np.array(self.levels)
        if self.parameter.words:
            return np.arange(self.low, self.high + 1.0)
        even = np.linspace(self.low, self.high, count)
        return np.unique(np.round(even)) if self.parameter.whole else even


def factors_from(given: Any, setting: Setting, sampled: bool) -> tuple[Factor, ...]:
    """Read the option ``axes``.

    Parameters
    ----------
    given : str, list or mapping
        ``swept``; names, with the declared ranges; or names with ``[low,high]`` where points are sampled, with levels
        in a grid, with null for the declared range. An institution's own axis is ``uk_pools.veto``.
    setting : Setting
        World, institutions, and what the command line sets.
    sampled : bool
        Whether two values are the ends of a range, or levels.

    Returns
    -------
    tuple of Factor

    Raises
    ------
    InvalidInput
        For an unknown, doubled or fixed axis, a value out of range, a reversed range.
    """
    if given == SWEPT:
        fixed = {*setting.command_line, *setting.channels}
        return tuple(declared(name) for name, each in PARAMETERS.items() if each.swept and name not in fixed)
    named = _flat(given) if isinstance(given, Mapping) else [(str(name), None) for name in given]
    if not named:
        raise InvalidInput("axes: must name one parameter or more, as in 'axes=[effect,veto]'")
    names = [name for name, _ in named]
    for name in names:
        check_name(name, names, setting)
    return tuple(_factor(name, values, sampled) for name, values in named)


def declared(name: str) -> Factor:
    """Make the axis of a parameter's declared range."""
    parameter = PARAMETERS[name.rpartition(".")[2]]
    return Factor(name, parameter.low, parameter.high)


def check_name(name: str, names: Sequence[str], setting: Setting) -> None:
    """Refuse an axis that does not exist, stands there twice, or is set elsewhere.

    Raises
    ------
    InvalidInput
        In one line.
    """
    check_known("axes", name, names, setting)
    institution, _, parameter = name.rpartition(".")
    fixed = setting.overrides.get(institution, {}) if institution else setting.command_line
    if parameter in fixed:
        written = f"override.{name}" if institution else name
        raise InvalidInput(f"{written}={fixed[parameter]:g}: is an axis of the sweep as well; leave one of them out")


def check_known(option: str, name: str, names: Sequence[str], setting: Setting) -> None:
    """Refuse a parameter, or one of an institution, that does not exist or stands there twice.

    Parameters
    ----------
    option : str
        Which names it.
    name : str
        ``veto``, or ``uk_pools.veto`` for one institution.
    names : sequence of str
        Everything that the option names.
    setting : Setting
        The institutions that are run.

    Raises
    ------
    InvalidInput
        In one line.
    """
    institution, _, parameter = name.rpartition(".")
    if institution and institution not in setting.institutions:
        close = nearest(institution, setting.institutions)
        raise InvalidInput(f"{option}: {name}: '{institution}' must be an institution that is run here; {close}")
    if parameter not in PARAMETERS:
        raise InvalidInput(f"{option}: unknown parameter '{parameter}': {nearest(parameter, PARAMETERS)}")
    if list(names).count(name) > 1:
        raise InvalidInput(f"{option}: {name} stands there twice, must stand there once")


def _flat(given: Mapping[Any, Any]) -> list[tuple[str, Any]]:
    """Lay ``{effect: …, uk_pools: {veto: …}}`` out as names with values."""
    found: list[tuple[str, Any]] = []
    for name, values in given.items():
        if isinstance(values, Mapping):
            found += [(f"{name}.{inner}", value) for inner, value in values.items()]
        else:
            found.append((str(name), values))
    return found


def _factor(name: str, values: Any, sampled: bool) -> Factor:
    """Make one axis of what was written for it."""
    factor = declared(name)
    parameter = factor.parameter
    if values is None:
        return factor
    if not isinstance(values, list) or not values:
        raise InvalidInput(f"axes: {name}={shown(values)}: must be a list in brackets, or null for its declared range")
    try:
        numbers = tuple(parameter.check(value) for value in values)
    except InvalidInput as error:
        raise InvalidInput(f"axes: {error}") from None
    if len(set(numbers)) < len(numbers):
        raise InvalidInput(f"axes: {name}={shown(values)}: a value stands there twice, must stand there once")
    if not sampled or parameter.words:
        return Factor(name, min(numbers), max(numbers), numbers)
    if len(numbers) != 2 or numbers[0] > numbers[1]:
        raise InvalidInput(f"axes: {name}={shown(values)}: must be [low,high] with low below high, or null")
    if numbers[0] < parameter.low:
        raise InvalidInput(
            f"axes: {name}={shown(values)}: must begin at {parameter.low:g} or above; {numbers[0]:g} is off"
        )
    return Factor(name, *numbers)

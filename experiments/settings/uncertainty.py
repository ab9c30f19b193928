"""How sure a calibration is of its values: sets of values that the record leaves open, and draws among them."""

import csv
from collections.abc import Collection, Mapping
from typing import Any

from model.errors import InvalidInput
from model.parameters import parameter
from model.randomness import stream

Draws = Mapping[str, tuple[float, ...]]
"""Values by name, the same place in each being one set."""


def draws_from(where: str, node: Mapping[str, Any], held: Collection[str]) -> dict[str, tuple[float, ...]]:
    """Read the sets of values that a calibration keeps.

    Parameters
    ----------
    where : str
        Whose they are, for messages.
    node : mapping
        The calibration's content: ``values``, and ``draws`` as text, a comma between values: names in the first
        line, then a set per line.
    held : collection of str
        Parameters that are set otherwise, and so are left out of every set.

    Returns
    -------
    dict of str to tuple of float
        `Draws`; empty where a calibration has none.

    Raises
    ------
    InvalidInput
        When they do not fit the calibration's values or the declared ranges.
    """
    text = node.get("draws")
    if text is None:
        return {}
    where = f"{where}: draws"
    lines = list(csv.reader(text.splitlines())) if isinstance(text, str) else []
    if len(lines) < 2:
        raise InvalidInput(f"{where} must be text: a line of names and a line of values per set")
    names, values = lines[0], node.get("values") or {}
    for name in names:
        parameter(name)
        if name not in values or names.count(name) > 1:
            raise InvalidInput(f"{where}: {name} must stand there once and have a value in this calibration")
    sets = [_set(f"{where} line {number}", names, line) for number, line in enumerate(lines[1:], start=2)]
    return {name: column for name, column in zip(names, zip(*sets, strict=True), strict=True) if name not in held}


def _set(where: str, names: list[str], cells: list[str]) -> list[float]:
    """Read one set of values."""
    if len(cells) != len(names):
        raise InvalidInput(f"{where}: has {len(cells)} values, must have {len(names)} like its first line")
    try:
        return [parameter(name).check(cell) for name, cell in zip(names, cells, strict=True)]
    except InvalidInput as error:
        raise InvalidInput(f"{where}: {error}") from None


def draw_values(draws: Draws, seed: int, replication: int) -> dict[str, float]:
    """Draw one of a calibration's sets.

    Parameters
    ----------
    draws : mapping of str to tuple of float
        From `draws_from`.
    seed, replication : int
        The run's name: another run's values depend on nothing but its own.

    Returns
    -------
    dict of str to float
        Every set is as likely as another.
    """
    if not draws:
        return {}
    place = int(stream(seed, replication, "calibration").integers(len(next(iter(draws.values())))))
    return {name: values[place] for name, values in draws.items()}

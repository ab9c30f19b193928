"""How sure a calibration is of its values: their covariance, and draws from it."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from model.errors import InvalidInput
from model.parameters import PARAMETERS, parameter
from model.randomness import stream

_ATTEMPTS = 100_000


def covariance_from(where: str, node: Mapping[str, Any], held: Collection[str]) -> dict[str, dict[str, float]]:
    """Read the covariance of a calibration's values.

    Parameters
    ----------
    where : str
        Whose it is, for messages.
    node : mapping
        The calibration's content: ``values`` and ``covariance``.
    held : collection of str
        Parameters that are set otherwise, and so are left out.

    Returns
    -------
    dict of dict
        Rows by name, entries by name; empty where a calibration has none.

    Raises
    ------
    InvalidInput
        When it does not fit the calibration's values.
    """
    given = node.get("covariance") or {}
    values = node.get("values") or {}
    where = f"{where}: covariance"
    rows = given.values() if isinstance(given, Mapping) else [None]
    if any(not isinstance(row, Mapping) or set(row) != set(given) for row in rows):
        raise InvalidInput(f"{where} must give a row per parameter, with an entry for each of them")
    for key in given:
        parameter(str(key))
        if key not in values:
            raise InvalidInput(f"{where}: {key} has no value in this calibration, must have one")
    kept = [key for key in given if key not in held]
    read = {row: {column: float(given[row][column]) for column in kept} for row in kept}
    matrix = np.array([list(row.values()) for row in read.values()]).reshape(len(kept), len(kept))
    if not np.allclose(matrix, matrix.T) or np.any(np.linalg.eigvalsh(matrix) < -1e-9 * np.trace(matrix)):
        raise InvalidInput(f"{where} must be symmetric, without negative directions")
    return read


def draw_values(
    values: Mapping[str, float], covariance: Mapping[str, Mapping[str, float]], seed: int, replication: int
) -> dict[str, float]:
    """Draw parameters around their values, within their declared ranges.

    Parameters
    ----------
    values : mapping of str to float
        Their values.
    covariance : mapping
        Rows by name, entries by name.
    seed, replication : int
        The run's name: another run's values depend on nothing but its own.

    Returns
    -------
    dict of str to float
        Normal, drawn again until every value lies in its range.
    """
    if not covariance:
        return {}
    names = list(covariance)
    matrix = np.array([[covariance[row][column] for column in names] for row in names])
    low, high = (np.array([getattr(PARAMETERS[name], end) for name in names]) for end in ("low", "high"))
    spread, directions = np.linalg.eigh(matrix)
    root = directions * np.sqrt(np.maximum(spread, 0.0))
    generator, centre = stream(seed, replication, "calibration"), np.array([values[name] for name in names])
    for _ in range(_ATTEMPTS):
        drawn = centre + root @ generator.standard_normal(len(names))
        if np.all((drawn >= low) & (drawn <= high)):
            return dict(zip(names, drawn.tolist(), strict=True))
    raise InvalidInput(f"calibration: its covariance puts hardly any draw of {', '.join(names)} into their ranges")

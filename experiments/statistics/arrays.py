"""The arrays that estimators take: of finite numbers, since a single NaN can turn into zeros without a word."""

import numpy as np
import numpy.typing as npt

from model.errors import InvalidInput

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def finite(values: npt.ArrayLike, ndim: int = 1) -> Floats:
    """Return numbers as an array of so many dimensions.

    Parameters
    ----------
    values : array_like
        Any unit.
    ndim : int
        How many dimensions they must have.

    Returns
    -------
    ndarray

    Raises
    ------
    ValueError
        When there are none, the shape is another, or one is not finite (the message says how many).
    """
    x = np.asarray(values, np.float64)
    if x.ndim != ndim or x.size == 0:
        raise ValueError(f"expected a non-empty {ndim}-D array, got shape {x.shape}")
    bad = np.count_nonzero(~np.isfinite(x))
    if bad:
        raise ValueError(f"{bad} of {x.size} values are not finite")
    return x


def by_replication(outputs: npt.ArrayLike, what: str) -> Floats:
    """Return the outputs of a design as an array (points, replications).

    Parameters
    ----------
    outputs : array_like, shape (points, replications) or (points,)
        One number per point and replication; with one dimension, of one replication.
    what : str
        What they are, for the message.

    Returns
    -------
    ndarray (points, replications)

    Raises
    ------
    InvalidInput
        When one is no finite number.
    """
    table = np.asarray(outputs, np.float64)
    bad = np.count_nonzero(~np.isfinite(table))
    if bad:
        raise InvalidInput(f"{what}: {bad:,} of {table.size:,} outputs are not finite numbers; every one is needed")
    return table[:, np.newaxis] if table.ndim == 1 else table

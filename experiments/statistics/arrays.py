"""The arrays that estimators take: of finite numbers, since a single NaN can turn into zeros without a word."""

import numpy as np
import numpy.typing as npt

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

"""Tile-grid maps: every state one equal square near its true place, so that small states can be seen."""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

DEGREES = 6.0
"""Side of a tile."""

_MARGIN = 2
"""Tiles around the outermost states, into which crowded ones can give way."""


def tile_grid(latitudes: Sequence[float], longitudes: Sequence[float]) -> list[tuple[int, int]]:
    """Place states on a grid, no two on one tile, with the least sum of squared distances from their true places.

    Parameters
    ----------
    latitudes, longitudes : sequence of float
        Degrees north and east, one per state.

    Returns
    -------
    list of (int, int)
        Row from 1 in the north and column from 1 in the west, one per state.
    """
    place = np.column_stack([-np.array(latitudes), np.array(longitudes)]) / DEGREES
    place += _MARGIN - np.floor(place.min(axis=0))
    size = np.ceil(place.max(axis=0)).astype(int) + _MARGIN + 1
    tiles = np.indices(size).reshape(2, -1).T
    distance = np.square(place[:, None, :] - tiles[None, :, :]).sum(axis=2)
    chosen = tiles[linear_sum_assignment(distance)[1]]
    chosen += 1 - chosen.min(axis=0)
    return [(int(row), int(column)) for row, column in chosen]

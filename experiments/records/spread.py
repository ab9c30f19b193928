"""Simulated records spread over an executor, in pieces that are put together in order."""

import contextlib

import numpy as np

from experiments.records.estimation import Run
from experiments.records.simulated_records import Batch, shown
from experiments.runs.executors import Pool, Stop, done_in_any_order
from model.world import Floats

_PIECES = 4
"""Per task that an executor has room for, so that none waits long for another."""
_MOST = 100
"""Records in a piece: their moments take a megabyte each while they are computed."""


def spread(pool: Pool, stop: Stop) -> Run:
    """Let an executor simulate the batches of an estimation.

    Raises
    ------
    KeyboardInterrupt
        When asked to stop, in the midst of a batch.
    """

    def run(batch: Batch) -> Floats:
        count = len(batch.values)
        length = min(_MOST, -(-count // (_PIECES * max(1, pool.room()))))
        pieces = [(batch, first, min(first + length, count)) for first in range(0, count, length)]
        with contextlib.closing(done_in_any_order(pool, _piece, pieces, stop.event)) as done:
            found = {first: future.result() for (_, first, _), future in done}
        stop.check()
        return np.concatenate([found[first] for _, first, _ in pieces])

    return run


def _piece(piece: tuple[Batch, int, int]) -> Floats:
    """Simulate some records of a batch."""
    return shown(*piece)

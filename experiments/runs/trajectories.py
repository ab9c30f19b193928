"""What happened in every state in every quarter of a sweep's runs, small enough to keep: status and money."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from experiments.settings.configuration import Setting
from model.institution import DEPARTMENTS
from model.rules import table
from model.trajectory import columns
from model.world import Floats, Layout

TABLE = "trajectories"

READING = """\
runs = pandas.read_parquet("trajectories")
status = numpy.stack(runs["status"]).reshape(-1, {quarters}, {states})  # run, quarter, state: 0 peace, 1 minor, 2 war
money = numpy.stack(runs["money"]).reshape(-1, {quarters}, {states})    # the same, £m of departments and pools"""
"""How to read the table, in Python."""


def status_and_money(trajectory: Floats, states: int) -> tuple[Floats, Floats]:
    """Take the status of states, and what departments and pools spend in them, out of a trajectory.

    Parameters
    ----------
    trajectory : ndarray (quarters, columns)
        As `model.trajectory` lays it out.
    states : int
        Size of the world.

    Returns
    -------
    tuple of ndarray
        Both (quarters, states): 0 peace, 1 minor conflict, 2 war; £m in the quarter, over spenders and instruments.
    """
    status = trajectory[:, table.STATUS * states : (table.STATUS + 1) * states]
    books = trajectory[:, table.ROWS * states : -table.ACCOUNT]
    books = books.reshape(len(trajectory), -1, table.BOOK_ROWS, states)
    return status, books[:, :, table.MONEY : table.MONEY + 3].sum(axis=(1, 2))


class Trajectories:
    """Collects the runs of one task.

    Parameters
    ----------
    setting : Setting
        World and length of a run.
    layouts : mapping of str to Layout
        By institution: their pools set how wide a trajectory is.
    """

    def __init__(self, setting: Setting, layouts: Mapping[str, Layout]) -> None:
        self._states = setting.world.size
        self._cells = setting.world.size * setting.quarters
        self._traces = {
            name: np.empty((setting.quarters, columns(self._states, len(DEPARTMENTS) + layout.lead.shape[0])))
            for name, layout in layouts.items()
        }
        self._status: list[bytes] = []
        self._money: list[bytes] = []

    def trace(self, institution: str) -> Floats:
        """Hand out what the engine writes a run of an institution into."""
        return self._traces[institution]

    def keep(self, institution: str) -> None:
        """Keep the run that was written last."""
        status, money = status_and_money(self._traces[institution], self._states)
        self._status.append(status.astype(np.uint8).tobytes())
        self._money.append(money.astype(np.float32).tobytes())

    def columns(self, runs: Mapping[str, Any]) -> dict[str, Any]:
        """Lay them out as columns beside the names of the runs, one row per run."""
        named = {name: runs[name] for name in ("point", "institution", "seed", "replication")}
        status = pa.array(np.frombuffer(b"".join(self._status), np.uint8))
        money = pa.array(np.frombuffer(b"".join(self._money), np.float32))
        return named | {
            "status": pa.FixedSizeListArray.from_arrays(status, self._cells),
            "money": pa.FixedSizeListArray.from_arrays(money, self._cells),
        }

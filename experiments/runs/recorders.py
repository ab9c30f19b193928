"""What can be kept of runs beside their outcomes: a recorder reads a run's trajectory and makes rows of a table."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from experiments.settings.configuration import Setting
from model.rules import table
from model.world import Floats


class Name(NamedTuple):
    """Which run: the point is -1 without a design."""

    point: int
    institution: str
    seed: int
    replication: int


class Recorder(ABC):
    """One thing that is kept; a frozen dataclass, since workers receive it and a study is known by its `repr`."""

    table: ClassVar[str]
    """Folder of its rows in a study."""

    def wants(self, name: Name) -> bool:
        """Tell whether a run is followed; every one unless a recorder says otherwise."""
        return True

    def rows_per_part(self, setting: Setting) -> int:
        """Say how many runs a part may have at most."""
        return 5_000

    @abstractmethod
    def take(self, trajectory: Floats, states: int) -> Any:
        """Take what is kept out of a run's trajectory, (quarters, columns) as `model.trajectory` lays it out."""

    @abstractmethod
    def columns(self, names: Sequence[Name], taken: Sequence[Any], setting: Setting) -> Mapping[str, Any]:
        """Lay out what was taken of runs as columns; of no run at all, columns of no rows."""


def _named(names: Sequence[Name], times: int = 1) -> dict[str, Any]:
    """Columns that name runs, each repeated."""
    found: dict[str, Any] = {"institution": [name.institution for name in names for _ in range(times)]}
    for column in ("seed", "replication"):
        found[column] = np.repeat(np.array([getattr(name, column) for name in names], np.int64), times)
    if any(name.point >= 0 for name in names) or not names:
        found["point"] = np.repeat(np.array([name.point for name in names], np.int32), times)
    return found


SERIES: dict[str, tuple[str, str]] = {
    "in_conflict": ("states", "states in conflict of any level"),
    "at_war": ("states", "states at war"),
    "participation": ("share", "part of departmental money that is brought to pools"),
    "belief": ("levels/£100m", "what the Treasury believes that prevention yields"),
    "yield": ("levels/£100m", "what prevention yielded in the last full fiscal year; 0 before there is one"),
}
"""Unit and meaning of each series of `Paths`, at the end of a quarter."""


@dataclass(frozen=True)
class Paths(Recorder):
    """How the first replications unfold under some institutions: `SERIES` by quarter (counted from 1)."""

    institutions: tuple[str, ...]
    first: int
    table: ClassVar[str] = "paths"

    def wants(self, name: Name) -> bool:
        """Follow the first replications."""
        return name.replication < self.first and name.institution in self.institutions

    def take(self, trajectory: Floats, states: int) -> Floats:
        """Read the series (quarters, series), in the order of `SERIES`."""
        status = trajectory[:, table.STATUS * states : (table.STATUS + 1) * states]
        account = trajectory[:, -table.ACCOUNT :]
        joined = account[:, table.JOINED : table.JOINED + 3]
        return np.column_stack(
            [
                np.count_nonzero(status > 0.0, axis=1),
                np.count_nonzero(status > 1.5, axis=1),
                np.sum(joined * account[:, table.SHARES : table.SHARES + 3], axis=1),
                account[:, table.BELIEF],
                account[:, table.YIELD],
            ]
        )

    def columns(self, names: Sequence[Name], taken: Sequence[Floats], setting: Setting) -> Mapping[str, Any]:
        """One row per run and quarter."""
        rows = np.concatenate(taken) if taken else np.empty((0, len(SERIES)))
        named = {key: column for key, column in _named(names, setting.quarters).items() if key != "point"}
        named["quarter"] = np.tile(np.arange(1, setting.quarters + 1), len(names))
        return named | {title: rows[:, place].copy() for place, title in enumerate(SERIES)}


@dataclass(frozen=True)
class Trajectories(Recorder):
    """Status and money of every state in every quarter, a row per run; small enough to keep."""

    table: ClassVar[str] = "trajectories"
    _CELLS_PER_PART: ClassVar[int] = 2_000_000
    """States times quarters of all runs in a part: about 10 MB."""

    def rows_per_part(self, setting: Setting) -> int:
        """Bound the size of a part."""
        return max(1, self._CELLS_PER_PART // (setting.world.size * setting.quarters))

    def take(self, trajectory: Floats, states: int) -> tuple[bytes, bytes]:
        """Keep status as bytes and money as 32-bit floats."""
        status, money = status_and_money(trajectory, states)
        return status.astype(np.uint8).tobytes(), money.astype(np.float32).tobytes()

    def columns(
        self, names: Sequence[Name], taken: Sequence[tuple[bytes, bytes]], setting: Setting
    ) -> Mapping[str, Any]:
        """Lists of states times quarters, quarter after quarter."""
        cells = setting.world.size * setting.quarters
        kinds = {"status": np.uint8, "money": np.float32}
        return _named(names) | {
            title: pa.FixedSizeListArray.from_arrays(
                pa.array(np.frombuffer(b"".join(each[place] for each in taken), kind)), cells
            )
            for place, (title, kind) in enumerate(kinds.items())
        }


@dataclass(frozen=True)
class Statuses(Recorder):
    """Every state's status in every quarter, a row per run: 0 peace, 1 minor conflict, 2 war."""

    table: ClassVar[str] = "statuses"

    def take(self, trajectory: Floats, states: int) -> npt.NDArray[np.int8]:
        """Keep the status (quarters, states)."""
        return trajectory[:, table.STATUS * states : (table.STATUS + 1) * states].astype(np.int8)

    def columns(
        self, names: Sequence[Name], taken: Sequence[npt.NDArray[np.int8]], setting: Setting
    ) -> Mapping[str, Any]:
        """Lists of states times quarters, quarter after quarter."""
        flat = np.concatenate([each.ravel() for each in taken]) if taken else np.empty(0, np.int8)
        cells = setting.world.size * setting.quarters
        return _named(names) | {"status": pa.FixedSizeListArray.from_arrays(pa.array(flat), cells)}


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

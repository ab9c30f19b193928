"""What can be kept of runs beside their outcomes: a recorder reads a run's trajectory and makes rows of a table."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from experiments.settings.configuration import Setting
from model.rules import table
from model.world import Floats

ROWS_PER_PART = 5_000
_Read = Callable[[Floats, int], Floats]


class Name(NamedTuple):
    """Which run: the point is 0 without a design."""

    point: int
    institution: str
    seed: int
    replication: int


class Recorder(ABC):
    """One thing that is kept; a frozen dataclass, since workers receive it and a study is known by its `repr`."""

    table: str
    """Folder of its rows in a study."""

    def wants(self, name: Name) -> bool:
        """Tell whether a run is followed; every one unless a recorder says otherwise."""
        return True

    def rows_per_part(self, setting: Setting) -> int:
        """Say how many runs a part may have at most."""
        return ROWS_PER_PART

    @abstractmethod
    def take(self, trajectory: Floats, states: int) -> Any:
        """Take what is kept out of a run's trajectory, (quarters, columns) as `model.trajectory` lays it out."""

    @abstractmethod
    def columns(self, names: Sequence[Name], taken: Sequence[Any], setting: Setting) -> Mapping[str, Any]:
        """Lay out what was taken of runs as columns; of no run at all, columns of no rows."""


def named(names: Sequence[Name], times: int = 1) -> dict[str, Any]:
    """Columns that name runs, each repeated."""
    point, institution, seed, replication = zip(*names, strict=True) if names else ((),) * 4
    return {
        "point": np.repeat(np.array(point, np.int32), times),
        "institution": [name for name in institution for _ in range(times)],
        "seed": np.repeat(np.array(seed, np.int64), times),
        "replication": np.repeat(np.array(replication, np.int64), times),
    }


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
    table: str = "paths"

    def wants(self, name: Name) -> bool:
        """Follow the first replications."""
        return name.replication < self.first and name.institution in self.institutions

    def take(self, trajectory: Floats, states: int) -> Floats:
        """Read the series (quarters, series), in the order of `SERIES`."""
        status, account = _status(trajectory, states), trajectory[:, -table.ACCOUNT :]
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
        quarter = np.tile(np.arange(1, setting.quarters + 1), len(names))
        series = {title: rows[:, place].copy() for place, title in enumerate(SERIES)}
        return {**named(names, setting.quarters), "quarter": quarter, **series}


def _status(trajectory: Floats, states: int) -> Floats:
    """Read status (quarters, states): 0 peace, 1 minor conflict, 2 war."""
    return trajectory[:, table.STATUS * states : (table.STATUS + 1) * states]


def _money(trajectory: Floats, states: int) -> Floats:
    """Add up what departments and pools spend (quarters, states), £m, over spenders and instruments."""
    books = trajectory[:, table.ROWS * states : -table.ACCOUNT]
    books = books.reshape(len(trajectory), -1, table.BOOK_ROWS, states)
    return np.asarray(books[:, :, table.MONEY : table.MONEY + 3].sum(axis=(1, 2)))


@dataclass(frozen=True)
class Statuses(Recorder):
    """Every state's status in every quarter, a row per run: 0 peace, 1 minor conflict, 2 war."""

    table: str = "statuses"
    _KEPT: ClassVar[Mapping[str, tuple[type, _Read]]] = {"status": (np.int8, _status)}
    """By column: of which type, and how it is read."""

    def take(self, trajectory: Floats, states: int) -> list[npt.NDArray[Any]]:
        """Keep every state and quarter, column by column."""
        return [read(trajectory, states).astype(kind).ravel() for kind, read in self._KEPT.values()]

    def columns(
        self, names: Sequence[Name], taken: Sequence[list[npt.NDArray[Any]]], setting: Setting
    ) -> Mapping[str, Any]:
        """Lists of states times quarters, quarter after quarter."""
        cells, found = setting.world.size * setting.quarters, named(names)
        for place, (title, (kind, _)) in enumerate(self._KEPT.items()):
            flat = np.concatenate([np.empty(0, kind), *(each[place] for each in taken)])
            found[title] = pa.FixedSizeListArray.from_arrays(pa.array(flat), cells)
        return found


@dataclass(frozen=True)
class Trajectories(Statuses):
    """Status and money of every state in every quarter, a row per run; small enough to keep."""

    table: str = "trajectories"
    _KEPT: ClassVar[Mapping[str, tuple[type, _Read]]] = {"status": (np.uint8, _status), "money": (np.float32, _money)}
    _CELLS_PER_PART: ClassVar[int] = 2_000_000
    """States times quarters of all runs in a part: about 10 MB."""

    def rows_per_part(self, setting: Setting) -> int:
        """Bound the size of a part."""
        return min(ROWS_PER_PART, max(1, self._CELLS_PER_PART // (setting.world.size * setting.quarters)))

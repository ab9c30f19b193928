"""Which studies there are, and how far each has come: told by its manifest and by the names of its parts."""

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.runs.lock import LOCK
from experiments.runs.manifest import MANIFEST
from experiments.runs.store import Store

KILLED = "killed"
"""What a study is whose manifest says that it runs, when no process holds it."""
UNREADABLE = "unreadable"
"""What a study is whose manifest is missing or does not say how far it has come."""


@dataclass(frozen=True)
class Standing:
    """One study.

    Attributes
    ----------
    command, study : str
        Folders below the results.
    status : str
        ``running``, ``stopped`` (Ctrl-C), ``killed``, ``finished``, or ``unreadable`` (the same command mends it).
    done, planned : int, optional
        Runs; none where a command does not say how many it plans.
    seconds : float, optional
        Time its runs took, of all its sessions.
    bytes : int
        Size of everything in its folder.
    begun, ended : str, optional
        UTC; a study that has not finished has no end.
    """

    command: str
    study: str
    status: str
    done: int | None = None
    planned: int | None = None
    seconds: float | None = None
    bytes: int = 0
    begun: str | None = None
    ended: str | None = None


def studies_in(results: Path) -> list[Store]:
    """Find every study below a folder of results, in the order of commands and names."""
    return [
        Store(folder)
        for folder in sorted({path.parent for name in (MANIFEST, LOCK) for path in results.glob(f"*/*/{name}")})
    ]


def standing(store: Store) -> Standing:
    """Say how far a study has come.

    Parameters
    ----------
    store : Store
        One that `studies_in` found.

    Returns
    -------
    Standing
    """
    manifest = store.manifest
    status, planned = manifest.get("status", UNREADABLE), manifest.get("planned")
    return Standing(
        command=store.folder.parent.name,
        study=store.name,
        status=KILLED if status == "running" and not store.is_held() else status,
        done=sum(_done(store, table, asked) for table, asked in planned.items()) if planned else None,
        planned=sum(asked["runs"] for asked in planned.values()) if planned else None,
        bytes=_size(store.folder),
        **{key: manifest.get(key) for key in ("seconds", "begun", "ended")},
    )


def _done(store: Store, table: str, planned: Mapping[str, Any]) -> int:
    """Count the runs that a table's parts cover."""
    count, runs = planned["count"], planned["runs"]
    missing = sum(last - begin for begin, last in store.missing([table], planned["first"], count, count))
    return int(runs * (count - missing) // count)


def _size(folder: Path) -> int:
    """Add up the sizes of all files; one that vanishes meanwhile counts as nothing."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += (Path(place) / name).stat().st_size
    return total

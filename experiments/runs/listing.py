"""Which studies there are, and how far each has come: told by its manifest and by the names of its parts."""

import os
from dataclasses import dataclass
from pathlib import Path

from experiments.runs.store import MANIFEST, Store
from model.errors import InvalidInput

KILLED = "killed"
"""What a study is whose manifest says that it runs, when no process holds it."""


@dataclass(frozen=True)
class Standing:
    """One study.

    Attributes
    ----------
    command, study : str
        Folders below the results.
    status : str
        ``running``, ``stopped`` (Ctrl-C), ``killed``, ``finished``, or ``unreadable``.
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
    return [Store(path.parent) for path in sorted(results.glob(f"*/*/{MANIFEST}"))]


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
    command, study, size = store.folder.parent.name, store.name, _size(store.folder)
    try:
        manifest = store.manifest
    except InvalidInput:
        return Standing(command, study, "unreadable", bytes=size)
    status = str(manifest.get("status"))
    planned: dict[str, dict[str, int]] = manifest.get("planned", {})
    return Standing(
        command,
        study,
        KILLED if status == "running" and not store.is_held() else status,
        sum(_done(store, table, **asked) for table, asked in planned.items()) if planned else None,
        sum(asked["runs"] for asked in planned.values()) if planned else None,
        manifest.get("seconds"),
        size,
        manifest.get("begun"),
        manifest.get("ended"),
    )


def _done(store: Store, table: str, first: int, count: int, runs: int) -> int:
    """Count the runs that a table's parts cover."""
    missing = sum(last - begin for begin, last in store.missing(table, first, count, count))
    return runs * (count - missing) // count


def _size(folder: Path) -> int:
    """Add up the sizes of all files; one that vanishes meanwhile counts as nothing."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(place) / name).stat().st_size
            except FileNotFoundError:
                continue
    return total

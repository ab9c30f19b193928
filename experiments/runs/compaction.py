"""Merging small parts into big ones, so that a study of many chunks is read as fast as one of few."""

from experiments.runs.parts import FAILURES, Part
from experiments.runs.store import Store

_ROWS_AT_MOST = 250_000
"""Rows of a merged part: some 100 MB in memory, and few enough parts for millions of rows."""


def compacted(store: Store) -> dict[str, tuple[int, int]]:
    """Merge neighbouring parts of every table of a study; failures, few as they are, stay as they are.

    A merged part covers exactly the units of those it replaces, and is written before they are removed: readers and a
    study that goes on ignore what lies inside a bigger part, so that a kill at any moment changes nothing.

    Parameters
    ----------
    store : Store
        Finished or not.

    Returns
    -------
    dict of str to tuple of (int, int)
        By table: number of parts before and after.
    """
    counted = {}
    with store.held():
        for table in (name for name in store.tables() if not name.startswith(f"{FAILURES}/")):
            parts = store.parts(table)
            for group in _groups(parts):
                store.merge(table, group)
            counted[table] = (len(parts), len(store.parts(table)))
    return counted


def _groups(parts: list[Part]) -> list[list[Part]]:
    """Put parts together that follow on each other without a gap and are not too many rows."""
    groups: list[list[Part]] = []
    rows = 0
    for part in parts:
        rows += part.rows
        if groups and part.first == groups[-1][-1].last and rows <= _ROWS_AT_MOST:
            groups[-1].append(part)
        else:
            groups.append([part])
            rows = part.rows
    return [group for group in groups if len(group) > 1]

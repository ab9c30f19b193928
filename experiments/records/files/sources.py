"""The official files that come together, read once, and what of them was known before a year."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from experiments.records.files.official import read_borders, read_conflicts, read_states
from model.errors import InvalidInput


class Sources(NamedTuple):
    """The official files as read.

    ``conflicts`` by conflict and year, ``states`` by state and year, ``borders`` the neighbours of every state that has
    any; ``recorded`` first and last year of which conflicts are known, active ones or none; ``acd`` and ``panel`` where
    the first two files lie, which refusals and notices name.
    """

    conflicts: pd.DataFrame
    states: pd.DataFrame
    borders: Mapping[int, frozenset[int]]
    recorded: tuple[int, int]
    acd: Path
    panel: Path

    def before(self, year: int) -> "Sources":
        """Keep what was known on 1 January of a year.

        Whether a conflict of the last year goes on is not known then: its episode is open, whatever ``ep_end`` says.

        Raises
        ------
        InvalidInput
            When the panel begins in that year or later.
        """
        conflicts = self.conflicts[self.conflicts["year"] < year]
        states = self.states[self.states["year"] < year]
        if states.empty:
            raise InvalidInput(f"{self.panel}: begins in {self.states['year'].min()}, must know a year before {year}")
        last, (begin, end) = conflicts["year"] == year - 1, self.recorded
        return self._replace(
            conflicts=conflicts.assign(
                ep_end=conflicts["ep_end"].mask(last, "0"), ep_end_date=conflicts["ep_end_date"].mask(last, "")
            ),
            states=states,
            recorded=(begin, min(end, year - 1)),
        )


def read_sources(acd: Path, panel: Path, borders: Path) -> Sources:
    """Read the official files.

    Parameters
    ----------
    acd, panel, borders : Path
        See `read_conflicts`, `read_states` and `read_borders` of `experiments.records.files.official`.

    Raises
    ------
    InvalidInput
        When a file or a row of it is damaged; names file, row, column, value and rule.
    """
    conflicts = read_conflicts(acd)
    recorded = int(conflicts["year"].min()), int(conflicts["year"].max())
    return Sources(conflicts, read_states(panel), read_borders(borders), recorded, acd, panel)

"""The record as an estimation needs it: states by year since long before the panel begins, with all that drives them.

Conflicts are on record since 1946, the panel begins in 1989. Its first figures stand for the years before, in which a
state of the panel's first year counts from the year on in which it was a state: ranks of states hold over decades,
trends do not.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.records.files.carrying import carried_forward
from experiments.records.files.gazetteer import gazetteer, land_borders
from experiments.records.files.official import read_borders, read_conflicts, read_states
from experiments.records.files.panel import ByState, in_region, internal, levels_by_state
from experiments.records.files.quarters import quarters_in_conflict
from experiments.records.files.starting import drivers
from experiments.records.given import Files, say
from experiments.records.pattern_counts import Levels
from model.errors import InvalidInput
from model.world import Floats, Integers

SINCE = 1960
"""First year that is learnt from."""

REFERENCE_POPULATION = 10.0
"""Millions; the logarithm of population is centred on it, as the model's is."""

Flags = npt.NDArray[np.bool_]


class History(NamedTuple):
    """States by year; arrays are over (years, states) unless told.

    ``states`` (states,) Gleditsch–Ward numbers; ``years`` (years,) consecutive, of which the first only tells how the
    second begins; ``panel`` the first year in which the panel says which states there are; ``there`` whether a state
    exists; ``level`` 0 peace, 1 minor conflict, 2 war; ``quarters`` the part of the year's quarters in conflict, NaN
    if dates do not tell; ``deprivation`` and ``exclusion`` structural levels of the drivers, ``log_population`` ln of
    tens of millions, as known at the year's end; ``around`` (years, states, most) places of the land neighbours, then
    -1; at the end of the first year ``quiet`` (states,), years since the last active one, -1 if there was none since
    1946, and ``spell`` (states,), active years in a row.
    """

    states: Integers
    years: Integers
    panel: int
    there: Flags
    level: Levels
    quarters: Floats
    deprivation: Floats
    exclusion: Floats
    log_population: Floats
    around: Integers
    quiet: Floats
    spell: Floats

    def since(self, year: int) -> "History":
        """Give the years from one on, begun as the record had it then."""
        first = year - int(self.years[0])
        quiet, spell = self.quiet, self.spell
        for level in self.level[1 : first + 1]:
            quiet, spell = went_on(quiet, spell, level > 0)
        by_year = {name: value[first:] for name, value in self._asdict().items() if name in _BY_YEAR}
        return self._replace(**by_year, quiet=quiet, spell=spell)


_BY_YEAR = ("years", "there", "level", "quarters", "deprivation", "exclusion", "log_population", "around")


def went_on(quiet: Floats, spell: Floats, active: Flags) -> tuple[Floats, Floats]:
    """Count on after a year: years since the last active one (negative: never), and active years in a row."""
    return np.where(active, 0.0, np.where(quiet < 0.0, quiet, quiet + 1.0)), np.where(active, spell + 1.0, 0.0)


def history_before(files: Files, first: int, region: str = "world", since: int = SINCE) -> History:
    """Read what files say of the years before one; nothing of that year or later is looked at.

    Parameters
    ----------
    files : Files
        Conflicts since 1946, states by year, land borders.
    first : int
        The year.
    region : str
        Whose states, one of `experiments.records.files.panel.REGIONS`; their neighbours elsewhere are left out.
    since : int
        First year that is learnt from.

    Returns
    -------
    History
        From the year before `since` to the year before `first`. Where the panel ends before, its last states and
        figures stand for later years; where it has gaps, a state's last figure before, or its first one. Without
        infant mortality or excluded share they are read off income and polity2. A state of whose population or
        deprivation nothing is known is left out, which is said.

    Raises
    ------
    InvalidInput
        When a file or a row is damaged, or the files leave no years to learn from.
    """
    conflicts, states, listed = read_conflicts(files.acd), read_states(files.panel), read_borders(files.borders)
    conflicts, states = conflicts[conflicts["year"] < first], in_region(states[states["year"] < first], region)
    if states.empty or first <= max(since, int(conflicts["year"].min())):
        raise InvalidInput(f"{files.panel}: has no years before {first}, must have some")
    known, _ = carried_forward(states, first - 1)
    years, begins = np.arange(since - 1, first), int(known["year"].min())
    told = _told(known, years)
    numbers = told["deprivation"].columns.to_numpy(np.int64)
    there, levels = _existing(known, numbers, years), levels_by_state(conflicts)
    before, (quiet, spell) = ByStateBefore(levels, since), (np.empty(len(numbers)), np.empty(len(numbers)))
    raise NotImplementedError

"""The record as an estimation needs it: states by year since long before the panel begins, with all that drives them.

Conflicts are on record since 1946, the panel begins in 1989. Its first figures stand for the years before, in which a
state of the panel's first year counts from the year on in which it was a state: ranks of states hold over decades,
trends do not.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.records.files.carrying import carried_forward
from experiments.records.files.gazetteer import gazetteer, land_borders
from experiments.records.files.official import FIGURES
from experiments.records.files.panel import internal, levels_by_state
from experiments.records.files.quarters import quarters_in_conflict
from experiments.records.files.sources import Sources
from experiments.records.files.starting import drivers
from experiments.records.given import say
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
        """Give the years from one of them on, begun as the record had it then."""
        first = year - int(self.years[0])
        quiet, spell = self.quiet, self.spell
        for level in self.level[1 : first + 1]:
            quiet, spell = went_on(quiet, spell, level > 0)
        by_year = {name: value[first:] for name, value in self._asdict().items() if name in _BY_YEAR}
        return self._replace(**by_year, quiet=quiet, spell=spell)

    def of_panel(self) -> "History":
        """Give the years of the panel, and the one before; all if none comes before the first."""
        return self.since(max(self.panel - 1, int(self.years[0])))

    def before(self, year: int) -> "History":
        """Give the years before one."""
        last = year - int(self.years[0])
        return self._replace(**{name: getattr(self, name)[:last] for name in _BY_YEAR})

    def ahead(self, years: int) -> "History":
        """Give the last year, and so many further ones in which nothing but conflict changes."""
        last = self.since(int(self.years[-1]))
        still = {name: np.repeat(getattr(last, name), years + 1, axis=0) for name in _BY_YEAR}
        return last._replace(**{**still, "years": self.years[-1] + np.arange(years + 1)})


_DRIVEN = ("gdp_per_capita_usd2011", "polity2", "excluded_share", "infant_mortality_per_1000")
_DEPRIVATION = ("gdp_per_capita_usd2011", "infant_mortality_per_1000")
FIGURES_OF_YEARS = ("deprivation", "exclusion", "log_population")
"""What drives conflict from outside, year by year."""
_INSTEAD = {
    "infant_mortality_per_1000": "deprivation is read off income, of which mortality falls by 0.8% per per cent",
    "excluded_share": "exclusion is read off polity2, which says nearly nothing of it",
}
"""What stands for a column that a panel lacks."""

_BY_YEAR = ("years", "there", "level", "quarters", "deprivation", "exclusion", "log_population", "around")


def went_on(quiet: Floats, spell: Floats, active: Flags) -> tuple[Floats, Floats]:
    """Count on after a year: years since the last active one (negative: never), and active years in a row."""
    return np.where(active, 0.0, np.where(quiet < 0.0, quiet, quiet + 1.0)), np.where(active, spell + 1.0, 0.0)


def history_before(sources: Sources, first: int, since: int = SINCE) -> History:
    """Read what files say of the years before one; nothing of that year or later is looked at.

    Parameters
    ----------
    sources : Sources
        Conflicts since 1946, states by year, land borders.
    first : int
        The year.
    since : int
        First year that is learnt from.

    Returns
    -------
    History
        All states of the files, from the year before `since` to the year before `first`. Where the panel ends before,
        its last states and figures stand for later years; where it has gaps, a state's last figure before, or its
        first one. Without infant mortality or excluded share they are read off income and polity2. A state of whose
        population or deprivation nothing is known is left out, which is said.

    Raises
    ------
    InvalidInput
        When a file or a row is damaged, or the files leave no years to learn from.
    """
    conflicts, states, listed, *_ = sources.before(first)
    if first <= since + 1:
        raise InvalidInput(f"first={first}: must lie years after {since}, from which on is learnt")
    panel, years = int(states["year"].min()), np.arange(since - 1, first)
    figures = _figures(carried_forward(states, first - 1)[0], years)
    numbers = figures["there"].columns.to_numpy(np.int64)
    there, levels = figures.pop("there").to_numpy(bool), levels_by_state(conflicts)
    there = there & np.array([[_is_state(gw, year, panel) for gw in numbers.tolist()] for year in years.tolist()])
    shares = quarters_in_conflict(internal(conflicts))
    # What was fought on a state's soil before it was one is not its own.
    past = [levels.get(gw, {}) if exists else {} for gw, exists in zip(numbers.tolist(), there[0], strict=True)]
    quiet, spell = np.array([_before(active, since) for active in past]).T
    return History(
        states=numbers, years=years, panel=panel, there=there,
        level=np.where(there, _laid_out(levels, numbers, years), 0).astype(np.int8),
        quarters=np.where(there, _laid_out(shares, numbers, years), 0.0),
        **{name: table.to_numpy(np.float64) for name, table in figures.items()},
        around=_around([land_borders(listed, set(numbers[alive].tolist())) for alive in there], numbers),
        quiet=quiet, spell=spell,
    )  # fmt: skip


def _figures(states: pd.DataFrame, years: Integers) -> dict[str, pd.DataFrame]:
    """Lay out the panel by year and state: whether a state is ``there``, and the figures of `History`."""
    own = states.groupby("gw")
    states = states.assign(**{name: own[name].transform(lambda column: column.ffill().bfill()) for name in FIGURES})
    for name, instead in _INSTEAD.items():
        if states[name].isna().all():
            say(f"the panel has no {name}: {instead}")
    unknown = states["population_millions"].isna() | states[list(_DEPRIVATION)].isna().all(axis=1)
    for gw, name in states.loc[unknown, ["gw", "name"]].drop_duplicates().itertuples(index=False):
        say(
            f"{name} ({gw}): left out of the estimation, nothing is known of its population, or of mortality and income"
        )
    states = states[~unknown]
    driven = pd.DataFrame([_drivers(*row) for row in states[list(_DRIVEN)].itertuples(index=False)], index=states.index)
    told = states[["gw", "year"]].assign(
        there=True,
        **{name: driven[name] for name in ("deprivation", "exclusion")},
        log_population=np.log(states["population_millions"] / REFERENCE_POPULATION),
    )
    wide = told.pivot(index="year", columns="gw")
    begin = int(told["year"].min())
    carried = wide.ffill().bfill()
    known = np.maximum(years, begin)
    found: dict[str, Any] = {name: carried[name].reindex(known) for name in FIGURES_OF_YEARS}
    return {**found, "there": wide["there"].reindex(known).notna()}


def _drivers(income: float, polity2: float, excluded_share: float, infant_mortality: float) -> dict[str, float]:
    """Map a state-year's figures to drivers, as a world's are."""
    known = {"polity2": polity2, "excluded_share": excluded_share, "infant_mortality": infant_mortality}
    given = {name: None if np.isnan(value) else float(value) for name, value in known.items()}
    return drivers(income=float(income), level=0, years_at_peace=None, **given)


def _is_state(gw: int, year: int, panel: int) -> bool:
    """Tell whether a state of the panel's first year was one in a year before; later the panel itself says."""
    since = gazetteer()[gw].since if gw in gazetteer() else None
    return year >= panel or since is None or year >= since


def _before(active: Collection[int], since: int) -> tuple[float, float]:
    """Count at the end of the year before one: years since the last active one, and active years in a row."""
    past = [year for year in active if year < since]
    if not past:
        return -1.0, 0.0
    spell = 0
    while since - 1 - spell in past:
        spell += 1
    return float(since - 1 - max(past)), float(spell)


def _laid_out(by_state: Mapping[int, Mapping[int, float]], numbers: Integers, years: Integers) -> Floats:
    """Lay what is told of active years out by year and state; 0 elsewhere."""
    own = [by_state.get(gw, {}) for gw in numbers.tolist()]
    return np.array([[of_state.get(year, 0.0) for of_state in own] for year in years.tolist()])


def _around(borders: Sequence[Mapping[int, frozenset[int]]], numbers: Integers) -> Integers:
    """Lay borders of each year out as places of neighbours (years, states, most), -1 where there are no more."""
    place = {gw: number for number, gw in enumerate(numbers.tolist())}
    most = max(len(others) for of_year in borders for others in of_year.values())
    found = np.full((len(borders), len(numbers), most), -1)
    for year, of_year in enumerate(borders):
        for gw, others in of_year.items():
            found[year, place[gw], : len(others)] = sorted(place[other] for other in others)
    return found

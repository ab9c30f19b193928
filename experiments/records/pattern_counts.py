"""What the patterns of conflict are made of: counts by state, so that weights of states give weights of counts."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from experiments.records.files.panel import Panel
from model.world import Floats, Integers

Levels = npt.NDArray[np.int8]
"""Levels of conflict in simulated runs: 0 peace, 1 minor conflict, 2 war."""

LONGEST_LULL = 2
"""Years from one active year to the next at which a spell goes on: at most one year of peace lies between."""


class Cases(NamedTuple):
    """State-years at risk of onset for which every covariate is known; one entry per row.

    ``state`` its place among the states; ``years`` since it was last active (infinite: never); ``covariates``
    (rows, 3) neighbour active last year, ln income and ln population last year; ``onset`` 0 or 1.
    """

    state: Integers
    years: Floats
    covariates: Floats
    onset: Floats


class Ends(NamedTuple):
    """State-years after an active one for which every covariate is known; one entry per row.

    ``state`` its place among the states; ``covariates`` (rows, 3) of last year: ln population, excluded share, ln of
    1 + active years since 1946; ``ended`` 1 if the state is inactive, else 0.
    """

    state: Integers
    covariates: Floats
    ended: Floats


class Counts(NamedTuple):
    """Counts by state (the first axis of each array but ``waits``).

    ``by_level`` (states, years, 3) state-years at each level; ``transitions`` (states, 3, 3) last year's level to
    this year's; ``waits`` (groups,) years since last active, infinite for never; ``at_risk`` (states, groups, 2)
    state-years at risk of onset, and onsets; ``neighbours`` (states, 2, 2) state-years at risk by neighbour active
    last year (no, yes) and onset (no, yes); ``spells`` and ``peaces`` (states, ages, 2) how many lived each age,
    and how many ended at it; ``quarters`` (states, 2) years' quarters in conflict, and years; ``cases`` for the
    adjusted odds ratios, ``ends`` for what goes with the end of conflict.
    """

    by_level: Floats
    transitions: Floats
    waits: Floats
    at_risk: Floats
    neighbours: Floats
    spells: Floats
    peaces: Floats
    quarters: Floats
    cases: Cases
    ends: Ends


def count(panel: Panel) -> Counts:
    """Count everything the patterns need.

    Parameters
    ----------
    panel : Panel

    Returns
    -------
    Counts

    Notes
    -----
    Last year's level is ``level_before`` in the window's first year. A state-year whose last year is not in the
    panel is in no transition and not at risk. "Since last active" reaches back before the window.
    """
    level, n = panel.level, len(panel.codes)
    previous = np.column_stack([panel.level_before, level[:, :-1]])
    known = (level >= 0) & (previous >= 0)
    transitions = np.zeros((n, 3, 3))
    np.add.at(transitions, (np.nonzero(known)[0], previous[known], level[known]), 1.0)
    risk = known & (previous == 0)
    onset = (level > 0)[risk].astype(np.int64)
    state = np.nonzero(risk)[0]
    since = _years_since_active(panel)
    waits, group = np.unique(since[risk], return_inverse=True)
    at_risk = np.zeros((n, len(waits), 2))
    np.add.at(at_risk[:, :, 0], (state, group), 1.0)
    np.add.at(at_risk[:, :, 1], (state, group), onset)
    around = panel.neighbour_active[risk]
    neighbours, bordered = np.zeros((n, 2, 2)), ~np.isnan(around)
    np.add.at(neighbours, (state[bordered], around[bordered].astype(np.int64), onset[bordered]), 1.0)
    spells, peaces = _spells(panel)
    by_level = (level[:, :, None] == np.arange(3)).astype(np.float64)
    there = level >= 0
    quarters = np.column_stack([np.where(there, panel.quarters, 0.0).sum(axis=1), there.sum(axis=1)])
    return Counts(
        by_level, transitions, waits, at_risk, neighbours, spells, peaces, quarters,
        _cases(panel, risk, since), _ends(panel, known & (previous > 0)),
    )  # fmt: skip


def _years_since_active(panel: Panel) -> Floats:
    """Years since each state's last active year before each year; infinite where there was none."""
    before = _last_active_before(panel)
    return np.where(before > 0, panel.years - before, np.inf)


def _last_active_before(panel: Panel) -> Integers:
    """Last active year before each year; 0 where there was none."""
    active = np.where(panel.level > 0, panel.years, 0)
    return np.maximum.accumulate(np.column_stack([panel.last_active, active[:, :-1]]), axis=1)


def _next_active_after(panel: Panel) -> Floats:
    """First active year after each year; infinite where there is none."""
    active = np.where(panel.level > 0, panel.years, np.inf)
    following = np.column_stack([active[:, 1:], np.full(len(active), np.inf)])
    return np.asarray(np.minimum.accumulate(following[:, ::-1], axis=1)[:, ::-1])


def _cases(panel: Panel, risk: npt.NDArray[np.bool_], since: Floats) -> Cases:
    """Gather the state-years at risk with all covariates."""
    income, population = _last_year(panel.log_income), _last_year(panel.log_population)
    covariates = np.stack([panel.neighbour_active, income, population], axis=-1)
    complete = risk & ~np.isnan(covariates).any(axis=-1)
    onset = (panel.level > 0)[complete].astype(np.float64)
    return Cases(np.nonzero(complete)[0], since[complete], covariates[complete], onset)


def _ends(panel: Panel, went_on_or_ended: npt.NDArray[np.bool_]) -> Ends:
    """Gather the state-years after an active one with all covariates."""
    active = panel.level > 0
    years = panel.years_active[:, None] + np.cumsum(active, axis=1)
    values = (panel.log_population, panel.excluded, np.log1p(years))
    covariates = np.stack([_last_year(one) for one in values], axis=-1)
    complete = went_on_or_ended & ~np.isnan(covariates).any(axis=-1)
    return Ends(np.nonzero(complete)[0], covariates[complete], (~active)[complete].astype(np.float64))


def _last_year(values: Floats) -> Floats:
    """Give every year last year's; the window's first year has none in the panel."""
    return np.column_stack([np.full((len(values), 1), np.nan), values[:, :-1]])


def _spells(panel: Panel) -> tuple[Floats, Floats]:
    """Count spells of conflict that begin in the window by age, and the peaces that follow those that ended.

    A spell that began before the window (its last active year lies at most `LONGEST_LULL` years before its first
    one inside) is left out: how long it had lasted is not told by the window.
    """
    active, after = panel.level > 0, _next_active_after(panel)
    begins = active & (panel.years - _last_active_before(panel) > LONGEST_LULL)
    ends = active & (after - panel.years > LONGEST_LULL)
    carried = ends.sum(axis=1) - begins.sum(axis=1)
    ends &= np.cumsum(ends, axis=1) > carried[:, None]
    # Row by row, in the order of years: the k-th beginning belongs to the k-th end.
    state, start = np.nonzero(begins)
    end = np.nonzero(ends)[1]
    last = (np.where(panel.level >= 0, panel.years, 0).max(axis=1, initial=0))[state]
    ended = panel.years[end] < last - 1
    spells = _by_age(panel, state, end - start + 1, ended)
    following = after[state, end][ended]
    recurred = np.isfinite(following)
    peace = np.where(recurred, following, last[ended]) - panel.years[end][ended]
    return spells, _by_age(panel, state[ended], peace.astype(np.int64), recurred)


def _by_age(panel: Panel, state: Integers, length: Integers, ended: npt.NDArray[np.bool_]) -> Floats:
    """Turn lengths into how many lived each age 1, 2, … and how many ended at it."""
    counts = np.zeros((*panel.level.shape, 2))
    np.add.at(counts[:, :, 0], (state, length - 1), 1.0)
    counts[:, :, 0] = counts[:, ::-1, 0].cumsum(axis=1)[:, ::-1]
    np.add.at(counts[:, :, 1], (state[ended], length[ended] - 1), 1.0)
    return counts

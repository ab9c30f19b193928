"""State-years as rows of the yearly regressions: what was known when a year began, and what came of it.

The same function reads the record and simulated records, so that the two are regressed alike.
"""

from typing import NamedTuple

import numpy as np

from experiments.records.history import History, went_on
from experiments.records.pattern_counts import Levels
from model.world import Floats, Integers

HALF_LIFE = 2.5
"""Of the risk that a conflict leaves, in years. It is held: by the profile likelihood, 2 to 3 are likeliest."""

USUAL_DEPRIVATION = 0.718
"""Where the onset's constant stands: 55 infant deaths per 1,000 births (their logarithm 4), about the middle."""

ONSET = ("constant", "deprivation", "population", "recency", "neighbour")
ENDING = ("constant", "population", "exclusion", "duration")


class Sample(NamedTuple):
    """Rows of a regression: ``regressors`` (rows, terms), a constant first; ``happened`` and ``state`` (rows,)."""

    regressors: Floats
    happened: Floats
    state: Integers


class Cases(NamedTuple):
    """State-years at risk of an onset, with the terms `ONSET`, and of an ending, with `ENDING`."""

    onset: Sample
    ending: Sample


def cases_of(history: History, level: Levels | None = None) -> Cases:
    """Read the state-years of a record, from its second year on.

    Parameters
    ----------
    history : History
    level : ndarray of int8 (years, states), optional
        A simulated record, begun in the same year; the record's own unless given.

    Returns
    -------
    Cases
        Of states that existed the year before, too. All that explains is of the year before: ``deprivation`` above
        `USUAL_DEPRIVATION`, ``population`` in logarithms of tens of millions, ``recency`` halving with every
        `HALF_LIFE` after the last active year, ``neighbour`` 1 if one was active, ``exclusion``, and for
        ``duration`` ln of 1 + active years in a row.
    """
    active = (history.level if level is None else level) > 0
    quiet, spell = history.quiet, history.spell
    onsets, endings = [], []
    for year in range(1, len(history.years)):
        before = active[year - 1]
        if year > 1:
            quiet, spell = went_on(quiet, spell, before)
        at_risk = history.there[year - 1] & history.there[year]
        around = np.append(before, False)[history.around[year - 1]].any(axis=1)
        recency = np.where(quiet < 0.0, 0.0, np.exp2(-quiet / HALF_LIFE))
        deprivation, population = history.deprivation[year - 1] - USUAL_DEPRIVATION, history.log_population[year - 1]
        one = np.ones(len(before))
        onsets.append(_sample((one, deprivation, population, recency, around), active[year], at_risk & ~before))
        ending = (one, population, history.exclusion[year - 1], np.log1p(spell))
        endings.append(_sample(ending, ~active[year], at_risk & before))
    return Cases(*(Sample(*map(np.concatenate, zip(*samples, strict=True))) for samples in (onsets, endings)))


def _sample(terms: tuple[Floats, ...], happened: Floats, which: Floats) -> Sample:
    """Take some states of a year."""
    return Sample(np.column_stack(terms)[which], happened[which].astype(np.float64), np.flatnonzero(which))

"""Quarters of a year in conflict, by the dates of episodes; what is known to the year alone is spread over it."""

import math
from datetime import date

import numpy as np
import pandas as pd

from experiments.records.files.dates import read_dates
from experiments.records.files.official import states_of
from model.world import Floats

_KNOWN_TO_THE_MONTH = ("", "1", "2")
"""Precision of a start (``start_prec2``) up to which its quarter counts as known."""

_SPREAD = np.full(4, 0.25)


def quarters_in_conflict(conflicts: pd.DataFrame) -> dict[int, dict[int, float]]:
    """Give the part of each active year's quarters in which a state was in conflict, as far as dates tell.

    Parameters
    ----------
    conflicts : DataFrame
        The conflicts that count, from `experiments.records.files.official.read_conflicts`.

    Returns
    -------
    dict of int to dict of int to float
        By Gleditsch–Ward number and year; NaN where a date that is needed cannot be read.

    Notes
    -----
    An episode lasts from the quarter of ``start_date2`` to that of ``ep_end_date``, without a gap. A start of
    precision 3 or worse, and an end on 31 December (which says no more than that the next year was quiet), may have
    been in any quarter of its year: each counts with its probability, several conflicts as if independent.
    """
    quiet: dict[int, dict[int, Floats]] = {}
    began, ended = (read_dates(conflicts[name]) for name in ("start_date2", "ep_end_date"))
    years, precise = conflicts["year"].tolist(), conflicts["start_prec2"].isin(_KNOWN_TO_THE_MONTH)
    rows = zip(years, began, precise, conflicts["ep_end"], ended, states_of(conflicts), strict=True)
    for year, start, to_the_month, ends, end, states in rows:
        covered = _covered(_start(year, start, to_the_month), _end(year, ends, end))
        for gw in map(int, states):
            own = quiet.setdefault(gw, {})
            own[year] = own.get(year, np.ones(4)) * (1.0 - covered)
    return {gw: {year: float(1.0 - rest.mean()) for year, rest in own.items()} for gw, own in quiet.items()}


def _start(year: int, day: date | None, precise: bool) -> Floats:
    """Give the probability of each quarter that a year's conflict began in it; the first if it had begun before."""
    if day is None or day.year > year:
        return np.full(4, math.nan)
    if day.year < year:
        return _quarter(0)
    return _quarter((day.month - 1) // 3) if precise else _SPREAD


def _end(year: int, ends: str, day: date | None) -> Floats:
    """Give the probability of each quarter that a year's conflict ended in it; the last if it went on."""
    if ends == "0":
        return _quarter(3)
    if ends != "1" or day is None or day.year < year:
        return np.full(4, math.nan)
    if day.year > year:
        return _quarter(3)
    return _SPREAD if (day.month, day.day) == (12, 31) else _quarter((day.month - 1) // 3)


def _quarter(place: int) -> Floats:
    """Be sure of one quarter."""
    return np.asarray(np.eye(4)[place])


def _covered(start: Floats, end: Floats) -> Floats:
    """Give the probability of each quarter that it lies between start and end, given that they are in this order."""
    both = np.triu(np.outer(start, end))
    if not both.sum() > 0.0:
        return np.full(4, math.nan)
    both /= both.sum()
    return np.array([both[: quarter + 1, quarter:].sum() for quarter in range(4)])

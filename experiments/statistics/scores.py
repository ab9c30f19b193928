"""How good forecasts are: proper scores, which no forecaster can better by saying other than what he believes."""

import numpy as np
from scipy.stats import rankdata
from scipy.stats import t as student

from experiments.statistics.arrays import Floats
from experiments.statistics.intervals import Interval


def interval_score(low: Floats, high: Floats, truth: Floats, coverage: float) -> Floats:
    """Score central intervals: their width, and a fine for every truth outside (Gneiting & Raftery 2007, eq. 43).

    Parameters
    ----------
    low, high : ndarray (forecasts,)
        Ends of the intervals, in the unit of `truth`.
    truth : ndarray (forecasts,)
        What came.
    coverage : float
        How often the intervals should hold, in (0, 1).

    Returns
    -------
    ndarray (forecasts,)
        In the unit of `truth`; lower is better.
    """
    fine = 2.0 / (1.0 - coverage)
    return np.asarray((high - low) + fine * np.maximum(low - truth, 0.0) + fine * np.maximum(truth - high, 0.0))


def brier_score(probability: Floats, happened: Floats) -> float:
    """Mean squared difference between probabilities and what happened.

    Parameters
    ----------
    probability : ndarray, any shape
        In [0, 1].
    happened : ndarray, of the same shape
        0 or 1.

    Returns
    -------
    float
        In [0, 1]; lower is better.
    """
    return float(np.mean((probability - happened) ** 2))


def area_under_roc(probability: Floats, happened: Floats) -> float:
    """How often what happened had a higher probability than what did not; ties count half.

    Parameters
    ----------
    probability : ndarray (cases,)
        Or anything else that ranks them.
    happened : ndarray (cases,)
        0 or 1.

    Returns
    -------
    float
        0.5 is chance, 1 is best; NaN where everything happened or nothing did.
    """
    events = int(happened.sum())
    others = len(happened) - events
    if not events or not others:
        return float("nan")
    ranks = float(rankdata(probability)[happened == 1].sum())
    return (ranks - events * (events + 1) / 2) / (events * others)


def persistence(past: Floats, years: int, coverage: float) -> list[Interval]:
    """Forecast a share by its last value: a random walk without drift, as unsteady as in the past.

    Parameters
    ----------
    past : ndarray (years before,)
        The share in every year up to the start, three or more.
    years : int
        How many ahead.
    coverage : float
        Of the intervals.

    Returns
    -------
    list of Interval
        One a year: Student's t with as many degrees of freedom as there are changes, wider with the root of the years,
        within 0 and 1.
    """
    changes = np.diff(past)
    error = float(np.sqrt(np.mean(changes**2)))
    reach = float(student.ppf(0.5 + coverage / 2.0, len(changes))) * error
    return [_within(float(past[-1]), reach * float(np.sqrt(ahead))) for ahead in range(1, years + 1)]


def constant(past: Floats, years: int, coverage: float) -> list[Interval]:
    """Forecast a share by its mean so far, with the prediction interval of independent years.

    Parameters
    ----------
    past : ndarray (years before,)
        The share in every year up to the start, two or more.
    years : int
        How many ahead.
    coverage : float
        Of the intervals.

    Returns
    -------
    list of Interval
        One a year, all alike, by Student's t; within 0 and 1.
    """
    reach = float(student.ppf(0.5 + coverage / 2.0, len(past) - 1)) * float(np.std(past, ddof=1))
    return [_within(float(np.mean(past)), reach * float(np.sqrt(1.0 + 1.0 / len(past))))] * years


def _within(centre: float, reach: float) -> Interval:
    """Cut an interval to what a share can be."""
    return Interval(centre, max(0.0, centre - reach), min(1.0, centre + reach))

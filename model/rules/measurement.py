"""What is counted each quarter and each year, the same for both engines; see `model.outcomes` for the meanings."""

from typing import NamedTuple

import numpy as np

from model.rules.compiled import kernel
from model.rules.elementary import log
from model.world import Floats

RECURRENCE_QUARTERS = 20.0


class Tally(NamedTuple):
    """Running sums of a run, one (1,) or (n,) array each, so that both engines can add to them in place."""

    quarters: Floats
    conflict: Floats
    war: Floats
    onsets: Floats
    recurrences: Floats
    deaths: Floats
    money: Floats
    trust: Floats
    consent: Floats
    duplication: Floats
    yearly: Floats
    waiting: Floats


MONEY_LINES = ("programme", "top_up", "peacekeeping", "overhead", "lapsed", "arrears")
"""The ledger of a quarter; the last is a stock, the others are flows that add up to the envelope."""
_YEARLY = 8
_YEARS, _GAPS, _WAIT, _ENTRIES, _MISALLOCATED, _STOP_START, _COMPARED, _ERROR = range(_YEARLY)


@kernel
def new_tally(states: int) -> Tally:
    """Start counting."""
    return Tally(
        np.zeros(1), np.zeros(1), np.zeros(1), np.zeros(1), np.zeros(1), np.zeros(1), np.zeros(6),
        np.zeros(1), np.zeros(1), np.zeros(2), np.zeros(_YEARLY), np.full(states, -1.0),
    )  # fmt: skip


@kernel
def count_quarter(
    tally: Tally,
    previous: Floats,
    status: Floats,
    quiet: Floats,
    deaths: Floats,
    trust: Floats,
    consent: Floats,
    money: Floats,
    ledger: Floats,
) -> None:
    """Add one quarter.

    Parameters
    ----------
    previous, status : ndarray (n,)
        Status before and after this quarter's transitions.
    quiet : ndarray (n,)
        Quarters at peace before this quarter.
    deaths, trust : ndarray (n,)
        Of this quarter.
    consent : ndarray (3, n)
        By instrument.
    money : ndarray (spenders, 3, n)
        £m this quarter.
    ledger : ndarray (6,)
        `MONEY_LINES`, £m.
    """
    n = status.shape[0]
    tally.quarters[0] += 1.0
    for i in range(n):
        onset = previous[i] == 0.0 and status[i] > 0.0
        tally.conflict[0] += 1.0 if status[i] > 0.0 else 0.0
        tally.war[0] += 1.0 if status[i] > 1.5 else 0.0
        tally.onsets[0] += 1.0 if onset else 0.0
        tally.recurrences[0] += 1.0 if onset and quiet[i] <= RECURRENCE_QUARTERS else 0.0
        tally.deaths[0] += deaths[i]
        tally.trust[0] += trust[i]
        tally.consent[0] += (consent[0, i] + consent[1, i] + consent[2, i]) / 3.0
        largest, total = 0.0, 0.0
        for s in range(money.shape[0]):
            mission = money[s, 0, i] + money[s, 1, i] + money[s, 2, i]
            largest = max(largest, mission)
            total += mission
        tally.duplication[0] += total - largest
        tally.duplication[1] += total
    for line in range(5):
        tally.money[line] += ledger[line]
    tally.money[5] = ledger[5]


@kernel
def _danger_line(danger: Floats) -> float:
    """Lowest danger that belongs to the top fifth of states."""
    return float(np.sort(danger)[danger.shape[0] - max(1, danger.shape[0] // 5)])


@kernel
def count_allocation(tally: Tally, danger: Floats, need: Floats, money: Floats, error: float) -> None:
    """Judge a year's allocation against the truth at the moment it was decided.

    Parameters
    ----------
    danger : ndarray (n,)
        True expected harm.
    need : ndarray (3, n)
        True preventable harm.
    money : ndarray (3, n)
        £m a quarter decided, all spenders together.
    error : float
        Mean absolute error of the pictures on which it was decided.
    """
    line = _danger_line(danger)
    total_need, total_money = np.sum(need), np.sum(money)
    tally.yearly[_YEARS] += 1.0
    tally.yearly[_ERROR] += error
    in_danger, unfunded, moved = 0.0, 0.0, 0.0
    for i in range(danger.shape[0]):
        funded = money[0, i] + money[1, i] + money[2, i] > 0.0
        if danger[i] >= line:
            in_danger += 1.0
            unfunded += 0.0 if funded else 1.0
            if tally.waiting[i] < 0.0:
                tally.yearly[_ENTRIES] += 1.0
                tally.waiting[i] = 0.0
            if funded:
                tally.waiting[i] = np.inf
            elif tally.waiting[i] < np.inf:
                tally.yearly[_WAIT] += 1.0
                tally.waiting[i] += 1.0
        else:
            tally.waiting[i] = -1.0
        if total_need > 0.0 and total_money > 0.0:
            for k in range(3):
                moved += 0.5 * abs(money[k, i] / total_money - need[k, i] / total_need)
    tally.yearly[_GAPS] += unfunded / in_danger
    tally.yearly[_MISALLOCATED] += moved


@kernel
def count_year(tally: Tally, stop_start: Floats, money: Floats, last_money: Floats) -> None:
    """Add a fiscal year's stop-start over states that had money in it or in the year before (all arrays (n,))."""
    for i in range(stop_start.shape[0]):
        if money[i] + last_money[i] > 0.0:
            tally.yearly[_STOP_START] += stop_start[i]
            tally.yearly[_COMPARED] += 1.0


@kernel
def _ratio(part: float, whole: float) -> float:
    """Share, 0 where there is nothing to share."""
    return part / whole if whole > 0.0 else 0.0


@kernel
def outcomes_of(tally: Tally, war_weight: float) -> Floats:
    """Final outcomes, in the order of `model.outcomes.OUTCOMES`."""
    state_quarters = tally.quarters[0] * tally.waiting.shape[0]
    conflict, war = tally.conflict[0] / 4.0, tally.war[0] / 4.0
    yearly, money = tally.yearly, tally.money
    return np.array([
        conflict, war, tally.onsets[0], tally.recurrences[0], conflict + (war_weight - 1.0) * war,
        log(1.0 + tally.deaths[0]),
        money[0], money[1], money[2], money[3], money[4], money[5],
        _ratio(tally.duplication[0], tally.duplication[1]),
        _ratio(yearly[_GAPS], yearly[_YEARS]),
        _ratio(yearly[_WAIT], yearly[_ENTRIES]),
        _ratio(yearly[_MISALLOCATED], yearly[_YEARS]),
        tally.trust[0] / state_quarters, tally.consent[0] / state_quarters,
        _ratio(yearly[_STOP_START], yearly[_COMPARED]),
        _ratio(yearly[_ERROR], yearly[_YEARS]),
    ])  # fmt: skip

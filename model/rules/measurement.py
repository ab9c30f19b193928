"""What is counted each quarter and each year, the same for both engines; see `model.outcomes` for the meanings.

A ``tally`` is a list of running sums; ``waiting`` (n,) holds, for each state, the years it has waited in the top fifth
of danger for money: -1 outside, infinite once it was funded.
"""

import numpy as np

from model.rules.compiled import kernel, kernel_with_memory
from model.rules.elementary import log
from model.rules.table import (
    ADVISED,
    ARREARS,
    ASSESSED_LINE,
    BELIEF,
    CALLED,
    CONSENT,
    DEATHS,
    JOINED,
    LAPSED_LINE,
    LAST_YEAR_MONEY,
    LEDGER,
    LINES,
    MONEY,
    OVERHEAD_LINE,
    PROGRAMME_LINE,
    REPLANNED,
    SCREENED_OUT,
    STATUS,
    THEMATIC_LINE,
    TOP_UP_LINE,
    TRUST,
    UNDRAWN_LINE,
    VOLUNTARY_LINE,
    YEAR_MONEY,
    YIELD,
)
from model.rules.trust import stop_start
from model.world import Floats

RECURRENCE_QUARTERS = 20.0
MONEY_LINES = ("programme", "thematic", "top_up", "peacekeeping", "voluntary", "overhead", "lapsed", "undrawn")
"""Lines of a quarter's ledger, flows that add up to the envelope."""
COLOURS = ("oda", "other")
"""Official development assistance and other money."""

_QUARTERS, _CONFLICT, _WAR, _ONSETS, _RECURRENCES, _DEATHS, _TRUST, _CONSENT, _OVERLAP, _SPENT = range(10)
_YEARS, _GAPS, _WAIT, _ENTRIES, _MISALLOCATED, _STOP_START, _COMPARED, _ERROR = range(10, 18)
_BELIEF_ERROR, _REPORTED, _JOINED, _SPENDING, _ADVISED, _ARREARS, _REPLANNED, _SCREENED_OUT, _CALLED = range(18, 27)
_STILL_DUE, _LEDGER = 27, 28
TALLY = _LEDGER + LINES * len(COLOURS)
"""Length of a tally."""


@kernel
def _count_states(tally: Floats, before: Floats, quiet: Floats, s: Floats) -> None:
    """Add a quarter's conflicts, trust and consent; sums are kept out of memory, where each would wait for the last."""
    conflict, war, onsets, recurrences = tally[_CONFLICT], tally[_WAR], tally[_ONSETS], tally[_RECURRENCES]
    deaths, trust, consent, advised = tally[_DEATHS], tally[_TRUST], tally[_CONSENT], tally[_ADVISED]
    for i in range(s.shape[1]):
        fighting = s[STATUS, i] > 0.0
        onset = (before[i] == 0.0) & fighting
        conflict += 1.0 if fighting else 0.0
        war += 1.0 if s[STATUS, i] > 1.5 else 0.0
        onsets += 1.0 if onset else 0.0
        recurrences += 1.0 if onset & (quiet[i] <= RECURRENCE_QUARTERS) else 0.0
        deaths += s[DEATHS, i]
        trust += s[TRUST, i]
        consent += (s[CONSENT, i] + s[CONSENT + 1, i] + s[CONSENT + 2, i]) / 3.0
        advised += 0.25 * s[ADVISED, i]
    tally[_CONFLICT], tally[_WAR], tally[_ONSETS], tally[_RECURRENCES] = conflict, war, onsets, recurrences
    tally[_DEATHS], tally[_TRUST], tally[_CONSENT], tally[_ADVISED] = deaths, trust, consent, advised


@kernel
def _count_missions(tally: Floats, books: Floats) -> None:
    """Add a quarter's money, and what of it meets other missions of the donor in the same state."""
    overlap, spent = tally[_OVERLAP], tally[_SPENT]
    for i in range(books.shape[2]):
        largest, total = 0.0, 0.0
        for spender in range(books.shape[0]):
            mission = books[spender, MONEY, i] + books[spender, MONEY + 1, i] + books[spender, MONEY + 2, i]
            largest = mission if mission > largest else largest
            total += mission
        overlap += total - largest
        spent += total
    tally[_OVERLAP], tally[_SPENT] = overlap, spent


@kernel
def count_quarter(tally: Floats, before: Floats, quiet: Floats, s: Floats, books: Floats, t: Floats) -> None:
    """Add one quarter.

    Parameters
    ----------
    tally : ndarray (TALLY,)
        Changed in place.
    before, quiet : ndarray (n,)
        Status and quarters at peace before this quarter's transitions.
    s, books, t : ndarray
        The state at the end of the quarter, see `model.rules.table`.
    """
    tally[_QUARTERS] += 1.0
    _count_states(tally, before, quiet, s)
    _count_missions(tally, books)
    for line in range(TALLY - _LEDGER):
        tally[_LEDGER + line] += t[LEDGER + line]
    tally[_REPLANNED] += t[REPLANNED]
    tally[_SCREENED_OUT] += t[SCREENED_OUT]
    tally[_CALLED] += t[CALLED]
    tally[_ARREARS] += t[ARREARS] - (tally[_STILL_DUE] if tally[_QUARTERS] % 4.0 != 1.0 else 0.0)
    tally[_STILL_DUE] = t[ARREARS]


@kernel
def _danger_line(danger: Floats) -> float:
    """Lowest danger that belongs to the top fifth of states (equal dangers count once)."""
    line = np.inf
    for _ in range(max(1, danger.shape[0] // 5)):
        below = -np.inf
        for i in range(danger.shape[0]):
            if below < danger[i] < line:
                below = danger[i]
        line = below
    return line


@kernel
def _count_danger(tally: Floats, waiting: Floats, danger: Floats, money: Floats) -> None:
    """Count gaps and waits among the states in the top fifth of danger, given each state's money (n,)."""
    line = _danger_line(danger)
    in_danger, unfunded = 0.0, 0.0
    for i in range(danger.shape[0]):
        if danger[i] < line:
            waiting[i] = -1.0
            continue
        in_danger += 1.0
        unfunded += 0.0 if money[i] > 0.0 else 1.0
        if waiting[i] < 0.0:
            tally[_ENTRIES] += 1.0
            waiting[i] = 0.0
        if money[i] > 0.0:
            waiting[i] = np.inf
        elif waiting[i] < np.inf:
            tally[_WAIT] += 1.0
            waiting[i] += 1.0
    tally[_GAPS] += unfunded / in_danger


@kernel_with_memory
def count_allocation(tally: Floats, waiting: Floats, danger: Floats, need: Floats, books: Floats, error: float) -> None:
    """Judge a year's allocation against the truth at the moment it was decided.

    Parameters
    ----------
    tally : ndarray (TALLY,)
        Changed in place, as is ``waiting`` (n,).
    danger : ndarray (n,)
        True expected harm.
    need : ndarray (3, n)
        True preventable harm.
    books : ndarray (spenders, 21, n)
        With the year's first money.
    error : float
        Mean absolute error of the pictures on which it was decided.
    """
    n = danger.shape[0]
    spent, by_state = np.zeros((3, n)), np.zeros(n)
    total_need, total_spent, moved = 0.0, 0.0, 0.0
    for k in range(3):
        for i in range(n):
            for spender in range(books.shape[0]):
                spent[k, i] += books[spender, MONEY + k, i]
            by_state[i] += spent[k, i]
            total_need += need[k, i]
            total_spent += spent[k, i]
    if total_need > 0.0 and total_spent > 0.0:
        tally[_SPENDING] += 1.0
        for k in range(3):
            for i in range(n):
                moved += 0.5 * abs(spent[k, i] / total_spent - need[k, i] / total_need)
    tally[_YEARS] += 1.0
    tally[_ERROR] += error
    tally[_MISALLOCATED] += moved
    _count_danger(tally, waiting, danger, by_state)


@kernel
def count_year(tally: Floats, s: Floats, t: Floats, has_last_year: bool) -> None:
    """Add a fiscal year: stop-start over states with money in it or in the year before, belief and participation."""
    spent = 0.0
    for i in range(s.shape[1]):
        spent += s[YEAR_MONEY, i]
        if has_last_year and s[YEAR_MONEY, i] + s[LAST_YEAR_MONEY, i] > 0.0:
            tally[_STOP_START] += stop_start(s[YEAR_MONEY, i], s[LAST_YEAR_MONEY, i])
            tally[_COMPARED] += 1.0
    if spent > 0.0:
        tally[_BELIEF_ERROR] += abs(t[BELIEF] - t[YIELD])
        tally[_REPORTED] += 1.0
    tally[_JOINED] += (t[JOINED] + t[JOINED + 1] + t[JOINED + 2]) / 3.0


@kernel
def _ratio(part: float, whole: float) -> float:
    """Share, 0 where there is nothing to share."""
    return part / whole if whole > 0.0 else 0.0


@kernel
def _both(tally: Floats, line: int) -> float:
    """Money of a line in both colours."""
    return float(tally[_LEDGER + line] + tally[_LEDGER + LINES + line])


@kernel
def _spent_on_work(tally: Floats, colour: int) -> float:
    """Programme, thematic and top-up money of the colour whose lines begin there."""
    first = _LEDGER + colour
    return float(tally[first + PROGRAMME_LINE] + tally[first + THEMATIC_LINE] + tally[first + TOP_UP_LINE])


@kernel_with_memory
def outcomes_of(tally: Floats, states: int, war_weight: float) -> Floats:
    """Final outcomes, in the order of `model.outcomes.OUTCOMES`."""
    state_quarters = tally[_QUARTERS] * states
    conflict, war = tally[_CONFLICT] / 4.0, tally[_WAR] / 4.0
    return np.array([
        conflict, war, tally[_ONSETS], tally[_RECURRENCES], conflict + (war_weight - 1.0) * war,
        log(1.0 + tally[_DEATHS]),
        _both(tally, PROGRAMME_LINE), _both(tally, THEMATIC_LINE), _both(tally, TOP_UP_LINE),
        _both(tally, ASSESSED_LINE), _both(tally, VOLUNTARY_LINE), _both(tally, OVERHEAD_LINE),
        _both(tally, LAPSED_LINE), _both(tally, UNDRAWN_LINE), tally[_CALLED], tally[_ARREARS],
        tally[_REPLANNED], tally[_SCREENED_OUT],
        _ratio(_spent_on_work(tally, 0), _spent_on_work(tally, 0) + _spent_on_work(tally, LINES)),
        tally[_ADVISED],
        _ratio(tally[_OVERLAP], tally[_SPENT]),
        _ratio(tally[_GAPS], tally[_YEARS]),
        _ratio(tally[_WAIT], tally[_ENTRIES]),
        _ratio(tally[_MISALLOCATED], tally[_SPENDING]),
        tally[_TRUST] / state_quarters, tally[_CONSENT] / state_quarters,
        _ratio(tally[_STOP_START], tally[_COMPARED]),
        _ratio(tally[_ERROR], tally[_YEARS]),
        _ratio(tally[_BELIEF_ERROR], tally[_REPORTED]),
        _ratio(tally[_JOINED], tally[_YEARS]),
    ])  # fmt: skip

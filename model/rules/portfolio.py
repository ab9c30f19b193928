"""Which programmes a department or pool runs, and how its money is spread over them (ODD, steps 4 and 6).

A programme is one instrument in one state and takes one desk. Departments and pools choose by the same rule: a
department has desks for its own instrument, a pool has some for each instrument and, as far as its mix is free, some
for whichever instrument is worth most.

Arrays are (instrument, state); ``desks`` and ``money`` (4,) hold what is tied to each instrument and, last, what is free.
"""

import numpy as np

from model.rules.compiled import kernel
from model.rules.priorities import claim
from model.world import Floats

FREE = 3
"""Position of what may go to any instrument."""
_LEAST_DESK = 1e-9
"""Smaller remainders of a desk are rounding, not desks."""


@kernel
def tied_and_free(parts: Floats, mix: float) -> Floats:
    """Divide what each department brings, money or desks (3,), into tied to its instrument and free (4,)."""
    divided = np.empty(4)
    free = 0.0
    for k in range(3):
        divided[k] = (1.0 - mix) * parts[k]
        free += mix * parts[k]
    divided[FREE] = free
    return divided


@kernel
def end_commitments(programme: Floats, years_left: Floats) -> None:
    """Let a year pass: programmes whose commitment has run out free their desks."""
    for k in range(programme.shape[0]):
        for i in range(programme.shape[1]):
            years_left[k, i] = max(0.0, years_left[k, i] - 1.0)
            if years_left[k, i] == 0.0:
                programme[k, i] = 0.0


@kernel
def _desk_cost(programme: Floats, state: int, economy: float) -> float:
    """Desks that one more programme in a state takes."""
    for k in range(programme.shape[0]):
        if programme[k, state] > 0.0:
            return 1.0 - economy
    return 1.0


@kernel
def _best_open(score: Floats, tie: Floats, covered: Floats, programme: Floats, first: int, last: int) -> tuple[int, int]:
    """Find the most valuable programme not yet run among instruments ``first`` to ``last``; (-1, -1) if none is left."""
    best_k, best_i = -1, -1
    for i in range(score.shape[1]):
        if covered[i] == 0.0:
            continue
        for k in range(first, last):
            if programme[k, i] > 0.0:
                continue
            if best_i >= 0:
                behind = score[k, i] < score[best_k, best_i]
                if behind or (score[k, i] == score[best_k, best_i] and tie[i] <= tie[best_i]):
                    continue
            best_k, best_i = k, i
    return best_k, best_i


@kernel
def _free_desks(programme: Floats, desks: Floats, economy: float) -> Floats:
    """Desks left by programmes still committed: first those tied to their instrument, then free ones."""
    left = desks.copy()
    for i in range(programme.shape[1]):
        sharing = 1.0
        for k in range(programme.shape[0]):
            if programme[k, i] > 0.0:
                cost = programme[k, i] * sharing
                sharing = 1.0 - economy
                tied = min(left[k], cost)
                left[k] -= tied
                left[FREE] = max(0.0, left[FREE] - (cost - tied))
    return left


@kernel
def choose_programmes(
    score: Floats,
    worth_now: Floats,
    tie: Floats,
    covered: Floats,
    desks: Floats,
    economy: float,
    commitment: float,
    programme: Floats,
    years_left: Floats,
    worth: Floats,
) -> None:
    """Fill the desks that are free with the most valuable programmes, in place.

    Parameters
    ----------
    score, worth_now : ndarray (3, n)
        What decides where a desk goes, and the value on which its money will be reckoned while it is committed.
    tie, covered : ndarray (n,)
        Uniforms that break ties; 1 for states in this spender's remit.
    desks : ndarray (4,)
        Desks tied to each instrument, then free ones. The last programme may have part of a desk.
    economy : float
        Part of a desk saved by a further instrument in the same state.
    commitment : float
        Years for which new programmes are agreed.
    programme, years_left, worth : ndarray (3, n)
        Size in [0, 1], years still agreed, value at agreement: changed in place.
    """
    left = _free_desks(programme, desks, economy)
    for pot in range(FREE + 1):
        first, last = (pot, pot + 1) if pot < FREE else (0, FREE)
        while left[pot] > _LEAST_DESK:
            k, i = _best_open(score, tie, covered, programme, first, last)
            if i < 0:
                break
            cost = _desk_cost(programme, i, economy)
            programme[k, i] = min(1.0, left[pot] / cost)
            left[pot] -= programme[k, i] * cost
            years_left[k, i] = commitment
            worth[k, i] = worth_now[k, i]


@kernel
def spread_money(money: Floats, programme: Floats, worth: Floats, concentration: float, spent: Floats) -> float:
    """Spread money over programmes by their claims, in place.

    Parameters
    ----------
    money : ndarray (4,)
        £m a quarter tied to each instrument, then free.
    programme, worth : ndarray (3, n)
        See `choose_programmes`.
    concentration : float
        See `model.rules.priorities.claim`.
    spent : ndarray (3, n)
        £m a quarter, set in place.

    Returns
    -------
    float
        £m that found no programme and lapses.
    """
    claims = np.empty(3)
    for k in range(3):
        total = 0.0
        for i in range(spent.shape[1]):
            spent[k, i] = claim(programme[k, i], worth[k, i], concentration) if programme[k, i] > 0.0 else 0.0
            total += spent[k, i]
        claims[k] = total
    everything = claims[0] + claims[1] + claims[2]
    lapsed = 0.0 if everything > 0.0 else money[FREE]
    for k in range(3):
        price = (money[k] / claims[k] if claims[k] > 0.0 else 0.0) + (money[FREE] / everything if everything > 0.0 else 0.0)
        lapsed += 0.0 if claims[k] > 0.0 else money[k]
        for i in range(spent.shape[1]):
            spent[k, i] *= price
    return lapsed

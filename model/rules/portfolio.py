"""Which programmes a department or pool runs, and how its money is spread over them (ODD, steps 4 and 5).

A programme is one instrument in one state and takes one desk. Departments and pools choose by the same rule: a
department has desks for its own instrument, a pool has some for each instrument and, as far as its mix is free, some
for whichever instrument is worth most.

A spender keeps a ``book`` (21, n), see `model.rules.table`; values are (instrument, state); ``desks`` and ``money``
(4,) hold what is tied to each instrument and, last, what is free.
"""

import numpy as np

from model.rules.compiled import kernel, kernel_with_memory, rule
from model.rules.priorities import claim
from model.rules.table import CLAIM, COST, MONEY, NOT_RUNNING, PROGRAMME, WAIT, WHOLE_BOOK, WORTH, YEARS_LEFT
from model.world import Floats

FREE = 3
"""Position of what may go to any instrument."""
_LEAST_DESK = 1e-9
"""Smaller remainders of a desk are rounding, not desks."""


@kernel
def tied_and_free(parts: tuple[float, float, float], mix: float, divided: Floats) -> None:
    """Divide what each department brings, money or desks, into tied to its instrument and free (4,), in place."""
    free = 0.0
    for k in range(3):
        divided[k] = (1.0 - mix) * parts[k]
        free += mix * parts[k]
    divided[FREE] = free


@kernel
def open_book(book: Floats) -> None:
    """Note in an empty book (21, n) that no programme runs."""
    for k in range(3):
        for i in range(book.shape[1]):
            book[WAIT + k, i] = NOT_RUNNING


@kernel
def end_commitments(book: Floats) -> None:
    """Let a year pass: programmes whose commitment has run out free their desks, last year's decisions are paid."""
    for i in range(book.shape[1]):
        book[COST, i] = 0.0
    for k in range(3):
        for i in range(book.shape[1]):
            left = book[YEARS_LEFT + k, i] - 1.0
            book[YEARS_LEFT + k, i] = left if left > 0.0 else 0.0
            book[PROGRAMME + k, i] = book[PROGRAMME + k, i] if left > 0.0 else 0.0


@kernel
def _desk_cost(book: Floats, state: int, economy: float) -> float:
    """Desks that one more programme in a state takes."""
    for k in range(3):
        if book[PROGRAMME + k, state] > 0.0:
            return 1.0 - economy
    return 1.0


@kernel
def ahead(score: Floats, worth: Floats, tie: Floats, k: int, i: int, best_k: int, best_i: int) -> bool:
    """Whether one programme goes before another: by score, then worth, then lot (``tie`` (n,)); never by index."""
    if score[k, i] != score[best_k, best_i]:
        return bool(score[k, i] > score[best_k, best_i])
    if worth[k, i] != worth[best_k, best_i]:
        return bool(worth[k, i] > worth[best_k, best_i])
    if i != best_i:
        return bool(tie[i] > tie[best_i])
    return bool((tie[i] + k / 3.0) % 1.0 > (tie[i] + best_k / 3.0) % 1.0)


@kernel_with_memory
def _open_scores(score: Floats, covered: Floats, book: Floats) -> Floats:
    """Score of programmes (3, n) that are not yet run in covered states (n,), minus infinity elsewhere."""
    found = np.empty(score.shape)
    for k in range(3):
        for i in range(score.shape[1]):
            taken = covered[i] == 0.0 or book[PROGRAMME + k, i] > 0.0
            found[k, i] = -np.inf if taken else score[k, i]
    return found


@kernel
def _best_open(score: Floats, worth: Floats, tie: Floats, first: int, last: int) -> tuple[int, int]:
    """Find the open programme that goes first, instruments ``first`` to ``last`` - 1; (-1, -1) if none is left."""
    best_k, best_i, best = -1, -1, -np.inf
    for k in range(first, last):
        for i in range(score.shape[1]):
            if score[k, i] < best or score[k, i] == -np.inf:
                continue
            if best_i < 0 or ahead(score, worth, tie, k, i, best_k, best_i):
                best_k, best_i, best = k, i, score[k, i]
    return best_k, best_i


@kernel
def _desks_used(book: Floats, k: int, economy: float) -> float:
    """Desks that programmes with an instrument take; what those in a state save, they save by their sizes."""
    used = 0.0
    for i in range(book.shape[1]):
        largest, total = 0.0, 0.0
        for other in range(3):
            largest = max(largest, book[PROGRAMME + other, i])
            total += book[PROGRAMME + other, i]
        if book[PROGRAMME + k, i] > 0.0:
            used += book[PROGRAMME + k, i] * (1.0 - economy * (1.0 - largest / total))
    return used


@kernel_with_memory
def _take_committed(book: Floats, left: Floats, economy: float) -> None:
    """Subtract from ``left`` (4,) the desks of programmes still committed: first tied ones, then free ones.

    Desks are conserved: where they have gone elsewhere since programmes were agreed, as when a department leaves a
    pool, the programmes that need more than there is shrink alike.
    """
    used, over, wanted = np.empty(3), np.empty(3), 0.0
    for k in range(3):
        used[k] = _desks_used(book, k, economy)
        over[k] = max(0.0, used[k] - left[k])
        wanted += over[k]
    granted = min(1.0, left[FREE] / wanted) if wanted > 0.0 else 1.0
    for k in range(3):
        if granted < 1.0 and over[k] > 0.0:
            for i in range(book.shape[1]):
                book[PROGRAMME + k, i] *= (left[k] + granted * over[k]) / used[k]
        left[k] = max(0.0, left[k] - used[k])
    left[FREE] = max(0.0, left[FREE] - wanted)


@kernel_with_memory
def choose_programmes(
    score: Floats,
    worth: Floats,
    tie: Floats,
    covered: Floats,
    desks: Floats,
    economy: float,
    commitment: float,
    late: Floats,
    first_year: bool,
    price: float,
    concentration: float,
    book: Floats,
) -> None:
    """Fill the desks that are free with the most valuable programmes, in the book.

    A programme that ran until now and is chosen again goes on at once; others wait as long as they are late.

    Parameters
    ----------
    score, worth : ndarray (3, n)
        What decides where a desk goes, and the value on which its money will be reckoned while it is committed.
    tie, covered : ndarray (n,)
        Uniforms that break ties; 1 for states in this spender's remit.
    desks : ndarray (4,)
        Desks tied to each instrument, then free ones; used up in place. The last programme may have part of a desk.
    economy : float
        Part of a desk saved by a further instrument in the same state.
    commitment : float
        Years for which new programmes are agreed.
    late : ndarray (3, n)
        Quarters that keep a new programme from its first money.
    first_year : bool
        The first programmes are agreed for 1, 2, … years in turn, so that later a part of them comes up every year.
    price : float
        £m a quarter that each decision costs for a year.
    concentration : float
        See `model.rules.priorities.claim`.
    book : ndarray (21, n)
        Changed in place.
    """
    _take_committed(book, desks, economy)
    unused, chosen = _open_scores(score, covered, book), 0
    for pot in range(FREE + 1):
        first, last = (pot, pot + 1) if pot < FREE else (0, FREE)
        while desks[pot] > _LEAST_DESK:
            k, i = _best_open(unused, worth, tie, first, last)
            if i < 0:
                break
            cost = _desk_cost(book, i, economy)
            book[PROGRAMME + k, i] = min(1.0, desks[pot] / cost)
            desks[pot] -= book[PROGRAMME + k, i] * cost
            unused[k, i] = -np.inf
            book[YEARS_LEFT + k, i] = 1.0 + chosen % int(commitment) if first_year else commitment
            book[WORTH + k, i], book[CLAIM + k, i] = worth[k, i], claim(1.0, worth[k, i], concentration)
            book[COST, i] += price
            book[WAIT + k, i] = late[k, i] if book[WAIT + k, i] == NOT_RUNNING else book[WAIT + k, i]
            chosen += 1
    for k in range(3):
        for i in range(book.shape[1]):
            if book[PROGRAMME + k, i] == 0.0:
                book[WAIT + k, i] = NOT_RUNNING


@kernel_with_memory
def roll_over(desks: Floats, economy: float, book: Floats) -> None:
    """Decide nothing this year: what runs goes on, committed or not, as far as there are desks (4,) for it."""
    for i in range(book.shape[1]):
        book[COST, i] = 0.0
    _take_committed(book, desks, economy)


@rule
def stalled(uniform: float, rate: float, first_year: bool) -> bool:
    """Whether a spender decides nothing this year; the first year's programmes are always decided."""
    return uniform > 1.0 - rate and not first_year


@rule
def started(wait: float) -> float:
    """Part of this quarter in which a programme that waits so many quarters is under way."""
    return 0.0 if wait >= 1.0 else (1.0 if wait <= 0.0 else 1.0 - wait)


@kernel
def any_in(book: Floats, row: int) -> bool:
    """Whether a row of a book holds anything."""
    found = False
    for i in range(book.shape[1]):
        found = found | (book[row, i] > 0.0)
    return found


@kernel
def _claim_money(book: Floats, k: int) -> float:
    """Note in the book what programmes with one instrument claim, as far as they are under way; returns the sum."""
    book[MONEY + k] = 0.0
    if not any_in(book, PROGRAMME + k):
        return 0.0
    for i in range(book.shape[1]):
        part = book[PROGRAMME + k, i] * started(book[WAIT + k, i])
        book[MONEY + k, i] = part * book[CLAIM + k, i] if part > 0.0 else 0.0
    total = 0.0
    for i in range(book.shape[1]):
        total += book[MONEY + k, i]
        waits = book[WAIT + k, i] - 1.0 if book[WAIT + k, i] > 1.0 else 0.0
        book[WAIT + k, i] = waits if book[PROGRAMME + k, i] > 0.0 else book[WAIT + k, i]
    return total


@kernel
def spread_money(money: Floats, part: float, book: Floats) -> float:
    """Spread a part of a quarter's money over programmes by their claims, in the book.

    Programmes that still wait claim nothing, or part of a quarter's claim in the quarter they start.

    Parameters
    ----------
    money : ndarray (4,)
        £m a quarter tied to each instrument, then free.
    part : float
        Of it that is spread.
    book : ndarray (21, n)
        Changed in place.

    Returns
    -------
    float
        £m that found no programme and lapses.
    """
    claims = _claim_money(book, 0), _claim_money(book, 1), _claim_money(book, 2)
    everything = claims[0] + claims[1] + claims[2]
    free = part * money[FREE]
    lapsed = 0.0 if everything > 0.0 else free
    free_price = free / everything if everything > 0.0 else 0.0
    for k in range(3):
        tied = part * money[k]
        price = free_price + (tied / claims[k] if claims[k] > 0.0 else 0.0)
        lapsed += 0.0 if claims[k] > 0.0 else tied
        for i in range(book.shape[1]):
            book[MONEY + k, i] *= price
    return lapsed


@kernel
def mean_worth(weights: Floats, worth: Floats) -> float:
    """Mean worth (3, n) of programmes, weighted by their size or money (3, n); 0 where there are none."""
    total, value = 0.0, 0.0
    for k in range(3):
        for i in range(worth.shape[1]):
            total += weights[k, i]
            value += weights[k, i] * worth[k, i]
    return value / total if total > 0.0 else 0.0


@kernel_with_memory
def worth_alone(
    instrument: int, worth: Floats, tie: Floats, covered: Floats, desks: float, concentration: float
) -> float:
    """Mean worth (3, n), weighted by money, of what a department would run alone: its best with its desks."""
    n = worth.shape[1]
    book, own, late = np.zeros((WHOLE_BOOK, n)), np.zeros(4), np.zeros((3, n))
    open_book(book)
    own[instrument] = desks
    choose_programmes(worth, worth, tie, covered, own, 0.0, 1.0, late, False, 0.0, concentration, book)
    own[instrument] = 1.0
    spread_money(own, 1.0, book)
    return mean_worth(book[MONEY : MONEY + 3], worth)

"""The reference: a planner who sees the truth and spends pound by pound where expected harm falls most.

Stated problem: each fiscal year, divide a pool's money over (instrument, state) pairs, at most as many as it has
desks, so that expected harm at the drivers' new resting levels is least. Solved greedily, in equal steps, with
absorption, crowding, interdependence and harm all counted. It looks one year of spending ahead, so it is a reference
and not a ceiling: in single futures others can do better.
"""

import numpy as np

from model.parameters import Conflict, Delivery, Priorities
from model.rules.compiled import kernel
from model.rules.delivery import effort, work
from model.rules.elementary import clip
from model.rules.portfolio import ahead
from model.rules.priorities import expected_harm, marginal_harm
from model.rules.table import PROGRAMME, WAIT, WORTH
from model.world import Floats

ENDED = 12
"""Row of a site that `plan` works out: harm ended per unit of diplomatic effort."""
STEPS = 96
"""Equal parts into which a year's money is cut."""


@kernel
def harm_under(
    money: Floats,
    site: Floats,
    consent: Floats,
    reversion: float,
    delivery: Delivery,
    conflict: Conflict,
    priorities: Priorities,
) -> float:
    """Expected harm in one state under steady money.

    Parameters
    ----------
    money : ndarray (3,)
        £m a quarter by instrument.
    site : ndarray (13,)
        The arguments of `model.rules.priorities.expected_harm` in its order (drivers, status, quarters, exposure,
        memory, mission, log income, log population), then absorptive scale, partners' money per instrument, and the
        harm ended per unit of diplomatic effort.
    consent : ndarray (3,)
        Consent by instrument.
    reversion : float
        Pull of drivers to their structural levels, per quarter.
    """
    efforts = np.empty(3)
    total = money[0] + money[1] + money[2]
    for k in range(3):
        efforts[k] = effort(money[k], total - money[k], site[11], consent[k], site[10], delivery)
    fall0, fall1, fall2, rise = work(site[0], site[1], site[2], efforts[0], efforts[1], efforts[2], 0.0, delivery)
    pull = reversion + delivery.effect
    patience = 1.0 / pull if pull > 0.0 else 0.0
    harm = expected_harm(
        clip(site[0] + patience * (rise - fall0)), clip(site[1] - patience * fall1), clip(site[2] - patience * fall2),
        site[3], site[4], site[5], site[6], site[7], site[8], site[9], conflict, priorities,
    )  # fmt: skip
    return harm - float(site[ENDED]) * float(efforts[2])


@kernel
def plan(
    money: float,
    desks: float,
    sites: Floats,
    consent: Floats,
    covered: Floats,
    tie: Floats,
    reversion: float,
    delivery: Delivery,
    conflict: Conflict,
    priorities: Priorities,
    book: Floats,
) -> None:
    """Choose programmes and their money for a year, in place.

    Parameters
    ----------
    money, desks : float
        £m a quarter, and programmes that can be run.
    sites : ndarray (13, n)
        See `harm_under`.
    consent : ndarray (3, n)
        By instrument.
    covered, tie : ndarray (n,)
        1 for states in the remit; uniforms that break ties.
    book : ndarray (18, n)
        Set in place: 1 where a programme runs, and as its worth the £m a quarter it should get.
    """
    n = sites.shape[1]
    step = money / STEPS
    fall = np.zeros((3, n))
    opened = 0.0
    for i in range(n):
        _, _, _, sites[ENDED, i] = marginal_harm(
            sites[0, i], sites[1, i], sites[2, i], sites[3, i], sites[4, i], sites[5, i], sites[6, i], sites[7, i],
            sites[8, i], sites[9, i], conflict, priorities,
        )  # fmt: skip
        for k in range(3):
            book[PROGRAMME + k, i], book[WORTH + k, i], book[WAIT + k, i] = 0.0, 0.0, 0.0
        _update_falls(i, step, sites, consent, reversion, delivery, conflict, priorities, book, fall)
    for _ in range(STEPS):
        best_k, best_i = -1, -1
        for i in range(n):
            for k in range(3):
                if covered[i] == 0.0 or (book[PROGRAMME + k, i] == 0.0 and opened + 1.0 > desks):
                    continue
                if best_i < 0 or ahead(fall, fall, tie, k, i, best_k, best_i):
                    best_k, best_i = k, i
        if best_i < 0:
            return
        opened += 1.0 - book[PROGRAMME + best_k, best_i]
        book[PROGRAMME + best_k, best_i] = 1.0
        book[WORTH + best_k, best_i] += step
        _update_falls(best_i, step, sites, consent, reversion, delivery, conflict, priorities, book, fall)


@kernel
def _update_falls(
    i: int,
    step: float,
    sites: Floats,
    consent: Floats,
    reversion: float,
    delivery: Delivery,
    conflict: Conflict,
    priorities: Priorities,
    book: Floats,
    fall: Floats,
) -> None:
    """Fall in one state's expected harm that one more step of each instrument would buy, in place."""
    money = np.array([book[WORTH, i], book[WORTH + 1, i], book[WORTH + 2, i]])
    now = harm_under(money, sites[:, i], consent[:, i], reversion, delivery, conflict, priorities)
    for k in range(3):
        money[k] += step
        fall[k, i] = now - harm_under(money, sites[:, i], consent[:, i], reversion, delivery, conflict, priorities)
        money[k] -= step

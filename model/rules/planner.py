"""The reference: a planner who sees the truth and spends pound by pound where expected harm falls most.

Stated problem: each fiscal year, divide a pool's money over (instrument, state) pairs, at most as many as it has
desks, so that expected harm at the drivers' new resting levels is least. Solved greedily, in equal steps, with
absorption, crowding, interdependence and harm all counted. It looks one year of spending ahead, so it is a reference
and not a ceiling: in single futures others can do better.
"""

from typing import NamedTuple

import numpy as np

from model.parameters import Delivery, Priorities
from model.rules.compiled import kernel, kernel_with_memory, rule
from model.rules.delivery import effective, effort, fall
from model.rules.effects import Reach
from model.rules.elementary import clip, exp
from model.rules.portfolio import ahead
from model.rules.priorities import claim, expected_harm, lasting_harm
from model.rules.table import CLAIM, PROGRAMME, WAIT, WORTH
from model.world import Floats

STEPS = 96
"""Equal parts into which a year's money is cut."""


class _Site(NamedTuple):
    """One state as the planner sees it, in the order of a column of ``sites`` and then of ``consent``."""

    insecurity: float
    deprivation: float
    exclusion: float
    status: float
    onset: float
    escalation: float
    ending: float
    memory: float
    log_population: float
    scale: float
    donors: float
    security_works: float
    aid_works: float
    diplomacy_works: float
    consent: tuple[float, float, float]


@rule
def _site(i: int, sites: Floats, consent: Floats) -> _Site:
    """Take a state out of the tables."""
    return _Site(
        sites[0, i], sites[1, i], sites[2, i], sites[3, i], sites[4, i], sites[5, i], sites[6, i], sites[7, i],
        sites[8, i], sites[9, i], sites[10, i], sites[11, i], sites[12, i], sites[13, i],
        (consent[0, i], consent[1, i], consent[2, i]),
    )  # fmt: skip


@rule
def _harm_at(
    site: _Site, first: float, second: float, third: float, reversion: float,
    delivery: Delivery, reach: Reach, war_weight: float, priorities: Priorities,
) -> float:  # fmt: skip
    """Expected harm in a state under steady money for each instrument; see `harm_under`."""
    x0, x1, x2, scale, donors = site.insecurity, site.deprivation, site.exclusion, site.scale, site.donors
    total = first + second + third
    effort0 = effort(first, total - first, donors, site.consent[0], scale, delivery)
    effort1 = effort(second, total - second, donors, site.consent[1], scale, delivery)
    effort2 = effort(third, total - third, donors, site.consent[2], scale, delivery)
    works = (site.security_works, site.aid_works, site.diplomacy_works)
    u0, u1, u2, contested, unaccountable = effective(x0, x1, x2, effort0, effort1, effort2, 0.0, works, delivery)
    pull = reversion + delivery.effect
    patience = 1.0 / pull if pull > 0.0 else 0.0
    gone0 = clip(x0 - patience * fall(u0, x0, delivery)) - x0
    gone1 = clip(x1 - patience * fall(u1, x1, delivery)) - x1
    gone2 = clip(x2 - patience * fall(u2, x2, delivery)) - x2
    status, memory = site.status, site.memory
    onset = (1.0 - memory) * (reach.first[0] * u0 + reach.first[1] * u1 + reach.first[2] * u2)
    onset += memory * (reach.again[0] * u0 + reach.again[1] * u1 + reach.again[2] * u2)
    onset += reach.onset_by[0] * gone0 + reach.onset_by[1] * gone1 + reach.onset_by[2] * gone2
    onset += reach.unaccountable * unaccountable
    up = reach.up[0] * u0 + reach.up[1] * (u1 - contested) + reach.contested * contested + reach.up[2] * u2
    ends = reach.ending[0] * u0 + reach.ending[1] * u1 + reach.ending[2] * u2 + reach.ending_by * gone2
    hazards = (
        site.onset * exp(onset), site.escalation * exp(up + reach.up_by * gone2), site.ending * exp(ends),
    )  # fmt: skip
    new = expected_harm(status, hazards, site.log_population, war_weight, priorities)
    return new + lasting_harm(status, hazards[2], site.log_population, war_weight, priorities)


@kernel_with_memory
def harm_under(
    money: Floats,
    site: Floats,
    consent: Floats,
    reversion: float,
    delivery: Delivery,
    reach: Reach,
    war_weight: float,
    priorities: Priorities,
) -> float:
    """Harm to be expected in one state under steady money: what is new, and what lasts of the present one.

    Parameters
    ----------
    money : ndarray (3,)
        £m a quarter by instrument.
    site : ndarray (14,)
        Drivers, status, hazards of onset, escalation and ending without programmes
        (`model.rules.priorities.hazards`), memory, log population, absorptive scale, partners' money per
        instrument, and how well each instrument works there.
    consent : ndarray (3,)
        Consent by instrument.
    reversion : float
        Pull of drivers to their structural levels, per quarter.
    reach : Reach
        What instruments do to hazards.
    """
    here = _site(0, site.copy().reshape((14, 1)), consent.copy().reshape((3, 1)))
    return _harm_at(here, money[0], money[1], money[2], reversion, delivery, reach, war_weight, priorities)


@rule
def _update_falls(
    i: int,
    step: float,
    sites: Floats,
    consent: Floats,
    reversion: float,
    delivery: Delivery,
    reach: Reach,
    war_weight: float,
    priorities: Priorities,
    book: Floats,
    harms: Floats,
    falls: Floats,
) -> None:
    """Fall in one state's expected harm that one more step of each instrument would buy, in place.

    ``harms`` (4,) are worked out side by side: with one more step of each instrument, and as it is.
    """
    site, m0, m1, m2 = _site(i, sites, consent), book[WORTH, i], book[WORTH + 1, i], book[WORTH + 2, i]
    for k in range(4):
        n0, n1, n2 = m0 + (step if k == 0 else 0.0), m1 + (step if k == 1 else 0.0), m2 + (step if k == 2 else 0.0)
        harms[k] = _harm_at(site, n0, n1, n2, reversion, delivery, reach, war_weight, priorities)
    for k in range(3):
        falls[k, i] = harms[3] - harms[k]


@kernel_with_memory
def plan(
    money: float,
    desks: float,
    sites: Floats,
    consent: Floats,
    covered: Floats,
    tie: Floats,
    reversion: float,
    delivery: Delivery,
    reach: Reach,
    war_weight: float,
    priorities: Priorities,
    book: Floats,
) -> None:
    """Choose programmes and their money for a year, in place.

    Parameters
    ----------
    money, desks : float
        £m a quarter, and programmes that can be run.
    sites : ndarray (14, n)
        See `harm_under`.
    consent : ndarray (3, n)
        By instrument.
    covered, tie : ndarray (n,)
        1 for states in the remit; uniforms that break ties.
    book : ndarray (21, n)
        Set in place: 1 where a programme runs, and as its worth the £m a quarter it should get.
    """
    n = sites.shape[1]
    step, harms, falls, opened = money / STEPS, np.empty(4), np.empty((3, n)), 0.0
    book[PROGRAMME : PROGRAMME + 3], book[WORTH : WORTH + 3], book[WAIT : WAIT + 3] = 0.0, 0.0, 0.0
    for i in range(n):
        _update_falls(i, step, sites, consent, reversion, delivery, reach, war_weight, priorities, book, harms, falls)
    for _ in range(STEPS):
        best_k, best_i = _next_step(falls, tie, covered, opened + 1.0 <= desks, book)
        if best_i < 0:
            break
        opened += 1.0 - book[PROGRAMME + best_k, best_i]
        book[PROGRAMME + best_k, best_i] = 1.0
        book[WORTH + best_k, best_i] += step
        _update_falls(
            best_i, step, sites, consent, reversion, delivery, reach, war_weight, priorities, book, harms, falls
        )
    for k in range(3):
        for i in range(n):
            book[CLAIM + k, i] = claim(1.0, book[WORTH + k, i], 1.0)


@kernel
def _next_step(falls: Floats, tie: Floats, covered: Floats, may_open: bool, book: Floats) -> tuple[int, int]:
    """Find the programme for which one more step buys the largest fall (3, n); (-1, -1) if there is none."""
    best_k, best_i, best = -1, -1, -np.inf
    for k in range(3):
        for i in range(falls.shape[1]):
            if falls[k, i] < best or covered[i] == 0.0 or not (may_open or book[PROGRAMME + k, i] > 0.0):
                continue
            if best_i < 0 or ahead(falls, falls, tie, k, i, best_k, best_i):
                best_k, best_i, best = k, i, falls[k, i]
    return best_k, best_i

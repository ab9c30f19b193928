"""The compiled engine's first half of a quarter: what departments see, how they value states, what they choose.

Stages of `model.ensemble`; arrays are named as in `model.rules.table`.
"""

from typing import NamedTuple

import numpy as np

from model.parameters import Degrees, Parameters
from model.randomness import Chance
from model.rules import conflict, finance, observation, portfolio, priorities, treasury
from model.rules.compiled import stage
from model.rules.planner import plan
from model.rules.table import (
    COMMON_ERROR,
    CONSENT,
    DONORS,
    DRIVER,
    JOINED,
    MEMORY,
    MISSION,
    MONEY,
    PRIVATE_ERROR,
    QUARTERS_IN_CONFLICT,
    REPORTED_NEED,
    SEEN,
    SHARES,
    STATUS,
    TOP_UP,
)
from model.world import Floats, Integers, Layout, Terrain


class Fixed(NamedTuple):
    """What does not change during a run, and the pictures that are kept.

    ``scale`` (n,) £m a quarter; ``interest`` (3, n); ``covered`` (pools, n) 1 where a pool works; ``everywhere`` (n,)
    ones; ``past`` (kept, 3 departments, 3, 3, n) the drivers, private and common errors of past quarters, as each
    department's `model.rules.observation.recall` takes them; ``lead`` (n,) who leads the analysis of a state; ``decay``
    of the memory of conflict.
    """

    scale: Floats
    interest: Floats
    covered: Floats
    everywhere: Floats
    past: Floats
    lead: Integers
    decay: float


@stage
def observe(s: Floats, f: Fixed, quarter: int, chance: Chance, parameters: Parameters) -> None:
    """Step 3: departments see the drivers, with errors that persist and are partly common."""
    p, first, past = parameters.observation, quarter == 0, f.past[quarter % f.past.shape[0]]
    levels, common = s[DRIVER : DRIVER + 3], s[COMMON_ERROR : COMMON_ERROR + 3]
    for k in range(3):
        for i in range(s.shape[1]):
            common[k, i] = observation.next_error(
                common[k, i], chance.common_error[quarter, k, i], first, p.noise_persistence
            )
    for d in range(3):
        errors = s[PRIVATE_ERROR + 3 * d : PRIVATE_ERROR + 3 * d + 3]
        seen = s[SEEN + 3 * d : SEEN + 3 * d + 3]
        observation.observe(levels, chance.private_error[quarter, d], common, d, first, p, errors, seen)
        for k in range(3):
            for i in range(s.shape[1]):
                past[d, 0, k, i], past[d, 1, k, i], past[d, 2, k, i] = levels[k, i], errors[k, i], common[k, i]


@stage
def _pictures(s: Floats, f: Fixed, quarter: int, parameters: Parameters) -> Floats:
    """Pictures on which departments decide, after shared analysis (3, 3, n)."""
    p, degree, kept, n = parameters.observation, parameters.degrees.shared_analysis, f.past.shape[0], s.shape[1]
    own, told = np.empty((3, 3, n)), np.empty((3, 3, n))
    newer, older, part = observation.lag(quarter, observation.FURTHER_DEPARTMENTS * p.analysis_delay)
    for d in range(3):
        for k in range(3):
            for i in range(n):
                own[d, k, i] = s[SEEN + 3 * d + k, i]
        if degree > 0.0:
            observation.recall(f.past[newer % kept, d], f.past[older % kept, d], part, d, p, told[d])
    if degree > 0.0:
        observation.share(told, f.lead, degree, p, own)
    return own


@stage
def _picture_error(pictures: Floats, s: Floats) -> float:
    """Mean absolute error of pictures (3, 3, n)."""
    total = 0.0
    for d in range(3):
        for k in range(3):
            for i in range(pictures.shape[2]):
                total += abs(pictures[d, k, i] - s[DRIVER + k, i])
    return total / pictures.size


@stage
def exposure(status: Floats, terrain: Terrain) -> Floats:
    """Whether conflict is next door, by state."""
    found = np.empty(status.shape[0])
    for i in range(status.shape[0]):
        fighting = 0.0
        for position in range(terrain.first_neighbour[i], terrain.first_neighbour[i + 1]):
            fighting += 1.0 if status[terrain.neighbours[position]] > 0.0 else 0.0
        found[i] = conflict.exposure(fighting)
    return found


@stage
def preventable(
    picture: Floats, s: Floats, f: Fixed, next_door: Floats, visible: float, terrain: Terrain, parameters: Parameters,
    harm: Floats,
) -> None:  # fmt: skip
    """Preventable harm per first £m, as one picture (3, n) of the drivers has it, into ``harm`` (3, n)."""
    lasting = priorities.permanence(parameters.delivery.effect, parameters.drivers.reversion)
    for i in range(picture.shape[1]):
        by0, by1, by2, ended = priorities.marginal_harm(
            picture[0, i], picture[1, i], picture[2, i], s[STATUS, i], s[QUARTERS_IN_CONFLICT, i], next_door[i],
            s[MEMORY, i], s[MISSION, i], terrain.log_income[i], terrain.log_population[i],
            parameters.conflict, parameters.priorities,
        )  # fmt: skip
        harm[0, i] = priorities.preventable_harm(
            picture[0, i], by0, 0.0, lasting, s[CONSENT, i], f.scale[i], s[DONORS, i], visible
        )
        harm[1, i] = priorities.preventable_harm(
            picture[1, i], by1, 0.0, lasting, s[CONSENT + 1, i], f.scale[i], s[DONORS, i], visible
        )
        harm[2, i] = priorities.preventable_harm(
            picture[2, i], by2, ended, lasting, s[CONSENT + 2, i], f.scale[i], s[DONORS, i], visible
        )


@stage
def _choose_department(
    d: int, quarter: int, harm: Floats, joint: Floats, late: Floats, books: Floats, t: Floats, f: Fixed, chance: Chance,
    parameters: Parameters,
) -> None:  # fmt: skip
    """Step 4, a department: value its own instrument's programmes, keep what is committed, fill its own desks.

    ``joint`` (3, n) is what a joint strategy holds each programme to be worth, ``late`` (3, n) how long agreeing takes.
    """
    score, waits = np.zeros((3, harm.shape[1])), np.zeros((3, harm.shape[1]))
    mean = priorities.mean_harm(harm, d, d + 1, f.everywhere)
    need = 0.0
    for i in range(harm.shape[1]):
        need += harm[d, i]
        own = priorities.value(harm[d, i], mean, f.interest[d, i], parameters.priorities.national_interest)
        score[d, i] = priorities.persuaded(own, joint[d, i], parameters.degrees.persuasion)
        waits[d, i] = parameters.degrees.persuasion * late[d, i]
    t[REPORTED_NEED + d] = need
    desks = np.zeros(4)
    desks[d] = (1.0 - t[JOINED + d]) * parameters.priorities.desks
    portfolio.end_commitments(books[d])
    portfolio.choose_programmes(
        score, score, chance.tie, f.everywhere, desks, 0.0, parameters.degrees.commitment,
        waits, quarter == 0, books[d],
    )  # fmt: skip


@stage
def _pool_values(
    harms: Floats, pool: int, f: Fixed, layout: Layout, parameters: Parameters, worth: Floats, late: Floats
) -> None:
    """Agree on programmes in a pool's states, from what each department believes of them (3, 3, n).

    Sets ``worth`` (3, n), and ``late`` (3, n) quarters until a new programme's first money.
    """
    p, degrees, lead = parameters.priorities, parameters.degrees, layout.lead[pool]
    means, votes = np.empty(3), np.empty(3)
    for d in range(3):
        means[d] = priorities.mean_harm(harms[d], 0, 3, f.covered[pool])
    for k in range(3):
        for i in range(worth.shape[1]):
            if f.covered[pool, i] > 0.0:
                word = priorities.value(
                    harms[lead, k, i], means[lead], f.interest[lead, i], priorities.captured(p.national_interest, p)
                )
                for d in range(3):
                    votes[d] = priorities.value(harms[d, k, i], means[d], f.interest[d, i], p.national_interest)
                worth[k, i] = priorities.agreed(word, votes[0], votes[1], votes[2], degrees)
                late[k, i] = priorities.approval(votes[0], votes[1], votes[2], p, degrees)


@stage
def _colocated(worth: Floats, degrees: Degrees) -> Floats:
    """Values (3, n) that decide where desks go, as far as instruments are sent to the same states."""
    score = np.zeros((3, worth.shape[1]))
    for i in range(worth.shape[1]):
        mean = (worth[0, i] + worth[1, i] + worth[2, i]) / 3.0
        for k in range(3):
            score[k, i] = priorities.colocated(worth[k, i], mean, degrees)
    return score


@stage
def _choose_pool(
    pool: int, quarter: int, harms: Floats, books: Floats, t: Floats, f: Fixed, layout: Layout, chance: Chance,
    parameters: Parameters,
) -> None:  # fmt: skip
    """Step 4, a pool: agree on values, keep what is committed, fill desks by instrument and state."""
    degrees, spender = parameters.degrees, 3 + pool
    worth, late = np.zeros((3, harms.shape[2])), np.zeros((3, harms.shape[2]))
    _pool_values(harms, pool, f, layout, parameters, worth, late)
    score = _colocated(worth, degrees)
    part = layout.share[pool] * parameters.priorities.desks
    brought = np.array([part * t[JOINED], part * t[JOINED + 1], part * t[JOINED + 2]])
    desks = portfolio.tied_and_free(brought, degrees.mix)
    portfolio.end_commitments(books[spender])
    portfolio.choose_programmes(
        score, worth, chance.tie, f.covered[pool], desks,
        degrees.colocation * parameters.priorities.colocation_economy, degrees.commitment, late, quarter == 0,
        books[spender],
    )  # fmt: skip


@stage
def _choose_planner(
    pool: int, money: float, s: Floats, books: Floats, t: Floats, f: Fixed, next_door: Floats, layout: Layout,
    terrain: Terrain, chance: Chance, parameters: Parameters,
) -> None:  # fmt: skip
    """Step 4, the reference: a pool that plans on the truth."""
    n = s.shape[1]
    sites = np.empty((13, n))
    for i in range(n):
        sites[0, i], sites[1, i], sites[2, i] = s[DRIVER, i], s[DRIVER + 1, i], s[DRIVER + 2, i]
        sites[3, i], sites[4, i], sites[5, i] = s[STATUS, i], s[QUARTERS_IN_CONFLICT, i], next_door[i]
        sites[6, i], sites[7, i] = s[MEMORY, i], s[MISSION, i]
        sites[8, i], sites[9, i] = terrain.log_income[i], terrain.log_population[i]
        sites[10, i], sites[11, i] = f.scale[i], s[DONORS, i]
    desks = layout.share[pool] * parameters.priorities.desks * (t[JOINED] + t[JOINED + 1] + t[JOINED + 2])
    plan(
        money, desks, sites, s[CONSENT : CONSENT + 3], f.covered[pool], chance.tie, parameters.drivers.reversion,
        parameters.delivery, parameters.conflict, parameters.priorities, books[3 + pool],
    )  # fmt: skip


@stage
def decide(
    s: Floats, books: Floats, t: Floats, f: Fixed, quarter: int, settlement: finance.Settlement, layout: Layout,
    terrain: Terrain, chance: Chance, parameters: Parameters,
) -> float:  # fmt: skip
    """Step 4: priorities and portfolios for the year. Returns the pictures' mean absolute error."""
    degrees, n = parameters.degrees, s.shape[1]
    next_door = exposure(s[STATUS], terrain)
    pictures = _pictures(s, f, quarter, parameters)
    harms, joint, late = np.empty((3, 3, n)), np.zeros((3, n)), np.zeros((3, n))
    for d in range(3):
        preventable(pictures[d], s, f, next_door, degrees.donor_visibility, terrain, parameters, harms[d])
    if degrees.persuasion > 0.0:
        for pool in range(layout.lead.shape[0]):
            _pool_values(harms, pool, f, layout, parameters, joint, late)
        joint = _colocated(joint, degrees)
    for d in range(3):
        _choose_department(d, quarter, harms[d], joint, late, books, t, f, chance, parameters)
    if degrees.pooling > 0.0:
        pooled = finance.divide(settlement.budgets, t[JOINED : JOINED + 3], t[TOP_UP]).pooled
        for pool in range(layout.lead.shape[0]):
            if degrees.planner > 0.0:
                money = layout.share[pool] * (pooled[0] + pooled[1] + pooled[2])
                _choose_planner(pool, money, s, books, t, f, next_door, layout, terrain, chance, parameters)
            else:
                _choose_pool(pool, quarter, harms, books, t, f, layout, chance, parameters)
    return _picture_error(pictures, s)


@stage
def review(
    s: Floats, books: Floats, t: Floats, f: Fixed, quarter: int, layout: Layout, terrain: Terrain, chance: Chance,
    parameters: Parameters,
) -> None:  # fmt: skip
    """Step 8: each department compares a pooled pound with one of its own, by its own values, from its own picture."""
    degrees, p = parameters.degrees, parameters.budgeting
    if degrees.pooling == 0.0 or p.participation_speed == 0.0:
        return
    n = s.shape[1]
    next_door = exposure(s[STATUS], terrain)
    pictures = _pictures(s, f, quarter, parameters)
    harm, worth, placed = np.empty((3, n)), np.empty((3, n)), np.zeros((3, n))
    for pool in range(layout.lead.shape[0]):
        for k in range(3):
            for i in range(n):
                placed[k, i] += books[3 + pool, MONEY + k, i]
    for d in range(3):
        preventable(pictures[d], s, f, next_door, degrees.donor_visibility, terrain, parameters, harm)
        mean = priorities.mean_harm(harm, 0, 3, f.everywhere)
        for k in range(3):
            for i in range(n):
                worth[k, i] = priorities.value(
                    harm[k, i], mean, f.interest[d, i], parameters.priorities.national_interest
                )
        own = portfolio.worth_alone(
            d, worth, chance.tie, f.everywhere, parameters.priorities.desks, parameters.priorities.concentration
        )
        pooled = treasury.pooled_pound(
            portfolio.mean_worth(placed, worth), t[TOP_UP], t[SHARES + d], parameters.finance.pooling_overhead
        )
        part = treasury.next_participation(t[JOINED + d] / degrees.pooling, pooled, own, p)
        t[JOINED + d] = degrees.pooling * part

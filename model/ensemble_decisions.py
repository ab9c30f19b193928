"""The compiled engine's first half of a quarter: what departments see, how they value states, what they choose.

Stages of `model.ensemble`; arrays are named as in `model.rules.table`.
"""

from typing import NamedTuple

import numpy as np

from model.parameters import Degrees, Observation, Parameters
from model.rules import (
    appraisal,
    components,
    conflict,
    effects,
    finance,
    observation,
    portfolio,
    priorities,
    treasury,
)
from model.rules.compiled import stage, stage_with_memory
from model.rules.effects import Reach
from model.rules.planner import plan
from model.rules.table import (
    ADVISED,
    COMMON_ERROR,
    CONSENT,
    DONORS,
    DRIVER,
    EFFORT,
    JOINED,
    MEMORY,
    MISSION,
    MONEY,
    PLACES,
    PRIVATE_ERROR,
    REPORTED_NEED,
    SEEN,
    SHARES,
    STATUS,
    TOP_UP,
)
from model.world import Floats, Integers, Layout, Terrain


class Fixed(NamedTuple):
    """What does not change during a run, and the pictures that are kept.

    ``scale`` (n,) £m a quarter; ``mass`` (n,) of people as other donors weigh them; ``interest`` (3, n); ``covered``
    (pools, n) 1 where a pool works; ``everywhere`` (n,) ones; ``past`` (kept, 3 departments, 3, 2, n) departments'
    views, private and common errors of past quarters, as `model.rules.observation.recall` takes them, kept where
    analysis is shared; ``conditions`` (kept, 4, n) past status, quarters fought and at peace and memory, ``known`` (4,
    n) those that are known now; ``truth_known`` (3, n) true log-hazards at what is known, ``truth`` (3, n) as things
    are when a year is decided; ``lenses`` (16,); ``works`` (3, n) and the ``normals`` (3, n) it is made of; ``lead``
    (n,) who leads the analysis of a state; ``decay`` of the memory of conflict; ``reach`` of instruments and missions;
    ``next_door`` (3, n) what conflict next door adds to the log-hazard of onset, missions and neighbours in conflict
    there, as `exposure` found them last; ``views`` (3, 2, n) of departments this quarter; ``scratch`` (8, n),
    ``places`` (n,) and ``pot`` (4,) for a stage's own use: nothing in them outlives the stage.
    """

    scale: Floats
    mass: Floats
    interest: Floats
    covered: Floats
    everywhere: Floats
    past: Floats
    conditions: Floats
    known: Floats
    truth_known: Floats
    truth: Floats
    lenses: Floats
    works: Floats
    normals: Floats
    lead: Integers
    decay: float
    reach: Reach
    next_door: Floats
    views: Floats
    scratch: Floats
    places: Integers
    pot: Floats


@stage
def come_to_know(s: Floats, f: Fixed, quarter: int, p: Observation) -> None:
    """Step 3: what conflicts there were some quarters ago is known now."""
    kept, late = f.conditions.shape[0], int(p.unknown_status)
    for row in range(4):
        for i in range(s.shape[1]):
            f.conditions[quarter % kept, row, i] = s[STATUS + row, i]
    then = f.conditions[max(0, quarter - late) % kept]
    for row in range(4):
        for i in range(s.shape[1]):
            f.known[row, i] = then[row, i]


@stage
def observe(
    s: Floats, f: Fixed, quarter: int, private_error: Floats, common_error: Floats, terrain: Terrain,
    parameters: Parameters,
) -> None:  # fmt: skip
    """Step 3: departments see where conflict begins and ends, with errors that persist and are partly common.

    Errors come from normals (3 departments, 2, n) and (2, n). Pictures are made in the quarters in which somebody asks.
    """
    first, p, degrees = quarter == 0, parameters.observation, parameters.degrees
    come_to_know(s, f, quarter, p)
    common = s[COMMON_ERROR : COMMON_ERROR + 2]
    for k in range(2):
        for i in range(s.shape[1]):
            common[k, i] = observation.next_error(common[k, i], common_error[k, i], first, p.noise_persistence)
    if not observation.asked(quarter, degrees, p):
        for d in range(3):
            own = s[PRIVATE_ERROR + 2 * d : PRIVATE_ERROR + 2 * d + 2]
            observation.persist(private_error[d], first, p, own)
        return
    n, people, now = s.shape[1], terrain.log_population, f.past[quarter % f.past.shape[0]]
    exposure(f.known[0], s[MISSION], s, terrain, parameters, f)
    appraisal.outlooks(s, f.known, f.next_door[0], people, parameters.conflict, f.reach, f.truth_known)
    appraisal.views(s, f.known, f.next_door[2], people, f.truth_known, f.lenses, p, f.views)
    for d in range(3):
        views = f.views[d]
        errors = s[PRIVATE_ERROR + 2 * d : PRIVATE_ERROR + 2 * d + 2]
        seen = s[SEEN + 2 * d : SEEN + 2 * d + 2]
        observation.look(views, private_error[d], common, first, p, errors, seen)
        if degrees.shared_analysis > 0.0:
            for k in range(2):
                for i in range(n):
                    now[d, 0, k, i], now[d, 1, k, i], now[d, 2, k, i] = views[k, i], errors[k, i], common[k, i]


@stage_with_memory
def _pictures(s: Floats, f: Fixed, quarter: int, parameters: Parameters) -> Floats:
    """Pictures on which departments decide, after shared analysis (3, 2, n)."""
    p, degree, kept, n = parameters.observation, parameters.degrees.shared_analysis, f.past.shape[0], s.shape[1]
    own = s[SEEN : SEEN + 6].copy().reshape((3, 2, n))
    if degree == 0.0:
        return own
    told = np.empty((3, 2, n))
    newer, older, part = observation.lag(quarter, observation.FURTHER_DEPARTMENTS * p.analysis_delay)
    for d in range(3):
        observation.recall(f.past[newer % kept, d], f.past[older % kept, d], part, p, told[d])
    observation.share(told, f.lead, degree, p, own)
    return own


@stage
def exposure(status: Floats, missions: Floats, s: Floats, terrain: Terrain, p: Parameters, f: Fixed) -> None:
    """What conflict next door adds to the log-hazard of onset, given status and missions (n,), into ``f.next_door``.

    Borders count by the most open one, missions by their mean over neighbours in conflict.
    """
    n, neighbours, first = status.shape[0], terrain.neighbours, terrain.first_neighbour
    found, mission, fighting = f.next_door[0], f.next_door[1], f.next_door[2]
    f.next_door[:, :] = 0.0
    for j in range(n):
        if status[j] > 0.0:
            for position in range(first[j], first[j + 1]):
                i = neighbours[position]
                over = conflict.spillover(status[j], s[EFFORT, i], s[EFFORT, j], p.delivery)
                found[i] = over if over > found[i] else found[i]
                mission[i] += missions[j]
                fighting[i] += 1.0
    loading, guards, usual = p.conflict.onset_neighbours, f.reach.missions[4], f.reach.usual_mission_next_door
    for i in range(n):
        if fighting[i] > 0.0:
            found[i] = effects.contagion(found[i], mission[i] / fighting[i], loading, guards, usual)


@stage
def preventable(
    d: int, picture: Floats, s: Floats, f: Fixed, terrain: Terrain, parameters: Parameters, harm: Floats
) -> None:
    """Preventable harm as department ``d`` believes, by its picture (2, n), into ``harm`` (4, n)."""
    appraisal.preventable(
        d, picture, s, f.known, f.truth_known, f.scale, f.normals, terrain.log_population, parameters, f.reach, harm
    )


@stage
def _deploy(
    spender: int, d: int, covered: Floats, mean: float, self_interest: float, harm: Floats, s: Floats, books: Floats,
    f: Fixed, parameters: Parameters,
) -> None:  # fmt: skip
    """Step 4: defence, or a pool's lead ``d``, decides on voluntary peacekeeping, by what it believes (4, n)."""
    if parameters.degrees.voluntary_peacekeeping == 0.0:
        return
    components.deploy(
        harm[3], f.known[0], covered, mean, f.interest[d], self_interest, parameters.peacekeeping, books[spender]
    )


@stage_with_memory
def _choose_department(
    d: int, quarter: int, harm: Floats, joint: Floats, late: Floats, s: Floats, books: Floats, t: Floats, f: Fixed,
    tie: Floats, stall: float, parameters: Parameters,
) -> None:  # fmt: skip
    """Step 4, a department: value its own instrument's programmes, keep what is committed, fill its own desks.

    ``joint`` (3, n) is what a joint strategy holds each programme to be worth, ``late`` (3, n) how long agreeing takes.
    """
    p, degrees, n = parameters.priorities, parameters.degrees, s.shape[1]
    score, waits = f.scratch[0:3], f.scratch[3:6]
    score[:, :], waits[:, :] = 0.0, 0.0
    mean = priorities.mean_harm(harm, d, d + 1, f.everywhere)
    need = 0.0
    for i in range(n):
        need += harm[d, i]
        own = priorities.value(harm[d, i], mean, f.interest[d, i], p.national_interest)
        score[d, i] = priorities.persuaded(own, joint[d, i], degrees.persuasion)
        waits[d, i] = priorities.departmental(late[d, i], p, degrees)
    t[REPORTED_NEED + d] = need
    desks = np.zeros(4)
    desks[d] = (1.0 - t[JOINED + d]) * p.desks
    if portfolio.stalled(stall, p.stall_rate, quarter == 0):
        portfolio.roll_over(desks, 0.0, books[d])
        return
    portfolio.end_commitments(books[d])
    portfolio.choose_programmes(
        score, score, tie, f.everywhere, desks, 0.0, degrees.commitment,
        waits, quarter == 0, finance.decision_price(degrees.persuasion, parameters.finance), p.concentration, books[d],
    )  # fmt: skip
    if d == 0:
        _deploy(d, d, f.everywhere, mean, p.national_interest, harm, s, books, f, parameters)


@stage
def _pool_values(
    harms: Floats, pool: int, f: Fixed, layout: Layout, parameters: Parameters, worth: Floats, late: Floats
) -> None:
    """Agree on programmes in a pool's states, from what each department believes of them (3, 4, n).

    Sets ``worth`` (3, n), and ``late`` (3, n) quarters until a new programme's first money.
    """
    p, degrees, lead, covered = parameters.priorities, parameters.degrees, layout.lead[pool], f.covered[pool]
    own, spoken, interest = p.national_interest, priorities.captured(p.national_interest, p), f.interest
    mean0, mean1 = priorities.mean_harm(harms[0], 0, 3, covered), priorities.mean_harm(harms[1], 0, 3, covered)
    mean2 = priorities.mean_harm(harms[2], 0, 3, covered)
    mean = (mean0, mean1, mean2)[lead]
    for k in range(3):
        for i in range(worth.shape[1]):
            word = priorities.value(harms[lead, k, i], mean, interest[lead, i], spoken)
            vote0 = priorities.value(harms[0, k, i], mean0, interest[0, i], own)
            vote1 = priorities.value(harms[1, k, i], mean1, interest[1, i], own)
            vote2 = priorities.value(harms[2, k, i], mean2, interest[2, i], own)
            waits = priorities.approval(vote0, vote1, vote2, p, degrees)
            inside = covered[i] > 0.0
            worth[k, i] = priorities.agreed(word, vote0, vote1, vote2, degrees) if inside else worth[k, i]
            late[k, i] = priorities.screened(waits, float(k), p, degrees) if inside else late[k, i]


@stage_with_memory
def _colocated(worth: Floats, degrees: Degrees) -> Floats:
    """Values (3, n) that decide where desks go, as far as instruments are sent to the same states."""
    score = np.zeros((3, worth.shape[1]))
    for i in range(worth.shape[1]):
        mean = (worth[0, i] + worth[1, i] + worth[2, i]) / 3.0
        for k in range(3):
            score[k, i] = priorities.colocated(worth[k, i], mean, degrees)
    return score


@stage_with_memory
def _choose_pool(
    pool: int, quarter: int, harms: Floats, s: Floats, books: Floats, t: Floats, f: Fixed, layout: Layout, tie: Floats,
    stall: Floats, parameters: Parameters,
) -> None:  # fmt: skip
    """Step 4, a pool: agree on values, keep what is committed, fill desks by instrument and state."""
    p, degrees, spender, lead = parameters.priorities, parameters.degrees, 3 + pool, layout.lead[pool]
    part = layout.share[pool] * p.desks
    brought, desks = (part * t[JOINED], part * t[JOINED + 1], part * t[JOINED + 2]), np.empty(4)
    portfolio.tied_and_free(brought, degrees.mix, desks)
    economy = degrees.colocation * p.colocation_economy
    if portfolio.stalled(stall[lead], p.stall_rate, quarter == 0):
        portfolio.roll_over(desks, economy, books[spender])
        components.charge_presence(parameters.finance.presence_cost, books[spender])
        return
    worth, late = np.zeros((3, harms.shape[2])), np.zeros((3, harms.shape[2]))
    _pool_values(harms, pool, f, layout, parameters, worth, late)
    late += priorities.setting_up(quarter == 0, p)
    portfolio.end_commitments(books[spender])
    portfolio.choose_programmes(
        _colocated(worth, degrees), worth, tie, f.covered[pool], desks, economy, degrees.commitment, late,
        quarter == 0, finance.decision_price(1.0, parameters.finance), p.concentration, books[spender],
    )  # fmt: skip
    mean = priorities.mean_harm(harms[lead], 0, 3, f.covered[pool])
    spoken = priorities.captured(p.national_interest, p)
    _deploy(spender, lead, f.covered[pool], mean, spoken, harms[lead], s, books, f, parameters)
    if degrees.thematic > 0.0:
        components.set_themes(worth, s[CONSENT], f.covered[pool], books[spender])
        components.charge_presence(parameters.finance.presence_cost, books[spender])


@stage_with_memory
def _choose_planner(
    pool: int, money: float, s: Floats, books: Floats, t: Floats, f: Fixed, layout: Layout, terrain: Terrain,
    tie: Floats, parameters: Parameters,
) -> None:  # fmt: skip
    """Step 4, the reference: a pool that plans on the truth."""
    n = s.shape[1]
    sites = np.empty((14, n))
    for i in range(n):
        sites[0, i], sites[1, i], sites[2, i] = s[DRIVER, i], s[DRIVER + 1, i], s[DRIVER + 2, i]
        sites[3, i], sites[7, i], sites[8, i] = s[STATUS, i], s[MEMORY, i], terrain.log_population[i]
        sites[4, i], sites[5, i], sites[6, i] = priorities.hazards(
            s[STATUS, i], f.truth[0, i], f.truth[1, i], f.truth[2, i]
        )
        sites[9, i], sites[10, i] = f.scale[i], s[DONORS, i]
        sites[11, i], sites[12, i], sites[13, i] = f.works[0, i], f.works[1, i], f.works[2, i]
    desks = layout.share[pool] * parameters.priorities.desks * (t[JOINED] + t[JOINED + 1] + t[JOINED + 2])
    plan(
        money, desks, sites, s[CONSENT : CONSENT + 3], f.covered[pool], tie, parameters.drivers.reversion,
        parameters.delivery, f.reach, parameters.conflict.war_weight, parameters.priorities, books[3 + pool],
    )  # fmt: skip


@stage_with_memory
def decide(
    s: Floats, books: Floats, t: Floats, f: Fixed, quarter: int, settlement: finance.Settlement, layout: Layout,
    terrain: Terrain, tie: Floats, stall: Floats, parameters: Parameters,
) -> float:  # fmt: skip
    """Step 4: priorities and portfolios for the year. Returns the pictures' mean absolute error.

    ``tie`` (n,) are lots; ``stall`` (3,) uniforms that say who decides nothing this year.
    """
    degrees, n = parameters.degrees, s.shape[1]
    exposure(s[STATUS], s[MISSION], s, terrain, parameters, f)
    condition = s[STATUS : STATUS + 4]
    appraisal.outlooks(s, condition, f.next_door[0], terrain.log_population, parameters.conflict, f.reach, f.truth)
    pictures = _pictures(s, f, quarter, parameters)
    components.advise(s[DRIVER + 2], s[CONSENT], tie, t[PLACES], s[ADVISED])
    harms, joint, late = np.empty((3, 4, n)), np.zeros((3, n)), np.zeros((3, n))
    for d in range(3):
        preventable(d, pictures[d], s, f, terrain, parameters, harms[d])
    if degrees.persuasion > 0.0:
        for pool in range(layout.lead.shape[0]):
            _pool_values(harms, pool, f, layout, parameters, joint, late)
        joint = _colocated(joint, degrees)
    for d in range(3):
        _choose_department(d, quarter, harms[d], joint, late, s, books, t, f, tie, stall[d], parameters)
    if degrees.pooling > 0.0:
        pooled = finance.divide(
            settlement.budgets, finance.oda_parts(parameters.finance), t[JOINED : JOINED + 3], t[TOP_UP],
            parameters.budgeting,
        ).pooled  # fmt: skip
        for pool in range(layout.lead.shape[0]):
            if degrees.planner > 0.0:
                money = layout.share[pool] * (pooled[0] + pooled[1] + pooled[2])
                _choose_planner(pool, money, s, books, t, f, layout, terrain, tie, parameters)
            else:
                _choose_pool(pool, quarter, harms, s, books, t, f, layout, tie, stall, parameters)
    return appraisal.picture_error(pictures, f.truth, s[STATUS], f.known[0])


@stage_with_memory
def review(
    s: Floats, books: Floats, t: Floats, f: Fixed, quarter: int, layout: Layout, terrain: Terrain, tie: Floats,
    parameters: Parameters,
) -> None:  # fmt: skip
    """Step 8: each department compares a pooled pound with one of its own, by its own values, from its own picture."""
    degrees, p = parameters.degrees, parameters.budgeting
    if degrees.pooling == 0.0 or p.participation_speed == 0.0:
        return
    n = s.shape[1]
    pictures = _pictures(s, f, quarter, parameters)
    harm, worth, placed = np.empty((4, n)), np.empty((3, n)), np.zeros((3, n))
    for pool in range(layout.lead.shape[0]):
        for k in range(3):
            for i in range(n):
                placed[k, i] += books[3 + pool, MONEY + k, i]
    for d in range(3):
        preventable(d, pictures[d], s, f, terrain, parameters, harm)
        mean = priorities.mean_harm(harm, 0, 3, f.everywhere)
        for k in range(3):
            for i in range(n):
                worth[k, i] = priorities.value(
                    harm[k, i], mean, f.interest[d, i], parameters.priorities.national_interest
                )
        own = portfolio.worth_alone(
            d, worth, tie, f.everywhere, parameters.priorities.desks, parameters.priorities.concentration
        )
        pooled = treasury.pooled_pound(
            portfolio.mean_worth(placed, worth), t[TOP_UP], t[SHARES + d], parameters.finance.pooling_overhead, p
        )
        part = treasury.next_participation(t[JOINED + d] / degrees.pooling, pooled, own, p)
        t[JOINED + d] = degrees.pooling * part

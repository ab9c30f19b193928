"""The compiled engine: one run as loops over arrays, for ensembles of many thousand runs.

The schedule is that of `model.simulation`, line by line; every rule is the same compiled function. A test holds the
two together to the bit.
"""

from typing import NamedTuple

import numpy as np

from model.outcomes import OUTCOMES
from model.parameters import Parameters, build_parameters
from model.randomness import Chance, draw_chance
from model.rules import conflict, delivery, drivers, finance, observation, partners, peacekeeping, portfolio, priorities, trust
from model.rules.compiled import kernel, stage
from model.rules.measurement import TALLY, count_allocation, count_quarter, count_year, outcomes_of
from model.rules.planner import plan
from model.rules.table import (
    ACCOUNT, BOOK_ROWS, COMMON_ERROR, CONSENT, DEATHS, DONORS, DRIVER, EFFORT, LAST_YEAR_MONEY, LEDGER, MEMORY, MISSION,
    MONEY, PRIVATE_ERROR, QUARTERS_AT_PEACE, QUARTERS_IN_CONFLICT, REPORTED_NEED, ROWS, SEEN, SHARES, STATUS, STRUCTURAL,
    TRUST, YEAR_MONEY,
)  # fmt: skip
from model.trajectory import write_row
from model.world import Floats, Layout, Terrain, stylised


class Fixed(NamedTuple):
    """What does not change during a run: ``scale`` and ``attraction`` per state, ``interest`` per department, pictures kept.

    ``scale`` (n,) £m a quarter; ``interest`` (3, n); ``covered`` (pools, n) 1 where a pool works; ``everywhere`` (n,)
    ones; ``history`` (delays, 3, 3, n) what departments saw, the latest first; ``decay`` of the memory of conflict.
    """

    scale: Floats
    interest: Floats
    covered: Floats
    everywhere: Floats
    history: Floats
    decay: float


@stage
def _fixed(parameters: Parameters, layout: Layout, terrain: Terrain, chance: Chance) -> Fixed:
    """Work out what does not change during a run."""
    n, pools = terrain.status.shape[0], layout.lead.shape[0]
    scale, interest, covered = np.empty(n), np.empty((3, n)), np.zeros((pools, n))
    for i in range(n):
        scale[i] = delivery.absorptive_scale(terrain.log_population[i], parameters.delivery)
        covered[layout.pool_of_state[i], i] = 1.0
        for d in range(3):
            interest[d, i] = priorities.interest(chance.interests[d, i], chance.interests[3, i], parameters.priorities)
    history = np.zeros((observation.LONGEST_DELAY + 2, 3, 3, n))
    return Fixed(scale, interest, covered, np.ones(n), history, conflict.memory_decay(parameters.conflict))


@stage
def _start(s: Floats, t: Floats, terrain: Terrain, parameters: Parameters) -> None:
    """Set the state of the world before the first quarter."""
    for i in range(s.shape[1]):
        for k in range(3):
            s[DRIVER + k, i] = terrain.structural[k, i]
            s[STRUCTURAL + k, i] = terrain.structural[k, i]
        s[STATUS, i] = terrain.status[i]
        s[QUARTERS_IN_CONFLICT, i] = terrain.quarters_in_conflict[i]
        s[QUARTERS_AT_PEACE, i], s[MEMORY, i] = conflict.history_before(
            terrain.status[i], terrain.quarters_at_peace[i], parameters.conflict
        )
        s[MISSION, i] = peacekeeping.mission_before(terrain.status[i], parameters.peacekeeping)
        s[TRUST, i] = trust.FIRST_TRUST
    p = parameters.finance
    shares = finance.normalised(p.budget_defence, p.budget_development, p.budget_foreign)
    for d in range(3):
        t[SHARES + d] = shares[d]


@stage
def _move_world(s: Floats, quarter: int, terrain: Terrain, chance: Chance, parameters: Parameters) -> None:
    """Step 1: structural levels heal, drivers drift and take shocks and damage."""
    p = parameters.drivers
    uniform, normal = chance.shocks[quarter], chance.drift[quarter]
    for i in range(s.shape[1]):
        shocks = drivers.shocks_to_drivers(uniform[0, i], uniform[1, i], uniform[2, i], uniform[3, i], p)
        for k in range(3):
            s[STRUCTURAL + k, i] = drivers.healed(s[STRUCTURAL + k, i], terrain.structural[k, i], p)
            s[DRIVER + k, i] = drivers.next_driver(
                s[DRIVER + k, i], s[STRUCTURAL + k, i], s[STATUS, i], normal[k, i], shocks[k], p
            )


@stage
def _total_mission(s: Floats) -> float:
    """Strength of all missions, summed in the order of states."""
    total = 0.0
    for i in range(s.shape[1]):
        total += s[MISSION, i]
    return total


@stage
def _open_year(s: Floats, t: Floats, quarter: int, parameters: Parameters) -> finance.Settlement:
    """Step 2: partner states renew consent, Parliament votes, the Treasury settles."""
    for i in range(s.shape[1]):
        s[CONSENT, i], s[CONSENT + 1, i], s[CONSENT + 2, i] = trust.consent(s[TRUST, i], s[DRIVER + 2, i], parameters.trust)
    shares = t[SHARES : SHARES + 3]
    if quarter > 0:
        finance.rebalance(shares, t[REPORTED_NEED : REPORTED_NEED + 3], parameters.degrees.rebalancing)
    owed = peacekeeping.assessed(_total_mission(s), parameters.peacekeeping) + t[LEDGER + 5]
    return finance.settle(finance.voted(parameters.finance), owed, shares, parameters.finance, parameters.degrees)


@stage
def _observe(s: Floats, f: Fixed, quarter: int, chance: Chance, parameters: Parameters) -> None:
    """Step 3: departments see the drivers, with errors that persist and are partly common."""
    p, first, slot = parameters.observation, quarter == 0, quarter % f.history.shape[0]
    private, common = chance.private_error[quarter], chance.common_error[quarter]
    n = s.shape[1]
    for k in range(3):
        for i in range(n):
            s[COMMON_ERROR + k, i] = observation.next_error(s[COMMON_ERROR + k, i], common[k, i], first, p)
    for d in range(3):
        for k in range(3):
            error, seen = PRIVATE_ERROR + 3 * d + k, SEEN + 3 * d + k
            for i in range(n):
                s[error, i], s[seen, i] = observation.observed(
                    s[DRIVER + k, i], s[error, i], private[d, k, i], s[COMMON_ERROR + k, i], d == k, first, p
                )
                f.history[slot, d, k, i] = s[seen, i]


@stage
def _aged_pictures(f: Fixed, quarter: int, delay: float) -> Floats:
    """What departments saw ``delay`` quarters ago (before the start: at the start), interpolated (3, 3, n)."""
    kept = f.history.shape[0]
    whole = observation.whole_quarters(delay)
    newer, older = max(0, quarter - whole) % kept, max(0, quarter - whole - 1) % kept
    part = delay - whole
    pictures = np.empty((3, 3, f.history.shape[3]))
    for d in range(3):
        for k in range(3):
            for i in range(pictures.shape[2]):
                pictures[d, k, i] = observation.aged(f.history[newer, d, k, i], f.history[older, d, k, i], part)
    return pictures


@stage
def _pictures(f: Fixed, quarter: int, delay: float, layout: Layout, parameters: Parameters) -> Floats:
    """Pictures on which departments decide after shared analysis, ``delay`` quarters late for approval (3, 3, n)."""
    own = _aged_pictures(f, quarter, delay)
    p = parameters.observation
    late = delay + observation.FURTHER_DEPARTMENTS * p.analysis_delay
    told = _aged_pictures(f, quarter, late)
    for k in range(3):
        for i in range(own.shape[2]):
            joint = observation.joint_picture(
                told[0, k, i], told[1, k, i], told[2, k, i], k, layout.lead[layout.pool_of_state[i]], p
            )
            for d in range(3):
                own[d, k, i] = observation.adopted(own[d, k, i], joint, parameters.degrees.shared_analysis)
    return own


@stage
def _exposure(status: Floats, terrain: Terrain) -> Floats:
    """Whether conflict is next door, by state."""
    found = np.empty(status.shape[0])
    for i in range(status.shape[0]):
        fighting = 0.0
        for position in range(terrain.first_neighbour[i], terrain.first_neighbour[i + 1]):
            fighting += 1.0 if status[terrain.neighbours[position]] > 0.0 else 0.0
        found[i] = conflict.exposure(fighting)
    return found


@stage
def _preventable(
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
def _mean_over(harm: Floats, first: int, last: int, covered: Floats) -> float:
    """Mean preventable harm over a remit: instruments ``first`` to ``last`` in covered states."""
    total, count = 0.0, 0.0
    for k in range(first, last):
        for i in range(harm.shape[1]):
            if covered[i] > 0.0:
                total += harm[k, i]
                count += 1.0
    return total / count if count > 0.0 else 0.0


@stage
def _choose_department(
    d: int, harm: Floats, books: Floats, t: Floats, f: Fixed, chance: Chance, parameters: Parameters
) -> None:
    """Step 4, a department: value its own instrument's programmes, keep what is committed, fill its own desks."""
    score = np.zeros((3, harm.shape[1]))
    mean = _mean_over(harm, d, d + 1, f.everywhere)
    need = 0.0
    for i in range(harm.shape[1]):
        need += harm[d, i]
        score[d, i] = priorities.value(harm[d, i], mean, f.interest[d, i], parameters.priorities.national_interest)
    t[REPORTED_NEED + d] = need
    desks = np.zeros(4)
    desks[d] = (1.0 - parameters.degrees.pooling) * parameters.priorities.desks
    portfolio.end_commitments(books[d])
    portfolio.choose_programmes(
        score, score, chance.tie, f.everywhere, desks, 0.0, parameters.degrees.commitment, books[d]
    )


@stage
def _pool_values(harms: Floats, pool: int, f: Fixed, layout: Layout, parameters: Parameters) -> Floats:
    """Value on which a pool decides (3, n), from what each department believes of every programme (3, 3, n)."""
    p, lead = parameters.priorities, layout.lead[pool]
    worth = np.zeros((3, harms.shape[2]))
    means = np.empty(3)
    for d in range(3):
        means[d] = _mean_over(harms[d], 0, 3, f.covered[pool])
    for k in range(3):
        for i in range(worth.shape[1]):
            if f.covered[pool, i] > 0.0:
                speaking = priorities.value(
                    harms[lead, k, i], means[lead], f.interest[lead, i], priorities.captured(p.national_interest, p)
                )
                votes0 = priorities.value(harms[0, k, i], means[0], f.interest[0, i], p.national_interest)
                votes1 = priorities.value(harms[1, k, i], means[1], f.interest[1, i], p.national_interest)
                votes2 = priorities.value(harms[2, k, i], means[2], f.interest[2, i], p.national_interest)
                worth[k, i] = priorities.agreed(speaking, votes0, votes1, votes2, p, parameters.degrees)
    return worth


@stage
def _choose_pool(
    pool: int, harms: Floats, books: Floats, f: Fixed, layout: Layout, chance: Chance, parameters: Parameters
) -> None:
    """Step 4, a pool: agree on values, keep what is committed, fill desks by instrument and state."""
    degrees, spender = parameters.degrees, 3 + pool
    worth = _pool_values(harms, pool, f, layout, parameters)
    score = np.zeros((3, worth.shape[1]))
    for i in range(worth.shape[1]):
        mean = (worth[0, i] + worth[1, i] + worth[2, i]) / 3.0
        for k in range(3):
            score[k, i] = priorities.colocated(worth[k, i], mean, degrees)
    own = layout.share[pool] * degrees.pooling * parameters.priorities.desks
    desks = portfolio.tied_and_free(np.array([own, own, own]), degrees.mix)
    portfolio.end_commitments(books[spender])
    portfolio.choose_programmes(
        score, worth, chance.tie, f.covered[pool], desks, parameters.priorities.colocation_economy, degrees.commitment,
        books[spender],
    )  # fmt: skip


@stage
def _choose_planner(
    pool: int, money: float, s: Floats, books: Floats, f: Fixed, next_door: Floats, layout: Layout, terrain: Terrain,
    chance: Chance, parameters: Parameters,
) -> None:  # fmt: skip
    """Step 4, the reference: a pool that plans on the truth."""
    n = s.shape[1]
    sites = np.empty((12, n))
    for i in range(n):
        sites[0, i], sites[1, i], sites[2, i] = s[DRIVER, i], s[DRIVER + 1, i], s[DRIVER + 2, i]
        sites[3, i], sites[4, i], sites[5, i] = s[STATUS, i], s[QUARTERS_IN_CONFLICT, i], next_door[i]
        sites[6, i], sites[7, i] = s[MEMORY, i], s[MISSION, i]
        sites[8, i], sites[9, i] = terrain.log_income[i], terrain.log_population[i]
        sites[10, i], sites[11, i] = f.scale[i], s[DONORS, i]
    desks = 3.0 * layout.share[pool] * parameters.degrees.pooling * parameters.priorities.desks
    plan(
        money, desks, sites, s[CONSENT : CONSENT + 3], f.covered[pool], chance.tie, parameters.drivers.reversion,
        parameters.delivery, parameters.conflict, parameters.priorities, books[3 + pool],
    )  # fmt: skip


@stage
def _decide(
    s: Floats, books: Floats, t: Floats, f: Fixed, quarter: int, settlement: finance.Settlement, layout: Layout,
    terrain: Terrain, chance: Chance, parameters: Parameters,
) -> float:  # fmt: skip
    """Step 4: priorities and portfolios for the year. Returns the pictures' mean absolute error."""
    degrees = parameters.degrees
    next_door = _exposure(s[STATUS], terrain)
    visible = degrees.donor_visibility
    pictures = _pictures(f, quarter, 0.0, layout, parameters)
    error = (1.0 - degrees.pooling) * _picture_error(pictures, s)
    harm = np.empty((3, s.shape[1]))
    for d in range(3):
        _preventable(pictures[d], s, f, next_door, visible, terrain, parameters, harm)
        _choose_department(d, harm, books, t, f, chance, parameters)
    if degrees.pooling > 0.0:
        late = observation.FURTHER_DEPARTMENTS * parameters.priorities.approval_delay
        pictures = _pictures(f, quarter, late, layout, parameters)
        error += degrees.pooling * _picture_error(pictures, s)
        harms = np.empty((3, 3, s.shape[1]))
        for d in range(3):
            _preventable(pictures[d], s, f, next_door, visible, terrain, parameters, harms[d])
        for pool in range(layout.lead.shape[0]):
            if degrees.planner > 0.0:
                budgets = settlement.budgets
                money = layout.share[pool] * degrees.pooling * (budgets[0] + budgets[1] + budgets[2])
                _choose_planner(pool, money, s, books, f, next_door, layout, terrain, chance, parameters)
            else:
                _choose_pool(pool, harms, books, f, layout, chance, parameters)
    return error


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
def _pay(
    s: Floats, books: Floats, t: Floats, settlement: finance.Settlement, layout: Layout, parameters: Parameters
) -> None:
    """Step 5: peacekeeping as it turns out, then money to programmes; partners spend beside."""
    degrees = parameters.degrees
    assessed = peacekeeping.assessed(_total_mission(s), parameters.peacekeeping) + t[LEDGER + 5]
    quarter_money = finance.meet_peacekeeping(assessed, settlement, parameters.finance, degrees)
    budgets = quarter_money.budgets
    concentration = parameters.priorities.concentration
    lapsed = quarter_money.lapsed
    available, unplaced = 0.0, 0.0
    for d in range(3):
        tied = np.zeros(4)
        tied[d] = (1.0 - degrees.pooling) * budgets[d]
        available += tied[d]
        unplaced += portfolio.spread_money(tied, books[d], concentration)
    programme = available - unplaced
    lapsed += unplaced
    top_up = 0.0
    for pool in range(layout.lead.shape[0]):
        share = layout.share[pool] * degrees.pooling
        parts = np.array([share * budgets[0], share * budgets[1], share * budgets[2]])
        pot = portfolio.tied_and_free(parts, degrees.mix)
        steepness = 1.0 if degrees.planner > 0.0 else concentration
        unplaced = portfolio.spread_money(pot, books[3 + pool], steepness)
        placed = parts[0] + parts[1] + parts[2] - unplaced
        programme += (1.0 - finance.top_up_part(degrees)) * placed
        top_up += finance.top_up_part(degrees) * placed
        lapsed += unplaced
    t[LEDGER + 0], t[LEDGER + 1], t[LEDGER + 2] = programme, top_up, quarter_money.paid
    t[LEDGER + 3], t[LEDGER + 4], t[LEDGER + 5] = settlement.overhead, lapsed, quarter_money.arrears


@stage
def _partners_spend(s: Floats, terrain: Terrain, parameters: Parameters) -> None:
    """Step 5: international partners spread their money over what they see of conflict."""
    n = s.shape[1]
    total = 0.0
    for i in range(n):
        s[DONORS, i] = partners.attraction(terrain.log_population[i], s[STATUS, i], parameters.finance)
        total += s[DONORS, i]
    for i in range(n):
        s[DONORS, i] = partners.partner_money(s[DONORS, i], total, parameters.finance)


@stage
def _deliver(s: Floats, books: Floats, f: Fixed, parameters: Parameters) -> None:
    """Step 6: money becomes effort, effort moves drivers, delivery moves trust."""
    p = parameters.delivery
    spenders = books.shape[0]
    for i in range(s.shape[1]):
        security, development, diplomacy, missions = 0.0, 0.0, 0.0, 0.0
        for spender in range(spenders):
            security += books[spender, MONEY, i]
            development += books[spender, MONEY + 1, i]
            diplomacy += books[spender, MONEY + 2, i]
            mission = books[spender, MONEY, i] + books[spender, MONEY + 1, i] + books[spender, MONEY + 2, i]
            missions += 1.0 if mission > 0.0 else 0.0
        donors, scale = s[DONORS, i], f.scale[i]
        e0 = delivery.effort(security, development + diplomacy, donors, s[CONSENT, i], scale, p)
        e1 = delivery.effort(development, security + diplomacy, donors, s[CONSENT + 1, i], scale, p)
        e2 = delivery.effort(diplomacy, security + development, donors, s[CONSENT + 2, i], scale, p)
        fall0, fall1, fall2, rise = delivery.work(s[DRIVER, i], s[DRIVER + 1, i], s[DRIVER + 2, i], e0, e1, e2, p)
        s[EFFORT, i], s[EFFORT + 1, i], s[EFFORT + 2, i] = e0, e1, e2
        s[DRIVER, i] = delivery.worked_driver(s[DRIVER, i], fall0, rise)
        s[DRIVER + 1, i] = delivery.worked_driver(s[DRIVER + 1, i], fall1, 0.0)
        s[DRIVER + 2, i] = delivery.worked_driver(s[DRIVER + 2, i], fall2, 0.0)
        s[STRUCTURAL, i] = delivery.reformed(s[STRUCTURAL, i], fall0, p)
        s[STRUCTURAL + 1, i] = delivery.reformed(s[STRUCTURAL + 1, i], fall1, p)
        s[STRUCTURAL + 2, i] = delivery.reformed(s[STRUCTURAL + 2, i], fall2, p)
        s[TRUST, i] = trust.next_trust(s[TRUST, i], e0 + e1 + e2, missions, parameters.trust)
        s[YEAR_MONEY, i] += security + development + diplomacy


@stage
def _transition(
    s: Floats, f: Fixed, before: Floats, quarter: int, terrain: Terrain, chance: Chance, parameters: Parameters
) -> None:
    """Step 7: conflict begins, changes level and ends, in all states at once, from the status ``before`` (n,)."""
    p = parameters.conflict
    next_door = _exposure(before, terrain)
    for i in range(before.shape[0]):
        x0, x1, x2 = s[DRIVER, i], s[DRIVER + 1, i], s[DRIVER + 2, i]
        onset = conflict.onset_probability(
            x0, x1, x2, next_door[i], s[MEMORY, i], s[MISSION, i], terrain.log_income[i], terrain.log_population[i], p
        )
        ending = conflict.termination_probability(
            before[i], s[QUARTERS_IN_CONFLICT, i], s[MISSION, i], s[EFFORT + 2, i], p
        )
        status = conflict.next_status(
            before[i], chance.transition[quarter, i], onset, conflict.escalation_probability(x0, x1, x2, p),
            conflict.deescalation_probability(p), ending,
        )  # fmt: skip
        s[STATUS, i] = status
        s[DEATHS, i] = conflict.deaths(status, chance.deaths[quarter, i], p)
        s[QUARTERS_IN_CONFLICT, i] = conflict.next_quarters_in_conflict(s[QUARTERS_IN_CONFLICT, i], status)
        s[QUARTERS_AT_PEACE, i] = conflict.next_quarters_at_peace(s[QUARTERS_AT_PEACE, i], status)
        s[MEMORY, i] = conflict.next_memory(s[MEMORY, i], status, f.decay)
        s[MISSION, i] = peacekeeping.next_mission(s[MISSION, i], status, parameters.peacekeeping)
        for k in range(3):
            s[STRUCTURAL + k, i] = drivers.scarred(s[STRUCTURAL + k, i], before[i], status, parameters.drivers)
    return before


@stage
def _close_year(s: Floats, quarter: int, tally: Floats, parameters: Parameters) -> None:
    """Step 8: partner states compare the year's money with the last year's; the first year has none to compare."""
    if quarter >= 4:
        count_year(tally, s)
    for i in range(s.shape[1]):
        if quarter >= 4:
            change = trust.stop_start(s[YEAR_MONEY, i], s[LAST_YEAR_MONEY, i])
            s[TRUST, i] = trust.shaken(s[TRUST, i], change, parameters.trust)
        s[LAST_YEAR_MONEY, i] = s[YEAR_MONEY, i]
        s[YEAR_MONEY, i] = 0.0


@stage
def _judge(
    tally: Floats, waiting: Floats, s: Floats, books: Floats, f: Fixed, terrain: Terrain, parameters: Parameters,
    error: float,
) -> None:  # fmt: skip
    """Count how the year's first money compares with the truth on which it might have been decided."""
    next_door = _exposure(s[STATUS], terrain)
    danger, need = np.empty(s.shape[1]), np.empty((3, s.shape[1]))
    for i in range(s.shape[1]):
        danger[i] = priorities.expected_harm(
            s[DRIVER, i], s[DRIVER + 1, i], s[DRIVER + 2, i], s[STATUS, i], s[QUARTERS_IN_CONFLICT, i], next_door[i],
            s[MEMORY, i], s[MISSION, i], terrain.log_income[i], terrain.log_population[i],
            parameters.conflict, parameters.priorities,
        )  # fmt: skip
    _preventable(s[DRIVER : DRIVER + 3], s, f, next_door, 1.0, terrain, parameters, need)
    count_allocation(tally, waiting, danger, need, books, error)


@kernel
def simulate(parameters: Parameters, layout: Layout, terrain: Terrain, chance: Chance, trace: Floats) -> Floats:
    """Run one future under one institution.

    Parameters
    ----------
    parameters : Parameters
        The institution's degrees are among them.
    layout : Layout
        Which pool covers which state.
    terrain : Terrain
        The partner states at the start.
    chance : Chance
        Its first axis sets the number of quarters.
    trace : ndarray (quarters, columns) or (0, 0)
        Set in place to the trajectory (see `model.trajectory`), unless empty.

    Returns
    -------
    ndarray (outcomes,)
        In the order of `model.outcomes.OUTCOMES`.
    """
    n, spenders = terrain.status.shape[0], 3 + layout.lead.shape[0]
    s, books, t = np.zeros((ROWS, n)), np.zeros((spenders, BOOK_ROWS, n)), np.zeros(ACCOUNT)
    tally, waiting, before, quiet = np.zeros(TALLY), np.full(n, -1.0), np.empty(n), np.empty(n)
    f = _fixed(parameters, layout, terrain, chance)
    _start(s, t, terrain, parameters)
    for quarter in range(chance.transition.shape[0]):
        year_opens = quarter % 4 == 0
        _move_world(s, quarter, terrain, chance, parameters)
        if year_opens:
            settlement = _open_year(s, t, quarter, parameters)
        _observe(s, f, quarter, chance, parameters)
        _partners_spend(s, terrain, parameters)
        error = 0.0
        if year_opens:
            error = _decide(s, books, t, f, quarter, settlement, layout, terrain, chance, parameters)
        _pay(s, books, t, settlement, layout, parameters)
        if year_opens:
            _judge(tally, waiting, s, books, f, terrain, parameters, error)
        _deliver(s, books, f, parameters)
        for i in range(n):
            before[i], quiet[i] = s[STATUS, i], s[QUARTERS_AT_PEACE, i]
        _transition(s, f, before, quarter, terrain, chance, parameters)
        count_quarter(tally, before, quiet, s, books, t)
        if quarter % 4 == 3:
            _close_year(s, quarter, tally, parameters)
        if trace.shape[0] > 0:
            write_row(s, books, t, trace[quarter])
    return outcomes_of(tally, n, parameters.conflict.war_weight)


NO_TRACE: Floats = np.empty((0, 0))
"""What `simulate` takes for its trace when no trajectory is wanted."""


def compile_engine() -> None:
    """Compile the engine, or load it from the cache, by running a tiny world for a year."""
    from model.institution import Institution

    world = stylised(2)
    outcomes = simulate(
        build_parameters(), Institution().layout(world), world.terrain(), draw_chance(0, 0, 2, 4), NO_TRACE
    )
    if outcomes.shape != (len(OUTCOMES),):
        raise AssertionError(f"{len(OUTCOMES)} outcomes are declared, the engine gives {outcomes.shape[0]}")

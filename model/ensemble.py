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
from model.rules.compiled import kernel
from model.rules.measurement import Tally, count_allocation, count_quarter, count_year, new_tally, outcomes_of
from model.rules.planner import plan
from model.trajectory import State, columns, new_state, write_row
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


@kernel
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


@kernel
def _start(s: State, f: Fixed, terrain: Terrain, parameters: Parameters) -> None:
    """Set the state of the world before the first quarter."""
    s.drivers[:] = terrain.structural
    s.structural[:] = terrain.structural
    s.status[:] = terrain.status
    s.quarters_in_conflict[:] = terrain.quarters_in_conflict
    s.trust[:] = 0.5
    money = parameters.finance
    s.shares[:] = finance.normalised(money.budget_defence, money.budget_development, money.budget_foreign)
    for i in range(terrain.status.shape[0]):
        s.quarters_at_peace[i], s.memory[i] = conflict.history_before(
            terrain.status[i], terrain.quarters_at_peace[i], parameters.conflict
        )
        s.mission[i] = peacekeeping.mission_before(terrain.status[i], parameters.peacekeeping)


@kernel
def _move_world(s: State, quarter: int, terrain: Terrain, chance: Chance, parameters: Parameters) -> None:
    """Step 1: structural levels heal, drivers drift and take shocks and damage."""
    p = parameters.drivers
    uniform, normal = chance.shocks[quarter], chance.drift[quarter]
    for i in range(s.status.shape[0]):
        shocks = drivers.shocks_to_drivers(uniform[0, i], uniform[1, i], uniform[2, i], uniform[3, i], p)
        for k in range(3):
            s.structural[k, i] = drivers.healed(s.structural[k, i], terrain.structural[k, i], p)
            s.drivers[k, i] = drivers.next_driver(
                s.drivers[k, i], s.structural[k, i], s.status[i], normal[k, i], shocks[k], p
            )


@kernel
def _total_mission(s: State) -> float:
    """Strength of all missions, summed in the order of states."""
    total = 0.0
    for i in range(s.mission.shape[0]):
        total += s.mission[i]
    return total


@kernel
def _open_year(s: State, quarter: int, parameters: Parameters) -> finance.Settlement:
    """Step 2: partner states renew consent, Parliament votes, the Treasury settles."""
    for i in range(s.status.shape[0]):
        s.consent[0, i], s.consent[1, i], s.consent[2, i] = trust.consent(s.trust[i], s.drivers[2, i], parameters.trust)
    if quarter > 0:
        s.shares[:] = finance.rebalanced(s.shares, s.reported_need, parameters.degrees.rebalancing)
    owed = peacekeeping.assessed(_total_mission(s), parameters.peacekeeping) + s.ledger[5]
    return finance.settle(finance.voted(parameters.finance), owed, s.shares, parameters.finance, parameters.degrees)


@kernel
def _observe(s: State, f: Fixed, quarter: int, chance: Chance, parameters: Parameters) -> None:
    """Step 3: departments see the drivers, with errors that persist and are partly common."""
    p = parameters.observation
    private, common = chance.private_error[quarter], chance.common_error[quarter]
    n = s.status.shape[0]
    for k in range(3):
        for i in range(n):
            error = observation.next_error(s.common_error[k, i], common[k, i], p)
            s.common_error[k, i] = common[k, i] if quarter == 0 else error
    for d in range(3):
        for k in range(3):
            for i in range(n):
                error = observation.next_error(s.private_error[d, k, i], private[d, k, i], p)
                s.private_error[d, k, i] = private[d, k, i] if quarter == 0 else error
                s.seen[d, k, i] = observation.picture(
                    s.drivers[k, i], s.private_error[d, k, i], s.common_error[k, i], d == k, p
                )
    kept = f.history.shape[0]
    f.history[quarter % kept] = s.seen
    if quarter == 0:
        for slot in range(1, kept):
            f.history[slot] = s.seen


@kernel
def _aged_pictures(f: Fixed, quarter: int, delay: float) -> Floats:
    """What departments saw ``delay`` quarters ago (before the start: at the start), interpolated (3, 3, n)."""
    kept = f.history.shape[0]
    whole = int(np.floor(delay))
    newer, older = max(0, quarter - whole) % kept, max(0, quarter - whole - 1) % kept
    part = delay - whole
    pictures = np.empty_like(f.history[0])
    for d in range(3):
        for k in range(3):
            for i in range(pictures.shape[2]):
                pictures[d, k, i] = observation.aged(f.history[newer, d, k, i], f.history[older, d, k, i], part)
    return pictures


@kernel
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


@kernel
def _exposure(status: Floats, terrain: Terrain) -> Floats:
    """Whether conflict is next door, by state."""
    found = np.empty(status.shape[0])
    for i in range(status.shape[0]):
        fighting = 0.0
        for position in range(terrain.first_neighbour[i], terrain.first_neighbour[i + 1]):
            fighting += 1.0 if status[terrain.neighbours[position]] > 0.0 else 0.0
        found[i] = conflict.exposure(fighting)
    return found


@kernel
def _preventable(
    picture: Floats, s: State, f: Fixed, next_door: Floats, visible: float, terrain: Terrain, parameters: Parameters
) -> Floats:
    """Preventable harm per first £m, by instrument and state, as one picture (3, n) of the drivers has it."""
    lasting = priorities.permanence(parameters.delivery.effect, parameters.drivers.reversion)
    harm = np.empty((3, picture.shape[1]))
    for i in range(picture.shape[1]):
        by0, by1, by2, ended = priorities.marginal_harm(
            picture[0, i], picture[1, i], picture[2, i], s.status[i], s.quarters_in_conflict[i], next_door[i],
            s.memory[i], s.mission[i], terrain.log_income[i], terrain.log_population[i],
            parameters.conflict, parameters.priorities,
        )  # fmt: skip
        harm[0, i] = priorities.preventable_harm(
            picture[0, i], by0, 0.0, lasting, s.consent[0, i], f.scale[i], s.donors[i], visible
        )
        harm[1, i] = priorities.preventable_harm(
            picture[1, i], by1, 0.0, lasting, s.consent[1, i], f.scale[i], s.donors[i], visible
        )
        harm[2, i] = priorities.preventable_harm(
            picture[2, i], by2, ended, lasting, s.consent[2, i], f.scale[i], s.donors[i], visible
        )
    return harm


@kernel
def _mean_over(harm: Floats, first: int, last: int, covered: Floats) -> float:
    """Mean preventable harm over a remit: instruments ``first`` to ``last`` in covered states."""
    total, count = 0.0, 0.0
    for k in range(first, last):
        for i in range(harm.shape[1]):
            if covered[i] > 0.0:
                total += harm[k, i]
                count += 1.0
    return total / count if count > 0.0 else 0.0


@kernel
def _choose_department(
    d: int, harm: Floats, s: State, f: Fixed, chance: Chance, parameters: Parameters
) -> None:
    """Step 4, a department: value its own instrument's programmes, keep what is committed, fill its own desks."""
    score = np.zeros_like(harm)
    mean = _mean_over(harm, d, d + 1, f.everywhere)
    need = 0.0
    for i in range(harm.shape[1]):
        need += harm[d, i]
        score[d, i] = priorities.value(harm[d, i], mean, f.interest[d, i], parameters.priorities.national_interest)
    s.reported_need[d] = need
    desks = np.zeros(4)
    desks[d] = (1.0 - parameters.degrees.pooling) * parameters.priorities.desks
    portfolio.end_commitments(s.programme[d], s.years_left[d])
    portfolio.choose_programmes(
        score, score, chance.tie, f.everywhere, desks, 0.0, parameters.degrees.commitment,
        s.programme[d], s.years_left[d], s.worth[d],
    )  # fmt: skip


@kernel
def _pool_values(harms: Floats, pool: int, f: Fixed, layout: Layout, parameters: Parameters) -> Floats:
    """Value on which a pool decides (3, n), from what each department believes of every programme (3, 3, n)."""
    p, lead = parameters.priorities, layout.lead[pool]
    worth = np.zeros(harms.shape[1:])
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


@kernel
def _choose_pool(
    pool: int, harms: Floats, s: State, f: Fixed, layout: Layout, chance: Chance, parameters: Parameters
) -> None:
    """Step 4, a pool: agree on values, keep what is committed, fill desks by instrument and state."""
    degrees, spender = parameters.degrees, 3 + pool
    worth = _pool_values(harms, pool, f, layout, parameters)
    score = np.zeros_like(worth)
    for i in range(worth.shape[1]):
        mean = (worth[0, i] + worth[1, i] + worth[2, i]) / 3.0
        for k in range(3):
            score[k, i] = priorities.colocated(worth[k, i], mean, degrees)
    own = layout.share[pool] * degrees.pooling * parameters.priorities.desks
    desks = portfolio.tied_and_free(np.full(3, own), degrees.mix)
    portfolio.end_commitments(s.programme[spender], s.years_left[spender])
    portfolio.choose_programmes(
        score, worth, chance.tie, f.covered[pool], desks, parameters.priorities.colocation_economy, degrees.commitment,
        s.programme[spender], s.years_left[spender], s.worth[spender],
    )  # fmt: skip


@kernel
def _choose_planner(
    pool: int, money: float, s: State, f: Fixed, next_door: Floats, layout: Layout, terrain: Terrain, chance: Chance,
    parameters: Parameters,
) -> None:  # fmt: skip
    """Step 4, the reference: a pool that plans on the truth."""
    n = s.status.shape[0]
    sites = np.empty((12, n))
    sites[:3] = s.drivers
    sites[3], sites[4], sites[5], sites[6], sites[7] = s.status, s.quarters_in_conflict, next_door, s.memory, s.mission
    sites[8], sites[9], sites[10], sites[11] = terrain.log_income, terrain.log_population, f.scale, s.donors
    desks = 3.0 * layout.share[pool] * parameters.degrees.pooling * parameters.priorities.desks
    plan(
        money, desks, sites, s.consent, f.covered[pool], chance.tie, parameters.drivers.reversion, parameters.delivery,
        parameters.conflict, parameters.priorities, s.programme[3 + pool], s.worth[3 + pool],
    )  # fmt: skip


@kernel
def _decide(
    s: State, f: Fixed, quarter: int, settlement: finance.Settlement, layout: Layout, terrain: Terrain, chance: Chance,
    parameters: Parameters,
) -> float:  # fmt: skip
    """Step 4: priorities and portfolios for the year. Returns the pictures' mean absolute error."""
    degrees = parameters.degrees
    next_door = _exposure(s.status, terrain)
    visible = degrees.donor_visibility
    pictures = _pictures(f, quarter, 0.0, layout, parameters)
    error = (1.0 - degrees.pooling) * _picture_error(pictures, s)
    for d in range(3):
        harm = _preventable(pictures[d], s, f, next_door, visible, terrain, parameters)
        _choose_department(d, harm, s, f, chance, parameters)
    if degrees.pooling > 0.0:
        late = observation.FURTHER_DEPARTMENTS * parameters.priorities.approval_delay
        pictures = _pictures(f, quarter, late, layout, parameters)
        error += degrees.pooling * _picture_error(pictures, s)
        harms = np.empty((3, 3, s.status.shape[0]))
        for d in range(3):
            harms[d] = _preventable(pictures[d], s, f, next_door, visible, terrain, parameters)
        for pool in range(layout.lead.shape[0]):
            if degrees.planner > 0.0:
                budgets = settlement.budgets
                money = layout.share[pool] * degrees.pooling * (budgets[0] + budgets[1] + budgets[2])
                _choose_planner(pool, money, s, f, next_door, layout, terrain, chance, parameters)
            else:
                _choose_pool(pool, harms, s, f, layout, chance, parameters)
    return error


@kernel
def _picture_error(pictures: Floats, s: State) -> float:
    """Mean absolute error of pictures (3, 3, n)."""
    total = 0.0
    for d in range(3):
        for k in range(3):
            for i in range(pictures.shape[2]):
                total += abs(pictures[d, k, i] - s.drivers[k, i])
    return total / pictures.size


@kernel
def _pay(s: State, settlement: finance.Settlement, layout: Layout, terrain: Terrain, parameters: Parameters) -> None:
    """Step 5: peacekeeping as it turns out, then money to programmes; partners spend beside."""
    degrees = parameters.degrees
    assessed = peacekeeping.assessed(_total_mission(s), parameters.peacekeeping) + s.ledger[5]
    quarter_money = finance.meet_peacekeeping(assessed, settlement, parameters.finance, degrees)
    budgets = quarter_money.budgets
    concentration = parameters.priorities.concentration
    lapsed = quarter_money.lapsed
    available, unplaced = 0.0, 0.0
    for d in range(3):
        tied = np.zeros(4)
        tied[d] = (1.0 - degrees.pooling) * budgets[d]
        available += tied[d]
        unplaced += portfolio.spread_money(tied, s.programme[d], s.worth[d], concentration, s.money[d])
    programme = available - unplaced
    lapsed += unplaced
    top_up = 0.0
    for pool in range(layout.lead.shape[0]):
        parts = layout.share[pool] * degrees.pooling * budgets
        pot = portfolio.tied_and_free(parts, degrees.mix)
        steepness = 1.0 if degrees.planner > 0.0 else concentration
        unplaced = portfolio.spread_money(pot, s.programme[3 + pool], s.worth[3 + pool], steepness, s.money[3 + pool])
        placed = parts[0] + parts[1] + parts[2] - unplaced
        programme += (1.0 - finance.top_up_part(degrees)) * placed
        top_up += finance.top_up_part(degrees) * placed
        lapsed += unplaced
    s.ledger[0], s.ledger[1], s.ledger[2] = programme, top_up, quarter_money.paid
    s.ledger[3], s.ledger[4], s.ledger[5] = settlement.overhead, lapsed, quarter_money.arrears


@kernel
def _partners_spend(s: State, terrain: Terrain, parameters: Parameters) -> None:
    """Step 5: international partners spread their money over what they see of conflict."""
    n = s.status.shape[0]
    total = 0.0
    for i in range(n):
        s.donors[i] = partners.attraction(terrain.log_population[i], s.status[i], parameters.finance)
        total += s.donors[i]
    for i in range(n):
        s.donors[i] = partners.partner_money(s.donors[i], total, parameters.finance)


@kernel
def _deliver(s: State, f: Fixed, parameters: Parameters) -> None:
    """Step 6: money becomes effort, effort moves drivers, delivery moves trust."""
    p = parameters.delivery
    spenders = s.money.shape[0]
    for i in range(s.status.shape[0]):
        security, development, diplomacy, missions = 0.0, 0.0, 0.0, 0.0
        for spender in range(spenders):
            security += s.money[spender, 0, i]
            development += s.money[spender, 1, i]
            diplomacy += s.money[spender, 2, i]
            mission = s.money[spender, 0, i] + s.money[spender, 1, i] + s.money[spender, 2, i]
            missions += 1.0 if mission > 0.0 else 0.0
        donors, scale = s.donors[i], f.scale[i]
        e0 = delivery.effort(security, development + diplomacy, donors, s.consent[0, i], scale, p)
        e1 = delivery.effort(development, security + diplomacy, donors, s.consent[1, i], scale, p)
        e2 = delivery.effort(diplomacy, security + development, donors, s.consent[2, i], scale, p)
        fall0, fall1, fall2, rise = delivery.work(s.drivers[0, i], s.drivers[1, i], s.drivers[2, i], e0, e1, e2, p)
        s.effort[0, i], s.effort[1, i], s.effort[2, i] = e0, e1, e2
        s.drivers[0, i] = delivery.worked_driver(s.drivers[0, i], fall0, rise)
        s.drivers[1, i] = delivery.worked_driver(s.drivers[1, i], fall1, 0.0)
        s.drivers[2, i] = delivery.worked_driver(s.drivers[2, i], fall2, 0.0)
        s.structural[0, i] = delivery.reformed(s.structural[0, i], fall0, p)
        s.structural[1, i] = delivery.reformed(s.structural[1, i], fall1, p)
        s.structural[2, i] = delivery.reformed(s.structural[2, i], fall2, p)
        s.trust[i] = trust.next_trust(s.trust[i], e0 + e1 + e2, missions, parameters.trust)
        s.year_money[i] += security + development + diplomacy


@kernel
def _transition(s: State, f: Fixed, quarter: int, terrain: Terrain, chance: Chance, parameters: Parameters) -> Floats:
    """Step 7: conflict begins, changes level and ends, in all states at once. Returns the status before."""
    p = parameters.conflict
    before = s.status.copy()
    next_door = _exposure(before, terrain)
    for i in range(before.shape[0]):
        x0, x1, x2 = s.drivers[0, i], s.drivers[1, i], s.drivers[2, i]
        onset = conflict.onset_probability(
            x0, x1, x2, next_door[i], s.memory[i], s.mission[i], terrain.log_income[i], terrain.log_population[i], p
        )
        ending = conflict.termination_probability(
            before[i], s.quarters_in_conflict[i], s.mission[i], s.effort[2, i], p
        )
        status = conflict.next_status(
            before[i], chance.transition[quarter, i], onset, conflict.escalation_probability(x0, x1, x2, p),
            conflict.deescalation_probability(p), ending,
        )  # fmt: skip
        s.status[i] = status
        s.deaths[i] = conflict.deaths(status, chance.deaths[quarter, i], p)
        s.quarters_in_conflict[i] = conflict.next_quarters_in_conflict(s.quarters_in_conflict[i], status)
        s.quarters_at_peace[i] = conflict.next_quarters_at_peace(s.quarters_at_peace[i], status)
        s.memory[i] = conflict.next_memory(s.memory[i], status, f.decay)
        s.mission[i] = peacekeeping.next_mission(s.mission[i], status, parameters.peacekeeping)
        for k in range(3):
            s.structural[k, i] = drivers.scarred(s.structural[k, i], before[i], status, parameters.drivers)
    return before


@kernel
def _close_year(s: State, quarter: int, tally: Tally, parameters: Parameters) -> None:
    """Step 8: partner states compare the year's money with the last year's; the first year has none to compare."""
    if quarter >= 4:
        change = np.empty(s.status.shape[0])
        for i in range(change.shape[0]):
            change[i] = trust.stop_start(s.year_money[i], s.last_year_money[i])
            s.trust[i] = trust.shaken(s.trust[i], change[i], parameters.trust)
        count_year(tally, change, s.year_money, s.last_year_money)
    s.last_year_money[:] = s.year_money
    s.year_money[:] = 0.0


@kernel
def _judge_allocation(
    tally: Tally, s: State, f: Fixed, danger: Floats, need: Floats, error: float
) -> None:
    """Count how the year's first money compares with the truth on which it might have been decided."""
    money = np.zeros((3, s.status.shape[0]))
    for spender in range(s.money.shape[0]):
        for k in range(3):
            for i in range(money.shape[1]):
                money[k, i] += s.money[spender, k, i]
    count_allocation(tally, danger, need, money, error)


@kernel
def _true_danger(s: State, next_door: Floats, terrain: Terrain, parameters: Parameters) -> Floats:
    """Expected harm at the true drivers, by state."""
    danger = np.empty(s.status.shape[0])
    for i in range(danger.shape[0]):
        danger[i] = priorities.expected_harm(
            s.drivers[0, i], s.drivers[1, i], s.drivers[2, i], s.status[i], s.quarters_in_conflict[i], next_door[i],
            s.memory[i], s.mission[i], terrain.log_income[i], terrain.log_population[i],
            parameters.conflict, parameters.priorities,
        )  # fmt: skip
    return danger


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
    n = terrain.status.shape[0]
    s, f, tally = new_state(n, 3 + layout.lead.shape[0]), _fixed(parameters, layout, terrain, chance), new_tally(n)
    _start(s, f, terrain, parameters)
    settlement = finance.settle(0.0, 0.0, s.shares, parameters.finance, parameters.degrees)
    for quarter in range(chance.transition.shape[0]):
        year_opens = quarter % 4 == 0
        _move_world(s, quarter, terrain, chance, parameters)
        if year_opens:
            settlement = _open_year(s, quarter, parameters)
        _observe(s, f, quarter, chance, parameters)
        _partners_spend(s, terrain, parameters)
        if year_opens:
            next_door = _exposure(s.status, terrain)
            danger = _true_danger(s, next_door, terrain, parameters)
            need = _preventable(s.drivers, s, f, next_door, 1.0, terrain, parameters)
            error = _decide(s, f, quarter, settlement, layout, terrain, chance, parameters)
            _pay(s, settlement, layout, terrain, parameters)
            _judge_allocation(tally, s, f, danger, need, error)
        else:
            _pay(s, settlement, layout, terrain, parameters)
        _deliver(s, f, parameters)
        quiet = s.quarters_at_peace.copy()
        before = _transition(s, f, quarter, terrain, chance, parameters)
        count_quarter(tally, before, s.status, quiet, s.deaths, s.trust, s.consent, s.money, s.ledger)
        if quarter % 4 == 3:
            _close_year(s, quarter, tally, parameters)
        if trace.shape[0] > 0:
            write_row(s, trace[quarter])
    return outcomes_of(tally, parameters.conflict.war_weight)


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

"""The compiled engine: one run as loops over arrays, for ensembles of many thousand runs.

The schedule is that of `model.simulation`, line by line; every rule is the same compiled function. A test holds the
two together to the bit.
"""

import numpy as np

from model.ensemble_decisions import (
    Fixed,
    decide,
    exposure,
    observe,
    review,
)
from model.outcomes import OUTCOMES
from model.packed import packed, unpacked
from model.parameters import (
    Budgeting,
    Delivery,
    Drivers,
    Observation,
    Parameters,
    Peacekeeping,
    Trust,
    build_parameters,
)
from model.randomness import Chance, draw_chance
from model.rules import (
    appraisal,
    components,
    conflict,
    delivery,
    drivers,
    effects,
    finance,
    observation,
    partners,
    peacekeeping,
    portfolio,
    priorities,
    purse,
    treasury,
    trust,
)
from model.rules.compiled import kernel_with_memory, stage, stage_with_memory
from model.rules.measurement import TALLY, count_allocation, count_quarter, count_year, outcomes_of
from model.rules.table import (
    ACCOUNT,
    ADVISED,
    ARREARS,
    ATTENTION,
    BELIEF,
    BELIEF_VARIANCE,
    CONSENT,
    CONTESTED,
    CUT,
    DEATHS,
    DEPLOYED,
    DONORS,
    DRIVER,
    EFFORT,
    ENVELOPE,
    ENVELOPE_ODA,
    FIRST_ATTENTION,
    HABIT,
    JOINED,
    LAST_YEAR_MONEY,
    LEDGER,
    LESSON,
    MEDIATED,
    MEMORY,
    MISSION,
    MONEY,
    ORIGIN,
    PLACES,
    PRECISION,
    QUARTERS_AT_PEACE,
    QUARTERS_IN_CONFLICT,
    REPORTED_NEED,
    ROWS,
    SHARES,
    STATUS,
    STRUCTURAL,
    TOP_UP,
    TRUST,
    UNACCOUNTABLE,
    VOLUNTARY,
    WHOLE_BOOK,
    WORK,
    YEAR_FALL,
    YEAR_MONEY,
    YIELD,
)  # fmt: skip
from model.trajectory import write_row
from model.world import Floats, Integers, Layout, Terrain, stylised


@stage_with_memory
def _fixed(parameters: Parameters, layout: Layout, terrain: Terrain, chance: Chance) -> Fixed:
    """Work out what does not change during a run."""
    interests, works = chance.interests, np.empty_like(chance.works)
    n, pools = terrain.level.shape[0], layout.lead.shape[0]
    scale, mass, interest, covered = np.empty(n), np.empty(n), np.empty((3, n)), np.zeros((pools, n))
    lead = np.empty(n, np.int64)
    for i in range(n):
        scale[i] = delivery.absorptive_scale(terrain.log_population[i], parameters.delivery)
        mass[i] = partners.mass(terrain.log_population[i])
        covered[layout.pool_of_state[i], i] = 1.0
        lead[i] = layout.lead[layout.pool_of_state[i]]
        for d in range(3):
            interest[d, i] = priorities.interest(interests[d, i], interests[3, i], parameters.priorities)
            works[d, i] = observation.works(chance.works[d, i], parameters.effects)
    kept = observation.LONGEST_DELAY + 2
    decay = conflict.memory_decay(parameters.conflict)
    return Fixed(
        scale,
        mass,
        interest,
        covered,
        np.ones(n),
        np.zeros((kept, 3, 3, 2, n)),
        np.zeros((kept, 4, n)),
        np.zeros((4, n)),
        np.zeros((3, n)),
        np.zeros((3, n)),
        observation.drawn_lenses(terrain.lenses, terrain.lens_factor, chance.lens),
        works,
        chance.works,
        lead,
        decay,
        effects.reach(parameters),
        np.empty((3, n)),
        np.empty((3, 2, n)),
        np.empty((8, n)),
        np.empty(n, np.int64),
        np.empty(4),
    )


@stage
def _harm_per_state(s: Floats, war_weight: float) -> float:
    """Present harm per state, a war counting its weight."""
    total = 0.0
    for i in range(s.shape[1]):
        total += priorities.present_harm(s[STATUS, i], war_weight)
    return total / float(s.shape[1])


@stage_with_memory
def _start(s: Floats, t: Floats, terrain: Terrain, uniform: Floats, parameters: Parameters) -> None:
    """Set the state of the world before the first quarter, by uniforms (n,)."""
    for i in range(s.shape[1]):
        for k in range(3):
            s[STRUCTURAL + k, i] = terrain.structural[0, k, i]
        s[STATUS, i], s[QUARTERS_IN_CONFLICT, i], s[QUARTERS_AT_PEACE, i] = conflict.start_of(
            terrain.level[i], terrain.years_in_conflict[i], terrain.years_at_peace[i], uniform[i],
            s[STRUCTURAL + 2, i], terrain.log_population[i], parameters.conflict,
        )  # fmt: skip
        s[DRIVER, i], s[DRIVER + 1, i], s[DRIVER + 2, i] = effects.expected_driver(
            s[STATUS, i], s[STRUCTURAL, i], s[STRUCTURAL + 1, i], s[STRUCTURAL + 2, i], parameters.expected
        )
        s[MEMORY, i] = conflict.first_memory(s[QUARTERS_AT_PEACE, i], parameters.conflict)
        s[MISSION, i] = peacekeeping.mission_before(terrain.level[i], parameters.peacekeeping)
        s[TRUST, i] = trust.FIRST_TRUST
        s[MEDIATED, i] = parameters.expected.expected_mediated_peace
    p = parameters.finance
    shares = finance.normalised(p.budget_defence, p.budget_development, p.budget_foreign)
    budgeting, attention = parameters.budgeting, _harm_per_state(s, parameters.conflict.war_weight)
    for d in range(3):
        t[SHARES + d] = shares[d]
        t[JOINED + d] = parameters.degrees.pooling
    t[ATTENTION], t[FIRST_ATTENTION] = attention, attention
    t[BELIEF] = budgeting.first_belief
    t[BELIEF_VARIANCE] = budgeting.first_belief_error * budgeting.first_belief_error


@stage
def _take_shocks(uniform: Floats, shocks: Floats, struck: Integers, p: Drivers) -> None:
    """Step 1: shocks to the drivers (3, n), in place, by uniforms (4, n); most states take none in a quarter."""
    count = 0
    shocks[:, :] = 0.0
    for i in range(shocks.shape[1]):
        struck[count] = i
        natural = drivers.hit(uniform[0, i], p.environmental_rate) | drivers.hit(uniform[1, i], p.pandemic_rate)
        violent = drivers.hit(uniform[2, i], p.crime_rate) | drivers.hit(uniform[3, i], p.rivalry_rate)
        count += 1 if natural | violent else 0
    for place in range(count):
        i = struck[place]
        shocks[0, i], shocks[1, i], shocks[2, i] = drivers.shocks_to_drivers(
            uniform[0, i], uniform[1, i], uniform[2, i], uniform[3, i], p
        )


@stage
def _move_world(s: Floats, f: Fixed, quarter: int, path: Floats, chance: Chance, p: Drivers) -> None:
    """Step 1: structural levels heal to their ``path`` (years, 3, n), drivers drift, take shocks and damage."""
    origin, normal, shocks = path[min(quarter // 4, path.shape[0] - 1)], chance.drift[quarter], f.scratch[0:3]
    _take_shocks(chance.shocks[quarter], shocks, f.places, p)
    for k in range(3):
        for i in range(s.shape[1]):
            s[ORIGIN + k, i] = origin[k, i]
            s[STRUCTURAL + k, i] = drivers.healed(s[STRUCTURAL + k, i], origin[k, i], p.healing)
        for i in range(s.shape[1]):
            s[DRIVER + k, i] = drivers.next_driver(
                s[DRIVER + k, i], s[STRUCTURAL + k, i], s[STATUS, i], normal[k, i], shocks[k, i], p
            )


@stage
def _total_mission(s: Floats) -> float:
    """Strength of all missions, summed in the order of states."""
    total = 0.0
    for i in range(s.shape[1]):
        total += s[MISSION, i]
    return total


@stage_with_memory
def _open_year(s: Floats, t: Floats, first: bool, funding: Floats, parameters: Parameters) -> finance.Settlement:
    """Step 2: partner states renew consent, Parliament votes, the Treasury settles; ``funding`` (3,) uniforms.

    What of last year's peacekeeping nobody could pay, the Reserve has met after.
    """
    for i in range(s.shape[1]):
        s[CONSENT, i], s[CONSENT + 1, i], s[CONSENT + 2, i] = trust.consent(
            s[TRUST, i], s[DRIVER + 2, i], parameters.trust
        )
    shares = t[SHARES : SHARES + 3]
    if not first:
        finance.rebalance(shares, t[REPORTED_NEED : REPORTED_NEED + 3], parameters.degrees.rebalancing)
    owed = peacekeeping.assessed(_total_mission(s), parameters.peacekeeping)
    budgeting = parameters.budgeting
    t[ARREARS] = 0.0
    p = parameters.finance
    voted = treasury.voted(finance.usual_settlement(p), t[ATTENTION], t[FIRST_ATTENTION], t[BELIEF], budgeting)
    t[TOP_UP] = treasury.top_up_rate(parameters.degrees.top_up, t[BELIEF], budgeting)
    components.cut_lines(funding, p.funding_shock_rate, p.funding_shock_size, t[CUT : CUT + 3])
    settled, cap = finance.granted(voted, budgeting), finance.reserve_cap(owed, p, budgeting)
    settlement = finance.settle(settled, cap, owed, shares, t[JOINED : JOINED + 3], p, parameters.degrees)
    t[PLACES] = settlement.places
    return settlement


@stage_with_memory
def _pay(
    s: Floats, books: Floats, t: Floats, settlement: finance.Settlement, f: Fixed, layout: Layout,
    parameters: Parameters,
) -> None:  # fmt: skip
    """Step 5: peacekeeping as it turns out, then what departments and pools spend."""
    p, degrees, budgeting = parameters.finance, parameters.degrees, parameters.budgeting
    due = peacekeeping.assessed(_total_mission(s), parameters.peacekeeping) + t[ARREARS]
    planned = finance.as_it_turns_out(due, settlement, budgeting)
    money = finance.meet_peacekeeping(due, planned, p, degrees)
    purse.open_ledger(money, planned, finance.oda_parts(p), t[LEDGER:JOINED])
    division = finance.divide(money.budgets, money.oda, t[JOINED : JOINED + 3], t[TOP_UP], budgeting)
    t[ENVELOPE] = planned.settled + planned.cap + division.added
    t[ENVELOPE_ODA] = planned.oda + division.added_oda
    _spend(s, books, t, money.oda, division, f, layout, parameters)


@stage
def _spend(
    s: Floats, books: Floats, t: Floats, oda: Floats, division: finance.Division, f: Fixed, layout: Layout,
    parameters: Parameters,
) -> None:  # fmt: skip
    """Step 5: departments and pools spend what they have; of departments' money the part ``oda`` (3,) is aid."""
    p, degrees, ledger = parameters.finance, parameters.degrees, t[LEDGER:JOINED]
    s[VOLUNTARY, :] = 0.0
    topped, pot, status = finance.top_up_part(division), f.pot, s[STATUS]
    for d in range(3):
        pot[:] = 0.0
        pot[d] = division.own[d]
        missions = degrees.voluntary_peacekeeping * division.own[0] if d == 0 else 0.0
        spent = purse.spend(pot, oda[d], missions, t[CUT + d], 0.0, status, p, degrees, books[d], ledger)
        _reinforce(s, spent, books[d], parameters.peacekeeping)
    for pool in range(layout.lead.shape[0]) if degrees.pooling > 0.0 else range(0):
        part, pooled = layout.share[pool], division.pooled
        portfolio.tied_and_free((part * pooled[0], part * pooled[1], part * pooled[2]), degrees.mix, pot)
        missions = degrees.voluntary_peacekeeping * (part * pooled[0])
        cut = t[CUT + layout.lead[pool]]
        spent = purse.spend(pot, division.oda, missions, cut, topped, status, p, degrees, books[3 + pool], ledger)
        _reinforce(s, spent, books[3 + pool], parameters.peacekeeping)


@stage
def _reinforce(s: Floats, money: float, book: Floats, p: Peacekeeping) -> None:
    """Send £m of voluntary peacekeeping where a spender has decided."""
    if money == 0.0:
        return
    for i in range(s.shape[1]):
        s[VOLUNTARY, i] += peacekeeping.strength(money * book[DEPLOYED, i], p)


@stage
def _partners_spend(s: Floats, mass: Floats, reaction: float, yearly: float) -> None:
    """Step 3b: international partners spread ``yearly`` £m over what they see of conflict."""
    n, total = s.shape[1], 0.0
    for i in range(n):
        s[DONORS, i] = partners.attraction(mass[i], s[STATUS, i], reaction)
    for i in range(n):
        total += s[DONORS, i]
    for i in range(n):
        s[DONORS, i] = partners.partner_money(s[DONORS, i], total, yearly)


@stage
def _arrive(s: Floats, books: Floats, money: Floats, missions: Floats, persuasion: float, p: Delivery) -> None:
    """Step 6: add up by state what spenders spend (3, n), and how many separate missions it makes (n,), in place."""
    money[:, :], missions[:] = 0.0, 0.0
    for spender in range(books.shape[0]):
        book = books[spender]
        for i in range(s.shape[1]):
            mission = (book[MONEY, i] + book[MONEY + 1, i]) + book[MONEY + 2, i]
            missions[i] += 1.0 if mission > 0.0 else 0.0
            s[YEAR_MONEY, i] += mission
        for k in range(3):
            for i in range(s.shape[1]):
                spent = book[MONEY + k, i]
                money[k, i] += delivery.within_remits(spent, persuasion, p) if spender < 3 else spent


@stage
def _deliver(s: Floats, books: Floats, t: Floats, f: Fixed, persuasion: float, p: Delivery, q: Trust) -> None:
    """Step 6: money becomes effort, effort moves drivers, delivery moves trust."""
    n, money, fall, missions, imposed = s.shape[1], f.scratch[0:3], f.scratch[3:6], f.scratch[6], f.scratch[7]
    _arrive(s, books, money, missions, persuasion, p)
    for i in range(n):
        imposed[i] = trust.without_consent(s[STATUS, i], s[CONSENT, i], money[0, i], q)
    for k in range(3):
        for i in range(n):
            others = ((money[0, i] + money[1, i]) + money[2, i]) - money[k, i]
            consent = s[CONSENT + k, i] + imposed[i] if k == 0 else s[CONSENT + k, i]
            s[EFFORT + k, i] = delivery.effort(money[k, i], others, s[DONORS, i], consent, f.scale[i], p)
    for i in range(n):
        s[WORK, i], s[WORK + 1, i], s[WORK + 2, i], s[CONTESTED, i], s[UNACCOUNTABLE, i] = delivery.effective(
            s[DRIVER, i], s[DRIVER + 1, i], s[DRIVER + 2, i], s[EFFORT, i], s[EFFORT + 1, i], s[EFFORT + 2, i],
            s[ADVISED, i], (f.works[0, i], f.works[1, i], f.works[2, i]), p,
        )  # fmt: skip
    for k in range(3):
        for i in range(n):
            fall[k, i] = delivery.fall(s[WORK + k, i], s[DRIVER + k, i], p)
            s[DRIVER + k, i] = delivery.worked_driver(s[DRIVER + k, i], fall[k, i])
            s[STRUCTURAL + k, i] = delivery.reformed(s[STRUCTURAL + k, i], fall[k, i], p.lasting)
    for i in range(n):
        winning = trust.winning(s[EFFORT, i], s[EFFORT + 1, i], s[EFFORT + 2, i], p.defence_ties, q)
        s[TRUST, i] = trust.next_trust(s[TRUST, i], winning, missions[i], imposed[i], q)
    for i in range(n):
        t[YEAR_FALL] += fall[0, i] + fall[1, i] + fall[2, i]


@stage
def _above(i: int, status: float, s: Floats, reach: effects.Reach) -> tuple[float, float, float]:
    """Step 7: what drivers off the path, programmes and missions add to the record's log-hazards in state ``i``."""
    moved = (
        s[DRIVER, i] - s[ORIGIN, i], s[DRIVER + 1, i] - s[ORIGIN + 1, i], s[DRIVER + 2, i] - s[ORIGIN + 2, i]
    )  # fmt: skip
    return effects.on_hazards(
        status, moved, s[MEMORY, i], s[QUARTERS_AT_PEACE, i], peacekeeping.guarded(s[MISSION, i], s[VOLUNTARY, i]),
        (s[WORK, i], s[WORK + 1, i], s[WORK + 2, i]), s[CONTESTED, i], s[UNACCOUNTABLE, i],
        effects.withdrawn(s[HABIT, i], s[WORK + 1, i]), s[MEDIATED, i], reach,
    )  # fmt: skip


@stage
def _transition(s: Floats, before: Floats, uniform: Floats, terrain: Terrain, f: Fixed, parameters: Parameters) -> None:
    """Step 7: conflict begins, changes level and ends, in all states at once, from the status ``before`` (n,)."""
    n, p, log_population = before.shape[0], parameters.conflict, terrain.log_population
    missions, first, second, next_door = f.scratch[0], f.scratch[1], f.scratch[2], f.next_door[0]
    for i in range(n):
        missions[i] = peacekeeping.guarded(s[MISSION, i], s[VOLUNTARY, i])
    exposure(before, missions, s, terrain, parameters, f)
    for i in range(n):
        first[i], second[i] = conflict.transition_scores(
            before[i], s[ORIGIN + 1, i], s[ORIGIN + 2, i], next_door[i], s[MEMORY, i], s[QUARTERS_AT_PEACE, i],
            log_population[i], s[QUARTERS_IN_CONFLICT, i], _above(i, before[i], s, f.reach), p,
        )  # fmt: skip
    # Loops of their own: a processor works on several exponentials at once where none waits for another.
    for i in range(n):
        first[i] = conflict.happens(first[i])
    for i in range(n):
        second[i] = conflict.happens(second[i])
    for i in range(n):
        s[STATUS, i] = conflict.status_after(before[i], uniform[i], first[i], second[i])
    scarring = parameters.drivers.scarring
    for k in range(3):
        for i in range(n):
            s[STRUCTURAL + k, i] = drivers.scarred(s[STRUCTURAL + k, i], before[i], s[STATUS, i], scarring)


@stage
def _remember(s: Floats, before: Floats, decay: float, uniform: Floats, exponent: float, p: Peacekeeping) -> None:
    """Step 7: what follows from the status: deaths, given uniforms (n,), memory, the mission, what was mediated."""
    n = s.shape[1]
    for i in range(n):
        s[DEATHS, i] = conflict.deaths(s[STATUS, i], uniform[i], exponent) if s[STATUS, i] > 0.0 else 0.0
    for i in range(n):
        s[QUARTERS_AT_PEACE, i] = conflict.next_quarters_at_peace(s[QUARTERS_AT_PEACE, i], s[STATUS, i])
        s[QUARTERS_IN_CONFLICT, i] = conflict.next_quarters_in_conflict(
            s[QUARTERS_IN_CONFLICT, i], s[STATUS, i], s[QUARTERS_AT_PEACE, i]
        )
    for i in range(n):
        s[MEMORY, i] = conflict.next_memory(s[MEMORY, i], s[STATUS, i], decay)
        s[MISSION, i] = peacekeeping.next_mission(s[MISSION, i], s[STATUS, i], p)
        s[MEDIATED, i] = effects.next_mediated(s[MEDIATED, i], before[i], s[STATUS, i], s[WORK + 2, i])
        s[HABIT, i] = effects.next_habit(s[HABIT, i], s[WORK + 1, i])


@stage
def _learn(s: Floats, t: Floats, normal: float, war_weight: float, p: Budgeting) -> None:
    """Step 8: Parliament's attention follows the year's end, the Treasury learns from reports of what money yielded."""
    t[ATTENTION] = treasury.next_attention(t[ATTENTION], _harm_per_state(s, war_weight), p)
    spent = 0.0
    for i in range(s.shape[1]):
        spent += s[YEAR_MONEY, i]
    if spent > 0.0:
        t[YIELD] = 100.0 * t[YEAR_FALL] / spent
        joined = (t[JOINED] * t[SHARES] + t[JOINED + 1] * t[SHARES + 1]) + t[JOINED + 2] * t[SHARES + 2]
        t[BELIEF], t[BELIEF_VARIANCE] = treasury.next_belief(
            t[BELIEF], t[BELIEF_VARIANCE], t[YIELD], normal, treasury.report_deviation(joined, p), p
        )
    t[YEAR_FALL] = 0.0


@stage
def _close_year(s: Floats, t: Floats, has_last_year: bool, tally: Floats, normal: float, p: Parameters) -> None:
    """Step 8: attention and belief move; from year two on partner states compare the year's money with the last's.

    ``normal`` is what the year's report errs by.
    """
    _learn(s, t, normal, p.conflict.war_weight, p.budgeting)
    count_year(tally, s, t, has_last_year)
    for i in range(s.shape[1]):
        if has_last_year:
            change = trust.stop_start(s[YEAR_MONEY, i], s[LAST_YEAR_MONEY, i])
            s[TRUST, i] = trust.shaken(s[TRUST, i], change, p.trust.trust_volatility)
        s[LAST_YEAR_MONEY, i] = s[YEAR_MONEY, i]
        s[YEAR_MONEY, i] = 0.0


@stage
def _learn_what_works(s: Floats, normals: Floats, misled: Floats, p: Observation) -> None:
    """Step 8: the year's programmes tell a little of what works where, given normals (3, n) each."""
    for k in range(3):
        for i in range(s.shape[1]):
            s[PRECISION + k, i], s[LESSON + k, i] = observation.lesson(
                s[PRECISION + k, i], s[LESSON + k, i], s[WORK + k, i], normals[k, i], misled[k, i], p
            )


@stage_with_memory
def _judge(
    tally: Floats, waiting: Floats, s: Floats, books: Floats, f: Fixed, terrain: Terrain, parameters: Parameters,
    error: float,
) -> None:  # fmt: skip
    """Count how the year's first money compares with the truth on which it might have been decided."""
    danger, need = np.empty(s.shape[1]), np.empty((3, s.shape[1]))
    appraisal.judged(s, f.truth, f.scale, f.works, terrain.log_population, parameters, f.reach, danger, need)
    count_allocation(tally, waiting, danger, need, books, error)


# Of a quarter, the two halves borrow: references are counted where a year is decided, and where money is divided.
@stage
def _decide_and_pay(
    quarter: int, s: Floats, books: Floats, t: Floats, tally: Floats, waiting: Floats, settlement: finance.Settlement,
    f: Fixed, layout: Layout, terrain: Terrain, chance: Chance, parameters: Parameters,
) -> None:  # fmt: skip
    """Steps 3 to 5 of a quarter: what is seen, what is decided once a year, what is spent."""
    p, n = parameters.finance, s.shape[1]
    observe(s, f, quarter, chance.private_error[quarter], chance.common_error[quarter], terrain, parameters)
    _partners_spend(s, f.mass, p.donor_reaction, n * p.donor_money)
    error = 0.0
    if quarter % 4 == 0:
        error = decide(
            s, books, t, f, quarter, settlement, layout, terrain, chance.tie, chance.stall[quarter], parameters
        )
    _pay(s, books, t, settlement, f, layout, parameters)
    if quarter % 4 == 0:
        _judge(tally, waiting, s, books, f, terrain, parameters, error)


@stage
def _deliver_and_count(
    quarter: int, s: Floats, books: Floats, t: Floats, tally: Floats, before: Floats, quiet: Floats, f: Fixed,
    layout: Layout, terrain: Terrain, chance: Chance, parameters: Parameters,
) -> None:  # fmt: skip
    """Steps 6 to 8 of a quarter: what money brings, how conflict goes on, what the year's end adds."""
    p = parameters
    _deliver(s, books, t, f, p.degrees.persuasion, p.delivery, p.trust)
    for i in range(s.shape[1]):
        before[i], quiet[i] = s[STATUS, i], s[QUARTERS_AT_PEACE, i]
    _transition(s, before, chance.transition[quarter], terrain, f, p)
    _remember(s, before, f.decay, chance.deaths[quarter], p.conflict.deaths_exponent, p.peacekeeping)
    count_quarter(tally, before, quiet, s, books, t)
    if quarter % 4 == 3:
        _close_year(s, t, quarter >= 4, tally, chance.reports[quarter], p)
        _learn_what_works(s, chance.works, chance.lessons[quarter // 4], p.observation)
        review(s, books, t, f, quarter, layout, terrain, chance.tie, p)


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
    return _simulate(packed(parameters), layout, terrain, chance, trace)


@kernel_with_memory
def _simulate(values: Floats, layout: Layout, terrain: Terrain, chance: Chance, trace: Floats) -> Floats:
    """Run one future, given all parameters as one vector."""
    parameters = unpacked(values)
    n, spenders = terrain.level.shape[0], 3 + layout.lead.shape[0]
    s, books, t = np.zeros((ROWS, n)), np.zeros((spenders, WHOLE_BOOK, n)), np.zeros(ACCOUNT)
    for spender in range(spenders):
        portfolio.open_book(books[spender])
    tally, waiting, before, quiet = np.zeros(TALLY), np.full(n, -1.0), np.empty(n), np.empty(n)
    f = _fixed(parameters, layout, terrain, chance)
    _start(s, t, terrain, chance.start, parameters)
    for quarter in range(chance.transition.shape[0]):
        _move_world(s, f, quarter, terrain.structural, chance, parameters.drivers)
        if quarter % 4 == 0:
            settlement = _open_year(s, t, quarter == 0, chance.funding[quarter], parameters)
        _decide_and_pay(quarter, s, books, t, tally, waiting, settlement, f, layout, terrain, chance, parameters)
        _deliver_and_count(quarter, s, books, t, tally, before, quiet, f, layout, terrain, chance, parameters)
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

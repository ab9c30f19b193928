"""One rule, two engines: the same run is the same to the bit."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from numba.core.runtime import nrt

from model.institution import Institution, Pool
from model.parameters import Parameters, build_parameters
from model.randomness import Chance
from model.rules import (
    compiled,
    conflict,
    delivery,
    drivers,
    effects,
    observation,
    partners,
    peacekeeping,
    priorities,
    trust,
)
from model.rules.table import (
    ADVISED,
    COMMON_ERROR,
    CONSENT,
    CONTESTED,
    COST,
    CUT,
    DEATHS,
    DEPLOYED,
    DONORS,
    DRIVER,
    EFFORT,
    HABIT,
    LAST_YEAR_MONEY,
    LESSON,
    MEDIATED,
    MEMORY,
    MISSION,
    MONEY,
    ORIGIN,
    PLACES,
    PRECISION,
    PRIVATE_ERROR,
    PROGRAMME,
    QUARTERS_AT_PEACE,
    QUARTERS_IN_CONFLICT,
    STATUS,
    STRUCTURAL,
    THEME,
    TRUST,
    UNACCOUNTABLE,
    VOLUNTARY,
    WORK,
    WORTH,
    YEAR_MONEY,
)
from model.runs import Run, simulate
from model.trajectory import names, sha256
from model.world import Floats, Terrain, World, stylised
from tests.support import (
    INSTITUTIONS,
    account,
    books,
    chance,
    engine_run,
    institution,
    parameters_of,
    random_values,
    setting,
    states,
)

ROOT = Path(__file__).resolve().parents[2]
POOLS = (
    (Pool("one", "all", "foreign"),),
    (Pool("south", "sub_saharan", "development", 2.0), Pool("north", "rest", "defence")),
)


def assert_same(first: Run, second: Run, labels: list[str]) -> None:
    different = np.argwhere(first.trajectory != second.trajectory)
    where = [(int(quarter), labels[column]) for quarter, column in different[:3]]
    assert not where, f"engines part at {where}"
    assert np.all(np.isfinite(first.trajectory[:, :-1]))
    assert sha256(first.trajectory) == sha256(second.trajectory)
    assert first.outcomes == second.outcomes


@pytest.mark.parametrize("name", INSTITUTIONS)
def test_same_trajectory_over_twenty_years_of_africa(name: str) -> None:
    world, who, p = setting().world, institution(name), parameters_of(name)
    runs = [simulate(who, world, p, 7, 3, 80, engine) for engine in ("mesa", "ensemble")]
    assert_same(runs[0], runs[1], names(world, who))


@pytest.mark.parametrize("name", INSTITUTIONS)
def test_every_array_that_a_run_makes_is_freed(name: str) -> None:
    # Stages borrow what they work on: an array that one of them was given for its own would be nobody's.
    memory: Any = nrt
    memory._nrt.memsys_enable_stats()
    before = memory.rtsys.get_allocation_stats()
    simulate(institution(name), setting().world, parameters_of(name), 7, 3, 8)
    after = memory.rtsys.get_allocation_stats()
    assert after.mi_alloc - before.mi_alloc == after.mi_free - before.mi_free > 20


@pytest.mark.parametrize("size", [2, 7, 60])
@pytest.mark.parametrize("name", INSTITUTIONS)
def test_same_trajectory_in_stylised_worlds(name: str, size: int) -> None:
    world = stylised(size)
    who = institution(name)
    runs = [simulate(who, world, parameters_of(name), 5, size, 12, engine) for engine in ("mesa", "ensemble")]
    assert_same(runs[0], runs[1], names(world, who))


@pytest.mark.parametrize("point", range(60))
def test_same_trajectory_at_random_parameter_points(point: int) -> None:
    rng = np.random.default_rng(point)
    world = stylised(9)
    who = Institution("random", pools=POOLS[point % 2], values=random_values(rng))
    p = build_parameters(who.values)
    runs = [simulate(who, world, p, 3, point, 20, engine) for engine in ("mesa", "ensemble")]
    assert_same(runs[0], runs[1], names(world, who))


class OnPath(World):
    """A world whose structural levels move by the year."""

    def terrain(self) -> Terrain:
        """Lay out three years, each with more deprivation and less exclusion than the one before."""
        found = super().terrain()
        steps = np.array([0.0, 0.05, -0.04])[:, None]
        return found._replace(structural=np.array([found.structural[0] + year * steps for year in range(3)]).clip(0, 1))


@pytest.mark.parametrize("name", ["siloed", "uk_pools"])
def test_same_trajectory_where_structural_levels_follow_a_path(name: str) -> None:
    world, who = OnPath("path", stylised(12).states), institution(name)
    runs = [simulate(who, world, parameters_of(name), 5, 1, 20, engine) for engine in ("mesa", "ensemble")]
    assert_same(runs[0], runs[1], names(world, who))
    origin = states(runs[0].trajectory, 12)[:, ORIGIN : ORIGIN + 3]
    for quarter in range(20):
        np.testing.assert_array_equal(origin[quarter], world.terrain().structural[min(quarter // 4, 2)])


SIGNATURES_OF_BOTH_ENGINES = """
import importlib, json, pkgutil
from numba.core import caching, compiler, typed_passes
import model, model.rules
from model.institution import Institution, Pool
from model.parameters import build_parameters
from model.runs import simulate
from model.world import stylised

pools = (Pool("south", "sub_saharan", "development"), Pool("north", "rest", "defence"))
joint = {"shared_analysis": 0.5, "pooling": 0.5, "mix": 0.5, "voting": 0.5, "top_up": 0.3, "persuasion": 0.5}
components = {"thematic": 0.3, "advisory_places": 3, "screening": 0.5, "voluntary_peacekeeping": 0.5, "protection": 1.0}
trouble = {"funding_shock_rate": 0.2, "stall_rate": 0.2, "oda_eligible_security": 0.0}
for values in (
    {}, joint, joint | components | trouble, {"planner": 1, "pooling": 1}, {"programme": 0}, {"budget_rule": 1},
    {"budget_rule": 2},
):
    for engine in ("ensemble", "mesa"):
        simulate(Institution(pools=pools, values=values), stylised(9), build_parameters(values), 1, 0, 16, engine)

modules = [importlib.import_module(found.name) for found in pkgutil.walk_packages(model.__path__, "model.")]
compiled = {
    f"{function.py_func.__module__}.{function.py_func.__name__}": function
    for module in modules for function in vars(module).values() if hasattr(function, "py_func")
}
called = {function: list(function.overloads) for function in compiled.values()}


def no_code(self, state):
    state["cr"] = compiler._LowerResult(None, None, abs, None)
    return True


# What Python called came from the cache, which names nothing that compiled code calls: its types are found anew.
typed_passes.NativeLowering.run_pass = no_code
for function in called:
    function._reset_overloads()
    function._cache = caching.NullCache()
for function, seen in called.items():
    for types in seen:
        function.compile(types)
rules = {name: function for name, function in compiled.items() if name.startswith("model.rules.")}
print(json.dumps({
    name: [str(types) for types in rule.signatures]
    for name, rule in rules.items() if rule.targetoptions.get("forceinline")
}))
"""


@pytest.mark.slow
def test_every_rule_is_compiled_for_one_signature_only() -> None:
    # An int passed for a float would silently compile, and could compute, something else. Numba only finds the types,
    # and makes no code of them: a third of the time.
    environment = os.environ | {"PYTHONWARNINGS": "ignore", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", SIGNATURES_OF_BOTH_ENGINES], env=environment, capture_output=True, check=True
    )
    found: dict[str, list[str]] = json.loads(done.stdout)
    assert len(found) >= 50
    assert {"model.rules.trust.consent", "model.rules.priorities.screened", "model.rules.peacekeeping.guarded"} <= set(
        found
    )
    assert {rule: signatures for rule, signatures in found.items() if len(signatures) != 1} == {}


def test_digest_names_the_sources() -> None:
    assert len(compiled.source_digest()) == 16


# A third reading of the schedule: each quarter is worked out again from the row before it, the run's chance and the
# money in the books, with old and new values where the step table of the ODD says so. The engines, written alike, could
# share a mistake in it.


class Quarter(NamedTuple):
    """What a quarter is worked out from: ``old`` partner states (rows, n) and what was decided.

    ``money`` (spenders, 3, n), £m; ``advised`` and ``voluntary`` (n,), where advisers and further missions are.
    """

    number: int
    old: Floats
    money: Floats
    advised: Floats
    voluntary: Floats
    chance: Chance
    terrain: Terrain
    p: Parameters


def moved(q: Quarter, i: int) -> tuple[list[float], list[float]]:
    """Step 1: structural levels, then drivers, with the old status."""
    u0, u1, u2, u3 = q.chance.shocks[q.number, :, i].tolist()
    shocks, p, levels, structural = drivers.shocks_to_drivers(u0, u1, u2, u3, q.p.drivers), q.p.drivers, [], []
    for k in range(3):
        structural.append(
            drivers.healed(
                q.old[STRUCTURAL + k, i],
                q.terrain.structural[min(q.number // 4, len(q.terrain.structural) - 1), k, i],
                p.healing,
            )
        )
        normal, status = q.chance.drift[q.number, k, i], q.old[STATUS, i]
        levels.append(drivers.next_driver(q.old[DRIVER + k, i], structural[k], status, normal, shocks[k], p))
    return levels, structural


def donors(q: Quarter) -> list[float]:
    """Step 3b: partners' money, from the old status."""
    p, status = q.p.finance, q.old[STATUS]
    masses = [partners.mass(people) for people in q.terrain.log_population]
    drawn = [partners.attraction(mass, status[i], p.donor_reaction) for i, mass in enumerate(masses)]
    return [partners.partner_money(weight, sum(drawn), len(drawn) * p.donor_money) for weight in drawn]


def delivered(q: Quarter, s: Floats, i: int, x: list[float], structural: list[float]) -> None:
    """Step 6: with the year's consent; all efforts and effects are worked out before any driver moves."""
    p, money = q.p.delivery, q.money[:, :, i]
    # Departments' own work misses the needs between their remits, as far as no joint strategy persuades them.
    met = 1.0 - p.remit_gap * (1.0 - q.p.degrees.persuasion)
    spent = met * money[:3].sum(axis=0) + money[3:].sum(axis=0)
    scale = delivery.absorptive_scale(q.terrain.log_population[i], p)
    consent = s[CONSENT : CONSENT + 3, i].copy()
    imposed = 0.0
    if q.old[STATUS, i] == 2.0 and spent[0] > 0.0:  # in a war security work does without what consent is missing
        imposed = max(0.0, q.p.trust.protection - consent[0])
        consent[0] += imposed
    e0, e1, e2 = (
        delivery.effort(spent[k], spent.sum() - spent[k], s[DONORS, i], consent[k], scale, p) for k in range(3)
    )
    w0, w1, w2 = (observation.works(normal, q.p.effects) for normal in q.chance.works[:, i])
    *work, s[CONTESTED, i], s[UNACCOUNTABLE, i] = delivery.effective(
        x[0], x[1], x[2], e0, e1, e2, q.advised[i], (w0, w1, w2), p
    )
    s[WORK : WORK + 3, i] = work
    for k in range(3):
        fall = p.effect * work[k] * x[k]
        s[DRIVER + k, i] = x[k] - fall
        s[STRUCTURAL + k, i] = delivery.reformed(structural[k], fall, p.lasting)
    s[EFFORT : EFFORT + 3, i] = e0, e1, e2
    missions = float((money.sum(axis=1) > 0.0).sum())
    winning = e0 + e1 + e2 + q.p.trust.ties_trust * p.defence_ties * e0
    s[TRUST, i] = trust.next_trust(q.old[TRUST, i], winning, missions, imposed, q.p.trust)
    s[YEAR_MONEY, i] = q.old[YEAR_MONEY, i] + money.sum()


def next_door(q: Quarter, s: Floats, i: int) -> float:
    """What conflict adds next door: by neighbours' old status and missions, over borders covered by new effort."""
    p, opened, missions = q.p.delivery, [], []
    for j in q.terrain.neighbours[q.terrain.first_neighbour[i] : q.terrain.first_neighbour[i + 1]]:
        if q.old[STATUS, j] > 0.0:
            opened.append(max(0.0, 1.0 - p.confidence_effect * p.confidence_building * min(s[EFFORT, i], s[EFFORT, j])))
            missions.append(min(1.0, q.old[MISSION, j] + q.voluntary[j]))
    if not opened:
        return 0.0
    unusual = np.mean(missions) - q.p.expected.expected_mission_conflict
    return float(q.p.conflict.onset_neighbours * max(opened) + effects.reach(q.p).missions[4] * unusual)


def changed(q: Quarter, s: Floats, i: int) -> None:
    """Step 7: from new drivers, effort and voluntary missions, old status everywhere, old memory, mission and age."""
    p, old, terrain = q.p.conflict, q.old[:, i], q.terrain
    path = terrain.structural[0, :, i]
    above = effects.on_hazards(
        old[STATUS], tuple((s[DRIVER : DRIVER + 3, i] - path).tolist()), old[MEMORY], old[QUARTERS_AT_PEACE],
        min(1.0, old[MISSION] + q.voluntary[i]), tuple(s[WORK : WORK + 3, i].tolist()), s[CONTESTED, i],
        s[UNACCOUNTABLE, i], max(0.0, old[HABIT] - s[WORK + 1, i]), old[MEDIATED], effects.reach(q.p),
    )  # fmt: skip
    status = conflict.transition(
        old[STATUS], q.chance.transition[q.number, i], path[1], path[2], next_door(q, s, i), old[MEMORY],
        old[QUARTERS_AT_PEACE], terrain.log_population[i], old[QUARTERS_IN_CONFLICT], above, p,
    )  # fmt: skip
    s[STATUS, i], fighting = status, status > 0.0
    s[DEATHS, i] = conflict.deaths(status, q.chance.deaths[q.number, i], p.deaths_exponent)
    s[QUARTERS_AT_PEACE, i] = 0.0 if fighting else old[QUARTERS_AT_PEACE] + 1.0
    lull = s[QUARTERS_AT_PEACE, i] < 4.0  # a conflict that pauses for less than a year is the same one
    s[QUARTERS_IN_CONFLICT, i] = old[QUARTERS_IN_CONFLICT] + 1.0 if fighting else old[QUARTERS_IN_CONFLICT] * lull
    s[MEMORY, i] = 1.0 if fighting else old[MEMORY] * 0.5 ** (0.25 / p.memory_half_life)
    s[MISSION, i] = peacekeeping.next_mission(old[MISSION], status, q.p.peacekeeping)
    s[HABIT, i] = old[HABIT] + (1.0 - 0.5**0.25) * (s[WORK + 1, i] - old[HABIT])
    s[MEDIATED, i] = s[WORK + 2, i] if old[STATUS] > 0.0 and not fighting else old[MEDIATED]
    for k in range(3):
        s[STRUCTURAL + k, i] = drivers.scarred(s[STRUCTURAL + k, i], old[STATUS], status, q.p.drivers.scarring)


def closed(q: Quarter, s: Floats, i: int) -> None:
    """Step 8: stop-start against the year before, from the second year on."""
    year, s[LAST_YEAR_MONEY, i] = s[YEAR_MONEY, i], q.old[LAST_YEAR_MONEY, i]
    s[PRECISION : LESSON + 3, i] = q.old[PRECISION : LESSON + 3, i]
    for k in range(3) if q.number % 4 == 3 else ():  # step 8: what the year's work tells of what works here
        gain = q.p.observation.learning if s[WORK + k, i] > 0.0 else 0.0
        s[PRECISION + k, i] += gain
        s[LESSON + k, i] += gain * q.chance.works[k, i] + gain**0.5 * q.chance.lessons[q.number // 4, k, i]
    if q.number % 4 == 3:
        change = trust.stop_start(year, q.old[LAST_YEAR_MONEY, i]) if q.number > 3 else 0.0
        s[TRUST, i] = trust.shaken(s[TRUST, i], change, q.p.trust.trust_volatility)
        s[LAST_YEAR_MONEY, i], s[YEAR_MONEY, i] = year, 0.0


def worked_out(q: Quarter) -> Floats:
    """Partner states (rows, n) at the quarter's end, without how departments see them."""
    s = np.full_like(q.old[:PRIVATE_ERROR], np.nan)
    s[DONORS], s[ADVISED], s[VOLUNTARY] = donors(q), q.advised, q.voluntary
    for i in range(s.shape[1]):
        levels, structural = moved(q, i)
        s[CONSENT : CONSENT + 3, i] = q.old[CONSENT : CONSENT + 3, i]
        if q.number % 4 == 0:  # step 2: once a year consent, from old trust and new exclusion
            s[CONSENT : CONSENT + 3, i] = trust.consent(q.old[TRUST, i], levels[2], q.p.trust)
        delivered(q, s, i, levels, structural)
    for i in range(s.shape[1]):  # effort everywhere before status anywhere: borders have two sides
        changed(q, s, i)
        closed(q, s, i)
    return s


# Much conflict, many shocks and much money, so that whatever is read too early or too late shows; all that an
# institution may choose is chosen, and all that may go wrong goes wrong often.
LIVELY: dict[str, float] = {
    "onset_base": -5.5, "shock_size": 0.3, "settlement": 400.0, "reserve_cap": 20.0, "peacekeeping_release": 1.0,
    "diplomacy_on_ending": 1.5, "thematic": 0.3, "top_up": 0.5, "top_up_source": 1.0, "war_lapse": 0.33,
    "advisory_places": 6.0, "voluntary_peacekeeping": 0.5, "mission_cost": 10.0, "screening": 1.0, "protection": 1.0,
    "protection_cost": 0.5, "remit_gap": 0.2, "funding_shock_rate": 0.2, "funding_shock_size": 0.6, "stall_rate": 0.2,
    "confidence_building": 0.4, "confidence_effect": 5.0,
}  # fmt: skip


@pytest.mark.parametrize("name", INSTITUTIONS)
def test_each_quarter_follows_from_the_one_before_as_the_step_table_says(name: str) -> None:
    world = stylised(24)
    drawn, p = chance(world, 2, 60), parameters_of(name, LIVELY)
    trajectory = engine_run(p, institution(name), world, drawn)
    s, money = states(trajectory, world.size), books(trajectory, world.size)[:, :, MONEY : MONEY + 3]
    assert s[:, ADVISED].any() == (p.degrees.programme > 0.0)
    assert s[:, VOLUNTARY].any() == (p.degrees.programme > 0.0 and not p.degrees.planner)
    told = [*range(COMMON_ERROR), *range(WORK, PRIVATE_ERROR)]  # all but errors, the path and pictures
    for number in range(1, 60):
        now = Quarter(
            number, s[number - 1], money[number], s[number, ADVISED], s[number, VOLUNTARY], drawn, world.terrain(), p
        )
        np.testing.assert_allclose(
            worked_out(now)[told], s[number, told], rtol=1e-9, atol=1e-12, err_msg=f"quarter {number}"
        )


@pytest.mark.parametrize("name", INSTITUTIONS)
def test_what_is_decided_once_a_year_stands_all_year_and_cuts_are_those_drawn(name: str) -> None:
    world = stylised(24)
    drawn, p = chance(world, 2, 60), parameters_of(name, LIVELY)
    trajectory = engine_run(p, institution(name), world, drawn)
    s, book, t = states(trajectory, 24), books(trajectory, 24), account(trajectory)
    decided = [*range(PROGRAMME, MONEY), THEME, DEPLOYED, COST]
    for year in range(15):
        opens, quarters = 4 * year, range(4 * year + 1, 4 * year + 4)
        for number in quarters:
            np.testing.assert_array_equal(book[number][:, decided], book[opens][:, decided])
            np.testing.assert_array_equal(s[number, ADVISED], s[opens, ADVISED])
            np.testing.assert_array_equal(t[number, CUT : CUT + 3], t[opens, CUT : CUT + 3])
            assert t[number, PLACES] == t[opens, PLACES]
        drawn_cuts = np.where(drawn.funding[opens] > 1.0 - p.finance.funding_shock_rate, 0.6, 0.0)
        np.testing.assert_array_equal(t[opens, CUT : CUT + 3], drawn_cuts)
        willing = s[opens, CONSENT] >= trust.CONSENTING
        assert s[opens, ADVISED].sum() == min(t[opens, PLACES], willing.sum())
        assert not s[opens, ADVISED][~willing].any()


@pytest.mark.parametrize("name", INSTITUTIONS)
def test_a_department_that_stalls_decides_nothing_and_a_pool_stalls_with_its_lead(name: str) -> None:
    world, who = stylised(24), institution(name)
    values = LIVELY | {"participation_speed": 0.0}  # desks stay where they are, so that nothing has to shrink
    drawn, p = chance(world, 2, 60), parameters_of(name, values)
    book = books(engine_run(p, who, world, drawn), 24)
    leads = [0, 1, 2, *who.layout(world).lead.tolist()]
    kept = [*range(PROGRAMME, MONEY), THEME, DEPLOYED]
    stalls = 0
    for spender, role in enumerate(leads):
        for opens in range(4, 60, 4):
            if drawn.stall[opens, role] <= 0.8 or (spender >= 3 and p.degrees.planner > 0.0):
                continue
            stalls += 1
            np.testing.assert_array_equal(book[opens, spender, kept], book[opens - 1, spender, kept])
            # No decision is paid, but the presence of themes where no programme is.
            running = book[opens, spender, PROGRAMME : PROGRAMME + 3].any(axis=0)
            present = (book[opens, spender, THEME] > 0.0) & ~running
            np.testing.assert_array_equal(book[opens, spender, COST], p.finance.presence_cost * present)
    assert stalls > 0


# The same for what is decided: worked out again from what the trajectory says was seen, consented to and run.


@pytest.mark.parametrize("name", ["siloed", "siloed_best", "pooled_funding", "military_first"])
def test_advisers_go_where_exclusion_is_greatest_weighted_by_consent(name: str) -> None:
    world, who, p = stylised(24), institution(name), parameters_of(name, LIVELY)
    s = states(engine_run(p, who, world, chance(world, 2, 60)), 24)
    for opens in range(0, 60, 4):
        seen = s[opens, DRIVER + 2] / (1.0 - p.delivery.effect * s[opens, WORK + 2])  # as it stood before the work
        consent = s[opens, CONSENT]
        order = np.argsort(-np.where(consent >= trust.CONSENTING, consent * seen, -1.0), kind="stable")
        sent = np.flatnonzero(s[opens, ADVISED])
        assert 0 < len(sent) <= 6
        assert sorted(order[: len(sent)].tolist()) == sent.tolist()


@pytest.mark.parametrize("name", ["uk_pools", "stability_fund", "canada_proposed"])
def test_themes_work_in_the_states_of_the_pool_that_consent_to_security_work(name: str) -> None:
    world, who = stylised(24), institution(name)
    values = LIVELY | {"stall_rate": 0.0, "consent_security": 3.0}
    trajectory = engine_run(parameters_of(name, values), who, world, chance(world, 2, 60))
    s, book = states(trajectory, 24), books(trajectory, 24)
    willing = s[::4, CONSENT] >= trust.CONSENTING
    assert (willing != (s[::4, CONSENT + 1] >= trust.CONSENTING)).any()
    for pool in range(len(who.pools)):
        covered = who.layout(world).pool_of_state == pool
        np.testing.assert_array_equal(book[::4, 3 + pool, THEME] > 0.0, willing & covered)
    assert not book[:, :3, THEME].any()


@pytest.mark.parametrize("name", ["siloed", "pooled_funding", "uk_pools", "stability_fund"])
def test_missions_are_chosen_by_the_interests_of_who_decides_where_nothing_else_counts(name: str) -> None:
    world, who = stylised(24), institution(name)
    values = LIVELY | {"stall_rate": 0.0, "national_interest": 1.0, "voting": 0.0, "unknown_status": 0.0}
    drawn, p = chance(world, 2, 60), parameters_of(name, values)
    trajectory = engine_run(p, who, world, drawn)
    s, book = states(trajectory, 24), books(trajectory, 24)
    layout, chosen = who.layout(world), 0
    spenders = [(0, 0, np.full(24, True))]  # spender, whose interests, remit
    if p.degrees.pooling > 0.0:
        spenders += [(3 + pool, lead, layout.pool_of_state == pool) for pool, lead in enumerate(layout.lead.tolist())]
    for spender, role, covered in spenders:
        own, common = drawn.interests[role].tolist(), drawn.interests[3].tolist()
        interest = np.array([priorities.interest(own[i], common[i], p.priorities) for i in range(24)])
        for opens in range(4, 60, 4):
            size, worth = book[opens, spender, PROGRAMME : PROGRAMME + 3], book[opens, spender, WORTH : WORTH + 3]
            bar = (size * worth).sum() / size.sum() if size.any() else 0.0
            sent = covered & (s[opens - 1, STATUS] > 0.0) & (interest > bar)
            np.testing.assert_array_equal(book[opens, spender, DEPLOYED] > 0.0, sent)
            chosen += int(sent.sum())
    assert chosen > 0
    assert not book[:, 1:3, DEPLOYED].any()

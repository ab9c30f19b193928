"""Each ingredient and mechanism is silent when off and, when on, moves what it is said to move, in that direction.

What no longer matters once something is off, at random parameters, is in test_invariance.py (IDLE).
"""

import dataclasses
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest

from model.institution import Institution
from model.parameters import PARAMETERS
from model.rules import table
from model.rules.table import (
    ADVISED,
    COST,
    CUT,
    DEPLOYED,
    DRIVER,
    EFFORT,
    LEDGER,
    LINES,
    MONEY,
    STATUS,
    THEME,
    VOLUNTARY,
    WAIT,
    WORTH,
)
from model.runs import Run, simulate
from model.world import Floats
from tests.support import (
    INSTITUTIONS,
    account,
    books,
    institution,
    parameters_of,
    run,
    setting,
    small_world,
    states,
)

AFRICA = setting().world
PARTNER_ROWS = table.COMMON_ERROR


# Silence: the institution without an ingredient, and the traces that the ingredient would leave.


class Ingredient(NamedTuple):
    """``own`` parameters that have no other use; ``trace`` of a run that is all zero without the ingredient."""

    own: tuple[str, ...]
    trace: Callable[[Floats, int], Floats]


def _line(name: str) -> Callable[[Floats, int], Floats]:
    line = {"thematic": table.THEMATIC_LINE, "voluntary": table.VOLUNTARY_LINE, "top_up": table.TOP_UP_LINE}[name]
    return lambda trajectory, n: account(trajectory)[:, [LEDGER + line, LEDGER + LINES + line]]


INGREDIENTS: dict[str, Ingredient] = {
    "thematic": Ingredient(("presence_cost",), _line("thematic")),
    "top_up": Ingredient(("top_up_response",), _line("top_up")),
    "advisory_places": Ingredient(("advice_effect", "advisory_cost"), lambda x, n: states(x, n)[:, ADVISED]),
    "voluntary_peacekeeping": Ingredient((), _line("voluntary")),
    "screening": Ingredient(("replanning", "screening_delay"), lambda x, n: account(x)[:, [table.SCREENED_OUT]]),
    "pooling": Ingredient(
        ("pooling_overhead", "participation_speed", "first_call", "presence_cost", "replanning"),
        lambda x, n: books(x, n)[:, 3:, [*range(table.PROGRAMME, WAIT), THEME, DEPLOYED, COST]],
    ),
    "shared_analysis": Ingredient(("herding", "hidden_profiles", "analysis_delay"), lambda x, n: x[:, :0]),
    "colocation": Ingredient(("colocation_economy",), lambda x, n: x[:, :0]),
    "voting": Ingredient(("veto",), lambda x, n: x[:, :0]),
}
RATE_COLUMN = -table.ACCOUNT + table.TOP_UP
"""The top-up's rate is the Treasury's to decide, whether or not anybody pools."""


def without(name: str, ingredient: str) -> Institution:
    """An institution whose description does not name an ingredient."""
    who = institution(name)
    return dataclasses.replace(who, values={k: v for k, v in who.values.items() if k != ingredient})


@pytest.mark.parametrize("ingredient", INGREDIENTS)
@pytest.mark.parametrize("name", INSTITUTIONS)
def test_an_institution_without_an_ingredient_is_one_whose_degree_is_zero(name: str, ingredient: str) -> None:
    off = run(name, {ingredient: 0.0}).trajectory
    if ingredient != "voluntary_peacekeeping":  # open to every donor unless it says otherwise
        assert PARAMETERS[ingredient].default == 0.0
        who = without(name, ingredient)
        left_out = simulate(who, small_world(), parameters_of(name, {ingredient: 0.0}), 11, 0, 24).trajectory
        np.testing.assert_array_equal(left_out, off)
    assert not INGREDIENTS[ingredient].trace(off, 7).any()
    for share in (0.0, 1.0):
        own = {parameter: PARAMETERS[parameter].at(share) for parameter in INGREDIENTS[ingredient].own}
        moved = run(name, own | {ingredient: 0.0}).trajectory
        keep = np.arange(off.shape[1]) != off.shape[1] + RATE_COLUMN
        np.testing.assert_array_equal(moved[:, keep], off[:, keep])


@pytest.mark.parametrize("ingredient", ["thematic", "top_up", "advisory_places", "voluntary_peacekeeping", "pooling"])
def test_an_ingredient_leaves_traces(ingredient: str) -> None:
    values = {ingredient: PARAMETERS[ingredient].high, "voluntary_peacekeeping": 0.5}
    assert INGREDIENTS[ingredient].trace(run("uk_pools", values).trajectory, 7).any()


def test_screening_loses_money_that_would_have_been_planned_otherwise() -> None:
    values = {"replanning": 0.0, "oda_eligible_security": 0.0, "budget_defence": 0.1, "budget_development": 0.6}
    lost, planned = (run("uk_pools", values | {"screening": x}).trajectory for x in (1.0, 0.0))
    assert INGREDIENTS["screening"].trace(lost, 7).any()
    assert account(planned)[:, table.REPLANNED].any()


@pytest.mark.parametrize("colours", [(0.3, 0.7, 0.0), (0.0, 1.0, 1.0)])
@pytest.mark.parametrize("name", INSTITUTIONS)
def test_where_aid_may_pay_for_all_security_work_colours_stay_in_the_ledger(
    name: str, colours: tuple[float, float, float]
) -> None:
    # Missions are never paid from aid, whatever it may pay for else.
    lawless = {"oda_eligible_security": 1.0, "voluntary_peacekeeping": 0.0}
    oda = dict(zip(("oda_defence", "oda_development", "oda_foreign"), colours, strict=True))
    usual, other = (run(name, lawless | values, world=AFRICA) for values in ({}, oda))
    n = AFRICA.size
    np.testing.assert_array_equal(states(other.trajectory, n), states(usual.trajectory, n))
    np.testing.assert_array_equal(books(other.trajectory, n), books(usual.trajectory, n))
    lines = [account(x.trajectory)[:, LEDGER : LEDGER + 2 * LINES].reshape(-1, 2, LINES) for x in (usual, other)]
    np.testing.assert_allclose(lines[1].sum(axis=1), lines[0].sum(axis=1), rtol=0, atol=1e-9)
    assert np.any(lines[1] != lines[0])


# Effect: a mechanism alone, with what would hide it out of the way.


Measure = Callable[[Run], float]


def outcome(name: str) -> Measure:
    return lambda r: r.outcomes[name]


def mean_of(row: int) -> Measure:
    return lambda r: float(states(r.trajectory, AFRICA.size)[:, row].mean())


def conflict(r: Run) -> float:
    return float((states(r.trajectory, AFRICA.size)[:, STATUS] > 0.0).mean())


def security_effort_in_war(r: Run) -> float:
    s = states(r.trajectory, AFRICA.size)
    worked = (s[:-1, STATUS] == 2.0) & (s[1:, EFFORT] > 0.0)
    return float(s[1:, EFFORT][worked].mean()) if worked.any() else 0.0


def waits(spenders: slice) -> Measure:
    """Quarters that programmes had to wait for their first money, as the first quarter leaves them."""
    return lambda r: float(np.maximum(books(r.trajectory, AFRICA.size)[0, spenders, WAIT : WAIT + 3], 0.0).sum())


def security_money(r: Run) -> float:
    return float(books(r.trajectory, AFRICA.size)[:, :, MONEY].sum())


def pools_money(r: Run) -> float:
    return float(books(r.trajectory, AFRICA.size)[:, 3:, MONEY : MONEY + 3].sum())


def years_decided(r: Run) -> float:
    """Years in which values of programmes are written down anew, of all spenders."""
    worth = books(r.trajectory, AFRICA.size)[::4, :, WORTH : WORTH + 3]
    return float((worth[1:] != worth[:-1]).any(axis=(2, 3)).sum())


def error_of_money(r: Run) -> float:
    """How unevenly money comes: standard deviation of a quarter's programme money."""
    t = account(r.trajectory)
    lines = [LEDGER + table.PROGRAMME_LINE, LEDGER + LINES + table.PROGRAMME_LINE]
    return float(t[:, lines].sum(axis=1).std())


DEAF: dict[str, float] = {"effect": 0.0} | {name: 0.0 for name in PARAMETERS if "_on_" in name}
"""Programmes change no driver and end nothing: what is left is the mechanism itself."""
EVERYWHERE: dict[str, float] = {"settlement": 2000.0, "desks": 24.0, "consent_base": 3.0, "donor_money": 0.0}
POOR_DEFENCE: dict[str, float] = {
    "budget_defence": 0.1, "budget_development": 0.6, "budget_foreign": 0.1, "oda_foreign": 1.0,
}  # fmt: skip
INSECURITY, TRUST = mean_of(DRIVER), mean_of(table.TRUST)
Row = tuple[str, str, dict[str, float], float, float, Measure, int]
EFFECTS: dict[str, Row] = {
    "joint programmes of security start later when screened": (
        "uk_pools", "screening_delay", {"screening": 1.0}, 0.0, 1.0, waits(slice(3, None)), 1),
    "departments' programmes start later": ("siloed", "departmental_delay", {}, 0.0, 1.5, waits(slice(0, 3)), 1),
    "what starts later lets money lapse": ("siloed", "departmental_delay", {}, 0.0, 1.5, outcome("lapsed_money"), 1),
    "screening loses what is not re-planned": (
        "uk_pools", "screening", POOR_DEFENCE | {"replanning": 0.0}, 0.0, 1.0, outcome("lapsed_money"), 1),
    "re-planning saves it": (
        "uk_pools", "replanning", POOR_DEFENCE | {"screening": 1.0}, 0.0, 1.0, outcome("screened_out_money"), -1),
    "re-planned money is other work": (
        "uk_pools", "replanning", POOR_DEFENCE | {"screening": 1.0}, 0.0, 1.0, outcome("programme_money"), 1),
    "the law on aid leaves less security work": (
        "stability_fund", "oda_eligible_security", POOR_DEFENCE, 1.0, 0.0, security_money, -1),
    "themes take money from programmes": ("uk_pools", "thematic", {}, 0.0, 0.5, outcome("programme_money"), -1),
    "themes reach states without programmes": (
        "uk_pools", "thematic", {"presence_cost": 0.0}, 0.0, 0.5, outcome("gaps"), -1),
    "presence costs": ("uk_pools", "presence_cost", {"thematic": 0.5}, 0.0, 0.05, outcome("overhead_money"), 1),
    "decisions cost": ("uk_pools", "decision_cost", {}, 0.0, 0.1, outcome("overhead_money"), 1),
    "decisions leave less for programmes": ("uk_pools", "decision_cost", {}, 0.0, 0.1, outcome("programme_money"), -1),
    "longer agreements need fewer decisions": (
        "uk_pools", "commitment", {"decision_cost": 0.1}, 1.0, 5.0, outcome("overhead_money"), -1),
    "advisers are paid": ("siloed", "advisory_places", {}, 0.0, 20.0, outcome("overhead_money"), 1),
    "dearer advisers cost more": (
        "siloed", "advisory_cost", {"advisory_places": 20.0}, 0.05, 0.5, outcome("overhead_money"), 1),
    "advisers make forces answer": (
        "siloed", "advice_effect", {"advisory_places": 20.0}, 0.0, 0.8, mean_of(table.UNACCOUNTABLE), -1),
    "advisers are where advice is taken": ("siloed", "advisory_places", {}, 0.0, 20.0, mean_of(ADVISED), 1),
    "voluntary missions end conflict": (
        "siloed", "voluntary_peacekeeping", DEAF | {"mission_cost": 10.0, "missions_on_ending": 0.95},
        0.0, 0.5, conflict, -1),
    "voluntary missions take defence's money": (
        "siloed", "voluntary_peacekeeping", {"mission_cost": 10.0}, 0.0, 0.5, security_money, -1),
    "protection goes without consent": ("siloed", "protection", {}, 0.0, 1.0, security_effort_in_war, 1),
    "protection costs trust": (
        "siloed", "protection", {"protection_cost": 0.5, "trust_gain": 0.0}, 0.0, 1.0, TRUST, -1),
    "confidence between neighbours stops contagion": (
        "siloed", "confidence_building",
        DEAF | EVERYWHERE
        | {"confidence_effect": 5.0, "onset_base": -5.5, "onset_neighbours": 1.0, "budget_defence": 0.8},
        0.0, 0.4, outcome("onsets"), -1),
    "what builds confidence trains nobody": (
        "siloed", "confidence_building", {"confidence_effect": 0.0}, 0.0, 0.4,
        INSECURITY, 1),
    "what trains nobody is chosen less": (
        "stability_fund", "confidence_building",
        {"confidence_effect": 0.0, "defence_ties": 0.3, "security_on_onset": -0.8, "security_on_recurrence": -0.8},
        0.0, 0.4, security_money, -1),
    "ties win trust": ("siloed", "defence_ties", {"ties_trust": 6.0, "trust_gain": 0.1}, 0.0, 0.3, TRUST, 1),
    "what serves ties trains nobody": (
        "siloed", "defence_ties", {"ties_trust": 0.0}, 0.0, 0.3, INSECURITY, 1),
    "departments miss needs between their remits": ("siloed", "remit_gap", {}, 0.0, 0.2, mean_of(EFFORT + 1), -1),
    "a joint strategy narrows that gap": (
        "siloed", "persuasion", {"remit_gap": 0.2, "approval_delay": 0.0, "departmental_delay": 0.0, "veto": 0.0,
                                 "decision_cost": 0.0}, 0.0, 1.0, mean_of(EFFORT + 1), 1),
    "who stalls decides less": ("siloed", "stall_rate", {}, 0.0, 0.2, years_decided, -1),
    "cuts let money lapse": ("siloed", "funding_shock_rate", {}, 0.0, 0.2, outcome("lapsed_money"), 1),
    "larger cuts let more lapse": (
        "siloed", "funding_shock_size", {"funding_shock_rate": 0.2}, 0.1, 0.6, outcome("lapsed_money"), 1),
    "cuts are felt in partner states as stop and start": (
        "siloed_best", "funding_shock_rate", {"funding_shock_size": 0.6}, 0.0, 0.2, outcome("stop_start"), 1),
    "in a pool a cut hits all of it": (
        "pooled_funding", "funding_shock_rate", {"funding_shock_size": 0.6}, 0.0, 0.2, error_of_money, 1),
    "peacekeeping as first call falls on what is pooled": (
        "uk_pools", "first_call", {"participation_speed": 2.0, "reserve_cap": 160.0}, 0.0, 1.0, pools_money, -1),
    "what the Reserve does not pay is taken from pools": (
        "uk_pools", "reserve_cap", {}, 200.0, 160.0, pools_money, -1),
    "what it does not pay is taken from departments": (
        "siloed", "reserve_cap", {}, 200.0, 160.0, outcome("programme_money"), -1),
    "a part of what the Reserve saves moves to programmes": (
        "siloed", "peacekeeping_release", {}, 0.0, 1.0, outcome("programme_money"), 1),
    "what cannot be spent in a war lapses": ("siloed", "war_lapse", {}, 0.0, 0.33, outcome("lapsed_money"), 1),
    "any new programme takes time to start up": (
        "siloed", "start_up_delay", {}, 0.25, 1.25, waits(slice(0, 3)), 1),
    "a new pool takes time to set up": ("uk_pools", "new_fund_delay", {}, 0.0, 1.5, outcome("lapsed_money"), 1),
    "a top-up on top is more money": (
        "uk_pools", "top_up_source", {"participation_speed": 0.0}, 0.0, 1.0, pools_money, 1),
}  # fmt: skip


@pytest.mark.parametrize("expectation", EFFECTS)
def test_a_mechanism_moves_what_it_is_said_to_move(expectation: str) -> None:
    name, parameter, values, off, on, measure, direction = EFFECTS[expectation]
    changes = []
    for replication in range(16):
        one, other = (
            run(name, values | {parameter: x}, world=AFRICA, replication=replication, quarters=40) for x in (off, on)
        )
        changes.append(direction * (measure(other) - measure(one)))
    assert np.mean(changes) > 2.5 * np.std(changes, ddof=1) / np.sqrt(len(changes))


def test_a_pools_own_programmes_have_no_gap_between_remits() -> None:
    narrow, wide = (run("pooled_funding", {"participation_speed": 0.0, "remit_gap": x}).trajectory for x in (0.0, 0.2))
    np.testing.assert_array_equal(narrow, wide)


def test_without_war_or_missing_consent_protection_changes_nothing() -> None:
    values = {"onset_base": -9.0, "escalation_base": -4.0, "termination_base": 1.0, "protection_cost": 0.5}
    world = small_world()
    assert not (world.terrain().level == 2.0).any()
    one, other = (run("siloed", values | {"protection": x}, replication=1) for x in (0.0, 1.0))
    assert one.outcomes["war_years"] == 0.0
    np.testing.assert_array_equal(one.trajectory, other.trajectory)
    willing = {"consent_base": 3.0, "consent_exclusion": 0.0, "consent_security": 0.0, "consent_trust": 0.0}
    one, other = (run("siloed", willing | {"protection": x}) for x in (0.0, 0.95))  # consent is 0.9526
    assert one.outcomes["war_years"] > 0.0
    np.testing.assert_array_equal(one.trajectory, other.trajectory)


# Lost redundancy: the same money at risk, in one line or in three.


EVEN: dict[str, float] = {
    "budget_defence": 0.3, "budget_development": 0.3, "budget_foreign": 0.3, "oda_eligible_security": 1.0,
    "voluntary_peacekeeping": 0.0, "mission_cost": 0.0, "analysis_overhead": 0.0, "pooling_overhead": 0.0,
    "decision_cost": 0.0, "approval_delay": 0.0, "departmental_delay": 0.0, "veto": 0.0, "participation_speed": 0.0,
    "start_up_delay": 0.0, "new_fund_delay": 0.0, "war_lapse": 0.0, "reserve_cap": 0.0,
    "funding_shock_rate": 0.2, "funding_shock_size": 0.6, "stall_rate": 0.2, "onset_exclusion": 0.4,
    # Training is believed to help, so that every year has new values.
    "security_on_onset": -0.3, "unaccountable_security_on_onset": 0.0,
}  # fmt: skip
LINES_OF_BUDGET = 3


def years_of(name: str) -> list[Run]:
    return [run(name, EVEN, replication=r, quarters=80) for r in range(60)]


def money_lost(r: Run) -> Floats:
    """Part of the year's money that lapses, by year."""
    t = account(r.trajectory)[::4]
    lapsed = t[:, [LEDGER + table.LAPSED_LINE, LEDGER + LINES + table.LAPSED_LINE]].sum(axis=1)
    return np.asarray(lapsed / t[:, table.ENVELOPE])


def all_stall(r: Run) -> Floats:
    """Whether programmes of every instrument were left as they were, by year from the second on."""
    worth = books(r.trajectory, 7)[::4, :, WORTH : WORTH + 3]
    decided = (worth[1:] != worth[:-1]).any(axis=(1, 3))
    return np.asarray(~decided.any(axis=1), dtype=float)


def test_a_pool_is_cut_and_stalls_as_often_as_a_department_but_all_at_once() -> None:
    silos, pool = years_of("siloed"), years_of("pooled_funding")
    lost = [np.concatenate([money_lost(r) for r in runs]) for runs in (silos, pool)]
    years = len(lost[0])
    error = np.hypot(lost[0].std(), lost[1].std()) / np.sqrt(years)
    # The same expected cut, 0.2 · 0.6, whoever spends.
    assert lost[0].mean() == pytest.approx(0.12, abs=4.0 * error)
    assert lost[1].mean() == pytest.approx(0.12, abs=4.0 * error)
    assert lost[1].std() > 1.5 * lost[0].std()
    # All three lines at once: one year in 125 in silos, one in five in a pool.
    hit = [float((part > 0.59).mean()) for part in lost]
    assert hit[0] == pytest.approx(0.2**LINES_OF_BUDGET, abs=4.0 * np.sqrt(0.008 / years))
    assert hit[1] == pytest.approx(0.2, abs=4.0 * np.sqrt(0.16 / years))
    stalls = [float(np.concatenate([all_stall(r) for r in runs]).mean()) for runs in (silos, pool)]
    assert stalls[0] == pytest.approx(0.2**LINES_OF_BUDGET, abs=4.0 * np.sqrt(0.008 / years))
    assert stalls[1] == pytest.approx(0.2, abs=4.0 * np.sqrt(0.16 / years))


def test_a_pools_cut_is_its_leads() -> None:
    n = AFRICA.size
    r = run("uk_pools", EVEN | {"approval_delay": 0.0, "thematic": 0.0}, world=AFRICA, quarters=80)
    t, book = account(r.trajectory), books(r.trajectory, n)[:, 3:, MONEY : MONEY + 3].sum(axis=(2, 3))
    for pool, lead in enumerate(institution("uk_pools").layout(AFRICA).lead.tolist()):
        cut = t[:, CUT + lead] > 0.0
        assert cut.any()
        granted = t[:, table.ENVELOPE] - account(r.trajectory)[:, table.PLACES] * 0.25 * 0.15
        np.testing.assert_allclose((book[:, pool] / granted)[cut] / 0.4, (book[:, pool] / granted)[~cut].max())


def test_money_for_missions_is_sent_where_and_only_where_there_is_conflict() -> None:
    for name in INSTITUTIONS:
        s = states(run(name, {"voluntary_peacekeeping": 0.5, "mission_cost": 10.0, "stall_rate": 0.0}).trajectory, 7)
        at_peace = s[3::4, STATUS][:-1] == 0.0  # as it stands when the next year is decided on
        assert not s[4::4, VOLUNTARY][at_peace].any()

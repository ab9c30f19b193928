"""Laws that hold whatever the numbers are: permutation, switches, the counterfactual, plain silos."""

import dataclasses
import random

import numpy as np
import pytest

from model.institution import Institution, Pool
from model.parameters import PARAMETERS, build_parameters
from model.randomness import Chance
from model.rules import table
from model.rules.table import MONEY, STATUS
from model.world import Floats, World
from tests.support import (
    INSTITUTIONS,
    account,
    books,
    chance,
    engine_run,
    institution,
    parameters_of,
    random_values,
    run,
    setting,
    small_world,
    states,
)

PARTNER_ROWS = table.COMMON_ERROR
"""Rows of a partner state's own; those behind it are what departments see."""


@pytest.mark.parametrize("name", INSTITUTIONS)
def test_without_programme_money_every_institution_gives_the_counterfactual(name: str) -> None:
    nothing = states(run("none").trajectory, 7)[:, :PARTNER_ROWS]
    without = states(run(name, {"programme": 0.0}).trajectory, 7)[:, :PARTNER_ROWS]
    np.testing.assert_array_equal(without, nothing)


def test_the_counterfactual_is_not_what_programmes_give() -> None:
    nothing = states(run("none").trajectory, 7)[:, :PARTNER_ROWS]
    assert np.any(states(run("siloed").trajectory, 7)[:, :PARTNER_ROWS] != nothing)


def test_plain_degrees_give_silos_however_many_pools_are_declared() -> None:
    world = small_world()
    two = (Pool("south", "sub_saharan", "development", 3.0), Pool("north", "rest", "defence"))
    one, other = (
        engine_run(parameters_of("siloed"), Institution("plain", pools=pools), world, chance(world))
        for pools in ((Pool("one", "all", "foreign"),), two)
    )
    np.testing.assert_array_equal(states(one, 7), states(other, 7))
    np.testing.assert_array_equal(account(one), account(other))
    np.testing.assert_array_equal(books(one, 7)[:, :3], books(other, 7)[:, :3])
    np.testing.assert_array_equal(one, run("siloed").trajectory)


@pytest.mark.parametrize(
    ("degree", "channels"),
    [
        ("shared_analysis", ("herding", "hidden_profiles", "analysis_delay")),
        ("pooling", ("lead_capture", "approval_delay", "veto", "top_up", "mix", "voting", "colocation")),
        ("pooling", ("pooling_overhead", "participation_speed", "top_up_response", "colocation_economy")),
        ("voting", ("veto",)),
        ("colocation", ("colocation_economy",)),
    ],
)
def test_a_channel_is_silent_when_the_ingredient_that_brings_it_is_absent(
    degree: str, channels: tuple[str, ...]
) -> None:
    values = {degree: 0.0}
    usual = run("uk_pools", values).trajectory
    moved = values | {channel: PARAMETERS[channel].at(0.9) for channel in channels}
    changed = run("uk_pools", moved).trajectory
    # The ledger's top-up rate is the Treasury's decision, taken whether or not anybody pools.
    keep = np.arange(usual.shape[1]) != usual.shape[1] - table.ACCOUNT + table.TOP_UP
    np.testing.assert_array_equal(usual[:, keep], changed[:, keep])


@pytest.mark.parametrize("name", ["siloed", "uk_pools", "full_information"])
def test_without_complementarity_what_undermines_what_does_not_matter(name: str) -> None:
    weights = {"aid_needs_security": 0.2, "forces_need_accountability": 0.1, "other_interdependence": 0.9}
    usual, changed = (run(name, {"complementarity": 0.0} | extra).trajectory for extra in ({}, weights))
    np.testing.assert_array_equal(usual, changed)
    assert np.any(run(name, weights).trajectory != run(name).trajectory)


def test_permuting_states_permutes_what_happens() -> None:
    world = small_world(12)
    order = np.random.default_rng(5).permutation(world.size)
    shuffled = World("shuffled", tuple(world.states[i] for i in order), lenses=world.lenses)
    drawn = chance(world)
    moved = Chance(
        *(np.ascontiguousarray(part[..., order]) if part.shape[-1] == world.size else part for part in drawn)
    )
    for name in ("siloed", "uk_pools", "stability_fund", "full_information"):
        p, who = parameters_of(name), institution(name)
        straight = states(engine_run(p, who, world, drawn), world.size)
        permuted = states(engine_run(p, who, shuffled, moved), world.size)
        # Sums over states run in another order: equal up to rounding, so long as no draw falls inside it.
        np.testing.assert_allclose(permuted, straight[..., order], rtol=1e-9, atol=1e-9)


def test_pictures_stay_levels_and_money_follows_programmes() -> None:
    trajectory = run("uk_pools", world=setting().world).trajectory
    n = setting().world.size
    book = books(trajectory, n)
    # Where no programme runs there is no money, but for the security and diplomacy of thematic strategies.
    without = book[:, :, :3] == 0.0
    unthemed = without & (book[:, :, [table.THEME]] == 0.0)
    money = book[:, :, MONEY : MONEY + 3]
    assert np.all(money[unthemed] == 0.0)
    assert np.all(money[:, :, 1][without[:, :, 1]] == 0.0)
    assert np.all(money[:, 3:, [0, 2]][without[:, 3:, [0, 2]] & ~unthemed[:, 3:, [0, 2]]] > 0.0)
    assert set(np.unique(states(trajectory, n)[:, STATUS])) <= {0.0, 1.0, 2.0}


def test_a_state_that_is_renamed_is_the_same_state() -> None:
    world = small_world()
    renamed = dataclasses.replace(
        world, name="renamed", states=tuple(dataclasses.replace(s, name=f"Land {s.iso3}") for s in world.states)
    )
    np.testing.assert_array_equal(run("uk_pools", world=renamed).trajectory, run("uk_pools").trajectory)


TWO_POOLS = (Pool("south", "sub_saharan", "development", 2.0), Pool("north", "rest", "foreign", 0.5))
IDLE: list[tuple[dict[str, float], tuple[str, ...]]] = [
    ({"complementarity": 0.0}, ("aid_needs_security", "forces_need_accountability", "other_interdependence")),
    ({"effect": 0.0}, ("lasting",)),
    ({"onset_insecurity": 0.0}, ("causal_insecurity",)),
    ({"shared_analysis": 0.0}, ("herding", "hidden_profiles", "analysis_delay")),
    ({"shared_analysis": 0.0, "rebalancing": 0.0}, ("analysis_overhead",)),
    ({"herding": 1.0}, ("hidden_profiles",)),
    (
        {"pooling": 0.0, "persuasion": 0.0},
        (
            "mix", "colocation", "colocation_economy", "voting", "veto", "lead_capture", "approval_delay", "planner",
            "pooling_overhead", "participation_speed", "participation_mutation",
        ),
    ),
    (
        {"pooling": 0.0},
        ("mix", "colocation_economy", "planner", "pooling_overhead", "participation_speed", "pooled_reporting"),
    ),
    ({"pooling": 0.0}, ("new_fund_delay", "top_up_source")),
    ({"participation_speed": 0.0}, ("participation_mutation",)),
    ({"colocation": 0.0}, ("colocation_economy",)),
    ({"voting": 0.0}, ("veto",)),
    ({"veto": 0.0, "voting": 1.0, "voluntary_peacekeeping": 0.0}, ("lead_capture",)),
    ({"budget_rule": 0.0}, ("attention_weight", "belief_weight", "programme_target")),
    ({"budget_rule": 1.0}, ("settlement", "attention_weight", "belief_weight")),
    ({"budget_rule": 1.0}, ("reserve_cap", "peacekeeping_release", "peacekeeping_ring_fence", "first_call")),
    ({"reserve_cap": 8000.0, "peacekeeping_release": 0.0}, ("peacekeeping_ring_fence", "first_call")),
    ({"top_up": 0.0}, ("top_up_source", "top_up_response")),
    ({"budget_rule": 2.0}, ("programme_target",)),
    ({"national_interest": 0.0, "lead_capture": 0.0}, ("interest_spread", "interest_correlation")),
    ({"interest_spread": 0.0}, ("interest_correlation",)),
    ({"unknown_where": 0.0, "shared_analysis": 0.0}, ("lens_noise", "common_error", "lens_alikeness")),
    ({"effect_spread": 0.0}, ("unknown_effects",)),
    ({"unknown_others": 0.0}, ("donor_visibility",)),
    ({"donor_money": 0.0}, ("donor_reaction", "donor_visibility")),
    (
        {"mission_cost": 0.0},
        ("peacekeeping_release", "peacekeeping_ring_fence", "first_call", "voluntary_peacekeeping"),
    ),
    ({"thematic": 0.0}, ("presence_cost",)),
    ({"advisory_places": 0.0}, ("advice_effect", "advisory_cost")),
    ({"screening": 0.0}, ("replanning", "screening_delay")),
    ({"oda_eligible_security": 1.0}, ("replanning",)),
    ({"oda_eligible_security": 1.0, "screening_delay": 0.0}, ("screening",)),
    ({"funding_shock_rate": 0.0}, ("funding_shock_size",)),
    ({"funding_shock_size": 0.0}, ("funding_shock_rate",)),
    ({"protection": 0.0}, ("protection_cost",)),
    ({"confidence_building": 0.0}, ("confidence_effect",)),
    ({"onset_neighbours": 0.0}, ("confidence_effect",)),
    ({"defence_ties": 0.0}, ("ties_trust",)),
    ({"trust_gain": 0.0}, ("ties_trust",)),
    ({"persuasion": 1.0}, ("remit_gap", "departmental_delay")),
    (
        {"pooling": 0.0, "persuasion": 0.0},
        ("decision_cost", "screening", "screening_delay", "replanning", "thematic", "presence_cost", "first_call"),
    ),
    ({"pooling": 0.0}, ("thematic", "presence_cost", "first_call", "replanning")),
    ({"shock_size": 0.0}, ("environmental_rate", "pandemic_rate", "crime_rate", "rivalry_rate")),
    (
        {"programme": 0.0},
        (
            "crowding", "complementarity", "treatment_half", "trust_gain",
            "trust_volatility", "trust_burden", "analysis_overhead", "peacekeeping_release", "report_noise",
            "pooled_reporting", "belief_drift", "advice_effect", "advisory_cost", "advisory_places",
            "confidence_effect", "ties_trust", "remit_gap", "protection_cost", "replanning",
        ),
    ),
]  # fmt: skip
"""What is off, and what then cannot matter."""
UNUSED: list[tuple[dict[str, float], tuple[str, ...]]] = [
    ({"consent_trust": 0.0}, ("trust_gain", "trust_reversion", "trust_burden", "trust_volatility")),
    ({"unknown_where": 0.0}, ("noise_persistence",)),
    ({"lens_noise": 0.0}, ("noise_persistence", "common_error")),
    ({"unknown_effects": 0.0}, ("learning",)),
    ({"effect_spread": 0.0}, ("learning",)),
    ({"pooling": 0.0}, ("top_up", "top_up_response")),
    ({"budget_rule": 0.0}, ("attention_speed",)),
    ({"budget_rule": 0.0, "top_up_response": 0.0}, ("first_belief", "report_noise", "first_belief_error")),
]
"""Here what nobody uses is still kept in the books: trust, errors, attention, belief, the top-up's rate."""


def all_channels_on(number: int) -> dict[str, float]:
    """Values under which no parameter is idle."""
    on = {
        "programme": 1.0, "settlement": 100.0, "reserve_cap": 20.0,
        "unknown_where": 0.9, "pooling": 0.6, "shared_analysis": 0.7, "voting": 0.5,
        "top_up": 0.4, "mix": 0.5, "colocation": 0.5, "planner": 0.0, "rebalancing": 0.5, "donor_visibility": 0.5,
        "persuasion": 0.5, "screening": 0.5, "thematic": 0.2, "advisory_places": 4.0, "voluntary_peacekeeping": 0.3,
        "protection": 0.9,
    }  # fmt: skip
    return random_values(np.random.default_rng(number)) | on


def joint_run(values: dict[str, float], number: int) -> Floats:
    world = small_world(9)
    return engine_run(build_parameters(values), Institution("joint", pools=TWO_POOLS), world, chance(world, number))


def moved(name: str, number: int) -> dict[str, float]:
    """Another value for a parameter."""
    return {name: PARAMETERS[name].at(random.Random(f"{name} {number}").random())}


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize(("off", "idle"), IDLE, ids=",".join)
def test_what_is_switched_off_has_no_parameters(off: dict[str, float], idle: tuple[str, ...], number: int) -> None:
    values = all_channels_on(number) | off
    before = joint_run(values, number)
    for name in idle:
        np.testing.assert_array_equal(joint_run(values | moved(name, number), number), before)


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize(("off", "idle"), UNUSED, ids=",".join)
def test_what_nobody_uses_changes_nothing_that_happens(
    off: dict[str, float], idle: tuple[str, ...], number: int
) -> None:
    values = all_channels_on(number) | off
    before = joint_run(values, number)
    happened = [*range(table.DRIVER, table.MEMORY), table.MISSION, *range(table.DONORS, table.COMMON_ERROR)]
    for name in idle:
        after = joint_run(values | moved(name, number), number)
        np.testing.assert_array_equal(states(after, 9)[:, happened], states(before, 9)[:, happened])
        np.testing.assert_array_equal(books(after, 9), books(before, 9))
        granted = slice(0, table.ENVELOPE + 1)
        np.testing.assert_array_equal(account(after)[:, granted], account(before)[:, granted])


@pytest.mark.parametrize("name", PARAMETERS)
def test_otherwise_every_parameter_matters(name: str) -> None:
    for number in range(30):  # pandemics are rare
        low, high = ({name: PARAMETERS[name].at(share)} for share in (0.1, 0.9))
        values = all_channels_on(number)
        if np.any(joint_run(values | low, number) != joint_run(values | high, number)):
            return
    pytest.fail(f"{name} changes nothing")


@pytest.mark.parametrize("number", range(12))
def test_without_programme_money_no_degree_and_no_pool_matters_at_any_parameters(number: int) -> None:
    values = random_values(np.random.default_rng(number)) | {"programme": 0.0}
    plain = {name: v for name, v in values.items() if PARAMETERS[name].group != "degrees"} | {"programme": 0.0}
    world = small_world(9)
    joint, nothing = (
        joint_run(values, number),
        engine_run(build_parameters(plain), Institution(), world, chance(world, number)),
    )
    np.testing.assert_array_equal(states(joint, 9)[:, :PARTNER_ROWS], states(nothing, 9)[:, :PARTNER_ROWS])


@pytest.mark.parametrize("name", INSTITUTIONS)
def test_in_africa_too_states_live_through_the_same_in_whatever_order_they_stand(name: str) -> None:
    world = setting().world
    n, order = world.size, np.random.default_rng(7).permutation(world.size)
    shuffled = World("shuffled", tuple(world.states[i] for i in order), lenses=world.lenses)
    drawn = chance(world, 1, 40)
    by_state = {part: values[..., order] for part, values in drawn._asdict().items() if values.shape[-1] == n}
    mixed = drawn._replace(**{part: np.ascontiguousarray(values) for part, values in by_state.items()})
    p, who = parameters_of(name), institution(name)
    straight, permuted = engine_run(p, who, world, drawn), engine_run(p, who, shuffled, mixed)
    np.testing.assert_allclose(states(permuted, n), states(straight, n)[..., order], rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(books(permuted, n), books(straight, n)[..., order], rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(account(permuted), account(straight), rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize(
    ("name", "low", "high", "outcome", "direction"),
    [
        ("onset_base", -7.5, -6.5, "onsets", 1),
        ("termination_base", -2.0, -1.0, "conflict_years", -1),
        ("escalation_base", -4.0, -2.5, "war_years", 1),
        ("deescalation_base", -2.5, -1.5, "war_years", -1),
        ("onset_memory", 1.5, 4.5, "recurrences", 1),
        ("onset_neighbours", 0.0, 1.0, "conflict_years", 1),
        ("onset_return", -1.5, 1.5, "recurrences", 1),
        ("onset_deprivation", 1.0, 5.0, "onsets", 1),
        ("termination_exclusion", -2.2, 0.0, "conflict_years", -1),
        ("mission_minor", 0.0, 0.5, "conflict_years", -1),
        ("deaths_exponent", 0.5, 2.0, "log_deaths", -1),
        ("trust_burden", 0.0, 0.05, "trust", -1),
        ("trust_volatility", 0.0, 0.5, "trust", -1),
        ("trust_gain", 0.0, 0.1, "trust", 1),
        ("consent_exclusion", 0.0, 3.0, "consent", -1),
        ("lens_noise", 0.0, 1.0, "analysis_error", 1),
        ("unknown_where", 0.0, 1.0, "analysis_error", 1),
        ("desks", 4.0, 24.0, "gaps", -1),
        ("commitment", 1.0, 4.0, "stop_start", -1),
        ("mission_cost", 20.0, 60.0, "programme_money", -1),
        ("reserve_cap", 0.0, 100.0, "programme_money", 1),
        ("war_lapse", 0.0, 0.33, "lapsed_money", 1),
    ],
)
def test_on_average_a_parameter_works_in_the_direction_of_its_name(
    name: str, low: float, high: float, outcome: str, direction: int
) -> None:
    def measured(value: float, replication: int) -> float:
        future = run("siloed", {name: value}, world=setting().world, replication=replication, quarters=60)
        return future.outcomes[outcome]

    change = [measured(high, replication) - measured(low, replication) for replication in range(30)]
    assert direction * np.mean(change) > 2.0 * np.std(change, ddof=1) / np.sqrt(len(change))

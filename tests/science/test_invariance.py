"""Laws that hold whatever the numbers are: permutation, switches, the counterfactual, plain silos."""

import dataclasses

import numpy as np
import pytest

from model.institution import Institution, Pool
from model.parameters import build_parameters
from model.randomness import Chance
from model.rules import table
from model.rules.table import MONEY, SEEN, STATUS
from model.world import World
from tests.support import (
    INSTITUTIONS,
    account,
    books,
    chance,
    engine_run,
    institution,
    parameters_of,
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
        engine_run(build_parameters(), Institution("plain", pools=pools), world, chance(world))
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
    from model.parameters import PARAMETERS

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


def test_arming_the_unaccountable_never_helps_on_average() -> None:
    world = setting().world
    safe, harmed = (
        np.mean(
            [
                states(run("siloed", {"harmful_assistance": x}, world=world, replication=r).trajectory, world.size)[
                    :, table.DRIVER
                ].mean()
                for r in range(10)
            ]
        )
        for x in (0.0, 0.05)
    )
    assert harmed > safe


def test_permuting_states_permutes_what_happens() -> None:
    world = small_world(12)
    order = np.random.default_rng(5).permutation(world.size)
    shuffled = World("shuffled", tuple(world.states[i] for i in order))
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
    seen = states(trajectory, n)[:, SEEN : SEEN + 9]
    assert seen.min() >= 0.0
    assert seen.max() <= 1.0
    book = books(trajectory, n)
    assert np.all(book[:, :, MONEY : MONEY + 3][book[:, :, :3] == 0.0] == 0.0)
    assert set(np.unique(states(trajectory, n)[:, STATUS])) <= {0.0, 1.0, 2.0}


def test_a_state_that_is_renamed_is_the_same_state() -> None:
    world = small_world()
    renamed = World("renamed", tuple(dataclasses.replace(s, name=f"Land {s.iso3}") for s in world.states))
    np.testing.assert_array_equal(run("uk_pools", world=renamed).trajectory, run("uk_pools").trajectory)

"""Equal money: what is granted is spent, overhead, or lapsed, to the penny, by sums that can fail."""

import numpy as np
import numpy.typing as npt
import pytest

from model.institution import Institution, Pool
from model.parameters import Parameters, build_parameters
from model.rules import table
from model.rules.table import ENVELOPE, LEDGER, MISSION, MONEY
from model.runs import simulate
from model.world import Floats, World
from tests.support import (
    INSTITUTIONS,
    account,
    books,
    institution,
    parameters_of,
    random_values,
    setting,
    small_world,
    states,
)

HALF_A_PENNY = 5e-9
"""In £m."""
PROGRAMME, TOP_UP, PEACEKEEPING, OVERHEAD, LAPSED, ARREARS = range(LEDGER, LEDGER + 6)
TWO_POOLS = (Pool("south", "sub_saharan", "development", 2.0), Pool("north", "rest", "defence"))
EXTREMES: tuple[dict[str, float], ...] = (
    {"envelope": 1.0, "mission_war": 1.0, "mission_cost": 40.0},
    {"programme": 0.0},
    {"programme": 0.5, "envelope": 15.0},
    {"peacekeeping_ring_fence": 1.0},
    {"desks": 4, "concentration": 0.0, "commitment": 5, "approval_delay": 2.0},
    {"pooling": 0.5, "top_up": 1.0, "mix": 0.5, "voting": 1.0, "veto": 1.0},
    {"budget_rule": 1.0},
    {"budget_rule": 2.0, "attention_weight": 1.0, "belief_weight": 1.0},
)


def imbalance(trajectory: Floats) -> npt.NDArray[np.float64]:
    """Envelope less everything it went to, by quarter."""
    t = account(trajectory)
    return np.asarray(t[:, ENVELOPE] - t[:, [PROGRAMME, TOP_UP, PEACEKEEPING, OVERHEAD, LAPSED]].sum(axis=1))


def assert_books_agree(trajectory: Floats, n: int) -> None:
    t, money = account(trajectory), books(trajectory, n)[:, :, MONEY : MONEY + 3]
    assert np.all(money >= 0.0)
    assert np.all(t[:, PROGRAMME : ARREARS + 1] >= -HALF_A_PENNY)
    spent = money.sum(axis=(1, 2, 3))
    np.testing.assert_allclose(spent, t[:, PROGRAMME] + t[:, TOP_UP], rtol=0, atol=HALF_A_PENNY)
    np.testing.assert_allclose(imbalance(trajectory), 0.0, rtol=0, atol=HALF_A_PENNY)


@pytest.mark.parametrize("name", INSTITUTIONS)
def test_neutral_envelope_is_the_same_for_every_institution_and_fully_accounted(name: str) -> None:
    world = setting().world
    run = simulate(institution(name), world, parameters_of(name), 2, 0, 40)
    assert_books_agree(run.trajectory, world.size)
    np.testing.assert_array_equal(account(run.trajectory)[:, ENVELOPE], 120.0 / 4.0)


@pytest.mark.parametrize("values", EXTREMES, ids=[",".join(values) for values in EXTREMES])
@pytest.mark.parametrize("name", ["none", "siloed", "siloed_best", "uk_pools", "three_ds", "full_information"])
def test_money_balances_at_extremes(name: str, values: dict[str, float]) -> None:
    run = simulate(institution(name), small_world(), parameters_of(name, values), 3, 0, 24)
    assert_books_agree(run.trajectory, 7)


@pytest.mark.parametrize("point", range(40))
def test_money_balances_at_random_parameter_points(point: int) -> None:
    who = Institution("random", pools=TWO_POOLS, values=random_values(np.random.default_rng(1000 + point)))
    run = simulate(who, small_world(), build_parameters(who.values), 4, point, 24)
    assert_books_agree(run.trajectory, 7)


def test_peacekeeping_is_always_assessed_alike_and_what_is_not_paid_stays_due() -> None:
    values = {"envelope": 1.0, "mission_war": 1.0, "mission_cost": 40.0}
    run = simulate(institution("siloed"), small_world(), parameters_of("siloed", values), 3, 0, 24)
    t = account(run.trajectory)
    missions = run.trajectory[:, : table.ROWS * 7].reshape(24, table.ROWS, 7)[:, MISSION].sum(axis=1)
    assessed = 40.0 / 4.0 * missions[:-1]  # a quarter pays for the missions deployed when it began
    paid, arrears = t[1:, PEACEKEEPING], t[:, ARREARS]
    assert arrears[-1] > 0.0
    np.testing.assert_allclose(paid + np.diff(arrears), assessed, rtol=0, atol=1e-9)


def test_equal_programme_money_gives_every_institution_the_same_programmes() -> None:
    totals = []
    for name in ("siloed", "siloed_best", "stability_fund"):
        values = {"budget_rule": 1.0, "analysis_overhead": 0.0, "pooling_overhead": 0.0, "approval_delay": 0.0}
        run = simulate(institution(name), small_world(), parameters_of(name, values | {"veto": 0.0}), 3, 0, 24)
        t = account(run.trajectory)
        totals.append(t[:, PROGRAMME] + t[:, TOP_UP])
    np.testing.assert_allclose(totals[0], 60.0 / 4.0, atol=HALF_A_PENNY)
    np.testing.assert_allclose(totals[1], totals[0], atol=HALF_A_PENNY)
    np.testing.assert_allclose(totals[2], totals[0], atol=HALF_A_PENNY)


@pytest.mark.parametrize("line", [PROGRAMME, TOP_UP, PEACEKEEPING, OVERHEAD, LAPSED])
def test_the_balance_can_fail(line: int) -> None:
    run = simulate(institution("uk_pools"), small_world(), parameters_of("uk_pools"), 3, 0, 24)
    account(run.trajectory)[:, line] += 1e-8
    with pytest.raises(AssertionError):
        assert_books_agree(run.trajectory, 7)


def assert_peacekeeping_is_the_first_call(trajectory: Floats, world: World, p: Parameters) -> None:
    """What is paid and what stays due make what was assessed on the missions with which each quarter began."""
    t, n = account(trajectory), world.size
    status = world.terrain().status
    strength = {0.0: 0.0, 1.0: p.peacekeeping.mission_minor, 2.0: p.peacekeeping.mission_war}
    first = sum(strength[level] for level in status.tolist())
    missions = np.concatenate([[first], states(trajectory, n)[:-1, MISSION].sum(axis=1)])
    due_before = np.concatenate([[0.0], t[:-1, ARREARS]])
    assessed = 0.25 * p.peacekeeping.mission_cost * missions
    np.testing.assert_allclose(t[:, PEACEKEEPING] + t[:, ARREARS], assessed + due_before, rtol=1e-12, atol=HALF_A_PENNY)
    # No programme runs while peacekeeping is not paid.
    assert not np.any((t[:, ARREARS] > HALF_A_PENNY) & (t[:, PROGRAMME] + t[:, TOP_UP] > HALF_A_PENNY))


@pytest.mark.parametrize("name", INSTITUTIONS)
def test_peacekeeping_is_paid_before_programmes_under_every_institution(name: str) -> None:
    world = setting().world
    for values in ({}, {"envelope": 40.0, "mission_cost": 30.0}):
        p = parameters_of(name, values)
        assert_peacekeeping_is_the_first_call(simulate(institution(name), world, p, 2, 0, 40).trajectory, world, p)


@pytest.mark.parametrize("point", range(40))
def test_peacekeeping_is_paid_before_programmes_at_random_parameter_points(point: int) -> None:
    who = Institution("random", pools=TWO_POOLS, values=random_values(np.random.default_rng(2000 + point)))
    p = build_parameters(who.values)
    assert_peacekeeping_is_the_first_call(simulate(who, small_world(), p, 4, point, 24).trajectory, small_world(), p)


def test_a_penny_of_arrears_that_is_forgotten_is_noticed() -> None:
    values = {"envelope": 1.0, "mission_war": 1.0, "mission_cost": 40.0}
    p = parameters_of("siloed", values)
    trajectory = simulate(institution("siloed"), small_world(), p, 3, 0, 24).trajectory
    account(trajectory)[5, ARREARS] -= 1e-8
    with pytest.raises(AssertionError):
        assert_peacekeeping_is_the_first_call(trajectory, small_world(), p)


@pytest.mark.parametrize("name", INSTITUTIONS)
def test_outcomes_are_sums_of_the_ledger(name: str) -> None:
    run = simulate(institution(name), setting().world, parameters_of(name), 2, 0, 40)
    lines = ("programme_money", "top_up_money", "peacekeeping_money", "overhead_money", "lapsed_money")
    sums = account(run.trajectory)[:, PROGRAMME : LAPSED + 1].sum(axis=0)
    assert [run.outcomes[line] for line in lines] == pytest.approx(sums.tolist())
    assert run.outcomes["arrears"] == account(run.trajectory)[-1, ARREARS]


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"commitment": 5.0, "participation_speed": 2.0, "participation_mutation": 0.1},
        {"pooling": 0.3, "mix": 0.5},
        {"desks": 7.0},
    ],
)
@pytest.mark.parametrize("name", INSTITUTIONS)
def test_desks_are_conserved_however_participation_moves(name: str, values: dict[str, float]) -> None:
    p = parameters_of(name, values | {"colocation_economy": 0.0})
    world = setting().world
    run = simulate(institution(name), world, p, 2, 0, 40)
    programmes = books(run.trajectory, world.size)[:, :, table.PROGRAMME : table.PROGRAMME + 3].sum(axis=(1, 2, 3))
    assert programmes.max() <= 3.0 * p.priorities.desks + 1e-6
    if not p.degrees.planner:  # which need not use them all
        assert programmes.min() >= 3.0 * p.priorities.desks - 1e-6

"""Equal money: what is granted is spent, overhead, or lapsed, to the penny and in its colour, by sums that can fail."""

import numpy as np
import numpy.typing as npt
import pytest

from model.institution import Institution, Pool
from model.parameters import Parameters, build_parameters
from model.rules import table
from model.rules.measurement import MONEY_LINES
from model.rules.table import ARREARS, ENVELOPE, ENVELOPE_ODA, LEDGER, LINES, MISSION, MONEY, SHARES, VOLUNTARY
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
SETTLED_IN_AFRICA, CAP_IN_AFRICA = (setting().shared[name] for name in ("settlement", "reserve_cap"))
PROGRAMME, THEMATIC, TOP_UP, PEACEKEEPING, VOLUNTARY_MONEY, OVERHEAD, LAPSED, UNDRAWN = range(LINES)
WORK = [PROGRAMME, THEMATIC, TOP_UP]
TWO_POOLS = (Pool("south", "sub_saharan", "development", 2.0), Pool("north", "rest", "defence"))
COMPONENTS: dict[str, float] = {
    "screening": 0.5, "thematic": 0.3, "advisory_places": 5.0, "voluntary_peacekeeping": 0.5, "protection": 1.0,
}  # fmt: skip
EXTREMES: tuple[dict[str, float], ...] = (
    {"settlement": 1.0, "reserve_cap": 0.0, "mission_war": 1.0, "mission_cost": 40.0},
    {"settlement": 0.0, "reserve_cap": 8000.0, "peacekeeping_release": 1.0},
    {"reserve_cap": 20.0, "peacekeeping_release": 1.0, "mission_speed": 1.0},
    {"programme": 0.0},
    {"programme": 0.5, "settlement": 15.0, "reserve_cap": 5.0},
    {"peacekeeping_ring_fence": 1.0, "first_call": 1.0},
    {"desks": 4, "concentration": 0.0, "commitment": 5, "approval_delay": 1.8},
    {"pooling": 0.5, "top_up": 1.0, "mix": 0.5, "voting": 1.0, "veto": 1.0},
    {"pooling": 0.5, "top_up": 1.0, "top_up_source": 1.0, "participation_speed": 2.0, "thematic": 0.3},
    {"budget_rule": 1.0},
    {"budget_rule": 2.0, "attention_weight": 1.0, "belief_weight": 1.0},
    COMPONENTS,
    COMPONENTS | {"budget_rule": 1.0, "first_call": 1.0, "top_up": 0.5, "oda_defence": 0.3, "oda_development": 0.7},
    COMPONENTS | {"mission_cost": 10.0, "effect": 0.0, "oda_development": 0.7},
    COMPONENTS
    | {"settlement": 15.0, "reserve_cap": 5.0, "decision_cost": 0.1, "presence_cost": 0.05, "advisory_cost": 0.5},
    {"oda_eligible_security": 0.0, "oda_foreign": 1.0, "screening": 1.0, "replanning": 0.0, "budget_defence": 0.8},
    {"oda_eligible_security": 1.0, "screening": 1.0},
    {"funding_shock_rate": 0.2, "funding_shock_size": 0.6, "stall_rate": 0.2, "decision_cost": 0.1},
)


def ledger(trajectory: Floats) -> Floats:
    """Lines of the ledger by quarter and colour (quarters, 2, lines)."""
    return account(trajectory)[:, LEDGER : LEDGER + 2 * LINES].reshape(len(trajectory), 2, LINES)


def both(trajectory: Floats) -> Floats:
    """Lines of the ledger by quarter in both colours (quarters, lines)."""
    return np.asarray(ledger(trajectory).sum(axis=1))


def imbalance(trajectory: Floats) -> npt.NDArray[np.float64]:
    """Envelope less everything it went to, by quarter and colour."""
    t = account(trajectory)
    envelope = np.stack([t[:, ENVELOPE_ODA], t[:, ENVELOPE] - t[:, ENVELOPE_ODA]], axis=1)
    return np.asarray(envelope - ledger(trajectory).sum(axis=2))


def assert_books_agree(trajectory: Floats, n: int, p: Parameters) -> None:
    """Each line, reckoned on its own, adds up with the others by colour, and is what books and missions say."""
    t, lines, money = account(trajectory), ledger(trajectory), books(trajectory, n)[:, :, MONEY : MONEY + 3]
    assert np.all(money >= 0.0)
    assert np.all(lines >= -HALF_A_PENNY)
    assert np.all(t[:, ARREARS] >= -HALF_A_PENNY)
    np.testing.assert_allclose(imbalance(trajectory), 0.0, rtol=0, atol=HALF_A_PENNY)
    spent = money.sum(axis=(1, 2, 3))
    np.testing.assert_allclose(spent, both(trajectory)[:, WORK].sum(axis=1), rtol=0, atol=HALF_A_PENNY)
    bought = states(trajectory, n)[:, VOLUNTARY].sum(axis=1) * 0.25 * p.peacekeeping.mission_cost
    np.testing.assert_allclose(bought, lines[:, 1, VOLUNTARY_MONEY], rtol=0, atol=HALF_A_PENNY)
    assert not lines[:, 0, VOLUNTARY_MONEY].any()
    # The law on aid: only so much security work is eligible, the rest is paid with other money.
    security = money[:, :, 0].sum(axis=(1, 2)) * (1.0 - p.finance.oda_eligible_security)
    assert np.all(lines[:, 1, WORK].sum(axis=1) >= security - HALF_A_PENNY)
    assert_reserve_and_settlement_agree(trajectory, n, p)


def assert_reserve_and_settlement_agree(trajectory: Floats, n: int, p: Parameters) -> None:
    """The Reserve pays what is due up to its cap and no aid; what is settled has the colours of departments' money."""
    t, lines = account(trajectory), both(trajectory)
    due = lines[:, PEACEKEEPING] + t[:, ARREARS]
    equal_programmes = p.budgeting.budget_rule == 1.0
    cap = due if equal_programmes else np.full(len(t), 0.25 * p.finance.reserve_cap)
    drawn = lines[:, PEACEKEEPING] - t[:, table.CALLED]
    np.testing.assert_allclose(drawn, np.minimum(due, cap), rtol=0, atol=HALF_A_PENNY)
    assert not ledger(trajectory)[:, 0, UNDRAWN].any()
    moved = cap - drawn - lines[:, UNDRAWN]
    assert np.all(moved >= -HALF_A_PENNY)
    assert np.all(moved <= p.finance.peacekeeping_release * (cap - drawn) + HALF_A_PENNY)
    colours = [p.finance.oda_defence, p.finance.oda_development, p.finance.oda_foreign]
    settled, shares = t[:, ENVELOPE] - cap, t[:, SHARES : SHARES + 3]
    if p.budgeting.top_up_source == 0.0:
        np.testing.assert_allclose(t[:, ENVELOPE_ODA], settled * (shares @ colours), rtol=0, atol=HALF_A_PENNY)
    # Missions take no more than a part of defence's money, with what the Reserve left and the top-up in it.
    defence = (shares[:, 0] * settled + moved) * (1.0 + t[:, table.TOP_UP])
    missions = lines[:, VOLUNTARY_MONEY]
    assert np.all(missions <= p.degrees.voluntary_peacekeeping * defence + HALF_A_PENNY)


@pytest.mark.parametrize("name", INSTITUTIONS)
def test_neutral_envelope_is_the_same_for_every_institution_and_fully_accounted(name: str) -> None:
    world = setting().world
    run = simulate(institution(name), world, parameters_of(name), 2, 0, 40)
    assert_books_agree(run.trajectory, world.size, parameters_of(name))
    np.testing.assert_array_equal(account(run.trajectory)[:, ENVELOPE], SETTLED_IN_AFRICA / 4.0 + CAP_IN_AFRICA / 4.0)


@pytest.mark.parametrize("values", EXTREMES, ids=",".join)
@pytest.mark.parametrize("name", ["none", "siloed", "siloed_best", "uk_pools", "three_ds", "full_information"])
def test_money_balances_at_extremes(name: str, values: dict[str, float]) -> None:
    p = parameters_of(name, values)
    assert_books_agree(simulate(institution(name), small_world(), p, 3, 0, 24).trajectory, 7, p)


@pytest.mark.parametrize("point", range(40))
def test_money_balances_at_random_parameter_points(point: int) -> None:
    who = Institution("random", pools=TWO_POOLS, values=random_values(np.random.default_rng(1000 + point)))
    p = build_parameters(who.values)
    assert_books_agree(simulate(who, small_world(), p, 4, point, 24).trajectory, 7, p)


def test_peacekeeping_is_always_assessed_alike_and_what_is_not_paid_stays_due_for_the_year() -> None:
    values = {"settlement": 1.0, "reserve_cap": 0.0, "mission_war": 1.0, "mission_cost": 40.0}
    run = simulate(institution("siloed"), small_world(), parameters_of("siloed", values), 3, 0, 24)
    t = account(run.trajectory)
    missions = run.trajectory[:, : table.ROWS * 7].reshape(24, table.ROWS, 7)[:, MISSION].sum(axis=1)
    assessed = 40.0 / 4.0 * missions[:-1]  # a quarter pays for the missions deployed when it began
    paid, arrears = both(run.trajectory)[1:, PEACEKEEPING], t[:, ARREARS]
    assert arrears[-1] > 0.0
    before = arrears[:-1].copy()
    before[3::4] = 0.0  # a year's arrears are met after it, beyond the envelope
    np.testing.assert_allclose(paid + arrears[1:] - before, assessed, rtol=0, atol=1e-9)
    assert run.outcomes["arrears"] == pytest.approx(arrears[3::4].sum())
    longer = simulate(institution("siloed"), small_world(), parameters_of("siloed", values), 3, 0, 22)
    assert longer.outcomes["arrears"] == pytest.approx(arrears[[3, 7, 11, 15, 19, 21]].sum())


SECURITY_IS_WORTH_MORE: dict[str, float] = {
    "onset_insecurity": 2.0, "confidence_building": 0.0, "defence_ties": 0.0, "consent_security": 0.0,
    "security_on_onset": -0.8, "unaccountable_security_on_onset": 0.0, "security_on_ending": 0.9,
}  # fmt: skip
FREE_OF_COST_AND_WAIT: dict[str, float] = {
    "analysis_overhead": 0.0, "pooling_overhead": 0.0, "decision_cost": 0.0, "approval_delay": 0.0, "veto": 0.0,
    "departmental_delay": 0.0, "start_up_delay": 0.0, "new_fund_delay": 0.0, "funding_shock_rate": 0.0,
    "war_lapse": 0.0,
}  # fmt: skip


def test_equal_programme_money_gives_every_institution_the_same_programmes() -> None:
    totals = []
    for name in ("siloed", "siloed_best", "stability_fund"):
        values = FREE_OF_COST_AND_WAIT | {"budget_rule": 1.0, "oda_eligible_security": 1.0}
        run = simulate(institution(name), small_world(), parameters_of(name, values), 3, 0, 24)
        totals.append(both(run.trajectory)[:, [*WORK, VOLUNTARY_MONEY]].sum(axis=1))
    np.testing.assert_allclose(totals[0], 60.0 / 4.0, atol=HALF_A_PENNY)
    np.testing.assert_allclose(totals[1], totals[0], atol=HALF_A_PENNY)
    np.testing.assert_allclose(totals[2], totals[0], atol=HALF_A_PENNY)


@pytest.fixture(scope="module")
def rich() -> tuple[Floats, Parameters]:
    """A run in which every line holds money of every colour it can have."""
    p = parameters_of("uk_pools", {"voluntary_peacekeeping": 0.5, "oda_defence": 0.3, "reserve_cap": 5.0})
    return simulate(institution("uk_pools"), small_world(), p, 3, 0, 24).trajectory, p


def test_every_line_of_either_colour_is_used_somewhere(rich: tuple[Floats, Parameters]) -> None:
    used = ledger(rich[0]).sum(axis=0) > 0.0
    assert used[1].all()
    assert used[0].tolist() == [line not in (VOLUNTARY_MONEY, UNDRAWN) for line in range(LINES)]


@pytest.mark.parametrize("colour", [0, 1])
@pytest.mark.parametrize("line", range(LINES), ids=MONEY_LINES)
def test_the_balance_can_fail(rich: tuple[Floats, Parameters], line: int, colour: int) -> None:
    trajectory = rich[0].copy()
    assert_books_agree(trajectory, 7, rich[1])
    account(trajectory)[5, LEDGER + LINES * colour + line] += 1e-8
    with pytest.raises(AssertionError):
        assert_books_agree(trajectory, 7, rich[1])


@pytest.mark.parametrize("entry", [ENVELOPE, ENVELOPE_ODA])
def test_the_balance_fails_for_an_envelope_of_another_size_or_colour(
    rich: tuple[Floats, Parameters], entry: int
) -> None:
    trajectory = rich[0].copy()
    account(trajectory)[5, entry] += 1e-8
    with pytest.raises(AssertionError):
        assert_books_agree(trajectory, 7, rich[1])


@pytest.mark.parametrize("programme_money", [True, False])
def test_the_balance_fails_for_money_that_books_or_missions_do_not_show(
    rich: tuple[Floats, Parameters], programme_money: bool
) -> None:
    trajectory = rich[0].copy()
    if programme_money:
        books(trajectory, 7)[5, 4, MONEY + 1, 2] += 1e-8
    else:
        states(trajectory, 7)[5, VOLUNTARY, 2] += 1e-8
    with pytest.raises(AssertionError):
        assert_books_agree(trajectory, 7, rich[1])


def test_a_line_in_the_other_colour_does_not_balance(rich: tuple[Floats, Parameters]) -> None:
    trajectory = rich[0].copy()
    account(trajectory)[5, LEDGER + LAPSED] -= 1e-8
    account(trajectory)[5, LEDGER + LINES + LAPSED] += 1e-8
    with pytest.raises(AssertionError):
        assert_books_agree(trajectory, 7, rich[1])


def test_aid_that_pays_for_more_security_work_than_is_eligible_is_noticed() -> None:
    # Without the law nothing is screened out; held against it, the same books fail.
    poor_defence = {"budget_defence": 0.19, "budget_development": 0.5, "budget_foreign": 0.1, "oda_foreign": 1.0}
    lawless = parameters_of("stability_fund", poor_defence | SECURITY_IS_WORTH_MORE | {"oda_eligible_security": 1.0})
    trajectory = simulate(institution("stability_fund"), small_world(), lawless, 3, 0, 24).trajectory
    assert_books_agree(trajectory, 7, lawless)
    finance = lawless.finance._replace(oda_eligible_security=0.0)
    with pytest.raises(AssertionError):
        assert_books_agree(trajectory, 7, lawless._replace(finance=finance))


def assert_peacekeeping_is_the_first_call(trajectory: Floats, world: World, p: Parameters) -> None:
    """What is paid and what stays due make what was assessed on the missions with which each quarter began."""
    t, n = account(trajectory), world.size
    status = world.terrain().level
    strength = {0.0: 0.0, 1.0: p.peacekeeping.mission_minor, 2.0: p.peacekeeping.mission_war}
    first = sum(strength[level] for level in status.tolist())
    missions = np.concatenate([[first], states(trajectory, n)[:-1, MISSION].sum(axis=1)])
    due_before = np.concatenate([[0.0], t[:-1, ARREARS]])
    due_before[::4] = 0.0
    assessed = 0.25 * p.peacekeeping.mission_cost * missions
    lines = both(trajectory)
    np.testing.assert_allclose(
        lines[:, PEACEKEEPING] + t[:, ARREARS], assessed + due_before, rtol=1e-12, atol=HALF_A_PENNY
    )  # fmt: skip
    # No programme, theme or voluntary mission is paid while assessed peacekeeping is not.
    chosen = lines[:, [*WORK, VOLUNTARY_MONEY]].sum(axis=1)
    assert not np.any((t[:, ARREARS] > HALF_A_PENNY) & (chosen > HALF_A_PENNY))


@pytest.mark.parametrize("name", INSTITUTIONS)
def test_peacekeeping_is_paid_before_programmes_under_every_institution(name: str) -> None:
    world = setting().world
    for values in ({}, {"settlement": 20.0, "reserve_cap": 60.0, "mission_cost": 30.0}):
        p = parameters_of(name, values)
        assert_peacekeeping_is_the_first_call(simulate(institution(name), world, p, 2, 0, 40).trajectory, world, p)


@pytest.mark.parametrize("point", range(40))
def test_peacekeeping_is_paid_before_programmes_at_random_parameter_points(point: int) -> None:
    who = Institution("random", pools=TWO_POOLS, values=random_values(np.random.default_rng(2000 + point)))
    p = build_parameters(who.values)
    assert_peacekeeping_is_the_first_call(simulate(who, small_world(), p, 4, point, 24).trajectory, small_world(), p)


def test_a_penny_of_arrears_that_is_forgotten_is_noticed() -> None:
    values = {"settlement": 1.0, "reserve_cap": 0.0, "mission_war": 1.0, "mission_cost": 40.0}
    p = parameters_of("siloed", values)
    trajectory = simulate(institution("siloed"), small_world(), p, 3, 0, 24).trajectory
    account(trajectory)[5, ARREARS] -= 1e-8
    with pytest.raises(AssertionError):
        assert_peacekeeping_is_the_first_call(trajectory, small_world(), p)


@pytest.mark.parametrize("name", INSTITUTIONS)
def test_outcomes_are_sums_of_the_ledger(name: str) -> None:
    run = simulate(institution(name), setting().world, parameters_of(name), 2, 0, 40)
    t, lines = account(run.trajectory), ledger(run.trajectory).sum(axis=0)
    assert [run.outcomes[f"{line}_money"] for line in MONEY_LINES] == pytest.approx(lines.sum(axis=0).tolist())
    assert run.outcomes["arrears"] == pytest.approx(t[3::4, ARREARS].sum())
    assert run.outcomes["first_call_money"] == pytest.approx(t[:, table.CALLED].sum())
    assert run.outcomes["first_call_money"] <= run.outcomes["peacekeeping_money"] + HALF_A_PENNY
    assert run.outcomes["replanned_money"] == pytest.approx(t[:, table.REPLANNED].sum())
    assert run.outcomes["screened_out_money"] == pytest.approx(t[:, table.SCREENED_OUT].sum())
    assert run.outcomes["screened_out_money"] <= run.outcomes["lapsed_money"] + HALF_A_PENNY
    work = lines[:, WORK].sum(axis=1)
    assert run.outcomes["oda_share"] == pytest.approx(work[0] / work.sum() if work.sum() > 0.0 else 0.0)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"commitment": 5.0, "participation_speed": 2.0, "participation_mutation": 0.1},
        {"pooling": 0.3, "mix": 0.5},
        {"desks": 7.0},
        {"stall_rate": 0.2},
    ],
)
@pytest.mark.parametrize("name", INSTITUTIONS)
def test_desks_are_conserved_however_participation_moves(name: str, values: dict[str, float]) -> None:
    p = parameters_of(name, {"colocation_economy": 0.0, "stall_rate": 0.0} | values)
    world = setting().world
    run = simulate(institution(name), world, p, 2, 0, 40)
    programmes = books(run.trajectory, world.size)[:, :, table.PROGRAMME : table.PROGRAMME + 3].sum(axis=(1, 2, 3))
    assert programmes.max() <= 3.0 * p.priorities.desks + 1e-6
    if not p.degrees.planner and p.priorities.stall_rate == 0.0:  # the planner need not use them all, nor who stalls
        assert programmes.min() >= 3.0 * p.priorities.desks - 1e-6

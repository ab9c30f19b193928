"""Money from Parliament to departments and pools, and the identity that all of it meets."""

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.parameters import Budgeting, Degrees, Finance
from model.rules.finance import (
    Settlement,
    as_it_turns_out,
    bear,
    bearing_parts,
    divide,
    meet_peacekeeping,
    normalised,
    rebalance,
    settle,
    top_up_part,
    usual_envelope,
    with_peacekeeping,
)
from model.rules.treasury import ENDOGENOUS, EQUAL_PROGRAMME, NEUTRAL
from model.world import Floats

PART = st.floats(0.0, 1.0)
WEIGHTS = st.lists(st.floats(0.1, 0.8), min_size=3, max_size=3)
MONEY = st.floats(0.0, 500.0)
THREE = st.lists(st.floats(0.0, 100.0), min_size=3, max_size=3)


def three(*numbers: float) -> Floats:
    return np.array(numbers)


def test_the_envelope_of_a_quarter_is_a_quarter_of_the_year() -> None:
    assert usual_envelope(Finance(envelope=120.0)) == 30.0


def test_weights_become_parts_of_one_and_even_parts_when_there_are_none() -> None:
    assert normalised(2.0, 1.0, 1.0).tolist() == [0.5, 0.25, 0.25]
    assert normalised(0.0, 0.0, 0.0).tolist() == [1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0]


def test_shares_move_towards_reported_need_by_the_degree_of_rebalancing() -> None:
    shares = three(0.5, 0.25, 0.25)
    rebalance(shares, three(1.0, 3.0, 0.0), 0.5)
    # Need is 0.25, 0.75, 0: half way from 0.5, 0.25, 0.25.
    assert shares.tolist() == [0.375, 0.5, 0.125]
    rebalance(shares, three(1.0, 0.0, 0.0), 0.0)
    assert shares.tolist() == [0.375, 0.5, 0.125]
    rebalance(shares, three(0.0, 5.0, 0.0), 1.0)
    assert shares.tolist() == [0.0, 1.0, 0.0]


def test_the_law_on_aid_shields_development_money_from_peacekeeping() -> None:
    assert bearing_parts(three(0.5, 0.25, 0.25), 0.0).tolist() == [0.5, 0.25, 0.25]
    assert bearing_parts(three(0.5, 0.25, 0.25), 1.0).tolist() == pytest.approx([2.0 / 3.0, 0.0, 1.0 / 3.0])
    # Half shielded: weights 0.5, 0.125, 0.25 of 0.875.
    assert bearing_parts(three(0.5, 0.25, 0.25), 0.5).tolist() == pytest.approx([4.0 / 7.0, 1.0 / 7.0, 2.0 / 7.0])


def test_what_one_department_cannot_bear_the_others_do() -> None:
    # Of 8, parts 4, 2, 2: defence has 1 and is 3 short; the others have 4 and 8 left and pay 1 and 2 of the 3.
    left, unpaid = bear(8.0, three(0.5, 0.25, 0.25), three(1.0, 6.0, 10.0))
    assert left.tolist() == [0.0, 3.0, 6.0]
    assert unpaid == 0.0


def test_what_nobody_can_bear_stays_unpaid() -> None:
    left, unpaid = bear(10.0, three(0.5, 0.25, 0.25), three(1.0, 2.0, 3.0))
    assert left.tolist() == [0.0, 0.0, 0.0]
    assert unpaid == 10.0 - 6.0
    left, unpaid = bear(0.0, three(0.5, 0.25, 0.25), three(1.0, 2.0, 3.0))
    assert (left.tolist(), unpaid) == ([1.0, 2.0, 3.0], 0.0)


@settings(max_examples=100, deadline=None)
@given(cost=MONEY, weights=WEIGHTS, fence=PART, budgets=THREE)
def test_a_cost_borne_makes_and_loses_no_money(
    cost: float, weights: list[float], fence: float, budgets: list[float]
) -> None:
    before = np.array(budgets)
    left, unpaid = bear(cost, bearing_parts(normalised(*weights), fence), before)
    assert before.tolist() == budgets
    assert (left >= -1e-9).all()
    assert (left <= before + 1e-9).all()
    assert -1e-9 <= unpaid <= cost + 1e-9
    assert left.sum() + (cost - unpaid) == pytest.approx(sum(budgets), abs=1e-9)
    assert unpaid == pytest.approx(max(0.0, cost - sum(budgets)), abs=1e-9)


def test_a_settlement_pays_peacekeeping_then_overhead_then_programmes() -> None:
    settlement = settle(
        30.0,
        10.0,
        three(0.5, 0.25, 0.25),
        three(1.0, 0.0, 0.5),
        Finance(analysis_overhead=0.02, pooling_overhead=0.10),
        Degrees(shared_analysis=0.5, rebalancing=0.5),
    )
    # Gross 15, 7.5, 7.5 less 5, 2.5, 2.5; overhead 0.02 for analysis and review, and 0.10 of what is pooled.
    assert settlement.planned == 10.0
    assert settlement.budgets.tolist() == pytest.approx([10.0 * 0.88, 5.0 * 0.98, 5.0 * 0.93])
    assert settlement.overhead == pytest.approx(10.0 * 0.12 + 5.0 * 0.02 + 5.0 * 0.07)
    assert settlement.held == 0.0
    assert settlement.envelope == 30.0
    assert settlement.parts.tolist() == [0.5, 0.25, 0.25]


def test_the_counterfactual_holds_all_programme_money_back_without_overhead() -> None:
    settlement = settle(30.0, 10.0, three(0.5, 0.25, 0.25), np.ones(3), Finance(), Degrees(programme=0.0))
    assert settlement.budgets.tolist() == [0.0, 0.0, 0.0]
    assert (settlement.held, settlement.overhead) == (20.0, 0.0)


def test_no_more_peacekeeping_is_planned_than_there_is_money() -> None:
    settlement = settle(30.0, 40.0, three(0.5, 0.25, 0.25), np.zeros(3), Finance(), Degrees())
    assert settlement.planned == 30.0
    assert settlement.budgets.tolist() == [0.0, 0.0, 0.0]


def test_the_ring_fence_leaves_development_more_to_spend() -> None:
    shares = three(0.5, 0.25, 0.25)
    fenced = settle(30.0, 9.0, shares, np.zeros(3), Finance(peacekeeping_ring_fence=1.0), Degrees())
    # Development keeps its 7.5; the others bear 6 and 3.
    assert fenced.budgets.tolist() == pytest.approx([9.0, 7.5, 4.5])


SETTLED = Settlement(30.0, np.array([0.5, 0.25, 0.25]), np.array([8.0, 4.0, 6.0]), 10.0, 1.0, 1.0)


def test_more_peacekeeping_than_planned_is_taken_from_programmes_then_from_money_held() -> None:
    money = meet_peacekeeping(14.0, SETTLED, Finance(), Degrees())
    assert money.budgets.tolist() == [6.0, 3.0, 5.0]
    assert (money.paid, money.lapsed, money.arrears) == (14.0, 1.0, 0.0)
    # 18 in programmes and 1 held meet 19 of 22 more; 3 become arrears.
    money = meet_peacekeeping(32.0, SETTLED, Finance(), Degrees())
    assert money.budgets.tolist() == [0.0, 0.0, 0.0]
    assert (money.paid, money.lapsed, money.arrears) == (29.0, 0.0, 3.0)
    money = meet_peacekeeping(28.5, SETTLED, Finance(), Degrees())
    assert (money.paid, money.lapsed, money.arrears) == (28.5, 0.5, 0.0)


def test_peacekeeping_saved_is_released_in_part_and_lapses_otherwise() -> None:
    money = meet_peacekeeping(6.0, SETTLED, Finance(peacekeeping_release=0.25), Degrees())
    # 4 saved: 1 released by parts 0.5, 0.25, 0.25; 3 lapse beside the 1 that was held.
    assert money.budgets.tolist() == [8.5, 4.25, 6.25]
    assert (money.paid, money.lapsed, money.arrears) == (6.0, 4.0, 0.0)
    silent = meet_peacekeeping(6.0, SETTLED, Finance(peacekeeping_release=0.25), Degrees(programme=0.0))
    assert silent.budgets.tolist() == SETTLED.budgets.tolist()
    assert silent.lapsed == 5.0


def test_only_equal_programme_money_has_peacekeeping_voted_on_top() -> None:
    rule = Budgeting(budget_rule=EQUAL_PROGRAMME, programme_target=60.0)
    assert with_peacekeeping(30.0, 7.0, rule) == 15.0 + 7.0
    for other in (NEUTRAL, ENDOGENOUS):
        assert with_peacekeeping(30.0, 7.0, Budgeting(budget_rule=other)) == 30.0
        assert as_it_turns_out(14.0, SETTLED, Budgeting(budget_rule=other)).envelope == 30.0
    turned_out = as_it_turns_out(14.0, SETTLED, rule)
    assert (turned_out.envelope, turned_out.planned) == (34.0, 14.0)
    money = meet_peacekeeping(14.0, turned_out, Finance(), Degrees())
    assert money.budgets.tolist() == SETTLED.budgets.tolist()
    assert (money.paid, money.lapsed, money.arrears) == (14.0, 1.0, 0.0)


def test_a_top_up_is_held_back_from_all_and_goes_to_those_who_pool() -> None:
    # Each 12.5 is 10 and 2.5 held back. One pools all, one half, one nothing: 2.5 + 1.25 of 7.5 are claimed, and the
    # 3.75 that are not return to the three alike.
    division = divide(np.full(3, 12.5), three(1.0, 0.5, 0.0), 0.25)
    assert division.pooled.tolist() == [12.5, 6.25, 0.0]
    assert division.own.tolist() == [1.25, 6.25, 11.25]
    assert division.top_up == 3.75
    assert top_up_part(division) == 3.75 / 18.75


def test_what_is_not_claimed_returns_in_proportion_to_money() -> None:
    division = divide(three(25.0, 12.5, 12.5), three(0.0, 1.0, 0.0), 0.25)
    # Held back 5 + 2.5 + 2.5, claimed 2.5: 7.5 return as 3.75, 1.875 and 1.875.
    assert division.own.tolist() == [20.0 + 3.75, 1.875, 10.0 + 1.875]
    assert division.pooled.tolist() == [0.0, 12.5, 0.0]


def test_without_a_top_up_each_pound_goes_where_its_department_sends_it() -> None:
    budgets, joined = three(8.3, 4.1, 6.7), three(0.3, 1.0, 0.0)
    division = divide(budgets, joined, 0.0)
    np.testing.assert_array_equal(division.pooled, joined * budgets)
    np.testing.assert_array_equal(division.own, budgets - joined * budgets)
    assert division.own[1] == 0.0
    assert division.own[2] == 6.7
    assert division.top_up == 0.0
    assert top_up_part(division) == 0.0


def test_nothing_to_divide_is_divided_into_nothing() -> None:
    division = divide(np.zeros(3), np.ones(3), 0.25)
    assert not division.own.any()
    assert not division.pooled.any()
    assert top_up_part(division) == 0.0


@settings(max_examples=100, deadline=None)
@given(budgets=THREE, joined=st.lists(PART, min_size=3, max_size=3), top_up=PART)
def test_dividing_makes_and_loses_no_money(budgets: list[float], joined: list[float], top_up: float) -> None:
    division = divide(np.array(budgets), np.array(joined), top_up)
    assert division.own.sum() + division.pooled.sum() == pytest.approx(sum(budgets), abs=1e-9)
    assert (division.own >= -1e-9).all()
    assert (division.pooled >= 0.0).all()
    base = np.array(budgets) / (1.0 + top_up)
    assert division.top_up == pytest.approx((np.array(joined) * base).sum() * top_up, abs=1e-9)


class Year(NamedTuple):
    envelope: float
    owed: float
    assessed: float
    finance: Finance
    degrees: Degrees
    rule: float


YEARS = st.builds(
    Year,
    envelope=MONEY,
    owed=MONEY,
    assessed=st.floats(0.0, 2000.0),
    finance=st.builds(
        Finance,
        peacekeeping_ring_fence=PART,
        peacekeeping_release=PART,
        analysis_overhead=st.floats(0.0, 0.05),
        pooling_overhead=st.floats(0.0, 0.1),
    ),
    degrees=st.builds(Degrees, programme=PART, shared_analysis=PART, rebalancing=PART),
    rule=st.sampled_from([NEUTRAL, EQUAL_PROGRAMME, ENDOGENOUS]),
)


@settings(max_examples=200, deadline=None)
@given(year=YEARS, weights=WEIGHTS, joined=st.lists(PART, min_size=3, max_size=3), top_up=PART)
def test_programmes_peacekeeping_overhead_and_lapse_make_up_the_envelope(
    year: Year, weights: list[float], joined: list[float], top_up: float
) -> None:
    shares, pooled = normalised(*weights), np.array(joined)
    rule = Budgeting(budget_rule=year.rule)
    envelope = with_peacekeeping(year.envelope, year.owed, rule)
    settlement = settle(envelope, year.owed, shares, pooled, year.finance, year.degrees)
    assert settlement.budgets.sum() + settlement.planned + settlement.overhead + settlement.held == pytest.approx(
        envelope, abs=1e-9
    )
    turned_out = as_it_turns_out(year.assessed, settlement, rule)
    money = meet_peacekeeping(year.assessed, turned_out, year.finance, year.degrees)
    division = divide(money.budgets, pooled, top_up)
    available = division.own.sum() + division.pooled.sum()
    total = available + money.paid + turned_out.overhead + money.lapsed
    assert total == pytest.approx(turned_out.envelope, abs=1e-9)
    assert money.paid + money.arrears == pytest.approx(year.assessed, abs=1e-9)
    assert min(*money.budgets, money.paid, money.lapsed, money.arrears) >= -1e-9
    if year.rule == EQUAL_PROGRAMME:
        assert money.arrears == 0.0

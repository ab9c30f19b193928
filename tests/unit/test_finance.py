"""Money of departments: its parts, what a settlement pays, and the identity that all of it meets."""

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.parameters import Budgeting, Degrees, Finance
from model.rules.finance import (
    as_it_turns_out,
    bear,
    bearing_parts,
    decision_price,
    granted,
    meet_peacekeeping,
    normalised,
    oda_parts,
    of_colour,
    rebalance,
    reserve_cap,
    settle,
    usual_settlement,
)
from model.rules.treasury import ENDOGENOUS, EQUAL_PROGRAMME, NEUTRAL
from model.world import Floats

PART = st.floats(0.0, 1.0)
WEIGHTS = st.lists(st.floats(0.1, 0.8), min_size=3, max_size=3)
MONEY = st.floats(0.0, 500.0)
THREE = st.lists(st.floats(0.0, 100.0), min_size=3, max_size=3)


def three(*numbers: float) -> Floats:
    return np.array(numbers)


def test_the_money_of_a_quarter_is_a_quarter_of_the_years() -> None:
    assert usual_settlement(Finance(settlement=120.0)) == 30.0
    assert granted(30.0, Budgeting()) == 30.0
    assert reserve_cap(7.0, Finance(reserve_cap=200.0), Budgeting()) == 50.0


def test_equal_programme_money_settles_the_same_on_all_and_lifts_the_cap() -> None:
    rule = Budgeting(budget_rule=EQUAL_PROGRAMME, programme_target=60.0)
    assert granted(30.0, rule) == 15.0
    assert reserve_cap(70.0, Finance(reserve_cap=200.0), rule) == 70.0


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


SHARES = three(0.5, 0.25, 0.25)
NOBODY = np.zeros(3)


def test_the_law_on_aid_shields_development_money_from_peacekeeping() -> None:
    def parts(fence: float) -> list[float]:
        return list(bearing_parts(SHARES, NOBODY, Finance(peacekeeping_ring_fence=fence)))

    assert parts(0.0) == [0.5, 0.25, 0.25]
    assert parts(1.0) == pytest.approx([2.0 / 3.0, 0.0, 1.0 / 3.0])
    # Half shielded: weights 0.5, 0.125, 0.25 of 0.875.
    assert parts(0.5) == pytest.approx([4.0 / 7.0, 1.0 / 7.0, 2.0 / 7.0])


def test_the_first_call_falls_on_those_who_pool_by_what_they_pool() -> None:
    def parts(call: float, *joined: float, fence: float = 0.0) -> list[float]:
        return list(bearing_parts(SHARES, three(*joined), Finance(first_call=call, peacekeeping_ring_fence=fence)))

    # Nobody pools, or all pool alike: by their money.
    assert parts(1.0, 0.0, 0.0, 0.0) == [0.5, 0.25, 0.25]
    assert parts(1.0, 0.4, 0.4, 0.4) == pytest.approx([0.5, 0.25, 0.25])
    assert parts(0.0, 0.0, 1.0, 0.0) == [0.5, 0.25, 0.25]
    assert parts(1.0, 0.0, 0.0, 0.0, fence=1.0) == pytest.approx([2.0 / 3.0, 0.0, 1.0 / 3.0])
    # Weights 0.5 · 0.2, 0.25 · 1, 0.25 · 0 of 0.35.
    assert parts(1.0, 0.2, 1.0, 0.0) == pytest.approx([2.0 / 7.0, 5.0 / 7.0, 0.0])
    # Half of it a first call: 0.5 · (0.5 + 0.5 · 0), 0.25 · (0.5 + 0.5), 0.25 · 0.5 of 0.625.
    assert parts(0.5, 0.0, 1.0, 0.0) == pytest.approx([0.4, 0.4, 0.2])
    # The law shields development even where it alone pools: then somebody has to pay, and all do.
    assert parts(1.0, 0.5, 1.0, 0.0, fence=1.0) == [1.0, 0.0, 0.0]
    assert parts(1.0, 0.0, 1.0, 0.0, fence=1.0) == [0.5, 0.25, 0.25]


@settings(max_examples=200, deadline=None)
@given(weights=WEIGHTS, joined=st.lists(PART, min_size=3, max_size=3), fence=PART, call=PART)
def test_parts_borne_make_one(weights: list[float], joined: list[float], fence: float, call: float) -> None:
    parts = bearing_parts(
        normalised(*weights), np.array(joined), Finance(first_call=call, peacekeeping_ring_fence=fence)
    )
    assert (parts >= 0.0).all()
    assert parts.sum() == pytest.approx(1.0, abs=1e-12)


def test_each_departments_money_has_a_colour() -> None:
    p = Finance(oda_defence=0.125, oda_development=0.75, oda_foreign=0.5)
    assert oda_parts(p).tolist() == [0.125, 0.75, 0.5]
    assert of_colour(three(8.0, 4.0, 2.0), oda_parts(p)) == 1.0 + 3.0 + 1.0


def test_a_decision_costs_a_quarter_of_its_price_a_quarter_as_far_as_it_is_joint() -> None:
    assert decision_price(1.0, Finance(decision_cost=0.08)) == 0.02
    assert decision_price(0.5, Finance(decision_cost=0.08)) == 0.01
    assert decision_price(0.0, Finance(decision_cost=0.08)) == 0.0


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
    parts = bearing_parts(normalised(*weights), NOBODY, Finance(peacekeeping_ring_fence=fence))
    left, unpaid = bear(cost, parts, before)
    assert before.tolist() == budgets
    assert (left >= -1e-9).all()
    assert (left <= before + 1e-9).all()
    assert -1e-9 <= unpaid <= cost + 1e-9
    assert left.sum() + (cost - unpaid) == pytest.approx(sum(budgets), abs=1e-9)
    assert unpaid == pytest.approx(max(0.0, cost - sum(budgets)), abs=1e-9)


COLOURS = Finance(oda_defence=0.0, oda_development=1.0, oda_foreign=0.5, first_call=0.0)


def test_a_settlement_pays_peacekeeping_then_overhead_then_programmes() -> None:
    settlement = settle(
        30.0,
        25.0,
        35.0,
        SHARES,
        three(1.0, 0.0, 0.5),
        COLOURS._replace(analysis_overhead=0.02, pooling_overhead=0.10),
        Degrees(shared_analysis=0.5, rebalancing=0.5),
    )
    # Gross 15, 7.5, 7.5 less 5, 2.5, 2.5; overhead 0.02 for analysis and review, and 0.10 of what is pooled.
    assert (settlement.cap, settlement.drawn, settlement.called) == (25.0, 25.0, 10.0)
    assert settlement.borne.tolist() == [5.0, 2.5, 2.5]
    assert settlement.budgets.tolist() == pytest.approx([10.0 * 0.88, 5.0 * 0.98, 5.0 * 0.93])
    assert settlement.overhead.tolist() == pytest.approx([10.0 * 0.12, 5.0 * 0.02, 5.0 * 0.07])
    assert settlement.held.tolist() == [0.0, 0.0, 0.0]
    assert (settlement.settled, settlement.oda, settlement.places) == (30.0, 7.5 + 3.75, 0.0)
    assert settlement.parts.tolist() == [0.5, 0.25, 0.25]


def test_the_first_call_makes_those_who_pool_pay_more_of_what_is_planned() -> None:
    settlement = settle(30.0, 3.0, 10.0, SHARES, three(0.2, 1.0, 0.0), COLOURS._replace(first_call=1.0), Degrees())
    assert settlement.borne.tolist() == pytest.approx([2.0, 5.0, 0.0])


def test_the_advisory_team_is_paid_by_all_in_proportion_before_overhead() -> None:
    p = COLOURS._replace(advisory_cost=0.4, analysis_overhead=0.05)
    settlement = settle(24.0, 0.0, 4.0, SHARES, NOBODY, p, Degrees(advisory_places=5.0, shared_analysis=1.0))
    # Released 10, 5, 5: five places at 0.1 a quarter take 0.25, 0.125, 0.125; then 0.05 of what is left.
    assert settlement.places == 5.0
    assert settlement.overhead.tolist() == pytest.approx([0.25 + 0.05 * 9.75, 0.125 + 0.05 * 4.875, 0.36875])
    assert settlement.budgets.tolist() == pytest.approx([0.95 * 9.75, 0.95 * 4.875, 0.95 * 4.875])


def test_no_more_advisers_are_sent_than_there_is_money_for() -> None:
    p, degrees = COLOURS._replace(advisory_cost=0.4), Degrees(advisory_places=20.0)
    # Left after peacekeeping: 0.75, seven places at 0.1, and 0.05 for programmes.
    poor = settle(4.75, 0.0, 4.0, SHARES, NOBODY, p, degrees)
    assert poor.places == 7.0
    assert poor.overhead.sum() == pytest.approx(0.7)
    assert poor.budgets.sum() == pytest.approx(0.05)
    assert settle(4.0, 0.0, 4.0, SHARES, NOBODY, p, degrees).places == 0.0
    none = settle(30.0, 0.0, 4.0, SHARES, NOBODY, p, degrees._replace(programme=0.0))
    assert (none.places, none.overhead.sum()) == (0.0, 0.0)


def test_the_counterfactual_holds_all_programme_money_back_without_overhead() -> None:
    settlement = settle(30.0, 0.0, 10.0, SHARES, np.ones(3), COLOURS, Degrees(programme=0.0))
    assert settlement.budgets.tolist() == [0.0, 0.0, 0.0]
    assert settlement.held.tolist() == [10.0, 5.0, 5.0]
    assert settlement.overhead.tolist() == [0.0, 0.0, 0.0]
    half = settle(30.0, 0.0, 10.0, SHARES, NOBODY, COLOURS, Degrees(programme=0.5))
    assert half.budgets.tolist() == half.held.tolist() == [5.0, 2.5, 2.5]


def test_no_more_peacekeeping_is_planned_than_there_is_money() -> None:
    settlement = settle(30.0, 5.0, 45.0, SHARES, NOBODY, Finance(), Degrees())
    assert (settlement.drawn, settlement.called) == (5.0, 30.0)
    assert settlement.borne.tolist() == [15.0, 7.5, 7.5]
    assert settlement.budgets.tolist() == [0.0, 0.0, 0.0]


def test_the_ring_fence_leaves_development_more_to_spend() -> None:
    fenced = settle(30.0, 2.0, 11.0, SHARES, NOBODY, Finance(peacekeeping_ring_fence=1.0), Degrees())
    # Development keeps its 7.5; the others bear 6 and 3.
    assert fenced.budgets.tolist() == pytest.approx([9.0, 7.5, 4.5])
    assert fenced.borne.tolist() == pytest.approx([6.0, 0.0, 3.0])


class Year(NamedTuple):
    voted: float
    cap: float
    owed: float
    assessed: float
    finance: Finance
    degrees: Degrees
    rule: float


YEARS = st.builds(
    Year,
    voted=MONEY,
    cap=MONEY,
    owed=MONEY,
    assessed=st.floats(0.0, 2000.0),
    finance=st.builds(
        Finance,
        reserve_cap=MONEY,
        peacekeeping_ring_fence=PART,
        peacekeeping_release=PART,
        first_call=PART,
        oda_defence=PART,
        oda_development=PART,
        oda_foreign=PART,
        analysis_overhead=st.floats(0.0, 0.05),
        pooling_overhead=st.floats(0.0, 0.1),
        advisory_cost=st.floats(0.05, 0.5),
    ),
    degrees=st.builds(
        Degrees,
        programme=PART,
        shared_analysis=PART,
        rebalancing=PART,
        advisory_places=st.integers(0, 20).map(float),
    ),
    rule=st.sampled_from([NEUTRAL, EQUAL_PROGRAMME, ENDOGENOUS]),
)


@settings(max_examples=300, deadline=None)
@given(year=YEARS, weights=WEIGHTS, joined=st.lists(PART, min_size=3, max_size=3))
def test_programmes_peacekeeping_overhead_and_lapse_make_up_each_departments_money(
    year: Year, weights: list[float], joined: list[float]
) -> None:
    shares, pooled, colours = normalised(*weights), np.array(joined), oda_parts(year.finance)
    rule = Budgeting(budget_rule=year.rule)
    settled, cap = granted(year.voted, rule), reserve_cap(year.owed, year.finance, rule)
    settlement = settle(settled, cap, year.owed, shares, pooled, year.finance, year.degrees)
    by_department = settlement.budgets + settlement.borne + settlement.overhead + settlement.held
    np.testing.assert_allclose(by_department, settled * shares, atol=1e-9)
    assert settlement.borne.sum() == pytest.approx(settlement.called, abs=1e-9)
    assert settlement.drawn == min(year.owed, cap)
    assert settlement.called == pytest.approx(min(year.owed - settlement.drawn, settled))
    assert settlement.oda == pytest.approx(of_colour(settled * shares, colours), abs=1e-9)
    assert settlement.places <= year.degrees.advisory_places
    turned_out = as_it_turns_out(year.assessed, settlement, rule)
    money = meet_peacekeeping(year.assessed, turned_out, year.finance, year.degrees)
    moved = turned_out.cap - money.drawn - money.undrawn
    spent = money.budgets + money.paid + turned_out.overhead + money.lapsed
    assert spent.sum() - moved == pytest.approx(settled, abs=1e-9)
    aid = of_colour(money.budgets, money.oda) + of_colour(spent - money.budgets, colours)
    assert aid == pytest.approx(turned_out.oda, abs=1e-9)
    assert money.drawn + money.paid.sum() + money.arrears == pytest.approx(year.assessed, abs=1e-9)
    assert min(*money.budgets, *money.paid, *money.lapsed, money.undrawn, moved, money.arrears) >= -1e-9
    if year.rule == EQUAL_PROGRAMME:
        assert money.arrears == 0.0
        assert moved == pytest.approx(0.0, abs=1e-9)

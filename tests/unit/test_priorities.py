"""What a state is worth to those who decide, and how departments agree."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.parameters import Conflict, Degrees, Priorities
from model.rules.conflict import escalation_hazard, onset_hazard, termination_hazard
from model.rules.elementary import probability
from model.rules.priorities import (
    agreed,
    approval,
    captured,
    claim,
    colocated,
    departmental,
    expected_harm,
    guarded_harm,
    interest,
    lasting_harm,
    marginal_harm,
    mean_harm,
    permanence,
    persuaded,
    present_harm,
    preventable_harm,
    screened,
    setting_up,
    value,
)

PART = st.floats(0.0, 1.0)
INNER = st.floats(0.05, 0.95)
STATUS = st.sampled_from([0.0, 1.0, 2.0])
# Likelier than usual, so that differences stand clear of rounding.
LIVELY = Conflict(
    onset_base=-5.5,
    onset_exclusion=0.4,
    onset_insecurity=2.0,
    escalation_base=-2.0,
    escalation_exclusion=1.0,
    war_weight=5.0,
)


def test_harm_now_is_counted_in_minor_conflicts() -> None:
    assert [present_harm(status, 5.0) for status in (0.0, 1.0, 2.0)] == [0.0, 1.0, 5.0]


def test_expected_harm_by_hand() -> None:
    p, people = LIVELY, Priorities(population_weight=0.5)
    size = math.log(4.0)
    # Elasticity one half: a state of four times the people counts twice.
    onset = probability(onset_hazard(0.3, 0.4, 0.5, 1.0, 0.2, 0.1, 9.0, size, 0.2, p))
    at_peace = expected_harm(0.3, 0.4, 0.5, 0.0, 0.0, 1.0, 0.2, 0.1, 9.0, size, 0.2, p, people)
    assert at_peace == pytest.approx(2.0 * onset)
    # A conflict may end in any of four quarters, and peace is young then.
    onset = probability(onset_hazard(0.3, 0.4, 0.5, 1.0, 0.2, 0.1, 0.0, size, 0.2, p))
    minor, war = (
        1.0 - (1.0 - probability(termination_hazard(status, 6.0, 0.5, size, 0.1, 0.0, p))) ** 4 for status in (1.0, 2.0)
    )
    escalation = probability(escalation_hazard(0.5, p))
    in_minor = expected_harm(0.3, 0.4, 0.5, 1.0, 6.0, 1.0, 0.2, 0.1, 0.0, size, 0.2, p, people)
    assert in_minor == pytest.approx(2.0 * (minor * onset + 4.0 * escalation))
    in_war = expected_harm(0.3, 0.4, 0.5, 2.0, 6.0, 1.0, 0.2, 0.1, 0.0, size, 0.2, p, people)
    assert in_war == pytest.approx(2.0 * war * onset)


def test_harm_lasts_where_a_conflict_does_not_end() -> None:
    p, people = LIVELY, Priorities(population_weight=0.5)
    size = math.log(4.0)
    assert lasting_harm(0.0, 0.0, 0.5, size, 0.1, 0.7, p, people) == 0.0
    for status, weight in ((1.0, 1.0), (2.0, 5.0)):
        stays = 1.0 - probability(termination_hazard(status, 6.0, 0.5, size, 0.1, 0.7, p))
        assert lasting_harm(status, 6.0, 0.5, size, 0.1, 0.7, p, people) == pytest.approx(2.0 * weight * stays)


def test_heads_count_only_where_the_valuation_says_so() -> None:
    small = expected_harm(0.3, 0.4, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 9.0, 0.0, 0.2, LIVELY, Priorities())
    no_size = LIVELY._replace(onset_population=0.0)
    assert expected_harm(0.3, 0.4, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 9.0, 2.0, 0.2, no_size, Priorities()) == small


@settings(max_examples=60, deadline=None)
@given(
    drivers=st.tuples(INNER, INNER, INNER),
    status=STATUS,
    quarters=st.floats(0.0, 60.0),
    memory=PART,
    mission=PART,
    weight=PART,
    population=st.floats(-2.0, 3.0),
)
def test_marginal_harm_is_the_derivative_of_expected_harm(
    drivers: tuple[float, float, float],
    status: float,
    quarters: float,
    memory: float,
    mission: float,
    weight: float,
    population: float,
) -> None:
    priorities = Priorities(population_weight=weight)

    def harm(a: float, b: float, c: float, effort: float = 0.0) -> float:
        new = expected_harm(
            a, b, c, status, quarters, 1.0, memory, mission, 0.0, population, 0.2, LIVELY, priorities
        )  # fmt: skip
        return new + lasting_harm(status, quarters, c, population, mission, effort, LIVELY, priorities)

    *slopes, ended = marginal_harm(
        *drivers, status, quarters, 1.0, memory, mission, 0.0, population, 0.2, LIVELY, priorities
    )
    step = 1e-5
    for k, slope in enumerate(slopes):
        up, down = list(drivers), list(drivers)
        up[k] += step
        down[k] -= step
        assert slope == pytest.approx((harm(*up) - harm(*down)) / (2.0 * step), rel=1e-5, abs=1e-9)
    slope = (harm(*drivers, -step) - harm(*drivers, step)) / (2.0 * step)
    assert ended == pytest.approx(slope, rel=1e-5, abs=1e-9)


def test_without_its_parameter_diplomacy_ends_nothing() -> None:
    p = LIVELY._replace(termination_diplomacy=0.0)
    assert marginal_harm(0.3, 0.4, 0.5, 2.0, 6.0, 1.0, 0.2, 0.1, 0.0, 0.0, 0.2, p, Priorities())[3] == 0.0


@settings(max_examples=60, deadline=None)
@given(
    drivers=st.tuples(INNER, INNER, INNER),
    status=STATUS,
    quarters=st.floats(0.0, 60.0),
    memory=PART,
    mission=PART,
    weight=PART,
    population=st.floats(-2.0, 3.0),
)
def test_guarded_harm_is_what_a_mission_ends_now_and_prevents_later(
    drivers: tuple[float, float, float],
    status: float,
    quarters: float,
    memory: float,
    mission: float,
    weight: float,
    population: float,
) -> None:
    priorities = Priorities(population_weight=weight)
    found = guarded_harm(*drivers, status, quarters, 1.0, memory, mission, 0.0, population, 0.2, LIVELY, priorities)
    # Differences by the mission's strength: of harm that ends this quarter, and of the onset that follows.
    step, people = 1e-5, math.exp(weight * population)

    def ending(strength: float) -> float:
        return probability(termination_hazard(status, quarters, drivers[2], population, strength, 0.0, LIVELY))

    def onset(strength: float) -> float:
        return probability(onset_hazard(*drivers, 1.0, memory, strength, 0.0, population, 0.2, LIVELY))

    ended = present_harm(status, LIVELY.war_weight) * (ending(mission + step) - ending(mission - step)) / (2.0 * step)
    fewer = (onset(mission - step) - onset(mission + step)) / (2.0 * step)
    over = 1.0 if status == 0.0 else 1.0 - (1.0 - ending(mission)) ** 4
    relapse = over * fewer
    assert found == pytest.approx(people * (ended + relapse), rel=1e-5, abs=1e-9)
    assert found >= 0.0


def test_a_mission_that_neither_ends_nor_prevents_is_worth_nothing() -> None:
    p = LIVELY._replace(termination_peacekeeping=0.0, onset_peacekeeping=0.0)
    assert guarded_harm(0.3, 0.4, 0.5, 2.0, 6.0, 1.0, 0.2, 0.1, 0.0, 0.0, 0.2, p, Priorities()) == 0.0


def test_permanence_weighs_effect_against_reversion() -> None:
    assert permanence(0.02, 0.06) == 0.25
    assert permanence(0.02, 0.0) == 1.0
    assert permanence(0.0, 0.06) == 0.0
    assert permanence(0.0, 0.0) == 0.0


def test_preventable_harm_by_hand() -> None:
    # (0.25 · 0.8 · 0.1 + 0.03) · 0.6 / (0.5 + 0.5 · 1).
    assert preventable_harm(0.8, 0.1, 0.03, 0.25, 0.6, 0.5, 1.0, 0.5) == pytest.approx(0.05 * 0.6 / 1.0)
    # Work that would do harm is worth nothing.
    assert preventable_harm(0.8, -0.1, 0.01, 0.25, 0.6, 0.5, 1.0, 0.5) == 0.0
    # Unseen donors count for nothing.
    assert preventable_harm(0.8, 0.1, 0.03, 0.25, 0.6, 0.5, 9.0, 0.0) == pytest.approx(0.05 * 0.6 / 0.5)


@settings(max_examples=60, deadline=None)
@given(
    driver=PART, marginal=PART, ended=PART, consent=PART, donors=st.floats(0.0, 50.0), more=st.floats(0.0, 50.0),
    seen=PART,
)  # fmt: skip
def test_preventable_harm_falls_with_donors_as_far_as_they_are_seen(
    driver: float, marginal: float, ended: float, consent: float, donors: float, more: float, seen: float
) -> None:
    here = preventable_harm(driver, marginal, ended, 0.25, consent, 0.6, donors, seen)
    assert here >= 0.0
    assert preventable_harm(driver, marginal, ended, 0.25, consent, 0.6, donors + more, seen) <= here
    assert preventable_harm(driver, marginal, ended, 0.25, consent, 0.6, donors, min(1.0, seen + 0.1)) <= here
    assert preventable_harm(driver, marginal, ended, 0.25, consent, 0.6, donors, 0.0) == preventable_harm(
        driver, marginal, ended, 0.25, consent, 0.6, 0.0, 1.0
    )


def test_mean_harm_is_over_the_remit() -> None:
    harm = np.array([[1.0, 2.0, 6.0], [3.0, 5.0, 7.0], [100.0, 100.0, 100.0]])
    covered = np.array([1.0, 0.0, 1.0])
    assert mean_harm(harm, 0, 2, covered) == (1.0 + 6.0 + 3.0 + 7.0) / 4.0
    assert mean_harm(harm, 1, 2, covered) == (3.0 + 7.0) / 2.0
    assert mean_harm(harm, 0, 3, np.zeros(3)) == 0.0


def test_interest_by_hand() -> None:
    p = Priorities(interest_correlation=0.36, interest_spread=0.5)
    # 0.6 · 1 + 0.8 · 0.5 = 1: exp(0.5 - 0.125).
    assert interest(0.5, 1.0, p) == pytest.approx(math.exp(0.375))
    assert interest(3.0, -2.0, Priorities(interest_spread=0.0)) == 1.0
    alike = Priorities(interest_correlation=1.0)
    assert interest(-3.0, 0.7, alike) == interest(3.0, 0.7, alike)


def test_interests_average_one_over_states() -> None:
    p = Priorities(interest_correlation=0.3, interest_spread=0.8)
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    mean = sum(
        u * v * interest(float(x), float(y), p)
        for x, u in zip(nodes, weights, strict=True)
        for y, v in zip(nodes, weights, strict=True)
    ) / (2.0 * math.pi)
    assert mean == pytest.approx(1.0)


def test_value_sets_harm_against_interest_both_with_mean_one() -> None:
    # Three times the usual harm, half the usual interest, 0.4 of the weight on interest.
    assert value(0.6, 0.2, 0.5, 0.4) == pytest.approx(0.6 * 3.0 + 0.4 * 0.5)
    assert value(0.6, 0.2, 0.5, 0.0) == pytest.approx(3.0)
    assert value(0.6, 0.2, 0.5, 1.0) == 0.5
    assert value(0.0, 0.0, 0.5, 0.4) == 0.4 * 0.5


def test_a_lead_captures_part_of_what_is_not_yet_its_own() -> None:
    assert captured(0.4, Priorities(lead_capture=0.5)) == pytest.approx(0.4 + 0.5 * 0.6)
    assert captured(0.4, Priorities(lead_capture=0.0)) == 0.4
    assert captured(0.4, Priorities(lead_capture=1.0)) == pytest.approx(1.0)


def test_a_pool_decides_between_the_leads_word_and_the_average_vote() -> None:
    assert agreed(9.0, 1.0, 2.0, 6.0, Degrees(voting=0.0)) == 9.0
    assert agreed(9.0, 1.0, 2.0, 6.0, Degrees(voting=1.0)) == 3.0
    assert agreed(9.0, 1.0, 2.0, 6.0, Degrees(voting=0.25)) == 0.75 * 9.0 + 0.25 * 3.0


@pytest.mark.parametrize(
    ("votes", "voting", "blocked"),
    [
        # Average 2: blocked below 0.25 · 2 where all have their full say, below 0.125 · 2 where they have half of it.
        ((0.5, 2.5, 3.0), 1.0, False),
        ((0.49, 2.51, 3.0), 1.0, True),
        ((3.0, 0.49, 2.51), 1.0, True),
        ((2.51, 3.0, 0.49), 1.0, True),
        ((2.51, 3.0, 0.49), 0.5, False),
        ((2.76, 3.0, 0.24), 0.5, True),
        ((0.0, 3.0, 3.0), 0.0, False),
        # What is worth little to all alike divides nobody.
        ((0.01, 0.01, 0.01), 1.0, False),
        ((0.0, 0.0, 0.0), 1.0, False),
    ],
)
def test_consent_takes_time_and_a_veto_a_year(votes: tuple[float, float, float], voting: float, blocked: bool) -> None:
    # Two further departments, three quarters of a quarter each, and one quarter of it to start up.
    waits = approval(*votes, Priorities(approval_delay=0.75, start_up_delay=0.25, veto=0.25), Degrees(voting=voting))
    assert waits == 1.75 + (4.0 if blocked else 0.0)


def test_only_security_programmes_are_screened_and_only_as_far_as_it_is_done_after_agreement() -> None:
    p = Priorities(screening_delay=0.5)
    assert screened(1.5, 0.0, p, Degrees(screening=1.0)) == 2.0
    assert screened(1.5, 0.0, p, Degrees(screening=0.5)) == 1.75
    assert screened(1.5, 0.0, p, Degrees(screening=0.0)) == 1.5
    assert screened(1.5, 1.0, p, Degrees(screening=1.0)) == 1.5
    assert screened(1.5, 2.0, p, Degrees(screening=1.0)) == 1.5


def test_a_department_finds_money_within_the_year_or_agrees_where_it_is_persuaded() -> None:
    p = Priorities(departmental_delay=0.5, start_up_delay=0.25)
    assert departmental(4.5, p, Degrees(persuasion=0.0)) == 0.75
    assert departmental(4.5, p, Degrees(persuasion=1.0)) == 4.5
    assert departmental(4.5, p, Degrees(persuasion=0.25)) == 0.25 * 4.5 + 0.75 * 0.75


def test_only_a_pools_first_programmes_wait_until_it_is_set_up() -> None:
    assert setting_up(True, Priorities(new_fund_delay=1.25)) == 1.25
    assert setting_up(False, Priorities(new_fund_delay=1.25)) == 0.0


def test_colocation_scores_the_state_instead_of_the_instrument() -> None:
    assert colocated(5.0, 2.0, Degrees(colocation=0.0)) == 5.0
    assert colocated(5.0, 2.0, Degrees(colocation=1.0)) == 2.0
    assert colocated(5.0, 2.0, Degrees(colocation=0.25)) == 0.75 * 5.0 + 0.25 * 2.0


def test_persuasion_moves_a_department_to_the_joint_value() -> None:
    assert persuaded(5.0, 2.0, 0.0) == 5.0
    assert persuaded(5.0, 2.0, 1.0) == 2.0
    assert persuaded(5.0, 2.0, 0.25) == 0.75 * 5.0 + 0.25 * 2.0


def test_claims_grow_with_size_and_with_worth_as_far_as_money_is_concentrated() -> None:
    assert claim(0.5, 3.0, 1.0) == pytest.approx(1.5)
    assert claim(0.5, 3.0, 2.0) == pytest.approx(4.5)
    assert claim(0.5, 3.0, 0.0) == 0.5
    assert claim(0.5, 0.0, 0.0) == 0.5
    assert claim(0.5, 0.0, 1.0) == 0.0
    assert claim(0.0, 3.0, 1.0) == 0.0

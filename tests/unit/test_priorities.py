"""What a state is worth to those who decide, and how departments agree."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.parameters import PARAMETERS, Conflict, Degrees, Priorities, build_parameters
from model.rules.conflict import escalation_score, onset_score, termination_score
from model.rules.effects import on_ending, on_escalation, on_onset, permanence, reach
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
    hazards,
    interest,
    lasting_harm,
    mean_harm,
    outlook,
    persuaded,
    present_harm,
    preventable_harm,
    prevented,
    screened,
    setting_up,
    stakes,
    value,
)

PART = st.floats(0.0, 1.0)
INNER = st.floats(0.05, 0.95)
STATUS = st.sampled_from([0.0, 1.0, 2.0])
LOG = st.floats(-5.0, 0.0)
HAZARDS = (0.02, 0.05, 0.2)


def test_harm_now_is_counted_in_minor_conflicts() -> None:
    assert [present_harm(status, 5.0) for status in (0.0, 1.0, 2.0)] == [0.0, 1.0, 5.0]


def test_expected_harm_by_hand() -> None:
    people, size = Priorities(population_weight=0.5), math.log(4.0)
    onset, escalation, ending = (probability(h) for h in HAZARDS)
    # Elasticity one half: a state of four times the people counts twice.
    assert expected_harm(0.0, (0.02, 0.0, 0.0), size, 5.0, people) == pytest.approx(2.0 * onset)
    # A conflict may end in any of four quarters; an escalation brings four more.
    over = 1.0 - (1.0 - ending) ** 4
    in_minor = expected_harm(1.0, HAZARDS, size, 5.0, people)
    assert in_minor == pytest.approx(2.0 * (over * onset + 4.0 * escalation))
    in_war = expected_harm(2.0, (0.02, 0.0, 0.2), size, 5.0, people)
    assert in_war == pytest.approx(2.0 * over * onset)
    assert expected_harm(0.0, HAZARDS, 2.0, 5.0, Priorities()) == expected_harm(0.0, HAZARDS, 0.0, 5.0, Priorities())


def test_harm_lasts_where_a_conflict_does_not_end() -> None:
    people, size = Priorities(population_weight=0.5), math.log(4.0)
    assert lasting_harm(0.0, 0.0, size, 5.0, people) == 0.0
    for status, weight in ((1.0, 1.0), (2.0, 5.0)):
        stays = 1.0 - probability(0.2)
        assert lasting_harm(status, 0.2, size, 5.0, people) == pytest.approx(2.0 * weight * stays)


def test_an_outlook_is_the_records_without_programmes() -> None:
    p, r = Conflict(), reach(build_parameters())
    drivers, path = (0.5, 0.6, 0.3), (0.4, 0.5, 0.2)
    moved, none = (0.1, 0.1, 0.1), (0.0, 0.0, 0.0)
    drivers_moved = tuple(x - s for x, s in zip(drivers, path, strict=True))
    assert drivers_moved == pytest.approx(moved)
    onset, up, end = outlook(0.0, 0.0, drivers, path, 0.4, 0.2, 9.0, 0.3, 0.1, p, r)
    beside = on_onset(moved, 0.2, 9.0, 0.1, none, 0.0, 0.0, r.usual_mediated, r)
    assert onset == pytest.approx(onset_score(0.5, 0.2, 0.4, 0.2, 9.0, 0.3, beside, p))
    assert (up, end) == (0.0, 0.0)
    for status in (1.0, 2.0):
        onset, up, end = outlook(status, 6.0, drivers, path, 0.4, 1.0, 0.0, 0.3, 0.1, p, r)
        ends = on_ending(status, 0.1, 0.1, none, r)
        assert end == pytest.approx(termination_score(status, 6.0, 0.2, 0.3, ends, p))
        worse = escalation_score(0.2, on_escalation(0.1, 0.1, none, 0.0, r), p)
        assert up == pytest.approx(worse if status == 1.0 else 0.0)
        believed = (math.exp(onset), math.exp(up) * (status == 1.0), math.exp(end))
        assert hazards(status, onset, up, end) == pytest.approx(believed)
    assert hazards(0.0, -3.0, 0.0, 0.0) == pytest.approx((math.exp(-3.0), 0.0, 0.0))


@settings(max_examples=60, deadline=None)
@given(status=STATUS, logs=st.tuples(LOG, LOG, LOG), weight=PART, population=st.floats(-2.0, 3.0))
def test_stakes_are_derivatives_of_harm(
    status: float, logs: tuple[float, float, float], weight: float, population: float
) -> None:
    priorities = Priorities(population_weight=weight)

    def possible(onset: float, escalation: float, ending: float) -> tuple[float, float, float]:
        return math.exp(onset), math.exp(escalation) * (status == 1.0), math.exp(ending) * (status > 0.0)

    def harm(*at: float) -> float:
        these = possible(*at)
        new = expected_harm(status, these, population, 5.0, priorities)
        return new + lasting_harm(status, these[2], population, 5.0, priorities)

    step = 1e-5
    for k, slope in enumerate(stakes(status, possible(*logs), population, 5.0, priorities)):
        up, down = list(logs), list(logs)
        up[k] += step
        down[k] -= step
        assert slope == pytest.approx((harm(*up) - harm(*down)) / (2.0 * step), rel=1e-5, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(memory=PART, drivers=st.tuples(PART, PART, PART), safe=PART, forces=PART)
def test_what_is_prevented_is_stakes_times_total_effects(
    memory: float, drivers: tuple[float, float, float], safe: float, forces: float
) -> None:
    r = reach(build_parameters({"onset_exclusion": 0.4, "escalation_exclusion": 1.0}))
    at_stake = (0.3, 0.2, -0.4)
    security, aid, diplomacy = prevented(at_stake, memory, drivers, safe, forces, r)
    gone = [r.lasting * x for x in drivers]
    onset = [(1.0 - memory) * r.first[k] + memory * r.again[k] - r.onset_by[k] * gone[k] for k in range(3)]
    armed = onset[0] + r.unaccountable * (1.0 - forces)
    assert security == pytest.approx(-r.training * (0.3 * armed + 0.2 * r.up[0] - 0.4 * r.ending[0]))
    contested = safe * r.up[1] + (1.0 - safe) * r.contested
    assert aid == pytest.approx(-(0.3 * onset[1] + 0.2 * contested - 0.4 * r.ending[1]))
    calms, ends = r.up[2] - r.up_by * gone[2], r.ending[2] - r.ending_by * gone[2]
    assert diplomacy == pytest.approx(-(0.3 * onset[2] + 0.2 * calms - 0.4 * ends))
    missions = (1.0 - memory) * r.missions[0] + memory * r.missions[1]
    expected = -(0.3 * missions + 0.2 * r.missions[2] - 0.4 * r.missions[3])
    assert guarded_harm(at_stake, memory, r) == pytest.approx(expected)


def test_a_mission_that_does_nothing_is_worth_nothing() -> None:
    r = reach(build_parameters({name: 0.0 for name in PARAMETERS if name.startswith("missions_on_")}))
    assert guarded_harm((0.3, 0.2, -0.4), 0.5, r) == 0.0


def test_permanence_weighs_effect_against_reversion() -> None:
    assert permanence(0.02, 0.06) == 0.25
    assert permanence(0.02, 0.0) == 1.0
    assert permanence(0.0, 0.06) == 0.0
    assert permanence(0.0, 0.0) == 0.0


def test_preventable_harm_by_hand() -> None:
    assert preventable_harm(0.05, 0.6, 0.5, 1.0, 0.5) == pytest.approx(0.05 * 0.6 / 1.0)
    # Work that would do harm is worth nothing.
    assert preventable_harm(-0.01, 0.6, 0.5, 1.0, 0.5) == 0.0
    # Unseen donors count for nothing.
    assert preventable_harm(0.05, 0.6, 0.5, 9.0, 0.0) == pytest.approx(0.05 * 0.6 / 0.5)


@settings(max_examples=60, deadline=None)
@given(fall=PART, consent=PART, donors=st.floats(0.0, 50.0), more=st.floats(0.0, 50.0), seen=PART)
def test_preventable_harm_falls_with_donors_as_far_as_they_are_seen(
    fall: float, consent: float, donors: float, more: float, seen: float
) -> None:
    here = preventable_harm(fall, consent, 0.6, donors, seen)
    assert here >= 0.0
    assert preventable_harm(fall, consent, 0.6, donors + more, seen) <= here
    assert preventable_harm(fall, consent, 0.6, donors, min(1.0, seen + 0.1)) <= here
    assert preventable_harm(fall, consent, 0.6, donors, 0.0) == preventable_harm(fall, consent, 0.6, 0.0, 1.0)


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

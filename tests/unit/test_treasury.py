"""Parliament's vote, the Treasury's belief and top-up, and participation in pools."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.parameters import Budgeting
from model.rules.treasury import (
    ENDOGENOUS,
    EQUAL_PROGRAMME,
    NEUTRAL,
    ON_TOP,
    next_attention,
    next_belief,
    next_participation,
    pooled_pound,
    report_deviation,
    top_up_rate,
    voted,
)

PART = st.floats(0.0, 1.0)
LEVEL = st.floats(-2.0, 2.0)
POSITIVE = st.floats(0.01, 2.0)


def test_attention_follows_harm_at_its_speed() -> None:
    assert next_attention(0.25, 0.75, Budgeting(attention_speed=0.5)) == 0.5
    assert next_attention(0.25, 0.75, Budgeting(attention_speed=0.0)) == 0.25
    assert next_attention(0.25, 0.75, Budgeting(attention_speed=1.0)) == 0.75


@settings(max_examples=40, deadline=None)
@given(envelope=st.floats(0.0, 500.0), attention=POSITIVE, first=POSITIVE, belief=LEVEL)
def test_only_an_endogenous_budget_moves(envelope: float, attention: float, first: float, belief: float) -> None:
    for rule in (NEUTRAL, EQUAL_PROGRAMME):
        assert voted(envelope, attention, first, belief, Budgeting(budget_rule=rule)) == envelope
    deaf = Budgeting(budget_rule=ENDOGENOUS, attention_weight=0.0, belief_weight=0.0)
    assert voted(envelope, attention, first, belief, deaf) == envelope


def test_an_endogenous_envelope_by_hand() -> None:
    p = Budgeting(budget_rule=ENDOGENOUS, attention_weight=0.5, belief_weight=0.25, first_belief=0.4)
    # Attention half as much again, belief half of the first: 1 + 0.5 · 0.5 - 0.25 · 0.5.
    assert voted(30.0, 0.3, 0.2, 0.2, p) == pytest.approx(30.0 * 1.125)
    assert voted(30.0, 0.2, 0.2, 0.4, p) == pytest.approx(30.0)
    # Peace at the start gives no measure for alarm.
    assert voted(30.0, 0.3, 0.0, 0.4, p) == pytest.approx(30.0)


def test_an_endogenous_envelope_is_held_between_a_quarter_and_four_times_the_usual() -> None:
    p = Budgeting(budget_rule=ENDOGENOUS, attention_weight=1.0, belief_weight=1.0, first_belief=0.4)
    assert voted(30.0, 9.0, 0.1, 0.4, p) == 4.0 * 30.0
    assert voted(30.0, 0.0, 0.1, -0.4, p) == 0.25 * 30.0


def test_reporting_through_pools_makes_reports_better() -> None:
    p = Budgeting(report_noise=0.4, pooled_reporting=0.5)
    assert report_deviation(0.0, p) == 0.4
    assert report_deviation(1.0, p) == 0.2
    assert report_deviation(0.5, p) == pytest.approx(0.3)


def test_belief_by_hand() -> None:
    # Prior variance 0.08 + 0.1² = 0.09, noise 0.3² = 0.09: half way to the report of 1 + 0.3 · (-1) = 0.7.
    belief, variance = next_belief(0.3, 0.08, 1.0, -1.0, 0.3, Budgeting(belief_drift=0.1))
    assert belief == pytest.approx(0.3 + 0.5 * 0.4)
    assert variance == pytest.approx(0.045)


@settings(max_examples=80, deadline=None)
@given(belief=LEVEL, variance=POSITIVE, yielded=LEVEL, normal=LEVEL, deviation=POSITIVE, drift=st.floats(0.0, 0.2))
def test_belief_is_the_precision_weighted_mean_of_prior_and_report(
    belief: float, variance: float, yielded: float, normal: float, deviation: float, drift: float
) -> None:
    mean, after = next_belief(belief, variance, yielded, normal, deviation, Budgeting(belief_drift=drift))
    prior, report = variance + drift**2, yielded + deviation * normal
    precision = 1.0 / prior + 1.0 / deviation**2
    assert after == pytest.approx(1.0 / precision, rel=1e-6)
    assert mean == pytest.approx((belief / prior + report / deviation**2) / precision, rel=1e-6, abs=1e-9)
    assert 0.0 <= after < prior
    assert min(belief, report) - 1e-9 <= mean <= max(belief, report) + 1e-9


def test_exact_knowledge_stays_and_an_exact_report_is_taken_over() -> None:
    still = Budgeting(belief_drift=0.0)
    assert next_belief(0.4, 0.0, 1.0, 1.0, 0.3, still) == (0.4, 0.0)
    assert next_belief(0.4, 0.0, 1.0, 1.0, 0.0, still) == (0.4, 0.0)
    assert next_belief(0.4, 0.5, 1.0, 1.0, 0.0, still) == (1.0, 0.0)


def test_the_top_up_follows_belief_by_its_elasticity() -> None:
    p = Budgeting(first_belief=0.4, top_up_response=0.5)
    # Four times the first belief: twice the rate; a quarter: half of it.
    assert top_up_rate(0.25, 1.6, p) == pytest.approx(0.5)
    assert top_up_rate(0.25, 0.1, p) == pytest.approx(0.125)
    assert top_up_rate(0.25, 0.4, p) == pytest.approx(0.25)
    assert top_up_rate(0.25, 0.0, p) == 0.0
    assert top_up_rate(0.25, -1.0, p) == 0.0
    assert top_up_rate(0.9, 40.0, p) == 1.0


@settings(max_examples=50, deadline=None)
@given(usual=PART, beliefs=st.tuples(LEVEL, LEVEL), response=PART)
def test_the_top_up_is_a_share_that_rises_with_belief(
    usual: float, beliefs: tuple[float, float], response: float
) -> None:
    p = Budgeting(top_up_response=response)
    low, high = (top_up_rate(usual, belief, p) for belief in sorted(beliefs))
    assert 0.0 <= low <= high + 1e-12 <= 1.0 + 1e-12
    assert top_up_rate(usual, beliefs[0], p._replace(top_up_response=0.0)) == usual


def test_a_pooled_pound_is_topped_up_and_bears_overhead() -> None:
    # A department with 0.4 of the money pays 0.4 of its own top-up: 1.25 of a pound costs it 1.1.
    within, on_top = Budgeting(), Budgeting(top_up_source=ON_TOP)
    assert pooled_pound(2.0, 0.25, 0.4, 0.1, within) == pytest.approx(2.0 * 1.25 / 1.1 * 0.9)
    assert pooled_pound(2.0, 0.0, 0.4, 0.0, within) == 2.0
    # Alone in the government, it tops itself up: no gain.
    assert pooled_pound(2.0, 0.25, 1.0, 0.0, within) == 2.0
    # Nobody pays for what comes on top.
    assert pooled_pound(2.0, 0.25, 0.4, 0.1, on_top) == pytest.approx(2.0 * 1.25 * 0.9)


def test_participation_by_hand() -> None:
    p = Budgeting(participation_speed=0.8, participation_mutation=0.05)
    # Advantage (3 - 1) / 4: 0.25 + 0.8 · 0.25 · 0.75 · 0.5 + 0.05 · 0.8 · 0.25.
    assert next_participation(0.25, 3.0, 1.0, p) == pytest.approx(0.25 + 0.075 + 0.01)
    assert next_participation(0.25, 0.0, 0.0, p) == pytest.approx(0.25 + 0.01)
    assert next_participation(0.25, 3.0, 1.0, Budgeting(participation_speed=0.0)) == 0.25


@settings(max_examples=100, deadline=None)
@given(
    participation=PART,
    pooled=st.floats(0.0, 100.0),
    own=st.floats(0.0, 100.0),
    speed=st.floats(0.0, 2.0),
    mutation=st.floats(0.01, 0.1),
)
def test_participation_moves_towards_what_pays_and_never_freezes(
    participation: float, pooled: float, own: float, speed: float, mutation: float
) -> None:
    p = Budgeting(participation_speed=speed, participation_mutation=mutation)
    here = next_participation(participation, pooled, own, p)
    assert 0.0 <= here <= 1.0
    indifferent = next_participation(participation, 1.0, 1.0, p)
    assert here >= indifferent - 1e-12 if pooled >= own else here <= indifferent + 1e-12
    # Better payoffs alone never repel: without mutation it moves to where the pound is worth more.
    pure = next_participation(participation, pooled, own, p._replace(participation_mutation=0.0))
    assert pure >= participation if pooled >= own else pure <= participation
    if speed > 0.01:
        assert next_participation(0.0, pooled, own, p) > 0.0
        assert next_participation(1.0, pooled, own, p) < 1.0

"""From money to effect in a partner state."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.parameters import Delivery
from model.rules.delivery import (
    absorptive_scale,
    advised,
    effective,
    effort,
    fall,
    outreach,
    reformed,
    treated,
    unhindered,
    within_remits,
    worked_driver,
)

PART = st.floats(0.0, 1.0)
MONEY = st.floats(0.0, 100.0)
DELIVERY = st.builds(
    Delivery,
    effect=st.floats(0.0, 0.05),
    crowding=PART,
    complementarity=PART,
    treatment_half=st.floats(0.05, 1.0),
    aid_needs_security=PART,
    forces_need_accountability=PART,
    other_interdependence=PART,
    confidence_building=st.floats(0.0, 0.4),
    defence_ties=st.floats(0.0, 0.3),
    advice_effect=st.floats(0.0, 0.8),
)
TEAM = st.sampled_from([0.0, 1.0])
USUAL = (1.0, 1.0, 1.0)


def test_absorptive_scale_grows_with_population() -> None:
    # £5m a year are 1.25 a quarter, alone a fifth of 6.25.
    p = Delivery(dose=0.2, absorption_population=0.5)
    assert absorptive_scale(0.0, p) == pytest.approx(5.0)
    assert effort(1.25, 0.0, 0.0, 1.0, absorptive_scale(0.0, p), p) == pytest.approx(0.2)
    # Four times the people, elasticity one half: twice the scale.
    assert absorptive_scale(math.log(4.0), p) == pytest.approx(10.0)
    assert absorptive_scale(2.0, Delivery(dose=0.2, absorption_population=0.0)) == pytest.approx(5.0)


def test_effort_is_half_of_what_consent_admits_at_the_absorptive_scale() -> None:
    assert effort(0.6, 0.0, 0.0, 0.8, 0.6, Delivery()) == pytest.approx(0.8 * 0.5)


def test_effort_by_hand() -> None:
    # 0.8 · 2 / (0.5 + 2 + 0.25 · 4 + 1.5).
    assert effort(2.0, 4.0, 1.5, 0.8, 0.5, Delivery(crowding=0.25)) == pytest.approx(1.6 / 5.0)
    assert effort(0.0, 4.0, 1.5, 0.8, 0.5, Delivery()) == 0.0
    assert effort(2.0, 4.0, 1.5, 0.0, 0.5, Delivery()) == 0.0


@settings(max_examples=100, deadline=None)
@given(own=MONEY, more=MONEY, others=MONEY, donors=MONEY, consent=PART, scale=st.floats(0.05, 10.0), p=DELIVERY)
def test_effort_rises_with_its_money_falls_with_others_and_stays_below_consent(
    own: float, more: float, others: float, donors: float, consent: float, scale: float, p: Delivery
) -> None:
    here = effort(own, others, donors, consent, scale, p)
    assert 0.0 <= here <= consent
    assert effort(own + more, others, donors, consent, scale, p) >= here * (1.0 - 1e-12)
    assert effort(own, others + more, donors, consent, scale, p) <= here
    assert effort(own, others, donors + more, consent, scale, p) <= here
    assert effort(own, others, donors, consent, scale + more, p) <= here
    # Saturation: the second pound buys no more than the first.
    assert effort(2.0 * own, others, donors, consent, scale, p) <= 2.0 * here * (1.0 + 1e-12)


def test_effort_with_its_driver_is_half_treated_at_the_declared_effort() -> None:
    p = Delivery(treatment_half=0.3)
    assert treated(0.3 * 0.5, 0.5, p) == pytest.approx(0.5)
    assert treated(0.45, 0.5, p) == pytest.approx(0.45 / 0.6)
    assert treated(0.0, 0.5, p) == 0.0
    assert treated(0.2, 0.0, p) == 1.0
    assert treated(0.0, 0.0, p) == 0.0


def test_an_untreated_problem_hinders_by_complementarity_weight_and_size() -> None:
    # 1 - 0.5 · 0.8 · 0.6 · (1 - 0.25).
    assert unhindered(0.8, 0.6, 0.25, Delivery(complementarity=0.5)) == pytest.approx(1.0 - 0.18)
    assert unhindered(1.0, 1.0, 0.0, Delivery(complementarity=1.0)) == 0.0
    assert unhindered(1.0, 1.0, 1.0, Delivery(complementarity=1.0)) == 1.0


@settings(max_examples=50, deadline=None)
@given(weight=PART, driver=PART, done=PART)
def test_without_complementarity_nothing_hinders_exactly(weight: float, driver: float, done: float) -> None:
    assert unhindered(weight, driver, done, Delivery(complementarity=0.0)) == 1.0


def test_effective_work_by_hand() -> None:
    p = Delivery(
        complementarity=0.5,
        treatment_half=0.5,
        aid_needs_security=1.0,
        forces_need_accountability=0.8,
        other_interdependence=0.4,
        confidence_building=0.15,
        defence_ties=0.1,
        advice_effect=0.25,
    )
    found = effective(0.4, 0.6, 0.8, 0.2, 0.1, 0.6, 0.0, USUAL, p)
    # Treated: 0.2 / (0.2 + 0.2) = 1/2, 0.1 / (0.1 + 0.3) = 1/4, 0.6 / (0.6 + 0.4) = 3/5.
    insecure, poor, excluded = 0.4 * (1.0 - 0.5), 0.6 * (1.0 - 0.25), 0.8 * (1.0 - 0.6)
    # Three quarters of security work are training.
    training = 0.15 * (1.0 - 0.5 * 0.4 * poor) * (1.0 - 0.5 * 0.8 * excluded)
    aid = 0.1 * (1.0 - 0.5 * 1.0 * insecure) * (1.0 - 0.5 * 0.4 * excluded)
    talks = 0.6 * (1.0 - 0.5 * 0.4 * insecure) * (1.0 - 0.5 * 0.4 * poor)
    assert found == pytest.approx((training, aid, talks, aid * 0.5, training * 0.4))
    # Advice makes a quarter of the missing 2/5 good, for forces alone: 0.3 are then unaccounted for.
    advised_training = 0.15 * (1.0 - 0.5 * 0.4 * poor) * (1.0 - 0.5 * 0.8 * 0.24)
    with_advice = effective(0.4, 0.6, 0.8, 0.2, 0.1, 0.6, 1.0, USUAL, p)
    assert with_advice == pytest.approx((advised_training, aid, talks, aid * 0.5, advised_training * 0.3))
    # An instrument that works half as well, or twice, here.
    better = effective(0.4, 0.6, 0.8, 0.2, 0.1, 0.6, 0.0, (0.5, 2.0, 1.5), p)
    times = (0.5, 2.0, 1.5, 2.0, 0.5)
    assert better == pytest.approx([a * b for a, b in zip(found, times, strict=True)])
    assert fall(0.3, 0.4, Delivery(effect=0.02)) == pytest.approx(0.02 * 0.3 * 0.4)


def test_a_departments_own_money_meets_less_need_as_far_as_no_joint_strategy_closes_the_gap() -> None:
    p = Delivery(remit_gap=0.2)
    assert within_remits(5.0, 0.0, p) == 4.0
    assert within_remits(5.0, 0.5, p) == pytest.approx(4.5)
    assert within_remits(5.0, 1.0, p) == 5.0
    assert within_remits(5.0, 0.0, Delivery(remit_gap=0.0)) == 5.0


def test_outreach_is_what_confidence_building_and_ties_leave_of_security_work() -> None:
    assert outreach(Delivery(confidence_building=0.25, defence_ties=0.125)) == 0.625
    assert outreach(Delivery(confidence_building=0.0, defence_ties=0.0)) == 1.0
    assert outreach(Delivery(confidence_building=0.4, defence_ties=0.3)) == pytest.approx(0.3)


def test_advice_makes_part_of_missing_accountability_good() -> None:
    p = Delivery(advice_effect=0.5)
    assert advised(0.25, 1.0, p) == 0.625
    assert advised(0.25, 0.0, p) == 0.25
    assert advised(1.0, 1.0, p) == 1.0
    assert advised(0.25, 1.0, Delivery(advice_effect=0.0)) == 0.25


@settings(max_examples=100, deadline=None)
@given(drivers=st.tuples(PART, PART, PART), efforts=st.tuples(PART, PART, PART), p=DELIVERY)
def test_advice_helps_security_work_and_touches_nothing_else(
    drivers: tuple[float, float, float], efforts: tuple[float, float, float], p: Delivery
) -> None:
    without, under_advice = (effective(*drivers, *efforts, team, USUAL, p) for team in (0.0, 1.0))
    assert under_advice[0] >= without[0]
    assert under_advice[1:4] == without[1:4]
    # Of the training there is, a smaller part is of forces that answer to nobody.
    assert under_advice[4] * without[0] <= without[4] * under_advice[0] + 1e-15


@settings(max_examples=100, deadline=None)
@given(drivers=st.tuples(PART, PART, PART), efforts=st.tuples(PART, PART, PART), team=TEAM, p=DELIVERY)
def test_untreated_problems_never_add_to_work(
    drivers: tuple[float, float, float], efforts: tuple[float, float, float], team: float, p: Delivery
) -> None:
    *work, contested, unaccountable = effective(*drivers, *efforts, team, USUAL, p)
    training = (outreach(p) * efforts[0], efforts[1], efforts[2])
    assert all(0.0 <= done <= own * (1.0 + 1e-12) for done, own in zip(work, training, strict=True))
    assert 0.0 <= contested <= work[1] and 0.0 <= unaccountable <= work[0]
    # Without complementarity each instrument works as if alone.
    *alone, _, _ = effective(*drivers, *efforts, team, USUAL, p._replace(complementarity=0.0))
    assert alone == pytest.approx(training)


@settings(max_examples=50, deadline=None)
@given(drivers=st.tuples(PART, PART, PART), efforts=st.tuples(PART, PART, PART), more=PART, p=DELIVERY)
def test_another_instrument_never_hinders(
    drivers: tuple[float, float, float], efforts: tuple[float, float, float], more: float, p: Delivery
) -> None:
    security, development, diplomacy = efforts
    before = effective(*drivers, *efforts, 1.0, USUAL, p)
    after = effective(*drivers, security, development, min(1.0, diplomacy + more), 1.0, USUAL, p)
    assert after[0] >= before[0] * (1.0 - 1e-12)
    assert after[1] >= before[1] * (1.0 - 1e-12)


def test_a_driver_after_work_stays_a_level() -> None:
    assert worked_driver(0.5, 0.125) == 0.375
    assert worked_driver(0.1, 0.5) == 0.0
    assert math.isnan(worked_driver(math.nan, 0.1))


def test_part_of_a_gain_lasts() -> None:
    assert reformed(0.5, 0.25, 0.5) == 0.375
    assert reformed(0.5, 0.25, 0.0) == 0.5
    assert reformed(0.1, 1.0, 1.0) == 0.0

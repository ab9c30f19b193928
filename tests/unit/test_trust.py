"""Trust of a partner state in the donor, and its consent."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.parameters import Trust
from model.rules.compiled import direct
from model.rules.trust import FIRST_TRUST, consent, next_trust, shaken, stop_start, winning, without_consent

PART = st.floats(0.0, 1.0)
TRUST = st.builds(
    Trust,
    trust_gain=st.floats(0.0, 0.1),
    trust_reversion=st.floats(0.01, 0.1),
    trust_burden=st.floats(0.0, 0.05),
    consent_base=st.floats(0.0, 3.0),
    consent_trust=st.floats(0.0, 6.0),
    consent_exclusion=st.floats(0.0, 3.0),
    consent_security=st.floats(0.0, 3.0),
    ties_trust=st.floats(0.0, 6.0),
    protection=PART,
    protection_cost=st.floats(0.0, 0.5),
)


def odds(score: float) -> float:
    return 1.0 / (1.0 + math.exp(-score))


def test_trust_by_hand() -> None:
    p = Trust(trust_gain=0.05, trust_burden=0.01, trust_reversion=0.1)
    # 0.6 + 0.05 · 1.5 · 0.4 - 0.01 · (3 - 1) · 0.6 + 0.1 · (0.5 - 0.6).
    assert next_trust(0.6, 1.5, 3.0, 0.0, p) == pytest.approx(0.6 + 0.03 - 0.012 - 0.01)
    # A quarter of consent gone without, at 0.2: 0.2 · 0.25 · 0.6 less.
    assert next_trust(0.6, 1.5, 3.0, 0.25, p._replace(protection_cost=0.2)) == pytest.approx(0.608 - 0.03)


def test_ties_between_forces_win_more_trust_than_other_work() -> None:
    p = Trust(ties_trust=3.0)
    # 0.4 + 0.2 + 0.1, and a tenth of security work counts three times more.
    assert winning(0.4, 0.2, 0.1, 0.1, p) == pytest.approx(0.7 + 0.12)
    assert winning(0.4, 0.2, 0.1, 0.0, p) == pytest.approx(0.7)
    assert winning(0.4, 0.2, 0.1, 0.1, Trust(ties_trust=0.0)) == pytest.approx(0.7)
    assert winning(0.0, 0.2, 0.1, 0.3, p) == pytest.approx(0.3)


def test_a_donor_goes_without_consent_only_to_protect_in_a_war_where_it_works() -> None:
    p = Trust(protection=0.75)
    assert without_consent(2.0, 0.5, 1.0, p) == 0.25
    assert without_consent(2.0, 0.75, 1.0, p) == 0.0
    assert without_consent(2.0, 0.875, 1.0, p) == 0.0
    assert without_consent(1.0, 0.5, 1.0, p) == 0.0
    assert without_consent(0.0, 0.5, 1.0, p) == 0.0
    assert without_consent(2.0, 0.5, 0.0, p) == 0.0
    assert without_consent(2.0, 0.5, 1.0, Trust(protection=0.0)) == 0.0


def test_one_mission_is_no_burden_and_neither_is_none() -> None:
    p = Trust(trust_gain=0.0, trust_burden=0.05, trust_reversion=0.01)
    assert next_trust(FIRST_TRUST, 0.0, 0.0, 0.0, p) == FIRST_TRUST
    assert next_trust(FIRST_TRUST, 0.0, 1.0, 0.0, p) == FIRST_TRUST
    assert next_trust(FIRST_TRUST, 0.0, 2.0, 0.0, p) == pytest.approx(0.5 - 0.05 * 0.5)


def test_trust_without_work_returns_to_one_half() -> None:
    p = Trust(trust_reversion=0.1)
    assert next_trust(0.9, 0.0, 0.0, 0.0, p) == pytest.approx(0.86)
    assert next_trust(0.1, 0.0, 0.0, 0.0, p) == pytest.approx(0.14)


@settings(max_examples=80, deadline=None)
@given(trust=PART, effort=st.floats(0.0, 3.0), missions=st.floats(0.0, 5.0), imposed=PART, p=TRUST)
def test_trust_is_a_level_that_grows_with_effort_and_wears_with_missions_and_with_what_is_imposed(
    trust: float, effort: float, missions: float, imposed: float, p: Trust
) -> None:
    here = next_trust(trust, effort, missions, imposed, p)
    assert 0.0 <= here <= 1.0
    assert next_trust(trust, effort + 1.0, missions, imposed, p) >= here
    assert next_trust(trust, effort, missions + 1.0, imposed, p) <= here
    assert next_trust(trust, effort, missions, imposed + 0.5, p) <= here


@settings(max_examples=60, deadline=None)
@given(consented=PART, p=TRUST)
def test_what_is_gone_without_brings_consent_up_to_what_protection_asks_for(consented: float, p: Trust) -> None:
    imposed = without_consent(2.0, consented, 1.0, p)
    assert imposed >= 0.0
    assert consented + imposed == pytest.approx(max(consented, p.protection))


def test_stop_start_is_the_change_in_parts_of_both_years() -> None:
    assert stop_start(3.0, 1.0) == 0.5
    assert stop_start(1.0, 3.0) == 0.5
    assert stop_start(0.0, 2.0) == 1.0
    assert stop_start(2.0, 0.0) == 1.0
    assert stop_start(2.0, 2.0) == 0.0
    assert stop_start(0.0, 0.0) == 0.0


def test_money_that_stops_and_starts_costs_trust() -> None:
    assert shaken(0.6, 0.5, 0.25) == pytest.approx(0.6 * 0.875)
    assert shaken(0.6, 0.0, 0.25) == 0.6
    assert shaken(0.6, 1.0, 0.0) == 0.6


def test_consent_by_hand() -> None:
    p = Trust(consent_base=1.5, consent_trust=3.0, consent_exclusion=1.0, consent_security=2.0)
    # 1.5 + 3 · 0.2 - 1 · 0.4 = 1.7; security 2 · 0.4 less.
    security, development, diplomacy = consent(0.7, 0.4, p)
    assert security == pytest.approx(odds(0.9))
    assert development == diplomacy == pytest.approx(odds(1.7))


@settings(max_examples=60, deadline=None)
@given(trust=PART, exclusion=PART, more=PART, p=TRUST)
def test_consent_rises_with_trust_falls_with_exclusion_and_is_least_for_security(
    trust: float, exclusion: float, more: float, p: Trust
) -> None:
    here = consent(trust, exclusion, p)
    assert 0.0 < here[0] <= here[1] == here[2] < 1.0
    assert all(a >= b * (1.0 - 1e-12) for a, b in zip(consent(trust + more, exclusion, p), here, strict=True))
    assert all(a <= b * (1.0 + 1e-12) for a, b in zip(consent(trust, exclusion + more, p), here, strict=True))
    alike = consent(trust, 0.0, p)
    assert alike[0] == alike[1]


def test_a_rule_called_directly_gives_the_same() -> None:
    called = direct(next_trust)
    for level in (0.1, 0.5, 0.9):
        assert called(level, 0.3, 2.0, 0.1, Trust()) == next_trust(level, 0.3, 2.0, 0.1, Trust())

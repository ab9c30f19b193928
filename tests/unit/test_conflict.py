"""Onset, escalation, de-escalation and termination of conflict, its memory and its deaths."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.parameters import Conflict, Delivery
from model.rules.conflict import (
    LARGEST_DEATHS,
    LONG_AGO,
    MINOR_DEATHS,
    WAR_DEATHS,
    deaths,
    deescalation_probability,
    escalation_probability,
    history_before,
    memory_decay,
    next_memory,
    next_quarters_at_peace,
    next_quarters_in_conflict,
    next_status,
    onset_probability,
    spillover,
    termination_probability,
    transition,
)

PART = st.floats(0.0, 1.0)
STATUS = st.sampled_from([0.0, 1.0, 2.0])
UNIFORM = st.floats(1e-9, 1.0 - 1e-9)


def odds(score: float) -> float:
    return 1.0 / (1.0 + math.exp(-score))


def test_conflict_spills_over_a_border_as_far_as_the_weaker_side_leaves_it_open() -> None:
    p = Delivery(confidence_building=0.25, confidence_effect=2.0)
    # 1 - 2 · 0.25 · 0.4, whichever side the weaker one is.
    assert spillover(1.0, 0.4, 0.9, p) == spillover(2.0, 0.9, 0.4, p) == pytest.approx(0.8)
    assert spillover(1.0, 0.0, 0.9, p) == spillover(1.0, 0.9, 0.0, p) == 1.0
    assert spillover(0.0, 0.0, 0.0, p) == spillover(0.0, 0.4, 0.9, p) == 0.0
    # However much is done, contagion is not less than none.
    assert spillover(1.0, 0.9, 0.9, Delivery(confidence_building=0.4, confidence_effect=5.0)) == 0.0
    for off in (Delivery(confidence_building=0.0), Delivery(confidence_effect=0.0)):
        assert spillover(1.0, 0.9, 0.9, off) == 1.0


@settings(max_examples=60, deadline=None)
@given(
    status=STATUS,
    here=PART,
    there=PART,
    more=PART,
    p=st.builds(Delivery, confidence_building=st.floats(0.0, 0.4), confidence_effect=st.floats(0.0, 5.0)),
)
def test_a_border_is_one_thing_from_both_sides_and_work_on_it_never_opens_it(
    status: float, here: float, there: float, more: float, p: Delivery
) -> None:
    found = spillover(status, here, there, p)
    assert 0.0 <= found <= float(status > 0.0)
    assert spillover(status, there, here, p) == found
    assert spillover(status, here + more, there, p) <= found


def test_onset_by_hand() -> None:
    p = Conflict(
        onset_base=-7.0,
        onset_insecurity=2.0,
        onset_deprivation=1.0,
        onset_exclusion=1.5,
        onset_neighbours=0.5,
        onset_income=-0.25,
        onset_population=0.3,
        onset_memory=0.8,
        onset_peacekeeping=-0.9,
    )
    # -7 + 2·0.5 + 1·0.6 + 1.5·0.4 + 0.5·1 + 0.8·0.25 - 0.9·0.5 - 0.25·(-0.4) + 0.3·2 = -3.85.
    assert onset_probability(0.5, 0.6, 0.4, 1.0, 0.25, 0.5, -0.4, 2.0, p) == pytest.approx(odds(-3.85))
    assert onset_probability(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, p) == pytest.approx(odds(-7.0))


@settings(max_examples=60, deadline=None)
@given(drivers=st.tuples(PART, PART, PART), memory=PART, mission=PART, more=PART)
def test_onset_rises_with_drivers_memory_and_neighbours_and_falls_with_missions(
    drivers: tuple[float, float, float], memory: float, mission: float, more: float
) -> None:
    p, (a, b, c) = Conflict(), drivers
    here = onset_probability(a, b, c, 0.0, memory, mission, 0.0, 0.0, p)
    assert 0.0 < here < 1.0
    assert onset_probability(a + more, b, c, 0.0, memory, mission, 0.0, 0.0, p) >= here
    assert onset_probability(a, b + more, c, 0.0, memory, mission, 0.0, 0.0, p) >= here
    assert onset_probability(a, b, c + more, 0.0, memory, mission, 0.0, 0.0, p) >= here
    assert onset_probability(a, b, c, 1.0, memory, mission, 0.0, 0.0, p) > here
    assert onset_probability(a, b, c, 0.0, memory + more, mission, 0.0, 0.0, p) >= here
    assert onset_probability(a, b, c, 0.0, memory, mission + more, 0.0, 0.0, p) <= here


def test_escalation_and_deescalation_by_hand() -> None:
    p = Conflict(escalation_base=-4.0, escalation_drivers=3.0, deescalation_base=-2.0)
    # The mean of 0.2, 0.3 and 0.7 is 0.4: -4 + 3·0.4.
    assert escalation_probability(0.2, 0.3, 0.7, p) == pytest.approx(odds(-2.8))
    assert deescalation_probability(p) == pytest.approx(odds(-2.0))


def test_termination_by_hand() -> None:
    p = Conflict(
        termination_base=-1.5,
        termination_war=-1.7,
        termination_duration=-0.6,
        termination_peacekeeping=0.4,
        termination_diplomacy=0.5,
    )
    # Twelve quarters are three years: ln(1 + 3).
    minor = -1.5 - 0.6 * math.log(4.0) + 0.4 * 0.5 + 0.5 * 0.8
    assert termination_probability(1.0, 12.0, 0.5, 0.8, p) == pytest.approx(odds(minor))
    assert termination_probability(2.0, 12.0, 0.5, 0.8, p) == pytest.approx(odds(minor - 1.7))
    assert termination_probability(1.0, 0.0, 0.0, 0.0, p) == pytest.approx(odds(-1.5))


@settings(max_examples=50, deadline=None)
@given(status=st.sampled_from([1.0, 2.0]), quarters=st.floats(0.0, 400.0), mission=PART, diplomacy=PART, more=PART)
def test_conflicts_end_sooner_under_missions_and_diplomacy_and_later_with_age(
    status: float, quarters: float, mission: float, diplomacy: float, more: float
) -> None:
    p = Conflict()
    here = termination_probability(status, quarters, mission, diplomacy, p)
    assert termination_probability(status, quarters, mission + more, diplomacy, p) >= here
    assert termination_probability(status, quarters, mission, diplomacy + more, p) >= here
    assert termination_probability(status, quarters + more, mission, diplomacy, p) <= here
    assert termination_probability(2.0, quarters, mission, diplomacy, p) <= here


@pytest.mark.parametrize(
    ("status", "uniform", "after"),
    [
        # Onset 0.1: the highest tenth of draws.
        (0.0, 0.89, 0.0), (0.0, 0.9, 0.0), (0.0, 0.91, 1.0),
        # Ends below 0.3, escalates above 1 - 0.2.
        (1.0, 0.29, 0.0), (1.0, 0.3, 1.0), (1.0, 0.79, 1.0), (1.0, 0.81, 2.0),
        # Ends below 0.3, becomes minor below 0.3 + 0.25.
        (2.0, 0.29, 0.0), (2.0, 0.3, 1.0), (2.0, 0.54, 1.0), (2.0, 0.56, 2.0),
    ],
)  # fmt: skip
def test_one_draw_decides_the_next_status(status: float, uniform: float, after: float) -> None:
    assert next_status(status, uniform, 0.1, 0.2, 0.25, 0.3) == after


@settings(max_examples=200, deadline=None)
@given(
    status=STATUS, draws=st.tuples(UNIFORM, UNIFORM), onset=PART, up=PART, down=PART, end=PART, more=st.floats(0.0, 0.5)
)
def test_a_lower_draw_and_better_chances_never_bring_a_worse_status(
    status: float, draws: tuple[float, float], onset: float, up: float, down: float, end: float, more: float
) -> None:
    low, high = sorted(draws)
    assert next_status(status, low, onset, up, down, end) <= next_status(status, high, onset, up, down, end)
    here = next_status(status, low, onset, up, down, end)
    assert here in (0.0, 1.0, 2.0)
    assert next_status(status, low, onset + more, up, down, end) >= here
    assert next_status(status, low, onset, up + more, down, end) >= here
    assert next_status(status, low, onset, up, down + more, end) <= here
    assert next_status(status, low, onset, up, down, end + more) <= here


def test_nothing_moves_without_a_chance_and_all_does_with_certainty() -> None:
    for status in (0.0, 1.0, 2.0):
        assert next_status(status, 0.999999, 0.0, 0.0, 0.0, 0.0) == status
        assert next_status(status, 1e-9, 0.0, 0.0, 0.0, 0.0) == status
    assert next_status(0.0, 1e-9, 1.0, 0.0, 0.0, 0.0) == 1.0
    assert next_status(1.0, 0.999999, 0.0, 0.0, 0.0, 1.0) == 0.0
    assert next_status(2.0, 0.999999, 0.0, 0.0, 1.0, 0.0) == 1.0


@settings(max_examples=80, deadline=None)
@given(status=STATUS, uniform=UNIFORM, drivers=st.tuples(PART, PART, PART), quarters=st.floats(0.0, 60.0), mission=PART)
def test_a_transition_uses_each_probability_where_it_belongs(
    status: float, uniform: float, drivers: tuple[float, float, float], quarters: float, mission: float
) -> None:
    # Likelier than usual, so that draws meet every branch.
    p = Conflict(onset_base=-3.0, escalation_base=-2.0, deescalation_base=-0.5, termination_base=-0.5)
    expected = next_status(
        status,
        uniform,
        onset_probability(*drivers, 1.0, 0.5, mission, 0.2, 0.4, p),
        escalation_probability(*drivers, p),
        deescalation_probability(p),
        termination_probability(status, quarters, mission, 0.7, p),
    )
    assert transition(status, uniform, *drivers, 1.0, 0.5, mission, 0.2, 0.4, quarters, 0.7, p) == expected


def test_quarters_are_counted_on_the_side_that_lasts() -> None:
    assert [next_quarters_in_conflict(3.0, status) for status in (0.0, 1.0, 2.0)] == [0.0, 4.0, 4.0]
    assert [next_quarters_at_peace(3.0, status) for status in (0.0, 1.0, 2.0)] == [4.0, 0.0, 0.0]


def test_memory_halves_with_every_half_life_of_peace() -> None:
    p = Conflict(memory_half_life=5.0)
    decay = memory_decay(p)
    # Twenty quarters are five years.
    assert decay**20 == pytest.approx(0.5)
    memory = 1.0
    for _ in range(40):
        memory = next_memory(memory, 0.0, decay)
    assert memory == pytest.approx(0.25)
    assert next_memory(0.1, 1.0, decay) == 1.0
    assert next_memory(0.1, 2.0, decay) == 1.0


def test_history_at_the_start() -> None:
    p = Conflict(memory_half_life=5.0)
    assert history_before(1.0, -1.0, p) == (0.0, 1.0)
    assert history_before(2.0, 12.0, p) == (0.0, 1.0)
    assert history_before(0.0, -1.0, p) == (LONG_AGO, 0.0)
    assert history_before(0.0, 0.0, p) == (0.0, 1.0)
    quarters, memory = history_before(0.0, 40.0, p)
    assert quarters == 40.0
    assert memory == pytest.approx(0.25)
    # The same as having lived through those quarters.
    assert memory == pytest.approx(memory_decay(p) ** 40)


def test_deaths_by_hand() -> None:
    assert deaths(0.0, 0.7, 0.8) == 0.0
    # Exponent 1, minor: from 6.25 to 250, cut 1 - 0.025. The median: 6.25 / (1 - 0.5 · 0.975).
    assert deaths(1.0, 0.5, 1.0) == pytest.approx(6.25 / 0.5125)
    # War: from 250 to 100 000, cut 1 - 0.0025.
    assert deaths(2.0, 0.5, 1.0) == pytest.approx(250.0 / (1.0 - 0.5 * 0.9975))


@settings(max_examples=80, deadline=None)
@given(uniforms=st.tuples(UNIFORM, UNIFORM), exponent=st.floats(0.3, 2.5))
def test_deaths_stay_between_thresholds_and_grow_with_the_draw(uniforms: tuple[float, float], exponent: float) -> None:
    low, high = sorted(uniforms)
    for status, least, most in ((1.0, MINOR_DEATHS, WAR_DEATHS), (2.0, WAR_DEATHS, LARGEST_DEATHS)):
        few, many = deaths(status, low, exponent), deaths(status, high, exponent)
        assert least * (1.0 - 1e-9) <= few <= many * (1.0 + 1e-12)
        assert many <= most * (1.0 + 1e-9)
        # The inverse of the truncated Pareto's distribution function.
        below = (1.0 - (least / many) ** exponent) / (1.0 - (least / most) ** exponent)
        assert below == pytest.approx(high, abs=1e-9)


def test_a_conflict_that_could_both_end_and_escalate_ends() -> None:
    assert next_status(1.0, 0.5, 0.0, 0.8, 0.0, 0.7) == 0.0

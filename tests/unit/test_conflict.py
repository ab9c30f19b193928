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
    deescalation_hazard,
    escalation_score,
    first_memory,
    memory_decay,
    next_memory,
    next_quarters_at_peace,
    next_quarters_in_conflict,
    next_status,
    onset_score,
    spillover,
    start_of,
    termination_score,
    transition,
)
from model.rules.elementary import hazard, probability

PART = st.floats(0.0, 1.0)
STATUS = st.sampled_from([0.0, 1.0, 2.0])
UNIFORM = st.floats(1e-9, 1.0 - 1e-9)


def expected(score: float) -> float:
    return math.exp(score)


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
    p = Conflict()._replace(
        onset_base=-7.0, onset_deprivation=3.0, onset_exclusion=-0.5, onset_population=0.3, onset_memory=2.4,
        onset_return=-0.2,
    )  # fmt: skip
    # -7 + 3·0.6 - 0.5·0.4 + 0.5 next door + 2.4·0.25 + 0.3·2 - 0.05 = -3.75; within a year of peace - 0.2.
    assert onset_score(0.6, 0.4, 0.5, 0.25, 4.0, 2.0, -0.05, p) == pytest.approx(-3.75)
    assert onset_score(0.6, 0.4, 0.5, 0.25, 3.0, 2.0, -0.05, p) == pytest.approx(-3.95)
    assert onset_score(0.0, 0.0, 0.0, 0.0, 4000.0, 0.0, 0.0, p) == pytest.approx(-7.0)


LIVELY = Conflict(onset_exclusion=0.4, escalation_exclusion=2.0)


@settings(max_examples=80, deadline=None)
@given(drivers=st.tuples(PART, PART), next_door=PART, memory=PART, above=PART, more=PART)
def test_onset_rises_with_drivers_size_memory_and_neighbours(
    drivers: tuple[float, float], next_door: float, memory: float, above: float, more: float
) -> None:
    def at(*shift: float) -> float:
        b, c, door, past, size, beside = shift
        return onset_score(
            drivers[0] + b, drivers[1] + c, next_door + door, memory + past, 9.0, 0.4 + size, above + beside, LIVELY
        )

    for k, loading in enumerate((2.86, 0.4, 1.0, 3.0, 0.2, 1.0)):
        shift = [0.0] * 6
        shift[k] = more
        # Log-linear: a unit more of anything adds its loading.
        assert at(*shift) == pytest.approx(at(*[0.0] * 6) + loading * more, rel=1e-9)


@settings(max_examples=80, deadline=None)
@given(status=st.sampled_from([1.0, 2.0]), quarters=st.floats(0.0, 400.0), exclusion=PART, above=PART, more=PART)
def test_conflicts_end_later_with_age_size_and_exclusion(
    status: float, quarters: float, exclusion: float, above: float, more: float
) -> None:
    p = Conflict()
    here = termination_score(status, quarters, exclusion, 0.4, above, p)
    assert termination_score(status, quarters, exclusion, 0.4, above + more, p) == pytest.approx(
        here + more, rel=1e-9, abs=1e-12
    )
    assert termination_score(status, quarters, exclusion + more, 0.4, above, p) == pytest.approx(
        here + -1.09 * more, rel=1e-9, abs=1e-12
    )
    assert termination_score(status, quarters, exclusion, 0.4 + more, above, p) == pytest.approx(
        here + -0.21 * more, rel=1e-9, abs=1e-12
    )
    assert termination_score(status, quarters + more, exclusion, 0.4, above, p) <= here
    in_war, in_minor = (termination_score(level, quarters, exclusion, 0.4, above, p) for level in (2.0, 1.0))
    assert in_war == pytest.approx(in_minor - 1.26, rel=1e-9)
    assert escalation_score(exclusion + more, above, LIVELY) >= escalation_score(exclusion, above, LIVELY)


@settings(max_examples=60, deadline=None)
@given(score=st.floats(-12.0, 1.0))
def test_four_quarters_make_the_records_year(score: float) -> None:
    # Complementary log-log a year at this score is the same a quarter at the score less ln 4, four times.
    year = -math.expm1(-math.exp(score))
    quarter = probability(math.exp(score - math.log(4.0)))
    assert 1.0 - (1.0 - quarter) ** 4 == pytest.approx(year, rel=1e-9, abs=1e-14)


def test_escalation_and_deescalation_by_hand() -> None:
    p = Conflict()._replace(escalation_base=-4.0, escalation_exclusion=2.0, deescalation_base=-2.0)
    assert escalation_score(0.6, 0.3, p) == pytest.approx(-2.5)
    assert deescalation_hazard(p) == pytest.approx(expected(-2.0))


def test_termination_by_hand() -> None:
    p = Conflict()._replace(
        termination_base=-0.5, termination_population=-0.2, termination_exclusion=-1.0, termination_duration=-0.9,
        termination_war=-1.3,
    )  # fmt: skip
    # Twelve quarters are three years: ln(1 + 3).
    minor = -0.5 - 0.9 * math.log(4.0) - 1.0 * 0.3 - 0.2 * 2.0 + 0.6
    assert termination_score(1.0, 12.0, 0.3, 2.0, 0.6, p) == pytest.approx(minor)
    assert termination_score(2.0, 12.0, 0.3, 2.0, 0.6, p) == pytest.approx(minor - 1.3)


def test_who_still_fights_at_the_start_is_drawn() -> None:
    # An end a quarter with 1 - 0.8 and a calming with 1 - 0.9, whatever else.
    p = Conflict()._replace(
        termination_base=math.log(-math.log(0.8)), termination_duration=0.0, termination_war=0.0,
        termination_exclusion=0.0, termination_population=0.0, deescalation_base=math.log(-math.log(0.9)),
    )  # fmt: skip
    # From the second year on over with 1 - 0.8³ = 0.488, since one quarter below 0.2, two below 1 - 0.8² = 0.36.
    for uniform, quiet in ((0.19, 1.0), (0.21, 2.0), (0.35, 2.0), (0.37, 3.0), (0.487, 3.0)):
        assert start_of(1.0, 3.0, 0.0, uniform, 0.2, 0.0, p) == (0.0, 10.0, quiet)
    assert start_of(1.0, 3.0, 0.0, 0.489, 0.2, 0.0, p) == (1.0, 10.0, 0.0)
    # In its first year with 1 - 0.8^1.5 = 0.2845.
    assert start_of(1.0, 1.0, 0.0, 0.28, 0.2, 0.0, p) == (0.0, 2.0, 2.0)
    assert start_of(1.0, 1.0, 0.0, 0.29, 0.2, 0.0, p) == (1.0, 2.0, 0.0)
    # A war is down to minor with 1 - 0.9^1.5 = 0.1462 of the rest: below 0.488 + 0.512·0.1462 = 0.5628.
    assert start_of(2.0, 3.0, 0.0, 0.56, 0.2, 0.0, p) == (1.0, 10.0, 0.0)
    assert start_of(2.0, 3.0, 0.0, 0.57, 0.2, 0.0, p) == (2.0, 10.0, 0.0)
    # At peace: whole quiet years, and about half of the year in which fighting ended.
    assert start_of(0.0, 0.0, 3.0, 0.5, 0.2, 0.0, p) == (0.0, 0.0, 14.0)
    assert start_of(0.0, 0.0, -1.0, 0.5, 0.2, 0.0, p) == (0.0, 0.0, LONG_AGO)


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
@given(
    status=STATUS, uniform=UNIFORM, drivers=st.tuples(PART, PART), quarters=st.floats(0.0, 60.0),
    above=st.tuples(PART, PART, PART),
)  # fmt: skip
def test_a_transition_uses_each_probability_where_it_belongs(
    status: float, uniform: float, drivers: tuple[float, float], quarters: float, above: tuple[float, float, float]
) -> None:
    # Likelier than usual, so that draws meet every branch.
    p = Conflict(onset_base=-5.5, escalation_base=-2.0, deescalation_base=-0.5, termination_base=-0.5)
    hazards = (
        hazard(onset_score(*drivers, 0.4, 0.5, 3.0, 0.4, above[0], p)),
        hazard(escalation_score(drivers[1], above[1], p)),
        deescalation_hazard(p),
        hazard(termination_score(status, quarters, drivers[1], 0.4, above[2], p)),
    )
    after = next_status(status, uniform, *map(probability, hazards))
    assert transition(status, uniform, *drivers, 0.4, 0.5, 3.0, 0.4, quarters, above, p) == after


def test_quarters_are_counted_on_the_side_that_lasts() -> None:
    assert [next_quarters_in_conflict(3.0, status, 0.0) for status in (1.0, 2.0)] == [4.0, 4.0]
    # A lull under a year does not end a conflict.
    assert [next_quarters_in_conflict(3.0, 0.0, quiet) for quiet in (1.0, 3.0, 4.0)] == [3.0, 3.0, 0.0]
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


def test_memory_at_the_start_is_that_of_the_quarters_lived_through() -> None:
    p = Conflict(memory_half_life=5.0)
    assert first_memory(0.0, p) == 1.0
    assert first_memory(40.0, p) == pytest.approx(0.25)
    assert first_memory(7.0, p) == pytest.approx(memory_decay(p) ** 7)
    assert first_memory(LONG_AGO, p) < 1e-50


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

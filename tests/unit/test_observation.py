"""What departments see, and what they make of it together."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.lenses import PLAIN, Lenses, factor_of
from model.parameters import PARAMETERS, Degrees, Effects, Observation
from model.rules.observation import (
    FURTHER_DEPARTMENTS,
    LONGEST_DELAY,
    adopted,
    aged,
    aged_error,
    asked,
    believed,
    believed_works,
    drawn_lenses,
    ending_views,
    heard,
    joint_picture,
    lag,
    lesson,
    look,
    next_error,
    onset_views,
    persist,
    picture,
    recall,
    share,
    through_lens,
    visible,
    works,
)

PART = st.floats(0.0, 1.0)
NORMAL = st.floats(-4.0, 4.0)
ROLE = st.sampled_from([0, 1, 2])
OBSERVATION = st.builds(
    Observation, lens_noise=PART, common_error=PART, hidden_profiles=PART, herding=PART, lens_alikeness=PART,
    unknown_where=PART,
)  # fmt: skip
LENSES = np.array([-5.0, 3.0, 0.7, -7.0, 3.5, 0.25, -5.0, 1.0, -0.6, -0.9, -0.8, -2.0, -0.2, -0.3, -1.9, -1.8])


def test_errors_persist_with_unit_variance() -> None:
    assert next_error(9.0, 0.5, True, 0.8) == 0.5
    # 0.8 · 1 + 0.6 · 0.5, for 0.8² + 0.6² = 1.
    assert next_error(1.0, 0.5, False, 0.8) == pytest.approx(1.1)
    assert next_error(1.0, 0.5, False, 0.0) == 0.5


def test_a_lens_sees_its_own_variables_alone() -> None:
    onset = onset_views(0.5, 1.0, 0.6, 2.0, 0.3, LENSES)
    assert onset == pytest.approx((-5.0 + 3.0 * 0.5 + 0.7, -7.0 + 3.5 * 0.6 + 0.25 * 2.0, -5.0 + 0.3))
    # Eight quarters are two years: ln 3.
    ending = ending_views(8.0, 1.0, 0.6, 2.0, 0.3, LENSES)
    expected = (-0.6 - 0.9 * math.log(3.0) - 0.8, -2.0 - 0.2 * 0.6 - 0.3 * 2.0, -1.9 - 1.8 * 0.3)
    assert ending == pytest.approx(expected)


def test_lenses_err_as_their_factor_says() -> None:
    factor = np.zeros((16, 16))
    factor[0, 0], factor[3, 0], factor[3, 1] = 0.2, 0.1, 0.3
    normals = np.zeros(16)
    normals[:2] = 1.0, -1.0
    drawn = drawn_lenses(LENSES, factor, normals)
    assert drawn[0] == LENSES[0] + 0.2 and drawn[3] == pytest.approx(LENSES[3] + 0.1 - 0.3)
    np.testing.assert_array_equal(np.delete(drawn, [0, 3]), np.delete(LENSES, [0, 3]))
    np.testing.assert_array_equal(PLAIN.factor, np.zeros((16, 16)))
    covariance = np.diag(np.arange(1.0, 17.0)) + 0.5
    lenses = Lenses(LENSES, covariance, factor_of(covariance))
    np.testing.assert_allclose(lenses.factor @ lenses.factor.T, covariance)


def test_views_go_from_the_truth_through_ones_own_lens_to_what_all_see() -> None:
    views = (-4.0, -5.0, -6.0)
    assert [through_lens(role, views, -3.0, Observation()) for role in range(3)] == [-4.0, -5.0, -6.0]
    assert through_lens(2, views, -3.0, Observation(unknown_where=0.0)) == -3.0
    assert through_lens(2, views, -3.0, Observation(unknown_where=0.5)) == -4.5
    assert through_lens(2, views, -3.0, Observation(lens_alikeness=1.0)) == -5.0
    assert through_lens(0, views, -3.0, Observation(lens_alikeness=0.5)) == -4.5


def test_a_picture_is_the_view_with_private_and_common_error() -> None:
    p = Observation(lens_noise=0.5, common_error=0.36)
    # Error 0.6 · 1 + 0.8 · (-0.5) = 0.2.
    assert picture(-4.0, -0.5, 1.0, p) == pytest.approx(-4.0 + 0.5 * 0.2)
    assert picture(-4.0, 3.0, 3.0, p._replace(unknown_where=0.0)) == -4.0
    assert picture(-4.0, 3.0, 3.0, p._replace(lens_noise=0.0)) == -4.0


def test_a_department_makes_pictures_and_its_errors_move_whether_asked_or_not() -> None:
    rng = np.random.default_rng(1)
    p = Observation(noise_persistence=0.8)
    views, normals, common = rng.random((2, 3)), rng.standard_normal((2, 3)), rng.standard_normal((2, 3))
    before = rng.standard_normal((2, 3))
    for first in (True, False):
        errors, seen, unasked = before.copy(), np.zeros((2, 3)), before.copy()
        look(views, normals, common, first, p, errors, seen)
        persist(normals, first, p, unasked)
        np.testing.assert_array_equal(unasked, errors)
        for k in range(2):
            for i in range(3):
                assert errors[k, i] == next_error(before[k, i], normals[k, i], first, 0.8)
                assert seen[k, i] == picture(views[k, i], errors[k, i], common[k, i], p)


def test_pictures_are_made_where_somebody_asks() -> None:
    silo, pool, shared = Degrees(), Degrees(pooling=1.0), Degrees(shared_analysis=0.5)
    p = Observation(analysis_delay=0.5)
    assert [asked(quarter, silo, p) for quarter in range(4)] == [True, False, False, False]
    assert [asked(quarter, pool, p) for quarter in range(4)] == [True, False, False, True]
    # What is told a quarter late, and what lies between one and two quarters back.
    assert [asked(quarter, shared, p) for quarter in range(4)] == [True, False, False, True]
    later = p._replace(analysis_delay=0.6)
    assert [asked(quarter, shared, later) for quarter in range(4)] == [True, False, True, True]


def test_a_joint_picture_hears_less_of_what_only_one_says() -> None:
    p = Observation(hidden_profiles=0.0, herding=0.0)
    assert joint_picture(-4.0, -5.0, -9.0, 1, p) == pytest.approx(-6.0)
    # The foreign picture is farther from the middle one: half of those 4 is not heard.
    half = p._replace(hidden_profiles=0.5)
    for pictures in ((-4.0, -5.0, -9.0), (-9.0, -4.0, -5.0), (-5.0, -9.0, -4.0)):
        assert joint_picture(*pictures, 1, half) == pytest.approx(-18.0 / 3.0 + 2.0 / 3.0)
    assert joint_picture(-1.0, -5.0, -6.0, 1, half) == pytest.approx(-12.0 / 3.0 - 2.0 / 3.0)
    # A quarter of the way to the lead's.
    herded = half._replace(herding=0.25)
    assert joint_picture(-4.0, -5.0, -9.0, 0, herded) == pytest.approx(0.25 * -4.0 + 0.75 * (-16.0 / 3.0))


@settings(max_examples=100, deadline=None)
@given(pictures=st.tuples(NORMAL, NORMAL, NORMAL), lead=ROLE, p=OBSERVATION)
def test_a_joint_picture_lies_among_the_departments(
    pictures: tuple[float, float, float], lead: int, p: Observation
) -> None:
    joint = joint_picture(*pictures, lead, p)
    assert min(pictures) - 1e-12 <= joint <= max(pictures) + 1e-12
    assert joint_picture(*pictures, lead, p._replace(herding=1.0)) == pictures[lead]
    plain = joint_picture(*pictures, lead, p._replace(herding=0.0, hidden_profiles=0.0))
    assert plain == pytest.approx(sum(pictures) / 3.0, abs=1e-12)


def test_what_is_unknown_is_taken_to_be_as_usual() -> None:
    assert believed(0.2, 0.6, 0.0) == 0.2
    assert believed(0.2, 0.6, 1.0) == 0.6
    assert believed(0.2, 0.6, 0.25) == pytest.approx(0.3)
    assert visible(0.4, Observation()) == pytest.approx(0.4)
    assert visible(0.4, Observation(unknown_others=0.0)) == 1.0
    assert [heard(1, k, 0.3) for k in range(3)] == [0.3, 1.0, 0.3]


def test_what_works_averages_one_and_is_believed_as_results_tell() -> None:
    e, p = Effects(effect_spread=0.5), Observation()
    assert works(0.7, e) == pytest.approx(math.exp(0.5 * 0.7 - 0.125))
    assert works(3.0, e._replace(effect_spread=0.0)) == 1.0
    # Nothing told: the average, whatever is true.
    assert believed_works(0.7, 0.0, 0.0, 1.0, e, p) == 1.0
    # Known beforehand: the truth.
    assert believed_works(0.7, 0.0, 0.0, 1.0, e, p._replace(unknown_effects=0.0)) == pytest.approx(works(0.7, e))
    # Precision 3, results that say 0.8: mean 3 · 0.8 / 4 = 0.6, variance 1/4.
    learnt = math.exp(0.5 * 0.6 + 0.125 * 0.25 - 0.125)
    assert believed_works(0.7, 3.0, 2.4, 1.0, e, p) == pytest.approx(learnt)
    assert believed_works(0.7, 3.0, 2.4, 0.0, e, p) == 1.0
    # Everything told: the truth.
    assert believed_works(0.7, 1e12, 0.7e12, 1.0, e, p) == pytest.approx(works(0.7, e))


def test_a_year_of_work_tells_a_little_and_none_tells_nothing() -> None:
    p = Observation(learning=0.25)
    assert lesson(1.0, 2.0, 0.3, 0.8, -1.0, p) == pytest.approx((1.25, 2.0 + 0.25 * 0.8 - 0.5))
    assert lesson(1.0, 2.0, 0.0, 0.8, -1.0, p) == (1.0, 2.0)
    assert lesson(0.0, 0.0, 0.3, 0.8, -1.0, p._replace(learning=0.0)) == (0.0, 0.0)


def test_departments_adopt_the_joint_picture_by_degree() -> None:
    assert adopted(0.3, 0.7, 0.0) == 0.3
    assert adopted(0.3, 0.7, 1.0) == 0.7
    assert adopted(0.3, 0.7, 0.25) == pytest.approx(0.75 * 0.3 + 0.25 * 0.7)


def test_a_delay_lies_between_two_past_quarters() -> None:
    assert lag(10, 0.0) == (10, 9, 0.0)
    assert lag(10, 2.25) == (8, 7, 0.25)
    assert lag(2, 1.5) == (1, 0, 0.5)
    assert lag(10, 4.0) == (6, 5, 0.0)


def test_before_the_start_things_were_as_at_the_start() -> None:
    for quarter, delay in ((0, 0.0), (0, 1.5), (2, 2.0), (2, 2.5), (1, 4.0)):
        assert lag(quarter, delay) == (0, 0, 0.0)


def test_what_is_kept_suffices_for_the_longest_declared_delay() -> None:
    assert FURTHER_DEPARTMENTS * PARAMETERS["analysis_delay"].high <= LONGEST_DELAY


def test_levels_age_along_a_line() -> None:
    assert aged(0.5, 0.9, 0.0) == 0.5
    assert aged(0.5, 0.9, 0.25) == pytest.approx(0.75 * 0.5 + 0.25 * 0.9)


@settings(max_examples=60, deadline=None)
@given(part=PART, persistence=st.floats(0.0, 0.95))
def test_an_aged_error_keeps_unit_variance(part: float, persistence: float) -> None:
    # Linear in both errors: its variance follows from the two coefficients and their correlation.
    a, b = aged_error(1.0, 0.0, part, persistence), aged_error(0.0, 1.0, part, persistence)
    assert a * a + b * b + 2.0 * persistence * a * b == pytest.approx(1.0)
    assert aged_error(2.0, -3.0, part, persistence) == pytest.approx(2.0 * a - 3.0 * b)
    assert a * part == pytest.approx(b * (1.0 - part))


def test_an_error_not_aged_is_itself() -> None:
    assert aged_error(1.3, -0.4, 0.0, 0.8) == 1.3
    # Half way between uncorrelated errors: their sum over √2.
    assert aged_error(1.0, 3.0, 0.5, 0.0) == pytest.approx(4.0 / math.sqrt(2.0))


def test_what_is_recalled_is_a_picture_of_aged_views_and_errors() -> None:
    rng = np.random.default_rng(2)
    p = Observation(noise_persistence=0.8)
    newer, older = rng.random((3, 2, 4)), rng.random((3, 2, 4))
    told = np.zeros((2, 4))
    recall(newer, older, 0.25, p, told)
    for k in range(2):
        for i in range(4):
            view = aged(newer[0, k, i], older[0, k, i], 0.25)
            private, common = (aged_error(newer[row, k, i], older[row, k, i], 0.25, 0.8) for row in (1, 2))
            assert told[k, i] == picture(view, private, common, p)


def test_sharing_gives_each_department_part_of_the_joint_picture_under_the_states_lead() -> None:
    rng = np.random.default_rng(3)
    p = Observation()
    told, own = rng.random((3, 2, 2)), rng.random((3, 2, 2))
    lead = np.array([2, 0], np.int64)
    pictures = own.copy()
    share(told, lead, 0.5, p, pictures)
    for k in range(2):
        for i in range(2):
            joint = joint_picture(told[0, k, i], told[1, k, i], told[2, k, i], int(lead[i]), p)
            for d in range(3):
                assert pictures[d, k, i] == adopted(own[d, k, i], joint, 0.5)
    alone = own.copy()
    share(told, lead, 0.0, p, alone)
    np.testing.assert_array_equal(alone, own)

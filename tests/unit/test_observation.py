"""What departments see, and what they make of it together."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.parameters import PARAMETERS, Observation
from model.rules.observation import (
    FURTHER_DEPARTMENTS,
    LONGEST_DELAY,
    adopted,
    aged,
    aged_error,
    joint_picture,
    lag,
    next_error,
    observe,
    picture,
    recall,
    share,
)

PART = st.floats(0.0, 1.0)
NORMAL = st.floats(-4.0, 4.0)
ROLE = st.sampled_from([0, 1, 2])
OBSERVATION = st.builds(
    Observation,
    noise_own=st.floats(0.0, 0.2),
    noise_other=st.floats(0.2, 0.4),
    common_error=PART,
    hidden_profiles=PART,
    herding=PART,
    insight=PART,
)


def test_errors_persist_with_unit_variance() -> None:
    assert next_error(9.0, 0.5, True, 0.8) == 0.5
    # 0.8 · 1 + 0.6 · 0.5, for 0.8² + 0.6² = 1.
    assert next_error(1.0, 0.5, False, 0.8) == pytest.approx(1.1)
    assert next_error(1.0, 0.5, False, 0.0) == 0.5


def test_a_picture_is_the_level_with_private_and_common_error() -> None:
    p = Observation(noise_own=0.1, noise_other=0.2, common_error=0.36)
    # Error 0.6 · 1 + 0.8 · (-0.5) = 0.2.
    assert picture(0.5, -0.5, 1.0, True, p) == pytest.approx(0.5 + 0.1 * 0.2)
    assert picture(0.5, -0.5, 1.0, False, p) == pytest.approx(0.5 + 0.2 * 0.2)
    assert picture(0.95, 3.0, 3.0, False, p) == 1.0
    assert picture(0.05, -3.0, -3.0, False, p) == 0.0


def test_insight_brings_the_picture_to_the_truth() -> None:
    assert picture(0.5, 3.0, 3.0, False, Observation(insight=1.0)) == 0.5
    assert picture(0.9, 3.0, 3.0, False, Observation(insight=0.25)) == pytest.approx(0.25 * 0.9 + 0.75 * 1.0)
    assert picture(0.5, 3.0, 3.0, False, Observation(noise_other=0.0)) == 0.5


@settings(max_examples=60, deadline=None)
@given(level=PART, private=NORMAL, common=NORMAL, own=st.booleans(), p=OBSERVATION)
def test_pictures_are_levels(level: float, private: float, common: float, own: bool, p: Observation) -> None:
    assert 0.0 <= picture(level, private, common, own, p) <= 1.0


def test_a_department_sees_every_driver_and_its_own_best() -> None:
    rng = np.random.default_rng(1)
    p = Observation(noise_persistence=0.8)
    levels, normals, common = rng.random((3, 2)), rng.standard_normal((3, 2)), rng.standard_normal((3, 2))
    before = rng.standard_normal((3, 2))
    for first in (True, False):
        errors, seen = before.copy(), np.zeros((3, 2))
        observe(levels, normals, common, 1, first, p, errors, seen)
        for k in range(3):
            for i in range(2):
                error = next_error(before[k, i], normals[k, i], first, 0.8)
                assert errors[k, i] == error
                assert seen[k, i] == picture(levels[k, i], error, common[k, i], k == 1, p)


def test_a_joint_picture_weighs_by_precision() -> None:
    p = Observation(noise_own=0.1, noise_other=0.2, hidden_profiles=0.0, herding=0.0)
    # Precisions 100 and 25 (the rule's floor on variances shifts them by 1 in 10 000).
    assert joint_picture(0.8, 0.2, 0.5, 0, 2, p) == pytest.approx((100 * 0.8 + 25 * 0.2 + 25 * 0.5) / 150, rel=1e-4)
    assert joint_picture(0.8, 0.2, 0.5, 1, 2, p) == pytest.approx((25 * 0.8 + 100 * 0.2 + 25 * 0.5) / 150, rel=1e-4)
    assert joint_picture(0.8, 0.2, 0.5, 2, 0, p) == pytest.approx((25 * 0.8 + 25 * 0.2 + 100 * 0.5) / 150, rel=1e-4)
    # Half the expert's advantage is lost: 25 + 37.5. Then a quarter of the way to the lead's 0.5.
    half = (62.5 * 0.8 + 25 * 0.2 + 25 * 0.5) / 112.5
    lost = p._replace(hidden_profiles=0.5, herding=0.25)
    assert joint_picture(0.8, 0.2, 0.5, 0, 2, lost) == pytest.approx(0.25 * 0.5 + 0.75 * half, rel=1e-4)


@settings(max_examples=100, deadline=None)
@given(pictures=st.tuples(PART, PART, PART), expert=ROLE, lead=ROLE, p=OBSERVATION)
def test_a_joint_picture_lies_among_the_departments(
    pictures: tuple[float, float, float], expert: int, lead: int, p: Observation
) -> None:
    joint = joint_picture(*pictures, expert, lead, p)
    assert min(pictures) - 1e-12 <= joint <= max(pictures) + 1e-12
    assert joint_picture(*pictures, expert, lead, p._replace(herding=1.0)) == pictures[lead]
    plain = joint_picture(*pictures, expert, lead, p._replace(herding=0.0, hidden_profiles=1.0))
    assert plain == pytest.approx(sum(pictures) / 3.0, abs=1e-12)


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


def test_what_is_recalled_is_a_picture_of_aged_levels_and_errors() -> None:
    rng = np.random.default_rng(2)
    p = Observation(noise_persistence=0.8)
    newer, older = rng.random((3, 3, 2)), rng.random((3, 3, 2))
    told = np.zeros((3, 2))
    recall(newer, older, 0.25, 2, p, told)
    for k in range(3):
        for i in range(2):
            level = aged(newer[0, k, i], older[0, k, i], 0.25)
            private, common = (aged_error(newer[row, k, i], older[row, k, i], 0.25, 0.8) for row in (1, 2))
            assert told[k, i] == picture(level, private, common, k == 2, p)


def test_sharing_gives_each_department_part_of_the_joint_picture_under_the_states_lead() -> None:
    rng = np.random.default_rng(3)
    p = Observation()
    told, own = rng.random((3, 3, 2)), rng.random((3, 3, 2))
    lead = np.array([2, 0], np.int64)
    pictures = own.copy()
    share(told, lead, 0.5, p, pictures)
    for k in range(3):
        for i in range(2):
            joint = joint_picture(told[0, k, i], told[1, k, i], told[2, k, i], k, int(lead[i]), p)
            for d in range(3):
                assert pictures[d, k, i] == adopted(own[d, k, i], joint, 0.5)
    alone = own.copy()
    share(told, lead, 0.0, p, alone)
    np.testing.assert_array_equal(alone, own)

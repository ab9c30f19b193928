"""Exponential, logarithm, powers and the normal quantile against the libraries that everybody trusts."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from model.rules.elementary import clip, exp, hazard, log, logistic, power, probability
from tests.support import normal_quantile

ANY = st.floats(allow_nan=False)


@settings(max_examples=100, deadline=None)
@given(x=ANY)
def test_clip_keeps_levels_and_moves_others_to_the_nearest(x: float) -> None:
    assert clip(x) == min(1.0, max(0.0, x))


def test_clip_lets_what_is_no_number_through() -> None:
    assert math.isnan(clip(math.nan))
    assert [clip(x) for x in (0.0, 1.0, -math.inf, math.inf)] == [0.0, 1.0, 0.0, 1.0]


@settings(max_examples=300, deadline=None)
@given(x=st.floats(-700.0, 700.0))
def test_exp_agrees_with_the_library(x: float) -> None:
    assert exp(x) == pytest.approx(math.exp(x), rel=1e-14, abs=0.0)


def test_exp_is_exact_at_zero_and_held_beyond_its_range() -> None:
    assert exp(0.0) == 1.0
    assert exp(-0.0) == 1.0
    assert exp(1e9) == exp(700.0) == pytest.approx(math.exp(700.0), rel=1e-14)
    assert exp(-1e9) == exp(-700.0) == pytest.approx(math.exp(-700.0), rel=1e-14)


def test_exp_is_monotone_where_its_series_change() -> None:
    # Half-way points between whole powers of two, where the reduced argument jumps.
    for whole in range(-20, 21):
        x = (whole + 0.5) * math.log(2.0)
        below, above = np.nextafter(x, -np.inf), np.nextafter(x, np.inf)
        assert exp(float(below)) == pytest.approx(math.exp(below), rel=1e-14)
        assert exp(float(above)) == pytest.approx(math.exp(above), rel=1e-14)


@settings(max_examples=300, deadline=None)
@given(x=st.floats(2.3e-308, 1.7e308))
def test_log_agrees_with_the_library(x: float) -> None:
    assert log(x) == pytest.approx(math.log(x), rel=1e-14, abs=1e-300)


def test_log_is_exact_at_one_and_close_beside_it() -> None:
    assert log(1.0) == 0.0
    for x in (1.0 - 2.0**-53, 1.0 + 2.0**-52, 0.9999, 1.0001, 0.7071067811865475, 0.7071067811865477, 2.0, 0.5):
        assert log(x) == pytest.approx(math.log(x), rel=1e-14)


@settings(max_examples=100, deadline=None)
@given(score=st.floats(-600.0, 600.0))
def test_logistic_agrees_with_the_library_and_is_symmetric(score: float) -> None:
    assert logistic(score) == pytest.approx(float(special.expit(score)), rel=1e-13)
    assert logistic(score) + logistic(-score) == pytest.approx(1.0)


def test_log_odds_by_hand() -> None:
    assert logistic(0.0) == 0.5
    # Odds of three to one.
    assert logistic(math.log(3.0)) == pytest.approx(0.75)


@settings(max_examples=200, deadline=None)
@given(base=st.floats(1e-12, 1e12), exponent=st.floats(-3.0, 3.0))
def test_power_agrees_with_the_library(base: float, exponent: float) -> None:
    assert power(base, exponent) == pytest.approx(base**exponent, rel=1e-12)


def test_powers_of_zero() -> None:
    assert power(0.0, 0.0) == 1.0
    assert power(0.0, 0.5) == 0.0
    assert power(0.0, 2.0) == 0.0
    assert power(5.0, 0.0) == 1.0


@settings(max_examples=300, deadline=None)
@given(uniform=st.floats(1e-290, 1.0 - 2.0**-53))
def test_the_normal_quantile_agrees_with_the_library(uniform: float) -> None:
    assert normal_quantile(uniform) == pytest.approx(float(special.ndtri(uniform)), rel=1e-13, abs=1e-15)


def test_the_normal_quantile_in_each_of_its_pieces() -> None:
    # The centre, either side of |q| = 0.425, the near tails, and tails beyond exp(-25).
    for uniform in (0.5, 0.3, 0.0749, 0.0751, 0.9249, 0.9251, 0.01, 0.99, 1e-10, 1e-12, 2.0**-54, 1.0 - 2.0**-53):
        assert normal_quantile(uniform) == pytest.approx(float(special.ndtri(uniform)), rel=1e-14, abs=1e-16)
    assert normal_quantile(0.5) == 0.0
    assert normal_quantile(0.25) == -normal_quantile(0.75)
    assert math.isfinite(normal_quantile(0.0))
    assert math.isfinite(normal_quantile(1.0))


@settings(max_examples=100, deadline=None)
@given(uniforms=st.tuples(st.floats(1e-300, 1.0), st.floats(1e-300, 1.0)))
def test_the_normal_quantile_rises(uniforms: tuple[float, float]) -> None:
    low, high = sorted(uniforms)
    assert normal_quantile(low) <= normal_quantile(high) + 1e-14


@given(score=st.floats(-40.0, 5.0))
def test_hazards_are_exponentials_and_probabilities_their_complement(score: float) -> None:
    assert hazard(score) == pytest.approx(math.exp(score), rel=1e-13)
    assert probability(hazard(score)) == pytest.approx(-math.expm1(-math.exp(score)), rel=1e-12, abs=1e-15)


def test_a_hazard_beyond_doubt_is_held() -> None:
    assert hazard(900.0) == hazard(5.0)
    assert probability(hazard(900.0)) == 1.0
    assert probability(0.0) == 0.0

"""Priors: quantiles against printed tables, cut ends, the mass at nothing, and what every declaration promises."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from model.parameters import PARAMETERS
from model.priors import UNIFORM, Beta, LogNormal, Normal, Prior, StudentT, Tailed, Uniform

FAR = 1000.0
"""Scales from the centre at which an end cuts off next to nothing."""
LAWS = st.sampled_from([Uniform, Normal, StudentT, Beta, LogNormal])
SHARES = st.floats(0.0, 1.0)


@st.composite
def priors(draw: st.DrawFn, nothing: st.SearchStrategy[float]) -> tuple[Prior, float, float]:
    """Any prior and a range that holds a good part of it."""
    mass = draw(nothing)
    centre, scale = draw(st.floats(-2.0, 2.0)), draw(st.floats(0.05, 1.0))
    left, right = draw(st.floats(0.5, 5.0)), draw(st.floats(0.5, 5.0))
    law = draw(LAWS)
    if law is Beta:
        return Beta(draw(st.floats(0.5, 6.0)), draw(st.floats(0.5, 6.0)), nothing=mass), 0.0, draw(st.floats(0.3, 1.5))
    if law is LogNormal:
        median = 0.1 + abs(centre)
        return LogNormal(median, scale, nothing=mass), median * np.exp(-left * scale), median * np.exp(right * scale)
    made = Uniform(nothing=mass) if law is Uniform else law(centre, scale, nothing=mass)
    return made, centre - left * scale, centre + right * scale


@pytest.mark.parametrize(
    ("share", "value"), [(0.5, 0.0), (0.75, 0.674490), (0.9, 1.281552), (0.975, 1.959964), (0.995, 2.575829)]
)
def test_a_normal_has_the_quantiles_of_the_tables(share: float, value: float) -> None:
    assert Normal(3.0, 2.0).quantile(share, 3.0 - FAR, 3.0 + FAR) == pytest.approx(3.0 + 2.0 * value, abs=2e-6)
    assert Normal(3.0, 2.0).quantile(1.0 - share, 3.0 - FAR, 3.0 + FAR) == pytest.approx(3.0 - 2.0 * value, abs=2e-6)


@pytest.mark.parametrize(
    ("share", "value"), [(0.5, 0.0), (0.75, 0.727), (0.9, 1.476), (0.95, 2.015), (0.975, 2.571), (0.995, 4.032)]
)
def test_a_t_has_the_quantiles_of_the_tables_for_five_degrees(share: float, value: float) -> None:
    t = StudentT(-0.55, 0.45)
    assert t.quantile(share, -FAR, FAR) == pytest.approx(-0.55 + 0.45 * value, abs=3e-4)
    assert t.quantile(1.0 - share, -FAR, FAR) == pytest.approx(-0.55 - 0.45 * value, abs=3e-4)


def test_a_beta_has_the_quantiles_that_its_polynomial_gives() -> None:
    # Beta(1, 2) has F(x) = 1 - (1 - x)^2, Beta(2, 2) F(x) = 3x^2 - 2x^3.
    assert Beta(1.0, 2.0).quantile(0.75, 0.0, 1.0) == pytest.approx(0.5, abs=1e-9)
    assert Beta(1.0, 2.0).quantile(0.36, 0.0, 1.0) == pytest.approx(0.2, abs=1e-9)
    assert Beta(2.0, 2.0).quantile(0.5, 0.0, 1.0) == pytest.approx(0.5, abs=1e-9)
    assert Beta(2.0, 2.0).quantile(3.0 * 0.2**2 - 2.0 * 0.2**3, 0.0, 1.0) == pytest.approx(0.2, abs=1e-9)
    # Cut at a half, all below is twice as plausible.
    assert Beta(2.0, 2.0).quantile(2.0 * 0.104, 0.0, 0.5) == pytest.approx(0.2, abs=1e-9)
    # A range that is wider than 0 to 1 changes nothing.
    assert Beta(1.0, 2.0).quantile(0.75, -1.0, 2.0) == pytest.approx(0.5, abs=1e-9)


def test_a_log_normal_is_normal_in_the_logarithm() -> None:
    prior = LogNormal(20.0, np.log(2.0))
    assert prior.quantile(0.5, 0.0, 1e6) == pytest.approx(20.0, rel=1e-8)
    assert prior.quantile(0.841344746, 0.0, 1e6) == pytest.approx(40.0, rel=1e-6)
    assert prior.quantile(0.158655254, 0.0, 1e6) == pytest.approx(10.0, rel=1e-6)


def test_ends_cut_off_and_what_is_left_keeps_its_proportions() -> None:
    # A normal cut at one standard deviation on either side: 68.27% of it are left. From -1 to 0 lies half of that.
    cut = Normal(0.0, 1.0)
    assert [cut.quantile(share, -1.0, 1.0) for share in (0.0, 0.5, 1.0)] == [-1.0, 0.0, 1.0]
    # Phi(0.5) - Phi(-1) = .691462 - .158655 = .532807, of .682689.
    assert cut.quantile(0.532807 / 0.682689, -1.0, 1.0) == pytest.approx(0.5, abs=1e-5)
    # Cut at its mean, half of it is left: the quantile at one half is the whole one's at three quarters.
    assert cut.quantile(0.5, 0.0, FAR) == pytest.approx(0.674490, abs=2e-6)
    t = StudentT(0.35, 0.40)
    assert [t.quantile(share, -0.85, 1.55) for share in (0.0, 0.5, 1.0)] == [-0.85, 0.35, 1.55]


def test_a_mass_at_nothing_lies_where_the_distribution_crosses_nothing() -> None:
    prior, ends = Uniform(nothing=0.2), (-1.0, 3.0)
    # A quarter of four fifths lies below 0, a fifth on it, three quarters of four fifths above.
    assert [prior.quantile(share, *ends) for share in (0.0, 0.1, 0.2, 0.3, 0.4, 0.7, 1.0)] == pytest.approx(
        [-1.0, -0.5, 0.0, 0.0, 0.0, 1.5, 3.0]
    )
    even = np.linspace(0.0, 1.0, 10_001)
    drawn = np.asarray(StudentT(0.35, 0.40, nothing=0.2).quantile(even, -0.85, 1.55))
    assert np.count_nonzero(drawn == 0.0) == pytest.approx(2000, abs=2)
    # Without those draws it is the same distribution.
    rest = drawn[drawn != 0.0]
    assert np.median(rest) == pytest.approx(0.35, abs=1e-3)
    # Where 0 lies below the range (as what switches a mechanism off may) nothing comes first, above it last.
    assert [Uniform(nothing=0.25).quantile(share, 1.0, 2.0) for share in (0.0, 0.24, 0.25, 0.625, 1.0)] == [
        0.0, 0.0, 0.0, 1.5, 2.0,
    ]  # fmt: skip
    assert [Normal(-2.0, 1.0, nothing=0.5).quantile(share, -3.0, -1.0) for share in (0.0, 0.25, 0.51, 1.0)] == [
        -3.0, -2.0, 0.0, 0.0,
    ]  # fmt: skip


@settings(max_examples=200, deadline=None)
@example(made=(UNIFORM, -1.2826489473001927, 0.42754964910006427), shares=[0.0, 1.0])
@given(made=priors(st.sampled_from([0.0, 0.2, 0.5])), shares=st.lists(SHARES, min_size=2, max_size=30))
def test_quantiles_never_fall_and_stay_within_the_ends(made: tuple[Prior, float, float], shares: list[float]) -> None:
    prior, low, high = made
    values = np.asarray(prior.quantile(np.sort(shares), low, high))
    assert np.all(np.diff(values) >= 0.0)
    assert np.all(((values >= low) & (values <= high)) | ((values == 0.0) & (prior.nothing > 0.0)))


@settings(max_examples=60, deadline=None)
@given(made=priors(st.floats(0.01, 0.9)))
def test_nothing_has_exactly_its_share(made: tuple[Prior, float, float]) -> None:
    prior, low, high = made
    values = np.asarray(prior.quantile(np.linspace(0.0, 1.0, 20_001), low, high))
    assert np.mean(values == 0.0) == pytest.approx(prior.nothing, abs=2e-4)


@settings(max_examples=60, deadline=None)
@given(made=priors(st.sampled_from([0.0, 0.2])), share=SHARES)
def test_one_share_and_many_give_the_same_value(made: tuple[Prior, float, float], share: float) -> None:
    prior, low, high = made
    assert float(prior.quantile(share, low, high)) == np.asarray(prior.quantile(np.full(3, share), low, high))[1]


def test_a_uniform_is_the_range_as_it_was_before_there_were_priors() -> None:
    shares = np.random.default_rng(1).random(1000)
    assert np.array_equal(UNIFORM.quantile(shares, 0.1, 0.7), 0.1 + shares * (0.7 - 0.1))


def test_priors_are_said_in_words() -> None:
    assert str(UNIFORM) == "uniform"
    assert str(Normal(2.86, 0.43)) == "normal(2.86, 0.43)"
    assert str(StudentT(0.35, 0.40, nothing=0.2)) == "t5(0.35, 0.4), 1 in 5 nothing"
    assert str(Beta(2.0, 5.0, nothing=0.15)) == "beta(2, 5), 0.15 of draws nothing"
    assert str(LogNormal(20.0, 0.5)) == "log-normal(20, 0.5)"


@pytest.mark.parametrize("name", [name for name, each in PARAMETERS.items() if each.prior != UNIFORM])
def test_a_declared_prior_fits_its_range(name: str) -> None:
    p = PARAMETERS[name]
    # Whole numbers and choices are equally likely, whatever else is declared: so nothing else may be.
    assert not p.whole and not p.words
    assert all(
        getattr(p.prior, each.name) > 0.0 for each in fields(p.prior) if each.name in ("sd", "scale", "sd_of_log")
    )
    assert 0.0 <= p.prior.nothing < 1.0
    if p.prior.nothing:
        assert p.check(0.0) == 0.0
    # What the ends cut off is little, so that the range does not say otherwise than the prior.
    assert p.low <= p.at(0.0) <= p.at(0.5) <= p.at(1.0) <= p.high
    if isinstance(p.prior, Tailed):
        assert p.prior.inside(p.low, p.high)[1] > 0.96

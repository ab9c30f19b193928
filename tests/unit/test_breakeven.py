"""Where a curve crosses zero, by hand, and how often the set of undecided values holds the true crossing."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.evidence.roots import Crossing, Stretch, brackets, crossings, undecided
from experiments.studies.statistics import mean_interval


def test_a_straight_line_crosses_where_it_does() -> None:
    assert crossings([0, 1, 2, 4], [-1, -0.5, 1, 3]) == [Crossing(pytest.approx(1 + 1 / 3), True)]
    assert crossings([0, 2], [3, -1]) == [Crossing(1.5, False)]


@pytest.mark.parametrize(
    ("y", "found"),
    [
        ([-1, -2, -3, -1], []),
        ([1, 2, 3, 1], []),
        ([0, 0, 0, 0], []),
        ([-1, 0, -1, -1], []),  # touches
        ([-1, 0, 1, 1], [Crossing(1.0, True)]),
        ([-1, 0, 0, 1], [Crossing(1.5, True)]),
        ([0, -1, -1, 0], []),  # ends on zero: no sign has changed
        ([1, -1, 1, -1], [Crossing(0.5, False), Crossing(1.5, True), Crossing(2.5, False)]),
    ],
)
def test_crossings_are_changes_of_sign(y: list[float], found: list[Crossing]) -> None:
    assert crossings([0, 1, 2, 3], y) == found


def test_brackets_are_the_neighbours_on_either_side() -> None:
    assert brackets([0, 1, 2, 3, 4], [-1, 0, 1, 2, -3]) == [(0, 2), (3, 4)]


def test_what_the_band_leaves_undecided() -> None:
    x = [0.0, 1.0, 2.0, 3.0]
    # The upper bound reaches zero half-way from 0 to 1, the lower one leaves it a third of the way from 2 to 3.
    assert undecided(x, [-3, -3, -1, 2], [-1, 1, 3, 4]) == [Stretch(0.5, pytest.approx(2 + 1 / 3))]
    assert undecided(x, [-3, -3, -3, -3], [-1, -1, -1, -1]) == []
    assert undecided(x, [1, 1, 1, 1], [2, 2, 2, 2]) == []
    assert undecided(x, [-1, -1, -1, -1], [1, 1, 1, 1]) == [Stretch(0.0, 3.0)]


def test_a_band_may_pass_zero_between_two_points_in_either_direction() -> None:
    assert undecided([0, 1], [-3, 1], [-1, 3]) == [Stretch(0.25, 0.75)]
    assert undecided([0, 1], [1, -3], [3, -1]) == [Stretch(0.25, 0.75)]


def test_several_stretches_come_in_order() -> None:
    low, high = [-3, 1, -3, -3, -1], [-1, 3, -1, -1, 1]
    found = undecided([0, 1, 2, 3, 4], low, high)
    assert found == [Stretch(0.25, 0.75), Stretch(1.25, 1.75), Stretch(3.5, 4.0)]


def test_a_point_without_bounds_decides_nothing_up_to_its_neighbours() -> None:
    nan = math.nan
    assert undecided([0, 1, 2], [-2, nan, 1], [-1, nan, 2]) == [Stretch(0.0, 2.0)]


@given(st.lists(st.floats(-5, 5).map(lambda y: round(y, 3)), min_size=2, max_size=8))
def test_every_crossing_lies_in_what_is_undecided(y: list[float]) -> None:
    x = list(range(len(y)))
    stretches = undecided(x, [v - 0.1 for v in y], [v + 0.1 for v in y])
    for crossing in crossings(x, y):
        assert any(s.start - 1e-9 <= crossing.at <= s.end + 1e-9 for s in stretches)


def test_the_set_holds_the_true_crossing_as_often_as_it_says() -> None:
    # Paired differences of one future at all values share its luck; the true mean crosses zero at 1.3.
    x = np.linspace(0.0, 2.0, 9)
    held = 0
    for trial in range(1000):
        rng = np.random.default_rng(trial)
        sample = (x - 1.3) + rng.normal(0.0, 3.0, (60, 1)) + rng.normal(0.0, 1.0, (60, 9)) * 0.3
        bounds = [mean_interval(column) for column in sample.T]
        found = undecided(x.tolist(), [b.low for b in bounds], [b.high for b in bounds])
        held += any(s.start <= 1.3 <= s.end for s in found)
    assert 0.93 <= held / 1000 <= 0.97


@pytest.mark.parametrize(
    ("x", "y"), [([0, 0], [1, 2]), ([1, 0], [1, 2]), ([], []), ([0, 1], [1]), ([0, 1], [1, math.nan])]
)
def test_points_that_make_no_curve_are_refused(x: list[float], y: list[float]) -> None:
    with pytest.raises(ValueError, match="ascend|finite"):
        crossings(x, y)


def test_bounds_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(ValueError, match="above its upper"):
        undecided([0, 1], [1, 1], [0, 2])

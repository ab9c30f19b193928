"""Peacekeeping missions: deployed alike for alike conflict."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.parameters import Peacekeeping
from model.rules.peacekeeping import aim, assessed, guarded, mission_before, next_mission, strength

P = Peacekeeping(mission_war=0.5, mission_minor=0.125, mission_speed=0.25, mission_exit=0.125, mission_cost=20.0)


def test_missions_are_deployed_at_the_start_where_conflict_is() -> None:
    assert [mission_before(status, P) for status in (0.0, 1.0, 2.0)] == [0.0, 0.125, 0.5]
    assert [aim(status, P) for status in (0.0, 1.0, 2.0)] == [0.0, 0.125, 0.5]


@pytest.mark.parametrize(
    ("mission", "status", "after"),
    [
        (0.1, 2.0, 0.1 + 0.25 * 0.4),
        (0.5, 2.0, 0.5),
        (0.5, 1.0, 0.5 - 0.125 * 0.375),
        (0.2, 0.0, 0.2 - 0.125 * 0.2),
        (0.0, 0.0, 0.0),
    ],
)
def test_missions_come_late_and_leave_later(mission: float, status: float, after: float) -> None:
    assert next_mission(mission, status, P) == pytest.approx(after)


@settings(max_examples=50, deadline=None)
@given(
    mission=st.floats(0.0, 1.0),
    status=st.sampled_from([0.0, 1.0, 2.0]),
    comes=st.floats(0.05, 1.0),
    leaves=st.floats(0.02, 1.0),
)
def test_missions_move_towards_their_aim_without_passing_it(
    mission: float, status: float, comes: float, leaves: float
) -> None:
    p = P._replace(mission_speed=comes, mission_exit=leaves)
    aim = mission_before(status, p)
    after = next_mission(mission, status, p)
    assert min(mission, aim) - 1e-12 <= after <= max(mission, aim) + 1e-12
    speed = comes if aim > mission else leaves
    assert abs(aim - after) == pytest.approx((1.0 - speed) * abs(aim - mission), abs=1e-12)


def test_the_contribution_of_a_quarter_is_a_quarter_of_the_years_share() -> None:
    # Two full missions at £20m a year: £10m a quarter.
    assert assessed(2.0, P) == 10.0
    assert assessed(0.0, P) == 0.0


def test_voluntary_peacekeeping_buys_strength_at_the_assessed_price() -> None:
    # £5m a quarter buys what £20m a year buys.
    assert strength(5.0, P) == 1.0
    assert strength(0.5, P) == 0.1
    assert strength(assessed(0.75, P), P) == 0.75
    assert strength(0.0, P) == 0.0
    assert strength(5.0, P._replace(mission_cost=0.0)) == 0.0


def test_missions_together_guard_no_more_than_a_full_mission() -> None:
    assert guarded(0.5, 0.25) == 0.75
    assert guarded(0.5, 0.75) == 1.0
    assert guarded(0.0, 0.0) == 0.0

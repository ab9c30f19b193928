"""International partners' own spending."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.rules.partners import attraction, mass, partner_money


def test_larger_states_and_states_in_conflict_draw_more() -> None:
    # Four times the people, elasticity one half: twice as much; conflict with reaction 1.5: 2.5 times as much.
    assert mass(math.log(4.0)) == pytest.approx(2.0)
    assert mass(0.0) == 1.0
    assert attraction(2.0, 0.0, 1.5) == 2.0
    assert attraction(1.0, 1.0, 1.5) == attraction(1.0, 2.0, 1.5) == 2.5
    assert attraction(1.0, 2.0, 0.0) == 1.0


def test_money_is_spread_over_four_quarters_and_three_instruments() -> None:
    # £120m a year is £10m a quarter and instrument; a quarter of the attraction draws a quarter of it.
    assert partner_money(1.0, 4.0, 120.0) == 2.5
    assert partner_money(1.0, 4.0, 0.0) == 0.0


@settings(max_examples=50, deadline=None)
@given(
    states=st.lists(st.tuples(st.floats(-3.0, 3.0), st.sampled_from([0.0, 1.0, 2.0])), min_size=1, max_size=9),
    yearly=st.floats(0.0, 400.0),
    reaction=st.floats(0.0, 4.0),
)
def test_all_of_a_years_money_is_spent(states: list[tuple[float, float]], yearly: float, reaction: float) -> None:
    drawn = [attraction(mass(log_population), status, reaction) for log_population, status in states]
    spent = sum(partner_money(one, sum(drawn), yearly) for one in drawn)
    assert 12.0 * spent == pytest.approx(yearly)

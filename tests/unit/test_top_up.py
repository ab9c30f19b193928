"""Money divided between departments and pools, with a top-up for those who pool."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.parameters import Budgeting, Finance
from model.rules.finance import divide, oda_parts, of_colour, top_up_part
from model.rules.treasury import ON_TOP, WITHIN
from model.world import Floats

PART = st.floats(0.0, 1.0)
THREE = st.lists(st.floats(0.0, 100.0), min_size=3, max_size=3)

COLOURS = Finance(oda_defence=0.0, oda_development=1.0, oda_foreign=0.5)


def three(*numbers: float) -> Floats:
    return np.array(numbers)


def test_a_top_up_is_held_back_from_all_and_goes_to_those_who_pool() -> None:
    # Each 12.5 is 10 and 2.5 held back. One pools all, one half, one nothing: 2.5 + 1.25 of 7.5 are claimed, and the
    # 3.75 that are not return to the three alike.
    division = divide(np.full(3, 12.5), oda_parts(COLOURS), three(1.0, 0.5, 0.0), 0.25, Budgeting())
    assert division.pooled.tolist() == [12.5, 6.25, 0.0]
    assert division.own.tolist() == [1.25, 6.25, 11.25]
    assert division.top_up == 3.75
    assert top_up_part(division) == 3.75 / 18.75
    # Aid: development's 5 and what it and half of what foreign affairs pays of the top-up, 1.25 each.
    assert division.oda == pytest.approx((5.0 + 1.25 + 0.625) / 18.75)


def test_what_is_not_claimed_returns_in_proportion_to_money() -> None:
    division = divide(three(25.0, 12.5, 12.5), oda_parts(COLOURS), three(0.0, 1.0, 0.0), 0.25, Budgeting())
    # Held back 5 + 2.5 + 2.5, claimed 2.5: 7.5 return as 3.75, 1.875 and 1.875.
    assert division.own.tolist() == [20.0 + 3.75, 1.875, 10.0 + 1.875]
    assert division.pooled.tolist() == [0.0, 12.5, 0.0]
    # The pool holds development's 10 and of the top-up 1.25, 0.625 and 0.625 of the three's.
    assert division.oda == pytest.approx((10.0 + 0.625 + 0.3125) / 12.5)


def test_without_a_top_up_each_pound_goes_where_its_department_sends_it() -> None:
    budgets, joined = three(8.3, 4.1, 6.7), three(0.3, 1.0, 0.0)
    division = divide(budgets, oda_parts(COLOURS), joined, 0.0, Budgeting())
    np.testing.assert_array_equal(division.pooled, joined * budgets)
    np.testing.assert_array_equal(division.own, budgets - joined * budgets)
    assert division.own[1] == 0.0
    assert division.own[2] == 6.7
    assert division.top_up == 0.0
    assert top_up_part(division) == 0.0
    assert division.oda == pytest.approx(4.1 / (0.3 * 8.3 + 4.1))


def test_a_top_up_on_top_is_paid_by_nobody_and_makes_the_envelope_larger() -> None:
    rule = Budgeting(top_up_source=ON_TOP)
    # One pools all of 12, one half of 8, one nothing: a quarter more on 12 and on 4.
    division = divide(three(12.0, 8.0, 4.0), oda_parts(COLOURS), three(1.0, 0.5, 0.0), 0.25, rule)
    assert division.pooled.tolist() == [15.0, 5.0, 0.0]
    assert division.own.tolist() == [0.0, 4.0, 4.0]
    assert (division.top_up, division.added) == (4.0, 4.0)
    # Development's 4 are aid, and the 1 that is added to them.
    assert (division.oda, division.added_oda) == (5.0 / 20.0, 1.0)
    within = divide(three(12.0, 8.0, 4.0), oda_parts(COLOURS), three(1.0, 0.5, 0.0), 0.25, Budgeting())
    assert (within.added, within.added_oda) == (0.0, 0.0)


def test_nothing_to_divide_is_divided_into_nothing() -> None:
    division = divide(np.zeros(3), oda_parts(COLOURS), np.ones(3), 0.25, Budgeting())
    assert not division.own.any()
    assert not division.pooled.any()
    assert top_up_part(division) == 0.0
    assert division.oda == 0.0


ODA = st.tuples(PART, PART, PART)


@settings(max_examples=200, deadline=None)
@given(
    budgets=THREE,
    joined=st.lists(PART, min_size=3, max_size=3),
    top_up=PART,
    oda=ODA,
    source=st.sampled_from([WITHIN, ON_TOP]),
)
def test_dividing_makes_and_loses_no_money_of_either_colour(
    budgets: list[float], joined: list[float], top_up: float, oda: tuple[float, float, float], source: float
) -> None:
    division = divide(np.array(budgets), np.array(oda), np.array(joined), top_up, Budgeting(top_up_source=source))
    together = division.pooled.sum()
    assert division.own.sum() + together == pytest.approx(sum(budgets) + division.added, abs=1e-9)
    assert division.added == (division.top_up if source == ON_TOP else 0.0)
    assert (division.own >= -1e-9).all()
    assert (division.pooled >= 0.0).all()
    base = np.array(budgets) / (1.0 if source == ON_TOP else 1.0 + top_up)
    assert division.top_up == pytest.approx((np.array(joined) * base).sum() * top_up, abs=1e-9)
    assert -1e-12 <= division.oda <= 1.0 + 1e-12
    aid = of_colour(division.own, np.array(oda)) + division.oda * together
    assert aid == pytest.approx(of_colour(np.array(budgets), np.array(oda)) + division.added_oda, abs=1e-9)

"""What is counted each quarter and each year."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.outcomes import OUTCOMES
from model.rules import table
from model.rules.measurement import (
    MONEY_LINES,
    RECURRENCE_QUARTERS,
    TALLY,
    count_allocation,
    count_quarter,
    count_year,
    outcomes_of,
)
from model.rules.table import ACCOUNT, MONEY, ROWS, WHOLE_BOOK
from model.world import Floats


def outcomes(tally: Floats, states: int, war_weight: float = 5.0) -> dict[str, float]:
    return dict(zip(OUTCOMES, outcomes_of(tally, states, war_weight).tolist(), strict=True))


def quarter(
    status: list[float], *, before: list[float] | None = None, quiet: list[float] | None = None
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    n = len(status)
    s, books, t = np.zeros((ROWS, n)), np.zeros((4, WHOLE_BOOK, n)), np.zeros(ACCOUNT)
    s[table.STATUS] = status
    was = np.array(status if before is None else before)
    return was, np.full(n, 99.0) if quiet is None else np.array(quiet), s, books, t


def test_conflict_is_counted_in_years_and_war_in_its_weight() -> None:
    tally = np.zeros(TALLY)
    for _ in range(4):
        count_quarter(tally, *quarter([0.0, 1.0, 2.0]))
    found = outcomes(tally, 3, war_weight=5.0)
    # A year each of minor conflict and war: 1 + 5.
    assert (found["conflict_years"], found["war_years"], found["harm"]) == (2.0, 1.0, 6.0)
    assert found["onsets"] == 0.0


def test_onsets_are_from_peace_and_recurrences_within_five_years() -> None:
    tally = np.zeros(TALLY)
    count_quarter(
        tally,
        *quarter(
            [1.0, 2.0, 1.0, 2.0, 0.0, 0.0],
            before=[0.0, 0.0, 0.0, 1.0, 1.0, 0.0],
            quiet=[20.0, 21.0, 4000.0, 0.0, 0.0, 3.0],
        ),
    )
    found = outcomes(tally, 6)
    assert RECURRENCE_QUARTERS == 20.0
    assert (found["onsets"], found["recurrences"]) == (3.0, 1.0)


def test_deaths_trust_and_consent() -> None:
    tally = np.zeros(TALLY)
    for scale in (1.0, 2.0):
        was, quiet, s, books, t = quarter([2.0, 1.0])
        s[table.DEATHS] = [100.0 * scale, 50.0]
        s[table.TRUST] = [0.25 * scale, 0.75]
        s[table.CONSENT : table.CONSENT + 3] = [[0.3 * scale, 0.6], [0.3, 0.6], [0.3, 0.9]]
        count_quarter(tally, was, quiet, s, books, t)
    found = outcomes(tally, 2)
    assert found["log_deaths"] == pytest.approx(math.log(1.0 + 100.0 + 50.0 + 200.0 + 50.0))
    assert found["trust"] == (0.25 + 0.75 + 0.5 + 0.75) / 4.0
    # Means over lines: 0.3 and 0.7, then (0.6 + 0.3 + 0.3) / 3 = 0.4 and 0.7.
    assert found["consent"] == pytest.approx((0.3 + 0.7 + 0.4 + 0.7) / 4.0)


def test_duplication_is_money_beyond_the_largest_mission_in_a_state() -> None:
    was, quiet, s, books, t = quarter([0.0, 0.0, 0.0])
    # State 0: missions of 3 + 1 and 2; state 1: one mission of 4; state 2: nothing.
    books[0, MONEY, 0], books[0, MONEY + 2, 0], books[3, MONEY + 1, 0], books[1, MONEY + 1, 1] = 3.0, 1.0, 2.0, 4.0
    tally = np.zeros(TALLY)
    count_quarter(tally, was, quiet, s, books, t)
    assert outcomes(tally, 3)["duplication"] == 2.0 / 10.0
    assert outcomes(np.zeros(TALLY) + np.eye(1, TALLY)[0], 3)["duplication"] == 0.0


MONEY_OUTCOMES = (
    "programme_money", "thematic_money", "top_up_money", "peacekeeping_money", "voluntary_money", "overhead_money",
    "lapsed_money", "undrawn_money",
)  # fmt: skip


def test_the_ledger_adds_up_flows_of_both_colours_and_keeps_the_last_stock() -> None:
    tally = np.zeros(TALLY)
    for scale in (1.0, 10.0):
        was, quiet, s, books, t = quarter([0.0])
        t[table.LEDGER : table.LEDGER + 8] = scale * np.arange(1.0, 9.0)
        t[table.LEDGER + 8 : table.LEDGER + 16] = scale * 100.0 * np.arange(1.0, 9.0) ** 2
        t[table.CALLED] = 7.0 * scale
        t[table.ARREARS], t[table.REPLANNED], t[table.SCREENED_OUT] = 4.0 * scale, 5.0 * scale, 6.0 * scale
        count_quarter(tally, was, quiet, s, books, t)
    found = outcomes(tally, 1)
    assert [f"{line}_money" for line in MONEY_LINES] == list(MONEY_OUTCOMES)
    assert [found[name] for name in MONEY_OUTCOMES] == [11.0 * (line + 100.0 * line**2) for line in range(1, 9)]
    assert found["first_call_money"] == 77.0
    assert (found["arrears"], found["replanned_money"], found["screened_out_money"]) == (40.0, 55.0, 66.0)
    # Programme, thematic and top-up: 1 + 2 + 3 of aid beside 100 + 400 + 900 of other money.
    assert found["oda_share"] == pytest.approx(6.0 / 1406.0)


def test_without_work_no_share_of_it_is_aid() -> None:
    was, quiet, s, books, t = quarter([0.0])
    t[table.LEDGER + table.ASSESSED_LINE], t[table.LEDGER + table.LAPSED_LINE] = 5.0, 3.0
    tally = np.zeros(TALLY)
    count_quarter(tally, was, quiet, s, books, t)
    assert outcomes(tally, 1)["oda_share"] == 0.0


def test_advice_is_counted_in_years_of_states() -> None:
    tally = np.zeros(TALLY)
    for advised in ([1.0, 1.0, 0.0], [1.0, 0.0, 0.0]):
        was, quiet, s, books, t = quarter([0.0, 0.0, 0.0])
        s[table.ADVISED] = advised
        count_quarter(tally, was, quiet, s, books, t)
    assert outcomes(tally, 3)["advised"] == 0.75


class Years:
    """Allocations judged one after another; states in danger first."""

    def __init__(self, n: int) -> None:
        self.n, self.tally, self.waiting = n, np.zeros(TALLY), np.full(n, -1.0)
        self.tally[0] = 1.0

    def judge(self, danger: list[float], money: list[float], need: Floats | None = None, error: float = 0.0) -> None:
        books = np.zeros((4, WHOLE_BOOK, self.n))
        books[1, MONEY + 1] = money
        needed = np.ones((3, self.n)) if need is None else need
        count_allocation(self.tally, self.waiting, np.array(danger), needed, books, error)

    def found(self, name: str) -> float:
        return outcomes(self.tally, self.n)[name]


def test_gaps_are_states_in_the_top_fifth_without_money() -> None:
    years = Years(10)
    danger = [0.9, 0.8, *[0.1] * 8]
    years.judge(danger, [1.0, 0.0, *[0.0] * 8])
    assert years.found("gaps") == 0.5
    years.judge(danger, [1.0, 1.0, *[0.0] * 8])
    assert years.found("gaps") == 0.25
    years.judge(danger, [0.0, 0.0, *[9.0] * 8])
    assert years.found("gaps") == 0.5


def test_states_equally_endangered_are_in_the_top_fifth_together() -> None:
    years = Years(5)
    years.judge([0.9, 0.9, 0.1, 0.1, 0.1], [1.0, 0.0, 0.0, 0.0, 0.0])
    assert years.found("gaps") == 0.5
    few = Years(2)
    few.judge([0.9, 0.1], [0.0, 1.0])
    assert few.found("gaps") == 1.0


def test_waits_run_from_entry_to_first_money_and_start_again_on_return() -> None:
    years = Years(5)
    calm, alarm = [0.1, 0.9, 0.1, 0.1, 0.1], [0.9, 0.1, 0.1, 0.1, 0.1]
    fund_other, fund_it = [0.0, 1.0, 0.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0, 0.0]
    years.judge(calm, fund_other)  # state 1 enters and is funded at once
    years.judge(alarm, fund_other)  # state 0 enters: one year
    years.judge(alarm, fund_other)  # two years
    years.judge(alarm, fund_it)  # first money
    years.judge(alarm, fund_other)  # money gone again: no second wait
    assert years.found("first_money_wait") == 2.0 / 2.0
    years.judge(calm, fund_other)
    years.judge(alarm, fund_other)  # back in danger, waits anew
    assert years.found("first_money_wait") == 3.0 / 4.0
    assert years.waiting.tolist() == [1.0, -1.0, -1.0, -1.0, -1.0]


def test_misallocation_is_the_money_that_would_have_to_move() -> None:
    need = np.array([[0.0, 0.0], [3.0, 1.0], [0.0, 0.0]])
    years = Years(2)
    # Spent half and half where three quarters and one quarter are needed: a quarter moves.
    years.judge([0.9, 0.1], [2.0, 2.0], need=need, error=0.2)
    assert years.found("misallocation") == 0.25
    years.judge([0.9, 0.1], [3.0, 1.0], need=need, error=0.4)
    assert years.found("misallocation") == 0.125
    assert years.found("analysis_error") == pytest.approx(0.3)


def test_misallocation_looks_at_instruments_and_is_nothing_without_money_or_need() -> None:
    years = Years(2)
    years.judge([0.9, 0.1], [2.0, 2.0], need=np.array([[1.0, 1.0], [0.0, 0.0], [0.0, 0.0]]))
    assert years.found("misallocation") == 1.0
    # A year without spending is no year of good allocation.
    years.judge([0.9, 0.1], [0.0, 0.0])
    assert years.found("misallocation") == 1.0
    idle = Years(2)
    idle.judge([0.9, 0.1], [0.0, 0.0])
    idle.judge([0.9, 0.1], [1.0, 0.0], need=np.zeros((3, 2)))
    assert idle.found("misallocation") == 0.0


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 12))
def test_shares_of_an_allocation_are_shares(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    years = Years(n)
    for _ in range(3):
        money = rng.random(n) * (rng.random(n) < 0.5)
        years.judge(rng.integers(0, 4, n).astype(float).tolist(), money.tolist(), need=rng.random((3, n)))
    assert 0.0 <= years.found("gaps") <= 1.0
    assert 0.0 <= years.found("misallocation") <= 1.0
    assert 0.0 <= years.found("first_money_wait") <= 3.0


def test_stop_start_compares_years_with_money_in_either() -> None:
    tally = np.zeros(TALLY)
    tally[0] = 1.0
    s, t = np.zeros((ROWS, 4)), np.zeros(ACCOUNT)
    s[table.YEAR_MONEY], s[table.LAST_YEAR_MONEY] = [3.0, 0.0, 0.0, 2.0], [1.0, 2.0, 0.0, 2.0]
    count_year(tally, s, t, False)
    assert outcomes(tally, 4)["stop_start"] == 0.0
    count_year(tally, s, t, True)
    # 0.5, 1 and 0 over the three states that had money.
    assert outcomes(tally, 4)["stop_start"] == 0.5


def test_belief_is_judged_in_years_with_spending_and_participation_in_every_year() -> None:
    tally = np.zeros(TALLY)
    tally[0] = 1.0
    # The last year spends nothing, so that there is no yield to be wrong about; a yield of zero is one.
    years = ((0.5, 0.2, 0.3, 1.0), (0.1, 0.0, 0.6, 1.0), (0.9, 0.0, 0.6, 0.0))
    for year, (belief, true, joined, spent) in enumerate(years):
        s, t = np.zeros((ROWS, 2)), np.zeros(ACCOUNT)
        s[table.YEAR_MONEY, 1] = spent
        t[table.BELIEF], t[table.YIELD] = belief, true
        t[table.JOINED : table.JOINED + 3] = [joined, 0.0, 0.0]
        count_year(tally, s, t, year > 0)
        count_allocation(
            tally, np.full(2, -1.0), np.array([0.9, 0.1]), np.ones((3, 2)), np.zeros((4, WHOLE_BOOK, 2)), 0.0
        )
    found = outcomes(tally, 2)
    assert found["belief_error"] == pytest.approx((0.3 + 0.1) / 2.0)
    assert found["participation"] == pytest.approx((0.1 + 0.2 + 0.2) / 3.0)


def test_every_outcome_has_a_number() -> None:
    tally = np.zeros(TALLY)
    count_quarter(tally, *quarter([0.0, 0.0]))
    found = outcomes(tally, 2)
    assert list(found) == list(OUTCOMES)
    assert all(number == 0.0 for number in found.values())
